/* SPDX-License-Identifier: MIT */
/*
 * Whatever the lines: a model or an answer; written and read again it has the same fingerprints and
 * the same text. The lines before and behind a line `=` are two models: each symbol with unlike
 * fingerprints is in a change, and none with equal ones. A line without a dot is a symbol's type.
 */
#include "types/types_compare.h"
#include "types/types_fingerprint.h"
#include "types/types_text.h"

enum { SYMBOLS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct half {
	struct abilock_types *types;
	struct abilock_fingerprint *prints;
	size_t symbols;
};

static void half_deinit(struct half *half)
{
	abilock_types_free(half->types);
	free(half->prints);
}

static bool read_line(struct half *half, struct abilock_types_reader *reader, const char *line)
{
	struct abilock_error err = {0};

	if (line[0] == '.') {
		int r = abilock_types_read_line(reader, line, &err);

		if (r < 0 && (r != err.code || !err.message[0]))
			abort();
		return r == 0;
	}
	/* Texts come from readers, which let no control character through. */
	for (const char *p = line; *p; p++)
		if (is_control(*p))
			return false;
	if (*line && half->symbols < SYMBOLS_MAX)
		half->types->symbols[half->symbols++].type =
			abilock_types_intern(half->types, line, strlen(line));
	return true;
}

static void make_prints(struct half *half)
{
	free(half->prints);
	half->prints = NULL;
	if (abilock_types_finish(half->types, NULL) < 0 ||
	    abilock_types_fingerprints(half->types, &half->prints, NULL) < 0)
		abort();
}

/* Lines that are refused are left out, so that those behind them are tried as well. */
static void read_half(struct half *half, char *lines)
{
	_cleanup_(abilock_types_reader_deinit) struct abilock_types_reader reader = {0};

	if (abilock_types_new(SYMBOLS_MAX, &half->types, NULL) < 0)
		abort();
	reader.types = half->types;
	for (char *line = strsep(&lines, "\n"); line; line = strsep(&lines, "\n"))
		(void)read_line(half, &reader, line);
	if (abilock_types_read_end(&reader, NULL) < 0)
		abort();
	make_prints(half);
}

static void check_same(const struct half *a, const struct half *b)
{
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		if (a->prints[i].is_known != b->prints[i].is_known ||
		    a->prints[i].value != b->prints[i].value)
			abort();
}

static void check_round_trip(const struct half *half)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0}, again = {0};
	_cleanup_(half_deinit) struct half read = {0};

	abilock_types_write(&text, half->types);
	for (size_t i = 0; i < half->symbols; i++)
		abilock_text_printf(&text, "%s\n", half->types->symbols[i].type);
	abilock_text_putc(&text, '\0');
	_cleanup_(freep) char *copy = strdup(text.data);
	read_half(&read, copy);
	check_same(half, &read);
	abilock_types_write(&again, read.types);
	if (again.length > 0 && memcmp(text.data, again.data, again.length) != 0)
		abort();
}

static void check_changes(const struct half *a, const struct half *b)
{
	struct abilock_type_pair pairs[SYMBOLS_MAX];
	struct abilock_type_changes changes = {0};
	bool is_told[SYMBOLS_MAX] = {false};

	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		pairs[i] = (struct abilock_type_pair){i, i, "symbol"};
	if (abilock_types_compare(a->types, b->types, pairs, SYMBOLS_MAX, &changes, NULL) < 0)
		abort();
	for (size_t i = 0; i < changes.count; i++) {
		if (changes.items[i].line_count == 0 || changes.items[i].pair_count == 0)
			abort();
		for (size_t k = 0; k < changes.items[i].pair_count; k++)
			is_told[changes.items[i].pairs[k]] = true;
		for (size_t k = 0; k < changes.items[i].line_count; k++)
			if (str_eq(changes.items[i].lines[k],
				   "something that its type reaches changed"))
				abort();
	}
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		if (is_told[i] != (a->prints[i].is_known && b->prints[i].is_known &&
				   a->prints[i].value != b->prints[i].value))
			abort();
	abilock_type_changes_deinit(&changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(half_deinit) struct half a = {0}, b = {0};
	_cleanup_(freep) char *text = calloc(1, size + 1);

	/* Readers of files refuse NUL bytes. */
	if (memchr(data, '\0', size))
		return 0;
	memcpy(text, data, size);
	char *second = strstr(text, "\n=\n");
	if (second) {
		*second = '\0';
		second += strlen("\n=\n");
	}
	read_half(&a, text);
	read_half(&b, second ? second : text + size);
	check_round_trip(&a);
	check_round_trip(&b);
	check_changes(&a, &b);
	return 0;
}
