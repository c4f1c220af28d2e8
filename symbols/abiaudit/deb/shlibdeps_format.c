/* SPDX-License-Identifier: MIT */
#include "shlibdeps_format.h"

#include "json.h"

static const char *const reasons[] = {
	[DEB_BECAUSE_LIBRARY] = "library",
	[DEB_BECAUSE_SYMBOL] = "symbol",
	[DEB_BECAUSE_BUILD_DEPENDS] = "build-depends",
	[DEB_BECAUSE_SHLIBS] = "shlibs",
};

/* One record: a dependency of a file on a library; empty strings for what there is none of. */
static void add_record(struct abilock_text *out, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		abilock_text_puts(out, i ? "\t" : "");
		abilock_text_field(out, fields[i] ? fields[i] : "");
	}
	abilock_text_putc(out, '\n');
}

static int add_need_records(const struct shlibdeps_result *result,
			    const struct deb_subject *subject, const struct deb_need *need,
			    struct abilock_text *out, struct abilock_error *err)
{
	const char *installed = NULL;
	int r = *need->package
			? deb_database_version(result->database, need->package, &installed, err)
			: 0;

	for (size_t i = 0; r >= 0 && i < need->demands.count; i++) {
		const struct deb_demand *demand = &need->demands.items[i];
		const char *const fields[] = {
			"dependency",
			subject->path,
			deb_field_name(subject->field),
			need->soname,
			need->path,
			need->package,
			installed,
			deb_demand_text(&result->depends->arena, demand),
			reasons[demand->reason],
			demand->because,
		};

		add_record(out, fields, ARRAY_SIZE(fields));
	}
	return r;
}

int shlibdeps_write_tsv(const struct shlibdeps_result *result, struct abilock_text *out,
			struct abilock_error *err)
{
	const struct deb_depends *depends = result->depends;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < depends->subject_count; i++) {
		const struct deb_subject *subject = &depends->subjects[i];

		for (size_t k = 0; r >= 0 && k < subject->need_count; k++)
			r = add_need_records(result, subject, &subject->needs[k], out, err);
	}
	for (int field = DEB_FIELD_COUNT; r >= 0 && field-- > 0;) {
		const char *name = deb_field_name((enum deb_field_kind)field);
		const char *const fields[10] = {
			[0] = "field", [2] = name, [7] = result->values[field]};

		if (result->values[field])
			add_record(out, fields, ARRAY_SIZE(fields));
	}
	return r;
}

static bool push_demand(struct json_object *array, struct abilock_arena *arena,
			const struct deb_demand *demand)
{
	struct json_object *object = json_push_object(array);

	return object && json_put_string(object, "dependency", deb_demand_text(arena, demand)) &&
	       json_put_string(object, "minimum", *demand->version ? demand->version : NULL) &&
	       json_put_string(object, "reason", reasons[demand->reason]) &&
	       json_put_string(object, "because", demand->because);
}

static int push_need(const struct shlibdeps_result *result, struct json_object *array,
		     const struct deb_need *need, struct abilock_error *err)
{
	struct json_object *object = json_push_object(array);
	const char *installed = NULL;
	int r = *need->package
			? deb_database_version(result->database, need->package, &installed, err)
			: 0;

	if (r < 0)
		return r;
	bool ok = object && json_put_string(object, "soname", need->soname) &&
		  json_put_string(object, "path", need->path) &&
		  json_put_string(object, "package", *need->package ? need->package : NULL) &&
		  json_put_string(object, "installed", installed) &&
		  json_put_string(object, "information", need->info) &&
		  json_put_number(object, "symbols", need->used);
	struct json_object *demands = ok ? json_put_array(object, "dependencies") : NULL;
	for (size_t i = 0; demands && i < need->demands.count; i++)
		if (!push_demand(demands, &result->depends->arena, &need->demands.items[i]))
			return abilock_error_nomem(err);
	return demands ? 0 : abilock_error_nomem(err);
}

static int push_subject(const struct shlibdeps_result *result, struct json_object *array,
			const struct deb_subject *subject, struct abilock_error *err)
{
	struct json_object *object = json_push_object(array);
	bool ok = object && json_put_string(object, "file", subject->path) &&
		  json_put_string(object, "field", deb_field_name(subject->field));
	struct json_object *needs = ok ? json_put_array(object, "libraries") : NULL;
	int r = needs ? 0 : abilock_error_nomem(err);

	for (size_t i = 0; r >= 0 && i < subject->need_count; i++)
		r = push_need(result, needs, &subject->needs[i], err);
	return r;
}

int shlibdeps_write_json(const struct shlibdeps_result *result, FILE *file,
			 struct abilock_error *err)
{
	_cleanup_(json_freep) struct json_object *document = json_new();
	bool ok = document && json_put_number(document, "format_version", JSON_FORMAT_VERSION);
	struct json_object *fields = ok ? json_put_object(document, "fields") : NULL;

	ok = fields != NULL;
	for (int field = DEB_FIELD_COUNT; ok && field-- > 0;)
		ok = !result->values[field] ||
		     json_put_string(fields, deb_field_name((enum deb_field_kind)field),
				     result->values[field]);
	struct json_object *files = ok ? json_put_array(document, "files") : NULL;
	int r = files ? 0 : abilock_error_nomem(err);
	for (size_t i = 0; r >= 0 && i < result->depends->subject_count; i++)
		r = push_subject(result, files, &result->depends->subjects[i], err);
	if (r >= 0)
		r = json_print(file, document, err);
	if (r >= 0)
		(void)fputc('\n', file);
	return r;
}
