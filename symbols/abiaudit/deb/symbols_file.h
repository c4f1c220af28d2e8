/* SPDX-License-Identifier: MIT */
/* Symbols files of Debian packages, finished ones and templates. Source: deb-symbols(5),
 * deb-src-symbols(5). */
#ifndef ABIAUDIT_DEB_SYMBOLS_FILE_H
#define ABIAUDIT_DEB_SYMBOLS_FILE_H

#include "name_table.h"
#include "pattern.h"

struct deb_field {
	const char *name, *value;
};

/** Symbols or patterns; the array is malloc'ed, what it points to is the arena's. */
struct deb_symbol_list {
	struct deb_symbol **items;
	size_t count;
};

/** What the file says about one library. */
struct deb_library {
	const char *soname;
	const char **dependencies; /**< Templates: [0] the main one, then each `| ` line. */
	size_t dependency_count;
	struct deb_field *fields; /**< `* Build-Depends-Package: libfoo-dev` and the like, sorted.
				   */
	size_t field_count;
	const struct deb_arch *arch;
	bool found; /**< A shared object of that name was merged: see merge.h. */
	/* No name is twice among the symbols, nor among the patterns of kind c++ or symver: a
	 * later line takes the place of an earlier one. */
	struct deb_symbol_list symbols, patterns;
	struct abilock_name_table by_name;     /**< Symbols. */
	struct abilock_name_table by_alias[2]; /**< Patterns of kind c++ and symver. */
};

struct deb_symbols_file {
	struct abilock_arena arena;
	const struct deb_arch *arch;
	const char *path;	       /**< NULL while nothing has been read. */
	struct deb_library *libraries; /**< In the order of the file. */
	size_t library_count;
	const char **warnings; /**< Lines that are passed over, as dpkg does: "FILE:LINE: ...". */
	size_t warning_count;
	bool keeps_errors;	      /**< See deb_symbols_file_parse_all(). */
	struct abilock_error *errors; /**< Each with file and line. */
	size_t error_count;
};

/**
 * Read a symbols file, with the files that it includes.
 *
 * @param arch  For arch tags. Must outlive the file.
 * @param[out] ret_file  Owned by the caller, release with deb_symbols_file_free().
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_SYNTAX with file and line.
 */
int deb_symbols_file_open(const char *path, const struct deb_arch *arch,
			  struct deb_symbols_file **ret_file,
			  struct abilock_error *err) _must_check_;

/** As deb_symbols_file_open() for text in memory, which is copied; @p path is for messages. */
int deb_symbols_file_parse(const char *bytes, size_t size, const char *path,
			   const struct deb_arch *arch, struct deb_symbols_file **ret_file,
			   struct abilock_error *err) _must_check_;

/**
 * As deb_symbols_file_parse(), but reading goes on behind a wrong line.
 *
 * @param[out] ret_file  Also set with ABILOCK_E_SYNTAX: all is in its errors then, and nothing else
 *                       of it may be used.
 */
int deb_symbols_file_parse_all(const char *bytes, size_t size, const char *path,
			       struct deb_symbols_file **ret_file,
			       struct abilock_error *err) _must_check_;

/** An empty one. */
int deb_symbols_file_new(const struct deb_arch *arch, struct deb_symbols_file **ret_file,
			 struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void deb_symbols_file_free(struct deb_symbols_file *file);

static inline void deb_symbols_file_freep(struct deb_symbols_file **file)
{
	deb_symbols_file_free(*file);
}

/** The library of that soname, or NULL. */
struct deb_library *deb_symbols_library(const struct deb_symbols_file *file, const char *soname);

/** A field of a library (names compare without case), or NULL. */
const char *deb_library_field(const struct deb_library *library, const char *name);

/**
 * The oldest minver of the symbols that have the main dependency, or NULL where none has. As in
 * dpkg, symbols that are gone (missing) count.
 */
const char *deb_library_oldest_version(const struct deb_library *library);

/**
 * The line that a reference to `foo@NODE` falls under: the symbol's own, or the pattern that takes
 * it (`(symver)NODE`, `(c++)"..."`, `(regex)"..."`). A symbol that is gone (missing) is not found,
 * nor is a pattern of another architecture.
 *
 * @return NULL when there is none.
 */
const struct deb_symbol *deb_library_lookup(const struct deb_library *library, const char *name);

/**
 * The pattern that takes a symbol, present or missing; NULL when there is none.
 *
 * @return 0 or what deb_pattern_matches() fails with.
 */
int deb_library_find_pattern(const struct deb_library *library, struct deb_probe *probe,
			     bool with_missing, struct deb_symbol **ret_pattern,
			     struct abilock_error *err) _must_check_;

/** The same pattern in another file: the one that looks for the same, in the same way. */
const struct deb_symbol *deb_library_same_pattern(const struct deb_library *library,
						  const struct deb_symbol *pattern,
						  bool with_missing);

/** Add a library without symbols, or give the one that is there @p dependency as its only one. */
int deb_symbols_file_add_library(struct deb_symbols_file *file, const char *soname,
				 const char *dependency, struct abilock_error *err) _must_check_;

/** Add a `| ` line, which is not copied. */
int deb_library_add_dependency(struct deb_library *library, const char *dependency,
			       struct abilock_error *err) _must_check_;

/** Add a symbol or pattern, which must lie in the file's arena. */
int deb_library_add(struct deb_library *library, struct deb_symbol *symbol,
		    struct abilock_error *err) _must_check_;

/** Drop the libraries that were not found. */
void deb_symbols_file_keep_found(struct deb_symbols_file *file);

/** How deb_symbols_file_write() writes. */
struct deb_symbols_form {
	const char *package; /**< For `#PACKAGE#`, except in a template. */
	bool as_template;    /**< With tags and patterns, as a package's source has it. */
	bool with_missing;   /**< Symbols that are gone, as comments. */
	bool with_matches;   /**< Under each pattern what it took, as comments. */
};

/**
 * The libraries of a file in the order of their names.
 *
 * @return library_count of them, to be freed; NULL when memory is out.
 */
const struct deb_library **deb_symbols_file_sorted(const struct deb_symbols_file *file);

/**
 * The lines of a library that a form has, in the order of the file.
 *
 * @return To be freed; NULL when memory is out.
 */
const struct deb_symbol **deb_library_sorted(const struct deb_library *library,
					     const struct deb_symbols_form *form,
					     size_t *ret_count);

/** Write the file, sorted. Memory that runs out shows in @p text. */
void deb_symbols_file_write(const struct deb_symbols_file *file,
			    const struct deb_symbols_form *form, struct abilock_text *text);

#endif
