/* SPDX-License-Identifier: MIT */
/* Symbols files, read. */
#include <ctype.h>

#include "symbols_file.h"
#include "textfile.h"
#include "version.h"

enum {
	DEEPEST_INCLUDE = 32,
	/* A file may be included often, and each time it includes again. */
	MOST_INCLUDES = 4096,
	/* Kept of a file; nobody reads more. */
	MOST_ERRORS = 200,
	NO_LIBRARY = -1,
};

/* What Perl's \s takes, in bytes. */
static const char blanks[] = " \t\n\r\f\v";

/* The files that are being read, from the inside out. */
struct including {
	const char *path;
	const struct including *from;
};

struct reader {
	struct deb_symbols_file *file;
	ptrdiff_t current; /* that lines belong to: an index, or NO_LIBRARY */
	unsigned include_count;
	struct abilock_error *err;
};

static int read_lines(struct reader *reader, struct deb_textfile *text,
		      const struct deb_symbol *base, const struct including *chain);

/* Put the place of a line into an error that has none. */
static int at_line(const struct reader *reader, const struct deb_textfile *text, int code)
{
	struct abilock_error *err = reader->err;

	if (code == ABILOCK_E_SYNTAX && err && !err->file[0])
		return abilock_error_set_line(err, text->path, text->line, 1, "%s", err->message);
	return code;
}

static int warn(struct reader *reader, const struct deb_textfile *text, const char *what,
		const char *line)
{
	struct deb_symbols_file *file = reader->file;
	const char **slot =
		abilock_array_push(&file->warnings, &file->warning_count, sizeof(*slot));
	char *shown = abilock_arena_printf(&file->arena, "%s:%lu: %s: '%.200s'", text->path,
					   text->line, what, line);

	if (!slot || !shown)
		return abilock_error_nomem(reader->err);
	str_disarm(shown);
	*slot = shown;
	return 0;
}

static struct deb_library *current(const struct reader *reader)
{
	return reader->current == NO_LIBRARY ? NULL : &reader->file->libraries[reader->current];
}

static int need_library(const struct reader *reader, const struct deb_textfile *text)
{
	if (current(reader))
		return 0;
	return abilock_error_set_line(reader->err, text->path, text->line, 1,
				      "no library yet: expected a line 'SONAME DEPENDENCY' first");
}

static int check_missing(struct deb_symbol *symbol, struct abilock_error *err)
{
	return !symbol->missing || deb_version_is_valid(symbol->missing, err) ? 0
									      : ABILOCK_E_SYNTAX;
}

/* A symbol's line, behind the blanks or behind `#MISSING: V#`. */
static int read_symbol(struct reader *reader, const struct deb_textfile *text, char *line,
		       const char *missing, const struct deb_symbol *base)
{
	struct abilock_arena *arena = &reader->file->arena;
	struct deb_symbol *symbol = abilock_arena_alloc(arena, sizeof(*symbol));
	int r = need_library(reader, text);

	if (r < 0)
		return r;
	if (!symbol)
		return abilock_error_nomem(reader->err);
	*symbol = *base;
	symbol->missing = missing;
	symbol->file = text->path;
	symbol->line = text->line;
	r = check_missing(symbol, reader->err);
	if (r >= 0)
		r = deb_symbol_parse(symbol, arena, line, reader->err);
	if (r == 0)
		return warn(reader, text, "not understood, and passed over", line);
	if (r > 0)
		r = deb_pattern_init(symbol, arena, reader->err);
	if (r > 0 && deb_symbol_tag(symbol, "symver") && strchr(symbol->name, '@') &&
	    !symbol->pattern->regex)
		r = warn(reader, text, "takes nothing: a node has no @ in its name", symbol->name);
	return r < 0 ? r : deb_library_add(current(reader), symbol, reader->err);
}

/* `#MISSING: V# SYMBOL`, or #DEPRECATED as it was once called. @return The symbol, or NULL. */
static char *split_missing(char *line, const char **ret_version)
{
	const size_t head = str_starts(line, "#MISSING: ")	? 10
			    : str_starts(line, "#DEPRECATED: ") ? 13
								: 0;
	char *end = head ? strchr(line + head, '#') : NULL;

	if (!end || end == line + head)
		return NULL;
	*end = '\0';
	*ret_version = line + head;
	return end + 1 + strspn(end + 1, blanks);
}

static int open_include(struct reader *reader, const struct deb_textfile *text, const char *name,
			size_t length, struct deb_textfile *ret, const struct including *chain)
{
	struct abilock_arena *arena = &reader->file->arena;
	const char *path =
		abilock_arena_printf(arena, "%.*s%.*s", (int)(path_base(text->path) - text->path),
				     text->path, (int)length, name);
	unsigned depth = 0;

	if (!path)
		return abilock_error_nomem(reader->err);
	for (const struct including *at = chain; at; at = at->from, depth++)
		if (str_eq(at->path, path))
			return 0; /* as in dpkg: a loop ends here */
	if (depth >= DEEPEST_INCLUDE || reader->include_count++ >= MOST_INCLUDES)
		return abilock_error_set_line(reader->err, text->path, text->line, 1,
					      "too many files are included");
	int r = deb_textfile_read(ret, arena, path, reader->err);
	if (r == ABILOCK_E_IO)
		return abilock_error_set_line(reader->err, text->path, text->line, 1,
					      "cannot include %s: %s", path,
					      reader->err ? reader->err->message : "");
	return r < 0 ? r : 1;
}

/* Where in the line an `#include "FILE"` names the file; NULL where it is no such line. */
static const char *find_include(const char *line, size_t *ret_length)
{
	const char *tags_end = *line == '(' ? strrchr(line, ')') : NULL;
	const char *name = tags_end ? tags_end + 1 : line;

	if (!str_starts(name, "#include"))
		return NULL;
	name += strlen("#include");
	const size_t gap = strspn(name, blanks);
	if (gap == 0 || name[gap] != '"')
		return NULL;
	name += gap + 1;
	*ret_length = strcspn(name, "\"");
	return *ret_length && name[*ret_length] ? name : NULL;
}

static int read_include(struct reader *reader, const struct deb_textfile *text, char *line,
			const char *name, size_t length, const struct deb_symbol *base,
			const struct including *chain)
{
	struct deb_symbol tagged = *base;
	struct deb_textfile included;
	const struct including link = {text->path, chain};
	char *rest;

	int r = open_include(reader, text, name, length, &included, &link);
	if (r <= 0)
		return r;
	r = deb_symbol_parse_tags(&tagged, &reader->file->arena, line, &rest, reader->err);
	return r < 0 ? r : read_lines(reader, &included, &tagged, &link);
}

/* As dpkg writes it: the first letter of each word is a capital one. */
static void capitalise(char *name)
{
	for (bool first = true; *name; first = *name++ == '-')
		*name = (char)(first ? toupper((unsigned char)*name)
				     : tolower((unsigned char)*name));
}

static int read_field(struct reader *reader, const struct deb_textfile *text, char *line)
{
	char *name = line + 1 + strspn(line + 1, blanks), *colon = strchr(name, ':');
	struct deb_library *library = current(reader);
	int r = need_library(reader, text);

	if (r < 0)
		return r;
	char *value = colon ? colon + 1 + strspn(colon + 1, blanks) : NULL;
	if (!value || colon == name || !*value)
		return abilock_error_set_line(reader->err, text->path, text->line, 1,
					      "expected '* FIELD: VALUE'");
	*colon = '\0';
	for (char *end = value + strlen(value); strchr(blanks, end[-1]); end--)
		end[-1] = '\0';
	capitalise(name);
	for (size_t i = 0; i < library->field_count; i++)
		if (str_eq(library->fields[i].name, name)) {
			library->fields[i].value = value;
			return 0;
		}
	struct deb_field *field =
		abilock_array_push(&library->fields, &library->field_count, sizeof(*field));
	if (!field)
		return abilock_error_nomem(reader->err);
	*field = (struct deb_field){name, value};
	return 0;
}

static int read_header(struct reader *reader, const struct deb_textfile *text, char *line)
{
	const size_t length = strcspn(line, blanks);
	const size_t gap = strspn(line + length, blanks);
	int r = 0;

	if (gap == 0)
		return warn(reader, text, "not understood, and passed over", line);
	/* dpkg takes it, and every line below is lost. */
	if (*line == '(' || memchr(line, '@', length))
		r = warn(reader, text,
			 "taken as the name of a library; a symbol has a blank in front", line);
	line[length] = '\0';
	if (r >= 0)
		r = deb_symbols_file_add_library(reader->file, line, line + length + gap,
						 reader->err);
	if (r >= 0)
		reader->current = deb_symbols_library(reader->file, line) - reader->file->libraries;
	return r;
}

static int read_comment(struct reader *reader, const struct deb_textfile *text, const char *line)
{
	if (!str_starts(line, "#include"))
		return 0;
	return warn(reader, text, "a comment; expected #include \"FILE\"", line);
}

static int read_line(struct reader *reader, const struct deb_textfile *text, char *line,
		     const struct deb_symbol *base, const struct including *chain)
{
	const size_t gap = strspn(line, blanks);
	const char *version = NULL, *name;
	size_t length;
	char *symbol;

	if (gap)
		return read_symbol(reader, text, line + gap, NULL, base);
	if ((symbol = split_missing(line, &version)))
		return read_symbol(reader, text, symbol, version, base);
	if ((name = find_include(line, &length)))
		return read_include(reader, text, line, name, length, base, chain);
	if (*line == '\0' || *line == '#')
		return read_comment(reader, text, line);
	if (*line == '|') {
		int r = need_library(reader, text);
		return r < 0 ? r
			     : deb_library_add_dependency(current(reader),
							  line + 1 + strspn(line + 1, blanks),
							  reader->err);
	}
	if (*line == '*')
		return read_field(reader, text, line);
	return read_header(reader, text, line);
}

/* Whether reading goes on behind an error. */
static int keep_error(struct reader *reader, int code)
{
	struct deb_symbols_file *file = reader->file;

	if (code != ABILOCK_E_SYNTAX || !file->keeps_errors)
		return code;
	if (file->error_count < MOST_ERRORS) {
		struct abilock_error *kept =
			abilock_array_push(&file->errors, &file->error_count, sizeof(*kept));
		if (!kept)
			return abilock_error_nomem(reader->err);
		*kept = *reader->err;
	}
	*reader->err = (struct abilock_error){0};
	return 0;
}

static int read_lines(struct reader *reader, struct deb_textfile *text,
		      const struct deb_symbol *base, const struct including *chain)
{
	char *line;
	int r = 0;

	while (r >= 0 && (line = deb_textfile_line(text))) {
		r = at_line(reader, text, read_line(reader, text, line, base, chain));
		r = keep_error(reader, r);
	}
	return r;
}

static int compare_fields(const void *a, const void *b)
{
	const struct deb_field *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Read what has been opened, into a new file. */
static int read_into(struct deb_symbols_file *file, struct deb_textfile *text,
		     struct abilock_error *err)
{
	struct abilock_error unused;
	struct reader reader = {.file = file, .current = NO_LIBRARY, .err = err ? err : &unused};
	const struct deb_symbol base = {0};

	*reader.err = (struct abilock_error){0};
	int r = read_lines(&reader, text, &base, NULL);
	for (size_t i = 0; i < file->library_count; i++)
		if (file->libraries[i].field_count)
			qsort(file->libraries[i].fields, file->libraries[i].field_count,
			      sizeof(struct deb_field), compare_fields);
	return r;
}

static int parse_into(struct deb_symbols_file *file, const char *bytes, size_t size,
		      const char *path, struct abilock_error *err)
{
	struct deb_textfile text;

	file->path = abilock_arena_strdup(&file->arena, path);
	if (!file->path)
		return abilock_error_nomem(err);
	int r = bytes ? deb_textfile_open(&text, &file->arena, file->path, bytes, size, err)
		      : deb_textfile_read(&text, &file->arena, file->path, err);
	return r < 0 ? r : read_into(file, &text, err);
}

int deb_symbols_file_parse(const char *bytes, size_t size, const char *path,
			   const struct deb_arch *arch, struct deb_symbols_file **ret_file,
			   struct abilock_error *err)
{
	_cleanup_(deb_symbols_file_freep) struct deb_symbols_file *file = NULL;

	int r = deb_symbols_file_new(arch, &file, err);
	if (r >= 0)
		r = parse_into(file, bytes, size, path, err);
	if (r < 0)
		return r;
	*ret_file = take_ptr(file);
	return 0;
}

int deb_symbols_file_parse_all(const char *bytes, size_t size, const char *path,
			       struct deb_symbols_file **ret_file, struct abilock_error *err)
{
	_cleanup_(deb_symbols_file_freep) struct deb_symbols_file *file = NULL;

	int r = deb_symbols_file_new(NULL, &file, err);
	if (r < 0)
		return r;
	file->keeps_errors = true;
	r = parse_into(file, bytes, size, path, err);
	if (r < 0)
		return r;
	if (file->error_count) {
		r = file->errors[0].code;
		if (err)
			*err = file->errors[0];
	}
	*ret_file = take_ptr(file);
	return r;
}

int deb_symbols_file_open(const char *path, const struct deb_arch *arch,
			  struct deb_symbols_file **ret_file, struct abilock_error *err)
{
	return deb_symbols_file_parse(NULL, 0, path, arch, ret_file, err);
}
