/* SPDX-License-Identifier: MIT */
#include "types_dwarf_reader.h"

static const char *keyword(unsigned tag)
{
	if (tag == DW_TAG_union_type)
		return "union";
	return tag == DW_TAG_enumeration_type ? "enum" : "struct";
}

/* In texts a handle needs no quotes. */
static void write_handle(struct abilock_text *out, const char *handle)
{
	abilock_text_putc(out, '@');
	for (const char *p = handle; *p; p++) {
		const bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
				   (*p >= '0' && *p <= '9') || strchr("_$.:", *p);

		abilock_text_putc(out, plain ? *p : '_');
	}
}

/* A control character would steer the terminal of whoever reads a message. */
static int write_tag(struct types_reader *reader, struct abilock_text *out, const char *prefix,
		     const char *name)
{
	char *whole =
		abilock_arena_printf(&reader->module_arena, "%s%s", prefix ? prefix : "", name);

	if (!whole)
		return abilock_error_nomem(reader->err);
	str_disarm(whole);
	abilock_type_name_write(out, whole);
	return 0;
}

/* Without a tag: a typedef of it, or what has it, and its number there. */
static int find_handle(struct types_reader *reader, Dwarf_Die *die, const char *typedef_name,
		       const char **ret)
{
	int r = dwarf_unit_scan(reader, die);

	/* The typedef of a type in a unit of its own stands where it is used. */
	if (r == 0)
		r = dwarf_unit_scan(reader, &reader->entry);
	if (r < 0)
		return r;
	const char *handle = number_map_find(&reader->handles, (uint64_t)(uintptr_t)die->addr);

	if (!handle)
		handle = typedef_name;
	if (handle) {
		*ret = handle + (*handle == '/');
		return 0;
	}
	const char *owner = reader->owner ? reader->owner : "";

	*ret = reader->owned
		       ? abilock_arena_printf(&reader->module_arena, "%s.%u", owner, reader->owned)
		       : owner;
	reader->owned++;
	return *ret ? 0 : abilock_error_nomem(reader->err);
}

static int write_type_name(struct types_reader *reader, Dwarf_Die *die, const char *typedef_name,
			   struct abilock_text *out)
{
	int language = -1;
	const char *name;
	int r = dwarf_name(reader, die, &name);

	if (r == 0)
		r = dwarf_language_of(reader, die, &language);
	if (r == 0 && !dwarf_language_is_c(language))
		r = dwarf_unit_scan(reader, die);
	if (r == 0 && strlen(name) > DWARF_TEXT_MAX)
		return dwarf_damaged(reader, die, "the name of a type is too long");
	if (r == 0 && *name)
		return write_tag(reader, out,
				 number_map_find(&reader->scopes, (uint64_t)(uintptr_t)die->addr),
				 name);
	if (r == 0)
		r = find_handle(reader, die, typedef_name, &name);
	if (r == 0)
		write_handle(out, name);
	return r;
}

static int make_name(struct types_reader *reader, Dwarf_Die *die, const char *typedef_name,
		     const char **ret)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_text_puts(&text, keyword((unsigned)dwarf_tag(die)));
	abilock_text_putc(&text, ' ');
	int r = write_type_name(reader, die, typedef_name, &text);

	if (r < 0)
		return r;
	if (text.failed)
		return abilock_error_nomem(reader->err);
	*ret = abilock_arena_strndup(&reader->module_arena, text.data, text.length);
	return *ret ? 0 : abilock_error_nomem(reader->err);
}

static int push_pending(struct types_reader *reader, Dwarf_Die *die)
{
	Dwarf_Die *slot =
		abilock_array_push(&reader->pending, &reader->pending_count, sizeof(*slot));

	if (!slot)
		return abilock_error_nomem(reader->err);
	*slot = *die;
	return 0;
}

int dwarf_type_name(struct types_reader *reader, Dwarf_Die *die, const char *handle,
		    const char **ret)
{
	const uint64_t key = (uint64_t)(uintptr_t)die->addr;

	*ret = number_map_find(&reader->names, key);
	if (*ret)
		return 0;
	int r = make_name(reader, die, handle, ret);

	if (r < 0 || reader->is_tentative)
		return r;
	if (!number_map_put(&reader->names, key, (void *)(uintptr_t)*ret))
		return abilock_error_nomem(reader->err);
	return push_pending(reader, die);
}
