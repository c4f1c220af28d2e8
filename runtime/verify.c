/* SPDX-License-Identifier: MIT */
#include "abilock/abilock.h"

#include <errno.h>
#include <pthread.h>

#include "process.h"
#include "report_text.h"

struct abilock_verdict {
	struct abilock_answer answer;
	char *text;
};

/* A longer struct of a newer program is fine as long as it asks for nothing that is new. */
static bool take_options(const struct abilock_verify_options *options,
			 struct abilock_process_question *question)
{
	const unsigned char *bytes = (const unsigned char *)options;

	if (!options)
		return true;
	if (options->size < sizeof(*options))
		return false;
	for (size_t i = sizeof(*options); i < options->size; i++)
		if (bytes[i])
			return false;
	question->host = options->host;
	question->require_lock = options->require_lock != 0;
	return true;
}

static int fail(int code)
{
	errno = code;
	return -1;
}

int abilock_verify(const char *file, const struct abilock_verify_options *options,
		   struct abilock_verdict **ret_verdict)
{
	struct abilock_process_question question = {.file = file};

	if (!file || !take_options(options, &question))
		return fail(EINVAL);
	_cleanup_(freep) struct abilock_verdict *verdict = calloc(1, sizeof(*verdict));
	if (!verdict)
		return fail(ENOMEM);
	int cancel;
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	int r = abilock_process_ask(&question, &verdict->answer);
	(void)pthread_setcancelstate(cancel, &cancel);
	if (r == ABILOCK_E_NOMEM || r == ABILOCK_E_USAGE) {
		abilock_answer_deinit(&verdict->answer);
		return fail(r == ABILOCK_E_NOMEM ? ENOMEM : ENOENT);
	}
	bool refused = !abilock_answer_is_yes(&verdict->answer);
	verdict->text = refused ? abilock_answer_text(&verdict->answer) : strdup("");
	if (!verdict->text) {
		abilock_answer_deinit(&verdict->answer);
		return fail(ENOMEM);
	}
	if (ret_verdict)
		*ret_verdict = take_ptr(verdict);
	else
		abilock_verdict_free(take_ptr(verdict));
	return refused;
}

const char *abilock_verdict_text(const struct abilock_verdict *verdict)
{
	return verdict->text;
}

size_t abilock_verdict_count(const struct abilock_verdict *verdict)
{
	/* A file that could not be judged is one finding. */
	return verdict->answer.report ? verdict->answer.report->finding_count : 1;
}

static const struct abilock_finding *finding_at(const struct abilock_verdict *verdict, size_t index)
{
	const struct abilock_report *report = verdict->answer.report;

	return report && index < report->finding_count ? &report->findings[index] : NULL;
}

static bool is_error(const struct abilock_verdict *verdict, size_t index)
{
	return !verdict->answer.report && index == 0;
}

const char *abilock_verdict_code(const struct abilock_verdict *verdict, size_t index)
{
	const struct abilock_finding *finding = finding_at(verdict, index);

	if (finding)
		return abilock_code_name(finding->code);
	return is_error(verdict, index) ? abilock_error_name(verdict->answer.error.code) : NULL;
}

const char *abilock_verdict_subject(const struct abilock_verdict *verdict, size_t index)
{
	const struct abilock_finding *finding = finding_at(verdict, index);

	if (finding)
		return finding->subject;
	return is_error(verdict, index) ? verdict->answer.path : NULL;
}

const char *abilock_verdict_detail(const struct abilock_verdict *verdict, size_t index)
{
	const struct abilock_finding *finding = finding_at(verdict, index);

	if (finding)
		return finding->detail;
	return is_error(verdict, index) ? verdict->answer.error.message : NULL;
}

void abilock_verdict_free(struct abilock_verdict *verdict)
{
	if (!verdict)
		return;
	abilock_answer_deinit(&verdict->answer);
	free(verdict->text);
	free(verdict);
}
