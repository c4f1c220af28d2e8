/* SPDX-License-Identifier: MIT */
#include "symbol.h"

/* What Perl's \s takes, in bytes. */
static const char blanks[] = " \t\n\r\f\v";

/* A piece of a line; it gets its NUL when the whole line is understood. */
struct piece {
	char *s;
	size_t len;
};

static const char *end_piece(struct piece piece)
{
	piece.s[piece.len] = '\0';
	return piece.s;
}

/* ---- tags ---- */

const struct deb_tag *deb_symbol_tag(const struct deb_symbol *symbol, const char *name)
{
	for (size_t i = 0; i < symbol->tag_count; i++)
		if (str_eq(symbol->tags[i].name, name))
			return &symbol->tags[i];
	return NULL;
}

/* Tags are shared between a pattern and what it matches: a change makes a new array. */
static struct deb_tag *copy_tags(const struct deb_symbol *symbol, struct abilock_arena *arena)
{
	struct deb_tag *tags = abilock_arena_array(arena, symbol->tag_count + 1, sizeof(*tags));

	if (tags && symbol->tag_count)
		memcpy(tags, symbol->tags, symbol->tag_count * sizeof(*tags));
	return tags;
}

int deb_symbol_add_tag(struct deb_symbol *symbol, struct abilock_arena *arena, struct deb_tag tag,
		       struct abilock_error *err)
{
	const struct deb_tag *old = deb_symbol_tag(symbol, tag.name);
	const size_t at = old ? (size_t)(old - symbol->tags) : symbol->tag_count;
	struct deb_tag *tags = copy_tags(symbol, arena);

	if (!tags)
		return abilock_error_nomem(err);
	tags[at] = tag;
	symbol->tags = tags;
	symbol->tag_count += old == NULL;
	return 0;
}

int deb_symbol_drop_arch(struct deb_symbol *symbol, struct abilock_arena *arena,
			 struct abilock_error *err)
{
	struct deb_tag *tags = copy_tags(symbol, arena);
	size_t count = 0;

	if (!tags)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < symbol->tag_count; i++)
		if (!str_eq(tags[i].name, "arch") && !str_eq(tags[i].name, "arch-bits") &&
		    !str_eq(tags[i].name, "arch-endian"))
			tags[count++] = tags[i];
	symbol->tags = tags;
	symbol->tag_count = count;
	return 0;
}

static int parse_tag(struct deb_symbol *symbol, struct abilock_arena *arena, char *text,
		     struct abilock_error *err)
{
	char *equals = strrchr(text, '=');
	struct deb_tag tag = {text, equals ? equals + 1 : NULL};

	if (!*text) /* between two bars */
		return 0;
	if (equals)
		*equals = '\0';
	return deb_symbol_add_tag(symbol, arena, tag, err);
}

/*
 * Find the tags without changing the text. Brackets without a tag are a part of the name.
 *
 * @return What follows the tags, or NULL where there are none.
 */
static char *find_tags(char *text, struct piece *ret_tags)
{
	char *open = text + strspn(text, blanks);
	char *close = *open == '(' ? strchr(open, ')') : NULL;

	if (!close || open + 1 + strspn(open + 1, "|") == close)
		return NULL;
	*ret_tags = (struct piece){open + 1, (size_t)(close - open - 1)};
	return close + 1;
}

static int add_tags(struct deb_symbol *symbol, struct abilock_arena *arena, struct piece tags,
		    struct abilock_error *err)
{
	int r = 0;

	(void)end_piece(tags);
	for (char *next = tags.s; r >= 0 && next;)
		r = parse_tag(symbol, arena, strsep(&next, "|"), err);
	return r;
}

int deb_symbol_parse_tags(struct deb_symbol *symbol, struct abilock_arena *arena, char *text,
			  char **ret_rest, struct abilock_error *err)
{
	struct piece tags;

	char *rest = find_tags(text, &tags);
	*ret_rest = rest ? rest : text;
	if (!rest)
		return 0;
	int r = add_tags(symbol, arena, tags, err);
	return r < 0 ? r : 1;
}

/* ---- the line ---- */

/* What stands in a line behind the tags. */
struct parts {
	struct piece name, minver, dependency;
	char quote;
};

static bool split_parts(char *text, bool may_quote, struct parts *ret)
{
	char *close = NULL;

	*ret = (struct parts){0};
	if (may_quote && (*text == '"' || *text == '\''))
		close = strchr(text + 1, *text);
	if (close) {
		ret->quote = *text;
		ret->name = (struct piece){text + 1, (size_t)(close - text - 1)};
		text = close + 1;
	} else {
		ret->name = (struct piece){text, strcspn(text, blanks)};
		text += ret->name.len;
	}
	/* One blank, no more: what comes behind another one is no version. */
	if (!*text || !strchr(blanks, *text))
		return false;
	ret->minver = (struct piece){text + 1, strcspn(text + 1, blanks)};
	text += 1 + ret->minver.len;
	if (*text) {
		ret->dependency = (struct piece){text + 1, strspn(text + 1, "0123456789")};
		text += 1 + ret->dependency.len;
	}
	return ret->minver.len > 0;
}

static int parse_dependency(struct deb_symbol *symbol, struct piece piece,
			    struct abilock_error *err)
{
	enum { MOST_DIGITS = 9 };

	if (piece.len > MOST_DIGITS)
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
					 "dependency %.*s: no library has as many",
					 (int)(piece.len < 40 ? piece.len : 40), piece.s);
	for (size_t i = 0; i < piece.len; i++)
		symbol->dependency = symbol->dependency * 10 + (unsigned)(piece.s[i] - '0');
	return 0;
}

int deb_symbol_parse(struct deb_symbol *symbol, struct abilock_arena *arena, char *text,
		     struct abilock_error *err)
{
	struct piece tags;
	struct parts parts;
	char *behind_tags = find_tags(text, &tags);
	const bool tagged = behind_tags != NULL;
	const bool understood = split_parts(tagged ? behind_tags : text, tagged, &parts);

	if (parts.name.len == 0 && (parts.quote || (tagged && !*behind_tags)))
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
					 "tags without a symbol behind them");
	if (!understood || parts.name.len == 0)
		return 0;
	int r = parse_dependency(symbol, parts.dependency, err);
	if (r >= 0 && tagged)
		r = add_tags(symbol, arena, tags, err);
	if (r < 0)
		return r;
	symbol->name = end_piece(parts.name);
	symbol->minver = end_piece(parts.minver);
	symbol->spelling = tagged ? symbol->name : NULL;
	symbol->quote = parts.quote;
	return 1;
}

bool deb_symbol_is_for(const struct deb_symbol *symbol, const struct deb_arch *arch)
{
	const char *bits = deb_arch_bits(arch) == 64 ? "64" : "32";
	const char *endian = deb_arch_is_big_endian(arch) ? "big" : "little";

	for (size_t i = 0; i < symbol->tag_count; i++) {
		const struct deb_tag *tag = &symbol->tags[i];

		if (!tag->value)
			continue;
		if ((str_eq(tag->name, "arch") && !deb_arch_in_list(arch, tag->value)) ||
		    (str_eq(tag->name, "arch-bits") && !str_eq(tag->value, bits)) ||
		    (str_eq(tag->name, "arch-endian") && !str_eq(tag->value, endian)))
			return false;
	}
	return true;
}

static void write_tags(const struct deb_symbol *symbol, struct abilock_text *text)
{
	for (size_t i = 0; i < symbol->tag_count; i++) {
		abilock_text_putc(text, i == 0 ? '(' : '|');
		abilock_text_puts(text, symbol->tags[i].name);
		if (symbol->tags[i].value) {
			abilock_text_putc(text, '=');
			abilock_text_puts(text, symbol->tags[i].value);
		}
	}
	if (symbol->tag_count)
		abilock_text_putc(text, ')');
}

void deb_symbol_write(const struct deb_symbol *symbol, bool as_template, struct abilock_text *text)
{
	/* Quotes belong to tags: without any they would be a part of the name. */
	const bool quoted = as_template && symbol->quote && symbol->tag_count;

	if (symbol->missing) {
		abilock_text_puts(text, "#MISSING: ");
		abilock_text_puts(text, symbol->missing);
		abilock_text_putc(text, '#');
	}
	abilock_text_putc(text, ' ');
	if (as_template)
		write_tags(symbol, text);
	if (quoted)
		abilock_text_putc(text, symbol->quote);
	abilock_text_puts(text, as_template ? deb_symbol_key(symbol) : symbol->name);
	if (quoted)
		abilock_text_putc(text, symbol->quote);
	abilock_text_putc(text, ' ');
	abilock_text_puts(text, symbol->minver);
	if (symbol->dependency)
		abilock_text_printf(text, " %u", symbol->dependency);
}
