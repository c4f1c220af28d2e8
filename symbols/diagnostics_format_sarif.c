/* SPDX-License-Identifier: MIT */
/* SARIF 2.1.0 (OASIS, 2020): what code hosts show beside the lines of a change. */
#include "cli.h"
#include "diagnostics_format_writers.h"
#include "json.h"

struct cursor {
	const struct abilock_source *source;
	uint32_t line;
	const char *start; /* NULL: the source has no such line */
};

struct sarif {
	const struct diagnostics_document *document;
	struct json_object *rules;
	const char **extra; /* malloc'ed; ids that the table lacks: they follow it */
	size_t extra_count;
	struct cursor cursor;
};

static void sarif_deinit(struct sarif *sarif)
{
	free(sarif->extra);
}

static bool put_message(struct json_object *to, const char *key, const char *text)
{
	struct json_object *message = json_put_object(to, key);

	return message && json_put_string(message, "text", text);
}

/* ---- rules ---- */

static bool push_rule(struct sarif *sarif, const struct abilock_rule *rule)
{
	struct json_object *to = json_push_object(sarif->rules), *configuration;

	return to && json_put_string(to, "id", rule->id) &&
	       put_message(to, "shortDescription", rule->summary) &&
	       put_message(to, "help", rule->fix) &&
	       (configuration = json_put_object(to, "defaultConfiguration")) &&
	       json_put_string(configuration, "level", abilock_level_name(rule->level));
}

static bool push_extra(struct sarif *sarif, const char *id)
{
	struct json_object *to = json_push_object(sarif->rules);
	const char **extra =
		abilock_array_push(&sarif->extra, &sarif->extra_count, sizeof(*sarif->extra));

	if (!extra || !to)
		return false;
	*extra = id;
	return json_put_string(to, "id", id);
}

/* Index of a rule in the list, which grows where needed; few rules are not in the table. */
static bool find_rule(struct sarif *sarif, const char *id, size_t *ret)
{
	const struct diagnostics_document *document = sarif->document;
	const struct abilock_rule *rule =
		abilock_rule_find(document->rules, document->rule_count, id);
	size_t extra = 0;

	if (rule) {
		*ret = (size_t)(rule - document->rules);
		return true;
	}
	while (extra < sarif->extra_count && !str_eq(sarif->extra[extra], id))
		extra++;
	*ret = document->rule_count + extra;
	return extra < sarif->extra_count || push_extra(sarif, id);
}

static bool put_driver(struct sarif *sarif, struct json_object *run)
{
	struct json_object *tool = json_put_object(run, "tool"), *driver;

	if (!tool || !(driver = json_put_object(tool, "driver")) ||
	    !json_put_string(driver, "name", sarif->document->tool) ||
	    !json_put_string(driver, "version", ABILOCK_VERSION) ||
	    !(sarif->rules = json_put_array(driver, "rules")))
		return false;
	for (size_t i = 0; i < sarif->document->rule_count; i++)
		if (!push_rule(sarif, &sarif->document->rules[i]))
			return false;
	return true;
}

/* ---- places ---- */

static void add_percent(struct abilock_text *uri, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	for (; *path; path++)
		if (strchr(plain, *path))
			abilock_text_putc(uri, *path);
		else
			abilock_text_printf(uri, "%%%02X", (unsigned char)*path);
}

static bool put_artifact(struct json_object *to, const char *path)
{
	_cleanup_(abilock_text_deinit) struct abilock_text uri = {0};
	struct json_object *artifact = json_put_object(to, "artifactLocation");
	const bool is_absolute = path[0] == '/';

	abilock_text_puts(&uri, is_absolute ? "file://" : "");
	add_percent(&uri, path);
	abilock_text_putc(&uri, '\0');
	return artifact && !uri.failed && json_put_string(artifact, "uri", uri.data) &&
	       (is_absolute || json_put_string(artifact, "uriBaseId", "%SRCROOT%"));
}

/* A line that was found, and where: the next one is looked for from there. */
static const char *find_line(struct cursor *cursor, const struct abilock_source *source,
			     uint32_t line)
{
	if (cursor->source != source || cursor->line > line)
		*cursor = (struct cursor){.source = source, .line = 1, .start = source->text};
	while (cursor->start && cursor->line < line) {
		const size_t left = source->length - (size_t)(cursor->start - source->text);
		const char *newline = memchr(cursor->start, '\n', left);

		cursor->start = newline ? newline + 1 : NULL;
		cursor->line++;
	}
	return cursor->start;
}

/* Columns here are characters, from 1; where the text is not known they stay bytes. */
static uint64_t character_column(struct sarif *sarif, const struct abilock_place *place)
{
	const struct abilock_source *source = &sarif->document->sources[place->file];
	const char *p = find_line(&sarif->cursor, source, place->line);
	uint64_t column = 1;

	if (!p || source->length - (size_t)(p - source->text) < place->column - 1)
		return place->column;
	for (const char *end = p + (place->column - 1); p < end; p++)
		column += ((unsigned char)*p & 0xc0) != 0x80;
	return column;
}

static bool put_region(struct sarif *sarif, struct json_object *physical,
		       const struct abilock_place *place)
{
	struct json_object *region;

	if (place->line == 0)
		return true;
	if (!(region = json_put_object(physical, "region")) ||
	    !json_put_number(region, "startLine", place->line))
		return false;
	return place->column == 0 ||
	       json_put_number(region, "startColumn", character_column(sarif, place));
}

static bool put_logical(struct json_object *location, const char *subject)
{
	struct json_object *names, *name;

	return !subject || ((names = json_put_array(location, "logicalLocations")) &&
			    (name = json_push_object(names)) &&
			    json_put_string(name, "fullyQualifiedName", subject));
}

static bool put_location(struct sarif *sarif, struct json_object *result,
			 const struct abilock_diagnostic *diag)
{
	struct json_object *list = json_put_array(result, "locations"), *location, *physical;

	return list && (location = json_push_object(list)) &&
	       (physical = json_put_object(location, "physicalLocation")) &&
	       put_artifact(physical, diagnostics_path(sarif->document, diag)) &&
	       put_region(sarif, physical, &diag->place) && put_logical(location, diag->subject);
}

/* Where the C source declares it. */
static bool put_related(struct json_object *result, const struct diagnostics_document *document,
			const struct abilock_diagnostic *diag)
{
	struct json_object *list, *location, *physical, *region;

	if (!diag->c_file)
		return true;
	return (list = json_put_array(result, "relatedLocations")) &&
	       (location = json_push_object(list)) &&
	       (physical = json_put_object(location, "physicalLocation")) &&
	       put_artifact(physical, diagnostics_relative(document, diag->c_file)) &&
	       (diag->c_line == 0 || ((region = json_put_object(physical, "region")) &&
				      json_put_number(region, "startLine", diag->c_line))) &&
	       put_message(location, "message", "declared here");
}

/* ---- results ---- */

static bool put_suppression(struct json_object *result, const struct abilock_diagnostic *diag)
{
	struct json_object *list = json_put_array(result, "suppressions"), *suppression;

	/* An empty list says that nothing is suppressed; none at all would say: not known. */
	return list &&
	       (!diag->accepted || ((suppression = json_push_object(list)) &&
				    json_put_string(suppression, "kind", "external") &&
				    json_put_string(suppression, "status", "accepted") &&
				    json_put_string(suppression, "justification", diag->accepted)));
}

/* The same finding of another day, whatever its line. */
static bool put_fingerprint(struct json_object *result, const struct abilock_diagnostic *diag)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct json_object *prints = json_put_object(result, "partialFingerprints");

	abilock_text_printf(&text, "%s %s", diag->rule ? diag->rule : "",
			    diag->subject ? diag->subject : diag->message);
	abilock_text_putc(&text, '\0');
	return prints && !text.failed && json_put_string(prints, "ruleAndSubject/v1", text.data);
}

static bool put_result_text(struct json_object *result, const struct diagnostics_document *document,
			    const struct abilock_diagnostic *diag)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const char *fix = diagnostics_fix(document, diag);

	abilock_text_printf(&text, "%s\n", diag->message);
	diagnostics_add_details(&text, document, diag, "  ", 10);
	if (fix && diag->level != ABILOCK_LEVEL_NOTE)
		abilock_text_printf(&text, "What to do: %s\n", fix);
	if (text.failed)
		return false;
	text.data[text.length - 1] = '\0';
	return put_message(result, "message", text.data);
}

static bool push_result(struct sarif *sarif, struct json_object *results,
			const struct abilock_diagnostic *diag)
{
	const struct diagnostics_document *document = sarif->document;
	struct json_object *result = json_push_object(results);
	size_t rule = 0;

	if (!result || (diag->rule && (!find_rule(sarif, diag->rule, &rule) ||
				       !json_put_string(result, "ruleId", diag->rule) ||
				       !json_put_number(result, "ruleIndex", rule))))
		return false;
	return json_put_string(result, "level", abilock_level_name(diag->level)) &&
	       put_result_text(result, document, diag) && put_location(sarif, result, diag) &&
	       put_related(result, document, diag) && put_suppression(result, diag) &&
	       put_fingerprint(result, diag);
}

static int compare_places(const void *a, const void *b)
{
	const struct abilock_diagnostic *x = *(const struct abilock_diagnostic *const *)a;
	const struct abilock_diagnostic *y = *(const struct abilock_diagnostic *const *)b;

	if (x->place.file != y->place.file)
		return x->place.file < y->place.file ? -1 : 1;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return (x > y) - (x < y);
}

static bool push_results(struct sarif *sarif, struct json_object *results)
{
	const struct abilock_diagnostics *diags = sarif->document->diags;
	_cleanup_(freep) const struct abilock_diagnostic **sorted = diagnostics_sort_groups(diags);

	if (!sorted)
		return false;
	/* So that each source is gone through once. */
	qsort(sorted, diags->count, sizeof(*sorted), compare_places);
	for (size_t i = 0; i < diags->count; i++)
		if (!push_result(sarif, results, sorted[i]))
			return false;
	return true;
}

static bool put_run(struct sarif *sarif, struct json_object *root)
{
	struct json_object *runs = json_put_array(root, "runs"), *run, *results;

	return runs && (run = json_push_object(runs)) && put_driver(sarif, run) &&
	       json_put_string(run, "columnKind", "unicodeCodePoints") &&
	       (results = json_put_array(run, "results")) && push_results(sarif, results);
}

int diagnostics_sarif_write(struct abilock_text *out, const struct diagnostics_document *document,
			    struct abilock_error *err)
{
	_cleanup_(json_freep) struct json_object *root = json_new();
	_cleanup_(sarif_deinit) struct sarif sarif = {.document = document};

	static const char schema[] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/"
				     "schemas/sarif-schema-2.1.0.json";
	if (!root || !json_put_string(root, "$schema", schema) ||
	    !json_put_string(root, "version", "2.1.0") || !put_run(&sarif, root) ||
	    json_add(out, root, err) < 0)
		return abilock_error_nomem(err);
	abilock_text_putc(out, '\n');
	return 0;
}
