/* SPDX-License-Identifier: MIT */
/*
 * Headers that are installed, against the declaration. A private symbol that one of them names is
 * a promise to the world; a public symbol that none of them names is one that nobody can call.
 */
#include "lint_checks.h"

#include <errno.h>
#include <ftw.h>

#include "../../symbols/name_table.h"

enum { HEADER_MAX = 64 << 20 };

struct symbol {
	const struct abilock_entry *entry;
	bool is_private;
	bool is_seen;
	size_t header; /* the last one that it was reported in, from 1 */
};

struct headers {
	struct lint_check *check;
	struct symbol *symbols;
	struct abilock_name_table table;
	size_t index; /* of the header that is read, from 1 */
	const char *path;
	const char *text;
	size_t length;
	size_t source; /* its index in the sources; 0 while it has no finding */
};

/* ---- files ---- */

struct paths {
	char **items;
	size_t count;
	bool failed;
};

static void paths_deinit(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i]);
	free(paths->items);
}

static struct paths *found; /* nftw() hands no pointer on */

static bool is_header(const char *path)
{
	static const char *const ends[] = {".h", ".hh", ".hpp", ".hxx", ".ipp", ".tpp", ".inc"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (str_ends(path, ends[i]))
			return true;
	return false;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type != FTW_F || !is_header(path))
		return 0;
	char **item = abilock_array_push(&found->items, &found->count, sizeof(*item));
	if (item)
		*item = strdup(path);
	found->failed |= !item || !*item;
	return found->failed;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int find_headers(const char *folder, struct paths *paths, struct abilock_error *err)
{
	found = paths;
	if (nftw(folder, visit, 32, 0) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, folder, NULL, 0, "%s", strerror(errno));
	if (paths->failed)
		return abilock_error_nomem(err);
	if (paths->count == 0)
		return abilock_error_set(err, ABILOCK_E_IO, folder, NULL, 0,
					 "there is no header in this folder");
	qsort(paths->items, paths->count, sizeof(*paths->items), compare_paths);
	return 0;
}

/* The content, which the arena of the lint owns. */
static int read_header(struct headers *headers, struct abilock_error *err)
{
	_cleanup_(fclosep) FILE *file = fopen(headers->path, "re");
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t n = 1;

	while (file && n > 0) {
		char *room = abilock_text_reserve(&text, 1 << 16);

		if (!room)
			return abilock_error_nomem(err);
		n = fread(room, 1, 1 << 16, file);
		text.length += n;
		if (text.length > HEADER_MAX)
			return abilock_error_set(err, ABILOCK_E_IO, headers->path, NULL, 0,
						 "a header of more than %d bytes", HEADER_MAX);
	}
	if (!file || ferror(file))
		return abilock_error_set(err, ABILOCK_E_IO, headers->path, NULL, 0, "%s",
					 strerror(errno));
	headers->text = abilock_arena_strndup(&headers->check->lint->arena,
					      text.data ? text.data : "", text.length);
	headers->length = text.length;
	return headers->text ? 0 : abilock_error_nomem(err);
}

/* ---- what a header names ---- */

static bool is_identifier(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$';
}

/* The header as a source, for the first finding in it. */
static bool add_source(struct headers *headers)
{
	struct lint *lint = headers->check->lint;
	struct abilock_source *source =
		abilock_array_push(&lint->sources, &lint->source_count, sizeof(*source));

	if (!source)
		return false;
	*source = (struct abilock_source){abilock_arena_strdup(&lint->arena, headers->path),
					  headers->text, headers->length};
	headers->source = lint->source_count - 1;
	return source->path;
}

static struct abilock_place place_of(const struct headers *headers, size_t at, size_t length)
{
	uint32_t line = 1;
	size_t start = 0;

	for (const char *p = headers->text; (p = memchr(p, '\n', (size_t)(headers->text + at - p)));
	     start = (size_t)(p - headers->text))
		p++, line++;
	return (struct abilock_place){(uint32_t)headers->source, line, (uint32_t)(at - start) + 1,
				      (uint32_t)length};
}

static void report_private(struct headers *headers, struct symbol *symbol, size_t at)
{
	const struct abilock_entry *entry = symbol->entry;

	symbol->header = headers->index;
	if (headers->source == 0 && !add_source(headers)) {
		headers->check->lint->failed = true;
		return;
	}
	lint_add(headers->check, "header-names-private", place_of(headers, at, strlen(entry->text)),
		 "an installed header names '%s', which is private: %s, line %u of %s", entry->text,
		 lint_node_name(headers->check, entry->node), entry->place.line,
		 headers->check->decl->sources[entry->place.file].path);
}

static void look_up(struct headers *headers, size_t at, size_t length)
{
	char buffer[256];
	const bool fits = length < sizeof(buffer);
	/* A longer name than any compiler makes still must not be cut off. */
	_cleanup_(freep) char *copy = fits ? NULL : strndup(headers->text + at, length);
	const char *name = copy;

	if (fits) {
		memcpy(buffer, headers->text + at, length);
		buffer[length] = '\0';
		name = buffer;
	}
	struct symbol *symbol = name ? abilock_name_table_find(&headers->table, name) : NULL;
	if (!symbol)
		return;
	symbol->is_seen = true;
	if (symbol->is_private && symbol->header != headers->index)
		report_private(headers, symbol, at);
}

/* Behind a literal; a newline ends it as well, since `#error don't` is no literal. */
static size_t skip_literal(const struct headers *headers, size_t at)
{
	const char *s = headers->text;
	const char quote = s[at++];

	while (at < headers->length && s[at] != quote && s[at] != '\n')
		at += s[at] == '\\' && at + 1 < headers->length ? 2 : 1;
	return at < headers->length && s[at] == quote ? at + 1 : at;
}

static size_t skip_comment(const struct headers *headers, size_t at)
{
	const char *p = headers->text + at + 2, *end = headers->text + headers->length;
	const char *close = p[-1] == '*' ? memmem(p, (size_t)(end - p), "*/", 2)
					 : memchr(p, '\n', (size_t)(end - p));

	return close ? (size_t)(close - headers->text) + (p[-1] == '*' ? 2 : 0) : headers->length;
}

/* Names of files are no symbols, nor is what `#error` says. */
static size_t skip_directive(const struct headers *headers, size_t at)
{
	static const char *const skipped[] = {"include", "error", "warning"};
	const char *s = headers->text;
	bool skips = false;

	for (at++; at < headers->length && (s[at] == ' ' || s[at] == '\t');)
		at++;
	for (size_t i = 0; i < ARRAY_SIZE(skipped); i++)
		skips |= strncmp(s + at, skipped[i], strlen(skipped[i])) == 0;
	const char *newline = skips ? memchr(s + at, '\n', headers->length - at) : s + at;
	return newline ? (size_t)(newline - s) : headers->length;
}

static size_t skip_identifier(struct headers *headers, size_t at)
{
	const char *s = headers->text;
	size_t end = at;

	/* 1'000 is a number: its apostrophes open nothing. */
	const bool is_number = s[at] >= '0' && s[at] <= '9';
	while (end < headers->length && (is_identifier(s[end]) || (is_number && s[end] == '\'')))
		end++;
	if (!is_number)
		look_up(headers, at, end - at);
	return end;
}

static void scan(struct headers *headers)
{
	const char *s = headers->text;

	for (size_t at = 0; at < headers->length;) {
		const char next = at + 1 < headers->length ? s[at + 1] : '\0';

		if (s[at] == '/' && (next == '/' || next == '*'))
			at = skip_comment(headers, at);
		else if (s[at] == '"' || s[at] == '\'')
			at = skip_literal(headers, at);
		else if (s[at] == '#')
			at = skip_directive(headers, at);
		else if (is_identifier(s[at]))
			at = skip_identifier(headers, at);
		else
			at++;
	}
}

/* ---- symbols ---- */

/* One that is public somewhere may be named, whatever else it is. */
static bool add_symbol(struct headers *headers, struct symbol *symbol,
		       const struct abilock_entry *entry)
{
	struct symbol *old = abilock_name_table_find(&headers->table, entry->text);
	const bool is_private = headers->check->decl->nodes[entry->node].is_private;

	if (old && !old->is_private)
		return true;
	*symbol = (struct symbol){.entry = entry, .is_private = is_private};
	return abilock_name_table_put(&headers->table, entry->text, symbol);
}

static bool collect(struct headers *headers)
{
	const struct abilock_declaration *decl = headers->check->decl;

	headers->symbols = calloc(decl->entry_count + 1, sizeof(*headers->symbols));
	for (size_t i = 0; headers->symbols && i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (lint_is_name(entry) && entry->language == ABILOCK_LANGUAGE_C &&
		    !add_symbol(headers, &headers->symbols[i], entry))
			return false;
	}
	return headers->symbols;
}

/* Headers hold no mangled names. */
static void report_unseen(struct headers *headers)
{
	for (size_t i = 0; i < headers->check->decl->entry_count; i++) {
		const struct symbol *symbol = &headers->symbols[i];

		if (!symbol->entry || symbol->is_private || symbol->is_seen ||
		    symbol->entry->tags.is_compat || str_starts(symbol->entry->text, "_Z"))
			continue;
		lint_add(headers->check, "public-not-in-header", symbol->entry->place,
			 "no installed header names '%s', which is public", symbol->entry->text);
	}
}

static int check_all(struct headers *headers, const struct paths *paths, struct abilock_error *err)
{
	int r = collect(headers) ? 0 : abilock_error_nomem(err);

	for (size_t i = 0; r == 0 && i < paths->count; i++) {
		headers->path = paths->items[i];
		headers->index = i + 1;
		headers->source = 0;
		r = read_header(headers, err);
		if (r == 0)
			scan(headers);
	}
	if (r == 0)
		report_unseen(headers);
	return r;
}

int lint_check_headers(struct lint_check *check, const char *folder, struct abilock_error *err)
{
	_cleanup_(paths_deinit) struct paths paths = {0};
	struct headers headers = {.check = check};
	int r = find_headers(folder, &paths, err);

	if (r == 0)
		r = check_all(&headers, &paths, err);
	free(headers.symbols);
	abilock_name_table_deinit(&headers.table);
	return r;
}
