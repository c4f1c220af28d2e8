/* SPDX-License-Identifier: MIT */
#include "declaration.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>

/* A token borrows its text from the input. */
struct token {
	const char *s;
	size_t len; /* 0 at the end of the input */
	uint64_t line;
	uint64_t column;
};

/* Open addressing over borrowed names: what makes duplicates cost one probe. */
struct name_map {
	struct name_slot {
		const char *name; /* NULL in a free slot */
		size_t value;
		uint64_t hash; /* growing and most misses then never touch the name */
	} * slots;
	size_t size; /* power of two, at least twice the count */
	size_t count;
};

struct parser {
	const char *file;
	const char *p;
	const char *end;
	const char *line_start;
	uint64_t line;
	struct token token; /* the next one, not yet taken */
	struct abilock_declaration *decl;
	struct abilock_declared_node *nodes; /* malloc'ed while they grow; moved at the end */
	struct abilock_entry *entries;
	size_t *last_child; /* per node: the last node that named it as a parent */
	size_t last_child_count;
	struct name_map node_map;
	struct name_map export_map;
	struct abilock_error *err;
};

static void parser_deinit(struct parser *ps)
{
	free(ps->nodes);
	free(ps->entries);
	free(ps->last_child);
	free(ps->node_map.slots);
	free(ps->export_map.slots);
	abilock_declaration_free(ps->decl);
}

/* The arguments for a "%.*s" that shows a token in a message. */
#define SHOWN(t) (int)((t)->len < 100 ? (t)->len : 100), (t)->s

#define fail_at(ps, t, ...)                                                                        \
	abilock_error_set_line((ps)->err, (ps)->file, (t)->line, (t)->column, __VA_ARGS__)

static uint64_t hash_name(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

/* The slot that holds the name, or the free slot where it belongs. */
static struct name_slot *map_slot(const struct name_map *map, const char *s, size_t len,
				  uint64_t hash)
{
	size_t i = hash & (map->size - 1);

	for (;; i = (i + 1) & (map->size - 1)) {
		struct name_slot *slot = &map->slots[i];

		if (!slot->name || (slot->hash == hash && strncmp(slot->name, s, len) == 0 &&
				    slot->name[len] == '\0'))
			return slot;
	}
}

static bool map_find(const struct name_map *map, const struct token *t, size_t *ret_value)
{
	const struct name_slot *slot =
		map->size ? map_slot(map, t->s, t->len, hash_name(t->s, t->len)) : NULL;

	if (!slot || !slot->name)
		return false;
	*ret_value = slot->value;
	return true;
}

static bool map_grow(struct name_map *map)
{
	struct name_map grown = {.size = map->size ? map->size * 2 : 64, .count = map->count};

	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t i = 0; i < map->size; i++) {
		size_t k = map->slots[i].hash & (grown.size - 1);

		if (!map->slots[i].name)
			continue;
		while (grown.slots[k].name)
			k = (k + 1) & (grown.size - 1);
		grown.slots[k] = map->slots[i];
	}
	free(map->slots);
	*map = grown;
	return true;
}

static bool map_add(struct name_map *map, const char *name, size_t value)
{
	size_t len = strlen(name);
	uint64_t hash = hash_name(name, len);

	if (map->count >= map->size / 2 && !map_grow(map))
		return false;
	*map_slot(map, name, len, hash) = (struct name_slot){name, value, hash};
	map->count++;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.';
}

/* Move on, with the line count. Tokens and comment starts never hold a newline in their middle. */
static void advance(struct parser *ps)
{
	if (*ps->p++ == '\n') {
		ps->line++;
		ps->line_start = ps->p;
	}
}

static bool looking_at(const struct parser *ps, const char *s)
{
	size_t len = strlen(s);

	return (size_t)(ps->end - ps->p) >= len && memcmp(ps->p, s, len) == 0;
}

static struct token here(const struct parser *ps)
{
	return (struct token){ps->p, 0, ps->line, (uint64_t)(ps->p - ps->line_start) + 1};
}

/* The type that a word of a comment names, -1 for a file name, -2 for prose. */
static int comment_word_type(const char *s, size_t len)
{
	static const struct {
		const char *word;
		int type;
	} tags[] = {{"func", STT_FUNC},
		    {"data", STT_OBJECT},
		    {"tls", STT_TLS},
		    {"ifunc", STT_GNU_IFUNC}};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (strlen(tags[i].word) == len && memcmp(tags[i].word, s, len) == 0)
			return tags[i].type;
	return memchr(s, '/', len) || memchr(s, '.', len) ? -1 : -2;
}

/* One word of prose makes the whole comment prose: "data race" must not change a type. */
static int comment_type(const char *s, const char *end)
{
	int type = -1;

	while (s < end) {
		const char *word = s;

		while (s < end && !is_space(*s) && *s != ',')
			s++;
		if (s > word) {
			int found = comment_word_type(word, (size_t)(s - word));

			if (found == -2 || (found >= 0 && type >= 0 && found != type))
				return -1;
			type = found >= 0 ? found : type;
		}
		if (s < end)
			s++;
	}
	return type;
}

static void apply_comment(struct parser *ps, uint64_t line, const char *s, const char *end)
{
	int type = comment_type(s, end);

	for (size_t i = ps->decl->entry_count; type >= 0 && i > 0; i--) {
		if (ps->entries[i - 1].place.line != line)
			break;
		ps->entries[i - 1].tags.type = (uint8_t)type;
	}
}

static int skip_block_comment(struct parser *ps)
{
	struct token start = here(ps);

	ps->p += 2;
	while (ps->p < ps->end && !looking_at(ps, "*/"))
		advance(ps);
	if (ps->p == ps->end)
		return fail_at(ps, &start, "this comment never ends");
	apply_comment(ps, start.line, start.s + 2, ps->p);
	ps->p += 2;
	return 0;
}

static void skip_line_comment(struct parser *ps)
{
	const char *start = ++ps->p;

	while (ps->p < ps->end && *ps->p != '\n')
		ps->p++;
	apply_comment(ps, ps->line, start, ps->p);
}

static bool ends_word(const struct parser *ps)
{
	if (is_name_char(*ps->p))
		return false;
	return is_space(*ps->p) || strchr("{};:\"#", *ps->p) || looking_at(ps, "/*");
}

/* Read the next token into ps->token: a punctuation character, or a word up to one. */
static int next_token(struct parser *ps)
{
	while (ps->p < ps->end) {
		int r = 0;

		if (is_space(*ps->p))
			advance(ps);
		else if (*ps->p == '#')
			skip_line_comment(ps);
		else if (looking_at(ps, "/*"))
			r = skip_block_comment(ps);
		else
			break;
		if (r < 0)
			return r;
	}

	ps->token = here(ps);
	if (ps->p == ps->end)
		return 0;
	if (!strchr("{};:\"", *ps->p++))
		while (ps->p < ps->end && !ends_word(ps))
			ps->p++;
	ps->token.len = (size_t)(ps->p - ps->token.s);
	return 0;
}

static bool token_is(const struct token *t, const char *s)
{
	return strlen(s) == t->len && memcmp(t->s, s, t->len) == 0;
}

static int expect(struct parser *ps, const char *what, const char *after)
{
	if (token_is(&ps->token, what))
		return next_token(ps);
	if (ps->token.len == 0)
		return fail_at(ps, &ps->token, "the file ends where '%s' was expected %s", what,
			       after);
	return fail_at(ps, &ps->token, "expected '%s' %s, not '%.*s'", what, after,
		       SHOWN(&ps->token));
}

static int fail_character(struct parser *ps, const struct token *t, size_t i)
{
	struct token at = {t->s + i, 1, t->line, t->column + i};
	unsigned char c = (unsigned char)t->s[i];

	if (c < 0x20 || c > 0x7e)
		return fail_at(ps, &at, "a byte 0x%02x in a name", c);
	if (c == '/' && i + 1 < t->len && t->s[i + 1] == '/')
		return fail_at(ps, &at,
			       "'//' does not start a comment in a version script: "
			       "write '#'");
	if (strchr("*?[]^!\\", c))
		return fail_at(ps, &at, "patterns ('%c') are not supported: list the names", c);
	if (c == '@')
		return fail_at(ps, &at, "'@' in a name: the node comes from the block");
	return fail_at(ps, &at, "'%c' in the name '%.*s'", c, SHOWN(t));
}

/* What ld understands and we do not, by the token that it starts with. */
static int check_supported(struct parser *ps, const struct token *t)
{
	static const struct {
		const char *token;
		const char *text;
	} features[] = {
		{"\"", "quoted names are not supported"},
		{"extern", "'extern' blocks are not supported: list the mangled names"},
		{"include", "'include' is not supported"},
		{"INCLUDE", "'INCLUDE' is not supported"},
		{"global", "'global' is a keyword of version scripts, not a name"},
		{"local", "'local' is a keyword of version scripts, not a name"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		if (token_is(t, features[i].token))
			return fail_at(ps, t, "%s", features[i].text);
	return 0;
}

/* A node or symbol name. bfd drops a leading digit without a word; `$` is for symbols only. */
static int check_name(struct parser *ps, const struct token *t, const char *what)
{
	bool symbol = str_eq(what, "symbol");

	if (t->len == 0)
		return fail_at(ps, t, "the file ends where a %s name was expected", what);
	int r = check_supported(ps, t);
	if (r < 0)
		return r;
	if (strchr("{};:", *t->s))
		return fail_at(ps, t, "expected a %s name, not '%c'", what, *t->s);
	for (size_t i = 0; i < t->len; i++)
		if (!is_name_char(t->s[i]) && !(symbol && t->s[i] == '$'))
			return fail_character(ps, t, i);
	if ((*t->s >= '0' && *t->s <= '9') || (!symbol && *t->s == '.'))
		return fail_at(ps, t, "a %s name cannot start with '%c'", what, *t->s);
	return 0;
}

/* A copy of a growing array that lives as long as the surface. */
static void *keep_array(struct parser *ps, const void *array, size_t count, size_t size)
{
	void *kept = abilock_arena_array(&ps->decl->arena, count, size);

	if (kept && count > 0)
		memcpy(kept, array, count * size);
	return kept;
}

static struct abilock_place place_of(const struct token *t)
{
	return (struct abilock_place){0, (uint32_t)t->line, (uint32_t)t->column, (uint32_t)t->len};
}

static int add_export(struct parser *ps)
{
	struct token t = ps->token;
	size_t node = ps->decl->node_count - 1, old = 0;

	if (map_find(&ps->export_map, &t, &old)) {
		const struct abilock_entry *first = &ps->entries[old];

		return fail_at(ps, &t, "symbol '%.*s' is listed twice: first in node %s, line %u",
			       SHOWN(&t), ps->nodes[first->node].name, first->place.line);
	}
	if (t.len > strlen(ABILOCK_MARKER_PREFIX) &&
	    memcmp(t.s, ABILOCK_MARKER_PREFIX, strlen(ABILOCK_MARKER_PREFIX)) == 0)
		return fail_at(ps, &t, "names that start with '%s' are made by versiongen",
			       ABILOCK_MARKER_PREFIX);

	const char *name = abilock_arena_strndup(&ps->decl->arena, t.s, t.len);
	struct abilock_entry *entry =
		abilock_array_push(&ps->entries, &ps->decl->entry_count, sizeof(*entry));
	if (!name || !entry || !map_add(&ps->export_map, name, ps->decl->entry_count - 1))
		return abilock_error_nomem(ps->err);
	*entry = (struct abilock_entry){.text = name,
					.node = node,
					.tags = {.type = STT_FUNC, .bind = STB_GLOBAL},
					.place = place_of(&t)};
	return 0;
}

/* A colon behind a name: a label that is misspelt, or a C++ name. */
static int fail_colon(struct parser *ps, const struct token *colon)
{
	if (colon->s + 1 < ps->end && colon->s[1] == ':')
		return fail_at(ps, colon, "C++ names are not supported: list the mangled name");
	return fail_at(ps, colon, "expected 'global:' or 'local:' before the ':'");
}

/* `NAME ;` The name is added before the next token is read: a comment behind it gives the type. */
static int parse_symbol(struct parser *ps)
{
	int r = check_name(ps, &ps->token, "symbol");

	if (r == 0)
		r = add_export(ps);
	if (r == 0)
		r = next_token(ps);
	if (r == 0 && token_is(&ps->token, ":"))
		return fail_colon(ps, &ps->token);
	return r < 0 ? r : expect(ps, ";", "after the symbol name");
}

/* What is not listed is never exported, so `*` is all that can be said about it. */
static int parse_local(struct parser *ps)
{
	int r = 0;

	if (!token_is(&ps->token, "*"))
		return fail_at(ps, &ps->token,
			       "only '*' can stand under 'local:': what is not listed is not "
			       "exported");
	while (r == 0 && token_is(&ps->token, "*")) {
		r = next_token(ps);
		if (r == 0)
			r = expect(ps, ";", "after '*'");
	}
	return r;
}

/* The inside of a node, behind `{` and up to and with `}`. */
static int parse_body(struct parser *ps, const struct token *name)
{
	while (!token_is(&ps->token, "}")) {
		bool local = token_is(&ps->token, "local");
		struct token word = ps->token;
		int r = 0;

		if (ps->token.len == 0)
			return fail_at(ps, name, "node '%.*s' is never closed", SHOWN(name));
		if (local || token_is(&ps->token, "global")) {
			r = next_token(ps);
			if (r == 0 && !token_is(&ps->token, ":"))
				return check_supported(ps, &word);
			if (r == 0)
				r = next_token(ps);
			if (r == 0 && local)
				r = parse_local(ps);
		} else {
			r = parse_symbol(ps);
		}
		if (r < 0)
			return r;
	}
	return next_token(ps);
}

/* What abiaudit and the lock take for a private node must be one here. */
static int check_private_name(struct parser *ps, const struct token *t, const char *name)
{
	const bool is_private = str_ends(name, "_PRIVATE");

	if (is_private && strchr(name, '.'))
		return fail_at(ps, t,
			       "private node '%.*s': with a '.' it gives no C name for its marker",
			       SHOWN(t));
	if (!is_private && abilock_node_name_is_private(name))
		return fail_at(ps, t,
			       "node '%.*s' looks private, but its name does not end in _PRIVATE: "
			       "leave out what is behind it, versiongen adds the tag",
			       SHOWN(t));
	return 0;
}

static int add_node(struct parser *ps, const struct token *t)
{
	size_t old = 0;

	if (map_find(&ps->node_map, t, &old))
		return fail_at(ps, t, "node '%.*s' is defined twice: first in line %u", SHOWN(t),
			       ps->nodes[old].place.line);
	if (ps->decl->node_count == ABILOCK_DECLARATION_NODES_MAX)
		return fail_at(ps, t, "more than %d nodes", ABILOCK_DECLARATION_NODES_MAX);

	const char *name = abilock_arena_strndup(&ps->decl->arena, t->s, t->len);
	struct abilock_declared_node *node =
		abilock_array_push(&ps->nodes, &ps->decl->node_count, sizeof(*node));
	size_t *last_child =
		abilock_array_push(&ps->last_child, &ps->last_child_count, sizeof(*last_child));
	if (!name || !node || !last_child ||
	    !map_add(&ps->node_map, name, ps->decl->node_count - 1))
		return abilock_error_nomem(ps->err);
	*last_child = SIZE_MAX;
	node->name = name;
	node->is_private = str_ends(name, "_PRIVATE") && !str_eq(name, "_PRIVATE");
	node->is_tagged = node->is_private;
	node->place = place_of(t);
	return check_private_name(ps, t, name);
}

static int find_parent(struct parser *ps, const struct token *t, size_t *ret)
{
	const struct abilock_declared_node *node = &ps->nodes[ps->decl->node_count - 1];
	size_t parent = 0;
	int r = check_name(ps, t, "parent");

	if (r < 0)
		return r;
	if (!map_find(&ps->node_map, t, &parent))
		return fail_at(ps, t, "parent '%.*s' is not defined above this line", SHOWN(t));
	if (&ps->nodes[parent] == node)
		return fail_at(ps, t, "node '%s' is its own parent", node->name);
	if (ps->nodes[parent].is_private && !node->is_private)
		return fail_at(ps, t, "the private node '%s' is a parent of the public node '%s'",
			       ps->nodes[parent].name, node->name);
	*ret = parent;
	return 0;
}

/* `PARENT... ;` behind the closing brace. */
static int parse_parents(struct parser *ps)
{
	_cleanup_(freep) size_t *parents = NULL;
	size_t child = ps->decl->node_count - 1, count = 0;

	while (ps->token.len > 0 && !token_is(&ps->token, ";")) {
		size_t parent = 0;
		int r = find_parent(ps, &ps->token, &parent);

		if (r < 0)
			return r;
		if (ps->last_child[parent] == child)
			return fail_at(ps, &ps->token, "parent '%.*s' is listed twice",
				       SHOWN(&ps->token));
		ps->last_child[parent] = child;
		size_t *slot = abilock_array_push(&parents, &count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(ps->err);
		*slot = parent;
		r = next_token(ps);
		if (r < 0)
			return r;
	}
	if (count > 0) {
		ps->nodes[child].parents = keep_array(ps, parents, count, sizeof(*parents));
		ps->nodes[child].parent_count = count;
		if (!ps->nodes[child].parents)
			return abilock_error_nomem(ps->err);
	}
	return expect(ps, ";", "behind the '}' of the node and its parents");
}

static int parse_node(struct parser *ps)
{
	struct token name = ps->token;
	size_t first = ps->decl->entry_count;
	int r;

	if (token_is(&name, "{"))
		return fail_at(ps, &name,
			       "an anonymous version script has no node: give it a name");
	r = check_name(ps, &name, "node");
	if (r == 0)
		r = add_node(ps, &name);
	if (r == 0)
		r = next_token(ps);
	if (r == 0)
		r = expect(ps, "{", "behind the node name");
	if (r == 0)
		r = parse_body(ps, &name);
	if (r == 0 && ps->decl->entry_count == first)
		return fail_at(
			ps, &name,
			"node '%.*s' has no symbol: ld marks such a node weak, and the dynamic "
			"linker does not enforce it",
			SHOWN(&name));
	return r < 0 ? r : parse_parents(ps);
}

static int parse_file(struct parser *ps)
{
	int r = next_token(ps);

	if (r == 0 && ps->token.len == 0)
		return fail_at(ps, &ps->token, "no version node");
	while (r == 0 && ps->token.len > 0)
		r = parse_node(ps);
	if (r < 0)
		return r;
	struct abilock_declaration *decl = ps->decl;
	decl->nodes = keep_array(ps, ps->nodes, decl->node_count, sizeof(*decl->nodes));
	decl->entries = keep_array(ps, ps->entries, decl->entry_count, sizeof(*decl->entries));
	return decl->nodes && decl->entries ? 0 : abilock_error_nomem(ps->err);
}

static int fail_nul(struct parser *ps, const char *nul)
{
	while (ps->p < nul)
		advance(ps);
	struct token at = here(ps);
	return fail_at(ps, &at, "a NUL byte: this is not a text file");
}

int abilock_declaration_parse(const char *text, size_t len, const char *name,
			      struct abilock_declaration **ret, struct abilock_diagnostics *diags,
			      struct abilock_error *err)
{
	struct abilock_error unused = {0};
	_cleanup_(parser_deinit) struct parser ps = {.file = name,
						     .p = text,
						     .end = text + len,
						     .line_start = text,
						     .line = 1,
						     .err = err ? err : &unused};
	const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;

	if (len > ABILOCK_DECLARATION_MAX)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, name, NULL, 0,
					 "larger than %zu MiB", ABILOCK_DECLARATION_MAX >> 20);
	ps.decl = calloc(1, sizeof(*ps.decl));
	struct abilock_source *source =
		ps.decl ? abilock_arena_alloc(&ps.decl->arena, sizeof(*source)) : NULL;
	if (!source)
		return abilock_error_nomem(err);
	*source = (struct abilock_source){abilock_arena_strdup(&ps.decl->arena, name),
					  abilock_arena_strndup(&ps.decl->arena, text, len), len};
	ps.decl->sources = source;
	ps.decl->source_count = 1;
	int r = nul ? fail_nul(&ps, nul) : parse_file(&ps);
	if (r == ABILOCK_E_SYNTAX)
		(void)abilock_diagnostics_add(diags, ABILOCK_LEVEL_ERROR, "syntax",
					      (struct abilock_place){0, (uint32_t)ps.err->offset,
								     (uint32_t)ps.err->column, 1},
					      "%s", ps.err->message);
	if (r == 0 || r == ABILOCK_E_SYNTAX)
		*ret = take_ptr(ps.decl);
	return r;
}

static int read_all(int fd, const char *name, char **ret, size_t *ret_len,
		    struct abilock_error *err)
{
	_cleanup_(freep) char *text = NULL;
	size_t len = 0, size = 0;

	for (;;) {
		if (len == size) {
			size = size ? size * 2 : 16384;
			char *grown = realloc(text, size);
			if (!grown)
				return abilock_error_nomem(err);
			text = grown;
		}
		ssize_t n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return abilock_error_set(err, ABILOCK_E_IO, name, NULL, 0, "%s",
						 strerror(errno));
		len += (size_t)n;
		/* The parser refuses what is too long; an endless stream must reach it. */
		if (n == 0 || len > ABILOCK_DECLARATION_MAX)
			break;
	}
	*ret = take_ptr(text);
	*ret_len = len;
	return 0;
}

int abilock_declaration_read(const char *path, struct abilock_declaration **ret,
			     struct abilock_diagnostics *diags, struct abilock_error *err)
{
	bool is_stdin = str_eq(path, "-");
	const char *name = is_stdin ? "stdin" : path;
	_cleanup_(closep) int opened = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_(freep) char *text = NULL;
	size_t len = 0;

	if (!is_stdin && opened < 0)
		return abilock_error_set(err, ABILOCK_E_IO, name, NULL, 0, "%s", strerror(errno));
	int r = read_all(is_stdin ? STDIN_FILENO : opened, name, &text, &len, err);
	return r < 0 ? r : abilock_declaration_parse(text, len, name, ret, diags, err);
}

void abilock_declaration_free(struct abilock_declaration *decl)
{
	if (!decl)
		return;
	abilock_arena_clear(&decl->arena);
	free(decl);
}

int abilock_declaration_select(struct abilock_declaration *decl,
			       const struct abilock_selection *selection, struct abilock_error *err)
{
	(void)decl;
	(void)selection;
	(void)err;
	return 0;
}

const struct abilock_entry *
abilock_declaration_first_pattern(const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (!entry->is_local &&
		    (entry->is_pattern || entry->language != ABILOCK_LANGUAGE_C))
			return entry;
	}
	return NULL;
}

int abilock_declaration_surface(const struct abilock_declaration *decl,
				struct abilock_surface **ret, struct abilock_error *err)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *sf = calloc(1, sizeof(*sf));

	if (!sf)
		return abilock_error_nomem(err);
	sf->nodes = abilock_arena_array(&sf->arena, decl->node_count, sizeof(*sf->nodes));
	sf->exports = abilock_arena_array(&sf->arena, decl->entry_count, sizeof(*sf->exports));
	if (!sf->nodes || !sf->exports)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < decl->node_count; i++) {
		const struct abilock_declared_node *from = &decl->nodes[i];
		size_t *parents =
			abilock_arena_array(&sf->arena, from->parent_count, sizeof(*parents));
		char *name = abilock_arena_strdup(&sf->arena, from->name);

		if (!parents || !name)
			return abilock_error_nomem(err);
		for (size_t k = 0; k < from->parent_count; k++)
			parents[k] = from->parents[k];
		sf->nodes[sf->node_count++] =
			(struct abilock_node){.name = name,
					      .is_private = from->is_private,
					      .is_tagged = from->is_tagged,
					      .parents = parents,
					      .parent_count = from->parent_count,
					      .line = from->place.line};
	}
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *from = &decl->entries[i];

		if (from->is_local || from->is_pattern || from->language != ABILOCK_LANGUAGE_C)
			continue;
		char *name = abilock_arena_strdup(&sf->arena, from->text);
		if (!name)
			return abilock_error_nomem(err);
		sf->exports[sf->export_count++] =
			(struct abilock_export){.name = name,
						.node = from->node,
						.is_default = !from->tags.is_compat,
						.type = from->tags.type,
						.bind = from->tags.bind,
						.visibility = STV_DEFAULT,
						.line = from->place.line};
	}
	*ret = take_ptr(sf);
	return 0;
}
