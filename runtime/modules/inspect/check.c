/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "manifest/module_rules.h"
#include "modules/host_check.h"
#include "modules/manager.h"
#include "text.h"
#include "thread_error.h"

/* ---- findings ---- */

static void report(struct abilock_check *check, const char *id, const char *module,
		   struct abilock_check_place place, const char *fix, const char *fmt, va_list ap)
{
	const struct abilock_rule *rule =
		abilock_rule_find(abilock_module_rules, abilock_module_rule_count, id);
	_cleanup_(freep) char *text = NULL;

	text = abilock_vformat(fmt, ap);
	/* An error that is forgotten must not look like success. */
	check->error_count += rule->level == ABILOCK_LEVEL_ERROR;
	if (!text) {
		check->no_memory = true;
		return;
	}
	str_disarm(text);
	const struct abilock_modules_finding finding = {
		.is_error = rule->level == ABILOCK_LEVEL_ERROR,
		.rule = rule->id,
		.file = place.file,
		.line = place.line,
		.module = module,
		.text = text,
		.fix = fix ? fix : rule->fix,
	};
	if (check->found)
		check->found(check->data, &finding);
}

void abilock_check_report(struct abilock_check *check, const char *rule, const char *module,
			  struct abilock_check_place place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(check, rule, module, place, NULL, fmt, ap);
	va_end(ap);
}

void abilock_check_report_fix(struct abilock_check *check, const char *rule, const char *module,
			      struct abilock_check_place place, const char *fix, const char *fmt,
			      ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(check, rule, module, place, fix, fmt, ap);
	va_end(ap);
}

/* ---- who provides what ---- */

static struct abilock_check_provided *find_providers(struct abilock_check *check, const char *type,
						     const char *name)
{
	_cleanup_(freep) struct abilock_provided *items = NULL;
	struct abilock_check_provided *provided =
		abilock_arena_alloc(&check->arena, sizeof(*provided));
	ssize_t count =
		provided ? abilock_catalogue_providers(check->catalogue, type, name, &items) : -1;

	if (count < 0)
		return NULL;
	provided->count = (size_t)count;
	provided->items =
		abilock_arena_array(&check->arena, provided->count + 1, sizeof(*provided->items));
	if (!provided->items)
		return NULL;
	if (count > 0)
		memcpy(provided->items, items, provided->count * sizeof(*items));
	return provided;
}

const struct abilock_check_provided *abilock_check_providers(struct abilock_check *check,
							     const char *type, const char *name)
{
	const char *key = abilock_arena_printf(&check->arena, "%s=%s", type, name);
	void **slot = key ? abilock_name_table_value(&check->provided, key) : NULL;

	if (slot && !*slot)
		*slot = find_providers(check, type, name);
	if (!slot || !*slot)
		check->no_memory = true;
	return slot ? *slot : NULL;
}

/* ---- cycles ---- */

/* Of a longer one the start and the end are shown. */
enum { CYCLE_SHOWN = 20 };

static void report_cycle(struct abilock_check *check, const struct abilock_cycle *cycle)
{
	const struct abilock_module *first = cycle->modules[0];
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; i < cycle->count; i++) {
		abilock_text_printf(&text, "%s -> ", cycle->modules[i]->name);
		if (cycle->count > CYCLE_SHOWN && i == CYCLE_SHOWN / 2 - 1) {
			abilock_text_printf(&text, "(%zu more) -> ", cycle->count - CYCLE_SHOWN);
			i = cycle->count - CYCLE_SHOWN / 2 - 1;
		}
	}
	abilock_text_puts(&text, first->name);
	abilock_text_putc(&text, '\0');
	if (text.failed)
		check->no_memory = true;
	else
		abilock_check_report(check, "module-cycle", first->name,
				     (struct abilock_check_place){first->manifest_path, 0},
				     "none of them can be loaded: %s", text.data);
}

static void check_cycles(struct abilock_check *check)
{
	_cleanup_(freep) struct abilock_cycle *cycles = NULL;
	size_t count = 0;

	if (abilock_resolver_cycles(check->catalogue, check->configuration, &check->arena, &cycles,
				    &count, NULL) < 0)
		check->no_memory = true;
	for (size_t i = 0; i < count && !check->no_memory; i++)
		report_cycle(check, &cycles[i]);
}

/* ---- modules ---- */

/* A sibling that other modules are linked with exports what they need. */
static void note_needed(struct abilock_check *check)
{
	const size_t count = abilock_catalogue_count(check->catalogue);

	for (size_t i = 0; i < count; i++) {
		const struct abilock_module *module = abilock_catalogue_at(check->catalogue, i);

		for (size_t k = 0; module && k < module->file.needed_count; k++)
			if (!abilock_name_table_put(&check->needed, module->file.needed[k], check))
				check->no_memory = true;
	}
}

/*
 * The manifest as it lies there: an index keeps neither lines nor what is unknown. NULL where there
 * is none, or none that can be read, which is reported.
 */
static struct abilock_manifest *read_manifest(struct abilock_check *check,
					      const struct abilock_module *module)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_manifest *manifest = NULL;
	struct abilock_error err = {0};
	int r;

	if (!module->manifest_path)
		return NULL;
	r = abilock_manifest_read(module->manifest_path, &manifest, &diags, &err);
	for (size_t i = 0; i < diags.count; i++) {
		const struct abilock_diagnostic *diag = &diags.items[i];

		abilock_check_report_fix(
			check,
			diag->level == ABILOCK_LEVEL_ERROR ? "manifest-unreadable" : "unknown-key",
			module->name,
			(struct abilock_check_place){module->manifest_path, diag->place.line},
			diag->fix, "%s", diag->message);
	}
	if (r == ABILOCK_E_NOMEM || diags.failed)
		check->no_memory = true;
	else if (r < 0 && diags.error_count == 0)
		abilock_check_report(check, "manifest-unreadable", module->name,
				     (struct abilock_check_place){module->manifest_path, 0}, "%s",
				     err.message);
	if (r == 0)
		return manifest;
	abilock_manifest_free(manifest);
	return NULL;
}

static void check_module(struct abilock_check *check, const struct abilock_module *module)
{
	const int errors = check->error_count;
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest =
		read_manifest(check, module);

	abilock_check_files(check, module, manifest);
	/* What the catalogue knows and we did not find. */
	if (module->problem && check->error_count == errors)
		abilock_check_report(
			check, "module-unreadable", module->name,
			(struct abilock_check_place){
				module->file.path ? module->file.path : module->manifest_path, 0},
			"%s", module->problem);
	abilock_check_uses(check, module, manifest ? manifest : module->manifest);
}

static void check_all(struct abilock_check *check)
{
	const size_t count = abilock_catalogue_count(check->catalogue);

	note_needed(check);
	for (size_t i = 0; i < count && !check->no_memory; i++) {
		const struct abilock_module *module = abilock_catalogue_at(check->catalogue, i);

		if (!module)
			check->no_memory = true;
		else if (!module->is_gone)
			check_module(check, module);
	}
	abilock_check_directories(check);
	check_cycles(check);
	abilock_check_configuration(check);
}

int abilock_modules_check(struct abilock_modules *modules,
			  void (*found)(void *data, const struct abilock_modules_finding *finding),
			  void *data)
{
	struct abilock_check check = {
		.catalogue = modules->catalogue,
		.configuration = modules->configuration,
		.found = found,
		.data = data,
	};

	struct abilock_operation operation;

	if (abilock_operation_begin(modules, "abilock_modules_check", false, &operation) < 0)
		return -1;
	/* The host may look at modules from what it is told. */
	abilock_operation_unlock_data(modules);
	if (modules->host && (modules->flags & ABILOCK_MODULES_INSPECT))
		abilock_check_open_host(&check, modules->host);
	check_all(&check);
	abilock_host_check_close(check.host);
	abilock_operation_lock_data(modules);
	abilock_operation_end(&operation);
	abilock_name_table_deinit(&check.provided);
	abilock_name_table_deinit(&check.needed);
	abilock_arena_clear(&check.arena);
	if (!check.no_memory)
		return check.error_count;
	abilock_thread_error_set(abilock_thread_error_format("out of memory"));
	return -1;
}
