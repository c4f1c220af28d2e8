/* SPDX-License-Identifier: MIT */
/*
 * Notes about libraries that are opened, whatever the bytes: a note or an error. What was read has
 * names that are none of them empty, and a priority of the three; on an error nothing was added.
 */
#include "dlopen_notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_note(const struct dlopen_note *note)
{
	if (note->soname_count == 0 || note->priority > DLOPEN_SUGGESTED)
		abort();
	if (note->feature && *note->feature == '\0')
		abort();
	for (size_t i = 0; i < note->soname_count; i++)
		if (*note->sonames[i] == '\0')
			abort();
}

static void check_twice(struct abilock_arena *arena, const char *text)
{
	struct dlopen_notes notes = {0};
	struct abilock_error err = {0};
	size_t count = 0;

	/* The second time the notes are added to the first ones. */
	for (unsigned times = 1; times <= 2; times++) {
		int r = dlopen_notes_parse(arena, text, "fuzz", &notes, &err);

		if (r < 0) {
			if (r != ABILOCK_E_DAMAGED || err.code != r || notes.count != 0)
				abort();
			return;
		}
		if (times == 1)
			count = notes.count;
		if (notes.count != count * times)
			abort();
	}
	for (size_t i = 0; i < notes.count; i++)
		check_note(&notes.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct abilock_arena arena = {0};
	const char *text = abilock_arena_strndup(&arena, (const char *)data, size);

	if (text)
		check_twice(&arena, text);
	abilock_arena_clear(&arena);
	return 0;
}
