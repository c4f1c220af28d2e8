/* SPDX-License-Identifier: MIT */
/*
 * Manifests, whatever the bytes: a manifest or a diagnostic; and what was read is written as a text
 * that reads back as the same, without a new complaint.
 */
#include "manifest/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct abilock_manifest *parse(const char *text, size_t length,
				      struct abilock_diagnostics *diags)
{
	struct abilock_manifest *manifest = NULL;
	int r = abilock_manifest_parse(text, length, "fuzz", &manifest, diags);

	if (r != 0 && r != ABILOCK_E_SYNTAX)
		abort();
	if ((r == 0) != (manifest != NULL) || (r == 0) != (diags->error_count == 0))
		abort();
	return manifest;
}

static void check_places(const struct abilock_diagnostics *diags, const char *text, size_t length)
{
	_cleanup_(abilock_text_deinit) struct abilock_text out = {0};
	const struct abilock_source source = {.path = "fuzz", .text = text, .length = length};

	for (size_t i = 0; i < diags->count; i++)
		if (diags->items[i].place.line > length + 1)
			abort();
	abilock_diagnostics_write(&out, diags, &source, false);
}

static void check_round_trip(const struct abilock_manifest *manifest)
{
	_cleanup_(abilock_text_deinit) struct abilock_text first = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text second = {0};
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	abilock_manifest_write(&first, manifest);
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *again =
		parse(first.data, first.length, &diags);
	if (!again || again->priority != manifest->priority ||
	    again->uses.count != manifest->uses.count ||
	    again->provides.count != manifest->provides.count ||
	    again->unknown_count != manifest->unknown_count)
		abort();
	abilock_manifest_write(&second, again);
	if (first.failed || first.length != second.length ||
	    memcmp(first.data, second.data, first.length) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest =
		parse((const char *)data, size, &diags);

	check_places(&diags, (const char *)data, size);
	if (manifest)
		check_round_trip(manifest);
	return 0;
}
