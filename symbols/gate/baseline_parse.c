/* SPDX-License-Identifier: MIT */
/* The first pass over a baseline's text: nodes and symbols. */
#include <elf.h>
#include <stdarg.h>

#include "../machine.h"
#include "baseline_reader.h"

static void reader_deinit(struct reader *rd)
{
	if (rd->surface)
		free(rd->surface->exports);
	abilock_surface_free(rd->surface);
	abilock_baseline_free(rd->baseline);
	abilock_name_table_deinit(&rd->node_names);
	abilock_types_reader_deinit(&rd->types);
	free(rd->prints);
	free(rd->nodes);
	free(rd->text);
	free(rd->first_text);
}

int reader_fail(struct reader *rd, const char *fmt, ...)
{
	char message[sizeof(rd->err->message)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return abilock_error_set_line(rd->err, rd->path, rd->line, 1, "%s", message);
}

/* ---- words ---- */

/* A word that has to be there. */
int reader_next(struct reader *rd, char **line, const char *what, char **ret, bool *ret_quoted)
{
	const char *wrong = baseline_next_word(line, ret, ret_quoted);

	if (wrong)
		return reader_fail(rd, "%s", wrong);
	return *ret ? 0 : reader_fail(rd, "expected %s", what);
}

static int expect_end(struct reader *rd, char *line)
{
	char *word = NULL;
	const char *wrong = baseline_next_word(&line, &word, NULL);

	if (wrong)
		return reader_fail(rd, "%s", wrong);
	return word ? reader_fail(rd, "expected the end of the line, found '%.80s'", word) : 0;
}

/* ---- first pass ---- */

static int read_node(struct reader *rd, char *line)
{
	struct node_line *node = NULL;
	char *name = NULL;
	int r = reader_next(rd, &line, "the name of a node behind '.node'", &name, NULL);

	if (r < 0)
		return r;
	if (!name[0])
		return reader_fail(rd, "a node has no name");
	if (rd->node_count >= 0x7fff)
		return reader_fail(rd, "more nodes than a file can have");
	node = abilock_array_push(&rd->nodes, &rd->node_count, sizeof(*node));
	if (!node)
		return abilock_error_nomem(rd->err);
	*node = (struct node_line){name, line, rd->line};
	void **slot = abilock_name_table_value(&rd->node_names, name);
	if (!slot)
		return abilock_error_nomem(rd->err);
	if (*slot)
		return reader_fail(rd, "node '%.200s' stands in line %u already", name,
				   rd->nodes[(uintptr_t)*slot - 1].line);
	*slot = (void *)(uintptr_t)rd->node_count; /* its index, from 1 */
	return 0;
}

static int read_soname(struct reader *rd, char *line)
{
	char *word = NULL;
	bool is_quoted = false;
	int r = reader_next(rd, &line, "a soname, or '-' for none, behind '.soname'", &word,
			    &is_quoted);

	if (r == 0 && rd->soname_line > 0)
		return reader_fail(rd, "'.soname' stands in line %u already", rd->soname_line);
	if (r < 0)
		return r;
	rd->soname_line = rd->line;
	rd->soname = !is_quoted && str_eq(word, "-") ? NULL : word;
	return expect_end(rd, line);
}

static int read_machine(struct reader *rd, char *line)
{
	char *word = NULL;
	int r = reader_next(rd, &line, "the name of a machine behind '.machine'", &word, NULL);

	if (r == 0 && rd->machine)
		return reader_fail(rd, "there is more than one line '.machine'");
	if (r < 0)
		return r;
	const struct abilock_machine *machine = abilock_machine_find(word);
	rd->machine = machine ? machine->name : word;
	return expect_end(rd, line);
}

static int read_size(struct reader *rd, const char *word, struct abilock_export *export)
{
	uint64_t size = 0;

	if (str_eq(word, "-"))
		return 0;
	for (const char *p = word; *p; p++)
		if (*p < '0' || *p > '9' || __builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, (uint64_t)(*p - '0'), &size))
			return reader_fail(rd, "expected a size in bytes or '-', found '%.80s'",
					   word);
	if (!baseline_type_has_size(export->type))
		return reader_fail(rd, "only data and tls have a size, found '%.80s'", word);
	export->size = size;
	return 0;
}

static int read_print(struct reader *rd, const char *word, struct abilock_fingerprint *print)
{
	size_t length = 0;

	if (str_eq(word, "-"))
		return 0;
	for (; baseline_hex_digit(word[length]) >= 0; length++)
		print->value = print->value << 4 | (uint64_t)baseline_hex_digit(word[length]);
	if (length != ABILOCK_FINGERPRINT_DIGITS || word[length])
		return reader_fail(rd,
				   "expected a fingerprint of %d digits from 0 to f or '-', found "
				   "'%.80s'",
				   ABILOCK_FINGERPRINT_DIGITS, word);
	print->is_known = rd->has_prints = true;
	return 0;
}

static bool read_flag(const char *word, struct abilock_export *export)
{
	if (str_eq(word, "weak"))
		export->bind = STB_WEAK;
	else if (str_eq(word, "unique"))
		export->bind = STB_GNU_UNIQUE;
	else if (str_eq(word, "compat"))
		export->is_default = false;
	else
		return false;
	return true;
}

/* [SIZE] [FINGERPRINT] [FLAG...] */
static int read_rest(struct reader *rd, char *line, struct abilock_export *export,
		     struct abilock_fingerprint *print)
{
	size_t position = 0;
	char *word = NULL;
	int r = 0;

	for (;;) {
		const char *wrong = baseline_next_word(&line, &word, NULL);

		if (wrong)
			return reader_fail(rd, "%s", wrong);
		if (!word)
			return 0;
		if (read_flag(word, export)) {
			position = 2;
			continue;
		}
		if (position >= 2)
			return reader_fail(rd,
					   "expected weak, unique, compat or the end of the line, "
					   "found '%.80s'",
					   word);
		r = position++ == 0 ? read_size(rd, word, export) : read_print(rd, word, print);
		if (r < 0)
			return r;
	}
}

int reader_find_node(struct reader *rd, const char *name, bool is_quoted, size_t *ret)
{
	*ret = ABILOCK_NO_NODE;
	if (!is_quoted && str_eq(name, "-"))
		return 0;
	const uintptr_t at = (uintptr_t)abilock_name_table_find(&rd->node_names, name);
	if (at == 0)
		return reader_fail(rd, "node '%.200s' has no line '.node %.200s' above", name,
				   name);
	*ret = at - 1;
	return 0;
}

static int read_symbol(struct reader *rd, char *line)
{
	struct abilock_export export = {
		.is_default = true, .bind = STB_GLOBAL, .line = rd->line, .row = rd->print_count};
	struct abilock_surface *surface = rd->surface;
	char *node = NULL, *name = NULL, *word = NULL;
	bool is_quoted = false;
	int r = reader_next(rd, &line, "a node", &node, &is_quoted);

	if (r == 0)
		r = reader_next(rd, &line, "NODE SYMBOL TYPE: a symbol", &name, NULL);
	if (r == 0)
		r = reader_next(rd, &line, "NODE SYMBOL TYPE: func, data, tls, ifunc or notype",
				&word, NULL);
	if (r == 0)
		r = reader_find_node(rd, node, is_quoted, &export.node);
	if (r < 0)
		return r;
	const int type = baseline_type_parse(word);
	if (type < 0)
		return reader_fail(rd, "expected func, data, tls, ifunc or notype, found '%.80s'",
				   word);
	if (!name[0])
		return reader_fail(rd, "a symbol has no name");
	export.type = (uint8_t)type;
	export.name = name;
	struct abilock_fingerprint *print =
		abilock_array_push(&rd->prints, &rd->print_count, sizeof(*print));
	struct abilock_export *slot =
		abilock_array_push(&surface->exports, &surface->export_count, sizeof(*slot));
	if (!print || !slot)
		return abilock_error_nomem(rd->err);
	r = read_rest(rd, line, &export, print);
	*slot = export;
	return r;
}

static int read_line(struct reader *rd, char *line)
{
	if (reader_is_of_types(line) || !line[strspn(line, " \t")] ||
	    line[strspn(line, " \t")] == '#')
		return 0;
	if (str_starts(line, ".node "))
		return read_node(rd, line + strlen(".node "));
	if (str_starts(line, ".soname "))
		return read_soname(rd, line + strlen(".soname "));
	if (str_starts(line, ".machine "))
		return read_machine(rd, line + strlen(".machine "));
	if (str_eq(line, ".public-headers")) {
		rd->has_headers = true;
		return 0;
	}
	if (line[0] == '.')
		return reader_fail(rd,
				   "expected .soname, .machine, .public-headers, .node, .type, "
				   ".struct, .union or .enum, "
				   "found '%.*s'",
				   (int)strcspn(line, " \t") < 40 ? (int)strcspn(line, " \t") : 40,
				   line);
	return read_symbol(rd, line);
}

static int read_magic(struct reader *rd, char *line)
{
	char *word = NULL;

	if (baseline_next_word(&line, &word, NULL) || !word || !str_eq(word, BASELINE_MAGIC))
		return reader_fail(rd, "not a baseline: it does not begin with '" BASELINE_MAGIC
				       " " BASELINE_FORMAT "'");
	int r = reader_next(rd, &line, "the version of the form behind '" BASELINE_MAGIC "'", &word,
			    NULL);
	if (r < 0)
		return r;
	if (!str_eq(word, BASELINE_FORMAT))
		return abilock_error_set(rd->err, ABILOCK_E_UNSUPPORTED, rd->path, NULL, 0,
					 "a baseline of form '%.40s', and this program knows form "
					 "'" BASELINE_FORMAT "' alone",
					 word);
	return expect_end(rd, line);
}

/* Call @p read for each line from @p at on, which is cut off its newline; @p at moves behind it. */
static int for_each_line(struct reader *rd, size_t *at, bool only_one,
			 int (*read)(struct reader *rd, char *line))
{
	while (*at < rd->length) {
		char *line = rd->text + *at;
		char *end = memchr(line, '\n', rd->length - *at);
		const size_t length = end ? (size_t)(end - line) : rd->length - *at;

		rd->line++;
		*at += length + 1;
		line[length] = '\0';
		if (memchr(line, '\0', length))
			return reader_fail(rd, "a NUL byte, which no baseline has");
		if (length > 0 && line[length - 1] == '\r')
			line[length - 1] = '\0';
		const bool is_blank = !line[0] || line[0] == '#';
		int r = is_blank ? 0 : read(rd, line);
		if (r == 0 && !end)
			r = reader_fail(rd, "the last line has no newline: the file was cut off "
					    "here, or an editor took it away");
		if (r < 0 || (only_one && !is_blank))
			return r;
	}
	return only_one ? reader_fail(rd, "not a baseline: it is empty") : 0;
}

/* ---- the surface ---- */

static int resolve_parents(struct reader *rd, size_t at)
{
	struct abilock_node *node = &rd->surface->nodes[at];
	char *line = rd->nodes[at].parents, *word = NULL;
	size_t *parents = NULL, count = 0;
	int r = 0;

	rd->line = rd->nodes[at].line;
	for (;;) {
		const char *wrong = baseline_next_word(&line, &word, NULL);

		if (wrong)
			r = reader_fail(rd, "%s", wrong);
		if (wrong || !word)
			break;
		size_t *slot = abilock_array_push(&parents, &count, sizeof(*slot));
		r = slot ? reader_find_node(rd, word, true, slot) : abilock_error_nomem(rd->err);
		if (r < 0)
			break;
	}
	size_t *kept = abilock_arena_array(&rd->surface->arena, count + 1, sizeof(*kept));
	if (!kept)
		r = abilock_error_nomem(rd->err);
	else if (count > 0)
		memcpy(kept, parents, count * sizeof(*kept));
	free(parents);
	node->parents = kept;
	node->parent_count = count;
	return r;
}

static int make_nodes(struct reader *rd)
{
	struct abilock_surface *surface = rd->surface;
	int r = 0;

	surface->soname = rd->soname;
	surface->nodes =
		abilock_arena_array(&surface->arena, rd->node_count + 1, sizeof(*surface->nodes));
	if (!surface->nodes)
		return abilock_error_nomem(rd->err);
	surface->node_count = rd->node_count;
	for (size_t i = 0; i < rd->node_count; i++)
		surface->nodes[i] = (struct abilock_node){
			.name = rd->nodes[i].name,
			.is_private = abilock_node_name_is_private(rd->nodes[i].name),
			.line = rd->nodes[i].line,
		};
	for (size_t i = 0; r == 0 && i < rd->node_count; i++)
		r = resolve_parents(rd, i);
	return r;
}

static int compare_rows(const void *a, const void *b)
{
	const struct abilock_export *x = *(const struct abilock_export *const *)a;
	const struct abilock_export *y = *(const struct abilock_export *const *)b;
	int order = (x->node > y->node) - (x->node < y->node);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool is_in_order(const struct abilock_surface *surface)
{
	for (size_t i = 1; i < surface->export_count; i++) {
		const struct abilock_export *a = &surface->exports[i - 1], *b = a + 1;

		if (a->node == b->node ? strcmp(a->name, b->name) >= 0 : a->node + 1 > b->node + 1)
			return false;
	}
	return true;
}

static int refuse_twice(struct reader *rd)
{
	const struct abilock_surface *surface = rd->surface;
	const size_t count = surface->export_count;
	_cleanup_(freep) const struct abilock_export **sorted = NULL;

	/* As they are written: sorted, and so each once. */
	if (is_in_order(surface))
		return 0;
	sorted = calloc(count + 1, sizeof(*sorted));
	if (!sorted)
		return abilock_error_nomem(rd->err);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &surface->exports[i];
	qsort(sorted, count, sizeof(*sorted), compare_rows);
	for (size_t i = 1; i < count; i++) {
		const struct abilock_export *a = sorted[i - 1], *b = sorted[i];

		if (a->node != b->node || !str_eq(a->name, b->name))
			continue;
		rd->line = b->line;
		return reader_fail(rd, "symbol '%.200s' of this node stands in line %u already",
				   b->name, a->line);
	}
	return 0;
}

static int make_baseline(struct reader *rd)
{
	int r = make_nodes(rd);

	if (r == 0)
		r = refuse_twice(rd);
	if (r == 0)
		r = abilock_baseline_new(rd->surface, rd->path, true, NULL, &rd->baseline, rd->err);
	if (r < 0)
		return r;
	struct abilock_baseline *baseline = rd->baseline;
	struct abilock_surface *surface = baseline->surface;
	if (rd->machine) {
		baseline->machine = abilock_arena_strdup(&baseline->arena, rd->machine);
		if (!baseline->machine)
			return abilock_error_nomem(rd->err);
	}
	baseline->knows_soname = rd->soname_line > 0;
	baseline->soname_line = rd->soname_line;
	baseline->has_headers = rd->has_headers;
	baseline->has_prints = rd->has_prints;
	baseline->has_private = false;
	for (size_t i = 0; i < surface->node_count; i++)
		baseline->has_private |= surface->nodes[i].is_private;
	for (size_t i = 0; i < surface->export_count; i++) {
		baseline->prints[i] = rd->prints[surface->exports[i].row];
		surface->exports[i].row = 0;
	}
	return 0;
}

/* ---- */

static int keep_source(struct reader *rd, const char *text, size_t length)
{
	struct abilock_baseline *baseline = rd->baseline;
	char *copy = abilock_arena_strndup(&baseline->arena, text, length);

	if (!copy)
		return abilock_error_nomem(rd->err);
	baseline->source = (struct abilock_source){baseline->path, copy, length};
	return 0;
}

static int parse(struct reader *rd, const char *text, size_t length)
{
	size_t at = 0;

	rd->text = malloc(length + 1);
	rd->surface = calloc(1, sizeof(*rd->surface));
	if (!rd->text || !rd->surface)
		return abilock_error_nomem(rd->err);
	memcpy(rd->text, text, length);
	if (length >= strlen(BASELINE_MARK) &&
	    memcmp(text, BASELINE_MARK, strlen(BASELINE_MARK)) == 0)
		at = strlen(BASELINE_MARK);
	int r = for_each_line(rd, &at, true, read_magic);
	const size_t first = at < length ? at : length;
	const unsigned first_line = rd->line;
	if (r == 0)
		r = for_each_line(rd, &at, false, read_line);
	if (r == 0)
		r = make_baseline(rd);
	if (r == 0)
		r = keep_source(rd, text, length);
	if (r < 0)
		return r;
	rd->first_text = rd->text;
	rd->text = malloc(length + 1);
	if (!rd->text)
		return abilock_error_nomem(rd->err);
	memcpy(rd->text, text, length);
	at = first;
	rd->line = first_line;
	r = for_each_line(rd, &at, false, reader_read_types_line);
	return r == 0 ? reader_finish_types(rd) : r;
}

int abilock_baseline_parse(const char *text, size_t length, const char *path,
			   struct abilock_baseline **ret, struct abilock_error *err)
{
	struct abilock_error own;
	_cleanup_(reader_deinit) struct reader rd = {
		.path = path, .length = length, .err = err ? err : &own};

	if (length > ABILOCK_BASELINE_MAX)
		return abilock_error_set(rd.err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "larger than %zu MiB", ABILOCK_BASELINE_MAX >> 20);
	int r = parse(&rd, text, length);
	if (r == 0)
		*ret = take_ptr(rd.baseline);
	return r;
}
