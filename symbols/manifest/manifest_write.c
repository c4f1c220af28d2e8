/* SPDX-License-Identifier: MIT */
#include "ini.h"
#include "manifest_keys.h"

static void write_pair(struct abilock_text *out, const char *key, const char *value)
{
	abilock_text_puts(out, key);
	abilock_text_putc(out, '=');
	abilock_ini_write_value(out, value);
	abilock_text_putc(out, '\n');
}

static void write_key(struct abilock_text *out, const struct abilock_manifest *manifest,
		      const struct abilock_manifest_key *key)
{
	const char *member = (const char *)manifest + key->offset;

	if (key->kind == ABILOCK_MANIFEST_CONFIG) {
		for (size_t i = 0; i < manifest->config_count; i++)
			write_pair(out, key->name, manifest->configs[i]);
	} else if (key->kind == ABILOCK_MANIFEST_FLAG) {
		if (*(const bool *)member)
			write_pair(out, key->name, "yes");
	} else {
		const char *value = *(const char *const *)(const void *)member;

		if (value)
			write_pair(out, key->name, value);
	}
}

static void write_provider(struct abilock_text *out, const struct abilock_capability *provider)
{
	/* A name with a colon needs its priority, or what is behind the colon would be one. */
	if (provider->priority == 0 && !strchr(provider->name, ':')) {
		write_pair(out, provider->type, provider->name);
		return;
	}
	_cleanup_(abilock_text_deinit) struct abilock_text value = {0};
	abilock_text_printf(&value, "%s:%d", provider->name, provider->priority);
	abilock_text_putc(&value, '\0');
	if (value.failed)
		out->failed = true;
	else
		write_pair(out, provider->type, value.data);
}

static void write_list(struct abilock_text *out, const char *section,
		       const struct abilock_capabilities *list, bool has_priorities)
{
	if (list->count == 0)
		return;
	abilock_text_printf(out, "\n[%s]\n", section);
	for (size_t i = 0; i < list->count; i++)
		if (has_priorities)
			write_provider(out, &list->items[i]);
		else
			write_pair(out, list->items[i].type, list->items[i].name);
}

/* Those of [module], or those of all other sections. */
static void write_unknown(struct abilock_text *out, const struct abilock_manifest *manifest,
			  bool in_module)
{
	const char *section = "";

	for (size_t i = 0; i < manifest->unknown_count; i++) {
		const struct abilock_manifest_pair *pair = &manifest->unknown[i];

		if (str_eq(pair->section, "module") != in_module)
			continue;
		if (!in_module && !str_eq(pair->section, section))
			abilock_text_printf(out, "\n[%s]\n", pair->section);
		section = pair->section;
		write_pair(out, pair->key, pair->value);
	}
}

void abilock_manifest_write(struct abilock_text *out, const struct abilock_manifest *manifest)
{
	abilock_text_puts(out, "[module]\n");
	for (size_t i = 0; i < abilock_manifest_key_count; i++)
		write_key(out, manifest, &abilock_manifest_keys[i]);
	write_unknown(out, manifest, true);
	write_list(out, "uses", &manifest->uses, false);
	write_list(out, "canuse", &manifest->canuse, false);
	write_list(out, "willuse", &manifest->willuse, false);
	write_list(out, "provides", &manifest->provides, true);
	write_unknown(out, manifest, false);
}
