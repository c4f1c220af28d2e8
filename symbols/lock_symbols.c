/* SPDX-License-Identifier: MIT */
/* The lock: symbols. */
#include "lock_check.h"

/* Where a symbol was found. */
struct resolution {
	const struct abilock_provider *provider; /* NULL: nowhere */
	struct abilock_symbol symbol;
};

static int look_in(struct abilock_check *check, const struct abilock_provider *provider,
		   const struct abilock_reference *reference, struct resolution *ret)
{
	int r = abilock_object_find(provider->object, reference->name,
				    reference->version ? reference->version->node : NULL,
				    &ret->symbol, check->err);

	if (r > 0)
		ret->provider = provider;
	return r;
}

/* Resolve as ld.so: through the scope in order, the file that a version names first. */
static int resolve(struct abilock_check *check, const struct abilock_reference *reference,
		   struct resolution *ret)
{
	const struct abilock_scope *scope = check->question->scope;
	const struct abilock_provider *named = NULL;
	int r = 0;

	*ret = (struct resolution){0};
	if (reference->version) {
		named = abilock_scope_named(scope, reference->version->file);
		/* In a library without any version ld.so would not look: it aborts. */
		if (named && named->object->has_versym)
			r = look_in(check, named, reference, ret);
	}
	for (size_t i = 0; r == 0 && i < scope->provider_count; i++) {
		const struct abilock_provider *provider = &scope->providers[i];

		if (provider == named)
			continue;
		r = look_in(check, provider, reference, ret);
	}
	return r;
}

static bool is_after(const struct abilock_report *report, const char *path)
{
	for (size_t i = 0; i < report->after_count; i++)
		if (str_eq(report->after[i], path))
			return true;
	return false;
}

/* A sibling that must be there first: note it once. */
static int note_sibling(struct abilock_check *check, const char *path)
{
	struct abilock_report *report = check->report;

	if (is_after(report, path))
		return 0;
	const char **slot = abilock_array_push(&report->after, &report->after_count, sizeof(*slot));
	if (slot)
		*slot = abilock_arena_strdup(&report->arena, path);
	return slot && *slot ? 0 : abilock_error_nomem(check->err);
}

static bool brings_in(const struct abilock_scope *scope, const struct abilock_object *library,
		      const char *sibling)
{
	for (size_t i = 0; i < scope->provider_count; i++) {
		const struct abilock_provider *provider = &scope->providers[i];

		if (provider->object == library && provider->sibling &&
		    str_eq(provider->sibling, sibling))
			return true;
	}
	return false;
}

/*
 * A library that only siblings bring in. Several may: one that must be loaded first for another
 * reason will do, and only else the first of them is named.
 */
static int note_library_sibling(struct abilock_check *check,
				const struct abilock_provider *provider)
{
	const struct abilock_report *report = check->report;

	for (size_t i = 0; i < report->after_count; i++)
		if (brings_in(check->question->scope, provider->object, report->after[i]))
			return 0;
	return note_sibling(check, provider->sibling);
}

/* In a second pass, when the siblings that define symbols themselves are known. */
static int note_library_siblings(struct abilock_check *check)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < check->library_count; i++)
		r = note_library_sibling(check, check->libraries[i]);
	return r;
}

static int note_provider(struct abilock_check *check, const struct abilock_provider *provider)
{
	if (provider->role == ABILOCK_ROLE_SIBLING)
		return note_sibling(check, provider->object->path);
	if (provider->role != ABILOCK_ROLE_SIBLING_LIBRARY || !provider->sibling)
		return 0;
	const struct abilock_provider **slot =
		abilock_array_push(&check->libraries, &check->library_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(check->err);
	*slot = provider;
	return 0;
}

/* A process may have several hosts; a module belongs to one of them. */
static bool is_private_node_of_another_host(const struct abilock_check *check,
					    const struct resolution *found)
{
	const struct abilock_object *object = found->provider ? found->provider->object : NULL;

	if (!object || object == check->question->host || !abilock_object_is_host(object))
		return false;
	const struct abilock_verdef *def = abilock_object_verdef(object, found->symbol.version);
	return def && def->is_private;
}

/* A symbol that belongs to a node that the host itself defines, not a copy of a library's data. */
static const struct abilock_verdef *host_node(const struct abilock_check *check,
					      const struct resolution *resolution)
{
	if (!resolution->provider || resolution->provider->role != ABILOCK_ROLE_HOST)
		return NULL;
	return abilock_object_verdef(check->question->host, resolution->symbol.version);
}

/* Add @p reference to the finding of this code about the whole module; make it if need be. */
static int collect(struct abilock_check *check, enum abilock_code code,
		   const struct abilock_object *host, const char *detail,
		   const struct abilock_reference *reference)
{
	const char *subject = host->soname ? host->soname : host->path;
	int r = abilock_check_add(check, code, subject, host->path, "%s", detail);

	if (r < 0)
		return r;
	return abilock_report_add_symbol(check->report, check->err,
					 abilock_report_find(check->report, code, subject),
					 reference->name);
}

bool abilock_check_links_host(const struct abilock_check *check)
{
	const struct abilock_object *module = check->object;

	for (size_t i = 0; i < module->verneed_count; i++)
		if (check->versions[i].is_of_host)
			return true;
	return false;
}

/* The report's counts are those of the module alone. */
static void count_symbol(struct abilock_check *check, enum abilock_role role)
{
	check->report->symbol_counts[role] += !check->is_library;
}

static const struct abilock_check_version *version_of(const struct abilock_check *check,
						      const struct abilock_verneed *need)
{
	return &check->versions[need - check->object->verneeds];
}

/* As abilock_object_find_in() for the host, whose modules use the same symbols. */
static int find_in_host(struct abilock_check *check, const char *name,
			const struct abilock_verdef *def)
{
	struct abilock_lock_memory *memory = check->question->memory;
	const char *own_name;

	if (memory && abilock_name_table_find(&memory->symbols, name) == def)
		return 1;
	int r = abilock_object_find_in(check->question->host, name, def, &own_name, check->err);
	if (r > 0 && memory && !abilock_name_table_put(&memory->symbols, own_name, (void *)def))
		r = abilock_error_nomem(check->err);
	return r;
}

/* A reference with a version that names the host. */
static int check_host_reference(struct abilock_check *check,
				const struct abilock_reference *reference,
				const struct abilock_check_version *version)
{
	const struct abilock_object *host = check->question->host;

	if (reference->is_weak) {
		check->weak++;
		return 0;
	}
	check->strong++;
	check->strong_private += version->is_private;
	if (!check->host_has_nodes || !version->def)
		return 0; /* the node is the finding */
	int r = find_in_host(check, reference->name, version->def);
	if (r > 0)
		count_symbol(check, ABILOCK_ROLE_HOST);
	if (r != 0)
		return r < 0 ? r : 0;
	if (str_starts(reference->name, ABILOCK_MARKER_PREFIX) && !check->host_is_locked)
		return abilock_check_add(check, ABILOCK_HOST_NOT_LOCKED, host->path, NULL,
					 "it has neither marker nor note: ABILOCK_HOST(); is "
					 "missing in it");
	return abilock_check_add(
		check, ABILOCK_MISSING_SYMBOL, reference->name, host->path,
		"the host has the node %s, but no such symbol in it: it was built from "
		"other sources%s",
		version->def->name, host->interp ? ", or linked without -rdynamic" : "");
}

static int add_unresolved(struct abilock_check *check, const struct abilock_reference *reference)
{
	const struct abilock_verneed *need = reference->version;
	const struct abilock_provider *named =
		need ? abilock_scope_named(check->question->scope, need->file) : NULL;

	/* The library or node that lacks is the finding then, not each symbol of it. */
	if (need && (!named ||
		     abilock_report_find(check->report, ABILOCK_MISSING_LIBRARY_NODE, need->node) ||
		     abilock_report_find(check->report, ABILOCK_LIBRARY_WITHOUT_NODES, need->file)))
		return 0;
	if (need)
		return abilock_check_add(check, ABILOCK_UNRESOLVED_SYMBOL, reference->name,
					 named->object->path, "%s has %s, but no such symbol in it",
					 need->file, need->node);
	return abilock_check_add(check, ABILOCK_UNRESOLVED_SYMBOL, reference->name, NULL,
				 "defined by neither the host, a library nor another module given");
}

static const char PLAIN_DETAIL[] =
	"the host would satisfy it in any build: link with it, or with its stub";

/* A reference without a version, to a symbol in the node @p def of the host. */
static int check_plain_host_reference(struct abilock_check *check, const struct abilock_verdef *def,
				      const struct abilock_reference *reference)
{
	const struct abilock_object *host = check->question->host;

	if (reference->is_weak) {
		check->weak++;
		if (check->kind && str_eq(check->kind, "public") && def->is_private)
			return collect(check, ABILOCK_MISLABELLED, host,
				       "build it with ABILOCK_MODULE(..., PRIVATE)", reference);
		return 0;
	}
	check->plain++;
	if (!abilock_check_links_host(check))
		return collect(check, ABILOCK_NOT_LINKED, host,
			       "nothing ties the module to a build: link it with the host or its "
			       "stub",
			       reference);
	return collect(check, ABILOCK_UNVERSIONED_REFERENCE, host, PLAIN_DETAIL, reference);
}

/* Every module has these from the compiler's start files, weak or (mold) not. */
static bool is_start_file_symbol(const char *name)
{
	if (name[0] != '_')
		return false;
	return name[1] == '_' ? str_eq(name, "__cxa_finalize") || str_eq(name, "__gmon_start__")
			      : str_starts(name, "_ITM_");
}

static int check_reference(struct abilock_check *check, const struct abilock_reference *reference)
{
	const struct abilock_check_version *version =
		reference->version ? version_of(check, reference->version) : NULL;
	struct resolution found;

	/* Nobody defines those that are weak, and nobody misses them: spare the search. */
	if (reference->is_weak && is_start_file_symbol(reference->name))
		return 0;
	if (version && version->is_of_host)
		return check_host_reference(check, reference, version);
	int r = resolve(check, reference, &found);
	if (r < 0)
		return r;
	const struct abilock_verdef *def = host_node(check, &found);
	check->foreign += !def && !reference->is_weak && !is_start_file_symbol(reference->name);
	if (!found.provider)
		return reference->is_weak ? 0 : add_unresolved(check, reference);
	count_symbol(check, found.provider->role);
	r = note_provider(check, found.provider);
	if (r >= 0 && def)
		return check_plain_host_reference(check, def, reference);
	/* A module has one host, but a process may have several. */
	if (r >= 0 && !reference->version && !reference->is_weak &&
	    is_private_node_of_another_host(check, &found))
		return collect(check, ABILOCK_UNVERSIONED_REFERENCE, found.provider->object,
			       PLAIN_DETAIL, reference);
	return r;
}

int abilock_check_references(struct abilock_check *check)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < check->needs.reference_count; i++)
		r = check_reference(check, &check->needs.references[i]);
	if (r >= 0)
		r = note_library_siblings(check);
	free(take_ptr(check->libraries));
	return r;
}
