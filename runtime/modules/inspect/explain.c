/* SPDX-License-Identifier: MIT */
/* For people: why a module or a capability is there, or not. */
#include "explain.h"

#include "dry_run.h"
#include "manifest/module_name.h"

/** Of a list of users or providers that many are written. */
enum { LIST_SHOWN = 12 };

static const char *state_text(const struct abilock_module *module)
{
	switch (module->state) {
	case ABILOCK_MODULE_KNOWN: return "not loaded";
	case ABILOCK_MODULE_LOADED: return "mapped, and not started";
	case ABILOCK_MODULE_RUNNING: return "running";
	case ABILOCK_MODULE_STOPPING: return "being stopped";
	case ABILOCK_MODULE_STOPPED: return "stopped, and still mapped";
	case ABILOCK_MODULE_FAILED: return "failed";
	case ABILOCK_MODULE_DECLINED: return "declined";
	case ABILOCK_MODULE_BLOCKED: return "blocked";
	}
	return "unknown";
}

/* A line `  LABEL  `, to be ended by the caller. */
static void label(struct explanation *ex, const char *name)
{
	abilock_text_puts(&ex->out, "\n  ");
	abilock_text_left(&ex->out, name, 14);
}

static void line(struct explanation *ex, const char *name, const char *value)
{
	label(ex, name);
	abilock_text_puts(&ex->out, value);
}

static const char *where(struct explanation *ex, struct abilock_place place)
{
	const char *text =
		abilock_configuration_where(ex->modules->configuration, place, &ex->arena);

	return text ? text : "modules.conf";
}

/* Text of several lines, below a label. */
static void block(struct explanation *ex, const char *name, const char *text)
{
	label(ex, name);
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		abilock_text_add(&ex->out, text, (size_t)(end - text) + 1);
		abilock_text_pad(&ex->out, 16);
	}
	abilock_text_puts(&ex->out, text);
}

/* ---- what would happen ---- */

bool explain_try_goal(struct explanation *ex, const char *type, const char *name,
		      struct abilock_resolution *ret)
{
	const struct abilock_goal goal = {
		.type = type, .name = name, .reason = "asked for by name", .is_required = true};
	struct abilock_dry_run dry;

	if (abilock_dry_run_init(&dry, ex->modules, &ex->arena, NULL) < 0)
		return false;
	dry.question.goals = &goal;
	dry.question.goal_count = 1;
	return abilock_resolve(&dry.question, ret, NULL) == 0;
}

static bool resolve_start(struct explanation *ex)
{
	_cleanup_(freep) struct abilock_goal *goals = NULL;
	struct abilock_dry_run dry;

	if (abilock_dry_run_init(&dry, ex->modules, &ex->arena, NULL) < 0)
		return false;
	if (abilock_goals_of_configuration(ex->modules->catalogue, ex->modules->configuration,
					   &ex->arena, &goals, &dry.question.goal_count, NULL) < 0)
		return false;
	dry.question.goals = goals;
	return abilock_resolve(&dry.question, &ex->start, NULL) == 0;
}

static const struct abilock_step *step_of(const struct explanation *ex,
					  const struct abilock_module *module, size_t *ret_number)
{
	for (size_t i = 0; i < ex->start.step_count; i++) {
		if (ex->start.steps[i].module != module)
			continue;
		*ret_number = i + 1;
		return &ex->start.steps[i];
	}
	return NULL;
}

/* ---- a module ---- */

static void tell_directives(struct explanation *ex, const struct abilock_module *module)
{
	const struct abilock_configuration *configuration = ex->modules->configuration;
	const struct {
		const char *name, *label;
		const struct abilock_directives *list;
	} lists[] = {{"require", "wanted by", &configuration->require},
		     {"load", "wanted by", &configuration->load},
		     {"noload", "left out by", &configuration->noload},
		     {"neverload", "forbidden by", &configuration->neverload}};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const struct abilock_directive *directive =
			abilock_directives_find(lists[i].list, module->name);

		if (!directive)
			continue;
		label(ex, lists[i].label);
		abilock_text_printf(&ex->out, "%s, %s", lists[i].name, where(ex, directive->place));
	}
	if (configuration->autoload &&
	    !abilock_directives_find(&configuration->noload, module->name) &&
	    !abilock_directives_find(&configuration->neverload, module->name)) {
		label(ex, "wanted by");
		abilock_text_printf(
			&ex->out, "autoload, %s%s", where(ex, configuration->autoload_place),
			abilock_is_ranked_provider(module->manifest)
				? ", where it is the best that loads of what it provides"
				: "");
	}
}

/* Whether a module is a provider of something. */
static bool is_provider(const struct abilock_module *module, const char *type, const char *name)
{
	const struct abilock_capabilities *provides = &module->manifest->provides;

	if (is_module_type(type) && abilock_module_name_eq(name, module->name))
		return true;
	for (size_t i = 0; i < provides->count; i++)
		if (str_eq(provides->items[i].type, type) && str_eq(provides->items[i].name, name))
			return true;
	return false;
}

/* What may be wanted of a module, or what a question is about. */
struct subject {
	const struct abilock_module *module; /* NULL: type and name */
	const char *type, *name;
};

static bool is_meant(const struct subject *subject, const char *type, const char *name)
{
	if (subject->module)
		return is_provider(subject->module, type, name);
	return str_eq(subject->type, type) && str_eq(subject->name, name);
}

static void tell_user(struct explanation *ex, const char *name, const char *verb, const char *type,
		      const char *what, const char *place, size_t *count)
{
	(*count)++;
	if (*count > LIST_SHOWN)
		return;
	label(ex, *count == 1 ? "used by" : "");
	abilock_text_printf(&ex->out, "%s (%s %s=%s%s%s)", name, verb, type, what,
			    place ? ", by " : "", place ? place : "");
}

static void tell_users_of(struct explanation *ex, const struct subject *subject,
			  const struct abilock_module *user, size_t *count)
{
	const struct {
		const struct abilock_capabilities *list;
		const char *verb;
	} lists[] = {{&user->manifest->uses, "uses"},
		     {&user->manifest->canuse, "can use"},
		     {&user->manifest->willuse, "will use"}};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (size_t k = 0; k < lists[i].list->count; k++) {
			const struct abilock_capability *use = &lists[i].list->items[k];

			if (user != subject->module && is_meant(subject, use->type, use->name))
				tell_user(ex, user->name, lists[i].verb, use->type, use->name, NULL,
					  count);
		}
	}
}

static void tell_users(struct explanation *ex, const struct subject *subject)
{
	const struct abilock_configuration *configuration = ex->modules->configuration;
	struct abilock_catalogue *catalogue = ex->modules->catalogue;
	size_t count = 0;

	for (size_t i = 0; i < abilock_catalogue_count(catalogue); i++) {
		const struct abilock_module *user = abilock_catalogue_at(catalogue, i);

		if (user)
			tell_users_of(ex, subject, user, &count);
	}
	for (size_t i = 0; i < configuration->use_count; i++) {
		const struct abilock_admin_use *use = &configuration->uses[i];

		if (is_meant(subject, use->type, use->name))
			tell_user(ex, use->module, "uses", use->type, use->name,
				  where(ex, use->place), &count);
	}
	if (count > LIST_SHOWN) {
		label(ex, "");
		abilock_text_printf(&ex->out, "and %zu more", count - LIST_SHOWN);
	}
}

static void tell_provides(struct explanation *ex, const struct abilock_capabilities *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct abilock_capability *each = &list->items[i];

		label(ex, i == 0 ? "provides" : "");
		abilock_text_printf(&ex->out, "%s=%s", each->type, each->name);
		if (each->priority != 0)
			abilock_text_printf(&ex->out, ":%d", each->priority);
	}
}

/* One use, and who would meet it: what runs, or the best. */
static bool tell_use(struct explanation *ex, const char *name, const char *type, const char *what)
{
	_cleanup_(freep) struct abilock_provided *provided = NULL;
	const ssize_t count =
		abilock_catalogue_providers(ex->modules->catalogue, type, what, &provided);
	const struct abilock_module *best = count > 0 ? provided[0].module : NULL;

	if (count < 0)
		return false;
	for (ssize_t i = count; i-- > 0;)
		if (provided[i].module->state == ABILOCK_MODULE_RUNNING)
			best = provided[i].module;
	label(ex, name);
	abilock_text_printf(&ex->out, "%s=%s", type, what);
	if (!best)
		abilock_text_puts(&ex->out, ", which nothing provides");
	else if (is_module_type(type) && abilock_module_name_eq(best->name, what))
		abilock_text_printf(&ex->out, ", %s", state_text(best));
	else
		abilock_text_printf(&ex->out, " of %s, %s", best->name, state_text(best));
	return true;
}

static bool tell_uses(struct explanation *ex, const char *name,
		      const struct abilock_capabilities *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!tell_use(ex, i == 0 ? name : "", list->items[i].type, list->items[i].name))
			return false;
	return true;
}

static bool tell_admin_uses(struct explanation *ex, const struct abilock_module *module)
{
	const struct abilock_configuration *configuration = ex->modules->configuration;

	for (size_t i = 0; i < configuration->use_count; i++) {
		const struct abilock_admin_use *use = &configuration->uses[i];

		if (!abilock_module_name_eq(use->module, module->name))
			continue;
		if (!tell_use(ex, "uses", use->type, use->name))
			return false;
		abilock_text_printf(&ex->out, ", by %s", where(ex, use->place));
	}
	return true;
}

/* Why something cannot be had, without the line that it cannot. */
static void tell_problem(struct explanation *ex, const struct abilock_resolution *alone)
{
	struct abilock_text text = {0};

	if (!alone->fatal || !alone->fatal->cause)
		return;
	abilock_failure_write(&text, alone->fatal->cause);
	abilock_text_putc(&text, '\0');
	if (text.failed)
		ex->out.failed = true;
	else
		block(ex, "problem", text.data);
	abilock_text_deinit(&text);
}

/* Which better one autoload takes. */
static void tell_left_out(struct explanation *ex, const struct abilock_module *module)
{
	const size_t length = strlen(module->name);

	for (size_t i = 0; i < ex->start.note_count; i++)
		if (strncmp(ex->start.notes[i], module->name, length) == 0 &&
		    str_starts(ex->start.notes[i] + length, " is left out: "))
			block(ex, "note", ex->start.notes[i]);
}

/* What would come of it at the start, and by hand. */
static bool tell_outcome(struct explanation *ex, const struct abilock_module *module)
{
	_cleanup_(abilock_resolution_deinit) struct abilock_resolution alone = {0};
	const struct abilock_step *step;
	size_t number = 0;

	if (module->state == ABILOCK_MODULE_RUNNING)
		return true;
	if (module->failure) {
		if (module->state != ABILOCK_MODULE_BLOCKED)
			line(ex, "by hand", "it would be tried again");
		return true;
	}
	if (!resolve_start(ex) || !explain_try_goal(ex, "module", module->name, &alone))
		return false;
	step = step_of(ex, module, &number);
	if (step) {
		label(ex, "at start");
		abilock_text_printf(&ex->out, "loaded as number %zu of %zu, because %s", number,
				    ex->start.step_count, step->reason);
	} else {
		line(ex, "at start", "not loaded");
		tell_left_out(ex, module);
		if (!alone.fatal)
			line(ex, "by hand", "it would load");
	}
	tell_problem(ex, &alone);
	return true;
}

static bool tell_module(struct explanation *ex, const struct abilock_module *module)
{
	const struct abilock_manifest *manifest = module->manifest;

	abilock_text_puts(&ex->out, module->name);
	if (manifest->description)
		abilock_text_printf(&ex->out, ": %s", manifest->description);
	line(ex, "state", state_text(module));
	line(ex, "type", abilock_module_type(module));
	line(ex, "file",
	     module->file.path	     ? module->file.path
	     : manifest->is_embedded ? "none: it is a part of the host"
				     : "none");
	tell_directives(ex, module);
	tell_users(ex, &(struct subject){.module = module});
	tell_provides(ex, &manifest->provides);
	if (!tell_uses(ex, "uses", &manifest->uses) || !tell_admin_uses(ex, module) ||
	    !tell_uses(ex, "can use", &manifest->canuse) ||
	    !tell_uses(ex, "will use", &manifest->willuse))
		return false;
	if (module->failure) {
		_cleanup_(freep) char *text = abilock_failure_text(module->failure);

		if (!text)
			return false;
		block(ex, "failure", text);
	}
	return tell_outcome(ex, module);
}

/* ---- a capability ---- */

static void tell_provider(struct explanation *ex, const struct abilock_provided *provided,
			  bool is_first)
{
	const struct abilock_module *module = provided->module;
	const struct abilock_directive *never =
		abilock_directives_find(&ex->modules->configuration->neverload, module->name);

	label(ex, is_first ? "provided by" : "");
	abilock_text_printf(&ex->out, "%s, priority %d, %s", module->name, provided->priority,
			    state_text(module));
	if (never)
		abilock_text_printf(&ex->out, ", forbidden by neverload, %s",
				    where(ex, never->place));
}

static bool tell_capability(struct explanation *ex, const char *type, const char *name)
{
	_cleanup_(abilock_resolution_deinit) struct abilock_resolution alone = {0};
	_cleanup_(freep) struct abilock_provided *provided = NULL;
	const ssize_t count =
		abilock_catalogue_providers(ex->modules->catalogue, type, name, &provided);

	if (count < 0 || !explain_try_goal(ex, type, name, &alone))
		return false;
	abilock_text_printf(&ex->out, "%s=%s", type, name);
	for (ssize_t i = 0; i < count; i++)
		tell_provider(ex, &provided[i], i == 0);
	tell_users(ex, &(struct subject){.type = type, .name = name});
	for (size_t i = 0; i < alone.note_count; i++)
		block(ex, "note", alone.notes[i]);
	tell_problem(ex, &alone);
	if (!alone.fatal && alone.step_count > 0) {
		label(ex, "a request");
		abilock_text_printf(
			&ex->out, "would load %s%s", alone.steps[alone.step_count - 1].module->name,
			ex->modules->configuration->demandload ? "" : ", but demandload is off");
	}
	return true;
}

/* @return false: nothing is known of it, or memory is out. */
static bool tell(struct explanation *ex, const char *subject)
{
	const char *equals = strchr(subject, '='), *name = subject;
	const struct abilock_module *module;

	if (equals && !str_starts(subject, "module=")) {
		const char *type =
			abilock_arena_strndup(&ex->arena, subject, (size_t)(equals - subject));

		return type && tell_capability(ex, type, equals + 1);
	}
	if (equals)
		name = equals + 1;
	if (abilock_module_name_parse(&ex->arena, name, &name, NULL) < 0)
		return false;
	module = abilock_catalogue_find(ex->modules->catalogue, name);
	return module && tell_module(ex, module);
}

char *explain_finish(struct explanation *ex, bool is_told)
{
	abilock_text_putc(&ex->out, '\0');
	abilock_resolution_deinit(&ex->start);
	abilock_arena_clear(&ex->arena);
	if (is_told && !ex->out.failed)
		return ex->out.data;
	abilock_text_deinit(&ex->out);
	return NULL;
}

char *abilock_modules_explain(struct abilock_modules *modules, const char *subject)
{
	struct explanation ex = {.modules = modules};
	bool is_told;

	if (!subject)
		return NULL;
	(void)pthread_mutex_lock(&modules->data);
	is_told = tell(&ex, subject);
	(void)pthread_mutex_unlock(&modules->data);
	return explain_finish(&ex, is_told);
}
