/* SPDX-License-Identifier: MIT */
/* The lock: version nodes. */
#include "lock_check.h"

/* Whether a DT_NEEDED name means the host. */
static bool is_host_name(const struct abilock_check *check, const char *file)
{
	const struct abilock_object *host = check->question->host;
	/* What the module calls the host is the host for its libraries as well. */
	const struct abilock_note *note = check->question->module->note;

	if (host->soname ? str_eq(host->soname, file) : str_eq(path_base(host->path), file))
		return true;
	return note && note->soname && str_eq(note->soname, file);
}

static int add_node_symbols(struct abilock_check *check, enum abilock_code code,
			    const struct abilock_verneed *need)
{
	struct abilock_finding *finding = abilock_report_find(check->report, code, need->node);
	const char *marker = NULL;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < check->needs.reference_count; i++) {
		const char *name = check->needs.references[i].name;

		if (check->needs.references[i].version != need)
			continue;
		/* Our own marker says nothing to a reader, unless nothing else is there. */
		if (str_starts(name, ABILOCK_MARKER_PREFIX))
			marker = name;
		else
			r = abilock_report_add_symbol(check->report, check->err, finding, name);
	}
	if (r >= 0 && marker && finding->symbol_count == 0)
		r = abilock_report_add_symbol(check->report, check->err, finding, marker);
	return r;
}

/* Of the symbols behind a missing private node, those that the host now exports publicly. */
static int check_promoted(struct abilock_check *check, const struct abilock_verneed *need)
{
	struct abilock_object *host = check->question->host;

	for (size_t i = 0; i < check->needs.reference_count; i++) {
		const struct abilock_reference *reference = &check->needs.references[i];
		struct abilock_symbol symbol;

		if (reference->version != need)
			continue;
		int r = abilock_object_find_any(host, reference->name, &symbol, check->err);
		const struct abilock_verdef *def =
			r > 0 ? abilock_object_verdef(host, symbol.version) : NULL;
		if (def && !def->is_private)
			r = abilock_check_add(check, ABILOCK_PROMOTED_SYMBOL, reference->name,
					      host->path, "it was in %s and is in %s now",
					      need->node, def->name);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The host's node whose name differs from this one in the fingerprint of its types. */
static const char *other_types(const struct abilock_object *host, const char *node)
{
	for (size_t i = 0; i < host->verdef_count; i++)
		if (abilock_node_names_differ_in_types(host->verdefs[i].name, node))
			return host->verdefs[i].name;
	return NULL;
}

static int add_missing_node(struct abilock_check *check, const struct abilock_verneed *need)
{
	const struct abilock_object *host = check->question->host;
	const char *other = other_types(host, need->node);
	const char *tag = check->report->host.tag;
	/* The host's own tag is one of all its nodes then, which says nothing of this one. */
	const bool is_types =
		host->note && host->note->node && abilock_node_name_fingerprint(host->note->node);
	int r;

	if (other)
		r = abilock_check_add(check, ABILOCK_MISSING_NODE, need->node, host->path,
				      "types behind its symbols changed: the host has %s", other);
	else
		r = abilock_check_add(check, ABILOCK_MISSING_NODE, need->node, host->path,
				      "the host has %s", tag && !is_types ? tag : "other nodes");
	return r < 0 ? r : add_node_symbols(check, ABILOCK_MISSING_NODE, need);
}

static int check_host_node(struct abilock_check *check, const struct abilock_verneed *need,
			   const struct abilock_check_version *version)
{
	const struct abilock_object *host = check->question->host;
	const bool is_private = version->is_private;
	int r = 0;

	if (is_private) {
		if (abilock_node_name_fingerprint(need->node))
			check->report->needs_same_types = true;
		else
			check->report->needs_same_build = true;
		if (!check->report->module.tag && !check->is_library && !check->question->is_brief)
			check->report->module.tag =
				abilock_arena_text(&check->report->arena, need->node);
		if (check->kind && str_eq(check->kind, "public")) {
			r = abilock_check_add(check, ABILOCK_MISLABELLED, need->node, host->path,
					      "build it with ABILOCK_MODULE(..., PRIVATE)");
			if (r >= 0)
				r = add_node_symbols(check, ABILOCK_MISLABELLED, need);
		}
	}
	if (r >= 0 && (need->flags & VER_FLG_WEAK)) {
		r = abilock_check_add(check, ABILOCK_WEAK_NODE, need->node, host->path,
				      "VER_FLG_WEAK: the dynamic linker would only warn");
		if (r >= 0)
			r = add_node_symbols(check, ABILOCK_WEAK_NODE, need);
	}
	if (r < 0 || !check->host_has_nodes || version->def)
		return r;
	r = add_missing_node(check, need);
	if (r >= 0 && is_private)
		r = check_promoted(check, need);
	return r;
}

static int check_library_node(struct abilock_check *check, const struct abilock_verneed *need)
{
	const struct abilock_provider *provider =
		abilock_scope_named(check->question->scope, need->file);
	const struct abilock_object *library = provider ? provider->object : NULL;
	int r;

	if (!library) /* a missing library is a finding of its own */
		return 0;
	/* Only a library without any version makes ld.so abort. Where it has versions of others'
	 * symbols (most have those of libc), its own symbols satisfy every node. */
	if (!library->has_versym)
		return abilock_check_add(check, ABILOCK_LIBRARY_WITHOUT_NODES, need->file,
					 library->path, "the module needs %s of it", need->node);
	if (library->verdef_count == 0)
		return 0;
	if ((need->flags & VER_FLG_WEAK) && abilock_object_is_host(library) &&
	    abilock_node_name_is_private(need->node)) {
		r = abilock_check_add(check, ABILOCK_WEAK_NODE, need->node, library->path,
				      "VER_FLG_WEAK: the dynamic linker would only warn");
		return r < 0 ? r : add_node_symbols(check, ABILOCK_WEAK_NODE, need);
	}
	if ((need->flags & VER_FLG_WEAK) || abilock_object_find_needed(library, need))
		return 0;
	r = abilock_check_add(check, ABILOCK_MISSING_LIBRARY_NODE, need->node, library->path,
			      "the module was built with a newer %s", need->file);
	return r < 0 ? r : add_node_symbols(check, ABILOCK_MISSING_LIBRARY_NODE, need);
}

/* What no linker writes, but patchelf --remove-needed leaves: ld.so ends the process over it. */
static int check_orphan(struct abilock_check *check, const struct abilock_verneed *need)
{
	if (abilock_object_needs_file(check->object, need->file))
		return 0;
	return abilock_check_add(check, ABILOCK_NOT_LINKED, need->file, NULL,
				 "it needs the node %s of a library that it does not need itself "
				 "(DT_NEEDED was removed): the dynamic linker would abort",
				 need->node);
}

/* The nodes of one file follow each other, and share its name. */
static bool is_of_same_file(const struct abilock_object *module, size_t number)
{
	return number > 0 && module->verneeds[number].file == module->verneeds[number - 1].file;
}

static int look_up_versions(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	struct abilock_check_version *versions = abilock_arena_array(
		&check->object->arena, module->verneed_count + 1, sizeof(*versions));

	if (!versions)
		return abilock_error_nomem(check->err);
	for (size_t i = 0; i < module->verneed_count; i++) {
		const struct abilock_verneed *need = &module->verneeds[i];

		versions[i].is_of_host = is_of_same_file(module, i)
						 ? versions[i - 1].is_of_host
						 : is_host_name(check, need->file);
		if (versions[i].is_of_host)
			versions[i].def = abilock_object_find_needed(check->question->host, need);
		versions[i].is_private = versions[i].def ? versions[i].def->is_private
							 : abilock_node_name_is_private(need->node);
	}
	check->versions = versions;
	return 0;
}

int abilock_check_nodes(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	const struct abilock_object *host = check->question->host;
	int r = look_up_versions(check);

	for (size_t i = 0; r >= 0 && i < module->verneed_count; i++) {
		const struct abilock_verneed *need = &module->verneeds[i];

		/* The finding is about the file. */
		if (!is_of_same_file(module, i))
			r = check_orphan(check, need);
		if (r < 0)
			break;
		if (!check->versions[i].is_of_host) {
			r = check_library_node(check, need);
			continue;
		}
		if (!check->host_has_nodes)
			r = abilock_check_add(
				check, ABILOCK_HOST_WITHOUT_NODES, host->path, NULL,
				"the module needs %s and the host defines no version node "
				"at all: it was linked without its version script",
				need->node);
		if (r >= 0)
			r = check_host_node(check, need, &check->versions[i]);
	}
	return r;
}
