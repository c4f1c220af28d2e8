/* SPDX-License-Identifier: MIT */
/* What is to be said on the standard error: collected here, printed by the command. */
#ifndef ABIAUDIT_DEB_MESSAGES_H
#define ABIAUDIT_DEB_MESSAGES_H

#include "text.h"

/** Initialise with `{ 0 }`. */
struct deb_messages {
	struct abilock_text text; /**< Whole lines, each with @p prefix in front. */
	const char *prefix;	  /**< Such as "abiaudit: "; NULL for nothing. */
	size_t error_count;
};

/** Add `warning: ...`. Control characters are replaced: names come from files. */
void deb_warn(struct deb_messages *messages, const char *fmt, ...) _printf_(2, 3);

/** Add `error: ...`: something for which the run will fail, though it goes on. */
void deb_complain(struct deb_messages *messages, const char *fmt, ...) _printf_(2, 3);

/** Add a line of explanation. */
void deb_explain(struct deb_messages *messages, const char *fmt, ...) _printf_(2, 3);

#endif
