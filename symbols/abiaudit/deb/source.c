/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <strings.h>

#include "textfile.h"

static const char blanks[] = " \t\r\f\v";

int deb_source_package(struct abilock_arena *arena, const char **ret_package,
		       struct abilock_error *err)
{
	static const char control[] = "debian/control", field[] = "Package:";
	const char *first = NULL, *second = NULL;
	struct deb_textfile file;
	char *line;

	int r = deb_textfile_read(&file, arena, control, err);
	if (r < 0)
		return r;
	while ((line = deb_textfile_line(&file))) {
		if (strncasecmp(line, field, strlen(field)) != 0)
			continue;
		char *name = line + strlen(field);
		name += strspn(name, blanks);
		name[strcspn(name, blanks)] = '\0';
		second = second ? second : first ? name : NULL;
		first = first ? first : name;
	}
	if (!first)
		return abilock_error_set(err, ABILOCK_E_USAGE, control, NULL, 0,
					 "no binary package: name it with --package");
	if (second)
		return abilock_error_set(
			err, ABILOCK_E_USAGE, control, NULL, 0,
			"several binary packages (%.60s, %.60s ...): name one with "
			"--package",
			first, second);
	*ret_package = first;
	return 0;
}

/* `SOURCE (VERSION) DISTRIBUTION; ...`: where the version is, or NULL. */
static char *find_version(char *line)
{
	const size_t name = strcspn(line, " (");

	if (name == 0 || line[0] == '\t' || line[name] != ' ' || line[name + 1] != '(')
		return NULL;
	char *version = line + name + 2, *end = strchr(version, ')');
	if (!end || end == version || !strchr(end, ';') ||
	    strcspn(version, " \t(") < strcspn(version, ")"))
		return NULL;
	*end = '\0';
	return version;
}

int deb_source_version(struct abilock_arena *arena, const char **ret_version,
		       struct abilock_error *err)
{
	static const char changelog[] = "debian/changelog";
	struct deb_textfile file;
	char *line, *version = NULL;

	int r = deb_textfile_read(&file, arena, changelog, err);
	if (r < 0)
		return r;
	while (!version && (line = deb_textfile_line(&file)))
		version = find_version(line);
	if (!version)
		return abilock_error_set_line(
			err, changelog, 1, 1,
			"expected an entry: SOURCE (VERSION) DISTRIBUTION; ...");
	*ret_version = version;
	return 0;
}
