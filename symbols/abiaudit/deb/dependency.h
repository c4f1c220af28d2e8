/* SPDX-License-Identifier: MIT */
/*
 * Dependency fields: `libc6 (>= 2.34), libfoo1 | libfoo1a`. Source: deb-control(5), and for build
 * dependencies deb-src-control(5).
 */
#ifndef ABIAUDIT_DEB_DEPENDENCY_H
#define ABIAUDIT_DEB_DEPENDENCY_H

#include "arch.h"
#include "arena.h"
#include "error.h"
#include "text.h"

/** Values are in the order in which dpkg sorts dependencies on one package. */
enum deb_relation { DEB_ANY, DEB_GE, DEB_GT, DEB_EQ, DEB_LT, DEB_LE };

/** A list of words, such as `amd64 !i386` or `!nocheck stage1`. */
struct deb_words {
	const char **items;
	size_t count;
};

/** One package, as `python3:any (>= 3.9) [!hurd-any] <!nocheck>`. */
struct deb_relationship {
	const char *package;
	const char *qualifier; /**< Behind the colon: an architecture, `any` or `native`; or NULL.
				*/
	enum deb_relation relation;
	const char *version; /**< NULL for DEB_ANY. */
	struct deb_words architectures;
	bool has_architectures;
	struct deb_words *profiles; /**< Each list in angle brackets. */
	size_t profile_count;
};

/** Alternatives: any one of them is enough. */
struct deb_alternatives {
	struct deb_relationship *items; /**< At least one. */
	size_t count;
};

/** A whole field: all of them are needed. Initialise with `{ 0 }`. */
struct deb_dependencies {
	struct abilock_arena arena;
	struct deb_alternatives *items;
	size_t count;
};

/**
 * Parse a field.
 *
 * @param text        May have several lines.
 * @param is_build    The qualifier `native` is allowed, as in build dependencies.
 * @param[out] ret    Release with deb_dependencies_deinit() also after a failure.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX naming the part that is wrong (without a place).
 */
int deb_dependencies_parse(const char *text, bool is_build, struct deb_dependencies *ret,
			   struct abilock_error *err) _must_check_;

void deb_dependencies_deinit(struct deb_dependencies *dependencies);

/**
 * Leave out what is not for this architecture or these build profiles, and the restrictions of what
 * stays.
 *
 * @param profiles  Active profiles with blanks between, or NULL for none.
 */
void deb_dependencies_reduce(struct deb_dependencies *dependencies, const struct deb_arch *arch,
			     const char *profiles);

/**
 * Leave out each dependency that another one implies: of `libc6 (>= 2.14), libc6 (>= 2.34)` the
 * first. One that takes the place of an earlier one moves there, as in dpkg.
 */
void deb_dependencies_simplify(struct deb_dependencies *dependencies);

/** Sort as dpkg does: by package, kind of relation and version of the first alternatives. */
void deb_dependencies_sort(struct deb_dependencies *dependencies);

/** Write the field in the form that dpkg writes: one space, `, ` and ` | ` between. */
void deb_dependencies_print(const struct deb_dependencies *dependencies, struct abilock_text *text);

/**
 * The highest version that the field demands of a package with `>=` or `>>`, alternatives included.
 *
 * @return Borrowed, or NULL where it demands none.
 */
const char *deb_dependencies_minimum(const struct deb_dependencies *dependencies,
				     const char *package);

#endif
