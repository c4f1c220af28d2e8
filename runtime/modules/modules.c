/* SPDX-License-Identifier: MIT */
/* Opening and closing a host's modules, and finding them. */
#include "host_check.h"
#include "host_key.h"
#include "manager.h"

#include <errno.h>

#include "load_file.h"
#include "manifest/module_name.h"
#include "text.h"
#include "thread_error.h"

/* ---- options ---- */

/* A longer struct of a newer program is fine as long as it asks for nothing that is new. */
static int check_options(const struct abilock_modules_options *options, struct abilock_error *err)
{
	const unsigned char *bytes = (const unsigned char *)options;

	if (!options || options->size < sizeof(*options))
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "abilock_modules_open(): options without a size");
	for (size_t i = sizeof(*options); i < options->size; i++)
		if (bytes[i])
			return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
						 "abilock_modules_open(): an option of a newer "
						 "version of libabilock is set");
	return 0;
}

static int take_options(struct abilock_modules *modules,
			const struct abilock_modules_options *options, struct abilock_error *err)
{
	modules->flags = options->flags;
	modules->log = options->log;
	modules->log_data = options->log_data;
	modules->arch = options->arch ? abilock_arena_strdup(&modules->arena, options->arch) : NULL;
	return options->arch && !modules->arch ? abilock_error_nomem(err) : 0;
}

/* ---- the host ---- */

static bool is_inspecting(const struct abilock_modules *modules)
{
	return (modules->flags & ABILOCK_MODULES_INSPECT) != 0;
}

static int find_host(struct abilock_modules *modules, const char *host,
		     struct abilock_host_facts *facts, struct abilock_error *err)
{
	int r = 0;

	if (!is_inspecting(modules))
		r = abilock_host_facts_of_process(host, &modules->arena, facts, err);
	else if (host)
		r = abilock_host_facts_of_file(host, &modules->arena, facts, err);
	modules->host = facts->path;
	modules->image = facts->image;
	return r;
}

/* The path with the host's tag for each `{tag}`. */
static int expand_path(struct abilock_modules *modules, const char *path, const char *tag,
		       const char **ret, struct abilock_error *err)
{
	static const char mark[] = "{tag}";
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (const char *next; (next = strstr(path, mark)); path = next + strlen(mark)) {
		if (!tag && !modules->host)
			return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
						 "the path of modules has {tag}, which stands for "
						 "the tag of the host, and no host is given");
		if (!tag)
			return abilock_error_set(
				err, ABILOCK_E_USAGE, modules->host, NULL, 0,
				"this host carries no note, so it has no tag for {tag} in the path "
				"of modules: put ABILOCK_HOST(); of its generated header into it");
		abilock_text_add(&text, path, (size_t)(next - path));
		abilock_text_puts(&text, tag);
	}
	abilock_text_puts(&text, path);
	abilock_text_putc(&text, '\0');
	*ret = text.failed ? NULL : abilock_arena_strdup(&modules->arena, text.data);
	return *ret ? 0 : abilock_error_nomem(err);
}

/* ---- the configuration ---- */

static enum abilock_log_level log_level(enum abilock_level level)
{
	return level == ABILOCK_LEVEL_ERROR	? ABILOCK_LOG_ERROR
	       : level == ABILOCK_LEVEL_WARNING ? ABILOCK_LOG_WARNING
						: ABILOCK_LOG_NOTICE;
}

/* All that was found goes to the log; what are errors is the text of the failure. */
static void tell_diagnostics(struct abilock_modules *modules,
			     const struct abilock_configuration *configuration,
			     const struct abilock_diagnostics *diags, struct abilock_text *errors)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];
		const char *path = configuration->sources[diag->place.file].path;
		_cleanup_(freep) char *text = abilock_thread_error_format(
			"%s:%u:%u: %s: %s%s%s", path, diag->place.line, diag->place.column,
			abilock_level_name(diag->level), diag->message, diag->fix ? "; " : "",
			diag->fix ? diag->fix : "");

		if (!text)
			continue;
		abilock_modules_log_text(modules, log_level(diag->level), text);
		if (diag->level != ABILOCK_LEVEL_ERROR)
			continue;
		abilock_text_puts(errors, errors->length > 0 ? "\n" : "");
		abilock_text_puts(errors, text);
	}
}

int abilock_modules_note(struct abilock_modules *modules, const char *fmt, ...)
{
	const char **slot =
		abilock_array_push(&modules->notes, &modules->note_count, sizeof(*slot));
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	if (!slot)
		return ABILOCK_E_NOMEM;
	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	*slot = text ? abilock_arena_strdup(&modules->arena, text) : NULL;
	if (*slot)
		return 0;
	modules->note_count--;
	return ABILOCK_E_NOMEM;
}

/* What is worth knowing and nothing to mend: a dry run tells of it again. */
static int keep_notes(struct abilock_modules *modules, const struct abilock_diagnostics *diags)
{
	int r = 0;

	for (size_t i = 0; i < diags->count && r == 0; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->level == ABILOCK_LEVEL_NOTE)
			r = abilock_modules_note(
				modules, "%s:%u: %s%s%s",
				modules->configuration->sources[diag->place.file].path,
				diag->place.line, diag->message, diag->fix ? "; " : "",
				diag->fix ? diag->fix : "");
	}
	return r;
}

static int read_configuration(struct abilock_modules *modules,
			      const struct abilock_modules_options *options,
			      struct abilock_text *errors, struct abilock_error *err)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	int r = abilock_configuration_read(options->conf, options->conf_path,
					   &modules->configuration, &diags, err);

	if (modules->configuration)
		tell_diagnostics(modules, modules->configuration, &diags, errors);
	if (r == 0 && keep_notes(modules, &diags) < 0)
		r = abilock_error_nomem(err);
	if (r == 0 && !is_inspecting(modules))
		r = abilock_bans_apply(modules, err);
	return r;
}

/* ---- the catalogue ---- */

static int open_catalogue(struct abilock_modules *modules,
			  const struct abilock_modules_options *options, const char *path,
			  struct abilock_error *err)
{
	const bool writes = (modules->flags & ABILOCK_MODULES_WRITE_INDEX) != 0;
	const bool loads_all = modules->configuration && modules->configuration->autoload;
	struct abilock_catalogue_options wanted = {
		.path = path,
		.index = options->index ? options->index : "modules.index",
		.use_index = !(modules->flags & ABILOCK_MODULES_NO_INDEX),
		.write_index = writes,
		.data = &modules->data,
		.owner = modules,
		.log = abilock_modules_log_text,
		.log_data = modules,
	};

	if (is_inspecting(modules)) {
		wanted.host_file = options->host;
	} else if (path) {
		wanted.host_key = abilock_host_key(modules->host, &modules->arena);
		wanted.verify_once = !writes;
		wanted.defer_checksums = !writes && !loads_all;
		wanted.host_file = writes || (loads_all && wanted.host_key)
					   ? abilock_host_file(modules->host, &modules->arena)
					   : NULL;
	}
	return abilock_catalogue_open(&wanted, &modules->catalogue, err);
}

static int add_embedded(struct abilock_modules *modules, struct abilock_host_facts *facts,
			struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < facts->manifest_count; i++)
		r = abilock_catalogue_add(modules->catalogue, take_ptr(facts->manifests[i]), err);
	return r;
}

/* ---- open and close ---- */

static struct abilock_modules *modules_new(void)
{
	struct abilock_modules *modules = calloc(1, sizeof(*modules));
	pthread_mutexattr_t attributes;

	if (!modules)
		return NULL;
	(void)pthread_mutexattr_init(&attributes);
	(void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	(void)pthread_mutex_init(&modules->operation, &attributes);
	(void)pthread_mutexattr_destroy(&attributes);
	(void)pthread_mutex_init(&modules->data, NULL);
	return modules;
}

static void modules_free(struct abilock_modules *modules)
{
	if (!modules)
		return;
	abilock_modules_disown(modules);
	abilock_catalogue_close(modules->catalogue);
	abilock_host_check_close(modules->host_file);
	abilock_configuration_free(modules->configuration);
	abilock_name_table_deinit(&modules->listeners);
	free(modules->failed);
	free(modules->notes);
	abilock_arena_clear(&modules->failures);
	abilock_arena_clear(&modules->values);
	abilock_arena_clear(&modules->arena);
	(void)pthread_mutex_destroy(&modules->operation);
	(void)pthread_mutex_destroy(&modules->data);
	free(modules);
}

static int open_all(struct abilock_modules *modules, const struct abilock_modules_options *options,
		    struct abilock_text *errors, struct abilock_error *err)
{
	_cleanup_(abilock_host_facts_deinit) struct abilock_host_facts facts = {0};
	const char *path = NULL;
	int r = take_options(modules, options, err);

	if (r >= 0)
		r = find_host(modules, options->host, &facts, err);
	if (r >= 0 && options->path && (ABILOCK_DYNAMIC || is_inspecting(modules)))
		r = expand_path(modules, options->path, facts.tag, &path, err);
	if (r >= 0)
		r = read_configuration(modules, options, errors, err);
	if (r >= 0)
		r = open_catalogue(modules, options, path, err);
	if (r >= 0)
		r = add_embedded(modules, &facts, err);
	if (r < 0)
		return r;
	abilock_life_block(modules);
	abilock_life_settle(modules);
	return 0;
}

/* What went wrong, malloc'ed. */
static char *open_text(struct abilock_text *errors, const struct abilock_error *err)
{
	char line[sizeof(struct abilock_error)];

	if (errors->length > 0 && !errors->failed)
		return strndup(errors->data, errors->length);
	(void)abilock_error_format(err, line, sizeof(line));
	return strdup(line);
}

int abilock_modules_open(const struct abilock_modules_options *options,
			 struct abilock_modules **ret_modules)
{
	_cleanup_(abilock_text_deinit) struct abilock_text errors = {0};
	struct abilock_modules *modules = NULL;
	struct abilock_error err = {0};
	int saved = errno, cancel, unused, r;

	abilock_thread_error_clear();
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	r = check_options(options, &err);
	if (r >= 0 && !ret_modules)
		r = abilock_error_set(&err, ABILOCK_E_USAGE, NULL, NULL, 0,
				      "abilock_modules_open(): ret_modules is NULL");
	if (r >= 0 && !(modules = modules_new()))
		r = abilock_error_nomem(&err);
	if (r >= 0) {
		abilock_modules_keep_log(modules);
		r = open_all(modules, options, &errors, &err);
		abilock_modules_write_log(modules);
	}
	if (r < 0) {
		modules_free(take_ptr(modules));
		abilock_thread_error_set(open_text(&errors, &err));
	}
	if (ret_modules)
		*ret_modules = modules;
	(void)pthread_setcancelstate(cancel, &unused);
	errno = saved;
	return r < 0 ? -1 : 0;
}

/* Those whose modules still refer to them. */
static struct {
	pthread_mutex_t mutex;
	struct abilock_modules *first;
} kept = {.mutex = PTHREAD_MUTEX_INITIALIZER};

void abilock_modules_close(struct abilock_modules *modules)
{
	if (!modules)
		return;
	if (!modules->is_kept) {
		modules_free(modules);
		return;
	}
	/* A module may have kept what its load() was given. */
	modules->log = NULL;
	(void)pthread_mutex_lock(&kept.mutex);
	modules->next = kept.first;
	kept.first = modules;
	(void)pthread_mutex_unlock(&kept.mutex);
}

/* ---- finding ---- */

const char *abilock_modules_wanted_name(struct abilock_arena *arena, const char *type,
					const char *name)
{
	const char *meant;

	/* What is no name is not known either. */
	if (str_eq(type, "module") && abilock_module_name_parse(arena, name, &meant, NULL) == 0)
		return meant;
	return name;
}

struct abilock_module *abilock_modules_find(struct abilock_modules *modules, const char *name)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	const char *meant;

	if (!name || abilock_module_name_parse(&arena, name, &meant, NULL) < 0)
		return NULL;
	return abilock_catalogue_find(modules->catalogue, meant);
}

size_t abilock_modules_count(struct abilock_modules *modules)
{
	return abilock_catalogue_count(modules->catalogue);
}

struct abilock_module *abilock_modules_at(struct abilock_modules *modules, size_t index)
{
	return abilock_catalogue_at(modules->catalogue, index);
}

struct abilock_module *abilock_modules_provider(struct abilock_modules *modules, const char *type,
						const char *name, size_t index)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	_cleanup_(freep) struct abilock_provided *providers = NULL;
	ssize_t count = 0;

	if (type && name)
		name = abilock_modules_wanted_name(&arena, type, name);
	if (type && name)
		count = abilock_catalogue_providers(modules->catalogue, type, name, &providers);
	return count > 0 && index < (size_t)count ? providers[index].module : NULL;
}

/* Whether a name, as people write it, begins with a prefix. */
static bool begins_with(const char *name, const char *prefix)
{
	for (; prefix && *prefix; name++, prefix++) {
		char a = *name == '-' ? '_' : *name, b = *prefix == '-' ? '_' : *prefix;

		if (a != b)
			return false;
	}
	return true;
}

const char **abilock_modules_complete(struct abilock_modules *modules, const char *prefix)
{
	const char **names = NULL, **slot;
	size_t count = 0;
	const struct abilock_module *module;

	for (size_t i = 0; (module = abilock_catalogue_at(modules->catalogue, i)); i++) {
		const char *name = abilock_module_name(module);

		if (!begins_with(name, prefix))
			continue;
		slot = abilock_array_push(&names, &count, sizeof(*names));
		if (slot)
			*slot = name;
		else
			free(take_ptr(names));
		if (!slot)
			return NULL;
	}
	slot = abilock_array_push(&names, &count, sizeof(*names));
	if (slot)
		return names;
	free(names);
	return NULL;
}

/* ---- the index ---- */

int abilock_modules_is_indexed(struct abilock_modules *modules)
{
	return abilock_catalogue_is_indexed(modules->catalogue);
}

int abilock_modules_write_index(struct abilock_modules *modules, size_t *ret_count)
{
	struct abilock_operation operation;
	struct abilock_error err = {0};

	if (abilock_operation_begin(modules, "abilock_modules_write_index", false, &operation) < 0)
		return -1;
	abilock_operation_unlock_data(modules);
	abilock_modules_keep_log(modules);
	int r = abilock_catalogue_write(modules->catalogue, ret_count, &err);
	if (r < 0)
		abilock_modules_set_error(&err);
	abilock_operation_lock_data(modules);
	abilock_operation_end(&operation);
	return r < 0 ? -1 : 0;
}
