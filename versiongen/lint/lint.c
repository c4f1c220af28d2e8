/* SPDX-License-Identifier: MIT */
#include "lint_checks.h"

#include "../../symbols/name_table.h"

void lint_deinit(struct lint *lint)
{
	abilock_diagnostics_deinit(&lint->diags);
	free(lint->sources);
	free(lint->edits);
	abilock_arena_clear(&lint->arena);
	*lint = (struct lint){0};
}

struct abilock_diagnostic *lint_add(struct lint_check *check, const char *id,
				    struct abilock_place place, const char *fmt, ...)
{
	const struct abilock_rule *rule = lint_rule_find(id);
	va_list ap;
	char *message = NULL;

	va_start(ap, fmt);
	int length = vasprintf(&message, fmt, ap);
	va_end(ap);
	struct abilock_diagnostic *diag =
		length >= 0 ? abilock_diagnostics_add(&check->lint->diags, rule->level, rule->id,
						      place, "%s", message)
			    : NULL;
	if (length >= 0)
		free(message);
	if (diag)
		diag->fix = rule->fix;
	else
		check->lint->failed = true;
	return diag;
}

size_t lint_group(struct lint_check *check)
{
	return ++check->lint->group_count;
}

void lint_edit(struct lint_check *check, size_t group, const char *rule, uint32_t file,
	       size_t offset, size_t length, const char *text, size_t text_length)
{
	struct lint *lint = check->lint;
	const char *copy = abilock_arena_strndup(&lint->arena, text, text_length);
	struct lint_edit *edit =
		copy ? abilock_array_push(&lint->edits, &lint->edit_count, sizeof(*edit)) : NULL;

	if (!edit) {
		lint->failed = true;
		return;
	}
	*edit = (struct lint_edit){.file = file,
				   .offset = offset,
				   .length = length,
				   .text = copy,
				   .text_length = text_length,
				   .group = group,
				   .rule = rule};
}

const char *lint_node_name(const struct lint_check *check, size_t node)
{
	const char *name = node == ABILOCK_NO_NODE ? "" : check->decl->nodes[node].name;

	return *name ? name : "(anonymous)";
}

/* ---- conditions ---- */

/* Whether a name stands in a list `A|B`, the `!` in front of each left out. */
static bool list_has(const char *list, const char *name, size_t length)
{
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, "|");
		const char *item = p + (*p == '!');

		if (n - (*p == '!') == length && memcmp(item, name, length) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

/* Whether a machine of the list (which has no `!`) is one that the other allows. */
static bool machines_meet(const char *list, const char *other)
{
	const bool wanted = *other != '!';

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, "|");

		if (list_has(other, p, n) == wanted)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

bool lint_meet(const struct abilock_tags *a, const struct abilock_tags *b)
{
	if (a->condition && b->condition) {
		const bool not_a = a->condition[0] == '!', not_b = b->condition[0] == '!';

		if (not_a != not_b && str_eq(a->condition + not_a, b->condition + not_b))
			return false;
	}
	if (!a->arch || !b->arch || (a->arch[0] == '!' && b->arch[0] == '!'))
		return true;
	return a->arch[0] == '!' ? machines_meet(b->arch, a->arch)
				 : machines_meet(a->arch, b->arch);
}

bool lint_covers(const struct abilock_tags *a, const struct abilock_tags *b)
{
	return (!a->condition || (b->condition && str_eq(a->condition, b->condition))) &&
	       (!a->arch || (b->arch && str_eq(a->arch, b->arch)));
}

/* ---- families ---- */

size_t lint_stem(const char *name)
{
	size_t length = strlen(name), stem = length;

	while (stem > 0 &&
	       ((name[stem - 1] >= '0' && name[stem - 1] <= '9') || name[stem - 1] == '.'))
		stem--;
	return stem < length ? stem : 0;
}

static size_t family_of(size_t *family, size_t node)
{
	while (family[node] != node)
		node = family[node] = family[family[node]];
	return node;
}

/* The first node of each stem; the others join it. */
static bool join_stems(struct lint_check *check, struct abilock_name_table *stems)
{
	for (size_t i = 0; i < check->decl->node_count; i++) {
		const struct abilock_declared_node *node = &check->decl->nodes[i];
		size_t length = node->is_private ? 0 : lint_stem(node->name);
		char *stem = length ? abilock_arena_strndup(&check->lint->arena, node->name, length)
				    : NULL;
		size_t *first = stem ? abilock_name_table_find(stems, stem) : NULL;

		if (length && !stem)
			return false;
		if (first)
			check->family[family_of(check->family, i)] =
				family_of(check->family, *first);
		else if (stem && !abilock_name_table_put(stems, stem, &check->family[i]))
			return false;
	}
	return true;
}

static void join_parents(struct lint_check *check)
{
	for (size_t i = 0; i < check->decl->node_count; i++) {
		const struct abilock_declared_node *node = &check->decl->nodes[i];

		for (size_t k = 0; k < node->parent_count && !node->is_private; k++)
			if (!check->decl->nodes[node->parents[k]].is_private)
				check->family[family_of(check->family, i)] =
					family_of(check->family, node->parents[k]);
	}
}

static bool find_families(struct lint_check *check)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table stems = {0};
	const size_t count = check->decl->node_count;

	check->family = abilock_arena_array(&check->lint->arena, count, sizeof(size_t));
	if (!check->family)
		return count == 0;
	for (size_t i = 0; i < count; i++)
		check->family[i] = i;
	if (!join_stems(check, &stems))
		return false;
	join_parents(check);
	for (size_t i = 0; i < count; i++)
		check->family[i] = family_of(check->family, i);
	return true;
}

/* ---- the whole ---- */

static int compare_places(const void *a, const void *b, void *nodes)
{
	const struct abilock_place *x =
		&((const struct abilock_declared_node *)nodes)[*(const size_t *)a].place;
	const struct abilock_place *y =
		&((const struct abilock_declared_node *)nodes)[*(const size_t *)b].place;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static bool order_nodes(struct lint_check *check)
{
	const size_t count = check->decl->node_count;

	check->node_order = abilock_arena_array(&check->lint->arena, count, sizeof(size_t));
	check->node_rank = abilock_arena_array(&check->lint->arena, count, sizeof(size_t));
	if (!check->node_order || !check->node_rank)
		return count == 0;
	for (size_t i = 0; i < count; i++)
		check->node_order[i] = i;
	qsort_r(check->node_order, count, sizeof(size_t), compare_places, check->decl->nodes);
	for (size_t i = 0; i < count; i++)
		check->node_rank[check->node_order[i]] = i;
	return true;
}

static bool copy_sources(struct lint *lint, const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->source_count; i++) {
		struct abilock_source *source =
			abilock_array_push(&lint->sources, &lint->source_count, sizeof(*source));

		if (!source)
			return false;
		*source = decl->sources[i];
	}
	return true;
}

static bool prepare(struct lint_check *check)
{
	const struct abilock_declaration *decl = check->decl;

	check->texts = calloc(decl->source_count + 1, sizeof(*check->texts));
	if (!check->texts || !copy_sources(check->lint, decl))
		return false;
	for (size_t i = 0; i < decl->source_count; i++)
		if (!lint_text_read(&check->texts[i], &decl->sources[i]))
			return false;
	return order_nodes(check) && find_families(check);
}

static void check_deinit(struct lint_check *check)
{
	for (size_t i = 0; check->texts && i < check->decl->source_count; i++)
		lint_text_deinit(&check->texts[i]);
	free(check->texts);
}

int lint_check(const struct abilock_declaration *decl, const char *headers, struct lint *lint,
	       struct abilock_error *err)
{
	_cleanup_(check_deinit) struct lint_check check = {.lint = lint, .decl = decl};
	int r = 0;

	lint->decl = decl;
	if (!prepare(&check))
		return abilock_error_nomem(err);
	lint_check_names(&check);
	lint_check_patterns(&check);
	lint_check_nodes(&check);
	lint_check_sections(&check);
	lint_check_spelling(&check);
	lint_check_order(&check);
	if (headers)
		r = lint_check_headers(&check, headers, err);
	abilock_diagnostics_sort(&lint->diags);
	if (r == 0 && (lint->failed || lint->diags.failed))
		return abilock_error_nomem(err);
	return r;
}
