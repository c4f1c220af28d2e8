/* SPDX-License-Identifier: MIT */
#include "lint.h"

struct plan {
	const struct lint_edit **edits;
	size_t count;
	bool *taken; /* each byte of the source that an edit touches; one more for its end */
};

static bool is_free(const struct plan *plan, const struct lint_edit *edit)
{
	const size_t length = edit->length ? edit->length : 1;

	return !memchr(plan->taken + edit->offset, true, length);
}

/* The edits of one group, from @p first on. @return How many they are. */
static size_t group_size(const struct lint *lint, size_t first)
{
	size_t n = 1;

	while (first + n < lint->edit_count &&
	       lint->edits[first + n].group == lint->edits[first].group)
		n++;
	return n;
}

static bool fits(const struct plan *plan, const struct lint_edit *edits, size_t count,
		 uint32_t file)
{
	for (size_t i = 0; i < count; i++)
		if (edits[i].file != file || !is_free(plan, &edits[i]))
			return false;
	return true;
}

static void take(struct plan *plan, struct lint_edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		edits[i].is_made = true;
		memset(plan->taken + edits[i].offset, true, edits[i].length ? edits[i].length : 1);
		plan->edits[plan->count++] = &edits[i];
	}
}

static int compare(const void *a, const void *b)
{
	const struct lint_edit *x = *(const struct lint_edit *const *)a;
	const struct lint_edit *y = *(const struct lint_edit *const *)b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void write_text(const struct abilock_source *source, const struct plan *plan,
		       struct abilock_text *text)
{
	size_t at = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct lint_edit *edit = plan->edits[i];

		abilock_text_add(text, source->text + at, edit->offset - at);
		abilock_text_add(text, edit->text, edit->text_length);
		at = edit->offset + edit->length;
	}
	abilock_text_add(text, source->text + at, source->length - at);
}

int lint_fix(struct lint *lint, uint32_t file, struct abilock_text *text, size_t *count,
	     struct abilock_error *err)
{
	const struct abilock_source *source = &lint->sources[file];
	_cleanup_(freep) const struct lint_edit **edits =
		calloc(lint->edit_count + 1, sizeof(*edits));
	_cleanup_(freep) bool *taken = calloc(source->length + 1, sizeof(*taken));
	struct plan plan = {edits, 0, taken};

	*count = 0;
	if (!edits || !taken)
		return abilock_error_nomem(err);
	for (size_t i = 0, n = 0; i < lint->edit_count; i += n) {
		n = group_size(lint, i);
		if (!fits(&plan, &lint->edits[i], n, file))
			continue;
		take(&plan, &lint->edits[i], n);
		(*count)++;
	}
	qsort(edits, plan.count, sizeof(*edits), compare);
	write_text(source, &plan, text);
	return text->failed ? abilock_error_nomem(err) : 0;
}
