/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <errno.h>

#include "report_text.h"

static const char REPLACEMENT[] = "\xef\xbf\xbd"; /* U+FFFD */

struct json_object *json_new(void)
{
	return json_object_new_object();
}

static bool is_utf8(const char *s)
{
	for (size_t n; *s; s += n) {
		n = abilock_utf8_sequence(s);
		if (n == 0)
			return false;
	}
	return true;
}

/* A copy with each byte that is not UTF-8 replaced; NULL when memory is out. */
static char *make_utf8(const char *s)
{
	char *copy = malloc(strlen(s) * strlen(REPLACEMENT) + 1), *to = copy;

	while (copy && *s) {
		size_t n = abilock_utf8_sequence(s);

		to = n ? mempcpy(to, s, n) : mempcpy(to, REPLACEMENT, strlen(REPLACEMENT));
		s += n ? n : 1;
	}
	if (copy)
		*to = '\0';
	return copy;
}

static struct json_object *new_string(const char *value)
{
	if (is_utf8(value))
		return json_object_new_string(value);
	_cleanup_(freep) char *copy = make_utf8(value);
	return copy ? json_object_new_string(copy) : NULL;
}

/* Takes @p value over; NULL is what the constructors return when memory is out. */
static bool put(struct json_object *to, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(to, key, value) == 0)
		return true;
	(void)json_object_put(value);
	return false;
}

static bool push(struct json_object *array, struct json_object *value)
{
	if (value && json_object_array_add(array, value) == 0)
		return true;
	(void)json_object_put(value);
	return false;
}

bool json_put_string(struct json_object *to, const char *key, const char *value)
{
	return value ? put(to, key, new_string(value)) : json_put_null(to, key);
}

bool json_put_number(struct json_object *to, const char *key, uint64_t value)
{
	return put(to, key, json_object_new_uint64(value));
}

bool json_put_bool(struct json_object *to, const char *key, bool value)
{
	return put(to, key, json_object_new_boolean(value));
}

bool json_put_null(struct json_object *to, const char *key)
{
	return json_object_object_add(to, key, NULL) == 0;
}

struct json_object *json_put_object(struct json_object *to, const char *key)
{
	struct json_object *object = json_object_new_object();

	return put(to, key, object) ? object : NULL;
}

struct json_object *json_put_array(struct json_object *to, const char *key)
{
	struct json_object *array = json_object_new_array();

	return put(to, key, array) ? array : NULL;
}

struct json_object *json_push_object(struct json_object *array)
{
	struct json_object *object = json_object_new_object();

	return push(array, object) ? object : NULL;
}

bool json_push_string(struct json_object *array, const char *value)
{
	return push(array, new_string(value));
}

bool json_put_strings(struct json_object *to, const char *key, const char *const *items,
		      size_t count)
{
	struct json_object *array = json_put_array(to, key);

	for (size_t i = 0; array && i < count; i++)
		if (!json_push_string(array, items[i]))
			return false;
	return array != NULL;
}

bool json_push_number(struct json_object *array, uint64_t value)
{
	return push(array, json_object_new_uint64(value));
}

int json_add(struct abilock_text *out, struct json_object *object, struct abilock_error *err)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	size_t length = 0;
	const char *text = json_object_to_json_string_length(object, flags, &length);

	if (!text)
		return abilock_error_nomem(err);
	abilock_text_add(out, text, length);
	return out->failed ? abilock_error_nomem(err) : 0;
}

int json_print(FILE *file, struct json_object *object, struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	int r = json_add(&text, object, err);
	if (r < 0)
		return r;
	if (fwrite(text.data, 1, text.length, file) != text.length)
		return abilock_error_set(err, ABILOCK_E_IO, "standard output", NULL, 0, "%s",
					 strerror(errno));
	return 0;
}

/* Whether a string needs no escapes: plain ASCII without quotes, backslashes and control codes. */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f || *s == '"' || *s == '\\')
			return false;
	return true;
}

void json_add_string(struct abilock_text *out, const char *value)
{
	if (value && is_plain(value)) {
		abilock_text_putc(out, '"');
		abilock_text_puts(out, value);
		abilock_text_putc(out, '"');
		return;
	}
	struct json_object *string = value ? new_string(value) : NULL;
	if (value && !string)
		out->failed = true;
	else if (json_add(out, string, NULL) < 0)
		out->failed = true;
	(void)json_object_put(string);
}

bool json_put_error(struct json_object *to, const char *key, const struct abilock_error *error)
{
	struct json_object *object = json_put_object(to, key);

	return object && json_put_string(object, "kind", abilock_error_name(error->code)) &&
	       json_put_string(object, "file", error->file) &&
	       json_put_string(object, "table", error->table[0] ? error->table : NULL) &&
	       json_put_number(object, "offset", error->offset) &&
	       json_put_string(object, "message", error->message);
}

void json_add_failed(const struct abilock_error *err, const char *path, struct abilock_text *out)
{
	_cleanup_(json_freep) struct json_object *file = json_new();

	if (!file || !json_put_string(file, "file", path) || !json_put_error(file, "error", err) ||
	    json_add(out, file, NULL) < 0)
		out->failed = true;
}
