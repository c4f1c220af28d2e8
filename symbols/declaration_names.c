/* SPDX-License-Identifier: MIT */
/* The names of symbols and nodes, and what is wrong with them. */
#include "declaration_reader.h"

static struct abilock_place place_within(const struct token *token, size_t offset, size_t length)
{
	struct abilock_place place = token->place;

	place.column += (uint32_t)offset;
	place.length = (uint32_t)length;
	return place;
}

static void report_character(struct reader *rd, const struct token *token, size_t at,
			     const char *what)
{
	const unsigned char c = (unsigned char)token->text[at];
	const struct abilock_place place = place_within(token, at, 1);
	struct abilock_diagnostic *diag;

	if (c < 0x20 || c > 0x7e) {
		(void)reader_error(rd, "syntax", place, "a byte 0x%02x in a name", c);
	} else if (c == '@') {
		diag = reader_error(
			rd, "syntax", place,
			"'@' in the name '%.*s': the node that it stands in is its version",
			SHOWN(token));
		if (at > 0)
			reader_fix(rd, diag, "write the name alone: '%.*s'", (int)at, token->text);
	} else if (c == ',') {
		diag = reader_error(rd, "syntax", place, "',' between names");
		reader_fix(rd, diag, "write ';' behind each name");
	} else if (at == 0 && c >= '0' && c <= '9') {
		diag = reader_error(rd, "syntax", place, "a %s name cannot start with '%c'", what,
				    c);
		reader_fix(rd, diag, "ld drops the digit without an error: write another name");
	} else if (strchr("()<>&~+=", c) && !str_eq(what, "node")) {
		diag = reader_error(rd, "syntax", place, "'%c' in the name '%.*s'", c,
				    SHOWN(token));
		reader_fix(
			rd, diag,
			"write '?' for it in a pattern, or quote the name, inside extern \"C++\"");
	} else {
		(void)reader_error(rd, "syntax", place, "'%c' in the %s name '%.*s'", c, what,
				   SHOWN(token));
	}
}

static bool check_symbol_name(struct reader *rd, const struct token *name,
			      enum abilock_language language)
{
	if (name->kind == TOKEN_QUOTED) {
		size_t i = 0;

		while (i < name->length && !is_control(name->text[i]))
			i++;
		if (name->length == 0)
			(void)reader_error(rd, "syntax", name->place, "an empty name");
		else if (i < name->length)
			(void)reader_error(rd, "syntax", place_within(name, i + 1, 1),
					   "a byte 0x%02x in a name", (unsigned char)name->text[i]);
		return i > 0 && i == name->length;
	}
	if (name->bad != TOKEN_GOOD) {
		report_character(rd, name, name->bad, "symbol");
		return false;
	}
	if (name->colons == TOKEN_GOOD || language != ABILOCK_LANGUAGE_C)
		return true;
	reader_fix(rd,
		   reader_error(rd, "syntax", place_within(name, name->colons, 2),
				"the C++ name '%.*s' outside extern \"C++\"", SHOWN(name)),
		   "write 'extern \"C++\" { %.*s; };'", SHOWN(name));
	return false;
}

/* A node's or a parent's. `$` may only come first; what other linkers take is for lint. */
void reader_check_node_name(struct reader *rd, const struct token *name)
{
	size_t bad = name->bad;

	if (name->kind == TOKEN_QUOTED) {
		reader_fix(rd,
			   reader_error(rd, "syntax", name->place, "the name of a node in quotes"),
			   "leave out the quotes");
		return;
	}
	for (size_t i = 0; i < name->length && bad == TOKEN_GOOD; i++)
		if (strchr("*?[]!^\\-:", name->text[i]) || (i > 0 && name->text[i] == '$'))
			bad = i;
	if (bad != TOKEN_GOOD)
		report_character(rd, name, bad, "node");
}

/* A word without a pattern: a backslash only says so. */
static const char *copy_unescaped(struct reader *rd, const struct token *name)
{
	_cleanup_(freep) char *plain = malloc(name->length + 1);
	size_t length = 0;

	if (!plain) {
		rd->no_memory = true;
		return NULL;
	}
	for (size_t i = 0; i < name->length; i++) {
		if (name->text[i] == '\\' && i + 1 < name->length)
			i++;
		plain[length++] = name->text[i];
	}
	return reader_copy(rd, plain, length);
}

static bool is_pattern(const struct token *name)
{
	for (size_t i = 0; name->is_magic && i < name->length; i++) {
		if (name->text[i] == '\\')
			i++;
		else if (memchr("*?[", name->text[i], 3))
			return true;
	}
	return false;
}

void reader_add_entry(struct reader *rd, const struct token *name, const struct abilock_entry *as)
{
	if (!check_symbol_name(rd, name, as->language))
		return;
	bool pattern = is_pattern(name);
	const char *text = name->is_magic && !pattern ? copy_unescaped(rd, name)
						      : reader_copy(rd, name->text, name->length);
	struct abilock_entry *entry =
		text ? abilock_array_push(&rd->entries, &rd->entry_count, sizeof(*entry)) : NULL;

	if (!entry) {
		rd->no_memory = true;
		return;
	}
	*entry = *as;
	entry->text = text;
	entry->is_pattern = pattern;
	entry->is_quoted = name->kind == TOKEN_QUOTED;
	entry->place = name->place;
}
