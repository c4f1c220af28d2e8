/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdarg.h>

void abilock_report_free(struct abilock_report *report)
{
	if (!report)
		return;
	free(report->findings);
	free(report->after);
	abilock_arena_clear(&report->arena);
	free(report);
}

struct abilock_finding *abilock_report_find(const struct abilock_report *report,
					    enum abilock_code code, const char *subject)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct abilock_finding *finding = &report->findings[i];

		if (finding->code == code && (!subject || str_eq(finding->subject, subject)))
			return finding;
	}
	return NULL;
}

int abilock_report_add(struct abilock_report *report, struct abilock_error *err,
		       enum abilock_code code, const char *subject, const char *provider,
		       const char *needed_by, const char *detail_fmt, ...)
{
	struct abilock_arena *arena = &report->arena;
	char detail[1024];
	va_list ap;

	if (abilock_report_find(report, code, subject))
		return 0;
	va_start(ap, detail_fmt);
	(void)vsnprintf(detail, sizeof(detail), detail_fmt, ap);
	va_end(ap);
	struct abilock_finding *finding =
		abilock_array_push(&report->findings, &report->finding_count, sizeof(*finding));
	if (!finding)
		return abilock_error_nomem(err);
	finding->code = code;
	finding->subject = abilock_arena_text(arena, subject);
	finding->provider = provider ? abilock_arena_text(arena, provider) : NULL;
	finding->needed_by = abilock_arena_text(arena, needed_by);
	finding->detail = abilock_arena_text(arena, detail);
	if (!finding->subject || !finding->detail || !finding->needed_by ||
	    (provider && !finding->provider))
		return abilock_error_nomem(err);
	return 0;
}

int abilock_report_add_symbol(struct abilock_report *report, struct abilock_error *err,
			      struct abilock_finding *finding, const char *symbol)
{
	const char *text = abilock_arena_text(&report->arena, symbol);
	const char **slot = text ? abilock_arena_push(&report->arena, &finding->symbols,
						      &finding->symbol_count, sizeof(*slot))
				 : NULL;

	if (!slot)
		return abilock_error_nomem(err);
	*slot = text;
	return 0;
}

/* ---- builds ---- */

/* The value of a string member of a flat JSON object such as .note.package; NULL: not there. */
static char *json_member(struct abilock_arena *arena, const char *json, const char *key)
{
	char quoted[64];

	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", key);
	const char *p = strstr(json, quoted);
	if (!p)
		return NULL;
	p += strlen(quoted);
	p += strspn(p, " \t\n:");
	if (*p++ != '"')
		return NULL;
	char *value = abilock_arena_strndup(arena, p, strcspn(p, "\"\\"));
	if (value)
		str_disarm(value);
	return value;
}

/* Private nodes of a host without a note, joined: the nearest thing to a tag that it has. */
static const char *private_nodes(struct abilock_arena *arena, const struct abilock_object *object)
{
	char *joined = NULL;

	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		if ((def->flags & VER_FLG_BASE) || !def->is_private)
			continue;
		joined = joined ? abilock_arena_printf(arena, "%s, %s", joined, def->name)
				: abilock_arena_strdup(arena, def->name);
	}
	if (joined)
		str_disarm(joined);
	return joined;
}

void abilock_report_describe(struct abilock_report *report, const struct abilock_object *object,
			     struct abilock_build *build)
{
	struct abilock_arena *arena = &report->arena;
	const struct abilock_note *note = object->note;

	build->path = abilock_arena_text(arena, object->path);
	if (note) {
		build->kind = abilock_arena_text(arena, note->kind);
		build->host = abilock_arena_text(arena, note->host);
		build->tag = abilock_arena_text(arena, note->tag);
		if (note->name)
			build->name = abilock_arena_text(arena, note->name);
	} else {
		build->tag = private_nodes(arena, object);
	}
	if (object->build_id_size)
		build->build_id = abilock_arena_hex(arena, object->build_id, object->build_id_size);
	if (object->package) {
		char *name = json_member(arena, object->package, "name");
		char *version = json_member(arena, object->package, "version");

		if (name)
			build->package = abilock_arena_printf(arena, version ? "%s %s" : "%s", name,
							      version);
	}
}

static int by_code(const void *a, const void *b)
{
	const struct abilock_finding *x = a, *y = b;
	int order = (int)x->code - (int)y->code;

	return order ? order : strcmp(x->subject, y->subject);
}

void abilock_report_sort(struct abilock_report *report)
{
	if (report->finding_count)
		qsort(report->findings, report->finding_count, sizeof(*report->findings), by_code);
}
