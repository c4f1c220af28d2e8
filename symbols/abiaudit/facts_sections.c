/* SPDX-License-Identifier: MIT */
#include "facts_sections.h"

#include <inttypes.h>

#include "object_source.h"

/* The two views of one file. */
struct views {
	struct abilock_object *loaded, *sections;
	struct facts *facts;
};

static const char *or_none(const char *s)
{
	return s ? s : "none";
}

/* A difference; @p text as from abilock_arena_printf(). */
static bool differ(const struct views *views, const char *part, const char *text)
{
	const struct fact fact = {.code = FACT_SECTIONS_DIFFER, .subject = part, .text = text};

	return facts_add(views->facts, &fact);
}

static bool differ_count(const struct views *views, const char *part, uint64_t sections,
			 uint64_t loaded)
{
	return differ(views, part,
		      abilock_arena_printf(&views->facts->arena,
					   "%" PRIu64 " by the section headers, %" PRIu64
					   " as loaded",
					   sections, loaded));
}

static bool differ_name(const struct views *views, const char *part, const char *sections,
			const char *loaded)
{
	return differ(views, part,
		      abilock_arena_printf(&views->facts->arena,
					   "%s by the section headers, %s as loaded",
					   or_none(sections), or_none(loaded)));
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && str_eq(a, b));
}

/* Each of these adds one fact at most: the first difference shows that the views part. */

static bool compare_needed(const struct views *views)
{
	const struct abilock_object *a = views->sections, *b = views->loaded;

	if (a->needed_count != b->needed_count)
		return differ_count(views, "needed files", a->needed_count, b->needed_count);
	for (size_t i = 0; i < a->needed_count; i++)
		if (!str_eq(a->needed[i], b->needed[i]))
			return differ_name(views, "needed files", a->needed[i], b->needed[i]);
	return true;
}

static bool same_definition(const struct abilock_verdef *a, const struct abilock_verdef *b)
{
	if (!str_eq(a->name, b->name) || a->index != b->index || a->flags != b->flags ||
	    a->parent_count != b->parent_count)
		return false;
	for (size_t i = 0; i < a->parent_count; i++)
		if (!str_eq(a->parents[i], b->parents[i]))
			return false;
	return true;
}

static bool compare_definitions(const struct views *views)
{
	const struct abilock_object *a = views->sections, *b = views->loaded;

	if (a->verdef_count != b->verdef_count)
		return differ_count(views, "version definitions", a->verdef_count, b->verdef_count);
	for (size_t i = 0; i < a->verdef_count; i++)
		if (!same_definition(&a->verdefs[i], &b->verdefs[i]))
			return differ_name(views, "version definitions", a->verdefs[i].name,
					   b->verdefs[i].name);
	return true;
}

static bool compare_needs(const struct views *views)
{
	const struct abilock_object *a = views->sections, *b = views->loaded;

	if (a->verneed_count != b->verneed_count)
		return differ_count(views, "needed nodes", a->verneed_count, b->verneed_count);
	for (size_t i = 0; i < a->verneed_count; i++) {
		const struct abilock_verneed *x = &a->verneeds[i], *y = &b->verneeds[i];

		if (!str_eq(x->file, y->file) || !str_eq(x->node, y->node) ||
		    x->index != y->index || x->flags != y->flags)
			return differ_name(views, "needed nodes", x->node, y->node);
	}
	return true;
}

/* Whether the table lies at the same place in both. */
static bool same_table(const struct views *views, const struct abilock_span *sections,
		       const struct abilock_span *loaded)
{
	uint64_t offset;

	if (!sections->present || !loaded->present)
		return sections->present == loaded->present;
	/* By section headers an address is an offset. */
	return abilock_source_offset(views->loaded, loaded->address, &offset) &&
	       offset == sections->address;
}

/* Rows of one number from the same bytes are the same: nothing needs to be decoded. */
static bool same_bytes(const struct views *views)
{
	const struct abilock_object_tables *a = views->sections->tables, *b = views->loaded->tables;

	return same_table(views, &a->symtab_span, &b->symtab_span) &&
	       same_table(views, &a->versym_span, &b->versym_span) &&
	       same_table(views, &a->strtab_span, &b->strtab_span);
}

static bool same_symbol(const struct abilock_symbol *a, const struct abilock_symbol *b)
{
	return str_eq(a->name, b->name) && a->value == b->value && a->size == b->size &&
	       a->shndx == b->shndx && a->version == b->version && a->hidden == b->hidden &&
	       a->type == b->type && a->bind == b->bind && a->other == b->other;
}

static int compare_symbols(const struct views *views, struct abilock_error *err)
{
	struct abilock_object *a = views->sections, *b = views->loaded;
	struct abilock_symbol x, y;

	int r = abilock_object_load_symbols(b, err);
	if (r < 0)
		return r;
	if (a->symbol_count != b->symbol_count)
		return differ_count(views, "symbols", a->symbol_count, b->symbol_count)
			       ? 0
			       : abilock_error_nomem(err);
	if (same_bytes(views))
		return 0;
	for (uint64_t i = 0; i < a->symbol_count; i++) {
		r = abilock_object_symbol(b, i, &y, err);
		if (r < 0)
			return r;
		if (abilock_object_symbol(a, i, &x, NULL) < 0)
			x = (struct abilock_symbol){.name = "damage"};
		if (same_symbol(&x, &y))
			continue;
		const char *text = abilock_arena_printf(
			&views->facts->arena,
			"number %" PRIu64 " is %s by the section headers, %s as "
			"loaded%s",
			i, x.name, y.name, str_eq(x.name, y.name) ? ", with other values" : "");
		return differ(views, "symbols", text) ? 0 : abilock_error_nomem(err);
	}
	return 0;
}

static bool add_damage(struct facts *facts, const struct abilock_error *damage)
{
	const struct fact fact = {
		.code = FACT_SECTIONS_DIFFER,
		.subject = "section headers",
		.text = abilock_arena_printf(&facts->arena,
					     "the tools that go by them see damage: %s, offset "
					     "0x%" PRIx64 ": %s",
					     damage->table, damage->offset, damage->message),
	};

	return facts_add(facts, &fact);
}

int facts_compare_sections(struct abilock_object *object, struct abilock_object *sections,
			   const struct abilock_error *damage, struct facts *facts,
			   struct abilock_error *err)
{
	const struct views views = {object, sections, facts};
	bool ok;

	if (!sections) {
		ok = add_damage(facts, damage);
	} else if (sections->section_count == 0) {
		ok = facts_add(facts, &(struct fact){.code = FACT_NO_SECTION_HEADERS,
						     .text = "tools that go by section headers "
							     "see an empty file"});
	} else {
		ok = compare_needed(&views) &&
		     (same_name(sections->soname, object->soname) ||
		      differ_name(&views, "soname", sections->soname, object->soname)) &&
		     compare_definitions(&views) && compare_needs(&views);
		if (ok)
			return compare_symbols(&views, err);
	}
	return ok ? 0 : abilock_error_nomem(err);
}
