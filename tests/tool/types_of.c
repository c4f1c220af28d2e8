/* SPDX-License-Identifier: MIT */
/*
 * Prints what the reader of types says: `SYMBOL FINGERPRINT TEXT` for each export (`?` and the
 * reason where it is not known), and the types.
 *
 *   types_of [-H HEADERS] [-D DEBUG-FOLDER] [-e LINKED] FILE...   exports of LINKED or of the file
 *   types_of -n NAMES FILE...                                     exports named in a list, for
 * objects
 */
#include <inttypes.h>

#include "../../symbols/object.h"
#include "../../symbols/types/types_dwarf.h"
#include "../../symbols/types/types_fingerprint.h"
#include "../../symbols/types/types_text.h"

static int fail(const struct abilock_error *err)
{
	char line[1024];

	(void)abilock_error_format(err, line, sizeof(line));
	fprintf(stderr, "types_of: %s\n", line);
	return 3;
}

/* A surface of names with commas between them. */
static int named_surface(const char *names, struct abilock_surface **ret)
{
	struct abilock_surface *surface = calloc(1, sizeof(*surface));
	char *copy = surface ? abilock_arena_strdup(&surface->arena, names) : NULL;

	if (!copy)
		return -1;
	surface->exports =
		abilock_arena_array(&surface->arena, strlen(names) + 1, sizeof(*surface->exports));
	for (char *name = strtok(copy, ","); name && surface->exports; name = strtok(NULL, ","))
		surface->exports[surface->export_count++] = (struct abilock_export){
			.name = name, .node = ABILOCK_NO_NODE, .is_default = true};
	*ret = surface;
	return surface->exports ? 0 : -1;
}

static void print_name(const struct abilock_surface *surface, size_t index)
{
	const struct abilock_export *export = &surface->exports[index];

	printf("%s", export->name);
	if (export->node != ABILOCK_NO_NODE)
		printf("%s%s", export->is_default ? "@@" : "@", surface->nodes[export->node].name);
}

static int print_types(const struct abilock_surface *surface, const struct abilock_types *types,
		       bool with_places)
{
	_cleanup_(freep) struct abilock_fingerprint *prints = NULL;
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct abilock_error err = {0};
	int r = abilock_types_fingerprints(types, &prints, &err);

	if (r < 0)
		return fail(&err);
	for (size_t i = 0; i < types->symbol_count; i++) {
		const struct abilock_typed_symbol *symbol = &types->symbols[i];

		print_name(surface, i);
		if (prints[i].is_known)
			printf("\t%016" PRIx64 "\t%s", prints[i].value, symbol->type);
		else
			printf("\t?\t%s", symbol->missing);
		if (with_places && symbol->file)
			printf("\t%s:%u", symbol->file, symbol->line);
		putchar('\n');
	}
	abilock_types_write(&text, types);
	if (text.length)
		fwrite(text.data, 1, text.length, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	_cleanup_(abilock_types_freep) struct abilock_types *types = NULL;
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	const char *headers = NULL, *folder = NULL, *linked = NULL, *names = NULL;
	bool with_places = false;
	struct abilock_error err = {0};
	int option, r = 0;

	while ((option = getopt(argc, argv, "H:D:e:n:p")) >= 0) {
		switch (option) {
		case 'H': headers = optarg; break;
		case 'D': folder = optarg; break;
		case 'e': linked = optarg; break;
		case 'n': names = optarg; break;
		case 'p': with_places = true; break;
		default: return 2;
		}
	}
	if (optind >= argc)
		return 2;
	if (names) {
		r = named_surface(names, &surface);
	} else {
		r = abilock_object_open(linked ? linked : argv[optind], &object, &err);
		if (r == 0)
			r = abilock_object_surface(object, &surface, &err);
	}
	if (r < 0)
		return fail(&err);
	const struct abilock_types_question question = {
		.paths = (const char *const *)&argv[optind],
		.path_count = (size_t)(argc - optind),
		.surface = surface,
		.headers = &headers,
		.header_count = headers ? 1 : 0,
		.debug_folders = &folder,
		.debug_folder_count = folder ? 1 : 0,
	};
	r = abilock_types_read(&question, &types, &err);
	return r < 0 ? fail(&err) : print_types(surface, types, with_places);
}
