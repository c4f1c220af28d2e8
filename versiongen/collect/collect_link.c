/* SPDX-License-Identifier: MIT */
/*
 * Which members of archives a link takes in: those that define what is referred to and not yet
 * defined, and so on. A weak reference pulls nothing in.
 */
#include "collect_link.h"

void collect_link_deinit(struct collect_link *link)
{
	free(link->linked);
	free(link->names);
	free(link->queue);
	*link = (struct collect_link){0};
}

int collect_link_init(struct collect_link *link, const struct inputs *inputs,
		      struct abilock_error *err)
{
	*link = (struct collect_link){.inputs = inputs};
	link->linked = calloc(inputs->count + 1, sizeof(*link->linked));
	link->queue = calloc(inputs->count + 1, sizeof(*link->queue));
	link->names = calloc(inputs->name_count + 1, sizeof(*link->names));
	return link->linked && link->queue && link->names ? 0 : abilock_error_nomem(err);
}

static struct collect_link_name *name_of(struct collect_link *link, size_t name)
{
	struct collect_link_name *entry = &link->names[name];

	if (entry->link != link->number)
		*entry = (struct collect_link_name){.link = link->number, .member = INPUTS_NONE};
	return entry;
}

static void enqueue(struct collect_link *link, size_t input)
{
	if (link->linked[input])
		return;
	link->linked[input] = true;
	link->queue[link->queued++] = input;
}

static void want(struct collect_link *link, size_t name)
{
	struct collect_link_name *entry = name_of(link, name);

	entry->is_wanted = true;
	if (!entry->is_defined && entry->member != INPUTS_NONE)
		enqueue(link, entry->member);
}

/* All definitions first: what an input has itself pulls nothing in for it. */
static void define_all(struct collect_link *link, const struct input *input)
{
	for (size_t i = 0; i < input->symbol_count; i++)
		if (input->symbols[i].is_defined)
			name_of(link, input->symbols[i].name)->is_defined = true;
}

static void want_all(struct collect_link *link, const struct input *input)
{
	for (size_t i = 0; i < input->symbol_count; i++)
		if (!input->symbols[i].is_defined && input->symbols[i].bind != STB_WEAK)
			want(link, input->symbols[i].name);
}

static void offer_member(struct collect_link *link, size_t index)
{
	const struct input *input = &link->inputs->items[index];

	for (size_t i = 0; i < input->symbol_count; i++) {
		struct collect_link_name *entry = name_of(link, input->symbols[i].name);

		if (input->symbols[i].is_defined && entry->member == INPUTS_NONE)
			entry->member = index;
	}
}

void collect_link_group(struct collect_link *link, const struct collect_group *group,
			const size_t *roots, size_t root_count)
{
	const struct input *items = link->inputs->items;
	const size_t end = group->first + group->count;

	link->number++;
	link->queued = 0;
	for (size_t i = group->first; i < end; i++) {
		link->linked[i] = false;
		if (items[i].archive == INPUTS_NONE || i >= group->whole)
			enqueue(link, i);
		else
			offer_member(link, i);
	}
	for (size_t i = 0; i < link->queued; i++)
		define_all(link, &items[link->queue[i]]);
	for (size_t i = 0; i < root_count; i++)
		if (roots[i] != INPUTS_NONE)
			want(link, roots[i]);
	for (size_t i = 0; i < link->queued; i++) {
		define_all(link, &items[link->queue[i]]);
		want_all(link, &items[link->queue[i]]);
	}
}

bool collect_is_linker_symbol(const char *name)
{
	static const char *const names[] = {
		"_GLOBAL_OFFSET_TABLE_",
		"_DYNAMIC",
		"_PROCEDURE_LINKAGE_TABLE_",
		"_TLS_MODULE_BASE_",
		"__ehdr_start",
		"__executable_start",
		"__dso_handle",
		"__TMC_END__",
		".TOC.",
		"__bss_start",
		"__bss_start__",
		"__bss_end__",
		"_bss_end__",
		"__end__",
		"_end",
		"end",
		"_edata",
		"edata",
		"__data_start",
		"data_start",
		"_etext",
		"etext",
		"__etext",
		"_init",
		"_fini",
		"__init_array_start",
		"__init_array_end",
		"__fini_array_start",
		"__fini_array_end",
		"__preinit_array_start",
		"__preinit_array_end",
		"__rela_iplt_start",
		"__rela_iplt_end",
		"__rel_iplt_start",
		"__rel_iplt_end",
		"__GNU_EH_FRAME_HDR",
		"__exidx_start",
		"__exidx_end",
		"__global_pointer$",
		"_gp",
		"__gnu_local_gp",
		"_gp_disp",
		"_SDA_BASE_",
		"_SDA2_BASE_",
		"_ITM_registerTMCloneTable",
		"_ITM_deregisterTMCloneTable",
		"__gmon_start__",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(names[i], name))
			return true;
	return str_starts(name, "__start_") || str_starts(name, "__stop_");
}
