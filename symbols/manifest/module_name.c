/* SPDX-License-Identifier: MIT */
#include "module_name.h"

#include "../text.h"

static size_t stem_length(const char *spelling)
{
	size_t length = strlen(spelling);

	return str_ends(spelling, ".so") ? length - 3 : length;
}

/* What is wrong with a name, as the end of a sentence; NULL: nothing. */
static const char *find_problem(const char *name, size_t length)
{
	if (length == 0)
		return "is empty";
	if (memchr(name, '/', length))
		return "has a slash: a name is wanted, not a path";
	if (name[0] == '.')
		return "starts with a dot";
	for (size_t i = 0;;) {
		while (name[i] >= ' ' && name[i] < 0x7f)
			i++;
		if (i >= length)
			return NULL;
		const size_t step = abilock_utf8_sequence(name + i);
		if (step == 0)
			return "is not UTF-8";
		if (is_control(name[i]))
			return "has a control character";
		i += step;
	}
}

int abilock_module_name_parse(struct abilock_arena *arena, const char *spelling,
			      const char **ret_name, struct abilock_error *err)
{
	const size_t length = stem_length(spelling);
	const char *problem = find_problem(spelling, length);

	if (problem)
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "the module name '%.200s' %s", spelling, problem);
	const char *name = abilock_arena_strndup(arena, spelling, length);
	if (!name)
		return abilock_error_nomem(err);
	*ret_name = name;
	return 0;
}

static char key_of(char c)
{
	return c == '-' ? '_' : c;
}

void abilock_module_name_key(const char *name, char *key)
{
	size_t i = 0;

	for (; name[i]; i++)
		key[i] = key_of(name[i]);
	key[i] = '\0';
}

int abilock_module_name_compare(const char *a, const char *b)
{
	for (; *a && key_of(*a) == key_of(*b); a++, b++)
		;
	return (unsigned char)key_of(*a) - (unsigned char)key_of(*b);
}

bool abilock_module_name_eq(const char *a, const char *b)
{
	/* Nearly always the spelling is the same as well. */
	return str_eq(a, b) || abilock_module_name_compare(a, b) == 0;
}

bool abilock_module_name_is_file(const char *file)
{
	const size_t length = stem_length(file);

	/* `NAME.so~`, `NAME.so.dpkg-new` and `NAME.so;5f0c` do not end in .so to begin with. */
	if (file[length] == '\0' || find_problem(file, length))
		return false;
	return file[0] != '#' && !(length > 6 && memcmp(file + length - 6, ".debug", 6) == 0);
}
