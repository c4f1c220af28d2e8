/* SPDX-License-Identifier: MIT */
#include "lock.h"

#include <stdarg.h>
#include <sys/stat.h>

#include "lock_check.h"
#include "stamp.h"

int abilock_check_add(struct abilock_check *check, enum abilock_code code, const char *subject,
		      const char *provider, const char *detail_fmt, ...)
{
	char detail[1024];
	va_list ap;

	va_start(ap, detail_fmt);
	(void)vsnprintf(detail, sizeof(detail), detail_fmt, ap);
	va_end(ap);
	return abilock_report_add(
		check->report, check->err, code, subject, provider, check->object->path,
		check->is_library ? "%s (in %s, which the module brings in)" : "%s", detail,
		check->object->path);
}

/* ---- the path ---- */

void abilock_lock_memory_forget(struct abilock_lock_memory *memory)
{
	free(take_ptr(memory->directory));
}

void abilock_lock_memory_deinit(struct abilock_lock_memory *memory)
{
	free(memory->directory);
	abilock_name_table_deinit(&memory->symbols);
	*memory = (struct abilock_lock_memory){0};
}

/* In a sticky directory such as /tmp nobody can replace a file of somebody else. */
static bool is_open_directory(const char *path, struct abilock_lock_memory *memory)
{
	const size_t len = (size_t)(path_base(path) - path);
	struct stat st;

	if (memory && memory->directory && strncmp(memory->directory, path, len) == 0 &&
	    memory->directory[len] == '\0' && len > 0)
		return memory->is_open;
	_cleanup_(freep) char *dir = len == 0 ? strdup(".") : strndup(path, len);
	const bool is_open =
		dir && stat(dir, &st) == 0 && (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
	if (memory && dir && len > 0) {
		free(memory->directory);
		memory->directory = take_ptr(dir);
		memory->is_open = is_open;
	}
	return is_open;
}

/* @p mode is that of the file where it is known, and the path no link; else 0. */
static const char *path_problem(const char *path, mode_t mode, struct abilock_lock_memory *memory)
{
	struct stat st = {.st_mode = mode};
	const bool is_there = mode || lstat(path, &st) == 0;
	const bool is_link = is_there && S_ISLNK(st.st_mode);

	if (is_there && (!is_link || stat(path, &st) == 0) && (st.st_mode & S_IWOTH))
		return "the file can be written by everybody; chmod o-w it";
	if (is_open_directory(path, memory))
		return "its directory can be written by everybody; chmod o-w it";
	/* Of a link, the place that it leads to counts as well. */
	if (is_link) {
		_cleanup_(freep) char *real = realpath(path, NULL);

		if (real && is_open_directory(real, NULL))
			return "it leads to a directory that can be written by everybody; chmod "
			       "o-w it";
	}
	return NULL;
}

const char *abilock_path_problem(const char *path)
{
	return path_problem(path, 0, NULL);
}

/* ---- the file itself ---- */

static int check_path(struct abilock_check *check)
{
	const struct abilock_object *object = check->object;
	const char *path = object->path;
	const char *problem =
		path_problem(path, object->is_no_link ? object->mode : 0, check->question->memory);

	return problem ? abilock_check_add(check, ABILOCK_UNSAFE_PATH, path, NULL, "%s", problem)
		       : 0;
}

static int check_machine(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	const struct abilock_object *host = check->question->host;
	char a[24], b[24];

	if (module->elf_class != host->elf_class)
		return abilock_check_add(check, ABILOCK_WRONG_CLASS, module->path, NULL,
					 "the module is %s-bit, the host %s-bit",
					 module->elf_class == ELFCLASS64 ? "64" : "32",
					 host->elf_class == ELFCLASS64 ? "64" : "32");
	if (module->data != host->data)
		return abilock_check_add(check, ABILOCK_WRONG_BYTE_ORDER, module->path, NULL,
					 "the module is %s endian, the host %s endian",
					 module->data == ELFDATA2LSB ? "little" : "big",
					 host->data == ELFDATA2LSB ? "little" : "big");
	if (module->machine != host->machine)
		return abilock_check_add(check, ABILOCK_WRONG_MACHINE, module->path, NULL,
					 "the module is for %s, the host for %s",
					 abilock_machine_name(module->machine, a, sizeof(a)),
					 abilock_machine_name(host->machine, b, sizeof(b)));
	if (module->type != ET_DYN || (module->dt_flags_1 & DF_1_PIE) || !module->has_dynamic)
		return abilock_check_add(check, ABILOCK_NOT_A_MODULE, module->path, NULL,
					 "it is a program, not a shared object");
	if (abilock_object_is_host(module))
		return abilock_check_add(check, ABILOCK_NOT_A_MODULE, module->path, NULL,
					 "it is the host %s itself, not a module of it",
					 module->note->host);
	return 0;
}

/* ---- the note ---- */

/*
 * One tag for all nodes is that of the build. Where it is the fingerprint of a node, the host's is
 * one of all nodes, and the module's own node has to be among them.
 */
static bool is_for_build(const struct abilock_note *module, const struct abilock_note *host)
{
	return str_eq(module->tag, host->tag) ||
	       (module->node && abilock_note_has_node(host, module->node));
}

static const char *other_types_of_note(const struct abilock_note *host, const char *node)
{
	for (size_t i = 0; i < host->node_count; i++)
		if (abilock_node_names_differ_in_types(host->nodes[i], node))
			return host->nodes[i];
	return NULL;
}

static int check_kind(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	const struct abilock_object *host = check->question->host;
	const char *node = module->note->node;

	if (str_eq(check->kind, "public")) {
		if (!node || abilock_object_find_verdef(host, node))
			return 0;
		return abilock_check_add(check, ABILOCK_MISSING_NODE, node, host->path,
					 "the module was built with it as the newest public node");
	}
	if (!str_eq(check->kind, "private"))
		return abilock_check_add(check, ABILOCK_NO_NOTE, module->path, NULL,
					 "its note has the unknown kind \"%s\"", check->kind);
	/* The nodes usually say the same, and better: see drop_echoes(). */
	if (!check->host_is_locked || is_for_build(module->note, host->note))
		return 0;
	const char *other = node ? other_types_of_note(host->note, node) : NULL;
	if (other)
		return abilock_check_add(check, ABILOCK_OTHER_BUILD, node, host->path,
					 "types behind its symbols changed: the host has %s",
					 other);
	return abilock_check_add(check, ABILOCK_OTHER_BUILD, module->note->tag, host->path,
				 "the host is %s", host->note->tag);
}

static int check_note(struct abilock_check *check)
{
	const struct abilock_lock_question *question = check->question;
	const struct abilock_object *module = check->object, *host = question->host;

	if (question->require_lock && !check->host_is_locked) {
		int r = abilock_check_add(
			check, ABILOCK_HOST_NOT_LOCKED, host->path, NULL,
			"it has no .note.abilock: ABILOCK_HOST(); is missing in it");
		if (r < 0)
			return r;
	}
	if (!module->note) {
		if (!check->host_is_locked && !question->require_lock)
			return 0;
		return abilock_check_add(check, ABILOCK_NO_NOTE, module->path, NULL,
					 "it has no .note.abilock; build it with ABILOCK_MODULE()");
	}
	if (check->host_is_locked && !str_eq(module->note->host, host->note->host))
		return abilock_check_add(check, ABILOCK_OTHER_HOST, module->note->host, host->path,
					 "the host is %s", host->note->host);
	return check_kind(check);
}

/* ---- what ties the module to a build ---- */

static int check_tie(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	const bool is_public = check->kind && str_eq(check->kind, "public");
	const bool must_tie = check->host_is_locked || check->question->require_lock;

	if (is_public || check->plain)
		return 0;
	if (check->strong) {
		if (!check->kind || check->strong_private || !check->host_has_nodes)
			return 0;
		return abilock_check_add(
			check, ABILOCK_NO_MARKER, module->path, NULL,
			"its note says private, but its reference to %s is gone: was it "
			"linked with --gc-sections by a linker that ignores "
			"SHF_GNU_RETAIN?",
			module->note->node ? module->note->node : "the private node");
	}
	if (check->weak && (check->host_has_nodes || must_tie))
		return abilock_check_add(
			check, ABILOCK_WEAK_REFERENCES_ONLY, module->path, NULL,
			"%zu weak reference%s and no strong one: no version of the host "
			"is enforced",
			check->weak, check->weak == 1 ? "" : "s");
	if (!must_tie)
		return 0;
	if (check->foreign == 0)
		return abilock_check_add(
			check, ABILOCK_DATA_ONLY, module->path, NULL,
			"it refers to no symbol at all: it would load into any host");
	return abilock_check_add(check, ABILOCK_NO_HOST_SYMBOL, module->path, NULL,
				 "it would load into any build of the host");
}

/* ---- the host's identity ---- */

static bool shares_private_node(const struct abilock_object *a, const struct abilock_object *b)
{
	for (size_t i = 0; i < a->verdef_count; i++)
		if (!(a->verdefs[i].flags & VER_FLG_BASE) && a->verdefs[i].is_private &&
		    abilock_object_find_verdef(b, a->verdefs[i].name))
			return true;
	return false;
}

static bool is_copy_of_host(const struct abilock_check *check, const struct abilock_object *library)
{
	const struct abilock_object *host = check->question->host;

	if (library == host)
		return false;
	if (check->host_is_locked && abilock_object_is_host(library) &&
	    str_eq(library->note->host, host->note->host))
		return true;
	/* With two names they are two: all libraries of Qt have the same private node. */
	if (host->soname && library->soname)
		return str_eq(host->soname, library->soname);
	return shares_private_node(host, library);
}

static int check_copies(struct abilock_check *check)
{
	const struct abilock_scope *scope = check->question->scope;
	int r = 0;

	/* Few modules have any, and a process may have loaded thousands of others. */
	for (size_t i = 0; r >= 0 && scope->own_library_count && i < scope->provider_count; i++) {
		const struct abilock_provider *provider = &scope->providers[i];

		if (provider->role == ABILOCK_ROLE_MODULE_LIBRARY &&
		    is_copy_of_host(check, provider->object))
			r = abilock_check_add(
				check, ABILOCK_SECOND_HOST_COPY, provider->object->path,
				check->question->host->path,
				"%s leads to it through the module's run path; two copies "
				"of the host's state would exist",
				provider->name);
	}
	return r;
}

static int check_soname(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	const struct abilock_object *host = check->question->host;
	const char *wanted = module->note ? module->note->soname : NULL;

	if (!wanted || !check->host_is_locked || !str_eq(module->note->host, host->note->host))
		return 0;
	if (!abilock_object_needs_file(module, wanted) ||
	    (host->soname && str_eq(host->soname, wanted)))
		return 0;
	return abilock_check_add(check, ABILOCK_HOST_WITHOUT_SONAME, wanted, host->path,
				 "the host's soname is %s; link it with -Wl,-soname,%s "
				 "(gold writes none into a program)",
				 host->soname ? host->soname : "missing", wanted);
}

static int check_missing_libraries(struct abilock_check *check)
{
	const struct abilock_scope *scope = check->question->scope;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < scope->missing_count; i++)
		r = abilock_check_add(check, ABILOCK_MISSING_LIBRARY, scope->missing[i].name, NULL,
				      "needed by %s", scope->missing[i].needed_by);
	return r;
}

static bool same_nodes(const struct abilock_object *a, const struct abilock_object *b)
{
	for (size_t i = 0; i < a->verdef_count; i++)
		if (!(a->verdefs[i].flags & VER_FLG_BASE) &&
		    !abilock_object_find_verdef(b, a->verdefs[i].name))
			return false;
	return a->verdef_count == b->verdef_count;
}

static bool same_build(const struct abilock_object *a, const struct abilock_object *b)
{
	if (a->build_id_size && b->build_id_size)
		return a->build_id_size == b->build_id_size &&
		       memcmp(a->build_id, b->build_id, a->build_id_size) == 0;
	/* One tag can be that of many builds: with `abi` it names types. */
	if (a->note && b->note && !str_eq(a->note->tag, b->note->tag))
		return false;
	return same_nodes(a, b);
}

/* The host on disk has what the running one lacks: the process is older than its own files. */
static int check_installed(struct abilock_check *check)
{
	const struct abilock_lock_question *question = check->question;
	const struct abilock_object *installed = question->installed_host;
	const struct abilock_note *note = question->module->note;
	size_t missing = 0, satisfied = 0;

	if (!installed || same_build(installed, question->host))
		return 0;
	abilock_report_describe(check->report, installed, &check->report->installed);
	for (size_t i = 0; i < check->report->finding_count; i++) {
		const struct abilock_finding *finding = &check->report->findings[i];

		if (finding->code != ABILOCK_MISSING_NODE)
			continue;
		missing++;
		satisfied += abilock_object_find_verdef(installed, finding->subject) != NULL;
	}
	bool same_tag = note && installed->note && is_for_build(note, installed->note) &&
			abilock_report_find(check->report, ABILOCK_OTHER_BUILD, NULL);
	if ((missing == 0 || satisfied < missing) && !same_tag)
		return 0;
	return abilock_check_add(
		check, ABILOCK_STALE_HOST, installed->path, question->host->path,
		"the file on disk has what the module needs; this process still runs "
		"the host that was there before");
}

static int check_stamp(struct abilock_check *check)
{
	const struct abilock_lock_question *question = check->question;
	struct abilock_stamp stamp = {0};

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
	return abilock_check_add(check, ABILOCK_STAMP_MISMATCH, stamp.module, question->host->path,
				 "the host has %s", stamp.host);
}

/*
 * A library that only the module brings in is loaded with it, and its code runs first: what holds
 * for the module holds for it. But only one with a note has to be tied to the host.
 */
static int check_library(const struct abilock_check *module, struct abilock_object *library)
{
	const struct abilock_object *host = module->question->host;
	const struct abilock_note *note = library->note;
	struct abilock_check check = {.question = module->question,
				      .object = library,
				      .is_library = true,
				      .report = module->report,
				      .err = module->err,
				      .host_is_locked = module->host_is_locked,
				      .host_has_nodes = module->host_has_nodes};
	const bool is_module = note && module->host_is_locked && !abilock_object_is_host(library) &&
			       str_eq(note->host, host->note->host);
	int r = abilock_object_needs(library, &check.needs, check.err);

	if (r >= 0)
		r = check_path(&check);
	if (r >= 0 && is_module) {
		check.kind = note->kind;
		r = check_note(&check);
	}
	if (r >= 0)
		r = abilock_check_nodes(&check);
	if (r >= 0)
		r = abilock_check_references(&check);
	return r >= 0 && is_module ? check_tie(&check) : r;
}

static int check_libraries(struct abilock_check *check)
{
	const struct abilock_scope *scope = check->question->scope;
	int r = 0;

	for (size_t i = 0; r >= 0 && scope->own_library_count && i < scope->provider_count; i++) {
		const struct abilock_provider *provider = &scope->providers[i];

		/* A copy of the host is a finding as it is. */
		if (provider->role == ABILOCK_ROLE_MODULE_LIBRARY &&
		    !is_copy_of_host(check, provider->object))
			r = check_library(check, provider->object);
	}
	return r;
}

/* Has the module to do with this host at all? */
static int check_relation(struct abilock_check *check)
{
	const struct abilock_object *module = check->object;
	const struct abilock_note *note = module->note;
	const char *soname = check->question->host->soname;
	bool related =
		abilock_check_links_host(check) || check->strong || check->weak || check->plain;

	related |= note && check->host_is_locked &&
		   str_eq(note->host, check->question->host->note->host);
	related |= soname && abilock_object_needs_file(module, soname);
	check->report->is_related = related;
	return 0;
}

/* A tag that differs says nothing new where a node that carries the tag is missing. */
static void drop_echoes(struct abilock_check *check)
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

static int run(struct abilock_check *check)
{
	static int (*const steps[])(struct abilock_check *) = {
		check_note,
		abilock_check_nodes,
		abilock_check_references,
		check_tie,
		check_copies,
		check_soname,
		check_stamp,
		check_missing_libraries,
		check_libraries,
		check_installed,
		check_relation,
	};
	int r = check_path(check);
	const size_t before = check->report->finding_count;

	if (r >= 0)
		r = check_machine(check);
	/* A file for another machine shares nothing that could be compared. */
	if (r < 0 || check->report->finding_count > before)
		return r;
	r = abilock_object_needs(check->object, &check->needs, check->err);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(steps); i++)
		r = steps[i](check);
	drop_echoes(check);
	return r;
}

int abilock_lock_check(const struct abilock_lock_question *question,
		       struct abilock_report **ret_report, struct abilock_error *err)
{
	/* Unlike calloc(), malloc() gives again what was freed last. */
	_cleanup_(abilock_report_freep) struct abilock_report *report = malloc(sizeof(*report));
	const struct abilock_object *module = question->module, *host = question->host;

	if (!report)
		return abilock_error_nomem(err);
	*report = (struct abilock_report){0};
	struct abilock_check check = {.question = question,
				      .object = question->module,
				      .report = report,
				      .err = err,
				      .host_is_locked = abilock_object_is_host(host),
				      .kind = module->note ? module->note->kind : NULL};
	for (size_t i = 0; i < host->verdef_count && !check.host_has_nodes; i++)
		check.host_has_nodes = !(host->verdefs[i].flags & VER_FLG_BASE);
	if (!question->is_brief) {
		abilock_report_describe(report, module, &report->module);
		abilock_report_describe(report, host, &report->host);
	}
	int r = run(&check);
	if (r < 0)
		return r;
	abilock_report_sort(report);
	*ret_report = take_ptr(report);
	return 0;
}
