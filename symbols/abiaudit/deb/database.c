/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "database_state.h"
#include "textfile.h"

int deb_database_open(const char *admindir, const struct deb_arch *arch,
		      struct deb_database **ret_database, struct abilock_error *err)
{
	_cleanup_(deb_database_freep) struct deb_database *database = calloc(1, sizeof(*database));

	if (!database)
		return abilock_error_nomem(err);
	database->info = -1;
	database->arch = arch;
	database->admindir = abilock_arena_strdup(&database->arena, admindir);
	char *info = abilock_arena_printf(&database->arena, "%s/info", admindir);
	if (!database->admindir || !info)
		return abilock_error_nomem(err);
	database->info = open(info, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (database->info < 0)
		return abilock_error_set(err, ABILOCK_E_IO, info, NULL, 0,
					 "cannot read dpkg's database: %s", strerror(errno));
	*ret_database = take_ptr(database);
	return 0;
}

void deb_database_free(struct deb_database *database)
{
	if (!database)
		return;
	if (database->info >= 0)
		(void)close(database->info);
	for (size_t i = 0; i < database->places.size; i++) {
		struct deb_place *place = database->places.slots[i].value;

		if (place)
			free(place->owners);
	}
	abilock_name_table_deinit(&database->places);
	free(database->buffer);
	free(database->read_lists);
	free(database->diversions);
	deb_control_free(database->status);
	abilock_arena_clear(&database->arena);
	free(database);
}

static int read_diversions(struct deb_database *database, struct abilock_error *err)
{
	char *path = abilock_arena_printf(&database->arena, "%s/diversions", database->admindir);
	struct deb_textfile text;

	if (!path)
		return abilock_error_nomem(err);
	if (access(path, F_OK) < 0)
		return 0;
	int r = deb_textfile_read(&text, &database->arena, path, err);
	const char *from, *to, *package;
	while (r >= 0 && (from = deb_textfile_line(&text))) {
		to = deb_textfile_line(&text);
		package = deb_textfile_line(&text);
		if (!to || !package)
			return abilock_error_set_line(err, path, text.line, 1,
						      "the file ends inside a diversion");
		struct deb_diversion *slot = abilock_array_push(
			&database->diversions, &database->diversion_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(err);
		*slot = (struct deb_diversion){from, to, package};
	}
	return r;
}

int deb_database_diversion(struct deb_database *database, const char *path,
			   const struct deb_diversion **ret_diversion, struct abilock_error *err)
{
	if (!database->have_diversions) {
		int r = read_diversions(database, err);
		if (r < 0)
			return r;
		database->have_diversions = true;
	}
	*ret_diversion = NULL;
	for (size_t i = 0; i < database->diversion_count; i++)
		if (str_eq(database->diversions[i].from, path) ||
		    str_eq(database->diversions[i].to, path))
			*ret_diversion = &database->diversions[i];
	return 0;
}

const char *deb_database_control_file(struct deb_database *database, const char *package,
				      const char *type)
{
	char name[NAME_MAX + 1];

	if (snprintf(name, sizeof(name), "%s.%s", package, type) >= (int)sizeof(name) ||
	    faccessat(database->info, name, F_OK, 0) < 0)
		return NULL;
	return abilock_arena_printf(&database->arena, "%s/info/%s", database->admindir, name);
}

int deb_database_version(struct deb_database *database, const char *package,
			 const char **ret_version, struct abilock_error *err)
{
	const char *colon = strchr(package, ':');
	const size_t length = colon ? (size_t)(colon - package) : strlen(package);

	if (!database->status) {
		char *path =
			abilock_arena_printf(&database->arena, "%s/status", database->admindir);
		int r = path ? deb_control_open(path, &database->status, err)
			     : abilock_error_nomem(err);
		if (r < 0)
			return r;
	}
	*ret_version = NULL;
	for (size_t i = 0; i < database->status->paragraph_count; i++) {
		const struct deb_paragraph *paragraph = &database->status->paragraphs[i];
		const char *name = deb_paragraph_field(paragraph, "Package");
		const char *arch = deb_paragraph_field(paragraph, "Architecture");

		if (name && strlen(name) == length && memcmp(name, package, length) == 0 &&
		    (!colon || (arch && str_eq(arch, colon + 1))))
			*ret_version = deb_paragraph_field(paragraph, "Version");
	}
	return 0;
}
