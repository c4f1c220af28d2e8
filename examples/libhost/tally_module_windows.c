/* SPDX-License-Identifier: MIT */
/*
 * How modules get in on Windows, where the lock is the loader's: a module of another build imports
 * a marker that this library does not export.
 */
#include <windows.h>

#include <stdio.h>

#include "tally_private.h"

const struct tally_file **tally_current_here(void)
{
	static _Thread_local const struct tally_file *current;

	return &current;
}

const char *tally_load(const char *path)
{
	static _Thread_local char why_not[512];
	char reason[256] = "";

	SetErrorMode(SEM_FAILCRITICALERRORS); /* an error is returned, not shown in a window */
	if (LoadLibraryA(path))
		return NULL;
	FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
		       GetLastError(), 0, reason, sizeof(reason), NULL);
	snprintf(why_not, sizeof(why_not), "%s: %s", path, reason);
	return why_not;
}
