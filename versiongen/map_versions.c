/* SPDX-License-Identifier: MIT */
#include "map_versions.h"

void map_versions_deinit(struct map_versions *versions)
{
	abilock_name_table_deinit(&versions->first);
	abilock_name_table_deinit(&versions->defaults);
	abilock_name_table_deinit(&versions->several);
}

static bool is_symbol(const struct abilock_entry *entry)
{
	return !entry->is_local && !entry->is_pattern && entry->node != ABILOCK_NO_NODE &&
	       entry->language == ABILOCK_LANGUAGE_C;
}

static bool add_entry(struct map_versions *versions, struct abilock_entry *entry)
{
	const struct abilock_entry *first = abilock_name_table_find(&versions->first, entry->text);

	if (!first && !abilock_name_table_put(&versions->first, entry->text, entry))
		return false;
	if (!first && !entry->tags.is_compat)
		return true;
	return abilock_name_table_put(&versions->several, entry->text, entry);
}

bool map_versions_init(struct map_versions *versions, const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->entry_count; i++)
		if (is_symbol(&decl->entries[i]) && !add_entry(versions, &decl->entries[i]))
			return false;
	for (size_t i = 0; versions->several.count > 0 && i < decl->entry_count; i++) {
		struct abilock_entry *entry = &decl->entries[i];

		if (is_symbol(entry) && !entry->tags.is_compat &&
		    abilock_name_table_find(&versions->several, entry->text) &&
		    !abilock_name_table_put(&versions->defaults, entry->text, entry))
			return false;
	}
	return true;
}

const char *map_versions_mark(const struct map_versions *versions,
			      const struct abilock_entry *entry)
{
	if (!is_symbol(entry) || !abilock_name_table_find(&versions->several, entry->text))
		return NULL;
	return abilock_name_table_find(&versions->defaults, entry->text) == entry ? "??" : "?";
}
