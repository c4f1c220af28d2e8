/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tally_private.h"

/* Says in the library itself which build this is. Once in a host. */
ABILOCK_HOST();

enum { CHECKS_MAX = 16 };

static struct {
	const char *name;
	tally_check *run;
} checks[CHECKS_MAX];
static size_t check_count;

struct tally_file *tally_files;

/* ---- for programs ---- */

static int read_all(struct tally_file *file, FILE *stream)
{
	size_t room = 0;

	while (!feof(stream)) {
		if (file->size == room) {
			room = room ? 2 * room : 4096;
			unsigned char *bigger = realloc(file->data, room);
			if (!bigger)
				return -1;
			file->data = bigger;
		}
		file->size += fread(file->data + file->size, 1, room - file->size, stream);
		if (ferror(stream))
			return -1;
	}
	return 0;
}

static struct tally_file *read_file(const char *path)
{
	struct tally_file *file = calloc(1, sizeof(*file));
	FILE *stream = file ? fopen(path, "rb") : NULL;
	int r = stream ? read_all(file, stream) : -1;
	int saved = errno;

	if (stream)
		fclose(stream);
	if (r < 0) {
		if (file)
			free(file->data);
		free(file);
		errno = saved;
		return NULL;
	}
	snprintf(file->path, sizeof(file->path), "%s", path);
	return file;
}

int tally_file(const char *path)
{
	struct tally_file *file = read_file(path);

	if (!file)
		return -1;
	tally_current = file;
	for (size_t i = 0; i < check_count; i++) {
		char result[512] = "";

		checks[i].run(file, result, sizeof(result));
		printf("%s: %s %s\n", path, checks[i].name, result);
	}
	tally_current = NULL;
	file->next = tally_files;
	tally_files = file;
	return 0;
}

void tally_free(void)
{
	while (tally_files) {
		struct tally_file *file = tally_files;

		tally_files = file->next;
		free(file->data);
		free(file);
	}
}

/* ---- for modules ---- */

void tally_add_check(const char *name, tally_check *check)
{
	if (check_count == CHECKS_MAX)
		return;
	checks[check_count].name = name;
	checks[check_count++].run = check;
}

const unsigned char *tally_data(const struct tally_file *file, size_t *ret_size)
{
	*ret_size = file->size;
	return file->data;
}

const char *tally_path(const struct tally_file *file)
{
	return file->path;
}

unsigned long long tally_digest(const struct tally_file *file)
{
	unsigned long long hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < file->size; i++)
		hash = (hash ^ file->data[i]) * 0x100000001b3;
	return hash;
}
