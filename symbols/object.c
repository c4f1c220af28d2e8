/* SPDX-License-Identifier: MIT */
#include "object_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>

#define NATIVE_DATA (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB : ELFDATA2LSB)

/* One program header in the widths of ELF64. */
struct program_header {
	uint32_t type;
	uint32_t flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

/* The object lives in its arena, which it takes over from @p arena. NULL: that one is as it was. */
static struct abilock_object *object_new(const char *path, struct abilock_arena *arena,
					 struct abilock_error *err)
{
	struct {
		struct abilock_object object;
		struct abilock_object_source source;
		struct abilock_object_tables tables;
	} *all = abilock_arena_alloc(arena, sizeof(*all));
	char *copy = abilock_arena_strdup(arena, path);

	if (!all || !copy) {
		(void)abilock_error_nomem(err);
		return NULL;
	}
	all->object.arena = *arena;
	*arena = (struct abilock_arena){0};
	all->object.path = copy;
	all->object.source = &all->source;
	all->object.tables = &all->tables;
	all->source.fd = -1;
	return &all->object;
}

/* One with an arena of its own, where @p arena is NULL. */
static struct abilock_object *file_new(const char *path, struct abilock_arena *arena,
				       struct abilock_error *err)
{
	struct abilock_arena own = {0};
	struct abilock_object *object = object_new(path, arena ? arena : &own, err);

	abilock_arena_clear(&own);
	return object;
}

/* Close it. @return Its memory, where it lies as well. */
static struct abilock_arena close_object(struct abilock_object *object)
{
	if (object->source->fd >= 0)
		(void)close(object->source->fd);
	return object->arena;
}

void abilock_object_free(struct abilock_object *object)
{
	if (!object)
		return;
	struct abilock_arena arena = close_object(object);
	abilock_arena_clear(&arena);
}

void abilock_object_free_into(struct abilock_object *object, struct abilock_arena *arena)
{
	if (!object)
		return;
	abilock_arena_clear(arena);
	*arena = close_object(object);
	abilock_arena_reset(arena);
}

/* Nearly always holds the program headers, the interpreter's name and the notes as well. */
enum { HEAD_SIZE = 4096 };

static int read_ident(struct abilock_object *object, struct abilock_error *err)
{
	const uint8_t *ident;

	if (object->source->size < EI_NIDENT)
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, object->path, NULL, 0,
					 "not an ELF file: only %" PRIu64 " bytes long",
					 object->source->size);
	int r = abilock_source_get_file(object, "ELF header", 0, EI_NIDENT, &ident, err);
	if (r < 0)
		return r;
	if (memcmp(ident, ELFMAG, SELFMAG) != 0)
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, object->path, NULL, 0,
					 "not an ELF file: it begins with %02x %02x %02x %02x",
					 ident[0], ident[1], ident[2], ident[3]);
	object->elf_class = ident[EI_CLASS];
	object->data = ident[EI_DATA];
	object->osabi = ident[EI_OSABI];
	if (object->elf_class != ELFCLASS32 && object->elf_class != ELFCLASS64)
		return abilock_damaged(object, "ELF header", EI_CLASS, err,
				       "class %u is neither 32 nor 64 bit", object->elf_class);
	if (object->data != ELFDATA2LSB && object->data != ELFDATA2MSB)
		return abilock_damaged(object, "ELF header", EI_DATA, err,
				       "byte order %u is neither little nor big endian",
				       object->data);
	if (ident[EI_VERSION] != EV_CURRENT)
		return abilock_damaged(object, "ELF header", EI_VERSION, err,
				       "ELF version %u, expected 1", ident[EI_VERSION]);
	object->source->is64 = object->elf_class == ELFCLASS64;
	object->source->swap = object->data != NATIVE_DATA;
	return 0;
}

static void decode_phdr(const struct abilock_object *object, const uint8_t *p,
			struct program_header *phdr)
{
	phdr->type = abilock_get32(object, p);
	if (object->source->is64) {
		phdr->flags = abilock_get32(object, p + 4);
		phdr->offset = abilock_get64(object, p + 8);
		phdr->vaddr = abilock_get64(object, p + 16);
		phdr->filesz = abilock_get64(object, p + 32);
		phdr->memsz = abilock_get64(object, p + 40);
		phdr->align = abilock_get64(object, p + 48);
	} else {
		phdr->offset = abilock_get32(object, p + 4);
		phdr->vaddr = abilock_get32(object, p + 8);
		phdr->filesz = abilock_get32(object, p + 16);
		phdr->memsz = abilock_get32(object, p + 20);
		phdr->flags = abilock_get32(object, p + 24);
		phdr->align = abilock_get32(object, p + 28);
	}
}

/* Read the ELF header behind e_ident, and return the program headers, decoded. */
static int read_headers(struct abilock_object *object, struct program_header **ret_phdrs,
			size_t *ret_count, struct abilock_error *err)
{
	const bool is64 = object->source->is64;
	const uint64_t ehdr_size = is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	const uint64_t entry_size = is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	const uint8_t *p, *table;

	int r = abilock_source_get_file(object, "ELF header", 0, ehdr_size, &p, err);
	if (r < 0)
		return r;
	object->type = abilock_get16(object, p + 16);
	object->machine = abilock_get16(object, p + 18);
	object->flags = abilock_get32(object, p + (is64 ? 48 : 36));
	uint64_t phoff = abilock_get_word(object, p + (is64 ? 32 : 28));
	uint16_t phentsize = abilock_get16(object, p + (is64 ? 54 : 42));
	uint16_t phnum = abilock_get16(object, p + (is64 ? 56 : 44));
	object->source->shoff = abilock_get_word(object, p + (is64 ? 40 : 32));
	object->source->shentsize = abilock_get16(object, p + (is64 ? 58 : 46));
	object->source->shnum = abilock_get16(object, p + (is64 ? 60 : 48));
	object->source->shstrndx = abilock_get16(object, p + (is64 ? 62 : 50));

	if (object->type == ET_REL)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, object->path, NULL, 0,
					 "a relocatable object file (.o): link it into a shared "
					 "object first");
	if (object->type == ET_CORE)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, object->path, NULL, 0,
					 "a core dump, not a program or shared object");
	if (object->type != ET_DYN && object->type != ET_EXEC)
		return abilock_damaged(object, "ELF header", 16, err,
				       "type %u is neither a program nor a shared object",
				       object->type);
	if (phnum == 0)
		return abilock_damaged(object, "ELF header", is64 ? 56 : 44, err,
				       "no program headers: nothing could load this file");
	if (phnum == PN_XNUM)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, object->path, "ELF header",
					 is64 ? 56 : 44, "65535 or more program headers");
	if (phentsize != entry_size)
		return abilock_damaged(object, "ELF header", is64 ? 54 : 42, err,
				       "program headers of %u bytes, expected %" PRIu64, phentsize,
				       entry_size);
	r = abilock_source_get_file(object, "program headers", phoff, phnum * entry_size, &table,
				    err);
	if (r < 0)
		return r;
	struct program_header *phdrs = abilock_arena_array(&object->arena, phnum, sizeof(*phdrs));
	if (!phdrs)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < phnum; i++)
		decode_phdr(object, table + i * entry_size, &phdrs[i]);
	*ret_phdrs = phdrs;
	*ret_count = phnum;
	return 0;
}

/*
 * Whether a segment goes on where the last one ends. patchelf puts its own in front of a program's
 * first one, and tables in both.
 */
static bool continues(const struct abilock_object_source *source, const struct program_header *phdr)
{
	if (source->segment_count == 0)
		return false;
	const struct abilock_segment *last = &source->segments[source->segment_count - 1];
	return last->vaddr + last->filesz == phdr->vaddr &&
	       last->offset + last->filesz == phdr->offset;
}

static int add_segments(struct abilock_object *object, const struct program_header *phdrs,
			size_t count, struct abilock_error *err)
{
	struct abilock_object_source *source = object->source;

	source->segments =
		abilock_arena_array(&object->arena, count ? count : 1, sizeof(*source->segments));
	if (!source->segments)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const struct program_header *phdr = &phdrs[i];
		uint64_t size = object->is_image ? phdr->memsz : phdr->filesz, end;

		if (phdr->type != PT_LOAD || size == 0)
			continue;
		/* An unreadable segment of a mapped object must not be touched. */
		if (object->is_image && !(phdr->flags & PF_R))
			continue;
		if (__builtin_add_overflow(phdr->vaddr, size, &end) ||
		    __builtin_add_overflow(phdr->offset, size, &end))
			return abilock_damaged(
				object, "program headers",
				i * (source->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)), err,
				"segment %zu wraps around the address space", i);
		if (!continues(source, phdr))
			source->segments[source->segment_count++] = (struct abilock_segment){
				.vaddr = phdr->vaddr, .offset = phdr->offset};
		source->segments[source->segment_count - 1].filesz += size;
	}
	return 0;
}

static int read_interp(struct abilock_object *object, const struct program_header *phdr,
		       struct abilock_error *err)
{
	const uint8_t *bytes;
	int r;

	/* The kernel takes the first one, and none that is longer than this. */
	if (phdr->filesz == 0 || object->interp)
		return 0;
	if (phdr->filesz > PATH_MAX)
		return abilock_damaged(object, "PT_INTERP", 0, err,
				       "an interpreter's name of %" PRIu64 " bytes", phdr->filesz);
	if (object->is_image)
		r = abilock_source_get(object, "PT_INTERP", phdr->vaddr, phdr->filesz, &bytes, err);
	else
		r = abilock_source_get_file(object, "PT_INTERP", phdr->offset, phdr->filesz, &bytes,
					    err);
	if (r < 0)
		return r;
	if (bytes[phdr->filesz - 1] != '\0')
		return abilock_damaged(object, "PT_INTERP", phdr->filesz - 1, err,
				       "the interpreter's name does not end");
	object->interp = (const char *)bytes;
	return 0;
}

static int read_segments(struct abilock_object *object, const struct program_header *phdrs,
			 size_t count, struct abilock_error *err)
{
	const struct program_header *dynamic = NULL;
	int r = add_segments(object, phdrs, count, err);

	for (size_t i = 0; r >= 0 && i < count; i++) {
		const struct program_header *phdr = &phdrs[i];

		if (phdr->type == PT_DYNAMIC)
			dynamic = phdr; /* the last one wins in ld.so, and so here */
		else if (phdr->type == PT_INTERP)
			r = read_interp(object, phdr, err);
		else if (phdr->type == PT_NOTE && phdr->filesz &&
			 abilock_source_room(object, phdr->vaddr))
			/* A note that is not loaded (in a core file, in a debug file) is no claim
			 * about what will run. */
			r = abilock_object_read_notes(object, phdr->vaddr, phdr->filesz,
						      phdr->align, err);
	}
	if (r < 0)
		return r;
	if (object->tables->by_sections)
		return abilock_object_read_sections(object, err);
	if (!dynamic && object->type == ET_DYN)
		/* ld.so refuses it, too; an empty answer would hide all that it has. */
		return abilock_damaged(object, "program headers", 0, err,
				       "no PT_DYNAMIC: nothing could load this shared object");
	if (!dynamic)
		return 0;
	object->has_dynamic = true;
	uint64_t size = object->is_image ? dynamic->memsz : dynamic->filesz;
	r = abilock_object_read_dynamic(object, dynamic->vaddr, size, err);
	return r < 0 ? r : abilock_object_read_versions(object, err);
}

/* Read everything but the symbols; the object is the caller's on success and gone on failure. */
static int read_object(struct abilock_object *object, struct abilock_object **ret_object,
		       struct abilock_error *err)
{
	struct program_header *phdrs = NULL;
	size_t count = 0;

	abilock_source_window(object, 0, HEAD_SIZE);
	int r = read_ident(object, err);
	if (r >= 0)
		r = read_headers(object, &phdrs, &count, err);
	if (r >= 0)
		r = read_segments(object, phdrs, count, err);
	if (r < 0) {
		abilock_object_free(object);
		return r;
	}
	*ret_object = object;
	return 0;
}

static int open_fd(int fd, const struct stat *st, const char *path, bool by_sections,
		   struct abilock_arena *arena, struct abilock_object **ret_object,
		   struct abilock_error *err)
{
	_cleanup_(closep) int owned = fd;

	if (!S_ISREG(st->st_mode))
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 S_ISDIR(st->st_mode) ? "a directory, not an ELF file"
							      : "not a regular file");
	struct abilock_object *object = file_new(path, arena, err);
	if (!object)
		return ABILOCK_E_NOMEM;
	object->source->fd = owned;
	owned = -1;
	object->source->size = (uint64_t)st->st_size;
	object->mode = st->st_mode;
	object->device = st->st_dev;
	object->inode = st->st_ino;
	object->tables->by_sections = by_sections;
	return read_object(object, ret_object, err);
}

static int open_path(const char *path, bool by_sections, struct abilock_arena *arena,
		     struct abilock_object **ret_object, struct abilock_error *err)
{
	/* O_NONBLOCK: a FIFO in a module directory must not hang the host. */
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, flags | O_NOFOLLOW);
	const bool is_link = fd < 0 && errno == ELOOP;
	struct stat st;

	if (is_link)
		fd = open(path, flags);
	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot %s: %s",
					  fd < 0 ? "open" : "stat", strerror(errno));

		closep(&fd);
		return r;
	}
	int r = open_fd(fd, &st, path, by_sections, arena, ret_object, err);
	if (r >= 0)
		(*ret_object)->is_no_link = !is_link;
	return r;
}

int abilock_object_open(const char *path, struct abilock_object **ret_object,
			struct abilock_error *err)
{
	return open_path(path, false, NULL, ret_object, err);
}

int abilock_object_open_in(const char *path, struct abilock_arena *arena,
			   struct abilock_object **ret_object, struct abilock_error *err)
{
	return open_path(path, false, arena, ret_object, err);
}

int abilock_object_open_sections(const char *path, struct abilock_object **ret_object,
				 struct abilock_error *err)
{
	return open_path(path, true, NULL, ret_object, err);
}

int abilock_object_open_fd(int fd, const struct stat *st, const char *path,
			   struct abilock_arena *arena, struct abilock_object **ret_object,
			   struct abilock_error *err)
{
	return open_fd(fd, st, path, false, arena, ret_object, err);
}

static int open_bytes(const void *bytes, size_t size, const char *path, bool by_sections,
		      struct abilock_object **ret_object, struct abilock_error *err)
{
	struct abilock_object *object = file_new(path, NULL, err);

	if (!object)
		return ABILOCK_E_NOMEM;
	object->source->bytes = bytes;
	object->source->size = size;
	object->tables->by_sections = by_sections;
	return read_object(object, ret_object, err);
}

int abilock_object_open_bytes(const void *bytes, size_t size, const char *path,
			      struct abilock_object **ret_object, struct abilock_error *err)
{
	return open_bytes(bytes, size, path, false, ret_object, err);
}

int abilock_object_open_sections_bytes(const void *bytes, size_t size, const char *path,
				       struct abilock_object **ret_object,
				       struct abilock_error *err)
{
	return open_bytes(bytes, size, path, true, ret_object, err);
}

bool abilock_object_needs_file(const struct abilock_object *object, const char *name)
{
	for (size_t i = 0; i < object->needed_count; i++)
		if (str_eq(object->needed[i], name))
			return true;
	return false;
}

bool abilock_object_is_host(const struct abilock_object *object)
{
	return object->is_host;
}

/* The linker's name for the start of our own image: it was built for the machine that runs it. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

uint16_t abilock_native_machine(void)
{
	return __ehdr_start.e_machine;
}

static int read_image(struct abilock_object *object, uintptr_t base, const ElfW(Phdr) * phdrs,
		      size_t phdr_count, struct abilock_error *err)
{
	struct program_header *copy =
		abilock_arena_array(&object->arena, phdr_count ? phdr_count : 1, sizeof(*copy));

	if (!copy)
		return abilock_error_nomem(err);
	object->is_image = true;
	object->elf_class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	object->data = NATIVE_DATA;
	object->type = ET_DYN;
	object->machine = abilock_native_machine();
	object->source->is64 = sizeof(void *) == 8;
	object->source->base = base;
	for (size_t i = 0; i < phdr_count; i++)
		decode_phdr(object, (const uint8_t *)&phdrs[i], &copy[i]);
	return read_segments(object, copy, phdr_count, err);
}

int abilock_object_open_image(const char *path, uintptr_t base, const ElfW(Phdr) * phdrs,
			      size_t phdr_count, struct abilock_arena *arena,
			      struct abilock_object **ret_object, struct abilock_error *err)
{
	struct abilock_object *object = object_new(path, arena, err);

	if (!object)
		return ABILOCK_E_NOMEM;
	int r = read_image(object, base, phdrs, phdr_count, err);
	/* What it asks for later is its own. */
	*arena = object->arena;
	object->arena = (struct abilock_arena){0};
	if (r >= 0)
		*ret_object = object;
	return r;
}

const char *abilock_machine_name(uint16_t machine, char *buf, size_t size)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} names[] = {
		{EM_X86_64, "x86-64"},	 {EM_386, "i386"},
		{EM_AARCH64, "aarch64"}, {EM_ARM, "arm"},
		{EM_PPC64, "ppc64"},	 {EM_PPC, "powerpc"},
		{EM_S390, "s390"},	 {EM_RISCV, "riscv"},
		{EM_MIPS, "mips"},	 {EM_SPARCV9, "sparcv9"},
		{EM_SPARC, "sparc"},	 {EM_68K, "m68k"},
		{EM_PARISC, "hppa"},	 {EM_LOONGARCH, "loongarch"},
		{EM_SH, "sh4"},		 {EM_ALPHA, "alpha"},
		{0x9026, "alpha"},	 {EM_IA_64, "ia64"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].machine == machine)
			return names[i].name;
	(void)snprintf(buf, size, "machine %u", machine);
	return buf;
}
