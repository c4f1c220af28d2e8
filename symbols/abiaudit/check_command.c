/* SPDX-License-Identifier: MIT */
#include "check_command.h"

#include <errno.h>

#include "gate/baseline.h"
#include "gate/gate_locate.h"
#include "gate_options.h"
#include "machine.h"

enum {
	OPT_BASELINE = 1,
	OPT_DEFINE,
	OPT_MACHINE,
};

const struct abilock_option abilock_check_option_table[] = {
	{"baseline", 'b', "FILE", "compare with what was released, too", OPT_BASELINE},
	{"define", 'D', "NAME", "keep what is tagged if=NAME", OPT_DEFINE},
	{"machine", 'm', "NAME", "keep what is tagged arch=NAME (default: that of FILE)",
	 OPT_MACHINE},
	GATE_OPTIONS,
};
const size_t abilock_check_option_count = ARRAY_SIZE(abilock_check_option_table);

const char abilock_check_help[] =
	"Does FILE export what DECL declares, all of it, and nothing else? DECL is a GNU ld "
	"version script (see abilock-declaration(5)), FILE the shared object or program that was "
	"linked from it. Each symbol has to be there, in its node, as the default version or not, "
	"as a function or a variable as its tag says; each private node has its tag and its "
	"marker.\n\n"
	"Nothing of the build has to be repeated: -D takes the names that 'versiongen map' got. "
	"What a linker puts into each file by itself is no finding.\n\n"
	"With --baseline FILE is compared with what was released as well; what is meant to change "
	"stands in a ledger, see abiaudit-baseline(5).\n\n"
	"The status is 1 where there are errors that no ledger accepts.\n\n"
	"Examples:\n"
	"  abiaudit check foo.syms libfoo.so.1\n"
	"  abiaudit check foo.syms libfoo.so.1 --baseline foo.abi --error-on warning\n"
	"  abiaudit check --explain symbol-hidden";

struct check {
	struct gate_options options;
	struct abilock_diagnostics syntax; /* of the declaration */
	struct abilock_declaration *decl;
	struct abilock_object *object;
	struct abilock_baseline *old_baseline;
	struct abilock_baseline *new_baseline;
	struct abilock_surface *surface; /* of the file, where there is no baseline */
	struct gate gate;
	struct abilock_error err;
};

static void check_deinit(struct check *check)
{
	gate_deinit(&check->gate);
	abilock_baseline_free(check->old_baseline);
	abilock_baseline_free(check->new_baseline);
	abilock_surface_free(check->surface);
	abilock_object_free(check->object);
	abilock_declaration_free(check->decl);
	abilock_diagnostics_deinit(&check->syntax);
	gate_options_deinit(&check->options);
}

/* ---- the file ---- */

static int open_file(struct check *check, const char *path)
{
	int r = abilock_object_open(path, &check->object, &check->err);

	if (r == 0 && !check->object->has_dynamic)
		return abilock_error_set(&check->err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "a static program: it exports nothing");
	return r;
}

static const char *machine_of(const struct abilock_object *object)
{
	const struct abilock_machine *machine = abilock_machine_of_header(
		object->machine, object->elf_class, object->data, object->flags);

	return machine ? machine->name : NULL;
}

/* ---- the declaration ---- */

static int select_entries(struct check *check, const struct abilock_invocation *inv)
{
	struct abilock_selection selection = {
		.machine = abilock_cli_value(inv, OPT_MACHINE, machine_of(check->object))};
	_cleanup_(freep) const char **defines =
		abilock_cli_values(inv, OPT_DEFINE, &selection.define_count);

	if (!defines)
		return abilock_error_nomem(&check->err);
	selection.defines = defines;
	int r = abilock_selection_check(&selection, &check->err);
	return r < 0 ? r : abilock_declaration_select(check->decl, &selection, &check->err);
}

static int read_declaration(struct check *check, const struct abilock_invocation *inv)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = abilock_declaration_read(inv->operands[0], &check->decl, &check->syntax,
					 &check->err);

	if (r == ABILOCK_E_SYNTAX && check->decl) {
		abilock_diagnostics_write(&text, &check->syntax, check->decl->sources,
					  isatty(STDERR_FILENO));
		(void)fwrite(text.data, 1, text.length, stderr);
	}
	return r == 0 ? select_entries(check, inv) : r;
}

/* ---- the baseline ---- */

static int read_baselines(struct check *check, const char *path, const char *file)
{
	struct abilock_baseline_options options = gate_options_baseline(&check->options);

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return abilock_error_set(&check->err, ABILOCK_E_IO, path, NULL, 0,
					 "there is no such baseline: make one of the released file "
					 "with 'abiaudit baseline RELEASED -o %s'",
					 path);
	options.with_private = options.with_prints = true;
	int r = abilock_baseline_read(path, &options, &check->old_baseline, &check->err);
	if (r < 0)
		return r;
	options.with_private = check->old_baseline->has_private;
	options.with_prints = check->old_baseline->has_prints;
	return abilock_baseline_read(file, &options, &check->new_baseline, &check->err);
}

static int compare(struct check *check, const char *path, const char *file)
{
	int r = read_baselines(check, path, file);

	return r < 0 ? r
		     : gate_compare(&check->gate, check->old_baseline, check->new_baseline,
				    &check->err);
}

/* ---- the command ---- */

/* Entries end with the nodes of the file, whatever it is compared with. */
static int accept_changes(struct check *check, const char *baseline)
{
	int r = baseline ? 0 : abilock_object_surface(check->object, &check->surface, &check->err);

	return r < 0 ? r
		     : gate_options_accept(&check->options, &check->gate, baseline,
					   baseline ? check->new_baseline->surface : check->surface,
					   &check->err);
}

static int run(struct check *check, const struct abilock_invocation *inv, int *ret_status)
{
	const char *baseline = abilock_cli_value(inv, OPT_BASELINE, NULL);
	const char *file = inv->operands[1];

	int r = open_file(check, file);
	if (r == 0)
		r = read_declaration(check, inv);
	if (r == 0)
		r = gate_check_declared(&check->gate, check->decl, check->object, &check->err);
	if (r == 0 && baseline)
		r = compare(check, baseline, file);
	if (r == 0)
		r = accept_changes(check, baseline);
	if (r == 0)
		r = gate_locate(&check->gate, check->object, check->options.debug_folders,
				check->options.debug_folder_count, &check->err);
	if (r == 0)
		r = gate_options_report(&check->options, &check->gate, file, ret_status,
					&check->err);
	return r;
}

int cmd_check(const struct abilock_invocation *inv)
{
	_cleanup_(check_deinit) struct check check = {0};
	int result = ABILOCK_EXIT_OK;

	int status = gate_options_parse(inv, 2, &check.options);
	if (status >= 0)
		return status;
	int r = run(&check, inv, &result);
	/* Each error of the declaration has been printed, with its line. */
	if (r == ABILOCK_E_SYNTAX && check.syntax.error_count > 0)
		return ABILOCK_EXIT_ERROR;
	return r < 0 ? abilock_cli_fail(inv, &check.err) : result;
}
