/* SPDX-License-Identifier: MIT */
/*
 * The other view of a file: its section headers. A loader never looks at them; it is only for
 * comparing with the tools that do.
 *
 * The tables are found, and read by the same code as those of PT_DYNAMIC: here an address is a
 * file offset.
 */
#include "object_source.h"

#include <inttypes.h>

static const char TABLE[] = "section headers";

static uint64_t header_size(const struct abilock_object *object)
{
	return object->source->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

/* Returns sh_name. */
static uint32_t decode(const struct abilock_object *object, const uint8_t *p,
		       struct abilock_section *section)
{
	const uint64_t word = object->source->is64 ? 8 : 4;

	section->type = abilock_get32(object, p + 4);
	section->flags = abilock_get_word(object, p + 8);
	section->address = abilock_get_word(object, p + 8 + word);
	section->offset = abilock_get_word(object, p + 8 + 2 * word);
	section->size = abilock_get_word(object, p + 8 + 3 * word);
	section->link = abilock_get32(object, p + 8 + 4 * word);
	section->info = abilock_get32(object, p + 12 + 4 * word);
	section->entsize = abilock_get_word(object, p + 16 + 5 * word);
	return abilock_get32(object, p);
}

/* Counts that do not fit into the ELF header are in section 0. */
static int read_counts(struct abilock_object *object, uint64_t *ret_count, uint32_t *ret_names,
		       struct abilock_error *err)
{
	const struct abilock_object_source *source = object->source;
	struct abilock_section first = {0};
	const uint8_t *p;

	if (source->shentsize != header_size(object))
		return abilock_damaged(object, "ELF header", source->is64 ? 58 : 46, err,
				       "section headers of %u bytes, expected %" PRIu64,
				       source->shentsize, header_size(object));
	int r = abilock_source_get_file(object, TABLE, source->shoff, header_size(object), &p, err);
	if (r < 0)
		return r;
	(void)decode(object, p, &first);
	*ret_count = source->shnum ? source->shnum : first.size;
	*ret_names = source->shstrndx == SHN_XINDEX ? first.link : source->shstrndx;
	if (*ret_count > source->size / header_size(object))
		return abilock_damaged(object, TABLE, 0, err,
				       "%" PRIu64 " sections do not fit into a file of %" PRIu64
				       " bytes",
				       *ret_count, source->size);
	return 0;
}

/* Get the bytes of a string table, which must end with a NUL. */
static int get_names(struct abilock_object *object, uint64_t index, const char **ret_names,
		     uint64_t *ret_size, struct abilock_error *err)
{
	const uint8_t *bytes;

	if (index == SHN_UNDEF)
		return 0; /* sections without names */
	if (index >= object->section_count)
		return abilock_damaged(object, "ELF header", object->source->is64 ? 62 : 50, err,
				       "section %" PRIu64 " of %zu has the names", index,
				       object->section_count);
	const struct abilock_section *section = &object->sections[index];
	int r = abilock_source_get_file(object, "section names", section->offset, section->size,
					&bytes, err);
	if (r < 0)
		return r;
	if (section->size == 0 || bytes[section->size - 1] != '\0')
		return abilock_damaged(object, "section names", section->size, err,
				       "the last string does not end");
	*ret_names = (const char *)bytes;
	*ret_size = section->size;
	return 0;
}

static int read_sections(struct abilock_object *object, struct abilock_error *err)
{
	const uint64_t entry_size = header_size(object);
	const char *names = NULL;
	uint64_t count = 0, names_size = 0;
	uint32_t names_index = 0;
	const uint8_t *p;

	int r = read_counts(object, &count, &names_index, err);
	if (r >= 0)
		r = abilock_source_get_file(object, TABLE, object->source->shoff,
					    count * entry_size, &p, err);
	if (r < 0)
		return r;
	object->sections = abilock_arena_array(&object->arena, count, sizeof(*object->sections));
	uint32_t *at = abilock_arena_array(&object->arena, count, sizeof(*at));
	if (!object->sections || !at)
		return abilock_error_nomem(err);
	for (uint64_t i = 0; i < count; i++)
		at[i] = decode(object, p + i * entry_size, &object->sections[i]);
	object->section_count = count;
	r = get_names(object, names_index, &names, &names_size, err);
	for (uint64_t i = 0; r >= 0 && i < count; i++) {
		if (names && at[i] >= names_size)
			return abilock_damaged(object, TABLE, i * entry_size, err,
					       "a name lies at 0x%" PRIx32
					       " of a string table of 0x%" PRIx64 " bytes",
					       at[i], names_size);
		object->sections[i].name = names ? names + at[i] : "";
	}
	return r;
}

int abilock_object_load_sections(struct abilock_object *object, struct abilock_error *err)
{
	if (object->source->shoff == 0 || object->source->sections_tried)
		return 0;
	object->source->sections_tried = true;
	int r = read_sections(object, err);
	if (r < 0)
		object->section_count = 0; /* some may be without a name */
	return r;
}

const struct abilock_section *abilock_object_section(const struct abilock_object *object,
						     uint32_t type)
{
	for (size_t i = 0; i < object->section_count; i++)
		if (object->sections[i].type == type)
			return &object->sections[i];
	return NULL;
}

static struct abilock_span span_of(const struct abilock_section *section)
{
	if (!section)
		return (struct abilock_span){0};
	return (struct abilock_span){.address = section->offset,
				     .limit = section->size,
				     .present = true,
				     .bounded = true};
}

/* The tables of strings that the others link to: one for all. */
static int take_strings(struct abilock_object *object, struct abilock_error *err)
{
	static const uint32_t users[] = {SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_verdef, SHT_GNU_verneed};
	struct abilock_object_tables *tables = object->tables;
	uint32_t link = SHN_UNDEF;

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		const struct abilock_section *user = abilock_object_section(object, users[i]);
		const uint64_t at = user ? (uint64_t)(user - object->sections) : 0;

		if (!user)
			continue;
		if (user->link >= object->section_count ||
		    object->sections[user->link].type != SHT_STRTAB)
			return abilock_damaged(object, TABLE, at * header_size(object), err,
					       "%s links to section %" PRIu32
					       ", which is no string table",
					       user->name, user->link);
		if (link != SHN_UNDEF && user->link != link)
			return abilock_damaged(object, TABLE, at * header_size(object), err,
					       "%s has another string table than its neighbours",
					       user->name);
		link = user->link;
	}
	if (link == SHN_UNDEF)
		return 0;
	tables->strtab_span = span_of(&object->sections[link]);
	tables->strtab_size = tables->strtab_span.limit;
	return 0;
}

int abilock_object_load_section_symbols(struct abilock_object *object, struct abilock_error *err)
{
	const uint64_t row = object->source->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct abilock_object_tables *tables = object->tables;
	const uint64_t count = tables->symtab_span.limit / row;

	if (object->has_versym && tables->versym_span.limit / 2 < count)
		return abilock_damaged(object, "versym", tables->versym_span.limit, err,
				       "versions for %" PRIu64 " of %" PRIu64 " symbols",
				       tables->versym_span.limit / 2, count);
	int r = abilock_source_get(object, "symbol table", tables->symtab_span.address, count * row,
				   &tables->symtab, err);
	if (r >= 0 && object->has_versym)
		r = abilock_source_get(object, "versym", tables->versym_span.address, count * 2,
				       &tables->versym, err);
	if (r < 0)
		return r;
	object->symbol_count = count;
	tables->symbols_loaded = true;
	return 0;
}

int abilock_object_read_sections(struct abilock_object *object, struct abilock_error *err)
{
	struct abilock_object_source *source = object->source;
	struct abilock_object_tables *tables = object->tables;

	int r = abilock_object_load_sections(object, err);
	if (r < 0)
		return r;
	const struct abilock_section *dynamic = abilock_object_section(object, SHT_DYNAMIC);
	const struct abilock_section *verdef = abilock_object_section(object, SHT_GNU_verdef);
	const struct abilock_section *verneed = abilock_object_section(object, SHT_GNU_verneed);

	source->segments = abilock_arena_alloc(&object->arena, sizeof(*source->segments));
	if (!source->segments)
		return abilock_error_nomem(err);
	source->segments[0].filesz = source->size;
	source->segment_count = 1;
	tables->symtab_span = span_of(abilock_object_section(object, SHT_DYNSYM));
	tables->versym_span = span_of(abilock_object_section(object, SHT_GNU_versym));
	tables->verdef_span = span_of(verdef);
	tables->verneed_span = span_of(verneed);
	tables->verdef_claim = verdef ? verdef->info : 0;
	tables->verneed_claim = verneed ? verneed->info : 0;
	object->has_versym = tables->versym_span.present;
	r = take_strings(object, err);
	if (r < 0 || !tables->strtab_span.present)
		return r;
	object->has_dynamic = dynamic != NULL;
	if (dynamic)
		r = abilock_object_read_dynamic(object, dynamic->offset, dynamic->size, err);
	else
		r = abilock_object_load_strings(object, err);
	return r < 0 ? r : abilock_object_read_versions(object, err);
}
