/* SPDX-License-Identifier: MIT */
#include "declaration_write.h"

#include <elf.h>

bool declaration_can_hold(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (*name == '"' || is_control(*name))
			return false;
	return true;
}

static bool is_plain_char(char c, bool is_first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
	       c == '$' || (!is_first && c >= '0' && c <= '9');
}

bool declaration_is_plain(const char *name)
{
	static const char *const keywords[] = {"global", "local", "extern", "include"};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (str_eq(name, keywords[i]))
			return false;
	for (size_t i = 0; name[i]; i++)
		if (!is_plain_char(name[i], i == 0))
			return false;
	return *name != '\0';
}

/* Each line of a text as a comment of its own. */
static void write_comment(struct abilock_text *out, const char *indent, const char *lines)
{
	while (*lines) {
		const size_t length = strcspn(lines, "\n");

		abilock_text_puts(out, indent);
		abilock_text_puts(out, length ? "# " : "#");
		/* Prose, whatever it begins with. */
		if (str_starts(lines, "unversioned:"))
			abilock_text_puts(out, "Note: ");
		for (size_t i = 0; i < length; i++)
			abilock_text_putc(out, is_control(lines[i]) ? ' ' : lines[i]);
		abilock_text_putc(out, '\n');
		lines += length + (lines[length] == '\n');
	}
}

/* ---- tags ---- */

static const char *type_tag(const struct abilock_tags *tags)
{
	switch (tags->type) {
	case STT_NOTYPE: return tags->has_type ? "notype" : NULL;
	case STT_OBJECT:
	case STT_COMMON: return "data";
	case STT_TLS: return "tls";
	case STT_GNU_IFUNC: return "ifunc";
	default: return NULL;
	}
}

static const char *bind_tag(const struct abilock_tags *tags)
{
	switch (tags->bind) {
	case STB_WEAK: return "weak";
	case STB_GNU_UNIQUE: return "unique";
	default: return NULL;
	}
}

static void write_tags(struct abilock_text *out, const struct abilock_tags *tags, bool with_header,
		       const char *lead)
{
	const struct {
		const char *key, *value;
	} words[] = {
		{"", type_tag(tags)},
		{"", bind_tag(tags)},
		{"", tags->is_compat ? "compat" : NULL},
		{"", tags->is_exact ? "exact" : NULL},
		{"since=", tags->since},
		{"arch=", tags->arch},
		{"if=", tags->condition},
		{"", with_header ? tags->header : NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!words[i].value)
			continue;
		abilock_text_puts(out, lead);
		abilock_text_puts(out, words[i].key);
		abilock_text_puts(out, words[i].value);
		lead = " ";
	}
}

/* ---- entries ---- */

struct writer {
	const struct abilock_declaration *decl;
	const struct declaration_form *form;
	struct abilock_text *out;
	/* Where the text stands. */
	enum {
		NO_LABEL,
		IN_GLOBAL,
		IN_LOCAL,
	} label;
	enum abilock_language language;
	const char *header;
};

static void write_name(struct abilock_text *out, const struct abilock_entry *entry)
{
	const bool quoted =
		entry->is_quoted || (!entry->is_pattern && !declaration_is_plain(entry->text));

	abilock_text_puts(out, quoted ? "\"" : "");
	abilock_text_puts(out, entry->text);
	abilock_text_puts(out, quoted ? "\"" : "");
}

static void write_language(struct writer *w, enum abilock_language language)
{
	if (w->language == language)
		return;
	if (w->language != ABILOCK_LANGUAGE_C)
		abilock_text_puts(w->out, "    };\n");
	if (language != ABILOCK_LANGUAGE_C)
		abilock_text_puts(w->out, language == ABILOCK_LANGUAGE_CXX
						  ? "    extern \"C++\" {\n"
						  : "    extern \"Java\" {\n");
	w->language = language;
}

static void write_label(struct writer *w, bool is_local)
{
	const int label = is_local ? IN_LOCAL : IN_GLOBAL;

	if ((int)w->label == label)
		return;
	write_language(w, ABILOCK_LANGUAGE_C);
	abilock_text_puts(w->out, is_local ? "  local:\n" : "  global:\n");
	w->label = is_local ? IN_LOCAL : IN_GLOBAL;
	w->header = NULL;
}

/* What stands above an entry: its note, and the file that declares it where a group begins. */
static void write_lead(struct writer *w, const struct abilock_entry *entry, const char *note,
		       const char *indent)
{
	const char *header = entry->tags.header;
	const bool begins =
		w->form->headers_above && header && !(w->header && str_eq(w->header, header));

	if (begins && w->header)
		abilock_text_putc(w->out, '\n');
	if (note)
		write_comment(w->out, indent, note);
	if (begins)
		write_comment(w->out, indent, header);
	if (begins)
		w->header = header;
}

static void write_entry(struct writer *w, const struct abilock_entry *entry)
{
	const size_t at = (size_t)(entry - w->decl->entries);
	const char *note = w->form->notes ? w->form->notes[at] : NULL;
	const char *indent = entry->language == ABILOCK_LANGUAGE_C ? "    " : "      ";

	write_label(w, entry->is_local);
	write_language(w, entry->language);
	write_lead(w, entry, note, indent);
	abilock_text_puts(w->out, indent);
	write_name(w->out, entry);
	abilock_text_putc(w->out, ';');
	write_tags(w->out, &entry->tags, !w->form->headers_above, "  # ");
	abilock_text_putc(w->out, '\n');
}

static void write_unversioned(struct writer *w, const struct abilock_entry *entry)
{
	abilock_text_puts(w->out, "# unversioned: ");
	write_name(w->out, entry);
	write_tags(w->out, &entry->tags, true, " ");
	abilock_text_putc(w->out, '\n');
}

/* ---- nodes ---- */

/* Entries by node: where those of each start in `order`. Those without a node come first. */
struct groups {
	size_t *first;
	size_t *order;
};

static void groups_deinit(struct groups *g)
{
	free(g->first);
	free(g->order);
}

static size_t place_of(const struct abilock_entry *entry)
{
	return entry->node == ABILOCK_NO_NODE ? 0 : entry->node + 1;
}

static bool groups_init(struct groups *g, const struct abilock_declaration *decl)
{
	g->first = calloc(decl->node_count + 3, sizeof(*g->first));
	g->order = calloc(decl->entry_count + 1, sizeof(*g->order));
	if (!g->first || !g->order)
		return false;
	/* Counted two places up, summed one place up: filling moves each start where it belongs. */
	for (size_t i = 0; i < decl->entry_count; i++)
		g->first[place_of(&decl->entries[i]) + 2]++;
	for (size_t n = 2; n < decl->node_count + 3; n++)
		g->first[n] += g->first[n - 1];
	for (size_t i = 0; i < decl->entry_count; i++)
		g->order[g->first[place_of(&decl->entries[i]) + 1]++] = i;
	return true;
}

static void write_node(struct writer *w, const struct abilock_declared_node *node,
		       const size_t *entries, size_t count)
{
	struct abilock_text *out = w->out;

	w->label = NO_LABEL;
	w->header = NULL;
	abilock_text_puts(out, node->name);
	abilock_text_puts(out, node->name[0] ? " {" : "{");
	write_tags(out, &node->tags, true, "  # ");
	abilock_text_putc(out, '\n');
	for (size_t i = 0; i < count; i++)
		write_entry(w, &w->decl->entries[entries[i]]);
	write_language(w, ABILOCK_LANGUAGE_C);
	abilock_text_putc(out, '}');
	for (size_t i = 0; i < node->parent_count; i++) {
		abilock_text_putc(out, ' ');
		abilock_text_puts(out, w->decl->nodes[node->parents[i]].name);
	}
	abilock_text_puts(out, ";\n");
}

int declaration_write(const struct abilock_declaration *decl, const struct declaration_form *form,
		      struct abilock_text *out, struct abilock_error *err)
{
	_cleanup_(groups_deinit) struct groups groups = {0};
	struct writer w = {.decl = decl, .form = form, .out = out};

	if (!groups_init(&groups, decl))
		return abilock_error_nomem(err);
	if (form->heading)
		write_comment(out, "", form->heading);
	for (size_t i = groups.first[0]; i < groups.first[1]; i++)
		write_unversioned(&w, &decl->entries[groups.order[i]]);
	for (size_t n = 0; n < decl->node_count; n++)
		write_node(&w, &decl->nodes[n], groups.order + groups.first[n + 1],
			   groups.first[n + 2] - groups.first[n + 1]);
	return out->failed ? abilock_error_nomem(err) : 0;
}
