/* SPDX-License-Identifier: MIT */
#include "diagnostics_format_writers.h"
#include "json.h"

static bool put_position(struct json_object *finding, const char *name, size_t value)
{
	return value > 0 ? json_put_number(finding, name, value) : json_put_null(finding, name);
}

static bool put_place(struct json_object *finding, const struct diagnostics_document *document,
		      const struct abilock_diagnostic *diag)
{
	return json_put_string(finding, "file", diagnostics_path(document, diag)) &&
	       put_position(finding, "line", diag->place.line) &&
	       put_position(finding, "column", diag->place.column);
}

static bool put_c_place(struct json_object *finding, const struct diagnostics_document *document,
			const struct abilock_diagnostic *diag)
{
	if (!diag->c_file)
		return json_put_null(finding, "c_file") && json_put_null(finding, "c_line");
	return json_put_string(finding, "c_file", diagnostics_relative(document, diag->c_file)) &&
	       put_position(finding, "c_line", diag->c_line);
}

static bool push_finding(struct json_object *findings, const struct diagnostics_document *document,
			 const struct abilock_diagnostic *diag)
{
	struct json_object *finding = json_push_object(findings);

	return finding && json_put_string(finding, "rule", diag->rule) &&
	       json_put_string(finding, "level", abilock_level_name(diag->level)) &&
	       put_place(finding, document, diag) &&
	       json_put_string(finding, "message", diag->message) &&
	       json_put_string(finding, "fix", diagnostics_fix(document, diag)) &&
	       json_put_string(finding, "subject", diag->subject) &&
	       json_put_strings(finding, "details", diag->details, diag->detail_count) &&
	       json_put_strings(finding, "symbols", diag->symbols, diag->symbol_count) &&
	       put_c_place(finding, document, diag) &&
	       json_put_string(finding, "accepted", diag->accepted);
}

static bool put_counts(struct json_object *root, const struct diagnostics_document *document)
{
	const struct diagnostics_counts counts = diagnostics_count(document->diags);

	return json_put_number(root, "errors", counts.levels[ABILOCK_LEVEL_ERROR]) &&
	       json_put_number(root, "warnings", counts.levels[ABILOCK_LEVEL_WARNING]) &&
	       json_put_number(root, "notes", counts.levels[ABILOCK_LEVEL_NOTE]) &&
	       json_put_number(root, "accepted", counts.accepted);
}

int diagnostics_json_write(struct abilock_text *out, const struct diagnostics_document *document,
			   struct abilock_error *err)
{
	const struct abilock_diagnostics *diags = document->diags;
	_cleanup_(json_freep) struct json_object *root = json_new();
	struct json_object *findings;

	if (!root || !json_put_number(root, "format_version", JSON_FORMAT_VERSION) ||
	    !json_put_string(root, "subject", document->subject) ||
	    !(findings = json_put_array(root, "findings")))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < diags->count; i++)
		if (!push_finding(findings, document, &diags->items[i]))
			return abilock_error_nomem(err);
	if (!put_counts(root, document) || json_add(out, root, err) < 0)
		return abilock_error_nomem(err);
	abilock_text_putc(out, '\n');
	return 0;
}
