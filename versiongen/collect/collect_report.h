/* SPDX-License-Identifier: MIT */
/* What collect found, for people and for programs. */
#ifndef VERSIONGEN_COLLECT_REPORT_H
#define VERSIONGEN_COLLECT_REPORT_H

#include "../../symbols/text.h"
#include "collect_update.h"

/**
 * Add a line for each thing that needs a change by hand, and notes on what does not.
 *
 * @param pulls  Flags are written that pull in what is not linked: that is no finding then.
 * @return Number of findings.
 */
size_t collect_report_findings(const struct collect_update *update, bool pulls,
			       struct abilock_text *out);

/** Add one line with the counts. */
void collect_report_summary(const struct collect_update *update, struct abilock_text *out);

/**
 * Add everything as a JSON document.
 *
 * @param findings  What collect_report_findings() returned.
 */
int collect_report_json(const struct collect_update *update, bool pulls, size_t findings,
			struct abilock_text *out, struct abilock_error *err) _must_check_;

/**
 * Add the flags, one a line, with which a compiler's driver pulls the members in that modules need.
 *
 * @param option  Of the linker, such as `--undefined`.
 * @return 0, or ABILOCK_E_UNSUPPORTED for a name that cannot stand in a response file.
 */
int collect_report_link_flags(const struct collect *collect, const char *option,
			      struct abilock_text *out, struct abilock_error *err) _must_check_;

#endif
