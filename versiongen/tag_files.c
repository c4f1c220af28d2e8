/* SPDX-License-Identifier: MIT */
#include "tag.h"

#include <sys/stat.h>

#include "git.h"

/* A name as it is given, seen from @p dir. */
static const char *below(struct abilock_names *names, const char *dir, const char *name)
{
	return *name == '/' || str_eq(dir, ".")
		       ? abilock_arena_strdup(&names->arena, name)
		       : abilock_arena_printf(&names->arena, "%s/%s", dir, name);
}

/* A file that is not there would be old for ever. */
static int add_existing(struct abilock_names *names, const char *dir, const char *name,
			struct abilock_error *err)
{
	const char *path = below(names, dir, name);

	if (path && access(path, F_OK) < 0)
		return 0;
	const char **slot =
		path ? abilock_array_push(&names->items, &names->count, sizeof(*slot)) : NULL;
	if (!slot)
		return abilock_error_nomem(err);
	*slot = path;
	return 0;
}

/*
 * HEAD names a branch, whose file names the commit, unless packed-refs or a reftable does. The log
 * of HEAD tells of each move of a branch that has no file yet.
 */
static int add_git_files(struct abilock_names *names, const char *dir, struct abilock_error *err)
{
	_cleanup_(fclosep) FILE *file = NULL;
	_cleanup_(freep) char *line = NULL;
	char branch[4096] = "HEAD";
	size_t size = 0;
	ssize_t length;
	int out = -1, r = 0;

	if (git_line(dir, GIT_ARGS("symbolic-ref", "-q", "HEAD"), -1, branch, sizeof(branch),
		     NULL) < 0)
		(void)strcpy(branch, "HEAD"); /* no branch */
	r = git_run(dir,
		    GIT_ARGS("rev-parse", "--git-path", "HEAD", "--git-path", branch, "--git-path",
			     "packed-refs", "--git-path", "reftable/tables.list", "--git-path",
			     "logs/HEAD", "--git-path", "index"),
		    -1, &out, err);
	if (r < 0)
		return r;
	(void)lseek(out, 0, SEEK_SET);
	file = fdopen(out, "r");
	if (!file)
		return abilock_error_nomem(err);
	while (r == 0 && (length = getline(&line, &size, file)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (names->count == 0 || !str_ends(names->items[names->count - 1], line))
			r = add_existing(names, dir, line, err);
	}
	return r;
}

static bool is_root(const char *dir)
{
	_cleanup_(freep) char *above = NULL;
	struct stat a, b;

	return asprintf(&above, "%s/..", dir) < 0 || stat(dir, &a) < 0 || stat(above, &b) < 0 ||
	       (a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

static bool has_checkout(const char *dir)
{
	_cleanup_(freep) char *path = NULL;

	return asprintf(&path, "%s/.git", dir) >= 0 && access(path, F_OK) == 0;
}

/* More than tag_read() looks at is harmless: a file that changes for nothing gives the same tag. */
int tag_files(const char *spec, const char *dir, struct abilock_names *ret,
	      struct abilock_error *err)
{
	_cleanup_(freep) char *level = strdup(dir);
	int r = level ? 0 : abilock_error_nomem(err);

	if (!str_eq(spec, "git"))
		return r;
	while (r == 0) {
		r = add_existing(ret, level, TAG_FILE, err);
		if (r < 0 || has_checkout(level) || is_root(level))
			break;
		char *up = NULL;
		if (asprintf(&up, "%s%s", str_eq(level, ".") ? "" : level,
			     str_eq(level, ".") ? ".." : "/..") < 0)
			return abilock_error_nomem(err);
		free(level);
		level = up;
	}
	return r == 0 && has_checkout(level) ? add_git_files(ret, dir, err) : r;
}
