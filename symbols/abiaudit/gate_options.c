/* SPDX-License-Identifier: MIT */
#include "gate_options.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "cli_rules.h"
#include "gate_paths.h"

void gate_options_deinit(struct gate_options *options)
{
	free(options->headers);
	free(options->debug_folders);
	free(options->ledger);
	accepted_deinit(&options->accepted);
	*options = (struct gate_options){0};
}

static struct abilock_rules rules(void)
{
	return (struct abilock_rules){gate_rules, gate_rule_count};
}

int gate_option_folders(const struct abilock_invocation *inv, int id, const char ***ret,
			size_t *ret_count, struct abilock_error *err)
{
	_cleanup_(freep) const char **folders = abilock_cli_values(inv, id, ret_count);
	struct stat st;

	if (!folders)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < *ret_count; i++) {
		const int r = stat(folders[i], &st) < 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;

		if (r > 0)
			return abilock_error_set(err, ABILOCK_E_IO, folders[i], NULL, 0, "%s",
						 strerror(r));
	}
	*ret = take_ptr(folders);
	return 0;
}

/* @return -1, or the exit status. */
static int check_usage(const struct abilock_invocation *inv, size_t operands,
		       struct gate_options *options)
{
	if (inv->operand_count < operands)
		return abilock_cli_usage(inv, "expected %s", inv->command->operands);
	const char *format = abilock_cli_value(inv, OPT_GATE_FORMAT, NULL);
	if (!diagnostics_format_parse(format, &options->format))
		return abilock_cli_usage(
			inv, "--format %s: expected text, json, sarif, junit or github", format);
	return abilock_rules_check_levels(inv, OPT_GATE_ERROR_ON, "--error-on", rules());
}

int gate_options_parse(const struct abilock_invocation *inv, size_t operands,
		       struct gate_options *ret)
{
	struct abilock_error err = {0};
	const char *rule = abilock_cli_value(inv, OPT_GATE_EXPLAIN, NULL);

	ret->inv = inv;
	if (abilock_cli_has(inv, OPT_GATE_LIST_RULES))
		return abilock_rules_list(rules());
	if (rule)
		return abilock_rules_explain(inv, rules(), rule);
	int status = check_usage(inv, operands, ret);
	if (status >= 0)
		return status;
	int r = gate_option_folders(inv, OPT_GATE_HEADERS, &ret->headers, &ret->header_count, &err);
	if (r == 0)
		r = gate_option_folders(inv, OPT_GATE_DEBUG, &ret->debug_folders,
					&ret->debug_folder_count, &err);
	return r < 0 ? abilock_cli_fail(inv, &err) : -1;
}

struct abilock_baseline_options gate_options_baseline(const struct gate_options *options)
{
	return (struct abilock_baseline_options){
		.headers = options->headers,
		.header_count = options->header_count,
		.debug_folders = options->debug_folders,
		.debug_folder_count = options->debug_folder_count,
	};
}

/* ---- the ledger ---- */

/* Builds that can be repeated give the time as a number of seconds; they get the same answer. What
 * is no such number is as if it were not there: in the year 1970 no entry would be over. */
static void get_today(char *today, size_t size)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *end = NULL;
	struct tm tm = {0};

	errno = 0;
	time_t now = epoch ? (time_t)strtoll(epoch, &end, 10) : 0;
	if (!epoch || end == epoch || *end || errno || now < 0 || !gmtime_r(&now, &tm) ||
	    tm.tm_year + 1900 > 9999) {
		now = time(NULL);
		(void)gmtime_r(&now, &tm);
	}
	if (strftime(today, size, "%Y-%m-%d", &tm) == 0)
		today[0] = '\0';
}

/* @return Whether there is a ledger to read. */
static int find_ledger(struct gate_options *options, const char *baseline,
		       struct abilock_error *err)
{
	const char *given = abilock_cli_value(options->inv, OPT_GATE_ACCEPTED, NULL);

	if (!given && !baseline)
		return 0;
	free(options->ledger);
	options->ledger = given ? strdup(given) : NULL;
	if (!given && asprintf(&options->ledger, "%s.accepted", baseline) < 0)
		options->ledger = NULL;
	if (!options->ledger)
		return abilock_error_nomem(err);
	/* Only "it is not there" means that nothing is accepted. */
	return given || access(options->ledger, F_OK) == 0 || errno != ENOENT;
}

/* The lines that are none; the entries of the others hold. */
static int keep_syntax(struct gate_options *options, struct gate *gate, size_t first)
{
	const size_t file = gate_add_source(gate, &options->accepted.source);

	for (size_t i = first; file != SIZE_MAX && i < gate->diags.count; i++)
		gate->diags.items[i].place.file = (uint32_t)file;
	return file == SIZE_MAX ? ABILOCK_E_NOMEM : 0;
}

int gate_options_accept(struct gate_options *options, struct gate *gate, const char *baseline,
			const struct abilock_surface *surface, struct abilock_error *err)
{
	const size_t first = gate->diags.count;
	char today[32];

	int r = find_ledger(options, baseline, err);
	if (r <= 0)
		return r;
	r = accepted_read(options->ledger, &options->accepted, &gate->diags, err);
	if (r == ABILOCK_E_SYNTAX && gate->diags.count > first)
		r = keep_syntax(options, gate, first);
	get_today(today, sizeof(today));
	return r < 0 ? r : gate_accept(gate, &options->accepted, today, surface, err);
}

/* ---- the report ---- */

/* Writing over what was read would be the end of it. */
static int check_output(const struct gate_options *options, const struct gate *gate,
			const char *path, struct abilock_error *err)
{
	const struct abilock_invocation *inv = options->inv;
	bool is_input = false;

	for (size_t i = 0; i < inv->operand_count; i++)
		is_input |= abilock_cli_is_same_file(inv->operands[i], path);
	for (size_t i = 0; i < gate->source_count; i++)
		is_input |= abilock_cli_is_same_file(gate->sources[i].path, path);
	if (!is_input || str_eq(path, "-"))
		return 0;
	return abilock_error_set(err, ABILOCK_E_USAGE, path, NULL, 0,
				 "the output is a file that is read");
}

static bool wants_colour(const char *path)
{
	return (!path || str_eq(path, "-")) && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static int write_text(const char *path, const struct abilock_text *text, struct abilock_error *err)
{
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	int r = abilock_output_open(&out, path, err);

	if (r == 0 && text->length > 0 &&
	    fwrite(text->data, 1, text->length, out.file) != text->length)
		r = abilock_error_set(err, ABILOCK_E_IO, path ? path : "-", NULL, 0, "%s",
				      strerror(errno));
	return r < 0 ? r : abilock_output_commit(&out, err);
}

int gate_options_report(const struct gate_options *options, struct gate *gate, const char *subject,
			int *ret_status, struct abilock_error *err)
{
	const char *path = abilock_cli_value(options->inv, OPT_GATE_OUTPUT, NULL);
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const bool for_service =
		options->format == DIAGNOSTICS_SARIF || options->format == DIAGNOSTICS_GITHUB;
	_cleanup_(freep) char *folder = for_service ? gate_paths_root() : getcwd(NULL, 0);
	const struct abilock_source *sources = gate->sources;

	abilock_rules_raise(options->inv, OPT_GATE_ERROR_ON, &gate->diags, rules());
	if (for_service && folder)
		sources = gate_paths_sources(gate, folder, &gate->diags.arena);
	gate->diags.failed |= !sources && gate->source_count > 0;
	const struct diagnostics_document document = {
		.tool = options->inv->tool->name,
		.command = options->inv->command->name,
		.subject = subject,
		.diags = &gate->diags,
		.sources = sources,
		.rules = gate_rules,
		.rule_count = gate_rule_count,
		.ledger = options->ledger,
		.write_entry = accepted_write_entry,
		.root = folder,
		.colour = wants_colour(path),
		.verbose = abilock_cli_has(options->inv, OPT_GATE_VERBOSE),
	};
	int r = gate->diags.failed ? abilock_error_nomem(err) : 0;
	if (r == 0 && path)
		r = check_output(options, gate, path, err);
	if (r == 0)
		r = diagnostics_format_write(&text, options->format, &document, err);
	if (r == 0)
		r = text.failed ? abilock_error_nomem(err) : write_text(path, &text, err);
	if (r == 0)
		*ret_status = diagnostics_count_errors(&gate->diags) > 0 ? ABILOCK_EXIT_FINDINGS
									 : ABILOCK_EXIT_OK;
	return r;
}
