/* SPDX-License-Identifier: MIT */
/*
 * A host that loads modules in one of several ways, and says how long it took.
 *
 *   modules_host plain | read | hash | lock | gmodule    files on the standard input, one a line
 *   modules_host manager DIR CONF [no-index] [known] [first]
 *
 *   plain    dlopen() of each
 *   read     the same, behind a look at each file: what any manager must read of it that knows a
 *            module before it is loaded, and a stat() that it is still the same
 *   hash     the same with the manifest beside it, and the SHA-256 of the file
 *   lock     abilock_dlopen() of each
 *   gmodule  g_module_open() of each, where this was built WITH_GMODULE
 *   manager  what the configuration wants of a directory
 *   known    the time begins once the modules are known
 *   first    the time ends where code of the first module runs
 *
 * It prints how many modules ran a constructor, and writes the nanoseconds to the descriptor that
 * BENCH_CLOCK_FD names. The functions that modules use come from the bench, as do the names of the
 * nodes. Exit status: 0; 1: not all could be loaded.
 */
#include <abilock/modules.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_GMODULE
#include <gmodule.h>
#endif

#include "bench_abi.h"

ABILOCK_HOST();

BENCH_EXPORT_PRIVATE void bench_loaded(void);

static unsigned loaded;
static int64_t first_ns;

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Called by a constructor of each module. */
void bench_loaded(void)
{
	if (loaded++ == 0)
		first_ns = now_ns();
}

static void *open_plain(const char *file)
{
	return dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

static void *open_lock(const char *file)
{
	return abilock_dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

#ifdef WITH_GMODULE
static void *open_gmodule(const char *file)
{
	return g_module_open(file, G_MODULE_BIND_LOCAL);
}
#else
#define open_gmodule NULL
#endif

/* The names are in memory before the clock starts. */
static char **read_names(size_t *ret_count)
{
	char *line = NULL, **names = NULL;
	size_t size = 0, count = 0, room = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 0) {
		if (count == room) {
			room = room ? 2 * room : 64;
			names = realloc(names, room * sizeof(*names));
		}
		if (!names)
			abort();
		line[length - 1] = '\0';
		names[count++] = strdup(line);
	}
	free(line);
	*ret_count = count;
	return names;
}

/* ---- what has to be read ---- */

typedef unsigned char *sha256_t(const unsigned char *bytes, size_t size, unsigned char *digest);

static sha256_t *find_sha256(void)
{
	void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	void *symbol = library ? dlsym(library, "SHA256") : NULL;
	sha256_t *function = NULL;

	memcpy(&function, &symbol, sizeof(function));
	return function;
}

static void fail(const char *file)
{
	fprintf(stderr, "modules_host: %s cannot be read\n", file);
	exit(1);
}

/* The first page, with headers, notes and symbols, and the dynamic section. */
static void read_tables(int fd, const char *file)
{
	static union {
		char bytes[4096];
		ElfW(Ehdr) header;
	} page;
	static char dynamic[4096];
	const ElfW(Phdr) * program;

	if (pread(fd, page.bytes, sizeof(page.bytes), 0) != sizeof(page.bytes))
		fail(file);
	program = (const void *)(page.bytes + page.header.e_phoff);
	for (unsigned i = 0; i < page.header.e_phnum; i++)
		if (program[i].p_type == PT_DYNAMIC && program[i].p_filesz <= sizeof(dynamic) &&
		    pread(fd, dynamic, program[i].p_filesz, (off_t)program[i].p_offset) < 0)
			fail(file);
}

static size_t read_whole(const char *file, char *bytes, size_t size)
{
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const ssize_t length = fd >= 0 && fstat(fd, &st) == 0 ? read(fd, bytes, size) : -1;

	if (length < 0 || length != st.st_size)
		fail(file);
	(void)close(fd);
	return (size_t)length;
}

static void look_at(const char *file, sha256_t *sha256)
{
	static char bytes[1 << 20], manifest[4096];
	unsigned char digest[32];

	if (sha256) {
		snprintf(manifest, sizeof(manifest), "%.*s.manifest", (int)strlen(file) - 3, file);
		(void)read_whole(manifest, bytes, sizeof(bytes));
		sha256((unsigned char *)bytes, read_whole(file, bytes, sizeof(bytes)), digest);
		return;
	}
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		fail(file);
	read_tables(fd, file);
	(void)close(fd);
}

static void *open_same(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 ? open_plain(file) : NULL;
}

static int64_t open_all(void *(*open_one)(const char *file), bool looks, bool hashes)
{
	size_t count;
	char **names = read_names(&count);
	const int64_t start = now_ns();
	sha256_t *sha256 = hashes ? find_sha256() : NULL;

	if (hashes && !sha256)
		fail("libcrypto.so.3");
	for (size_t i = 0; looks && i < count; i++)
		look_at(names[i], sha256);
	for (size_t i = 0; i < count; i++)
		if (!open_one(names[i])) {
			fprintf(stderr, "modules_host: %s: %s\n", names[i], abilock_dlerror());
			exit(1);
		}
	return now_ns() - start;
}

/* What is measured: from before the modules are looked for, or once they are known; to the end, or
   to the first that runs. */
struct span {
	bool from_known, until_first;
};

static int64_t manage(const char *path, const char *conf, bool use_index, struct span span)
{
	const struct abilock_modules_options options = {
		.size = sizeof(options),
		.path = path,
		.conf = conf,
		.flags = use_index ? 0 : ABILOCK_MODULES_NO_INDEX,
	};
	struct abilock_modules *modules;
	int64_t start = now_ns();
	bool works = abilock_modules_open(&options, &modules) == 0;

	if (span.from_known)
		start = now_ns();
	works = works && abilock_modules_start(modules) == 0;
	if (!works) {
		fprintf(stderr, "modules_host: %s\n", abilock_dlerror());
		exit(1);
	}
	return (span.until_first ? first_ns : now_ns()) - start;
}

static bool has_word(char **words, const char *word)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "", *fd = getenv("BENCH_CLOCK_FD");
	const bool hashes = strcmp(how, "hash") == 0, looks = hashes || strcmp(how, "read") == 0;
	void *(*open_one)(const char *file) = looks			    ? open_same
					      : strcmp(how, "plain") == 0   ? open_plain
					      : strcmp(how, "lock") == 0    ? open_lock
					      : strcmp(how, "gmodule") == 0 ? open_gmodule
									    : NULL;
	int64_t took;

	if (open_one) {
		took = open_all(open_one, looks, hashes);
	} else if (strcmp(how, "manager") == 0 && argc > 3) {
		took = manage(argv[2], argv[3], !has_word(argv + 4, "no-index"),
			      (struct span){.from_known = has_word(argv + 4, "known"),
					    .until_first = has_word(argv + 4, "first")});
	} else {
		fprintf(stderr, "modules_host: see its source for the usage\n");
		return 2;
	}
	if (fd)
		dprintf(atoi(fd), "%" PRId64 "\n", took);
	printf("%u\n", loaded);
	fflush(stdout);
	/* What it takes to unload them is not measured. */
	_Exit(0);
}
