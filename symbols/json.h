/* SPDX-License-Identifier: MIT */
/*
 * JSON output of the tools, on json-c. A document is built with the put functions, printed and
 * released; each returns false (or NULL) when memory is out, so that calls chain with &&.
 */
#ifndef ABILOCK_SYMBOLS_JSON_H
#define ABILOCK_SYMBOLS_JSON_H

#include <json-c/json.h>

#include "error.h"
#include "text.h"

/** Version of the shape of every document; a new member does not change it. */
#define JSON_FORMAT_VERSION 1

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

/** Append a number to an array. */
bool json_push_number(struct json_object *array, uint64_t value) _must_check_;

/** Append a string to an array, as json_put_string(). */
bool json_push_string(struct json_object *array, const char *value) _must_check_;

/** Add an array of strings as a member, each as json_put_string(). */
bool json_put_strings(struct json_object *to, const char *key, const char *const *items,
		      size_t count) _must_check_;

/**
 * Add the object to @p out, on one line without a newline.
 *
 * @return 0 or ABILOCK_E_NOMEM.
 */
int json_add(struct abilock_text *out, struct json_object *object,
	     struct abilock_error *err) _must_check_;

/**
 * Print as json_add() writes.
 *
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO.
 */
int json_print(FILE *file, struct json_object *object, struct abilock_error *err) _must_check_;

/**
 * Add a string as JSON has it, in quotes; NULL: null. For rows by the million, which are written
 * without building them first.
 */
void json_add_string(struct abilock_text *out, const char *value);

/** Add a member with an error: kind, file, table (null: none), offset, message. */
bool json_put_error(struct json_object *to, const char *key,
		    const struct abilock_error *error) _must_check_;

/** The element of a file that could not be read: file and error. Fits struct batch. */
void json_add_failed(const struct abilock_error *err, const char *path, struct abilock_text *out);

#endif
