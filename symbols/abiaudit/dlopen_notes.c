/* SPDX-License-Identifier: MIT */
#include "dlopen_notes.h"

#include "json.h"

/* One text while it is read. */
struct reader {
	struct abilock_arena *arena;
	const char *path;
	struct abilock_error *err;
};

static void tokener_freep(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

_printf_(2, 3) static int damaged(const struct reader *reader, const char *fmt, ...)
{
	char message[160];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	return abilock_error_set(reader->err, ABILOCK_E_DAMAGED, reader->path, "note dlopen", 0,
				 "%s", message);
}

/* A string without a NUL in it; a copy, or NULL with the error in @p ret. */
static const char *take_string(const struct reader *reader, struct json_object *json,
			       const char *what, int *ret)
{
	if (!json_object_is_type(json, json_type_string)) {
		*ret = damaged(reader, "%s is %s, not a string", what,
			       json_type_to_name(json_object_get_type(json)));
		return NULL;
	}
	const char *text = json_object_get_string(json);
	const size_t length = (size_t)json_object_get_string_len(json);

	if (strlen(text) != length || length == 0) {
		*ret = damaged(reader, "%s is %s", what,
			       length ? "no text: it has a NUL" : "empty");
		return NULL;
	}
	const char *copy = abilock_arena_strndup(reader->arena, text, length);
	if (!copy)
		*ret = abilock_error_nomem(reader->err);
	return copy;
}

static int read_priority(const struct reader *reader, struct json_object *object,
			 enum dlopen_priority *ret)
{
	static const char *const names[] = {
		[DLOPEN_REQUIRED] = "required",
		[DLOPEN_RECOMMENDED] = "recommended",
		[DLOPEN_SUGGESTED] = "suggested",
	};
	struct json_object *json;
	int r = 0;

	*ret = DLOPEN_RECOMMENDED;
	if (!json_object_object_get_ex(object, "priority", &json))
		return 0;
	const char *name = take_string(reader, json, "priority", &r);
	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (str_eq(name, names[i])) {
			*ret = (enum dlopen_priority)i;
			return 0;
		}
	return r < 0 ? r
		     : damaged(reader,
			       "priority \"%.40s\": expected required, recommended or suggested",
			       name);
}

static int read_sonames(const struct reader *reader, struct json_object *object,
			struct dlopen_note *note)
{
	struct json_object *json;
	int r = 0;

	if (!json_object_object_get_ex(object, "soname", &json))
		return damaged(reader, "soname is missing: expected an array of names");
	if (!json_object_is_type(json, json_type_array))
		return damaged(reader, "soname is %s: expected an array of names",
			       json_type_to_name(json_object_get_type(json)));
	if (json_object_array_length(json) == 0)
		return damaged(reader, "soname is empty: expected at least one name");
	note->soname_count = json_object_array_length(json);
	note->sonames = abilock_arena_array(reader->arena, note->soname_count, sizeof(char *));
	if (!note->sonames)
		return abilock_error_nomem(reader->err);
	for (size_t i = 0; r >= 0 && i < note->soname_count; i++)
		note->sonames[i] = take_string(reader, json_object_array_get_idx(json, i),
					       "a name of soname", &r);
	return r;
}

static int read_note(const struct reader *reader, struct json_object *object,
		     struct dlopen_note *note)
{
	struct json_object *json;
	int r = 0;

	if (!json_object_is_type(object, json_type_object))
		return damaged(reader, "an element of the array is %s, not an object",
			       json_type_to_name(json_object_get_type(object)));
	if (json_object_object_get_ex(object, "feature", &json) &&
	    json_object_is_type(json, json_type_string) && json_object_get_string_len(json) > 0)
		note->feature = take_string(reader, json, "feature", &r);
	if (r >= 0)
		r = read_priority(reader, object, &note->priority);
	return r < 0 ? r : read_sonames(reader, object, note);
}

/* The whole text, and nothing behind it. @return The array, owned by the caller, or NULL. */
static struct json_object *parse_array(const struct reader *reader, const char *text, int *ret)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener = json_tokener_new();

	if (!tokener) {
		*ret = abilock_error_nomem(reader->err);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	_cleanup_(json_freep) struct json_object *json = json_tokener_parse_ex(tokener, text, -1);
	const enum json_tokener_error error = json_tokener_get_error(tokener);

	if (error != json_tokener_success) {
		*ret = damaged(reader, "no JSON: %s, at byte %zu",
			       error == json_tokener_continue ? "it ends too early"
							      : json_tokener_error_desc(error),
			       json_tokener_get_parse_end(tokener));
		return NULL;
	}
	if (!json_object_is_type(json, json_type_array)) {
		*ret = damaged(reader, "it is %s: expected an array of objects",
			       json_type_to_name(json_object_get_type(json)));
		return NULL;
	}
	return json_object_get(json);
}

/* Room for more: at least twice of it, since a file may have any number of notes. */
static bool reserve(struct abilock_arena *arena, struct dlopen_notes *notes, size_t more)
{
	const size_t count = notes->count + more;
	const size_t room = count > 2 * notes->room ? count : 2 * notes->room;

	if (count <= notes->room)
		return true;
	struct dlopen_note *items = abilock_arena_array(arena, room, sizeof(*items));
	if (!items)
		return false;
	for (size_t i = 0; i < notes->count; i++)
		items[i] = notes->items[i];
	notes->items = items;
	notes->room = room;
	return true;
}

int dlopen_notes_parse(struct abilock_arena *arena, const char *text, const char *path,
		       struct dlopen_notes *ret, struct abilock_error *err)
{
	const struct reader reader = {.arena = arena, .path = path, .err = err};
	int r = 0;

	_cleanup_(json_freep) struct json_object *array = parse_array(&reader, text, &r);
	if (!array)
		return r;
	const size_t more = json_object_array_length(array);
	if (!reserve(arena, ret, more))
		return abilock_error_nomem(err);
	for (size_t i = 0; r >= 0 && i < more; i++)
		r = read_note(&reader, json_object_array_get_idx(array, i),
			      &ret->items[ret->count + i]);
	if (r >= 0)
		ret->count += more;
	return r;
}

int dlopen_notes_read(struct abilock_object *object, struct dlopen_notes *ret,
		      struct abilock_error *err)
{
	struct dlopen_notes notes = {0};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < object->dlopen_note_count; i++)
		r = dlopen_notes_parse(&object->arena, object->dlopen_notes[i], object->path,
				       &notes, err);
	if (r >= 0)
		*ret = notes;
	return r;
}
