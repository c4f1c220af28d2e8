/* SPDX-License-Identifier: MIT */
#include "gensymbols_format.h"

#include "json.h"

/* ---- JSON ---- */

static bool put_tags(struct json_object *to, const struct deb_symbol *symbol)
{
	struct json_object *tags = json_put_object(to, "tags");

	for (size_t i = 0; tags && i < symbol->tag_count; i++)
		if (!json_put_string(tags, symbol->tags[i].name, symbol->tags[i].value))
			return false;
	return tags != NULL;
}

static bool put_symbol(struct json_object *symbols, const struct deb_symbol *symbol)
{
	struct json_object *object = json_push_object(symbols);

	return object && json_put_string(object, "name", symbol->name) &&
	       json_put_string(object, "minver", symbol->minver) &&
	       json_put_number(object, "dependency", symbol->dependency) &&
	       json_put_string(object, "missing", symbol->missing) &&
	       json_put_bool(object, "pattern", symbol->pattern != NULL) &&
	       json_put_string(object, "by_pattern",
			       symbol->made_from ? symbol->made_from->name : NULL) &&
	       put_tags(object, symbol);
}

static bool put_library(struct json_object *libraries, const struct deb_library *library,
			const struct deb_symbols_form *form)
{
	size_t count;
	_cleanup_(freep) const struct deb_symbol **lines =
		deb_library_sorted(library, form, &count);
	struct json_object *object = lines ? json_push_object(libraries) : NULL;
	struct json_object *list = NULL;

	if (!object || !json_put_string(object, "soname", library->soname))
		return false;
	list = json_put_array(object, "dependencies");
	for (size_t i = 0; list && i < library->dependency_count; i++)
		if (!json_push_string(list, library->dependencies[i]))
			return false;
	list = list ? json_put_object(object, "fields") : NULL;
	for (size_t i = 0; list && i < library->field_count; i++)
		if (!json_put_string(list, library->fields[i].name, library->fields[i].value))
			return false;
	list = list ? json_put_array(object, "symbols") : NULL;
	for (size_t i = 0; list && i < count; i++)
		if (!put_symbol(list, lines[i]))
			return false;
	return list != NULL;
}

static bool put_libraries(struct json_object *to, const struct gensymbols_result *result)
{
	_cleanup_(freep) const struct deb_library **sorted = deb_symbols_file_sorted(result->file);
	struct json_object *libraries = sorted ? json_put_array(to, "libraries") : NULL;

	for (size_t i = 0; libraries && i < result->file->library_count; i++)
		if (!put_library(libraries, sorted[i], result->form))
			return false;
	return libraries != NULL;
}

static bool put_changes(struct json_object *to, const char *key, const struct deb_changes *changes)
{
	struct json_object *array = json_put_array(to, key);

	for (size_t i = 0; array && i < changes->count; i++) {
		struct json_object *object = json_push_object(array);

		if (!object || !json_put_string(object, "soname", changes->items[i].soname) ||
		    !json_put_string(object, "name", changes->items[i].symbol->name))
			return false;
	}
	return array != NULL;
}

static bool put_names(struct json_object *to, const char *key, const char *const *names)
{
	struct json_object *array = json_put_array(to, key);

	for (; array && *names; names++)
		if (!json_push_string(array, *names))
			return false;
	return array != NULL;
}

int gensymbols_write_json(FILE *file, const struct gensymbols_result *result,
			  struct abilock_error *err)
{
	_cleanup_(json_freep) struct json_object *document = json_new();
	struct json_object *changes;

	if (!document || !json_put_number(document, "format_version", JSON_FORMAT_VERSION) ||
	    !json_put_string(document, "package", result->package) ||
	    !json_put_string(document, "version", result->version) ||
	    !json_put_string(document, "architecture", deb_arch_name(result->file->arch)) ||
	    !put_libraries(document, result))
		return abilock_error_nomem(err);
	changes = json_put_object(document, "changes");
	if (!changes || !put_names(changes, "new_libraries", result->new_libraries) ||
	    !put_names(changes, "lost_libraries", result->lost_libraries) ||
	    !put_changes(changes, "new_symbols", result->gained) ||
	    !put_changes(changes, "lost_symbols", result->lost))
		return abilock_error_nomem(err);
	int r = json_print(file, document, err);
	if (r >= 0)
		(void)fputc('\n', file);
	return r;
}

/* ---- TSV ---- */

static void add_tags(struct abilock_text *text, const struct deb_symbol *symbol)
{
	for (size_t i = 0; i < symbol->tag_count; i++) {
		if (i > 0)
			abilock_text_putc(text, '|');
		abilock_text_field(text, symbol->tags[i].name);
		if (symbol->tags[i].value) {
			abilock_text_putc(text, '=');
			abilock_text_field(text, symbol->tags[i].value);
		}
	}
}

static void add_symbol(struct abilock_text *text, const struct deb_library *library,
		       const struct deb_symbol *symbol)
{
	abilock_text_puts(text, "symbol\t");
	abilock_text_field(text, library->soname);
	abilock_text_putc(text, '\t');
	abilock_text_field(text, symbol->name);
	abilock_text_putc(text, '\t');
	abilock_text_field(text, symbol->minver);
	abilock_text_printf(text, "\t%u\t%s\t", symbol->dependency,
			    symbol->missing ? "missing" : "present");
	add_tags(text, symbol);
	abilock_text_putc(text, '\n');
}

static void add_library(struct abilock_text *text, const struct deb_library *library)
{
	for (size_t i = 0; i < library->dependency_count; i++) {
		abilock_text_puts(text, "library\t");
		abilock_text_field(text, library->soname);
		abilock_text_printf(text, "\t%zu\t", i);
		abilock_text_field(text, library->dependencies[i]);
		abilock_text_putc(text, '\n');
	}
}

int gensymbols_write_tsv(FILE *file, const struct gensymbols_result *result,
			 struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	_cleanup_(freep) const struct deb_library **sorted = deb_symbols_file_sorted(result->file);

	for (size_t i = 0; sorted && i < result->file->library_count; i++) {
		size_t count;
		_cleanup_(freep) const struct deb_symbol **lines =
			deb_library_sorted(sorted[i], result->form, &count);

		add_library(&text, sorted[i]);
		for (size_t k = 0; lines && k < count; k++)
			add_symbol(&text, sorted[i], lines[k]);
		text.failed |= !lines;
	}
	if (!sorted || text.failed)
		return abilock_error_nomem(err);
	if (text.length)
		(void)fwrite(text.data, 1, text.length, file);
	return 0;
}
