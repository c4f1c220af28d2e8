/* SPDX-License-Identifier: MIT */
/* A report as text for people. */
#ifndef ABILOCK_SYMBOLS_REPORT_TEXT_H
#define ABILOCK_SYMBOLS_REPORT_TEXT_H

#include "report.h"

/** The line that glibc would print for the report's first finding (or the nearest to it). */
void abilock_report_print_headline(const struct abilock_report *report, FILE *out);

/** Everything below the headline, each line indented by two spaces. */
void abilock_report_print_details(const struct abilock_report *report, FILE *out);

/**
 * Headline and details as one string, without a newline at the end.
 *
 * @return malloc'ed, or NULL when memory is out.
 */
char *abilock_report_text(const struct abilock_report *report);

/** What to do about the report, one line. Written into @p buf. */
void abilock_report_fix(const struct abilock_report *report, char *buf, size_t size);

/** As above for a file that could not be judged: ld.so's way to say it, then ours. */
char *abilock_error_text(const char *path, const struct abilock_error *error);

/** The error's kind as a stable name: "damaged", "not-elf", "unreadable", "unsupported" ... */
const char *abilock_error_name(int code);

#endif
