/* SPDX-License-Identifier: MIT */
/* Where the dynamic linker looks for libraries (ld.so(8)), and the ones that are open already. */
#include "scope.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <sys/auxv.h>
#include <sys/stat.h>

enum { MAX_LINKS = 40, MAX_CONF_DEPTH = 8 };

struct abilock_libraries {
	struct abilock_arena arena;
	const char *root; /* "" for the system itself */
	const char *library_path;
	const char **directories; /* of ld.so.conf; read at first use */
	size_t directory_count;
	bool have_directories;
	const struct abilock_object *program; /* or NULL */
	struct abilock_object **objects;
	size_t object_count;
};

struct abilock_libraries *abilock_libraries_new(const char *root, const char *library_path)
{
	struct abilock_libraries *libraries = calloc(1, sizeof(*libraries));

	if (!libraries)
		return NULL;
	libraries->root = root ? abilock_arena_strdup(&libraries->arena, root) : "";
	if (library_path)
		libraries->library_path = abilock_arena_strdup(&libraries->arena, library_path);
	if (!libraries->root || (library_path && !libraries->library_path)) {
		abilock_libraries_free(libraries);
		return NULL;
	}
	return libraries;
}

void abilock_libraries_free(struct abilock_libraries *libraries)
{
	if (!libraries)
		return;
	for (size_t i = 0; i < libraries->object_count; i++)
		abilock_object_free(libraries->objects[i]);
	free(libraries->objects);
	free(libraries->directories);
	abilock_arena_clear(&libraries->arena);
	free(libraries);
}

void abilock_libraries_set_program(struct abilock_libraries *libraries,
				   const struct abilock_object *program)
{
	libraries->program = program;
}

/*
 * Follow links by hand below a root: an absolute link of an unpacked tree means a file of that
 * tree, not one of the running system. Returns the path (in the arena), or NULL when memory is out.
 */
static char *follow_links(struct abilock_libraries *libraries, char *path)
{
	char target[4096];

	for (int i = 0; path && libraries->root[0] && i < MAX_LINKS; i++) {
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		if (n <= 0)
			break;
		target[n] = '\0';
		if (target[0] == '/')
			path = abilock_arena_printf(&libraries->arena, "%s%s", libraries->root,
						    target);
		else
			path = abilock_arena_printf(&libraries->arena, "%.*s/%s",
						    (int)(path_base(path) - path), path, target);
	}
	return path;
}

static bool same_machine(const struct abilock_object *a, const struct abilock_object *b)
{
	return a->machine == b->machine && a->elf_class == b->elf_class && a->data == b->data;
}

/* An open library that is this file, or NULL. */
static struct abilock_object *already_open(const struct abilock_libraries *libraries,
					   const struct stat *st)
{
	for (size_t i = 0; i < libraries->object_count; i++) {
		struct abilock_object *object = libraries->objects[i];

		if (object->device == st->st_dev && object->inode == st->st_ino)
			return object;
	}
	return NULL;
}

/* 1: the library at @p path fits, 0: there is none or it is for another machine. */
static int try_path(struct abilock_libraries *libraries, char *path,
		    const struct abilock_object *needed_by, struct abilock_object **ret_object,
		    struct abilock_error *err)
{
	struct abilock_object *object;
	struct stat st;

	path = path ? follow_links(libraries, path) : NULL;
	if (!path)
		return abilock_error_nomem(err);
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	object = already_open(libraries, &st);
	if (!object) {
		int r = abilock_object_open(path, &object, err);

		/* ld.so goes on to the next directory where a file is no ELF file at all, or
		 * cannot be opened. */
		if (r == ABILOCK_E_NOT_ELF || r == ABILOCK_E_IO || r == ABILOCK_E_UNSUPPORTED)
			return 0;
		if (r < 0)
			return r;
		struct abilock_object **slot = abilock_array_push(
			&libraries->objects, &libraries->object_count, sizeof(*slot));
		if (!slot) {
			abilock_object_free(object);
			return abilock_error_nomem(err);
		}
		*slot = object;
	}
	if (!same_machine(object, needed_by))
		return 0;
	*ret_object = object;
	return 1;
}

/* Debian's multiarch folder of a machine, or NULL. */
static const char *triplet(const struct abilock_object *object)
{
	const bool is64 = object->elf_class == ELFCLASS64;
	const bool little = object->data == ELFDATA2LSB;

	switch (object->machine) {
	case EM_X86_64: return is64 ? "x86_64-linux-gnu" : "x86_64-linux-gnux32";
	case EM_386: return "i386-linux-gnu";
	case EM_AARCH64: return "aarch64-linux-gnu";
	case EM_ARM: return "arm-linux-gnueabihf";
	case EM_PPC64: return little ? "powerpc64le-linux-gnu" : "powerpc64-linux-gnu";
	case EM_S390: return is64 ? "s390x-linux-gnu" : NULL;
	case EM_RISCV: return is64 ? "riscv64-linux-gnu" : NULL;
	case EM_MIPS: return is64 ? "mips64el-linux-gnuabi64" : "mipsel-linux-gnu";
	default: return NULL;
	}
}

static const char *token_value(const char *token, size_t len, const struct abilock_object *object,
			       const char *origin)
{
	/* In a setuid program, whoever places the program would choose what it loads. */
	if (len == 6 && memcmp(token, "ORIGIN", 6) == 0)
		return getauxval(AT_SECURE) ? NULL : origin;
	if (len == 3 && memcmp(token, "LIB", 3) == 0)
		return object->elf_class == ELFCLASS64 ? "lib64" : "lib";
	return NULL;
}

/* Expand $ORIGIN, ${ORIGIN} and $LIB. An element with another token is passed over, as "". */
static char *expand(struct abilock_libraries *libraries, const char *dir, size_t len,
		    const struct abilock_object *object)
{
	const size_t folder = (size_t)(path_base(object->path) - object->path);
	/* Without its last slash, unless it is the root. */
	_cleanup_(freep) char *origin =
		folder == 0 ? strdup(".") : strndup(object->path, folder > 1 ? folder - 1 : 1);
	_cleanup_(freep) char *text = NULL;
	size_t size = 0;
	FILE *out = origin ? open_memstream(&text, &size) : NULL;
	bool known = true;

	for (size_t i = 0; out && known && i < len;) {
		if (dir[i] != '$') {
			(void)fputc(dir[i++], out);
			continue;
		}
		bool braced = i + 1 < len && dir[i + 1] == '{';
		size_t start = i + (braced ? 2 : 1), end = start;

		while (end < len && isupper((unsigned char)dir[end]))
			end++;
		const char *value = token_value(dir + start, end - start, object, origin);
		known = value && (!braced || (end < len && dir[end] == '}'));
		if (known)
			(void)fputs(value, out);
		i = end + (braced ? 1 : 0);
	}
	if (!out || fclose(out) != 0)
		return NULL;
	return abilock_arena_strdup(&libraries->arena, known ? text : "");
}

/* Look in each directory of a colon-separated list, which is @p owner's: its folder is $ORIGIN. */
static int try_list(struct abilock_libraries *libraries, const char *list, const char *prefix,
		    const struct abilock_object *owner, const char *name,
		    const struct abilock_object *needed_by, struct abilock_object **ret_object,
		    struct abilock_error *err)
{
	while (list && *list) {
		size_t len = strcspn(list, ":;");
		const char *dir = expand(libraries, list, len, owner);

		if (!dir)
			return abilock_error_nomem(err);
		/* $ORIGIN already lies below the root: it comes from the object's own path. */
		const char *under = memchr(list, '$', len) ? "" : prefix;
		if (len == 0) { /* an empty element is the current directory */
			dir = ".";
			under = "";
		}
		if (*dir) {
			int r = try_path(libraries,
					 abilock_arena_printf(&libraries->arena, "%s%s/%s", under,
							      dir, name),
					 needed_by, ret_object, err);
			if (r != 0)
				return r;
		}
		list += len;
		list += *list != '\0';
	}
	return 0;
}

static void read_conf(struct abilock_libraries *libraries, const char *path, int depth);

static void read_conf_include(struct abilock_libraries *libraries, const char *conf,
			      const char *pattern, int depth)
{
	glob_t found;
	char *full;

	if (pattern[0] == '/')
		full = abilock_arena_printf(&libraries->arena, "%s%s", libraries->root, pattern);
	else
		full = abilock_arena_printf(&libraries->arena, "%.*s%s",
					    (int)(path_base(conf) - conf), conf, pattern);
	if (!full || glob(full, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_conf(libraries, found.gl_pathv[i], depth + 1);
	globfree(&found);
}

/* ld.so.conf: a directory a line, `include PATTERN`, comments. What cannot be read is absent. */
static void read_conf(struct abilock_libraries *libraries, const char *path, int depth)
{
	_cleanup_(fclosep) FILE *in = depth < MAX_CONF_DEPTH ? fopen(path, "re") : NULL;
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;

	while (in && getline(&line, &size, in) > 0) {
		char *p = line + strspn(line, " \t");

		p[strcspn(p, "#\n")] = '\0';
		for (size_t n = strlen(p); n > 0 && isspace((unsigned char)p[n - 1]);)
			p[--n] = '\0';
		if (str_starts(p, "include ") || str_starts(p, "include\t")) {
			p += strlen("include");
			read_conf_include(libraries, path, p + strspn(p, " \t"), depth);
		} else if (*p == '/') {
			const char **slot =
				abilock_array_push(&libraries->directories,
						   &libraries->directory_count, sizeof(*slot));
			if (slot)
				*slot = abilock_arena_strdup(&libraries->arena, p);
		}
	}
}

static int try_system(struct abilock_libraries *libraries, const char *name,
		      const struct abilock_object *needed_by, struct abilock_object **ret_object,
		      struct abilock_error *err)
{
	const char *multiarch = triplet(needed_by);
	const char *const places[] = {"/lib",	"/usr/lib",   "/lib64",	       "/usr/lib64",
				      "/lib32", "/usr/lib32", "/usr/local/lib"};

	if (!libraries->have_directories) {
		char *conf = abilock_arena_printf(&libraries->arena, "%s/etc/ld.so.conf",
						  libraries->root);
		if (conf)
			read_conf(libraries, conf, 0);
		libraries->have_directories = true;
	}
	for (size_t i = 0; i < libraries->directory_count; i++) {
		if (!libraries->directories[i])
			continue;
		int r = try_path(libraries,
				 abilock_arena_printf(&libraries->arena, "%s%s/%s", libraries->root,
						      libraries->directories[i], name),
				 needed_by, ret_object, err);
		if (r != 0)
			return r;
	}
	/* A package tree has no ld.so.conf: the multiarch folder comes first there as well. */
	for (size_t i = 0; i < 2 && multiarch; i++) {
		int r = try_path(libraries,
				 abilock_arena_printf(&libraries->arena, "%s%s/%s/%s",
						      libraries->root, places[i], multiarch, name),
				 needed_by, ret_object, err);
		if (r != 0)
			return r;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int r = try_path(libraries,
				 abilock_arena_printf(&libraries->arena, "%s%s/%s", libraries->root,
						      places[i], name),
				 needed_by, ret_object, err);
		if (r != 0)
			return r;
	}
	return 0;
}

/* What a program linked with musl calls libc.so has the loader's name on disk. */
static int try_musl(struct abilock_libraries *libraries, const struct abilock_object *needed_by,
		    struct abilock_object **ret_object, struct abilock_error *err)
{
	char *pattern =
		abilock_arena_printf(&libraries->arena, "%s/lib/ld-musl-*.so.1", libraries->root);
	glob_t found;
	int r = 0;

	if (!pattern)
		return abilock_error_nomem(err);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++)
		r = try_path(libraries, abilock_arena_strdup(&libraries->arena, found.gl_pathv[i]),
			     needed_by, ret_object, err);
	globfree(&found);
	return r;
}

/* DT_RPATH counts only where there is no DT_RUNPATH; the program's serves every object. */
static int try_rpath(struct abilock_libraries *libraries, const char *name,
		     const struct abilock_object *needed_by, struct abilock_object **ret_object,
		     struct abilock_error *err)
{
	const struct abilock_object *program = libraries->program;

	if (needed_by->runpath)
		return 0;
	int r = try_list(libraries, needed_by->rpath, libraries->root, needed_by, name, needed_by,
			 ret_object, err);
	if (r == 0 && program && program != needed_by && !program->runpath)
		r = try_list(libraries, program->rpath, libraries->root, program, name, needed_by,
			     ret_object, err);
	return r;
}

int abilock_libraries_find(struct abilock_libraries *libraries, const char *name,
			   const struct abilock_object *needed_by,
			   struct abilock_object **ret_object, struct abilock_error *err)
{
	const struct abilock_object *program = libraries->program;
	const char *root = libraries->root;

	if (strchr(name, '$')) {
		name = expand(libraries, name, strlen(name), needed_by);
		if (!name)
			return abilock_error_nomem(err);
		root = ""; /* $ORIGIN lies below it already */
	}
	if (strchr(name, '/'))
		return try_path(libraries,
				abilock_arena_printf(&libraries->arena, "%s%s",
						     name[0] == '/' ? root : "", name),
				needed_by, ret_object, err);
	int r = try_rpath(libraries, name, needed_by, ret_object, err);
	if (r == 0)
		r = try_list(libraries, libraries->library_path, "", program ? program : needed_by,
			     name, needed_by, ret_object, err);
	if (r == 0)
		r = try_list(libraries, needed_by->runpath, root, needed_by, name, needed_by,
			     ret_object, err);
	if (r == 0)
		r = try_system(libraries, name, needed_by, ret_object, err);
	if (r == 0 && str_eq(name, "libc.so"))
		r = try_musl(libraries, needed_by, ret_object, err);
	return r;
}
