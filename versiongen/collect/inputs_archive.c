/* SPDX-License-Identifier: MIT */
/*
 * Archives of object files, as ar(1) writes them for GNU systems; libelf knows no thin ones. The
 * index of symbols is not used: the members' own tables say the same, and cannot be out of date.
 */
#include "inputs_read.h"

#include <ar.h>

struct archive {
	struct inputs *inputs;
	const struct input_source *source;
	bool is_thin;
	size_t number;
	char *long_names; /* the member "//", NUL-terminated; NULL while there was none */
	size_t long_size;
	struct abilock_error *err;
};

/* One member: its header decoded, and where its bytes lie. */
struct member {
	uint64_t header; /* offset */
	uint64_t data;	 /* offset; in a thin archive there is nothing */
	uint64_t size;
	const char *name; /* in the memory of the inputs */
};

static int damaged(const struct archive *ar, uint64_t offset, const char *message)
{
	return abilock_error_set(ar->err, ABILOCK_E_DAMAGED, ar->source->name, "archive", offset,
				 "%s", message);
}

/* A decimal number that fills the front of a field. @return false where there is none. */
static bool parse_number(const char *field, size_t width, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i = 0;

	for (; i < width && field[i] >= '0' && field[i] <= '9'; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(field[i] - '0'), &value))
			return false;
	*ret = value;
	return i > 0;
}

/* The name at an offset of the table of long names, which ends it with "/\n". */
static int long_name(const struct archive *ar, struct member *member, const char *field,
		     size_t width)
{
	uint64_t at = 0;

	if (!ar->long_names || !parse_number(field, width, &at) || at >= ar->long_size)
		return damaged(ar, member->header,
			       "a long name lies outside of the table of names");
	const char *start = ar->long_names + at;
	size_t length = strcspn(start, "\n");
	if (length > 0 && start[length - 1] == '/')
		length--;
	member->name = abilock_arena_strndup(&ar->inputs->arena, start, length);
	return member->name ? 0 : abilock_error_nomem(ar->err);
}

/* BSD's way: the name stands in front of the content. */
static int bsd_name(const struct archive *ar, struct member *member, const char *field,
		    size_t width)
{
	uint64_t length = 0;

	if (!parse_number(field, width, &length) || length > member->size)
		return damaged(ar, member->header, "a name is longer than its member");
	char *name = abilock_arena_bytes(&ar->inputs->arena, (size_t)length + 1);
	if (!name)
		return abilock_error_nomem(ar->err);
	int r = input_source_get(ar->source, member->data, name, (size_t)length, ar->err);
	if (r < 0)
		return r;
	name[length] = '\0';
	member->name = name;
	member->data += length;
	member->size -= length;
	return 0;
}

static int short_name(const struct archive *ar, struct member *member, const char *field,
		      size_t width)
{
	size_t length = width;
	const char *slash = memchr(field, '/', width);

	if (slash && slash > field)
		length = (size_t)(slash - field);
	while (length > 0 && field[length - 1] == ' ')
		length--;
	member->name = abilock_arena_strndup(&ar->inputs->arena, field, length);
	return member->name ? 0 : abilock_error_nomem(ar->err);
}

/* "/" and "/SYM64/" are indices of symbols, "//" the long names. */
static bool is_table(const struct ar_hdr *header)
{
	return header->ar_name[0] == '/' && (header->ar_name[1] < '0' || header->ar_name[1] > '9');
}

static int read_long_names(struct archive *ar, const struct member *member)
{
	char *names = abilock_arena_bytes(&ar->inputs->arena, (size_t)member->size + 1);

	if (!names)
		return abilock_error_nomem(ar->err);
	int r = input_source_get(ar->source, member->data, names, (size_t)member->size, ar->err);
	names[member->size] = '\0';
	ar->long_names = names;
	ar->long_size = (size_t)member->size;
	return r;
}

static int member_name(const struct archive *ar, struct member *member, const struct ar_hdr *header)
{
	if (header->ar_name[0] == '/')
		return long_name(ar, member, header->ar_name + 1, sizeof(header->ar_name) - 1);
	if (memcmp(header->ar_name, "#1/", 3) == 0 && !ar->is_thin)
		return bsd_name(ar, member, header->ar_name + 3, sizeof(header->ar_name) - 3);
	return short_name(ar, member, header->ar_name, sizeof(header->ar_name));
}

/* What a member's content is decides; linkers pass over what is no object file. */
static int read_content(const struct archive *ar, const struct member *member,
			const struct input_source *content)
{
	uint8_t head[64];
	const size_t size = content->size < sizeof(head) ? (size_t)content->size : sizeof(head);
	int r = input_source_get(content, 0, head, size, ar->err);

	if (r < 0)
		return r;
	if (input_is_bitcode(head, size))
		return input_fail_lto(content->name, ar->err);
	if (!input_is_elf(head, size))
		return 0;
	return input_read_elf(ar->inputs, content,
			      (struct input){.name = content->name,
					     .path = ar->source->name,
					     .member = member->name,
					     .archive = ar->number},
			      ar->err);
}

/* A member of a thin archive is a file, named relative to the archive. */
static int read_thin_member(const struct archive *ar, const struct member *member, const char *name)
{
	_cleanup_(input_source_close) struct input_source content = {.fd = -1};
	const char *path = member->name;

	if (!ar->source->folder)
		return abilock_error_set(ar->err, ABILOCK_E_UNSUPPORTED, ar->source->name, NULL, 0,
					 "a thin archive in memory");
	if (path[0] != '/')
		path = abilock_arena_printf(&ar->inputs->arena, "%s%s", ar->source->folder, path);
	if (!path)
		return abilock_error_nomem(ar->err);
	struct abilock_error why = {0};
	int r = input_source_open(path, &content, &why);
	if (r < 0)
		return abilock_error_set(ar->err, r, name, NULL, 0, "file %s of a thin archive: %s",
					 path, why.message);
	content.name = name;
	return read_content(ar, member, &content);
}

static int read_whole_member(const struct archive *ar, const struct member *member,
			     const char *name)
{
	/* An object in memory begins where malloc() puts it: aligned, as in a file of its own. */
	_cleanup_(freep) uint8_t *bytes = malloc((size_t)member->size + 1);
	const struct input_source content = {
		.fd = -1, .bytes = bytes, .size = member->size, .name = name};

	if (!bytes)
		return abilock_error_nomem(ar->err);
	int r = input_source_get(ar->source, member->data, bytes, (size_t)member->size, ar->err);
	return r < 0 ? r : read_content(ar, member, &content);
}

static int read_member(struct archive *ar, struct member *member, const struct ar_hdr *header)
{
	if (is_table(header))
		return header->ar_name[1] == '/' ? read_long_names(ar, member) : 0;
	int r = member_name(ar, member, header);
	const char *name = r == 0 ? abilock_arena_printf(&ar->inputs->arena, "%s(%s)",
							 ar->source->name, member->name)
				  : NULL;
	if (r < 0)
		return r;
	if (!name)
		return abilock_error_nomem(ar->err);
	return ar->is_thin ? read_thin_member(ar, member, name)
			   : read_whole_member(ar, member, name);
}

/* Decode the header at member->header. @p ret_next is where the next one begins. */
static int read_header(const struct archive *ar, struct member *member, struct ar_hdr *header,
		       uint64_t *ret_next)
{
	const uint64_t size = ar->source->size;

	if (size - member->header < sizeof(*header))
		return damaged(ar, member->header, "ends inside of a member's header");
	int r = input_source_get(ar->source, member->header, header, sizeof(*header), ar->err);
	if (r < 0)
		return r;
	if (memcmp(header->ar_fmag, ARFMAG, sizeof(header->ar_fmag)) != 0 ||
	    !parse_number(header->ar_size, sizeof(header->ar_size), &member->size))
		return damaged(ar, member->header, "no member's header where one is expected");
	member->data = member->header + sizeof(*header);
	*ret_next = member->data;
	if (ar->is_thin && !is_table(header))
		return 0;
	if (member->size > size - member->data)
		return damaged(ar, member->header, "a member ends behind the archive");
	*ret_next += member->size + (member->size & 1);
	return 0;
}

int input_read_archive(struct inputs *inputs, const struct input_source *source, bool is_thin,
		       struct abilock_error *err)
{
	struct archive ar = {.inputs = inputs,
			     .source = source,
			     .is_thin = is_thin,
			     .number = inputs->archive_count++,
			     .err = err};
	uint64_t next = SARMAG;

	while (next < source->size) {
		struct member member = {.header = next};
		struct ar_hdr header;
		int r = read_header(&ar, &member, &header, &next);

		if (r == 0)
			r = read_member(&ar, &member, &header);
		if (r < 0)
			return r;
	}
	return 0;
}
