/* SPDX-License-Identifier: MIT */
/*
 * Baselines, whatever the bytes: an answer, a line for an error, a text that reads back as itself,
 * and no change against itself.
 */
#include "gate/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_text(const struct abilock_baseline *baseline, struct abilock_text *text)
{
	abilock_baseline_write(text, baseline, true);
	if (text->failed)
		abort();
}

static void compare(const struct abilock_baseline *a, const struct abilock_baseline *b)
{
	_cleanup_(gate_deinit) struct gate gate = {0};

	if (gate_compare(&gate, a, b, NULL) != 0 || gate.diags.count > 0)
		abort();
}

static void check_round_trip(const struct abilock_baseline *baseline)
{
	_cleanup_(abilock_text_deinit) struct abilock_text first = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text second = {0};
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *again = NULL;

	write_text(baseline, &first);
	if (abilock_baseline_parse(first.data, first.length, "fuzz", &again, NULL) < 0)
		abort();
	write_text(again, &second);
	if (first.length != second.length || memcmp(first.data, second.data, first.length) != 0)
		abort();
	compare(baseline, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = NULL;
	struct abilock_error err = {0};
	int r = abilock_baseline_parse((const char *)data, size, "fuzz", &baseline, &err);

	if ((r == 0) != (baseline != NULL) || r != err.code)
		abort();
	if (r == ABILOCK_E_SYNTAX && (err.offset > size + 1 || !err.file[0]))
		abort();
	if (r == 0)
		check_round_trip(baseline);
	return 0;
}
