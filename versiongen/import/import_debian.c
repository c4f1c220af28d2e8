/* SPDX-License-Identifier: MIT */
/* A declaration from a Debian symbols file, finished or a template. */
#include "debian_machine.h"
#include "declaration_write.h"
#include "import.h"

#include "../../symbols/abiaudit/deb/symbols_file.h"

/* What Debian's architectures are, by dpkg's tables: opened when the first tag asks. */
enum { MACHINES_MAX = 64 };

struct reader {
	struct import *import;
	size_t source;
	bool has_nodes; /* else all symbols are @Base, and the script is anonymous */
	bool archs_tried;
	struct deb_arch *archs[MACHINES_MAX]; /* as debian_machines() has them; NULL: unknown */
};

static void reader_deinit(struct reader *reader)
{
	for (size_t i = 0; i < MACHINES_MAX; i++)
		deb_arch_free(reader->archs[i]);
}

/* ---- diagnostics ---- */

/* Of the file itself the text is known, of one that it includes only the name. */
static size_t source_of(struct reader *reader, const char *path)
{
	struct import *import = reader->import;
	size_t at = reader->source;

	if (!path || str_eq(path, import->sources[at].path))
		return at;
	for (size_t i = import->source_count; i-- > 0;)
		if (str_eq(import->sources[i].path, path))
			return i;
	const char *copy = abilock_arena_strdup(&import->arena, path);
	if (!copy || import_add_source(import, copy, NULL, 0, &at, NULL) < 0)
		import->diags.failed = true;
	return at;
}

static struct abilock_place place_in(struct reader *reader, const char *path, uint64_t line)
{
	return (struct abilock_place){
		.file = (uint32_t)source_of(reader, path), .line = (uint32_t)line, .column = 1};
}

static int report_errors(struct reader *reader, const struct deb_symbols_file *file)
{
	for (size_t i = 0; i < file->error_count; i++) {
		const struct abilock_error *error = &file->errors[i];

		if (!abilock_diagnostics_add(
			    &reader->import->diags, ABILOCK_LEVEL_ERROR, "import-syntax",
			    place_in(reader, error->file, error->offset), "%s", error->message))
			return ABILOCK_E_NOMEM;
	}
	return 0;
}

/* The reader's warnings are lines "FILE:LINE: ...": of this file, or of one that it includes. */
static void pass_warnings(struct reader *reader, const struct deb_symbols_file *file)
{
	for (size_t i = 0; i < file->warning_count; i++) {
		const char *colon = strstr(file->warnings[i], ": ");
		const char *digits = colon;

		while (digits && digits > file->warnings[i] && digits[-1] != ':')
			digits--;
		const uint64_t line = digits ? strtoull(digits, NULL, 10) : 0;
		(void)abilock_diagnostics_add(&reader->import->diags, ABILOCK_LEVEL_WARNING,
					      "import-lost", place_in(reader, NULL, line), "%s",
					      colon ? colon + 2 : file->warnings[i]);
	}
}

/* What no declaration can say is told, and left as prose. */
static void lose(struct reader *reader, const struct deb_symbol *symbol, const char *why)
{
	struct import *import = reader->import;
	_cleanup_(abilock_text_deinit) struct abilock_text line = {0};

	deb_symbol_write(symbol, true, &line);
	const int length = (int)(line.length < 200 ? line.length : 200);
	(void)abilock_diagnostics_add(&import->diags, ABILOCK_LEVEL_WARNING, "import-lost",
				      place_in(reader, symbol->file, symbol->line),
				      "'%.*s' is left out: %s", length ? length - 1 : 0,
				      length ? line.data + 1 : "", why);
	abilock_text_puts(&import->heading, "Left out:");
	abilock_text_add(&import->heading, line.data, line.length);
	abilock_text_putc(&import->heading, '\n');
}

/* ---- architectures ---- */

static void open_archs(struct reader *reader)
{
	const struct debian_machine *machines = debian_machines();

	reader->archs_tried = true;
	for (size_t i = 0; i < MACHINES_MAX && machines[i].machine; i++)
		if (deb_arch_open(machines[i].architecture, &reader->archs[i], NULL) < 0)
			reader->archs[i] = NULL; /* younger than dpkg's tables, or no dpkg */
}

/* Machines that have (or lack) the symbol as a list with bars; NULL where the list is empty. */
static const char *list_machines(const struct reader *reader, const struct deb_symbol *symbol,
				 bool wanted, size_t *ret_count)
{
	const struct debian_machine *machines = debian_machines();
	_cleanup_(abilock_text_deinit) struct abilock_text list = {0};
	const char *last = "";

	*ret_count = 0;
	for (size_t i = 0; i < MACHINES_MAX && machines[i].machine; i++) {
		if (!reader->archs[i] || str_eq(machines[i].machine, last) ||
		    deb_symbol_is_for(symbol, reader->archs[i]) != wanted)
			continue;
		last = machines[i].machine;
		abilock_text_puts(&list, *ret_count ? "|" : "");
		abilock_text_puts(&list, wanted ? "" : "!");
		abilock_text_puts(&list, last);
		++*ret_count;
	}
	return *ret_count && !list.failed
		       ? abilock_arena_strndup(&reader->import->arena, list.data, list.length)
		       : NULL;
}

/* The shorter way to say it. */
static const char *arch_tag(struct reader *reader, const struct deb_symbol *symbol)
{
	size_t with_count, without_count;

	if (!deb_symbol_tag(symbol, "arch") && !deb_symbol_tag(symbol, "arch-bits") &&
	    !deb_symbol_tag(symbol, "arch-endian"))
		return NULL;
	if (!reader->archs_tried)
		open_archs(reader);
	const char *with = list_machines(reader, symbol, true, &with_count);
	const char *without = list_machines(reader, symbol, false, &without_count);
	if (!with && reader->archs[0])
		(void)abilock_diagnostics_add(
			&reader->import->diags, ABILOCK_LEVEL_WARNING, "import-lost",
			place_in(reader, symbol->file, symbol->line),
			"no machine that arch= knows has %s: its tag is left out", symbol->name);
	return !with || without_count == 0 ? NULL : with_count <= without_count ? with : without;
}

/* ---- symbols ---- */

/* Tags without a meaning in a declaration, as prose. */
static const char *note_of(struct reader *reader, const struct deb_symbol *symbol)
{
	static const char *const known[] = {"arch", "arch-bits", "arch-endian", "c++"};
	_cleanup_(abilock_text_deinit) struct abilock_text note = {0};

	for (size_t i = 0; i < symbol->tag_count; i++) {
		const struct deb_tag *tag = &symbol->tags[i];
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_SIZE(known); k++)
			is_known |= str_eq(tag->name, known[k]);
		if (is_known && (reader->archs[0] || str_eq(tag->name, "c++")))
			continue;
		abilock_text_puts(&note, note.length ? ", " : "In the symbols file: ");
		abilock_text_puts(&note, tag->name);
		abilock_text_puts(&note, tag->value ? "=" : "");
		abilock_text_puts(&note, tag->value ? tag->value : "");
	}
	return note.length && !note.failed
		       ? abilock_arena_strndup(&reader->import->arena, note.data, note.length)
		       : NULL;
}

/* What `since=` can hold: all that is a version to dpkg. */
static bool is_release(const char *s)
{
	return *s && s[strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "_.+~:-")] == '\0';
}

/* The node of `foo@NODE`; "" for `@Base`; NULL where there is no node. */
static const char *node_of(const struct deb_symbol *symbol)
{
	const char *at = strrchr(symbol->name, '@');

	if (!at || !at[1] || at == symbol->name)
		return NULL;
	return str_eq(at + 1, "Base") ? "" : at + 1;
}

static int add_symbol(struct reader *reader, const struct deb_symbol *symbol, const char *node,
		      struct abilock_error *err)
{
	struct import *import = reader->import;
	const size_t length = (size_t)(strrchr(symbol->name, '@') - symbol->name);
	const struct abilock_place place = place_in(reader, symbol->file, symbol->line);
	const char *name = import_name(import, symbol->name, length, place);
	const char *kept = abilock_arena_strdup(&import->arena, node);
	size_t at = ABILOCK_NO_NODE;

	if (!kept)
		return abilock_error_nomem(err);
	if (!name || str_eq(name, node)) /* GNU ld's symbol of the node */
		return 0;
	if (*node || !reader->has_nodes) {
		at = import_node(import, kept, place);
		if (at == ABILOCK_NO_NODE)
			return abilock_error_nomem(err);
	}
	/* Before the symbol, which moves with the next one. */
	const char *arch = arch_tag(reader, symbol), *note = note_of(reader, symbol);
	struct import_symbol *ours = import_add_symbol(import, at, name);
	const char *since = abilock_arena_strdup(&import->arena, symbol->minver);
	if (!ours || !since)
		return abilock_error_nomem(err);
	ours->note = note;
	ours->entry.place = place;
	ours->entry.tags.since = is_release(since) ? since : NULL;
	ours->entry.tags.arch = arch;
	if (symbol->pattern) {
		ours->entry.language = ABILOCK_LANGUAGE_CXX;
		ours->entry.is_quoted = true;
	}
	return 0;
}

/*
 * A name as c++filt shows it is one symbol, mostly, and a script can say so. What has no version
 * among nodes is declared in a comment, which knows C names only.
 */
static bool can_say(const struct reader *reader, const struct deb_symbol *symbol, const char *node)
{
	const size_t length = (size_t)(strrchr(symbol->name, '@') - symbol->name);
	const bool has_script = *node || !reader->has_nodes;

	if (!symbol->pattern) {
		_cleanup_(freep) char *name = has_script ? NULL : strndup(symbol->name, length);
		return has_script || (name && declaration_is_plain(name));
	}
	return symbol->pattern->kind == DEB_PATTERN_CPP && has_script;
}

static int take_list(struct reader *reader, const struct deb_symbol_list *list,
		     struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->count; i++) {
		const struct deb_symbol *symbol = list->items[i];
		const char *node = node_of(symbol);

		if (symbol->missing)
			continue;
		if (!node)
			lose(reader, symbol,
			     symbol->pattern ? "it stands for many symbols" : "it has no @NODE");
		else if (!can_say(reader, symbol, node))
			lose(reader, symbol,
			     symbol->pattern ? "it stands for many symbols"
					     : "a symbol without a version needs a C name");
		else if (*node && !import_is_node_name(node))
			lose(reader, symbol, "no version script can hold the name of its node");
		else
			r = add_symbol(reader, symbol, node, err);
	}
	return r;
}

static bool has_nodes(const struct deb_symbol_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *node = node_of(list->items[i]);

		if (!list->items[i]->missing && node && *node)
			return true;
	}
	return false;
}

/* Their names, for a message. */
static void list_sonames(const struct deb_symbols_file *file, struct abilock_text *text)
{
	enum { SHOWN = 12 };

	for (size_t i = 0; i < file->library_count && i < SHOWN; i++)
		abilock_text_printf(text, "%s%.40s", i ? ", " : "", file->libraries[i].soname);
	abilock_text_puts(text, file->library_count > SHOWN ? ", ..." : "");
	abilock_text_putc(text, '\0');
}

static const struct deb_library *find_library(struct reader *reader,
					      const struct deb_symbols_file *file,
					      const char *soname, struct abilock_error *err)
{
	const char *path = reader->import->sources[reader->source].path;
	_cleanup_(abilock_text_deinit) struct abilock_text sonames = {0};
	const struct deb_library *library = soname ? deb_symbols_library(file, soname)
					    : file->library_count == 1 ? &file->libraries[0]
								       : NULL;

	list_sonames(file, &sonames);
	if (library || sonames.failed)
		return library;
	if (file->library_count == 0)
		(void)abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					"no library in it");
	else
		(void)abilock_error_set(err, ABILOCK_E_USAGE, path, NULL, 0,
					"expected one of its libraries behind --soname: %s",
					sonames.data);
	return NULL;
}

static int take_library(struct reader *reader, const struct deb_library *library,
			struct abilock_error *err)
{
	struct import *import = reader->import;

	abilock_text_printf(
		&import->heading,
		"SONAME %s, imported from a symbols file. The file has no types, and does "
		"not say which node\ninherits from which: here all are functions, and each "
		"node follows the version before it.\n",
		library->soname);
	reader->has_nodes = has_nodes(&library->symbols) || has_nodes(&library->patterns);
	int r = take_list(reader, &library->symbols, err);
	return r < 0 ? r : take_list(reader, &library->patterns, err);
}

static int finish(struct reader *reader, struct abilock_error *err)
{
	struct import *import = reader->import;
	bool all_versioned = true;

	for (size_t i = 0; i < import->symbol_count; i++)
		all_versioned &= import->symbols[i].entry.node != ABILOCK_NO_NODE;
	int r = import_chain_nodes(import, err);
	if (import->node_count == 0 &&
	    import_node(import, "", (struct abilock_place){0}) == ABILOCK_NO_NODE)
		return abilock_error_nomem(err);
	if (r == 0)
		r = import_check_twice(import, err);
	import_keep_names(import);
	import_sort(import);
	/* `local: *` would take what has no version. */
	if (r == 0 && all_versioned)
		r = import_hide_rest(import, 0, err);
	return r;
}

int import_debian(struct import *import, size_t source, const struct import_options *options,
		  struct abilock_error *err)
{
	const struct abilock_source from = import->sources[source];
	_cleanup_(reader_deinit) struct reader reader = {.import = import, .source = source};
	_cleanup_(deb_symbols_file_freep) struct deb_symbols_file *file = NULL;

	int r = deb_symbols_file_parse_all(from.text, from.length, from.path, &file, err);
	if (file) {
		if (report_errors(&reader, file) < 0)
			return abilock_error_nomem(err);
		pass_warnings(&reader, file);
	}
	if (r < 0)
		return r;
	const struct deb_library *library = find_library(&reader, file, options->soname, err);
	if (!library)
		return err && err->code ? err->code : abilock_error_nomem(err);
	r = take_library(&reader, library, err);
	if (r == 0)
		r = finish(&reader, err);
	return r < 0 ? r : import_result(import, err);
}
