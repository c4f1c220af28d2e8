/* SPDX-License-Identifier: MIT */
/* The JSON document of `abiaudit verify`. abiaudit(1) describes its members. */
#ifndef ABIAUDIT_VERIFY_JSON_H
#define ABIAUDIT_VERIFY_JSON_H

#include "../report_text.h"
#include "json.h"
#include "verify_types.h"

/** Start a document about modules of @p host. @return Owned by the caller, or NULL. */
struct json_object *verify_json_new(const struct abilock_object *host);

/**
 * Add the answer about one module.
 *
 * @param report  NULL: the module could not be judged, and @p error says why.
 * @param types   Empty where nobody asked for types.
 * @return false when memory is out.
 */
bool verify_json_add(struct json_object *document, const char *path,
		     const struct abilock_report *report, const struct verify_type_changes *types,
		     const struct abilock_error *error) _must_check_;

#endif
