/* SPDX-License-Identifier: MIT */
#include "verify.h"

#include <sys/stat.h>

#include "format.h"
#include "lock.h"
#include "report_text.h"
#include "verify_json.h"
#include "verify_tsv.h"
#include "verify_types.h"

enum {
	OPT_HOST = 1,
	OPT_INSTALLED,
	OPT_ROOT,
	OPT_LIBRARY_PATH,
	OPT_LOCK,
	OPT_FORMAT,
	OPT_VERBOSE,
	OPT_NUL,
	OPT_TYPES
};

const struct abilock_option abilock_verify_option_table[] = {
	{"host", 0, "FILE", "program or library that the modules are for (required)", OPT_HOST},
	{"installed", 0, "FILE",
	 "the host that is on disk by now, where --host is the one that "
	 "runs",
	 OPT_INSTALLED},
	{"root", 0, "DIR", "look for libraries below DIR, an unpacked package tree", OPT_ROOT},
	{"library-path", 0, "DIRS", "colon-separated directories to look for libraries first",
	 OPT_LIBRARY_PATH},
	{"require-lock", 0, NULL, "refuse where host or module have no note of abilock", OPT_LOCK},
	{"format", 0, "text|json|tsv", "form of the output (default: text)", OPT_FORMAT},
	{"types", 0, "FILE",
	 "baseline or file with debug information: say which types changed (may be repeated)",
	 OPT_TYPES},
	{"verbose", 'v', NULL, "say where each module's symbols come from", OPT_VERBOSE},
	{"null", '0', NULL, "names on the standard input end in NUL, not newline", OPT_NUL},
};
const size_t abilock_verify_option_count = ARRAY_SIZE(abilock_verify_option_table);

const char abilock_verify_help[] =
	"Would each module load into this host, and is it safe? The answer is that of the run time "
	"(abilock_dlopen), from the files alone and for any architecture: nothing is loaded or "
	"run.\n\n"
	"Symbols are looked up as at run time: in the host, in the host's libraries, in the "
	"libraries that the module brings in, and in the other modules given in the same call. A "
	"module that needs another one says \"load after\".\n\n"
	"A line a module: `FILE: ok`, `FILE: refused: CODE` or `FILE: error: KIND`; details follow "
	"indented. The codes are described in abilock-findings(7).\n\n"
	"Where the host's tag is abi, --types says which types changed behind a private node that "
	"is "
	"missing, from what to what: give the baseline (abiaudit baseline --private --types) of "
	"the "
	"build that the module belongs to, or that host with its debug information; and the same "
	"of "
	"this host, unless it has its own.\n\n"
	"A host that was not built with abilock will do: hosts without version nodes, "
	"libvirt-style "
	"private nodes and QEMU-style stamp symbols are understood.";

/* A module of the call: opened once, judged once, and looked into for its siblings. */
struct candidate {
	const char *path;
	struct abilock_object *object; /* NULL: see error */
	struct abilock_scope closure;  /* libraries that it brings in, made when first asked for */
	bool have_closure;
	struct abilock_error error;
	struct abilock_report *report;
	struct verify_type_changes types; /* behind what the report refuses */
};

struct verify {
	const struct abilock_invocation *inv;
	struct abilock_libraries *libraries;
	struct abilock_object *host, *installed;
	struct abilock_scope base;  /* the host and its libraries */
	struct verify_types *types; /* NULL: not asked for */
	struct candidate *candidates;
	size_t candidate_count;
	bool verbose;
	enum format format;
	struct json_object *document; /* FORMAT_JSON */
	struct abilock_text out;      /* FORMAT_JSON and FORMAT_TSV */
};

static void verify_deinit(struct verify *verify)
{
	for (size_t i = 0; i < verify->candidate_count; i++) {
		struct candidate *candidate = &verify->candidates[i];

		abilock_report_free(candidate->report);
		verify_type_changes_deinit(&candidate->types);
		abilock_scope_clear(&candidate->closure);
		abilock_object_free(candidate->object);
	}
	free(verify->candidates);
	abilock_scope_clear(&verify->base);
	abilock_object_free(verify->host);
	abilock_object_free(verify->installed);
	abilock_libraries_free(verify->libraries);
	verify_types_free(verify->types);
	json_freep(&verify->document);
	abilock_text_deinit(&verify->out);
}

static int open_candidates(struct verify *verify, const struct abilock_names *names,
			   struct abilock_error *err)
{
	verify->candidates = calloc(names->count, sizeof(*verify->candidates));
	if (!verify->candidates)
		return abilock_error_nomem(err);
	verify->candidate_count = names->count;
	for (size_t i = 0; i < names->count; i++) {
		struct candidate *candidate = &verify->candidates[i];

		candidate->path = names->items[i];
		int r = abilock_object_open(candidate->path, &candidate->object, &candidate->error);
		/* In the words of the runtime, which knows no other kinds of files. */
		if (r == ABILOCK_E_NOMEM)
			return abilock_error_nomem(err);
	}
	return 0;
}

/* The providers of another scope; ABILOCK_ROLE_HOST leaves each its role. */
static int append(struct abilock_scope *scope, const struct abilock_scope *from,
		  enum abilock_role role, const char *sibling, struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < from->provider_count; i++) {
		const struct abilock_provider *provider = &from->providers[i];

		r = abilock_scope_add(scope, provider->object,
				      role == ABILOCK_ROLE_HOST ? provider->role : role,
				      provider->name, sibling, err);
	}
	return r;
}

/* The libraries that a module brings in beyond the host's. */
static int make_closure(struct verify *verify, struct candidate *candidate,
			struct abilock_error *err)
{
	struct abilock_scope scope = {0};

	if (candidate->have_closure)
		return 0;
	/* Start from what is loaded already, and take away what was there before. */
	int r = append(&scope, &verify->base, ABILOCK_ROLE_HOST, NULL, err);
	if (r >= 0)
		r = abilock_scope_add(&scope, candidate->object, ABILOCK_ROLE_MODULE,
				      candidate->path, NULL, err);
	if (r >= 0)
		r = abilock_scope_add_closure(&scope, verify->libraries, candidate->object,
					      ABILOCK_ROLE_MODULE_LIBRARY, NULL, err);
	for (size_t i = verify->base.provider_count + 1; r >= 0 && i < scope.provider_count; i++)
		r = abilock_scope_add(&candidate->closure, scope.providers[i].object,
				      ABILOCK_ROLE_MODULE_LIBRARY, scope.providers[i].name, NULL,
				      err);
	if (r >= 0) {
		candidate->closure.missing = take_ptr(scope.missing);
		candidate->closure.missing_count = scope.missing_count;
		candidate->have_closure = true;
	}
	abilock_scope_clear(&scope);
	return r;
}

/* Everything that the symbols of one module may come from, in the order of the look-up. */
static int make_scope(struct verify *verify, struct candidate *candidate,
		      struct abilock_scope *scope, struct abilock_error *err)
{
	int r = append(scope, &verify->base, ABILOCK_ROLE_HOST, NULL, err);

	if (r >= 0)
		r = make_closure(verify, candidate, err);
	if (r >= 0)
		r = abilock_scope_add(scope, candidate->object, ABILOCK_ROLE_MODULE,
				      candidate->path, NULL, err);
	if (r >= 0)
		r = append(scope, &candidate->closure, ABILOCK_ROLE_MODULE_LIBRARY, NULL, err);
	for (size_t i = 0; r >= 0 && i < verify->candidate_count; i++) {
		struct candidate *sibling = &verify->candidates[i];

		if (sibling == candidate || !sibling->object)
			continue;
		r = abilock_scope_add(scope, sibling->object, ABILOCK_ROLE_SIBLING, sibling->path,
				      NULL, err);
	}
	for (size_t i = 0; r >= 0 && i < verify->candidate_count; i++) {
		struct candidate *sibling = &verify->candidates[i];

		if (sibling == candidate || !sibling->object)
			continue;
		r = make_closure(verify, sibling, err);
		if (r >= 0)
			r = append(scope, &sibling->closure, ABILOCK_ROLE_SIBLING_LIBRARY,
				   sibling->path, err);
	}
	if (r < 0 || !candidate->closure.missing_count)
		return r;
	/* Names that are missing are the module's own; the scope owns its copy of the list. */
	size_t bytes = candidate->closure.missing_count * sizeof(*scope->missing);
	scope->missing = malloc(bytes);
	if (!scope->missing)
		return abilock_error_nomem(err);
	memcpy(scope->missing, candidate->closure.missing, bytes);
	scope->missing_count = candidate->closure.missing_count;
	return 0;
}

static void judge(struct verify *verify, struct candidate *candidate)
{
	struct abilock_scope scope = {0};
	struct abilock_lock_question question = {
		.module = candidate->object,
		.host = verify->host,
		.installed_host = verify->installed,
		.scope = &scope,
		.require_lock = abilock_cli_has(verify->inv, OPT_LOCK),
	};

	if (!candidate->object)
		return;
	int r = make_scope(verify, candidate, &scope, &candidate->error);
	if (r >= 0)
		r = abilock_lock_check(&question, &candidate->report, &candidate->error);
	if (r >= 0 && verify->types)
		r = verify_types_explain(verify->types, candidate->report, verify->host,
					 &candidate->types, &candidate->error);
	if (r >= 0)
		candidate->report->types_are_told = candidate->types.count > 0;
	if (r < 0) /* the report is what tells a judged module from one that could not be */
		candidate->report = NULL;
	abilock_scope_clear(&scope);
}

/* ---- output ---- */

static void print_counts(const struct abilock_report *report)
{
	const char *separator = "";

	printf("  symbols  ");
	for (int role = 0; role < ABILOCK_ROLE_COUNT; role++) {
		if (!report->symbol_counts[role])
			continue;
		printf("%s%s %zu", separator, abilock_role_name((enum abilock_role)role),
		       report->symbol_counts[role]);
		separator = ", ";
	}
	printf("%s\n  rebuild  %s\n", *separator ? "" : "none",
	       report->needs_same_build	  ? "needed with each build of the host"
	       : report->needs_same_types ? "needed where types behind its private nodes change"
					  : "not needed while the host keeps its public nodes");
}

static void print_after(const struct abilock_report *report)
{
	for (size_t i = 0; i < report->after_count; i++)
		printf("%s%s", i ? ", " : " (load after ", path_base(report->after[i]));
	if (report->after_count)
		putchar(')');
}

static void print_error(const struct candidate *candidate)
{
	char line[1024];

	(void)abilock_error_format(&candidate->error, line, sizeof(line));
	printf("%s: error: %s\n  %s\n", candidate->path, abilock_error_name(candidate->error.code),
	       line);
}

static void print_text(const struct verify *verify, const struct candidate *candidate)
{
	const struct abilock_report *report = candidate->report;

	if (!report) {
		print_error(candidate);
		return;
	}
	if (report->finding_count == 0) {
		printf("%s: ok", candidate->path);
		print_after(report);
		putchar('\n');
		if (verify->verbose)
			print_counts(report);
		return;
	}
	printf("%s: refused: %s\n  ", candidate->path, abilock_code_name(report->findings[0].code));
	abilock_report_print_headline(report, stdout);
	putchar('\n');
	abilock_report_print_details(report, stdout);
	verify_types_print(&candidate->types, stdout);
	if (verify->verbose)
		print_counts(report);
}

static int worst(int status, const struct candidate *candidate)
{
	int own = !candidate->report		     ? ABILOCK_EXIT_ERROR
		  : candidate->report->finding_count ? ABILOCK_EXIT_FINDINGS
						     : ABILOCK_EXIT_OK;

	return own > status ? own : status;
}

/* ---- the command ---- */

static int open_host(struct verify *verify, struct abilock_error *err)
{
	const struct abilock_invocation *inv = verify->inv;
	const char *installed = abilock_cli_value(inv, OPT_INSTALLED, NULL);

	const char *root = abilock_cli_value(inv, OPT_ROOT, NULL);
	struct stat st;

	/* Below a misspelt root no library is found, and whatever needs none would pass. */
	if (root && (stat(root, &st) < 0 || !S_ISDIR(st.st_mode)))
		return abilock_error_set(err, ABILOCK_E_IO, root, NULL, 0,
					 "--root is no directory");
	verify->libraries = abilock_libraries_new(abilock_cli_value(inv, OPT_ROOT, NULL),
						  abilock_cli_value(inv, OPT_LIBRARY_PATH, NULL));
	if (!verify->libraries)
		return abilock_error_nomem(err);
	int r = abilock_object_open(abilock_cli_value(inv, OPT_HOST, NULL), &verify->host, err);
	if (r >= 0 && installed)
		r = abilock_object_open(installed, &verify->installed, err);
	if (r >= 0 && verify->host->interp)
		abilock_libraries_set_program(verify->libraries, verify->host);
	if (r >= 0)
		r = abilock_scope_add(&verify->base, verify->host, ABILOCK_ROLE_HOST,
				      path_base(verify->host->path), NULL, err);
	if (r >= 0)
		r = abilock_scope_add_closure(&verify->base, verify->libraries, verify->host,
					      ABILOCK_ROLE_HOST_LIBRARY, NULL, err);
	/* A symbol of a library that is not there would be said to be missing in a module. */
	for (size_t i = 0; r >= 0 && i < verify->base.missing_count; i++)
		(void)fprintf(stderr,
			      "abiaudit: warning: %s, which %s needs, is not found: its "
			      "symbols count as unresolved (--root, --library-path)\n",
			      verify->base.missing[i].name, verify->base.missing[i].needed_by);
	return r;
}

static int open_types(struct verify *verify, struct abilock_error *err)
{
	size_t count = 0;
	_cleanup_(freep) const char **paths = abilock_cli_values(verify->inv, OPT_TYPES, &count);

	if (!paths)
		return abilock_error_nomem(err);
	return count > 0 ? verify_types_open(paths, count, verify->host->path, &verify->types, err)
			 : 0;
}

static int add_answer(struct verify *verify, const struct candidate *candidate,
		      struct abilock_error *err)
{
	const struct abilock_report *report = candidate->report;

	if (verify->format == FORMAT_TEXT)
		print_text(verify, candidate);
	else if (verify->format == FORMAT_TSV)
		verify_tsv_add(&verify->out, candidate->path, report, &candidate->types,
			       &candidate->error);
	else if (!verify_json_add(verify->document, candidate->path, report, &candidate->types,
				  &candidate->error))
		return abilock_error_nomem(err);
	return verify->out.failed ? abilock_error_nomem(err) : 0;
}

/* Judge and report every module; @p ret_status gets the exit status. */
static int run_all(struct verify *verify, int *ret_status, struct abilock_error *err)
{
	int status = ABILOCK_EXIT_OK, r = 0;

	for (size_t i = 0; r >= 0 && i < verify->candidate_count; i++) {
		struct candidate *candidate = &verify->candidates[i];

		judge(verify, candidate);
		r = add_answer(verify, candidate, err);
		status = worst(status, candidate);
	}
	if (r >= 0 && verify->format == FORMAT_JSON) {
		r = json_add(&verify->out, verify->document, err);
		abilock_text_putc(&verify->out, '\n');
	}
	if (r >= 0 && verify->out.length > 0)
		(void)fwrite(verify->out.data, 1, verify->out.length, stdout);
	*ret_status = status;
	return r;
}

int cmd_verify(const struct abilock_invocation *inv)
{
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	_cleanup_(verify_deinit) struct verify verify = {.inv = inv};
	struct abilock_error error = {0};

	if (!abilock_cli_has(inv, OPT_HOST))
		return abilock_cli_usage(inv, "--host FILE is missing: the program or library that "
					      "the modules are for");
	int status = format_parse(inv, abilock_cli_value(inv, OPT_FORMAT, NULL), &verify.format);
	if (status != ABILOCK_EXIT_OK)
		return status;
	verify.verbose = abilock_cli_has(inv, OPT_VERBOSE);
	status = ABILOCK_EXIT_ERROR;
	int r = abilock_cli_names(inv, abilock_cli_has(inv, OPT_NUL), &names, &error);
	if (r == ABILOCK_E_USAGE)
		return abilock_cli_usage(inv, "%s", error.message);
	if (r >= 0)
		r = open_host(&verify, &error);
	if (r >= 0)
		r = open_types(&verify, &error);
	if (r >= 0 && verify.format == FORMAT_JSON) {
		verify.document = verify_json_new(verify.host);
		r = verify.document ? 0 : abilock_error_nomem(&error);
	}
	if (r >= 0)
		r = open_candidates(&verify, &names, &error);
	if (r >= 0)
		r = run_all(&verify, &status, &error);
	return r < 0 ? abilock_cli_fail(inv, &error) : status;
}
