/* SPDX-License-Identifier: MIT */
#include "surface.h"

void abilock_surface_free(struct abilock_surface *surface)
{
	if (!surface)
		return;
	/* The arena is a member of what it does not own: the struct itself. */
	abilock_arena_clear(&surface->arena);
	free(surface);
}

bool abilock_node_name_is_private(const char *name)
{
	const char *p = strstr(name, "_PRIVATE");

	for (; p; p = strstr(p + 1, "_PRIVATE")) {
		char next = p[strlen("_PRIVATE")];

		if (p != name && (next == '\0' || next == '_'))
			return true;
	}
	return false;
}
