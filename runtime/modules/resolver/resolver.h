/* SPDX-License-Identifier: MIT */
/*
 * The resolver: which modules, in which order, and what instead where one fails.
 *
 * One engine for the plan and for the deed: it is given hooks that map and start a module. That of
 * a plan asks whether a module could be mapped; so what a plan says is what would happen.
 *
 * - What a module uses comes before it, in the order of its manifest, then what the admin adds.
 * - A capability is its best provider, and where that one fails the next. A provider that ran
 * before goes before a better one that does not: at start nothing runs, so the best is taken; and
 * later a second timer beside the one that runs would surprise. One resolution takes one provider.
 * - `module=X` is X, and only where X cannot be had a module that says that it provides it.
 * - A module that is the best provider of what it uses has what it uses.
 * - Among modules that nothing orders the lower load_priority comes first, then the name.
 * - What it can use comes before it where it is loaded anyway; this gives way to every hard use.
 * - What it will use is loaded right behind it, or, where that would close a cycle, behind the goal
 *   that it was loaded for. It fails nobody but itself.
 * - A cycle of hard uses is refused, and printed. A module on it that has another provider takes
 *   that, and is on no cycle then.
 * - Of modules that provide nothing but with a priority, autoload wants what they provide, once.
 * - What `neverload` names is not there: not for uses, providers, or requests; and no other module
 *   stands in for the name.
 *
 * Each module and each edge is looked at a bounded number of times, and no depth of uses needs a
 * deep stack: a walk with frames of its own, once without deeds to learn what will be loaded, then
 * once for each phase.
 */
#ifndef ABILOCK_RUNTIME_RESOLVER_H
#define ABILOCK_RUNTIME_RESOLVER_H

#include "modules/catalogue/catalogue.h"
#include "modules/configuration/configuration.h"

/** What is wanted, and by whom. */
struct abilock_goal {
	const char *type, *name; /**< "module" and a name, or something that modules provide. */
	const char *reason;	 /**< Such as "required by modules.conf:3". */
	bool is_required;	 /**< Its failure is the failure of the whole. */
	/**
	 * Of autoload, the module that the goal stands for: one of several that provide the same,
	 * each with a priority, so that the best will do. It is told of where it is left out. What
	 * `noload` names does not count as a provider. NULL: the goal is what it says.
	 */
	struct abilock_module *instead_of;
	struct abilock_module *module; /**< That @p name names, where it is known; or NULL. */
};

/** A module in the order of loading. Reasons of goals are borrowed from these. */
struct abilock_step {
	struct abilock_module *module;
	const char *reason; /**< The first that wanted it: "chan_sip uses application=Dial". */
};

/** A goal that could not be met, or something that failed on the way. */
struct abilock_problem {
	const char *text; /**< With its causes, a line each. */
	bool is_fatal;
};

/** What came out. Strings are in the arena, or those of the question. */
struct abilock_resolution {
	struct abilock_arena arena;
	struct abilock_step *steps; /**< malloc'ed; in the order in which they were started. */
	size_t step_count;
	struct abilock_problem *problems; /**< malloc'ed; in the order of the goals. */
	size_t problem_count;
	const char **notes; /**< malloc'ed; what was ignored, and which provider stood in. */
	size_t note_count;
	/** Of the first required goal that failed, or NULL; in the arena of this or of failures. */
	const struct abilock_failure *fatal;
	size_t work; /**< Modules and edges that were looked at: for tests of how it grows. */
};

void abilock_resolution_deinit(struct abilock_resolution *resolution);

/**
 * How to map and start a module. Either returns 0, or a negative code with *ret_failure set, whose
 * text begins with the module's name or path.
 */
struct abilock_resolver_hooks {
	/** Of a plan: map() tells whether it would fail, and all is shown that could be. */
	bool is_dry;
	/** Verify and map. All that it uses is mapped. */
	int (*map)(void *data, struct abilock_module *module,
		   const struct abilock_failure **ret_failure);
	/** Start. All that it uses is running. NULL: this phase is left out. */
	int (*start)(void *data, struct abilock_module *module,
		     const struct abilock_failure **ret_failure);
	/**
	 * Behind start() of @p user: what it uses, by its manifest or by the admin, once for each
	 * use. NULL: nobody is told.
	 */
	void (*used)(void *data, struct abilock_module *user, struct abilock_module *provider);
	/**
	 * A module did not load, and not by its own map() or start(): by what it uses, or because
	 * it may not. Called at the end, in the order of failing. NULL: nobody is told.
	 */
	void (*failed)(void *data, struct abilock_module *module,
		       const struct abilock_failure *failure);
	void *data;
};

struct abilock_resolver_question {
	struct abilock_catalogue *catalogue;
	const struct abilock_configuration *configuration; /**< NULL: none. */
	const char *arch; /**< See struct abilock_modules_options. */
	const struct abilock_goal *goals;
	size_t goal_count;
	const struct abilock_resolver_hooks *hooks; /**< NULL: a plan where nothing fails. */
	struct abilock_arena *failures; /**< Owns failures that modules keep; outlives them. */
	/**
	 * Start only modules of this type, and what they use; NULL: all. Goals that are mapped but
	 * not started stay so.
	 */
	const char *only_type;
	/**
	 * The first phase was done by an earlier question: modules that failed or declined then are
	 * not tried again, and only required goals are told of them again. Else they are.
	 */
	bool is_continued;
};

/**
 * Resolve: two phases, all is mapped before the first is started. Where a required goal fails in
 * the first one nothing is started; in the second one nothing is started behind it.
 *
 * States of modules are read (what runs is not loaded again) and, with hooks, left to these.
 *
 * Declined modules are no problem but for required goals: one problem that is not fatal names what
 * uses a declined one.
 *
 * @return 0, also where goals were not met: see ret->problems; ABILOCK_E_NOMEM.
 */
int abilock_resolve(const struct abilock_resolver_question *question,
		    struct abilock_resolution *ret, struct abilock_error *err) _must_check_;

/**
 * Whether a module is one of several ways to have the same: all that it provides has a priority
 * other than 0. Autoload wants the best of these, and not each.
 */
bool abilock_is_ranked_provider(const struct abilock_manifest *manifest);

/**
 * The goals of a configuration, in order: require, load, and with autoload all that there is, by
 * priority and name, without `noload`. Of a ranked provider that is each thing that it provides.
 *
 * @param[out] ret_goals  free() it. Strings are in @p arena, or of catalogue and configuration.
 */
int abilock_goals_of_configuration(struct abilock_catalogue *catalogue,
				   const struct abilock_configuration *configuration,
				   struct abilock_arena *arena, struct abilock_goal **ret_goals,
				   size_t *ret_count, struct abilock_error *err) _must_check_;

/** One cycle of hard uses: modules in order, the first is used by the last. */
struct abilock_cycle {
	struct abilock_module **modules; /**< In the arena that was given. */
	size_t count;
};

/**
 * All cycles that keep modules from loading, whatever else is wrong with them: one of each set of
 * modules that all use each other, the shortest through the first by name. A cycle that another
 * provider breaks is none. In linear time. For abilock_modules_check().
 *
 * @param[out] ret_cycles  free() it.
 */
int abilock_resolver_cycles(struct abilock_catalogue *catalogue,
			    const struct abilock_configuration *configuration,
			    struct abilock_arena *arena, struct abilock_cycle **ret_cycles,
			    size_t *ret_count, struct abilock_error *err) _must_check_;

#endif
