/* SPDX-License-Identifier: MIT */
#include "verify_json.h"

struct json_object *verify_json_new(const struct abilock_object *host)
{
	_cleanup_(json_freep) struct json_object *document = json_new();

	if (!document || !json_put_number(document, "format_version", JSON_FORMAT_VERSION) ||
	    !json_put_string(document, "host", host->path) || !json_put_array(document, "modules"))
		return NULL;
	return take_ptr(document);
}

static bool put_build(struct json_object *to, const char *key, const struct abilock_build *build)
{
	if (!build->path)
		return json_put_null(to, key);
	struct json_object *object = json_put_object(to, key);
	return object && json_put_string(object, "file", build->path) &&
	       json_put_string(object, "kind", build->kind) &&
	       json_put_string(object, "host", build->host) &&
	       json_put_string(object, "tag", build->tag) &&
	       json_put_string(object, "name", build->name) &&
	       json_put_string(object, "package", build->package) &&
	       json_put_string(object, "build_id", build->build_id);
}

static bool push_finding(struct json_object *array, const struct abilock_finding *finding)
{
	struct json_object *object = json_push_object(array);

	return object && json_put_string(object, "code", abilock_code_name(finding->code)) &&
	       json_put_string(object, "subject", finding->subject) &&
	       json_put_string(object, "provider", finding->provider) &&
	       json_put_string(object, "needed_by", finding->needed_by) &&
	       json_put_strings(object, "symbols", finding->symbols, finding->symbol_count) &&
	       json_put_string(object, "detail", finding->detail);
}

static bool put_findings(struct json_object *to, const struct abilock_report *report)
{
	struct json_object *array = json_put_array(to, "findings");

	for (size_t i = 0; array && i < report->finding_count; i++)
		if (!push_finding(array, &report->findings[i]))
			return false;
	return array != NULL;
}

/* A member that jq takes without quotes: "own libraries" is own_libraries. */
static bool put_count(struct json_object *to, enum abilock_role role, size_t count)
{
	char key[64];

	(void)snprintf(key, sizeof(key), "%s", abilock_role_name(role));
	for (char *p = key; *p; p++)
		if (*p == ' ')
			*p = '_';
	return json_put_number(to, key, count);
}

static bool put_counts(struct json_object *to, const struct abilock_report *report)
{
	struct json_object *object = json_put_object(to, "symbols");

	for (int role = 0; object && role < ABILOCK_ROLE_COUNT; role++)
		if (!put_count(object, (enum abilock_role)role, report->symbol_counts[role]))
			return false;
	return object != NULL;
}

static bool push_type_change(struct json_object *array, const struct verify_type_change *change)
{
	struct json_object *object = json_push_object(array);

	return object && json_put_string(object, "node", change->node) &&
	       json_put_string(object, "subject", change->subject) &&
	       json_put_strings(object, "changes", change->lines, change->line_count) &&
	       json_put_strings(object, "symbols", change->symbols, change->symbol_count) &&
	       json_put_strings(object, "used", change->symbols, change->used_count);
}

static bool put_types(struct json_object *to, const struct verify_type_changes *types)
{
	struct json_object *array = json_put_array(to, "types");

	for (size_t i = 0; array && i < types->count; i++)
		if (!push_type_change(array, &types->items[i]))
			return false;
	return array && json_put_strings(to, "types_unknown", types->notes, types->note_count);
}

static bool put_report(struct json_object *to, const struct abilock_report *report,
		       const struct verify_type_changes *types)
{
	char fix[512];

	abilock_report_fix(report, fix, sizeof(fix));
	return put_findings(to, report) && put_types(to, types) &&
	       put_build(to, "module", &report->module) && put_build(to, "host", &report->host) &&
	       put_build(to, "installed_host", &report->installed) && put_counts(to, report) &&
	       json_put_strings(to, "load_after", report->after, report->after_count) &&
	       json_put_bool(to, "needs_same_build", report->needs_same_build) &&
	       json_put_bool(to, "needs_same_types", report->needs_same_types) &&
	       json_put_string(to, "fix", fix[0] ? fix : NULL);
}

bool verify_json_add(struct json_object *document, const char *path,
		     const struct abilock_report *report, const struct verify_type_changes *types,
		     const struct abilock_error *error)
{
	const char *verdict = !report ? "error" : report->finding_count ? "refused" : "ok";
	struct json_object *modules = NULL;

	if (!json_object_object_get_ex(document, "modules", &modules))
		return false;
	struct json_object *object = json_push_object(modules);
	return object && json_put_string(object, "file", path) &&
	       json_put_string(object, "verdict", verdict) &&
	       (report ? put_report(object, report, types)
		       : json_put_error(object, "error", error));
}
