/* SPDX-License-Identifier: MIT */
/*
 * What the commands of abimod have in common: their options, the modules that these name, and how
 * text of modules is shown. The tool asks <abilock/modules.h> and prints; it decides nothing.
 */
#ifndef ABILOCK_ABIMOD_H
#define ABILOCK_ABIMOD_H

#include <abilock/modules.h>

#include "cli.h"
#include "json.h"
#include "text.h"

/** Option ids; a command's own start at 1. */
enum {
	OPT_DIR = 2000,
	OPT_CONF,
	OPT_CONF_DIR,
	OPT_HOST,
	OPT_ARCH,
	OPT_ROOT,
	OPT_INDEX,
	OPT_NO_INDEX,
	OPT_FORMAT,
	OPT_VERBOSE,
};

/** Rows for the option table of each command. */
#define ABIMOD_OPTIONS                                                                             \
	{"dir", 'd', "DIR", "directory of modules (may be repeated; default: $ABIMOD_DIR)",        \
	 OPT_DIR},                                                                                 \
		{"conf", 'c', "FILE", "modules.conf of the host (default: $ABIMOD_CONF)",          \
		 OPT_CONF},                                                                        \
		{"conf-dir", 0, "DIR",                                                             \
		 "directory of more such files, the first has precedence (may be repeated; "       \
		 "default: $ABIMOD_CONF_DIR)",                                                     \
		 OPT_CONF_DIR},                                                                    \
		{"host", 0, "FILE",                                                                \
		 "program or library that the modules are for: its embedded modules, its tag",     \
		 OPT_HOST},                                                                        \
		{"arch", 0, "NAME", "target of the host: modules for another one are refused",     \
		 OPT_ARCH},                                                                        \
		{"root", 0, "DIR",                                                                 \
		 "an unpacked package tree (DESTDIR): --dir, --conf and --conf-dir lie below it",  \
		 OPT_ROOT},                                                                        \
		{"index", 0, "NAME",                                                               \
		 "name of the index in each directory (default: modules.index)", OPT_INDEX},       \
		{"no-index", 0, NULL, "read the modules, even where there is an index",            \
		 OPT_NO_INDEX},                                                                    \
	{                                                                                          \
		"verbose", 'v', NULL, "say what is worth noticing on the way", OPT_VERBOSE         \
	}

/** The row of commands that print text or JSON. */
#define ABIMOD_FORMAT_OPTION                                                                       \
	{                                                                                          \
		"format", 'f', "text|json", "form of the output (default: text)", OPT_FORMAT       \
	}

/** One invocation. Initialise with `{ 0 }`, release with abimod_deinit(). */
struct abimod {
	const struct abilock_invocation *inv;
	struct abilock_modules *modules;
	bool is_json;
	bool is_verbose;
	char *path, *conf, *conf_path; /**< malloc'ed; as the library is told. */
	struct abilock_text out;       /**< Printed as a whole by abimod_print(). */
};

void abimod_deinit(struct abimod *tool);

/**
 * A path of an unpacked package: below @p root, its links followed there. What is not there stays
 * as it is.
 *
 * @return malloc'ed; NULL: memory.
 */
char *abimod_below_root(const char *root, const char *path) _must_check_;

/**
 * Parse the common options and learn what modules there are. What is wrong is printed.
 *
 * @return -1: go on; or the exit status.
 */
int abimod_open(const struct abilock_invocation *inv, struct abimod *ret) _must_check_;

/** Print why the library failed. @return ABILOCK_EXIT_ERROR. */
int abimod_fail(const struct abimod *tool);

/** Say that memory is out. @return ABILOCK_EXIT_ERROR. */
int abimod_nomem(const struct abimod *tool);

/** Print one line on stderr, disarmed: `abimod: TEXT`. */
void abimod_say(const struct abimod *tool, const char *fmt, ...) _printf_(2, 3);

/** Print what is in tool->out. @return @p status, or ABILOCK_EXIT_ERROR when it is not whole. */
int abimod_print(struct abimod *tool, int status);

/**
 * Print a JSON document.
 *
 * @param is_whole  Whether all was put into it; where not, memory is out.
 */
int abimod_print_json(struct abimod *tool, struct json_object *document, bool is_whole, int status);

/** A new document with its format_version, or NULL. */
struct json_object *abimod_document(void);

/* The commands, each in the file command_NAME.c. */
extern const struct abilock_command command_list;
extern const struct abilock_command command_show;
extern const struct abilock_command command_check;
extern const struct abilock_command command_index;
extern const struct abilock_command command_plan;
extern const struct abilock_command command_why;

#endif
