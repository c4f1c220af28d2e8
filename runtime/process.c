/* SPDX-License-Identifier: MIT */
#include "process.h"

#include "report_text.h"

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

/* The path that dlopen() would open for the question's file. */
static int find_file(struct session *session, char **ret_path, struct abilock_error *err)
{
	const struct abilock_process_question *question = session->question;
	struct abilock_object *found = NULL;

	if (!question->search || strchr(question->file, '/')) {
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

static bool is_host(const struct abilock_object *object)
{
	/* libabilock is a host of its own (of the guard), but nobody's plug-in host. */
	return object->note && str_eq(object->note->kind, "host") &&
	       !str_eq(object->note->host, "abilock");
}

static bool needs_library(const struct abilock_object *module, const char *soname)
{
	for (size_t i = 0; soname && i < module->needed_count; i++)
		if (str_eq(module->needed[i], soname))
			return true;
	return false;
}

static bool is_called(const struct abilock_object *object, const char *name)
{
	if (object->note && str_eq(object->note->kind, "host") && str_eq(object->note->host, name))
		return true;
	return (object->soname && str_eq(object->soname, name)) || str_eq(object->path, name) ||
	       str_eq(path_base(object->path), name);
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

/* How well an object fits as the host that this module is for; 0: not at all. */
static int host_rank(const struct session *session, const struct abilock_object *object,
		     bool is_program)
{
	const struct abilock_object *module = session->module;
	const char *wanted = module->note ? module->note->host : NULL;

	if (wanted && object->note && str_eq(object->note->kind, "host") &&
	    str_eq(object->note->host, wanted))
		return 5;
	if (is_host(object))
		return needs_library(module, object->soname) ? 4 : 3;
	/* A host that does not know of abilock: the library whose private nodes the module needs.
	 */
	if (needs_library(module, object->soname) && has_private_node(object))
		return 2;
	return is_program;
}

static int choose_host(struct session *session, struct abilock_error *err)
{
	const char *name = session->question->host;
	int best = 0;

	for (size_t i = 0; i < session->images->count; i++) {
		struct abilock_object *object = session->images->objects[i];
		int rank = name ? is_called(object, name) : host_rank(session, object, i == 0);

		if (rank > best) {
			best = rank;
			session->host = object;
		}
	}
	if (!session->host)
		return abilock_error_set(err, ABILOCK_E_USAGE, name, NULL, 0,
					 "no such host is loaded in this process");
	return 0;
}

/* ---- the answer ---- */

static enum abilock_role role_of(const struct session *session, const struct abilock_object *object)
{
	if (object == session->host)
		return ABILOCK_ROLE_HOST;
	if (object->note && !str_eq(object->note->kind, "host"))
		return ABILOCK_ROLE_SIBLING;
	return ABILOCK_ROLE_HOST_LIBRARY;
}

static int fill_scope(struct session *session, struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < session->images->count; i++) {
		struct abilock_object *object = session->images->objects[i];

		r = abilock_scope_add(&session->scope, object, role_of(session, object),
				      object->path, NULL, err);
	}
	return r < 0 ? r
		     : abilock_scope_add_closure(&session->scope, session->libraries,
						 session->module, ABILOCK_ROLE_MODULE_LIBRARY, NULL,
						 err);
}

static int check(struct session *session, struct abilock_answer *answer)
{
	struct abilock_lock_question question = {
		.module = session->module,
		.host = session->host,
		.scope = &session->scope,
		.unsafe_path = abilock_path_problem(answer->path),
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
	session.libraries = abilock_libraries_new(NULL, secure_getenv("LD_LIBRARY_PATH"));
	if (!session.libraries)
		return abilock_error_nomem(err);
	abilock_libraries_set_program(session.libraries, images->objects[0]);
	int r = find_file(&session, &ret->path, err);
	if (r >= 0)
		r = abilock_object_open(ret->path, &session.module, err);
	if (r >= 0) {
		ret->device = session.module->device;
		ret->inode = session.module->inode;
		r = choose_host(&session, err);
	}
	if (r >= 0)
		r = fill_scope(&session, err);
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
