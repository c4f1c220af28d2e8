/* SPDX-License-Identifier: MIT */
#include <elf.h>

#include "../types/types_text.h"
#include "baseline_parts.h"

static void write_node_name(struct abilock_text *out, const struct abilock_surface *surface,
			    size_t node)
{
	if (node == ABILOCK_NO_NODE)
		abilock_text_putc(out, '-');
	else
		baseline_write_name(out, surface->nodes[node].name);
}

static void write_head(struct abilock_text *out, const struct abilock_baseline *baseline)
{
	const struct abilock_surface *surface = baseline->surface;

	abilock_text_puts(out, BASELINE_MAGIC " " BASELINE_FORMAT "\n");
	if (!baseline->has_prints)
		abilock_text_puts(out, "# Made without debug information: no fingerprints.\n");
	if (baseline->knows_soname) {
		abilock_text_puts(out, ".soname ");
		if (surface->soname)
			baseline_write_name(out, surface->soname);
		else
			abilock_text_putc(out, '-');
		abilock_text_putc(out, '\n');
	}
	if (baseline->machine) {
		abilock_text_puts(out, ".machine ");
		baseline_write_name(out, baseline->machine);
		abilock_text_putc(out, '\n');
	}
	if (baseline->has_headers)
		abilock_text_puts(out, ".public-headers\n");
	for (size_t i = 0; i < surface->node_count; i++) {
		const struct abilock_node *node = &surface->nodes[i];

		abilock_text_puts(out, ".node ");
		baseline_write_name(out, node->name);
		for (size_t k = 0; k < node->parent_count; k++) {
			abilock_text_putc(out, ' ');
			baseline_write_name(out, surface->nodes[node->parents[k]].name);
		}
		abilock_text_putc(out, '\n');
	}
}

static void write_export(struct abilock_text *out, const struct abilock_surface *surface,
			 const struct abilock_export *export,
			 const struct abilock_fingerprint *print)
{
	const bool has_size = baseline_type_has_size(export->type) && export->size > 0;

	write_node_name(out, surface, export->node);
	abilock_text_putc(out, ' ');
	baseline_write_name(out, export->name);
	abilock_text_putc(out, ' ');
	abilock_text_puts(out, baseline_type_word(export->type));
	if (has_size) {
		abilock_text_putc(out, ' ');
		abilock_text_decimal(out, export->size, 0);
	} else if (print->is_known) {
		abilock_text_puts(out, " -");
	}
	if (print->is_known) {
		abilock_text_putc(out, ' ');
		abilock_text_hex(out, print->value, ABILOCK_FINGERPRINT_DIGITS);
	}
	if (export->bind == STB_WEAK)
		abilock_text_puts(out, " weak");
	if (export->bind == STB_GNU_UNIQUE)
		abilock_text_puts(out, " unique");
	if (!export->is_default)
		abilock_text_puts(out, " compat");
	abilock_text_putc(out, '\n');
}

static void write_types(struct abilock_text *out, const struct abilock_baseline *baseline)
{
	const struct abilock_surface *surface = baseline->surface;

	for (size_t i = 0; i < surface->export_count; i++) {
		const char *text = baseline->types->symbols[i].type;

		if (!text)
			continue;
		abilock_text_puts(out, ".type ");
		write_node_name(out, surface, surface->exports[i].node);
		abilock_text_putc(out, ' ');
		baseline_write_name(out, surface->exports[i].name);
		abilock_text_putc(out, ' ');
		abilock_text_puts(out, text);
		abilock_text_putc(out, '\n');
	}
	abilock_types_write(out, baseline->types);
}

void abilock_baseline_write(struct abilock_text *out, const struct abilock_baseline *baseline,
			    bool with_types)
{
	const struct abilock_surface *surface = baseline->surface;

	write_head(out, baseline);
	for (size_t i = 0; i < surface->export_count; i++)
		write_export(out, surface, &surface->exports[i], &baseline->prints[i]);
	if (with_types && baseline->types)
		write_types(out, baseline);
}
