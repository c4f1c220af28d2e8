/* SPDX-License-Identifier: MIT */
#include "kind.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

/* Linker scripts that stand for libraries have a few hundred bytes. */
enum { HEAD_SIZE = 8192 };

enum { MAX_SECTIONS = 4096, MAX_NAMES = 1 << 16 };

static size_t read_at(int fd, void *buf, size_t size, uint64_t offset)
{
	ssize_t n = offset <= INT64_MAX ? pread(fd, buf, size, (off_t)offset) : -1;

	return n > 0 ? (size_t)n : 0;
}

/* ---- by the first bytes ---- */

static const struct {
	const char *magic;
	size_t size;
	const char *words;
} magics[] = {
	{"!<arch>\n", 8,
	 "a static library (an archive of object files): list the shared library, or what it was "
	 "linked into"},
	{"!<thin>\n", 8,
	 "a thin static library (an archive that only names its object files): list what it was "
	 "linked into"},
	{"BC\xc0\xde", 4, "LLVM bitcode: link it into a shared object first"},
	{"\xde\xc0\x17\x0b", 4, "LLVM bitcode: link it into a shared object first"},
	{"\x1f\x8b", 2, "a file compressed with gzip: unpack it first"},
	{"\xfd"
	 "7zXZ",
	 6, "a file compressed with xz: unpack it first"},
	{"\x28\xb5\x2f\xfd", 4, "a file compressed with zstd: unpack it first"},
	{"MZ", 2, "a program or DLL of Windows"},
	{"\xcf\xfa\xed\xfe", 4, "a Mach-O file of macOS"},
	{"\xca\xfe\xba\xbe", 4, "a Mach-O file of macOS or a class file of Java"},
	{"\0asm", 4, "a WebAssembly module"},
};

static const char *find_magic(const char *head, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (size >= magics[i].size && memcmp(head, magics[i].magic, magics[i].size) == 0)
			return magics[i].words;
	return NULL;
}

/* ---- linker scripts ---- */

/* The next word or one of `(`, `)`, `,` and `;` of a linker script; comments are skipped. */
static size_t next_token(const char **at)
{
	static const char ends[] = " \t\r\n(),;";
	const char *p = *at;

	for (;;) {
		p += strspn(p, " \t\r\n");
		if (!str_starts(p, "/*"))
			break;
		const char *end = strstr(p + 2, "*/");
		p = end ? end + 2 : p + strlen(p);
	}
	*at = p;
	if (*p && strchr("(),;", *p))
		return 1;
	if (*p == '"') {
		const char *end = strchr(p + 1, '"');
		return end ? (size_t)(end - p) + 1 : strlen(p);
	}
	return strcspn(p, ends);
}

static bool token_is(const char *token, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(token, word, length) == 0;
}

/* Append a name to a list in one line. @return false where it does not fit: then the list says so.
 */
static bool append(char *line, size_t size, const char *name, size_t length)
{
	static const char more[] = ", ...";
	const size_t used = strlen(line);

	if (used + length + 2 + sizeof(more) > size) {
		(void)strcpy(line + used, more + (used ? 0 : 2));
		return false;
	}
	(void)snprintf(line + used, size - used, "%s%.*s", used ? ", " : "", (int)length, name);
	return true;
}

/* The files that a script stands for, in one line: what stands in GROUP and INPUT. */
static void collect_files(const char *script, char *line, size_t size)
{
	unsigned depth = 0;
	bool inside = false, room = true;
	size_t length;

	line[0] = '\0';
	for (const char *p = script; room && (length = next_token(&p)) > 0; p += length) {
		if (*p == '(') {
			depth++;
		} else if (*p == ')') {
			depth -= depth > 0;
			inside = inside && depth > 0;
		} else if (depth == 0) {
			inside = token_is(p, length, "GROUP") || token_is(p, length, "INPUT");
		} else if (inside && *p != ',' && *p != ';' && !token_is(p, length, "AS_NEEDED")) {
			const bool quoted = *p == '"' && length > 1 && p[length - 1] == '"';

			room = append(line, size, p + quoted, length - (quoted ? 2 : 0));
		}
	}
}

static bool is_text(const char *head, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)head[i] < ' ' && !strchr("\t\n\r\f", head[i]))
			return false;
	return size > 0 && !memchr(head, '\0', size);
}

/* Whether one of the commands that such scripts consist of stands at the top level. */
static bool is_linker_script(const char *script)
{
	static const char *const commands[] = {"GROUP", "INPUT", "OUTPUT_FORMAT", "OUTPUT_ARCH",
					       "SEARCH_DIR"};
	size_t length = next_token(&script);
	const char *word = script;

	script += length;
	if (length == 0 || next_token(&script) != 1 || *script != '(')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (token_is(word, length, commands[i]))
			return true;
	return false;
}

static int explain_text(const char *path, const char *text, struct abilock_error *err)
{
	char files[256];

	if (str_starts(text, "#!")) {
		const char *program = text + 2 + strspn(text + 2, " \t");

		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 "not an ELF file, but a script for %.*s",
					 (int)strcspn(program, " \t\r\n"), program);
	}
	if (!is_linker_script(text))
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 "not an ELF file, but text");
	collect_files(text, files, sizeof(files));
	if (!files[0])
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 "not an ELF file, but a linker script that names no file");
	return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
				 "not an ELF file, but a linker script; list what it stands for: "
				 "%s",
				 files);
}

static int explain_bytes(const char *path, int fd, int code, struct abilock_error *err)
{
	char head[HEAD_SIZE + 1];
	const size_t size = read_at(fd, head, HEAD_SIZE, 0);

	head[size] = '\0';
	if (size == 0)
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 "not an ELF file: it is empty");
	const char *words = find_magic(head, size);
	if (words)
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 "not an ELF file, but %s", words);
	return is_text(head, size) ? explain_text(path, head, err) : code;
}

/* ---- debug files ---- */

struct elf {
	int fd;
	bool is64, big;
};

/* A number of 2, 4 or 8 bytes. */
static uint64_t get(const struct elf *elf, const uint8_t *p, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | p[elf->big ? i : size - 1 - i];
	return value;
}

struct section {
	uint64_t name, type, flags, offset, size;
};

static struct section get_section(const struct elf *elf, const uint8_t *p)
{
	const size_t word = elf->is64 ? 8 : 4;

	return (struct section){
		.name = get(elf, p, 4),
		.type = get(elf, p + 4, 4),
		.flags = get(elf, p + 8, word),
		.offset = get(elf, p + 8 + 2 * word, word),
		.size = get(elf, p + 8 + 3 * word, word),
	};
}

static bool is_debug_name(const char *name)
{
	return str_starts(name, ".debug_") || str_starts(name, ".zdebug_") ||
	       str_starts(name, ".gnu_debug");
}

/* In such a file, what would be loaded is there by name only; build notes are kept. */
static bool only_debug(const struct elf *elf, const uint8_t *table, size_t count, size_t entry,
		       const char *names, size_t names_size)
{
	bool has_debug = false;

	for (size_t i = 1; i < count; i++) {
		const struct section section = get_section(elf, table + i * entry);
		const char *name = section.name < names_size ? names + section.name : "";

		if ((section.flags & SHF_ALLOC) && section.type != SHT_NOBITS &&
		    section.type != SHT_NOTE && section.size > 0)
			return false;
		has_debug = has_debug || is_debug_name(name) ||
			    (section.type == SHT_NOBITS &&
			     (str_eq(name, ".dynamic") || str_eq(name, ".dynsym")));
	}
	return has_debug;
}

static bool is_debug_file(int fd)
{
	struct elf elf = {.fd = fd};
	uint8_t head[sizeof(Elf64_Ehdr)];

	if (read_at(fd, head, sizeof(head), 0) < sizeof(head))
		return false;
	elf.is64 = head[EI_CLASS] == ELFCLASS64;
	elf.big = head[EI_DATA] == ELFDATA2MSB;
	const uint64_t offset = get(&elf, head + (elf.is64 ? 40 : 32), elf.is64 ? 8 : 4);
	const size_t entry = elf.is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	const size_t count = get(&elf, head + (elf.is64 ? 60 : 48), 2);
	const size_t names_at = get(&elf, head + (elf.is64 ? 62 : 50), 2);
	if (get(&elf, head + (elf.is64 ? 58 : 46), 2) != entry || count > MAX_SECTIONS ||
	    names_at >= count)
		return false;
	_cleanup_(freep) uint8_t *table = malloc(count * entry);
	if (!table || read_at(fd, table, count * entry, offset) < count * entry)
		return false;
	const struct section section = get_section(&elf, table + names_at * entry);
	if (section.size > MAX_NAMES)
		return false;
	_cleanup_(freep) char *names = calloc(1, section.size + 1);
	if (!names || read_at(fd, names, section.size, section.offset) < section.size)
		return false;
	return only_debug(&elf, table, count, entry, names, section.size);
}

/* ---- */

int abilock_kind_explain(const char *path, int code, struct abilock_error *err)
{
	struct stat st;

	if ((code != ABILOCK_E_NOT_ELF && code != ABILOCK_E_DAMAGED &&
	     code != ABILOCK_E_UNSUPPORTED) ||
	    !str_eq(err->file, path))
		return code;
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return code;
	if (code == ABILOCK_E_NOT_ELF)
		return explain_bytes(path, fd, code, err);
	if (is_debug_file(fd))
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "only debug information, split from a program or "
					 "library: list the file that it belongs to");
	return code;
}
