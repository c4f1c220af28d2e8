/* SPDX-License-Identifier: MIT */
#include "baseline_command.h"

#include <errno.h>

#include "declaration.h"
#include "gate/baseline.h"
#include "gate_options.h"

enum {
	OPT_OUTPUT = 1,
	OPT_TYPES,
	OPT_NO_FINGERPRINTS,
	OPT_PRIVATE,
	OPT_HEADERS,
	OPT_DEBUG,
	OPT_DECLARATION,
	OPT_DEFINE,
	OPT_MACHINE,
};

const struct abilock_option abilock_baseline_option_table[] = {
	{"output", 'o', "FILE", "write to FILE instead of stdout", OPT_OUTPUT},
	{"types", 0, NULL, "write the types as well, so that `diff` can say what changed",
	 OPT_TYPES},
	{"no-fingerprints", 0, NULL, "read no debug information", OPT_NO_FINGERPRINTS},
	{"private", 0, NULL, "private nodes too, by their names without the tag", OPT_PRIVATE},
	{"public-headers", 'H', "DIR",
	 "headers that are installed: other types are opaque to users", OPT_HEADERS},
	{"debug", 0, "DIR", "folder with files of debug information", OPT_DEBUG},
	{"declaration", 'd', "DECL", "FILE... are objects of what DECL declares", OPT_DECLARATION},
	{"define", 'D', "NAME", "with --declaration: keep what is tagged if=NAME", OPT_DEFINE},
	{"machine", 'm', "NAME", "with --declaration: keep what is there on this machine",
	 OPT_MACHINE},
};
const size_t abilock_baseline_option_count = ARRAY_SIZE(abilock_baseline_option_table);

const char abilock_baseline_help[] =
	"Write down what a library or program exports, for a file that is kept with its sources: "
	"one line a symbol, sorted. `abiaudit diff` and `abiaudit check --baseline` compare what "
	"is "
	"built later with it. abiaudit-baseline(5) describes the file.\n\n"
	"Where there is debug information (in the file, or where its build-id or .gnu_debuglink "
	"leads to), each symbol gets a fingerprint of its types. Symbols that get none are told on "
	"the standard error, with the reason.\n\n"
	"Only public nodes are written: private ones change with each build. With --declaration "
	"the symbols are those that it names, and their types come from objects and archives.\n\n"
	"Examples:\n"
	"  abiaudit baseline --types -o libfoo.abi build/libfoo.so.1\n"
	"  abiaudit diff libfoo.abi build/libfoo.so.1";

/* ---- symbols without a fingerprint ---- */

enum { NAMES_SHOWN = 3 };

/* Those that one reason keeps from having one. */
struct reason {
	const char *text;
	const char *names[NAMES_SHOWN];
	size_t count;
};

struct reasons {
	struct reason *items; /* malloc'ed; in the order of their first symbol */
	size_t count;
	struct abilock_name_table table; /* index + 1 by text */
};

static void reasons_deinit(struct reasons *reasons)
{
	free(reasons->items);
	abilock_name_table_deinit(&reasons->table);
}

static bool add_reason(struct reasons *reasons, const char *text, const char *name)
{
	void **slot = abilock_name_table_value(&reasons->table, text);
	struct reason *reason = NULL;

	if (slot && !*slot) {
		reason = abilock_array_push(&reasons->items, &reasons->count, sizeof(*reason));
		if (reason)
			*slot = (void *)(uintptr_t)reasons->count;
	}
	if (!slot || !*slot)
		return false;
	reason = &reasons->items[(uintptr_t)*slot - 1];
	reason->text = text;
	if (reason->count < NAMES_SHOWN)
		reason->names[reason->count] = name;
	reason->count++;
	return true;
}

static void print_reason(const struct abilock_baseline *baseline, const struct reason *reason)
{
	const size_t shown = reason->count < NAMES_SHOWN ? reason->count : NAMES_SHOWN;

	(void)fprintf(stderr, "abiaudit: warning: %s: no fingerprint for %zu symbol%s: %s (",
		      baseline->path, reason->count, reason->count == 1 ? "" : "s", reason->text);
	for (size_t i = 0; i < shown; i++)
		(void)fprintf(stderr, "%s%s", i ? ", " : "", reason->names[i]);
	if (reason->count > shown)
		(void)fprintf(stderr, " and %zu more", reason->count - shown);
	(void)fputs(")\n", stderr);
}

/* What is missing is said, once for each reason. */
static int print_missing(const struct abilock_baseline *baseline, struct abilock_error *err)
{
	_cleanup_(reasons_deinit) struct reasons reasons = {0};
	const struct abilock_surface *surface = baseline->surface;

	for (size_t i = 0; i < surface->export_count; i++) {
		const char *why = baseline->types ? baseline->types->symbols[i].missing : NULL;

		if (baseline->prints[i].is_known)
			continue;
		if (!add_reason(&reasons, why ? why : "its type is not known",
				surface->exports[i].name))
			return abilock_error_nomem(err);
	}
	if (!baseline->has_prints && reasons.count == 1) {
		(void)fprintf(stderr,
			      "abiaudit: note: %s: %s: the baseline has no fingerprints, and "
			      "changes of types will not be seen\n",
			      baseline->path, reasons.items[0].text);
		return 0;
	}
	for (size_t i = 0; i < reasons.count; i++)
		print_reason(baseline, &reasons.items[i]);
	return 0;
}

/* ---- reading ---- */

static int read_declared(const struct abilock_invocation *inv, const char *path,
			 struct abilock_declaration **ret, struct abilock_error *err)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct abilock_selection selection = {.machine = abilock_cli_value(inv, OPT_MACHINE, NULL)};
	_cleanup_(freep) const char **defines =
		abilock_cli_values(inv, OPT_DEFINE, &selection.define_count);

	if (!defines)
		return abilock_error_nomem(err);
	selection.defines = defines;
	int r = abilock_selection_check(&selection, err);
	if (r == 0)
		r = abilock_declaration_read(path, ret, &diags, err);
	if (diags.count > 0 && *ret) {
		abilock_diagnostics_write(&text, &diags, (*ret)->sources, isatty(STDERR_FILENO));
		(void)fwrite(text.data, 1, text.length, stderr);
	}
	if (r < 0)
		return r;
	return abilock_declaration_select(*ret, &selection, err);
}

static int read_objects(const struct abilock_invocation *inv, const char *path,
			const struct abilock_baseline_options *options,
			struct abilock_baseline **ret, struct abilock_error *err)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	int r = read_declared(inv, path, &decl, err);

	if (r < 0)
		return r;
	const struct abilock_entry *pattern = abilock_declaration_first_pattern(decl);
	if (pattern)
		return abilock_error_set_line(err, decl->sources[pattern->place.file].path,
					      pattern->place.line, pattern->place.column,
					      "'%.200s' is a pattern, and objects do not say which "
					      "symbols it is: take the linked file instead",
					      pattern->text);
	r = abilock_declaration_surface(decl, &surface, err);
	return r < 0 ? r
		     : abilock_baseline_from_objects(surface, path,
						     (const char *const *)inv->operands,
						     inv->operand_count, options, ret, err);
}

static int read_input(const struct abilock_invocation *inv, struct abilock_baseline **ret,
		      struct abilock_error *err)
{
	struct abilock_baseline_options options = {
		.with_private = abilock_cli_has(inv, OPT_PRIVATE),
		.with_prints = !abilock_cli_has(inv, OPT_NO_FINGERPRINTS),
	};
	_cleanup_(freep) const char **headers = NULL;
	_cleanup_(freep) const char **folders = NULL;
	const char *declaration = abilock_cli_value(inv, OPT_DECLARATION, NULL);

	int r = gate_option_folders(inv, OPT_HEADERS, &headers, &options.header_count, err);
	if (r == 0)
		r = gate_option_folders(inv, OPT_DEBUG, &folders, &options.debug_folder_count, err);
	if (r < 0)
		return r;
	options.headers = headers;
	options.debug_folders = folders;
	return declaration ? read_objects(inv, declaration, &options, ret, err)
			   : abilock_baseline_read(inv->operands[0], &options, ret, err);
}

/* ---- the command ---- */

static bool is_input(const struct abilock_invocation *inv, const struct abilock_baseline *baseline,
		     const char *path)
{
	const char *declaration = abilock_cli_value(inv, OPT_DECLARATION, NULL);

	if (declaration && abilock_cli_is_same_file(declaration, path))
		return true;
	/* A baseline of text may be written over: that adds or drops its types. */
	for (size_t i = 0; !baseline->source.text && i < inv->operand_count; i++)
		if (abilock_cli_is_same_file(inv->operands[i], path))
			return true;
	return false;
}

static int write_output(const struct abilock_invocation *inv,
			const struct abilock_baseline *baseline, struct abilock_error *err)
{
	const char *path = abilock_cli_value(inv, OPT_OUTPUT, NULL);
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (path && is_input(inv, baseline, path))
		return abilock_error_set(err, ABILOCK_E_USAGE, path, NULL, 0,
					 "the output is a file that is read");
	abilock_baseline_write(&text, baseline, abilock_cli_has(inv, OPT_TYPES));
	if (text.failed)
		return abilock_error_nomem(err);
	int r = abilock_output_open(&out, path, err);
	if (r == 0 && fwrite(text.data, 1, text.length, out.file) != text.length)
		r = abilock_error_set(err, ABILOCK_E_IO, path ? path : "-", NULL, 0, "%s",
				      strerror(errno));
	return r == 0 ? abilock_output_commit(&out, err) : r;
}

static int check_usage(const struct abilock_invocation *inv)
{
	const bool is_declared = abilock_cli_has(inv, OPT_DECLARATION);

	if (!is_declared && inv->operand_count > 1)
		return abilock_cli_usage(inv, "expected one FILE; several are objects, which need "
					      "--declaration DECL");
	if (!is_declared && (abilock_cli_has(inv, OPT_DEFINE) || abilock_cli_has(inv, OPT_MACHINE)))
		return abilock_cli_usage(inv, "--define and --machine are about --declaration");
	if (abilock_cli_has(inv, OPT_NO_FINGERPRINTS) && abilock_cli_has(inv, OPT_TYPES))
		return abilock_cli_usage(inv, "--types needs what --no-fingerprints leaves out");
	return ABILOCK_EXIT_OK;
}

int cmd_baseline(const struct abilock_invocation *inv)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = NULL;
	struct abilock_error err = {0};

	int status = check_usage(inv);
	if (status != ABILOCK_EXIT_OK)
		return status;
	int r = read_input(inv, &baseline, &err);
	if (r == 0 && !abilock_cli_has(inv, OPT_NO_FINGERPRINTS))
		r = print_missing(baseline, &err);
	if (r == 0)
		r = write_output(inv, baseline, &err);
	return r < 0 ? abilock_cli_fail(inv, &err) : ABILOCK_EXIT_OK;
}
