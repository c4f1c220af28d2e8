/* SPDX-License-Identifier: MIT */
/*
 * Paths in an unpacked package: an absolute link there means a file of the package, and not one of
 * the system that we run on.
 */
#include <errno.h>

#include "abimod.h"

/* As many as the kernel follows. */
enum { MAX_LINKS = 40 };

/* Where the walk stands. */
struct walk {
	const char *root;
	struct abilock_text done; /* below the root, without a slash at its end; with a NUL */
	char *rest;		  /* malloc'ed; what is still to go */
	unsigned links;
};

static void walk_deinit(struct walk *walk)
{
	abilock_text_deinit(&walk->done);
	free(walk->rest);
}

static void cut_last(struct abilock_text *path)
{
	while (path->length > 0 && path->data[path->length - 1] != '/')
		path->length--;
	path->length -= path->length > 0;
}

/* What the link at @p path leads to; NULL: it is none. malloc'ed. */
static char *read_link(const char *path)
{
	char target[4096];
	const ssize_t length = readlink(path, target, sizeof(target) - 1);

	return length > 0 ? strndup(target, (size_t)length) : NULL;
}

/* One more name. @return false when memory is out. */
static bool step(struct walk *walk, const char *name, size_t length, const char *behind)
{
	const size_t before = walk->done.length;
	_cleanup_(freep) char *path = NULL, *target = NULL;

	abilock_text_putc(&walk->done, '/');
	abilock_text_add(&walk->done, name, length);
	if (walk->done.failed ||
	    asprintf(&path, "%s%.*s", walk->root, (int)walk->done.length, walk->done.data) < 0) {
		path = NULL;
		return false;
	}
	target = walk->links < MAX_LINKS ? read_link(path) : NULL;
	if (!target)
		return true;
	char *rest = NULL;
	if (asprintf(&rest, "%s/%s", target, behind) < 0)
		return false;
	walk->links++;
	walk->done.length = *target == '/' ? 0 : before;
	free(walk->rest);
	walk->rest = rest;
	return true;
}

char *abimod_below_root(const char *root, const char *path)
{
	_cleanup_(walk_deinit) struct walk walk = {.root = root, .rest = strdup(path)};
	char *whole = NULL;

	for (const char *at = walk.rest; at && *at;) {
		const size_t length = strcspn(at, "/");
		const unsigned links = walk.links;

		if (length == 2 && at[0] == '.' && at[1] == '.')
			cut_last(&walk.done);
		else if (length > 0 && !(length == 1 && *at == '.') &&
			 !step(&walk, at, length, at + length))
			return NULL;
		at = walk.links == links ? at + length + (at[length] == '/') : walk.rest;
	}
	if (!walk.rest ||
	    asprintf(&whole, "%s%.*s", root, (int)walk.done.length, walk.done.data) < 0)
		return NULL;
	return whole;
}
