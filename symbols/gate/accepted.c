/* SPDX-License-Identifier: MIT */
#include "accepted.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "accepted_parts.h"
#include "gate_read.h"

#define ACCEPTED_RULE "accepted-syntax"

/** Largest ledger, in bytes. */
#define ACCEPTED_MAX ((size_t)16 << 20)

void accepted_deinit(struct accepted *accepted)
{
	free(accepted->entries);
	abilock_arena_clear(&accepted->arena);
	*accepted = (struct accepted){0};
}

/* A line that is read from the left. */
struct cursor {
	struct accepted *accepted;
	struct abilock_diagnostics *diags;
	const char *start, *p, *end;
	unsigned line;
	bool failed; /* something wrong has been said */
	bool no_memory;
};

static struct abilock_place place_at(const struct cursor *cur, const char *from, const char *to)
{
	return (struct abilock_place){0, cur->line, (uint32_t)(from - cur->start) + 1,
				      (uint32_t)(to - from)};
}

static void complain(struct cursor *cur, const char *from, const char *to, const char *fmt, ...)
	_printf_(4, 5);

static void complain(struct cursor *cur, const char *from, const char *to, const char *fmt, ...)
{
	_cleanup_(freep) char *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	message = abilock_vformat(fmt, ap);
	va_end(ap);
	cur->failed = true;
	if (!message)
		cur->no_memory = true;
	else
		(void)abilock_diagnostics_add(cur->diags, ABILOCK_LEVEL_ERROR, ACCEPTED_RULE,
					      place_at(cur, from, to), "%s", message);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A word of an entry. */
struct word {
	const char *text; /* NULL: there is none */
	const char *from, *to;
	bool is_last; /* a colon follows */
};

static const char *keep(struct cursor *cur, const char *text, size_t length)
{
	const char *kept = abilock_arena_strndup(&cur->accepted->arena, text, length);

	cur->no_memory |= !kept;
	return kept;
}

static struct word read_quoted(struct cursor *cur)
{
	const char *from = cur->p++;
	char *text = abilock_arena_alloc(&cur->accepted->arena, (size_t)(cur->end - from) + 1);
	size_t length = 0;

	if (!text) {
		cur->failed = cur->no_memory = true;
		return (struct word){0};
	}
	while (cur->p < cur->end && *cur->p != '"') {
		if (*cur->p == '\\' && cur->p + 1 < cur->end)
			cur->p++;
		text[length++] = *cur->p++;
	}
	if (cur->p == cur->end) {
		complain(cur, from, cur->end, "a name in quotes has no end");
		return (struct word){0};
	}
	cur->p++;
	struct word word = {.text = text, .from = from, .to = cur->p};
	word.is_last = cur->p < cur->end && *cur->p == ':';
	cur->p += word.is_last;
	if (cur->p < cur->end && !is_space(*cur->p)) {
		complain(cur, cur->p, cur->p + 1, "expected a space behind a name in quotes");
		return (struct word){0};
	}
	return word;
}

static struct word next_word(struct cursor *cur)
{
	while (cur->p < cur->end && is_space(*cur->p))
		cur->p++;
	const char *from = cur->p;
	if (from == cur->end)
		return (struct word){.from = from, .to = from};
	if (*from == '"')
		return read_quoted(cur);
	while (cur->p < cur->end && !is_space(*cur->p))
		cur->p++;
	struct word word = {.from = from, .to = cur->p};
	word.is_last = cur->p[-1] == ':';
	word.to -= word.is_last;
	word.text = word.to > from ? keep(cur, from, (size_t)(word.to - from)) : NULL;
	return word;
}

/* ---- fields ---- */

static bool check_rule(struct cursor *cur, const struct word *word, const char **ret)
{
	const struct abilock_rule *rule =
		word->text ? abilock_rule_find(gate_rules, gate_rule_count, word->text) : NULL;

	if (!rule)
		complain(cur, word->from, word->to,
			 "'%.60s' is no rule: see 'abiaudit check "
			 "--list-rules'",
			 word->text ? word->text : "");
	else if (!accepted_may_accept(rule->id))
		complain(cur, word->from, word->to,
			 "'%s' is about the ledger itself, and cannot "
			 "be accepted",
			 rule->id);
	else
		*ret = rule->id;
	return *ret != NULL;
}

static bool is_commit(const char *s)
{
	const size_t length = strspn(s, "0123456789abcdef");

	return !s[length] && length >= 7 && length <= 64;
}

/* Four digits, two, and two: not yet whether there is such a day. */
static bool looks_like_date(const char *s)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < strlen(form); i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return s[strlen(form)] == '\0';
}

static bool is_day(const char *s)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const int year = atoi(s), month = atoi(s + 5), day = atoi(s + 8);
	const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && is_leap);
}

/* 2026-1-31, 2026/01/31, 31.01.2026: meant as a date, and no name that a node has. */
static bool is_other_date(const char *s)
{
	const char *dot = strrchr(s, '.');

	return !s[strspn(s, "0123456789-/.")] &&
	       (strpbrk(s, "-/") || (dot && strchr(s, '.') != dot && strlen(dot + 1) == 4));
}

static void read_until(struct cursor *cur, const struct word *word, const char *value,
		       struct accepted_entry *entry)
{
	entry->has_day = looks_like_date(value);
	if (!*value)
		complain(cur, word->from, word->to, "expected a date or a node behind 'until='");
	else if (entry->has_day && !is_day(value))
		complain(cur, word->from, word->to, "there is no day '%s'", value);
	else if (!entry->has_day && is_other_date(value))
		complain(cur, word->from, word->to, "a date is written YYYY-MM-DD, found '%.80s'",
			 value);
}

static void read_field(struct cursor *cur, const struct word *word, struct accepted_entry *entry)
{
	const char *value = strchr(word->text, '=');
	const char **slot = NULL;

	if (str_starts(word->text, "commit="))
		slot = &entry->commit;
	else if (str_starts(word->text, "until="))
		slot = &entry->until;
	if (!slot) {
		complain(cur, word->from, word->to,
			 "expected commit=HASH, until=YYYY-MM-DD, until=NODE or ': REASON', found "
			 "'%.60s' (a subject with spaces stands in double quotes)",
			 word->text);
		return;
	}
	value++;
	if (*slot)
		complain(cur, word->from, word->to, "'%.*s' stands here twice",
			 (int)(value - word->text), word->text);
	else if (slot == &entry->commit && !is_commit(value))
		complain(cur, word->from, word->to,
			 "a commit has 7 to 64 digits from 0 to f, found '%.80s'", value);
	else if (slot == &entry->until)
		read_until(cur, word, value, entry);
	*slot = value;
}

static void read_reason(struct cursor *cur, struct accepted_entry *entry)
{
	while (cur->p < cur->end && is_space(*cur->p))
		cur->p++;
	const char *end = cur->end;
	while (end > cur->p && is_space(end[-1]))
		end--;
	entry->reason = keep(cur, cur->p, (size_t)(end - cur->p));
	if (entry->reason && (!*entry->reason || str_eq(entry->reason, ACCEPTED_REASON)))
		complain(cur, cur->p, end, "an entry ends with the reason why the change is meant");
}

/* Until the reason; an error ends the line. */
static void read_entry(struct cursor *cur, struct accepted_entry *entry)
{
	struct word word = next_word(cur);

	entry->place = place_at(cur, word.from, word.to);
	if (cur->failed || !check_rule(cur, &word, &entry->rule))
		return;
	if (!word.is_last) {
		word = next_word(cur);
		entry->subject = word.text;
	}
	if (!entry->subject) {
		if (!cur->failed)
			complain(cur, word.from, word.to,
				 "expected what is accepted behind the rule: a symbol as "
				 "foo@NODE, a node, a type in quotes, or the soname");
		return;
	}
	while (!word.is_last && !cur->failed) {
		word = next_word(cur);
		if (word.text)
			read_field(cur, &word, entry);
		else if (!word.is_last && !cur->failed)
			complain(cur, word.from, word.to,
				 "expected ': REASON' at the end of the line");
	}
	if (!cur->failed)
		read_reason(cur, entry);
}

static bool add_entry(struct cursor *cur, const struct accepted_entry *entry)
{
	struct accepted *accepted = cur->accepted;
	struct accepted_entry *slot =
		abilock_array_push(&accepted->entries, &accepted->entry_count, sizeof(*slot));

	if (slot)
		*slot = *entry;
	return slot != NULL;
}

static void refuse_twice(struct cursor *cur, struct abilock_name_table *table,
			 const struct accepted_entry *entry)
{
	const char *key = accepted_key(&cur->accepted->arena, entry->rule, entry->subject);
	void **slot = key ? abilock_name_table_value(table, key) : NULL;

	if (!slot) {
		cur->failed = cur->no_memory = true;
		return;
	}
	if (*slot)
		complain(cur, cur->start + entry->place.column - 1, cur->end,
			 "line %zu accepts this already", (size_t)(uintptr_t)*slot);
	*slot = (void *)(uintptr_t)cur->line;
}

static bool read_lines(struct accepted *accepted, struct abilock_diagnostics *diags,
		       struct abilock_name_table *table)
{
	const char *p = accepted->source.text, *end = p + accepted->source.length;

	/* Some editors write a byte order mark. */
	if (str_starts(p, "\xef\xbb\xbf"))
		p += strlen("\xef\xbb\xbf");
	for (unsigned line = 1; p < end; line++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		struct accepted_entry entry = {0};
		struct cursor cur = {.accepted = accepted,
				     .diags = diags,
				     .start = p,
				     .p = p,
				     .end = newline ? newline : end,
				     .line = line};

		p = newline ? newline + 1 : end;
		if (cur.end > cur.start && cur.end[-1] == '\r')
			cur.end--;
		while (cur.p < cur.end && is_space(*cur.p))
			cur.p++;
		if (cur.p == cur.end || *cur.p == '#')
			continue;
		const char *nul = memchr(cur.p, '\0', (size_t)(cur.end - cur.p));
		if (nul)
			complain(&cur, nul, nul + 1, "a NUL byte, which no ledger has");
		else
			read_entry(&cur, &entry);
		if (!cur.failed && !cur.no_memory)
			refuse_twice(&cur, table, &entry);
		if (cur.no_memory || (!cur.failed && !add_entry(&cur, &entry)))
			return false;
	}
	return true;
}

int accepted_parse(const char *text, size_t length, const char *path, struct accepted *ret,
		   struct abilock_diagnostics *diags, struct abilock_error *err)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table table = {0};
	_cleanup_(accepted_deinit) struct accepted accepted = {0};
	const size_t first = diags->count;

	if (length > ACCEPTED_MAX)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "larger than %zu MiB", ACCEPTED_MAX >> 20);
	accepted.source = (struct abilock_source){
		.path = abilock_arena_strdup(&accepted.arena, path),
		.text = abilock_arena_strndup(&accepted.arena, text, length),
		.length = length,
	};
	if (!accepted.source.path || !accepted.source.text ||
	    !read_lines(&accepted, diags, &table) || diags->failed)
		return abilock_error_nomem(err);
	*ret = accepted;
	accepted = (struct accepted){0};
	if (diags->count == first)
		return 0;
	const struct abilock_diagnostic *diag = &diags->items[first];
	return abilock_error_set_line(err, path, diag->place.line, diag->place.column, "%s",
				      diag->message);
}

/* ---- files ---- */

int accepted_read(const char *path, struct accepted *ret, struct abilock_diagnostics *diags,
		  struct abilock_error *err)
{
	/* Nobody may ever write to a pipe. */
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t length = 0;
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(-r));
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "not a file");
	if ((uint64_t)st.st_size > ACCEPTED_MAX)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "larger than %zu MiB", ACCEPTED_MAX >> 20);
	_cleanup_(freep) char *text = malloc((size_t)st.st_size + 1);
	if (!text)
		return abilock_error_nomem(err);
	r = gate_read(fd, text, (size_t)st.st_size, &length);
	if (r < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(-r));
	return accepted_parse(text, length, path, ret, diags, err);
}
