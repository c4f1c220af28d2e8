/* SPDX-License-Identifier: MIT */
/*
 * What the commands of the gate (`check`, `diff`) have in common: their options, the ledger of
 * accepted changes, and the report with its exit status.
 */
#ifndef ABIAUDIT_GATE_OPTIONS_H
#define ABIAUDIT_GATE_OPTIONS_H

#include "cli.h"
#include "diagnostics_format.h"
#include "gate/accepted.h"
#include "gate/gate.h"

/** Option ids; a command's own start at 1. */
enum {
	OPT_GATE_FORMAT = 2000,
	OPT_GATE_OUTPUT,
	OPT_GATE_ERROR_ON,
	OPT_GATE_ACCEPTED,
	OPT_GATE_EXPLAIN,
	OPT_GATE_LIST_RULES,
	OPT_GATE_HEADERS,
	OPT_GATE_DEBUG,
	OPT_GATE_VERBOSE,
};

/** Rows for the option table of such a command. */
#define GATE_OPTIONS                                                                               \
	{"format", 'f', "FORMAT", "text (default), json, sarif, junit or github",                  \
	 OPT_GATE_FORMAT},                                                                         \
		{"output", 'o', "FILE", "write to FILE instead of stdout", OPT_GATE_OUTPUT},       \
		{"error-on", 0, "RULE", "fail on a rule, or on all of a level: warning or note",   \
		 OPT_GATE_ERROR_ON},                                                               \
		{"accepted", 0, "FILE", "ledger of changes that are meant", OPT_GATE_ACCEPTED},    \
		{"public-headers", 'H', "DIR",                                                     \
		 "headers that are installed: other types are "                                    \
		 "opaque to users",                                                                \
		 OPT_GATE_HEADERS},                                                                \
		{"debug", 0, "DIR", "folder with files of debug information", OPT_GATE_DEBUG},     \
		{"verbose", 'v', NULL, "notes and accepted changes too, one by one",               \
		 OPT_GATE_VERBOSE},                                                                \
		{"list-rules", 0, NULL, "print the rules", OPT_GATE_LIST_RULES},                   \
	{                                                                                          \
		"explain", 0, "RULE", "say what a rule is about and what to do", OPT_GATE_EXPLAIN  \
	}

/**
 * As abilock_cli_values() for folders. One that is not there would be read as one without headers
 * or debug information, and hide what changed.
 *
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_IO where one is no folder.
 */
int gate_option_folders(const struct abilock_invocation *inv, int id, const char ***ret,
			size_t *ret_count, struct abilock_error *err) _must_check_;

/** The options of one invocation. Initialise with `{ 0 }`, release with gate_options_deinit(). */
struct gate_options {
	const struct abilock_invocation *inv;
	enum diagnostics_format format;
	const char **headers; /**< malloc'ed; the strings are of argv. */
	size_t header_count;
	const char **debug_folders; /**< malloc'ed; the strings are of argv. */
	size_t debug_folder_count;
	char *ledger; /**< Where accepted changes go: malloc'ed path, or NULL. */
	struct accepted accepted;
};

void gate_options_deinit(struct gate_options *options);

/**
 * Parse the options. What `--list-rules` and `--explain` ask for is printed, and so is what is
 * wrong.
 *
 * @param operands  How many operands the command needs; its table says 0, since the two options
 *                  need none.
 * @return -1: go on; or the exit status.
 */
int gate_options_parse(const struct abilock_invocation *inv, size_t operands,
		       struct gate_options *ret) _must_check_;

/** How an ELF file is read as a baseline, as far as the options say so; all is borrowed. */
struct abilock_baseline_options gate_options_baseline(const struct gate_options *options);

/**
 * Mark what the ledger accepts: that of --accepted, or `BASELINE.accepted` where there is one.
 * Comes behind all findings. What is wrong with the ledger is a finding as well.
 *
 * @param baseline  Path of the baseline, or NULL: only --accepted names a ledger.
 * @param surface   Of the new side, for entries that end with a node.
 */
int gate_options_accept(struct gate_options *options, struct gate *gate, const char *baseline,
			const struct abilock_surface *surface,
			struct abilock_error *err) _must_check_;

/**
 * Write the report.
 *
 * @param subject  The file that was looked at.
 * @param[out] ret_status  ABILOCK_EXIT_OK, or _FINDINGS with errors that no ledger accepts.
 */
int gate_options_report(const struct gate_options *options, struct gate *gate, const char *subject,
			int *ret_status, struct abilock_error *err) _must_check_;

#endif
