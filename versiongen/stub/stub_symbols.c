/* SPDX-License-Identifier: MIT */
/* The dynamic symbols of a stub, their names, and where they point. */
#include "stub_parts.h"

/* Largest variable, and largest sum of all: well below what an address holds. */
static uint64_t size_limit(const struct stub *st)
{
	return (uint64_t)1 << (st->source->elf_class == ELFCLASS64 ? 47 : 30);
}

static bool is_function(uint8_t type)
{
	return type == STT_FUNC || type == STT_GNU_IFUNC;
}

/* The linker copies a variable as if it stood at the best alignment that its address allows. */
static uint64_t alignment(const struct stub *st, uint64_t address)
{
	const uint64_t largest = 64;
	uint64_t lowest = address & (~address + 1);

	if (!st->source->places)
		return stub_word_size(st);
	return lowest == 0 || lowest > largest ? largest : lowest;
}

static const struct stub_place *place_of(const struct stub *st, const struct stub_symbol *symbol)
{
	return &st->source->places[symbol->export - st->surface->exports];
}

/* STUB_SECTION_COUNT: in none. */
static enum stub_section section_of(const struct stub *st, const struct stub_symbol *symbol)
{
	if (st->source->places && place_of(st, symbol)->is_absolute)
		return STUB_SECTION_COUNT;
	if (symbol->export->type == STT_TLS)
		return STUB_TBSS;
	return is_function(symbol->export->type) ? STUB_TEXT : STUB_BSS;
}

/* One variable, or several of one address. */
static int give_room(struct stub *st, uint64_t align, uint64_t size, uint64_t *ret_value)
{
	uint64_t at = (st->data_size + align - 1) & ~(align - 1);

	if (size >= size_limit(st) || at + size >= size_limit(st))
		return stub_too_large(st, "the variables");
	*ret_value = at;
	/* Never of no size: two symbols of one address would be taken for two names of one thing.
	 */
	st->data_size = at + (size ? size : 1);
	if (st->data_align < align)
		st->data_align = align;
	return 0;
}

struct variable {
	uint64_t address;
	size_t order; /* of the export: what qsort() leaves open */
	struct stub_symbol *symbol;
};

static int compare_variables(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int place_group(struct stub *st, const struct variable *group, size_t count)
{
	uint64_t size = 0, value = 0;

	for (size_t i = 0; i < count; i++)
		if (size < group[i].symbol->export->size)
			size = group[i].symbol->export->size;
	int r = give_room(st, alignment(st, group->address), size, &value);
	for (size_t i = 0; r == 0 && i < count; i++)
		group[i].symbol->value = value;
	return r;
}

/*
 * Each variable has an address of its own: for a copy relocation linkers move all symbols of one
 * address together. In a binary those that do stand at one address stay so. What is neither
 * function nor variable counts as variable, since linkers copy that as well.
 */
static int place_variables(struct stub *st)
{
	const bool is_declared = !st->source->places;
	_cleanup_(freep) struct variable *list =
		calloc(st->surface->export_count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return abilock_error_nomem(st->err);
	for (size_t i = 0; i < st->surface->export_count; i++) {
		struct stub_symbol *symbol = &st->symbols[i];
		size_t order = (size_t)(symbol->export - st->surface->exports);

		if (section_of(st, symbol) == STUB_BSS)
			list[count++] = (struct variable){
				is_declared ? order : place_of(st, symbol)->address, order, symbol};
	}
	if (!is_declared)
		qsort(list, count, sizeof(*list), compare_variables);
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && list[i + n].address == list[i].address;)
			n++;
		int r = place_group(st, &list[i], n);
		if (r < 0)
			return r;
	}
	return 0;
}

static int note_kinds(struct stub *st)
{
	for (size_t i = 0; i < st->surface->export_count; i++) {
		const struct abilock_export *export = &st->surface->exports[i];

		if (export->type == STT_TLS) {
			st->has_tls = true;
			if (export->size >= size_limit(st))
				return stub_too_large(st, "the thread-local variables");
			if (st->tls_size < export->size)
				st->tls_size = export->size;
		}
		st->needs_gnu_osabi |=
			export->type == STT_GNU_IFUNC || export->bind == STB_GNU_UNIQUE;
	}
	return 0;
}

static uint32_t bucket_of(const struct stub *st, uint32_t hash)
{
	return hash % st->gnu_buckets;
}

/* The GNU hash table wants symbols grouped by their buckets; within, they keep their order. */
static int order_symbols(struct stub *st, const uint32_t *hashes)
{
	const size_t count = st->surface->export_count;
	_cleanup_(freep) size_t *next = calloc((size_t)st->gnu_buckets + 1, sizeof(*next));

	if (!next)
		return abilock_error_nomem(st->err);
	for (size_t i = 0; i < count; i++)
		next[bucket_of(st, hashes[i]) + 1]++;
	for (size_t b = 1; b <= st->gnu_buckets; b++)
		next[b] += next[b - 1];
	for (size_t i = 0; i < count; i++)
		st->symbols[next[bucket_of(st, hashes[i])]++] = (struct stub_symbol){
			.export = &st->surface->exports[i], .gnu_hash = hashes[i]};
	return 0;
}

int stub_collect_symbols(struct stub *st)
{
	const size_t count = st->surface->export_count;
	_cleanup_(freep) uint32_t *hashes = calloc(count + 1, sizeof(*hashes));

	/* libelf takes indices of type int. */
	if (count >= INT32_MAX / sizeof(Elf64_Sym))
		return stub_too_large(st, "the symbol table");
	st->symbols = abilock_arena_array(&st->arena, count, sizeof(*st->symbols));
	if (!hashes || !st->symbols)
		return abilock_error_nomem(st->err);
	st->gnu_buckets = (uint32_t)(count / 4 + 1);
	for (size_t i = 0; i < count; i++)
		hashes[i] = (uint32_t)elf_gnu_hash(st->surface->exports[i].name);
	int r = order_symbols(st, hashes);
	if (r == 0)
		r = note_kinds(st);
	return r == 0 ? place_variables(st) : r;
}

static uint32_t add_string(struct stub *st, const char *s)
{
	uint32_t at = st->strings_len;
	size_t len = strlen(s) + 1;

	memcpy(st->strings + at, s, len);
	st->strings_len += (uint32_t)len;
	return at;
}

/* All strings go through here before any table is sized. */
int stub_collect_strings(struct stub *st)
{
	const struct abilock_surface *sf = st->surface;
	uint64_t size = 1 + strlen(st->source->soname) + 1;

	for (size_t i = 0; i < sf->node_count; i++)
		size += strlen(sf->nodes[i].name) + 1;
	for (size_t i = 0; i < sf->export_count; i++)
		size += strlen(sf->exports[i].name) + 1;
	if (size > UINT32_MAX)
		return stub_too_large(st, "the string table");
	st->strings = abilock_arena_alloc(&st->arena, (size_t)size);
	st->node_names = abilock_arena_array(&st->arena, sf->node_count, sizeof(uint32_t));
	if (!st->strings || !st->node_names)
		return abilock_error_nomem(st->err);
	st->strings_len = 1;
	st->soname = add_string(st, st->source->soname);
	for (size_t i = 0; i < sf->node_count; i++)
		st->node_names[i] = add_string(st, sf->nodes[i].name);
	for (size_t i = 0; i < sf->export_count; i++)
		st->symbols[i].name = add_string(st, st->symbols[i].export->name);
	return 0;
}

int stub_fill_dynsym(struct stub *st)
{
	size_t size = gelf_fsize(st->elf, ELF_T_SYM, 1, EV_CURRENT);

	if (!stub_buffer(st, STUB_DYNSYM, size * (st->surface->export_count + 1)))
		return abilock_error_nomem(st->err);
	st->shdr[STUB_DYNSYM].sh_entsize = size;
	st->shdr[STUB_DYNSYM].sh_info = 1; /* the first that is not local */
	return 0;
}

/* A TLS symbol's value counts from the start of PT_TLS. */
static void set_place(const struct stub *st, const struct stub_symbol *symbol, GElf_Sym *sym)
{
	enum stub_section s = section_of(st, symbol);

	if (s == STUB_SECTION_COUNT) {
		sym->st_shndx = SHN_ABS;
		sym->st_value = place_of(st, symbol)->address;
		return;
	}
	sym->st_shndx = (GElf_Section)elf_ndxscn(st->scn[s]);
	sym->st_value = symbol->value + (s == STUB_TBSS ? 0 : st->shdr[s].sh_addr);
}

void stub_place_symbols(struct stub *st)
{
	for (size_t i = 0; i < st->surface->export_count; i++) {
		const struct stub_symbol *symbol = &st->symbols[i];
		const struct abilock_export *export = symbol->export;
		GElf_Sym sym = {
			.st_name = symbol->name,
			.st_info = (unsigned char)GELF_ST_INFO(export->bind, export->type),
			.st_other = st->source->places ? place_of(st, symbol)->other
						       : export->visibility,
			.st_size = is_function(export->type) ? 0 : export->size,
		};

		set_place(st, symbol, &sym);
		(void)gelf_update_sym(st->data[STUB_DYNSYM], (int)i + 1, &sym);
	}
}
