/* SPDX-License-Identifier: MIT */
/*
 * The ELF reader on good and on hostile input. The good input is a library that the test compiles;
 * hostile input is a copy of its bytes with one claim changed.
 */
#include <check.h>
#include <sys/stat.h>

#include "../../symbols/needs.h"
#include "../../versiongen/stub/stub.h"

static char dir[] = "/tmp/abilock-object-XXXXXX";
static uint8_t *original; /* the compiled library */
static size_t original_size;

static uint8_t *image; /* this test's copy of it */
static struct abilock_error err;
static struct abilock_object *object;
static struct abilock_surface *surface;
static struct abilock_needs needs;

/* ---- the library ---- */

static const char DEP_MAP[] = "DEP_1 { global: dep_one; local: *; };\n"
			      "DEP_2 { global: dep_two; } DEP_1;\n";

static const char DEP_C[] = "int dep_one(void) { return 1; }\n"
			    "int dep_two(void) { return 2; }\n";

static const char FIX_MAP[] = "FIX_1 { global: first; table; old; local: *; };\n"
			      "FIX_2 { global: second; slot; old; } FIX_1;\n"
			      "FIX_PRIVATE_abc { global: third; chosen; } FIX_2 FIX_1;\n";

static const char FIX_C[] = "extern int dep_one(void), dep_two(void);\n"
			    "extern void maybe(void) __attribute__((weak));\n"
			    "int table[4] = { 1, 2, 3, 4 };\n"
			    "__thread int slot;\n"
			    "int first(void) { return dep_one() + dep_two(); }\n"
			    "int second(void) { if (maybe) maybe(); return slot; }\n"
			    "int third(void) { return 3; }\n"
			    "int old_1(void) { return 1; }\n"
			    "int old_2(void) { return 2; }\n"
			    "static void *choose(void) { return third; }\n"
			    "int chosen(void) __attribute__((ifunc(\"choose\")));\n"
			    "__asm__(\".symver old_1,old@FIX_1\\n.symver old_2,old@@FIX_2\");\n"
			    "__asm__(\".pushsection .note.abilock,\\\"a\\\",%note\\n\"\n"
			    "	\".balign 4\\n.long 8, 2f-1f, 1\\n.asciz \\\"abilock\\\"\\n\"\n"
			    "	\"1: .asciz \\\"format=1\\\"\\n.asciz \\\"kind=host\\\"\\n.asciz "
			    "\\\"host=fix\\\"\\n\"\n"
			    "	\".asciz \\\"tag=abc\\\"\\n2: .balign 4\\n.popsection\");\n";

static void write_file(const char *name, const char *text)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void run(const char *command)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "cd %s && %s", dir, command);
	if (system(line) != 0) {
		fprintf(stderr, "failed: %s\n", line);
		abort();
	}
}

static uint8_t *read_file(const char *path, size_t *ret_size)
{
	struct stat st;
	FILE *f = fopen(path, "r");

	if (!f || fstat(fileno(f), &st) < 0)
		abort();
	uint8_t *bytes = malloc((size_t)st.st_size);
	if (!bytes || fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		abort();
	(void)fclose(f);
	*ret_size = (size_t)st.st_size;
	return bytes;
}

static void make_library(void)
{
	char path[64];

	if (!mkdtemp(dir))
		abort();
	write_file("dep.c", DEP_C);
	write_file("dep.map", DEP_MAP);
	write_file("fix.c", FIX_C);
	write_file("fix.map", FIX_MAP);
	run("${CC:-cc} -shared -fPIC -nostdlib -Wl,-soname,libdep.so.1 "
	    "-Wl,--version-script=dep.map "
	    "-o libdep.so dep.c");
	run("${CC:-cc} -shared -fPIC -O1 -nostdlib -Wl,-soname,libfix.so.1 -Wl,--hash-style=both "
	    "-Wl,--build-id=sha1 -Wl,--version-script=fix.map -o libfix.so fix.c ./libdep.so");
	(void)snprintf(path, sizeof(path), "%s/libfix.so", dir);
	original = read_file(path, &original_size);
}

/* ---- patches ---- */

static void setup(void)
{
	image = malloc(original_size);
	ck_assert_ptr_nonnull(image);
	memcpy(image, original, original_size);
	err = (struct abilock_error){0};
	object = NULL;
	surface = NULL;
	needs = (struct abilock_needs){0};
}

static void teardown(void)
{
	abilock_surface_free(surface);
	abilock_object_free(object);
	free(image);
}

static ElfW(Ehdr) * ehdr(void)
{
	return (ElfW(Ehdr) *)image;
}

/* The first program header of a type. */
static ElfW(Phdr) * phdr(uint32_t type)
{
	ElfW(Phdr) *phdrs = (ElfW(Phdr) *)(image + ehdr()->e_phoff);

	for (size_t i = 0; i < ehdr()->e_phnum; i++)
		if (phdrs[i].p_type == type)
			return &phdrs[i];
	ck_abort_msg("no such program header");
	return NULL;
}

static uint8_t *at(uint64_t address)
{
	ElfW(Phdr) *phdrs = (ElfW(Phdr) *)(image + ehdr()->e_phoff);

	for (size_t i = 0; i < ehdr()->e_phnum; i++)
		if (phdrs[i].p_type == PT_LOAD && address >= phdrs[i].p_vaddr &&
		    address - phdrs[i].p_vaddr < phdrs[i].p_filesz)
			return image + phdrs[i].p_offset + (address - phdrs[i].p_vaddr);
	ck_abort_msg("no such address");
	return NULL;
}

static ElfW(Dyn) * dynamic(void)
{
	return (ElfW(Dyn) *)(image + phdr(PT_DYNAMIC)->p_offset);
}

static ElfW(Dyn) * dyn(int64_t tag)
{
	for (ElfW(Dyn) *entry = dynamic(); entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == tag)
			return entry;
	ck_abort_msg("no such tag");
	return NULL;
}

/* Offset of an entry in the dynamic section, as errors give it. */
static uint64_t dyn_offset(const ElfW(Dyn) * entry)
{
	return (uint64_t)((const uint8_t *)entry - (const uint8_t *)dynamic());
}

static void *table(int64_t tag)
{
	return at(dyn(tag)->d_un.d_ptr);
}

static void drop(int64_t tag)
{
	dyn(tag)->d_tag = DT_DEBUG;
}

/* Bytes from a table to the next one. */
static uint64_t room(int64_t tag)
{
	static const int64_t tags[] = {DT_STRTAB, DT_SYMTAB,   DT_VERSYM, DT_VERDEF, DT_VERNEED,
				       DT_HASH,	  DT_GNU_HASH, DT_RELA,	  DT_JMPREL};
	const uint64_t start = dyn(tag)->d_un.d_ptr;
	uint64_t end = UINT64_MAX;

	for (const ElfW(Dyn) *entry = dynamic(); entry->d_tag != DT_NULL; entry++)
		for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
			if (entry->d_tag == tags[i] && entry->d_un.d_ptr > start &&
			    entry->d_un.d_ptr < end)
				end = entry->d_un.d_ptr;
	ck_assert_uint_lt(end, UINT64_MAX);
	return end - start;
}

/* The nth verdef from 0 (BASE), and its offset in the table. */
static ElfW(Verdef) * verdef(size_t n, uint64_t *ret_offset)
{
	uint8_t *start = table(DT_VERDEF), *p = start;

	for (; n > 0; n--)
		p += ((ElfW(Verdef) *)p)->vd_next;
	if (ret_offset)
		*ret_offset = (uint64_t)(p - start);
	return (ElfW(Verdef) *)p;
}

static ElfW(Verdaux) * verdaux(size_t n, uint64_t *ret_offset)
{
	ElfW(Verdef) *def = verdef(n, ret_offset);

	if (ret_offset)
		*ret_offset += def->vd_aux;
	return (ElfW(Verdaux) *)((uint8_t *)def + def->vd_aux);
}

static ElfW(Verneed) * verneed(void)
{
	return table(DT_VERNEED);
}

static ElfW(Vernaux) * vernaux(void)
{
	return (ElfW(Vernaux) *)((uint8_t *)verneed() + verneed()->vn_aux);
}

static size_t symbol_row(const char *name)
{
	const ElfW(Sym) *rows = table(DT_SYMTAB);
	const char *strings = table(DT_STRTAB);

	for (size_t i = 1; i < room(DT_SYMTAB) / sizeof(*rows); i++)
		if (str_eq(strings + rows[i].st_name, name))
			return i;
	ck_abort_msg("no symbol %s", name);
	return 0;
}

/* Our note: its header, in the PT_NOTE that has it. */
static uint8_t *own_note(void)
{
	return (uint8_t *)memmem(image, original_size, "abilock\0format=1", 16) - 12;
}

/* ---- reading ---- */

/* Everything that a tool asks of an object. */
static int read_all(const void *bytes, size_t size)
{
	int r = abilock_object_open_bytes(bytes, size, "lib.so", &object, &err);

	if (r < 0)
		ck_assert_ptr_null(object);
	if (r >= 0)
		r = abilock_object_surface(object, &surface, &err);
	if (object && r < 0)
		ck_assert_ptr_null(surface);
	if (r >= 0)
		r = abilock_object_needs(object, &needs, &err);
	if (r < 0)
		ck_assert_ptr_null(needs.object);
	return r;
}

/* The place of an error, checked against what the caller expects. */
#define assert_refused_bytes(size, want, where, at_offset)                                         \
	do {                                                                                       \
		ck_assert_int_eq(read_all(image, size), want);                                     \
		ck_assert_int_eq(err.code, want);                                                  \
		ck_assert_msg(str_eq(err.table, where) && err.offset == (at_offset),               \
			      "%s, offset 0x%llx: %s (expected %s, offset 0x%llx)", err.table,     \
			      (unsigned long long)err.offset, err.message, where,                  \
			      (unsigned long long)(at_offset));                                    \
	} while (0)

#define assert_refused(want, where, at_offset)                                                     \
	assert_refused_bytes(original_size, want, where, at_offset)
#define assert_damaged(where, at_offset) assert_refused(ABILOCK_E_DAMAGED, where, at_offset)

static void assert_read(void)
{
	int r = read_all(image, original_size);

	ck_assert_msg(r == 0, "%s: %s", err.table, err.message);
}

static const struct abilock_export *find_export(const struct abilock_surface *s, const char *name,
						const char *node)
{
	for (size_t i = 0; i < s->export_count; i++) {
		const struct abilock_export *e = &s->exports[i];
		const char *own = e->node == ABILOCK_NO_NODE ? "" : s->nodes[e->node].name;

		if (str_eq(e->name, name) && str_eq(own, node))
			return e;
	}
	return NULL;
}

/* Both surfaces hold the same, in the same order. */
static void assert_same_surface(const struct abilock_surface *a, const struct abilock_surface *b)
{
	ck_assert_str_eq(a->soname ? a->soname : "", b->soname ? b->soname : "");
	ck_assert_uint_eq(a->node_count, b->node_count);
	for (size_t i = 0; i < a->node_count; i++) {
		ck_assert_str_eq(a->nodes[i].name, b->nodes[i].name);
		ck_assert_uint_eq(a->nodes[i].index, b->nodes[i].index);
		ck_assert_uint_eq(a->nodes[i].parent_count, b->nodes[i].parent_count);
	}
	ck_assert_uint_eq(a->export_count, b->export_count);
	for (size_t i = 0; i < a->export_count; i++) {
		const struct abilock_export *x = &a->exports[i], *y = &b->exports[i];

		ck_assert_str_eq(x->name, y->name);
		ck_assert_uint_eq(x->node, y->node);
		ck_assert_uint_eq(x->size, y->size);
		ck_assert(x->is_default == y->is_default && x->type == y->type &&
			  x->bind == y->bind && x->visibility == y->visibility);
	}
}

/* ---- what is there ---- */

START_TEST(surface_has_nodes_parents_and_exports)
{
	assert_read();
	ck_assert_str_eq(surface->soname, "libfix.so.1");
	ck_assert_uint_eq(surface->node_count, 3);
	ck_assert_str_eq(surface->nodes[2].name, "FIX_PRIVATE_abc");
	ck_assert(surface->nodes[2].is_private && !surface->nodes[1].is_private);
	ck_assert_uint_eq(surface->nodes[2].parent_count, 2);
	ck_assert_uint_eq(surface->nodes[1].parent_count, 1);
	ck_assert_uint_eq(surface->nodes[1].parents[0], 0);
	/* first, table, slot, second, third, chosen, and old twice; no symbols named like nodes */
	ck_assert_uint_eq(surface->export_count, 8);
	ck_assert_uint_eq(find_export(surface, "table", "FIX_1")->size, 4 * sizeof(int));
	ck_assert_int_eq(find_export(surface, "table", "FIX_1")->type, STT_OBJECT);
	ck_assert_int_eq(find_export(surface, "slot", "FIX_2")->type, STT_TLS);
	ck_assert_int_eq(find_export(surface, "chosen", "FIX_PRIVATE_abc")->type, STT_GNU_IFUNC);
	ck_assert(!find_export(surface, "old", "FIX_1")->is_default);
	ck_assert(find_export(surface, "old", "FIX_2")->is_default);
}
END_TEST

START_TEST(needs_have_files_nodes_and_weak_references)
{
	size_t found = 0;

	assert_read();
	ck_assert_uint_eq(object->needed_count, 1);
	ck_assert_str_eq(object->needed[0], "libdep.so.1");
	ck_assert_uint_eq(object->verneed_count, 2);
	for (size_t i = 0; i < needs.reference_count; i++) {
		const struct abilock_reference *reference = &needs.references[i];

		if (str_eq(reference->name, "dep_two")) {
			ck_assert_str_eq(reference->version->node, "DEP_2");
			ck_assert_str_eq(reference->version->file, "libdep.so.1");
			ck_assert(!reference->is_weak);
			found++;
		} else if (str_eq(reference->name, "maybe")) {
			ck_assert_ptr_null(reference->version);
			ck_assert(reference->is_weak);
			found++;
		}
	}
	ck_assert_uint_eq(found, 2);
}
END_TEST

START_TEST(note_and_build_id_are_read)
{
	assert_read();
	ck_assert_ptr_nonnull(object->note);
	ck_assert_str_eq(object->note->kind, "host");
	ck_assert_str_eq(object->note->host, "fix");
	ck_assert_str_eq(object->note->tag, "abc");
	ck_assert_ptr_null(object->note->name);
	ck_assert_uint_eq(object->build_id_size, 20);
}
END_TEST

static void assert_finds(const char *name, const char *version, const char *row)
{
	struct abilock_symbol symbol, want;

	ck_assert_int_eq(abilock_object_find(object, name, version, &symbol, &err), 1);
	ck_assert_int_eq(abilock_object_symbol(object, symbol_row(row), &want, &err), 0);
	if (!str_eq(name, "old"))
		ck_assert_uint_eq(symbol.value, want.value);
}

static void assert_finds_not(const char *name, const char *version)
{
	struct abilock_symbol symbol = {.value = 77};

	ck_assert_int_eq(abilock_object_find(object, name, version, &symbol, &err), 0);
	ck_assert_uint_eq(symbol.value, 77);
}

static void check_lookups(void)
{
	struct abilock_symbol symbol;

	assert_read();
	assert_finds("first", "FIX_1", "first");
	assert_finds("first", NULL, "first");
	assert_finds("third", "FIX_PRIVATE_abc", "third");
	assert_finds_not("third", "FIX_PRIVATE_abd");
	assert_finds_not("first", "FIX_2");
	assert_finds_not("nothing", NULL);
	assert_finds_not("dep_one", "DEP_1"); /* undefined here */
	ck_assert_int_eq(abilock_object_find(object, "old", "FIX_1", &symbol, &err), 1);
	ck_assert(symbol.hidden);
	ck_assert_int_eq(abilock_object_find(object, "old", "FIX_2", &symbol, &err), 1);
	ck_assert(!symbol.hidden);
	/* An unversioned reference is one of an old program: it gets the oldest node. */
	ck_assert_int_eq(abilock_object_find(object, "old", NULL, &symbol, &err), 1);
	ck_assert_uint_eq(symbol.version, 2);
	ck_assert_int_eq(abilock_object_find_any(object, "slot", &symbol, &err), 1);
}

START_TEST(lookups_follow_the_gnu_hash)
{
	drop(DT_HASH);
	check_lookups();
}
END_TEST

START_TEST(lookups_follow_the_old_hash)
{
	drop(DT_GNU_HASH);
	check_lookups();
}
END_TEST

START_TEST(lookups_work_without_a_hash)
{
	drop(DT_HASH);
	drop(DT_GNU_HASH);
	check_lookups();
}
END_TEST

START_TEST(surface_is_the_same_without_section_headers)
{
	struct abilock_surface *whole;

	assert_read();
	whole = take_ptr(surface);
	abilock_object_free(take_ptr(object));
	ehdr()->e_shoff = 0;
	ehdr()->e_shnum = 0;
	ehdr()->e_shstrndx = 0;
	assert_read();
	assert_same_surface(whole, surface);
	abilock_surface_free(whole);
}
END_TEST

START_TEST(section_headers_that_lie_change_nothing)
{
	struct abilock_surface *whole;

	assert_read();
	whole = take_ptr(surface);
	abilock_object_free(take_ptr(object));
	memset(image + ehdr()->e_shoff, 0xff, (size_t)ehdr()->e_shnum * sizeof(ElfW(Shdr)));
	assert_read();
	assert_same_surface(whole, surface);
	abilock_surface_free(whole);
}
END_TEST

START_TEST(program_without_dynamic_section_has_an_empty_surface)
{
	phdr(PT_DYNAMIC)->p_type = PT_NULL;
	ehdr()->e_type = ET_EXEC;
	assert_read();
	ck_assert(!object->has_dynamic);
	ck_assert_uint_eq(surface->export_count + surface->node_count, 0);
	ck_assert_uint_eq(needs.reference_count, 0);
}
END_TEST

START_TEST(library_without_dynamic_section_is_damage)
{
	phdr(PT_DYNAMIC)->p_type = PT_NULL;
	assert_damaged("program headers", 0);
}
END_TEST

/* ---- ELF header and program headers ---- */

START_TEST(text_is_not_elf)
{
	memcpy(image, "#!/b", 4);
	assert_refused(ABILOCK_E_NOT_ELF, "", 0);
}
END_TEST

START_TEST(empty_file_is_not_elf)
{
	assert_refused_bytes(0, ABILOCK_E_NOT_ELF, "", 0);
}
END_TEST

START_TEST(file_shorter_than_its_magic_is_not_elf)
{
	assert_refused_bytes(10, ABILOCK_E_NOT_ELF, "", 0);
}
END_TEST

START_TEST(file_shorter_than_its_header_is_damaged)
{
	assert_refused_bytes(sizeof(ElfW(Ehdr)) - 1, ABILOCK_E_DAMAGED, "ELF header", 0);
}
END_TEST

START_TEST(directory_is_not_elf)
{
	ck_assert_int_eq(abilock_object_open("/", &object, &err), ABILOCK_E_NOT_ELF);
	ck_assert_str_eq(err.file, "/");
	ck_assert_ptr_null(object);
}
END_TEST

START_TEST(missing_file_is_an_io_error)
{
	ck_assert_int_eq(abilock_object_open("/nonexistent", &object, &err), ABILOCK_E_IO);
	ck_assert_ptr_null(object);
}
END_TEST

START_TEST(unknown_class_is_damage)
{
	image[EI_CLASS] = 3;
	assert_damaged("ELF header", EI_CLASS);
}
END_TEST

START_TEST(unknown_byte_order_is_damage)
{
	image[EI_DATA] = 0;
	assert_damaged("ELF header", EI_DATA);
}
END_TEST

START_TEST(unknown_elf_version_is_damage)
{
	image[EI_VERSION] = 2;
	assert_damaged("ELF header", EI_VERSION);
}
END_TEST

START_TEST(unknown_type_is_damage)
{
	ehdr()->e_type = 9;
	assert_damaged("ELF header", offsetof(ElfW(Ehdr), e_type));
}
END_TEST

START_TEST(relocatable_file_is_unsupported)
{
	ehdr()->e_type = ET_REL;
	assert_refused(ABILOCK_E_UNSUPPORTED, "", 0);
}
END_TEST

START_TEST(core_file_is_unsupported)
{
	ehdr()->e_type = ET_CORE;
	assert_refused(ABILOCK_E_UNSUPPORTED, "", 0);
}
END_TEST

START_TEST(file_without_program_headers_is_damaged)
{
	ehdr()->e_phnum = 0;
	assert_damaged("ELF header", offsetof(ElfW(Ehdr), e_phnum));
}
END_TEST

START_TEST(overlong_program_header_table_is_unsupported)
{
	ehdr()->e_phnum = PN_XNUM;
	assert_refused(ABILOCK_E_UNSUPPORTED, "ELF header", offsetof(ElfW(Ehdr), e_phnum));
}
END_TEST

START_TEST(program_headers_of_another_size_are_damage)
{
	ehdr()->e_phentsize++;
	assert_damaged("ELF header", offsetof(ElfW(Ehdr), e_phentsize));
}
END_TEST

START_TEST(program_header_table_past_the_end_is_damage)
{
	ehdr()->e_phoff = original_size - 8;
	assert_damaged("program headers", original_size - 8);
}
END_TEST

START_TEST(program_header_table_at_the_end_of_the_address_space_is_damage)
{
	ehdr()->e_phoff = (ElfW(Off)) - 8;
	assert_damaged("program headers", (ElfW(Off)) - 8);
}
END_TEST

START_TEST(segment_that_wraps_is_damage)
{
	ElfW(Phdr) *load = phdr(PT_LOAD);

	load->p_vaddr = (ElfW(Addr)) - 16;
#if __SIZEOF_POINTER__ == 8
	assert_damaged("program headers", (uint64_t)((uint8_t *)load - image) - ehdr()->e_phoff);
#endif
}
END_TEST

START_TEST(file_cut_anywhere_gives_an_error_or_the_right_answer)
{
	struct abilock_surface *whole;
	size_t good = 0;

	assert_read();
	whole = take_ptr(surface);
	abilock_object_free(take_ptr(object));
	for (size_t size = 0; size < original_size; size += 64) {
		/* A copy of that size, so that a sanitizer sees a byte too many. */
		uint8_t *cut = malloc(size + !size);

		ck_assert_ptr_nonnull(cut);
		memcpy(cut, original, size);
		needs = (struct abilock_needs){0};
		int r = read_all(cut, size);
		if (r == 0)
			assert_same_surface(whole, surface);
		good += r == 0;
		abilock_surface_free(take_ptr(surface));
		abilock_object_free(take_ptr(object));
		free(cut);
	}
	ck_assert_uint_gt(good, 0); /* the section headers are at the end, and not needed */
	ck_assert_uint_lt(good, original_size / 64 / 2);
	abilock_surface_free(whole);
}
END_TEST

START_TEST(overlong_interpreter_is_damage)
{
	ElfW(Phdr) *load = phdr(PT_GNU_STACK);

	*load = (ElfW(Phdr)){.p_type = PT_INTERP, .p_filesz = 5000};
	assert_damaged("PT_INTERP", 0);
}
END_TEST

START_TEST(interpreter_that_does_not_end_is_damage)
{
	*phdr(PT_GNU_STACK) = (ElfW(Phdr)){.p_type = PT_INTERP, .p_filesz = 4};
	assert_damaged("PT_INTERP", 3);
}
END_TEST

/* ---- dynamic section ---- */

START_TEST(dynamic_section_outside_of_all_segments_is_damage)
{
	phdr(PT_DYNAMIC)->p_vaddr = (ElfW(Addr))1 << 30;
	assert_damaged("dynamic section", 0);
}
END_TEST

START_TEST(dynamic_section_without_an_end_is_damage)
{
	ElfW(Phdr) *segment = phdr(PT_DYNAMIC);
	ElfW(Dyn) *entries = dynamic();
	size_t count = segment->p_filesz / sizeof(*entries);

	for (size_t i = 0; i < count; i++)
		if (entries[i].d_tag == DT_NULL)
			entries[i].d_tag = DT_DEBUG;
	assert_damaged("dynamic section", count * sizeof(*entries));
}
END_TEST

START_TEST(missing_string_table_is_damage)
{
	drop(DT_STRTAB);
	assert_damaged("dynamic section", 0);
}
END_TEST

START_TEST(string_table_outside_is_damage)
{
	dyn(DT_STRTAB)->d_un.d_ptr = (ElfW(Addr))1 << 30;
	assert_damaged("string table", 0);
}
END_TEST

START_TEST(huge_string_table_is_damage)
{
	dyn(DT_STRSZ)->d_un.d_val = (ElfW(Xword)) - 1;
	assert_damaged("string table", 0);
}
END_TEST

START_TEST(empty_string_table_is_damage)
{
	dyn(DT_STRSZ)->d_un.d_val = 0;
	assert_damaged("dynamic section", dyn_offset(dyn(DT_STRSZ)));
}
END_TEST

START_TEST(string_table_that_does_not_end_is_damage)
{
	dyn(DT_STRSZ)->d_un.d_val--;
	while (((char *)table(DT_STRTAB))[dyn(DT_STRSZ)->d_un.d_val - 1] == '\0')
		dyn(DT_STRSZ)->d_un.d_val--;
	assert_damaged("string table", dyn(DT_STRSZ)->d_un.d_val - 1);
}
END_TEST

START_TEST(soname_out_of_the_string_table_is_damage)
{
	dyn(DT_SONAME)->d_un.d_val = dyn(DT_STRSZ)->d_un.d_val;
	assert_damaged("dynamic section", dyn_offset(dyn(DT_SONAME)));
}
END_TEST

START_TEST(needed_file_out_of_the_string_table_is_damage)
{
	dyn(DT_NEEDED)->d_un.d_val = (ElfW(Xword)) - 1;
	assert_damaged("dynamic section", dyn_offset(dyn(DT_NEEDED)));
}
END_TEST

START_TEST(symbols_of_another_size_are_damage)
{
	dyn(DT_SYMENT)->d_un.d_val++;
	assert_damaged("dynamic section", dyn_offset(dyn(DT_SYMENT)));
}
END_TEST

START_TEST(symbol_name_out_of_the_string_table_is_damage)
{
	const size_t row = symbol_row("first");

	((ElfW(Sym) *)table(DT_SYMTAB))[row].st_name = 0x7fffffff;
	assert_damaged("symbol table", row * sizeof(ElfW(Sym)));
}
END_TEST

START_TEST(symbol_table_outside_is_damage)
{
	dyn(DT_SYMTAB)->d_un.d_ptr = (ElfW(Addr))1 << 30;
	assert_damaged("symbol table", 0);
}
END_TEST

/* ---- DT_GNU_HASH: buckets, first symbol, bloom words, shift ---- */

enum { GNU_BUCKETS, GNU_FIRST, GNU_BLOOM };

static uint32_t *gnu_hash(void)
{
	return table(DT_GNU_HASH);
}

static uint64_t gnu_buckets_offset(void)
{
	return 16 + gnu_hash()[GNU_BLOOM] * sizeof(ElfW(Addr));
}

START_TEST(gnu_hash_without_buckets_is_damage)
{
	gnu_hash()[GNU_BUCKETS] = 0;
	assert_damaged("DT_GNU_HASH", 0);
}
END_TEST

START_TEST(gnu_hash_with_too_many_buckets_is_damage)
{
	gnu_hash()[GNU_BUCKETS] = 0x7fffffff;
	assert_damaged("DT_GNU_HASH", gnu_buckets_offset());
}
END_TEST

START_TEST(gnu_hash_bloom_that_is_no_power_of_two_is_damage)
{
	gnu_hash()[GNU_BLOOM] = 3;
	assert_damaged("DT_GNU_HASH", 0);
}
END_TEST

START_TEST(gnu_hash_with_a_huge_bloom_is_damage)
{
	gnu_hash()[GNU_BLOOM] = 0x80000000;
	assert_damaged("DT_GNU_HASH", gnu_buckets_offset());
}
END_TEST

START_TEST(gnu_hash_chain_that_never_ends_is_damage)
{
	uint64_t chain = gnu_buckets_offset() + gnu_hash()[GNU_BUCKETS] * 4;
	uint64_t limit = room(DT_GNU_HASH), words = (limit - chain) / 4;
	uint8_t *start = (uint8_t *)gnu_hash() + chain;

	for (uint64_t i = 0; i < words; i++)
		start[4 * i] = start[4 * i + 3] = 0; /* the end bit, in either byte order */
	assert_damaged("DT_GNU_HASH", chain + words * 4);
}
END_TEST

START_TEST(gnu_hash_bucket_before_the_first_symbol_is_damage)
{
	gnu_hash()[GNU_FIRST] = 0x1000;
	assert_damaged("DT_GNU_HASH", gnu_buckets_offset());
}
END_TEST

START_TEST(gnu_hash_bucket_beyond_the_table_is_damage)
{
	uint64_t buckets = gnu_buckets_offset();
	uint64_t chain = buckets + gnu_hash()[GNU_BUCKETS] * 4;
	uint32_t *bucket = (uint32_t *)((uint8_t *)gnu_hash() + buckets);

	*bucket = 0xffffffff;
	assert_damaged("DT_GNU_HASH", chain + (0xffffffffULL - gnu_hash()[GNU_FIRST]) * 4);
}
END_TEST

START_TEST(hash_tables_that_disagree_are_damage)
{
	const uint32_t *hash = table(DT_HASH);
	uint64_t chain = gnu_buckets_offset() + gnu_hash()[GNU_BUCKETS] * 4;
	uint32_t *words = (uint32_t *)((uint8_t *)gnu_hash() + chain);

	/* The last chain ends one symbol early: ld.so would no longer find that symbol. */
	words[hash[1] - gnu_hash()[GNU_FIRST] - 2] |= 1;
	for (uint32_t i = 0; i < gnu_hash()[GNU_BUCKETS]; i++) {
		uint32_t *bucket =
			(uint32_t *)((uint8_t *)gnu_hash() + gnu_buckets_offset() + 4 * i);

		if (*bucket == hash[1] - 1)
			*bucket = 0;
	}
	assert_damaged("DT_GNU_HASH", 0);
}
END_TEST

/* ---- DT_HASH: buckets, chains ---- */

static uint32_t *old_hash(void)
{
	drop(DT_GNU_HASH);
	return table(DT_HASH);
}

START_TEST(old_hash_without_buckets_is_damage)
{
	old_hash()[0] = 0;
	assert_damaged("DT_HASH", 0);
}
END_TEST

START_TEST(old_hash_with_too_many_buckets_is_damage)
{
	old_hash()[0] = 0xffffffff;
	assert_damaged("DT_HASH", 0);
}
END_TEST

START_TEST(old_hash_with_too_many_symbols_is_damage)
{
	old_hash()[1] = 0xfffffff0;
	assert_damaged("DT_HASH", 0);
}
END_TEST

/* ld.so does not look at the count: fewer than there are would be symbols that only it sees. */
START_TEST(old_hash_with_too_few_symbols_is_damage)
{
	uint32_t *hash = old_hash();

	hash[1] = 2;
	uint64_t i = 2;
	while (hash[i] < 2)
		i++;
	assert_damaged("DT_HASH", 4 * i);
}
END_TEST

START_TEST(old_hash_chain_that_loops_is_an_error_of_the_lookup)
{
	uint32_t *hash = old_hash();
	struct abilock_symbol symbol = {.value = 77};

	for (uint32_t i = 0; i < hash[0]; i++)
		hash[2 + i] = 1;
	hash[2 + hash[0] + 1] = 1;
	assert_read();
	ck_assert_int_eq(abilock_object_find(object, "nothing", NULL, &symbol, &err),
			 ABILOCK_E_DAMAGED);
	ck_assert_str_eq(err.table, "DT_HASH");
	ck_assert_uint_eq(symbol.value, 77);
}
END_TEST

/* ---- version definitions; there are four with BASE ---- */

START_TEST(huge_verdef_count_is_damage)
{
	dyn(DT_VERDEFNUM)->d_un.d_val = (ElfW(Xword)) - 1;
	assert_damaged("verdef", 0);
}
END_TEST

START_TEST(verdef_count_of_zero_is_damage)
{
	dyn(DT_VERDEFNUM)->d_un.d_val = 0;
	assert_damaged("verdef", 0);
}
END_TEST

START_TEST(verdef_count_that_hides_the_last_one_is_damage)
{
	uint64_t offset;

	dyn(DT_VERDEFNUM)->d_un.d_val = 3;
	(void)verdef(2, &offset);
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_count_beyond_the_list_is_damage)
{
	uint64_t offset;

	dyn(DT_VERDEFNUM)->d_un.d_val = 5;
	(void)verdef(3, &offset);
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_list_that_ends_early_is_damage)
{
	verdef(0, NULL)->vd_next = 0;
	assert_damaged("verdef", 0);
}
END_TEST

START_TEST(verdef_link_that_would_wrap_is_damage)
{
	verdef(0, NULL)->vd_next = 0xfffffff0;
	assert_damaged("verdef", 0xfffffff0);
}
END_TEST

START_TEST(verdaux_outside_is_damage)
{
	uint64_t offset;

	verdef(1, &offset)->vd_aux = 0xfffffff0;
	assert_damaged("verdef", offset + 0xfffffff0);
}
END_TEST

START_TEST(verdaux_list_that_ends_early_is_damage)
{
	uint64_t offset;

	verdaux(3, &offset)->vda_next = 0;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdaux_list_that_goes_on_is_damage)
{
	uint64_t offset;

	verdaux(1, &offset)->vda_next = 0xfffffff8; /* 8 bytes back, for who computes in 32 bits */
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_name_out_of_the_string_table_is_damage)
{
	uint64_t offset;

	verdaux(1, &offset)->vda_name = 0xfffffff0;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_hash_of_another_name_is_damage)
{
	uint64_t offset;

	verdef(1, &offset)->vd_hash ^= 1;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_of_another_structure_version_is_damage)
{
	uint64_t offset;

	verdef(2, &offset)->vd_version = 2;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_without_a_name_is_damage)
{
	uint64_t offset;

	verdef(2, &offset)->vd_cnt = 0;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_with_more_names_than_fit_is_damage)
{
	uint64_t offset;

	verdef(2, &offset)->vd_cnt = 0xffff;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_index_zero_is_damage)
{
	uint64_t offset;

	verdef(2, &offset)->vd_ndx = 0;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(two_verdefs_with_one_index_are_damage)
{
	uint64_t offset;

	verdef(3, &offset)->vd_ndx = verdef(2, NULL)->vd_ndx;
	assert_damaged("verdef", offset);
}
END_TEST

START_TEST(verdef_whose_parent_is_not_defined_is_damage)
{
	ElfW(Verdaux) *aux = verdaux(2, NULL);

	aux = (ElfW(Verdaux) *)((uint8_t *)aux + aux->vda_next);
	aux->vda_name++; /* "IX_1" */
	assert_damaged("verdef", 0);
}
END_TEST

START_TEST(verdef_table_outside_is_damage)
{
	dyn(DT_VERDEF)->d_un.d_ptr = (ElfW(Addr))1 << 30;
	assert_damaged("verdef", 0);
}
END_TEST

/* ---- needed versions: one file with two nodes ---- */

START_TEST(huge_verneed_count_is_damage)
{
	dyn(DT_VERNEEDNUM)->d_un.d_val = (ElfW(Xword)) - 1;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_count_of_zero_is_damage)
{
	dyn(DT_VERNEEDNUM)->d_un.d_val = 0;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_count_beyond_the_list_is_damage)
{
	dyn(DT_VERNEEDNUM)->d_un.d_val = 2;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_list_that_goes_on_is_damage)
{
	verneed()->vn_next = 0xfffffff0;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_of_another_structure_version_is_damage)
{
	verneed()->vn_version = 2;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_file_out_of_the_string_table_is_damage)
{
	verneed()->vn_file = 0xfffffff0;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_without_nodes_is_damage)
{
	verneed()->vn_cnt = 0;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(verneed_with_more_nodes_than_fit_is_damage)
{
	verneed()->vn_cnt = 0xffff;
	vernaux()->vna_next = 0;
	assert_damaged("verneed", 0);
}
END_TEST

START_TEST(vernaux_outside_is_damage)
{
	verneed()->vn_aux = 0xfffffff0;
	assert_damaged("verneed", 0xfffffff0);
}
END_TEST

START_TEST(vernaux_list_that_ends_early_is_damage)
{
	vernaux()->vna_next = 0;
	assert_damaged("verneed", verneed()->vn_aux);
}
END_TEST

START_TEST(vernaux_link_that_would_wrap_is_damage)
{
	vernaux()->vna_next = 0xfffffff0;
	assert_damaged("verneed", verneed()->vn_aux + 0xfffffff0ULL);
}
END_TEST

START_TEST(vernaux_name_out_of_the_string_table_is_damage)
{
	vernaux()->vna_name = 0xfffffff0;
	assert_damaged("verneed", verneed()->vn_aux);
}
END_TEST

START_TEST(vernaux_hash_of_another_name_is_damage)
{
	vernaux()->vna_hash ^= 1;
	assert_damaged("verneed", verneed()->vn_aux);
}
END_TEST

START_TEST(needed_node_with_the_index_of_a_definition_is_damage)
{
	vernaux()->vna_other = 2;
	assert_damaged("verneed", verneed()->vn_aux);
}
END_TEST

START_TEST(undefined_symbol_with_an_unknown_version_is_damage)
{
	const size_t row = symbol_row("dep_one");

	((ElfW(Half) *)table(DT_VERSYM))[row] = 99;
	assert_damaged("versym", row * 2);
	ck_assert_ptr_nonnull(surface); /* its exports are sound */
}
END_TEST

START_TEST(export_with_an_unknown_version_is_damage)
{
	const size_t row = symbol_row("first");

	((ElfW(Half) *)table(DT_VERSYM))[row] = 99;
	assert_damaged("versym", row * 2);
}
END_TEST

START_TEST(versym_outside_is_damage)
{
	dyn(DT_VERSYM)->d_un.d_ptr = (ElfW(Addr))1 << 30;
	assert_damaged("versym", 0);
}
END_TEST

/* ---- notes ---- */

/* The PT_NOTE that holds ours, and the note's offset in it. */
static ElfW(Phdr) * own_segment(uint64_t *ret_offset)
{
	ElfW(Phdr) *phdrs = (ElfW(Phdr) *)(image + ehdr()->e_phoff);
	const uint64_t place = (uint64_t)(own_note() - image);

	for (size_t i = 0; i < ehdr()->e_phnum; i++) {
		if (phdrs[i].p_type == PT_NOTE && place >= phdrs[i].p_offset &&
		    place - phdrs[i].p_offset < phdrs[i].p_filesz) {
			*ret_offset = place - phdrs[i].p_offset;
			return &phdrs[i];
		}
	}
	ck_abort_msg("no segment has the note");
	return NULL;
}

static uint64_t own_offset(void)
{
	uint64_t offset;

	(void)own_segment(&offset);
	return offset;
}

static void put_note_word(size_t word, uint32_t value)
{
	memcpy(own_note() + 4 * word, &value, sizeof(value));
}

static char *note_string(const char *text)
{
	return memmem(own_note(), 64, text, strlen(text));
}

START_TEST(note_name_that_overflows_is_damage)
{
	put_note_word(0, 0xfffffff0);
	assert_damaged("notes", own_offset());
}
END_TEST

START_TEST(note_descriptor_that_overflows_is_damage)
{
	put_note_word(1, 0xfffffff0);
	assert_damaged("notes", own_offset());
}
END_TEST

START_TEST(two_notes_of_ours_are_damage)
{
	uint64_t offset;

	*phdr(PT_GNU_STACK) = *own_segment(&offset);
	assert_damaged("note abilock", offset);
}
END_TEST

START_TEST(note_of_another_format_is_unsupported)
{
	uint64_t offset = own_offset();

	note_string("format=1")[7] = '2';
	assert_refused(ABILOCK_E_UNSUPPORTED, "note abilock", offset);
}
END_TEST

START_TEST(note_without_a_format_is_unsupported)
{
	uint64_t offset = own_offset();

	memcpy(note_string("format=1"), "fermat=1", 8);
	assert_refused(ABILOCK_E_UNSUPPORTED, "note abilock", offset);
}
END_TEST

START_TEST(note_without_a_tag_is_damage)
{
	memcpy(note_string("tag="), "gat=", 4);
	assert_damaged("note abilock", own_offset());
}
END_TEST

START_TEST(note_string_without_an_equals_sign_is_damage)
{
	memcpy(note_string("kind="), "kind:", 5);
	assert_damaged("note abilock", own_offset());
}
END_TEST

START_TEST(note_that_does_not_end_is_damage)
{
	put_note_word(1, 10); /* in the middle of the second string */
	assert_damaged("note abilock", own_offset());
}
END_TEST

START_TEST(empty_note_is_damage)
{
	put_note_word(1, 0);
	assert_damaged("note abilock", own_offset());
}
END_TEST

START_TEST(note_of_another_owner_is_ignored)
{
	own_note()[12] = 'A';
	assert_read();
	ck_assert_ptr_null(object->note);
}
END_TEST

START_TEST(note_segments_that_claim_the_same_bytes_again_are_damage)
{
	enum { COUNT = 60, SIZE = 1 << 15 };
	const size_t headers = COUNT * sizeof(ElfW(Phdr));
	uint8_t *big = calloc(1, sizeof(ElfW(Ehdr)) + headers + SIZE);

	ck_assert_ptr_nonnull(big);
	memcpy(big, image, sizeof(ElfW(Ehdr)));
	((ElfW(Ehdr) *)big)->e_phoff = sizeof(ElfW(Ehdr));
	((ElfW(Ehdr) *)big)->e_phnum = COUNT;
	ElfW(Phdr) *phdrs = (ElfW(Phdr) *)(big + sizeof(ElfW(Ehdr)));
	const ElfW(Off) start = sizeof(ElfW(Ehdr)) + headers;
	phdrs[0] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_filesz = start + SIZE};
	for (size_t i = 1; i < COUNT; i++)
		phdrs[i] = (ElfW(Phdr)){
			.p_type = PT_NOTE, .p_vaddr = start, .p_offset = start, .p_filesz = SIZE};
	ck_assert_int_eq(read_all(big, start + SIZE), ABILOCK_E_DAMAGED);
	ck_assert_str_eq(err.table, "notes");
	free(big);
}
END_TEST

/* ---- other machines, by way of our stub writer ---- */

static struct abilock_surface *make_declared(void)
{
	struct abilock_surface *declared = calloc(1, sizeof(*declared));

	ck_assert_ptr_nonnull(declared);
	declared->nodes = abilock_arena_array(&declared->arena, 2, sizeof(*declared->nodes));
	declared->exports = abilock_arena_array(&declared->arena, 200, sizeof(*declared->exports));
	size_t *parents = abilock_arena_array(&declared->arena, 1, sizeof(*parents));
	ck_assert(declared->nodes && declared->exports && parents);
	declared->nodes[0] = (struct abilock_node){.name = "FAR_1"};
	declared->nodes[1] = (struct abilock_node){
		.name = "FAR_PRIVATE_1", .is_private = true, .parents = parents, .parent_count = 1};
	declared->node_count = 2;
	for (size_t i = 0; i < 200; i++)
		declared->exports[i] = (struct abilock_export){
			.name = abilock_arena_printf(&declared->arena, "far_%zu", i),
			.node = i % 2,
			.is_default = true,
			.type = i % 3 == 0 ? STT_OBJECT : STT_FUNC,
			.bind = STB_GLOBAL};
	declared->export_count = 200;
	return declared;
}

static void check_stub(const struct abilock_machine *machine,
		       const struct abilock_surface *declared)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&bytes, &size);

	ck_assert_ptr_nonnull(file);
	struct stub_source source = {.surface = declared, .soname = "libfar.so.2"};
	stub_source_set_machine(&source, machine);
	ck_assert_int_eq(stub_write(file, &source, &err), 0);
	ck_assert_int_eq(fclose(file), 0);
	needs = (struct abilock_needs){0};
	int r = read_all(bytes, size);
	ck_assert_msg(r == 0, "%s: %s: %s", machine->name, err.table, err.message);
	ck_assert_int_eq(object->elf_class, machine->elf_class);
	ck_assert_int_eq(object->data, machine->data);
	ck_assert_int_eq(object->machine, machine->machine);
	ck_assert_str_eq(surface->soname, "libfar.so.2");
	ck_assert_uint_eq(surface->node_count, 2);
	ck_assert_uint_eq(surface->nodes[1].parents[0], 0);
	ck_assert_uint_eq(surface->export_count, declared->export_count);
	for (size_t i = 0; i < declared->export_count; i++) {
		const struct abilock_export *e = &declared->exports[i];
		const char *node = declared->nodes[e->node].name;
		struct abilock_symbol symbol;

		ck_assert_ptr_nonnull(find_export(surface, e->name, node));
		ck_assert_int_eq(abilock_object_find(object, e->name, node, &symbol, &err), 1);
		ck_assert_int_eq(symbol.type, e->type);
	}
	abilock_surface_free(take_ptr(surface));
	abilock_object_free(take_ptr(object));
	free(bytes);
}

START_TEST(both_classes_and_byte_orders_are_read)
{
	struct abilock_surface *declared = make_declared();
	bool seen[3][3] = {{false}};

	for (const struct abilock_machine *m = abilock_machines(); m->name; m++) {
		check_stub(m, declared);
		seen[m->elf_class][m->data] = true;
	}
	ck_assert(seen[ELFCLASS32][ELFDATA2LSB] && seen[ELFCLASS32][ELFDATA2MSB]);
	ck_assert(seen[ELFCLASS64][ELFDATA2LSB] && seen[ELFCLASS64][ELFDATA2MSB]);
	abilock_surface_free(declared);
}
END_TEST

/* ---- the mapped image ---- */

struct mapped {
	const char *name; /* "": the program */
	char path[256];	  /* its file */
	struct abilock_surface *surface;
};

static int read_mapped(struct dl_phdr_info *info, size_t size, void *data)
{
	struct mapped *mapped = data;
	struct abilock_object *mapped_object = NULL;
	struct abilock_arena arena = {0};

	(void)size;
	if (mapped->name[0] ? !strstr(info->dlpi_name, mapped->name) : info->dlpi_name[0] != '\0')
		return 0;
	int r = abilock_object_open_image(info->dlpi_name, info->dlpi_addr, info->dlpi_phdr,
					  info->dlpi_phnum, &arena, &mapped_object, &err);
	ck_assert_msg(r == 0, "%s: %s: %s", info->dlpi_name, err.table, err.message);
	ck_assert_int_eq(abilock_object_surface(mapped_object, &mapped->surface, &err), 0);
	abilock_object_free(mapped_object);
	abilock_arena_clear(&arena);
	(void)snprintf(mapped->path, sizeof(mapped->path), "%s",
		       mapped->name[0] ? info->dlpi_name : "/proc/self/exe");
	return 1;
}

static void check_image(const char *name)
{
	struct mapped mapped = {.name = name};

	ck_assert_int_eq(dl_iterate_phdr(read_mapped, &mapped), 1);
	ck_assert_int_eq(abilock_object_open(mapped.path, &object, &err), 0);
	ck_assert_int_eq(abilock_object_surface(object, &surface, &err), 0);
	assert_same_surface(mapped.surface, surface);
	abilock_surface_free(mapped.surface);
}

START_TEST(mapped_libc_has_the_surface_of_its_file)
{
	check_image("/libc.so.6");
	ck_assert_uint_gt(surface->export_count, 1000);
}
END_TEST

START_TEST(mapped_program_has_the_surface_of_its_file)
{
	check_image("");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("object");
	TCase *tc = tcase_create("all");

	make_library();
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, surface_has_nodes_parents_and_exports);
	tcase_add_test(tc, needs_have_files_nodes_and_weak_references);
	tcase_add_test(tc, note_and_build_id_are_read);
	tcase_add_test(tc, lookups_follow_the_gnu_hash);
	tcase_add_test(tc, lookups_follow_the_old_hash);
	tcase_add_test(tc, lookups_work_without_a_hash);
	tcase_add_test(tc, surface_is_the_same_without_section_headers);
	tcase_add_test(tc, section_headers_that_lie_change_nothing);
	tcase_add_test(tc, program_without_dynamic_section_has_an_empty_surface);
	tcase_add_test(tc, library_without_dynamic_section_is_damage);
	tcase_add_test(tc, text_is_not_elf);
	tcase_add_test(tc, empty_file_is_not_elf);
	tcase_add_test(tc, file_shorter_than_its_magic_is_not_elf);
	tcase_add_test(tc, file_shorter_than_its_header_is_damaged);
	tcase_add_test(tc, directory_is_not_elf);
	tcase_add_test(tc, missing_file_is_an_io_error);
	tcase_add_test(tc, unknown_class_is_damage);
	tcase_add_test(tc, unknown_byte_order_is_damage);
	tcase_add_test(tc, unknown_elf_version_is_damage);
	tcase_add_test(tc, unknown_type_is_damage);
	tcase_add_test(tc, relocatable_file_is_unsupported);
	tcase_add_test(tc, core_file_is_unsupported);
	tcase_add_test(tc, file_without_program_headers_is_damaged);
	tcase_add_test(tc, overlong_program_header_table_is_unsupported);
	tcase_add_test(tc, program_headers_of_another_size_are_damage);
	tcase_add_test(tc, program_header_table_past_the_end_is_damage);
	tcase_add_test(tc, program_header_table_at_the_end_of_the_address_space_is_damage);
	tcase_add_test(tc, segment_that_wraps_is_damage);
	tcase_add_test(tc, file_cut_anywhere_gives_an_error_or_the_right_answer);
	tcase_add_test(tc, overlong_interpreter_is_damage);
	tcase_add_test(tc, interpreter_that_does_not_end_is_damage);
	tcase_add_test(tc, dynamic_section_outside_of_all_segments_is_damage);
	tcase_add_test(tc, dynamic_section_without_an_end_is_damage);
	tcase_add_test(tc, missing_string_table_is_damage);
	tcase_add_test(tc, string_table_outside_is_damage);
	tcase_add_test(tc, huge_string_table_is_damage);
	tcase_add_test(tc, empty_string_table_is_damage);
	tcase_add_test(tc, string_table_that_does_not_end_is_damage);
	tcase_add_test(tc, soname_out_of_the_string_table_is_damage);
	tcase_add_test(tc, needed_file_out_of_the_string_table_is_damage);
	tcase_add_test(tc, symbols_of_another_size_are_damage);
	tcase_add_test(tc, symbol_name_out_of_the_string_table_is_damage);
	tcase_add_test(tc, symbol_table_outside_is_damage);
	tcase_add_test(tc, gnu_hash_without_buckets_is_damage);
	tcase_add_test(tc, gnu_hash_with_too_many_buckets_is_damage);
	tcase_add_test(tc, gnu_hash_bloom_that_is_no_power_of_two_is_damage);
	tcase_add_test(tc, gnu_hash_with_a_huge_bloom_is_damage);
	tcase_add_test(tc, gnu_hash_chain_that_never_ends_is_damage);
	tcase_add_test(tc, gnu_hash_bucket_before_the_first_symbol_is_damage);
	tcase_add_test(tc, gnu_hash_bucket_beyond_the_table_is_damage);
	tcase_add_test(tc, hash_tables_that_disagree_are_damage);
	tcase_add_test(tc, old_hash_without_buckets_is_damage);
	tcase_add_test(tc, old_hash_with_too_many_buckets_is_damage);
	tcase_add_test(tc, old_hash_with_too_many_symbols_is_damage);
	tcase_add_test(tc, old_hash_with_too_few_symbols_is_damage);
	tcase_add_test(tc, old_hash_chain_that_loops_is_an_error_of_the_lookup);
	tcase_add_test(tc, huge_verdef_count_is_damage);
	tcase_add_test(tc, verdef_count_of_zero_is_damage);
	tcase_add_test(tc, verdef_count_that_hides_the_last_one_is_damage);
	tcase_add_test(tc, verdef_count_beyond_the_list_is_damage);
	tcase_add_test(tc, verdef_list_that_ends_early_is_damage);
	tcase_add_test(tc, verdef_link_that_would_wrap_is_damage);
	tcase_add_test(tc, verdaux_outside_is_damage);
	tcase_add_test(tc, verdaux_list_that_ends_early_is_damage);
	tcase_add_test(tc, verdaux_list_that_goes_on_is_damage);
	tcase_add_test(tc, verdef_name_out_of_the_string_table_is_damage);
	tcase_add_test(tc, verdef_hash_of_another_name_is_damage);
	tcase_add_test(tc, verdef_of_another_structure_version_is_damage);
	tcase_add_test(tc, verdef_without_a_name_is_damage);
	tcase_add_test(tc, verdef_with_more_names_than_fit_is_damage);
	tcase_add_test(tc, verdef_index_zero_is_damage);
	tcase_add_test(tc, two_verdefs_with_one_index_are_damage);
	tcase_add_test(tc, verdef_whose_parent_is_not_defined_is_damage);
	tcase_add_test(tc, verdef_table_outside_is_damage);
	tcase_add_test(tc, huge_verneed_count_is_damage);
	tcase_add_test(tc, verneed_count_of_zero_is_damage);
	tcase_add_test(tc, verneed_count_beyond_the_list_is_damage);
	tcase_add_test(tc, verneed_list_that_goes_on_is_damage);
	tcase_add_test(tc, verneed_of_another_structure_version_is_damage);
	tcase_add_test(tc, verneed_file_out_of_the_string_table_is_damage);
	tcase_add_test(tc, verneed_without_nodes_is_damage);
	tcase_add_test(tc, verneed_with_more_nodes_than_fit_is_damage);
	tcase_add_test(tc, vernaux_outside_is_damage);
	tcase_add_test(tc, vernaux_list_that_ends_early_is_damage);
	tcase_add_test(tc, vernaux_link_that_would_wrap_is_damage);
	tcase_add_test(tc, vernaux_name_out_of_the_string_table_is_damage);
	tcase_add_test(tc, vernaux_hash_of_another_name_is_damage);
	tcase_add_test(tc, needed_node_with_the_index_of_a_definition_is_damage);
	tcase_add_test(tc, undefined_symbol_with_an_unknown_version_is_damage);
	tcase_add_test(tc, export_with_an_unknown_version_is_damage);
	tcase_add_test(tc, versym_outside_is_damage);
	tcase_add_test(tc, note_name_that_overflows_is_damage);
	tcase_add_test(tc, note_descriptor_that_overflows_is_damage);
	tcase_add_test(tc, two_notes_of_ours_are_damage);
	tcase_add_test(tc, note_of_another_format_is_unsupported);
	tcase_add_test(tc, note_without_a_format_is_unsupported);
	tcase_add_test(tc, note_without_a_tag_is_damage);
	tcase_add_test(tc, note_string_without_an_equals_sign_is_damage);
	tcase_add_test(tc, note_that_does_not_end_is_damage);
	tcase_add_test(tc, empty_note_is_damage);
	tcase_add_test(tc, note_of_another_owner_is_ignored);
	tcase_add_test(tc, note_segments_that_claim_the_same_bytes_again_are_damage);
	tcase_add_test(tc, both_classes_and_byte_orders_are_read);
	tcase_add_test(tc, mapped_libc_has_the_surface_of_its_file);
	tcase_add_test(tc, mapped_program_has_the_surface_of_its_file);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	free(original);
	run("rm -f dep.c dep.map fix.c fix.map libdep.so libfix.so");
	(void)rmdir(dir);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
