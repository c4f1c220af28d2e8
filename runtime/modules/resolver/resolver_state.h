/* SPDX-License-Identifier: MIT */
/* Inside of the resolver: what its files share. */
#ifndef ABILOCK_RUNTIME_RESOLVER_STATE_H
#define ABILOCK_RUNTIME_RESOLVER_STATE_H

#include "name_table.h"
#include "resolver.h"

/** No frame. */
#define NO_DEPTH SIZE_MAX

enum mark {
	MARK_NEW,
	MARK_ACTIVE, /**< Its frame is on the stack. */
	MARK_DONE,
	MARK_FAILED,
};

/** One walk over all goals. */
enum pass_kind {
	PASS_DRY,   /**< Nothing is done: which modules will be loaded? */
	PASS_MAP,   /**< The first phase. */
	PASS_START, /**< The second one. */
};

/** Something that is wanted by goals or modules: one for each type and name. */
struct want {
	void *extra; /**< Of cycles.c. */
	const char *type, *name;
	struct want *next; /**< Of the same name and another type. */
	struct node *self; /**< Of a module by its name: that one; else NULL. */
	/** What runs, then the best first; @p self alone until its stand-ins are looked for. */
	struct node **candidates;
	size_t candidate_count;
	struct want *of_autoload; /**< What autoload has instead of this one, or NULL. */
	struct want *same;   /**< Of autoload: what others that want the same share; or NULL. */
	struct node *chosen; /**< Valid in the pass. */
	const struct abilock_failure *failure; /**< It cannot be had, in this resolution. */
	struct node *root;		       /**< Where it was declined: who began that. */
	size_t noted;			       /**< Candidates whose failure was noted. */
	unsigned pass;			       /**< In which @p chosen was chosen. */
	bool is_reported;		       /**< A problem tells that it cannot be had. */
	bool is_noted;			       /**< A note does, for who will use it. */
};

enum edge_kind {
	EDGE_USE,
	EDGE_CANUSE,
	EDGE_WILLUSE,
};

struct edge {
	struct want *want;
	enum edge_kind kind;
	bool is_admin;
	bool is_own;		    /**< The module provides it itself: of cycles.c. */
	struct abilock_place place; /**< Of the admin's line. */
};

/** A line of [uses] in the configuration. */
struct admin_use {
	const struct abilock_admin_use *use;
	struct admin_use *next;
};

/** A module that was met. */
struct node {
	void *extra; /**< Of cycles.c. */
	struct abilock_module *module;
	struct want *want; /**< Of the module by its name; NULL: not yet met. */
	enum mark mark;
	unsigned pass;	     /**< In which it was set; a failure lasts. */
	unsigned wanted;     /**< The last dry pass in which it would be loaded. */
	unsigned waits_pass; /**< See waits_for. */
	size_t depth;	     /**< Of its frame, while it is active. */
	size_t low;	     /**< A failure that is provisional: the lowest frame behind it. */
	struct edge *edges;  /**< Uses, canuse, willuse; NULL: not yet made. */
	size_t edge_count;
	struct admin_use *admin, **admin_end;
	const struct abilock_directive *forbidden;
	const struct abilock_failure *failure;
	const struct abilock_failure *cycle; /**< The last cycle that it was found on. */
	struct node *root; /**< Whose decline it is that it declines; NULL: its own. */
	/* A module that it uses in the end, and that was active when this was found out; so it
	 * cannot be loaded before that one. */
	struct node *waits_for;
	/* Why: the goal, or the user and what it uses. */
	const struct abilock_goal *goal;
	const struct node *user;
	const struct edge *use;
	bool is_noload;
	bool had_running; /**< It ran before. */
	bool is_mapped, is_started;
	bool is_new;	/**< Mapped by this resolution. */
	bool is_noted;	/**< A note tells of the failure. */
	bool is_listed; /**< The report has it. */
	bool is_told;	/**< By a hook, which knows of the failure. */
	bool is_old;	/**< The failure is that of an earlier resolution. */
	struct node *next_mapped;
	/* Modules that decline with it. */
	struct node *dependents, **dependents_end, *next_dependent;
};

/** A module whose uses are being looked at. The lowest is that of a goal, and has no module. */
struct frame {
	struct node *node; /**< NULL: of a goal. */
	const struct edge *edges;
	size_t edge_count, edge; /**< The edge that is looked at. */
	size_t candidate;	 /**< Of that edge. */
	size_t low;		 /**< Lowest frame that failed candidates of the edge ran into. */
	/* The lowest frame from which hard uses alone lead here. */
	size_t hard_base;
	size_t provisional; /**< Length of the list when it began. */
	bool is_head;	    /**< Something below runs into it. */
	bool is_in_force;   /**< Of a goal; or its module is done: what it will use is looked at. */
};

/** What a module will use, put off. */
struct late_use {
	struct node *node;
	const struct edge *edge;
};

struct state {
	const struct abilock_resolver_question *question;
	const struct abilock_resolver_hooks *hooks; /**< NULL: nothing is asked or done. */
	bool is_plan;
	struct abilock_resolution *ret;
	struct abilock_arena *failures;
	struct node **nodes; /**< malloc'ed; by the module's number, may be NULL. */
	size_t node_limit;
	struct abilock_name_table wants; /**< Name to the first of them. */
	struct want **goal_wants;	 /**< malloc'ed; of each goal, NULL until it is met. */
	struct frame *frames;		 /**< malloc'ed. */
	size_t frame_count, frame_room;
	struct node **provisional; /**< malloc'ed; modules whose failure may be forgotten. */
	size_t provisional_count;
	struct late_use *late; /**< malloc'ed; a queue. */
	size_t late_count, late_done;
	struct node **failed; /**< malloc'ed; in the order of failing; some have been forgotten. */
	size_t failed_count;
	struct node *mapped, **mapped_end; /**< In the order of the first phase. */
	const struct abilock_goal *goal;   /**< Whose walk it is. */
	enum pass_kind kind;
	unsigned pass;	  /**< Number of the walk. */
	unsigned wanted;  /**< Number of the dry one that counts. */
	bool has_failure; /**< In this walk. */
	size_t guesses;	  /**< Names that were looked for in vain, with all that there is. */
	bool failed_memory;
};

static inline enum mark node_mark(const struct state *st, const struct node *node)
{
	return node->mark == MARK_FAILED || node->pass == st->pass ? node->mark : MARK_NEW;
}

static inline void node_set(const struct state *st, struct node *node, enum mark mark)
{
	node->mark = mark;
	node->pass = st->pass;
}

static inline bool is_module_type(const char *type)
{
	return str_eq(type, "module");
}

/* ---- resolver.c ---- */

void resolver_deinit(struct state *st);

/* ---- resolver_nodes.c ---- */

/** What the configuration says of modules: `neverload` and [uses]. */
int resolver_prepare(struct state *st);

/** NULL when memory is out. */
struct node *resolver_node(struct state *st, struct abilock_module *module);
struct want *resolver_want(struct state *st, const char *type, const char *name);
struct want *resolver_module_want(struct state *st, struct abilock_module *module);
/** Of a goal by its number. */
struct want *resolver_goal_want(struct state *st, size_t number);

/**
 * Have all candidates of what is wanted: those who stand in for a module are looked for once it
 * cannot be had.
 *
 * @return false when memory is out.
 */
bool resolver_stand_ins(struct state *st, struct want *want) _must_check_;

/** @return false when memory is out. */
bool resolver_edges(struct state *st, struct node *node) _must_check_;

/** What speaks against loading a module at all, as a failure; NULL: nothing. */
const struct abilock_failure *resolver_refusal(struct state *st, struct node *node);

/* ---- resolver_walk.c ---- */

/** Look for what is wanted, with all that it uses. @return 0 or ABILOCK_E_NOMEM. */
int resolver_walk(struct state *st, struct want *want, const struct abilock_goal *goal);

/* ---- resolver_cycles.c ---- */

/** The failure of the cycle from the frame @p depth to the top one. */
const struct abilock_failure *resolver_cycle(struct state *st, size_t depth);

/** A frame's module is done: what failed for want of it is forgotten. */
void resolver_forget(struct state *st, size_t from);

/** A frame's module failed: is what ran into it refused for good? @p low: of its own failure. */
void resolver_settle(struct state *st, const struct frame *frame, size_t depth, size_t low);

/* ---- resolver_report.c ---- */

/** Nothing that there is provides it. */
const struct abilock_failure *resolver_missing(struct state *st, const struct want *want);

/** All candidates failed. */
const struct abilock_failure *resolver_unmet(struct state *st, struct want *want);

/** A module fails since an edge of it does. */
const struct abilock_failure *resolver_edge_failure(struct state *st, const struct node *node,
						    const struct edge *edge,
						    const struct abilock_failure *cause);

/** Candidates that failed before the chosen one are told of. */
void resolver_note_provider(struct state *st, struct want *want, size_t chosen);

/** A module was mapped: what is to be said of it. */
void resolver_note_module(struct state *st, const struct node *node);

void resolver_note_willuse(struct state *st, const struct node *node, const struct edge *edge);
void resolver_note(struct state *st, char *text);

int resolver_add_step(struct state *st, struct node *node);

/** The problems, when all is done. */
int resolver_report(struct state *st);

/* ---- resolver_guess.c ---- */

/** Something that may have been meant, such as "application=GoSub of app_stack"; or NULL. */
const char *resolver_guess(struct abilock_catalogue *catalogue, struct abilock_arena *arena,
			   const char *type, const char *name);

#endif
