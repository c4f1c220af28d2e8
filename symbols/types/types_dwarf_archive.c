/* SPDX-License-Identifier: MIT */
#include "types_dwarf_archive.h"

#include <ar.h>

static const char thin_magic[] = "!<thin>\n";

bool dwarf_is_archive(const void *data, uint64_t size)
{
	return size >= SARMAG &&
	       (memcmp(data, ARMAG, SARMAG) == 0 || memcmp(data, thin_magic, SARMAG) == 0);
}

static int damaged(const struct dwarf_archive *archive, struct abilock_error *err, const char *what)
{
	return abilock_error_set(err, ABILOCK_E_DAMAGED, archive->path, "archive", archive->offset,
				 "%s", what);
}

/* Digits, filled with spaces. */
static bool read_decimal(const char *field, size_t length, uint64_t *ret)
{
	size_t i = 0;

	for (*ret = 0; i < length && field[i] >= '0' && field[i] <= '9'; i++)
		*ret = *ret * 10 + (uint64_t)(field[i] - '0');
	if (i == 0)
		return false;
	while (i < length && field[i] == ' ')
		i++;
	return i == length;
}

/* `/123`: in the table of long names, up to a slash and a newline. */
static int long_name(struct dwarf_archive *archive, const char *field, const char **ret,
		     struct abilock_error *err)
{
	uint64_t offset, length;

	if (!read_decimal(field + 1, sizeof(((struct ar_hdr *)0)->ar_name) - 1, &offset) ||
	    offset >= archive->names_size)
		return damaged(archive, err, "a member's name is not in the table of names");
	const char *name = archive->names + offset;
	const char *end = memchr(name, '\n', (size_t)(archive->names_size - offset));

	if (!end)
		return damaged(archive, err, "a member's name has no end");
	length = (uint64_t)(end - name);
	length -= length && name[length - 1] == '/';
	*ret = abilock_arena_strndup(archive->arena, name, (size_t)length);
	return *ret ? 0 : abilock_error_nomem(err);
}

/* `#1/20`, as BSD writes it: the name stands in front of the data. */
static int inline_name(struct dwarf_archive *archive, const char *field,
		       struct dwarf_archive_member *member, struct abilock_error *err)
{
	uint64_t length;

	if (!read_decimal(field + 3, sizeof(((struct ar_hdr *)0)->ar_name) - 3, &length) ||
	    length > member->size || !member->data)
		return damaged(archive, err, "a member's name is longer than the member");
	member->name = abilock_arena_strndup(archive->arena, member->data,
					     strnlen(member->data, (size_t)length));
	member->data += length;
	member->size -= length;
	return member->name ? 0 : abilock_error_nomem(err);
}

static int read_name(struct dwarf_archive *archive, const char *field,
		     struct dwarf_archive_member *member, struct abilock_error *err)
{
	size_t length = 0;

	if (field[0] == '/' && field[1] >= '0' && field[1] <= '9')
		return long_name(archive, field, &member->name, err);
	if (strncmp(field, "#1/", 3) == 0)
		return inline_name(archive, field, member, err);
	while (length < sizeof(((struct ar_hdr *)0)->ar_name) && field[length] != '/')
		length++;
	while (length && field[length - 1] == ' ')
		length--;
	member->name = abilock_arena_strndup(archive->arena, field, length);
	return member->name ? 0 : abilock_error_nomem(err);
}

/* Tables that are no members: `/`, `//`, `/SYM64/`. */
static bool is_table(const char *field)
{
	return field[0] == '/' && (field[1] == ' ' || field[1] == '/' || field[1] == 'S');
}

static int read_header(struct dwarf_archive *archive, struct ar_hdr *header,
		       struct dwarf_archive_member *ret, struct abilock_error *err)
{
	uint64_t room = archive->size - archive->offset;

	if (room < sizeof(*header))
		return damaged(archive, err, "a member's header does not fit in the file");
	memcpy(header, archive->data + archive->offset, sizeof(*header));
	*ret = (struct dwarf_archive_member){0};
	if (memcmp(header->ar_fmag, ARFMAG, 2) != 0 ||
	    !read_decimal(header->ar_size, sizeof(header->ar_size), &ret->size))
		return damaged(archive, err, "a member's header is none");
	room -= sizeof(*header);
	archive->offset += sizeof(*header);
	if (archive->is_thin && !is_table(header->ar_name))
		return 0;
	if (ret->size > room)
		return damaged(archive, err, "a member does not fit in the file");
	ret->data = archive->data + archive->offset;
	archive->offset += ret->size + (ret->size & 1);
	return 0;
}

int dwarf_archive_next(struct dwarf_archive *archive, struct dwarf_archive_member *ret,
		       struct abilock_error *err)
{
	struct ar_hdr header;

	if (archive->offset == 0) {
		archive->is_thin = memcmp(archive->data, thin_magic, SARMAG) == 0;
		archive->offset = SARMAG;
	}
	while (archive->offset < archive->size) {
		int r = read_header(archive, &header, ret, err);

		if (r < 0)
			return r;
		if (!is_table(header.ar_name)) {
			r = read_name(archive, header.ar_name, ret, err);
			return r < 0 ? r : 1;
		}
		if (header.ar_name[1] == '/') {
			archive->names = ret->data;
			archive->names_size = ret->size;
		}
	}
	return 0;
}
