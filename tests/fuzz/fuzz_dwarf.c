/* SPDX-License-Identifier: MIT */
/*
 * Types of whatever bytes: an answer or an error, a type or a reason for each symbol, and texts
 * that fingerprints can be made of. Linked files bring their own exports, objects are asked for the
 * names of the corpus.
 */
#include <sys/mman.h>

#include "../../symbols/object.h"
#include "../../symbols/types/types_dwarf.h"
#include "../../symbols/types/types_fingerprint.h"
#include "../../symbols/types/types_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_types(const struct abilock_types *types)
{
	_cleanup_(freep) struct abilock_fingerprint *prints = NULL;
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct abilock_error err = {0};

	for (size_t i = 0; i < types->symbol_count; i++)
		if (!types->symbols[i].type == !types->symbols[i].missing)
			abort();
	if (abilock_types_fingerprints(types, &prints, &err) < 0)
		abort();
	abilock_types_write(&text, types);
}

static void read_types(const char *path, const struct abilock_surface *surface)
{
	_cleanup_(abilock_types_freep) struct abilock_types *types = NULL;
	struct abilock_error err = {0};
	const struct abilock_types_question question = {
		.paths = &path,
		.path_count = 1,
		.surface = surface,
	};
	int r = abilock_types_read(&question, &types, &err);

	if (r != err.code || (r == 0) != (types != NULL))
		abort();
	if (types)
		check_types(types);
}

static void read_object_types(const char *path)
{
	static struct abilock_export exports[] = {
		{.name = "one", .node = ABILOCK_NO_NODE, .is_default = true},
		{.name = "two", .node = ABILOCK_NO_NODE, .is_default = true},
		{.name = "data", .node = ABILOCK_NO_NODE, .is_default = true},
		{.name = "thread", .node = ABILOCK_NO_NODE, .is_default = true},
	};
	const struct abilock_surface surface = {.exports = exports,
						.export_count = ARRAY_SIZE(exports)};

	read_types(path, &surface);
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(closep) int fd = memfd_create("fuzz", MFD_CLOEXEC);
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	struct abilock_error err = {0};
	char path[64];

	if (fd < 0 || !write_all(fd, data, size))
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (abilock_object_open_bytes(data, size, "fuzz", &object, &err) == 0 &&
	    abilock_object_surface(object, &surface, &err) == 0)
		read_types(path, surface);
	else
		read_object_types(path);
	return 0;
}
