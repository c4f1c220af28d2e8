/* SPDX-License-Identifier: MIT */
/* Names and patterns as they are written, and the languages of `extern` blocks. */
#include "lint_checks.h"

/* An entry with the bytes that it has in the file. */
struct spelling {
	struct lint_check *check;
	const struct abilock_entry *entry;
	const char *raw;
	size_t length;
	size_t offset;
};

static void report(const struct spelling *s, const char *rule, size_t at, const char *what)
{
	struct abilock_place place = s->entry->place;

	if (at > 0) {
		place.column += (uint32_t)at;
		place.length = 1;
	}
	lint_add(s->check, rule, place, "'%s': %s", s->entry->text, what);
}

/* ---- sets in brackets ---- */

/* What is wrong with the set that opens at a byte, or NULL. */
static const char *set_trouble(const struct spelling *s, size_t at, size_t *ret_close)
{
	size_t start = at + 1, close = start;

	*ret_close = at;
	if (start < s->length && s->raw[start] == '!')
		return "gold does not read '[!', mold 1.10 takes the '!' for a character";
	close += start < s->length && s->raw[start] == '^';
	if (close < s->length && s->raw[close] == ']')
		return "lld and mold do not agree with GNU ld about a ']' that comes first";
	while (close < s->length && s->raw[close] != ']')
		close++;
	if (close >= s->length)
		return "lld and mold refuse a '[' without a ']'";
	*ret_close = close;
	if (memmem(s->raw + start, close - start, "[:", 2))
		return "GNU ld and gold refuse '[:'";
	if (s->raw[close - 1] == '-')
		return "mold refuses a '-' in front of the ']'";
	return NULL;
}

static void fix_negation(const struct spelling *s, size_t at)
{
	lint_edit(s->check, lint_group(s->check), "pattern-not-portable", s->entry->place.file,
		  s->offset + at + 1, 1, "^", 1);
}

static void check_pattern(const struct spelling *s)
{
	if (s->raw[0] == '?')
		report(s, "pattern-not-portable", 0, "gold does not read a pattern that starts so");
	for (size_t i = 0; i < s->length; i++) {
		const char *trouble = NULL;
		size_t close = i;

		if (s->raw[i] == '[')
			trouble = set_trouble(s, i, &close);
		if (!trouble && s->raw[i] == '\\')
			trouble = "gold does not read a '\\'";
		if (trouble) {
			report(s, "pattern-not-portable", i, trouble);
			if (s->raw[i] == '[' && s->raw[i + 1] == '!')
				fix_negation(s, i);
			return;
		}
		i = close;
	}
}

/* ---- names ---- */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("_.$:*?[]", c);
}

/* GNU ld refuses other characters itself, and so does the reader. */
static void check_name(const struct spelling *s)
{
	for (size_t i = 0; i < s->length; i++) {
		if (i > 0 && (s->raw[i] == '-' || s->raw[i] == '^'))
			continue;
		if (is_plain(s->raw[i]) || (s->entry->is_pattern && strchr("!\\", s->raw[i])))
			continue;
		report(s, "symbol-name-not-portable", i,
		       "without quotes gold does not read this character here");
		return;
	}
}

/* ---- C++ ---- */

/* Signatures hold `char*` and `operator[]`; a pattern is what somebody meant as one. */
static void check_quoted(const struct spelling *s)
{
	const bool is_cxx = s->entry->language != ABILOCK_LANGUAGE_C;
	const char *signature = is_cxx ? "(" : "";
	const char *text = s->entry->text;

	if (is_cxx && strchr(text, '[')) {
		report(s, "quoted-pattern", 0, "mold takes the brackets for a set of characters");
		return;
	}
	if (!strpbrk(text, "*?[") || (*signature && strstr(text, signature)) ||
	    (is_cxx && (str_starts(text, "typeinfo ") || str_starts(text, "vtable "))))
		return;
	report(s, "quoted-pattern", 0,
	       "a name for GNU ld because of the quotes, a pattern for lld and mold");
}

static void check_cxx(const struct spelling *s)
{
	const char *text = s->entry->text;

	if (!s->entry->is_pattern && !strpbrk(text, ":( "))
		report(s, "cxx-plain-name", 0, "no C++ name: gold matches nothing");
	if (strstr(text, "nullptr"))
		report(s, "cxx-spelling", 0, "demanglers spell std::nullptr_t differently");
}

/* ---- languages ---- */

/* Where a block opens or closes: `outer` is the depth inside the outermost extern block, or 0. */
struct depth {
	size_t depth;
	size_t outer;
	bool is_extern; /* the next block is one */
};

static void follow(struct depth *at, const struct lint_text *text, size_t token)
{
	if (lint_token_is(text, token, "{")) {
		at->depth++;
		if (at->is_extern && at->outer == 0)
			at->outer = at->depth;
		at->is_extern = false;
	} else if (lint_token_is(text, token, "}")) {
		at->outer = at->outer == at->depth ? 0 : at->outer;
		at->depth -= at->depth > 0;
	}
}

static void check_extern(struct lint_check *check, uint32_t file)
{
	const struct lint_text *text = &check->texts[file];
	struct depth at = {0};

	for (size_t i = 0; i < text->token_count; i++) {
		size_t language = lint_text_skip(text, i + 1);

		follow(&at, text, i);
		if (!lint_token_is(text, i, "extern") || language >= text->token_count ||
		    text->tokens[language].kind != LINT_QUOTED)
			continue;
		const struct lint_token *t = &text->tokens[i];
		const struct abilock_place place =
			lint_text_place(text, file, t->offset, t->length);
		if (at.outer > 0)
			lint_add(check, "extern-nested", place,
				 "an extern block in another one: lld refuses it");
		if (lint_token_is(text, language, "\"Java\""))
			lint_add(check, "extern-java", place,
				 "extern \"Java\": lld and mold refuse it");
		at.is_extern = true;
	}
}

static void check_entry(struct lint_check *check, const struct abilock_entry *entry)
{
	const struct lint_text *text = &check->texts[entry->place.file];
	const size_t offset = lint_text_offset(text, entry->place);
	const size_t token = lint_text_find(text, offset);

	if (token >= text->token_count || text->tokens[token].offset != offset)
		return;
	const struct spelling s = {check, entry, text->text + offset, text->tokens[token].length,
				   offset};
	if (entry->language == ABILOCK_LANGUAGE_CXX)
		check_cxx(&s);
	if (entry->is_quoted) {
		check_quoted(&s);
		return;
	}
	if (entry->is_pattern)
		check_pattern(&s);
	check_name(&s);
}

void lint_check_spelling(struct lint_check *check)
{
	for (size_t i = 0; i < check->decl->entry_count; i++)
		if (check->decl->entries[i].node != ABILOCK_NO_NODE)
			check_entry(check, &check->decl->entries[i]);
	for (size_t i = 0; i < check->decl->source_count; i++)
		check_extern(check, (uint32_t)i);
}
