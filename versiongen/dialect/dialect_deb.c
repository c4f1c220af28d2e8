/* SPDX-License-Identifier: MIT */
#include "dialect_deb.h"

#include <ctype.h>

#include "../../symbols/abiaudit/deb/version.h"
#include "../import/debian_machine.h"

struct writer {
	const struct abilock_declaration *decl;
	const struct dialect_deb *deb;
	struct abilock_text out;
	struct abilock_error *err;
};

static void writer_deinit(struct writer *w)
{
	abilock_text_deinit(&w->out);
}

/* Private, whether with a tag or as it is called: another build does not have the same. */
static bool is_private(const struct abilock_declared_node *node)
{
	return node->is_tagged || abilock_node_name_is_private(node->name);
}

static int refuse(struct writer *w, int code, const struct abilock_entry *entry, const char *what)
{
	return abilock_error_set(w->err, code, w->decl->sources[entry->place.file].path, NULL, 0,
				 "line %u, %s: %s", entry->place.line, entry->text, what);
}

/* ---- the head ---- */

static bool has_private(const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->node_count; i++)
		if (is_private(&decl->nodes[i]))
			return true;
	return false;
}

/* What would be read as something else where it stands. */
static int check_words(struct writer *w)
{
	const struct dialect_deb *deb = w->deb;
	const struct {
		const char *option, *word;
	} words[] = {{"soname", deb->soname},		{"package", deb->package},
		     {"package-version", deb->version}, {"abi-package", deb->abi_package},
		     {"dev-package", deb->dev_package}, {"since-default", deb->since}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *word = words[i].word;

		if (word && (!*word || strpbrk(word, " \t\r\n\v\f()|,\"")))
			return abilock_error_set(w->err, ABILOCK_E_USAGE, NULL, NULL, 0,
						 "--%s '%.80s': a symbols file has one word here",
						 words[i].option, word);
	}
	return 0;
}

static int check(struct writer *w, const char *tag)
{
	const struct dialect_deb *deb = w->deb;
	const char *path = w->decl->sources[0].path, *what = NULL;

	if (!deb->soname || !deb->package)
		what = "a symbols file needs --soname and --package";
	else if (deb->version && deb->abi_package)
		what = "one of --package-version and --abi-package is enough";
	else if (has_private(w->decl) && !deb->version && !deb->abi_package)
		what = "a node is private: modules of this build need --package-version or "
		       "--abi-package";
	else if (deb->abi_package && !tag)
		what = "no node has a tag, which --abi-package would name";
	return what ? abilock_error_set(w->err, ABILOCK_E_USAGE, path, NULL, 0, "%s", what)
		    : check_words(w);
}

/* Names of packages have lower case letters, digits, and no underscores. */
static void write_abi_package(struct writer *w, const char *tag)
{
	abilock_text_puts(&w->out, w->deb->abi_package);
	abilock_text_putc(&w->out, '-');
	for (; *tag; tag++)
		abilock_text_putc(&w->out, *tag == '_' ? '-' : (char)tolower((unsigned char)*tag));
}

static void write_head(struct writer *w, const char *tag)
{
	const struct dialect_deb *deb = w->deb;
	struct abilock_text *out = &w->out;

	abilock_text_printf(out, "%s %s #MINVER#\n", deb->soname, deb->package);
	if (deb->version)
		abilock_text_printf(out, "| %s (= %s)\n", deb->package, deb->version);
	if (deb->abi_package) {
		abilock_text_printf(out, "| %s #MINVER#, ", deb->package);
		write_abi_package(w, tag);
		abilock_text_putc(out, '\n');
	}
	if (deb->dev_package)
		abilock_text_printf(out, "* Build-Depends-Package: %s\n", deb->dev_package);
}

/* ---- private nodes ---- */

/* A tag has letters, digits, underscores and dots, and is another one in the next build. */
static void write_private_nodes(struct writer *w)
{
	for (size_t i = 0; i < w->decl->node_count; i++) {
		const struct abilock_declared_node *node = &w->decl->nodes[i];

		if (node->is_tagged)
			abilock_text_printf(&w->out,
					    " (regex|optional)\"@%s_[A-Za-z0-9_.]+$\" 0 1\n",
					    node->name);
		else if (is_private(node))
			abilock_text_printf(&w->out, " (symver|optional)%s 0 1\n", node->name);
	}
}

/* ---- public symbols ---- */

static const char *node_name(const struct writer *w, const struct abilock_entry *entry)
{
	const char *name = entry->node == ABILOCK_NO_NODE ? "" : w->decl->nodes[entry->node].name;

	return *name ? name : "Base";
}

/* The release that a node is named for: 1.2 of FOO_1.2. @return NULL where the name has none. */
static const char *release_of(const char *name)
{
	while ((name = strchr(name, '_')) && !isdigit((unsigned char)*++name))
		;
	return name && !name[strspn(name, "0123456789.")] ? name : NULL;
}

static const char *since_of(const struct writer *w, const struct abilock_entry *entry)
{
	const char *release = NULL;

	if (entry->tags.since)
		return entry->tags.since;
	if (w->deb->is_since_nodes)
		release = release_of(node_name(w, entry));
	return release ? release : w->deb->since;
}

static bool is_word(const char *word, const char *s, size_t length)
{
	return strlen(word) == length && memcmp(word, s, length) == 0;
}

/* The architectures of one machine, each behind a blank. @return Whether there are any. */
static bool write_machine(struct abilock_text *out, const char *name, size_t length,
			  const char *lead)
{
	bool found = false;

	for (const struct debian_machine *m = debian_machines(); m->machine; m++) {
		if (!is_word(m->machine, name, length) && !is_word(m->architecture, name, length))
			continue;
		abilock_text_puts(out, found ? " " : "");
		abilock_text_puts(out, lead);
		abilock_text_puts(out, m->architecture);
		found = true;
	}
	return found;
}

/* `x86_64|i386` is `arch=amd64 i386`. */
static int write_arch(struct writer *w, const struct abilock_entry *entry)
{
	const char *p = entry->tags.arch;

	abilock_text_puts(&w->out, "arch=");
	while (*p) {
		const bool negated = *p == '!';
		const size_t length = strcspn(p + negated, "|");

		if (!write_machine(&w->out, p + negated, length, negated ? "!" : ""))
			return refuse(w, ABILOCK_E_UNSUPPORTED, entry,
				      "arch= names a machine that Debian does not have");
		p += negated + length;
		if (*p == '|') {
			abilock_text_putc(&w->out, ' ');
			p++;
		}
	}
	return 0;
}

/* The brackets of an ld pattern are those of a regular expression, but for a leading `!`. */
static const char *write_brackets(struct abilock_text *out, const char *p)
{
	const char *first = p + 1 + (p[1] == '!' || p[1] == '^');
	const char *close = *first ? strchr(first + 1, ']') : NULL;

	if (!close) {
		abilock_text_puts(out, "\\[");
		return p + 1;
	}
	abilock_text_puts(out, first > p + 1 ? "[^" : "[");
	for (; first < close; first++) {
		if (*first == '[' || *first == '\\' || *first == ']')
			abilock_text_putc(out, '\\');
		abilock_text_putc(out, *first);
	}
	abilock_text_putc(out, ']');
	return close + 1;
}

static void write_regex(struct abilock_text *out, const char *p, bool is_pattern)
{
	while (*p) {
		if (is_pattern && *p == '[') {
			p = write_brackets(out, p);
			continue;
		}
		if (is_pattern && (*p == '*' || *p == '?')) {
			abilock_text_puts(out, *p == '*' ? ".*" : ".");
			p++;
			continue;
		}
		if (is_pattern && *p == '\\' && p[1])
			p++;
		if (!isalnum((unsigned char)*p) && *p != '_')
			abilock_text_putc(out, '\\');
		abilock_text_putc(out, *p++);
	}
}

static int write_tags(struct writer *w, const struct abilock_entry *entry)
{
	struct abilock_text *out = &w->out;
	const char *lead = "(";
	int r = 0;

	if (entry->tags.arch) {
		abilock_text_puts(out, lead);
		r = write_arch(w, entry);
		lead = "|";
	}
	if (entry->language == ABILOCK_LANGUAGE_CXX) {
		abilock_text_puts(out, lead);
		abilock_text_puts(out, "c++");
		lead = "|";
	}
	if (entry->is_pattern) {
		abilock_text_puts(out, lead);
		abilock_text_puts(out, "regex");
		lead = "|";
	}
	if (*lead == '|')
		abilock_text_putc(out, ')');
	return r;
}

static int write_symbol(struct writer *w, const struct abilock_entry *entry)
{
	struct abilock_text *out = &w->out;
	const char *quote = entry->is_pattern || entry->language != ABILOCK_LANGUAGE_C ? "\"" : "";

	if (entry->language == ABILOCK_LANGUAGE_JAVA)
		return refuse(w, ABILOCK_E_UNSUPPORTED, entry, "symbols files know no Java");
	if (!*quote && strpbrk(entry->text, " \t()"))
		return refuse(w, ABILOCK_E_UNSUPPORTED, entry,
			      "a symbols file cannot hold this name");
	abilock_text_putc(out, ' ');
	int r = write_tags(w, entry);
	abilock_text_puts(out, quote);
	abilock_text_puts(out, entry->is_pattern ? "^" : "");
	if (entry->is_pattern)
		write_regex(out, entry->text, true);
	else
		abilock_text_puts(out, entry->text);
	abilock_text_putc(out, '@');
	if (entry->is_pattern)
		write_regex(out, node_name(w, entry), false);
	else
		abilock_text_puts(out, node_name(w, entry));
	abilock_text_puts(out, entry->is_pattern ? "$" : "");
	abilock_text_puts(out, quote);
	abilock_text_printf(out, " %s\n", since_of(w, entry));
	return r;
}

/* ---- in order ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct abilock_entry *x = *(const struct abilock_entry *const *)a;
	const struct abilock_entry *y = *(const struct abilock_entry *const *)b;
	int r = strcmp(x->text, y->text);

	return r ? r : (x->node > y->node) - (x->node < y->node);
}

/* The public entries, sorted; @return NULL when memory is out. */
static const struct abilock_entry **sort_public(const struct abilock_declaration *decl,
						size_t *ret_count)
{
	const struct abilock_entry **order =
		calloc(decl->entry_count + 1, sizeof(struct abilock_entry *));

	*ret_count = 0;
	for (size_t i = 0; order && i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (!entry->is_local &&
		    (entry->node == ABILOCK_NO_NODE || !is_private(&decl->nodes[entry->node])))
			order[(*ret_count)++] = entry;
	}
	if (order)
		qsort(order, *ret_count, sizeof(*order), compare_entries);
	return order;
}

static int check_since(struct writer *w, const struct abilock_entry **order, size_t count)
{
	const struct abilock_entry *first = NULL;
	size_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		if (since_of(w, order[i]))
			continue;
		missing++;
		if (!first || order[i] < first)
			first = order[i];
	}
	if (!first)
		return 0;
	return abilock_error_set(
		w->err, ABILOCK_E_USAGE, w->decl->sources[first->place.file].path, NULL, 0,
		"%zu symbols have no since= (the first is %s, line %u): tag them, or "
		"give --since-nodes or --since-default",
		missing, first->text, first->place.line);
}

/* GNU ld writes a symbol for each node, lld does not. As old as the node's oldest line. */
static int write_node_symbols(struct writer *w)
{
	const struct abilock_declaration *decl = w->decl;
	_cleanup_(freep) const char **since = calloc(decl->node_count + 1, sizeof(*since));

	if (!since)
		return abilock_error_nomem(w->err);
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];
		const char *own = since_of(w, entry);
		const char **oldest = entry->node == ABILOCK_NO_NODE ? NULL : &since[entry->node];

		if (!entry->is_local && oldest && own &&
		    (!*oldest || deb_version_compare(own, *oldest) < 0))
			*oldest = own;
	}
	for (size_t i = 0; i < decl->node_count; i++) {
		const struct abilock_declared_node *node = &decl->nodes[i];
		const char *minver = since[i] ? since[i] : w->deb->since;

		if (node->name[0] && !is_private(node))
			abilock_text_printf(&w->out, " (optional)%s@%s %s\n", node->name,
					    node->name, minver ? minver : "0");
	}
	return 0;
}

static int write_symbols(struct writer *w)
{
	size_t count = 0;
	_cleanup_(freep) const struct abilock_entry **order = sort_public(w->decl, &count);

	if (!order)
		return abilock_error_nomem(w->err);
	int r = check_since(w, order, count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = write_symbol(w, order[i]);
	return r;
}

/* A program that is linked without -fPIC has copies of library variables, under their own nodes. */
static void write_copies(struct writer *w)
{
	struct abilock_text *out = &w->out;

	abilock_text_puts(out, " (regex|optional)\"@(?!Base$");
	for (size_t i = 0; i < w->decl->node_count; i++) {
		const struct abilock_declared_node *node = &w->decl->nodes[i];

		if (!node->name[0])
			continue;
		abilock_text_putc(out, '|');
		write_regex(out, node->name, false);
		abilock_text_putc(out, node->is_tagged ? '_' : '$');
	}
	abilock_text_puts(out, ")\" 0\n");
}

int dialect_deb_write(FILE *file, const struct abilock_declaration *decl, const struct tags *tags,
		      const struct dialect_deb *deb, struct abilock_error *err)
{
	_cleanup_(writer_deinit) struct writer w = {.decl = decl, .deb = deb, .err = err};

	int r = check(&w, tags->build);
	if (r < 0)
		return r;
	write_head(&w, tags->build);
	write_private_nodes(&w);
	if (deb->is_program)
		write_copies(&w);
	r = write_node_symbols(&w);
	if (r == 0)
		r = write_symbols(&w);
	if (r == 0 && w.out.failed)
		return abilock_error_nomem(err);
	if (r == 0)
		(void)fwrite(w.out.data, 1, w.out.length, file);
	return r;
}
