/* SPDX-License-Identifier: MIT */
#include "collect_report.h"

#include "../../symbols/json.h"
#include "collect_node.h"

/* Names of kinds of findings in JSON, by state; NULL: it is none. */
static const char *const codes[] = {
	[COLLECT_UNLINKED] = "not-linked-in",
	[COLLECT_HIDDEN] = "hidden-symbol",
	[COLLECT_HIDDEN_REFERENCE] = "hidden-reference",
	[COLLECT_SIBLING] = "defined-by-module",
	[COLLECT_MISSING] = "missing-symbol",
};

static const char *module_name(const struct collect *collect, const struct collect_use *use)
{
	return collect->groups[use->module].name;
}

/* Names of files may hold anything; of the rest, the readers have seen to it. */
static void add_line(struct abilock_text *out, const struct abilock_text *line)
{
	for (size_t i = 0; i < line->length; i++)
		abilock_text_putc(out, is_control(line->data[i]) ? '?' : line->data[i]);
	abilock_text_putc(out, '\n');
}

static void write_use(const struct collect *collect, const struct collect_symbol *symbol,
		      const struct collect_use *use, struct abilock_text *line)
{
	const char *definer = symbol->definer == INPUTS_NONE ? ""
			      : symbol->state == COLLECT_SIBLING
				      ? collect->groups[symbol->definer].name
				      : collect->inputs.items[symbol->definer].name;

	abilock_text_printf(line, "%s: needs %s, ", module_name(collect, use), symbol->name);
	switch (symbol->state) {
	case COLLECT_MISSING: abilock_text_puts(line, "which nobody defines"); break;
	case COLLECT_SIBLING:
		abilock_text_printf(line, "which is defined by module %s: load that one first",
				    definer);
		break;
	case COLLECT_HIDDEN:
		abilock_text_printf(line,
				    "but it is hidden in host object %s: remove the hidden "
				    "attribute, or give it default visibility",
				    definer);
		break;
	case COLLECT_HIDDEN_REFERENCE:
		abilock_text_printf(line,
				    "which %s defines, but declares it hidden: remove the hidden "
				    "attribute of its declaration",
				    definer);
		break;
	default: break;
	}
}

static void write_unlinked(const struct collect *collect, const struct collect_symbol *symbol,
			   struct abilock_text *line)
{
	const struct input *input = &collect->inputs.items[symbol->definer];

	abilock_text_printf(line,
			    "%s: needs %s, which would not be linked in: it needs member %s "
			    "of %s, to which nothing in the host refers",
			    module_name(collect, symbol->uses), symbol->name, input->member,
			    input->path);
	if (symbol->use_count > 1)
		abilock_text_printf(line, " (and %zu more %s it)", symbol->use_count - 1,
				    symbol->use_count == 2 ? "module needs" : "modules need");
	abilock_text_puts(line, ": link with the flags of --link-flags");
}

static size_t report_symbol(const struct collect *collect, const struct collect_symbol *symbol,
			    bool pulls, struct abilock_text *out)
{
	_cleanup_(abilock_text_deinit) struct abilock_text line = {0};

	if (symbol->state == COLLECT_EXPORTED || (symbol->state == COLLECT_UNLINKED && pulls))
		return 0;
	if (symbol->state == COLLECT_UNLINKED) {
		write_unlinked(collect, symbol, &line);
		add_line(out, &line);
		return 1;
	}
	for (const struct collect_use *use = symbol->uses; use; use = use->next) {
		abilock_text_clear(&line);
		write_use(collect, symbol, use, &line);
		add_line(out, &line);
	}
	return symbol->state == COLLECT_SIBLING ? 0 : symbol->use_count;
}

static size_t report_obstacle(const struct collect_update *update, size_t index,
			      struct abilock_text *out)
{
	const struct abilock_entry *entry = update->places[index].obstacle;
	_cleanup_(abilock_text_deinit) struct abilock_text line = {0};

	if (update->places[index].is_unwritable) {
		abilock_text_printf(&line,
				    "%s is used, but no version script can hold a name with a "
				    "quote or a control character",
				    update->collect->symbols[index].name);
		add_line(out, &line);
		return 1;
	}
	if (!entry)
		return 0;
	abilock_text_printf(&line, "%s:%u: %s is used, but this entry ",
			    update->declared->sources[entry->place.file].path, entry->place.line,
			    entry->text);
	if (entry->is_local)
		abilock_text_puts(&line, "makes it local: take it away");
	else
		abilock_text_printf(&line,
				    "is for another build (%s%s): give its -D, or change its tag",
				    entry->tags.condition ? "if=" : "arch=",
				    entry->tags.condition ? entry->tags.condition
				    : entry->tags.arch	  ? entry->tags.arch
							  : "");
	add_line(out, &line);
	return 1;
}

static void report_stale(const struct collect_update *update, const struct abilock_entry *entry,
			 struct abilock_text *out)
{
	_cleanup_(abilock_text_deinit) struct abilock_text line = {0};

	abilock_text_printf(&line,
			    "%s:%u: %s is used by no module: remove it there, since included files "
			    "are not rewritten",
			    update->declared->sources[entry->place.file].path, entry->place.line,
			    entry->text);
	add_line(out, &line);
}

size_t collect_report_findings(const struct collect_update *update, bool pulls,
			       struct abilock_text *out)
{
	const struct collect *collect = update->collect;
	size_t count = 0;

	for (size_t i = 0; i < collect->symbol_count; i++) {
		count += report_symbol(collect, &collect->symbols[i], pulls, out);
		count += report_obstacle(update, i, out);
	}
	for (size_t i = 0; i < update->stale_count; i++)
		report_stale(update, update->stale[i], out);
	if (collect->missing_unknown)
		abilock_text_puts(
			out, "no C library of this machine is here: what nobody defines is not "
			     "looked for (give it behind --libraries with "
			     "--no-default-libraries)\n");
	return count + update->stale_count;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

void collect_report_summary(const struct collect_update *update, struct abilock_text *out)
{
	const size_t used = update->public_count + update->private_count;
	const size_t modules = update->collect->module_count;

	abilock_text_printf(out,
			    "%zu symbol%s of the host that %zu module%s use%s: %zu public, "
			    "%zu private",
			    used, plural(used), modules, plural(modules), modules == 1 ? "s" : "",
			    update->public_count, update->private_count);
	if (update->declared)
		abilock_text_printf(out, " (%zu new, %zu no longer used)", update->added_count,
				    update->removed_count);
	abilock_text_putc(out, '\n');
}

/* ---- JSON ---- */

static const char *bind_name(uint8_t bind)
{
	return bind == STB_WEAK ? "weak" : bind == STB_GNU_UNIQUE ? "unique" : "global";
}

static bool put_definer(struct json_object *to, const struct collect *collect,
			const struct collect_symbol *symbol)
{
	const char *name = symbol->definer == INPUTS_NONE ? NULL
			   : symbol->state == COLLECT_SIBLING
				   ? collect->groups[symbol->definer].name
				   : collect->inputs.items[symbol->definer].name;

	return json_put_string(to, "definer", name);
}

static bool put_uses(struct json_object *to, const struct collect *collect,
		     const struct collect_symbol *symbol)
{
	struct json_object *modules = json_put_array(to, "modules");

	for (const struct collect_use *use = symbol->uses; modules && use; use = use->next)
		if (!json_push_string(modules, module_name(collect, use)))
			return false;
	return modules;
}

static bool put_symbol(struct json_object *symbols, const struct collect_update *update,
		       size_t index)
{
	const struct collect_symbol *symbol = &update->collect->symbols[index];
	const struct collect_place *place = &update->places[index];
	const char *type = node_type_tag(symbol->type);
	struct json_object *to = json_push_object(symbols);

	return to && json_put_string(to, "name", symbol->name) &&
	       json_put_string(to, "type", *type ? type : "func") &&
	       json_put_string(to, "bind", bind_name(symbol->bind)) &&
	       json_put_bool(to, "public", place->is_public) &&
	       json_put_string(to, "node", place->node && *place->node ? place->node : NULL) &&
	       json_put_bool(to, "new", place->is_new) &&
	       json_put_bool(to, "linked", symbol->state == COLLECT_EXPORTED) &&
	       put_definer(to, update->collect, symbol) && put_uses(to, update->collect, symbol);
}

static bool put_finding(struct json_object *findings, const struct collect *collect,
			const struct collect_symbol *symbol, bool is_error)
{
	struct json_object *to = json_push_object(findings);

	return to && json_put_string(to, "code", codes[symbol->state]) &&
	       json_put_bool(to, "error", is_error) &&
	       json_put_string(to, "symbol", symbol->name) && put_definer(to, collect, symbol) &&
	       put_uses(to, collect, symbol);
}

static bool put_entry(struct json_object *findings, const struct collect_update *update,
		      const struct abilock_entry *entry, const char *code)
{
	struct json_object *to = json_push_object(findings);

	return to && json_put_string(to, "code", code) && json_put_bool(to, "error", true) &&
	       json_put_string(to, "symbol", entry->text) &&
	       json_put_string(to, "file", update->declared->sources[entry->place.file].path) &&
	       json_put_number(to, "line", entry->place.line);
}

static bool put_unwritable(struct json_object *findings, const struct collect_symbol *symbol)
{
	struct json_object *to = json_push_object(findings);

	return to && json_put_string(to, "code", "unwritable-name") &&
	       json_put_bool(to, "error", true) && json_put_string(to, "symbol", symbol->name);
}

static bool put_symbols(struct json_object *document, const struct collect_update *update)
{
	struct json_object *symbols = json_put_array(document, "symbols");
	bool good = symbols;

	for (size_t i = 0; good && i < update->collect->symbol_count; i++)
		if (update->collect->symbols[i].state <= COLLECT_UNLINKED)
			good = put_symbol(symbols, update, i);
	return good;
}

static bool put_findings(struct json_object *document, const struct collect_update *update,
			 bool pulls)
{
	const struct collect *collect = update->collect;
	struct json_object *findings = json_put_array(document, "findings");
	bool good = findings;

	for (size_t i = 0; good && i < collect->symbol_count; i++) {
		const struct collect_symbol *symbol = &collect->symbols[i];

		if (symbol->state != COLLECT_EXPORTED)
			good = put_finding(findings, collect, symbol,
					   symbol->state != COLLECT_SIBLING &&
						   !(pulls && symbol->state == COLLECT_UNLINKED));
		const struct abilock_entry *obstacle = update->places[i].obstacle;

		if (good && update->places[i].is_unwritable)
			good = put_unwritable(findings, symbol);
		if (good && obstacle)
			good = put_entry(findings, update, obstacle,
					 obstacle->is_local ? "local-entry" : "other-build");
	}
	for (size_t i = 0; good && i < update->stale_count; i++)
		good = put_entry(findings, update, update->stale[i], "unused-in-include");
	return good;
}

int collect_report_json(const struct collect_update *update, bool pulls, size_t findings,
			struct abilock_text *out, struct abilock_error *err)
{
	_cleanup_(json_freep) struct json_object *document = json_new();
	const struct collect *collect = update->collect;

	if (!document || !json_put_number(document, "format_version", JSON_FORMAT_VERSION) ||
	    !json_put_number(document, "modules", collect->module_count) ||
	    !json_put_number(document, "public", update->public_count) ||
	    !json_put_number(document, "private", update->private_count) ||
	    !json_put_number(document, "added", update->added_count) ||
	    !json_put_number(document, "removed", update->removed_count) ||
	    !json_put_bool(document, "changed", update->is_changed) ||
	    !json_put_bool(document, "missing_known", !collect->missing_unknown) ||
	    !json_put_number(document, "errors", findings) || !put_symbols(document, update) ||
	    !put_findings(document, update, pulls))
		return abilock_error_nomem(err);
	int r = json_add(out, document, err);
	abilock_text_putc(out, '\n');
	return r;
}

/* ---- flags ---- */

int collect_report_link_flags(const struct collect *collect, const char *option,
			      struct abilock_text *out, struct abilock_error *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.$@";

	for (size_t i = 0; i < collect->symbol_count; i++) {
		const struct collect_symbol *symbol = &collect->symbols[i];

		if (symbol->state != COLLECT_UNLINKED)
			continue;
		if (symbol->name[strspn(symbol->name, plain)])
			return abilock_error_set(
				err, ABILOCK_E_UNSUPPORTED,
				collect->inputs.items[symbol->definer].name, NULL, 0,
				"the symbol '%s' cannot stand in a file of flags", symbol->name);
		abilock_text_printf(out, "-Wl,%s=%s\n", option, symbol->name);
	}
	return 0;
}
