/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <inttypes.h>

#include "json.h"
#include "object.h"
#include "readelf.h"

enum { OPT_ALL = 1, OPT_FORMAT, OPT_NUL };

const struct abilock_option abilock_list_option_table[] = {
	{"all", 'a', NULL, "the whole table: undefined, local and hidden symbols too", OPT_ALL},
	{"format", 0, "text|json", "form of the output (default: text)", OPT_FORMAT},
	{"null", '0', NULL, "names on the standard input end in NUL, not newline", OPT_NUL},
};
const size_t abilock_list_option_count = ARRAY_SIZE(abilock_list_option_table);

const char abilock_list_help[] =
	"The symbols that a program or shared object exports, with their version nodes. Rows have "
	"the form of `readelf -W --dyn-syms`, and keep the numbers that they have there; with "
	"--all the output is the same, byte for byte.\n\n"
	"The table is found as the dynamic linker finds it, through the program headers: a file "
	"may have no section headers, or ones that show something else.\n\n"
	"Without a FILE, or where FILE is -, names are read from the standard input, one a line. "
	"A file that cannot be read or is damaged gets one line on the standard error, and no "
	"shortened list; the other files are still listed.";

/* One object with its rows, read as a whole: a damaged file prints no shortened list. */
struct listing {
	struct abilock_object *object;
	struct abilock_symbol *rows; /* symbol_count of them */
	bool all;
};

static void listing_deinit(struct listing *listing)
{
	abilock_object_free(listing->object);
	free(listing->rows);
	*listing = (struct listing){0};
}

/* A definition may have a needed version: a copy of a library's variable in a program has. */
static struct readelf_version version_of(const struct abilock_object *object,
					 const struct abilock_symbol *symbol)
{
	const struct abilock_verdef *def =
		symbol->shndx == SHN_UNDEF ? NULL : abilock_object_verdef(object, symbol->version);
	const struct abilock_verneed *need =
		def ? NULL : abilock_object_verneed(object, symbol->version);

	return (struct readelf_version){.node = def    ? def->name
						: need ? need->node
						       : NULL,
					.is_needed = need != NULL,
					.index = symbol->version};
}

static int read_rows(struct listing *listing, struct abilock_error *err)
{
	struct abilock_object *object = listing->object;

	int r = abilock_object_load_symbols(object, err);
	if (r < 0)
		return r;
	listing->rows = calloc(object->symbol_count + 1, sizeof(*listing->rows));
	if (!listing->rows)
		return abilock_error_nomem(err);
	for (uint64_t i = 0; i < object->symbol_count; i++) {
		struct abilock_symbol *row = &listing->rows[i];

		r = abilock_object_symbol(object, i, row, err);
		if (r < 0)
			return r;
		if (row->version > VER_NDX_GLOBAL && !version_of(object, row).node)
			return abilock_error_set(
				err, ABILOCK_E_DAMAGED, object->path, "versym", i * 2,
				"symbol %s has version index %u, which no node has", row->name,
				row->version);
	}
	return 0;
}

static int listing_read(struct listing *listing, const char *path, struct abilock_error *err)
{
	int r = abilock_object_open(path, &listing->object, err);

	return r < 0 ? r : read_rows(listing, err);
}

static bool wanted(const struct listing *listing, uint64_t index)
{
	return listing->all || (index > 0 && abilock_symbol_is_export(&listing->rows[index]));
}

static void print_text(const struct listing *listing, bool with_name)
{
	const struct abilock_object *object = listing->object;

	if (with_name)
		printf("\nFile: %s\n", object->path);
	if (object->symbol_count > 0)
		readelf_print_header(stdout, object);
	for (uint64_t i = 0; i < object->symbol_count; i++) {
		const struct abilock_symbol *row = &listing->rows[i];
		const struct readelf_version version = version_of(object, row);

		if (wanted(listing, i))
			readelf_print_row(stdout, object, i, row, &version);
	}
}

static bool put_build_id(struct json_object *to, const struct abilock_object *object)
{
	_cleanup_(freep) char *hex = calloc(2, object->build_id_size + 1);

	if (!hex)
		return false;
	for (size_t i = 0; i < object->build_id_size; i++)
		(void)sprintf(hex + 2 * i, "%02x", object->build_id[i]);
	return json_put_string(to, "build_id", object->build_id ? hex : NULL);
}

static bool put_note(struct json_object *to, const struct abilock_note *note)
{
	if (!note)
		return json_put_null(to, "note");
	struct json_object *object = json_put_object(to, "note");
	return object && json_put_string(object, "kind", note->kind) &&
	       json_put_string(object, "host", note->host) &&
	       json_put_string(object, "tag", note->tag) &&
	       json_put_string(object, "soname", note->soname) &&
	       json_put_string(object, "name", note->name) &&
	       json_put_string(object, "node", note->node);
}

static bool put_flags(struct json_object *to, uint16_t flags)
{
	struct json_object *array = json_put_array(to, "flags");
	const uint16_t known = VER_FLG_BASE | VER_FLG_WEAK;
	char rest[16];

	(void)snprintf(rest, sizeof(rest), "0x%x", flags & ~known);
	return array && (!(flags & VER_FLG_WEAK) || json_push_string(array, "WEAK")) &&
	       (!(flags & ~known) || json_push_string(array, rest));
}

static bool put_node(struct json_object *nodes, const struct abilock_verdef *def)
{
	struct json_object *node = json_push_object(nodes);

	if (!node || !json_put_string(node, "name", def->name) ||
	    !json_put_number(node, "index", def->index) || !put_flags(node, def->flags))
		return false;
	struct json_object *parents = json_put_array(node, "parents");
	for (size_t i = 0; parents && i < def->parent_count; i++)
		if (!json_push_string(parents, def->parents[i]))
			return false;
	return parents && json_put_bool(node, "private", abilock_node_name_is_private(def->name));
}

static bool put_nodes(struct json_object *to, const struct abilock_object *object)
{
	struct json_object *nodes = json_put_array(to, "nodes");

	for (size_t i = 0; nodes && i < object->verdef_count; i++)
		if (!(object->verdefs[i].flags & VER_FLG_BASE) &&
		    !put_node(nodes, &object->verdefs[i]))
			return false;
	return nodes != NULL;
}

static bool put_symbol(struct json_object *symbols, const struct listing *listing, uint64_t index)
{
	const struct abilock_symbol *row = &listing->rows[index];
	const struct readelf_version version = version_of(listing->object, row);
	struct json_object *symbol = json_push_object(symbols);
	char type[READELF_NAME_SIZE], bind[READELF_NAME_SIZE];

	return symbol && json_put_number(symbol, "index", index) &&
	       json_put_string(symbol, "name", row->name) &&
	       json_put_string(symbol, "node", version.node) &&
	       json_put_bool(symbol, "default", !row->hidden && !version.is_needed) &&
	       json_put_bool(symbol, "defined", row->shndx != SHN_UNDEF) &&
	       json_put_string(symbol, "type", readelf_type(listing->object, row->type, type)) &&
	       json_put_string(symbol, "bind", readelf_bind(listing->object, row->bind, bind)) &&
	       json_put_string(symbol, "visibility", readelf_visibility(row->visibility)) &&
	       json_put_number(symbol, "size", row->size) &&
	       json_put_number(symbol, "value", row->value);
}

static bool put_symbols(struct json_object *to, const struct listing *listing)
{
	struct json_object *symbols = json_put_array(to, "symbols");

	for (uint64_t i = 0; symbols && i < listing->object->symbol_count; i++)
		if (wanted(listing, i) && !put_symbol(symbols, listing, i))
			return false;
	return symbols != NULL;
}

static int print_json(const struct listing *listing, struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	_cleanup_(json_freep) struct json_object *file = json_new();
	char machine[32];

	bool built =
		file && json_put_string(file, "file", object->path) &&
		json_put_string(file, "soname", object->soname) &&
		json_put_number(file, "class", object->elf_class == ELFCLASS64 ? 64 : 32) &&
		json_put_string(file, "machine",
				abilock_machine_name(object->machine, machine, sizeof(machine))) &&
		put_build_id(file, object) && put_note(file, object->note) &&
		put_nodes(file, object) && put_symbols(file, listing);
	return built ? json_print(stdout, file, err) : abilock_error_nomem(err);
}

/* One document for all files, but in memory only one file of it at a time. */
static int list_json(const struct abilock_invocation *inv, const struct abilock_names *names)
{
	int status = ABILOCK_EXIT_OK;
	const char *between = "\n";

	printf("{\"format_version\":%d,\"files\":[", JSON_FORMAT_VERSION);
	for (size_t i = 0; i < names->count && !ferror(stdout); i++) {
		_cleanup_(listing_deinit) struct listing listing = {
			.all = abilock_cli_has(inv, OPT_ALL)};
		struct abilock_error err;

		int r = listing_read(&listing, names->items[i], &err);
		if (r >= 0) {
			(void)fputs(between, stdout);
			between = ",\n";
			r = print_json(&listing, &err);
		}
		if (r < 0)
			status = abilock_cli_fail(inv, &err);
	}
	printf("\n]}\n");
	return status;
}

static int list_text(const struct abilock_invocation *inv, const struct abilock_names *names)
{
	int status = ABILOCK_EXIT_OK;

	for (size_t i = 0; i < names->count && !ferror(stdout); i++) {
		_cleanup_(listing_deinit) struct listing listing = {
			.all = abilock_cli_has(inv, OPT_ALL)};
		struct abilock_error err;

		if (listing_read(&listing, names->items[i], &err) < 0)
			status = abilock_cli_fail(inv, &err);
		else
			print_text(&listing, names->count > 1);
	}
	return status;
}

int cmd_list(const struct abilock_invocation *inv)
{
	static char buffer[1 << 16];
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	const char *format = abilock_cli_value(inv, OPT_FORMAT, "text");
	struct abilock_error err;

	if (!str_eq(format, "text") && !str_eq(format, "json"))
		return abilock_cli_usage(inv, "--format %s: expected text or json", format);
	if (abilock_cli_names(inv, abilock_cli_has(inv, OPT_NUL), &names, &err) < 0)
		return abilock_cli_fail(inv, &err);
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	return str_eq(format, "json") ? list_json(inv, &names) : list_text(inv, &names);
}
