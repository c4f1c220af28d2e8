/* SPDX-License-Identifier: MIT */
#include "manifest_keys.h"

#include <strings.h>

#include "checksum.h"
#include "module_name.h"

#define MEMBER(name) offsetof(struct abilock_manifest, name)

/* The first four are in the order of the format's first example, which we write as it was. */
const struct abilock_manifest_key abilock_manifest_keys[] = {
	{"name", ABILOCK_MANIFEST_NAME, MEMBER(name)},
	{"description", ABILOCK_MANIFEST_TEXT, MEMBER(description)},
	{"type", ABILOCK_MANIFEST_TYPE, MEMBER(type)},
	{"checksum", ABILOCK_MANIFEST_CHECKSUM, MEMBER(checksum)},
	{"support_level", ABILOCK_MANIFEST_LEVEL, MEMBER(support_level)},
	{"deprecated_in", ABILOCK_MANIFEST_TEXT, MEMBER(deprecated_in)},
	{"removed_in", ABILOCK_MANIFEST_TEXT, MEMBER(removed_in)},
	{"replacement", ABILOCK_MANIFEST_TEXT, MEMBER(replacement)},
	{"load_priority", ABILOCK_MANIFEST_PRIORITY, MEMBER(load_priority)},
	{"export_globals", ABILOCK_MANIFEST_FLAG, MEMBER(export_globals)},
	{"embedded", ABILOCK_MANIFEST_FLAG, MEMBER(is_embedded)},
	{"licence", ABILOCK_MANIFEST_TEXT, MEMBER(licence)},
	{"arch", ABILOCK_MANIFEST_TEXT, MEMBER(arch)},
	{"config", ABILOCK_MANIFEST_CONFIG, MEMBER(configs)},
};
const size_t abilock_manifest_key_count = ARRAY_SIZE(abilock_manifest_keys);

const struct abilock_manifest_key *abilock_manifest_find_key(const char *name)
{
	for (size_t i = 0; i < abilock_manifest_key_count; i++)
		if (str_eq(abilock_manifest_keys[i].name, name))
			return &abilock_manifest_keys[i];
	return NULL;
}

struct abilock_manifest *abilock_manifest_new(const char *name)
{
	struct abilock_arena arena = {0};
	struct abilock_manifest *manifest = abilock_arena_bytes(&arena, sizeof(*manifest));
	const char *copy = name ? abilock_arena_strdup(&arena, name) : "";

	if (!manifest || !copy) {
		abilock_arena_clear(&arena);
		return NULL;
	}
	*manifest = (struct abilock_manifest){
		.arena = arena, .name = copy, .priority = ABILOCK_LOAD_PRIORITY_DEFAULT};
	return manifest;
}

void abilock_manifest_free(struct abilock_manifest *manifest)
{
	if (!manifest)
		return;
	/* It lies in there itself. */
	struct abilock_arena arena = manifest->arena;
	abilock_arena_clear(&arena);
}

/* ---- values ---- */

/* Source: enum ast_module_load_priority of Asterisk's module.h. */
static const struct {
	const char *word;
	int priority;
} priorities[] = {
	{"realtime_depend", 10},
	{"realtime_depend2", 20},
	{"realtime_driver", 30},
	{"core", 40},
	{"timing", 50},
	{"channel_depend", 60},
	{"channel_driver", 70},
	{"app_depend", 80},
	{"devstate_provider", 90},
	{"devstate_plugin", 100},
	{"cdr_driver", 110},
	{"default", ABILOCK_LOAD_PRIORITY_DEFAULT},
	{"devstate_consumer", 150},
};

/* Decimal digits, at least one. @return false: something else, or beyond @p max. */
static bool parse_digits(const char *text, int64_t max, int64_t *ret)
{
	int64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (*text - '0');
		if (value > max)
			return false;
	}
	*ret = value;
	return true;
}

int abilock_load_priority_parse(const char *text)
{
	int64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(priorities); i++)
		if (str_eq(priorities[i].word, text))
			return priorities[i].priority;
	return parse_digits(text, UINT8_MAX, &value) ? (int)value : -1;
}

/* @return 1, 0, or -1: neither. */
static int parse_flag(const char *text)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasecmp(words[i], text) == 0)
			return (int)(i % 2);
	return -1;
}

static bool is_level(const char *text)
{
	static const char *const levels[] = {"core", "extended", "deprecated", "removed",
					     "external"};

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (str_eq(levels[i], text))
			return true;
	return false;
}

/* UTF-8, and besides @p allowed no control character. */
static bool is_text(const char *text, const char *allowed)
{
	for (;;) {
		while (*text >= ' ' && *text < 0x7f)
			text++;
		if (!*text)
			return true;
		const size_t step = abilock_utf8_sequence(text);
		if (step == 0 || (is_control(*text) && !strchr(allowed, *text)))
			return false;
		text += step;
	}
}

bool abilock_manifest_is_text(const char *value)
{
	return is_text(value, "\n\t");
}

bool abilock_capability_is_type(const char *text)
{
	return *text && is_text(text, "") && !strpbrk(text, " /=:;#\"[]");
}

/* What is wrong with a value, in words; NULL: nothing. */
static const char *find_problem(enum abilock_manifest_kind kind, const char *value)
{
	switch (kind) {
	case ABILOCK_MANIFEST_TEXT:
		return abilock_manifest_is_text(value) ? NULL : "it is not UTF-8 text";
	case ABILOCK_MANIFEST_CONFIG:
		return *value && is_text(value, "") ? NULL : "it is no name of a file";
	case ABILOCK_MANIFEST_TYPE:
		return abilock_capability_is_type(value)
			       ? NULL
			       : "a type is one word without any of /=:;#\"[]";
	case ABILOCK_MANIFEST_LEVEL:
		return is_level(value)
			       ? NULL
			       : "it is one of core, extended, deprecated, removed, external";
	case ABILOCK_MANIFEST_PRIORITY:
		return abilock_load_priority_parse(value) >= 0
			       ? NULL
			       : "it is a number from 0 to 255 or a word such as core, timing, "
				 "channel_driver, app_depend, default";
	case ABILOCK_MANIFEST_CHECKSUM:
		return abilock_checksum_is_known(value)
			       ? NULL
			       : "it is sha256: and 64 hex digits, or 32 hex digits of MD5";
	case ABILOCK_MANIFEST_FLAG: return parse_flag(value) >= 0 ? NULL : "it is yes or no";
	case ABILOCK_MANIFEST_NAME: break;
	}
	return NULL;
}

/* ---- setting ---- */

static int set_text(struct abilock_manifest *manifest, const char **member, const char *value,
		    const char **ret_problem)
{
	if (!*member || str_eq(*member, value)) {
		*member = value;
		return 1;
	}
	*ret_problem = abilock_arena_printf(&manifest->arena, "it is \"%s\" already", *member);
	return *ret_problem ? 0 : ABILOCK_E_NOMEM;
}

static int set_name(struct abilock_manifest *manifest, const char *value, const char **ret_problem)
{
	struct abilock_error err = {0};
	int r = abilock_module_name_parse(&manifest->arena, value, &manifest->name, &err);

	if (r != ABILOCK_E_USAGE)
		return r < 0 ? r : 1;
	*ret_problem = abilock_arena_strdup(&manifest->arena, err.message);
	return *ret_problem ? 0 : ABILOCK_E_NOMEM;
}

static int add_config(struct abilock_manifest *manifest, const char *value)
{
	const char **config = abilock_arena_push(&manifest->arena, &manifest->configs,
						 &manifest->config_count, sizeof(*config));

	if (!config)
		return ABILOCK_E_NOMEM;
	*config = value;
	return 1;
}

int abilock_manifest_set_key(struct abilock_manifest *manifest,
			     const struct abilock_manifest_key *key, const char *value,
			     const char **ret_problem)
{
	char *member = (char *)manifest + key->offset;

	*ret_problem = find_problem(key->kind, value);
	if (*ret_problem)
		return 0;
	switch (key->kind) {
	case ABILOCK_MANIFEST_NAME: return set_name(manifest, value, ret_problem);
	case ABILOCK_MANIFEST_CONFIG: return add_config(manifest, value);
	case ABILOCK_MANIFEST_FLAG: *(bool *)member = parse_flag(value) == 1; return 1;
	case ABILOCK_MANIFEST_PRIORITY:
		manifest->priority = abilock_load_priority_parse(value);
		break;
	default: break;
	}
	return set_text(manifest, (const char **)(void *)member, value, ret_problem);
}

bool abilock_manifest_keep(struct abilock_manifest *manifest, const char *section, const char *key,
			   const char *value, struct abilock_place place)
{
	struct abilock_manifest_pair *slot = abilock_arena_push(
		&manifest->arena, &manifest->unknown, &manifest->unknown_count, sizeof(*slot));

	if (slot)
		*slot = (struct abilock_manifest_pair){section, key, value, place};
	return slot;
}

/* ---- capabilities ---- */

struct abilock_capabilities *abilock_manifest_list(struct abilock_manifest *manifest,
						   const char *name)
{
	return str_eq(name, "uses")	  ? &manifest->uses
	       : str_eq(name, "canuse")	  ? &manifest->canuse
	       : str_eq(name, "willuse")  ? &manifest->willuse
	       : str_eq(name, "provides") ? &manifest->provides
					  : NULL;
}

/* Cut the priority off a name; *name is NULL when memory is out. @return What is wrong with it, or
 * NULL. */
static const char *split_priority(struct abilock_arena *arena, const char **name, int *ret_priority)
{
	const char *colon = strrchr(*name, ':');
	int64_t value;

	if (!colon)
		return NULL;
	const bool is_negative = colon[1] == '-';
	if (!parse_digits(colon + 1 + is_negative, INT32_MAX, &value))
		return "behind the last colon stands a priority: a number of 32 bits";
	*name = abilock_arena_strndup(arena, *name, (size_t)(colon - *name));
	*ret_priority = (int)(is_negative ? -value : value);
	return NULL;
}

/* The name of a module. @return As make_capability(). */
static const char *parse_module(struct abilock_arena *arena, const char *spelling,
				const char **ret_name)
{
	struct abilock_error err;

	abilock_error_clear(&err);
	int r = abilock_module_name_parse(arena, spelling, ret_name, &err);
	if (r == ABILOCK_E_NOMEM)
		*ret_name = NULL;
	return r == ABILOCK_E_USAGE ? abilock_arena_strdup(arena, err.message) : NULL;
}

/* Fill in the name and priority of one that has its type. @return What is wrong with them, or NULL;
 * `.name` is NULL when memory is out. */
static const char *make_capability(struct abilock_arena *arena, const char *name,
				   bool with_priority, struct abilock_capability *ret)
{
	const char *problem = with_priority ? split_priority(arena, &name, &ret->priority) : NULL;

	ret->name = name;
	if (problem || !name)
		return problem;
	if (!abilock_capability_is_type(ret->type))
		return "a type is one word without any of /=:;#\"[]";
	if (!*name)
		return "the name is empty";
	if (!is_text(name, ""))
		return "the name is not UTF-8 text of one line";
	return str_eq(ret->type, "module") ? parse_module(arena, name, &ret->name) : NULL;
}

static int append(struct abilock_manifest *manifest, struct abilock_capabilities *list,
		  const char *type, const char *name, struct abilock_place place,
		  const char **ret_problem)
{
	struct abilock_capability capability = {.type = type, .place = place};

	*ret_problem =
		make_capability(&manifest->arena, name, list == &manifest->provides, &capability);
	if (*ret_problem)
		return 0;
	struct abilock_capability *slot = NULL;
	if (capability.name)
		slot = abilock_arena_push(&manifest->arena, &list->items, &list->count,
					  sizeof(*slot));
	if (!slot)
		return ABILOCK_E_NOMEM;
	*slot = capability;
	return 1;
}

int abilock_manifest_append(struct abilock_manifest *manifest, const char *section,
			    const char *type, const char *name, struct abilock_place place,
			    const char **ret_problem)
{
	return append(manifest, abilock_manifest_list(manifest, section), type, name, place,
		      ret_problem);
}

static int compare_capabilities(const void *a, const void *b)
{
	const struct abilock_capability *x = a, *y = b;
	int order = strcmp(x->type, y->type);

	order = order ? order : strcmp(x->name, y->name);
	return order ? order : (y->priority > x->priority) - (y->priority < x->priority);
}

void abilock_capabilities_sort(struct abilock_capabilities *list)
{
	size_t kept = 0;

	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), compare_capabilities);
	for (size_t i = 0; i < list->count; i++)
		if (kept == 0 || compare_capabilities(&list->items[kept - 1], &list->items[i]) != 0)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

int abilock_manifest_set(struct abilock_manifest *manifest, const char *key, const char *value,
			 const char **ret_problem)
{
	struct abilock_capabilities *list = abilock_manifest_list(manifest, key);
	const struct abilock_manifest_key *known = list ? NULL : abilock_manifest_find_key(key);

	*ret_problem = NULL;
	if (!list && !known)
		return 0;
	char *copy = abilock_arena_strdup(&manifest->arena, value);
	if (!copy)
		return ABILOCK_E_NOMEM;
	if (known)
		return abilock_manifest_set_key(manifest, known, copy, ret_problem);
	char *equal = strchr(copy, '=');
	if (!equal) {
		*ret_problem = "TYPE=NAME is expected";
		return 0;
	}
	*equal = '\0';
	return append(manifest, list, copy, equal + 1, (struct abilock_place){0}, ret_problem);
}
