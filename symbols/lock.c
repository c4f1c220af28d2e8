/* SPDX-License-Identifier: MIT */
#include "lock.h"

#include <errno.h>
#include <sys/stat.h>

#include "stamp.h"

static const struct {
	const char *name, *summary;
} codes[ABILOCK_CODE_COUNT] = {
	[ABILOCK_WRONG_CLASS] = { "wrong-class", "the module is for another word size" },
	[ABILOCK_WRONG_BYTE_ORDER] = { "wrong-byte-order", "the module is for another byte order" },
	[ABILOCK_WRONG_MACHINE] = { "wrong-machine", "the module is for another machine" },
	[ABILOCK_NOT_A_MODULE] = { "not-a-module", "the file is no shared object" },
	[ABILOCK_UNSAFE_PATH] = { "unsafe-path", "anybody can replace the module's file" },
	[ABILOCK_STALE_HOST] = { "stale-host",
				 "the running host is older than the host on disk" },
	[ABILOCK_SECOND_HOST_COPY] = { "second-host-copy",
				       "the module would load a second copy of the host" },
	[ABILOCK_OTHER_HOST] = { "other-host", "the module was made for another host" },
	[ABILOCK_HOST_NOT_LOCKED] = { "host-not-locked", "the host carries no lock" },
	[ABILOCK_HOST_WITHOUT_NODES] = { "host-without-nodes",
					 "the host was linked without its version script" },
	[ABILOCK_HOST_WITHOUT_SONAME] = { "host-without-soname",
					  "the host lacks the soname that its modules link to" },
	[ABILOCK_STAMP_MISMATCH] = { "stamp-mismatch", "the module has another build's stamp" },
	[ABILOCK_PROMOTED_SYMBOL] = { "promoted-symbol",
				      "a private symbol has become a public one since" },
	[ABILOCK_MISSING_NODE] = { "missing-node",
				   "the host lacks a version node that the module needs" },
	[ABILOCK_WEAK_NODE] = { "weak-node",
				"the module needs a node of the host only weakly, so nothing "
				"enforces it" },
	[ABILOCK_MISLABELLED] = { "mislabelled",
				  "the module says PUBLIC and needs a private node" },
	[ABILOCK_NOT_LINKED] = { "not-linked", "the module was not linked with the host" },
	[ABILOCK_UNVERSIONED_REFERENCE] = { "unversioned-reference",
					    "the module refers to a versioned symbol of the host "
					    "without a version" },
	[ABILOCK_WEAK_REFERENCES_ONLY] = { "weak-references-only",
					   "the module refers to the host only weakly" },
	[ABILOCK_DATA_ONLY] = { "data-only", "the module is data alone and bound to nothing" },
	[ABILOCK_NO_HOST_SYMBOL] = { "no-host-symbol", "the module uses no symbol of the host" },
	[ABILOCK_NO_MARKER] = { "no-marker",
				"the module does not refer to a private node of the host" },
	[ABILOCK_NO_NOTE] = { "no-note", "the module carries no lock" },
	[ABILOCK_OTHER_BUILD] = { "other-build", "the module was made for another build" },
	[ABILOCK_MISSING_SYMBOL] = { "missing-symbol",
				     "the host has the node but not the symbol" },
	[ABILOCK_MISSING_LIBRARY] = { "missing-library", "a library is not found" },
	[ABILOCK_LIBRARY_WITHOUT_NODES] = { "library-without-nodes",
					    "a library has no version nodes where some are "
					    "needed" },
	[ABILOCK_MISSING_LIBRARY_NODE] = { "missing-library-node",
					   "a library lacks a version node" },
	[ABILOCK_UNRESOLVED_SYMBOL] = { "unresolved-symbol", "nothing defines a symbol" },
};

const char *abilock_code_name(enum abilock_code code)
{
	return codes[code].name;
}

const char *abilock_code_summary(enum abilock_code code)
{
	return codes[code].summary;
}

/* What one check works on. */
struct check {
	const struct abilock_lock_question *question;
	struct abilock_needs needs;
	struct abilock_report *report;
	struct abilock_error *err;
	bool host_is_locked;  /* carries our note */
	bool host_has_nodes;
	const char *kind; /* of the module's note, or NULL */
	/* Counted by check_references() */
	size_t strong;	       /* strong references to a node of the host */
	size_t strong_private; /* those among them that name a private node */
	size_t weak;	       /* weak references that the host would satisfy */
	size_t plain;	       /* strong references without a version to versioned host symbols */
	size_t foreign;	       /* strong references to anything else */
	const struct abilock_provider **libraries; /* siblings' libraries in use; malloc'ed */
	size_t library_count;
};

void abilock_report_free(struct abilock_report *report)
{
	if (!report)
		return;
	free(report->findings);
	free(report->after);
	abilock_arena_clear(&report->arena);
	free(report);
}

/* ---- findings ---- */

static struct abilock_finding *find_finding(const struct check *check, enum abilock_code code,
					    const char *subject)
{
	for (size_t i = 0; i < check->report->finding_count; i++) {
		struct abilock_finding *finding = &check->report->findings[i];

		if (finding->code == code && (!subject || str_eq(finding->subject, subject)))
			return finding;
	}
	return NULL;
}

static bool has_finding(const struct check *check, enum abilock_code code)
{
	return find_finding(check, code, NULL) != NULL;
}

/* Add a finding; @p detail_fmt makes its one line. */
static int add_finding(struct check *check, enum abilock_code code, const char *subject,
		       const char *provider, const char *detail_fmt, ...) _printf_(5, 6);

static int add_finding(struct check *check, enum abilock_code code, const char *subject,
		       const char *provider, const char *detail_fmt, ...)
{
	struct abilock_arena *arena = &check->report->arena;
	char detail[1024];
	va_list ap;

	/* Two ways can lead to the same reason, such as a note and a version table. */
	if (find_finding(check, code, subject))
		return 0;
	va_start(ap, detail_fmt);
	(void)vsnprintf(detail, sizeof(detail), detail_fmt, ap);
	va_end(ap);
	struct abilock_finding *finding = abilock_array_push(
		&check->report->findings, &check->report->finding_count, sizeof(*finding));
	if (!finding)
		return abilock_error_nomem(check->err);
	finding->code = code;
	finding->subject = abilock_arena_text(arena, subject);
	finding->provider = provider ? abilock_arena_text(arena, provider) : NULL;
	finding->detail = abilock_arena_text(arena, detail);
	if (!finding->subject || !finding->detail || (provider && !finding->provider))
		return abilock_error_nomem(check->err);
	return 0;
}

/* Append a symbol to a finding. The array doubles in the arena: there are few findings. */
static int add_symbol(struct check *check, struct abilock_finding *finding, const char *symbol)
{
	const size_t n = finding->symbol_count;

	if ((n & (n - 1)) == 0) {
		const char **grown = abilock_arena_array(&check->report->arena, n ? 2 * n : 1,
							 sizeof(*grown));
		if (!grown)
			return abilock_error_nomem(check->err);
		if (n)
			memcpy(grown, finding->symbols, n * sizeof(*grown));
		finding->symbols = grown;
	}
	finding->symbols[n] = abilock_arena_text(&check->report->arena, symbol);
	if (!finding->symbols[n])
		return abilock_error_nomem(check->err);
	finding->symbol_count++;
	return 0;
}

static int by_code(const void *a, const void *b)
{
	const struct abilock_finding *x = a, *y = b;
	int order = (int)x->code - (int)y->code;

	return order ? order : strcmp(x->subject, y->subject);
}

/* ---- builds ---- */

static const char *hex(struct abilock_arena *arena, const uint8_t *bytes, size_t size)
{
	char *text = abilock_arena_alloc(arena, 2 * size + 1);

	for (size_t i = 0; text && i < size; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

/* The value of a string member of a flat JSON object such as .note.package; NULL: not there. */
static char *json_member(struct abilock_arena *arena, const char *json, const char *key)
{
	char quoted[64];

	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", key);
	const char *p = strstr(json, quoted);
	if (!p)
		return NULL;
	p += strlen(quoted);
	p += strspn(p, " \t\n:");
	if (*p++ != '"')
		return NULL;
	char *value = abilock_arena_strndup(arena, p, strcspn(p, "\"\\"));
	if (value)
		str_disarm(value);
	return value;
}

/* Private nodes of a host without a note, joined: the nearest thing to a tag that it has. */
static const char *private_nodes(struct abilock_arena *arena, const struct abilock_object *object)
{
	char *joined = NULL;

	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		if ((def->flags & VER_FLG_BASE) || !abilock_node_name_is_private(def->name))
			continue;
		joined = joined ? abilock_arena_printf(arena, "%s, %s", joined, def->name) :
				  abilock_arena_strdup(arena, def->name);
	}
	if (joined)
		str_disarm(joined);
	return joined;
}

static void describe(struct abilock_arena *arena, const struct abilock_object *object,
		     struct abilock_build *build)
{
	const struct abilock_note *note = object->note;

	build->path = abilock_arena_text(arena, object->path);
	if (note) {
		build->kind = abilock_arena_text(arena, note->kind);
		build->host = abilock_arena_text(arena, note->host);
		build->tag = abilock_arena_text(arena, note->tag);
		if (note->name)
			build->name = abilock_arena_text(arena, note->name);
	} else {
		build->tag = private_nodes(arena, object);
	}
	if (object->build_id_size)
		build->build_id = hex(arena, object->build_id, object->build_id_size);
	if (object->package) {
		char *name = json_member(arena, object->package, "name");
		char *version = json_member(arena, object->package, "version");

		if (name)
			build->package = abilock_arena_printf(arena, version ? "%s %s" : "%s", name,
							      version);
	}
}

/* ---- the file itself ---- */

static bool is_ours(const struct abilock_object *object, const char *kind)
{
	return object->note && str_eq(object->note->kind, kind);
}

static int check_machine(struct check *check)
{
	const struct abilock_object *module = check->question->module;
	const struct abilock_object *host = check->question->host;
	char a[24], b[24];

	if (module->elf_class != host->elf_class)
		return add_finding(check, ABILOCK_WRONG_CLASS, module->path, NULL,
				   "the module is %s-bit, the host %s-bit",
				   module->elf_class == ELFCLASS64 ? "64" : "32",
				   host->elf_class == ELFCLASS64 ? "64" : "32");
	if (module->data != host->data)
		return add_finding(check, ABILOCK_WRONG_BYTE_ORDER, module->path, NULL,
				   "the module is %s endian, the host %s endian",
				   module->data == ELFDATA2LSB ? "little" : "big",
				   host->data == ELFDATA2LSB ? "little" : "big");
	if (module->machine != host->machine)
		return add_finding(check, ABILOCK_WRONG_MACHINE, module->path, NULL,
				   "the module is for %s, the host for %s",
				   abilock_machine_name(module->machine, a, sizeof(a)),
				   abilock_machine_name(host->machine, b, sizeof(b)));
	if (module->type != ET_DYN || (module->dt_flags_1 & DF_1_PIE) || !module->has_dynamic)
		return add_finding(check, ABILOCK_NOT_A_MODULE, module->path, NULL,
				   "it is a program, not a shared object");
	if (is_ours(module, "host"))
		return add_finding(check, ABILOCK_NOT_A_MODULE, module->path, NULL,
				   "it is the host %s itself, not a module of it",
				   module->note->host);
	return 0;
}

/* ---- the note ---- */

static int check_kind(struct check *check)
{
	const struct abilock_object *module = check->question->module;
	const struct abilock_object *host = check->question->host;
	const char *node = module->note->node;

	if (str_eq(check->kind, "public")) {
		if (!node || abilock_object_find_verdef(host, node))
			return 0;
		return add_finding(check, ABILOCK_MISSING_NODE, node, host->path,
				   "the module was built with it as the newest public node");
	}
	if (!str_eq(check->kind, "private"))
		return add_finding(check, ABILOCK_NO_NOTE, module->path, NULL,
				   "its note has the unknown kind \"%s\"", check->kind);
	/* The nodes usually say the same, and better: see drop_echoes(). */
	if (check->host_is_locked && !str_eq(module->note->tag, host->note->tag))
		return add_finding(check, ABILOCK_OTHER_BUILD, module->note->tag, host->path,
				   "the host is %s", host->note->tag);
	return 0;
}

static int check_note(struct check *check)
{
	const struct abilock_lock_question *question = check->question;
	const struct abilock_object *module = question->module, *host = question->host;

	if (question->require_lock && !check->host_is_locked) {
		int r = add_finding(check, ABILOCK_HOST_NOT_LOCKED, host->path, NULL,
				    "it has no .note.abilock; build it with ABILOCK_HOST()");
		if (r < 0)
			return r;
	}
	if (!module->note) {
		if (!check->host_is_locked && !question->require_lock)
			return 0;
		return add_finding(check, ABILOCK_NO_NOTE, module->path, NULL,
				   "it has no .note.abilock; build it with ABILOCK_MODULE()");
	}
	if (check->host_is_locked && !str_eq(module->note->host, host->note->host))
		return add_finding(check, ABILOCK_OTHER_HOST, module->note->host, host->path,
				   "the host is %s", host->note->host);
	return check_kind(check);
}

/* ---- version nodes ---- */

static bool is_host_name(const struct check *check, const char *file)
{
	const struct abilock_object *module = check->question->module;
	const struct abilock_object *host = check->question->host;

	if (host->soname ? str_eq(host->soname, file) : str_eq(path_base(host->path), file))
		return true;
	return module->note && module->note->soname && str_eq(module->note->soname, file);
}

static int add_node_symbols(struct check *check, enum abilock_code code,
			    const struct abilock_verneed *need)
{
	struct abilock_finding *finding = find_finding(check, code, need->node);
	const char *marker = NULL;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < check->needs.reference_count; i++) {
		const char *name = check->needs.references[i].name;

		if (check->needs.references[i].version != need)
			continue;
		/* Our own marker says nothing to a reader, unless nothing else is there. */
		if (str_starts(name, "abilock_marker_"))
			marker = name;
		else
			r = add_symbol(check, finding, name);
	}
	if (r >= 0 && marker && finding->symbol_count == 0)
		r = add_symbol(check, finding, marker);
	return r;
}

/* Of the symbols behind a missing private node, those that the host now exports publicly. */
static int check_promoted(struct check *check, const struct abilock_verneed *need)
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
		if (def && !abilock_node_name_is_private(def->name))
			r = add_finding(check, ABILOCK_PROMOTED_SYMBOL, reference->name, host->path,
					"it was in %s and is in %s now", need->node, def->name);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_host_node(struct check *check, const struct abilock_verneed *need)
{
	const struct abilock_object *host = check->question->host;
	const bool is_private = abilock_node_name_is_private(need->node);
	int r = 0;

	if (is_private) {
		check->report->needs_same_build = true;
		if (!check->report->module.tag)
			check->report->module.tag =
				abilock_arena_text(&check->report->arena, need->node);
		if (check->kind && str_eq(check->kind, "public")) {
			r = add_finding(check, ABILOCK_MISLABELLED, need->node, host->path,
					"build it with ABILOCK_MODULE(..., PRIVATE)");
			if (r >= 0)
				r = add_node_symbols(check, ABILOCK_MISLABELLED, need);
		}
	}
	if (r >= 0 && (need->flags & VER_FLG_WEAK)) {
		r = add_finding(check, ABILOCK_WEAK_NODE, need->node, host->path,
				"VER_FLG_WEAK: the dynamic linker would only warn");
		if (r >= 0)
			r = add_node_symbols(check, ABILOCK_WEAK_NODE, need);
	}
	if (r < 0 || !check->host_has_nodes || abilock_object_find_verdef(host, need->node))
		return r;
	r = add_finding(check, ABILOCK_MISSING_NODE, need->node, host->path, "the host has %s",
			check->report->host.tag ? check->report->host.tag : "other nodes");
	if (r >= 0)
		r = add_node_symbols(check, ABILOCK_MISSING_NODE, need);
	if (r >= 0 && is_private)
		r = check_promoted(check, need);
	return r;
}

static int check_library_node(struct check *check, const struct abilock_verneed *need)
{
	const struct abilock_provider *provider =
		abilock_scope_named(check->question->scope, need->file);
	const struct abilock_object *library = provider ? provider->object : NULL;
	int r;

	if (!library) /* a missing library is a finding of its own */
		return 0;
	if (library->verdef_count == 0) {
		if (find_finding(check, ABILOCK_LIBRARY_WITHOUT_NODES, need->file))
			return 0;
		return add_finding(check, ABILOCK_LIBRARY_WITHOUT_NODES, need->file, library->path,
				   "the module needs %s of it", need->node);
	}
	if ((need->flags & VER_FLG_WEAK) || abilock_object_find_verdef(library, need->node))
		return 0;
	r = add_finding(check, ABILOCK_MISSING_LIBRARY_NODE, need->node, library->path,
			"the module was built with a newer %s", need->file);
	return r < 0 ? r : add_node_symbols(check, ABILOCK_MISSING_LIBRARY_NODE, need);
}

static int check_nodes(struct check *check)
{
	const struct abilock_object *module = check->question->module;
	const struct abilock_object *host = check->question->host;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < module->verneed_count; i++) {
		const struct abilock_verneed *need = &module->verneeds[i];

		if (!is_host_name(check, need->file)) {
			r = check_library_node(check, need);
			continue;
		}
		if (!check->host_has_nodes && !has_finding(check, ABILOCK_HOST_WITHOUT_NODES))
			r = add_finding(check, ABILOCK_HOST_WITHOUT_NODES, host->path, NULL,
					"the module needs %s and the host defines no version node "
					"at all: it was linked without its version script",
					need->node);
		if (r >= 0)
			r = check_host_node(check, need);
	}
	return r;
}

/* ---- symbols ---- */

/* Where a symbol was found. */
struct resolution {
	const struct abilock_provider *provider; /* NULL: nowhere */
	struct abilock_symbol symbol;
};

static int look_in(struct check *check, const struct abilock_provider *provider,
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
static int resolve(struct check *check, const struct abilock_reference *reference,
		   struct resolution *ret)
{
	const struct abilock_scope *scope = check->question->scope;
	const struct abilock_provider *named = NULL;
	int r = 0;

	*ret = (struct resolution){ 0 };
	if (reference->version) {
		named = abilock_scope_named(scope, reference->version->file);
		if (named)
			r = look_in(check, named, reference, ret);
	}
	for (size_t i = 0; r == 0 && i < scope->provider_count; i++) {
		const struct abilock_provider *provider = &scope->providers[i];

		/* A versioned reference to an object without versions: ld.so gives up on it. */
		if (provider == named ||
		    (reference->version && provider->object->verdef_count == 0))
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
static int note_sibling(struct check *check, const char *path)
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
static int note_library_sibling(struct check *check, const struct abilock_provider *provider)
{
	const struct abilock_report *report = check->report;

	for (size_t i = 0; i < report->after_count; i++)
		if (brings_in(check->question->scope, provider->object, report->after[i]))
			return 0;
	return note_sibling(check, provider->sibling);
}

/* In a second pass, when the siblings that define symbols themselves are known. */
static int note_library_siblings(struct check *check)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < check->library_count; i++)
		r = note_library_sibling(check, check->libraries[i]);
	return r;
}

static int note_provider(struct check *check, const struct abilock_provider *provider)
{
	if (provider->role == ABILOCK_ROLE_SIBLING)
		return note_sibling(check, provider->object->path);
	if (provider->role != ABILOCK_ROLE_SIBLING_LIBRARY || !provider->sibling)
		return 0;
	const struct abilock_provider **slot = abilock_array_push(
		&check->libraries, &check->library_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(check->err);
	*slot = provider;
	return 0;
}

/* A symbol that belongs to a node that the host itself defines, not a copy of a library's data. */
static const struct abilock_verdef *host_node(const struct check *check,
					      const struct resolution *resolution)
{
	if (!resolution->provider || resolution->provider->role != ABILOCK_ROLE_HOST)
		return NULL;
	return abilock_object_verdef(check->question->host, resolution->symbol.version);
}

/* Add @p reference to the finding of this code about the whole module; make it if need be. */
static int collect(struct check *check, enum abilock_code code, const char *detail,
		   const struct abilock_reference *reference)
{
	const struct abilock_object *host = check->question->host;
	const char *subject = host->soname ? host->soname : host->path;
	int r = 0;

	if (!find_finding(check, code, subject))
		r = add_finding(check, code, subject, host->path, "%s", detail);
	if (r < 0)
		return r;
	return add_symbol(check, find_finding(check, code, subject), reference->name);
}

static bool links_host(const struct check *check)
{
	const struct abilock_object *module = check->question->module;

	for (size_t i = 0; i < module->verneed_count; i++)
		if (is_host_name(check, module->verneeds[i].file))
			return true;
	return false;
}

/* A reference with a version that names the host. */
static int check_host_reference(struct check *check, const struct abilock_reference *reference)
{
	struct abilock_object *host = check->question->host;
	const struct abilock_verneed *need = reference->version;
	struct abilock_symbol symbol;

	if (reference->is_weak) {
		check->weak++;
		return 0;
	}
	check->strong++;
	check->strong_private += abilock_node_name_is_private(need->node);
	if (!check->host_has_nodes || !abilock_object_find_verdef(host, need->node))
		return 0; /* the node is the finding */
	int r = abilock_object_find(host, reference->name, need->node, &symbol, check->err);
	if (r > 0)
		check->report->symbol_counts[ABILOCK_ROLE_HOST]++;
	if (r != 0)
		return r < 0 ? r : 0;
	return add_finding(check, ABILOCK_MISSING_SYMBOL, reference->name, host->path,
			   "the host has the node %s, but no such symbol in it: it was built from "
			   "other sources",
			   need->node);
}

static int add_unresolved(struct check *check, const struct abilock_reference *reference)
{
	const struct abilock_verneed *need = reference->version;
	const struct abilock_provider *named =
		need ? abilock_scope_named(check->question->scope, need->file) : NULL;

	/* The library or node that lacks is the finding then, not each symbol of it. */
	if (need && (!named || find_finding(check, ABILOCK_MISSING_LIBRARY_NODE, need->node) ||
		     find_finding(check, ABILOCK_LIBRARY_WITHOUT_NODES, need->file)))
		return 0;
	if (need)
		return add_finding(check, ABILOCK_UNRESOLVED_SYMBOL, reference->name,
				   named->object->path, "%s has %s, but no such symbol in it",
				   need->file, need->node);
	return add_finding(check, ABILOCK_UNRESOLVED_SYMBOL, reference->name, NULL,
			   "defined by neither the host, a library nor another module given");
}

/* Every module has these from the compiler's start files, weak or (mold) not. */
static bool is_start_file_symbol(const char *name)
{
	return str_eq(name, "__cxa_finalize") || str_eq(name, "__gmon_start__") ||
	       str_starts(name, "_ITM_");
}

static int check_reference(struct check *check, const struct abilock_reference *reference)
{
	struct resolution found;

	/* Nobody defines those that are weak, and nobody misses them: spare the search. */
	if (reference->is_weak && is_start_file_symbol(reference->name))
		return 0;
	if (reference->version && is_host_name(check, reference->version->file))
		return check_host_reference(check, reference);
	int r = resolve(check, reference, &found);
	if (r < 0)
		return r;
	const struct abilock_verdef *def = host_node(check, &found);
	check->foreign += !def && !reference->is_weak && !is_start_file_symbol(reference->name);
	if (!found.provider)
		return reference->is_weak ? 0 : add_unresolved(check, reference);
	check->report->symbol_counts[found.provider->role]++;
	r = note_provider(check, found.provider);
	if (r < 0 || !def)
		return r;
	if (reference->is_weak) {
		check->weak++;
		return 0;
	}
	check->plain++;
	if (!links_host(check))
		return collect(check, ABILOCK_NOT_LINKED,
			       "nothing ties the module to a build: link it with the host or its "
			       "stub",
			       reference);
	return collect(check, ABILOCK_UNVERSIONED_REFERENCE,
		       "the host would satisfy it in any build: relink with --no-undefined",
		       reference);
}

static int check_references(struct check *check)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < check->needs.reference_count; i++)
		r = check_reference(check, &check->needs.references[i]);
	return r < 0 ? r : note_library_siblings(check);
}

/* ---- what ties the module to a build ---- */

static int check_tie(struct check *check)
{
	const struct abilock_object *module = check->question->module;
	const bool is_public = check->kind && str_eq(check->kind, "public");
	const bool must_tie = check->host_is_locked || check->question->require_lock;

	if (is_public || check->plain)
		return 0;
	if (check->strong) {
		if (!check->kind || check->strong_private || !check->host_has_nodes)
			return 0;
		return add_finding(check, ABILOCK_NO_MARKER, module->path, NULL,
				   "its note says private, but its reference to %s is gone: was it "
				   "linked with --gc-sections by a linker that ignores "
				   "SHF_GNU_RETAIN?",
				   module->note->node ? module->note->node : "the private node");
	}
	if (check->weak && (check->host_has_nodes || must_tie))
		return add_finding(check, ABILOCK_WEAK_REFERENCES_ONLY, module->path, NULL,
				   "%zu weak reference%s and no strong one: no version of the host "
				   "is enforced",
				   check->weak, check->weak == 1 ? "" : "s");
	if (!must_tie)
		return 0;
	if (check->foreign == 0)
		return add_finding(check, ABILOCK_DATA_ONLY, module->path, NULL,
				   "it refers to no symbol at all: it would load into any host");
	return add_finding(check, ABILOCK_NO_HOST_SYMBOL, module->path, NULL,
			   "it would load into any build of the host");
}

/* ---- the host's identity ---- */

static bool shares_private_node(const struct abilock_object *a, const struct abilock_object *b)
{
	for (size_t i = 0; i < a->verdef_count; i++)
		if (!(a->verdefs[i].flags & VER_FLG_BASE) &&
		    abilock_node_name_is_private(a->verdefs[i].name) &&
		    abilock_object_find_verdef(b, a->verdefs[i].name))
			return true;
	return false;
}

static bool is_copy_of_host(const struct check *check, const struct abilock_object *library)
{
	const struct abilock_object *host = check->question->host;

	if (library == host)
		return false;
	if (check->host_is_locked && is_ours(library, "host") &&
	    str_eq(library->note->host, host->note->host))
		return true;
	if (host->soname && library->soname && str_eq(host->soname, library->soname))
		return true;
	return shares_private_node(host, library);
}

static int check_copies(struct check *check)
{
	const struct abilock_scope *scope = check->question->scope;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < scope->provider_count; i++) {
		const struct abilock_provider *provider = &scope->providers[i];

		if (provider->role == ABILOCK_ROLE_MODULE_LIBRARY &&
		    is_copy_of_host(check, provider->object))
			r = add_finding(check, ABILOCK_SECOND_HOST_COPY, provider->object->path,
					check->question->host->path,
					"%s leads to it through the module's run path; two copies "
					"of the host's state would exist",
					provider->name);
	}
	return r;
}

static int check_soname(struct check *check)
{
	const struct abilock_object *module = check->question->module;
	const struct abilock_object *host = check->question->host;
	const char *wanted = module->note ? module->note->soname : NULL;

	if (!wanted || !check->host_is_locked || !str_eq(module->note->host, host->note->host))
		return 0;
	for (size_t i = 0; i < module->needed_count; i++)
		if (str_eq(module->needed[i], wanted) &&
		    !(host->soname && str_eq(host->soname, wanted)))
			return add_finding(check, ABILOCK_HOST_WITHOUT_SONAME, wanted, host->path,
					   "the host's soname is %s; link it with -Wl,-soname,%s "
					   "(gold writes none into a program)",
					   host->soname ? host->soname : "missing", wanted);
	return 0;
}

static int check_missing_libraries(struct check *check)
{
	const struct abilock_scope *scope = check->question->scope;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < scope->missing_count; i++)
		r = add_finding(check, ABILOCK_MISSING_LIBRARY, scope->missing[i].name, NULL,
				"needed by %s", scope->missing[i].needed_by);
	return r;
}

static bool same_build(const struct abilock_object *a, const struct abilock_object *b)
{
	if (a->build_id_size && b->build_id_size)
		return a->build_id_size == b->build_id_size &&
		       memcmp(a->build_id, b->build_id, a->build_id_size) == 0;
	if (a->note && b->note)
		return str_eq(a->note->tag, b->note->tag);
	return false;
}

/* The host on disk has what the running one lacks: the process is older than its own files. */
static int check_installed(struct check *check)
{
	const struct abilock_lock_question *question = check->question;
	const struct abilock_object *installed = question->installed_host;
	const struct abilock_note *note = question->module->note;
	size_t missing = 0, satisfied = 0;

	if (!installed || same_build(installed, question->host))
		return 0;
	describe(&check->report->arena, installed, &check->report->installed);
	for (size_t i = 0; i < check->report->finding_count; i++) {
		const struct abilock_finding *finding = &check->report->findings[i];

		if (finding->code != ABILOCK_MISSING_NODE)
			continue;
		missing++;
		satisfied += abilock_object_find_verdef(installed, finding->subject) != NULL;
	}
	bool same_tag = note && installed->note && str_eq(note->tag, installed->note->tag) &&
			has_finding(check, ABILOCK_OTHER_BUILD);
	if ((missing == 0 || satisfied < missing) && !same_tag)
		return 0;
	return add_finding(check, ABILOCK_STALE_HOST, installed->path, question->host->path,
			   "the file on disk has what the module needs; this process still runs "
			   "the host that was there before");
}

static int check_stamp(struct check *check)
{
	const struct abilock_lock_question *question = check->question;
	struct abilock_stamp stamp = { 0 };

	int r = abilock_stamp_compare(question->module, question->host, &check->report->arena,
				      &stamp, check->err);
	if (r < 0 || !stamp.module)
		return r;
	check->report->needs_same_build = true;
	if (!check->report->module.tag)
		check->report->module.tag = stamp.module;
	if (!check->report->host.tag)
		check->report->host.tag = stamp.matches ? stamp.module : stamp.host;
	if (stamp.matches || !stamp.host)
		return 0;
	return add_finding(check, ABILOCK_STAMP_MISMATCH, stamp.module, question->host->path,
			   "the host has %s", stamp.host);
}

/* Has the module to do with this host at all? */
static int check_relation(struct check *check)
{
	const struct abilock_object *module = check->question->module;
	const struct abilock_note *note = module->note;
	const char *soname = check->question->host->soname;
	bool related = links_host(check) || check->strong || check->weak || check->plain;

	related |= note && check->host_is_locked &&
		   str_eq(note->host, check->question->host->note->host);
	for (size_t i = 0; soname && i < module->needed_count; i++)
		related |= str_eq(module->needed[i], soname);
	check->report->is_related = related;
	return 0;
}

/* A tag that differs says nothing new where a node that carries the tag is missing. */
static void drop_echoes(struct check *check)
{
	struct abilock_report *report = check->report;
	bool node_tells = false;
	size_t kept = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		node_tells |= report->findings[i].code == ABILOCK_MISSING_NODE &&
			      abilock_node_name_is_private(report->findings[i].subject);
	for (size_t i = 0; i < report->finding_count; i++)
		if (!(node_tells && report->findings[i].code == ABILOCK_OTHER_BUILD))
			report->findings[kept++] = report->findings[i];
	report->finding_count = kept;
}

static int run(struct check *check)
{
	static int (*const steps[])(struct check *) = {
		check_note,	  check_nodes,  check_references, check_tie,	   check_copies,
		check_soname,	  check_stamp,	check_missing_libraries,   check_installed,
		check_relation,
	};
	const char *unsafe = check->question->unsafe_path;
	int r = 0;

	if (unsafe)
		r = add_finding(check, ABILOCK_UNSAFE_PATH, check->question->module->path, NULL,
				"%s", unsafe);
	if (r >= 0)
		r = check_machine(check);
	/* A file for another machine shares nothing that could be compared. */
	if (r < 0 || check->report->finding_count > (unsafe ? 1 : 0))
		return r;
	r = abilock_object_needs(check->question->module, &check->needs, check->err);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(steps); i++)
		r = steps[i](check);
	drop_echoes(check);
	return r;
}

int abilock_lock_check(const struct abilock_lock_question *question,
		       struct abilock_report **ret_report, struct abilock_error *err)
{
	_cleanup_(abilock_report_freep) struct abilock_report *report = calloc(1, sizeof(*report));
	const struct abilock_object *module = question->module, *host = question->host;

	if (!report)
		return abilock_error_nomem(err);
	struct check check = { .question = question,
			       .report = report,
			       .err = err,
			       .host_is_locked = is_ours(host, "host"),
			       .kind = module->note ? module->note->kind : NULL };
	for (size_t i = 0; i < host->verdef_count; i++)
		check.host_has_nodes |= !(host->verdefs[i].flags & VER_FLG_BASE);
	describe(&report->arena, module, &report->module);
	describe(&report->arena, host, &report->host);
	int r = run(&check);
	free(check.libraries);
	if (r < 0)
		return r;
	if (report->finding_count)
		qsort(report->findings, report->finding_count, sizeof(*report->findings), by_code);
	*ret_report = take_ptr(report);
	return 0;
}

const char *abilock_path_problem(const char *path)
{
	const char *base = path_base(path);
	_cleanup_(freep) char *dir = base == path ? strdup(".") :
						    strndup(path, (size_t)(base - path));
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH))
		return "the file can be written by everybody; chmod o-w it";
	/* In a sticky directory such as /tmp nobody can replace a file of somebody else. */
	if (dir && stat(dir, &st) == 0 && (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
		return "its directory can be written by everybody; chmod o-w it";
	return NULL;
}
