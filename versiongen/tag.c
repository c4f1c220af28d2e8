/* SPDX-License-Identifier: MIT */
#include "tag.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../symbols/declaration.h"
#include "git.h"

/* Longest tag: a node name with two SHA-256 hashes and some room. */
enum { TAG_MAX = 200 };

static bool is_hash(const char *s, size_t len)
{
	return (len == 40 || len == 64) && strspn(s, "0123456789abcdef") >= len;
}

static int fail(struct abilock_error *err, const char *dir, const char *text, const char *detail)
{
	return abilock_error_set(err, ABILOCK_E_IO, dir, NULL, 0, "%s%s%s", text,
				 detail ? ": " : "", detail ? detail : "");
}

static off_t file_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_size : -1;
}

/* A tree that was unpacked inside a checkout of something else has that one's commit in reach. */
static int check_tracked(const char *dir, struct abilock_error *err)
{
	_cleanup_(closep) int out = -1;
	int r = git_run(dir, GIT_ARGS("ls-files", "-z", "--", "."), -1, &out, err);

	if (r == 0 && file_size(out) == 0)
		return fail(
			err, dir,
			"git tracks no file here, so its commit does not tell what this is: give "
			"--repo, or --tag release:VERSION",
			NULL);
	return r;
}

/*
 * The same change must give the same bytes whatever the user's configuration says: all that shapes
 * a diff is set here.
 */
static int read_diff(const char *dir, int *ret_fd, struct abilock_error *err)
{
	return git_run(dir,
		       GIT_ARGS("-c", "core.quotePath=true", "-c", "core.fsmonitor=false", "-c",
				"diff.suppressBlankEmpty=false", "-c", "diff.relative=false", "-c",
				"diff.interHunkContext=0", "diff", "--no-ext-diff", "--no-textconv",
				"--no-color", "--binary", "--full-index", "--no-renames",
				"--unified=3", "--diff-algorithm=myers", "--no-indent-heuristic",
				"-O/dev/null", "--src-prefix=a/", "--dst-prefix=b/",
				"--submodule=short", "--ignore-submodules=untracked", "HEAD"),
		       -1, ret_fd, err);
}

static int tag_from_git(const char *dir, char *buf, size_t size, struct abilock_error *err)
{
	_cleanup_(closep) int diff = -1;
	char head[80], change[80];
	int r = git_line(dir, GIT_ARGS("rev-parse", "--verify", "HEAD^{commit}"), -1, head,
			 sizeof(head), err);

	if (r == 0)
		r = check_tracked(dir, err);
	if (r == 0)
		r = read_diff(dir, &diff, err);
	if (r < 0)
		return r;
	if (!is_hash(head, strlen(head)))
		return fail(err, dir, "git names a commit that is no hash", head);
	if (file_size(diff) == 0) {
		(void)snprintf(buf, size, "%s", head);
		return 0;
	}
	(void)lseek(diff, 0, SEEK_SET);
	r = git_line(dir, GIT_ARGS("hash-object", "--stdin"), diff, change, sizeof(change), err);
	if (r == 0 && !is_hash(change, strlen(change)))
		return fail(err, dir, "git hash-object gives no hash", change);
	(void)snprintf(buf, size, "%s_dirty_%s", head, change);
	return r;
}

/* @return 1 with the hash in @p buf, 0 when the file is absent or not substituted. */
static int tag_from_file(int dirfd, const char *dir, char *buf, size_t size,
			 struct abilock_error *err)
{
	_cleanup_(closep) int fd = openat(dirfd, TAG_FILE, O_RDONLY | O_CLOEXEC);
	char line[128];

	if (fd < 0)
		return errno == ENOENT ? 0 : fail(err, dir, TAG_FILE, strerror(errno));
	git_first_line(fd, line, sizeof(line));
	line[strcspn(line, "\r")] = '\0';
	if (str_starts(line, "$Format:"))
		return 0;
	if (!is_hash(line, strlen(line)))
		return fail(err, dir, TAG_FILE " holds neither a full commit hash nor $Format:%H$",
			    NULL);
	(void)snprintf(buf, size, "%s", line);
	return 1;
}

/* Whether a checkout tracks the file in @p dir: then its own commits tell more than the file does.
 */
static bool is_tracked(const char *dir)
{
	_cleanup_(closep) int out = -1;

	return git_run(dir, GIT_ARGS("ls-files", "-z", "--error-unmatch", "--", TAG_FILE), -1, &out,
		       NULL) == 0;
}

/*
 * From @p dir to the root; the nearest evidence counts, a file before the checkout beside it. But
 * an unpacked tarball that was committed again, as Debian packaging does, changes from there on.
 */
static int tag_from_tree(const char *dir, char *buf, size_t size, struct abilock_error *err)
{
	_cleanup_(closep) int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(freep) char *level = strdup(dir);
	struct stat here, above;

	if (!level)
		return abilock_error_nomem(err);
	if (at < 0 || fstat(at, &here) < 0)
		return fail(err, dir, "cannot look for the tag", strerror(errno));
	for (;;) {
		int r = tag_from_file(at, dir, buf, size, err);

		if (r > 0 && is_tracked(level))
			return tag_from_git(dir, buf, size, err);
		if (r != 0)
			return r < 0 ? r : 0;
		if (faccessat(at, ".git", F_OK, 0) == 0)
			return tag_from_git(dir, buf, size, err);
		int parent = openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (parent < 0 || fstat(parent, &above) < 0)
			above = here;
		closep(&at);
		at = parent;
		char *up = NULL;
		if (asprintf(&up, "%s/..", level) < 0)
			return abilock_error_nomem(err);
		free(level);
		level = up;
		if (above.st_dev == here.st_dev && above.st_ino == here.st_ino)
			break;
		here = above;
	}
	return fail(
		err, dir,
		"neither a git checkout nor an unpacked `git archive` with a substituted " TAG_FILE
		": give --tag release:VERSION",
		NULL);
}

static int check_string(const char *spec, const char *s, struct abilock_error *err)
{
	size_t good = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");

	if (*s == '\0')
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "tag '%.40s' has nothing behind the colon", spec);
	if (s[good] != '\0')
		return abilock_error_set(
			err, ABILOCK_E_USAGE, NULL, NULL, 0,
			"tag '%.80s': linkers agree on letters, digits, '_' and '.' "
			"in a node name, not on '%c'",
			spec, s[good]);
	if (strlen(s) > TAG_MAX)
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "the tag is longer than %d characters", TAG_MAX);
	return 0;
}

int tag_read(const char *spec, const char *dir, char **ret, struct abilock_error *err)
{
	char buf[TAG_MAX + 1];
	int r;

	if (str_eq(spec, "git")) {
		r = tag_from_tree(dir, buf, sizeof(buf), err);
	} else if (str_starts(spec, "release:") || str_starts(spec, "id:")) {
		const char *s = strchr(spec, ':') + 1;

		r = check_string(spec, s, err);
		(void)snprintf(buf, sizeof(buf), "%s", s);
	} else if (str_eq(spec, "abi")) {
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "tag 'abi' is read from objects, one for each private "
					 "node");
	} else {
		return abilock_error_set(
			err, ABILOCK_E_USAGE, NULL, NULL, 0,
			"tag '%.80s' is not one of git, abi, release:STRING, id:STRING", spec);
	}
	if (r < 0)
		return r;
	char *tag = strdup(buf);
	if (!tag)
		return abilock_error_nomem(err);
	*ret = tag;
	return 0;
}

const char *tags_of(const struct tags *tags, size_t node)
{
	return tags->nodes ? tags->nodes[node] : tags->build;
}

char *tag_node_name(struct abilock_arena *arena, const char *node, const char *tag)
{
	return abilock_arena_printf(arena, "%s_%s", node, tag);
}

char *tag_marker_name(struct abilock_arena *arena, const char *node)
{
	return abilock_arena_printf(arena, ABILOCK_MARKER_PREFIX "%s", node);
}

bool tag_is_needed(const struct abilock_surface *decl)
{
	for (size_t i = 0; i < decl->node_count; i++)
		if (decl->nodes[i].is_tagged)
			return true;
	return false;
}

static bool apply_to_nodes(const struct abilock_surface *decl, const struct tags *tags,
			   struct abilock_surface *out)
{
	out->nodes = abilock_arena_array(&out->arena, decl->node_count, sizeof(*out->nodes));
	for (size_t i = 0; out->nodes && i < decl->node_count; i++) {
		const struct abilock_node *from = &decl->nodes[i];
		struct abilock_node *to = &out->nodes[i];
		size_t *parents =
			abilock_arena_array(&out->arena, from->parent_count, sizeof(*parents));

		*to = *from;
		to->name = from->is_tagged
				   ? tag_node_name(&out->arena, from->name, tags_of(tags, i))
				   : abilock_arena_strdup(&out->arena, from->name);
		if (!to->name || !parents)
			return false;
		for (size_t k = 0; k < from->parent_count; k++)
			parents[k] = from->parents[k];
		to->parents = parents;
		out->node_count++;
	}
	return out->nodes;
}

/* Symbols in their order, the markers of all private nodes behind them. */
static bool apply_to_exports(const struct abilock_surface *decl, struct abilock_surface *out)
{
	out->exports = abilock_arena_array(&out->arena, decl->export_count + decl->node_count,
					   sizeof(*out->exports));
	for (size_t i = 0; out->exports && i < decl->export_count; i++) {
		struct abilock_export *to = &out->exports[out->export_count++];

		*to = decl->exports[i];
		to->name = abilock_arena_strdup(&out->arena, to->name);
		if (!to->name)
			return false;
	}
	for (size_t i = 0; out->exports && i < decl->node_count; i++) {
		const struct abilock_node *node = &decl->nodes[i];
		const char *name;

		if (!node->is_tagged)
			continue;
		name = tag_marker_name(&out->arena, node->name);
		if (!name)
			return false;
		out->exports[out->export_count++] =
			(struct abilock_export){.name = name,
						.node = i,
						.is_default = true,
						.type = STT_OBJECT,
						.bind = STB_GLOBAL,
						.visibility = STV_DEFAULT,
						.line = node->line};
	}
	return out->exports;
}

int tag_apply(const struct abilock_surface *decl, const struct tags *tags,
	      struct abilock_surface **ret, struct abilock_error *err)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *out = calloc(1, sizeof(*out));

	if (!out || !apply_to_nodes(decl, tags, out) || !apply_to_exports(decl, out))
		return abilock_error_nomem(err);
	*ret = take_ptr(out);
	return 0;
}
