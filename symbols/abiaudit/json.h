/* SPDX-License-Identifier: MIT */
/*
 * JSON output of abiaudit, on json-c. A document is built with the put functions, printed and
 * released; each returns false (or NULL) when memory is out, so that calls chain with &&.
 */
#ifndef ABIAUDIT_JSON_H
#define ABIAUDIT_JSON_H

#include <json-c/json.h>

#include "error.h"

/** Version of the shape of every document; a new member does not change it. */
enum { JSON_FORMAT_VERSION = 1 };

/** A new object, owned by the caller, or NULL. */
struct json_object *json_new(void);

static inline void json_freep(struct json_object **object)
{
	(void)json_object_put(*object);
}

/**
 * Add a string member. JSON is UTF-8 and names in ELF files need not be: bytes that are not UTF-8
 * become U+FFFD.
 *
 * @param value  Copied. NULL: the member is null.
 */
bool json_put_string(struct json_object *to, const char *key, const char *value) _must_check_;

bool json_put_number(struct json_object *to, const char *key, uint64_t value) _must_check_;
bool json_put_bool(struct json_object *to, const char *key, bool value) _must_check_;
bool json_put_null(struct json_object *to, const char *key) _must_check_;

/** Add an empty object as a member. @return It, borrowed from @p to, or NULL. */
struct json_object *json_put_object(struct json_object *to, const char *key) _must_check_;

/** Add an empty array as a member. @return It, borrowed from @p to, or NULL. */
struct json_object *json_put_array(struct json_object *to, const char *key) _must_check_;

/** Append an empty object to an array. @return It, borrowed from the array, or NULL. */
struct json_object *json_push_object(struct json_object *array) _must_check_;

/** Append a string to an array, as json_put_string(). */
bool json_push_string(struct json_object *array, const char *value) _must_check_;

/**
 * Print on one line, without a newline.
 *
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO.
 */
int json_print(FILE *file, struct json_object *object, struct abilock_error *err) _must_check_;

#endif
