/* SPDX-License-Identifier: MIT */
#include "stub.h"

#include <errno.h>
#include <sys/mman.h>

#include "stub_parts.h"

void stub_source_set_machine(struct stub_source *source, const struct abilock_machine *machine)
{
	source->machine = machine->machine;
	source->elf_class = machine->elf_class;
	source->data = machine->data;
	source->flags = machine->flags;
	source->osabi = machine->osabi;
}

int stub_flag_empty_nodes(const struct abilock_declaration *decl, struct abilock_surface *surface,
			  struct abilock_error *err)
{
	_cleanup_(freep) bool *has_entries = calloc(surface->node_count + 1, sizeof(bool));

	if (!has_entries)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < decl->entry_count; i++)
		if (decl->entries[i].node < surface->node_count)
			has_entries[decl->entries[i].node] = true;
	for (size_t i = 0; i < surface->node_count; i++)
		/* A tagged node has its marker. */
		if (!has_entries[i] && !surface->nodes[i].is_tagged)
			surface->nodes[i].flags |= VER_FLG_WEAK;
	return 0;
}

static void stub_deinit(struct stub *st)
{
	if (st->elf)
		(void)elf_end(st->elf);
	abilock_arena_clear(&st->arena);
}

void *stub_buffer(struct stub *st, enum stub_section s, size_t size)
{
	Elf_Data *data = st->data[s];

	data->d_size = size;
	data->d_buf = abilock_arena_alloc(&st->arena, size);
	return data->d_buf;
}

int stub_too_large(struct stub *st, const char *what)
{
	return abilock_error_set(st->err, ABILOCK_E_UNSUPPORTED, NULL, NULL, 0,
				 "%s of the stub would be too large for an ELF file", what);
}

/* In the order of need: each step takes what those in front of it made. */
static int build(struct stub *st)
{
	static int (*const steps[])(struct stub *) = {
		stub_collect_symbols, stub_collect_strings, stub_put_header,   stub_create_sections,
		stub_fill_dynsym,     stub_fill_versions,   stub_fill_hash,    stub_fill_gnu_hash,
		stub_fill_sections,   stub_place_sections,  stub_put_segments,
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int r = steps[i](st);

		if (r < 0)
			return r;
	}
	stub_place_symbols(st);
	return elf_update(st->elf, ELF_C_WRITE) < 0 ? ABILOCK_E_IO : 0;
}

static int copy_out(int fd, FILE *file, struct abilock_error *err)
{
	enum { SIZE = 1 << 20 };
	_cleanup_(freep) char *bytes = malloc(SIZE);
	off_t at = 0;
	ssize_t n;

	if (!bytes)
		return abilock_error_nomem(err);
	while ((n = pread(fd, bytes, SIZE, at)) > 0) {
		if (fwrite(bytes, 1, (size_t)n, file) != (size_t)n)
			break;
		at += n;
	}
	if (n != 0)
		return abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "cannot write: %s",
					 strerror(errno));
	return 0;
}

/* libelf wants a file to write to that it can seek in; the output may be a pipe. */
int stub_write(FILE *file, const struct stub_source *source, struct abilock_error *err)
{
	_cleanup_(closep) int fd = memfd_create("stub", MFD_CLOEXEC);
	struct abilock_error reason = {0};
	_cleanup_(stub_deinit) struct stub st = {
		.source = source, .surface = source->surface, .err = &reason};

	(void)elf_version(EV_CURRENT);
	if (fd < 0)
		return abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "memfd: %s",
					 strerror(errno));
	st.elf = elf_begin(fd, ELF_C_WRITE, NULL);
	int r = st.elf ? build(&st) : ABILOCK_E_IO;
	if (r < 0 && reason.code == 0) {
		int code = elf_errno();

		return code ? abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "libelf: %s",
						elf_errmsg(code))
			    : abilock_error_nomem(err);
	}
	if (r < 0)
		return abilock_error_set(err, r, NULL, NULL, 0, "%s", reason.message);
	return copy_out(fd, file, err);
}
