/* SPDX-License-Identifier: MIT */
#include "rpm_lock.h"

/* Lines while they come together; there is room for all that the note can give. */
struct writer {
	struct abilock_object *object;
	struct rpm_lock lock;
	struct abilock_error *err;
};

int rpm_check_name(const struct abilock_object *object, const char *what, const char *name,
		   struct abilock_error *err)
{
	/* RPM separates words by these, and versions from names; parentheses are ours. */
	const size_t good = strcspn(name, " \t\n\r\f\v,()<>=");

	if (*name && name[good] == '\0')
		return 0;
	return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, NULL, 0,
				 "%s \"%.80s\": %s, which a name in a dependency of RPM can not "
				 "have",
				 what, name, *name ? "a blank or one of ,()<>= in it" : "empty");
}

/* As rpm checks a version: no '-', which would begin a release, and no ':', behind an epoch. */
static int check_tag(const struct abilock_object *object, const char *tag,
		     struct abilock_error *err)
{
	const size_t good = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789._+~^");

	if (*tag && tag[good] == '\0')
		return 0;
	return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "note abilock", 0,
				 "tag \"%.80s\": expected letters, digits and any of ._+~^, as a "
				 "version of RPM has",
				 tag);
}

static int writer_init(struct writer *writer, struct abilock_object *object, size_t room,
		       struct abilock_error *err)
{
	const struct abilock_note *note = object->note;

	*writer = (struct writer){.object = object, .err = err};
	if (!object->is_host && !str_eq(note->kind, "private") && !str_eq(note->kind, "public"))
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, object->path, "note abilock",
					 0, "kind \"%.40s\": expected host, private or public",
					 note->kind);
	writer->lock.lines = abilock_arena_array(&object->arena, room, sizeof(*writer->lock.lines));
	if (!writer->lock.lines)
		return abilock_error_nomem(err);
	return rpm_check_name(object, "host", note->host, err);
}

static int add(struct writer *writer, const char *line)
{
	if (!line)
		return abilock_error_nomem(writer->err);
	writer->lock.lines[writer->lock.count++] = line;
	return 0;
}

static int add_tag(struct writer *writer, const char *tag)
{
	struct abilock_object *object = writer->object;
	int r = check_tag(object, tag, writer->err);

	return r < 0 ? r
		     : add(writer, abilock_arena_printf(&object->arena, "abilock(%s) = %s",
							object->note->host, tag));
}

/* `NAME` and `NAME.so` mean one module. One whose note has no name has that of its file. */
static int add_module(struct writer *writer, const char *spelling)
{
	struct abilock_object *object = writer->object;
	const char *name = spelling && *spelling ? spelling : path_base(object->path);
	const int length = (int)strlen(name) - (str_ends(name, ".so") ? 3 : 0);

	int r = rpm_check_name(object, "module", name, writer->err);
	return r < 0 ? r
		     : add(writer, abilock_arena_printf(&object->arena, "abilock-module(%s/%.*s)",
							object->note->host, length, name));
}

/* With tags from types each private node has its own, which is that of its modules. */
static int add_node_tags(struct writer *writer)
{
	const struct abilock_note *note = writer->object->note;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < note->node_count; i++) {
		const char *tag = abilock_node_name_fingerprint(note->nodes[i]);

		if (tag && !str_eq(tag, note->tag))
			r = add_tag(writer, tag);
	}
	return r;
}

/* Notes of one module follow each other. */
static int add_embedded(struct writer *writer)
{
	const struct abilock_object *object = writer->object;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < object->information_count; i++)
		if (i == 0 || !str_eq(object->information[i].name, object->information[i - 1].name))
			r = add_module(writer, object->information[i].name);
	return r;
}

int rpm_lock_provides(struct abilock_object *object, struct rpm_lock *ret,
		      struct abilock_error *err)
{
	const struct abilock_note *note = object->note;
	struct writer writer;

	if (!note)
		return 0;
	int r = writer_init(&writer, object, note->node_count + object->information_count + 1, err);
	if (r >= 0 && object->is_host) {
		r = add_tag(&writer, note->tag);
		if (r >= 0)
			r = add_node_tags(&writer);
		if (r >= 0)
			r = add_embedded(&writer);
	} else if (r >= 0) {
		r = add_module(&writer, note->name);
	}
	if (r >= 0)
		*ret = writer.lock;
	return r;
}

int rpm_lock_requires(struct abilock_object *object, struct rpm_lock *ret,
		      struct abilock_error *err)
{
	const struct abilock_note *note = object->note;
	struct writer writer;

	if (!note || object->is_host)
		return 0;
	int r = writer_init(&writer, object, 1, err);
	if (r >= 0 && str_eq(note->kind, "private"))
		r = add_tag(&writer, note->tag);
	else if (r >= 0)
		r = add(&writer, abilock_arena_printf(&object->arena, "abilock(%s)", note->host));
	if (r >= 0)
		*ret = writer.lock;
	return r;
}
