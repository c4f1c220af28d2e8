/* SPDX-License-Identifier: MIT */
/*
 * dpkg thinks of an architecture as a tuple abi-libc-os-cpu. The tables of dpkg say which tuples
 * there are, how each is called, and what the compiler calls it.
 */
#include "arch.h"

#include <ctype.h>

#include "textfile.h"

enum { TABLE_COLUMNS = 5 };

/* Columns of the tables that are used. */
enum { CPU_NAME, CPU_GNU, CPU_REGEX, CPU_BITS, CPU_ENDIAN };
enum { OS_NAME, OS_GNU };
enum { TUPLE, TUPLE_ARCH };
enum { ABI_NAME, ABI_BITS };

struct table {
	const char *(*rows)[TABLE_COLUMNS]; /* "" for a column that a row lacks */
	size_t count;
};

/* Parts of a tuple. */
enum { ABI, LIBC, OS, CPU, PARTS };

struct word {
	const char *s;
	size_t len;
};

struct tuple {
	struct word part[PARTS];
};

struct deb_arch {
	struct abilock_arena arena;
	struct table cpus, systems, tuples, abis;
	const char *name, *multiarch;
	struct tuple tuple;
	unsigned bits;
	bool is_big_endian;
};

/* Stands in the table of tuples for every cpu. */
static const char any_cpu[] = "<cpu>";

static struct word word(const char *s)
{
	return (struct word){s, strlen(s)};
}

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(s, w.s, w.len) == 0;
}

static bool words_equal(struct word a, struct word b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* ---- tables ---- */

static int add_row(struct deb_arch *arch, struct table *table, char *line,
		   struct abilock_error *err)
{
	const char *columns[TABLE_COLUMNS] = {"", "", "", "", ""};
	char *save = NULL, *column = strtok_r(line, " \t", &save);

	if (!column || column[0] == '#')
		return 0;
	for (size_t i = 0; column && i < TABLE_COLUMNS; i++, column = strtok_r(NULL, " \t", &save))
		columns[i] = column;
	void *row = abilock_arena_push(&arch->arena, &table->rows, &table->count, sizeof(columns));
	if (!row)
		return abilock_error_nomem(err);
	memcpy(row, columns, sizeof(columns));
	return 0;
}

static int read_table(struct deb_arch *arch, const char *name, struct table *table,
		      struct abilock_error *err)
{
	const char *dir = getenv("DPKG_DATADIR");
	const char *path =
		abilock_arena_printf(&arch->arena, "%s/%s", dir ? dir : "/usr/share/dpkg", name);
	struct deb_textfile file;
	char *line;

	int r = path ? deb_textfile_read(&file, &arch->arena, path, err) : abilock_error_nomem(err);
	while (r >= 0 && (line = deb_textfile_line(&file)))
		r = add_row(arch, table, line, err);
	return r;
}

static int read_tables(struct deb_arch *arch, struct abilock_error *err)
{
	int r = read_table(arch, "cputable", &arch->cpus, err);

	if (r >= 0)
		r = read_table(arch, "ostable", &arch->systems, err);
	if (r >= 0)
		r = read_table(arch, "tupletable", &arch->tuples, err);
	return r < 0 ? r : read_table(arch, "abitable", &arch->abis, err);
}

static const char *const *find_row(const struct table *table, size_t column, struct word name)
{
	for (size_t i = 0; i < table->count; i++)
		if (word_is(name, table->rows[i][column]))
			return table->rows[i];
	return NULL;
}

/* ---- tuples ---- */

/* Take "base-gnu-linux-amd64" apart. @return The number of parts found. */
static size_t split_tuple(const char *s, struct tuple *tuple)
{
	size_t count = 0;

	while (count < PARTS) {
		const char *dash = count < PARTS - 1 ? strchr(s, '-') : NULL;

		tuple->part[count++] = dash ? (struct word){s, (size_t)(dash - s)} : word(s);
		if (!dash)
			break;
		s = dash + 1;
	}
	return count;
}

/* What `<cpu>` stands for where @p name is spelled like @p pattern, such as "hurd-<cpu>". */
static bool match_cpu(const char *pattern, const char *name, struct word *ret_cpu)
{
	const char *hole = strstr(pattern, any_cpu);

	if (!hole)
		return false;
	const struct word front = {pattern, (size_t)(hole - pattern)};
	const struct word back = word(hole + strlen(any_cpu));
	const size_t len = strlen(name);
	if (len <= front.len + back.len || memcmp(name, front.s, front.len) != 0 ||
	    memcmp(name + len - back.len, back.s, back.len) != 0)
		return false;
	*ret_cpu = (struct word){name + front.len, len - front.len - back.len};
	return true;
}

/* "linux-amd64" is an old way to write "amd64". */
static const char *plain_name(const char *name)
{
	return str_starts(name, "linux-") && !strchr(name + 6, '-') ? name + 6 : name;
}

/* The tuple of an architecture's name. A row of its own goes before one with `<cpu>`. */
static bool find_tuple(const struct deb_arch *arch, const char *name, struct tuple *ret_tuple)
{
	const struct table *tuples = &arch->tuples;
	const char *const *row;
	struct word cpu;

	name = plain_name(name);
	row = find_row(tuples, TUPLE_ARCH, word(name));
	if (row)
		return split_tuple(row[TUPLE], ret_tuple) == PARTS;
	for (size_t i = 0; i < tuples->count; i++) {
		row = tuples->rows[i];
		if (match_cpu(row[TUPLE_ARCH], name, &cpu) &&
		    find_row(&arch->cpus, CPU_NAME, cpu) &&
		    split_tuple(row[TUPLE], ret_tuple) == PARTS) {
			ret_tuple->part[CPU] = cpu;
			return true;
		}
	}
	return false;
}

bool deb_arch_matches(const struct deb_arch *arch, const char *name_or_wildcard)
{
	struct tuple given;
	const size_t count = split_tuple(name_or_wildcard, &given);
	bool is_wildcard = false;

	for (size_t i = 0; i < count; i++)
		is_wildcard |= word_is(given.part[i], "any");
	/* No two names have one tuple. */
	if (!is_wildcard)
		return str_eq(plain_name(name_or_wildcard), plain_name(arch->name));
	/* Parts that are left out on the left are "any". */
	for (size_t i = 0; i < count; i++)
		if (!word_is(given.part[i], "any") &&
		    !words_equal(given.part[i], arch->tuple.part[PARTS - count + i]))
			return false;
	return true;
}

/* One name of a list: @return 1 the list holds the architecture, 0 it does not, -1 look on. */
static int judge(const struct deb_arch *arch, const char *name)
{
	if (name[0] == '!')
		return deb_arch_matches(arch, name + 1) ? 0 : -1;
	return deb_arch_matches(arch, name) ? 1 : -1;
}

bool deb_arch_in_list(const struct deb_arch *arch, const char *list)
{
	static const char separators[] = " \t\n\r\f\v,";
	bool rest = false; /* A "!name" stands for all the others. */

	for (const char *p = list + strspn(list, separators); *p; p += strspn(p, separators)) {
		const size_t len = strcspn(p, separators);
		char name[128];

		if (len < sizeof(name)) { /* no architecture is called longer names */
			for (size_t i = 0; i < len; i++)
				name[i] = (char)tolower((unsigned char)p[i]);
			name[len] = '\0';
			int verdict = judge(arch, name);
			if (verdict >= 0)
				return verdict;
		}
		rest |= *p == '!';
		p += len;
	}
	return rest;
}

/* ---- the architecture itself ---- */

/* The name of the tuple, in the arena. */
static const char *name_of(struct deb_arch *arch, const char *system, const char *cpu)
{
	const char *tuple = abilock_arena_printf(&arch->arena, "%s-%s", system, cpu);
	const char *const *row = tuple ? find_row(&arch->tuples, TUPLE, word(tuple)) : NULL;

	if (row)
		return row[TUPLE_ARCH];
	for (size_t i = 0; tuple && i < arch->tuples.count; i++) {
		const char *const *pattern = arch->tuples.rows[i];
		const char *hole = strstr(pattern[TUPLE_ARCH], any_cpu);
		struct word found;

		if (hole && match_cpu(pattern[TUPLE], tuple, &found) && word_is(found, cpu))
			return abilock_arena_printf(
				&arch->arena, "%.*s%s%s", (int)(hole - pattern[TUPLE_ARCH]),
				pattern[TUPLE_ARCH], cpu, hole + strlen(any_cpu));
	}
	return NULL;
}

/* What Debian calls the machine that this program was built for. */
static const char *own_name(struct deb_arch *arch)
{
	const char *gnu = ABILOCK_MULTIARCH, *dash = strchr(gnu, '-');

	if (!dash)
		return NULL;
	struct word machine = {gnu, (size_t)(dash - gnu)};
	if (word_is(machine, "i386"))
		machine = word("i686");
	const char *const *cpu = find_row(&arch->cpus, CPU_GNU, machine);
	const char *const *system = find_row(&arch->systems, OS_GNU, word(dash + 1));
	return cpu && system ? name_of(arch, system[OS_NAME], cpu[CPU_NAME]) : NULL;
}

static int describe(struct deb_arch *arch, struct abilock_error *err)
{
	const struct word *part = arch->tuple.part;

	if (!find_tuple(arch, arch->name, &arch->tuple))
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "'%.100s' is no architecture that dpkg knows: see "
					 "dpkg-architecture -L",
					 arch->name);
	/* The first three parts of a tuple lie side by side. */
	const struct word system = {part[ABI].s, part[ABI].len + part[LIBC].len + part[OS].len + 2};
	const char *const *os = find_row(&arch->systems, OS_NAME, system);
	const char *const *cpu = find_row(&arch->cpus, CPU_NAME, part[CPU]);
	const char *const *abi = find_row(&arch->abis, ABI_NAME, part[ABI]);
	if (!os || !cpu)
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
					 "the tables of dpkg do not say what '%.100s' is",
					 arch->name);
	const char *machine = cpu[CPU_GNU];
	if (machine[0] == 'i' && str_eq(machine + 2, "86"))
		machine = "i386";
	arch->multiarch = abilock_arena_printf(&arch->arena, "%s-%s", machine, os[OS_GNU]);
	arch->bits = str_eq(abi ? abi[ABI_BITS] : cpu[CPU_BITS], "32") ? 32 : 64;
	arch->is_big_endian = str_eq(cpu[CPU_ENDIAN], "big");
	return arch->multiarch ? 0 : abilock_error_nomem(err);
}

int deb_arch_open(const char *name, struct deb_arch **ret_arch, struct abilock_error *err)
{
	_cleanup_(deb_arch_freep) struct deb_arch *arch = calloc(1, sizeof(*arch));
	const char *wanted = name ? name : getenv("DEB_HOST_ARCH");

	if (!arch)
		return abilock_error_nomem(err);
	int r = read_tables(arch, err);
	if (r < 0)
		return r;
	if (!wanted || !*wanted)
		wanted = own_name(arch);
	if (!wanted)
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "what Debian calls this machine is not known: give the "
					 "architecture, or set DEB_HOST_ARCH");
	arch->name = abilock_arena_strdup(&arch->arena, wanted);
	r = arch->name ? describe(arch, err) : abilock_error_nomem(err);
	if (r < 0)
		return r;
	*ret_arch = take_ptr(arch);
	return 0;
}

void deb_arch_free(struct deb_arch *arch)
{
	if (!arch)
		return;
	abilock_arena_clear(&arch->arena);
	free(arch);
}

const char *deb_arch_name(const struct deb_arch *arch)
{
	return arch->name;
}

unsigned deb_arch_bits(const struct deb_arch *arch)
{
	return arch->bits;
}

bool deb_arch_is_big_endian(const struct deb_arch *arch)
{
	return arch->is_big_endian;
}

const char *deb_arch_multiarch(const struct deb_arch *arch)
{
	return arch->multiarch;
}
