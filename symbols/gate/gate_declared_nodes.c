/* SPDX-License-Identifier: MIT */
/* The nodes of a file, and those that were declared. */
#include "gate_declared.h"

/* ---- which is which ---- */

/* A fingerprint of `--tag abi`: each node has its own. */
static bool is_fingerprint(const char *tag)
{
	return strlen(tag) == 16 && strspn(tag, "0123456789abcdef") == 16;
}

/* The tagged node whose name, with `_` and a tag behind it, is that of a node of the file. */
static const struct abilock_declared_node *find_tagged(const struct abilock_name_table *names,
						       const char *name, const char **ret_tag)
{
	static const char private[] = "_PRIVATE";
	const struct abilock_declared_node *found = NULL;

	for (const char *p = strstr(name, private); p; p = strstr(p + 1, private)) {
		const size_t length = (size_t)(p - name) + strlen(private);

		if (name[length] != '_' || name[length + 1] == '\0')
			continue;
		_cleanup_(freep) char *stem = strndup(name, length);
		const struct abilock_declared_node *node =
			stem ? abilock_name_table_find(names, stem) : NULL;
		/* The longest one: a name may go on behind another one's. */
		if (node && node->is_tagged) {
			found = node;
			*ret_tag = name + length + 1;
		}
	}
	return found;
}

static void pair(struct declared *declared, size_t n, const struct abilock_node *node,
		 const char *tag)
{
	const struct abilock_declared_node *decl = &declared->decl->nodes[n];
	struct declared_node *to = &declared->nodes[n];

	declared->linked[node - declared->surface->nodes].declared = n;
	if (to->in_file) {
		const char *other = declared_printf(declared, "%s", to->in_file->name);

		(void)declared_find(declared, "several-private-tags",
				    declared_place(declared, decl->place), decl->name,
				    "link all parts of the file with one version script",
				    "the file has %s and %s: two builds of one private node", other,
				    node->name);
	}
	/* One with a tag counts for more, whichever comes first. */
	if (to->in_file && !to->is_untagged)
		return;
	to->in_file = node;
	to->tag = tag;
	to->is_untagged = decl->is_tagged && !tag;
}

int declared_match_nodes(struct declared *declared, struct abilock_error *err)
{
	const struct abilock_declaration *decl = declared->decl;
	const struct abilock_surface *surface = declared->surface;
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table names = {0};

	if (!abilock_name_table_reserve(&names, decl->node_count))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < decl->node_count && !declared->is_anonymous; i++)
		if (!abilock_name_table_put(&names, decl->nodes[i].name, &decl->nodes[i]))
			return abilock_error_nomem(err);
	for (size_t i = 0; i < surface->node_count; i++) {
		const struct abilock_node *node = &surface->nodes[i];
		const char *tag = NULL;
		const struct abilock_declared_node *found =
			abilock_name_table_find(&names, node->name);

		if (!found)
			found = find_tagged(&names, node->name, &tag);
		declared->linked[i].declared = ABILOCK_NO_NODE;
		if (found)
			pair(declared, (size_t)(found - decl->nodes), node, tag);
	}
	return 0;
}

/* ---- findings ---- */

static void check_tags(const struct declared *declared)
{
	const struct abilock_note *note = declared->object->note;
	const struct abilock_declaration *decl = declared->decl;
	const bool is_host = note && note->tag && note->kind && str_eq(note->kind, "host") &&
			     !is_fingerprint(note->tag);
	const char *first = is_host ? note->tag : NULL;
	const char *owner = is_host ? "the note of the file" : NULL;

	for (size_t n = 0; n < decl->node_count; n++) {
		const char *tag = declared->nodes[n].tag;

		if (!tag || is_fingerprint(tag) || (first && str_eq(tag, first)))
			continue;
		if (!first) {
			first = tag;
			owner = decl->nodes[n].name;
			continue;
		}
		(void)declared_find(declared, "several-private-tags",
				    declared_place(declared, decl->nodes[n].place),
				    decl->nodes[n].name,
				    "make version script and header from one build, and link anew",
				    "%s has the tag %s, and %s has %s: two builds in one file",
				    decl->nodes[n].name, tag, owner, first);
	}
}

static bool has_public_child(const struct declared *declared, size_t n, size_t *ret_parent)
{
	const struct abilock_declared_node *node = &declared->decl->nodes[n];

	for (size_t i = 0; i < node->parent_count && !node->is_private; i++) {
		*ret_parent = node->parents[i];
		if (declared->decl->nodes[node->parents[i]].is_private)
			return true;
	}
	return false;
}

static const char under_private_fix[] =
	"name a public node as the parent: the private one has another name in the next build";

static void check_declared_parents(const struct declared *declared, size_t n)
{
	const struct abilock_declaration *decl = declared->decl;
	size_t parent = 0;

	if (has_public_child(declared, n, &parent))
		(void)declared_find(declared, "released-under-private",
				    declared_place(declared, decl->nodes[n].place),
				    decl->nodes[n].name, under_private_fix,
				    "%s is declared as a child of %s, which is private",
				    decl->nodes[n].name, decl->nodes[parent].name);
}

static void check_linked_parents(const struct declared *declared, size_t i)
{
	const struct abilock_surface *surface = declared->surface;
	const struct abilock_node *node = &surface->nodes[i];
	const size_t n = declared->linked[i].declared;
	size_t unused;

	/* Where the declaration says so it has been told. */
	if (node->is_private || (n != ABILOCK_NO_NODE && has_public_child(declared, n, &unused)))
		return;
	for (size_t k = 0; k < node->parent_count; k++) {
		const struct abilock_node *parent = &surface->nodes[node->parents[k]];

		if (!parent->is_private)
			continue;
		(void)declared_find(declared, "released-under-private", declared->binary,
				    declared_printf(declared, "%s", node->name), under_private_fix,
				    "in the file %s is a child of %s, which is private", node->name,
				    parent->name);
		return;
	}
}

/* The names of parents, separated by commas; declared ones without tags. */
static const char *list_parents(const struct declared *declared, size_t count,
				const size_t *parents, bool in_file)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; i < count; i++) {
		const char *name = in_file ? declared->surface->nodes[parents[i]].name
					   : declared->decl->nodes[parents[i]].name;

		abilock_text_printf(&text, "%s%s", i > 0 ? ", " : "", name);
	}
	if (count == 0)
		abilock_text_puts(&text, "no parent");
	abilock_text_putc(&text, '\0');
	return text.failed ? NULL : declared_printf(declared, "%s", text.data);
}

static bool has_parent(const struct declared *declared, const struct abilock_node *node, size_t n)
{
	for (size_t i = 0; i < node->parent_count; i++)
		if (declared->linked[node->parents[i]].declared == n)
			return true;
	return false;
}

/* lld and mold write one parent of a node or none, and nothing at run time looks at them. */
static void check_parents(const struct declared *declared, size_t n)
{
	const struct abilock_declared_node *node = &declared->decl->nodes[n];
	const struct abilock_node *in_file = declared->nodes[n].in_file;
	bool differs = in_file->parent_count != node->parent_count;

	for (size_t i = 0; i < node->parent_count && !differs; i++)
		differs = !has_parent(declared, in_file, node->parents[i]);
	if (!differs)
		return;
	const char *wanted = list_parents(declared, node->parent_count, node->parents, false);
	const char *found = list_parents(declared, in_file->parent_count, in_file->parents, true);
	(void)declared_find(declared, "node-parents", declared_place(declared, node->place),
			    node->name, "link with the version script of this declaration",
			    "%s is declared with %s, in the file it has %s", node->name,
			    wanted ? wanted : "", found ? found : "");
}

static void check_missing(const struct declared *declared, size_t n)
{
	const struct abilock_declared_node *node = &declared->decl->nodes[n];
	const size_t elsewhere = declared->nodes[n].elsewhere.count;
	struct abilock_diagnostic *diag;

	if (elsewhere > 0)
		diag = declared_find(declared, "node-missing",
				     declared_place(declared, node->place), node->name,
				     "link with the version script of this declaration",
				     "%s is declared, but not in the file; %zu of its symbols %s "
				     "exported without it",
				     node->name, elsewhere, elsewhere == 1 ? "is" : "are");
	else
		diag = declared_find(declared, "node-missing",
				     declared_place(declared, node->place), node->name,
				     "link with the version script of this declaration",
				     "%s is declared, but not in the file", node->name);
	declared_set_symbols(declared, diag, &declared->nodes[n].elsewhere);
}

static void check_private(const struct declared *declared, size_t n)
{
	const struct abilock_declared_node *node = &declared->decl->nodes[n];
	const struct declared_node *state = &declared->nodes[n];
	const struct abilock_place place = declared_place(declared, node->place);

	if (state->is_untagged)
		(void)declared_find(declared, "node-missing", place, node->name,
				    "link with the output of 'versiongen map', not with the "
				    "declaration itself",
				    "%s is in the file without a tag: modules of any build would "
				    "load",
				    node->name);
	else if (!state->has_marker)
		(void)declared_find(declared, "marker-missing", place, node->name,
				    "write ABILOCK_HOST(); once in the host, from the header that "
				    "'versiongen header' writes",
				    "the file has no marker %s%s in %s: modules that use no symbol "
				    "of it would load into any build",
				    ABILOCK_MARKER_PREFIX, node->name, state->in_file->name);
}

static bool writes_parents(const struct abilock_surface *surface)
{
	for (size_t i = 0; i < surface->node_count; i++)
		if (surface->nodes[i].parent_count > 0)
			return true;
	return false;
}

static void check_node(const struct declared *declared, size_t n, bool has_parents)
{
	const struct abilock_declared_node *node = &declared->decl->nodes[n];
	const struct declared_node *state = &declared->nodes[n];

	check_declared_parents(declared, n);
	if (!state->in_file) {
		check_missing(declared, n);
		return;
	}
	if (node->is_tagged)
		check_private(declared, n);
	if (has_parents)
		check_parents(declared, n);
	if (state->has_entries && state->export_count == 0)
		(void)declared_find(declared, "node-without-symbols",
				    declared_place(declared, node->place), node->name,
				    "export its symbols, or leave the node out where it was never "
				    "released",
				    "no symbol of the file has the version %s", node->name);
}

static void check_undeclared(const struct declared *declared, size_t i)
{
	const struct linked_node *linked = &declared->linked[i];
	const char *name = declared->surface->nodes[i].name;
	const size_t count = linked->symbols.count;
	char with[64] = "";

	if (count > 0)
		(void)snprintf(with, sizeof(with), ", with %zu symbol%s", count,
			       count == 1 ? "" : "s");
	struct abilock_diagnostic *diag = declared_find(
		declared, "node-not-declared", declared->binary,
		declared_printf(declared, "%s", name),
		"declare it with its symbols, or link with the version script of this declaration",
		"the file has the node %s, which is not declared%s", name, with);
	declared_set_symbols(declared, diag, &linked->symbols);
}

void declared_check_nodes(struct declared *declared)
{
	const struct abilock_surface *surface = declared->surface;
	const bool has_parents = writes_parents(surface);

	for (size_t n = 0; n < declared->decl->node_count && !declared->is_anonymous; n++)
		check_node(declared, n, has_parents);
	check_tags(declared);
	for (size_t i = 0; i < surface->node_count; i++) {
		if (declared->linked[i].declared == ABILOCK_NO_NODE)
			check_undeclared(declared, i);
		check_linked_parents(declared, i);
	}
}
