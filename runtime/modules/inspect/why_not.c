/* SPDX-License-Identifier: MIT */
/* Why something is not there, for the error of the host. */
#include "explain.h"

static bool write_failure(struct explanation *ex, const struct abilock_module *module)
{
	if (ex->out.length > 0)
		abilock_text_putc(&ex->out, '\n');
	abilock_failure_write(&ex->out, module->failure);
	return true;
}

/* What is known of providers that were tried. @return whether one runs. */
static bool tell_failed(struct explanation *ex, const struct abilock_provided *provided,
			ssize_t count)
{
	for (ssize_t i = 0; i < count; i++) {
		if (provided[i].module->state == ABILOCK_MODULE_RUNNING)
			return true;
		if (provided[i].module->failure)
			(void)write_failure(ex, provided[i].module);
	}
	return false;
}

static void tell_not_loaded(struct explanation *ex, const struct abilock_module *module,
			    const char *type, const char *name)
{
	if (is_module_type(type))
		abilock_text_printf(&ex->out, "%s is not loaded", module->name);
	else
		abilock_text_printf(&ex->out, "%s, which provides %s=%s, is not loaded: %s",
				    module->name, type, name,
				    ex->modules->configuration->demandload ? "nobody asked for it"
									   : "demandload is off");
}

/* What would come of a try: the reason, or that nobody tried. */
static bool tell_untried(struct explanation *ex, const char *type, const char *name)
{
	_cleanup_(abilock_resolution_deinit) struct abilock_resolution alone = {0};

	if (!explain_try_goal(ex, type, name, &alone))
		return false;
	if (alone.fatal && alone.fatal->cause)
		abilock_failure_write(&ex->out, alone.fatal->cause);
	else if (alone.step_count > 0)
		tell_not_loaded(ex, alone.steps[alone.step_count - 1].module, type, name);
	return true;
}

/* @return false: nothing is wrong, or memory is out. */
static bool tell_why_not(struct explanation *ex, const char *type, const char *name)
{
	_cleanup_(freep) struct abilock_provided *provided = NULL;
	const ssize_t count =
		abilock_catalogue_providers(ex->modules->catalogue, type, name, &provided);

	if (count < 0 || tell_failed(ex, provided, count))
		return false;
	return ex->out.length > 0 || tell_untried(ex, type, name);
}

char *abilock_modules_why_not(struct abilock_modules *modules, const char *type, const char *name)
{
	struct explanation ex = {.modules = modules};
	bool is_told;

	if (!type || !name)
		return NULL;
	name = abilock_modules_wanted_name(&ex.arena, type, name);
	(void)pthread_mutex_lock(&modules->data);
	is_told = tell_why_not(&ex, type, name);
	(void)pthread_mutex_unlock(&modules->data);
	return explain_finish(&ex, is_told);
}
