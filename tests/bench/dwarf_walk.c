/* SPDX-License-Identifier: MIT */
/*
 * The floor of reading types: visit every entry of the debug information of files with libdw, look
 * at its tag and its name, and do nothing with them.
 *
 *   dwarf_walk FILE...
 *
 * Prints a line for each file: units, entries, bytes of names.
 */
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct counts {
	uint64_t units, entries, name_bytes;
};

/* Children first, since an entry is gone when its place is taken by the next. */
static bool walk(Dwarf_Die *die, struct counts *counts)
{
	int more;

	do {
		Dwarf_Die child;
		const char *name = dwarf_diename(die);

		counts->entries += dwarf_tag(die) != DW_TAG_invalid;
		counts->name_bytes += name ? strlen(name) : 0;
		more = dwarf_child(die, &child);
		if (more < 0 || (more == 0 && !walk(&child, counts)))
			return false;
		more = dwarf_siblingof(die, die);
	} while (more == 0);
	return more > 0;
}

static bool walk_units(Dwarf *dwarf, struct counts *counts)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	while (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		counts->units++;
		if (!walk(&die, counts))
			return false;
	}
	return true;
}

static bool walk_file(const char *path)
{
	struct counts counts = {0};
	Dwarf *dwarf;
	bool done;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		return false;
	}
	dwarf = dwarf_begin(fd, DWARF_C_READ);
	done = dwarf && walk_units(dwarf, &counts);
	if (done)
		printf("%s: %" PRIu64 " units, %" PRIu64 " entries, %" PRIu64 " bytes of names\n",
		       path, counts.units, counts.entries, counts.name_bytes);
	else
		fprintf(stderr, "%s: %s\n", path, dwarf_errmsg(-1));
	(void)dwarf_end(dwarf);
	(void)close(fd);
	return done;
}

int main(int argc, char **argv)
{
	bool done = argc > 1;

	for (int i = 1; i < argc; i++)
		done = walk_file(argv[i]) && done;
	return done ? 0 : 3;
}
