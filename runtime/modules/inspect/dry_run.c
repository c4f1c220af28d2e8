/* SPDX-License-Identifier: MIT */
#include "dry_run.h"

#include "modules/failure.h"
#include "modules/host_check.h"
#include "report_text.h"

/* @return NULL when memory is out. */
static char *refusal_of(const struct abilock_dry_run *dry, const struct abilock_module *module,
			bool *ret_refused)
{
	const bool require_lock = (dry->modules->flags & ABILOCK_MODULES_REQUIRE_LOCK) != 0;
	const char *path = module->file.path;
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	_cleanup_(abilock_report_freep) struct abilock_report *report = NULL;
	struct abilock_error err;

	abilock_error_clear(&err);
	int r = abilock_object_open(path, &object, &err);
	if (r >= 0)
		r = abilock_host_check_refuses(dry->modules->host_file, object, require_lock,
					       &report, &err);
	*ret_refused = r != 0;
	return r < 0 ? abilock_error_text(path, &err) : r > 0 ? abilock_report_text(report) : NULL;
}

/* What is verified, by its index or when it was read, would be let in. */
static int map(void *data, struct abilock_module *module,
	       const struct abilock_failure **ret_failure)
{
	const struct abilock_dry_run *dry = data;
	bool is_refused = false;

	if (!module->file.path || module->manifest->is_embedded || module->file.is_verified)
		return 0;
	_cleanup_(freep) char *text = refusal_of(dry, module, &is_refused);
	if (!is_refused)
		return 0;
	*ret_failure = abilock_failure_new(dry->arena, NULL, "%s", text ? text : module->file.path);
	return -1;
}

int abilock_dry_run_init(struct abilock_dry_run *ret, struct abilock_modules *modules,
			 struct abilock_arena *arena, struct abilock_error *err)
{
	const bool has_file = (modules->flags & ABILOCK_MODULES_INSPECT) && modules->host;

	*ret = (struct abilock_dry_run){
		.question = {.catalogue = modules->catalogue,
			     .configuration = modules->configuration,
			     .arch = modules->arch},
		.hooks = {.is_dry = true, .map = map, .data = ret},
		.modules = modules,
		.arena = arena,
	};
	if (!has_file)
		return 0;
	ret->question.hooks = &ret->hooks;
	return modules->host_file
		       ? 0
		       : abilock_host_check_open(modules->host, &modules->host_file, err);
}
