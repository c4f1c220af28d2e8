/* SPDX-License-Identifier: MIT */
#include "tsv.h"

#include "report_text.h"

void tsv_begin(struct abilock_text *out, const char *kind, const char *file)
{
	abilock_text_puts(out, kind);
	tsv_string(out, file);
}

void tsv_string(struct abilock_text *out, const char *value)
{
	abilock_text_putc(out, '\t');
	if (value)
		abilock_text_field(out, value);
}

void tsv_number(struct abilock_text *out, uint64_t value)
{
	abilock_text_putc(out, '\t');
	abilock_text_decimal(out, value, 0);
}

void tsv_bool(struct abilock_text *out, bool value)
{
	abilock_text_puts(out, value ? "\ttrue" : "\tfalse");
}

void tsv_add_failed(const struct abilock_error *err, const char *path, struct abilock_text *out)
{
	tsv_begin(out, "error", path);
	tsv_string(out, abilock_error_name(err->code));
	tsv_string(out, err->file);
	tsv_string(out, err->table);
	tsv_number(out, err->offset);
	tsv_string(out, err->message);
	tsv_end(out);
}
