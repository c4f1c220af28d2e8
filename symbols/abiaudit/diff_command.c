/* SPDX-License-Identifier: MIT */
#include "diff_command.h"

#include "gate_options.h"

enum {
	OPT_NO_FINGERPRINTS = 1,
};

const struct abilock_option abilock_diff_option_table[] = {
	{"no-fingerprints", 0, NULL, "compare symbols alone, read no debug information",
	 OPT_NO_FINGERPRINTS},
	GATE_OPTIONS,
};
const size_t abilock_diff_option_count = ARRAY_SIZE(abilock_diff_option_table);

const char abilock_diff_help[] =
	"What changed between two releases? OLD and NEW are baselines (see `abiaudit baseline`) or "
	"programs and libraries. What a released public node has stays: whatever breaks a program "
	"that was linked with OLD is an error, what is new is a note, and private nodes fail "
	"nothing.\n\n"
	"Changes that are meant stand in a ledger, OLD.accepted or that of --accepted, each with "
	"its reason; abiaudit-baseline(5) describes it.\n\n"
	"Examples:\n"
	"  abiaudit diff libfoo.abi build/libfoo.so.1\n"
	"  abiaudit diff -v old/libfoo.so.1 new/libfoo.so.1   additions too";

struct sides {
	struct abilock_baseline *before, *after;
};

static void sides_deinit(struct sides *sides)
{
	abilock_baseline_free(sides->before);
	abilock_baseline_free(sides->after);
}

static int read_sides(const struct gate_options *options, struct sides *sides,
		      struct abilock_error *err)
{
	const struct abilock_invocation *inv = options->inv;
	struct abilock_baseline_options how = gate_options_baseline(options);

	how.with_private = true;
	how.with_prints = !abilock_cli_has(inv, OPT_NO_FINGERPRINTS);
	int r = abilock_baseline_read(inv->operands[0], &how, &sides->before, err);
	if (r < 0)
		return r;
	/* Types are compared where both sides have them. */
	if (how.with_prints && !sides->before->has_prints && !sides->before->source.text)
		(void)fprintf(stderr,
			      "abiaudit: note: %s: no debug information is found: types are not "
			      "compared\n",
			      inv->operands[0]);
	how.with_prints = how.with_prints && sides->before->has_prints;
	return abilock_baseline_read(inv->operands[1], &how, &sides->after, err);
}

/* Without --no-fingerprints on the new side, those of the old one would be missed there. */
static void drop_prints(struct abilock_baseline *baseline)
{
	for (size_t i = 0; i < baseline->surface->export_count; i++)
		baseline->prints[i].is_known = false;
	baseline->has_prints = false;
}

static int compare(struct gate_options *options, struct gate *gate, int *ret_status,
		   struct sides *sides, struct abilock_error *err)
{
	const struct abilock_invocation *inv = options->inv;
	int r = read_sides(options, sides, err);

	if (r < 0)
		return r;
	if (abilock_cli_has(inv, OPT_NO_FINGERPRINTS))
		drop_prints(sides->before);
	r = gate_compare(gate, sides->before, sides->after, err);
	if (r == 0)
		r = gate_options_accept(options, gate, inv->operands[0], sides->after->surface,
					err);
	return r == 0 ? gate_options_report(options, gate, inv->operands[1], ret_status, err) : r;
}

int cmd_diff(const struct abilock_invocation *inv)
{
	_cleanup_(gate_options_deinit) struct gate_options options = {0};
	_cleanup_(sides_deinit) struct sides sides = {0};
	_cleanup_(gate_deinit) struct gate gate = {0};
	struct abilock_error err = {0};

	int status = gate_options_parse(inv, 2, &options);
	if (status >= 0)
		return status;
	int r = compare(&options, &gate, &status, &sides, &err);
	return r < 0 ? abilock_cli_fail(inv, &err) : status;
}
