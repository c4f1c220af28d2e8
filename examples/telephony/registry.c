/* SPDX-License-Identifier: MIT */
/* What modules registered. What nobody did is asked for: the manager knows who could. */
#include <abilock/modules.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"

struct entry {
	struct entry *next;
	const char *type, *name;
	int priority;
	const void *interface;
};

static struct entry *entries;
struct abilock_modules *switchboard_modules;

void switchboard_register(const char *type, const char *name, int priority, const void *interface)
{
	struct entry **place = &entries;
	struct entry *entry = malloc(sizeof(*entry));

	if (!entry)
		abort();
	while (*place && (*place)->priority >= priority)
		place = &(*place)->next;
	*entry = (struct entry){*place, type, name, priority, interface};
	*place = entry;
}

static const void *registered(const char *type, const char *name)
{
	for (const struct entry *entry = entries; entry; entry = entry->next)
		if (strcmp(entry->type, type) == 0 && strcmp(entry->name, name) == 0)
			return entry->interface;
	return NULL;
}

const void *switchboard_find(const char *type, const char *name, const char *reason, char **ret_why)
{
	const void *interface = registered(type, name);

	if (ret_why)
		*ret_why = NULL;
	if (!interface &&
	    abilock_modules_request(switchboard_modules, type, name, reason, NULL) == 0)
		interface = registered(type, name);
	if (!interface && ret_why)
		*ret_why = abilock_modules_why_not(switchboard_modules, type, name);
	return interface;
}

void registry_each(const char *type, void (*take)(const void *interface, const void *data),
		   const void *data)
{
	for (const struct entry *entry = entries; entry; entry = entry->next)
		if (strcmp(entry->type, type) == 0)
			take(entry->interface, data);
}
