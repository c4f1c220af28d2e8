/* SPDX-License-Identifier: MIT */
#include <ctype.h>

#include "depends_scan.h"
#include "version.h"

/* "0" is what dpkg writes for a version that does not matter. */
static bool is_any_version(const char *version)
{
	return !*version || deb_version_compare(version, "0") == 0;
}

struct deb_demand *deb_demands_find(struct deb_demands *demands, const char *template,
				    size_t length)
{
	for (size_t i = 0; i < demands->count; i++)
		if (strncmp(demands->items[i].template, template, length) == 0 &&
		    demands->items[i].template[length] == '\0')
			return &demands->items[i];
	return NULL;
}

bool deb_demand_covers(const struct deb_demand *demand, const char *version)
{
	return is_any_version(version) || (!is_any_version(demand->version) &&
					   deb_version_compare(version, demand->version) <= 0);
}

/* Demand a version, unless a higher one is. @p length is that of the template. */
static int raise_demand(struct deb_depends *depends, struct deb_demands *demands,
			const struct deb_demand *demand, size_t length, bool only_known,
			struct abilock_error *err)
{
	struct deb_demand *known = deb_demands_find(demands, demand->template, length);

	if (!known && only_known)
		return 0;
	if (known && deb_demand_covers(known, demand->version))
		return 0;
	struct deb_demand raised = *demand;
	raised.template = known ? known->template
				: abilock_arena_strndup(&depends->arena, demand->template, length);
	raised.version = abilock_arena_strdup(&depends->arena, demand->version);
	raised.because =
		demand->because ? abilock_arena_strdup(&depends->arena, demand->because) : NULL;
	if (!known)
		known = abilock_array_push(&demands->items, &demands->count, sizeof(*known));
	if (!known || !raised.template || !raised.version || !raised.because != !demand->because)
		return abilock_error_nomem(err);
	*known = raised;
	return 0;
}

int deb_demand_check_version(const char *version, const char *file, unsigned long line,
			     const char *what, struct abilock_error *err)
{
	struct abilock_error why = {0};

	if (deb_version_is_valid(version, &why))
		return 0;
	return abilock_error_set_line(err, file, line, 1, "%s: %s", what, why.message);
}

int deb_scan_demand(struct deb_scan *scan, struct deb_need *need, struct deb_demand what,
		    bool only_known, struct abilock_error *err)
{
	struct deb_demands *field = &scan->depends->fields[scan->subject->field];
	const char *list = what.template;
	int r = 0;

	while (r >= 0 && *(list += strspn(list, " \t,"))) {
		size_t length = strcspn(list, ",");
		const char *next = list + length;

		while (length > 0 && isspace((unsigned char)list[length - 1]))
			length--;
		what.template = list;
		r = raise_demand(scan->depends, field, &what, length, only_known, err);
		if (r >= 0)
			r = raise_demand(scan->depends, &need->demands, &what, length, only_known,
					 err);
		list = next;
	}
	return r;
}
