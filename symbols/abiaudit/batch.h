/* SPDX-License-Identifier: MIT */
/*
 * One question about many files: names from the command line, the standard input or a directory,
 * answers in the order of the names, on one thread or several.
 *
 * The answer about a file is printed as a whole or not at all: a file that cannot be read gets one
 * line on the standard error, in its turn, and the others are still answered.
 */
#ifndef ABIAUDIT_BATCH_H
#define ABIAUDIT_BATCH_H

#include "cli.h"
#include "object.h"
#include "text.h"

/** Option ids that every command with a batch has; its own start at 1. */
enum {
	OPT_BATCH_NULL = 1000,
	OPT_BATCH_RECURSIVE,
	OPT_BATCH_JOBS,
};

/** Message for a directory that was named without --recursive. */
#define BATCH_IS_DIRECTORY "a directory: with --recursive, the ELF files below it are read"

/** Rows for the option table of such a command. */
#define BATCH_OPTIONS                                                                              \
	{"null", '0', NULL, "names on the standard input end in NUL, not newline",                 \
	 OPT_BATCH_NULL},                                                                          \
		{"recursive", 'r', NULL, "for a directory: every ELF file below it",               \
		 OPT_BATCH_RECURSIVE},                                                             \
	{                                                                                          \
		"jobs", 'j', "N", "threads to read with; 0: one for each processor (default: 1)",  \
			OPT_BATCH_JOBS                                                             \
	}

/** The answer about one file. */
struct batch_answer {
	struct abilock_text out;      /**< For the standard output. */
	struct abilock_text warnings; /**< For the standard error: whole lines. Kept on failure. */
	int status; /**< ABILOCK_EXIT_OK, or _FINDINGS where the command has any. */
};

/**
 * Answer about one file. Runs on any thread; @p context is shared and must only be read.
 *
 * @param answer  Empty. What is in `out` is dropped when the function fails.
 * @return 0 or a negative error with @p err set.
 */
typedef int batch_ask_t(const void *context, const char *path, struct batch_answer *answer,
			struct abilock_error *err);

/** Write what stands in the output for a file that could not be read. */
typedef void batch_failed_t(const struct abilock_error *err, const char *path,
			    struct abilock_text *out);

struct batch {
	batch_ask_t *ask;
	batch_failed_t *failed; /**< NULL: such a file has nothing in the output. */
	const void *context;
	const char *head; /**< Printed before all answers; NULL: nothing. */
	/** Printed with the file's name and a newline before each answer, where there can be more
	 * than one: several files, or --recursive. NULL: nothing. */
	const char *title;
	const char *between; /**< Printed between two answers whose `out` is not empty, or NULL. */
	const char *tail;    /**< Printed behind all answers; NULL: nothing. */
};

/**
 * Run the command: collect the names, ask about each, print.
 *
 * With --recursive a directory stands for the regular files below it, in the order of their names
 * (bytes); symbolic links below it are not followed, and what is no ELF program or shared object is
 * passed over in silence.
 *
 * @return ABILOCK_EXIT_OK, the worst status of an answer, _USAGE, or _ERROR where a file could not
 *         be read.
 */
int batch_run(const struct abilock_invocation *inv, const struct batch *batch);

#endif
