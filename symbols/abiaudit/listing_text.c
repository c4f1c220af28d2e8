/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "listing.h"
#include "readelf_versions.h"

/* In a shortened list: as many names as fit a line or two. */
enum { SHORT_LIST = 4 };

/* Columns get no wider: one very long name would otherwise be paid for in every row. */
enum { MAX_WIDTH = 120 };

/* ---- columns ---- */

static size_t wider(size_t width, const char *name)
{
	const size_t length = strlen(name);

	if (length > MAX_WIDTH)
		return MAX_WIDTH;
	return length > width ? length : width;
}

/* A name, filled with blanks to @p width. */
static void add_name(struct abilock_text *out, const char *name, size_t width)
{
	const size_t before = out->length;

	readelf_add_name(out, name);
	if (out->length - before < width)
		abilock_text_pad(out, width - (out->length - before));
}

/* ---- --nodes ---- */

static const char *node_flags(const struct abilock_verdef *def)
{
	if (def->flags & VER_FLG_BASE)
		return readelf_version_flags(def->flags);
	if (!abilock_node_name_is_private(def->name))
		return def->flags ? readelf_version_flags(def->flags) : "-";
	return def->flags ? "private | WEAK" : "private";
}

static void add_node(struct abilock_text *out, const struct abilock_verdef *def, size_t exports,
		     size_t name_width, size_t flags_width)
{
	abilock_text_decimal(out, def->index, 7);
	abilock_text_puts(out, "  ");
	add_name(out, def->name, name_width);
	abilock_text_puts(out, "  ");
	abilock_text_left(out, node_flags(def), flags_width);
	if (def->flags & VER_FLG_BASE)
		abilock_text_puts(out, "        -");
	else
		abilock_text_decimal(out, exports, 9);
	abilock_text_puts(out, "  ");
	for (size_t i = 0; i < def->parent_count; i++) {
		abilock_text_puts(out, i ? " " : "");
		readelf_add_name(out, def->parents[i]);
	}
	abilock_text_puts(out, def->parent_count ? "\n" : "-\n");
}

static void add_nodes(const struct listing *listing, struct abilock_text *out)
{
	const struct abilock_object *object = listing->object;
	size_t name_width = strlen("Node"), flags_width = strlen("Flags");

	if (object->verdef_count == 0) {
		abilock_text_puts(out, "\nNo version nodes are defined.\n");
		return;
	}
	for (size_t i = 0; i < object->verdef_count; i++) {
		name_width = wider(name_width, object->verdefs[i].name);
		flags_width = wider(flags_width, node_flags(&object->verdefs[i]));
	}
	abilock_text_puts(out, "\nVersion nodes:\n  Index  ");
	abilock_text_left(out, "Node", name_width + 2);
	abilock_text_left(out, "Flags", flags_width);
	abilock_text_puts(out, "  Symbols  Parents\n");
	for (size_t i = 0; i < object->verdef_count; i++)
		add_node(out, &object->verdefs[i], listing->exports[i], name_width, flags_width);
}

/* ---- --needs and --why ---- */

static void add_file(struct abilock_text *out, const struct needed_file *file)
{
	abilock_text_puts(out, "  ");
	readelf_add_name(out, file->name);
	if (!file->in_dynamic)
		abilock_text_puts(out, "  (not in DT_NEEDED)");
	abilock_text_putc(out, '\n');
	if (file->node_count == 0)
		abilock_text_puts(out, "      -  no node is needed\n");
}

static void add_need(struct abilock_text *out, const struct abilock_verneed *need, size_t width)
{
	abilock_text_decimal(out, need->index, 7);
	abilock_text_puts(out, "  ");
	add_name(out, need->node, need->flags ? width + 2 : 0);
	if (need->flags)
		abilock_text_puts(out, readelf_version_flags(need->flags));
	abilock_text_putc(out, '\n');
}

static void add_needs(const struct listing *listing, struct abilock_text *out)
{
	size_t width = 0;

	if (listing->file_count == 0) {
		abilock_text_puts(out, "\nNo file is needed.\n");
		return;
	}
	for (size_t i = 0; i < listing->object->verneed_count; i++)
		width = wider(width, listing->object->verneeds[i].node);
	abilock_text_puts(out, "\nNeeded files and nodes:\n");
	for (size_t i = 0; i < listing->file_count; i++) {
		const struct needed_file *file = &listing->files[i];

		add_file(out, file);
		for (size_t k = 0; k < file->node_count; k++)
			add_need(out, file->nodes[k], width);
	}
}

static int add_references(const struct listing *listing, struct abilock_text *out, uint16_t index,
			  const char *indent, struct abilock_error *err)
{
	const struct references *references = &listing->references;
	struct abilock_symbol symbol;

	for (size_t i = references->first[index]; i < references->first[index + 1]; i++) {
		int r = abilock_object_symbol(listing->object, references->rows[i], &symbol, err);
		if (r < 0)
			return r;
		abilock_text_puts(out, indent);
		readelf_add_name(out, symbol.name);
		if (symbol.shndx != SHN_UNDEF)
			abilock_text_puts(out, "  (copy)");
		else if (symbol.bind == STB_WEAK)
			abilock_text_puts(out, "  (weak)");
		abilock_text_putc(out, '\n');
	}
	return 0;
}

static size_t count_references(const struct listing *listing, uint16_t index)
{
	return listing->references.first[index + 1] - listing->references.first[index];
}

/* Linkers ask glibc for features of the file itself by such nodes. */
static const char *no_symbol(const char *node)
{
	return str_starts(node, "GLIBC_ABI_")
		       ? "        no symbol: a feature of the file needs it\n"
		       : "        no symbol\n";
}

static int add_why_node(const struct listing *listing, struct abilock_text *out,
			const struct abilock_verneed *need, struct abilock_error *err)
{
	const uint16_t index = need->index;

	abilock_text_puts(out, "    ");
	readelf_add_name(out, need->node);
	if (need->flags) {
		abilock_text_puts(out, "  ");
		abilock_text_puts(out, readelf_version_flags(need->flags));
	}
	abilock_text_putc(out, '\n');
	if (index > VER_NDX_GLOBAL && count_references(listing, index) > 0)
		return add_references(listing, out, index, "        ", err);
	abilock_text_puts(out, no_symbol(need->node));
	return 0;
}

static int add_why(const struct listing *listing, struct abilock_text *out,
		   struct abilock_error *err)
{
	int r = 0;

	if (listing->file_count == 0 && count_references(listing, VER_NDX_GLOBAL) == 0) {
		abilock_text_puts(out, "\nNo node is needed.\n");
		return 0;
	}
	abilock_text_puts(out, "\nWhy nodes are needed:\n");
	for (size_t i = 0; r >= 0 && i < listing->file_count; i++) {
		const struct needed_file *file = &listing->files[i];

		abilock_text_puts(out, "  ");
		readelf_add_name(out, file->name);
		abilock_text_putc(out, '\n');
		if (file->node_count == 0)
			abilock_text_puts(out, "    no node is needed\n");
		for (size_t k = 0; r >= 0 && k < file->node_count; k++)
			r = add_why_node(listing, out, file->nodes[k], err);
	}
	if (r < 0 || count_references(listing, VER_NDX_GLOBAL) == 0)
		return r;
	abilock_text_puts(out, "  symbols without a version\n");
	return add_references(listing, out, VER_NDX_GLOBAL, "        ", err);
}

/* ---- --facts ---- */

static void add_fact(struct abilock_text *out, const struct fact *fact, bool shorten)
{
	const size_t shown =
		shorten && fact->name_count > SHORT_LIST + 1 ? SHORT_LIST : fact->name_count;

	abilock_text_puts(out, "  ");
	abilock_text_left(out, fact_name(fact->code), 22);
	if (fact->subject) {
		readelf_add_name(out, fact->subject);
		abilock_text_puts(out, ": ");
	}
	readelf_add_name(out, fact->text);
	for (size_t i = 0; i < shown; i++) {
		abilock_text_puts(out, i ? ", " : ": ");
		readelf_add_name(out, fact->names[i]);
	}
	if (shown < fact->name_count)
		abilock_text_printf(out, " and %zu more", fact->name_count - shown);
	abilock_text_putc(out, '\n');
}

static void add_facts(const struct listing *listing, struct abilock_text *out)
{
	if (listing->facts.count == 0) {
		if (!listing->shorten)
			abilock_text_puts(out, "\nNo facts.\n");
		return;
	}
	abilock_text_puts(out, "\nFacts:\n");
	for (size_t i = 0; i < listing->facts.count; i++)
		add_fact(out, &listing->facts.items[i], listing->shorten);
}

/* ---- */

int listing_text(const struct listing *listing, struct abilock_text *out, struct abilock_error *err)
{
	const unsigned views = listing->views;
	int r = 0;

	if (views & VIEW_SYMBOLS)
		r = readelf_add_symbols(out, listing->object, listing->rows, listing->checked, err);
	if (r >= 0 && (views & VIEW_VERSIONS))
		r = readelf_add_versions(out, listing_versions(listing), err);
	if (r >= 0 && (views & VIEW_NODES))
		add_nodes(listing, out);
	if (r >= 0 && (views & VIEW_NEEDS))
		add_needs(listing, out);
	if (r >= 0 && (views & VIEW_WHY))
		r = add_why(listing, out, err);
	if (r >= 0 && (views & VIEW_FACTS))
		add_facts(listing, out);
	return r;
}
