/* SPDX-License-Identifier: MIT */
#include "merge.h"

#include "version.h"

struct merger {
	struct deb_symbols_file *file;
	struct deb_library *into;
	const char *version;
	struct abilock_error *err;
	bool allows_aeabi, allows_gomp;
};

/* ---- what every library has ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/* `_restgpr_14` to `_restgpr_31_x` and the like: PowerPC code that saves registers. */
static bool saves_registers(const char *symbol)
{
	static const struct {
		const char *head;
		bool may_end_in_x;
	} kinds[] = {
		{"_restfpr_", true},
		{"_restgpr_", true},
		{"_savefpr_", false},
		{"_savegpr_", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const size_t length = strlen(kinds[i].head);
		char *end = NULL;

		if (strncmp(symbol, kinds[i].head, length) != 0 || symbol[length] < '1' ||
		    symbol[length] > '3')
			continue;
		const unsigned long number = strtoul(symbol + length, &end, 10);
		return end == symbol + length + 2 && number >= 14 && number <= 31 &&
		       (*end == '\0' || (kinds[i].may_end_in_x && str_eq(end, "_x")));
	}
	return false;
}

/* Left over from linking. The names are the same everywhere, their machines are not. */
static bool is_internal(const struct merger *merger, const char *symbol)
{
	static const char *const names[] = {
		/* sorted */
		"_DYNAMIC",
		"_GLOBAL_OFFSET_TABLE_",
		"_PROCEDURE_LINKAGE_TABLE_", /* Alpha, SPARC */
		"_SDA2_BASE_",		     /* PowerPC */
		"_SDA_BASE_",		     /* PowerPC */
		"__bss_end",		     /* ARM */
		"__bss_end__",		     /* ARM */
		"__bss_start",
		"__bss_start__",	    /* ARM */
		"__data_start",		    /* ARM */
		"__do_global_ctors_aux",    /* IA-64 */
		"__do_global_dtors_aux",    /* IA-64 */
		"__do_jv_register_classes", /* IA-64 */
		"__end__",		    /* ARM */
		"__exidx_end",		    /* ARM */
		"__exidx_start",	    /* ARM */
		"__gmon_start__",	    /* HPPA */
		"__gnu_local_gp",	    /* MIPS */
		"_bss_end__",		    /* ARM */
		"_edata",
		"_end",
		"_fbss",  /* MIPS */
		"_fdata", /* MIPS */
		"_fini",
		"_ftext", /* MIPS */
		"_gp",	  /* MIPS */
		"_init",
	};

	/* Nearly all names end here. */
	if (symbol[0] != '_' && symbol[0] != '.')
		return false;
	if (!merger->allows_aeabi && str_starts(symbol, "__aeabi_"))
		return true;
	if (!merger->allows_gomp && str_starts(symbol, ".gomp_critical_user_"))
		return true;
	return bsearch(symbol, names, ARRAY_SIZE(names), sizeof(names[0]), compare_names) ||
	       saves_registers(symbol);
}

static bool has_word(const char *text, const char *word)
{
	const size_t length = strlen(word);

	while (text && *text) {
		text += strspn(text, " \t");
		const size_t end = strcspn(text, " \t");
		if (end == length && memcmp(text, word, length) == 0)
			return true;
		text += end;
	}
	return false;
}

static void read_groups(struct merger *merger)
{
	const char *groups = deb_library_field(merger->into, "Allow-Internal-Symbol-Groups");

	if (!groups) /* what dpkg called it before 1.20.1 */
		groups = deb_library_field(merger->into, "Ignore-Blacklist-Groups");
	merger->allows_aeabi = has_word(groups, "aeabi");
	merger->allows_gomp = has_word(groups, "gomp");
}

static bool is_allowed(const struct merger *merger, const struct deb_export *export)
{
	const struct deb_symbol *symbol;

	if (!is_internal(merger, export->symbol))
		return true;
	symbol = abilock_name_table_find(&merger->into->by_name, export->name);
	return symbol && !symbol->missing &&
	       (deb_symbol_tag(symbol, "allow-internal") ||
		deb_symbol_tag(symbol, "ignore-blacklist"));
}

/* ---- merging ---- */

/* Compare the package's version with a minver, which may be anything until it is needed. */
static int compare_minver(const struct merger *merger, const struct deb_symbol *symbol,
			  int *ret_order)
{
	/* Versions of a line before, and of most lines, are this one. */
	if (str_eq(merger->version, symbol->minver)) {
		*ret_order = 0;
		return 0;
	}
	if (!deb_version_is_valid(symbol->minver, merger->err))
		return !merger->err || !symbol->file
			       ? ABILOCK_E_SYNTAX
			       : abilock_error_set_line(merger->err, symbol->file, symbol->line, 1,
							"%s", merger->err->message);
	*ret_order = deb_version_compare(merger->version, symbol->minver);
	return 0;
}

static int mark_found(const struct merger *merger, struct deb_symbol *symbol)
{
	int order = 0, r = 0;

	symbol->found = true;
	if (symbol->missing) {
		/* It is back: whoever needs it needs this version, or does not mind. */
		symbol->missing = NULL;
		if (!deb_symbol_tag(symbol, "optional"))
			symbol->minver = merger->version;
	} else {
		r = compare_minver(merger, symbol, &order);
		if (order < 0)
			symbol->minver = merger->version;
	}
	if (r >= 0 && !symbol->pattern && !deb_symbol_is_for(symbol, merger->file->arch))
		r = deb_symbol_drop_arch(symbol, &merger->file->arena, merger->err);
	return r;
}

static int mark_not_found(const struct merger *merger, struct deb_symbol *symbol)
{
	int order = 0, r = 0;

	if (!deb_symbol_is_for(symbol, merger->file->arch))
		return 0;
	if (symbol->missing) {
		/* Said anew for each version, as a reminder. */
		if (deb_symbol_tag(symbol, "optional"))
			symbol->missing = merger->version;
		return 0;
	}
	r = compare_minver(merger, symbol, &order);
	if (order > 0)
		symbol->missing = merger->version;
	return r;
}

/* A symbol of its own, after the pattern that takes it, if there is one. */
static int add_found(const struct merger *merger, const struct deb_export *export)
{
	_cleanup_(deb_probe_deinit) struct deb_probe probe = {.name = export->name};
	struct abilock_arena *arena = &merger->file->arena;
	struct deb_symbol *symbol = abilock_arena_alloc(arena, sizeof(*symbol));
	const char *name = abilock_arena_strdup(arena, export->name);
	struct deb_symbol *pattern = NULL;

	if (!symbol || !name)
		return abilock_error_nomem(merger->err);
	int r = deb_library_find_pattern(merger->into, &probe, true, &pattern, merger->err);
	if (r >= 0 && pattern) {
		r = mark_found(merger, pattern);
		pattern->pattern->match_count++;
		*symbol = *pattern;
		symbol->made_from = pattern;
		symbol->pattern = NULL;
		symbol->spelling = NULL;
		symbol->quote = 0;
	} else {
		symbol->minver = merger->version;
	}
	symbol->name = name;
	symbol->found = true;
	return r < 0 ? r : deb_library_add(merger->into, symbol, merger->err);
}

static int merge_exports(const struct merger *merger, const struct deb_exports *exports)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < exports->count; i++) {
		const struct deb_export *export = &exports->items[i];
		struct deb_symbol *symbol;

		if (!is_allowed(merger, export))
			continue;
		symbol = abilock_name_table_find(&merger->into->by_name, export->name);
		r = symbol ? mark_found(merger, symbol) : add_found(merger, export);
	}
	return r;
}

static int mark_rest(const struct merger *merger)
{
	const struct deb_library *library = merger->into;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < library->symbols.count; i++)
		if (!library->symbols.items[i]->found)
			r = mark_not_found(merger, library->symbols.items[i]);
	for (size_t i = 0; r >= 0 && i < library->patterns.count; i++)
		if (library->patterns.items[i]->pattern->match_count == 0)
			r = mark_not_found(merger, library->patterns.items[i]);
	return r;
}

int deb_symbols_merge(struct deb_symbols_file *file, const struct deb_exports *exports,
		      const char *package, const char *version, struct abilock_error *err)
{
	struct merger merger = {.file = file, .err = err};
	int r = 0;

	merger.version = abilock_arena_strdup(&file->arena, version);
	if (!merger.version)
		return abilock_error_nomem(err);
	if (!deb_symbols_library(file, exports->soname)) {
		const char *dependency = abilock_arena_printf(&file->arena, "%s #MINVER#", package);

		r = dependency
			    ? deb_symbols_file_add_library(file, exports->soname, dependency, err)
			    : abilock_error_nomem(err);
	}
	if (r < 0)
		return r;
	struct deb_library *library = deb_symbols_library(file, exports->soname);
	merger.into = library;
	library->found = true;
	for (size_t i = 0; i < library->symbols.count; i++)
		library->symbols.items[i]->found = false;
	read_groups(&merger);
	r = merge_exports(&merger, exports);
	return r < 0 ? r : mark_rest(&merger);
}

/* ---- what has changed ---- */

void deb_changes_deinit(struct deb_changes *changes)
{
	free(changes->items);
	*changes = (struct deb_changes){0};
}

/* Whether a line claims that there is a symbol, here. */
static bool is_claim(const struct deb_symbol *symbol, const struct deb_arch *arch)
{
	return !symbol->missing && deb_symbol_is_for(symbol, arch);
}

/* @return 1 the reference lacks the symbol, 0 it has it, or a negative error. */
static int symbol_is_new(const struct deb_symbol *symbol, const struct deb_library *reference,
			 struct abilock_error *err)
{
	_cleanup_(deb_probe_deinit) struct deb_probe probe = {.name = symbol->name};
	const struct deb_symbol *same = abilock_name_table_find(&reference->by_name, symbol->name);
	struct deb_symbol *pattern = NULL;

	if (same)
		return !is_claim(same, reference->arch);
	if (symbol->made_from && deb_library_same_pattern(reference, symbol->made_from, true))
		return 0;
	int r = deb_library_find_pattern(reference, &probe, true, &pattern, err);
	return r < 0 ? r : !pattern;
}

static bool pattern_is_new(const struct deb_symbol *pattern, const struct deb_library *reference)
{
	const struct deb_symbol *same = deb_library_same_pattern(reference, pattern, false);

	return !same || !is_claim(same, reference->arch);
}

static int add_changes(const struct deb_library *library, const struct deb_symbol_list *list,
		       const struct deb_library *reference, struct deb_changes *changes,
		       struct abilock_error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct deb_symbol *symbol = list->items[i];

		if (deb_symbol_tag(symbol, "optional") || !is_claim(symbol, library->arch))
			continue;
		int r = symbol->pattern ? pattern_is_new(symbol, reference)
					: symbol_is_new(symbol, reference, err);
		if (r < 0)
			return r;
		struct deb_change *change =
			r ? abilock_array_push(&changes->items, &changes->count, sizeof(*change))
			  : NULL;
		if (r && !change)
			return abilock_error_nomem(err);
		if (change)
			*change = (struct deb_change){library->soname, symbol};
	}
	return 0;
}

int deb_symbols_changes(const struct deb_symbols_file *file,
			const struct deb_symbols_file *reference, struct deb_changes *ret_changes,
			struct abilock_error *err)
{
	_cleanup_(deb_changes_deinit) struct deb_changes changes = {0};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < file->library_count; i++) {
		const struct deb_library *library = &file->libraries[i];
		const struct deb_library *other = deb_symbols_library(reference, library->soname);

		if (other)
			r = add_changes(library, &library->symbols, other, &changes, err);
		if (r >= 0 && other)
			r = add_changes(library, &library->patterns, other, &changes, err);
	}
	if (r < 0)
		return r;
	*ret_changes = changes;
	changes = (struct deb_changes){0};
	return 0;
}
