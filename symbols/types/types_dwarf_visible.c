/* SPDX-License-Identifier: MIT */
/* Whether callers see a type: whether it stands in one of the headers that they include. */
#include <limits.h>

#include "types_dwarf_reader.h"

int dwarf_visible_init(struct types_reader *reader)
{
	const struct abilock_types_question *question = reader->question;

	reader->headers = abilock_arena_array(&reader->arena, question->header_count + 1,
					      sizeof(*reader->headers));
	if (!reader->headers)
		return abilock_error_nomem(reader->err);
	for (size_t i = 0; i < question->header_count; i++) {
		_cleanup_(freep) char *path = realpath(question->headers[i], NULL);

		if (!path)
			return abilock_error_set(reader->err, ABILOCK_E_IO, question->headers[i],
						 NULL, 0, "no such header file or folder");
		reader->headers[i] = abilock_arena_strdup(&reader->arena, path);
		if (!reader->headers[i])
			return abilock_error_nomem(reader->err);
	}
	reader->header_count = question->header_count;
	return 0;
}

/* `/a/./b/../c` to `/a/c`, in place: the file may not be on this machine. */
static void normalise(char *path)
{
	char *out = path;

	for (const char *p = path; *p;) {
		size_t length = strcspn(p, "/");

		if (length == 2 && p[0] == '.' && p[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (length && !(length == 1 && *p == '.')) {
			*out++ = '/';
			memmove(out, p, length);
			out += length;
		}
		p += length;
		p += *p == '/';
	}
	*out = '\0';
}

static bool is_below(const char *path, const char *folder)
{
	const size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int judge(struct types_reader *reader, const char *file, bool *ret)
{
	_cleanup_(freep) char *path = realpath(file, NULL);

	if (!path) {
		path = strdup(file);
		if (!path)
			return abilock_error_nomem(reader->err);
		if (*path == '/')
			normalise(path);
	}
	*ret = false;
	for (size_t i = 0; i < reader->header_count && !*ret; i++)
		*ret = is_below(path, reader->headers[i]);
	return 0;
}

int dwarf_is_visible(struct types_reader *reader, Dwarf_Die *die, bool *ret)
{
	static const char yes[] = "y", no[] = "n";

	*ret = true;
	if (reader->header_count == 0)
		return 0;
	const char *file;
	int r = dwarf_source_file(reader, die, &file);

	if (r < 0)
		return r;
	if (!file && dwarf_hasattr(die, DW_AT_decl_file))
		return dwarf_damaged(reader, die, "the line table has no file for the type");
	if (!file)
		return 0; /* Made by the compiler. */
	const char *known = abilock_name_table_find(&reader->files, file);

	if (known) {
		*ret = known == yes;
		return 0;
	}
	r = judge(reader, file, ret);

	if (r < 0)
		return r;
	char *copy = abilock_arena_strdup(&reader->arena, file);

	if (!copy ||
	    !abilock_name_table_put(&reader->files, copy, (void *)(uintptr_t)(*ret ? yes : no)))
		return abilock_error_nomem(reader->err);
	return 0;
}
