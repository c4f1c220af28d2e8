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
	struct abilock_scope *scope; /* of the images, and what is added here */
	struct abilock_object *module, *host, *installed;
	size_t host_at;		     /* in the scope */
	enum abilock_role host_role; /* that it has there otherwise */
};

static void session_deinit(struct session *session)
{
	if (session->host)
		session->scope->providers[session->host_at].role = session->host_role;
	abilock_scope_truncate(session->scope, session->images->count);
	abilock_object_free_into(session->module, session->images->spare);
	abilock_object_free(session->installed);
	abilock_libraries_free(session->libraries);
}

/*
 * Would dlopen() find a mapped object by this name alone? Then no code runs that has not run yet.
 * musl compares files, not names: there the question is asked each time.
 */
static bool is_loaded(const struct session *session)
{
#ifdef __GLIBC__
	return session->question->search &&
	       abilock_name_table_find(&session->images->names, session->question->file);
#else
	(void)session;
	return false;
#endif
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
	if (needs_library(module, object->soname) && abilock_image_has_private_node(object) &&
	    !is_host_called(object, "abilock"))
		return HAS_PRIVATE_NODE;
	return is_program ? THE_PROGRAM : NO_HOST;
}

/* What is mapped, the module, and what it would bring in. */
static int fill_scope(struct session *session, struct abilock_error *err)
{
	int r = abilock_scope_add(session->scope, session->module, ABILOCK_ROLE_MODULE,
				  session->module->path, NULL, err);

	return r < 0 ? r
		     : abilock_scope_add_closure(session->scope, session->libraries,
						 session->module, ABILOCK_ROLE_MODULE_LIBRARY, NULL,
						 err);
}

/* The mapped object that the question calls the host: the first that is called so. */
static bool find_called(const struct session *session, size_t *ret_at)
{
	for (size_t i = 0; i < session->images->count; i++) {
		*ret_at = i;
		if (is_called(session->images->objects[i], session->question->host))
			return true;
	}
	return false;
}

/* Where the host is in the scope. A module may bring in the library that it is for. */
static bool find_host(const struct session *session, size_t *ret_at)
{
	const struct abilock_images *images = session->images;
	int best = NO_HOST;

	if (session->question->host)
		return find_called(session, ret_at);
	for (size_t i = 0; i < images->host_count; i++) {
		const size_t at = images->hosts[i];
		int rank = host_rank(session, images->objects[at], at == 0);

		if (rank > best) {
			best = rank;
			*ret_at = at;
		}
	}
	for (size_t i = images->count; i < session->scope->provider_count; i++)
		if (best < NAMED_BY_NOTE && host_rank(session, session->scope->providers[i].object,
						      false) == NAMED_BY_NOTE) {
			best = NAMED_BY_NOTE;
			*ret_at = i;
		}
	return best > NO_HOST;
}

static int choose_host(struct session *session, struct abilock_error *err)
{
	size_t at;

	if (!find_host(session, &at))
		return abilock_error_set(err, ABILOCK_E_USAGE, session->question->host, NULL, 0,
					 "no such host is loaded in this process");
	struct abilock_provider *provider = &session->scope->providers[at];
	session->host = provider->object;
	session->host_at = at;
	session->host_role = provider->role;
	provider->role = ABILOCK_ROLE_HOST;
	return 0;
}

/* ---- the answer ---- */

static int check(struct session *session, struct abilock_answer *answer)
{
	struct abilock_lock_question question = {
		.module = session->module,
		.host = session->host,
		.scope = session->scope,
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
	_cleanup_(session_deinit) struct session session = {
		.question = question, .images = images, .scope = images->scope};
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
		r = abilock_object_open_in(ret->path, images->spare, &session.module, err);
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
