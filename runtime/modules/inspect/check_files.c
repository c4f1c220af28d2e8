/* SPDX-License-Identifier: MIT */
/* A module's file, its manifest, and whether they belong together. */
#include "check.h"
#include "manifest/checksum.h"
#include "manifest/module_name.h"

static struct abilock_check_place in(const char *file)
{
	return (struct abilock_check_place){file, 0};
}

/* ---- names ---- */

static void check_name(struct abilock_check *check, const struct abilock_module *module,
		       const char *path, const char *suffix)
{
	const char *file = path ? path_base(path) : "";
	const char *name = module->manifest->name;

	if (!str_ends(file, suffix))
		return;
	const char *stem =
		abilock_arena_strndup(&check->arena, file, strlen(file) - strlen(suffix));
	if (!stem)
		check->no_memory = true;
	else if (!abilock_module_name_eq(stem, name))
		abilock_check_report(check, "name-mismatch", module->name, in(path),
				     "the file is called %s, and the module %s", file, name);
}

/* ---- the manifest against the module ---- */

static void check_checksum(struct abilock_check *check, const struct abilock_module *module,
			   const struct abilock_manifest *manifest)
{
	const char *checksum = manifest->checksum;
	struct abilock_error err = {0};

	if (!checksum || check->has_no_checksums)
		return;
	if (!abilock_checksum_is_known(checksum)) {
		abilock_check_report(check, "checksum-mismatch", module->name,
				     in(module->manifest_path),
				     "'%.80s' is no checksum: sha256:HEX was expected", checksum);
		return;
	}
	int r = abilock_checksum_compare(checksum, module->file.path, &err);
	if (r == 0)
		abilock_check_report(check, "checksum-mismatch", module->name,
				     in(module->manifest_path),
				     "%s is not the file that the manifest was made for",
				     path_base(module->file.path));
	else if (r == ABILOCK_E_NOMEM)
		check->no_memory = true;
	else if (r < 0) {
		check->has_no_checksums = r == ABILOCK_E_UNSUPPORTED;
		abilock_check_report_fix(check, "checksum-mismatch", module->name,
					 in(module->manifest_path),
					 "install libcrypto, so that checksums can be compared",
					 "the checksum was not compared: %s", err.message);
	}
}

static size_t line_length(const char *text)
{
	return strcspn(text, "\n");
}

static const char *next_line(const char *line)
{
	return line + line_length(line) + (line[line_length(line)] == '\n');
}

static bool is_same_line(const char *a, const char *b)
{
	return line_length(a) == line_length(b) && memcmp(a, b, line_length(a)) == 0;
}

/* Of a line, for a message. */
static int shown_length(const char *line)
{
	enum { SHOWN_MAX = 200 };

	return line_length(line) < SHOWN_MAX ? (int)line_length(line) : SHOWN_MAX;
}

/* The first line in which two texts differ, or that only one of them has. */
static void report_difference(struct abilock_check *check, const struct abilock_module *module,
			      const char *has, const char *wanted)
{
	const struct abilock_check_place place = in(module->manifest_path);
	const char *a = has, *b = wanted;

	while (*a && *b && is_same_line(a, b)) {
		a = next_line(a);
		b = next_line(b);
	}
	/* An empty line goes in front of a section. */
	a += *a == '\n' && *b != '\n';
	b += *b == '\n' && *a != '\n';
	if (!*a || (*b && is_same_line(a, next_line(b))))
		abilock_check_report(check, "manifest-differs", module->name, place,
				     "the module says '%.*s', the manifest does not",
				     shown_length(b), b);
	else if (!*b || is_same_line(b, next_line(a)))
		abilock_check_report(check, "manifest-differs", module->name, place,
				     "the manifest says '%.*s', the module does not",
				     shown_length(a), a);
	else
		abilock_check_report(check, "manifest-differs", module->name, place,
				     "the manifest says '%.*s', the module '%.*s'", shown_length(a),
				     a, shown_length(b), b);
}

static void compare_manifests(struct abilock_check *check, const struct abilock_module *module,
			      const struct abilock_manifest *manifest,
			      struct abilock_manifest *wanted)
{
	_cleanup_(abilock_text_deinit) struct abilock_text has = {0}, would_have = {0};
	struct abilock_manifest known = *manifest;

	/* It is of the file, and not in it. */
	wanted->checksum = manifest->checksum;
	/* What is unknown means nothing, and is a finding of its own. */
	known.unknown_count = wanted->unknown_count = 0;
	abilock_manifest_write(&has, &known);
	abilock_manifest_write(&would_have, wanted);
	abilock_text_putc(&has, '\0');
	abilock_text_putc(&would_have, '\0');
	if (has.failed || would_have.failed)
		check->no_memory = true;
	else if (!str_eq(has.data, would_have.data))
		report_difference(check, module, has.data, would_have.data);
}

/* A module without information of its own has a manifest from elsewhere, such as its sources. */
static void check_note(struct abilock_check *check, const struct abilock_module *module,
		       const struct abilock_manifest *manifest, const struct abilock_object *object)
{
	struct abilock_manifest **items = NULL;
	struct abilock_error err = {0};
	size_t count = 0;
	int r = abilock_manifest_of_object(object, &items, &count, &err);

	if (r == ABILOCK_E_NOMEM)
		check->no_memory = true;
	else if (r < 0)
		abilock_check_report(check, "module-unreadable", module->name,
				     in(module->file.path), "%s", err.message);
	for (size_t i = 0; i < count; i++) {
		if (!abilock_module_name_eq(items[i]->name, module->manifest->name))
			abilock_check_report(check, "name-mismatch", module->name,
					     in(module->file.path),
					     "the module calls itself %s, and not %s",
					     items[i]->name, module->manifest->name);
		else if (manifest)
			compare_manifests(check, module, manifest, items[i]);
		abilock_manifest_free(items[i]);
	}
	free(items);
}

/* ---- exports ---- */

/* What linkers and our own macros define. */
static bool is_own(const char *name)
{
	static const char *const names[] = {"_init", "_fini", "_edata", "_end", "__bss_start"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return str_starts(name, "abilock_");
}

static void check_exports(struct abilock_check *check, const struct abilock_module *module,
			  struct abilock_object *object)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	const char *first = NULL;
	struct abilock_error err = {0};
	size_t count = 0;

	if (module->manifest->export_globals ||
	    abilock_name_table_find(&check->needed, path_base(module->file.path)) ||
	    (object->soname && abilock_name_table_find(&check->needed, object->soname)))
		return;
	if (abilock_object_surface(object, &surface, &err) < 0) {
		abilock_check_report(check, "module-unreadable", module->name,
				     in(module->file.path), "%s", err.message);
		return;
	}
	for (size_t i = 0; i < surface->export_count; i++)
		if (!is_own(surface->exports[i].name)) {
			first = first ? first : surface->exports[i].name;
			count++;
		}
	if (count == 1)
		abilock_check_report(check, "exports-symbols", module->name, in(module->file.path),
				     "it exports %s", first);
	else if (count > 1)
		abilock_check_report(check, "exports-symbols", module->name, in(module->file.path),
				     "it exports %zu symbols: %s and others", count, first);
}

/* ---- all of one module ---- */

static void check_object(struct abilock_check *check, const struct abilock_module *module,
			 const struct abilock_manifest *manifest)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	struct abilock_error err = {0};
	int r = abilock_object_open(module->file.path, &object, &err);

	if (r == ABILOCK_E_NOMEM) {
		check->no_memory = true;
	} else if (r < 0) {
		abilock_check_report(check, "module-unreadable", module->name,
				     in(module->file.path), "%s", err.message);
	} else {
		check_note(check, module, manifest, object);
		check_exports(check, module, object);
		abilock_check_lock(check, module, object);
		if (manifest)
			check_checksum(check, module, manifest);
	}
}

void abilock_check_files(struct abilock_check *check, const struct abilock_module *module,
			 const struct abilock_manifest *manifest)
{
	check_name(check, module, module->manifest_path, ".manifest");
	check_name(check, module, module->file.path, ".so");
	if (module->file.path)
		check_object(check, module, manifest);
	else if (!module->manifest->is_embedded && module->manifest_path)
		abilock_check_report(check, "manifest-without-module", module->name,
				     in(module->manifest_path), "there is no %s.so beside it",
				     module->manifest->name);
	if (module->file.path && !module->manifest_path)
		abilock_check_report(check, "module-without-manifest", module->name,
				     in(module->file.path), "there is no %s.manifest beside it",
				     module->manifest->name);
}
