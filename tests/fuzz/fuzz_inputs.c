/* SPDX-License-Identifier: MIT */
/*
 * Whatever the bytes: an answer or an error, symbols with names and sections that are there, and a
 * link of what was read, as a host and as a module.
 */
#include "../../versiongen/collect/collect_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_input(const struct inputs *inputs, const struct input *input)
{
	if (!input->name || !input->path || (input->archive != INPUTS_NONE) != !!input->member)
		abort();
	for (size_t i = 0; i < input->symbol_count; i++) {
		const struct input_symbol *symbol = &input->symbols[i];

		if (symbol->name >= inputs->name_count || !*inputs->names[symbol->name])
			abort();
		if (inputs_find_name(inputs, inputs->names[symbol->name]) != symbol->name)
			abort();
	}
}

static struct collect_group *add_group(struct collect *collect, enum collect_role role)
{
	struct collect_group *group =
		abilock_array_push(&collect->groups, &collect->group_count, sizeof(*group));

	if (!group)
		abort();
	*group = (struct collect_group){
		.role = role, .name = "fuzz", .first = collect->inputs.count, .whole = SIZE_MAX};
	return group;
}

/* The same bytes twice: they define what they need. */
static int read_twice(struct collect *collect, const uint8_t *data, size_t size,
		      struct abilock_error *err)
{
	static const enum collect_role roles[] = {COLLECT_HOST, COLLECT_MODULE};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(roles); i++) {
		const size_t index = collect->group_count;

		(void)add_group(collect, roles[i]);
		r = inputs_read_bytes(&collect->inputs, data, size, "fuzz", err);
		struct collect_group *group = &collect->groups[index];
		group->count = collect->inputs.count - group->first;
	}
	return r;
}

static void check_symbols(const struct collect *collect)
{
	for (size_t i = 0; i < collect->symbol_count; i++)
		if (collect->symbols[i].use_count == 0 || !collect->symbols[i].uses)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(collect_deinit) struct collect collect = {.no_default_libraries = true};
	_cleanup_(collect_update_deinit) struct collect_update update = {.collect = &collect};
	struct abilock_error err = {0};
	int r = read_twice(&collect, data, size, &err);

	if (r != err.code || (r < 0 && !err.message[0]))
		abort();
	for (size_t i = 0; i < collect.inputs.count; i++)
		check_input(&collect.inputs, &collect.inputs.items[i]);
	if (r < 0)
		return 0;
	if (collect_run(&collect, &err) < 0)
		abort();
	check_symbols(&collect);
	if (collect_update_run(&update, &err) < 0)
		abort();
	return 0;
}
