/* SPDX-License-Identifier: MIT */
/*
 * A declaration from scripts for the public nodes and lists for the private one, as libvirt keeps
 * them: lines `SYMBOL;` or `PATTERN;` below comments that name the header.
 */
#include <ctype.h>

#include "import.h"

struct list {
	struct import *import;
	size_t node; /* that the symbols belong to */
	const char *s, *end;
	struct abilock_place place; /* of s */
	const char *header;	    /* that the last comment named */
	struct abilock_text note;   /* comments that wait for the next symbol */
};

static void step(struct list *list)
{
	list->place.column++;
	if (*list->s++ == '\n') {
		list->place.line++;
		list->place.column = 1;
	}
}

/* One word with a dot or a slash: `util/virfile.h`. */
static bool is_file_name(const char *s, size_t length)
{
	bool has_mark = false;

	for (size_t i = 0; i < length; i++) {
		if (isspace((unsigned char)s[i]))
			return false;
		has_mark |= s[i] == '.' || s[i] == '/';
	}
	return has_mark;
}

static bool read_comment(struct list *list)
{
	const char *newline = memchr(list->s, '\n', (size_t)(list->end - list->s));
	const char *stop = newline ? newline : list->end;
	const char *start = list->s;

	while (list->s < stop)
		step(list);
	while (start < stop && (*start == '#' || isspace((unsigned char)*start)))
		start++;
	while (stop > start && isspace((unsigned char)stop[-1]))
		stop--;
	if (start == stop)
		return true;
	if (is_file_name(start, (size_t)(stop - start))) {
		list->header =
			abilock_arena_strndup(&list->import->arena, start, (size_t)(stop - start));
		return list->header != NULL;
	}
	if (list->note.length)
		abilock_text_putc(&list->note, '\n');
	abilock_text_add(&list->note, start, (size_t)(stop - start));
	return !list->note.failed;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_.$*?[]", c));
}

static void report(struct list *list, struct abilock_place place, const char *message)
{
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		&list->import->diags, ABILOCK_LEVEL_ERROR, "import-syntax", place, "%s", message);

	if (diag)
		diag->fix = "a list has lines 'SYMBOL;' and comments that begin with #";
}

static void skip_line(struct list *list)
{
	while (list->s < list->end && *list->s != '\n')
		step(list);
}

/* Behind a name: blanks and a semicolon. */
static bool read_end(struct list *list)
{
	while (list->s < list->end && isspace((unsigned char)*list->s))
		step(list);
	if (list->s == list->end || *list->s != ';')
		return false;
	step(list);
	return true;
}

static bool read_symbol(struct list *list)
{
	struct abilock_place place = list->place;
	const char *start = list->s;

	while (list->s < list->end && is_name_char(*list->s))
		step(list);
	const size_t length = (size_t)(list->s - start);
	place.length = (uint32_t)length;
	if (length == 0 || isdigit((unsigned char)*start)) {
		report(list, place, "expected the name of a symbol");
		skip_line(list);
		return true;
	}
	if (!read_end(list)) {
		report(list, place, "no semicolon behind the name");
		return true;
	}
	const char *name = import_name(list->import, start, length, place);
	struct import_symbol *symbol = import_add_symbol(list->import, list->node, name);
	if (!name || !symbol)
		return false;
	symbol->entry.place = place;
	symbol->entry.is_pattern = strpbrk(name, "*?[") != NULL;
	symbol->entry.tags.header = list->header;
	symbol->note = list->note.length ? abilock_arena_strndup(&list->import->arena,
								 list->note.data, list->note.length)
					 : NULL;
	const bool complete = !list->note.length || symbol->note;
	abilock_text_clear(&list->note);
	return complete;
}

static bool read_list(struct list *list)
{
	while (list->s < list->end) {
		if (isspace((unsigned char)*list->s))
			step(list);
		else if (*list->s == '#' ? !read_comment(list) : !read_symbol(list))
			return false;
	}
	return true;
}

static int import_list(struct import *import, size_t source, size_t node, struct abilock_error *err)
{
	const struct abilock_source *from = &import->sources[source];
	struct list list = {
		.import = import,
		.node = node,
		.s = from->text,
		.end = from->text + from->length,
		.place = {.file = (uint32_t)source, .line = 1, .column = 1},
	};
	const bool complete = read_list(&list);

	abilock_text_deinit(&list.note);
	return complete ? 0 : abilock_error_nomem(err);
}

/* With a `*` of any kind nothing is left to hide, and ld refuses a second one of the other kind. */
static bool has_star(const struct import *import)
{
	for (size_t i = 0; i < import->symbol_count; i++) {
		const struct abilock_entry *entry = &import->symbols[i].entry;

		if (entry->is_pattern && str_eq(entry->text, "*"))
			return true;
	}
	return false;
}

/* All errors of all files: only what is no error of the text ends it. */
static int read_files(struct import *import, size_t first, size_t count, bool scripts, size_t node,
		      struct abilock_error *err)
{
	int r = 0, result = 0;

	for (size_t i = first; i < first + count; i++) {
		const struct abilock_source *source = &import->sources[i];
		const bool is_script = import_detect(source->text, source->length) == IMPORT_SCRIPT;

		if (is_script != scripts)
			continue;
		r = scripts ? import_read_script(import, i, err)
			    : import_list(import, i, node, err);
		if (r < 0 && r != ABILOCK_E_SYNTAX)
			return r;
		result = result ? result : r;
	}
	return result;
}

/* Linkers take a script without a name alone, and never beside a private node. */
static int check_names(struct import *import, struct abilock_error *err)
{
	for (size_t i = 0; i < import->node_count; i++) {
		if (import->nodes[i].name[0])
			continue;
		if (!abilock_diagnostics_add(&import->diags, ABILOCK_LEVEL_ERROR, "import-syntax",
					     import->nodes[i].place,
					     "a public list has a version node with a name, not a "
					     "script without one"))
			return abilock_error_nomem(err);
		return import_result(import, err);
	}
	return 0;
}

int import_libvirt(struct import *import, size_t first, size_t count,
		   const struct import_options *options, struct abilock_error *err)
{
	const char *name = options->node ? options->node : "LIBVIRT_PRIVATE";

	int r = read_files(import, first, count, true, ABILOCK_NO_NODE, err);
	if (r == 0)
		r = check_names(import, err);
	if (r < 0 && r != ABILOCK_E_SYNTAX)
		return r;
	import_keep_script_names(import, options);
	const size_t node = import_node(import, name, (struct abilock_place){0});
	if (node == ABILOCK_NO_NODE)
		return abilock_error_nomem(err);
	int lists = read_files(import, first, count, false, node, err);
	r = lists < 0 ? lists : r;
	import->headers_above = true;
	int twice = import_check_twice(import, err);
	r = r < 0 ? r : twice;
	if (r == 0 && !has_star(import))
		r = import_hide_rest(import, node, err);
	return r < 0 ? r : import_result(import, err);
}
