/* SPDX-License-Identifier: MIT */
/* Whether the lock lets modules into the host that was given as a file. */
#include "check.h"
#include "modules/host_check.h"
#include "report_text.h"

/* One that cannot be read has no embedded modules either: whoever opened it was told. */
void abilock_check_open_host(struct abilock_check *check, const char *file)
{
	check->no_memory |= abilock_host_check_open(file, &check->host, NULL) == ABILOCK_E_NOMEM;
}

void abilock_check_lock(struct abilock_check *check, const struct abilock_module *module,
			struct abilock_object *object)
{
	_cleanup_(abilock_report_freep) struct abilock_report *report = NULL;
	char fix[512];
	int r = check->host ? abilock_host_check_refuses(check->host, object, false, &report, NULL)
			    : 0;

	check->no_memory |= r == ABILOCK_E_NOMEM;
	if (!report)
		return;
	const struct abilock_finding *finding = &report->findings[0];
	abilock_report_fix(report, fix, sizeof(fix));
	abilock_check_report_fix(check, "module-refused", module->name,
				 (struct abilock_check_place){module->file.path, 0},
				 *fix ? fix : NULL, "the host %s refuses it: %s %s (%s)",
				 path_base(report->host.path), abilock_code_name(finding->code),
				 finding->subject, finding->detail);
}
