/* SPDX-License-Identifier: MIT */
#include "configuration.h"

#include <ctype.h>
#include <strings.h>

#include "configuration_reader.h"
#include "manifest/ini.h"
#include "manifest/module_name.h"
#include "similar.h"

/* A text while it is read. */
struct reader {
	struct abilock_configuration *configuration;
	struct abilock_diagnostics *diags;
	enum { SECTION_NONE, SECTION_MODULES, SECTION_USES, SECTION_UNKNOWN } section;
	const char *type; /* What the lines of [uses] are about. */
};

struct key {
	const char *name;
	int (*take)(struct reader *rd, const struct key *key, const struct abilock_ini_line *line);
	size_t member;	     /* Of the configuration: a switch, or a list. */
	size_t place;	     /* Of a switch. */
	const char *instead; /* The key that says the same here, or NULL. */
};

static int take_switch(struct reader *rd, const struct key *key,
		       const struct abilock_ini_line *line);
static int take_directive(struct reader *rd, const struct key *key,
			  const struct abilock_ini_line *line);

#define SWITCH(name)                                                                               \
	{                                                                                          \
#name, take_switch, offsetof(struct abilock_configuration, name),                  \
			offsetof(struct abilock_configuration, name##_place), NULL                 \
	}
#define LIST(name, list, instead)                                                                  \
	{                                                                                          \
		name, take_directive, offsetof(struct abilock_configuration, list), 0, instead     \
	}

static const struct key keys[] = {
	SWITCH(autoload),
	SWITCH(demandload),
	LIST("load", load, NULL),
	LIST("require", require, NULL),
	LIST("noload", noload, NULL),
	LIST("neverload", neverload, NULL),
	LIST("preload", load, "load"),
	LIST("preload-require", require, "require"),
};

static const char *const sections[] = {
	[SECTION_MODULES] = "modules",
	[SECTION_USES] = "uses",
};

static struct abilock_diagnostic *error(struct reader *rd, const char *rule,
					struct abilock_place place, const char *text)
{
	return abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, rule, place, "%s", text);
}

/* ---- what somebody may have meant ---- */

struct guess {
	const char *meant; /* As somebody wrote it. */
	const char *found; /* The most similar one so far, or NULL. */
	unsigned best;
};

/* Two letters that changed places are two mistakes, also in a name of four. */
static struct guess new_guess(const char *meant)
{
	return (struct guess){.meant = meant, .best = strlen(meant) < 3 ? 1 : 3};
}

static void guess_name(struct guess *guess, const char *known)
{
	char lower[ABILOCK_SIMILAR_MAX + 1];
	size_t length = strlen(guess->meant);

	if (length > ABILOCK_SIMILAR_MAX)
		return;
	for (size_t i = 0; i <= length; i++)
		lower[i] = (char)tolower((unsigned char)guess->meant[i]);
	unsigned d = abilock_similar_distance(lower, known, guess->best);
	if (d < guess->best) {
		guess->best = d;
		guess->found = known;
	}
}

static void report_key(struct reader *rd, const struct abilock_ini_line *line)
{
	struct guess guess = new_guess(line->key);
	struct abilock_diagnostic *diag =
		abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, "conf-key", line->place,
					"there is no key '%s' in [modules]", line->key);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		guess_name(&guess, keys[i].name);
	if (guess.found)
		abilock_diagnostic_fix(rd->diags, diag, "did you mean '%s'?", guess.found);
	else
		abilock_diagnostic_fix(rd->diags, diag,
				       "the keys are autoload, demandload, load, require, noload "
				       "and neverload");
}

/* ---- [modules] ---- */

static int parse_switch(const char *value)
{
	static const char *const words[][5] = {{"no", "off", "false", "0", "n"},
					       {"yes", "on", "true", "1", "y"}};

	for (int is = 0; is < 2; is++)
		for (size_t i = 0; i < ARRAY_SIZE(words[is]); i++)
			if (strcasecmp(value, words[is][i]) == 0)
				return is;
	return -1;
}

/* What was said before does not hold any more. */
static void report_again(struct reader *rd, const char *key, struct abilock_place before,
			 const struct abilock_ini_line *line)
{
	const bool same_file = before.file == line->place.file;
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		rd->diags, same_file ? ABILOCK_LEVEL_WARNING : ABILOCK_LEVEL_NOTE, "conf-again",
		line->place, "%s=%s holds, and not what %s:%u says", key, line->value,
		rd->configuration->sources[before.file].path, before.line);

	if (same_file)
		abilock_diagnostic_fix(rd->diags, diag, "leave one of the two lines out");
}

static int take_switch(struct reader *rd, const struct key *key,
		       const struct abilock_ini_line *line)
{
	bool *value = (bool *)((char *)rd->configuration + key->member);
	struct abilock_place *place =
		(struct abilock_place *)(void *)((char *)rd->configuration + key->place);
	int is = parse_switch(line->value);

	if (is < 0) {
		struct abilock_diagnostic *diag = abilock_diagnostics_add(
			rd->diags, ABILOCK_LEVEL_ERROR, "conf-value", line->value_place,
			"'%s' is neither yes nor no", line->value);

		abilock_diagnostic_fix(rd->diags, diag, "write %s=yes or %s=no", key->name,
				       key->name);
		return 0;
	}
	if (place->line > 0 && *value != (is == 1))
		report_again(rd, key->name, *place, line);
	*value = is == 1;
	*place = line->place;
	return 0;
}

/*
 * The name that a spelling means. Several names in a line would be one module that does not exist,
 * and neverload would ban none of them.
 *
 * @return 1; 0: it was reported; or ABILOCK_E_NOMEM.
 */
static int parse_name(struct reader *rd, const char *spelling, struct abilock_place place,
		      const char **ret_name)
{
	struct abilock_error err = {0};
	int r = abilock_module_name_parse(&rd->configuration->arena, spelling, ret_name, &err);

	if (r == ABILOCK_E_NOMEM)
		return r;
	if (r < 0) {
		(void)error(rd, "conf-name", place, err.message);
		return 0;
	}
	const char *strange = strpbrk(*ret_name, " ,*?=:");
	if (!strange)
		return 1;
	struct abilock_diagnostic *diag =
		abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, "conf-name", place,
					"a name of a module has no '%c': '%s'", *strange, spelling);
	abilock_diagnostic_fix(rd->diags, diag, "%s",
			       strchr(" ,", *strange)	? "write a line for each module"
			       : strchr("*?", *strange) ? "write the names: there are no patterns"
							: "write the name of the module alone");
	return 0;
}

static int take_directive(struct reader *rd, const struct key *key,
			  const struct abilock_ini_line *line)
{
	const char *name = NULL;
	int r = parse_name(rd, line->value, line->value_place, &name);

	if (r <= 0)
		return r;
	if (key->instead) {
		struct abilock_diagnostic *diag = abilock_diagnostics_add(
			rd->diags, ABILOCK_LEVEL_NOTE, "conf-spelling", line->place,
			"'%s' is read as '%s': what a module uses is loaded before it", key->name,
			key->instead);

		abilock_diagnostic_fix(rd->diags, diag, "write %s=%s", key->instead, name);
	}
	return abilock_directives_add(
		(struct abilock_directives *)(void *)((char *)rd->configuration + key->member),
		&rd->configuration->arena, name, line->place);
}

static int take_module_line(struct reader *rd, const struct abilock_ini_line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (str_eq(keys[i].name, line->key))
			return keys[i].take(rd, &keys[i], line);
	report_key(rd, line);
	return 0;
}

/* ---- [uses] ---- */

static bool is_type(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_control(text[i]) || strchr(" /:=,", text[i]))
			return false;
	return length > 0;
}

static int take_type(struct reader *rd, const struct abilock_ini_line *line)
{
	if (is_type(line->value, strlen(line->value))) {
		rd->type = line->value;
		return 0;
	}
	struct abilock_diagnostic *diag =
		abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, "conf-type",
					line->value_place, "'%s' is no type", line->value);
	abilock_diagnostic_fix(rd->diags, diag,
			       "write one word, such as type=application or type=module");
	/* What follows is of a type that nobody knows. */
	rd->type = "";
	return 0;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if (is_control(*text))
			return true;
	return false;
}

/* Splits `type:name`. @return as parse_name(). */
static int parse_used(struct reader *rd, const struct abilock_ini_line *line,
		      struct abilock_admin_use *use)
{
	const char *colon = strchr(line->value, ':');

	use->type = rd->type;
	use->name = line->value;
	if (colon && is_type(line->value, (size_t)(colon - line->value))) {
		use->type = abilock_arena_strndup(&rd->configuration->arena, line->value,
						  (size_t)(colon - line->value));
		use->name = colon + 1;
		if (!use->type)
			return ABILOCK_E_NOMEM;
	}
	if (str_eq(use->type, "module"))
		return parse_name(rd, use->name, line->value_place, &use->name);
	if (*use->name != '\0' && !has_control(use->name) && !strchr(use->name, '='))
		return 1;
	struct abilock_diagnostic *diag =
		abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, "conf-use",
					line->value_place, "'%s' is nothing to use", line->value);
	abilock_diagnostic_fix(rd->diags, diag,
			       "write the name, or TYPE:NAME, such as "
			       "application:Dial");
	return 0;
}

static int take_use(struct reader *rd, const struct abilock_ini_line *line)
{
	struct abilock_configuration *configuration = rd->configuration;
	struct abilock_admin_use use = {.place = line->place};
	int r;

	if (str_eq(line->key, "type"))
		return take_type(rd, line);
	if ((r = parse_name(rd, line->key, line->place, &use.module)) <= 0 ||
	    (r = parse_used(rd, line, &use)) <= 0 || *use.type == '\0')
		return r < 0 ? r : 0;
	struct abilock_admin_use *slot =
		abilock_array_push(&configuration->uses, &configuration->use_count, sizeof(*slot));
	if (!slot)
		return ABILOCK_E_NOMEM;
	*slot = use;
	return 0;
}

/* ---- lines ---- */

static int take_section(struct reader *rd, const struct abilock_ini_line *line)
{
	struct guess guess = new_guess(line->section);
	struct abilock_diagnostic *diag;

	rd->type = "module";
	rd->section = str_eq(line->section, sections[SECTION_MODULES]) ? SECTION_MODULES
		      : str_eq(line->section, sections[SECTION_USES])  ? SECTION_USES
								       : SECTION_UNKNOWN;
	if (rd->section != SECTION_UNKNOWN)
		return 0;
	diag = abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, "conf-section", line->place,
				       "there is no section [%s]", line->section);
	guess_name(&guess, sections[SECTION_MODULES]);
	guess_name(&guess, sections[SECTION_USES]);
	if (guess.found)
		abilock_diagnostic_fix(rd->diags, diag, "did you mean [%s]?", guess.found);
	else
		abilock_diagnostic_fix(rd->diags, diag, "the sections are [modules] and [uses]");
	return 0;
}

static int take_line(const struct abilock_ini_line *line, void *data)
{
	struct reader *rd = data;
	struct abilock_diagnostic *diag;

	if (!line->key)
		return take_section(rd, line);
	switch (rd->section) {
	case SECTION_MODULES: return take_module_line(rd, line);
	case SECTION_USES: return take_use(rd, line);
	case SECTION_UNKNOWN: return 0;
	case SECTION_NONE: break;
	}
	diag = abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, "conf-section", line->place,
				       "'%s' stands in no section", line->key);
	abilock_diagnostic_fix(rd->diags, diag, "write [modules] in a line above it");
	/* Said once. */
	rd->section = SECTION_UNKNOWN;
	return 0;
}

int abilock_configuration_add(struct abilock_configuration *configuration, const char *path,
			      const char *text, size_t length, struct abilock_diagnostics *diags)
{
	struct reader rd = {.configuration = configuration, .diags = diags, .type = "module"};
	const size_t file = configuration->source_count;
	struct abilock_source *source = abilock_array_push(
		&configuration->sources, &configuration->source_count, sizeof(*source));

	if (!source)
		return ABILOCK_E_NOMEM;
	*source = (struct abilock_source){.path = path, .text = text, .length = length};
	return abilock_ini_read(text, length, (uint32_t)file, &configuration->arena, take_line, &rd,
				diags);
}

int abilock_configuration_parse(const char *text, size_t length, const char *path,
				struct abilock_configuration **ret,
				struct abilock_diagnostics *diags)
{
	_cleanup_(abilock_configuration_freep) struct abilock_configuration *configuration =
		abilock_configuration_new();
	struct abilock_arena *arena = configuration ? &configuration->arena : NULL;
	const char *copy = arena ? abilock_arena_strndup(arena, text, length) : NULL;
	const char *name = arena ? abilock_arena_strdup(arena, path) : NULL;

	if (!copy || !name)
		return ABILOCK_E_NOMEM;
	int r = abilock_configuration_add(configuration, name, copy, length, diags);
	if (r == 0)
		r = abilock_configuration_settle(configuration, diags);
	if (r == 0 || r == ABILOCK_E_SYNTAX)
		*ret = take_ptr(configuration);
	return r;
}
