/* SPDX-License-Identifier: MIT */
/*
 * The reader of a baseline's text, in two passes: nodes and symbols, from which the surface is
 * made, and then the types, which belong to its symbols.
 */
#ifndef ABILOCK_GATE_BASELINE_READER_H
#define ABILOCK_GATE_BASELINE_READER_H

#include "../types/types_text.h"
#include "baseline_parts.h"

struct node_line {
	const char *name;
	char *parents; /* the rest of the line */
	unsigned line;
};

struct reader {
	const char *path;
	char *text;	  /* of this pass; cut into words in place */
	char *first_text; /* of the first one, where names are */
	size_t length;
	unsigned line;			    /* of what is read now */
	struct abilock_surface *surface;    /* in the order of the file */
	struct abilock_fingerprint *prints; /* of its exports */
	size_t print_count;
	struct node_line *nodes;
	size_t node_count;
	struct abilock_name_table node_names;
	const char *soname, *machine;
	bool has_headers;
	unsigned soname_line;
	bool has_prints;
	struct abilock_baseline *baseline; /* for the second pass */
	struct abilock_types_reader types;
	struct abilock_error *err;
};

/** An error in the line that is read. @return ABILOCK_E_SYNTAX. */
int reader_fail(struct reader *rd, const char *fmt, ...) _printf_(2, 3);

/** A word that has to be there, or an error that says @p what is expected. */
int reader_next(struct reader *rd, char **line, const char *what, char **ret, bool *ret_quoted);

/** The index of a node of the file; `-` without quotes is ABILOCK_NO_NODE. */
int reader_find_node(struct reader *rd, const char *name, bool is_quoted, size_t *ret);

/** Whether a line is for the second pass. */
bool reader_is_of_types(const char *line);

/** Read a line in the second pass. */
int reader_read_types_line(struct reader *rd, char *line);

/** Close the types, and compare them with the fingerprints beside them. */
int reader_finish_types(struct reader *rd);

#endif
