/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <inttypes.h>

#include "baseline_parts.h"
#include "gate_compare.h"

static const struct abilock_export *old_export(const struct compare *cmp, size_t at)
{
	return &cmp->before.baseline->surface->exports[at];
}

static const struct abilock_export *new_export(const struct compare *cmp, size_t at)
{
	return &cmp->after.baseline->surface->exports[at];
}

static size_t find_in(const struct abilock_name_table *table, const char *name)
{
	return (size_t)(uintptr_t)abilock_name_table_find(table, name) - 1;
}

/* Two exports that are one symbol, although the node is another one. */
static void link_exports(struct compare *cmp, size_t before, size_t after)
{
	cmp->before.others[before] = after;
	cmp->after.others[after] = before;
}

/* ---- nodes ---- */

/* The one new node that has all symbols of a node that is gone, or ABILOCK_NO_NODE. */
static size_t find_renamed(const struct compare *cmp, size_t node)
{
	const size_t first = cmp->before.firsts[node + 1], end = cmp->before.firsts[node + 2];
	size_t found = ABILOCK_NO_NODE;

	for (size_t i = first; i < end; i++) {
		const size_t at = find_in(&cmp->fresh, old_export(cmp, i)->name);

		if (at == COMPARE_NONE)
			return ABILOCK_NO_NODE;
		const size_t to = new_export(cmp, at)->node;
		if (to == ABILOCK_NO_NODE || cmp->after.nodes[to] != ABILOCK_NO_NODE ||
		    (i > first && to != found))
			return ABILOCK_NO_NODE;
		found = to;
	}
	return found;
}

/* A node that is gone is one finding, with all its symbols. */
static void report_gone_node(struct compare *cmp, size_t at)
{
	const struct abilock_node *node = &cmp->before.baseline->surface->nodes[at];
	const size_t first = cmp->before.firsts[at + 1], end = cmp->before.firsts[at + 2];
	const size_t renamed = find_renamed(cmp, at), count = end - first;
	const struct abilock_place place = compare_place(cmp, node->line);
	_cleanup_(freep) const char **names = NULL;
	struct abilock_diagnostic *diag = NULL;
	size_t name_count = 0;

	for (size_t i = first; i < end; i++) {
		cmp->before.is_told[i] = true;
		if (!compare_push(cmp, &names, &name_count, compare_subject(cmp, &cmp->before, i)))
			return;
		if (renamed != ABILOCK_NO_NODE)
			link_exports(cmp, i, find_in(&cmp->fresh, old_export(cmp, i)->name));
	}
	if (renamed != ABILOCK_NO_NODE) {
		cmp->after.nodes[renamed] = at;
		diag = gate_add(cmp->gate, "node-renamed", place, node->name,
				"node %s was released, and its %zu symbol%s %s in the new node %s "
				"now",
				node->name, count, count == 1 ? "" : "s", count == 1 ? "is" : "are",
				cmp->after.baseline->surface->nodes[renamed].name);
	} else {
		diag = gate_add(cmp->gate, "node-removed", place, node->name,
				"node %s was released with %zu symbol%s, and is not there any more",
				node->name, count, count == 1 ? "" : "s");
	}
	/* Linkers need such a node where they ask for a feature by it, and no program otherwise. */
	if (diag && count == 0 && diag->level == ABILOCK_LEVEL_ERROR) {
		diag->level = ABILOCK_LEVEL_WARNING;
		cmp->gate->diags.error_count--;
	}
	if (diag)
		compare_keep(cmp, names, name_count, &diag->symbols, &diag->symbol_count);
}

/* Public parents, sorted by name, as text. */
static const char *list_parents(struct compare *cmp, const struct compare_side *side, size_t at)
{
	const struct abilock_surface *surface = side->baseline->surface;
	const struct abilock_node *node = &surface->nodes[at];
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; i < node->parent_count; i++) {
		const struct abilock_node *parent = &surface->nodes[node->parents[i]];

		if (parent->is_private)
			continue;
		abilock_text_puts(&text, text.length > 0 ? ", " : "");
		abilock_text_puts(&text, parent->name);
	}
	const char *kept = text.failed
				   ? NULL
				   : abilock_arena_strndup(&cmp->gate->diags.arena,
							   text.data ? text.data : "", text.length);
	cmp->gate->diags.failed |= !kept;
	return kept ? kept : "";
}

static void compare_parents(struct compare *cmp, size_t at)
{
	const struct abilock_node *node = &cmp->before.baseline->surface->nodes[at];
	const struct abilock_node *other =
		&cmp->after.baseline->surface->nodes[cmp->before.nodes[at]];

	if (node->parent_count == 0 && other->parent_count == 0)
		return;
	const char *before = list_parents(cmp, &cmp->before, at);
	const char *after = list_parents(cmp, &cmp->after, cmp->before.nodes[at]);
	if (!str_eq(before, after))
		(void)gate_add(cmp->gate, "node-parents-changed", compare_place(cmp, node->line),
			       node->name, "node %s has %s%s, and was released with %s%s",
			       node->name, *after ? "the parent " : "no parent", after,
			       *before ? "the parent " : "no parent", before);
}

static void compare_nodes(struct compare *cmp)
{
	const struct abilock_surface *before = cmp->before.baseline->surface;

	for (size_t i = 0; i < before->node_count; i++) {
		if (before->nodes[i].is_private)
			continue;
		if (cmp->before.nodes[i] == ABILOCK_NO_NODE)
			report_gone_node(cmp, i);
		else
			compare_parents(cmp, i);
	}
}

/* ---- symbols that one side alone has ---- */

static void report_gone(struct compare *cmp, size_t at, const char ***versioned,
			size_t *versioned_count)
{
	const struct abilock_export *export = old_export(cmp, at);
	const struct abilock_place place = compare_place(cmp, export->line);
	const char *subject = compare_subject(cmp, &cmp->before, at);
	const size_t to = find_in(&cmp->fresh, export->name);

	if (to == COMPARE_NONE) {
		(void)gate_add(cmp->gate, "symbol-removed", place, subject,
			       "%s was released and is not exported any more", subject);
		return;
	}
	const struct abilock_node *node = compare_node(&cmp->after, to);
	const bool is_private = node && node->is_private;
	link_exports(cmp, at, to);
	/* A reference without a version finds a default one. */
	if (export->node == ABILOCK_NO_NODE && !is_private && new_export(cmp, to)->is_default) {
		(void)compare_push(cmp, versioned, versioned_count,
				   compare_subject(cmp, &cmp->after, to));
		return;
	}
	cmp->after.is_told[to] = true;
	if (node)
		(void)gate_add(cmp->gate, "symbol-moved", place, subject,
			       "%s was released, and %s is in %s alone now", subject, export->name,
			       node->name);
	else
		(void)gate_add(cmp->gate, "symbol-moved", place, subject,
			       "%s was released, and %s has no version now", subject, export->name);
}

static void report_versioned(struct compare *cmp, const char **names, size_t count)
{
	if (count == 0)
		return;
	struct abilock_diagnostic *diag = gate_add(
		cmp->gate, "symbol-versioned", compare_place(cmp, 0), cmp->subject,
		"%zu symbol%s released without a version %s one now: what is linked still finds %s",
		count, count == 1 ? "" : "s", count == 1 ? "has" : "have",
		count == 1 ? "it" : "them");
	if (diag)
		compare_keep(cmp, names, count, &diag->symbols, &diag->symbol_count);
}

static void compare_gone(struct compare *cmp)
{
	const struct abilock_surface *before = cmp->before.baseline->surface;
	_cleanup_(freep) const char **versioned = NULL;
	size_t versioned_count = 0;

	for (size_t i = 0; i < before->export_count; i++)
		if (cmp->before.others[i] == COMPARE_NONE && !cmp->before.is_told[i] &&
		    !compare_is_private(&cmp->before, i))
			report_gone(cmp, i, &versioned, &versioned_count);
	report_versioned(cmp, versioned, versioned_count);
}

/* A default version that moves to a new one is the common case, and worth a line. */
static void tell_default(struct compare *cmp, struct abilock_diagnostic *diag, size_t at)
{
	const struct abilock_export *export = new_export(cmp, at);
	const size_t released = find_in(&cmp->released_defaults, export->name);

	if (!diag || !export->is_default || released == COMPARE_NONE ||
	    cmp->before.others[released] == COMPARE_NONE ||
	    new_export(cmp, cmp->before.others[released])->is_default)
		return;
	const char *line = abilock_arena_printf(&cmp->gate->diags.arena,
						"%s was the default version, and stays",
						compare_subject(cmp, &cmp->before, released));
	cmp->gate->diags.failed |= !line;
	compare_keep(cmp, &line, 1, &diag->details, &diag->detail_count);
}

static void report_new(struct compare *cmp, size_t at)
{
	const char *subject = compare_subject(cmp, &cmp->after, at);
	const struct abilock_node *node = compare_node(&cmp->after, at);
	const struct abilock_place place = compare_place(cmp, 0);
	struct abilock_diagnostic *diag = NULL;

	if (node && cmp->after.nodes[new_export(cmp, at)->node] != ABILOCK_NO_NODE)
		diag = gate_add(cmp->gate, "added-to-released", place, subject,
				"%s is new, and node %s was released without it", subject,
				node->name);
	else
		diag = gate_add(cmp->gate, "symbol-added", place, subject, "%s is new", subject);
	tell_default(cmp, diag, at);
	compare_set_c_place(cmp, diag, at);
}

/* A node that a released one was renamed to has a counterpart, and yet is none of the released. */
static bool is_released(const struct compare *cmp, size_t node)
{
	const size_t other = cmp->after.nodes[node];

	return other != ABILOCK_NO_NODE && cmp->before.nodes[other] == node;
}

static void compare_new(struct compare *cmp)
{
	const struct abilock_surface *after = cmp->after.baseline->surface;

	for (size_t i = 0; i < after->node_count; i++) {
		const size_t count = cmp->after.firsts[i + 2] - cmp->after.firsts[i + 1];

		if (cmp->after.nodes[i] == ABILOCK_NO_NODE && !after->nodes[i].is_private)
			(void)gate_add(cmp->gate, "node-added", compare_place(cmp, 0),
				       after->nodes[i].name, "node %s is new, with %zu symbol%s",
				       after->nodes[i].name, count, count == 1 ? "" : "s");
		else if (cmp->after.nodes[i] != ABILOCK_NO_NODE && !is_released(cmp, i))
			cmp->after.nodes[i] = ABILOCK_NO_NODE;
	}
	for (size_t i = 0; i < after->export_count; i++) {
		const size_t other = cmp->after.others[i];
		const size_t node = after->exports[i].node;
		/* What had no version and gets that of a released node is new to that node. */
		const bool is_new_to_node = other != COMPARE_NONE && node != ABILOCK_NO_NODE &&
					    cmp->after.nodes[node] != ABILOCK_NO_NODE &&
					    old_export(cmp, other)->node == ABILOCK_NO_NODE;

		if ((other == COMPARE_NONE || is_new_to_node) && !cmp->after.is_told[i] &&
		    !compare_is_private(&cmp->after, i))
			report_new(cmp, i);
	}
}

/* ---- symbols that both have ---- */

enum kind {
	KIND_FUNCTION,
	KIND_DATA,
	KIND_TLS,
	KIND_UNKNOWN,
};

static enum kind kind_of(uint8_t type)
{
	switch (type) {
	case STT_FUNC:
	case STT_GNU_IFUNC: return KIND_FUNCTION;
	case STT_OBJECT:
	case STT_COMMON: return KIND_DATA;
	case STT_TLS: return KIND_TLS;
	default: return KIND_UNKNOWN;
	}
}

/* An assembler symbol without a type may be anything but TLS. */
static bool is_other_kind(uint8_t before, uint8_t after)
{
	const enum kind a = kind_of(before), b = kind_of(after);

	if (a == KIND_UNKNOWN || b == KIND_UNKNOWN)
		return (a == KIND_TLS) != (b == KIND_TLS);
	return a != b;
}

static const char *kind_words(uint8_t type)
{
	static const char *const words[] = {
		[KIND_FUNCTION] = "a function",
		[KIND_DATA] = "a variable",
		[KIND_TLS] = "a thread-local variable",
		[KIND_UNKNOWN] = "of no type",
	};

	return words[kind_of(type)];
}

static const char *binding_word(uint8_t bind)
{
	if (bind == STB_WEAK)
		return "weak";
	return bind == STB_GNU_UNIQUE ? "unique" : "global";
}

static void compare_default(struct compare *cmp, size_t at, size_t to, const char *subject)
{
	const struct abilock_export *export = old_export(cmp, at);
	const size_t now = find_in(&cmp->defaults, export->name);
	const struct abilock_node *node =
		now == COMPARE_NONE ? NULL : compare_node(&cmp->after, now);
	const struct abilock_place place = compare_place(cmp, export->line);

	if (!export->is_default || new_export(cmp, to)->is_default ||
	    export->node == ABILOCK_NO_NODE)
		return;
	if (now == COMPARE_NONE)
		(void)gate_add(cmp->gate, "default-moved", place, subject,
			       "%s was released as the default version, and none is now: nothing "
			       "can be linked with %s",
			       subject, export->name);
	else if (!node)
		(void)gate_add(cmp->gate, "default-moved", place, subject,
			       "%s was released as the default version, and now that is %s "
			       "without a version",
			       subject, export->name);
	else if (node->is_private || is_released(cmp, new_export(cmp, now)->node))
		(void)gate_add(cmp->gate, "default-moved", place, subject,
			       "%s was released as the default version, and now that is %s@%s, "
			       "which is not in a new public node",
			       subject, export->name, node->name);
}

/* Objects and a file of text may not know a size; a linked file has what programs copy. */
static bool lost_size(const struct compare *cmp, const struct abilock_export *after)
{
	const struct abilock_baseline *baseline = cmp->after.baseline;

	return after->size == 0 && baseline->machine && !baseline->source.text &&
	       (baseline_type_has_size(after->type) || after->type == STT_NOTYPE);
}

static void compare_size(struct compare *cmp, size_t at, size_t to, const char *subject)
{
	const struct abilock_export *before = old_export(cmp, at), *after = new_export(cmp, to);
	const struct abilock_place place = compare_place(cmp, before->line);
	struct abilock_diagnostic *diag = NULL;

	/* 0: no size is known. */
	if (!cmp->same_machine || !baseline_type_has_size(before->type) || before->size == 0 ||
	    before->size == after->size)
		return;
	if (lost_size(cmp, after))
		diag = gate_add(cmp->gate, "symbol-size-changed", place, subject,
				"%s has no size in the file, and was released with %" PRIu64
				" bytes: programs that copy it get none of them",
				subject, before->size);
	else if (baseline_type_has_size(after->type) && after->size > 0)
		diag = gate_add(cmp->gate, "symbol-size-changed", place, subject,
				"%s has %" PRIu64 " bytes, and was released with %" PRIu64, subject,
				after->size, before->size);
	compare_set_c_place(cmp, diag, to);
}

static void compare_pair(struct compare *cmp, size_t at, size_t to)
{
	const struct abilock_export *before = old_export(cmp, at), *after = new_export(cmp, to);
	const struct abilock_place place = compare_place(cmp, before->line);
	const bool other_kind = is_other_kind(before->type, after->type);

	if (before->type == after->type && before->bind == after->bind &&
	    before->size == after->size && before->is_default == after->is_default)
		return;
	const char *subject = compare_subject(cmp, &cmp->before, at);
	if (other_kind)
		compare_set_c_place(cmp,
				    gate_add(cmp->gate, "symbol-type-changed", place, subject,
					     "%s is %s, and was released as %s", subject,
					     kind_words(after->type), kind_words(before->type)),
				    to);
	else
		compare_size(cmp, at, to, subject);
	if (before->bind != after->bind)
		(void)gate_add(cmp->gate, "symbol-binding-changed", place, subject,
			       "%s is %s, and was released as %s", subject,
			       binding_word(after->bind), binding_word(before->bind));
	compare_default(cmp, at, to, subject);
}

int compare_symbols(struct compare *cmp)
{
	const size_t count = cmp->before.baseline->surface->export_count;

	compare_nodes(cmp);
	compare_gone(cmp);
	compare_new(cmp);
	for (size_t i = 0; i < count; i++)
		if (cmp->before.others[i] != COMPARE_NONE && !compare_is_private(&cmp->before, i))
			compare_pair(cmp, i, cmp->before.others[i]);
	return cmp->gate->diags.failed ? abilock_error_nomem(cmp->err) : 0;
}
