/* SPDX-License-Identifier: MIT */
/* The symbols of a file, and those that were declared. */
#include "gate_declared.h"

#include "baseline_parts.h"

/* ---- what nobody declares ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/* Linkers and start-up files define these in each program or library. */
static bool is_of_linker(const struct abilock_export *export)
{
	const char *name = export->name;

	/* Sorted. */
	static const char *const names[] = {
		"_DYNAMIC",
		"_GLOBAL_OFFSET_TABLE_",
		"_IO_stdin_used",
		"_PROCEDURE_LINKAGE_TABLE_",
		"__TMC_END__",
		"__bss_end__",
		"__bss_start",
		"__bss_start__",
		"__data_start",
		"__dso_handle",
		"__end__",
		"__executable_start",
		"__exidx_end",
		"__exidx_start",
		"__global_pointer$",
		"__gmon_start__",
		"__gnu_local_gp",
		"__libc_csu_fini",
		"__libc_csu_init",
		"__rela_iplt_end",
		"__rela_iplt_start",
		"_bss_end__",
		"_edata",
		"_end",
		"_etext",
		"_fbss",
		"_fdata",
		"_fini",
		"_fp_hw",
		"_ftext",
		"_gp",
		"_gp_disp",
		"_init",
		"_start",
		"data_start",
		"edata",
		"end",
		"etext",
	};

	/* `end` may be somebody's function. */
	return (name[0] == '_' || export->type == STT_NOTYPE) &&
	       bsearch(name, names, ARRAY_SIZE(names), sizeof(names[0]), compare_names);
}

static bool is_marker(const struct declared *declared, const struct abilock_export *export)
{
	const char *name = export->name + strlen(ABILOCK_MARKER_PREFIX);

	if (!str_starts(export->name, ABILOCK_MARKER_PREFIX))
		return false;
	const size_t n = export->node == ABILOCK_NO_NODE ? ABILOCK_NO_NODE
							 : declared->linked[export->node].declared;
	if (n != ABILOCK_NO_NODE && str_eq(declared->decl->nodes[n].name, name))
		declared->nodes[n].has_marker = true;
	return true;
}

/* ---- tags ---- */

static const char *describe_type(uint8_t type)
{
	switch (type) {
	case STT_OBJECT:
	case STT_COMMON: return "a variable";
	case STT_TLS: return "thread-local";
	case STT_FUNC: return "a function";
	case STT_GNU_IFUNC: return "a function with a resolver";
	default: return "a symbol without a type";
	}
}

/* A resolver is the library's own business: callers and linkers see a function. */
static uint8_t plain_type(uint8_t type)
{
	if (type == STT_GNU_IFUNC)
		return STT_FUNC;
	return type == STT_COMMON ? STT_OBJECT : type;
}

static void check_type(const struct declared *declared, const struct abilock_entry *entry,
		       const struct abilock_export *export)
{
	const struct abilock_tags *tags = &entry->tags;

	/* A pattern takes functions and variables alike, unless it says otherwise. */
	if (plain_type(tags->type) == plain_type(export->type) ||
	    (entry->is_pattern && !tags->has_type))
		return;
	const char *fix =
		export->type == STT_NOTYPE
			? declared_printf(declared,
					  "give it a type ('.type %s, @function' in assembler), or "
					  "tag it '# notype'",
					  export->name)
			: declared_printf(declared, "tag it: '%s; # %s'", entry->text,
					  baseline_type_word(export->type));
	(void)declared_find(declared, "symbol-type", declared_place(declared, entry->place),
			    declared_export_label(declared, export), fix,
			    "'%s' is %s in the file, and declared as %s", export->name,
			    describe_type(export->type), describe_type(tags->type));
}

static const char *describe_bind(uint8_t bind)
{
	return bind == STB_WEAK ? "weak" : bind == STB_GNU_UNIQUE ? "unique" : "global";
}

/* Nothing at run time depends on a weak definition that no tag is about. */
static void check_bind(const struct declared *declared, const struct abilock_entry *entry,
		       const struct abilock_export *export)
{
	const uint8_t bind = entry->tags.bind;

	if (bind == export->bind || (bind == STB_GLOBAL && export->bind == STB_WEAK) ||
	    (bind == STB_GLOBAL && entry->is_pattern))
		return;
	(void)declared_find(
		declared, "symbol-binding", declared_place(declared, entry->place),
		declared_export_label(declared, export),
		export->bind == STB_GLOBAL
			? declared_printf(declared, "leave out the tag '%s'", describe_bind(bind))
			: declared_printf(declared, "tag it: '%s; # %s'", entry->text,
					  describe_bind(export->bind)),
		"'%s' is %s in the file, and declared as %s%s", export->name,
		describe_bind(export->bind), describe_bind(bind),
		export->bind == STB_GNU_UNIQUE ? "; a library with unique symbols is never unloaded"
					       : "");
}

void declared_check_tags(const struct declared *declared, const struct abilock_entry *entry,
			 const struct abilock_export *export)
{
	check_type(declared, entry, export);
	check_bind(declared, entry, export);
}

/* ---- exports that the declaration does not have ---- */

static const char *file_node(const struct declared *declared, const struct abilock_export *export)
{
	return export->node == ABILOCK_NO_NODE ? NULL : declared->surface->nodes[export->node].name;
}

/* The line to add, where there is a node for it. */
static const char *declare_fix(const struct declared *declared, const struct abilock_export *export)
{
	const char *type =
		plain_type(export->type) == STT_FUNC ? NULL : baseline_type_word(export->type);
	const char *compat = export->is_default ? NULL : "compat";
	const char *tags =
		declared_printf(declared, "%s%s%s%s", type || compat ? " # " : "", type ? type : "",
				type && compat ? " " : "", compat ? compat : "");

	if (!tags)
		return NULL;
	if (export->node == ABILOCK_NO_NODE)
		return declared_printf(
			declared,
			"hide it with 'local: *;' or its visibility, or declare it in a node: "
			"'%s;%s'",
			export->name, tags);
	return declared_printf(declared,
			       "declare it in %s: '%s;%s', or hide it with 'local:' or its "
			       "visibility",
			       declared->decl->nodes[declared->linked[export->node].declared].name,
			       export->name, tags);
}

static bool report_undeclared(struct declared *declared, const struct abilock_export *export,
			      const struct abilock_entry *hider)
{
	const char *label = declared_export_label(declared, export);

	/* One finding about a node that is not declared says it for all of its symbols. */
	if (export->node != ABILOCK_NO_NODE &&
	    declared->linked[export->node].declared == ABILOCK_NO_NODE)
		return declared_names_push(&declared->linked[export->node].symbols, label);

	const char *fix = declare_fix(declared, export);
	if (hider)
		(void)declared_find(declared, "symbol-not-declared",
				    declared_place(declared, hider->place), label, fix,
				    "'%s' is exported, though '%s' is declared as local",
				    label ? label : "", hider->text);
	else
		(void)declared_find(declared, "symbol-not-declared", declared->binary, label, fix,
				    "'%s' is exported, but not declared", label ? label : "");
	return true;
}

static bool report_elsewhere(struct declared *declared, const struct abilock_entry *entry,
			     size_t node, const struct abilock_export *export)
{
	const char *wanted = declared_label(declared, export->name, node);
	const char *found = file_node(declared, export);
	const struct abilock_place place = declared_place(declared, entry->place);

	if (!wanted)
		return false;
	if (node != ABILOCK_NO_NODE && !declared->nodes[node].in_file)
		return declared_names_push(&declared->nodes[node].elsewhere, wanted);
	if (!found) {
		(void)declared_find(declared, "symbol-unversioned", place, wanted,
				    "link with the version script of this declaration; a symbol "
				    "that its patterns miss gets no version",
				    "'%s' is exported without a version, and declared in %s",
				    export->name, declared->decl->nodes[node].name);
		return true;
	}
	(void)declared_find(
		declared, "symbol-wrong-node", place, wanted,
		declared_printf(declared,
				"link with the version script of this declaration, or declare it "
				"where it is: in %s",
				found),
		"'%s' has the version %s, and is declared %s%s", export->name, found,
		node == ABILOCK_NO_NODE ? "without one" : "in ",
		node == ABILOCK_NO_NODE ? "" : declared->decl->nodes[node].name);
	return true;
}

/* ---- exports that a name takes ---- */

static size_t declared_node_of(const struct declared *declared, const struct abilock_export *export)
{
	return export->node == ABILOCK_NO_NODE ? ABILOCK_NO_NODE
					       : declared->linked[export->node].declared;
}

static bool is_in_node(const struct declared *declared, const struct abilock_export *export,
		       size_t node)
{
	if (export->node == ABILOCK_NO_NODE || node == ABILOCK_NO_NODE)
		return export->node == ABILOCK_NO_NODE && node == ABILOCK_NO_NODE;
	return declared_node_of(declared, export) == node;
}

static void check_default(const struct declared *declared, const struct declared_item *item)
{
	const struct abilock_export *export = item->found;

	if (item->node == ABILOCK_NO_NODE || item->is_default == export->is_default)
		return;
	(void)declared_find(
		declared, "symbol-not-default", declared_place(declared, item->entry->place),
		declared_label(declared, export->name, item->node),
		item->is_default ? "tag it '# compat', or give the definition '@@' in .symver"
				 : "give the definition '@' in .symver, or leave out the tag "
				   "'compat'; of several versions the last one is the default",
		item->is_default ? "'%s@%s' is not the default version in the file, and declared "
				   "as the default"
				 : "'%s@@%s' is the default version in the file, and not declared "
				   "as the default",
		export->name, declared->decl->nodes[item->node].name);
}

/* @return Whether an item takes the export. */
static bool take_item(struct declared *declared, const struct abilock_export *export,
		      struct declared_item *first)
{
	for (struct declared_item *item = first; item; item = item->next) {
		if (item->found || !is_in_node(declared, export, item->node))
			continue;
		item->found = export;
		declared->is_used[item->entry - declared->decl->entries] = true;
		declared_check_tags(declared, item->entry, export);
		check_default(declared, item);
		return true;
	}
	return false;
}

/* All exports of the file have had their turn: what is left belongs to an item, or to none. */
static bool take_left_over(struct declared *declared, const struct abilock_export *export)
{
	struct declared_item *item = abilock_name_table_find(&declared->names, export->name);

	while (item && (item->found || item->instead))
		item = item->next;
	if (!item)
		return report_undeclared(declared, export, NULL);
	item->instead = export;
	return report_elsewhere(declared, item->entry, item->node, export);
}

/* ---- exports that a pattern takes, or a C++ name ---- */

static bool check_matched(struct declared *declared, const struct abilock_export *export,
			  const struct abilock_entry *entry)
{
	const size_t node = declared->is_anonymous ? ABILOCK_NO_NODE : entry->node;

	declared->is_used[entry - declared->decl->entries] = true;
	if (is_in_node(declared, export, node)) {
		declared_check_tags(declared, entry, export);
		return true;
	}
	/* An old version that .symver made stands beside the one that the pattern takes. */
	if (export->node != ABILOCK_NO_NODE && !export->is_default)
		return report_undeclared(declared, export, NULL);
	return report_elsewhere(declared, entry, node, export);
}

static bool check_unnamed(struct declared *declared, const struct abilock_export *export)
{
	const struct abilock_entry *entry = abilock_matcher_find(declared->matcher, export->name);

	if (entry && !entry->is_local)
		return check_matched(declared, export, entry);
	return is_of_linker(export) ||
	       report_undeclared(declared, export,
				 entry && !str_eq(entry->text, "*") ? entry : NULL);
}

/* ---- all of them ---- */

static bool is_copy(const struct declared *declared, const struct abilock_export *export)
{
	return declared->copied && declared->copied[export->row];
}

static bool check_export(struct declared *declared, const struct abilock_export *export,
			 bool *ret_is_left)
{
	struct declared_item *first = abilock_name_table_find(&declared->names, export->name);

	*ret_is_left = false;
	if (is_copy(declared, export))
		return true;
	const size_t node = declared_node_of(declared, export);
	if (node != ABILOCK_NO_NODE)
		declared->nodes[node].export_count++;
	if (is_marker(declared, export))
		return true;
	if (!first)
		return check_unnamed(declared, export);
	*ret_is_left = !take_item(declared, export, first);
	return true;
}

int declared_check_symbols(struct declared *declared, struct abilock_error *err)
{
	const struct abilock_surface *surface = declared->surface;
	_cleanup_(freep) bool *is_left = calloc(surface->export_count + 1, sizeof(*is_left));
	bool ok = is_left != NULL;

	for (size_t i = 0; ok && i < surface->export_count; i++)
		ok = check_export(declared, &surface->exports[i], &is_left[i]);
	for (size_t i = 0; ok && i < surface->export_count; i++)
		if (is_left[i])
			ok = take_left_over(declared, &surface->exports[i]);
	return ok ? 0 : abilock_error_nomem(err);
}
