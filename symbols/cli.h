/* SPDX-License-Identifier: MIT */
/*
 * The frame of our command line tools. A tool is a table: help, usage errors and shell completion
 * all come from it, so an undocumented command or option cannot exist. Unlike the rest of this
 * folder this file prints; only tools call it.
 */
#ifndef ABILOCK_SYMBOLS_CLI_H
#define ABILOCK_SYMBOLS_CLI_H

#include "arena.h"
#include "error.h"

#ifndef ABILOCK_VERSION
#define ABILOCK_VERSION "0.1.0"
#endif

/** Exit status of every tool. */
enum {
	ABILOCK_EXIT_OK = 0,
	ABILOCK_EXIT_FINDINGS = 1, /**< A refusal, a failed check. */
	ABILOCK_EXIT_USAGE = 2,
	ABILOCK_EXIT_ERROR = 3, /**< Could not read, could not write, internal error. */
};

/** One option of a command; `--help` is there without a row. */
struct abilock_option {
	const char *name; /**< Long name, without the dashes. */
	char letter;	  /**< Short name, or 0. */
	const char *arg;  /**< Name of its argument in the help, or NULL for a switch. */
	const char *help; /**< One line; "(GROUP) TEXT" puts it below a heading, "options for
			     GROUP:". */
	int id;		  /**< The command's own enum, from 1. */
};

struct abilock_invocation;

/** One command of a tool. */
struct abilock_command {
	const char *name;
	int (*run)(const struct abilock_invocation *inv); /**< @return ABILOCK_EXIT_*. */
	int min_operands;
	int max_operands;     /**< -1: no limit. */
	const char *operands; /**< Synopsis, such as "BASELINE LIBRARY". */
	const char *summary;  /**< One line without a full stop. */
	/** Paragraphs for `TOOL COMMAND --help`, or NULL. Lines are wrapped, indented ones are not.
	 */
	const char *text;
	const struct abilock_option *options;
	size_t option_count;
};

struct abilock_tool {
	const char *name;
	const char *summary;
	const struct abilock_command *commands;
	size_t command_count;
};

struct abilock_option_value {
	int id;
	const char *value; /**< NULL for a switch. Borrowed from argv. */
	size_t operand;	   /**< Operands in front of it: the first one that it stands before. */
};

/** Length of the GROUP that starts behind the first character of the help, or 0 without one. */
size_t abilock_option_group(const struct abilock_option *option);

/** What was asked for. All of it is borrowed from the table and from argv. */
struct abilock_invocation {
	const struct abilock_tool *tool;
	const struct abilock_command *command;
	const struct abilock_option_value *options; /**< In the order of the command line. */
	size_t option_count;
	char **operands;
	size_t operand_count;
};

/**
 * Parse the command line, run the command, and make sure that what it printed arrived.
 *
 * @return The exit status for main().
 */
int abilock_cli_run(const struct abilock_tool *tool, int argc, char **argv);

/** Whether an option was given. */
bool abilock_cli_has(const struct abilock_invocation *inv, int id);

/** Argument of the last such option, or @p fallback (which may be NULL) when it was not given. */
const char *abilock_cli_value(const struct abilock_invocation *inv, int id, const char *fallback);

/**
 * The arguments of all options with that id, in their order.
 *
 * @param[in,out] ret_count  Their number is added.
 * @return free() it; the strings are of argv. NULL when memory is out.
 */
const char **abilock_cli_values(const struct abilock_invocation *inv, int id, size_t *ret_count);

/** Print `TOOL COMMAND: TEXT (see ...)` on stderr. @return ABILOCK_EXIT_USAGE. */
int abilock_cli_usage(const struct abilock_invocation *inv, const char *fmt, ...) _printf_(2, 3);

/** Print `TOOL: FILE: ...` on stderr. @return The exit status that belongs to the code. */
int abilock_cli_fail(const struct abilock_invocation *inv, const struct abilock_error *err);

/**
 * Write out what stdout still holds. Where that, or anything before it, could not be written, say
 * so on stderr.
 *
 * @return @p status, or ABILOCK_EXIT_ERROR.
 */
int abilock_cli_flush(const struct abilock_invocation *inv, int status);

/** Whether two names are those of one file that is there. */
bool abilock_cli_is_same_file(const char *a, const char *b);

/** Names to work on; release with abilock_names_deinit(). */
struct abilock_names {
	const char **items; /**< Owned array; the strings are owned or borrowed from argv. */
	size_t count;
	struct abilock_arena arena;
};

/**
 * The operands of a command that works on many files. Where an operand is `-`, or where there is
 * none and the standard input is not a terminal, names come from there: one a line (empty lines
 * are skipped), or ending in NUL bytes when @p nul.
 *
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_USAGE when there is no name at all.
 */
int abilock_cli_names(const struct abilock_invocation *inv, bool nul, struct abilock_names *ret,
		      struct abilock_error *err) _must_check_;
void abilock_names_deinit(struct abilock_names *names);

/**
 * An output that appears as a whole or not at all. Initialise with `{ 0 }` and
 * `_cleanup_(abilock_output_discard)`.
 */
struct abilock_output {
	FILE *file; /**< Write here. */
	char *path; /**< Destination, with symbolic links followed; NULL for stdout. */
	char *temp; /**< Beside the destination; NULL when written in place. */
};

/**
 * Open an output. A regular file, and one that does not exist yet, is written under a temporary
 * name in the same directory; a device or a pipe is written directly.
 *
 * @param path  NULL or `-` is the standard output. Copied.
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO.
 */
int abilock_output_open(struct abilock_output *out, const char *path,
			struct abilock_error *err) _must_check_;

/**
 * As abilock_output_open() for a file that somebody wrote: it must exist and be writable, although
 * a rename does not need that, and keeps its mode.
 */
int abilock_output_replace(struct abilock_output *out, const char *path,
			   struct abilock_error *err) _must_check_;

/**
 * Flush, and rename into place. A destination that has the same bytes already is left as it is,
 * with its time, so that a build does nothing for it. Closes in any case.
 *
 * @return 0 or ABILOCK_E_IO.
 */
int abilock_output_commit(struct abilock_output *out, struct abilock_error *err) _must_check_;

/** Drop what was not committed. A no-op after abilock_output_commit(). */
void abilock_output_discard(struct abilock_output *out);

#endif
