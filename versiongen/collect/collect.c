/* SPDX-License-Identifier: MIT */
#include "collect.h"

#include "../../symbols/declaration.h"
#include "collect_link.h"

/* What the inputs say about a name, beside the module that is looked at. */
struct about {
	size_t definer; /* input of the host that is linked in and defines it */
	size_t member;	/* first member of the host's archives that is not, and does */
	size_t hidden;	/* input of the host that hides it */
	size_t sibling; /* group of the first module that defines it */
	uint8_t type, bind;
	bool in_library;
	size_t need;	   /* plus 1: that of the module that is looked at, or of one before */
	size_t records[2]; /* plus 1: index of its symbol in the result; 1: hidden references */
};

/* What a module refers to and does not define. */
struct need {
	size_t module, name;
	bool is_weak, is_hidden;
	const char *file; /* struct input_symbol */
};

struct search {
	struct collect *collect;
	struct collect_link link;
	struct about *about; /* per name */
	struct need *needs;
	size_t need_count;
	struct collect_system *system;
	bool system_tried;
	struct abilock_error *err;
};

void collect_deinit(struct collect *collect)
{
	inputs_deinit(&collect->inputs);
	abilock_arena_clear(&collect->arena);
	free(collect->groups);
	free(collect->symbols);
	*collect = (struct collect){0};
}

static void search_deinit(struct search *search)
{
	collect_link_deinit(&search->link);
	collect_system_close(search->system);
	free(search->about);
	free(search->needs);
}

static bool is_hiding(const struct input_symbol *symbol)
{
	return symbol->visibility == STV_HIDDEN || symbol->visibility == STV_INTERNAL;
}

/* ---- the host ---- */

static void note_definition(struct about *about, const struct input_symbol *symbol, size_t input,
			    size_t *definer)
{
	if (*definer != INPUTS_NONE && (about->bind != STB_WEAK || symbol->bind == STB_WEAK))
		return;
	*definer = input;
	about->type = symbol->type;
	about->bind = symbol->bind;
}

/* The strictest visibility of all that a linker sees counts, that of references as well. */
static void note_linked(struct search *search, size_t index)
{
	const struct input *input = &search->collect->inputs.items[index];

	for (size_t i = 0; i < input->symbol_count; i++) {
		const struct input_symbol *symbol = &input->symbols[i];
		struct about *about = &search->about[symbol->name];

		if (is_hiding(symbol) && !input->object && about->hidden == INPUTS_NONE)
			about->hidden = index;
		if (symbol->is_defined)
			note_definition(about, symbol, index, &about->definer);
	}
}

static void note_unlinked(struct search *search, size_t index)
{
	const struct input *input = &search->collect->inputs.items[index];

	for (size_t i = 0; i < input->symbol_count; i++) {
		const struct input_symbol *symbol = &input->symbols[i];
		struct about *about = &search->about[symbol->name];

		if (!symbol->is_defined || about->definer != INPUTS_NONE ||
		    about->member != INPUTS_NONE)
			continue;
		note_definition(about, symbol, index, &about->member);
		if (is_hiding(symbol))
			about->hidden = index;
	}
}

/* The start files of a program refer to main(), wherever it is. */
static int link_host(struct search *search, const struct collect_group *group)
{
	struct collect *collect = search->collect;
	_cleanup_(freep) size_t *roots = calloc(collect->root_count + 1, sizeof(*roots));

	if (!roots)
		return abilock_error_nomem(search->err);
	for (size_t i = 0; i < collect->root_count; i++)
		roots[i] = inputs_find_name(&collect->inputs, collect->roots[i]);
	roots[collect->root_count] = inputs_find_name(&collect->inputs, "main");
	collect_link_group(&search->link, group, roots, collect->root_count + 1);
	for (size_t i = group->first; i < group->first + group->count; i++)
		if (search->link.linked[i])
			note_linked(search, i);
	for (size_t i = group->first; i < group->first + group->count; i++)
		if (!search->link.linked[i])
			note_unlinked(search, i);
	return 0;
}

/* ---- modules and libraries ---- */

static void note_library(struct search *search, const struct collect_group *group)
{
	for (size_t i = group->first; i < group->first + group->count; i++) {
		const struct input *input = &search->collect->inputs.items[i];

		for (size_t k = 0; k < input->symbol_count; k++)
			if (input->symbols[k].is_defined)
				search->about[input->symbols[k].name].in_library = true;
	}
}

/* The markers of private nodes are no symbols of the declaration: versiongen adds them itself. */
static bool is_marker(const struct search *search, const struct input_symbol *symbol)
{
	return str_starts(search->collect->inputs.names[symbol->name], ABILOCK_MARKER_PREFIX);
}

static int note_need(struct search *search, size_t module, const struct input_symbol *symbol)
{
	struct about *about = &search->about[symbol->name];
	const bool is_known = about->need > 0 && search->needs[about->need - 1].module == module;
	struct need *need =
		is_known ? &search->needs[about->need - 1]
			 : abilock_array_push(&search->needs, &search->need_count, sizeof(*need));

	if (!need)
		return abilock_error_nomem(search->err);
	if (!is_known) {
		*need = (struct need){module, symbol->name, .is_weak = true, .file = symbol->file};
		about->need = search->need_count;
	}
	need->is_weak = need->is_weak && symbol->bind == STB_WEAK;
	need->is_hidden = need->is_hidden || is_hiding(symbol);
	return 0;
}

static int note_module_input(struct search *search, size_t module, const struct input *input)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < input->symbol_count; i++) {
		const struct input_symbol *symbol = &input->symbols[i];
		struct about *about = &search->about[symbol->name];

		if (symbol->is_defined && !is_hiding(symbol) && about->sibling == INPUTS_NONE)
			about->sibling = module;
		else if (!symbol->is_defined && !search->link.names[symbol->name].is_defined &&
			 !is_marker(search, symbol))
			r = note_need(search, module, symbol);
	}
	return r;
}

static int link_module(struct search *search, size_t module)
{
	const struct collect_group *group = &search->collect->groups[module];
	int r = 0;

	collect_link_group(&search->link, group, NULL, 0);
	search->collect->module_count++;
	for (size_t i = group->first; r == 0 && i < group->first + group->count; i++)
		if (search->link.linked[i])
			r = note_module_input(search, module, &search->collect->inputs.items[i]);
	return r;
}

/* ---- what becomes of a need ---- */

/* The host does not count for what was linked with the version of a library. */
static bool is_library_file(const struct search *search, const char *file)
{
	const struct collect *collect = search->collect;

	for (size_t i = 0; i < collect->group_count; i++) {
		const struct collect_group *group = &collect->groups[i];
		const struct abilock_object *object =
			group->count > 0 ? collect->inputs.items[group->first].object : NULL;

		if (group->role == COLLECT_LIBRARY && object && object->soname &&
		    str_eq(object->soname, file))
			return true;
	}
	return search->system && collect_system_has_file(search->system, file);
}

static int open_system(struct search *search)
{
	if (search->system_tried || search->collect->no_default_libraries)
		return 0;
	search->system_tried = true;
	return collect_system_open(&search->collect->inputs, &search->system, search->err);
}

static const struct abilock_object *linked_object(const struct search *search, size_t module)
{
	const struct collect_group *group = &search->collect->groups[module];

	return group->count > 0 ? search->collect->inputs.items[group->first].object : NULL;
}

/* @return 1 where a library defines it, 0, or a negative error. */
static int library_defines(struct search *search, const struct need *need)
{
	const char *name = search->collect->inputs.names[need->name];
	const struct abilock_object *object = linked_object(search, need->module);

	if (search->about[need->name].in_library || collect_is_linker_symbol(name))
		return 1;
	int r = open_system(search);
	if (r == 0 && search->system)
		r = collect_system_defines(search->system, name, search->err);
	if (r == 0 && search->system && object)
		r = collect_needed_defines(search->system, object, name, search->err);
	return r;
}

static int add_use(struct search *search, const struct need *need, enum collect_state state,
		   size_t definer)
{
	struct collect *collect = search->collect;
	struct about *about = &search->about[need->name];
	size_t *record = &about->records[state == COLLECT_HIDDEN_REFERENCE];
	struct collect_use *use = abilock_arena_alloc(&collect->arena, sizeof(*use));

	if (!use)
		return abilock_error_nomem(search->err);
	if (*record == 0) {
		struct collect_symbol *symbol = abilock_array_push(
			&collect->symbols, &collect->symbol_count, sizeof(*symbol));

		if (!symbol)
			return abilock_error_nomem(search->err);
		*symbol = (struct collect_symbol){.name = collect->inputs.names[need->name],
						  .state = state,
						  .type = about->type,
						  .bind = about->bind,
						  .definer = definer};
		*record = collect->symbol_count;
	}
	struct collect_symbol *symbol = &collect->symbols[*record - 1];
	*use = (struct collect_use){need->module, symbol->uses};
	symbol->uses = use;
	symbol->use_count++;
	return 0;
}

/* What the host has under a name, linked in or not. */
static int judge_host(struct search *search, const struct need *need)
{
	const struct about *about = &search->about[need->name];
	const bool is_linked = about->definer != INPUTS_NONE;

	if (need->is_hidden)
		return add_use(search, need, COLLECT_HIDDEN_REFERENCE,
			       is_linked ? about->definer : about->member);
	if (about->hidden != INPUTS_NONE)
		return add_use(search, need, COLLECT_HIDDEN, about->hidden);
	if (is_linked)
		return add_use(search, need, COLLECT_EXPORTED, about->definer);
	return add_use(search, need, COLLECT_UNLINKED, about->member);
}

/* What a library has is neither asked of an archive's member, nor of what the host hides. */
static int judge_rest(struct search *search, const struct need *need)
{
	const struct about *about = &search->about[need->name];
	int r = library_defines(search, need);

	if (r != 0)
		return r < 0 ? r : 0;
	/* A weak reference is content without: it pulls in nothing, and what is hidden stays so. */
	if (need->is_weak)
		return 0;
	if (about->definer != INPUTS_NONE || about->member != INPUTS_NONE)
		return judge_host(search, need);
	if (about->sibling != INPUTS_NONE)
		return add_use(search, need, COLLECT_SIBLING, about->sibling);
	if (!search->system && !search->collect->no_default_libraries) {
		search->collect->missing_unknown = true;
		return 0;
	}
	return add_use(search, need, COLLECT_MISSING, INPUTS_NONE);
}

static int judge(struct search *search, const struct need *need)
{
	const struct about *about = &search->about[need->name];
	int r = need->file ? open_system(search) : 0;

	if (r == 0 && need->file && is_library_file(search, need->file)) {
		r = library_defines(search, need);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	if (r < 0)
		return r;
	if (about->definer != INPUTS_NONE && about->hidden == INPUTS_NONE && !need->is_hidden)
		return judge_host(search, need);
	return judge_rest(search, need);
}

/* ---- */

static int search_init(struct search *search)
{
	const struct inputs *inputs = &search->collect->inputs;

	search->about = calloc(inputs->name_count + 1, sizeof(*search->about));
	if (!search->about)
		return abilock_error_nomem(search->err);
	for (size_t i = 0; i < inputs->name_count; i++) {
		struct about *about = &search->about[i];

		about->definer = about->member = about->hidden = about->sibling = INPUTS_NONE;
	}
	return collect_link_init(&search->link, inputs, search->err);
}

static int look_at_groups(struct search *search)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < search->collect->group_count; i++) {
		const struct collect_group *group = &search->collect->groups[i];

		if (group->role == COLLECT_HOST)
			r = link_host(search, group);
		else if (group->role == COLLECT_MODULE)
			r = link_module(search, i);
		else
			note_library(search, group);
	}
	return r;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct collect_symbol *left = a, *right = b;
	const int order = strcmp(left->name, right->name);

	return order ? order : (int)left->state - (int)right->state;
}

int collect_run(struct collect *collect, struct abilock_error *err)
{
	_cleanup_(search_deinit) struct search search = {.collect = collect, .err = err};
	int r = search_init(&search);

	if (r == 0)
		r = look_at_groups(&search);
	/* Backwards: each use goes to the front of its list. */
	for (size_t i = search.need_count; r == 0 && i > 0; i--)
		r = judge(&search, &search.needs[i - 1]);
	if (r == 0 && collect->symbol_count > 1)
		qsort(collect->symbols, collect->symbol_count, sizeof(*collect->symbols),
		      compare_symbols);
	return r;
}
