/* SPDX-License-Identifier: MIT */
#include "inputs_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../../symbols/kind.h"

enum { HEAD_SIZE = 20 }; /* up to e_machine; and the magic of every other format */

void inputs_deinit(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		abilock_object_free(inputs->items[i].object);
	free(inputs->items);
	free(inputs->names);
	abilock_name_table_deinit(&inputs->by_name);
	abilock_arena_clear(&inputs->arena);
	*inputs = (struct inputs){0};
}

size_t inputs_find_name(const struct inputs *inputs, const char *name)
{
	const uintptr_t found = (uintptr_t)abilock_name_table_find(&inputs->by_name, name);

	return found ? found - 1 : INPUTS_NONE;
}

size_t inputs_name(struct inputs *inputs, const char *name)
{
	size_t index = inputs_find_name(inputs, name);

	if (index != INPUTS_NONE)
		return index;
	const char *copy = abilock_arena_strdup(&inputs->arena, name);
	const char **slot =
		copy ? abilock_array_push(&inputs->names, &inputs->name_count, sizeof(*slot))
		     : NULL;
	if (!slot)
		return INPUTS_NONE;
	*slot = copy;
	index = inputs->name_count - 1;
	return abilock_name_table_put(&inputs->by_name, copy, (void *)(uintptr_t)(index + 1))
		       ? index
		       : INPUTS_NONE;
}

int input_add_symbol(struct inputs *inputs, struct input_symbols *symbols, const char *name,
		     struct input_symbol symbol, struct abilock_error *err)
{
	const char *at = strchr(name, '@');
	/* `name@NODE` is what .symver leaves in an object file. */
	_cleanup_(freep) char *cut = at && at > name ? strndup(name, (size_t)(at - name)) : NULL;

	if (at && at > name && !cut)
		return abilock_error_nomem(err);
	symbol.name = inputs_name(inputs, cut ? cut : name);
	struct input_symbol *slot =
		symbol.name == INPUTS_NONE
			? NULL
			: abilock_array_push(&symbols->items, &symbols->count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = symbol;
	return 0;
}

int input_keep_symbols(struct inputs *inputs, struct input_symbols *symbols, struct input *into,
		       struct abilock_error *err)
{
	if (symbols->count == 0)
		return 0;
	into->symbols =
		abilock_arena_array(&inputs->arena, symbols->count, sizeof(*symbols->items));
	if (!into->symbols)
		return abilock_error_nomem(err);
	memcpy(into->symbols, symbols->items, symbols->count * sizeof(*symbols->items));
	into->symbol_count = symbols->count;
	return 0;
}

int input_check_machine(struct inputs *inputs, const char *name, uint16_t machine,
			uint8_t elf_class, uint8_t data, struct abilock_error *err)
{
	char buf[2][32];

	if (!inputs->machine_of) {
		inputs->machine_of = name;
		inputs->machine = machine;
		inputs->elf_class = elf_class;
		inputs->data = data;
		return 0;
	}
	if (inputs->machine == machine && inputs->elf_class == elf_class && inputs->data == data)
		return 0;
	return abilock_error_set(
		err, ABILOCK_E_UNSUPPORTED, name, NULL, 0,
		"is for %s, %s-bit, %s-endian; %s is for %s, %s-bit, %s-endian: give the files of "
		"one build",
		abilock_machine_name(machine, buf[0], sizeof(buf[0])),
		elf_class == ELFCLASS64 ? "64" : "32", data == ELFDATA2MSB ? "big" : "little",
		inputs->machine_of, abilock_machine_name(inputs->machine, buf[1], sizeof(buf[1])),
		inputs->elf_class == ELFCLASS64 ? "64" : "32",
		inputs->data == ELFDATA2MSB ? "big" : "little");
}

int input_source_get(const struct input_source *source, uint64_t offset, void *buf, size_t size,
		     struct abilock_error *err)
{
	if (source->bytes) {
		memcpy(buf, source->bytes + offset, size);
		return 0;
	}
	for (size_t done = 0; done < size;) {
		ssize_t n =
			pread(source->fd, (char *)buf + done, size - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return abilock_error_set(err, ABILOCK_E_IO, source->name, NULL, 0, "%s",
						 n < 0 ? strerror(errno)
						       : "the file became shorter");
		done += (size_t)n;
	}
	return 0;
}

bool input_is_elf(const uint8_t *head, size_t size)
{
	return size >= HEAD_SIZE && memcmp(head, ELFMAG, SELFMAG) == 0;
}

bool input_is_bitcode(const uint8_t *head, size_t size)
{
	return size >= 4 &&
	       (memcmp(head, "BC\xc0\xde", 4) == 0 || memcmp(head, "\xde\xc0\x17\x0b", 4) == 0);
}

int input_fail_lto(const char *name, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, name, NULL, 0,
				 "has no machine code yet, only what -flto left for the link: "
				 "compile with -ffat-lto-objects (or without -flto) for this "
				 "command, or give the linked file");
}

int input_read_elf(struct inputs *inputs, const struct input_source *source, struct input into,
		   struct abilock_error *err)
{
	uint8_t head[HEAD_SIZE];
	int r = input_source_get(source, 0, head, sizeof(head), err);

	if (r < 0)
		return r;
	const bool big = head[EI_DATA] == ELFDATA2MSB;
	const int type = big ? head[16] << 8 | head[17] : head[17] << 8 | head[16];
	if (type == ET_REL)
		r = input_read_relocatable(inputs, source, &into, err);
	else
		r = input_read_linked(inputs, source, &into, err);
	if (r < 0)
		return r;
	struct input *slot = abilock_array_push(&inputs->items, &inputs->count, sizeof(*slot));
	if (!slot) {
		abilock_object_free(into.object);
		return abilock_error_nomem(err);
	}
	*slot = into;
	return 0;
}

static int read_source(struct inputs *inputs, const struct input_source *source,
		       struct abilock_error *err)
{
	uint8_t head[HEAD_SIZE] = {0};
	const size_t size = source->size < sizeof(head) ? (size_t)source->size : sizeof(head);
	int r = input_source_get(source, 0, head, size, err);

	if (r < 0)
		return r;
	if (input_is_elf(head, size))
		return input_read_elf(inputs, source,
				      (struct input){.name = source->name,
						     .path = source->name,
						     .archive = INPUTS_NONE},
				      err);
	if (memcmp(head, "!<arch>\n", 8) == 0 || memcmp(head, "!<thin>\n", 8) == 0)
		return input_read_archive(inputs, source, head[2] == 't', err);
	if (input_is_bitcode(head, size))
		return input_fail_lto(source->name, err);
	return abilock_error_set(err, ABILOCK_E_NOT_ELF, source->name, NULL, 0,
				 "neither an ELF file nor an archive");
}

int input_source_open(const char *path, struct input_source *ret_source, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s",
					 S_ISDIR(st.st_mode) ? "is a folder: name the files in it"
							     : "is not a regular file");
	*ret_source = (struct input_source){.fd = fd, .size = (uint64_t)st.st_size, .name = path};
	fd = -1;
	return 0;
}

int inputs_read(struct inputs *inputs, const char *path, struct abilock_error *err)
{
	const char *name = abilock_arena_strdup(&inputs->arena, path);
	const char *folder =
		abilock_arena_strndup(&inputs->arena, path, (size_t)(path_base(path) - path));
	_cleanup_(input_source_close) struct input_source source = {.fd = -1};

	if (!name || !folder)
		return abilock_error_nomem(err);
	int r = input_source_open(name, &source, err);
	if (r < 0)
		return r;
	source.folder = folder;
	r = read_source(inputs, &source, err);
	return r == ABILOCK_E_NOT_ELF ? abilock_kind_explain(path, r, err) : r;
}

int inputs_read_bytes(struct inputs *inputs, const void *bytes, size_t size, const char *name,
		      struct abilock_error *err)
{
	const struct input_source source = {.fd = -1, .bytes = bytes, .size = size, .name = name};

	return read_source(inputs, &source, err);
}
