/* SPDX-License-Identifier: MIT */
/**
 * @file modules.h
 * A host's modules: known before they are opened, found by name, type or by what they provide,
 * loaded in the order of their needs.
 *
 * Functions that return -1 leave their reason to abilock_dlerror() of the calling thread, also
 * where they were given NULL for a name or a type. errno stays as it was. The modules, a module or
 * a plan that a function is about must not be NULL, but where it says so. Names of modules may be
 * written with `.so`, and `-` for `_`. Strings that are handed in are not kept.
 *
 * All may be called from any thread, but not from a constructor of a module: a module that wants
 * others says so in its manifest, or asks in load().
 *
 * One operation (start, load, request, rescan ...) runs at a time. Threads that ask meanwhile wait,
 * and take its result where it tried the very module that they want; looking at modules, and
 * requests for what runs already, wait for nobody's load(). An operation that load() of a module
 * asks for, in its own thread, belongs to the one that is under way. In the child of a fork() of a
 * program with several threads none of these may be called.
 */
#ifndef ABILOCK_MODULES_H
#define ABILOCK_MODULES_H

#include <abilock/abilock.h>
#include <abilock/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The modules of one host. Opaque. */
struct abilock_modules;
/** One of them, for as long as the modules are open. Opaque; in module.h as well. */
struct abilock_module;
/** What would be loaded. Opaque. */
struct abilock_plan;

enum abilock_log_level {
	ABILOCK_LOG_ERROR,
	ABILOCK_LOG_WARNING,
	ABILOCK_LOG_NOTICE, /**< Loaded on demand, ignored by configuration, started ... */
	ABILOCK_LOG_DEBUG,
};

/** Flags of struct abilock_modules_options. */
enum {
	/** Nothing is ever loaded: for tools. The host is the file @p host, if that is given. */
	ABILOCK_MODULES_INSPECT = 1 << 0,
	/** Write the index again where it was found to be stale. */
	ABILOCK_MODULES_WRITE_INDEX = 1 << 1,
	/** Refuse modules that carry no lock, as in struct abilock_verify_options. */
	ABILOCK_MODULES_REQUIRE_LOCK = 1 << 2,
	/** Do not look at an index, even where there is one. */
	ABILOCK_MODULES_NO_INDEX = 1 << 3,
};

/** Set @p size, leave the rest 0 where the default will do. */
struct abilock_modules_options {
	size_t size;
	/** Host name, soname or path in this process (NULL: the program); of a tool a file. */
	const char *host;
	/**
	 * Directories of modules, `:` between; the first that has a module wins. `{tag}` stands for
	 * the tag of the running host. One that is missing is no error. NULL: embedded ones only.
	 */
	const char *path;
	const char *conf; /**< modules.conf; NULL: none. A file that is missing is an error. */
	/** Directories of more such files, `:` between, highest precedence first; may be missing.
	 */
	const char *conf_path;
	const char *index; /**< Name of the index in each directory; NULL: "modules.index". */
	const char *arch;  /**< A module with another `arch` is refused. NULL: any. */
	unsigned flags;
	/**
	 * Told what happens, until the modules are closed. @p text has no newline at its end, and
	 * may have several lines. It may look at the modules; it is not called at the same time by
	 * two threads. NULL: nobody is told.
	 */
	void (*log)(void *data, enum abilock_log_level level, const char *text);
	void *log_data;
};

/**
 * Read the configuration and learn what modules there are. Nothing is loaded.
 *
 * What `neverload` names is banned for the life of the process: it stays so when the modules of the
 * same host are opened again, with any configuration; to require it then is an error. Modules that
 * are open already do not learn of a ban that comes later.
 *
 * @param[out] ret_modules  Owned by the caller, release with abilock_modules_close(). NULL on
 *                          failure.
 * @return 0 or -1: the configuration is wrong, memory is out, ...
 * @since 0.1
 */
ABILOCK_API int abilock_modules_open(const struct abilock_modules_options *options,
				     struct abilock_modules **ret_modules);

/**
 * Release what is only known, with every struct abilock_module and all strings of it. Modules that
 * are loaded stay as they are, and so does what they were given: where a load() was called, the
 * memory stays. Opened again, they are not started again. No other thread may be using @p modules.
 * NULL is a no-op.
 * @since 0.1
 */
ABILOCK_API void abilock_modules_close(struct abilock_modules *modules);

/**
 * What modules.conf wants: verify and map all of it, then initialise in order. Of modules that
 * provide nothing but with a priority, `autoload` wants the best. Called again, what failed or
 * declined is tried again, and what runs is left alone.
 *
 * @return 0; -1: a module that is required did not load. abilock_dlerror() has the whole chain of
 *         causes. What runs already keeps running.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_start(struct abilock_modules *modules);

/**
 * The first half of abilock_modules_start(): verify and map, initialise nothing. For hosts that
 * initialise by type, with abilock_modules_initialise().
 *
 * @return 0; -1: a module that is required was not mapped.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_map(struct abilock_modules *modules);

/**
 * Initialise what is mapped, and what that uses, in order. What was not mapped before is mapped
 * first; what failed before is not tried again.
 *
 * @param type  Modules of this type only (and what they use); NULL: all.
 * @return 0; -1: a module that is required did not start.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_initialise(struct abilock_modules *modules, const char *type);

/**
 * Load one module, as the admin, and what it uses. A module that runs already is no error.
 *
 * @param name        With or without `.so`; no path.
 * @param ret_module  Set where 0 is returned; borrowed from the modules. May be NULL.
 * @return 0; 1 the module declined, or uses one that did; -1 failed. abilock_dlerror() has the
 *         chain of causes of both.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_load(struct abilock_modules *modules, const char *name,
				     struct abilock_module **ret_module);

/**
 * Load every module of a type, by priority and name, but not what `noload` or `neverload` names.
 *
 * @return 0, also for none, and where some declined; -1: at least one failed, and the others were
 *         tried.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_load_type(struct abilock_modules *modules, const char *type);

/**
 * Get something that modules provide, such as "application", "Dial": what runs, or else the best
 * provider, which is loaded where modules.conf says `demandload=yes`, and logged with @p reason.
 *
 * Requests of several threads for one thing are one request: all get its result.
 *
 * @param reason      Who wants it, for the log: "extensions.conf:12". May be NULL.
 * @param ret_module  The provider, running, where 0 is returned; borrowed. May be NULL.
 * @return 0; 1 nobody provides it; -1 it could not be had: abilock_dlerror() says why.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_request(struct abilock_modules *modules, const char *type,
					const char *name, const char *reason,
					struct abilock_module **ret_module);

/**
 * Look for modules that came, changed or went since. A load or request of what is not known does so
 * by itself, in directories that changed.
 *
 * @return 0, or -1; also when it is called from load() of a module.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_rescan(struct abilock_modules *modules);

/**
 * Why something is not there, for the host's own error message: "could not open disk image: " and
 * this.
 *
 * @return Text with one line a cause, malloc'ed; NULL: nothing is wrong with it, or memory is out.
 * @since 0.1
 */
ABILOCK_API char *abilock_modules_why_not(struct abilock_modules *modules, const char *type,
					  const char *name);

/**
 * Why a module would be loaded, or not: what wants it, what it provides that is wanted, what
 * forbids it. For people.
 *
 * @param subject  `NAME` or `TYPE=NAME`.
 * @return Text of several lines, malloc'ed; NULL: no such thing is known, or memory is out.
 * @since 0.1
 */
ABILOCK_API char *abilock_modules_explain(struct abilock_modules *modules, const char *subject);

/** The module of a name, loaded or not; NULL: not known. Borrowed from the modules. @since 0.1 */
ABILOCK_API struct abilock_module *abilock_modules_find(struct abilock_modules *modules,
							const char *name);

/** Number of modules that are known. @since 0.1 */
ABILOCK_API size_t abilock_modules_count(struct abilock_modules *modules);

/** Module @p index in the order of names; NULL beyond the last. Until the next rescan. @since 0.1
 */
ABILOCK_API struct abilock_module *abilock_modules_at(struct abilock_modules *modules,
						      size_t index);

/**
 * The provider @p index of something, the best first, loaded or not; NULL beyond the last.
 * @since 0.1
 */
ABILOCK_API struct abilock_module *abilock_modules_provider(struct abilock_modules *modules,
							    const char *type, const char *name,
							    size_t index);

/**
 * Names that begin with @p prefix, for completion in a command line.
 *
 * @return Array of names in their order with a NULL behind; free() it, the names are borrowed. NULL
 *         when memory is out.
 * @since 0.1
 */
ABILOCK_API const char **abilock_modules_complete(struct abilock_modules *modules,
						  const char *prefix);

/* ---- one module ---- */

/** In which state a module is. */
enum abilock_module_state {
	ABILOCK_MODULE_KNOWN,
	ABILOCK_MODULE_LOADED, /**< Mapped, not started. */
	ABILOCK_MODULE_RUNNING,
	ABILOCK_MODULE_STOPPING,
	ABILOCK_MODULE_STOPPED,	 /**< Still mapped. */
	ABILOCK_MODULE_FAILED,	 /**< abilock_module_failure() says why. */
	ABILOCK_MODULE_DECLINED, /**< It had nothing to do: no error. */
	ABILOCK_MODULE_BLOCKED,	 /**< By `neverload`. */
};

/** Never NULL. Valid as long as the module. @since 0.1 */
ABILOCK_API const char *abilock_module_name(const struct abilock_module *module);

/** Its file; NULL: embedded, or a manifest without a file. Valid as long as the module: a rescan
 * may find another one. @since 0.1 */
ABILOCK_API const char *abilock_module_path(const struct abilock_module *module);

/** In which state it is now; another thread may be changing it. @since 0.1 */
ABILOCK_API enum abilock_module_state abilock_module_state(const struct abilock_module *module);

/** "known", "running" ...; "unknown" of what is no state. A literal. @since 0.1 */
ABILOCK_API const char *abilock_module_state_name(enum abilock_module_state state);

/**
 * What is known under a key. Of the manifest: "description", "type", "checksum", "support_level",
 * "deprecated_in", "removed_in", "replacement", "load_priority", "export_globals" and "embedded"
 * ("yes"), "config", "licence", "arch", "uses", "canuse", "willuse", "provides" (as `TYPE=NAME`,
 * providers with `:PRIORITY`), and keys of no meaning to us, as `SECTION.KEY`. Of the file: "kind",
 * "host", "tag" and "node" (the lock, from the note), "needed" (libraries), "needs" (`FILE(NODE)`),
 * "build_id". And "manifest" (path), and "problem": why manifest or file cannot be used.
 *
 * @param key    NULL is a key that there is not.
 * @param index  From 0, for keys that repeat.
 * @return NULL where there is none, or memory is out. Valid until the next rescan.
 * @since 0.1
 */
ABILOCK_API const char *abilock_module_value(struct abilock_module *module, const char *key,
					     size_t index);

/** Key number @p index of those that abilock_module_value() has something for; NULL beyond the
 * last. @since 0.1 */
ABILOCK_API const char *abilock_module_key(struct abilock_module *module, size_t index);

/** Why it failed, declined or is blocked, with the chain of causes, a line each; else NULL. Valid
 * until it is loaded again: where other threads do that, abilock_modules_why_not() gives a copy.
 * @since 0.1 */
ABILOCK_API const char *abilock_module_failure(const struct abilock_module *module);

/** In load(): say why it fails or declines; the text is part of the chain of causes, of several
 * calls the last one. Without effect where load() succeeds. @since 0.1 */
ABILOCK_API void abilock_module_fail(struct abilock_module *module, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** For the module, or the host: a pointer beside it. It is never looked at, nor freed. @since 0.1
 */
ABILOCK_API void abilock_module_set_data(struct abilock_module *module, void *data);
/** What abilock_module_set_data() was given last; NULL before. @since 0.1 */
ABILOCK_API void *abilock_module_data(const struct abilock_module *module);

/* ---- what would happen ---- */

/**
 * What abilock_modules_start() (where @p names is empty) or abilock_modules_load() of each name
 * would do, if nothing fails in itself. Nothing is loaded. With ABILOCK_MODULES_INSPECT and a host,
 * what its lock refuses does fail.
 *
 * @param names          Modules, or `TYPE=NAME`, with a NULL behind; or NULL.
 * @param[out] ret_plan  Owned by the caller, release with abilock_plan_free() before the modules
 * are closed. NULL on failure.
 * @return 0, also where something would not load; -1: one of @p names is no name, or memory is out.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_plan(struct abilock_modules *modules, const char *const *names,
				     struct abilock_plan **ret_plan);

/** NULL is a no-op. @since 0.1 */
ABILOCK_API void abilock_plan_free(struct abilock_plan *plan);

/** Module @p index in the order of loading; NULL beyond the last. @since 0.1 */
ABILOCK_API struct abilock_module *abilock_plan_module(const struct abilock_plan *plan,
						       size_t index);

/** Why that module: "required by modules.conf:3", "chan_sip uses application=Dial" ...; NULL beyond
 * the last. Strings of a plan are valid until it is freed. @since 0.1 */
ABILOCK_API const char *abilock_plan_reason(const struct abilock_plan *plan, size_t index);

/** Problem @p index, with its chain of causes, a line each; NULL beyond the last. @since 0.1 */
ABILOCK_API const char *abilock_plan_problem(const struct abilock_plan *plan, size_t index);

/** Whether that problem would stop the start of the host, and is not a warning. @since 0.1 */
ABILOCK_API int abilock_plan_is_fatal(const struct abilock_plan *plan, size_t index);

/**
 * Note @p index: of the start, what is ignored in modules.conf; a provider that stands in for a
 * better one, or is left out since there is a better one; a module that is deprecated; a line of
 * modules.conf about a module that is not known. NULL beyond the last.
 * @since 0.1
 */
ABILOCK_API const char *abilock_plan_note(const struct abilock_plan *plan, size_t index);

/* ---- for packagers ---- */

/** One finding of abilock_modules_check(). Strings are valid during the call. */
struct abilock_modules_finding {
	int is_error;	    /**< 0: a warning. */
	const char *rule;   /**< Stable, such as "module-cycle". */
	const char *file;   /**< May be NULL. */
	unsigned line;	    /**< 0: none. */
	const char *module; /**< May be NULL. */
	const char *text;   /**< One line. */
	const char *fix;    /**< One line, or NULL. */
};

/**
 * Look at all modules and their manifests: uses that nobody provides, providers of one thing with
 * one priority, cycles, manifests without a module, modules without a manifest, manifests that are
 * not those of their modules, embedded modules that use others which are not.
 *
 * @param found  Called for each finding.
 * @return Number of errors, or -1.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_check(struct abilock_modules *modules,
				      void (*found)(void *data,
						    const struct abilock_modules_finding *finding),
				      void *data);

/**
 * Write the index of each directory, as a whole or not at all.
 *
 * @param[out] ret_count  Modules in them; may be NULL.
 * @return 0 or -1.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_write_index(struct abilock_modules *modules, size_t *ret_count);

/**
 * Whether the directories had an index when they were opened or looked at last, all of them, and
 * these were up to date.
 *
 * @return 1 or 0.
 * @since 0.1
 */
ABILOCK_API int abilock_modules_is_indexed(struct abilock_modules *modules);

#ifdef __cplusplus
}
#endif

#endif
