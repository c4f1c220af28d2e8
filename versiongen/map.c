/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <elf.h>

#include "../symbols/declaration_match.h"
#include "map_versions.h"

/* Entries by node, in one pass each way: nodes and entries both come in tens of thousands. */
struct groups {
	size_t *first; /* per node: where its entries start in `order`; one more at the end */
	size_t *order; /* indices of entries, grouped by node, else in the order of the source */
	size_t loose_count; /* entries without a node */
};

struct map {
	struct abilock_text text;
	struct groups groups;
	struct abilock_arena arena;
	const struct abilock_declaration *decl;
	const struct tags *tags;
	bool adds_local; /* the first node gets a `local: *;` of ours */
	bool for_program;
	struct map_versions versions; /* where it is for a program */
};

static void map_deinit(struct map *map)
{
	abilock_text_deinit(&map->text);
	abilock_arena_clear(&map->arena);
	free(map->groups.first);
	free(map->groups.order);
	map_versions_deinit(&map->versions);
}

static bool groups_init(struct groups *g, const struct abilock_declaration *decl)
{
	g->first = calloc(decl->node_count + 2, sizeof(*g->first));
	g->order = calloc(decl->entry_count + 1, sizeof(*g->order));
	if (!g->first || !g->order)
		return false;
	/* Counted two places up, summed one place up: filling moves each start where it belongs. */
	for (size_t i = 0; i < decl->entry_count; i++) {
		if (decl->entries[i].node == ABILOCK_NO_NODE)
			g->loose_count++;
		else
			g->first[decl->entries[i].node + 2]++;
	}
	for (size_t n = 2; n < decl->node_count + 2; n++)
		g->first[n] += g->first[n - 1];
	for (size_t i = 0; i < decl->entry_count; i++)
		if (decl->entries[i].node != ABILOCK_NO_NODE)
			g->order[g->first[decl->entries[i].node + 1]++] = i;
	return true;
}

/* ---- what is written ---- */

/* Whether a pattern takes every name: nothing is left for a second one. */
static bool is_star(const struct abilock_entry *entry)
{
	return entry->is_pattern && entry->language == ABILOCK_LANGUAGE_C &&
	       str_eq(entry->text, "*");
}

static bool needs_local(const struct map *map)
{
	const struct abilock_declaration *decl = map->decl;

	for (size_t i = 0; decl->hides_rest && i < decl->entry_count; i++)
		if (is_star(&decl->entries[i]))
			return false;
	return decl->hides_rest && map->groups.loose_count == 0;
}

static int fail_loose(const struct abilock_declaration *decl, const struct abilock_entry *loose,
		      const struct abilock_entry *taker, struct abilock_error *err)
{
	const struct abilock_source *source = &decl->sources[loose->place.file];

	return abilock_error_set_line(
		err, source->path, loose->place.line, loose->place.column,
		"'%.100s' is exported without a version, but '%.100s' in line %u %s it: no version "
		"script can say both",
		loose->text, taker->text, taker->place.line,
		taker->is_local ? "hides" : "gives a version to");
}

/* The linker exports without a version only what no entry takes. */
static int check_loose(const struct map *map, struct abilock_error *err)
{
	_cleanup_(abilock_matcher_freep) struct abilock_matcher *matcher = NULL;
	const struct abilock_declaration *decl = map->decl;
	int r = map->groups.loose_count > 0 ? abilock_matcher_new(decl, &matcher, err) : 0;

	for (size_t i = 0; r == 0 && matcher && i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];
		const struct abilock_entry *taker = NULL;

		if (entry->node == ABILOCK_NO_NODE)
			taker = abilock_matcher_find(matcher, entry->text);
		if (taker && taker->node != ABILOCK_NO_NODE)
			r = fail_loose(decl, entry, taker, err);
	}
	return r;
}

/* ---- words that all linkers know ---- */

static bool is_plain_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
}

static bool is_plain(char c)
{
	return is_plain_start(c) || (c >= '0' && c <= '9');
}

/* bfd drops a leading digit without a word, gold and lld want keywords in quotes. */
static bool is_plain_name(const char *s)
{
	static const char *const keywords[] = {"global", "local", "extern", "include"};

	if (!is_plain_start(*s))
		return false;
	for (const char *p = s; *p; p++)
		if (!is_plain(*p))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (str_eq(s, keywords[i]))
			return false;
	return true;
}

/* gold's lexer knows neither `\` nor `!`, and mold takes them as they are. */
static const char *add_escaped(struct abilock_text *text, const char *p)
{
	if (p[1] == '*' || p[1] == '?' || p[1] == '[')
		abilock_text_printf(text, "[%c]", p[1]);
	else if (is_plain(p[1]))
		abilock_text_putc(text, p[1]);
	else
		abilock_text_add(text, p, p[1] ? 2 : 1);
	return p[1] ? p + 2 : p + 1;
}

/* A bracket expression, with `^` for `!`. @return What comes behind it. */
static const char *add_bracket(struct abilock_text *text, const char *p)
{
	const char *set = p + 1;

	if (*set == '!' || *set == '^')
		set++;
	const char *end = *set ? strchr(set + 1, ']') : NULL;
	if (!end) {
		abilock_text_putc(text, '[');
		return p + 1;
	}
	abilock_text_puts(text, set > p + 1 ? "[^" : "[");
	abilock_text_add(text, set, (size_t)(end + 1 - set));
	return end + 1;
}

static void add_pattern(struct abilock_text *text, const char *p)
{
	while (*p) {
		size_t plain = strcspn(p, "\\[");

		abilock_text_add(text, p, plain);
		p += plain;
		if (*p == '\\')
			p = add_escaped(text, p);
		else if (*p == '[')
			p = add_bracket(text, p);
	}
}

static void add_name(struct abilock_text *text, const struct abilock_entry *entry)
{
	if (entry->is_pattern)
		add_pattern(text, entry->text);
	else if (is_plain_name(entry->text))
		abilock_text_puts(text, entry->text);
	else
		abilock_text_printf(text, "\"%s\"", entry->text);
}

/* ---- comments, so that the script reads as a declaration as well ---- */

static const char *type_word(const struct abilock_tags *tags)
{
	switch (tags->type) {
	case STT_OBJECT: return " data";
	case STT_TLS: return " tls";
	case STT_GNU_IFUNC: return " ifunc";
	default: return "";
	}
}

static const char *bind_word(const struct abilock_tags *tags)
{
	switch (tags->bind) {
	case STB_WEAK: return " weak";
	case STB_GNU_UNIQUE: return " unique";
	default: return "";
	}
}

static void add_comment(struct abilock_text *text, const struct abilock_tags *tags)
{
	const char *words[] = {type_word(tags), bind_word(tags), tags->is_compat ? " compat" : ""};
	bool begun = false;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!words[i][0])
			continue;
		abilock_text_puts(text, begun ? "" : " #");
		abilock_text_puts(text, words[i]);
		begun = true;
	}
}

/* ---- nodes ---- */

static void add_language(struct abilock_text *text, enum abilock_language from,
			 enum abilock_language to)
{
	if (from == to)
		return;
	if (from != ABILOCK_LANGUAGE_C)
		abilock_text_puts(text, "\t};\n");
	if (to != ABILOCK_LANGUAGE_C)
		abilock_text_printf(text, "\textern \"%s\" {\n",
				    to == ABILOCK_LANGUAGE_CXX ? "C++" : "Java");
}

/* What GNU ld takes for the name of a version in a program: see map_versions.h. */
static void add_version(struct map *map, const struct abilock_entry *entry, const char *node)
{
	const char *mark = map->for_program ? map_versions_mark(&map->versions, entry) : NULL;

	if (mark && is_plain_name(entry->text))
		abilock_text_printf(&map->text, "\t%s%s%s; # %s\n", entry->text, mark, node,
				    mark[1] ? "the default" : "compat");
}

/* `global:` or `local:` entries of a node. `extern "C"` is what entries are without a block. */
static size_t add_entries(struct map *map, size_t n, const char *node, bool local)
{
	enum abilock_language language = ABILOCK_LANGUAGE_C;
	struct abilock_text *text = &map->text;
	size_t count = 0;

	for (size_t i = map->groups.first[n]; i < map->groups.first[n + 1]; i++) {
		const struct abilock_entry *entry = &map->decl->entries[map->groups.order[i]];

		if (entry->is_local != local)
			continue;
		if (count++ == 0)
			abilock_text_puts(text, local ? "local:\n" : "global:\n");
		add_language(text, language, entry->language);
		language = entry->language;
		abilock_text_putc(text, '\t');
		add_name(text, entry);
		abilock_text_putc(text, ';');
		add_comment(text, &entry->tags);
		abilock_text_putc(text, '\n');
		add_version(map, entry, node);
	}
	add_language(text, language, ABILOCK_LANGUAGE_C);
	return count;
}

static const char *full_name(struct map *map, size_t n)
{
	const struct abilock_declared_node *node = &map->decl->nodes[n];

	if (!node->is_tagged)
		return node->name;
	return tag_node_name(&map->arena, node->name, tags_of(map->tags, n));
}

static bool add_node(struct map *map, size_t n)
{
	const struct abilock_declared_node *node = &map->decl->nodes[n];
	struct abilock_text *text = &map->text;
	const char *name = full_name(map, n);
	const char *marker = node->is_tagged ? tag_marker_name(&map->arena, node->name) : "";

	if (!name || !marker)
		return false;
	abilock_text_puts(text, name);
	abilock_text_puts(text, name[0] ? " {" : "{");
	abilock_text_puts(text, node->tags.is_exact ? " # exact\n" : "\n");
	if (add_entries(map, n, name, false) == 0 && node->is_tagged)
		abilock_text_puts(text, "global:\n");
	if (node->is_tagged)
		abilock_text_printf(text, "\t%s; # data\n", marker);
	if (add_entries(map, n, name, true) == 0 && n == 0 && map->adds_local)
		abilock_text_puts(text, "local:\n");
	if (n == 0 && map->adds_local)
		abilock_text_puts(text, "\t*;\n");
	abilock_text_putc(text, '}');
	for (size_t i = 0; i < node->parent_count; i++) {
		const char *parent = full_name(map, node->parents[i]);

		if (!parent)
			return false;
		abilock_text_putc(text, ' ');
		abilock_text_puts(text, parent);
	}
	abilock_text_puts(text, ";\n");
	return true;
}

/* What linkers export without being told, other readers of the script have to be told. */
static void add_loose(struct map *map)
{
	for (size_t i = 0; map->groups.loose_count > 0 && i < map->decl->entry_count; i++) {
		const struct abilock_entry *entry = &map->decl->entries[i];

		if (entry->node != ABILOCK_NO_NODE)
			continue;
		abilock_text_printf(&map->text, "# unversioned: %s%s%s\n", entry->text,
				    type_word(&entry->tags), bind_word(&entry->tags));
	}
}

int map_write(FILE *file, const struct abilock_declaration *decl, const struct tags *tags,
	      bool for_program, struct abilock_error *err)
{
	_cleanup_(map_deinit) struct map map = {
		.decl = decl, .tags = tags, .for_program = for_program};

	if (!groups_init(&map.groups, decl) ||
	    (for_program && !map_versions_init(&map.versions, decl)))
		return abilock_error_nomem(err);
	int r = check_loose(&map, err);
	if (r < 0)
		return r;
	map.adds_local = needs_local(&map);
	abilock_text_puts(&map.text, "/* Generated by versiongen: do not edit. */\n");
	for (size_t n = 0; n < decl->node_count; n++)
		if (!add_node(&map, n))
			return abilock_error_nomem(err);
	/* Linkers refuse a script without any node. */
	if (decl->node_count == 0)
		abilock_text_puts(&map.text, "{\n};\n");
	add_loose(&map);
	if (map.text.failed)
		return abilock_error_nomem(err);
	(void)fwrite(map.text.data, 1, map.text.length, file);
	return 0;
}
