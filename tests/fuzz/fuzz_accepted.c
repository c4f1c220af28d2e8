/* SPDX-License-Identifier: MIT */
/* Ledgers, whatever the bytes: each error has its line, and each entry can be written and read. */
#include "gate/accepted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct accepted_entry *entry)
{
	const struct abilock_diagnostic diag = {.rule = entry->rule, .subject = entry->subject};
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(accepted_deinit) struct accepted again = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	accepted_write_entry(&text, &diag);
	abilock_text_puts(&text, "!");
	if (text.failed)
		abort();
	if (accepted_parse(text.data, text.length, "fuzz", &again, &diags, NULL) != 0)
		abort();
	if (again.entry_count != 1 || !str_eq(again.entries[0].subject, entry->subject) ||
	    !str_eq(again.entries[0].rule, entry->rule))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(accepted_deinit) struct accepted accepted = {0};
	_cleanup_(gate_deinit) struct gate gate = {0};
	const struct abilock_surface surface = {0};
	struct abilock_error err = {0};
	int r = accepted_parse((const char *)data, size, "fuzz", &accepted, &gate.diags, &err);

	if ((r != 0) != (gate.diags.count > 0))
		abort();
	for (size_t i = 0; i < gate.diags.count; i++)
		if (gate.diags.items[i].place.line == 0 || gate.diags.items[i].place.line > size)
			abort();
	for (size_t i = 0; i < accepted.entry_count; i++)
		check_entry(&accepted.entries[i]);
	const size_t errors = gate.diags.count;
	if (gate_accept(&gate, &accepted, "2026-01-01", &surface, &err) != 0 ||
	    gate.diags.count != errors + accepted.entry_count)
		abort();
	return 0;
}
