/* SPDX-License-Identifier: MIT */
#include "format.h"

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
