/* SPDX-License-Identifier: MIT */
#include "process.h"

#include "report_text.h"

/* LD_LIBRARY_PATH as ld.so read it: what the program changes later does not count. */
static char *library_path;

static void __attribute__((constructor)) take_library_path(void)
{
	const char *path = secure_getenv("LD_LIBRARY_PATH");

	library_path = path ? strdup(path) : NULL;
}

static void __attribute__((destructor)) drop_library_path(void)
{
	free(take_ptr(library_path));
}

/* ---- the question ---- */

/* All that one question opens. */
struct session {
	const struct abilock_process_question *question;
	const struct abilock_images *images; /* borrowed */
	struct abilock_libraries *libraries;
	struct abilock_scope scope;
	struct abilock_object *module, *host, *installed;
};

static void session_deinit(struct session *session)
{
	abilock_object_free(session->module);
	abilock_object_free(session->installed);
	abilock_scope_clear(&session->scope);
	abilock_libraries_free(session->libraries);
}

/*
 * Would dlopen() find a mapped object by this name alone? Then no code runs that has not run yet.
 * musl compares files, not names: there the question is asked each time.
 */
static bool is_loaded(const struct session *session)
{
#ifdef __GLIBC__
	const char *file = session->question->file;

	for (size_t i = 0; session->question->search && i < session->images->count; i++) {
		const struct abilock_object *object = session->images->objects[i];

		/* The dynamic linker knows the program by its soname alone. */
		if ((i > 0 && str_eq(object->path, file)) ||
		    (object->soname && str_eq(object->soname, file)))
			return true;
	}
#else
	(void)session;
#endif
	return false;
}

/* The path that dlopen() would open for the question's file. */
static int find_file(struct session *session, char **ret_path, struct abilock_error *err)
{
	const struct abilock_process_question *question = session->question;
	struct abilock_object *found = NULL;

	if (!question->search || (strchr(question->file, '/') && !strchr(question->file, '$'))) {
		*ret_path = strdup(question->file);
		return *ret_path ? 0 : abilock_error_nomem(err);
	}
	int r = abilock_libraries_find(session->libraries, question->file,
				       abilock_images_at(session->images, question->caller), &found,
				       err);
	if (r < 0)
		return r;
	if (r == 0)
		return abilock_error_set(err, ABILOCK_E_IO, question->file, NULL, 0,
					 "not found on the library search path");
	*ret_path = strdup(found->path);
	return *ret_path ? 0 : abilock_error_nomem(err);
}

/* ---- the host ---- */

static bool is_host_called(const struct abilock_object *object, const char *name)
{
	return abilock_object_is_host(object) && str_eq(object->note->host, name);
}

/* libabilock is a host of its own (of the guard), but nobody's plug-in host. */
static bool is_host(const struct abilock_object *object)
{
	return abilock_object_is_host(object) && !is_host_called(object, "abilock");
}

static bool needs_library(const struct abilock_object *module, const char *soname)
{
	return soname && abilock_object_needs_file(module, soname);
}

static bool is_called(const struct abilock_object *object, const char *name)
{
	if (is_host_called(object, name))
		return true;
	return (object->soname && str_eq(object->soname, name)) || str_eq(object->path, name) ||
	       str_eq(path_base(object->path), name);
}

struct abilock_object *abilock_process_host(const struct abilock_images *images, const char *name)
{
	for (size_t i = 0; i < images->count; i++)
		if (!name || is_called(images->objects[i], name))
			return images->objects[i];
	return NULL;
}

/* The libraries of the C library have a private node as well, but no modules. */
static bool has_private_node(const struct abilock_object *object)
{
	for (size_t i = 0; i < object->verdef_count; i++)
		if (!(object->verdefs[i].flags & VER_FLG_BASE) &&
		    abilock_node_name_is_private(object->verdefs[i].name) &&
		    !str_eq(object->verdefs[i].name, "GLIBC_PRIVATE"))
			return true;
	return false;
}

/* How well an object fits as the host that this module is for. */
enum { NO_HOST, THE_PROGRAM, HAS_PRIVATE_NODE, SOME_HOST, LINKED_HOST, NAMED_BY_NOTE };

static int host_rank(const struct session *session, const struct abilock_object *object,
		     bool is_program)
{
	const struct abilock_object *module = session->module;
	const char *wanted = module->note ? module->note->host : NULL;

	if (wanted && is_host_called(object, wanted))
		return NAMED_BY_NOTE;
	if (is_host(object))
		return needs_library(module, object->soname) ? LINKED_HOST : SOME_HOST;
	/* A host that does not know of abilock: the library whose private nodes it needs. */
	if (needs_library(module, object->soname) && has_private_node(object) &&
	    !is_host_called(object, "abilock"))
		return HAS_PRIVATE_NODE;
	return is_program ? THE_PROGRAM : NO_HOST;
}

static enum abilock_role role_of(const struct abilock_object *object)
{
	return object->note && !abilock_object_is_host(object) ? ABILOCK_ROLE_SIBLING
							       : ABILOCK_ROLE_HOST_LIBRARY;
}

/* As abilock_array_push() would have it: there may be thousands. */
static bool reserve_scope(struct abilock_scope *scope, size_t count)
{
	size_t room = 1;

	while (room < count)
		room *= 2;
	scope->providers = calloc(room, sizeof(*scope->providers));
	return scope->providers;
}

/* What is mapped, the module, and what it would bring in. */
static int fill_scope(struct session *session, struct abilock_error *err)
{
	struct abilock_scope *scope = &session->scope;

	if (!reserve_scope(scope, session->images->count))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < session->images->count; i++) {
		struct abilock_object *object = session->images->objects[i];

		scope->providers[i] = (struct abilock_provider){
			.object = object, .role = role_of(object), .name = object->path};
	}
	scope->provider_count = session->images->count;
	int r = abilock_scope_add(scope, session->module, ABILOCK_ROLE_MODULE,
				  session->module->path, NULL, err);
	return r < 0 ? r
		     : abilock_scope_add_closure(scope, session->libraries, session->module,
						 ABILOCK_ROLE_MODULE_LIBRARY, NULL, err);
}

/* The provider that is the host, or NULL. A module may bring in the library that it is for. */
static struct abilock_provider *find_host(const struct session *session)
{
	const char *name = session->question->host;
	struct abilock_provider *host = NULL;
	int best = 0;

	for (size_t i = 0; i < session->scope.provider_count; i++) {
		struct abilock_provider *provider = &session->scope.providers[i];
		const bool is_mapped = provider->object->is_image;
		int rank = name ? is_mapped && is_called(provider->object, name)
				: host_rank(session, provider->object, i == 0);

		if (rank > best && (is_mapped || rank == NAMED_BY_NOTE)) {
			best = rank;
			host = provider;
		}
		/* Of those that are called so, it is the first. */
		if (name && host)
			break;
	}
	return host;
}

static int choose_host(struct session *session, struct abilock_error *err)
{
	struct abilock_provider *host = find_host(session);

	if (!host)
		return abilock_error_set(err, ABILOCK_E_USAGE, session->question->host, NULL, 0,
					 "no such host is loaded in this process");
	host->role = ABILOCK_ROLE_HOST;
	session->host = host->object;
	return 0;
}

/* ---- the answer ---- */

static int check(struct session *session, struct abilock_answer *answer)
{
	struct abilock_lock_question question = {
		.module = session->module,
		.host = session->host,
		.scope = &session->scope,
		.require_lock = session->question->require_lock,
	};
	int r = abilock_lock_check(&question, &answer->report, &answer->error);

	if (r < 0 || answer->report->finding_count == 0)
		return r;
	/* Only a refusal is worth another file: is the host on disk another build by now? */
	if (abilock_object_open(session->host->path, &session->installed, NULL) < 0)
		return 0;
	abilock_report_free(take_ptr(answer->report));
	question.installed_host = session->installed;
	return abilock_lock_check(&question, &answer->report, &answer->error);
}

int abilock_process_ask_images(const struct abilock_images *images,
			       const struct abilock_process_question *question,
			       struct abilock_answer *ret)
{
	_cleanup_(session_deinit) struct session session = {.question = question, .images = images};
	struct abilock_error *err = &ret->error;

	*ret = (struct abilock_answer){0};
	if (is_loaded(&session)) {
		ret->is_loaded = true;
		return 0;
	}
	session.libraries = abilock_libraries_new(NULL, library_path);
	if (!session.libraries)
		return abilock_error_nomem(err);
	abilock_libraries_set_program(session.libraries, images->objects[0]);
	int r = find_file(&session, &ret->path, err);
	if (r >= 0)
		r = abilock_object_open(ret->path, &session.module, err);
	if (r >= 0) {
		ret->device = session.module->device;
		ret->inode = session.module->inode;
		r = fill_scope(&session, err);
	}
	if (r >= 0)
		r = choose_host(&session, err);
	return r < 0 ? r : check(&session, ret);
}

struct asking {
	const struct abilock_process_question *question;
	struct abilock_answer *answer;
};

static int ask(const struct abilock_images *images, void *data)
{
	const struct asking *asking = data;

	return abilock_process_ask_images(images, asking->question, asking->answer);
}

int abilock_process_ask(const struct abilock_process_question *question, struct abilock_answer *ret)
{
	struct asking asking = {.question = question, .answer = ret};

	*ret = (struct abilock_answer){0};
	return abilock_images_with_all(ask, &asking, &ret->error);
}

char *abilock_answer_text(const struct abilock_answer *answer)
{
	if (answer->report)
		return abilock_report_text(answer->report);
	return abilock_error_text(answer->path ? answer->path : answer->error.file, &answer->error);
}

void abilock_answer_deinit(struct abilock_answer *answer)
{
	free(answer->path);
	abilock_report_free(answer->report);
	*answer = (struct abilock_answer){0};
}
