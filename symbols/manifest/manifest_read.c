/* SPDX-License-Identifier: MIT */
#include "manifest_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../name_table.h"
#include "ini.h"

/* More than any manifest has; what is larger is something else. */
enum { MAX_SIZE = 1 << 24 };

struct reader {
	struct abilock_manifest *manifest;
	struct abilock_diagnostics *diags;
	uint32_t *lines; /* by key: where it stood first; 0: not yet */
};

static struct abilock_diagnostic *add(struct reader *r, enum abilock_level level, const char *rule,
				      struct abilock_place place, const char *text)
{
	return abilock_diagnostics_add(r->diags, level, rule, place, "%s", text);
}

/* A value that we do not take: not the end of reading. */
static int refuse(struct reader *r, const struct abilock_ini_line *line, const char *problem)
{
	abilock_diagnostics_add(r->diags, ABILOCK_LEVEL_ERROR, "manifest-value", line->value_place,
				"%s=%s: %s", line->key, line->value, problem);
	return 0;
}

static int keep(struct reader *r, const struct abilock_ini_line *line)
{
	return abilock_manifest_keep(r->manifest, line->section, line->key, line->value,
				     line->place)
		       ? 0
		       : ABILOCK_E_NOMEM;
}

static int take_unknown_key(struct reader *r, const struct abilock_ini_line *line)
{
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		r->diags, ABILOCK_LEVEL_WARNING, "manifest-unknown-key", line->place,
		"the key '%s' has no meaning in [module]", line->key);

	if (diag && abilock_manifest_list(r->manifest, line->key))
		diag->fix = "write it in a section of this name, as TYPE=NAME";
	return keep(r, line);
}

static int take_key(struct reader *r, const struct abilock_ini_line *line)
{
	const struct abilock_manifest_key *key = abilock_manifest_find_key(line->key);
	const char *problem;

	if (!key)
		return take_unknown_key(r, line);
	uint32_t *first = &r->lines[key - abilock_manifest_keys];
	if (*first && key->kind != ABILOCK_MANIFEST_CONFIG) {
		struct abilock_diagnostic *diag = abilock_diagnostics_add(
			r->diags, ABILOCK_LEVEL_ERROR, "manifest-duplicate-key", line->place,
			"'%s' stands here and in line %u", line->key, *first);
		if (diag)
			diag->fix = "keep one of the two";
		return 0;
	}
	*first = line->place.line;
	int result = abilock_manifest_set_key(r->manifest, key, line->value, &problem);
	return result == 0 ? refuse(r, line, problem) : result < 0 ? result : 0;
}

static int take_section(struct reader *r, const struct abilock_ini_line *line)
{
	if (!str_eq(line->section, "module") && !abilock_manifest_list(r->manifest, line->section))
		abilock_diagnostics_add(r->diags, ABILOCK_LEVEL_WARNING, "manifest-unknown-key",
					line->place, "the section [%s] has no meaning",
					line->section);
	return 0;
}

static int take(const struct abilock_ini_line *line, void *data)
{
	struct reader *r = data;
	const char *problem;

	if (!line->key)
		return take_section(r, line);
	if (!*line->section) {
		struct abilock_diagnostic *diag =
			add(r, ABILOCK_LEVEL_ERROR, "manifest-value", line->place,
			    "a key in front of the first section");
		if (diag)
			diag->fix = "begin with [module]";
		return 0;
	}
	if (str_eq(line->section, "module"))
		return take_key(r, line);
	if (!abilock_manifest_list(r->manifest, line->section))
		return keep(r, line);
	int result = abilock_manifest_append(r->manifest, line->section, line->key, line->value,
					     line->place, &problem);
	return result == 0 ? refuse(r, line, problem) : result < 0 ? result : 0;
}

static bool complain_twice(struct reader *r, const struct abilock_capability *again,
			   const struct abilock_capability *first)
{
	const bool is_same = again->priority == first->priority;
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		r->diags, is_same ? ABILOCK_LEVEL_WARNING : ABILOCK_LEVEL_ERROR,
		"manifest-duplicate-key", again->place, "%s=%s stands here and in line %u%s",
		again->type, again->name, first->place.line,
		is_same ? "" : ", with another priority");

	if (diag)
		diag->fix = "keep one of the two";
	return diag;
}

/* What a list says twice. */
static bool check_list(struct reader *r, const struct abilock_capabilities *list)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table seen = {0};
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};

	if (list->count < 2)
		return true;
	if (!abilock_name_table_reserve(&seen, list->count))
		return false;
	for (size_t i = 0; i < list->count; i++) {
		struct abilock_capability *item = &list->items[i];
		char *name = abilock_arena_printf(&arena, "%s=%s", item->type, item->name);
		const struct abilock_capability *first =
			name ? abilock_name_table_find(&seen, name) : NULL;

		if (!name || (first && !complain_twice(r, item, first)))
			return false;
		if (!first && !abilock_name_table_put(&seen, name, item))
			return false;
	}
	return true;
}

static int check(struct reader *r)
{
	const struct abilock_capabilities *lists[] = {&r->manifest->uses, &r->manifest->canuse,
						      &r->manifest->willuse,
						      &r->manifest->provides};

	if (r->lines[0] == 0) {
		struct abilock_diagnostic *diag =
			add(r, ABILOCK_LEVEL_ERROR, "manifest-value", (struct abilock_place){0},
			    "there is no name= in [module]");
		if (diag)
			diag->fix = "write name=NAME: that of the module's file without .so";
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (!check_list(r, lists[i]))
			return ABILOCK_E_NOMEM;
	return r->diags->failed ? ABILOCK_E_NOMEM : 0;
}

int abilock_manifest_parse(const char *text, size_t length, const char *path,
			   struct abilock_manifest **ret_manifest,
			   struct abilock_diagnostics *diags)
{
	const size_t errors = diags->error_count;
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest =
		abilock_manifest_new(NULL);
	_cleanup_(freep) uint32_t *lines = calloc(abilock_manifest_key_count, sizeof(*lines));
	struct reader r = {.manifest = manifest, .diags = diags, .lines = lines};

	if (!manifest || !lines)
		return ABILOCK_E_NOMEM;
	manifest->path = path ? abilock_arena_strdup(&manifest->arena, path) : NULL;
	if (path && !manifest->path)
		return ABILOCK_E_NOMEM;
	int result = abilock_ini_read(text, length, 0, &manifest->arena, take, &r, diags);
	if (result == 0)
		result = check(&r);
	if (result < 0)
		return result;
	if (diags->error_count > errors)
		return ABILOCK_E_SYNTAX;
	*ret_manifest = take_ptr(manifest);
	return 0;
}

/* ---- files ---- */

static int read_file(const char *path, struct abilock_text *text, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size > MAX_SIZE)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s",
					 S_ISREG(st.st_mode) ? "larger than any manifest (16 MiB)"
							     : "no regular file");
	if (abilock_text_read(text, fd, MAX_SIZE) == 0)
		return 0;
	return errno == ENOMEM ? abilock_error_nomem(err)
			       : abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s",
						   errno == EFBIG ? "it grows while it is read"
								  : strerror(errno));
}

static int set_first(struct abilock_error *err, const char *path,
		     const struct abilock_diagnostics *diags)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->level == ABILOCK_LEVEL_ERROR)
			return abilock_error_set_line(err, path, diag->place.line,
						      diag->place.column, "%s", diag->message);
	}
	return abilock_error_nomem(err);
}

int abilock_manifest_read(const char *path, struct abilock_manifest **ret_manifest,
			  struct abilock_diagnostics *diags, struct abilock_error *err)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics own = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = read_file(path, &text, err);

	if (r < 0)
		return r;
	r = abilock_manifest_parse(text.data, text.length, path, ret_manifest,
				   diags ? diags : &own);
	if (r == ABILOCK_E_SYNTAX)
		return set_first(err, path, diags ? diags : &own);
	return r < 0 ? abilock_error_nomem(err) : 0;
}
