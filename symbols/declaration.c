/* SPDX-License-Identifier: MIT */
#include "declaration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "declaration_reader.h"

static void reader_deinit(struct reader *rd)
{
	free(rd->sources);
	free(rd->includes);
	free(rd->nodes);
	free(rd->entries);
	free(rd->parents);
	abilock_declaration_free(rd->decl);
}

static char *format(struct abilock_arena *arena, const char *fmt, va_list ap)
{
	char buffer[1024];

	(void)vsnprintf(buffer, sizeof(buffer), fmt, ap);
	str_disarm(buffer);
	return abilock_arena_strdup(arena, buffer);
}

struct abilock_diagnostic *reader_error(struct reader *rd, const char *rule,
					struct abilock_place place, const char *fmt, ...)
{
	char buffer[1024];
	va_list ap;

	if (rd->error_count >= DECLARATION_ERRORS_MAX)
		return NULL;
	rd->error_count++;
	va_start(ap, fmt);
	(void)vsnprintf(buffer, sizeof(buffer), fmt, ap);
	va_end(ap);
	struct abilock_diagnostic *diag =
		abilock_diagnostics_add(rd->diags, ABILOCK_LEVEL_ERROR, rule, place, "%s", buffer);
	rd->no_memory |= !diag;
	return diag;
}

void reader_fix(struct reader *rd, struct abilock_diagnostic *diag, const char *fmt, ...)
{
	va_list ap;

	if (!diag)
		return;
	va_start(ap, fmt);
	diag->fix = format(&rd->diags->arena, fmt, ap);
	va_end(ap);
	rd->no_memory |= !diag->fix;
}

const char *reader_copy(struct reader *rd, const char *s, size_t length)
{
	char *copy = abilock_arena_bytes(&rd->decl->arena, length + 1);

	if (!copy) {
		rd->no_memory = true;
		return NULL;
	}
	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

/* Editors on other systems begin a file so; ld would take the bytes for a name. */
static void skip_byte_order_mark(struct lexer *lx)
{
	static const char mark[] = "\xef\xbb\xbf";
	const struct abilock_place place = {lx->file, 1, 1, 3};

	if (lx->end - lx->p < 3 || memcmp(lx->p, mark, 3) != 0)
		return;
	reader_fix(lx->reader, reader_error(lx->reader, "syntax", place, "a byte order mark"),
		   "save the file as UTF-8 without one");
	lx->p += 3;
}

bool reader_open(struct reader *rd, struct lexer *lx, const char *text, size_t length,
		 const char *path)
{
	struct abilock_source *source =
		abilock_array_push(&rd->sources, &rd->source_count, sizeof(*source));
	const char *copy = reader_copy(rd, text, length);

	lx->path = reader_copy(rd, path, strlen(path));
	if (!source || !copy || !lx->path) {
		rd->no_memory = true;
		return false;
	}
	*source = (struct abilock_source){lx->path, copy, length};
	rd->total_size += length;
	lx->reader = rd;
	lx->text = lx->p = lx->line_start = lx->margin = copy;
	lx->end = copy + length;
	lx->file = (uint32_t)(rd->source_count - 1);
	lx->line = 1;
	skip_byte_order_mark(lx);
	lexer_next(lx);
	return true;
}

static int read_all(int fd, size_t max, char **ret, size_t *ret_length)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0, size = 0;

	for (;;) {
		if (length == size) {
			size = size ? size * 2 : 16384;
			char *grown = realloc(text, size);
			if (!grown)
				return -ENOMEM;
			text = grown;
		}
		ssize_t n = read(fd, text + length, size - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		length += (size_t)n;
		/* The caller refuses what is too long; an endless stream must reach it. */
		if (n == 0 || length > max)
			break;
	}
	*ret = take_ptr(text);
	*ret_length = length;
	return 0;
}

/* The path of a file that is named relative to the one that names it. */
static const char *resolve(const struct lexer *from, const struct token *name)
{
	struct abilock_arena *arena = &from->reader->decl->arena;
	size_t folder = name->text[0] == '/' ? 0 : (size_t)(path_base(from->path) - from->path);
	const char *path = abilock_arena_printf(arena, "%.*s%.*s", (int)folder, from->path,
						(int)name->length, name->text);

	from->reader->no_memory |= !path;
	return path;
}

static const struct lexer *find_cycle(const struct lexer *from, const struct stat *st)
{
	for (; from; from = from->includer)
		if (from->inode == st->st_ino && from->device == st->st_dev)
			return from;
	return NULL;
}

/* Why a file cannot be included, before it is opened. */
static bool may_include(struct lexer *from, const struct token *name)
{
	struct reader *rd = from->reader;

	if (name->length == 0 || memchr(name->text, '\0', name->length))
		(void)reader_error(rd, "include", name->place, "'include' names no file");
	else if (from->path[0] == '\0')
		(void)reader_error(rd, "include", name->place,
				   "there is no folder that '%.*s' could be in", SHOWN(name));
	else if (from->depth >= ABILOCK_DECLARATION_DEPTH_MAX)
		(void)reader_error(rd, "include", name->place,
				   "more than %d files inside each other",
				   ABILOCK_DECLARATION_DEPTH_MAX);
	else if (rd->source_count >= DECLARATION_SOURCES_MAX)
		(void)reader_error(rd, "include", name->place, "more than %d files",
				   DECLARATION_SOURCES_MAX);
	else
		return rd->error_count < DECLARATION_ERRORS_MAX;
	return false;
}

static bool read_included(struct lexer *from, const struct token *name, struct lexer *ret,
			  char **ret_text, size_t *ret_length, const char *path)
{
	struct reader *rd = from->reader;
	const size_t left = ABILOCK_DECLARATION_MAX - rd->total_size;
	/* Nobody may ever write to a pipe. */
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && S_ISFIFO(st.st_mode)) {
		(void)reader_error(rd, "include", name->place, "'%s' is a pipe, not a file", path);
		return false;
	}
	if (r == 0 && find_cycle(from, &st)) {
		(void)reader_error(rd, "include", name->place, "'%s' includes itself", path);
		return false;
	}
	if (r == 0)
		r = read_all(fd, left, ret_text, ret_length);
	if (r < 0) {
		(void)reader_error(rd, "include", name->place, "cannot read '%s': %s", path,
				   strerror(-r));
		return false;
	}
	if (*ret_length > left) {
		(void)reader_error(rd, "include", name->place,
				   "with '%s' the declaration is larger than %zu MiB", path,
				   ABILOCK_DECLARATION_MAX >> 20);
		return false;
	}
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	return true;
}

bool reader_include(struct lexer *from, const struct token *name, struct lexer *ret)
{
	struct reader *rd = from->reader;
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	const char *path = may_include(from, name) ? resolve(from, name) : NULL;

	*ret = (struct lexer){.includer = from, .depth = from->depth + 1};
	if (!path || !read_included(from, name, ret, &text, &length, path))
		return false;
	struct abilock_include *include =
		abilock_array_push(&rd->includes, &rd->include_count, sizeof(*include));
	if (!include) {
		rd->no_memory = true;
		return false;
	}
	*include = (struct abilock_include){name->place, rd->source_count};
	return reader_open(rd, ret, text, length, path);
}

/* A growing array, moved to where it lives as long as the declaration. */
static void *keep(struct reader *rd, const void *array, size_t count, size_t size)
{
	void *kept = abilock_arena_array(&rd->decl->arena, count, size);

	if (!kept)
		rd->no_memory = true;
	else if (count > 0)
		memcpy(kept, array, count * size);
	return kept;
}

static void keep_all(struct reader *rd)
{
	struct abilock_declaration *decl = rd->decl;

	decl->source_count = rd->source_count;
	decl->sources = keep(rd, rd->sources, rd->source_count, sizeof(*decl->sources));
	if (rd->error_count > 0)
		return;
	decl->include_count = rd->include_count;
	decl->includes = keep(rd, rd->includes, rd->include_count, sizeof(*decl->includes));
	decl->node_count = rd->node_count;
	decl->nodes = keep(rd, rd->nodes, rd->node_count, sizeof(*decl->nodes));
	for (size_t i = 0; i < rd->node_count; i++)
		decl->hides_rest |= rd->nodes[i].is_tagged;
	decl->entry_count = rd->entry_count;
	decl->entries = keep(rd, rd->entries, rd->entry_count, sizeof(*decl->entries));
}

static int first_error(const struct abilock_declaration *decl,
		       const struct abilock_diagnostics *diags, struct abilock_error *err)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->level == ABILOCK_LEVEL_ERROR)
			return abilock_error_set_line(err, decl->sources[diag->place.file].path,
						      diag->place.line, diag->place.column, "%s",
						      diag->message);
	}
	return abilock_error_nomem(err);
}

/* How a text is read. */
struct manner {
	const struct stat *st; /* of the file; NULL where there is none */
	bool keeps_names;
};

static int parse(const char *text, size_t length, const char *name, struct manner manner,
		 struct abilock_declaration **ret, struct abilock_diagnostics *diags,
		 struct abilock_error *err)
{
	const struct stat *st = manner.st;
	_cleanup_(reader_deinit) struct reader rd = {.diags = diags,
						     .keeps_names = manner.keeps_names};
	struct lexer lx = {.device = st ? st->st_dev : 0, .inode = st ? st->st_ino : 0};

	if (length > ABILOCK_DECLARATION_MAX)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, name, NULL, 0,
					 "larger than %zu MiB", ABILOCK_DECLARATION_MAX >> 20);
	rd.decl = calloc(1, sizeof(*rd.decl));
	if (!rd.decl || !reader_open(&rd, &lx, text, length, name))
		return abilock_error_nomem(err);
	parse_nodes(&lx);
	if (!rd.no_memory)
		reader_check(&rd);
	if (!rd.no_memory)
		keep_all(&rd);
	if (rd.no_memory)
		return abilock_error_nomem(err);
	*ret = take_ptr(rd.decl);
	if (rd.error_count == 0)
		return 0;
	abilock_diagnostics_sort(diags);
	return first_error(*ret, diags, err);
}

int abilock_declaration_parse(const char *text, size_t len, const char *name,
			      struct abilock_declaration **ret, struct abilock_diagnostics *diags,
			      struct abilock_error *err)
{
	return parse(text, len, name, (struct manner){0}, ret, diags, err);
}

int abilock_declaration_parse_script(const char *text, size_t len, const char *name,
				     struct abilock_declaration **ret,
				     struct abilock_diagnostics *diags, struct abilock_error *err)
{
	return parse(text, len, name, (struct manner){.keeps_names = true}, ret, diags, err);
}

/* What people hand in instead. NULL: nothing that is known. */
static const char *other_kind(const char *text, size_t length)
{
	static const char elf[] = "\177ELF", archive[] = "!<arch>\n";

	if (length >= strlen(elf) && memcmp(text, elf, strlen(elf)) == 0)
		return "an ELF file, not a declaration: `versiongen import` makes one of a shared "
		       "object or program";
	if (length >= strlen(archive) && memcmp(text, archive, strlen(archive)) == 0)
		return "an archive of object files, not a declaration: `versiongen collect` reads "
		       "those";
	return NULL;
}

int abilock_declaration_read(const char *path, struct abilock_declaration **ret,
			     struct abilock_diagnostics *diags, struct abilock_error *err)
{
	bool is_stdin = str_eq(path, "-");
	const char *name = is_stdin ? "stdin" : *path ? path : "''";
	_cleanup_(closep) int opened = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int fd = is_stdin ? STDIN_FILENO : opened;
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0)
		r = read_all(fd, ABILOCK_DECLARATION_MAX, &text, &length);
	if (r == -ENOMEM)
		return abilock_error_nomem(err);
	if (r < 0)
		return abilock_error_set(err, ABILOCK_E_IO, name, NULL, 0, "%s", strerror(-r));
	const char *kind = other_kind(text, length);
	if (kind)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, name, NULL, 0, "%s", kind);
	return parse(text, length, name, (struct manner){.st = &st}, ret, diags, err);
}

void abilock_declaration_free(struct abilock_declaration *decl)
{
	if (!decl)
		return;
	abilock_arena_clear(&decl->arena);
	free(decl);
}
