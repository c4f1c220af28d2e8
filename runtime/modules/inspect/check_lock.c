/* SPDX-License-Identifier: MIT */
/* Whether the lock lets modules into the host that was given as a file. */
#include "check.h"
#include "lock.h"
#include "report_text.h"

struct abilock_check_host {
	struct abilock_libraries *libraries;
	struct abilock_object *object;
	struct abilock_scope scope; /* the host and its libraries; and the module in question */
};

void abilock_check_close_host(struct abilock_check *check)
{
	struct abilock_check_host *host = check->host;

	if (!host)
		return;
	abilock_scope_clear(&host->scope);
	abilock_object_free(host->object);
	abilock_libraries_free(host->libraries);
	free(host);
	check->host = NULL;
}

static int open_host(struct abilock_check_host *host, const char *file)
{
	host->libraries = abilock_libraries_new(NULL, secure_getenv("LD_LIBRARY_PATH"));
	if (!host->libraries)
		return ABILOCK_E_NOMEM;
	int r = abilock_object_open(file, &host->object, NULL);
	if (r >= 0 && host->object->interp)
		abilock_libraries_set_program(host->libraries, host->object);
	if (r >= 0)
		r = abilock_scope_add(&host->scope, host->object, ABILOCK_ROLE_HOST,
				      path_base(host->object->path), NULL, NULL);
	return r < 0 ? r
		     : abilock_scope_add_closure(&host->scope, host->libraries, host->object,
						 ABILOCK_ROLE_HOST_LIBRARY, NULL, NULL);
}

/* One that cannot be read has no embedded modules either: whoever opened it was told. */
void abilock_check_open_host(struct abilock_check *check, const char *file)
{
	check->host = calloc(1, sizeof(*check->host));
	int r = check->host ? open_host(check->host, file) : ABILOCK_E_NOMEM;

	check->no_memory |= r == ABILOCK_E_NOMEM;
	if (r < 0)
		abilock_check_close_host(check);
}

/* A program may be given where the host is a library of it. */
static struct abilock_object *host_of(const struct abilock_check_host *host,
				      const struct abilock_object *module)
{
	const char *name = module->note ? module->note->host : NULL;

	for (size_t i = 0; name && i < host->scope.provider_count; i++) {
		struct abilock_object *object = host->scope.providers[i].object;

		if (abilock_object_is_host(object) && object->note->host &&
		    str_eq(object->note->host, name))
			return object;
	}
	return host->object;
}

/* What is behind it is about other libraries and modules: they may be elsewhere here. */
static bool is_about_host(const struct abilock_report *report)
{
	return report->finding_count > 0 && report->findings[0].code <= ABILOCK_MISSING_SYMBOL;
}

static int ask(struct abilock_check_host *host, struct abilock_object *module,
	       struct abilock_report **ret_report)
{
	const struct abilock_lock_question question = {
		.module = module, .host = host_of(host, module), .scope = &host->scope};
	const size_t providers = host->scope.provider_count, missing = host->scope.missing_count;
	int r = abilock_scope_add(&host->scope, module, ABILOCK_ROLE_MODULE, module->path, NULL,
				  NULL);

	if (r >= 0)
		r = abilock_scope_add_closure(&host->scope, host->libraries, module,
					      ABILOCK_ROLE_MODULE_LIBRARY, NULL, NULL);
	if (r >= 0)
		r = abilock_lock_check(&question, ret_report, NULL);
	host->scope.provider_count = providers;
	host->scope.missing_count = missing;
	return r;
}

void abilock_check_lock(struct abilock_check *check, const struct abilock_module *module,
			struct abilock_object *object)
{
	_cleanup_(abilock_report_freep) struct abilock_report *report = NULL;
	char fix[512];
	int r = check->host ? ask(check->host, object, &report) : 0;

	check->no_memory |= r == ABILOCK_E_NOMEM;
	if (!report || !is_about_host(report))
		return;
	const struct abilock_finding *finding = &report->findings[0];
	abilock_report_fix(report, fix, sizeof(fix));
	abilock_check_report_fix(check, "module-refused", module->name,
				 (struct abilock_check_place){module->file.path, 0},
				 *fix ? fix : NULL, "the host %s refuses it: %s %s (%s)",
				 path_base(report->host.path), abilock_code_name(finding->code),
				 finding->subject, finding->detail);
}
