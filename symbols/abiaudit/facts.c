/* SPDX-License-Identifier: MIT */
#include "facts.h"

#include <inttypes.h>

#include "facts_sections.h"
#include "name_table.h"
#include "readelf.h"

const char *fact_name(enum fact_code code)
{
	static const char *const names[FACT_COUNT] = {
		[FACT_NO_SECTION_HEADERS] = "no-section-headers",
		[FACT_SECTIONS_DIFFER] = "sections-differ",
		[FACT_SONAME_NOT_BASE] = "soname-not-base",
		[FACT_BASE_VERSION_LEAK] = "base-version-leak",
		[FACT_TWO_DEFAULTS] = "two-defaults",
		[FACT_NODE_FLAGGED_WEAK] = "node-flagged-weak",
		[FACT_NODE_WITHOUT_SYMBOLS] = "node-without-symbols",
		[FACT_NODE_SYMBOL] = "node-symbol",
		[FACT_UNIQUE_SYMBOL] = "unique-symbol",
		[FACT_NEED_FLAGGED_WEAK] = "need-flagged-weak",
		[FACT_NEED_WITHOUT_FILE] = "need-without-file",
		[FACT_DLOPEN_NOTE] = "dlopen-note",
		[FACT_PACKAGE_NOTE] = "package-note",
	};

	return names[code];
}

void facts_deinit(struct facts *facts)
{
	free(facts->items);
	abilock_arena_clear(&facts->arena);
	*facts = (struct facts){0};
}

bool facts_add(struct facts *facts, const struct fact *fact)
{
	struct fact *slot =
		fact->text ? abilock_array_push(&facts->items, &facts->count, sizeof(*slot)) : NULL;

	if (slot)
		*slot = *fact;
	return slot != NULL;
}

/* ---- names that a fact is about ---- */

struct names {
	const char **items;
	size_t count;
};

static void names_deinit(struct names *names)
{
	free(names->items);
}

static bool push(struct names *names, const char *name)
{
	const char **slot =
		name ? abilock_array_push(&names->items, &names->count, sizeof(*slot)) : NULL;

	if (slot)
		*slot = name;
	return slot != NULL;
}

/* A fact about names; none where there are no names. @p one and @p many stand behind the count. */
static bool add_names(struct facts *facts, enum fact_code code, const char *subject,
		      const struct names *names, const char *one, const char *many)
{
	if (names->count == 0)
		return true;
	const char **copy = abilock_arena_array(&facts->arena, names->count, sizeof(*copy));
	if (!copy)
		return false;
	memcpy(copy, names->items, names->count * sizeof(*copy));
	const struct fact fact = {
		.code = code,
		.subject = subject,
		.text = abilock_arena_printf(&facts->arena, "%zu %s", names->count,
					     names->count == 1 ? one : many),
		.names = copy,
		.name_count = names->count,
	};
	return facts_add(facts, &fact);
}

/* ---- default versions: a table of names ---- */

/* A value is the number of default versions that its name has. */
struct defaults {
	struct abilock_name_table counts;
	size_t doubled;
};

static bool note_default(struct defaults *defaults, const char *name)
{
	void **value = abilock_name_table_value(&defaults->counts, name);

	if (!value)
		return false;
	*value = (void *)((uintptr_t)*value + 1);
	defaults->doubled += (uintptr_t)*value == 2;
	return true;
}

static bool is_doubled(const struct defaults *defaults, const char *name)
{
	return (uintptr_t)abilock_name_table_find(&defaults->counts, name) >= 2;
}

/* ---- exports ---- */

/* One walk over the symbols. */
struct scan {
	const struct abilock_object *object;
	bool has_nodes;
	size_t *exports; /* of each version definition, by version index */
	struct names leaks, unique, node_symbols;
	struct defaults defaults;
};

static void scan_deinit(struct scan *scan)
{
	names_deinit(&scan->leaks);
	names_deinit(&scan->unique);
	names_deinit(&scan->node_symbols);
	abilock_name_table_deinit(&scan->defaults.counts);
	free(scan->exports);
}

static bool scan_export(struct scan *scan, const struct abilock_symbol *symbol,
			const struct readelf_version *version)
{
	if (symbol->bind == STB_GNU_UNIQUE && !push(&scan->unique, symbol->name))
		return false;
	if (!scan->has_nodes || version->is_needed)
		return true;
	if (readelf_stands_for_node(symbol, version))
		return push(&scan->node_symbols, symbol->name);
	if (version->node)
		scan->exports[version->index]++;
	else if (!push(&scan->leaks, symbol->name))
		return false;
	return symbol->hidden || note_default(&scan->defaults, symbol->name);
}

/* A default version of a symbol that has several. */
struct doubled {
	const char *name, *label;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct doubled *)a)->name, ((const struct doubled *)b)->name);
}

static int collect_doubled(const struct scan *scan, struct abilock_arena *arena,
			   struct doubled **items, size_t *count, struct abilock_error *err)
{
	const struct abilock_object *object = scan->object;
	struct readelf_version version;
	struct abilock_symbol symbol;

	for (uint64_t i = 1; i < object->symbol_count; i++) {
		int r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
		if (!abilock_symbol_is_export(&symbol) || symbol.hidden ||
		    !is_doubled(&scan->defaults, symbol.name))
			continue;
		struct doubled *item = abilock_array_push(items, count, sizeof(*item));
		if (!item)
			return abilock_error_nomem(err);
		item->name = symbol.name;
		item->label = version.node ? abilock_arena_printf(arena, "%s@@%s", symbol.name,
								  version.node)
					   : symbol.name;
		if (!item->label)
			return abilock_error_nomem(err);
	}
	return 0;
}

static int add_two_defaults(const struct scan *scan, struct facts *facts, struct abilock_error *err)
{
	_cleanup_(freep) struct doubled *items = NULL;
	size_t count = 0;

	if (!scan->defaults.doubled)
		return 0;
	int r = collect_doubled(scan, &facts->arena, &items, &count, err);
	if (r < 0)
		return r;
	qsort(items, count, sizeof(*items), by_name);
	for (size_t i = 0, end; i < count; i = end) {
		_cleanup_(names_deinit) struct names names = {0};

		for (end = i; end < count && str_eq(items[i].name, items[end].name); end++)
			if (!push(&names, items[end].label))
				return abilock_error_nomem(err);
		if (!add_names(facts, FACT_TWO_DEFAULTS, items[i].name, &names, "default version",
			       "default versions of one symbol: the linker takes either"))
			return abilock_error_nomem(err);
	}
	return 0;
}

static int scan_symbols(struct abilock_object *object, struct scan *scan, struct abilock_error *err)
{
	struct readelf_version version;
	struct abilock_symbol symbol;

	int r = abilock_object_load_symbols(object, err);
	if (r < 0)
		return r;
	scan->object = object;
	size_t indices = 0;
	for (size_t i = 0; i < object->verdef_count; i++) {
		scan->has_nodes = scan->has_nodes || !(object->verdefs[i].flags & VER_FLG_BASE);
		if (object->verdefs[i].index >= indices)
			indices = object->verdefs[i].index + 1U;
	}
	if (scan->has_nodes) {
		scan->exports = calloc(indices, sizeof(*scan->exports));
		if (!scan->exports || !abilock_name_table_reserve(&scan->defaults.counts,
								  (size_t)object->symbol_count))
			return abilock_error_nomem(err);
	}
	for (uint64_t i = 1; i < object->symbol_count; i++) {
		r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
		if (abilock_symbol_is_export(&symbol) && !scan_export(scan, &symbol, &version))
			return abilock_error_nomem(err);
	}
	return 0;
}

static bool add_nodes(const struct scan *scan, struct facts *facts)
{
	const struct abilock_object *object = scan->object;
	_cleanup_(names_deinit) struct names weak = {0}, empty = {0};

	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		if (def->flags & VER_FLG_BASE)
			continue;
		if ((def->flags & VER_FLG_WEAK) && !push(&weak, def->name))
			return false;
		if (scan->exports[def->index] == 0 && !push(&empty, def->name))
			return false;
	}
	return add_names(facts, FACT_NODE_FLAGGED_WEAK, NULL, &weak, "node is flagged WEAK",
			 "nodes are flagged WEAK") &&
	       add_names(facts, FACT_NODE_WITHOUT_SYMBOLS, NULL, &empty, "node has no symbol",
			 "nodes have no symbol");
}

static int add_symbol_facts(struct abilock_object *object, struct facts *facts,
			    struct abilock_error *err)
{
	_cleanup_(scan_deinit) struct scan scan = {0};

	int r = scan_symbols(object, &scan, err);
	if (r < 0)
		return r;
	if (!add_names(facts, FACT_BASE_VERSION_LEAK, NULL, &scan.leaks,
		       "export has no node, though others have",
		       "exports have no node, though others have"))
		return abilock_error_nomem(err);
	r = add_two_defaults(&scan, facts, err);
	if (r < 0)
		return r;
	if (!add_nodes(&scan, facts) ||
	    !add_names(facts, FACT_NODE_SYMBOL, NULL, &scan.node_symbols,
		       "symbol stands for its node and is no API",
		       "symbols stand for their nodes and are no API") ||
	    !add_names(facts, FACT_UNIQUE_SYMBOL, NULL, &scan.unique,
		       "symbol is unique in the process: what has it is never unloaded",
		       "symbols are unique in the process: what has them is never unloaded"))
		return abilock_error_nomem(err);
	return 0;
}

/* ---- the rest ---- */

static bool add_soname(const struct abilock_object *object, struct facts *facts)
{
	const struct abilock_verdef *base = NULL;
	const char *name = object->soname ? object->soname : path_base(object->path);

	for (size_t i = 0; !base && i < object->verdef_count; i++)
		if (object->verdefs[i].flags & VER_FLG_BASE)
			base = &object->verdefs[i];
	if (!base || str_eq(base->name, name))
		return true;
	const struct fact fact = {
		.code = FACT_SONAME_NOT_BASE,
		.text = abilock_arena_printf(
			&facts->arena, "%s is %s, but the BASE definition is %s",
			object->soname ? "the SONAME" : "there is no SONAME, the file", name,
			base->name),
	};
	return facts_add(facts, &fact);
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Needed nodes by their file and name: those that are weak, and those whose file nothing loads. */
static bool collect_needs(const struct abilock_object *object, struct facts *facts,
			  struct names *weak, struct names *loose)
{
	const char **files =
		abilock_arena_array(&facts->arena, object->needed_count + 1, sizeof(*files));

	if (!files)
		return false;
	for (size_t i = 0; i < object->needed_count; i++)
		files[i] = object->needed[i];
	qsort(files, object->needed_count, sizeof(*files), by_string);
	for (size_t i = 0; i < object->verneed_count; i++) {
		const struct abilock_verneed *need = &object->verneeds[i];
		const bool is_weak = need->flags & VER_FLG_WEAK;
		const bool is_loose = !bsearch(&need->file, files, object->needed_count,
					       sizeof(*files), by_string);

		if (!is_weak && !is_loose)
			continue;
		const char *name =
			abilock_arena_printf(&facts->arena, "%s(%s)", need->file, need->node);
		if ((is_weak && !push(weak, name)) || (is_loose && !push(loose, name)))
			return false;
	}
	return true;
}

static bool add_needs(const struct abilock_object *object, struct facts *facts)
{
	_cleanup_(names_deinit) struct names weak = {0}, loose = {0};

	return collect_needs(object, facts, &weak, &loose) &&
	       add_names(facts, FACT_NEED_FLAGGED_WEAK, NULL, &weak,
			 "needed node is flagged WEAK: nothing enforces it",
			 "needed nodes are flagged WEAK: nothing enforces them") &&
	       add_names(facts, FACT_NEED_WITHOUT_FILE, NULL, &loose,
			 "needed node is of a file that DT_NEEDED does not name",
			 "needed nodes are of files that DT_NEEDED does not name");
}

static bool add_notes(const struct abilock_object *object, struct facts *facts)
{
	for (size_t i = 0; i < object->dlopen_note_count; i++)
		if (!facts_add(facts, &(struct fact){.code = FACT_DLOPEN_NOTE,
						     .text = object->dlopen_notes[i]}))
			return false;
	return !object->package ||
	       facts_add(facts, &(struct fact){.code = FACT_PACKAGE_NOTE, .text = object->package});
}

int facts_read(struct abilock_object *object, struct abilock_object *sections,
	       const struct abilock_error *damage, struct facts *ret_facts,
	       struct abilock_error *err)
{
	_cleanup_(facts_deinit) struct facts facts = {0};

	int r = facts_compare_sections(object, sections, damage, &facts, err);
	if (r >= 0 && !add_soname(object, &facts))
		r = abilock_error_nomem(err);
	if (r >= 0)
		r = add_symbol_facts(object, &facts, err);
	if (r >= 0 && (!add_needs(object, &facts) || !add_notes(object, &facts)))
		r = abilock_error_nomem(err);
	if (r < 0)
		return r;
	*ret_facts = facts;
	facts = (struct facts){0};
	return 0;
}
