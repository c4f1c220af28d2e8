/* SPDX-License-Identifier: MIT */
/* The second pass: what each symbol of a file comes from, and the version that it demands. */
#include "depends_scan.h"
#include "needs.h"
#include "tree.h"
#include "version.h"

static void count_use(struct deb_scan *scan, struct deb_provider *provider)
{
	struct deb_usage *usage =
		abilock_name_table_find(&scan->depends->state->usages, provider->need->soname);

	provider->need->used++;
	if (usage)
		usage->used++;
}

/* A symbol that the library's symbols file has. 1: so it is. */
static int use_symbols(struct deb_scan *scan, struct deb_provider *provider, const char *name,
		       struct abilock_error *err)
{
	const struct deb_library *library = provider->symbols;
	const struct deb_symbol *symbol = abilock_name_table_find(&library->by_name, name);

	if (!symbol || symbol->missing)
		return 0;
	count_use(scan, provider);
	if (symbol->dependency >= library->dependency_count)
		return abilock_error_set_line(
			err, symbol->file, symbol->line, 1,
			"the symbol is for dependency %u of %s, which has %zu", symbol->dependency,
			library->soname, library->dependency_count - 1);
	const char **highest = &provider->highest[symbol->dependency];
	if (*highest && (str_eq(*highest, symbol->minver) ||
			 deb_version_compare(symbol->minver, *highest) <= 0))
		return 1;
	*highest = symbol->minver;
	int r = deb_demand_check_version(symbol->minver, symbol->file, symbol->line, name, err);
	if (r < 0)
		return r;
	r = deb_scan_demand(scan, provider->need,
			    (struct deb_demand){library->dependencies[symbol->dependency],
						symbol->minver, DEB_BECAUSE_SYMBOL, name},
			    false, err);
	return r < 0 ? r : 1;
}

/* Find a symbol in a library of which no symbols file tells. 1: it has it. */
static int use_object(struct deb_scan *scan, struct deb_provider *provider, const char *name,
		      const char *version, struct abilock_error *err)
{
	struct abilock_symbol symbol;
	int r = provider->object
			? abilock_object_find(provider->object, name, version, &symbol, err)
			: 0;

	if (r > 0)
		count_use(scan, provider);
	return r;
}

/* Find what a symbol comes from: the first symbols file that has it, else a library itself. */
static int use_symbol(struct deb_scan *scan, const char *name, const char *version, bool is_weak,
		      struct abilock_error *err)
{
	const size_t count = scan->subject->need_count;
	const struct deb_need *found = NULL;
	int r = 0;

	abilock_text_clear(&scan->name);
	abilock_text_puts(&scan->name, name);
	abilock_text_putc(&scan->name, '@');
	abilock_text_puts(&scan->name, version ? version : "Base");
	abilock_text_putc(&scan->name, '\0');
	if (scan->name.failed)
		return abilock_error_nomem(err);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (scan->providers[i].symbols)
			r = use_symbols(scan, &scan->providers[i], scan->name.data, err);
		found = r > 0 ? scan->providers[i].need : NULL;
	}
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = use_object(scan, &scan->providers[i], name, version, err);
		found = r > 0 ? scan->providers[i].need : NULL;
	}
	if (r >= 0 && scan->depends->settings.verbosity > 1)
		deb_explain(scan->depends->settings.messages, "%s: symbol %s is in %s",
			    scan->subject->path, scan->name.data, found ? found->soname : "none");
	if (r == 0 && !is_weak && scan->may_complain)
		deb_scan_warn_symbol(scan, name, version);
	return r < 0 ? r : 0;
}

/* Variables of libraries that a program has a copy of are used like undefined symbols. */
static int use_copies(struct deb_scan *scan, struct abilock_error *err)
{
	struct abilock_object *object = scan->object;
	bool *copied;
	int r = abilock_object_copies(object, &copied, err);

	for (uint64_t i = 1; r >= 0 && copied && i < object->symbol_count; i++) {
		struct abilock_symbol symbol;

		if (!copied[i])
			continue;
		r = abilock_object_symbol(object, i, &symbol, err);
		if (r < 0 || symbol.shndx == SHN_UNDEF)
			continue;
		const struct abilock_verneed *need = abilock_object_verneed(object, symbol.version);
		r = use_symbol(scan, symbol.name, need ? need->node : NULL, symbol.bind == STB_WEAK,
			       err);
	}
	return r;
}

static int use_all_symbols(struct deb_scan *scan, struct abilock_error *err)
{
	struct abilock_needs needs;
	int r = abilock_object_needs(scan->object, &needs, err);

	for (size_t i = 0; r >= 0 && i < needs.reference_count; i++) {
		const struct abilock_reference *reference = &needs.references[i];

		r = use_symbol(scan, reference->name,
			       reference->version ? reference->version->node : NULL,
			       reference->is_weak, err);
	}
	return r < 0 ? r : use_copies(scan, err);
}

/* A version of a -dev package that the build asks for is one that its users need as well. */
static int apply_build_depends(struct deb_scan *scan, struct deb_provider *provider,
			       struct abilock_error *err)
{
	const struct deb_library *library = provider->symbols;
	const struct deb_depends_settings *settings = &scan->depends->settings;
	const char *packages = deb_library_field(library, "Build-Depends-Packages");
	int r = 0;

	if (!packages)
		packages = deb_library_field(library, "Build-Depends-Package");
	while (r >= 0 && packages && *(packages += strspn(packages, ", \t"))) {
		const size_t length = strcspn(packages, ", \t");
		const char *package =
			abilock_arena_strndup(&scan->depends->arena, packages, length);
		const char *version =
			package ? deb_dependencies_minimum(settings->build_depends, package) : NULL;

		if (!package)
			return abilock_error_nomem(err);
		if (version)
			r = deb_demand_check_version(version, "debian/control", 1, package, err);
		for (size_t i = 0; r >= 0 && version && i < library->dependency_count; i++)
			r = deb_scan_demand(scan, provider->need,
					    (struct deb_demand){library->dependencies[i], version,
								DEB_BECAUSE_BUILD_DEPENDS, package},
					    true, err);
		packages += length;
	}
	return r;
}

/* Whether a file lies where programs look for libraries; one that is in no tree is taken for so. */
static bool find_place(struct deb_scan *scan)
{
	struct deb_depends_state *state = scan->depends->state;
	struct abilock_arena *arena = &scan->object->arena;
	const char *relative = deb_tree_relative(arena, scan->subject->path);

	if (!relative) {
		if (!state->outside)
			state->outside = scan->subject->path;
		state->outside_count++;
		return true;
	}
	const char *base = path_base(relative);
	while (base > relative && base[-1] == '/')
		base--;
	const char *folder = abilock_arena_printf(arena, "/%.*s", (int)(base - relative), relative);
	return folder && base > relative &&
	       deb_search_is_public(scan->depends->settings.search, folder);
}

static bool has_all_libraries(const struct deb_subject *subject)
{
	for (size_t i = 0; i < subject->need_count; i++)
		if (subject->needs[i].candidates.count == 0)
			return false;
	return true;
}

static int scan_symbols(struct deb_scan *scan, struct abilock_error *err)
{
	const struct abilock_object *object = scan->object;
	const struct deb_depends_settings *settings = &scan->depends->settings;

	scan->is_public = find_place(scan);
	/* A plugin without soname takes symbols from its host, and that is no fault. */
	scan->may_complain = (settings->warnings & DEB_WARN_SYMBOLS) &&
			     has_all_libraries(scan->subject) &&
			     (object->type == ET_EXEC || object->interp || deb_is_library(object));
	int r = use_all_symbols(scan, err);
	deb_scan_warn_unnamed(scan);
	for (size_t i = 0; r >= 0 && i < scan->subject->need_count; i++)
		if (scan->providers[i].symbols)
			r = apply_build_depends(scan, &scan->providers[i], err);
	if (r >= 0 && (settings->warnings & DEB_WARN_UNUSED))
		deb_scan_warn_unused(scan);
	return r;
}

static void scan_deinit(struct deb_scan *scan)
{
	for (size_t i = 0; scan->providers && i < scan->subject->need_count; i++)
		abilock_object_free(scan->providers[i].object);
	free(scan->providers);
	abilock_text_deinit(&scan->name);
	abilock_object_free(scan->object);
}

int deb_depends_scan(struct deb_depends *depends, struct deb_subject *subject,
		     struct abilock_error *err)
{
	_cleanup_(scan_deinit) struct deb_scan scan = {.depends = depends, .subject = subject};

	scan.providers = calloc(subject->need_count + 1, sizeof(*scan.providers));
	if (!scan.providers)
		return abilock_error_nomem(err);
	int r = abilock_object_open(subject->path, &scan.object, err);
	for (size_t i = 0; r >= 0 && i < subject->need_count; i++) {
		scan.providers[i].need = &subject->needs[i];
		r = deb_scan_find_provider(&scan, &scan.providers[i], err);
	}
	return r < 0 ? r : scan_symbols(&scan, err);
}
