/* SPDX-License-Identifier: MIT */
/*
 * How a module comes to life: checked, mapped, started. These are the hooks of the resolver; they
 * are called with `data` held, and let go of it while code of others runs.
 */
#include <dlfcn.h>

#include "load_file.h"
#include "manager.h"
#include "manifest/checksum.h"
#include "manifest/module_name.h"
#include "process.h"
#include "report_text.h"
#include "thread_error.h"

/* The member of an entry, which may be of an older version and shorter. */
#define ENTRY_MEMBER(entry, member)                                                                \
	((entry) && (entry)->size >= offsetof(struct abilock_module_entry, member) +               \
					     sizeof((entry)->member)                               \
		 ? (entry)->member                                                                 \
		 : NULL)

/* ---- failures ---- */

static const struct abilock_failure no_memory = {.text = "out of memory"};

/* A module has this failure until the operation ends; then it keeps the text. */
static void set_failure(struct abilock_module *module, enum abilock_module_state state,
			const struct abilock_failure *failure)
{
	struct abilock_modules *modules = module->owner;
	struct abilock_module **slot =
		abilock_array_push(&modules->failed, &modules->failed_count, sizeof(*slot));

	if (slot)
		*slot = module;
	module->state = state;
	module->failure = slot && failure ? failure : &no_memory;
	free(take_ptr(module->failure_text));
}

/* Note what a module failed of. @p text is taken over; NULL: memory is out. */
static int fail(struct abilock_module *module, enum abilock_module_state state, char *text,
		const struct abilock_failure **ret_failure)
{
	struct abilock_failure *failure =
		text ? abilock_failure_new(&module->owner->failures, NULL, "%s", text) : NULL;

	free(text);
	if (failure)
		failure->is_decline = state == ABILOCK_MODULE_DECLINED;
	set_failure(module, state, failure);
	*ret_failure = module->failure;
	return ABILOCK_E_USAGE;
}

static void succeed(struct abilock_module *module, enum abilock_module_state state)
{
	module->state = state;
	module->failure = NULL;
	free(take_ptr(module->failure_text));
}

static void settle(struct abilock_module *module)
{
	if (!module->failure_text)
		module->failure_text = abilock_failure_text(module->failure);
	if (!module->failure_text) {
		module->failure = &no_memory;
		return;
	}
	abilock_module_own(module);
	module->settled = (struct abilock_failure){.text = module->failure_text,
						   .is_decline = module->failure->is_decline,
						   .is_cycle = module->failure->is_cycle};
	module->failure = &module->settled;
}

void abilock_life_settle(struct abilock_modules *modules)
{
	for (size_t i = 0; i < modules->failed_count; i++) {
		struct abilock_module *module = modules->failed[i];

		if (module->failure && module->failure != &module->settled)
			settle(module);
	}
	free(take_ptr(modules->failed));
	modules->failed_count = 0;
	abilock_arena_clear(&modules->failures);
}

void abilock_life_block(struct abilock_modules *modules)
{
	const struct abilock_configuration *configuration = modules->configuration;

	for (size_t i = 0; i < configuration->neverload.count; i++) {
		const struct abilock_directive *ban = &configuration->neverload.items[i];
		struct abilock_module *module =
			abilock_catalogue_find(modules->catalogue, ban->name);
		const struct abilock_failure *unused;

		if (!module || module->state != ABILOCK_MODULE_KNOWN)
			continue;
		const char *where =
			abilock_configuration_where(configuration, ban->place, &modules->failures);
		(void)fail(module, ABILOCK_MODULE_BLOCKED,
			   abilock_thread_error_format("%s: neverload forbids it (%s)",
						       module->name, where ? where : ban->name),
			   &unused);
	}
}

/* ---- the map hook ---- */

/* What came of a file. */
struct mapping {
	void *handle;
	struct abilock_registered *registered;
	char *text; /* why not; malloc'ed */
};

/* Is the checksum of the manifest that of the file? */
static bool check_sum(struct abilock_module *module, struct mapping *mapping)
{
	const struct abilock_manifest *manifest = module->manifest;
	const char *path = module->file.path;
	struct abilock_error err = {0};
	int r = abilock_checksum_compare(manifest->checksum, path, &err);

	if (r > 0)
		return true;
	if (r < 0)
		mapping->text = abilock_thread_error_format(
			"%s: the checksum cannot be compared: %s", path, err.message);
	else
		mapping->text = abilock_thread_error_format(
			"%s: refused: the file is not the one that its manifest is of\n"
			"  expected the checksum %s by %s\n"
			"  fix      install module and manifest of one build; no code of the "
			"module "
			"was run",
			path, manifest->checksum,
			module->manifest_path ? module->manifest_path : "the manifest");
	return false;
}

static bool is_known_file(const struct abilock_module_file *file,
			  const struct abilock_answer *answer)
{
	return answer->device == file->identity.device && answer->inode == file->identity.inode &&
	       abilock_load_is_same_file(file->path, answer->device, answer->inode);
}

/* Does the lock find something against it? */
static bool check_lock(struct abilock_module *module, struct mapping *mapping)
{
	const struct abilock_modules *modules = module->owner;
	struct abilock_process_question question = {
		.file = module->file.path,
		.host = modules->host,
		.require_lock = (modules->flags & ABILOCK_MODULES_REQUIRE_LOCK) != 0,
	};
	_cleanup_(abilock_answer_deinit) struct abilock_answer answer = {0};

	(void)abilock_process_ask(&question, &answer);
	if (!abilock_answer_is_yes(&answer))
		mapping->text = abilock_answer_text(&answer);
	else if (!is_known_file(&module->file, &answer))
		mapping->text = abilock_load_replaced_text(module->file.path);
	else
		return true;
	return false;
}

/* An index may have the answers for this very file; its stat() came just before. */
static bool check(struct abilock_module *module, struct mapping *mapping)
{
	const struct abilock_module_file *file = &module->file;

	if (module->manifest->checksum && !file->is_checked && !check_sum(module, mapping))
		return false;
	return file->is_verified || check_lock(module, mapping);
}

/* Its entry was queued where nobody looks; NULL: it has none. */
static char *elsewhere_text(const struct abilock_module *module, void *handle)
{
	_cleanup_(freep) char *copy = abilock_registered_elsewhere(handle, module->file.path);

	if (!copy)
		return NULL;
	return abilock_thread_error_format(
		"%s: its entry went to another copy of libabilock than the host's, so it cannot "
		"be started\n"
		"  copy     %s\n"
		"  fix      a host with libabilock.a of its own exports abilock_* (link it with "
		"-rdynamic and list them in its version script), and modules are not linked with "
		"libabilock",
		module->file.path, copy);
}

/* The entry that a module queued, in the image that is its own. */
static bool find_entry(struct abilock_module *module, const void *host, struct mapping *mapping)
{
	const char *other = NULL;
	int r = abilock_registered_find(mapping->handle, host, module->name, &mapping->registered,
					&other);

	if (r < 0)
		mapping->text = abilock_thread_error_format(
			"%s: memory was out when modules queued their entries", module->name);
	/* The host has the entries of many. */
	else if (!mapping->registered && other && mapping->handle)
		mapping->text = abilock_thread_error_format(
			"%s: its entry is called %s, and the module %s: they must be the same",
			module->file.path, other, module->name);
	else if (!mapping->registered && mapping->handle)
		mapping->text = elsewhere_text(module, mapping->handle);
	return !mapping->text;
}

/* Is there a file, and is it known as it is now? */
static bool is_openable(struct abilock_module *module, struct mapping *mapping)
{
	struct abilock_error err;
	int r = 0;

	abilock_error_clear(&err);
	abilock_modules_keep_log(module->owner);
	if (module->file.path)
		r = abilock_catalogue_refresh(module->owner->catalogue, module, &err);
	abilock_modules_write_log(module->owner);
	if (r < 0)
		mapping->text = abilock_error_text(module->file.path, &err);
	else if (module->problem)
		mapping->text =
			abilock_thread_error_format("%s: %s", module->name, module->problem);
	else if (!module->file.path)
		mapping->text = abilock_thread_error_format(
			"%s: there is no file %s.so beside its manifest %s", module->name,
			module->name, module->manifest_path ? module->manifest_path : "");
	else
		return true;
	return false;
}

static bool open_file(struct abilock_module *module, struct mapping *mapping)
{
	/* Without dynamic loading there is nothing to check. */
	if (ABILOCK_DYNAMIC && (!is_openable(module, mapping) || !check(module, mapping)))
		return false;
	int scope = module->manifest->export_globals ? RTLD_GLOBAL : RTLD_LOCAL;
	mapping->handle = abilock_load_file(module->file.path, RTLD_NOW | scope, &mapping->text);
	return mapping->handle && find_entry(module, NULL, mapping);
}

static int map(void *data, struct abilock_module *module,
	       const struct abilock_failure **ret_failure)
{
	struct abilock_modules *modules = data;
	struct mapping mapping = {0};

	if (module->state == ABILOCK_MODULE_LOADED || module->state == ABILOCK_MODULE_RUNNING)
		return 0;
	module->attempt = modules->attempt;
	/* Mapped, and its load() failed: nothing is unmapped yet. */
	if (module->handle) {
		module->library_references++;
		succeed(module, ABILOCK_MODULE_LOADED);
		return 0;
	}
	abilock_operation_unlock_data(modules);
	bool ok = module->manifest->is_embedded ? find_entry(module, modules->image, &mapping)
						: open_file(module, &mapping);
	abilock_operation_lock_data(modules);
	module->handle = mapping.handle;
	module->registered = mapping.registered;
	module->entry = mapping.registered ? mapping.registered->entry : NULL;
	if (!ok)
		return fail(module, ABILOCK_MODULE_FAILED, mapping.text, ret_failure);
	/* For the instance that is about to be. */
	module->library_references++;
	if (module->manifest->checksum)
		module->file.is_checked = true;
	succeed(module, ABILOCK_MODULE_LOADED);
	abilock_modules_log(modules, ABILOCK_LOG_DEBUG, "mapped %s", module->name);
	return 0;
}

/* ---- those that can use something ---- */

/* Wants to be told when somebody provides something. */
struct abilock_listener {
	struct abilock_listener *next;
	struct abilock_module *module;
};

/* "TYPE=NAME" as names are compared; malloc'ed. */
static char *capability_key(const char *type, const char *name)
{
	char *key = abilock_thread_error_format("%s=%s", type, name);

	if (key && str_eq(type, "module"))
		abilock_module_name_key(name, key + strlen(type) + 1);
	return key;
}

static struct abilock_listener **listeners_of(struct abilock_modules *modules, const char *type,
					      const char *name, bool add)
{
	_cleanup_(freep) char *key = capability_key(type, name);

	if (!key)
		return NULL;
	void *found = abilock_name_table_find(&modules->listeners, key);
	if (found || !add)
		return found;
	char *kept = abilock_arena_strdup(&modules->arena, key);
	struct abilock_listener **head = abilock_arena_alloc(&modules->arena, sizeof(void *));
	if (!kept || !head || !abilock_name_table_put(&modules->listeners, kept, head))
		return NULL;
	return head;
}

static void tell(struct abilock_module *listener, const char *type, const char *name)
{
	ENTRY_MEMBER(listener->entry, available)(listener, type, name, 1);
}

static void tell_listeners(struct abilock_modules *modules, const char *type, const char *name)
{
	struct abilock_listener **head = listeners_of(modules, type, name, false);

	for (struct abilock_listener *at = head ? *head : NULL; at; at = at->next)
		tell(at->module, type, name);
}

/* Whether anybody provides it already. */
static bool is_there(struct abilock_modules *modules, const struct abilock_capability *wanted)
{
	_cleanup_(freep) struct abilock_provided *providers = NULL;
	bool found = false;

	abilock_operation_lock_data(modules);
	ssize_t count = abilock_catalogue_providers(modules->catalogue, wanted->type, wanted->name,
						    &providers);
	for (ssize_t i = 0; i < count && !found; i++)
		found = providers[i].module->state == ABILOCK_MODULE_RUNNING;
	abilock_operation_unlock_data(modules);
	return found;
}

static void listen(struct abilock_module *module)
{
	struct abilock_modules *modules = module->owner;
	const struct abilock_capabilities *canuse = &module->manifest->canuse;

	for (size_t i = 0; i < canuse->count; i++) {
		const struct abilock_capability *wanted = &canuse->items[i];
		struct abilock_listener **head =
			listeners_of(modules, wanted->type, wanted->name, true);
		struct abilock_listener *listener =
			head ? abilock_arena_alloc(&modules->arena, sizeof(*listener)) : NULL;

		if (listener) {
			*listener = (struct abilock_listener){.next = *head, .module = module};
			*head = listener;
		}
		/* What began before it: one way to learn of it is enough. */
		if (is_there(modules, wanted))
			tell(module, wanted->type, wanted->name);
	}
}

/* A module runs. No other operation can come between it and those that are told. */
static void announce(struct abilock_module *module)
{
	struct abilock_modules *modules = module->owner;
	const struct abilock_capabilities *provides = &module->manifest->provides;

	if (modules->listeners.count > 0) {
		tell_listeners(modules, "module", module->name);
		for (size_t i = 0; i < provides->count; i++)
			tell_listeners(modules, provides->items[i].type, provides->items[i].name);
	}
	if (module->manifest->canuse.count > 0 && ENTRY_MEMBER(module->entry, available))
		listen(module);
}

/* ---- the start hook ---- */

/* Call load(), in the midst of an operation, with no mutex held that it could need. */
static int call_load(struct abilock_modules *modules, struct abilock_module *module)
{
	struct abilock_module *outer = modules->starting;
	int result = ABILOCK_LOAD_SUCCESS;

	/* Another manager of this process has started it: once is enough. */
	if (module->entry->load && abilock_registered_claim(module->registered)) {
		modules->starting = module;
		result = module->entry->load(module);
		modules->starting = outer;
		if (result != ABILOCK_LOAD_SUCCESS)
			abilock_registered_release(module->registered);
	}
	return result;
}

static char *failure_of_load(struct abilock_module *module, int result)
{
	const char *reason = module->own_reason;

	if (result == ABILOCK_LOAD_DECLINE)
		return reason ? abilock_thread_error_format("%s declined: %s", module->name, reason)
			      : abilock_thread_error_format("%s declined", module->name);
	if (reason)
		return abilock_thread_error_format("%s: %s", module->name, reason);
	return abilock_thread_error_format("%s: load() failed (%d) and did not say why",
					   module->name, result);
}

static int start_failed(struct abilock_module *module, int result,
			const struct abilock_failure **ret_failure)
{
	module->library_references--;
	return fail(module,
		    result == ABILOCK_LOAD_DECLINE ? ABILOCK_MODULE_DECLINED
						   : ABILOCK_MODULE_FAILED,
		    failure_of_load(module, result), ret_failure);
}

static int start(void *data, struct abilock_module *module,
		 const struct abilock_failure **ret_failure)
{
	struct abilock_modules *modules = data;
	int result = ABILOCK_LOAD_SUCCESS;

	if (module->state == ABILOCK_MODULE_RUNNING)
		return 0;
	module->attempt = modules->attempt;
	if (module->is_starting) {
		struct abilock_failure *failure =
			abilock_failure_new(&modules->failures, NULL,
					    "%s: its load() asks for what uses it", module->name);

		*ret_failure = failure ? failure : &no_memory;
		return ABILOCK_E_USAGE;
	}
	free(take_ptr(module->own_reason));
	if (module->entry) {
		modules->is_kept = true;
		module->is_starting = true;
		abilock_operation_unlock_data(modules);
		result = call_load(modules, module);
		abilock_operation_lock_data(modules);
		module->is_starting = false;
	}
	if (result != ABILOCK_LOAD_SUCCESS)
		return start_failed(module, result, ret_failure);
	succeed(module, ABILOCK_MODULE_RUNNING);
	if (modules->listeners.count > 0 || module->manifest->canuse.count > 0) {
		abilock_operation_unlock_data(modules);
		announce(module);
		abilock_operation_lock_data(modules);
	}
	return 0;
}

/* A module did not load because of another. */
static void failed(void *data, struct abilock_module *module, const struct abilock_failure *failure)
{
	struct abilock_modules *modules = data;

	if (module->state == ABILOCK_MODULE_RUNNING || module->state == ABILOCK_MODULE_BLOCKED)
		return;
	if (module->state == ABILOCK_MODULE_LOADED)
		module->library_references--;
	module->attempt = modules->attempt;
	set_failure(module, failure->is_decline ? ABILOCK_MODULE_DECLINED : ABILOCK_MODULE_FAILED,
		    failure);
}

static void used(void *data, struct abilock_module *user, struct abilock_module *provider)
{
	(void)data;
	(void)user;
	provider->library_references++;
	provider->instance_references++;
}

void abilock_life_hold(struct abilock_module *module)
{
	if (module->is_held_by_admin || module->state != ABILOCK_MODULE_RUNNING)
		return;
	module->is_held_by_admin = true;
	module->instance_references++;
}

const struct abilock_resolver_hooks *abilock_life_hooks(struct abilock_modules *modules,
							struct abilock_resolver_hooks *buffer)
{
	*buffer = (struct abilock_resolver_hooks){
		.map = map, .start = start, .failed = failed, .used = used, .data = modules};
	return buffer;
}
