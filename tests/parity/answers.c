/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>

static bool starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* A line that is expected. Where the middle is of no interest it has a tail. */
struct line {
	char *head;
	char *tail; /* NULL: `head` is all of it */
};

struct lines {
	struct line *items;
	size_t count;
};

static void lines_deinit(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->items[i].head);
		free(lines->items[i].tail);
	}
	free(lines->items);
}

static char *vformat(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		abort();
	return text;
}

__attribute__((format(printf, 1, 2))) static char *format(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *text = vformat(fmt, args);
	va_end(args);
	return text;
}

/* Takes both strings over. */
static void add_line(struct lines *lines, char *head, char *tail)
{
	if ((lines->count & (lines->count + 1)) == 0) {
		lines->items =
			realloc(lines->items, 2 * (lines->count + 1) * sizeof(*lines->items));
		if (!lines->items)
			abort();
	}
	lines->items[lines->count++] = (struct line){head, tail};
}

__attribute__((format(printf, 2, 3))) static void add(struct lines *lines, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_line(lines, vformat(fmt, args), NULL);
	va_end(args);
}

/* A name as it may be printed: without control characters. The caller frees it. */
static char *plain(const char *name)
{
	char *text = malloc(2 * strlen(name) + 1), *to = text;

	if (!text)
		abort();
	for (; *name; name++) {
		const bool control = (unsigned char)*name < ' ' || *name == 0x7f;

		if (control)
			*to++ = '^';
		*to++ = (char)(control ? *name ^ 0x40 : *name);
	}
	*to = '\0';
	return text;
}

/* ---- readelf --dyn-syms ---- */

static char *symbol_tail(const struct truth_symbol *symbol)
{
	_cleanup_(freep) char *name = plain(symbol->name);
	_cleanup_(freep) char *node = plain(symbol->node ? symbol->node : "");
	const unsigned index = symbol->versym & 0x7fff;

	/* Its name is that of the section. */
	if ((symbol->info & 0xf) == STT_SECTION)
		return format("%s", "");
	if (!symbol->node || strcmp(symbol->node, symbol->name) == 0)
		return format(" %s", name);
	if (symbol->needed)
		return format(" %s@%s (%u)", name, node, index);
	return format(" %s@%s%s", name, symbol->versym & 0x8000 ? "" : "@", node);
}

static void add_symbols(struct lines *lines, const struct truth *truth)
{
	for (size_t i = 0; i < truth->symbol_count; i++) {
		const struct truth_symbol *symbol = &truth->symbols[i];
		char size[24];

		if (!symbol->name)
			break; /* uncounted: rows end somewhere before */
		(void)snprintf(size, sizeof(size), symbol->size > 99999 ? "0x%" PRIx64 : "%" PRIu64,
			       symbol->size);
		add_line(lines,
			 format("%6zu: %0*" PRIx64 " %5s ", i, truth->is64 ? 16 : 8, symbol->value,
				size),
			 symbol_tail(symbol));
	}
}

/* ---- readelf -V ---- */

/* The node of an index, whether the symbol should have it or not. */
static const char *node_at(const struct truth *truth, unsigned index, bool *needed)
{
	for (size_t i = 0; i < truth->need_count; i++) {
		*needed = truth->needs[i].index == index;
		if (*needed)
			return truth->needs[i].node;
	}
	for (size_t i = 0; i < truth->def_count; i++)
		if (truth->defs[i].index == index)
			return truth->defs[i].name;
	return NULL;
}

/* NULL where no node has the index. */
static char *version_cell(const struct truth *truth, const struct truth_symbol *symbol)
{
	const unsigned index = symbol->versym & 0x7fff;
	const bool hidden = symbol->versym & 0x8000;
	bool needed = false;
	char start[16];

	if (symbol->versym == 0)
		return format("%-18s", "   0 (*local*)");
	if (symbol->versym == 1)
		return format("%-18s", "   1 (*global*)");
	const char *name = node_at(truth, index, &needed);
	(void)snprintf(start, sizeof(start), "%4x%c", index, hidden ? 'h' : ' ');
	/* readelf has no name for what it takes for a contradiction. */
	if (hidden && (index <= 1 || needed))
		return format("%-18s", start);
	if (!name)
		return NULL;
	_cleanup_(freep) char *node = plain(name);
	const int pad = 12 - (int)strlen(node);
	return format("%s(%s%-*s", start, node, abs(pad), ")");
}

static void add_versyms(struct lines *lines, const struct truth *truth)
{
	for (size_t i = 0; truth->has_versym && i < truth->symbol_count; i += 4) {
		char *row = format("  %03zx:", i);
		bool known = true;

		for (size_t k = i; known && k < i + 4 && k < truth->symbol_count; k++) {
			_cleanup_(freep) char *cell = version_cell(truth, &truth->symbols[k]);
			char *longer = cell ? format("%s%-18s", row, cell) : NULL;

			known = longer != NULL;
			if (known) {
				free(row);
				row = longer;
			}
		}
		/* No row can be right; but for where symbols are not counted. */
		add_line(lines, row, known ? NULL : format("?"));
	}
}

static char *offset_text(uint64_t offset)
{
	return offset ? format("0x%04" PRIx64, offset) : format("000000");
}

static char *flags_text(unsigned flags)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{VER_FLG_BASE, "BASE"}, {VER_FLG_WEAK, "WEAK"}, {4, "INFO"}, {0xfff8, "<unknown>"}};
	char *text = format("%s", flags ? "" : "none");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].bit))
			continue;
		char *longer = format("%s%s%s", text, *text ? " | " : "", names[i].name);
		free(text);
		text = longer;
	}
	return text;
}

static void add_def(struct lines *lines, const struct truth_def *def)
{
	_cleanup_(freep) char *offset = offset_text(def->offset);
	_cleanup_(freep) char *flags = flags_text(def->flags);
	_cleanup_(freep) char *name = plain(def->name);

	add(lines, "  %s: Rev: %u  Flags: %s  Index: %u  Cnt: %u  Name: %s", offset, def->version,
	    flags, def->index, def->count, name);
	for (unsigned i = 1; i < def->count; i++) {
		_cleanup_(freep) char *at = offset_text(def->aux[i]);
		_cleanup_(freep) char *parent = plain(def->parents[i - 1]);

		add(lines, "  %s: Parent %u: %s", at, i, parent);
	}
}

static void add_need(struct lines *lines, const struct truth_need *need)
{
	_cleanup_(freep) char *file_offset = offset_text(need->file_offset);
	_cleanup_(freep) char *offset = offset_text(need->offset);
	_cleanup_(freep) char *flags = flags_text(need->flags);
	_cleanup_(freep) char *file = plain(need->file);
	_cleanup_(freep) char *node = plain(need->node);

	if (need->first)
		add(lines, "  %s: Version: %u  File: %s  Cnt: %u", file_offset, need->version, file,
		    need->count);
	add(lines, "  %s:   Name: %s  Flags: %s  Version: %u", offset, node, flags, need->index);
}

static void add_versions(struct lines *lines, const struct truth *truth)
{
	add_versyms(lines, truth);
	for (size_t i = 0; i < truth->def_count; i++)
		add_def(lines, &truth->defs[i]);
	for (size_t i = 0; i < truth->need_count; i++)
		add_need(lines, &truth->needs[i]);
}

/* ---- records ---- */

/* A field of a record. The caller frees it. */
static char *field(const char *text)
{
	char *escaped = malloc(4 * strlen(text) + 1), *to = escaped;

	if (!escaped)
		abort();
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;
		const char *in = "\t\n\r\\", *at = strchr(in, c);

		if (at)
			to += sprintf(to, "\\%c", "tnr\\"[at - in]);
		else if (c < ' ' || c == 0x7f)
			to += sprintf(to, "\\x%02x", c);
		else
			*to++ = (char)c;
	}
	*to = '\0';
	return escaped;
}

static void add_symbol_record(struct lines *lines, const char *path,
			      const struct truth_symbol *symbol, size_t index)
{
	_cleanup_(freep) char *name = field(symbol->name);
	_cleanup_(freep) char *node = field(symbol->node ? symbol->node : "");

	add_line(lines, format("symbol\t%s\t%zu\t%s\t%s\t", path, index, name, node),
		 format("\t%" PRIu64 "\t%" PRIu64, symbol->size, symbol->value));
}

static void add_need_record(struct lines *lines, const char *path, const struct truth_need *need)
{
	_cleanup_(freep) char *file = field(need->file);
	_cleanup_(freep) char *node = field(need->node);
	_cleanup_(freep) char *flags = flags_text(need->flags);

	add(lines, "need\t%s\t%s\t%s\t%u\t%s", path, file, node, need->index, flags);
}

static void add_node_records(struct lines *lines, const char *path, const struct truth_def *def)
{
	_cleanup_(freep) char *name = field(def->name);
	_cleanup_(freep) char *flags = flags_text(def->flags);

	if (def->flags & VER_FLG_BASE)
		return;
	add_line(lines, format("node\t%s\t%u\t%s\t%s\t", path, def->index, name, flags),
		 format("%s", ""));
	for (unsigned i = 1; i < def->count; i++) {
		_cleanup_(freep) char *parent = field(def->parents[i - 1]);

		add(lines, "parent\t%s\t%s\t%s", path, name, parent);
	}
}

/* Why a node is needed: each symbol that has it. */
static void add_why_record(struct lines *lines, const struct truth *truth, const char *path,
			   const struct truth_symbol *symbol)
{
	for (size_t i = 0; i < truth->need_count; i++) {
		if (truth->needs[i].index != (symbol->versym & 0x7fff))
			continue;
		_cleanup_(freep) char *file = field(truth->needs[i].file);
		_cleanup_(freep) char *node = field(symbol->node);
		_cleanup_(freep) char *name = field(symbol->name);

		add_line(lines, format("why\t%s\t%s\t%s\t%s\t", path, file, node, name),
			 format("%s", ""));
	}
}

static void add_records(struct lines *lines, const struct truth *truth, const char *path)
{
	for (size_t i = 0; i < truth->def_count; i++)
		add_node_records(lines, path, &truth->defs[i]);
	for (size_t i = 0; i < truth->need_count; i++)
		add_need_record(lines, path, &truth->needs[i]);
	for (size_t i = 0; i < truth->symbol_count && !truth->uncounted; i++) {
		add_symbol_record(lines, path, &truth->symbols[i], i);
		if (i > 0 && truth->symbols[i].needed)
			add_why_record(lines, truth, path, &truth->symbols[i]);
	}
}

/* ---- elfdeps ---- */

static const char *marker(const struct truth *truth)
{
	return truth->is64 && truth->machine != EM_ALPHA && truth->machine != 41 ? "(64bit)" : "";
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\n\v\f\r")] == '\0';
}

static void add_dependency(struct lines *lines, const struct truth *truth, const char *soname,
			   const char *node)
{
	if (is_blank(soname))
		return;
	if (*node || *marker(truth))
		add(lines, "%s(%s)%s", soname, node, marker(truth));
	else
		add(lines, "%s", soname);
}

/* elfdeps repeats a node for each parent, and takes the library's name from the BASE definition. */
static void add_provides(struct lines *lines, const struct truth *truth, bool compat)
{
	const bool program = truth->type == ET_EXEC || truth->has_debug;
	const bool named = truth->soname && *truth->soname;
	const char *base = NULL;

	for (size_t i = 0; i < truth->def_count; i++) {
		const struct truth_def *def = &truth->defs[i];
		const char *own = !compat && named ? truth->soname : base;

		if (def->flags & VER_FLG_BASE)
			base = def->name;
		else if (own)
			add_dependency(lines, truth, own, def->name);
		for (unsigned k = 1;
		     compat && !(def->flags & VER_FLG_BASE) && own && k < def->count; k++)
			add_dependency(lines, truth, own, def->name);
	}
	if (named && (!compat || !program))
		add_dependency(lines, truth, truth->soname, "");
}

static void add_requires(struct lines *lines, const struct truth *truth)
{
	for (size_t i = 0; i < truth->need_count; i++)
		add_dependency(lines, truth, truth->needs[i].file, truth->needs[i].node);
	for (size_t i = 0; i < truth->needed_count; i++)
		add_dependency(lines, truth, truth->needed[i], "");
	if (truth->has_gnu_hash && !truth->has_hash)
		add(lines, "rtld(GNU_HASH)");
	if (truth->interp && *truth->interp)
		add(lines, "%s", truth->interp);
}

/* ---- dpkg-gensymbols ---- */

/* Names that need quotes are left out, here and there. */
static bool is_simple(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || (unsigned char)*name > '~' ||
		    strchr("\"'\\@()#|", *name))
			return false;
	return true;
}

static bool is_deb_name(const struct truth_symbol *symbol)
{
	return symbol->name && *symbol->name && *symbol->name != '_' && is_simple(symbol->name) &&
	       (!symbol->node || is_simple(symbol->node));
}

static char *deb_line(const char *name, const char *node)
{
	return format(" %s@%s ", name, node ? node : "Base");
}

/*
 * What has to be there: exports with a node, and those without a version, which have the name of
 * the BASE definition where that one is flagged as more than that.
 */
static void add_deb_symbols(struct lines *lines, const struct truth *truth)
{
	for (size_t i = 0; i < truth->symbol_count; i++) {
		const struct truth_symbol *symbol = &truth->symbols[i];
		const bool plain_export = (symbol->versym & 0x7fff) <= 1;

		if (truth_is_export(symbol) && is_deb_name(symbol) && !symbol->needed &&
		    (symbol->node || plain_export))
			add_line(lines,
				 plain_export ? format(" %s@", symbol->name)
					      : deb_line(symbol->name, symbol->node),
				 format("%s", ""));
	}
}

/* Whether a line is about any definition of the file: which of them count is dpkg's matter. */
static bool is_true_deb_line(const struct truth *truth, const char *line)
{
	for (size_t i = 0; i < truth->symbol_count; i++) {
		const struct truth_symbol *symbol = &truth->symbols[i];
		bool needed;

		if (symbol->section == SHN_UNDEF || !symbol->name)
			continue;
		_cleanup_(freep) char *found =
			deb_line(symbol->name, node_at(truth, symbol->versym & 0x7fff, &needed));
		_cleanup_(freep) char *bare = deb_line(symbol->name, NULL);
		if (starts(line, found) || (!symbol->node && starts(line, bare)))
			return true;
	}
	return false;
}

static bool compare_deb(const struct truth *truth, const struct lines *want,
			const struct lines *got, char **ret_text)
{
	for (size_t i = 0; i < got->count; i++) {
		if (is_true_deb_line(truth, got->items[i].head))
			continue;
		*ret_text = format("there is no%s", got->items[i].head);
		return false;
	}
	for (size_t i = 0; i < want->count; i++) {
		bool found = false;

		for (size_t k = 0; k < got->count && !found; k++)
			found = starts(got->items[k].head, want->items[i].head);
		if (found)
			continue;
		*ret_text = format("missing is%s", want->items[i].head);
		return false;
	}
	return true;
}

static bool is_other_deb_line(const char *line)
{
	const char *at = strchr(line, '@'), *end = strchr(line + 1, ' ');
	_cleanup_(freep) char *name = format("%.*s", at ? (int)(at - line) : 0, line);

	return *line != ' ' || line[1] == '_' || !at || !end || end < at || !is_simple(name + 1);
}

/* ---- comparing ---- */

static int by_head(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->head, ((const struct line *)b)->head);
}

static void sort(struct lines *lines, bool once)
{
	size_t kept = 0;

	if (lines->count == 0)
		return;
	qsort(lines->items, lines->count, sizeof(*lines->items), by_head);
	for (size_t i = 0; i < lines->count; i++) {
		if (once && kept && strcmp(lines->items[kept - 1].head, lines->items[i].head) == 0)
			free(lines->items[i].head);
		else
			lines->items[kept++] = lines->items[i];
	}
	lines->count = kept;
}

static bool is_heading(const char *line)
{
	return *line == '\0' || starts(line, "Symbol table '") || starts(line, "   Num: ") ||
	       starts(line, "Version ") || starts(line, " Addr: ") ||
	       starts(line, "No version information");
}

/* Of the records, those that add_records() makes; where symbols are not counted, without them. */
static bool is_other_record(const struct truth *truth, const char *line)
{
	if (starts(line, "symbol\t") || starts(line, "why\t"))
		return truth->uncounted || (*line == 'w' && strstr(line, "\t\t\t"));
	return !starts(line, "node\t") && !starts(line, "parent\t") && !starts(line, "need\t");
}

static bool is_wanted(enum answer answer, const struct truth *truth, const char *line)
{
	switch (answer) {
	case ANSWER_SYMBOLS:
	case ANSWER_VERSIONS: return !is_heading(line);
	case ANSWER_RECORDS: return !is_other_record(truth, line);
	case ANSWER_DEB_SYMBOLS: return !is_other_deb_line(line);
	default: return true;
	}
}

static void split(struct lines *lines, enum answer answer, const struct truth *truth, char *output)
{
	char *rest = output;

	for (char *line; (line = strsep(&rest, "\n")) && (rest || *line);)
		if (is_wanted(answer, truth, line))
			add(lines, "%s", line);
}

static bool is_match(const struct line *want, const char *got)
{
	const size_t length = strlen(got);

	if (!want->tail)
		return strcmp(want->head, got) == 0;
	const size_t head = strlen(want->head), tail = strlen(want->tail);
	return length >= head + tail && starts(got, want->head) &&
	       memcmp(got + length - tail, want->tail, tail) == 0;
}

/* Where no table counts the symbols, those that are referred to are the least of them. */
static bool compare(enum answer answer, const struct truth *truth, const struct lines *want,
		    const struct lines *got, char **ret_text)
{
	const bool open_end = answer == ANSWER_SYMBOLS && truth->uncounted;

	for (size_t i = 0; i < got->count; i++) {
		if (i < want->count && is_match(&want->items[i], got->items[i].head))
			continue;
		*ret_text = i >= want->count
				    ? format("more than the %zu lines that are true: %s",
					     want->count, got->items[i].head)
				    : format("line %zu is\n\t%s\nbut true is\n\t%s%s%s", i + 1,
					     got->items[i].head, want->items[i].head,
					     want->items[i].tail ? "..." : "",
					     want->items[i].tail ? want->items[i].tail : "");
		return false;
	}
	const size_t least = open_end ? truth->referenced : want->count;
	if (got->count >= least)
		return true;
	*ret_text =
		format("%zu lines, but true are %zu; the first that is missing:\n\t%s", got->count,
		       least, got->count < want->count ? want->items[got->count].head : "");
	return false;
}

unsigned answer_tables(enum answer answer)
{
	const unsigned versions = 1U << TRUTH_DEFS | 1U << TRUTH_NEEDS;

	switch (answer) {
	case ANSWER_SYMBOLS:
	case ANSWER_RECORDS:
		return 1U << TRUTH_FILE | 1U << TRUTH_SYMBOLS | 1U << TRUTH_ROWS | versions;
	case ANSWER_DEB_SYMBOLS:
		return 1U << TRUTH_FILE | 1U << TRUTH_DYNAMIC | 1U << TRUTH_SYMBOLS | versions;
	case ANSWER_VERSIONS: return 1U << TRUTH_FILE | 1U << TRUTH_SYMBOLS | versions;
	case ANSWER_PROVIDES:
	case ANSWER_ELFDEPS_PROVIDES:
		return 1U << TRUTH_FILE | 1U << TRUTH_DYNAMIC | 1U << TRUTH_DEFS;
	case ANSWER_REQUIRES:
	case ANSWER_ELFDEPS_REQUIRES:
		return 1U << TRUTH_FILE | 1U << TRUTH_DYNAMIC | 1U << TRUTH_NEEDS |
		       1U << TRUTH_INTERP;
	}
	return ~0U;
}

bool answer_is_true(enum answer answer, const struct truth *truth, const char *path, char *output,
		    char **ret_text)
{
	_cleanup_(lines_deinit) struct lines want = {0}, got = {0};

	switch (answer) {
	case ANSWER_SYMBOLS: add_symbols(&want, truth); break;
	case ANSWER_VERSIONS: add_versions(&want, truth); break;
	case ANSWER_RECORDS: add_records(&want, truth, path); break;
	case ANSWER_DEB_SYMBOLS: add_deb_symbols(&want, truth); break;
	case ANSWER_PROVIDES: add_provides(&want, truth, false); break;
	case ANSWER_ELFDEPS_PROVIDES: add_provides(&want, truth, true); break;
	case ANSWER_REQUIRES:
	case ANSWER_ELFDEPS_REQUIRES: add_requires(&want, truth); break;
	}
	split(&got, answer, truth, output);
	if (answer == ANSWER_DEB_SYMBOLS)
		return compare_deb(truth, &want, &got, ret_text);
	if (answer > ANSWER_VERSIONS) {
		const bool once = answer == ANSWER_PROVIDES || answer == ANSWER_REQUIRES;

		sort(&want, once);
		sort(&got, false);
	}
	return compare(answer, truth, &want, &got, ret_text);
}
