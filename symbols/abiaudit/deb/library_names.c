/* SPDX-License-Identifier: MIT */
#include "library_names.h"

#include <ctype.h>

void deb_guess_package(const char *path, bool joined, char *name, size_t size)
{
	const char *base = path_base(path);
	const char *end = strstr(base, ".so");
	size_t length = 0;

	for (const char *p = base; end && p < end && length + 1 < size; p++) {
		if (joined && *p == '-' && isdigit((unsigned char)p[1]))
			continue;
		name[length++] = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
	}
	name[length] = '\0';
	const char *version = end && end[3] == '.' ? end + 4 : "";
	const bool dash = length > 0 && isdigit((unsigned char)name[length - 1]) && *version;
	if (length + strlen(version) + 2 > size)
		name[0] = '\0';
	else
		(void)snprintf(name + length, size - length, "%s%s", dash ? "-" : "", version);
}

static const char *without_lib(const char *name)
{
	return str_starts(name, "lib") && name[3] ? name + 3 : name;
}

unsigned deb_likeness(const char *package, const char *library)
{
	unsigned same = 0;

	package = without_lib(package);
	library = without_lib(library);
	for (;; package++, library++) {
		while (ispunct((unsigned char)*package))
			package++;
		while (ispunct((unsigned char)*library))
			library++;
		if (!*package ||
		    tolower((unsigned char)*package) != tolower((unsigned char)*library))
			return same;
		same++;
	}
}
