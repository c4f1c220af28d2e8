/* SPDX-License-Identifier: MIT */
/* Whatever the bytes: an answer, a line for an error, and a text that reads back as itself. */
#include "deb/symbols_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_template(const struct deb_symbols_file *file, struct abilock_text *text)
{
	const struct deb_symbols_form form = {.as_template = true, .with_missing = true};

	deb_symbols_file_write(file, &form, text);
	if (text->failed)
		abort();
}

/* Two lines with one key keep their order, so a second reading gives the same text. */
static void check_round_trip(const struct deb_symbols_file *file)
{
	_cleanup_(abilock_text_deinit) struct abilock_text first = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text second = {0};
	_cleanup_(deb_symbols_file_freep) struct deb_symbols_file *again = NULL;

	write_template(file, &first);
	if (deb_symbols_file_parse(first.length ? first.data : "", first.length, "fuzz", file->arch,
				   &again, NULL) < 0)
		abort();
	write_template(again, &second);
	if (first.length != second.length ||
	    (first.length && memcmp(first.data, second.data, first.length) != 0))
		abort();
}

static void ask(const struct deb_library *library)
{
	(void)deb_library_oldest_version(library);
	(void)deb_library_lookup(library, "foo@FOO_1");
	(void)deb_library_lookup(library, "_ZN3Foo3runEi@Base");
	for (size_t i = 0; i < library->symbols.count; i++)
		if (!abilock_name_table_find(&library->by_name, library->symbols.items[i]->name))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct deb_arch *arch;
	_cleanup_(deb_symbols_file_freep) struct deb_symbols_file *file = NULL;
	struct abilock_error err = {0};

	/* A file with NUL bytes is refused before it is parsed; and others' files are not read. */
	if (memchr(data, '\0', size) || memmem(data, size, "#include", 8))
		return 0;
	if (!arch && deb_arch_open("amd64", &arch, &err) < 0)
		abort();
	int r = deb_symbols_file_parse((const char *)data, size, "fuzz", arch, &file, &err);
	if ((r == 0) != (file != NULL) || r != err.code)
		abort();
	if (r == ABILOCK_E_SYNTAX && (err.offset == 0 || !err.file[0]))
		abort();
	if (r < 0)
		return 0;
	for (size_t i = 0; i < file->library_count; i++)
		ask(&file->libraries[i]);
	check_round_trip(file);
	return 0;
}
