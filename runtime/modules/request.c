/* SPDX-License-Identifier: MIT */
/* What a host asks for: start, load, request, rescan. Each is one operation. */
#include "manager.h"
#include "manifest/module_name.h"
#include "thread_error.h"

/* ---- one question to the resolver, and what is done about the answer ---- */

/* A question that was asked, and what came out. */
struct asking {
	struct abilock_modules *modules;
	struct abilock_resolver_hooks hooks;
	struct abilock_resolver_question question;
	struct abilock_resolution resolution;
};

static void asking_deinit(struct asking *asking)
{
	abilock_resolution_deinit(&asking->resolution);
}

static void prepare(struct asking *asking, struct abilock_modules *modules,
		    const struct abilock_goal *goals, size_t goal_count)
{
	*asking = (struct asking){.modules = modules};
	asking->question = (struct abilock_resolver_question){
		.catalogue = modules->catalogue,
		.configuration = modules->configuration,
		.arch = modules->arch,
		.goals = goals,
		.goal_count = goal_count,
		.hooks = abilock_life_hooks(modules, &asking->hooks),
		.failures = &modules->failures,
	};
}

/* What happened, in the order in which it is wanted: what was loaded, then what was not. */
static void report(struct asking *asking)
{
	struct abilock_modules *modules = asking->modules;
	const struct abilock_resolution *resolution = &asking->resolution;

	if (!modules->log)
		return;
	for (size_t i = 0; i < resolution->step_count; i++)
		if (resolution->steps[i].module->state == ABILOCK_MODULE_RUNNING)
			abilock_modules_log(modules, ABILOCK_LOG_NOTICE, "loaded %s: %s",
					    resolution->steps[i].module->name,
					    resolution->steps[i].reason);
	for (size_t i = 0; i < resolution->note_count; i++)
		abilock_modules_log_text(modules, ABILOCK_LOG_NOTICE, resolution->notes[i]);
	for (size_t i = 0; i < resolution->problem_count; i++)
		abilock_modules_log_text(modules,
					 resolution->problems[i].is_fatal ? ABILOCK_LOG_ERROR
									  : ABILOCK_LOG_WARNING,
					 resolution->problems[i].text);
}

static int out_of_memory(void)
{
	abilock_thread_error_set(NULL);
	return -1;
}

static int refuse_null(const char *text)
{
	abilock_thread_error_set(strdup(text));
	return -1;
}

/* Ask, and do it. @return 0, 1 the required goal declined, or -1 with the thread's error set. */
static int ask(struct asking *asking)
{
	struct abilock_error err;

	if (abilock_resolve(&asking->question, &asking->resolution, &err) < 0)
		return out_of_memory();
	report(asking);
	const struct abilock_failure *fatal = asking->resolution.fatal;
	if (!fatal)
		return 0;
	abilock_thread_error_set(abilock_failure_text(fatal));
	return fatal->is_decline ? 1 : -1;
}

/* ---- what the configuration wants ---- */

static void hold_goals(struct abilock_modules *modules, const struct abilock_goal *goals,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct abilock_module *module =
			goals[i].module ? goals[i].module : goals[i].instead_of;

		if (!module && str_eq(goals[i].type, "module"))
			module = abilock_catalogue_find(modules->catalogue, goals[i].name);
		if (module)
			abilock_life_hold(module);
	}
}

/* Which part of a start is wanted. */
struct phase {
	bool is_map_only;
	bool is_continued;
	const char *only_type;
};

static int ask_configured(struct abilock_modules *modules, const struct phase *phase)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	_cleanup_(freep) struct abilock_goal *goals = NULL;
	size_t count = 0;
	struct abilock_error err;

	if (abilock_goals_of_configuration(modules->catalogue, modules->configuration, &arena,
					   &goals, &count, &err) < 0)
		return out_of_memory();
	_cleanup_(asking_deinit) struct asking asking;
	prepare(&asking, modules, goals, count);
	if (phase->is_map_only)
		asking.hooks.start = NULL;
	asking.question.is_continued = phase->is_continued;
	asking.question.only_type = phase->only_type;
	int r = ask(&asking);
	hold_goals(modules, goals, count);
	return r == 0 ? 0 : -1;
}

static int operate_configured(struct abilock_modules *modules, const char *what,
			      const struct phase *phase)
{
	struct abilock_operation operation;

	if (abilock_operation_begin(modules, what, true, &operation) < 0)
		return -1;
	int r = ask_configured(modules, phase);
	abilock_operation_end(&operation);
	return r;
}

int abilock_modules_start(struct abilock_modules *modules)
{
	return operate_configured(modules, "abilock_modules_start", &(struct phase){0});
}

int abilock_modules_map(struct abilock_modules *modules)
{
	return operate_configured(modules, "abilock_modules_map",
				  &(struct phase){.is_map_only = true});
}

int abilock_modules_initialise(struct abilock_modules *modules, const char *type)
{
	return operate_configured(modules, "abilock_modules_initialise",
				  &(struct phase){.is_continued = true, .only_type = type});
}

/* ---- rescan ---- */

/* Look again; @p all: at each file. The operation holds `data`. */
static int rescan(struct abilock_modules *modules, bool all)
{
	struct abilock_error err = {0};
	bool changed = false;

	abilock_operation_unlock_data(modules);
	abilock_modules_keep_log(modules);
	int r = abilock_catalogue_rescan(modules->catalogue, all, &changed, &err);
	abilock_operation_lock_data(modules);
	if (r < 0)
		abilock_modules_set_error(&err);
	else if (changed)
		abilock_life_block(modules);
	return r < 0 ? -1 : 0;
}

int abilock_modules_rescan(struct abilock_modules *modules)
{
	struct abilock_operation operation;
	int r = 0;

	if (abilock_operation_begin(modules, "abilock_modules_rescan", false, &operation) < 0)
		return -1;
	/* The operation outside goes on with what it knows. */
	if (operation.is_nested) {
		abilock_thread_error_set(
			strdup("abilock_modules_rescan(): called from load() of a module"));
		r = -1;
	} else {
		r = rescan(modules, true);
	}
	abilock_operation_end(&operation);
	return r;
}

/* ---- by name ---- */

/* Somebody else tried it while we waited: his result is ours. */
static bool was_tried(const struct abilock_operation *operation,
		      const struct abilock_module *module)
{
	return !operation->is_nested && module->attempt >= operation->waited_for &&
	       (module->state == ABILOCK_MODULE_FAILED || module->state == ABILOCK_MODULE_DECLINED);
}

static int share_failure(const struct abilock_module *module)
{
	abilock_thread_error_set(abilock_failure_text(module->failure));
	return module->state == ABILOCK_MODULE_DECLINED ? 1 : -1;
}

/* It may have been installed since the directories were read. */
static struct abilock_module *find_or_rescan(const struct abilock_operation *operation,
					     const char *name)
{
	struct abilock_modules *modules = operation->modules;
	struct abilock_module *module = abilock_catalogue_find(modules->catalogue, name);

	if (module || operation->is_nested || rescan(modules, false) < 0)
		return module;
	return abilock_catalogue_find(modules->catalogue, name);
}

static int load(const struct abilock_operation *operation, const char *name,
		struct abilock_module **ret_module)
{
	struct abilock_modules *modules = operation->modules;
	struct abilock_module *module = find_or_rescan(operation, name);
	const struct abilock_goal goal = {
		.type = "module", .name = name, .reason = "asked for by name", .is_required = true};

	int r = 0;
	if (module && was_tried(operation, module))
		return share_failure(module);
	if (!module || module->state != ABILOCK_MODULE_RUNNING) {
		_cleanup_(asking_deinit) struct asking asking;

		prepare(&asking, modules, &goal, 1);
		r = ask(&asking);
		if (r == 0)
			module = abilock_catalogue_find(modules->catalogue, name);
	}
	if (r != 0 || !module)
		return r != 0 ? r : out_of_memory();
	abilock_life_hold(module);
	if (ret_module)
		*ret_module = module;
	return 0;
}

int abilock_modules_load(struct abilock_modules *modules, const char *name,
			 struct abilock_module **ret_module)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	struct abilock_operation operation;
	struct abilock_error err = {0};
	const char *meant;

	if (!name)
		return refuse_null("abilock_modules_load(): no name");
	if (abilock_operation_begin(modules, "abilock_modules_load", true, &operation) < 0)
		return -1;
	int r = abilock_module_name_parse(&arena, name, &meant, &err);
	if (r < 0)
		abilock_thread_error_set(strdup(err.message));
	else
		r = load(&operation, meant, ret_module);
	abilock_operation_end(&operation);
	return r < 0 ? -1 : r;
}

/* ---- by type ---- */

/* Modules of a type that nothing forbids, by their priority; those of one by name. */
struct choice {
	const char *type;
	struct abilock_goal *goals;
	struct abilock_module **modules;
	size_t count;
};

static int compare_modules(const void *a, const void *b)
{
	const struct abilock_module *left = *(struct abilock_module *const *)a;
	const struct abilock_module *right = *(struct abilock_module *const *)b;

	if (left->manifest->priority != right->manifest->priority)
		return left->manifest->priority < right->manifest->priority ? -1 : 1;
	return strcmp(left->name, right->name);
}

static bool is_chosen(const struct abilock_modules *modules, const struct abilock_module *module,
		      const char *type)
{
	const struct abilock_configuration *configuration = modules->configuration;

	return str_eq(abilock_module_type(module), type) && !module->is_gone &&
	       !abilock_directives_find(&configuration->neverload, module->name) &&
	       !abilock_directives_find(&configuration->noload, module->name);
}

static bool choose(struct abilock_modules *modules, struct choice *choice)
{
	struct abilock_module *module, **slot;

	for (size_t i = 0; (module = abilock_catalogue_at(modules->catalogue, i)); i++) {
		if (!is_chosen(modules, module, choice->type))
			continue;
		slot = abilock_array_push(&choice->modules, &choice->count, sizeof(*slot));
		if (!slot)
			return false;
		*slot = module;
	}
	if (choice->count == 0)
		return true;
	qsort(choice->modules, choice->count, sizeof(*choice->modules), compare_modules);
	choice->goals = calloc(choice->count, sizeof(*choice->goals));
	for (size_t i = 0; choice->goals && i < choice->count; i++)
		choice->goals[i] = (struct abilock_goal){.type = "module",
							 .name = choice->modules[i]->name,
							 .reason = "asked for by type",
							 .module = choice->modules[i]};
	return choice->goals != NULL;
}

static void choice_deinit(struct choice *choice)
{
	free(choice->goals);
	free(choice->modules);
}

/* All failures of the type, one behind the other. */
static int report_failures(const struct choice *choice)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; i < choice->count; i++) {
		if (choice->modules[i]->state != ABILOCK_MODULE_FAILED)
			continue;
		if (text.length > 0)
			abilock_text_putc(&text, '\n');
		abilock_failure_write(&text, choice->modules[i]->failure);
	}
	if (text.length == 0 && !text.failed)
		return 0;
	abilock_thread_error_set(text.failed ? NULL : strndup(text.data, text.length));
	return -1;
}

static int load_type(struct abilock_modules *modules, const char *type)
{
	_cleanup_(choice_deinit) struct choice choice = {.type = type};
	_cleanup_(asking_deinit) struct asking asking;

	prepare(&asking, modules, NULL, 0);
	if (!choose(modules, &choice))
		return out_of_memory();
	prepare(&asking, modules, choice.goals, choice.count);
	if (ask(&asking) < 0)
		return -1;
	hold_goals(modules, choice.goals, choice.count);
	return report_failures(&choice);
}

int abilock_modules_load_type(struct abilock_modules *modules, const char *type)
{
	struct abilock_operation operation;

	if (!type)
		return refuse_null("abilock_modules_load_type(): no type");
	if (abilock_operation_begin(modules, "abilock_modules_load_type", true, &operation) < 0)
		return -1;
	int r = load_type(modules, type);
	abilock_operation_end(&operation);
	return r;
}

/* ---- by what they provide ---- */

/* A request, and those who could serve it. */
struct request {
	const struct abilock_operation *operation;
	const char *type, *name, *reason;
	struct abilock_provided *providers; /* malloc'ed */
	ssize_t count;
};

static void request_deinit(struct request *request)
{
	free(request->providers);
}

/* @return 1 there are some, 0 none, -1 memory is out. */
static int find_providers(struct request *request)
{
	free(take_ptr(request->providers));
	request->count =
		abilock_catalogue_providers(request->operation->modules->catalogue, request->type,
					    request->name, &request->providers);
	if (request->count < 0)
		return out_of_memory();
	return request->count > 0;
}

static struct abilock_module *running_provider(const struct request *request)
{
	for (ssize_t i = 0; i < request->count; i++)
		if (request->providers[i].module->state == ABILOCK_MODULE_RUNNING)
			return request->providers[i].module;
	return NULL;
}

/* Somebody else's operation, which we waited for, came to the same end. */
static const struct abilock_module *failed_provider(const struct request *request)
{
	const struct abilock_module *first = NULL;

	for (ssize_t i = 0; i < request->count; i++) {
		const struct abilock_module *module = request->providers[i].module;

		if (module->state == ABILOCK_MODULE_BLOCKED)
			continue;
		if (!was_tried(request->operation, module))
			return NULL;
		if (!first)
			first = module;
	}
	return first;
}

static int refuse_request(const struct request *request)
{
	abilock_thread_error_set(abilock_thread_error_format(
		"%s=%s is provided by %s, which is not loaded, and modules.conf does not say "
		"demandload=yes",
		request->type, request->name, request->providers[0].module->name));
	return -1;
}

static char *reason_text(const struct request *request)
{
	const struct abilock_module *asker = request->operation->modules->starting;
	const char *who = asker ? asker->name : "the host";

	if (!request->reason)
		return abilock_thread_error_format("%s asked for %s=%s", who, request->type,
						   request->name);
	return abilock_thread_error_format("%s asked for %s=%s (%s)", who, request->type,
					   request->name, request->reason);
}

static int load_provider(struct request *request, struct abilock_module **ret)
{
	struct abilock_modules *modules = request->operation->modules;
	_cleanup_(freep) char *reason = reason_text(request);
	const struct abilock_goal goal = {.type = request->type,
					  .name = request->name,
					  .reason = reason,
					  .is_required = true};
	_cleanup_(asking_deinit) struct asking asking;

	prepare(&asking, modules, &goal, 1);
	if (!reason)
		return out_of_memory();
	if (ask(&asking) != 0 || find_providers(request) < 0)
		return -1;
	*ret = running_provider(request);
	return *ret ? 0 : out_of_memory();
}

/* What runs, or who serves. @return As abilock_modules_request(). */
static int serve(struct request *request, struct abilock_module **ret)
{
	struct abilock_modules *modules = request->operation->modules;
	int found = find_providers(request);

	if (found == 0 && !request->operation->is_nested) {
		if (rescan(modules, false) < 0)
			return -1;
		found = find_providers(request);
	}
	if (found <= 0)
		return found < 0 ? -1 : 1;
	*ret = running_provider(request);
	if (*ret)
		return 0;
	const struct abilock_module *failed = failed_provider(request);
	if (failed) {
		(void)share_failure(failed);
		return -1;
	}
	return modules->configuration->demandload ? load_provider(request, ret)
						  : refuse_request(request);
}

/* What runs need not wait for what is being loaded. */
static struct abilock_module *find_running(struct abilock_modules *modules, const char *type,
					   const char *name)
{
	const struct abilock_operation operation = {.modules = modules};
	_cleanup_(request_deinit) struct request request = {
		.operation = &operation, .type = type, .name = name};
	struct abilock_module *module = NULL;

	if (find_providers(&request) <= 0)
		return NULL;
	(void)pthread_mutex_lock(&modules->data);
	module = running_provider(&request);
	(void)pthread_mutex_unlock(&modules->data);
	return module;
}

int abilock_modules_request(struct abilock_modules *modules, const char *type, const char *name,
			    const char *reason, struct abilock_module **ret_module)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	struct abilock_operation operation;
	struct abilock_module *module;

	if (!type || !name)
		return refuse_null("abilock_modules_request(): no type, or no name");
	name = abilock_modules_wanted_name(&arena, type, name);
	module = find_running(modules, type, name);
	if (module) {
		abilock_thread_error_clear();
		if (ret_module)
			*ret_module = module;
		return 0;
	}
	if (abilock_operation_begin(modules, "abilock_modules_request", true, &operation) < 0)
		return -1;
	_cleanup_(request_deinit) struct request request = {
		.operation = &operation, .type = type, .name = name, .reason = reason};
	int r = serve(&request, &module);
	abilock_operation_end(&operation);
	if (r == 0 && ret_module)
		*ret_module = module;
	return r;
}
