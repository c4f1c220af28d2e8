/* SPDX-License-Identifier: MIT */
#include "collect_headers.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>

#include "../../symbols/arena.h"

struct scan {
	const char *p, *end;
	bool at_line_start; /* only white space since the last newline */
	unsigned parens, braces;
	unsigned open;	  /* braces that do not count: extern "C", namespace */
	bool opens;	  /* the next brace is one of them */
	const char *word; /* last identifier outside of braces and parentheses */
	size_t word_length;
	const char *path;
	struct abilock_name_table *headers;
	struct abilock_error *err;
};

static bool is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool is_word(char c)
{
	return is_word_start(c) || (c >= '0' && c <= '9');
}

static bool looking_at(const struct scan *scan, const char *s)
{
	const size_t length = strlen(s);

	return (size_t)(scan->end - scan->p) >= length && memcmp(scan->p, s, length) == 0;
}

static bool word_is(const struct scan *scan, const char *s)
{
	return scan->word && scan->word_length == strlen(s) &&
	       memcmp(scan->word, s, scan->word_length) == 0;
}

/* To the end of the line, or of the last one that a backslash continues. */
static void skip_line(struct scan *scan)
{
	while (scan->p < scan->end && *scan->p != '\n') {
		if (looking_at(scan, "/*")) {
			const char *close =
				memmem(scan->p + 2, (size_t)(scan->end - scan->p - 2), "*/", 2);
			scan->p = close ? close + 2 : scan->end;
			continue;
		}
		scan->p += *scan->p == '\\' && scan->p + 1 < scan->end ? 2 : 1;
	}
}

static void skip_comment(struct scan *scan)
{
	const char *close;

	if (scan->p[1] == '/') {
		skip_line(scan);
		return;
	}
	close = memmem(scan->p + 2, (size_t)(scan->end - scan->p - 2), "*/", 2);
	scan->p = close ? close + 2 : scan->end;
}

/* A string or character literal; one that never ends, ends with its line. */
static void skip_literal(struct scan *scan)
{
	const char quote = *scan->p++;

	while (scan->p < scan->end && *scan->p != quote && *scan->p != '\n')
		scan->p += *scan->p == '\\' && scan->p + 1 < scan->end ? 2 : 1;
	if (scan->p < scan->end && *scan->p == quote)
		scan->p++;
}

/* The last word was what is declared. */
static int declare(struct scan *scan)
{
	_cleanup_(freep) char *name = NULL;
	const char *known;

	if (!scan->word || scan->parens > 0 || scan->braces > scan->open)
		return 0;
	name = strndup(scan->word, scan->word_length);
	if (!name)
		return abilock_error_nomem(scan->err);
	known = abilock_name_table_find(scan->headers, name);
	if (known && !*known)
		/* The name is there: its slot keeps the text that it has. */
		return abilock_name_table_put(scan->headers, name, (void *)(uintptr_t)scan->path)
			       ? 0
			       : abilock_error_nomem(scan->err);
	return 0;
}

static void read_word(struct scan *scan)
{
	const char *start = scan->p;

	while (scan->p < scan->end && is_word(*scan->p))
		scan->p++;
	if (scan->parens > 0 || scan->braces > scan->open)
		return;
	scan->word = start;
	scan->word_length = (size_t)(scan->p - start);
	if (word_is(scan, "namespace"))
		scan->opens = true;
}

static void open_brace(struct scan *scan)
{
	if (scan->opens && scan->open == scan->braces)
		scan->open++;
	scan->braces++;
}

static void close_brace(struct scan *scan)
{
	if (scan->braces == 0)
		return;
	if (scan->open == scan->braces)
		scan->open--;
	scan->braces--;
}

static int read_sign(struct scan *scan)
{
	const char c = *scan->p++;
	int r = 0;

	if (strchr("(;[,=", c))
		r = declare(scan);
	if (c == '(')
		scan->parens++;
	else if (c == ')' && scan->parens > 0)
		scan->parens--;
	else if (c == '{')
		open_brace(scan);
	else if (c == '}')
		close_brace(scan);
	if (strchr("{};", c))
		scan->opens = false;
	scan->word = NULL;
	return r;
}

/* `extern "C"`, and no other string, stands behind `extern`. */
static void read_literal(struct scan *scan)
{
	if (*scan->p == '"' && word_is(scan, "extern"))
		scan->opens = true;
	skip_literal(scan);
	scan->word = NULL;
}

/* An attribute or macro that begins with two underscores follows what it is about. */
static int read_identifier(struct scan *scan)
{
	int r = looking_at(scan, "__") ? declare(scan) : 0;

	read_word(scan);
	return r;
}

int collect_headers_scan_text(const char *text, size_t length, const char *path,
			      struct abilock_name_table *headers, struct abilock_error *err)
{
	struct scan scan = {.p = text,
			    .end = text + length,
			    .at_line_start = true,
			    .path = path,
			    .headers = headers,
			    .err = err};
	int r = 0;

	while (r == 0 && scan.p < scan.end) {
		const char c = *scan.p;

		if (c == '#' && scan.at_line_start) {
			skip_line(&scan);
		} else if (c == '/' && (looking_at(&scan, "//") || looking_at(&scan, "/*"))) {
			skip_comment(&scan);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f') {
			scan.at_line_start |= c == '\n';
			scan.p++;
		} else {
			scan.at_line_start = false;
			if (c == '"' || c == '\'')
				read_literal(&scan);
			else if (is_word_start(c))
				r = read_identifier(&scan);
			else if (c != '\0')
				r = read_sign(&scan);
			else
				scan.p++;
		}
	}
	return r;
}

/* ---- files ---- */

static int fail(const char *path, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
}

static bool is_header(const char *name)
{
	return str_ends(name, ".h") || str_ends(name, ".hh") || str_ends(name, ".hpp") ||
	       str_ends(name, ".hxx");
}

static int read_header(const char *path, char **ret_text, size_t *ret_length,
		       struct abilock_error *err)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	struct stat st;

	if (!file || fstat(fileno(file), &st) < 0)
		return fail(path, err);
	if ((uint64_t)st.st_size > COLLECT_HEADER_MAX)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "larger than %zu MiB, which is no header",
					 COLLECT_HEADER_MAX >> 20);
	*ret_text = malloc((size_t)st.st_size + 1);
	if (!*ret_text)
		return abilock_error_nomem(err);
	*ret_length = fread(*ret_text, 1, (size_t)st.st_size, file);
	return ferror(file) ? fail(path, err) : 0;
}

static int scan_file(const FTSENT *entry, const char *folder, struct abilock_arena *arena,
		     struct abilock_name_table *headers, struct abilock_error *err)
{
	const char *below = entry->fts_path + strlen(folder);
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	const char *path = abilock_arena_strdup(arena, below + strspn(below, "/"));

	if (!path)
		return abilock_error_nomem(err);
	int r = read_header(entry->fts_path, &text, &length, err);
	return r < 0 ? r : collect_headers_scan_text(text, length, path, headers, err);
}

static int compare_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void fts_closep(FTS **tree)
{
	if (*tree)
		(void)fts_close(*tree);
}

int collect_headers_scan(const char *folder, struct abilock_arena *arena,
			 struct abilock_name_table *headers, struct abilock_error *err)
{
	char *const paths[] = {(char *)(uintptr_t)folder, NULL};
	_cleanup_(fts_closep) FTS *tree =
		fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_entries);
	FTSENT *entry;
	int r = 0;

	if (!tree)
		return fail(folder, err);
	while (r == 0 && (errno = 0, entry = fts_read(tree))) {
		if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
		    entry->fts_info == FTS_ERR) {
			errno = entry->fts_errno;
			r = fail(entry->fts_path, err);
		} else if (entry->fts_info == FTS_D && entry->fts_level > 0 &&
			   entry->fts_name[0] == '.') {
			(void)fts_set(tree, entry, FTS_SKIP);
		} else if (entry->fts_info == FTS_F && is_header(entry->fts_name)) {
			r = scan_file(entry, folder, arena, headers, err);
		}
	}
	return r == 0 && errno ? fail(folder, err) : r;
}
