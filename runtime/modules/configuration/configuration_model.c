/* SPDX-License-Identifier: MIT */
/* The configuration as it is asked, and what conflicts in it. */
#include "configuration_reader.h"
#include "manifest/module_name.h"
#include "text.h"

struct abilock_configuration *abilock_configuration_new(void)
{
	return calloc(1, sizeof(struct abilock_configuration));
}

static void deinit_directives(struct abilock_directives *directives)
{
	free(directives->items);
	abilock_name_table_deinit(&directives->by_key);
}

void abilock_configuration_free(struct abilock_configuration *configuration)
{
	if (!configuration)
		return;
	deinit_directives(&configuration->load);
	deinit_directives(&configuration->require);
	deinit_directives(&configuration->noload);
	deinit_directives(&configuration->neverload);
	free(configuration->uses);
	free(configuration->sources);
	abilock_arena_clear(&configuration->arena);
	free(configuration);
}

const char *abilock_configuration_where(const struct abilock_configuration *configuration,
					struct abilock_place place, struct abilock_arena *arena)
{
	return abilock_arena_printf(arena, "%s:%u", configuration->sources[place.file].path,
				    place.line);
}

void abilock_diagnostic_fix(struct abilock_diagnostics *diags, struct abilock_diagnostic *diag,
			    const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	if (!diag)
		return;
	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	diag->fix = text ? abilock_arena_text(&diags->arena, text) : NULL;
}

/* ---- lists of modules ---- */

static void *number_value(size_t number)
{
	return (void *)(uintptr_t)(number + 1);
}

/* Names of files are not longer; others are compared one by one. */
enum { KEY_MAX = 255 };

const struct abilock_directive *abilock_directives_find(const struct abilock_directives *directives,
							const char *name)
{
	const size_t length = strlen(name);
	char key[KEY_MAX + 1];

	if (length > directives->longest || directives->count == 0)
		return NULL;
	/* No memory is taken: what cannot be looked up would seem to be allowed. */
	if (length > KEY_MAX) {
		for (size_t i = 0; i < directives->count; i++)
			if (abilock_module_name_eq(directives->items[i].name, name))
				return &directives->items[i];
		return NULL;
	}
	abilock_module_name_key(name, key);
	const uintptr_t number = (uintptr_t)abilock_name_table_find(&directives->by_key, key);
	return number ? &directives->items[number - 1] : NULL;
}

/* The name is in the arena. */
int abilock_directives_add(struct abilock_directives *directives, struct abilock_arena *arena,
			   const char *name, struct abilock_place place)
{
	const size_t number = directives->count;
	char *key = abilock_arena_strdup(arena, name);

	if (!key)
		return ABILOCK_E_NOMEM;
	abilock_module_name_key(name, key);
	if (abilock_name_table_find(&directives->by_key, key))
		return 0;
	struct abilock_directive *item =
		abilock_array_push(&directives->items, &directives->count, sizeof(*item));
	if (!item || !abilock_name_table_put(&directives->by_key, key, number_value(number)))
		return ABILOCK_E_NOMEM;
	*item = (struct abilock_directive){.name = name, .place = place};
	if (strlen(name) > directives->longest)
		directives->longest = strlen(name);
	return 0;
}

/* ---- conflicts ---- */

/* Which list forbids a module, and where. */
struct ban {
	const char *key;
	const struct abilock_directive *directive; /* NULL: none does. */
};

static struct ban find_ban(const struct abilock_configuration *configuration, const char *name)
{
	struct ban ban = {"neverload", abilock_directives_find(&configuration->neverload, name)};

	if (!ban.directive)
		ban = (struct ban){"noload", abilock_directives_find(&configuration->noload, name)};
	return ban;
}

static void check_required(struct abilock_configuration *configuration,
			   struct abilock_diagnostics *diags)
{
	for (size_t i = 0; i < configuration->require.count; i++) {
		const struct abilock_directive *required = &configuration->require.items[i];
		const struct ban ban = find_ban(configuration, required->name);

		if (!ban.directive)
			continue;
		struct abilock_diagnostic *diag = abilock_diagnostics_add(
			diags, ABILOCK_LEVEL_ERROR,
			str_eq(ban.key, "noload") ? "conf-require-noload"
						  : "conf-require-neverload",
			required->place, "%s is required, but %s:%u says %s", required->name,
			configuration->sources[ban.directive->place.file].path,
			ban.directive->place.line, ban.key);
		abilock_diagnostic_fix(diags, diag, "take require=%s out, or %s=%s", required->name,
				       ban.key, ban.directive->name);
	}
}

static void report_ignored(const struct abilock_configuration *configuration,
			   const struct abilock_directive *wanted, const struct ban *ban,
			   struct abilock_diagnostics *diags)
{
	(void)abilock_diagnostics_add(
		diags, ABILOCK_LEVEL_NOTE,
		str_eq(ban->key, "noload") ? "conf-load-noload" : "conf-load-neverload",
		wanted->place, "load=%s is ignored: %s:%u says %s", wanted->name,
		configuration->sources[ban->directive->place.file].path, ban->directive->place.line,
		ban->key);
}

/* Takes out of `load` what may not be loaded. */
static int drop_forbidden(struct abilock_configuration *configuration,
			  struct abilock_diagnostics *diags)
{
	struct abilock_directives *load = &configuration->load, kept = {0};
	int r = 0;

	for (size_t i = 0; i < load->count && r == 0; i++) {
		const struct ban ban = find_ban(configuration, load->items[i].name);

		if (ban.directive)
			report_ignored(configuration, &load->items[i], &ban, diags);
		else
			r = abilock_directives_add(&kept, &configuration->arena,
						   load->items[i].name, load->items[i].place);
	}
	deinit_directives(load);
	*load = kept;
	return r;
}

/* What cannot work, and is found only when the module is wanted. */
static void check_uses(const struct abilock_configuration *configuration,
		       struct abilock_diagnostics *diags)
{
	for (size_t i = 0; i < configuration->use_count; i++) {
		const struct abilock_admin_use *use = &configuration->uses[i];
		const struct abilock_directive *ban =
			str_eq(use->type, "module")
				? abilock_directives_find(&configuration->neverload, use->name)
				: NULL;

		if (ban)
			(void)abilock_diagnostics_add(
				diags, ABILOCK_LEVEL_WARNING, "conf-use-neverload", use->place,
				"%s cannot be loaded: it uses %s, and %s:%u says neverload",
				use->module, use->name,
				configuration->sources[ban->place.file].path, ban->place.line);
	}
}

int abilock_configuration_settle(struct abilock_configuration *configuration,
				 struct abilock_diagnostics *diags)
{
	check_required(configuration, diags);
	if (drop_forbidden(configuration, diags) < 0)
		return ABILOCK_E_NOMEM;
	check_uses(configuration, diags);
	abilock_diagnostics_sort(diags);
	if (diags->failed)
		return ABILOCK_E_NOMEM;
	return diags->error_count ? ABILOCK_E_SYNTAX : 0;
}
