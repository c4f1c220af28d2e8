/* SPDX-License-Identifier: MIT */
#include "object_source.h"

#include <errno.h>
#include <inttypes.h>

/* First piece of a table of unknown size: the version tables of nearly every file fit. */
enum { WALK_FIRST = 4096 };

static const struct abilock_segment *find_segment(const struct abilock_object *object,
						  uint64_t address)
{
	const struct abilock_object_source *source = object->source;

	/* Where segments overlap, the one that the dynamic linker maps last is seen. */
	for (size_t i = source->segment_count; i-- > 0;) {
		const struct abilock_segment *segment = &source->segments[i];

		if (address >= segment->vaddr && address - segment->vaddr < segment->filesz)
			return segment;
	}
	return NULL;
}

bool abilock_source_offset(const struct abilock_object *object, uint64_t address,
			   uint64_t *ret_offset)
{
	const struct abilock_segment *segment = find_segment(object, address);

	if (segment)
		*ret_offset = segment->offset + (address - segment->vaddr);
	return segment != NULL;
}

uint64_t abilock_source_room(const struct abilock_object *object, uint64_t address)
{
	const struct abilock_segment *segment = find_segment(object, address);

	return segment ? segment->filesz - (address - segment->vaddr) : 0;
}

static int read_at(struct abilock_object *object, const char *table, uint64_t offset, uint64_t size,
		   uint8_t *buf, struct abilock_error *err)
{
	uint64_t done = 0;

	while (done < size) {
		ssize_t n =
			pread(object->source->fd, buf + done, size - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return abilock_error_set(err, ABILOCK_E_IO, object->path, table, offset,
						 "cannot read: %s", strerror(errno));
		if (n == 0) /* the file shrank since fstat() */
			return abilock_damaged(object, table, offset + done, err,
					       "the file ends inside the table");
		done += (uint64_t)n;
	}
	return 0;
}

int abilock_source_get_file(struct abilock_object *object, const char *table, uint64_t offset,
			    uint64_t size, const uint8_t **ret_bytes, struct abilock_error *err)
{
	const struct abilock_object_source *source = object->source;

	if (offset > source->size || size > source->size - offset)
		return abilock_damaged(object, table, offset, err,
				       "%" PRIu64 " bytes do not fit into a file of %" PRIu64
				       " bytes",
				       size, source->size);
	if (source->bytes) {
		*ret_bytes = source->bytes + offset;
		return 0;
	}
	for (size_t i = 0; i < source->window_count; i++) {
		const struct abilock_window *window = &source->windows[i];

		if (offset >= window->offset && offset - window->offset <= window->size &&
		    size <= window->size - (offset - window->offset)) {
			*ret_bytes = window->bytes + (offset - window->offset);
			return 0;
		}
	}
	uint8_t *buf = abilock_arena_bytes(&object->arena, size ? size : 1);
	if (!buf)
		return abilock_error_nomem(err);
	int r = read_at(object, table, offset, size, buf, err);
	if (r < 0)
		return r;
	*ret_bytes = buf;
	return 0;
}

int abilock_source_get(struct abilock_object *object, const char *table, uint64_t address,
		       uint64_t size, const uint8_t **ret_bytes, struct abilock_error *err)
{
	const struct abilock_segment *segment = find_segment(object, address);

	if (!segment)
		return abilock_damaged(object, table, 0, err,
				       "address 0x%" PRIx64 " is in no loaded segment", address);
	uint64_t skip = address - segment->vaddr;
	if (size > segment->filesz - skip)
		return abilock_damaged(object, table, 0, err,
				       "%" PRIu64 " bytes at address 0x%" PRIx64
				       " reach over the end of their segment",
				       size, address);
	if (object->is_image) {
		/* The address is one that the program headers of a mapped object cover. */
		*ret_bytes = (const uint8_t *)(object->source->base + address);
		return 0;
	}
	return abilock_source_get_file(object, table, segment->offset + skip, size, ret_bytes, err);
}

/* More than this is read table by table, and kept no longer than needed. */
enum { MAX_WINDOW = 4 << 20, WINDOW_SLACK = 64 << 10 };

void abilock_source_window(struct abilock_object *object, uint64_t offset, uint64_t size)
{
	struct abilock_object_source *source = object->source;
	const uint8_t *bytes;

	if (source->fd < 0 || offset >= source->size ||
	    source->window_count == ARRAY_SIZE(source->windows))
		return;
	if (size > source->size - offset)
		size = source->size - offset;
	if (abilock_source_get_file(object, "window", offset, size, &bytes, NULL) == 0)
		source->windows[source->window_count++] =
			(struct abilock_window){offset, size, bytes};
}

void abilock_source_prefetch(struct abilock_object *object, const struct abilock_span *spans,
			     size_t count)
{
	uint64_t first = UINT64_MAX, end = 0, sum = 0;

	if (object->source->fd < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct abilock_span *span = &spans[i];

		if (!span->present || span->limit == 0)
			continue;
		if (span->limit > MAX_WINDOW)
			return;
		if (span->address < first)
			first = span->address;
		if (span->address + span->limit > end)
			end = span->address + span->limit;
		sum += span->limit;
	}
	if (end - first > 2 * sum + WINDOW_SLACK || end - first > MAX_WINDOW)
		return;
	const struct abilock_segment *segment = find_segment(object, first);
	if (!segment || end - segment->vaddr > segment->filesz)
		return;
	abilock_source_window(object, segment->offset + (first - segment->vaddr), end - first);
}

int abilock_source_segment(struct abilock_object *object, size_t index, const uint8_t **ret_bytes,
			   uint64_t *ret_size, struct abilock_error *err)
{
	struct abilock_segment *segment = &object->source->segments[index];
	int r = 0;

	if (object->is_image)
		segment->bytes = (const uint8_t *)(object->source->base + segment->vaddr);
	else if (!segment->bytes)
		r = abilock_source_get_file(object, "segment", segment->offset, segment->filesz,
					    &segment->bytes, err);
	*ret_bytes = segment->bytes;
	*ret_size = segment->filesz;
	return r;
}

const uint8_t *abilock_walk_on(struct abilock_walk *walk, uint64_t offset, uint64_t size,
			       struct abilock_error *err)
{
	if (offset > walk->limit || size > walk->limit - offset) {
		walk->code = abilock_damaged(walk->object, walk->table, offset, err,
					     "an entry reaches over the end of the table (%" PRIu64
					     " bytes)",
					     walk->limit);
		return NULL;
	}
	uint64_t want = walk->have ? walk->have : WALK_FIRST;

	/* Doubling keeps the bytes read in all within twice the table's size. */
	while (want < offset + size)
		want *= 2;
	if (want > walk->limit)
		want = walk->limit;
	walk->code = abilock_source_get(walk->object, walk->table, walk->address, want,
					&walk->bytes, err);
	if (walk->code < 0)
		return NULL;
	walk->have = want;
	return walk->bytes + offset;
}

uint32_t abilock_elf_hash(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;
	uint32_t h = 0;

	/* Of five characters nothing reaches the upper four bits. */
	for (int i = 0; i < 5 && *p; i++)
		h = (h << 4) + *p++;
	for (; *p; p++) {
		h = (h << 4) + *p;
		h ^= (h >> 24) & 0xf0;
	}
	return h & 0x0fffffff;
}
