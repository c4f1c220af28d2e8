/* SPDX-License-Identifier: MIT */
/*
 * Notes: ours, the build-id, and the package that a file belongs to.
 *
 * Source: gABI "Note Section", as GNU/Linux follows it: the words are 4 bytes in both classes, and
 * name and descriptor are padded to 4. p_align says nothing about that: .note.gnu.property asks for
 * 8, has a size that both rules agree on, and mold puts it into one PT_NOTE with all the others.
 */
#include "object_source.h"

#include <inttypes.h>

enum { NOTE_HEADER = 12, NOTE_ABILOCK = 1, NOTE_INFORMATION = 2, NOTE_PACKAGE = 0xcafe1a7e };

/* Source: systemd's ELF_DLOPEN_METADATA. */
enum { NOTE_DLOPEN = 0x407c0c0a };

/* More than any real file has; a claim beyond it is not worth reading. */
enum { MAX_NOTES = 1 << 20 };

struct note_entry {
	uint32_t type, namesz, descsz;
	const char *name;
	const uint8_t *desc;
	uint64_t offset;
};

/* Whether a note's owner is @p owner, a literal. */
#define owned_by(entry, owner)                                                                     \
	((entry)->namesz == sizeof(owner) && memcmp((entry)->name, owner, sizeof(owner)) == 0)

/* Where the value of a key goes, or NULL. */
static const char **find_key(struct abilock_note *note, const char *key, size_t length)
{
	switch (length) {
	case 3: return memcmp(key, "tag", 3) == 0 ? &note->tag : NULL;
	case 4:
		return memcmp(key, "kind", 4) == 0   ? &note->kind
		       : memcmp(key, "host", 4) == 0 ? &note->host
		       : memcmp(key, "name", 4) == 0 ? &note->name
						     : NULL;
	case 6:
		return memcmp(key, "soname", 6) == 0   ? &note->soname
		       : memcmp(key, "format", 6) == 0 ? &note->format
						       : NULL;
	default: return NULL;
	}
}

/* The first one of a key counts. */
static void set_key(struct abilock_note *note, const char *key, size_t length, const char *value)
{
	const char **slot = find_key(note, key, length);

	if (slot && !*slot)
		*slot = value;
}

static bool push_string(struct abilock_object *object, const char ***items, size_t *count,
			const char *item)
{
	const char **slot = abilock_arena_push(&object->arena, items, count, sizeof(*slot));

	if (slot)
		*slot = item;
	return slot;
}

bool abilock_note_has_node(const struct abilock_note *note, const char *node)
{
	for (size_t i = 0; i < note->node_count; i++)
		if (str_eq(note->nodes[i], node))
			return true;
	return false;
}

/* The descriptor of our note: strings `key=value`, each with its NUL. */
static int read_own(struct abilock_object *object, const struct note_entry *entry,
		    struct abilock_error *err)
{
	const char *p = (const char *)entry->desc, *end = p + entry->descsz;

	if (object->note)
		return abilock_damaged(object, "note abilock", entry->offset, err,
				       "a second note: a file is one host or one module");
	if (entry->descsz == 0 || end[-1] != '\0')
		return abilock_damaged(object, "note abilock", entry->offset, err,
				       "the last string does not end");
	struct abilock_note *note = abilock_arena_alloc(&object->arena, sizeof(*note));
	if (!note)
		return abilock_error_nomem(err);
	object->note = note;
	for (; p < end; p += strlen(p) + 1) {
		if (!*p) /* padding */
			continue;
		const char *equal = strchr(p, '=');
		if (!equal)
			return abilock_damaged(object, "note abilock", entry->offset, err,
					       "\"%.40s\" is not key=value", p);
		const size_t length = (size_t)(equal - p);
		if (length == 4 && memcmp(p, "node", 4) == 0 &&
		    !push_string(object, &note->nodes, &note->node_count, equal + 1))
			return abilock_error_nomem(err);
		set_key(note, p, length, equal + 1);
		p = equal + 1;
	}
	note->node = note->node_count ? note->nodes[0] : NULL;
	if (!note->format || !str_eq(note->format, "1"))
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, object->path, "note abilock",
					 entry->offset,
					 "format %s: this abilock reads format 1; use a newer one",
					 note->format ? note->format : "missing");
	if (!note->kind || !note->host || !note->tag)
		return abilock_damaged(object, "note abilock", entry->offset, err, "%s= is missing",
				       !note->kind   ? "kind"
				       : !note->host ? "host"
						     : "tag");
	/* A lock that modules share names none of them. */
	if (note->name && !*note->name)
		note->name = NULL;
	object->is_host = str_eq(note->kind, "host");
	return 0;
}

static inline int add_information(struct abilock_object *object, const struct note_entry *entry,
				  const char *name, const char *pair, struct abilock_error *err)
{
	const char *equal = pair ? strchr(pair, '=') : NULL;
	struct abilock_information *item = abilock_arena_push(
		&object->arena, &object->information, &object->information_count, sizeof(*item));

	if (!item)
		return abilock_error_nomem(err);
	*item = (struct abilock_information){.name = name, .value = "", .offset = entry->offset};
	if (!pair)
		return 0;
	if (!equal || equal == pair)
		return abilock_damaged(object, "note abilock", entry->offset, err,
				       "\"%.40s\" is not key=value", pair);
	item->key = abilock_arena_strndup(&object->arena, pair, (size_t)(equal - pair));
	item->value = equal + 1;
	return item->key ? 0 : abilock_error_nomem(err);
}

/* A note of type 2: `name=NAME` and what that module says of itself. */
static int read_information(struct abilock_object *object, const struct note_entry *entry,
			    struct abilock_error *err)
{
	const char *p = (const char *)entry->desc, *end = p + entry->descsz;
	const size_t count = object->information_count;

	if (entry->descsz == 0 || end[-1] != '\0')
		return abilock_damaged(object, "note abilock", entry->offset, err,
				       "the last string does not end");
	if (entry->descsz < 6 || memcmp(p, "name=", 5) != 0)
		return abilock_damaged(object, "note abilock", entry->offset, err,
				       "information that does not begin with name=");
	const char *name = p + 5;
	for (p += strlen(p) + 1; p < end; p += strlen(p) + 1) {
		int r = *p ? add_information(object, entry, name, p, err) : 0; /* or padding */

		if (r < 0)
			return r;
	}
	return object->information_count > count ? 0
						 : add_information(object, entry, name, NULL, err);
}

static int add_dlopen_note(struct abilock_object *object, const struct note_entry *entry,
			   struct abilock_error *err)
{
	char *text =
		abilock_arena_strndup(&object->arena, (const char *)entry->desc, entry->descsz);

	if (!text || !push_string(object, &object->dlopen_notes, &object->dlopen_note_count, text))
		return abilock_error_nomem(err);
	return 0;
}

static int take_note(struct abilock_object *object, const struct note_entry *entry,
		     struct abilock_error *err)
{
	if (owned_by(entry, "abilock") && entry->type == NOTE_ABILOCK)
		return read_own(object, entry, err);
	if (owned_by(entry, "abilock") && entry->type == NOTE_INFORMATION)
		return read_information(object, entry, err);
	if (owned_by(entry, "GNU") && entry->type == NT_GNU_BUILD_ID) {
		object->build_id = entry->desc;
		object->build_id_size = entry->descsz;
	} else if (owned_by(entry, "FDO") && entry->type == NOTE_PACKAGE && entry->descsz > 0) {
		object->package = abilock_arena_strndup(&object->arena, (const char *)entry->desc,
							entry->descsz);
		if (!object->package)
			return abilock_error_nomem(err);
	} else if (owned_by(entry, "FDO") && entry->type == NOTE_DLOPEN && entry->descsz > 0) {
		return add_dlopen_note(object, entry, err);
	}
	return 0;
}

int abilock_object_read_notes(struct abilock_object *object, uint64_t address, uint64_t size,
			      uint64_t align, struct abilock_error *err)
{
	const uint64_t pad = 3;
	const uint8_t *bytes;

	/* Of all segments together: each of 65534 could claim the same bytes. */
	if (size > MAX_NOTES - object->tables->notes_size)
		return abilock_damaged(object, "notes", 0, err, "%" PRIu64 " bytes of notes", size);
	object->tables->notes_size += size;
	int r = abilock_source_get(object, "notes", address, size, &bytes, err);
	if (r < 0)
		return r;
	for (uint64_t offset = 0; size - offset >= NOTE_HEADER;) {
		/* A gap that brings the next section to its alignment of 8. */
		if (align == 8 && offset % 8 == 4 && abilock_get32(object, bytes + offset) == 0) {
			offset += 4;
			continue;
		}
		struct note_entry entry = {.namesz = abilock_get32(object, bytes + offset),
					   .descsz = abilock_get32(object, bytes + offset + 4),
					   .type = abilock_get32(object, bytes + offset + 8),
					   .offset = offset};
		uint64_t desc = (offset + NOTE_HEADER + entry.namesz + pad) & ~pad;
		uint64_t end = desc + entry.descsz;

		if (end > size)
			return abilock_damaged(object, "notes", offset, err,
					       "a note of %" PRIu64
					       " bytes reaches over the end of its segment",
					       end - offset);
		entry.name = (const char *)bytes + offset + NOTE_HEADER;
		entry.desc = bytes + desc;
		r = take_note(object, &entry, err);
		if (r < 0)
			return r;
		offset = (end + pad) & ~pad;
		if (offset > size) /* the padding of the last note may be missing */
			break;
	}
	return 0;
}
