/* SPDX-License-Identifier: MIT */
/* What is declared and not exported, and why. */
#include "../demangle.h"
#include "../object_source.h"
#include "gate_declared.h"

/* What the tables of a file say about a name; the later ones count for more. */
enum trace {
	TRACE_NONE,
	TRACE_UNDEFINED,  /* it is only referred to */
	TRACE_LOCAL,	  /* static */
	TRACE_FORCED,	  /* made local: by its visibility or by a version script */
	TRACE_UNEXPORTED, /* global, and not in the dynamic symbol table */
	TRACE_HIDDEN,	  /* by its visibility */
};

struct missing {
	const struct abilock_entry *entry;
	const char *name;
	const char *label;
	enum trace trace;
	struct missing *next; /* of the same name */
};

struct search {
	struct missing *items; /* malloc'ed */
	size_t count;
	struct abilock_name_table names; /* first struct missing of each name */
	bool has_cxx;
};

static void search_deinit(struct search *search)
{
	free(search->items);
	abilock_name_table_deinit(&search->names);
}

/* ---- what is missing ---- */

static bool add(struct search *search, const struct abilock_entry *entry, const char *label)
{
	void **first = abilock_name_table_value(&search->names, entry->text);

	if (!first || !label)
		return false;
	struct missing *item = &search->items[search->count++];
	*item = (struct missing){
		.entry = entry, .name = entry->text, .label = label, .next = *first};
	*first = item;
	search->has_cxx |= entry->language == ABILOCK_LANGUAGE_CXX;
	return true;
}

/* Names in an `extern` block have no item: the matcher knows them. */
static bool add_foreign(const struct declared *declared, struct search *search)
{
	const struct abilock_declaration *decl = declared->decl;

	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];
		const size_t node = declared->is_anonymous ? ABILOCK_NO_NODE : entry->node;

		if (entry->is_local || entry->is_pattern || declared->is_used[i] ||
		    entry->language == ABILOCK_LANGUAGE_C)
			continue;
		if (!add(search, entry, declared_label(declared, entry->text, node)))
			return false;
	}
	return true;
}

static bool collect(const struct declared *declared, struct search *search)
{
	const size_t most = declared->item_count + declared->decl->entry_count;

	search->items = calloc(most + 1, sizeof(*search->items));
	for (size_t i = 0; search->items && i < declared->item_count; i++) {
		const struct declared_item *item = &declared->items[i];

		if (item->found || item->instead)
			continue;
		if (!add(search, item->entry,
			 declared_label(declared, item->entry->text, item->node)))
			return false;
	}
	return search->items && add_foreign(declared, search);
}

/* ---- where it is ---- */

static void note_name(const struct search *search, const char *name, enum trace trace)
{
	struct missing *item = abilock_name_table_find(&search->names, name);

	for (; item; item = item->next)
		if (trace > item->trace)
			item->trace = trace;
}

static void note(const struct search *search, const char *name, enum trace trace)
{
	note_name(search, name, trace);
	_cleanup_(freep) char *cxx =
		search->has_cxx && name[0] == '_' ? abilock_demangle_symbol(name, false) : NULL;
	if (cxx)
		note_name(search, cxx, trace);
}

/* GNU ld forgets the visibility of what it makes local, and puts it behind a file without a name.
 */
static enum trace judge(uint16_t shndx, uint8_t info, uint8_t other, bool is_forced)
{
	const uint8_t visibility = ELF64_ST_VISIBILITY(other);

	if (ELF64_ST_TYPE(info) == STT_FILE || ELF64_ST_TYPE(info) == STT_SECTION)
		return TRACE_NONE;
	if (shndx == SHN_UNDEF)
		return TRACE_UNDEFINED;
	if (visibility == STV_HIDDEN || visibility == STV_INTERNAL)
		return TRACE_HIDDEN;
	if (ELF64_ST_BIND(info) != STB_LOCAL)
		return TRACE_UNEXPORTED;
	return is_forced ? TRACE_FORCED : TRACE_LOCAL;
}

/* The symbol table that strip takes away. A damaged one is no reason to fail: nothing loads it. */
static void search_sections(const struct declared *declared, const struct search *search)
{
	struct abilock_object *object = declared->object;
	const bool is64 = object->source->is64;
	const uint64_t row = is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	const struct abilock_section *table = abilock_object_section(object, SHT_SYMTAB);
	const uint8_t *rows, *names;
	bool is_forced = false;

	if (!table || table->link >= object->section_count)
		return;
	const struct abilock_section *strings = &object->sections[table->link];
	if (abilock_source_get_file(object, ".symtab", table->offset, table->size, &rows, NULL) <
		    0 ||
	    abilock_source_get_file(object, ".strtab", strings->offset, strings->size, &names,
				    NULL) < 0 ||
	    strings->size == 0 || names[strings->size - 1] != '\0')
		return;
	for (uint64_t i = 1; i < table->size / row; i++) {
		const uint8_t *p = rows + i * row;
		const uint32_t name = abilock_get32(object, p);
		const uint8_t *info = p + (is64 ? 4 : 12);

		if (name >= strings->size)
			continue;
		if (ELF64_ST_TYPE(info[0]) == STT_FILE)
			is_forced = names[name] == '\0';
		note(search, (const char *)names + name,
		     judge(abilock_get16(object, info + 2), info[0], info[1], is_forced));
	}
}

static int search_dynamic(const struct declared *declared, const struct search *search,
			  struct abilock_error *err)
{
	struct abilock_object *object = declared->object;
	struct abilock_symbol symbol;

	for (uint64_t i = 1; i < object->symbol_count; i++) {
		int r = abilock_object_symbol(object, i, &symbol, err);
		if (r < 0)
			return r;
		if (symbol.shndx == SHN_UNDEF)
			note(search, symbol.name, TRACE_UNDEFINED);
	}
	return 0;
}

/* ---- findings ---- */

static void report_hidden(const struct declared *declared, const struct missing *item,
			  const char *fix, const char *what)
{
	(void)declared_find(declared, "symbol-hidden", declared_place(declared, item->entry->place),
			    item->label, fix, "'%s' is declared, but %s", item->name, what);
}

static void report(const struct declared *declared, const struct missing *item)
{
	const struct abilock_place place = declared_place(declared, item->entry->place);

	switch (item->trace) {
	case TRACE_HIDDEN:
		report_hidden(declared, item,
			      "give its definition "
			      "'__attribute__((visibility(\"default\")))', or leave it out of the "
			      "declaration",
			      "its definition has hidden visibility");
		return;
	case TRACE_FORCED:
		report_hidden(declared, item,
			      "give its definition default visibility, and link with the version "
			      "script of this declaration",
			      "hidden by its visibility, or by another version script");
		return;
	case TRACE_LOCAL:
		report_hidden(declared, item,
			      "leave out 'static', or leave it out of the declaration",
			      "its definition is static");
		return;
	case TRACE_UNEXPORTED:
		report_hidden(declared, item,
			      "link the program with -rdynamic, or with --dynamic-list",
			      "not in the dynamic symbol table");
		return;
	case TRACE_UNDEFINED:
		(void)declared_find(declared, "symbol-missing", place, item->label,
				    "define it, or take it out of the declaration",
				    "'%s' is declared, but the file only refers to it", item->name);
		return;
	case TRACE_NONE:
		(void)declared_find(declared, "symbol-missing", place, item->label,
				    "define it, or take it out of the declaration",
				    "'%s' is declared, but the file does not have it", item->name);
		return;
	}
}

/* A pattern is a wish, and a build may have nothing for it; `*` is there for what comes. */
static void check_patterns(const struct declared *declared)
{
	const struct abilock_declaration *decl = declared->decl;

	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];
		const size_t node = declared->is_anonymous ? ABILOCK_NO_NODE : entry->node;

		if (entry->is_local || !entry->is_pattern || declared->is_used[i] ||
		    str_eq(entry->text, "*"))
			continue;
		(void)declared_find(
			declared, "pattern-unused", declared_place(declared, entry->place),
			declared_label(declared, entry->text, node), NULL,
			"no symbol of the file is taken by the pattern '%s'", entry->text);
	}
}

int declared_check_missing(struct declared *declared, struct abilock_error *err)
{
	_cleanup_(search_deinit) struct search search = {0};

	check_patterns(declared);
	if (!collect(declared, &search))
		return abilock_error_nomem(err);
	if (search.count == 0)
		return 0;
	int r = search_dynamic(declared, &search, err);
	if (r < 0)
		return r;
	search_sections(declared, &search);
	for (size_t i = 0; i < search.count; i++)
		report(declared, &search.items[i]);
	return 0;
}
