/* SPDX-License-Identifier: MIT */
/* The host that modules are verified against while a directory is read. */
#include "catalogue_parts.h"

/* What is wrong with it for this, or NULL. */
static const char *problem_of(const struct abilock_catalogue_options *options, const char *key)
{
	if (!key)
		return "it or one of its libraries has no build-id or is missing";
	if (options->host_key && !str_eq(options->host_key, key))
		return "another build of it or of its libraries is running";
	return NULL;
}

int abilock_catalogue_open_host(struct abilock_catalogue *catalogue, struct abilock_error *err)
{
	struct abilock_catalogue_options *options = &catalogue->options;

	if (!options->host_file || catalogue->host)
		return 0;
	int r = abilock_host_check_open(options->host_file, &catalogue->host, err);
	if (r < 0 && (r == ABILOCK_E_NOMEM || !options->host_key))
		return r;
	const char *key = r < 0 ? NULL : abilock_host_check_key(catalogue->host);
	const char *problem = r < 0 ? "it cannot be read" : problem_of(options, key);
	if (!problem) {
		options->host_key = options->host_key ? options->host_key : key;
		return 0;
	}
	abilock_catalogue_log(
		&catalogue->log,
		options->write_index || !options->host_key ? ABILOCK_LOG_NOTICE : ABILOCK_LOG_DEBUG,
		"%s: modules are not verified for the index: %s", options->host_file, problem);
	abilock_host_check_close(take_ptr(catalogue->host));
	return 0;
}

void abilock_catalogue_drop_host(struct abilock_catalogue *catalogue)
{
	const struct abilock_catalogue_options *options = &catalogue->options;

	/* Without a key of the process, the one in use is that of this host. */
	if (options->host_key && options->verify_once)
		abilock_host_check_close(take_ptr(catalogue->host));
}
