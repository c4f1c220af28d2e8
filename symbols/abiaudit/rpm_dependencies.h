/* SPDX-License-Identifier: MIT */
/*
 * The dependencies of one object by the grammar of rpm's elfdeps.
 *
 *	SONAME(NODE)(64bit)   a version node that is defined or needed
 *	SONAME()(64bit)       a library
 *	rtld(GNU_HASH)        a dynamic linker that knows DT_GNU_HASH, where there is no DT_HASH
 *	/PATH                 the interpreter
 *
 * The marker `(64bit)` is that of ELFCLASS64 (but for Alpha); without one, a library is its soname
 * alone. Beside these there are the words about the lock, of rpm_lock.h; and of libraries that one
 * dlopen() wants one of, of dlopen_notes.h:
 *
 *	(SONAME()(64bit) or SONAME()(64bit))
 */
#ifndef ABIAUDIT_RPM_DEPENDENCIES_H
#define ABIAUDIT_RPM_DEPENDENCIES_H

#include "object.h"

/** What counts as a dependency. */
struct rpm_rules {
	bool soname_only;    /**< No nodes, no rtld(GNU_HASH). */
	bool fake_soname;    /**< A shared object without DT_SONAME provides its file's name. */
	bool filter_soname;  /**< Drop sonames that are unlike a library's. */
	bool require_interp; /**< The interpreter is required. */
	bool program_soname; /**< The DT_SONAME of a program is provided. */
	bool assume_exec;    /**< Requirements do not hang on the file's x bits. */
	bool base_names;     /**< Nodes are provided under the name of the BASE definition. */
	bool lock;	     /**< With what the note of a host or module says. */
	bool dlopen_notes;   /**< With libraries that `.note.dlopen` names. */
	bool as_found; /**< In elfdeps' order, with its repetitions; else sorted, each once. */
};

struct rpm_dependency {
	const char *soname; /**< NULL where the line is no single library. */
	const char *node;   /**< NULL: none. */
	const char *marker; /**< "(64bit)" or "". */
	const char *line;   /**< The whole. */
	size_t length;	    /**< Of @p line. */
};

/** All memory is the object's. Initialise with `{ 0 }`. */
struct rpm_dependencies {
	struct rpm_dependency *items;
	size_t count;
	const char **dropped; /**< Sonames of the file that the filter took out, each once. */
	size_t dropped_count;
};

/**
 * What a file provides to others.
 *
 * @param[out] ret  Written on success only.
 * @return 0, ABILOCK_E_NOMEM, an error of rpm_lock.h or dlopen_notes.h, or ABILOCK_E_DAMAGED where
 *         a name holds a control character: no dependency can, and a newline would make two of it.
 */
int rpm_provides(struct abilock_object *object, const struct rpm_rules *rules,
		 struct rpm_dependencies *ret, struct abilock_error *err) _must_check_;

/** What a file requires from others; as rpm_provides(). */
int rpm_requires(struct abilock_object *object, const struct rpm_rules *rules,
		 struct rpm_dependencies *ret, struct abilock_error *err) _must_check_;

/** Libraries that a file opens where they are there, and does well with; as rpm_provides(). */
int rpm_recommends(struct abilock_object *object, const struct rpm_rules *rules,
		   struct rpm_dependencies *ret, struct abilock_error *err) _must_check_;

/** Libraries that a file opens where they are there, and can do without; as rpm_provides(). */
int rpm_suggests(struct abilock_object *object, const struct rpm_rules *rules,
		 struct rpm_dependencies *ret, struct abilock_error *err) _must_check_;

/** Sort by bytes and drop repetitions. */
void rpm_dependencies_sort(struct rpm_dependencies *deps);

#endif
