/* SPDX-License-Identifier: MIT */
/* Read manifests and write them again: a line for each that is not written as it was. */
#include "../../symbols/manifest/manifest.h"

static int read_text(const char *path, struct abilock_text *text)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");
	char part[4096];

	if (!file)
		return -1;
	for (size_t n; (n = fread(part, 1, sizeof(part), file)) > 0;)
		abilock_text_add(text, part, n);
	return ferror(file) || text->failed ? -1 : 0;
}

static bool is_kept(const char *path)
{
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest = NULL;
	_cleanup_(abilock_text_deinit) struct abilock_text before = {0}, after = {0};
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	if (read_text(path, &before) < 0 ||
	    abilock_manifest_parse(before.data ? before.data : "", before.length, path, &manifest,
				   &diags) < 0 ||
	    diags.count > 0)
		return false;
	abilock_manifest_write(&after, manifest);
	return !after.failed && after.length == before.length && after.length > 0 &&
	       memcmp(before.data, after.data, after.length) == 0;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	for (int i = 1; i < argc; i++) {
		if (is_kept(argv[i]))
			continue;
		printf("%s\n", argv[i]);
		status = EXIT_FAILURE;
	}
	return status;
}
