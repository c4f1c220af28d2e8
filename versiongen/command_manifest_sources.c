/* SPDX-License-Identifier: MIT */
#include "command_manifest_sources.h"

#include <sys/stat.h>

#include "../symbols/manifest/checksum.h"
#include "moduleinfo/module_tree.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool manifest_sources_is_source(const char *path)
{
	return module_tree_is_source(path) || is_directory(path);
}

static void print_diagnostics(struct module_tree *tree)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_diagnostics_sort(&tree->diags);
	abilock_diagnostics_write(&text, &tree->diags, tree->sources, isatty(STDERR_FILENO));
	if (text.length > 0)
		(void)fwrite(text.data, 1, text.length, stderr);
}

/* The name of `DIR/NAME.so`, and the checksum. */
static int read_module(struct module_tree *tree, const struct manifest_sources *request,
		       struct moduleinfo_options *options, struct abilock_error *err)
{
	const char *base = path_base(request->module);
	const size_t length = strlen(base);

	if (!options->name)
		options->name = abilock_arena_strndup(&tree->arena, base,
						      str_ends(base, ".so") ? length - 3 : length);
	if (!options->name)
		return abilock_error_nomem(err);
	return request->without_checksum ? 0
					 : abilock_checksum_compute(&tree->arena, request->module,
								    &options->checksum, err);
}

static int make_one(struct module_tree *tree, const struct manifest_sources *request,
		    char *const *paths, size_t count, struct abilock_error *err)
{
	struct moduleinfo_options options = {.name = request->name,
					     .is_embedded = request->is_embedded};
	int r = request->module ? read_module(tree, request, &options, err) : 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = module_tree_add(tree, paths[i], err);
	return r < 0 ? r : module_tree_make_one(tree, &options, err);
}

static int make_all(struct module_tree *tree, const struct manifest_sources *request,
		    char *const *paths, size_t count, struct abilock_error *err)
{
	const struct moduleinfo_options options = {.is_embedded = request->is_embedded};
	int r = 0;

	if (request->name || request->module)
		return abilock_error_set(err, ABILOCK_E_USAGE, paths[0], NULL, 0,
					 "--name and --module are for one module, not for the "
					 "modules of a directory");
	for (size_t i = 0; r == 0 && i < count; i++)
		r = module_tree_add_directory(tree, paths[i], err);
	if (r == 0)
		r = module_tree_make_all(tree, &options, err);
	if (r == 0 && tree->manifest_count == 0)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, paths[0], NULL, 0,
					 "there is no source with an AST_MODULE_INFO");
	return r;
}

/* @return Whether all are directories; -1 where they are a mixture. */
static int all_are_directories(char *const *paths, size_t count)
{
	size_t directories = 0;

	for (size_t i = 0; i < count; i++)
		directories += is_directory(paths[i]);
	return directories == count ? 1 : directories == 0 ? 0 : -1;
}

int manifest_sources_make(const struct manifest_sources *request, char *const *paths, size_t count,
			  struct abilock_manifest ***ret_manifests, size_t *ret_count,
			  struct abilock_error *err)
{
	_cleanup_(module_tree_deinit) struct module_tree tree = {0};
	const int directories = all_are_directories(paths, count);

	if (directories < 0)
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "directories and single sources do not go together");
	int r = directories ? make_all(&tree, request, paths, count, err)
			    : make_one(&tree, request, paths, count, err);
	print_diagnostics(&tree);
	if (r < 0)
		return r;
	*ret_manifests = take_ptr(tree.manifests);
	*ret_count = tree.manifest_count;
	tree.manifest_count = 0;
	return 0;
}
