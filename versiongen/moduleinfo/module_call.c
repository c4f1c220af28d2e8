/* SPDX-License-Identifier: MIT */
/* The macro AST_MODULE_INFO and its relatives. */
#include <ctype.h>
#include <strings.h>

#include "source_reader.h"

struct argument {
	const struct c_token *tokens; /* in the call's */
	size_t count;
};

struct call {
	struct source_reader *reader;
	const struct macro *macro;
	struct abilock_place place;
	struct c_token *tokens; /* malloc'ed; no comments, no preprocessor lines */
	size_t token_count;
	struct argument *arguments; /* malloc'ed */
	size_t argument_count;
	const struct argument *load_priority; /* or NULL */
	bool has_load_order;
};

/* Behind `AST_MODULE_INFO`; the first argument is the key of the licence everywhere. */
static const struct macro {
	const char *suffix;
	size_t flags, description; /* numbers of the arguments; 0: there is none */
	const char *support_level;
} macros[] = {
	{"", 1, 2, NULL},
	{"_STANDARD", 0, 1, "core"},
	{"_STANDARD_EXTENDED", 0, 1, "extended"},
	{"_STANDARD_DEPRECATED", 0, 1, "deprecated"},
	{"_AUTOCLEAN", 0, 1, NULL},
	{"_RELOADABLE", 0, 1, NULL},
};

/* What C++ gives by its place: behind load, unload and reload. */
enum { POSITION_LOAD_PRIORITY = 6, POSITION_SUPPORT_LEVEL = 7 };

static void call_deinit(struct call *call)
{
	free(call->tokens);
	free(call->arguments);
}

static const struct macro *find_macro(const struct source_reader *reader,
				      const struct c_token *token)
{
	const size_t prefix = strlen("AST_MODULE_INFO");
	const char *suffix = reader->lexer.text + token->offset + prefix;

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++)
		if (strlen(macros[i].suffix) == token->length - prefix &&
		    memcmp(macros[i].suffix, suffix, token->length - prefix) == 0)
			return &macros[i];
	return NULL;
}

/* ---- tokens and arguments ---- */

/* 1 for what opens, -1 for what closes. */
static int nesting(const struct source_reader *reader, const struct c_token *token)
{
	const char c = reader->lexer.text[token->offset];

	if (token->kind != C_PUNCTUATION)
		return 0;
	return c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
}

/* Up to the parenthesis that closes the call. @return false: there is none. */
static bool read_tokens(struct call *call)
{
	struct source_reader *reader = call->reader;
	int depth = 0;

	for (;;) {
		struct c_token token = c_lexer_next(&reader->lexer), *to;

		if (token.kind == C_END)
			return false;
		if (token.kind == C_COMMENT || token.kind == C_LINE_END || token.is_directive)
			continue;
		const int step = nesting(reader, &token);
		depth += step;
		if (depth == 0)
			return true;
		if (depth == 1 && step == 1)
			continue;
		if (token.kind == C_STRING && token.is_broken)
			source_report(reader, ABILOCK_LEVEL_ERROR, RULE_COMMENT,
				      source_place(reader, token.offset, 1),
				      "the string does not end");
		to = abilock_array_push(&call->tokens, &call->token_count, sizeof(*to));
		if (!to) {
			reader->failed = true;
			return true;
		}
		*to = token;
	}
}

static bool push_argument(struct call *call, size_t from, size_t to)
{
	struct argument *argument =
		abilock_array_push(&call->arguments, &call->argument_count, sizeof(*argument));

	if (!argument)
		return false;
	*argument = (struct argument){call->tokens ? call->tokens + from : NULL, to - from};
	return true;
}

static bool split_arguments(struct call *call)
{
	size_t from = 0;
	int depth = 0;

	for (size_t i = 0; i < call->token_count; i++) {
		depth += nesting(call->reader, &call->tokens[i]);
		if (depth > 0 || !c_token_is(&call->reader->lexer, &call->tokens[i], ","))
			continue;
		if (!push_argument(call, from, i))
			return false;
		from = i + 1;
	}
	return push_argument(call, from, call->token_count);
}

static struct abilock_place argument_place(const struct call *call, const struct argument *argument)
{
	if (argument->count == 0)
		return call->place;
	return source_place(call->reader, argument->tokens[0].offset, argument->tokens[0].length);
}

/* ---- values ---- */

/* String that a macro of this source stands for, or NULL. */
static const char *defined_string(const struct call *call, const struct c_token *token)
{
	const char *value =
		token->kind == C_WORD
			? abilock_name_table_find_part(&call->reader->defines,
						       call->reader->lexer.text + token->offset,
						       token->length)
			: NULL;

	return value && *value ? value : NULL;
}

/* @return false: it is not made of strings alone. */
static bool string_value(const struct call *call, const struct argument *argument,
			 struct abilock_text *text)
{
	for (size_t i = 0; i < argument->count; i++) {
		const struct c_token *token = &argument->tokens[i];
		const char *defined = defined_string(call, token);

		if (defined)
			abilock_text_puts(text, defined);
		else if (!c_token_string(&call->reader->lexer, token, text))
			return false;
	}
	call->reader->failed |= text->failed;
	return argument->count > 0;
}

static bool is_null(const struct call *call, const struct argument *argument)
{
	const struct c_lexer *lexer = &call->reader->lexer;

	return argument->count == 1 && (c_token_is(lexer, argument->tokens, "NULL") ||
					c_token_is(lexer, argument->tokens, "nullptr"));
}

static void read_description(struct call *call, const struct argument *argument)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (string_value(call, argument, &text)) {
		source_add_fact(call->reader, "description", MODULEINFO_CALL,
				argument_place(call, argument), text.data ? text.data : "",
				text.length);
		return;
	}
	/* Said by the merger where nothing else has one. */
	source_add_fact(call->reader, "no description", MODULEINFO_CALL,
			argument_place(call, argument), "?", 1);
}

/* "a,b": blanks around names and empty ones mean nothing. */
static void read_list(struct call *call, const char *key, const char *field,
		      const struct argument *argument)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct abilock_place place = argument_place(call, argument);

	if (is_null(call, argument))
		return;
	if (!string_value(call, argument, &text)) {
		struct abilock_diagnostic *diag =
			source_report(call->reader, ABILOCK_LEVEL_ERROR, RULE_CALL, place,
				      "the names of .%s are not known", field);
		if (diag)
			diag->fix = "write a string, or a macro of this file that is one";
		return;
	}
	abilock_text_putc(&text, '\0');
	if (text.failed) {
		call->reader->failed = true;
		return;
	}
	for (char *save = NULL, *name = strtok_r(text.data, ",", &save); name;
	     name = strtok_r(NULL, ",", &save)) {
		while (isspace((unsigned char)*name))
			name++;
		if (*name)
			source_add_capability(call->reader, key, MODULEINFO_CALL, place, "module",
					      name);
	}
}

/* The word behind a prefix, in lower case; NULL: another one. */
static char *lower_word(const struct call *call, const struct c_token *token, const char *prefix)
{
	const size_t skip = strlen(prefix);
	const char *text = call->reader->lexer.text + token->offset;
	char *word;

	if (token->kind != C_WORD || token->length <= skip || memcmp(text, prefix, skip) != 0)
		return NULL;
	word = abilock_arena_strndup(&call->reader->info->arena, text + skip, token->length - skip);
	if (!word)
		call->reader->failed = true;
	for (char *c = word; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return word;
}

static void read_support_level(struct call *call, const struct argument *argument)
{
	const char *word = argument->count == 1
				   ? lower_word(call, argument->tokens, "AST_MODULE_SUPPORT_")
				   : NULL;

	if (!word)
		source_report(call->reader, ABILOCK_LEVEL_ERROR, RULE_CALL,
			      argument_place(call, argument),
			      "expected AST_MODULE_SUPPORT_CORE, _EXTENDED or _DEPRECATED");
	else if (!str_eq(word, "unknown"))
		source_add_fact(call->reader, "support_level", MODULEINFO_CALL,
				argument_place(call, argument), word, strlen(word));
}

/* ---- the load priority ---- */

/* @return The number that a term means, or -1. */
static int term_value(struct call *call, const struct c_token *token)
{
	const char *text = call->reader->lexer.text + token->offset;
	char digits[8] = "";

	if (token->kind == C_NUMBER && token->length < sizeof(digits)) {
		char *end;

		memcpy(digits, text, token->length);
		const long value = strtol(digits, &end, 0);
		return *end == '\0' ? (int)value : -1;
	}
	const char *word = lower_word(call, token, "AST_MODPRI_");
	return word ? abilock_load_priority_parse(word) : -1;
}

/* TERM, or TERM + TERM - TERM ...; @return -1: it is something else. */
static int sum_value(struct call *call, const struct argument *argument)
{
	int sum = 0, sign = 1;

	for (size_t i = 0; i < argument->count; i++) {
		const struct c_token *token = &argument->tokens[i];

		if (i % 2 == 0) {
			const int value = term_value(call, token);
			if (value < 0)
				return -1;
			sum += sign * value;
		} else if (c_token_is(&call->reader->lexer, token, "+")) {
			sign = 1;
		} else if (c_token_is(&call->reader->lexer, token, "-")) {
			sign = -1;
		} else {
			return -1;
		}
		if (sum > 1 << 24 || sum < -(1 << 24))
			return -1;
	}
	return argument->count % 2 == 1 ? sum : -1;
}

/* Asterisk's loader looks at the number only where the flag is set. */
static void read_load_priority(struct call *call)
{
	const struct argument *argument = call->load_priority;
	struct abilock_place place = argument_place(call, argument);
	const int value = sum_value(call, argument);
	char number[16];

	if (value < 0 || value > UINT8_MAX) {
		source_report(call->reader, ABILOCK_LEVEL_ERROR, RULE_CALL, place,
			      "expected AST_MODPRI_NAME or a number from 0 to 255");
		return;
	}
	if (!call->has_load_order) {
		struct abilock_diagnostic *diag =
			source_report(call->reader, ABILOCK_LEVEL_WARNING, RULE_CALL, place,
				      "the load priority means nothing without "
				      "AST_MODFLAG_LOAD_ORDER");
		if (diag)
			diag->fix = "set the flag, or drop the priority";
		return;
	}
	const char *word =
		argument->count == 1 ? lower_word(call, argument->tokens, "AST_MODPRI_") : NULL;
	(void)snprintf(number, sizeof(number), "%d", value);
	if (value != ABILOCK_LOAD_PRIORITY_DEFAULT)
		source_add_fact(call->reader, "load_priority", MODULEINFO_CALL, place,
				word ? word : number, strlen(word ? word : number));
}

/* ---- flags and fields ---- */

static void read_flags(struct call *call, const struct argument *argument)
{
	for (size_t i = 0; i < argument->count; i++) {
		const struct c_token *token = &argument->tokens[i];
		const char *word = lower_word(call, token, "AST_MODFLAG_");
		struct abilock_place place =
			source_place(call->reader, token->offset, token->length);

		if (word && str_eq(word, "global_symbols"))
			source_add_fact(call->reader, "export_globals", MODULEINFO_CALL, place,
					"yes", 3);
		else if (word && str_eq(word, "load_order"))
			call->has_load_order = true;
		else if (token->kind == C_WORD && !(word && str_eq(word, "default")))
			source_report(call->reader, ABILOCK_LEVEL_ERROR, RULE_CALL, place,
				      "unknown flag '%.*s'", (int)token->length,
				      call->reader->lexer.text + token->offset);
	}
}

static void read_field(struct call *call, const struct argument *argument)
{
	static const struct {
		const char *field, *key;
	} lists[] = {
		{"requires", "uses"},
		/* "Similar to requires": the one that enhances is started behind it. */
		{"enhances", "uses"},
		{"optional_modules", "canuse"},
	};
	const struct c_lexer *lexer = &call->reader->lexer;
	const struct argument value = {argument->tokens + 3, argument->count - 3};
	const struct c_token *name = &argument->tokens[1];

	if (c_token_is(lexer, name, "support_level"))
		read_support_level(call, &value);
	if (c_token_is(lexer, name, "load_pri")) {
		struct argument *kept =
			abilock_arena_alloc(&call->reader->info->arena, sizeof(*kept));

		if (kept)
			*kept = value;
		call->reader->failed |= !kept;
		call->load_priority = kept;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (c_token_is(lexer, name, lists[i].field))
			read_list(call, lists[i].key, lists[i].field, &value);
}

static void read_fields(struct call *call)
{
	const struct c_lexer *lexer = &call->reader->lexer;

	for (size_t i = call->macro->description + 1; i < call->argument_count; i++) {
		const struct argument *argument = &call->arguments[i];

		if (argument->count > 3 && c_token_is(lexer, &argument->tokens[0], ".") &&
		    c_token_is(lexer, &argument->tokens[2], "="))
			read_field(call, argument);
		else if (call->macro->flags && i == POSITION_LOAD_PRIORITY && argument->count > 0)
			call->load_priority = argument;
		else if (call->macro->flags && i == POSITION_SUPPORT_LEVEL && argument->count > 0)
			read_support_level(call, argument);
	}
}

/* ---- the call ---- */

static void read_arguments(struct call *call)
{
	const struct macro *macro = call->macro;

	if (call->argument_count <= macro->description ||
	    call->arguments[macro->description].count == 0) {
		source_report(call->reader, ABILOCK_LEVEL_ERROR, RULE_CALL, call->place,
			      "AST_MODULE_INFO%s without a description", macro->suffix);
		return;
	}
	if (macro->flags)
		read_flags(call, &call->arguments[macro->flags]);
	if (macro->support_level)
		source_add_fact(call->reader, "support_level", MODULEINFO_CALL, call->place,
				macro->support_level, strlen(macro->support_level));
	read_description(call, &call->arguments[macro->description]);
	read_fields(call);
	if (call->load_priority)
		read_load_priority(call);
}

/* Conditions are not evaluated, so there may be one call. */
static bool is_first(struct call *call)
{
	struct moduleinfo *info = call->reader->info;

	if (info->has_call) {
		source_report(call->reader, ABILOCK_LEVEL_ERROR, RULE_CALL, call->place,
			      "a second module in one file; the first is in line %u",
			      info->call.line);
		return false;
	}
	info->has_call = true;
	info->call = call->place;
	return true;
}

void source_read_call(struct source_reader *reader, const struct c_token *macro)
{
	_cleanup_(call_deinit) struct call call = {
		.reader = reader,
		.macro = find_macro(reader, macro),
		.place = source_place(reader, macro->offset, macro->length),
	};

	if (!read_tokens(&call)) {
		source_report(reader, ABILOCK_LEVEL_ERROR, RULE_CALL, call.place,
			      "the parenthesis of the macro is not closed");
		return;
	}
	if (!is_first(&call))
		return;
	if (!call.macro) {
		source_report(reader, ABILOCK_LEVEL_ERROR, RULE_CALL, call.place,
			      "the macro '%.*s' is not known", (int)macro->length,
			      reader->lexer.text + macro->offset);
		return;
	}
	if (reader->failed || !split_arguments(&call))
		reader->failed = true;
	else
		read_arguments(&call);
}
