/* SPDX-License-Identifier: MIT */
/* Inside of collect: which members of archives a link takes in, and what is in no input. */
#ifndef VERSIONGEN_COLLECT_LINK_H
#define VERSIONGEN_COLLECT_LINK_H

#include "collect.h"

/**
 * Scratch of a link, for one group after the other: what an entry says counts for the link whose
 * number it carries. Initialise with `{ 0 }`, release with collect_link_deinit().
 */
struct collect_link {
	const struct inputs *inputs;
	bool *linked; /**< Per input: is part of the last link that it was offered to. */
	struct collect_link_name {
		size_t link;	 /**< Number of the link that has looked at the name. */
		bool is_defined; /**< By an input that is linked in. */
		bool is_wanted;	 /**< Referred to, not only weakly. */
		size_t member;	 /**< First member of an archive that defines it. */
	} * names;
	size_t number; /**< Of the link. */
	size_t *queue; /**< Inputs to look at; has room for all. */
	size_t queued;
};

void collect_link_deinit(struct collect_link *link);
int collect_link_init(struct collect_link *link, const struct inputs *inputs,
		      struct abilock_error *err) _must_check_;

/** Link a group: linked[] of its inputs and names[] say the result. */
void collect_link_group(struct collect_link *link, const struct collect_group *group,
			const size_t *roots, size_t root_count);

/** Whether the linker itself or the start files define a name. */
bool collect_is_linker_symbol(const char *name);

/** The libraries of the system that a compiler links with without being asked. */
struct collect_system;

/**
 * @param[out] ret_system  NULL where there are none for the machine of the inputs.
 * @return 0 or a negative error.
 */
int collect_system_open(const struct inputs *inputs, struct collect_system **ret_system,
			struct abilock_error *err) _must_check_;
void collect_system_close(struct collect_system *system);

/** Whether one of them has a soname. */
bool collect_system_has_file(const struct collect_system *system, const char *soname);

/** Whether one of them defines a name. @return 1, 0 or a negative error. */
int collect_system_defines(struct collect_system *system, const char *name,
			   struct abilock_error *err) _must_check_;

/** Whether a library that a linked object needs, or one that those need, defines a name. */
int collect_needed_defines(struct collect_system *system, const struct abilock_object *object,
			   const char *name, struct abilock_error *err) _must_check_;

#endif
