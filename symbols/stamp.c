/* SPDX-License-Identifier: MIT */
#include "stamp.h"

#include <ctype.h>

#include "object_source.h"

static const char FAMILY[] = "_stamp_";

enum { MIN_HASH = 7, MAX_HASH = 64 };

/* Length of the hex digits at @p s, or 0 where they are no hash. */
static size_t hash_length(const char *s)
{
	size_t n = 0;

	while (isxdigit((unsigned char)s[n]))
		n++;
	return n >= MIN_HASH && n <= MAX_HASH ? n : 0;
}

/* Length of the part of a stamp's name before the hash; 0: the name is no stamp. */
static size_t stamp_prefix(const char *name)
{
	const size_t length = strlen(name);

	/* Most names do not end in a hash. */
	if (length < MIN_HASH || !isxdigit((unsigned char)name[length - MIN_HASH]) ||
	    hash_length(name + length - MIN_HASH) == 0)
		return 0;
	const char *p = strstr(name, FAMILY);
	if (!p || p == name)
		return 0;
	p += strlen(FAMILY);
	size_t n = hash_length(p);
	return n && p[n] == '\0' ? (size_t)(p - name) : 0;
}

/* Whether any name can be that of a stamp, wherever in the string table it begins. */
static bool has_family(const struct abilock_object_tables *tables)
{
	const size_t before = 5, length = sizeof(FAMILY) - 1;
	const char *end = tables->strtab + tables->strtab_size, *p = tables->strtab;

	/* Its only letter that is not in every second name. */
	for (; (p = memchr(p, 'p', (size_t)(end - p))) != NULL; p++)
		if ((size_t)(p - tables->strtab) >= before &&
		    (size_t)(end - p) >= length - before && memcmp(p - before, FAMILY, length) == 0)
			return true;
	return false;
}

static int find_in_module(struct abilock_object *module, const char **ret_name,
			  struct abilock_error *err)
{
	const uint64_t row = module->source->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	const struct abilock_object_tables *tables = module->tables;
	int r = abilock_object_load_symbols(module, err);

	if (r < 0 || module->symbol_count == 0 || !has_family(tables))
		return r;
	/* st_name is the first member in both classes; nothing else of a row counts here. */
	for (uint64_t i = 1; i < module->symbol_count; i++) {
		const uint32_t name = abilock_get32(module, tables->symtab + i * row);
		const char *text = NULL;

		r = abilock_object_string(module, "symbol table", i * row, name, &text, err);
		if (r < 0)
			return r;
		if (stamp_prefix(text)) {
			*ret_name = text;
			break;
		}
	}
	return 0;
}

/* Look for strings that begin with @p prefix and go on as a hash; prefer the whole stamp. */
static int scan(const uint8_t *bytes, uint64_t size, const char *stamp, size_t prefix,
		struct abilock_arena *arena, struct abilock_stamp *ret)
{
	const uint8_t *p = bytes, *end = bytes + size;

	while (!ret->matches && (p = memmem(p, (size_t)(end - p), stamp, prefix)) != NULL) {
		const char *hash = (const char *)p + prefix;
		/* A string that runs to the end of the segment is not one with a NUL. */
		size_t room = (size_t)(end - p) - prefix;
		const char *nul = memchr(hash, '\0', room < 65 ? room : 65);

		if (nul && (size_t)(nul - hash) == hash_length(hash)) {
			ret->matches = str_eq((const char *)p, stamp);
			ret->host = abilock_arena_strdup(arena, (const char *)p);
			if (!ret->host)
				return ABILOCK_E_NOMEM;
		}
		p += prefix;
	}
	return 0;
}

int abilock_stamp_compare(struct abilock_object *module, struct abilock_object *host,
			  struct abilock_arena *arena, struct abilock_stamp *ret_stamp,
			  struct abilock_error *err)
{
	struct abilock_stamp stamp = {0};
	const char *name = NULL;

	int r = find_in_module(module, &name, err);
	if (r < 0 || !name) {
		*ret_stamp = stamp;
		return r;
	}
	stamp.module = abilock_arena_text(arena, name);
	for (size_t i = 0; r >= 0 && i < host->source->segment_count; i++) {
		const uint8_t *bytes;
		uint64_t size;

		r = abilock_source_segment(host, i, &bytes, &size, err);
		if (r >= 0 && scan(bytes, size, name, stamp_prefix(name), arena, &stamp) < 0)
			r = abilock_error_nomem(err);
	}
	if (r >= 0)
		*ret_stamp = stamp;
	return r;
}
