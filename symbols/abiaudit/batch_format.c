/* SPDX-License-Identifier: MIT */
#include "batch_format.h"

#include "json.h"
#include "tsv.h"

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
