/* SPDX-License-Identifier: MIT */
/*
 * Two passes: the first finds the libraries of all files, so that the database is asked once for
 * the owners of all of them; the second looks at symbols.
 */
#include "depends.h"

#include "depends_scan.h"
#include "shlibs.h"

/* Symbols files that may be open between two files: in memory they are some four times as large. */
enum { MAX_SYMBOLS_SIZE = 3 << 19 };

struct deb_depends *deb_depends_new(const struct deb_depends_settings *settings)
{
	struct deb_depends *depends = calloc(1, sizeof(*depends));

	if (!depends)
		return NULL;
	depends->settings = *settings;
	depends->state = calloc(1, sizeof(*depends->state));
	if (!depends->state) {
		free(depends);
		return NULL;
	}
	return depends;
}

static void close_symbols_files(struct deb_depends_state *state)
{
	for (size_t i = 0; i < state->symbols_files.size; i++)
		deb_symbols_file_free(state->symbols_files.slots[i].value);
	abilock_name_table_deinit(&state->symbols_files);
	state->symbols_size = 0;
}

static void state_free(struct deb_depends_state *state)
{
	for (size_t i = 0; i < state->usage_count; i++)
		free(state->usage_list[i]->files);
	close_symbols_files(state);
	for (size_t i = 0; i < state->shlibs_files.size; i++)
		deb_shlibs_free(state->shlibs_files.slots[i].value);
	abilock_name_table_deinit(&state->subjects);
	abilock_name_table_deinit(&state->usages);
	abilock_name_table_deinit(&state->shlibs_files);
	abilock_name_table_deinit(&state->wanted);
	free(state->usage_list);
	free(state->wanted_list);
	free(state);
}

void deb_depends_free(struct deb_depends *depends)
{
	if (!depends)
		return;
	state_free(depends->state);
	for (size_t i = 0; i < depends->subject_count; i++) {
		struct deb_subject *subject = &depends->subjects[i];

		for (size_t k = 0; k < subject->need_count; k++)
			free(subject->needs[k].demands.items);
		free(subject->needs);
	}
	free(depends->subjects);
	for (size_t i = 0; i < ARRAY_SIZE(depends->fields); i++)
		free(depends->fields[i].items);
	abilock_arena_clear(&depends->arena);
	free(depends);
}

int deb_depends_add(struct deb_depends *depends, const char *path, enum deb_field_kind field,
		    struct abilock_error *err)
{
	uintptr_t known = (uintptr_t)abilock_name_table_find(&depends->state->subjects, path);

	if (known) {
		struct deb_subject *subject = &depends->subjects[known - 1];

		if (subject->field < field)
			subject->field = field;
		return 0;
	}
	struct deb_subject *subject =
		abilock_array_push(&depends->subjects, &depends->subject_count, sizeof(*subject));
	if (!subject || !(subject->path = abilock_arena_strdup(&depends->arena, path)))
		return abilock_error_nomem(err);
	subject->field = field;
	known = depends->subject_count;
	return abilock_name_table_put(&depends->state->subjects, subject->path, (void *)known)
		       ? 0
		       : abilock_error_nomem(err);
}

/* A file that cannot be read is complained of, so that all of them are. Other errors stay. */
static int pass_over(struct deb_depends *depends, struct deb_subject *subject, int r,
		     const struct abilock_error *err)
{
	char line[1024];

	if (!err || (r != ABILOCK_E_IO && r != ABILOCK_E_DAMAGED))
		return r;
	(void)abilock_error_format(err, line, sizeof(line));
	deb_complain(depends->settings.messages, "%s", line);
	subject->is_object = false;
	return 0;
}

int deb_depends_run(struct deb_depends *depends, struct abilock_error *err)
{
	struct deb_depends_state *state = depends->state;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < depends->subject_count; i++)
		r = pass_over(depends, &depends->subjects[i],
			      deb_depends_find_libraries(depends, &depends->subjects[i], err), err);
	if (r >= 0)
		r = deb_database_search(depends->settings.database, state->wanted_list,
					state->wanted_count, err);
	for (size_t i = 0; r >= 0 && i < depends->subject_count; i++) {
		if (!depends->subjects[i].is_object)
			continue;
		r = pass_over(depends, &depends->subjects[i],
			      deb_depends_scan(depends, &depends->subjects[i], err), err);
		if (state->symbols_size > MAX_SYMBOLS_SIZE)
			close_symbols_files(state);
	}
	if (r < 0)
		return r;
	if (depends->settings.warnings & DEB_WARN_AVOIDABLE)
		deb_depends_warn_avoidable(depends);
	deb_depends_warn_outside(depends);
	return 0;
}
