/* SPDX-License-Identifier: MIT */
/**
 * @file abilock.h
 * Checked loading: refuse a module that does not belong to the running host, before one instruction
 * of it runs, and say why.
 *
 * A host that calls dlopen() and dlerror() calls abilock_dlopen() and abilock_dlerror() instead;
 * nothing else changes. All functions may be called from any thread.
 */
#ifndef ABILOCK_ABILOCK_H
#define ABILOCK_ABILOCK_H

#include <dlfcn.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ABILOCK_API __attribute__((visibility("default")))

/**
 * Load a module as dlopen(3) does, after the lock has found nothing against it.
 *
 * Differences from dlopen(): every reference is resolved at once (RTLD_LAZY is taken as RTLD_NOW),
 * so that a missing symbol is found before any code runs; and a bare file name is searched with the
 * run path of the caller, as dlopen() would do for the caller itself. A @p file of NULL and
 * RTLD_NOLOAD load nothing and go to dlopen() unchanged.
 *
 * The host is found by itself: the program or library in this process that the module names.
 *
 * @param file   Path or name, as for dlopen(3).
 * @param flags  RTLD_* flags, as for dlopen(3).
 * @return A handle for dlsym(3) and dlclose(3), or NULL: abilock_dlerror() has the reasons, and no
 *         constructor, IFUNC resolver or other code of the module or of its libraries was run.
 * @since 0.1
 */
ABILOCK_API void *abilock_dlopen(const char *file, int flags);

/**
 * What went wrong last in this thread, as dlerror(3).
 *
 * After a refusal the first line is the one that the dynamic linker would print; the lines behind
 * it are the findings, the builds of host and module, and what to do.
 *
 * @return Text without a newline at the end, valid until the next call in this thread; NULL when
 *         nothing failed since the last call. Without an error of abilock_dlopen() it is what
 *         dlerror() returns, so one function serves dlsym() and dlclose() as well.
 * @since 0.1
 */
ABILOCK_API char *abilock_dlerror(void);

/** Answer of abilock_verify(). Opaque. */
struct abilock_verdict;

/** Options of abilock_verify(). Set @p size, leave the rest 0 where the default will do. */
struct abilock_verify_options {
	size_t size;	  /**< sizeof(struct abilock_verify_options). */
	const char *host; /**< Host name, soname or path of the host in this process; NULL: find
			       it by itself. */
	int require_lock; /**< Non-zero: refuse where host or module carry no `.note.abilock`. */
};

/**
 * Would abilock_dlopen() load this file? Nothing is loaded or run.
 *
 * @param file              Path of the module; a bare name is a file in the current directory.
 * @param options           NULL: the defaults.
 * @param[out] ret_verdict  Owned by the caller, release with abilock_verdict_free(). Set unless -1
 *                          is returned. May be NULL.
 * @return 0 it would load; 1 it would be refused (a finding each for every reason); -1 the question
 *         could not be asked: errno is ENOMEM, or EINVAL for options of a newer version with a
 *         member set that this one does not know, or ENOENT for a host that is not loaded.
 * @since 0.1
 */
ABILOCK_API int abilock_verify(const char *file, const struct abilock_verify_options *options,
			       struct abilock_verdict **ret_verdict);

/** The whole text, as abilock_dlerror() would give it; "" for a module that would load.
 * Borrowed from the verdict. @since 0.1 */
ABILOCK_API const char *abilock_verdict_text(const struct abilock_verdict *verdict);

/** Number of findings; 0 for a module that would load. @since 0.1 */
ABILOCK_API size_t abilock_verdict_count(const struct abilock_verdict *verdict);

/** Stable code of finding @p index, such as "missing-node" (docs/findings.md); NULL beyond the
 * last. Findings come most telling first. @since 0.1 */
ABILOCK_API const char *abilock_verdict_code(const struct abilock_verdict *verdict, size_t index);

/** Node, symbol, library or path that finding @p index is about. Borrowed; NULL beyond the last.
 * @since 0.1 */
ABILOCK_API const char *abilock_verdict_subject(const struct abilock_verdict *verdict,
						size_t index);

/** One sentence about finding @p index: what was found and what was expected. Borrowed; NULL beyond
 * the last. @since 0.1 */
ABILOCK_API const char *abilock_verdict_detail(const struct abilock_verdict *verdict, size_t index);

/** Release a verdict. NULL is a no-op. @since 0.1 */
ABILOCK_API void abilock_verdict_free(struct abilock_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
