/* SPDX-License-Identifier: MIT */
#include "rpm_dependencies.h"

#include <sys/stat.h>

#include "dlopen_notes.h"
#include "rpm_lock.h"
#include "text.h"

/* A list while it grows; there is room for every item that the object can give. */
struct builder {
	struct abilock_object *object;
	const struct rpm_rules *rules;
	const char *marker;
	struct rpm_dependencies deps;
	/* The soname of the last item: all nodes of a library follow each other. */
	const char *soname;
	size_t soname_length;
	bool kept;
};

static const char *marker_of(const struct abilock_object *object)
{
	/* Alpha never had a 32-bit ABI to tell apart. 41 is its older, unofficial number. */
	const bool marked = object->elf_class == ELFCLASS64 && object->machine != EM_ALPHA &&
			    object->machine != EM_FAKE_ALPHA;

	return marked ? "(64bit)" : "";
}

static int builder_init(struct builder *builder, struct abilock_object *object,
			const struct rpm_rules *rules, size_t room, struct abilock_error *err)
{
	*builder = (struct builder){.object = object, .rules = rules, .marker = marker_of(object)};
	builder->deps.items =
		abilock_arena_array(&object->arena, room, sizeof(*builder->deps.items));
	builder->deps.dropped =
		abilock_arena_array(&object->arena, room, sizeof(*builder->deps.dropped));
	return builder->deps.items && builder->deps.dropped ? 0 : abilock_error_nomem(err);
}

/* A library that others link to has such a name; a plugin often has not. */
static bool is_library_name(const char *soname)
{
	static const char *const prefixes[] = {"lib", "ld-", "ld.", "ld64-", "ld64."};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(soname, prefixes[i]))
			return strstr(soname, ".so") != NULL;
	return false;
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\n\r\f\v")] == '\0';
}

/* Make @p soname the one that items are added for. @return Whether it may have any. */
static bool take_soname(struct builder *builder, const char *soname)
{
	if (soname == builder->soname)
		return builder->kept;
	builder->soname = soname;
	builder->soname_length = strlen(soname);
	builder->kept =
		!is_blank(soname) && (!builder->rules->filter_soname || is_library_name(soname));
	return builder->kept;
}

/* `SONAME(NODE)MARKER`, once rendered. An empty node and no marker: the soname alone. */
static void add_item(struct builder *builder, const char *node)
{
	const size_t node_length = strlen(node), marker_length = strlen(builder->marker);

	builder->deps.items[builder->deps.count++] = (struct rpm_dependency){
		.soname = builder->soname,
		.node = *node ? node : NULL,
		.marker = builder->marker,
		.length = builder->soname_length +
			  (node_length + marker_length > 0 ? node_length + marker_length + 2 : 0),
	};
}

static void add_line(struct builder *builder, const char *line)
{
	builder->deps.items[builder->deps.count++] =
		(struct rpm_dependency){.marker = "", .line = line, .length = strlen(line)};
}

static void add_lines(struct builder *builder, const struct rpm_lock *lock)
{
	for (size_t i = 0; i < lock->count; i++)
		add_line(builder, lock->lines[i]);
}

/* A soname that the file itself names. */
static void add_named(struct builder *builder, const char *soname, const char *node)
{
	if (take_soname(builder, soname))
		add_item(builder, node);
	else
		builder->deps.dropped[builder->deps.dropped_count++] = soname;
}

static char *render(char *to, const struct rpm_dependency *dep)
{
	const size_t soname_length = strlen(dep->soname);

	to = mempcpy(to, dep->soname, soname_length);
	if (dep->length > soname_length) {
		*to++ = '(';
		if (dep->node)
			to = stpcpy(to, dep->node);
		*to++ = ')';
		to = stpcpy(to, dep->marker);
	}
	*to++ = '\0';
	return to;
}

static int check_line(const struct abilock_object *object, const struct rpm_dependency *dep,
		      struct abilock_error *err)
{
	for (size_t i = 0; i < dep->length; i++) {
		const unsigned char c = (unsigned char)dep->line[i];

		if (c < ' ' || c == 0x7f)
			return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, NULL, 0,
						 "the dependency %.*s... has a control character "
						 "(0x%02x): RPM can have none such",
						 (int)i, dep->line, c);
	}
	return 0;
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A soname that was left out for each of its nodes is one. */
static void sort_dropped(struct rpm_dependencies *deps)
{
	size_t kept = 0;

	if (deps->dropped_count)
		qsort(deps->dropped, deps->dropped_count, sizeof(*deps->dropped), by_string);
	for (size_t i = 0; i < deps->dropped_count; i++)
		if (kept == 0 || !str_eq(deps->dropped[kept - 1], deps->dropped[i]))
			deps->dropped[kept++] = deps->dropped[i];
	deps->dropped_count = kept;
}

/* Write the lines, now that their lengths are known. */
static int finish(struct builder *builder, struct rpm_dependencies *ret, struct abilock_error *err)
{
	struct rpm_dependencies *deps = &builder->deps;
	size_t bytes = 1;
	int r = 0;

	sort_dropped(deps);
	for (size_t i = 0; i < deps->count; i++)
		bytes += deps->items[i].length + 1;
	char *to = abilock_arena_alloc(&builder->object->arena, bytes);
	if (!to)
		return abilock_error_nomem(err);
	for (size_t i = 0; r >= 0 && i < deps->count; i++) {
		struct rpm_dependency *dep = &deps->items[i];

		if (!dep->line) {
			dep->line = to;
			to = render(to, dep);
		}
		r = check_line(builder->object, dep, err);
	}
	if (r >= 0)
		*ret = *deps;
	return r;
}

/* ---- provides ---- */

static bool is_program(const struct abilock_object *object)
{
	return object->type == ET_EXEC || object->has_debug;
}

/*
 * The name that dependants know the file by: ld copies DT_SONAME into their DT_NEEDED and into the
 * file of their version needs; without a DT_SONAME it takes the file's name.
 */
static const char *own_name(const struct abilock_object *object, const struct rpm_rules *rules)
{
	if (object->soname && *object->soname)
		return object->soname;
	return rules->fake_soname && !is_program(object) ? path_base(object->path) : NULL;
}

/* A file without DT_SONAME is a plugin: that its name is unlike a library's is no surprise. */
static void add_own(struct builder *builder, const char *name, const char *node)
{
	if (builder->object->soname || take_soname(builder, name))
		add_named(builder, name, node);
}

static void add_nodes(struct builder *builder, const char *own)
{
	const struct abilock_object *object = builder->object;
	const char *base = NULL;

	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];
		const char *name = builder->rules->base_names || !own ? base : own;
		/* elfdeps takes a node's parents for the node once more. */
		size_t times = builder->rules->as_found ? 1 + def->parent_count : 1;

		if (def->flags & VER_FLG_BASE)
			base = def->name;
		else
			while (name && times--)
				add_own(builder, name, def->name);
	}
}

static size_t provides_room(const struct abilock_object *object)
{
	size_t room = object->verdef_count + 1;

	for (size_t i = 0; i < object->verdef_count; i++)
		room += object->verdefs[i].parent_count;
	return room;
}

int rpm_provides(struct abilock_object *object, const struct rpm_rules *rules,
		 struct rpm_dependencies *ret, struct abilock_error *err)
{
	const char *own = own_name(object, rules);
	struct rpm_lock lock = {0};
	struct builder builder;

	int r = rules->lock ? rpm_lock_provides(object, &lock, err) : 0;
	if (r >= 0)
		r = builder_init(&builder, object, rules, provides_room(object) + lock.count, err);
	if (r < 0)
		return r;
	if (!rules->soname_only)
		add_nodes(&builder, own);
	if (own && (rules->program_soname || !is_program(object)))
		add_own(&builder, own, "");
	add_lines(&builder, &lock);
	return finish(&builder, ret, err);
}

/* ---- libraries that are opened ---- */

static int read_notes(struct abilock_object *object, const struct rpm_rules *rules,
		      struct dlopen_notes *ret, struct abilock_error *err)
{
	return rules->dlopen_notes ? dlopen_notes_read(object, ret, err) : 0;
}

static size_t notes_room(const struct dlopen_notes *notes)
{
	size_t room = 0;

	for (size_t i = 0; i < notes->count; i++)
		room += notes->items[i].soname_count;
	return room;
}

/* One of several is enough: `(a()(64bit) or b()(64bit))`. */
static int add_choice(struct builder *builder, const char *const *sonames, size_t count,
		      struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; i < count; i++)
		abilock_text_printf(&text, "%s%s%s%s", i ? " or " : "(", sonames[i],
				    *builder->marker ? "()" : "", builder->marker);
	abilock_text_putc(&text, ')');
	const char *line = text.failed ? NULL
				       : abilock_arena_strndup(&builder->object->arena, text.data,
							       text.length);
	if (!line)
		return abilock_error_nomem(err);
	add_line(builder, line);
	return 0;
}

/* The names of @p note that can be dependencies. Those that cannot are dropped. */
static int keep_names(struct builder *builder, const struct dlopen_note *note, const char **kept,
		      size_t *ret_count, struct abilock_error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < note->soname_count; i++) {
		const char *soname = note->sonames[i];
		int r = rpm_check_name(builder->object, "note dlopen: library", soname, err);

		if (r < 0)
			return r;
		if (take_soname(builder, soname))
			kept[count++] = soname;
		else
			builder->deps.dropped[builder->deps.dropped_count++] = soname;
	}
	*ret_count = count;
	return 0;
}

static int add_note(struct builder *builder, const struct dlopen_note *note,
		    struct abilock_error *err)
{
	const char **kept =
		abilock_arena_array(&builder->object->arena, note->soname_count, sizeof(*kept));
	size_t count;

	if (!kept)
		return abilock_error_nomem(err);
	int r = keep_names(builder, note, kept, &count, err);
	if (r < 0 || count == 0)
		return r;
	if (count > 1)
		return add_choice(builder, kept, count, err);
	(void)take_soname(builder, kept[0]);
	add_item(builder, "");
	return 0;
}

static int add_notes(struct builder *builder, const struct dlopen_notes *notes,
		     enum dlopen_priority priority, struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < notes->count; i++)
		if (notes->items[i].priority == priority)
			r = add_note(builder, &notes->items[i], err);
	return r;
}

static int notes_of(struct abilock_object *object, const struct rpm_rules *rules,
		    enum dlopen_priority priority, struct rpm_dependencies *ret,
		    struct abilock_error *err)
{
	struct dlopen_notes notes = {0};
	struct builder builder;

	int r = read_notes(object, rules, &notes, err);
	if (r >= 0)
		r = builder_init(&builder, object, rules, notes_room(&notes), err);
	if (r >= 0)
		r = add_notes(&builder, &notes, priority, err);
	return r < 0 ? r : finish(&builder, ret, err);
}

int rpm_recommends(struct abilock_object *object, const struct rpm_rules *rules,
		   struct rpm_dependencies *ret, struct abilock_error *err)
{
	return notes_of(object, rules, DLOPEN_RECOMMENDED, ret, err);
}

int rpm_suggests(struct abilock_object *object, const struct rpm_rules *rules,
		 struct rpm_dependencies *ret, struct abilock_error *err)
{
	return notes_of(object, rules, DLOPEN_SUGGESTED, ret, err);
}

/* ---- requires ---- */

static void add_verneeds(struct builder *builder)
{
	const struct abilock_object *object = builder->object;

	for (size_t i = 0; !builder->rules->soname_only && i < object->verneed_count; i++)
		add_named(builder, object->verneeds[i].file, object->verneeds[i].node);
}

static void add_needed(struct builder *builder)
{
	for (size_t i = 0; i < builder->object->needed_count; i++)
		add_named(builder, builder->object->needed[i], "");
}

/* elfdeps goes through the sections: on MIPS .dynamic comes before .gnu.version_r. */
static bool needed_comes_first(const struct abilock_object *object)
{
	for (size_t i = 0; i < object->section_count; i++) {
		if (object->sections[i].type == SHT_GNU_verneed)
			return false;
		if (object->sections[i].type == SHT_DYNAMIC)
			return true;
	}
	return false;
}

static void add_requirements(struct builder *builder)
{
	const struct abilock_object *object = builder->object;
	const bool needed_first = builder->rules->as_found && needed_comes_first(object);

	if (needed_first)
		add_needed(builder);
	add_verneeds(builder);
	if (!needed_first)
		add_needed(builder);
	if (!builder->rules->soname_only && object->has_gnu_hash && !object->has_hash)
		add_line(builder, "rtld(GNU_HASH)");
}

int rpm_requires(struct abilock_object *object, const struct rpm_rules *rules,
		 struct rpm_dependencies *ret, struct abilock_error *err)
{
	const bool has_interp = object->interp && *object->interp;
	const bool is_executable = (object->mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
	struct dlopen_notes notes = {0};
	struct rpm_lock lock = {0};
	struct builder builder;

	int r = rules->lock ? rpm_lock_requires(object, &lock, err) : 0;
	if (r >= 0)
		r = read_notes(object, rules, &notes, err);
	if (r >= 0)
		r = builder_init(&builder, object, rules,
				 object->verneed_count + object->needed_count + lock.count +
					 notes_room(&notes) + 2,
				 err);
	if (r < 0)
		return r;
	if (rules->assume_exec || is_executable || !has_interp) {
		add_requirements(&builder);
		add_lines(&builder, &lock);
		r = add_notes(&builder, &notes, DLOPEN_REQUIRED, err);
	}
	if (rules->require_interp && has_interp)
		add_line(&builder, object->interp);
	return r < 0 ? r : finish(&builder, ret, err);
}

/* ---- */

static int by_line(const void *a, const void *b)
{
	return strcmp(((const struct rpm_dependency *)a)->line,
		      ((const struct rpm_dependency *)b)->line);
}

void rpm_dependencies_sort(struct rpm_dependencies *deps)
{
	size_t kept = 0;

	if (deps->count == 0)
		return;
	qsort(deps->items, deps->count, sizeof(*deps->items), by_line);
	for (size_t i = 0; i < deps->count; i++)
		if (kept == 0 || !str_eq(deps->items[kept - 1].line, deps->items[i].line))
			deps->items[kept++] = deps->items[i];
	deps->count = kept;
}
