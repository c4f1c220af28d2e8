/* SPDX-License-Identifier: MIT */
#include "format.h"

#include "json.h"
#include "tsv.h"

int format_parse(const struct abilock_invocation *inv, const char *value, enum format *ret_format)
{
	static const char *const names[] = {
		[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_TSV] = "tsv"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (str_eq(value ? value : "text", names[i])) {
			*ret_format = (enum format)i;
			return ABILOCK_EXIT_OK;
		}
	}
	return abilock_cli_usage(inv, "--format %s: expected text, json or tsv", value);
}

/* The version as the text that the preprocessor has. */
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

void format_batch(enum format format, struct batch *batch)
{
	switch (format) {
	case FORMAT_JSON:
		batch->head = "{\"format_version\":" TEXT(JSON_FORMAT_VERSION) ",\"files\":[\n";
		batch->between = ",\n";
		batch->tail = "\n]}\n";
		batch->failed = json_add_failed;
		break;
	case FORMAT_TSV: batch->failed = tsv_add_failed; break;
	case FORMAT_TEXT: break;
	}
}
