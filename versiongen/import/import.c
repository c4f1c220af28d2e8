/* SPDX-License-Identifier: MIT */
#include "import.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>

#include "declaration_write.h"

void import_deinit(struct import *import)
{
	for (size_t i = 0; i < import->script_count; i++)
		abilock_declaration_free(import->scripts[i]);
	free(import->scripts);
	free(import->sources);
	free(import->nodes);
	free(import->symbols);
	abilock_name_table_deinit(&import->by_name);
	abilock_text_deinit(&import->heading);
	abilock_diagnostics_deinit(&import->diags);
	abilock_arena_clear(&import->arena);
}

/* ---- sources ---- */

int import_add_source(struct import *import, const char *path, const char *text, size_t length,
		      size_t *ret, struct abilock_error *err)
{
	struct abilock_source *source =
		abilock_array_push(&import->sources, &import->source_count, sizeof(*source));

	if (!source)
		return abilock_error_nomem(err);
	*source = (struct abilock_source){path, text, length};
	*ret = import->source_count - 1;
	return 0;
}

static int read_all(int fd, const char *path, struct abilock_text *text, struct abilock_error *err)
{
	if (abilock_text_read(text, fd, ABILOCK_DECLARATION_MAX) == 0)
		return 0;
	if (errno == ENOMEM)
		return abilock_error_nomem(err);
	if (errno != EFBIG)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0, "larger than %zu MiB",
				 ABILOCK_DECLARATION_MAX >> 20);
}

int import_read_source(struct import *import, const char *path, size_t *ret,
		       struct abilock_error *err)
{
	const bool is_stdin = str_eq(path, "-");
	_cleanup_(closep) int opened = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (!is_stdin && opened < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	int r = read_all(is_stdin ? STDIN_FILENO : opened, path, &text, err);
	if (r < 0)
		return r;
	char *copy = abilock_arena_strndup(&import->arena, text.data, text.length);
	if (!copy)
		return abilock_error_nomem(err);
	return import_add_source(import, path, copy, text.length, ret, err);
}

static struct abilock_place place_at(const struct abilock_source *source, size_t index,
				     const char *at)
{
	struct abilock_place place = {.file = (uint32_t)index, .line = 1};
	const char *line = source->text;

	for (const char *p = line; (p = memchr(p, '\n', (size_t)(at - p))); line = ++p)
		place.line++;
	place.column = (uint32_t)(at - line) + 1;
	return place;
}

int import_check_text(struct import *import, struct abilock_error *err)
{
	for (size_t i = 0; i < import->source_count; i++) {
		const struct abilock_source *source = &import->sources[i];
		const char *nul = memchr(source->text, '\0', source->length);

		if (nul)
			(void)abilock_diagnostics_add(&import->diags, ABILOCK_LEVEL_ERROR,
						      "import-syntax", place_at(source, i, nul),
						      "a NUL byte: this is no text file");
	}
	return import_result(import, err);
}

/* ---- the model ---- */

bool import_is_node_name(const char *name)
{
	for (size_t i = 0; name[i]; i++)
		if (name[i] == '$')
			return false;
	return *name != '.' && declaration_is_plain(name);
}

size_t import_node(struct import *import, const char *name, struct abilock_place place)
{
	const uintptr_t found = (uintptr_t)abilock_name_table_find(&import->by_name, name);

	if (found)
		return found - 1;
	struct abilock_declared_node *node =
		abilock_array_push(&import->nodes, &import->node_count, sizeof(*node));
	if (!node ||
	    !abilock_name_table_put(&import->by_name, name, (void *)(uintptr_t)import->node_count))
		return ABILOCK_NO_NODE;
	node->name = name;
	node->place = place;
	return import->node_count - 1;
}

struct import_symbol *import_add_symbol(struct import *import, size_t node, const char *name)
{
	struct import_symbol *symbol =
		abilock_array_push(&import->symbols, &import->symbol_count, sizeof(*symbol));

	if (!symbol)
		return NULL;
	symbol->entry.text = name;
	symbol->entry.node = node;
	symbol->entry.tags.type = STT_FUNC;
	symbol->entry.tags.bind = STB_GLOBAL;
	return symbol;
}

const char *import_name(struct import *import, const char *s, size_t length,
			struct abilock_place place)
{
	const char *name = abilock_arena_strndup(&import->arena, s, length);

	if (!name) {
		import->diags.failed = true;
		return NULL;
	}
	if (declaration_can_hold(name))
		return name;
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		&import->diags, ABILOCK_LEVEL_ERROR, "import-name", place,
		"a name with a quote or a control character: no version script can hold it");
	if (diag)
		diag->fix = "leave the symbol out";
	return NULL;
}

void import_keep_names(struct import *import)
{
	for (size_t i = 0; i < import->node_count; i++)
		import->nodes[i].tags.is_exact =
			abilock_node_name_is_private(import->nodes[i].name);
}

int import_hide_rest(struct import *import, size_t node, struct abilock_error *err)
{
	struct import_symbol *symbol = import_add_symbol(import, node, "*");

	if (!symbol)
		return abilock_error_nomem(err);
	symbol->entry.is_pattern = true;
	symbol->entry.is_local = true;
	return 0;
}

int import_result(struct import *import, struct abilock_error *err)
{
	const struct abilock_diagnostics *diags = &import->diags;

	if (diags->failed)
		return abilock_error_nomem(err);
	for (size_t i = 0; diags->error_count && i < diags->count; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->level == ABILOCK_LEVEL_ERROR)
			return abilock_error_set_line(err, import->sources[diag->place.file].path,
						      diag->place.line, diag->place.column, "%s",
						      diag->message);
	}
	return 0;
}

/* ---- order ---- */

static int compare_size(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_places(const struct abilock_place *a, const struct abilock_place *b)
{
	int r = compare_size(a->file, b->file);

	r = r ? r : compare_size(a->line, b->line);
	return r ? r : compare_size(a->column, b->column);
}

/* Globals first, so that `local: *` comes last. */
static int compare_symbols(const void *a, const void *b)
{
	const struct abilock_entry *x = &((const struct import_symbol *)a)->entry;
	const struct abilock_entry *y = &((const struct import_symbol *)b)->entry;
	int r = compare_size(x->is_local, y->is_local);

	r = r ? r : compare_size(x->language, y->language);
	r = r ? r : strcmp(x->text, y->text);
	r = r ? r : compare_size(x->node, y->node);
	r = r ? r : compare_size(x->tags.is_compat, y->tags.is_compat);
	return r ? r : compare_places(&x->place, &y->place);
}

void import_sort(struct import *import)
{
	if (import->symbol_count)
		qsort(import->symbols, import->symbol_count, sizeof(*import->symbols),
		      compare_symbols);
}

static int compare_by_symbol(const void *a, const void *b)
{
	return compare_symbols(*(const struct import_symbol *const *)a,
			       *(const struct import_symbol *const *)b);
}

static bool are_twins(const struct abilock_entry *a, const struct abilock_entry *b)
{
	return a->node == b->node && a->language == b->language && a->is_local == b->is_local &&
	       a->is_pattern == b->is_pattern && str_eq(a->text, b->text);
}

static void report_twin(struct import *import, const struct abilock_entry *entry,
			const struct abilock_entry *first)
{
	const bool has_place = entry->place.line > 0;
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		&import->diags, has_place ? ABILOCK_LEVEL_ERROR : ABILOCK_LEVEL_WARNING,
		"import-twice", entry->place, "symbol %s is listed twice in %s%s", entry->text,
		entry->node == ABILOCK_NO_NODE ? "no node" : import->nodes[entry->node].name,
		has_place ? "" : ": one of them is left out");

	if (diag && has_place)
		diag->fix = abilock_arena_printf(
			&import->diags.arena, "it stands in %s:%u already: delete one of them",
			import->sources[first->place.file].path, first->place.line);
}

/* Drop what was marked by taking its name away. */
static void drop_unnamed(struct import *import)
{
	size_t kept = 0;

	for (size_t i = 0; i < import->symbol_count; i++)
		if (import->symbols[i].entry.text)
			import->symbols[kept++] = import->symbols[i];
	import->symbol_count = kept;
}

int import_check_twice(struct import *import, struct abilock_error *err)
{
	_cleanup_(freep) struct import_symbol **order =
		calloc(import->symbol_count + 1, sizeof(struct import_symbol *));
	const struct import_symbol *first = NULL;

	if (!order)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < import->symbol_count; i++)
		order[i] = &import->symbols[i];
	qsort(order, import->symbol_count, sizeof(*order), compare_by_symbol);
	for (size_t i = 0; i < import->symbol_count; i++) {
		if (!first || !are_twins(&first->entry, &order[i]->entry)) {
			first = order[i];
			continue;
		}
		report_twin(import, &order[i]->entry, &first->entry);
		order[i]->entry.text = NULL;
	}
	drop_unnamed(import);
	return 0;
}

/* ---- out ---- */

int import_write(const struct import *import, struct abilock_text *out, struct abilock_error *err)
{
	_cleanup_(freep) struct abilock_entry *entries =
		calloc(import->symbol_count + 1, sizeof(*entries));
	_cleanup_(freep) const char **notes = calloc(import->symbol_count + 1, sizeof(*notes));
	_cleanup_(freep) char *heading =
		strndup(import->heading.length ? import->heading.data : "", import->heading.length);

	if (!entries || !notes || !heading || import->heading.failed)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < import->symbol_count; i++) {
		entries[i] = import->symbols[i].entry;
		notes[i] = import->symbols[i].note;
	}
	const struct abilock_declaration decl = {
		.nodes = import->nodes,
		.node_count = import->node_count,
		.entries = entries,
		.entry_count = import->symbol_count,
	};
	const struct declaration_form form = {
		.heading = heading, .notes = notes, .headers_above = import->headers_above};
	return declaration_write(&decl, &form, out, err);
}
