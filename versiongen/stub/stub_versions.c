/* SPDX-License-Identifier: MIT */
/* The version tables of a stub. */
#include "stub_parts.h"

static const uint16_t HIDDEN = 0x8000;

static int fill_versym(struct stub *st)
{
	size_t count = st->surface->export_count;
	GElf_Half *versym = stub_buffer(st, STUB_VERSYM, sizeof(*versym) * (count + 1));

	if (!versym)
		return abilock_error_nomem(st->err);
	st->shdr[STUB_VERSYM].sh_entsize = sizeof(*versym);
	for (size_t i = 0; i < count; i++) {
		const struct abilock_export *export = st->symbols[i].export;
		size_t index = export->node == ABILOCK_NO_NODE ? VER_NDX_GLOBAL : export->node + 2;

		versym[i + 1] = (GElf_Half)(index | (export->is_default ? 0 : HIDDEN));
	}
	return 0;
}

/* One definition: itself, then its parents. @return Where the next one starts. */
static size_t put_verdef(struct stub *st, size_t at, GElf_Verdef def, const char *name,
			 const uint32_t *names)
{
	Elf_Data *data = st->data[STUB_VERDEF];
	size_t aux_at = at + sizeof(Elf64_Verdef);
	size_t next = aux_at + def.vd_cnt * sizeof(Elf64_Verdaux);

	def.vd_version = VER_DEF_CURRENT;
	def.vd_hash = (GElf_Word)elf_hash(name);
	def.vd_aux = sizeof(Elf64_Verdef);
	def.vd_next = next < data->d_size ? (GElf_Word)(next - at) : 0;
	(void)gelf_update_verdef(data, (int)at, &def);
	for (size_t i = 0; i < def.vd_cnt; i++) {
		bool last = i + 1 == def.vd_cnt;
		GElf_Verdaux aux = {names[i], last ? 0 : sizeof(Elf64_Verdaux)};

		(void)gelf_update_verdaux(data, (int)(aux_at + i * sizeof(Elf64_Verdaux)), &aux);
	}
	return next;
}

/* The name of a node and of its parents. */
static size_t list_names(const struct stub *st, const struct abilock_node *node, uint32_t *names)
{
	size_t count = node->parent_count;

	names[0] = st->node_names[node - st->surface->nodes];
	for (size_t i = 0; i < count; i++) {
		size_t from = st->source->places ? i : count - 1 - i;

		names[i + 1] = st->node_names[node->parents[from]];
	}
	return count + 1;
}

static int check_counts(struct stub *st, size_t *ret_size, size_t *ret_most)
{
	const struct abilock_surface *sf = st->surface;
	uint64_t aux = sf->node_count + 1;

	for (size_t i = 0; i < sf->node_count; i++) {
		aux += sf->nodes[i].parent_count;
		if (*ret_most < sf->nodes[i].parent_count)
			*ret_most = sf->nodes[i].parent_count;
	}
	uint64_t size = (sf->node_count + 1) * sizeof(Elf64_Verdef) + aux * sizeof(Elf64_Verdaux);
	/* 15 bits of versym, of which 0 and 1 are taken; 16 bits of vd_cnt; libelf's int. */
	if (sf->node_count > HIDDEN - 2 || *ret_most >= UINT16_MAX || size > INT32_MAX)
		return stub_too_large(st, "the version table");
	*ret_size = (size_t)size;
	return 0;
}

static int fill_verdef(struct stub *st)
{
	const struct abilock_surface *sf = st->surface;
	size_t at, size = 0, most = 0;
	int r = check_counts(st, &size, &most);

	if (r < 0)
		return r;
	_cleanup_(freep) uint32_t *names = calloc(most + 1, sizeof(*names));
	if (!names || !stub_buffer(st, STUB_VERDEF, size))
		return abilock_error_nomem(st->err);
	st->shdr[STUB_VERDEF].sh_info = (GElf_Word)(sf->node_count + 1);
	at = put_verdef(st, 0, (GElf_Verdef){.vd_flags = VER_FLG_BASE, .vd_ndx = 1, .vd_cnt = 1},
			st->source->soname, &st->soname);
	for (size_t i = 0; i < sf->node_count; i++) {
		const struct abilock_node *node = &sf->nodes[i];
		GElf_Verdef def = {.vd_flags = node->flags, .vd_ndx = (GElf_Half)(i + 2)};

		def.vd_cnt = (GElf_Half)list_names(st, node, names);
		at = put_verdef(st, at, def, node->name, names);
	}
	return 0;
}

int stub_fill_versions(struct stub *st)
{
	if (!st->has_versions)
		return 0;
	int r = fill_versym(st);
	return r == 0 ? fill_verdef(st) : r;
}
