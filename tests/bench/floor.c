/* SPDX-License-Identifier: MIT */
/*
 * The floor: how fast the dynamic tables of many files can be read at all.
 *
 *   floor [-c] [-j THREADS] 1|2 [FILE...]      without a FILE: names on the standard input
 *
 * Level 1 reads what a generator of dependencies needs: DT_NEEDED, DT_SONAME, the needed and the
 * defined version nodes. Level 2 reads every dynamic symbol, its name and its version index too.
 * Whole tables, by pread() into buffers that are used again, through the program headers only;
 * each string is looked at to its end. Nothing is remembered and nothing is printed, unless -c asks
 * for one line of counts:
 *
 *   FILES SKIPPED STRINGS SYMBOLS BYTES READS
 *
 * A file is skipped where it has no dynamic section (a static program) or where a table does not
 * hold together; the floor does not say why. Both classes and byte orders are read.
 */
#include <byteswap.h>
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HEAD_SIZE = 4096,  /* file header, program headers, and often the dynamic section */
	MAX_HEADERS = 256, /* program headers; files have a dozen */
	MAX_DYNAMIC = 1 << 20,
	MAX_GAP = 4096,	   /* tables nearer to each other than this come with one read */
	FIRST_WALK = 4096, /* first piece of the version tables, whose size is not written */
	MAX_JOBS = 64,
	CHUNK = 8, /* names that a thread takes at a time */
};

enum table { STRTAB, SYMTAB, VERSYM, VERDEF, VERNEED, HASH, GNU_HASH, TABLE_COUNT };

struct buffer {
	uint8_t *bytes;
	size_t capacity;
};

struct segment {
	uint64_t address, offset, size;
};

/* Bytes of the file that are in memory; size 0 where there are none. */
struct piece {
	uint64_t offset, size;
	const uint8_t *bytes;
};

struct counts {
	uint64_t files, skipped, strings, symbols, bytes, reads;
	uint64_t lengths; /* of all strings; keeps the compiler from leaving them out */
};

/* What is known about one file, and the buffers that all files of a thread use. */
struct reader {
	int fd;
	bool is64, swap;
	uint16_t machine;
	uint64_t headers, header_size, header_count;
	uint64_t dynamic, dynamic_size;

	struct segment segments[MAX_HEADERS];
	size_t segment_count;

	uint64_t offset[TABLE_COUNT]; /* in the file; 0: there is none */
	uint64_t room[TABLE_COUNT];   /* to the next table or the end of the segment */
	uint64_t strings_size;
	uint64_t verdefs, verneeds;
	struct piece pieces[TABLE_COUNT];
	size_t piece_count;

	struct buffer head_buffer, headers_buffer, dynamic_buffer, tables_buffer;
	struct piece head;
	struct counts counts;
};

/* ---- numbers ---- */

static uint16_t get16(const struct reader *r, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return r->swap ? bswap_16(v) : v;
}

static uint32_t get32(const struct reader *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return r->swap ? bswap_32(v) : v;
}

static uint64_t get64(const struct reader *r, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return r->swap ? bswap_64(v) : v;
}

static uint64_t get_word(const struct reader *r, const uint8_t *p)
{
	return r->is64 ? get64(r, p) : get32(r, p);
}

/* A field that has another place in each class. */
#define FIELD(r, p, type, member)                                                                  \
	((p) + ((r)->is64 ? offsetof(Elf64_##type, member) : offsetof(Elf32_##type, member)))
#define SIZE(r, type) ((r)->is64 ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

/* ---- bytes ---- */

static bool reserve(struct buffer *buffer, size_t size)
{
	if (size <= buffer->capacity)
		return true;
	size_t capacity = size + size / 2;
	free(buffer->bytes); /* what is in it belongs to another file */
	buffer->bytes = malloc(capacity);
	buffer->capacity = buffer->bytes ? capacity : 0;
	return buffer->bytes;
}

/* Read up to @p size bytes; a piece that the end of the file cuts is shorter. */
static bool read_piece(struct reader *r, uint64_t offset, uint64_t size, uint8_t *to,
		       struct piece *ret_piece)
{
	ssize_t n = pread(r->fd, to, size, (off_t)offset);

	if (n < 0)
		return false;
	r->counts.reads++;
	r->counts.bytes += (uint64_t)n;
	*ret_piece = (struct piece){offset, (uint64_t)n, to};
	return true;
}

static const uint8_t *find(const struct piece *piece, uint64_t offset, uint64_t size)
{
	if (offset < piece->offset || offset - piece->offset > piece->size ||
	    size > piece->size - (offset - piece->offset))
		return NULL;
	return piece->bytes + (offset - piece->offset);
}

/* Bytes of a header: out of the head, or read into a buffer of their own. */
static const uint8_t *header_bytes(struct reader *r, struct buffer *buffer, uint64_t offset,
				   uint64_t size)
{
	const uint8_t *bytes = find(&r->head, offset, size);
	struct piece piece;

	if (bytes || !reserve(buffer, size) ||
	    !read_piece(r, offset, size, buffer->bytes, &piece) || piece.size < size)
		return bytes;
	return piece.bytes;
}

static const uint8_t *table_bytes(const struct reader *r, uint64_t offset, uint64_t size)
{
	const uint8_t *bytes = find(&r->head, offset, size);

	for (size_t i = 0; !bytes && i < r->piece_count; i++)
		bytes = find(&r->pieces[i], offset, size);
	return bytes;
}

/* ---- headers ---- */

static bool read_file_header(struct reader *r)
{
	const uint8_t *p;

	if (!reserve(&r->head_buffer, HEAD_SIZE) ||
	    !read_piece(r, 0, HEAD_SIZE, r->head_buffer.bytes, &r->head))
		return false;
	p = find(&r->head, 0, sizeof(Elf32_Ehdr));
	if (!p || memcmp(p, ELFMAG, SELFMAG) != 0)
		return false;
	r->is64 = p[EI_CLASS] == ELFCLASS64;
	r->swap = p[EI_DATA] !=
		  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB);
	if (!find(&r->head, 0, SIZE(r, Ehdr)))
		return false;
	r->machine = get16(r, p + offsetof(Elf64_Ehdr, e_machine));
	r->headers = get_word(r, FIELD(r, p, Ehdr, e_phoff));
	r->header_size = get16(r, FIELD(r, p, Ehdr, e_phentsize));
	r->header_count = get16(r, FIELD(r, p, Ehdr, e_phnum));
	return r->header_size >= SIZE(r, Phdr) && r->header_count <= MAX_HEADERS;
}

static bool read_program_headers(struct reader *r)
{
	const uint8_t *p =
		header_bytes(r, &r->headers_buffer, r->headers, r->header_size * r->header_count);

	r->segment_count = 0;
	r->dynamic_size = 0;
	for (uint64_t i = 0; p && i < r->header_count; i++, p += r->header_size) {
		const uint32_t type = get32(r, p);
		const uint64_t offset = get_word(r, FIELD(r, p, Phdr, p_offset));
		const uint64_t size = get_word(r, FIELD(r, p, Phdr, p_filesz));

		if (type == PT_LOAD)
			r->segments[r->segment_count++] = (struct segment){
				get_word(r, FIELD(r, p, Phdr, p_vaddr)), offset, size};
		if (type == PT_DYNAMIC) {
			r->dynamic = offset;
			r->dynamic_size = size;
		}
	}
	return r->dynamic_size > 0 && r->dynamic_size <= MAX_DYNAMIC;
}

/* ---- the dynamic section ---- */

static const struct segment *find_segment(const struct reader *r, uint64_t address)
{
	for (size_t i = 0; i < r->segment_count; i++)
		if (address - r->segments[i].address < r->segments[i].size)
			return &r->segments[i];
	return NULL;
}

static int table_of(uint64_t tag)
{
	switch (tag) {
	case DT_STRTAB: return STRTAB;
	case DT_SYMTAB: return SYMTAB;
	case DT_VERSYM: return VERSYM;
	case DT_VERDEF: return VERDEF;
	case DT_VERNEED: return VERNEED;
	case DT_HASH: return HASH;
	case DT_GNU_HASH: return GNU_HASH;
	default: return -1;
	}
}

/* Tags of other tables: none of ours reaches over the beginning of one of them. */
static bool is_border(uint64_t tag)
{
	return tag == DT_RELA || tag == DT_REL || tag == DT_JMPREL || tag == DT_RELR ||
	       tag == DT_INIT || tag == DT_PLTGOT || tag == DT_INIT_ARRAY;
}

static void set_room(struct reader *r, const uint64_t *borders, size_t border_count,
		     const uint64_t *ends)
{
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		uint64_t end = ends[t];

		for (size_t i = 0; i < border_count; i++)
			if (borders[i] > r->offset[t] && borders[i] < end)
				end = borders[i];
		r->room[t] = r->offset[t] ? end - r->offset[t] : 0;
	}
}

/* Where the tables are in the file, and how far each can reach. */
static bool place_tables(struct reader *r, const uint8_t *dynamic)
{
	const size_t entry = SIZE(r, Dyn);
	uint64_t borders[32], ends[TABLE_COUNT] = {0};
	size_t border_count = 0;

	memset(r->offset, 0, sizeof(r->offset));
	r->strings_size = r->verdefs = r->verneeds = 0;
	for (const uint8_t *p = dynamic; p + entry <= dynamic + r->dynamic_size; p += entry) {
		const uint64_t tag = get_word(r, p), value = get_word(r, p + entry / 2);
		const int table = table_of(tag);

		if (tag == DT_NULL)
			break;
		if (tag == DT_STRSZ)
			r->strings_size = value;
		if (tag == DT_VERDEFNUM)
			r->verdefs = value;
		if (tag == DT_VERNEEDNUM)
			r->verneeds = value;
		if (table < 0 && !is_border(tag))
			continue;
		const struct segment *segment = find_segment(r, value);
		if (!segment && table >= 0)
			return false;
		if (!segment || border_count == sizeof(borders) / sizeof(*borders))
			continue;
		borders[border_count] = value - segment->address + segment->offset;
		if (table >= 0) {
			r->offset[table] = borders[border_count];
			ends[table] = segment->offset + segment->size;
		}
		border_count++;
	}
	set_room(r, borders, border_count, ends);
	/* Records may overlap, so only their number keeps a damaged file from taking for ever. */
	if (r->verdefs > r->room[VERDEF] || r->verneeds > r->room[VERNEED])
		return false;
	return r->offset[STRTAB] && r->strings_size <= ends[STRTAB] - r->offset[STRTAB];
}

/* ---- tables ---- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What to read of a table; the version tables have no size, and get up to @p walk bytes. */
static uint64_t wanted_size(const struct reader *r, enum table table, int level, uint64_t walk)
{
	if (!r->offset[table])
		return 0;
	switch (table) {
	case STRTAB: return r->strings_size;
	case VERDEF: return r->verdefs ? smaller(r->room[table], walk) : 0;
	case VERNEED: return r->verneeds ? smaller(r->room[table], walk) : 0;
	case HASH: /* its second number is that of the symbols */
		return level > 1 ? smaller(r->room[table], 16) : 0;
	case GNU_HASH: return level > 1 && !r->offset[HASH] ? r->room[table] : 0;
	default: return level > 1 ? r->room[table] : 0;
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The pieces to read, in the order of the file; near ones become one. */
static size_t plan(const struct reader *r, int level, uint64_t walk, struct piece *pieces)
{
	size_t count = 0, merged = 0;

	for (enum table t = 0; t < TABLE_COUNT; t++) {
		const uint64_t size = wanted_size(r, t, level, walk);

		if (size && !find(&r->head, r->offset[t], size))
			pieces[count++] = (struct piece){.offset = r->offset[t], .size = size};
	}
	qsort(pieces, count, sizeof(*pieces), by_offset);
	for (size_t i = 1; i < count; i++) {
		struct piece *last = &pieces[merged];
		const uint64_t end = last->offset + last->size;

		if (pieces[i].offset > end + MAX_GAP)
			pieces[++merged] = pieces[i];
		else if (pieces[i].offset + pieces[i].size > end)
			last->size = pieces[i].offset + pieces[i].size - last->offset;
	}
	return count ? merged + 1 : 0;
}

static bool read_tables(struct reader *r, int level, uint64_t walk)
{
	struct piece pieces[TABLE_COUNT];
	const size_t count = plan(r, level, walk, pieces);
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += pieces[i].size;
	r->piece_count = 0;
	if (total > SIZE_MAX / 2 || !reserve(&r->tables_buffer, total))
		return false;
	uint8_t *to = r->tables_buffer.bytes;
	for (size_t i = 0; i < count; i++, r->piece_count++) {
		if (!read_piece(r, pieces[i].offset, pieces[i].size, to, &r->pieces[i]))
			return false;
		to += pieces[i].size;
	}
	return true;
}

/* ---- answers ---- */

struct strings {
	const char *bytes; /* the last of them is a NUL */
	uint64_t size;
};

static bool get_strings(const struct reader *r, struct strings *ret_strings)
{
	const uint8_t *bytes = table_bytes(r, r->offset[STRTAB], r->strings_size);

	if (!bytes || r->strings_size == 0 || bytes[r->strings_size - 1] != '\0')
		return false;
	*ret_strings = (struct strings){(const char *)bytes, r->strings_size};
	return true;
}

static bool take_string(struct reader *r, const struct strings *strings, uint64_t index)
{
	if (index >= strings->size)
		return false;
	r->counts.lengths += strlen(strings->bytes + index);
	r->counts.strings++;
	return true;
}

static bool take_dynamic(struct reader *r, const struct strings *strings, const uint8_t *dynamic)
{
	const size_t entry = SIZE(r, Dyn);

	for (const uint8_t *p = dynamic; p + entry <= dynamic + r->dynamic_size; p += entry) {
		const uint64_t tag = get_word(r, p);

		if (tag == DT_NULL)
			break;
		if ((tag == DT_NEEDED || tag == DT_SONAME) &&
		    !take_string(r, strings, get_word(r, p + entry / 2)))
			return false;
	}
	return true;
}

/* Elf32 and Elf64 version records are the same. */
static bool take_verdefs(struct reader *r, const struct strings *strings)
{
	uint64_t offset = r->offset[VERDEF];

	for (uint64_t i = 0; i < r->verdefs; i++) {
		const uint8_t *def = table_bytes(r, offset, sizeof(Elf64_Verdef));

		if (!def)
			return false;
		const uint16_t count = get16(r, def + offsetof(Elf64_Verdef, vd_cnt));
		uint64_t name_offset = offset + get32(r, def + offsetof(Elf64_Verdef, vd_aux));

		for (uint16_t j = 0; j < count; j++) {
			const uint8_t *aux = table_bytes(r, name_offset, sizeof(Elf64_Verdaux));

			if (!aux || !take_string(r, strings, get32(r, aux)))
				return false;
			name_offset += get32(r, aux + offsetof(Elf64_Verdaux, vda_next));
		}
		offset += get32(r, def + offsetof(Elf64_Verdef, vd_next));
	}
	return true;
}

static bool take_verneeds(struct reader *r, const struct strings *strings)
{
	uint64_t offset = r->offset[VERNEED];

	for (uint64_t i = 0; i < r->verneeds; i++) {
		const uint8_t *need = table_bytes(r, offset, sizeof(Elf64_Verneed));

		if (!need ||
		    !take_string(r, strings, get32(r, need + offsetof(Elf64_Verneed, vn_file))))
			return false;
		const uint16_t count = get16(r, need + offsetof(Elf64_Verneed, vn_cnt));
		uint64_t node_offset = offset + get32(r, need + offsetof(Elf64_Verneed, vn_aux));

		for (uint16_t j = 0; j < count; j++) {
			const uint8_t *aux = table_bytes(r, node_offset, sizeof(Elf64_Vernaux));

			if (!aux || !take_string(r, strings,
						 get32(r, aux + offsetof(Elf64_Vernaux, vna_name))))
				return false;
			node_offset += get32(r, aux + offsetof(Elf64_Vernaux, vna_next));
		}
		offset += get32(r, need + offsetof(Elf64_Verneed, vn_next));
	}
	return true;
}

/* A table without a defined symbol does not tell how many there are: then the room does. */
static uint64_t count_by_gnu_hash(const struct reader *r, const uint8_t *table, uint64_t size,
				  uint64_t most)
{
	if (size < 16)
		return 0;
	const uint64_t buckets = get32(r, table), first = get32(r, table + 4);
	const uint64_t skip = 16 + get32(r, table + 8) * (r->is64 ? 8ULL : 4ULL);
	uint64_t last = 0;

	if (skip > size || buckets > (size - skip) / 4)
		return 0;
	for (uint64_t i = 0; i < buckets; i++) {
		const uint32_t symbol = get32(r, table + skip + 4 * i);

		if (symbol > last)
			last = symbol;
	}
	if (last == 0)
		return most;
	for (; last >= first; last++) {
		const uint64_t at = skip + 4 * (buckets + last - first);

		if (at + 4 > size)
			return 0;
		if (get32(r, table + at) & 1)
			break;
	}
	return last + 1;
}

static uint64_t count_symbols(const struct reader *r)
{
	const uint64_t most = r->room[SYMTAB] / SIZE(r, Sym);
	const bool wide = r->machine == EM_ALPHA || (r->is64 && r->machine == EM_S390);
	const uint8_t *table;

	if (!r->offset[SYMTAB])
		return 0;
	if (r->offset[HASH]) {
		table = table_bytes(r, r->offset[HASH], wide ? 16 : 8);
		return !table ? 0 : wide ? get64(r, table + 8) : get32(r, table + 4);
	}
	if (!r->offset[GNU_HASH])
		return most;
	table = table_bytes(r, r->offset[GNU_HASH], r->room[GNU_HASH]);
	return table ? count_by_gnu_hash(r, table, r->room[GNU_HASH], most) : 0;
}

static bool take_symbols(struct reader *r, const struct strings *strings)
{
	const uint64_t count = count_symbols(r), entry = SIZE(r, Sym);

	if (count > r->room[SYMTAB] / entry)
		return false;
	const uint8_t *symbol = table_bytes(r, r->offset[SYMTAB], count * entry);
	const uint8_t *version =
		r->offset[VERSYM] ? table_bytes(r, r->offset[VERSYM], count * 2) : NULL;

	if ((!symbol && count) || (!version && r->offset[VERSYM]))
		return false;
	for (uint64_t i = 0; i < count; i++, symbol += entry) {
		if (!take_string(r, strings, get32(r, symbol)))
			return false;
		if (version)
			r->counts.lengths += get16(r, version + 2 * i);
	}
	r->counts.symbols += count;
	return true;
}

/* @p walk bytes of a version table are read; where they are too few, it is read again. */
static bool take_tables(struct reader *r, int level, const uint8_t *dynamic, uint64_t walk)
{
	struct strings strings;

	return read_tables(r, level, walk) && get_strings(r, &strings) &&
	       take_dynamic(r, &strings, dynamic) && take_verneeds(r, &strings) &&
	       take_verdefs(r, &strings) && (level < 2 || take_symbols(r, &strings));
}

static bool walk_was_short(const struct reader *r, uint64_t walk)
{
	return (r->verdefs && r->room[VERDEF] > walk) || (r->verneeds && r->room[VERNEED] > walk);
}

static bool read_open_file(struct reader *r, int level)
{
	if (!read_file_header(r) || !read_program_headers(r))
		return false;
	const uint8_t *dynamic = header_bytes(r, &r->dynamic_buffer, r->dynamic, r->dynamic_size);
	if (!dynamic || !place_tables(r, dynamic))
		return false;
	for (uint64_t walk = FIRST_WALK;; walk *= 16) {
		const struct counts before = r->counts;

		if (take_tables(r, level, dynamic, walk))
			return true;
		if (!walk_was_short(r, walk))
			return false;
		r->counts.strings = before.strings;
	}
}

static void read_file(struct reader *r, const char *path, int level)
{
	const struct counts before = r->counts;

	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd >= 0 && read_open_file(r, level)) {
		r->counts.files++;
	} else {
		r->counts.strings = before.strings;
		r->counts.skipped++;
	}
	if (r->fd >= 0)
		(void)close(r->fd);
}

/* ---- names and threads ---- */

struct run {
	char **names;
	size_t count, room;
	int level;
	atomic_size_t next;
	pthread_mutex_t lock;
	struct counts counts;
};

static void add_counts(struct run *run, const struct counts *counts)
{
	(void)pthread_mutex_lock(&run->lock);
	run->counts.files += counts->files;
	run->counts.skipped += counts->skipped;
	run->counts.strings += counts->strings;
	run->counts.symbols += counts->symbols;
	run->counts.bytes += counts->bytes;
	run->counts.reads += counts->reads;
	run->counts.lengths += counts->lengths;
	(void)pthread_mutex_unlock(&run->lock);
}

static void *work(void *arg)
{
	struct run *run = arg;
	struct reader *r = calloc(1, sizeof(*r));
	size_t i;

	if (!r)
		abort();
	while ((i = atomic_fetch_add(&run->next, CHUNK)) < run->count)
		for (size_t end = smaller(i + CHUNK, run->count); i < end; i++)
			read_file(r, run->names[i], run->level);
	add_counts(run, &r->counts);
	free(r->head_buffer.bytes);
	free(r->headers_buffer.bytes);
	free(r->dynamic_buffer.bytes);
	free(r->tables_buffer.bytes);
	free(r);
	return NULL;
}

static void add_name(struct run *run, char *name)
{
	if (run->count == run->room) {
		run->room = run->room ? 2 * run->room : 1024;
		run->names = reallocarray(run->names, run->room, sizeof(*run->names));
		if (!run->names)
			abort();
	}
	run->names[run->count++] = name;
}

static char *read_names(struct run *run)
{
	char *text = NULL;
	size_t capacity = 0;

	if (getdelim(&text, &capacity, '\0', stdin) < 0)
		return text; /* no name at all */
	for (char *name = strtok(text, "\n"); name; name = strtok(NULL, "\n"))
		add_name(run, name);
	return text;
}

int main(int argc, char **argv)
{
	struct run run = {.lock = PTHREAD_MUTEX_INITIALIZER};
	bool print_counts = false;
	int option, jobs = 1;
	pthread_t threads[MAX_JOBS];

	while ((option = getopt(argc, argv, "cj:")) != -1) {
		if (option == 'c')
			print_counts = true;
		else if (option == 'j')
			jobs = atoi(optarg);
		else
			return 2;
	}
	run.level = optind < argc ? atoi(argv[optind++]) : 0;
	if (run.level < 1 || run.level > 2 || jobs < 1 || jobs > MAX_JOBS) {
		fprintf(stderr, "usage: floor [-c] [-j THREADS] 1|2 [FILE...]\n");
		return 2;
	}
	char *text = optind == argc ? read_names(&run) : NULL;
	while (optind < argc)
		add_name(&run, argv[optind++]);
	for (int i = 1; i < jobs; i++)
		if (pthread_create(&threads[i], NULL, work, &run) != 0)
			abort();
	(void)work(&run);
	for (int i = 1; i < jobs; i++)
		(void)pthread_join(threads[i], NULL);
	if (print_counts)
		printf("%ju %ju %ju %ju %ju %ju\n", (uintmax_t)run.counts.files,
		       (uintmax_t)run.counts.skipped, (uintmax_t)run.counts.strings,
		       (uintmax_t)run.counts.symbols, (uintmax_t)run.counts.bytes,
		       (uintmax_t)run.counts.reads);
	free(run.names);
	free(text);
	/* Never true, but the compiler cannot know, and so has to compute the sum. */
	return run.counts.lengths == UINT64_MAX;
}
