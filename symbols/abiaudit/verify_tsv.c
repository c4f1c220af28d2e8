/* SPDX-License-Identifier: MIT */
#include "verify_tsv.h"

#include "tsv.h"

static void add_verdict(struct abilock_text *out, const char *path, const char *verdict,
			const char *code, bool same_build, bool same_types)
{
	tsv_begin(out, "verdict", path);
	tsv_string(out, verdict);
	tsv_string(out, code);
	tsv_bool(out, same_build);
	tsv_bool(out, same_types);
	tsv_end(out);
}

static void add_finding(struct abilock_text *out, const char *path,
			const struct abilock_finding *finding)
{
	const char *code = abilock_code_name(finding->code);

	tsv_begin(out, "finding", path);
	tsv_string(out, code);
	tsv_string(out, finding->subject);
	tsv_string(out, finding->provider);
	tsv_string(out, finding->needed_by);
	tsv_string(out, finding->detail);
	tsv_end(out);
	for (size_t i = 0; i < finding->symbol_count; i++) {
		tsv_begin(out, "finding-symbol", path);
		tsv_string(out, code);
		tsv_string(out, finding->subject);
		tsv_string(out, finding->symbols[i]);
		tsv_end(out);
	}
}

static void add_build(struct abilock_text *out, const char *path, const char *which,
		      const struct abilock_build *build)
{
	if (!build->path)
		return;
	tsv_begin(out, "build", path);
	tsv_string(out, which);
	tsv_string(out, build->path);
	tsv_string(out, build->kind);
	tsv_string(out, build->host);
	tsv_string(out, build->tag);
	tsv_string(out, build->name);
	tsv_string(out, build->package);
	tsv_string(out, build->build_id);
	tsv_end(out);
}

static void add_counts(struct abilock_text *out, const char *path,
		       const struct abilock_report *report)
{
	for (int role = 0; role < ABILOCK_ROLE_COUNT; role++) {
		tsv_begin(out, "symbols-from", path);
		tsv_string(out, abilock_role_name((enum abilock_role)role));
		tsv_number(out, report->symbol_counts[role]);
		tsv_end(out);
	}
}

static void add_types(struct abilock_text *out, const char *path,
		      const struct verify_type_changes *types)
{
	for (size_t i = 0; i < types->count; i++) {
		const struct verify_type_change *change = &types->items[i];

		for (size_t k = 0; k < change->line_count; k++) {
			tsv_begin(out, "type-change", path);
			tsv_string(out, change->node);
			tsv_string(out, change->subject);
			tsv_string(out, change->lines[k]);
			tsv_end(out);
		}
		for (size_t k = 0; k < change->symbol_count; k++) {
			tsv_begin(out, "type-symbol", path);
			tsv_string(out, change->node);
			tsv_string(out, change->subject);
			tsv_string(out, change->symbols[k]);
			tsv_bool(out, k < change->used_count);
			tsv_end(out);
		}
	}
}

void verify_tsv_add(struct abilock_text *out, const char *path, const struct abilock_report *report,
		    const struct verify_type_changes *types, const struct abilock_error *error)
{
	char fix[512];

	if (!report) {
		add_verdict(out, path, "error", abilock_error_name(error->code), false, false);
		tsv_add_failed(error, path, out);
		return;
	}
	const bool refused = report->finding_count > 0;
	add_verdict(out, path, refused ? "refused" : "ok",
		    refused ? abilock_code_name(report->findings[0].code) : NULL,
		    report->needs_same_build, report->needs_same_types);
	for (size_t i = 0; i < report->finding_count; i++)
		add_finding(out, path, &report->findings[i]);
	add_build(out, path, "module", &report->module);
	add_build(out, path, "host", &report->host);
	add_build(out, path, "installed_host", &report->installed);
	add_counts(out, path, report);
	for (size_t i = 0; i < report->after_count; i++) {
		tsv_begin(out, "load-after", path);
		tsv_string(out, report->after[i]);
		tsv_end(out);
	}
	add_types(out, path, types);
	abilock_report_fix(report, fix, sizeof(fix));
	if (!fix[0])
		return;
	tsv_begin(out, "fix", path);
	tsv_string(out, fix);
	tsv_end(out);
}
