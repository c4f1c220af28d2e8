/* SPDX-License-Identifier: MIT */
#include "rpm.h"

#include "batch.h"
#include "deps.h"
#include "json.h"
#include "lines.h"
#include "rpm_dependencies.h"
#include "tsv.h"

/* What can be asked, in the order of the answers. */
static const struct question {
	int option;
	const char *key;
	int (*read)(struct abilock_object *object, const struct rpm_rules *rules,
		    struct rpm_dependencies *ret, struct abilock_error *err);
	const char *dropped; /* what a soname is that gives no dependency */
} questions[] = {
	{OPT_DEPS_RPM_PROVIDES, "provides", rpm_provides, "soname"},
	{OPT_DEPS_RPM_REQUIRES, "requires", rpm_requires, "needed library"},
	{OPT_DEPS_RPM_RECOMMENDS, "recommends", rpm_recommends, "recommended library"},
	{OPT_DEPS_RPM_SUGGESTS, "suggests", rpm_suggests, "suggested library"},
};

/* What was asked for: shared by all threads, which only read it, but for the lines. */
struct request {
	const char *tool;
	bool asked[ARRAY_SIZE(questions)];
	enum format format;
	bool compat;
	bool multifile;
	bool sections;
	bool warn;
	struct rpm_rules rules;
	struct lines *lines; /* where one list is made of all files; else NULL */
};

/* The answer about a file. It has no object where there is nothing that could depend. */
struct answer {
	struct abilock_object *object;
	struct rpm_dependencies deps[ARRAY_SIZE(questions)]; /* empty where it was not asked */
};

static void answer_deinit(struct answer *answer)
{
	abilock_object_free(answer->object);
}

/* ---- reading ---- */

static int open_object(const struct request *request, const char *path,
		       struct abilock_object **ret_object, struct abilock_error *err)
{
	return request->sections ? abilock_object_open_sections(path, ret_object, err)
				 : abilock_object_open(path, ret_object, err);
}

/* A file with the debug information of another: its dynamic section has a header, but no bytes. */
static bool has_debug_information_only(const char *path)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;

	if (abilock_object_open_sections(path, &object, NULL) < 0)
		return false;
	for (size_t i = 0; i < object->section_count; i++)
		if (object->sections[i].type == SHT_NOBITS &&
		    str_eq(object->sections[i].name, ".dynamic"))
			return true;
	return false;
}

/* Whether a file that was not opened is one without dependencies, rather than one in error. */
static bool has_none(const char *path, int result, const struct abilock_error *err)
{
	if (result == ABILOCK_E_DAMAGED)
		return has_debug_information_only(path);
	/* The error of a relocatable or core file has no place in the file. */
	return result == ABILOCK_E_UNSUPPORTED && err->table[0] == '\0';
}

static int read_answer(const struct request *request, const char *path, struct answer *answer,
		       struct abilock_error *err)
{
	int r = open_object(request, path, &answer->object, err);

	if (r < 0)
		return has_none(path, r, err) ? 0 : r;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(questions); i++)
		if (request->asked[i])
			r = questions[i].read(answer->object, &request->rules, &answer->deps[i],
					      err);
	return r;
}

/* ---- writing ---- */

static void warn_dropped(const struct request *request, struct answer *answer, const char *what,
			 const struct rpm_dependencies *deps, struct abilock_text *warnings)
{
	struct abilock_object *object = answer->object;

	for (size_t i = 0; i < deps->dropped_count; i++) {
		const char *path = abilock_arena_text(&object->arena, object->path);
		const char *soname = abilock_arena_text(&object->arena, deps->dropped[i]);

		if (!path || !soname) {
			warnings->failed = true;
			return;
		}
		abilock_text_printf(warnings,
				    "%s: %s: %s %s gives no dependency: it does not begin with lib "
				    "or ld, or has no .so in it (--no-filter-soname keeps it)\n",
				    request->tool, path, what, soname);
	}
}

static void write_lines(struct abilock_text *out, const struct rpm_dependencies *deps)
{
	for (size_t i = 0; i < deps->count; i++) {
		abilock_text_add(out, deps->items[i].line, deps->items[i].length);
		abilock_text_putc(out, '\n');
	}
}

static void write_block(const struct request *request, const char *path,
			const struct rpm_dependencies *deps, struct abilock_text *out)
{
	if (request->multifile && deps->count > 0) {
		abilock_text_putc(out, ';');
		abilock_text_puts(out, path);
		abilock_text_putc(out, '\n');
	}
	write_lines(out, deps);
}

static int collect(struct lines *lines, const struct rpm_dependencies *deps,
		   struct abilock_error *err)
{
	bool added = true;

	(void)pthread_mutex_lock(&lines->lock);
	for (size_t i = 0; added && i < deps->count; i++)
		added = lines_add(lines, deps->items[i].line, deps->items[i].length);
	(void)pthread_mutex_unlock(&lines->lock);
	return added ? 0 : abilock_error_nomem(err);
}

static void write_records(struct abilock_text *out, const char *kind, const char *path,
			  const struct rpm_dependencies *deps)
{
	for (size_t i = 0; i < deps->count; i++) {
		const struct rpm_dependency *dep = &deps->items[i];

		tsv_begin(out, kind, path);
		tsv_string(out, dep->line);
		tsv_string(out, dep->soname);
		tsv_string(out, dep->node);
		tsv_string(out, dep->marker);
		tsv_end(out);
	}
}

static bool put_dependencies(struct json_object *file, const char *key,
			     const struct rpm_dependencies *deps)
{
	struct json_object *array = json_put_array(file, key);

	for (size_t i = 0; array && i < deps->count; i++) {
		const struct rpm_dependency *dep = &deps->items[i];
		struct json_object *item = json_push_object(array);

		if (!item || !json_put_string(item, "dependency", dep->line) ||
		    !json_put_string(item, "soname", dep->soname) ||
		    !json_put_string(item, "node", dep->node) ||
		    !json_put_string(item, "marker", dep->marker))
			return false;
	}
	return array != NULL;
}

static bool put_file(struct json_object *file, const struct request *request, const char *path,
		     const struct answer *answer)
{
	bool put = json_put_string(file, "file", path);

	for (size_t i = 0; put && i < ARRAY_SIZE(questions); i++)
		put = !request->asked[i] ||
		      put_dependencies(file, questions[i].key, &answer->deps[i]);
	return put;
}

static int write_json(const struct request *request, const char *path, const struct answer *answer,
		      struct abilock_text *out, struct abilock_error *err)
{
	_cleanup_(json_freep) struct json_object *file = json_new();

	return file && put_file(file, request, path, answer) ? json_add(out, file, err)
							     : abilock_error_nomem(err);
}

/* In blocks, only its line says where a file begins. */
static int check_path(const char *path, struct abilock_error *err)
{
	if (!strchr(path, '\n'))
		return 0;
	return abilock_error_set(
		err, ABILOCK_E_DAMAGED, path, NULL, 0,
		"a newline in the file's name, which a line of --multifile can not "
		"have: rename the file, or take --format json");
}

static int write_text(const struct request *request, const char *path, const struct answer *answer,
		      struct abilock_text *out, struct abilock_error *err)
{
	/* In text there is one question. */
	size_t question = 0;
	while (!request->asked[question])
		question++;
	const struct rpm_dependencies *deps = &answer->deps[question];

	if (request->lines)
		return collect(request->lines, deps, err);
	const bool headed = request->multifile && deps->count > 0;
	int r = headed && !request->compat ? check_path(path, err) : 0;
	if (r >= 0)
		write_block(request, path, deps, out);
	return r;
}

static int write_answer(const struct request *request, const char *path, struct answer *answer,
			struct abilock_text *out, struct abilock_error *err)
{
	for (size_t i = 0; !request->lines && !request->compat && i < ARRAY_SIZE(questions); i++)
		rpm_dependencies_sort(&answer->deps[i]);
	switch (request->format) {
	case FORMAT_JSON: return write_json(request, path, answer, out, err);
	case FORMAT_TSV:
		for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
			write_records(out, questions[i].key, path, &answer->deps[i]);
		return 0;
	case FORMAT_TEXT: break;
	}
	return write_text(request, path, answer, out, err);
}

static int ask(const void *context, const char *path, struct batch_answer *batch,
	       struct abilock_error *err)
{
	const struct request *request = context;
	_cleanup_(answer_deinit) struct answer answer = {0};

	int r = read_answer(request, path, &answer, err);
	if (request->compat && (r == ABILOCK_E_IO || r == ABILOCK_E_NOT_ELF)) {
		/* elfdeps says it by its exit status alone. */
		batch->status = ABILOCK_EXIT_ERROR;
		return 0;
	}
	if (r >= 0)
		r = write_answer(request, path, &answer, &batch->out, err);
	for (size_t i = 0; r >= 0 && request->warn && i < ARRAY_SIZE(questions); i++)
		warn_dropped(request, &answer, questions[i].dropped, &answer.deps[i],
			     &batch->warnings);
	return r;
}

/* ---- */

static struct rpm_rules make_rules(const struct abilock_invocation *inv, bool compat)
{
	return (struct rpm_rules){
		.soname_only = abilock_cli_has(inv, OPT_RPM_SONAME_ONLY),
		.fake_soname = !abilock_cli_has(inv, OPT_RPM_NO_FAKE_SONAME),
		.filter_soname = !abilock_cli_has(inv, OPT_RPM_NO_FILTER_SONAME),
		.require_interp = abilock_cli_has(inv, OPT_RPM_REQUIRE_INTERP),
		.program_soname = !compat && !abilock_cli_has(inv, OPT_RPM_NO_PROGRAM_SONAME),
		.assume_exec = !compat && !abilock_cli_has(inv, OPT_RPM_NO_ASSUME_EXEC),
		.base_names = compat || abilock_cli_has(inv, OPT_RPM_BASE_NAMES),
		.lock = !compat && !abilock_cli_has(inv, OPT_RPM_NO_LOCK),
		.dlopen_notes = !compat && !abilock_cli_has(inv, OPT_RPM_NO_DLOPEN_NOTES),
		.as_found = compat,
	};
}

/* What does not go together. */
static int check_request(const struct abilock_invocation *inv, const struct request *request,
			 size_t asked)
{
	if (request->compat && request->format != FORMAT_TEXT)
		return abilock_cli_usage(inv, "--elfdeps-compat is text, not --format %s",
					 abilock_cli_value(inv, OPT_DEPS_FORMAT, ""));
	if (request->compat && (abilock_cli_has(inv, OPT_DEPS_RPM_RECOMMENDS) ||
				abilock_cli_has(inv, OPT_DEPS_RPM_SUGGESTS)))
		return abilock_cli_usage(inv, "--elfdeps-compat goes with --rpm-provides and "
					      "--rpm-requires: elfdeps knows nothing else");
	if (request->format == FORMAT_TEXT && asked > 1)
		return abilock_cli_usage(inv, "as text, expected one of --rpm-provides, "
					      "--rpm-requires, --rpm-recommends and "
					      "--rpm-suggests; --format json and tsv take several");
	return ABILOCK_EXIT_OK;
}

static int make_request(const struct abilock_invocation *inv, struct request *request)
{
	const bool compat = abilock_cli_has(inv, OPT_RPM_COMPAT);
	size_t asked = 0;

	*request = (struct request){
		.tool = inv->tool->name,
		.compat = compat,
		.multifile = abilock_cli_has(inv, OPT_RPM_MULTIFILE),
		.sections = compat || abilock_cli_has(inv, OPT_RPM_SECTIONS),
		.warn = !compat && !abilock_cli_has(inv, OPT_RPM_NO_FILTER_WARNINGS),
		.rules = make_rules(inv, compat),
	};
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		request->asked[i] = abilock_cli_has(inv, questions[i].option);
		asked += request->asked[i];
	}
	int status = deps_format(inv, &request->format);
	return status == ABILOCK_EXIT_OK ? check_request(inv, request, asked) : status;
}

/* One list for the whole run. It is printed where single files failed, too: they have been named.
 */
static int run_merged(const struct abilock_invocation *inv, struct request *request,
		      const struct batch *batch)
{
	_cleanup_(lines_deinit) struct lines lines;
	struct abilock_error err;

	lines_init(&lines);
	request->lines = &lines;
	int status = batch_run(inv, batch);
	if (status == ABILOCK_EXIT_USAGE)
		return status;
	if (lines_print(&lines, stdout))
		return abilock_cli_flush(inv, status);
	(void)abilock_error_nomem(&err);
	return abilock_cli_fail(inv, &err);
}

int rpm_run(const struct abilock_invocation *inv)
{
	struct request request;

	int status = make_request(inv, &request);
	if (status != ABILOCK_EXIT_OK)
		return status;
	struct batch batch = {.ask = ask, .context = &request};
	format_batch(request.format, &batch);
	if (request.format == FORMAT_TEXT && !request.compat && !request.multifile)
		return run_merged(inv, &request, &batch);
	return batch_run(inv, &batch);
}
