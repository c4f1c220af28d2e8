/* SPDX-License-Identifier: MIT */
#include "collect_update.h"

#include "../../symbols/declaration_match.h"
#include "../import/declaration_write.h"
#include "collect_headers.h"
#include "collect_node.h"

/* What is known about an entry of the whole declaration. */
struct mark {
	bool is_selected;		     /* it is for this build */
	const struct collect_symbol *symbol; /* the last one that it takes, or NULL */
};

struct work {
	struct collect_update *update;
	struct mark *marks; /* per entry of the whole declaration */
	size_t *index_of;   /* per entry of the selected one: its index in the whole; */
	struct abilock_name_table headers;     /* of the symbols that can get a heading */
	struct abilock_name_table conditional; /* entries by name: those of other builds */
	struct abilock_name_table unversioned; /* and those outside of all nodes */
	struct abilock_name_table defaults;    /* and those without 'compat' */
	const char **lines; /* where each line of the main file begins; [0] is unused */
	size_t line_count;
	bool is_placed;	  /* the new symbols have been written */
	bool has_returns; /* lines of the main file end in "\r\n" */
	struct abilock_error *err;
};

void collect_update_deinit(struct collect_update *update)
{
	abilock_arena_clear(&update->arena);
	abilock_text_deinit(&update->text);
	free(update->places);
	free(update->stale);
	*update = (struct collect_update){0};
}

static void work_deinit(struct work *work)
{
	free(work->marks);
	free(work->index_of);
	free(work->lines);
	abilock_name_table_deinit(&work->headers);
	abilock_name_table_deinit(&work->conditional);
	abilock_name_table_deinit(&work->unversioned);
	abilock_name_table_deinit(&work->defaults);
}

bool collect_is_node_name(const char *name)
{
	const size_t length =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return name[length] == '\0' && !(name[0] >= '0' && name[0] <= '9') &&
	       str_ends(name, "_PRIVATE") && !str_eq(name, "_PRIVATE");
}

static bool is_exported(const struct collect_symbol *symbol)
{
	return symbol->state == COLLECT_EXPORTED || symbol->state == COLLECT_UNLINKED;
}

static bool is_rewritten(const struct abilock_declared_node *node)
{
	return node->is_private && node->is_tagged;
}

static uint8_t type_of(const struct collect_symbol *symbol)
{
	switch (symbol->type) {
	case STT_OBJECT:
	case STT_TLS:
	case STT_GNU_IFUNC: return symbol->type;
	default: return STT_FUNC;
	}
}

/* ---- which entry takes which symbol ---- */

static bool same_entry(const struct abilock_entry *a, const struct abilock_entry *b)
{
	return a->place.file == b->place.file && a->place.line == b->place.line &&
	       a->place.column == b->place.column && a->is_local == b->is_local &&
	       str_eq(a->text, b->text);
}

/* The selection drops entries and keeps their order. */
static void match_selection(struct work *work)
{
	const struct abilock_declaration *all = work->update->declared;
	const struct abilock_declaration *some = work->update->selected;
	size_t next = 0;

	for (size_t i = 0; i < all->entry_count && next < some->entry_count; i++) {
		if (!same_entry(&all->entries[i], &some->entries[next]))
			continue;
		work->index_of[next++] = i;
		work->marks[i].is_selected = true;
	}
}

/* The first entry of each name. */
static bool index_entry(struct abilock_name_table *names, const struct abilock_entry *entry)
{
	void **value = abilock_name_table_value(names, entry->text);

	if (value && !*value)
		*value = (void *)(uintptr_t)entry;
	return value;
}

/* What the matcher does not know. */
static int index_entries(struct work *work)
{
	const struct abilock_declaration *all = work->update->declared;
	const struct abilock_declaration *some = work->update->selected;
	bool ok = true;

	for (size_t i = 0; ok && i < all->entry_count; i++)
		if (!work->marks[i].is_selected && !all->entries[i].is_local &&
		    !all->entries[i].is_pattern)
			ok = index_entry(&work->conditional, &all->entries[i]);
	for (size_t i = 0; ok && i < some->entry_count; i++)
		if (some->entries[i].node == ABILOCK_NO_NODE)
			ok = index_entry(&work->unversioned, &some->entries[i]);
		else if (!some->entries[i].is_local && !some->entries[i].tags.is_compat)
			ok = index_entry(&work->defaults, &some->entries[i]);
	return ok ? 0 : abilock_error_nomem(work->err);
}

/*
 * @param[out] ret_obstacle  Where there is none: what keeps it from being added, or NULL. ld
 * refuses a name that is local in one place and global in another.
 * @return A global entry, or NULL.
 */
static const struct abilock_entry *find_entry(const struct work *work,
					      const struct abilock_matcher *matcher,
					      const char *name,
					      const struct abilock_entry **ret_obstacle)
{
	const struct abilock_entry *entry = matcher ? abilock_matcher_find(matcher, name) : NULL;

	/* A module is linked with the default version. */
	if (entry && !entry->is_local && entry->tags.is_compat) {
		const struct abilock_entry *newer = abilock_name_table_find(&work->defaults, name);

		return newer ? newer : entry;
	}
	if (entry && !entry->is_local)
		return entry;
	*ret_obstacle = entry && !entry->is_pattern
				? entry
				: abilock_name_table_find(&work->conditional, name);
	return abilock_name_table_find(&work->unversioned, name);
}

static void place_symbol(struct work *work, const struct abilock_matcher *matcher, size_t index)
{
	struct collect_update *update = work->update;
	const struct collect_symbol *symbol = &update->collect->symbols[index];
	struct collect_place *place = &update->places[index];
	const struct abilock_declaration *decl = update->selected;
	const struct abilock_entry *obstacle = NULL;
	const struct abilock_entry *entry = find_entry(work, matcher, symbol->name, &obstacle);

	if (!entry && !declaration_can_hold(symbol->name)) {
		place->node = "";
		place->is_unwritable = true;
	} else if (!entry) {
		place->node = update->node;
		place->obstacle = obstacle;
		place->is_new = !obstacle;
		update->added_count += place->is_new;
	} else if (entry->node == ABILOCK_NO_NODE) {
		place->node = "";
		place->is_public = true;
	} else {
		place->node = decl->nodes[entry->node].name;
		place->is_public = !is_rewritten(&decl->nodes[entry->node]);
	}
	if (entry)
		work->marks[work->index_of[entry - decl->entries]].symbol = symbol;
	if (place->is_public)
		update->public_count++;
	else
		update->private_count++;
}

static int place_symbols(struct work *work)
{
	struct collect_update *update = work->update;
	_cleanup_(abilock_matcher_freep) struct abilock_matcher *matcher = NULL;

	if (update->selected) {
		int r = index_entries(work);
		if (r == 0)
			r = abilock_matcher_new(update->selected, &matcher, work->err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < update->collect->symbol_count; i++)
		if (is_exported(&update->collect->symbols[i]))
			place_symbol(work, matcher, i);
	return 0;
}

/* Nobody uses it in this build, and it is there for no other one and for no older module. */
static bool is_unused(const struct work *work, size_t index)
{
	const struct mark *mark = &work->marks[index];

	return mark->is_selected && !mark->symbol &&
	       !work->update->declared->entries[index].tags.is_compat;
}

static int find_stale(struct work *work)
{
	struct collect_update *update = work->update;
	const struct abilock_declaration *decl = update->declared;

	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->place.file == 0 || entry->is_local || entry->node == ABILOCK_NO_NODE ||
		    !is_rewritten(&decl->nodes[entry->node]) || !is_unused(work, i))
			continue;
		const struct abilock_entry **slot =
			abilock_array_push(&update->stale, &update->stale_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(work->err);
		*slot = entry;
	}
	return 0;
}

/* ---- groups ---- */

static int scan_headers(struct work *work)
{
	struct collect_update *update = work->update;
	int r = 0;

	for (size_t i = 0; update->folder_count > 0 && i < update->collect->symbol_count; i++)
		if (is_exported(&update->collect->symbols[i]) &&
		    !abilock_name_table_put(&work->headers, update->collect->symbols[i].name,
					    (void *)(uintptr_t) ""))
			return abilock_error_nomem(work->err);
	for (size_t i = 0; r == 0 && i < update->folder_count; i++)
		r = collect_headers_scan(update->folders[i], &update->arena, &work->headers,
					 work->err);
	return r;
}

static const char *header_of(const struct work *work, const struct collect_symbol *symbol)
{
	const char *header = abilock_name_table_find(&work->headers, symbol->name);

	return header ? header : "";
}

/* The object file without its folder, which is another one in each build tree. */
static const char *object_of(struct work *work, const struct collect_symbol *symbol)
{
	const struct input *input = &work->update->collect->inputs.items[symbol->definer];

	return input->member ? abilock_arena_printf(&work->update->arena, "%s(%s)",
						    path_base(input->path), input->member)
			     : path_base(input->path);
}

static bool is_object_heading(const char *heading)
{
	return str_ends(heading, ".o") || str_ends(heading, ")");
}

/* Whether entries name their headers on their own lines, and there are no headings. */
static bool names_headers(const struct node_model *model)
{
	bool any = false;

	for (size_t i = 0; i < model->item_count; i++)
		any |= *model->items[i].header != '\0';
	return any && model->heading_count == 0;
}

static int add_item(struct work *work, struct node_model *model,
		    const struct collect_symbol *symbol, bool on_line, bool grouped)
{
	/* What is no C name stands in quotes. */
	const bool is_plain = !symbol->name[strspn(
		symbol->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$")];
	const char *name =
		is_plain ? symbol->name
			 : abilock_arena_printf(&work->update->arena, "\"%s\"", symbol->name);
	struct node_item *item = name ? node_model_add(model, name) : NULL;
	const char *group = header_of(work, symbol);

	if (item && grouped && !*group)
		group = object_of(work, symbol);
	if (!item || !group)
		return abilock_error_nomem(work->err);
	*(on_line ? &item->header : &item->heading) = group;
	item->has_type = true;
	item->type = type_of(symbol);
	return 0;
}

/* A list without groups stays one, unless headers are given. */
static int add_new_items(struct work *work, struct node_model *model)
{
	const struct collect_update *update = work->update;
	const bool on_line = names_headers(model);
	const bool grouped = update->folder_count > 0 || model->heading_count > 0 ||
			     model->item_count == 0 || on_line;
	int r = 0;

	for (size_t i = 0; r == 0 && i < update->collect->symbol_count; i++)
		if (update->places[i].is_new)
			r = add_item(work, model, &update->collect->symbols[i], on_line, grouped);
	work->is_placed = true;
	return r;
}

/* ---- nodes of the main file ---- */

static int find_lines(struct work *work)
{
	const struct abilock_source *source = &work->update->declared->sources[0];
	const char *p = source->text, *end = source->text + source->length;

	for (size_t i = 0; i < 2; i++) {
		const char **slot =
			abilock_array_push(&work->lines, &work->line_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(work->err);
		*slot = p;
	}
	p = memchr(p, '\n', (size_t)(end - p));
	work->has_returns = p && p > source->text && p[-1] == '\r';
	for (; p; p = memchr(p, '\n', (size_t)(end - p))) {
		const char **slot =
			abilock_array_push(&work->lines, &work->line_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(work->err);
		*slot = ++p;
	}
	return 0;
}

/* Where a place of the main file is in its text. */
static const char *text_at(const struct work *work, struct abilock_place place)
{
	return work->lines[place.line < work->line_count ? place.line : 0] + place.column - 1;
}

/* Decide about each entry. @return Whether a heading has changed. */
static bool judge_items(const struct work *work, struct node_model *model, const size_t *indices)
{
	struct collect_update *update = work->update;
	const bool on_line = names_headers(model);
	bool changed = false;

	for (size_t i = 0; i < model->item_count; i++) {
		struct node_item *item = &model->items[i];
		const size_t index = indices[item->index];
		const struct collect_symbol *symbol = work->marks[index].symbol;

		item->is_dropped = is_unused(work, index);
		update->removed_count += item->is_dropped;
		if (!symbol || item->entry->is_pattern)
			continue;
		item->has_type = true;
		item->type = type_of(symbol);
		const char *header = header_of(work, symbol);
		if (*header && !on_line && !*item->header &&
		    (!*item->heading || is_object_heading(item->heading))) {
			item->heading = header;
			changed = true;
		}
	}
	return changed;
}

/* The global entries of a node in the main file. */
static int entries_of(const struct work *work, size_t node, struct node_entry **ret_entries,
		      size_t **ret_indices, size_t *ret_count)
{
	const struct abilock_declaration *decl = work->update->declared;
	size_t index_count = 0;

	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->node != node || entry->is_local || entry->place.file != 0)
			continue;
		struct node_entry *slot = abilock_array_push(ret_entries, ret_count, sizeof(*slot));
		size_t *index = abilock_array_push(ret_indices, &index_count, sizeof(*index));
		if (!slot || !index)
			return abilock_error_nomem(work->err);
		*slot = (struct node_entry){text_at(work, entry->place), entry};
		*index = i;
	}
	return 0;
}

/* White space in front of a `}` that stands alone in its line. */
static struct node_text close_indent(const char *start, const char *close)
{
	const char *p = close;

	while (p > start && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	return p > start && p[-1] == '\n' ? (struct node_text){p, (size_t)(close - p)}
					  : (struct node_text){close, 0};
}

/* The lines of the file may end with carriage returns: new ones do as the first does. */
static void add_lines(const struct work *work, const struct abilock_text *lines)
{
	struct abilock_text *text = &work->update->text;
	const char *p = lines->data, *end = lines->data + lines->length, *newline;

	while (work->has_returns && p < end && (newline = memchr(p, '\n', (size_t)(end - p)))) {
		abilock_text_add(text, p, (size_t)(newline - p));
		abilock_text_puts(text, newline > p && newline[-1] == '\r' ? "\n" : "\r\n");
		p = newline + 1;
	}
	if (p < end)
		abilock_text_add(text, p, (size_t)(end - p));
	text->failed |= lines->failed;
}

static int write_node(struct work *work, size_t node, struct node_text body, bool is_target)
{
	struct collect_update *update = work->update;
	_cleanup_(node_model_deinit) struct node_model model = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text lines = {0};
	_cleanup_(freep) struct node_entry *entries = NULL;
	_cleanup_(freep) size_t *indices = NULL;
	size_t count = 0;
	bool changed = false;
	int r = entries_of(work, node, &entries, &indices, &count);

	if (r == 0)
		r = node_model_read(&model, &update->arena, body, entries, count, work->err);
	if (r < 0)
		return r;
	changed = judge_items(work, &model, indices);
	if (is_target)
		r = add_new_items(work, &model);
	if (r < 0)
		return r;
	if (!node_model_sort(&model) && !changed) {
		abilock_text_add(&update->text, body.text, body.length);
		return 0;
	}
	const struct node_text indent = close_indent(body.text, body.text + body.length);
	node_model_write(&model, &lines);
	add_lines(work, &lines);
	abilock_text_add(&update->text, indent.text, indent.length);
	return 0;
}

/* The node for new symbols: that of the name, or the first of the main file. */
static size_t find_target(const struct collect_update *update, const char *name)
{
	const struct abilock_declaration *decl = update->declared;
	size_t found = ABILOCK_NO_NODE;

	for (size_t i = 0; decl && i < decl->node_count; i++) {
		const struct abilock_declared_node *node = &decl->nodes[i];

		if (!is_rewritten(node) || node->place.file != 0 ||
		    (name && !str_eq(node->name, name)))
			continue;
		if (found == ABILOCK_NO_NODE || node->open.line < decl->nodes[found].open.line)
			found = i;
	}
	return found;
}

/* ---- a node of its own ---- */

/* The newest public node: the last one that is no other public node's parent; NULL: none is. */
static int newest_public(const struct work *work, const char **ret_name)
{
	const struct abilock_declaration *decl = work->update->declared;
	const size_t count = decl ? decl->node_count : 0;
	_cleanup_(freep) bool *is_parent = calloc(count + 1, sizeof(*is_parent));

	if (!is_parent)
		return abilock_error_nomem(work->err);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; !decl->nodes[i].is_private && k < decl->nodes[i].parent_count;
		     k++)
			is_parent[decl->nodes[i].parents[k]] = true;
	for (size_t i = 0; i < count; i++)
		if (!is_parent[i] && !decl->nodes[i].is_private)
			*ret_name = decl->nodes[i].name;
	return 0;
}

static int write_new_node(struct work *work, bool alone)
{
	static const struct node_text all_local = {"local: *;", 9};
	struct collect_update *update = work->update;
	_cleanup_(node_model_deinit) struct node_model model = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text lines = {0};
	const char *parent = NULL;
	int r = newest_public(work, &parent);

	if (r < 0)
		return r;
	node_model_init(&model, &update->arena);
	if (alone) {
		struct node_text *slot =
			abilock_array_push(&model.local.items, &model.local.count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(work->err);
		*slot = all_local;
	}
	r = add_new_items(work, &model);
	(void)node_model_sort(&model);
	abilock_text_printf(&lines, "%s%s {", alone ? "" : "\n", update->node);
	node_model_write(&model, &lines);
	abilock_text_printf(&lines, "}%s%s;\n", parent ? " " : "", parent ? parent : "");
	add_lines(work, &lines);
	return r;
}

static int append_node(struct work *work)
{
	struct collect_update *update = work->update;
	const struct abilock_declaration *decl = update->declared;
	struct abilock_text *text = &update->text;

	for (size_t i = 0; i < decl->node_count; i++)
		if (!*decl->nodes[i].name)
			return abilock_error_set(
				work->err, ABILOCK_E_UNSUPPORTED, decl->sources[0].path, NULL, 0,
				"an anonymous script has no room for a private node: give its node "
				"a name");
	if (text->length > 0 && text->data[text->length - 1] != '\n')
		abilock_text_putc(text, '\n');
	return write_new_node(work, false);
}

/* ---- */

static int compare_nodes(const void *a, const void *b)
{
	const struct abilock_declared_node *left = *(const struct abilock_declared_node *const *)a;
	const struct abilock_declared_node *right = *(const struct abilock_declared_node *const *)b;
	const int order =
		(left->open.line > right->open.line) - (left->open.line < right->open.line);

	return order ? order
		     : (left->open.column > right->open.column) -
			       (left->open.column < right->open.column);
}

/* The private nodes of the main file in the order of the source. */
static int nodes_in_order(const struct work *work, const struct abilock_declared_node ***ret,
			  size_t *ret_count)
{
	const struct abilock_declaration *decl = work->update->declared;

	for (size_t i = 0; i < decl->node_count; i++) {
		if (!is_rewritten(&decl->nodes[i]) || decl->nodes[i].open.file != 0)
			continue;
		const struct abilock_declared_node **slot =
			abilock_array_push(ret, ret_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(work->err);
		*slot = &decl->nodes[i];
	}
	if (*ret_count > 1)
		qsort(*ret, *ret_count, sizeof(**ret), compare_nodes);
	return 0;
}

static int write_declaration(struct work *work, size_t target)
{
	struct collect_update *update = work->update;
	const struct abilock_declaration *decl = update->declared;
	const struct abilock_source *source = &decl->sources[0];
	_cleanup_(freep) const struct abilock_declared_node **nodes = NULL;
	const char *done = source->text;
	size_t count = 0;
	int r = find_lines(work);

	if (r == 0)
		r = nodes_in_order(work, &nodes, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		const size_t node = (size_t)(nodes[i] - decl->nodes);
		const char *open = text_at(work, nodes[i]->open) + 1;
		const char *close = text_at(work, nodes[i]->close);

		abilock_text_add(&update->text, done, (size_t)(open - done));
		r = write_node(work, node, (struct node_text){open, (size_t)(close - open)},
			       node == target);
		done = close;
	}
	abilock_text_add(&update->text, done, (size_t)(source->text + source->length - done));
	if (r == 0 && !work->is_placed && update->added_count > 0)
		r = append_node(work);
	update->is_changed = update->text.length != source->length ||
			     memcmp(update->text.data, source->text, source->length) != 0;
	return r;
}

static int work_init(struct work *work)
{
	const struct collect_update *update = work->update;
	const size_t entries = update->declared ? update->declared->entry_count : 0;

	work->marks = calloc(entries + 1, sizeof(*work->marks));
	work->index_of = calloc(entries + 1, sizeof(*work->index_of));
	work->update->places =
		calloc(update->collect->symbol_count + 1, sizeof(*work->update->places));
	return work->marks && work->index_of && work->update->places
		       ? 0
		       : abilock_error_nomem(work->err);
}

int collect_update_run(struct collect_update *update, struct abilock_error *err)
{
	_cleanup_(work_deinit) struct work work = {.update = update, .err = err};
	const size_t target = find_target(update, update->node);
	int r = work_init(&work);

	if (!update->node)
		update->node = target == ABILOCK_NO_NODE ? COLLECT_NODE_NAME
							 : update->declared->nodes[target].name;
	if (r == 0 && update->declared)
		match_selection(&work);
	if (r == 0)
		r = place_symbols(&work);
	if (r == 0)
		r = scan_headers(&work);
	if (r == 0 && update->declared)
		r = find_stale(&work);
	if (r == 0)
		r = update->declared ? write_declaration(&work, target)
				     : write_new_node(&work, true);
	if (r == 0 && update->text.failed)
		return abilock_error_nomem(err);
	return r;
}
