/* SPDX-License-Identifier: MIT */
/* `abiaudit deps --rpm-provides` and its like: what rpm's elfdeps writes, and what it forgets.
 * docs/rpm has a page for each difference. */
#ifndef ABIAUDIT_RPM_H
#define ABIAUDIT_RPM_H

#include "cli.h"

enum {
	OPT_RPM_COMPAT = 100,
	OPT_RPM_MULTIFILE,
	OPT_RPM_SONAME_ONLY,
	OPT_RPM_NO_FAKE_SONAME,
	OPT_RPM_NO_FILTER_SONAME,
	OPT_RPM_REQUIRE_INTERP,
	OPT_RPM_NO_PROGRAM_SONAME,
	OPT_RPM_NO_ASSUME_EXEC,
	OPT_RPM_SECTIONS,
	OPT_RPM_BASE_NAMES,
	OPT_RPM_NO_FILTER_WARNINGS,
	OPT_RPM_NO_LOCK,
	OPT_RPM_NO_DLOPEN_NOTES,
};

/** Rows for the option table of `abiaudit deps`. */
#define RPM_OPTIONS                                                                                \
	{"multifile", 'm', NULL, "(rpm) a block for each file, headed by ;FILE",                   \
	 OPT_RPM_MULTIFILE},                                                                       \
		{"soname-only", 0, NULL, "(rpm) no version nodes, no rtld(GNU_HASH)",              \
		 OPT_RPM_SONAME_ONLY},                                                             \
		{"no-fake-soname", 0, NULL,                                                        \
		 "(rpm) no provide from the file's name where there is no DT_SONAME",              \
		 OPT_RPM_NO_FAKE_SONAME},                                                          \
		{"no-filter-soname", 0, NULL, "(rpm) keep sonames that are unlike a library's",    \
		 OPT_RPM_NO_FILTER_SONAME},                                                        \
		{"require-interp", 0, NULL, "(rpm) require the dynamic linker of programs",        \
		 OPT_RPM_REQUIRE_INTERP},                                                          \
		{"elfdeps-compat", 0, NULL,                                                        \
		 "(rpm) byte for byte what rpm's elfdeps prints, with its omissions",              \
		 OPT_RPM_COMPAT},                                                                  \
		{"no-program-soname", 0, NULL,                                                     \
		 "(rpm) as elfdeps: no provide for the DT_SONAME of a program",                    \
		 OPT_RPM_NO_PROGRAM_SONAME},                                                       \
		{"no-assume-exec", 0, NULL,                                                        \
		 "(rpm) as elfdeps: with an interpreter and no x bit a file requires nothing",     \
		 OPT_RPM_NO_ASSUME_EXEC},                                                          \
		{"sections", 0, NULL,                                                              \
		 "(rpm) as elfdeps: go by section headers, not by what is loaded",                 \
		 OPT_RPM_SECTIONS},                                                                \
		{"base-names", 0, NULL,                                                            \
		 "(rpm) as elfdeps: nodes are those of the BASE definition, not of DT_SONAME",     \
		 OPT_RPM_BASE_NAMES},                                                              \
		{"no-filter-warnings", 0, NULL,                                                    \
		 "(rpm) as elfdeps: say nothing of sonames that are filtered out",                 \
		 OPT_RPM_NO_FILTER_WARNINGS},                                                      \
		{"no-lock", 0, NULL,                                                               \
		 "(rpm) as elfdeps: no abilock(HOST) = TAG from the note of a host or module",     \
		 OPT_RPM_NO_LOCK},                                                                 \
	{                                                                                          \
		"no-dlopen-notes", 0, NULL,                                                        \
			"(rpm) as elfdeps: no libraries that .note.dlopen names",                  \
			OPT_RPM_NO_DLOPEN_NOTES                                                    \
	}

/**
 * Provides, requirements, recommendations or suggestions; in JSON and TSV any of them together.
 *
 * @return ABILOCK_EXIT_OK, _USAGE, or _ERROR where a file could not be read.
 */
int rpm_run(const struct abilock_invocation *inv);

#endif
