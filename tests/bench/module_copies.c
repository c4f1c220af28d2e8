/* SPDX-License-Identifier: MIT */
/*
 * Copies of a few modules as many, each with a name of its own, without compiling each.
 *
 *   module_copies DIR FIRST COUNT TEMPLATE...
 *
 * Writes DIR/bench_NNNNN.so for NNNNN from FIRST on, in turns from the templates. Where a template
 * has the bytes "bench_00000" (its notes, its build-id) the copy has its own name.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACEHOLDER "bench_00000"
enum { NAME_LENGTH = sizeof(PLACEHOLDER) - 1 };

struct template
{
	char *bytes;
	size_t size;
};

static void stop(const char *file)
{
	fprintf(stderr, "module_copies: %s: %s\n", file, strerror(errno));
	exit(3);
}

static struct template read_template(const char *path)
{
	struct template template = {0};
	FILE *file = fopen(path, "rb");

	if (!file || fseek(file, 0, SEEK_END) != 0)
		stop(path);
	template.size = (size_t)ftell(file);
	template.bytes = malloc(template.size);
	rewind(file);
	if (!template.bytes || fread(template.bytes, 1, template.size, file) != template.size)
		stop(path);
	fclose(file);
	return template;
}

/* From one name to the other, everywhere. */
static void rename_all(struct template *template, const char *from, const char *to)
{
	char *end = template->bytes + template->size, *p = template->bytes;

	while ((p = memmem(p, (size_t)(end - p), from, NAME_LENGTH)))
		p = (char *)memcpy(p, to, NAME_LENGTH) + NAME_LENGTH;
}

static void write_copy(const char *folder, struct template *template, unsigned number)
{
	char name[32], *path;

	snprintf(name, sizeof(name), "bench_%05u", number);
	if (asprintf(&path, "%s/%s.so", folder, name) < 0)
		stop(folder);
	FILE *file = fopen(path, "wb");
	if (!file)
		stop(path);
	rename_all(template, PLACEHOLDER, name);
	if (fwrite(template->bytes, 1, template->size, file) != template->size || fclose(file) != 0)
		stop(path);
	rename_all(template, name, PLACEHOLDER);
	free(path);
}

int main(int argc, char **argv)
{
	const size_t template_count = argc > 4 ? (size_t)argc - 4 : 0;
	struct template *templates = calloc(template_count + 1, sizeof(*templates));

	if (!templates || template_count == 0) {
		fprintf(stderr, "usage: module_copies DIR FIRST COUNT TEMPLATE...\n");
		return 2;
	}
	const unsigned first = (unsigned)strtoul(argv[2], NULL, 10);
	const unsigned count = (unsigned)strtoul(argv[3], NULL, 10);
	for (size_t i = 0; i < template_count; i++)
		templates[i] = read_template(argv[i + 4]);
	for (unsigned i = 0; i < count; i++)
		write_copy(argv[1], &templates[i % template_count], first + i);
	for (size_t i = 0; i < template_count; i++)
		free(templates[i].bytes);
	free(templates);
	return 0;
}
