/* SPDX-License-Identifier: MIT */
/*
 * Text files of Debian packages, whatever the bytes: an answer, a line for an error, and what is
 * written can be read again and is then the same. The first byte picks the kind.
 */
#include "deb/control.h"
#include "deb/dependency.h"
#include "deb/shlibs.h"
#include "deb/substvars.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(int r, const struct abilock_error *err, size_t size)
{
	if (r != err->code)
		abort();
	if (r == ABILOCK_E_SYNTAX && err->file[0] && (err->offset == 0 || err->offset > size + 1))
		abort();
}

static void print(const struct deb_dependencies *field, struct abilock_text *text)
{
	deb_dependencies_print(field, text);
	abilock_text_putc(text, '\0');
	if (text->failed)
		abort();
}

/* Simplified and sorted once is simplified and sorted for good. */
static void check_field(const char *value)
{
	_cleanup_(deb_dependencies_deinit) struct deb_dependencies field = {0}, again = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text first = {0}, second = {0};
	struct abilock_error err = {0};
	int r = deb_dependencies_parse(value, true, &field, &err);

	check_error(r, &err, 0);
	if (r < 0)
		return;
	for (size_t i = 0; i < field.count; i++)
		if (field.items[i].count == 0 || !field.items[i].items[0].package[0])
			abort();
	deb_dependencies_simplify(&field);
	deb_dependencies_sort(&field);
	print(&field, &first);
	if (deb_dependencies_parse(first.data, true, &again, &err) < 0)
		abort();
	deb_dependencies_sort(&again);
	print(&again, &second);
	if (!str_eq(first.data, second.data))
		abort();
}

static void try_control(const char *bytes, size_t size)
{
	_cleanup_(deb_control_freep) struct deb_control *control = NULL;
	struct abilock_error err = {0};
	int r = deb_control_parse(bytes, size, "fuzz", &control, &err);

	check_error(r, &err, size);
	if ((r == 0) != (control != NULL))
		abort();
	for (size_t i = 0; control && i < control->paragraph_count; i++) {
		const struct deb_paragraph *paragraph = &control->paragraphs[i];

		if (paragraph->field_count == 0)
			abort();
		for (size_t k = 0; k < paragraph->field_count; k++) {
			const struct deb_control_field *field = &paragraph->fields[k];

			if (deb_paragraph_field(paragraph, field->name) != field->value)
				abort();
			check_field(field->value);
		}
	}
}

static void try_shlibs(const char *bytes, size_t size)
{
	_cleanup_(deb_shlibs_freep) struct deb_shlibs *shlibs = NULL;
	struct deb_messages messages = {0};
	struct abilock_error err = {0};
	int r = deb_shlibs_parse(bytes, size, "fuzz", &shlibs, &messages, &err);

	check_error(r, &err, size);
	for (size_t i = 0; shlibs && i < shlibs->count; i++) {
		const struct deb_shlib *row = &shlibs->items[i];
		_cleanup_(freep) char *soname = NULL;
		struct deb_soname parts;

		if (asprintf(&soname, "%s.so.%s", row->library, row->version) < 0)
			abort();
		/* `.so.` in the version makes another library of it. */
		if (deb_soname_split(soname, &parts) &&
		    parts.name_length == strlen(row->library) &&
		    !deb_shlibs_find(shlibs, soname, row->type ? row->type : "deb"))
			abort();
	}
	abilock_text_deinit(&messages.text);
}

static void try_substvars(const char *bytes, size_t size)
{
	_cleanup_(deb_substvars_deinit) struct deb_substvars vars = {0}, again = {0};
	_cleanup_(freep) char *text = NULL;
	struct abilock_error err = {0};
	size_t length = 0;
	int r = deb_substvars_parse(&vars, bytes, size, "fuzz", &err);

	check_error(r, &err, size);
	FILE *file = open_memstream(&text, &length);
	deb_substvars_write(&vars, file);
	if (fclose(file) != 0 || deb_substvars_parse(&again, text, length, "again", &err) < 0 ||
	    again.count != vars.count)
		abort();
	for (size_t i = 0; i < vars.count; i++)
		if (!str_eq(vars.items[i].name, again.items[i].name) ||
		    !str_eq(vars.items[i].value, again.items[i].value) ||
		    vars.items[i].is_optional != again.items[i].is_optional)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	_cleanup_(freep) char *text = NULL;

	if (size == 0 || size > 1 << 16 || memchr(data, '\0', size))
		return 0;
	text = strndup(bytes, size - 1);
	if (!text)
		return 0;
	switch (data[0]) {
	case 'd': check_field(text); break;
	case 's': try_shlibs(text, size - 1); break;
	case 'v': try_substvars(text, size - 1); break;
	default: try_control(text, size - 1);
	}
	return 0;
}
