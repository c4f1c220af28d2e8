/* SPDX-License-Identifier: MIT */
#include "host_check.h"

#include "host_key.h"
#include "lock.h"

struct abilock_host_check {
	struct abilock_arena arena;
	struct abilock_libraries *libraries;
	struct abilock_object *host;
	struct abilock_scope scope; /* the host, its libraries; and the module in question */
	struct abilock_lock_memory memory;
	const char *key;
};

void abilock_host_check_begin(struct abilock_host_check *check)
{
	if (check)
		abilock_lock_memory_forget(&check->memory);
}

void abilock_host_check_close(struct abilock_host_check *check)
{
	if (!check)
		return;
	abilock_lock_memory_deinit(&check->memory);
	abilock_scope_clear(&check->scope);
	abilock_object_free(check->host);
	abilock_libraries_free(check->libraries);
	abilock_arena_clear(&check->arena);
	free(check);
}

static int set_key(struct abilock_host_check *check, struct abilock_error *err)
{
	const struct abilock_scope *scope = &check->scope;
	_cleanup_(freep) struct abilock_object **objects =
		calloc(scope->provider_count, sizeof(struct abilock_object *));

	if (!objects)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < scope->provider_count; i++)
		objects[i] = scope->providers[i].object;
	if (scope->missing_count == 0)
		check->key = abilock_host_key_of(objects, scope->provider_count, &check->arena);
	return 0;
}

static int open_host(struct abilock_host_check *check, const char *file, struct abilock_error *err)
{
	check->libraries = abilock_libraries_new(NULL, secure_getenv("LD_LIBRARY_PATH"));
	if (!check->libraries)
		return abilock_error_nomem(err);
	int r = abilock_object_open(file, &check->host, err);
	if (r >= 0 && check->host->interp)
		abilock_libraries_set_program(check->libraries, check->host);
	if (r >= 0)
		r = abilock_scope_add(&check->scope, check->host, ABILOCK_ROLE_HOST,
				      path_base(check->host->path), NULL, err);
	if (r >= 0)
		r = abilock_scope_add_closure(&check->scope, check->libraries, check->host,
					      ABILOCK_ROLE_HOST_LIBRARY, NULL, err);
	return r < 0 ? r : set_key(check, err);
}

int abilock_host_check_open(const char *file, struct abilock_host_check **ret_check,
			    struct abilock_error *err)
{
	struct abilock_host_check *check = calloc(1, sizeof(*check));

	if (!check)
		return abilock_error_nomem(err);
	int r = open_host(check, file, err);
	if (r < 0)
		abilock_host_check_close(check);
	else
		*ret_check = check;
	return r;
}

const char *abilock_host_check_key(const struct abilock_host_check *check)
{
	return check->key;
}

static bool brings_libraries(const struct abilock_host_check *check,
			     const struct abilock_object *module)
{
	for (size_t i = 0; i < module->needed_count; i++)
		if (!abilock_scope_named(&check->scope, module->needed[i]))
			return true;
	return module->filter_count > 0 || module->auxiliary_count > 0;
}

int abilock_host_check_module(struct abilock_host_check *check, struct abilock_object *module,
			      struct abilock_error *err)
{
	struct abilock_scope *scope = &check->scope;
	const struct abilock_lock_question question = {
		.module = module,
		.host = check->host,
		.scope = scope,
		.require_lock = true,
		.is_brief = true,
		.memory = &check->memory,
	};
	struct abilock_report *report = NULL;

	if (!check->key || brings_libraries(check, module))
		return 0;
	int r = abilock_scope_add(scope, module, ABILOCK_ROLE_MODULE, module->path, NULL, err);
	if (r < 0)
		return r;
	r = abilock_lock_check(&question, &report, err);
	scope->provider_count--;
	if (r >= 0)
		r = report->finding_count == 0 && report->after_count == 0;
	abilock_report_free(report);
	return r == ABILOCK_E_NOMEM || r > 0 ? r : 0;
}

/* ---- with its reasons ---- */

/* A program may be given where the host is a library of it. */
static struct abilock_object *host_of(const struct abilock_host_check *check,
				      const struct abilock_object *module)
{
	const char *name = module->note ? module->note->host : NULL;

	for (size_t i = 0; name && i < check->scope.provider_count; i++) {
		struct abilock_object *object = check->scope.providers[i].object;

		if (abilock_object_is_host(object) && object->note->host &&
		    str_eq(object->note->host, name))
			return object;
	}
	return check->host;
}

static int ask(struct abilock_host_check *check, struct abilock_object *module, bool require_lock,
	       struct abilock_report **ret_report, struct abilock_error *err)
{
	struct abilock_scope *scope = &check->scope;
	const struct abilock_lock_question question = {.module = module,
						       .host = host_of(check, module),
						       .scope = scope,
						       .require_lock = require_lock};
	const size_t providers = scope->provider_count, missing = scope->missing_count;
	int r = abilock_scope_add(scope, module, ABILOCK_ROLE_MODULE, module->path, NULL, err);

	if (r >= 0)
		r = abilock_scope_add_closure(scope, check->libraries, module,
					      ABILOCK_ROLE_MODULE_LIBRARY, NULL, err);
	if (r >= 0)
		r = abilock_lock_check(&question, ret_report, err);
	scope->provider_count = providers;
	scope->missing_count = missing;
	return r;
}

int abilock_host_check_refuses(struct abilock_host_check *check, struct abilock_object *module,
			       bool require_lock, struct abilock_report **ret_report,
			       struct abilock_error *err)
{
	struct abilock_report *report = NULL;
	int r = ask(check, module, require_lock, &report, err);

	if (r >= 0 && report->finding_count > 0 &&
	    report->findings[0].code <= ABILOCK_MISSING_SYMBOL) {
		*ret_report = report;
		return 1;
	}
	abilock_report_free(report);
	return r < 0 ? r : 0;
}
