/* SPDX-License-Identifier: MIT */
/* Shared objects and programs: what the dynamic linker sees of them. */
#include "inputs_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../../symbols/kind.h"

static int open_object(struct inputs *inputs, const struct input_source *source, const char *name,
		       struct abilock_object **ret, struct abilock_error *err)
{
	if (source->bytes) {
		/* They are the caller's, and the object stays open. */
		void *bytes = abilock_arena_bytes(&inputs->arena, (size_t)source->size);

		if (!bytes)
			return abilock_error_nomem(err);
		memcpy(bytes, source->bytes, (size_t)source->size);
		return abilock_object_open_bytes(bytes, (size_t)source->size, name, ret, err);
	}
	struct stat st;
	int fd = fstat(source->fd, &st) < 0 ? -1 : fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return abilock_error_set(err, ABILOCK_E_IO, name, NULL, 0, "%s", strerror(errno));
	int r = abilock_object_open_fd(fd, &st, name, NULL, ret, err);
	return r < 0 ? abilock_kind_explain(name, r, err) : r;
}

/* The symbol that stands for a node is no API. */
static bool is_node(const struct abilock_object *object, const struct abilock_symbol *symbol)
{
	return symbol->shndx == SHN_ABS && abilock_object_find_verdef(object, symbol->name);
}

/* A symbol that is not the default version satisfies no new link. */
static bool is_definition(const struct abilock_object *object, const struct abilock_symbol *symbol)
{
	return abilock_symbol_is_export(symbol) && !symbol->hidden && !is_node(object, symbol);
}

static int add_row(struct inputs *inputs, struct abilock_object *object,
		   struct input_symbols *symbols, const bool *copied, uint64_t row,
		   struct abilock_error *err)
{
	struct abilock_symbol symbol;
	int r = abilock_object_symbol(object, row, &symbol, err);

	if (r < 0 || !symbol.name[0] || symbol.bind == STB_LOCAL)
		return r;
	const bool is_defined = symbol.shndx != SHN_UNDEF;
	/* The copy of a library's variable in a program is the library's. */
	if (is_defined && (!is_definition(object, &symbol) || (copied && copied[row])))
		return 0;
	const struct abilock_verneed *need =
		is_defined ? NULL : abilock_object_verneed(object, symbol.version);
	return input_add_symbol(inputs, symbols, symbol.name,
				(struct input_symbol){
					.type = symbol.type,
					.bind = symbol.bind,
					.visibility = symbol.visibility,
					.is_defined = is_defined,
					.file = need ? need->file : NULL,
				},
				err);
}

static int read_object(struct inputs *inputs, struct abilock_object *object, struct input *into,
		       struct abilock_error *err)
{
	_cleanup_(input_symbols_deinit) struct input_symbols symbols = {0};
	bool *copied = NULL;
	int r = input_check_machine(inputs, into->name, object->machine, object->elf_class,
				    object->data, err);

	if (r == 0)
		r = abilock_object_load_symbols(object, err);
	if (r == 0)
		r = abilock_object_copies(object, &copied, err);
	for (uint64_t i = 1; r == 0 && i < object->symbol_count; i++)
		r = add_row(inputs, object, &symbols, copied, i, err);
	return r < 0 ? r : input_keep_symbols(inputs, &symbols, into, err);
}

int input_read_linked(struct inputs *inputs, const struct input_source *source, struct input *into,
		      struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	int r = open_object(inputs, source, into->name, &object, err);

	if (r == 0)
		r = read_object(inputs, object, into, err);
	if (r == 0)
		into->object = take_ptr(object);
	return r;
}
