/* SPDX-License-Identifier: MIT */
/* The second pass over a baseline's text: the types of its symbols. */
#include <elf.h>
#include <inttypes.h>

#include "baseline_reader.h"

bool reader_is_of_types(const char *line)
{
	static const char *const words[] = {".type ", ".struct ", ".union ", ".enum ", ".\t"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_starts(line, words[i]))
			return true;
	return false;
}

static int make_model(struct reader *rd)
{
	struct abilock_baseline *baseline = rd->baseline;

	if (baseline->types)
		return 0;
	int r = abilock_types_new(baseline->surface->export_count, &baseline->types, rd->err);
	rd->types.types = baseline->types;
	return r;
}

/* Exports of the baseline go by its own nodes, whose order is another one. */
static size_t find_export(const struct reader *rd, size_t node, const char *name)
{
	const struct abilock_surface *surface = rd->baseline->surface;
	size_t at = 0;

	if (node == ABILOCK_NO_NODE)
		return abilock_baseline_find(rd->baseline, node, name);
	_cleanup_(freep) char *wanted =
		strndup(rd->nodes[node].name, abilock_baseline_stem(rd->nodes[node].name));
	size_t low = 0, high = surface->node_count;
	while (wanted && low < high) {
		at = low + (high - low) / 2;
		const int order = strcmp(surface->nodes[at].name, wanted);

		if (order == 0)
			return abilock_baseline_find(rd->baseline, at, name);
		if (order < 0)
			low = at + 1;
		else
			high = at;
	}
	return SIZE_MAX;
}

static int read_type(struct reader *rd, char *line)
{
	struct abilock_types *types = rd->baseline->types;
	char *node = NULL, *name = NULL;
	bool is_quoted = false;
	size_t at = 0;
	int r = reader_next(rd, &line, "a node", &node, &is_quoted);

	if (r == 0)
		r = reader_next(rd, &line, ".type NODE SYMBOL TEXT: a symbol", &name, NULL);
	if (r == 0)
		r = reader_find_node(rd, node, is_quoted, &at);
	if (r < 0)
		return r;
	const size_t export = find_export(rd, at, name);
	if (export == SIZE_MAX)
		return reader_fail(rd, "'.type' is about '%.200s', which this node does not have",
				   name);
	line += strspn(line, " \t");
	if (!*line)
		return reader_fail(rd, "expected .type NODE SYMBOL TEXT: the text of a type");
	if (types->symbols[export].type)
		return reader_fail(rd, "symbol '%.200s' has a '.type' above already", name);
	types->symbols[export].is_thread_local =
		rd->baseline->surface->exports[export].type == STT_TLS;
	types->symbols[export].type = abilock_types_intern(types, line, strlen(line));
	return types->symbols[export].type ? 0 : abilock_error_nomem(rd->err);
}

int reader_read_types_line(struct reader *rd, char *line)
{
	struct abilock_error why = {0};

	if (!reader_is_of_types(line))
		return 0;
	int r = make_model(rd);
	if (r < 0)
		return r;
	if (str_starts(line, ".type "))
		return read_type(rd, line + strlen(".type "));
	r = abilock_types_read_line(&rd->types, line, &why);
	if (r == ABILOCK_E_SYNTAX)
		return reader_fail(rd, "%s", why.message);
	return r < 0 ? abilock_error_nomem(rd->err) : 0;
}

static int check_print(struct reader *rd, size_t at, const struct abilock_fingerprint *made)
{
	struct abilock_baseline *baseline = rd->baseline;
	struct abilock_fingerprint *print = &baseline->prints[at];
	const struct abilock_export *export = &baseline->surface->exports[at];
	_cleanup_(freep) char *place = NULL;

	if (!baseline->types->symbols[at].type)
		return 0;
	if (!print->is_known) {
		*print = *made;
		baseline->has_prints = true;
		return 0;
	}
	if (!made->is_known || made->value == print->value)
		return 0;
	if (asprintf(&place, "%s:%u", rd->path, export->line) < 0) {
		place = NULL;
		return abilock_error_nomem(rd->err);
	}
	return abilock_error_set(rd->err, ABILOCK_E_DAMAGED, place, NULL, 0,
				 "fingerprint %016" PRIx64 " of '%.120s' does not belong to the "
				 "types in this file, which have %016" PRIx64
				 ": make the baseline anew",
				 print->value, export->name, made->value);
}

int reader_finish_types(struct reader *rd)
{
	struct abilock_baseline *baseline = rd->baseline;
	_cleanup_(freep) struct abilock_fingerprint *made = NULL;
	struct abilock_error why = {0};

	if (!baseline->types)
		return 0;
	int r = abilock_types_read_end(&rd->types, &why);
	if (r == ABILOCK_E_SYNTAX)
		return reader_fail(rd, "%s", why.message);
	if (r == 0)
		r = abilock_types_finish(baseline->types, &why);
	if (r == 0)
		r = abilock_types_fingerprints(baseline->types, &made, &why);
	if (r < 0)
		return abilock_error_nomem(rd->err);
	for (size_t i = 0; r == 0 && i < baseline->surface->export_count; i++)
		r = check_print(rd, i, &made[i]);
	return r;
}
