/* SPDX-License-Identifier: MIT */
#include "exports.h"

#include <inttypes.h>

static const char no_node[] = "Base";

static const struct abilock_verdef *find_definition(const struct abilock_object *object,
						    uint16_t index)
{
	for (size_t i = 0; i < object->verdef_count; i++)
		if (object->verdefs[i].index == index)
			return &object->verdefs[i];
	return NULL;
}

/* The node of a definition; NULL where its version is not one of the object's own. */
static const char *node_of(const struct abilock_object *object, uint16_t version)
{
	const struct abilock_verdef *def;

	if (version == VER_NDX_LOCAL || (object->verdef_count == 0 && object->verneed_count == 0))
		return no_node;
	if (version == VER_NDX_GLOBAL) {
		/* The first definition is the object itself, unless it is not flagged so. */
		def = find_definition(object, version);
		return !def || def->flags == VER_FLG_BASE ? no_node : def->name;
	}
	def = abilock_object_verdef(object, version);
	if (!def)
		def = find_definition(object, version);
	return def ? def->name : NULL;
}

static bool is_export(const struct abilock_symbol *symbol)
{
	return symbol->shndx != SHN_UNDEF && symbol->bind != STB_LOCAL &&
	       symbol->type != STT_SECTION && symbol->type != STT_FILE && symbol->name[0] != '\0';
}

/* The format separates with blanks and newlines, and cannot quote. */
static bool can_be_listed(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == 0x7f)
			return false;
	return true;
}

static int add(struct abilock_object *object, const struct abilock_symbol *symbol, uint64_t index,
	       struct deb_exports *exports, struct abilock_error *err)
{
	const char *node = node_of(object, symbol->version);
	const size_t length = strlen(symbol->name);

	/* A copy of a library's variable, or another name of such a copy. */
	if (!node && abilock_object_verneed(object, symbol->version))
		return 0;
	if (!node)
		return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "versym", index * 2,
					 "symbol %s has version index %u, which no node has",
					 symbol->name, symbol->version);
	if (!can_be_listed(symbol->name) || !can_be_listed(node))
		return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "dynsym", index,
					 "symbol '%.100s@%.100s': a name with blanks or control "
					 "characters cannot stand in a symbols file",
					 symbol->name, node);
	char *name = abilock_arena_alloc(&object->arena, length + strlen(node) + 2);
	if (!name)
		return abilock_error_nomem(err);
	memcpy(name, symbol->name, length);
	name[length] = '@';
	strcpy(name + length + 1, node);
	exports->items[exports->count++] = (struct deb_export){symbol->name, name};
	return 0;
}

int deb_exports_read(struct abilock_object *object, struct deb_exports *ret_exports,
		     struct abilock_error *err)
{
	struct deb_exports exports = {.soname = object->soname};
	bool *copied;

	int r = abilock_object_load_symbols(object, err);
	if (r >= 0)
		r = abilock_object_copies(object, &copied, err);
	if (r < 0)
		return r;
	exports.items = abilock_arena_array(&object->arena, object->symbol_count + 1,
					    sizeof(*exports.items));
	if (!exports.items)
		return abilock_error_nomem(err);
	for (uint64_t i = 1; r >= 0 && i < object->symbol_count; i++) {
		struct abilock_symbol symbol;

		r = abilock_object_symbol(object, i, &symbol, err);
		if (r >= 0 && is_export(&symbol) && !(copied && copied[i]))
			r = add(object, &symbol, i, &exports, err);
	}
	if (r >= 0)
		*ret_exports = exports;
	return r;
}
