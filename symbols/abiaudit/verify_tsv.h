/* SPDX-License-Identifier: MIT */
/* The records of `abiaudit verify --format tsv`. abiaudit-formats(5) lists their fields. */
#ifndef ABIAUDIT_VERIFY_TSV_H
#define ABIAUDIT_VERIFY_TSV_H

#include "../report_text.h"
#include "text.h"
#include "verify_types.h"

/**
 * Add the answer about one module.
 *
 * @param report  NULL: the module could not be judged, and @p error says why.
 * @param types   Empty where nobody asked for types.
 */
void verify_tsv_add(struct abilock_text *out, const char *path, const struct abilock_report *report,
		    const struct verify_type_changes *types, const struct abilock_error *error);

#endif
