/* SPDX-License-Identifier: MIT */
#include "collect_node.h"

enum { DEFAULT_COLUMN = 24 };

void node_model_init(struct node_model *model, struct abilock_arena *arena)
{
	*model = (struct node_model){.arena = arena,
				     .has_label = true,
				     .label_indent = "  ",
				     .indent = "    ",
				     .comment_column = DEFAULT_COLUMN};
}

void node_model_deinit(struct node_model *model)
{
	for (size_t i = 0; i < model->item_count; i++)
		free(model->items[i].above.items);
	for (size_t i = 0; i < model->heading_count; i++)
		free(model->headings[i].above.items);
	free(model->items);
	free(model->headings);
	abilock_name_table_deinit(&model->heading_of);
	free(model->head.items);
	free(model->notes.items);
	free(model->others.items);
	free(model->local.items);
	*model = (struct node_model){0};
}

struct node_item *node_model_add(struct node_model *model, const char *name)
{
	const size_t order = model->item_count;
	struct node_item *item =
		abilock_array_push(&model->items, &model->item_count, sizeof(*item));

	if (item)
		*item = (struct node_item){
			.name = name, .heading = "", .header = "", .order = order};
	return item;
}

static int compare_items(const void *a, const void *b)
{
	const struct node_item *left = a, *right = b;
	int order = strcmp(left->heading, right->heading);

	if (order == 0 && !*left->heading)
		order = strcmp(left->header, right->header);
	if (order == 0)
		order = strcmp(left->name, right->name);
	return order ? order : (left->order > right->order) - (left->order < right->order);
}

bool node_model_sort(struct node_model *model)
{
	bool changed = false;

	for (size_t i = 0; i < model->item_count; i++) {
		const struct node_item *item = &model->items[i];

		changed |= item->is_dropped || !item->entry || node_item_has_new_type(item);
	}
	if (model->item_count > 1)
		qsort(model->items, model->item_count, sizeof(*model->items), compare_items);
	for (size_t i = 0; i < model->item_count; i++)
		changed |= model->items[i].order != i;
	return changed;
}
