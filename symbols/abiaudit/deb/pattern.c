/* SPDX-License-Identifier: MIT */
#include "pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "demangle.h"

/* ---- what kind of pattern a symbol is ---- */

/* `*@NODE` is the old way to write `(symver|optional)NODE`. */
static int modernise(struct deb_symbol *symbol, struct abilock_arena *arena,
		     struct abilock_error *err)
{
	int r = 0;

	if (!str_starts(symbol->name, "*@"))
		return 0;
	if (!symbol->name[2] || strpbrk(symbol->name + 2, "@\"'"))
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
					 "'%.100s' is no wildcard: expected *@NODE", symbol->name);
	if (!deb_symbol_tag(symbol, "symver"))
		r = deb_symbol_add_tag(symbol, arena, (struct deb_tag){"symver", NULL}, err);
	if (r >= 0 && !deb_symbol_tag(symbol, "optional"))
		r = deb_symbol_add_tag(symbol, arena, (struct deb_tag){"optional", NULL}, err);
	symbol->name += 2;
	return r;
}

static int compile(const struct deb_symbol *symbol, void **ret_regex, struct abilock_error *err)
{
	PCRE2_UCHAR message[160];
	PCRE2_SIZE offset;
	int code;

	/* Bytes, not characters: so dpkg reads its templates. */
	pcre2_code *regex = pcre2_compile((PCRE2_SPTR)symbol->name, PCRE2_ZERO_TERMINATED, 0, &code,
					  &offset, NULL);
	if (!regex) {
		(void)pcre2_get_error_message(code, message, sizeof(message));
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
					 "regular expression '%.100s': %s at character %zu",
					 symbol->name, (const char *)message, (size_t)offset + 1);
	}
	/* Where there is no compiler for this machine, it is interpreted. */
	(void)pcre2_jit_compile(regex, PCRE2_JIT_COMPLETE);
	*ret_regex = regex;
	return 0;
}

/* Two basic patterns make a generic one, and so does any regular expression. */
static int kind_of(const struct deb_symbol *symbol)
{
	const bool cpp = deb_symbol_tag(symbol, "c++") != NULL;
	const bool symver = deb_symbol_tag(symbol, "symver") != NULL;

	if (deb_symbol_tag(symbol, "regex") || (cpp && symver))
		return DEB_PATTERN_GENERIC;
	return cpp ? DEB_PATTERN_CPP : symver ? DEB_PATTERN_SYMVER : -1;
}

int deb_pattern_init(struct deb_symbol *symbol, struct abilock_arena *arena,
		     struct abilock_error *err)
{
	int r = modernise(symbol, arena, err);
	if (r < 0)
		return r;
	const int kind = kind_of(symbol);
	if (kind < 0)
		return 0;
	if (deb_symbol_tag(symbol, "symver") && str_eq(symbol->name, "Base"))
		return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
					 "a symver pattern cannot take unversioned symbols: list "
					 "them, or write (regex)\"@Base$\"");
	struct deb_pattern *pattern = abilock_arena_alloc(arena, sizeof(*pattern));
	if (!pattern)
		return abilock_error_nomem(err);
	pattern->kind = (enum deb_pattern_kind)kind;
	if (deb_symbol_tag(symbol, "regex"))
		r = compile(symbol, &pattern->regex, err);
	symbol->pattern = pattern;
	return r < 0 ? r : 1;
}

void deb_pattern_deinit(struct deb_pattern *pattern)
{
	pcre2_code_free(take_ptr(pattern->regex));
}

/* ---- matching ---- */

void deb_probe_deinit(struct deb_probe *probe)
{
	free(probe->demangled);
	*probe = (struct deb_probe){0};
}

const char *deb_probe_demangled(struct deb_probe *probe)
{
	if (!probe->tried && str_starts(probe->name, "_Z"))
		probe->demangled = abilock_demangle(probe->name);
	probe->tried = true;
	return probe->demangled;
}

static const char *node_of(const char *name)
{
	const char *at = strrchr(name, '@');

	return at && at[1] ? at + 1 : NULL;
}

const char *deb_probe_node(const struct deb_probe *probe)
{
	return node_of(probe->name);
}

static int match_regex(const struct deb_symbol *pattern, const char *subject,
		       struct abilock_error *err)
{
	const pcre2_code *regex = pattern->pattern->regex;
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);

	if (!data)
		return abilock_error_nomem(err);
	int r = pcre2_match(regex, (PCRE2_SPTR)subject, strlen(subject), 0, 0, data, NULL);
	if (r == PCRE2_ERROR_JIT_STACKLIMIT)
		r = pcre2_match(regex, (PCRE2_SPTR)subject, strlen(subject), 0, PCRE2_NO_JIT, data,
				NULL);
	pcre2_match_data_free(data);
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	if (r >= 0)
		return 1;
	return abilock_error_set(
		err, ABILOCK_E_UNSUPPORTED, pattern->file, NULL, 0,
		"line %lu: regular expression '%.100s' takes too long for '%.100s'", pattern->line,
		pattern->name, subject);
}

int deb_pattern_matches(const struct deb_symbol *pattern, struct deb_probe *probe,
			struct abilock_error *err)
{
	const char *subject = probe->name;
	bool by_regex = false;

	/* Each tag changes what the next one sees. */
	for (size_t i = 0; i < pattern->tag_count; i++) {
		const char *tag = pattern->tags[i].name;

		if (str_eq(tag, "c++")) {
			/* A node never is a mangled name. */
			subject = subject == probe->name ? deb_probe_demangled(probe) : NULL;
		} else if (str_eq(tag, "symver")) {
			subject = node_of(subject);
		} else if (str_eq(tag, "regex")) {
			int r = match_regex(pattern, subject, err);
			if (r <= 0)
				return r;
			by_regex = true;
		}
		if (!subject)
			return 0;
	}
	return by_regex || str_eq(subject, pattern->name);
}
