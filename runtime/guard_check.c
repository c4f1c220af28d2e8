/* SPDX-License-Identifier: MIT */
#include "guard_check.h"

int abilock_guard_check(const struct abilock_images *images, const char *path, const char *host,
			bool is_module, char **ret_text)
{
	struct abilock_process_question question = {.file = path, .host = host};
	_cleanup_(abilock_answer_deinit) struct abilock_answer answer = {0};

	(void)abilock_process_ask_images(images, &question, &answer);
	if (abilock_answer_is_yes(&answer))
		return 0;
	/* What is damaged or no ELF file at all is the dynamic linker's to refuse, unless the user
	 * has said that it is a module. */
	if (!is_module && !(answer.report && answer.report->is_related))
		return 0;
	*ret_text = abilock_answer_text(&answer);
	return 1;
}
