/* SPDX-License-Identifier: MIT */
/*
 * A declaration of which every other entry is used, and three symbols that are new: rewritten, it
 * is a declaration still, what is outside of the private nodes is what it was, and a second time
 * nothing changes. And the same bytes as a header.
 */
#include "../../versiongen/collect/collect_headers.h"
#include "../../versiongen/collect/collect_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each name once, as in what collect finds. */
static void add_symbol(struct collect *collect, const char *name, uint8_t type)
{
	if (inputs_find_name(&collect->inputs, name) != INPUTS_NONE)
		return;
	const size_t index = inputs_name(&collect->inputs, name);
	struct collect_symbol *symbol =
		abilock_array_push(&collect->symbols, &collect->symbol_count, sizeof(*symbol));

	if (!symbol || index == INPUTS_NONE)
		abort();
	*symbol = (struct collect_symbol){.name = name, .type = type, .bind = STB_GLOBAL};
}

static bool is_plain(const struct abilock_entry *entry)
{
	return !entry->is_local && !entry->is_pattern && entry->language == ABILOCK_LANGUAGE_C;
}

static void add_symbols(struct collect *collect, const struct abilock_declaration *decl)
{
	static const char *const names[] = {"fuzz_a", "fuzz_b", "fuzz c"};
	struct input *input =
		abilock_array_push(&collect->inputs.items, &collect->inputs.count, sizeof(*input));

	if (!input)
		abort();
	*input = (struct input){.name = "d/fuzz.o", .path = "d/fuzz.o", .archive = INPUTS_NONE};
	for (size_t i = 0; i < decl->entry_count; i += 2)
		if (is_plain(&decl->entries[i]))
			add_symbol(collect, decl->entries[i].text, i % 4 ? STT_TLS : STT_FUNC);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		add_symbol(collect, names[i], i ? STT_OBJECT : STT_FUNC);
}

static int parse(const void *text, size_t size, struct abilock_declaration **ret)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_error err = {0};

	return abilock_declaration_parse(text, size, "", ret, &diags, &err);
}

/* @return 0 with the new text, or a negative error. */
static int update_text(const void *text, size_t size, const struct collect *collect,
		       struct abilock_text *ret, bool *ret_changed)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *all = NULL;
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *some = NULL;
	struct collect_update update = {.collect = collect};
	const struct abilock_selection selection = {0};
	struct abilock_error err = {0};

	if (parse(text, size, &all) < 0 || parse(text, size, &some) < 0)
		return ABILOCK_E_SYNTAX;
	if (abilock_declaration_select(some, &selection, &err) < 0)
		abort();
	update.declared = all;
	update.selected = some;
	int r = collect_update_run(&update, &err);
	*ret = update.text;
	update.text = (struct abilock_text){0};
	*ret_changed = update.is_changed;
	collect_update_deinit(&update);
	return r;
}

static void check_update(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(collect_deinit) struct collect collect = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text first = {0}, second = {0};
	bool changed = false;

	if (parse(data, size, &decl) < 0)
		return;
	add_symbols(&collect, decl);
	if (update_text(data, size, &collect, &first, &changed) < 0)
		return;
	if (update_text(first.data, first.length, &collect, &second, &changed) < 0)
		abort();
	if (changed) {
		fprintf(stderr, "first:\n%.*s\nsecond:\n%.*s\n", (int)first.length, first.data,
			(int)second.length, second.data);
		abort();
	}
}

static void check_headers(const uint8_t *data, size_t size)
{
	struct abilock_name_table headers = {0};
	struct abilock_error err = {0};

	if (!abilock_name_table_put(&headers, "foo", (void *)(uintptr_t) ""))
		abort();
	if (collect_headers_scan_text((const char *)data, size, "fuzz.h", &headers, &err) < 0)
		abort();
	abilock_name_table_deinit(&headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_headers(data, size);
	check_update(data, size);
	return 0;
}
