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

const char *abilock_node_name_fingerprint(const char *name)
{
	enum { DIGITS = 16 };
	const size_t length = strlen(name);
	const char *digits = length > DIGITS + 1 ? name + length - DIGITS : NULL;

	if (!digits || digits[-1] != '_' || strspn(digits, "0123456789abcdef") != DIGITS)
		return NULL;
	const size_t stem = length - DIGITS - 1, word = strlen("_PRIVATE");

	return stem > word && memcmp(name + stem - word, "_PRIVATE", word) == 0 ? digits : NULL;
}

bool abilock_node_names_differ_in_types(const char *a, const char *b)
{
	const char *x = abilock_node_name_fingerprint(a), *y = abilock_node_name_fingerprint(b);

	return x && y && x - a == y - b && memcmp(a, b, (size_t)(x - a)) == 0 && !str_eq(x, y);
}
