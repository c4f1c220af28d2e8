/* SPDX-License-Identifier: MIT */
#include "tag_abi.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <xxhash.h>

#include "../symbols/gate/baseline.h"
#include "../symbols/types/types_dwarf.h"

/* What is known of the surface's exports, one each. */
struct known {
	struct abilock_fingerprint *prints;
	const char **reasons; /* why a fingerprint is not known */
	struct abilock_types *types;
	struct abilock_baseline *baseline;
	struct abilock_arena arena;
};

void tag_abi_deinit(struct tag_abi *tags)
{
	abilock_arena_clear(&tags->arena);
	*tags = (struct tag_abi){0};
}

static void known_deinit(struct known *known)
{
	free(known->prints);
	free(known->reasons);
	abilock_types_free(known->types);
	abilock_baseline_free(known->baseline);
	abilock_arena_clear(&known->arena);
}

/* ---- where it is read from ---- */

static int read_head(const char *path, unsigned char *bytes, size_t size, size_t *ret_length,
		     struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, bytes, size);

	if (length < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	*ret_length = (size_t)length;
	return 0;
}

static bool is_linked(const unsigned char *bytes, size_t length)
{
	if (length < EI_NIDENT + 2 || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return false;
	const bool is_big = bytes[EI_DATA] == ELFDATA2MSB;
	const unsigned type = is_big ? (unsigned)bytes[16] << 8 | bytes[17]
				     : (unsigned)bytes[17] << 8 | bytes[16];

	return type == ET_EXEC || type == ET_DYN;
}

/* A file that has its own nodes: a baseline, or what the linker made. */
static int has_own_nodes(const struct tag_abi_question *question, bool *ret,
			 struct abilock_error *err)
{
	unsigned char bytes[64];
	size_t length = 0;

	*ret = false;
	if (question->path_count != 1)
		return 0;
	int r = read_head(question->paths[0], bytes, sizeof(bytes), &length, err);
	if (r == 0)
		*ret = is_linked(bytes, length) || abilock_baseline_is_text(bytes, length);
	return r;
}

static int read_objects(const struct tag_abi_question *question, struct known *known,
			struct abilock_error *err)
{
	const struct abilock_types_question types = {.paths = question->paths,
						     .path_count = question->path_count,
						     .surface = question->surface,
						     .headers = question->headers,
						     .header_count = question->header_count};
	int r = abilock_types_read(&types, &known->types, err);

	if (r == 0)
		r = abilock_types_fingerprints(known->types, &known->prints, err);
	for (size_t i = 0; r == 0 && i < question->surface->export_count; i++)
		known->reasons[i] = known->types->symbols[i].missing;
	return r;
}

/* ---- a file with its own nodes ---- */

static const char *export_key(struct abilock_arena *arena, const struct abilock_surface *surface,
			      const struct abilock_export *export)
{
	const char *node = export->node == ABILOCK_NO_NODE ? "" : surface->nodes[export->node].name;

	return abilock_arena_printf(arena, "%s@%s", export->name, node);
}

/* Values are indices, counted from 1. */
static bool index_exports(struct known *known, struct abilock_name_table *table)
{
	const struct abilock_surface *surface = known->baseline->surface;

	for (size_t i = 0; i < surface->export_count; i++) {
		const char *key = export_key(&known->arena, surface, &surface->exports[i]);

		if (!key || !abilock_name_table_put(table, key, (void *)(uintptr_t)(i + 1)))
			return false;
	}
	return true;
}

static const char *baseline_reason(const struct abilock_baseline *baseline, size_t i)
{
	const char *missing = baseline->types ? baseline->types->symbols[i].missing : NULL;

	return missing ? missing : "it has no fingerprint there";
}

static bool take_export(const struct tag_abi_question *question, struct known *known,
			const struct abilock_name_table *table, size_t i)
{
	const struct abilock_export *export = &question->surface->exports[i];
	const char *key = export_key(&known->arena, question->surface, export);
	const size_t found = key ? (size_t)(uintptr_t)abilock_name_table_find(table, key) : 0;

	if (found > 0) {
		known->prints[i] = known->baseline->prints[found - 1];
		known->reasons[i] = baseline_reason(known->baseline, found - 1);
	} else {
		known->reasons[i] =
			abilock_arena_printf(&known->arena, "%s does not have it in %s",
					     question->paths[0], strchr(key ? key : "@", '@') + 1);
	}
	return key && known->reasons[i];
}

static int check_baseline(const struct abilock_baseline *baseline, struct abilock_error *err)
{
	if (!baseline->has_private)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, baseline->path, NULL, 0,
					 "the baseline has no private nodes: make it with "
					 "'abiaudit baseline --private'");
	if (!baseline->has_prints || !baseline->prints)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, baseline->path, NULL, 0,
					 "the baseline has no fingerprints of types");
	return 0;
}

static int read_baseline(const struct tag_abi_question *question, struct known *known,
			 struct abilock_error *err)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table table = {0};
	const struct abilock_baseline_options options = {.with_private = true,
							 .with_prints = true,
							 .headers = question->headers,
							 .header_count = question->header_count};
	const size_t count = question->surface->export_count;
	int r = abilock_baseline_read(question->paths[0], &options, &known->baseline, err);

	if (r == 0)
		r = check_baseline(known->baseline, err);
	if (r < 0)
		return r;
	known->prints = calloc(count + 1, sizeof(*known->prints));
	if (!known->prints || !index_exports(known, &table))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < count; i++)
		if (!take_export(question, known, &table, i))
			return abilock_error_nomem(err);
	return 0;
}

/* ---- what is not known ---- */

static bool is_tagged(const struct tag_abi_question *question, size_t node)
{
	return node != ABILOCK_NO_NODE && question->decl->nodes[node].is_tagged;
}

static bool refuse_patterns(const struct tag_abi_question *question,
			    struct abilock_diagnostics *diags)
{
	for (size_t i = 0; i < question->decl->entry_count; i++) {
		const struct abilock_entry *entry = &question->decl->entries[i];
		struct abilock_diagnostic *diag;

		if (entry->is_local || !is_tagged(question, entry->node) ||
		    (!entry->is_pattern && entry->language == ABILOCK_LANGUAGE_C))
			continue;
		diag = abilock_diagnostics_add(
			diags, ABILOCK_LEVEL_ERROR, "abi-tag-pattern", entry->place,
			"the tag 'abi' needs the names of private symbols, '%s' stands for "
			"those that the linker finds",
			entry->text);
		if (!diag)
			return false;
		diag->fix = "list the symbols by name; versiongen collect can write the list";
	}
	return true;
}

/* Exports with an unknown type by their place: entries of a declaration come with one, exports do
 * not. */
static bool index_unknown(const struct tag_abi_question *question, struct known *known,
			  struct abilock_name_table *table)
{
	for (size_t i = 0; i < question->surface->export_count; i++) {
		const struct abilock_export *export = &question->surface->exports[i];
		const char *key;

		if (!is_tagged(question, export->node) || known->prints[i].is_known)
			continue;
		key = export_key(&known->arena, question->surface, export);
		if (!key || !abilock_name_table_put(table, key, (void *)(uintptr_t)(i + 1)))
			return false;
	}
	return true;
}

static bool refuse_unknown(struct known *known, const struct abilock_declaration *decl,
			   const struct abilock_entry *entry, struct abilock_name_table *table,
			   struct abilock_diagnostics *diags)
{
	const char *key = abilock_arena_printf(&known->arena, "%s@%s", entry->text,
					       decl->nodes[entry->node].name);
	const size_t found = key ? (size_t)(uintptr_t)abilock_name_table_find(table, key) : 0;
	struct abilock_diagnostic *diag;

	if (found == 0)
		return key != NULL;
	const char *reason = known->reasons[found - 1];
	diag = abilock_diagnostics_add(diags, ABILOCK_LEVEL_ERROR, "abi-tag-type", entry->place,
				       "the type of '%s' is not known: %s", entry->text,
				       reason ? reason : "no definition of it was found");
	if (!diag)
		return false;
	diag->fix = "give all objects that define private symbols, compiled with -g";
	/* A name may stand twice in its node. */
	return abilock_name_table_put(table, key, NULL);
}

static int check_known(const struct tag_abi_question *question, struct known *known,
		       struct abilock_diagnostics *diags, struct abilock_error *err)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table table = {0};

	if (!refuse_patterns(question, diags) || !index_unknown(question, known, &table))
		return abilock_error_nomem(err);
	for (size_t i = 0; table.count > 0 && i < question->decl->entry_count; i++) {
		const struct abilock_entry *entry = &question->decl->entries[i];

		if (!entry->is_local && is_tagged(question, entry->node) &&
		    !refuse_unknown(known, question->decl, entry, &table, diags))
			return abilock_error_nomem(err);
	}
	if (diags->failed)
		return abilock_error_nomem(err);
	if (diags->error_count > 0)
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0, "%s",
					 diags->items[0].message);
	return 0;
}

/* ---- the tags ---- */

static const char *digits(struct abilock_arena *arena, uint64_t value)
{
	return abilock_arena_printf(arena, "%016" PRIx64, value);
}

static int tag_node(const struct tag_abi_question *question, const struct known *known, size_t n,
		    struct tag_abi *ret, struct abilock_error *err)
{
	struct abilock_fingerprint print = {0};
	const char *unknown = NULL;
	int r = abilock_node_fingerprint(question->surface, known->prints, n, &print, &unknown,
					 err);

	if (r < 0)
		return r;
	if (!print.is_known) /* check_known() has seen all symbols */
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, NULL, NULL, 0,
					 "the type of '%s' is not known", unknown ? unknown : "?");
	ret->nodes[n] = digits(&ret->arena, print.value);
	return ret->nodes[n] ? 0 : abilock_error_nomem(err);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted: the order of nodes in the declaration means nothing to modules. */
static int tag_build(const struct abilock_surface *surface, struct tag_abi *ret,
		     struct abilock_error *err)
{
	_cleanup_(freep) const char **names = calloc(surface->node_count + 1, sizeof(*names));
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t count = 0;

	for (size_t n = 0; names && n < surface->node_count; n++) {
		if (!ret->nodes[n])
			continue;
		names[count] = tag_node_name(&ret->arena, surface->nodes[n].name, ret->nodes[n]);
		if (!names[count++])
			return abilock_error_nomem(err);
	}
	if (!names)
		return abilock_error_nomem(err);
	qsort(names, count, sizeof(*names), by_text);
	for (size_t i = 0; i < count; i++)
		abilock_text_printf(&text, "%s\n", names[i]);
	if (text.failed)
		return abilock_error_nomem(err);
	ret->build = digits(&ret->arena, XXH64(text.data ? text.data : "", text.length, 0));
	return ret->build ? 0 : abilock_error_nomem(err);
}

int tag_abi_read(const struct tag_abi_question *question, struct tag_abi *ret,
		 struct abilock_diagnostics *diags, struct abilock_error *err)
{
	_cleanup_(known_deinit) struct known known = {0};
	const struct abilock_surface *surface = question->surface;
	bool own_nodes = false;
	int r = 0;

	known.reasons = calloc(surface->export_count + 1, sizeof(*known.reasons));
	ret->nodes = abilock_arena_array(&ret->arena, surface->node_count + 1, sizeof(*ret->nodes));
	if (!known.reasons || !ret->nodes)
		return abilock_error_nomem(err);
	const bool is_needed = tag_is_needed(surface);
	if (is_needed)
		r = has_own_nodes(question, &own_nodes, err);
	if (is_needed && r == 0)
		r = own_nodes ? read_baseline(question, &known, err)
			      : read_objects(question, &known, err);
	if (is_needed && r == 0)
		r = check_known(question, &known, diags, err);
	for (size_t n = 0; r == 0 && n < surface->node_count; n++)
		if (surface->nodes[n].is_tagged)
			r = tag_node(question, &known, n, ret, err);
	return r == 0 ? tag_build(surface, ret, err) : r;
}
