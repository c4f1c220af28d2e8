/* SPDX-License-Identifier: MIT */
/* The lock inside a process: the host as it is mapped, a module as it lies on disk. */
#ifndef ABILOCK_RUNTIME_PROCESS_H
#define ABILOCK_RUNTIME_PROCESS_H

#include "images.h"
#include "lock.h"

/** What to check, and how. */
struct abilock_process_question {
	const char *file;   /**< Path, or a name to search for when @p search is set. */
	const char *host;   /**< See struct abilock_verify_options. */
	const void *caller; /**< An address in the object whose run path finds a bare name. */
	bool search;	    /**< A @p file without a slash is searched as dlopen() does. */
	bool require_lock;
};

/** What was found out. Release with abilock_answer_deinit(). */
struct abilock_answer {
	char *path; /**< The file that was checked; malloc'ed; NULL where none was found. */
	uint64_t device, inode;
	bool is_loaded; /**< Searched for by a name that a mapped object has: nothing is to be
			     loaded, and nothing was checked. */
	struct abilock_report *report; /**< NULL where the file could not be judged: see error. */
	struct abilock_error error;
};

void abilock_answer_deinit(struct abilock_answer *answer);

/**
 * Ask about a file while no object can be unloaded.
 *
 * The dynamic linker's lock is held meanwhile, so that the mapped tables that are read stay mapped.
 *
 * @param[out] ret  Set in any case; release it.
 * @return 0 when there is a report, else the negative code in ret->error.
 */
int abilock_process_ask(const struct abilock_process_question *question,
			struct abilock_answer *ret);

/** As abilock_process_ask() for images that the caller keeps mapped. */
int abilock_process_ask_images(const struct abilock_images *images,
			       const struct abilock_process_question *question,
			       struct abilock_answer *ret);

/** The mapped object that is called @p host: host name, soname or path; NULL: the program. */
struct abilock_object *abilock_process_host(const struct abilock_images *images, const char *host);

/** The refusal as text (malloc'ed), or NULL when memory is out. The answer must be a refusal. */
char *abilock_answer_text(const struct abilock_answer *answer);

/** Whether the answer is to load the module. */
static inline bool abilock_answer_is_yes(const struct abilock_answer *answer)
{
	return answer->report && answer->report->finding_count == 0;
}

#endif
