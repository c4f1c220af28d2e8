/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <stdarg.h>

void gate_deinit(struct gate *gate)
{
	abilock_diagnostics_deinit(&gate->diags);
	free(gate->sources);
	*gate = (struct gate){0};
}

size_t gate_add_source(struct gate *gate, const struct abilock_source *source)
{
	struct abilock_source *slot =
		abilock_array_push(&gate->sources, &gate->source_count, sizeof(*slot));

	if (!slot) {
		gate->diags.failed = true;
		return SIZE_MAX;
	}
	*slot = *source;
	return gate->source_count - 1;
}

struct abilock_diagnostic *gate_add(struct gate *gate, const char *rule, struct abilock_place place,
				    const char *subject, const char *fmt, ...)
{
	const struct abilock_rule *row = abilock_rule_find(gate_rules, gate_rule_count, rule);
	_cleanup_(freep) char *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	message = abilock_vformat(fmt, ap);
	va_end(ap);
	struct abilock_diagnostic *diag =
		message ? abilock_diagnostics_add(&gate->diags,
						  row ? row->level : ABILOCK_LEVEL_ERROR,
						  row ? row->id : rule, place, "%s", message)
			: NULL;
	if (!diag) {
		gate->diags.failed = true;
		return NULL;
	}
	diag->subject = subject ? abilock_arena_strdup(&gate->diags.arena, subject) : NULL;
	gate->diags.failed |= subject && !diag->subject;
	if (row)
		diag->fix = row->fix;
	return diag;
}
