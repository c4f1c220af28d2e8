/* SPDX-License-Identifier: MIT */
/*
 * What an admin bans stays banned until the process ends, whatever configuration a host opens
 * later: else who can change a file, and have the host open it, lifts the ban.
 */
#include "manager.h"
#include "modules/configuration/configuration_reader.h"

struct ban {
	char *host, *name, *file;
	uint32_t line;
};

/* One list for all hosts of the process: there are few bans. */
static struct {
	pthread_mutex_t mutex;
	struct ban *items;
	size_t count;
} bans = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Number of the source with that path, made up where there is none; -1: memory is out. */
static ssize_t source_of(struct abilock_configuration *configuration, const char *file)
{
	for (size_t i = 0; i < configuration->source_count; i++)
		if (str_eq(configuration->sources[i].path, file))
			return (ssize_t)i;
	const char *path = abilock_arena_strdup(&configuration->arena, file);
	struct abilock_source *source =
		path ? abilock_array_push(&configuration->sources, &configuration->source_count,
					  sizeof(*source))
		     : NULL;
	if (!source)
		return -1;
	*source = (struct abilock_source){.path = path, .text = ""};
	return (ssize_t)configuration->source_count - 1;
}

/* Add one that was banned before. */
static int apply(struct abilock_modules *modules, const struct ban *ban, struct abilock_error *err)
{
	struct abilock_configuration *configuration = modules->configuration;
	const struct abilock_directive *required =
		abilock_directives_find(&configuration->require, ban->name);
	ssize_t source = source_of(configuration, ban->file);
	const char *name = abilock_arena_strdup(&configuration->arena, ban->name);

	if (source < 0 || !name)
		return abilock_error_nomem(err);
	if (required)
		return abilock_error_set_line(err,
					      configuration->sources[required->place.file].path,
					      required->place.line, required->place.column,
					      "%s is required, and was banned by neverload at "
					      "%s:%u when the modules were "
					      "opened before; a ban holds until the process ends",
					      required->name, ban->file, ban->line);
	if (abilock_directives_add(
		    &configuration->neverload, &configuration->arena, name,
		    (struct abilock_place){.file = (uint32_t)source, .line = ban->line}) < 0)
		return abilock_error_nomem(err);
	return 0;
}

static int tell_dropped(struct abilock_modules *modules, const struct abilock_directive *load)
{
	const int r = abilock_modules_note(
		modules,
		"%s:%u: load=%s is ignored: neverload banned it when the modules were opened "
		"before",
		modules->configuration->sources[load->place.file].path, load->place.line,
		load->name);

	if (r == 0)
		abilock_modules_log_text(modules, ABILOCK_LOG_NOTICE,
					 modules->notes[modules->note_count - 1]);
	return r;
}

/* The configuration was settled before these came: what is banned is not to be loaded. */
static int drop_loads(struct abilock_modules *modules, struct abilock_error *err)
{
	struct abilock_configuration *configuration = modules->configuration;
	struct abilock_directives kept = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < configuration->load.count; i++) {
		const struct abilock_directive *load = &configuration->load.items[i];

		if (abilock_directives_find(&configuration->neverload, load->name))
			r = tell_dropped(modules, load);
		else
			r = abilock_directives_add(&kept, &configuration->arena, load->name,
						   load->place);
	}
	struct abilock_directives *freed = r == 0 ? &configuration->load : &kept;
	free(freed->items);
	abilock_name_table_deinit(&freed->by_key);
	if (r == 0)
		configuration->load = kept;
	return r < 0 ? abilock_error_nomem(err) : 0;
}

static void free_ban(const struct ban *ban)
{
	free(ban->host);
	free(ban->name);
	free(ban->file);
}

/* Note one for the rest of the process. */
static int note(const char *host, const struct abilock_configuration *configuration,
		const struct abilock_directive *directive)
{
	struct ban ban = {
		.host = strdup(host),
		.name = strdup(directive->name),
		.file = strdup(configuration->sources[directive->place.file].path),
		.line = directive->place.line,
	};
	struct ban *slot = ban.host && ban.name && ban.file
				   ? abilock_array_push(&bans.items, &bans.count, sizeof(*slot))
				   : NULL;

	if (!slot) {
		free_ban(&ban);
		return ABILOCK_E_NOMEM;
	}
	*slot = ban;
	return 0;
}

static int apply_all(struct abilock_modules *modules, struct abilock_error *err)
{
	struct abilock_configuration *configuration = modules->configuration;
	const size_t own = configuration->neverload.count;
	struct abilock_directives old = {0};
	int r = 0;

	/* Those that are in both are in the list once. */
	for (size_t i = 0; r == 0 && i < bans.count; i++)
		if (str_eq(bans.items[i].host, modules->host)) {
			r = abilock_directives_add(&old, &configuration->arena, bans.items[i].name,
						   (struct abilock_place){0});
			if (r == 0)
				r = apply(modules, &bans.items[i], err);
		}
	for (size_t i = 0; r == 0 && i < own; i++)
		if (!abilock_directives_find(&old, configuration->neverload.items[i].name))
			r = note(modules->host, configuration, &configuration->neverload.items[i]);
	bool has_old = configuration->neverload.count > own;
	free(old.items);
	abilock_name_table_deinit(&old.by_key);
	if (r == ABILOCK_E_NOMEM)
		return abilock_error_nomem(err);
	return r == 0 && has_old ? drop_loads(modules, err) : r;
}

int abilock_bans_apply(struct abilock_modules *modules, struct abilock_error *err)
{
	(void)pthread_mutex_lock(&bans.mutex);
	int r = apply_all(modules, err);
	(void)pthread_mutex_unlock(&bans.mutex);
	return r;
}
