/* SPDX-License-Identifier: MIT */
/* Inside of gensymbols: what one run works on, and where that comes from. */
#ifndef ABIAUDIT_DEB_GENSYMBOLS_RUN_H
#define ABIAUDIT_DEB_GENSYMBOLS_RUN_H

#include "buildtree.h"
#include "cli.h"
#include "deps.h"
#include "symbols_file.h"

struct gensymbols_run {
	const struct abilock_invocation *inv;
	struct abilock_arena arena;
	struct deb_arch *arch;
	const char *package, *version;
	const char *build_dir;	       /* or NULL */
	const char *output;	       /* NULL: the standard output */
	const char *reference;	       /* template, or NULL */
	struct deb_symbols_file *file; /* what will be written */
	struct deb_symbols_file *before;
	unsigned level;
	bool quiet;
	enum format format;
	int status; /* the worst so far */
};

/** A line on the standard error, unless --quiet is given. */
void gensymbols_warn(const struct gensymbols_run *run, const char *fmt, ...) _printf_(2, 3);

/** The options, checked, with what they leave out. @return An exit status; it is told of. */
int gensymbols_read_options(struct gensymbols_run *run);

/** Find and read the template, where there is one. @return An exit status; it is told of. */
int gensymbols_read_reference(struct gensymbols_run *run);

/**
 * The files of libraries that are named, or those of the build tree.
 *
 * @param[out] files  Release with deb_paths_deinit() also after a failure.
 * @return An exit status; it is told of.
 */
int gensymbols_find_files(struct gensymbols_run *run, struct deb_paths *files);

#endif
