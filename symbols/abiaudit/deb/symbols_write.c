/* SPDX-License-Identifier: MIT */
/* Symbols files, written. */
#include "symbols_file.h"

struct line {
	const char *key;
	size_t order; /* of the file, for lines with one key */
	const struct deb_symbol *symbol;
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	return r != 0 ? r : (x->order > y->order) - (x->order < y->order);
}

static bool is_written(const struct deb_symbol *symbol, const struct deb_library *library,
		       const struct deb_symbols_form *form)
{
	if (symbol->missing && !form->with_missing)
		return false;
	if (form->as_template)
		return !symbol->made_from;
	return deb_symbol_is_for(symbol, library->arch);
}

static void collect(const struct deb_symbol_list *list, const struct deb_library *library,
		    const struct deb_symbols_form *form, struct line *lines, size_t *count)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct deb_symbol *symbol = list->items[i];

		if (is_written(symbol, library, form)) {
			lines[*count] = (struct line){deb_symbol_key(symbol), *count, symbol};
			++*count;
		}
	}
}

const struct deb_symbol **deb_library_sorted(const struct deb_library *library,
					     const struct deb_symbols_form *form, size_t *ret_count)
{
	const size_t most = library->symbols.count + library->patterns.count;
	_cleanup_(freep) struct line *lines = calloc(most + 1, sizeof(*lines));
	const struct deb_symbol **symbols = calloc(most + 1, sizeof(const struct deb_symbol *));
	size_t count = 0;

	*ret_count = 0;
	if (!lines || !symbols) {
		free(symbols);
		return NULL;
	}
	collect(&library->symbols, library, form, lines, &count);
	if (form->as_template)
		collect(&library->patterns, library, form, lines, &count);
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++)
		symbols[i] = lines[i].symbol;
	*ret_count = count;
	return symbols;
}

static int compare_libraries(const void *a, const void *b)
{
	const struct deb_library *const *x = a, *const *y = b;

	return strcmp((*x)->soname, (*y)->soname);
}

const struct deb_library **deb_symbols_file_sorted(const struct deb_symbols_file *file)
{
	const struct deb_library **libraries =
		calloc(file->library_count + 1, sizeof(const struct deb_library *));

	for (size_t i = 0; libraries && i < file->library_count; i++)
		libraries[i] = &file->libraries[i];
	if (libraries)
		qsort(libraries, file->library_count, sizeof(const struct deb_library *),
		      compare_libraries);
	return libraries;
}

/* Text with the package's name put in, except in a template. */
static void write_text(struct abilock_text *text, const char *s,
		       const struct deb_symbols_form *form)
{
	static const char mark[] = "#PACKAGE#";
	const char *at;

	while (!form->as_template && form->package && (at = strstr(s, mark))) {
		abilock_text_add(text, s, (size_t)(at - s));
		abilock_text_puts(text, form->package);
		s = at + strlen(mark);
	}
	abilock_text_puts(text, s);
}

static void write_head(const struct deb_library *library, const struct deb_symbols_form *form,
		       struct abilock_text *text)
{
	for (size_t i = 0; i < library->dependency_count; i++) {
		abilock_text_puts(text, i == 0 ? library->soname : "|");
		abilock_text_putc(text, ' ');
		write_text(text, library->dependencies[i], form);
		abilock_text_putc(text, '\n');
	}
	for (size_t i = 0; i < library->field_count; i++) {
		abilock_text_puts(text, "* ");
		abilock_text_puts(text, library->fields[i].name);
		abilock_text_puts(text, ": ");
		write_text(text, library->fields[i].value, form);
		abilock_text_putc(text, '\n');
	}
}

/* What fell under a pattern, as comments. */
static void write_matches(const struct deb_symbol *const *symbols, size_t count,
			  const struct deb_symbol *pattern, struct abilock_text *text)
{
	for (size_t i = 0; i < count; i++) {
		if (symbols[i]->made_from != pattern)
			continue;
		abilock_text_puts(text, "#MATCH:");
		deb_symbol_write(symbols[i], false, text);
		abilock_text_putc(text, '\n');
	}
}

static void write_library(const struct deb_library *library, const struct deb_symbols_form *form,
			  struct abilock_text *text)
{
	const struct deb_symbols_form all = {.with_missing = true};
	size_t count, symbol_count;
	_cleanup_(freep) const struct deb_symbol **lines =
		deb_library_sorted(library, form, &count);
	_cleanup_(freep) const struct deb_symbol **symbols =
		form->with_matches ? deb_library_sorted(library, &all, &symbol_count) : NULL;

	if (!lines || (form->with_matches && !symbols)) {
		text->failed = true;
		return;
	}
	write_head(library, form, text);
	for (size_t i = 0; i < count; i++) {
		deb_symbol_write(lines[i], form->as_template, text);
		abilock_text_putc(text, '\n');
		if (lines[i]->pattern && form->with_matches)
			write_matches(symbols, symbol_count, lines[i], text);
	}
}

void deb_symbols_file_write(const struct deb_symbols_file *file,
			    const struct deb_symbols_form *form, struct abilock_text *text)
{
	_cleanup_(freep) const struct deb_library **libraries = deb_symbols_file_sorted(file);

	if (!libraries)
		text->failed = true;
	for (size_t i = 0; libraries && i < file->library_count; i++)
		write_library(libraries[i], form, text);
}
