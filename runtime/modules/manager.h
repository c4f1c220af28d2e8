/* SPDX-License-Identifier: MIT */
/*
 * Inside of the manager: what the parts of struct abilock_modules share.
 *
 * Two mutexes, always in this order:
 *
 * - `operation`: one load, start, request or rescan at a time. The thread that has it may ask for
 *   more from load() of a module.
 * - `data`: guards the catalogue and the states of modules, also for those that only look. It is
 *   never held while code of a module, of the host or of the dynamic linker runs: life.c lets go of
 *   it for that, in the middle of an abilock_resolve().
 */
#ifndef ABILOCK_RUNTIME_MANAGER_H
#define ABILOCK_RUNTIME_MANAGER_H

#include <pthread.h>

#include "embedded.h"
#include "modules/resolver/resolver.h"
#include "name_table.h"

/** A line for the log that came while `data` was held. */
struct abilock_log_line {
	enum abilock_log_level level;
	char *text; /**< malloc'ed. */
};

struct abilock_modules {
	struct abilock_catalogue *catalogue;
	struct abilock_configuration *configuration; /**< Never NULL. */
	struct abilock_arena arena;		     /**< Options, and listeners. */
	const char *host, *arch;
	const char **notes; /**< malloc'ed; of the reader of the configuration: for plans. */
	size_t note_count;
	unsigned flags;
	void (*log)(void *data, enum abilock_log_level level, const char *text);
	void *log_data;

	pthread_mutex_t operation;
	pthread_mutex_t data;

	/* Written with both held. */
	unsigned long attempt; /**< Number of the operation. */
	unsigned depth;	       /**< Operations under way, one inside of the other. */
	bool is_kept;	       /**< Modules have been given their object: it outlives close(). */

	/* Of the operation. */
	struct abilock_module *starting; /**< Whose load() is running. */
	bool is_log_kept;		 /**< The log waits: `data` may be held. */
	struct abilock_log_line *lines;	 /**< Those that wait; malloc'ed. */
	size_t line_count;
	/**
	 * What came of modules in the operation. At its end they keep the texts alone, so that a
	 * module that is asked for in vain for years takes no more memory than one that is asked
	 * for once.
	 */
	struct abilock_arena failures;
	struct abilock_module **failed; /**< malloc'ed. */
	size_t failed_count;
	struct abilock_name_table listeners; /**< "TYPE=NAME" -> struct abilock_listener **. */

	/** The host of a tool, opened for the first dry run; NULL: not yet, or it cannot be. */
	struct abilock_host_check *host_file;
	const void *image;	       /**< Of the host: see struct abilock_host_facts. */
	struct abilock_module *owning; /**< See struct abilock_module; of `data`. */
	struct abilock_arena values;   /**< What abilock_module_value() made up; of `data`. */
	struct abilock_modules *next;  /**< Of those that are kept. */
};

/** Tell the host. */
void abilock_modules_log(struct abilock_modules *modules, enum abilock_log_level level,
			 const char *fmt, ...) _printf_(3, 4);

/** The name of what is wanted: that of a module is without `.so`, in @p arena or borrowed. */
const char *abilock_modules_wanted_name(struct abilock_arena *arena, const char *type,
					const char *name);

/** What went wrong, as the error of the thread: `FILE: TEXT`. */
void abilock_modules_set_error(const struct abilock_error *err);

/** Keep a note for plans of the start. @return 0 or ABILOCK_E_NOMEM. */
int abilock_modules_note(struct abilock_modules *modules, const char *fmt, ...) _printf_(2, 3);

/* ---- operation.c ---- */

/** One operation of one thread. */
struct abilock_operation {
	struct abilock_modules *modules;
	/** What an operation with this number or a higher one tried was tried while we waited. */
	unsigned long waited_for;
	bool is_nested; /**< Asked for by load() of a module. */
	int saved_errno, cancel_state;
};

/**
 * Begin: both mutexes are held afterwards.
 *
 * @param what        Name of the function, for the text.
 * @param is_loading  What is open to be inspected is refused.
 * @return 0, or -1 where nothing may be loaded here: abilock_dlerror() says why.
 */
int abilock_operation_begin(struct abilock_modules *modules, const char *what, bool is_loading,
			    struct abilock_operation *ret) _must_check_;

/** End it: the log is written, both mutexes are free. */
void abilock_operation_end(struct abilock_operation *operation);

/** Take `data`, and let go of it, in the middle of an operation. */
void abilock_operation_lock_data(struct abilock_modules *modules);
void abilock_operation_unlock_data(struct abilock_modules *modules);

/** Let lines of the log wait, and write those that did. */
void abilock_modules_keep_log(struct abilock_modules *modules);
void abilock_modules_write_log(struct abilock_modules *modules);

/** As the log of a catalogue: @p data is the struct abilock_modules. */
void abilock_modules_log_text(void *data, enum abilock_log_level level, const char *text);

/* ---- life.c ---- */

/** The hooks that really load: of life.c. */
const struct abilock_resolver_hooks *abilock_life_hooks(struct abilock_modules *modules,
							struct abilock_resolver_hooks *buffer);

/** Mark what `neverload` names. */
void abilock_life_block(struct abilock_modules *modules);

/** Give modules that failed what they keep: the end of an operation, with `data` held. */
void abilock_life_settle(struct abilock_modules *modules);

/** The admin holds a module that runs, once. */
void abilock_life_hold(struct abilock_module *module);

/* ---- module.c ---- */

/** A module has memory of its own from now on. `data` is held. */
void abilock_module_own(struct abilock_module *module);

/** Free what modules have of their own. */
void abilock_modules_disown(struct abilock_modules *modules);

/* ---- bans.c ---- */

/**
 * What `neverload` names is banned for the life of the process: add what was banned when the
 * modules of this host were opened before, and note what is banned now.
 *
 * @return 0; ABILOCK_E_NOMEM; ABILOCK_E_SYNTAX: what is required was banned before.
 */
int abilock_bans_apply(struct abilock_modules *modules, struct abilock_error *err) _must_check_;

#endif
