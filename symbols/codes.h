/* SPDX-License-Identifier: MIT */
/* The reasons to refuse a module, by name. */
#ifndef ABILOCK_SYMBOLS_CODES_H
#define ABILOCK_SYMBOLS_CODES_H

/**
 * Reasons to refuse a module, most telling first: the first of a report's findings is its verdict.
 * The names (abilock_code_name()) are stable; docs/findings.md has a paragraph for each.
 */
enum abilock_code {
	ABILOCK_WRONG_CLASS,
	ABILOCK_WRONG_BYTE_ORDER,
	ABILOCK_WRONG_MACHINE,
	ABILOCK_NOT_A_MODULE,
	ABILOCK_UNSAFE_PATH,
	ABILOCK_STALE_HOST,
	ABILOCK_SECOND_HOST_COPY,
	ABILOCK_OTHER_HOST,
	ABILOCK_HOST_NOT_LOCKED,
	ABILOCK_HOST_WITHOUT_NODES,
	ABILOCK_HOST_WITHOUT_SONAME,
	ABILOCK_STAMP_MISMATCH,
	ABILOCK_PROMOTED_SYMBOL,
	ABILOCK_MISSING_NODE,
	ABILOCK_WEAK_NODE,
	ABILOCK_MISLABELLED,
	ABILOCK_NOT_LINKED,
	ABILOCK_UNVERSIONED_REFERENCE,
	ABILOCK_WEAK_REFERENCES_ONLY,
	ABILOCK_DATA_ONLY,
	ABILOCK_NO_HOST_SYMBOL,
	ABILOCK_NO_MARKER,
	ABILOCK_NO_NOTE,
	ABILOCK_OTHER_BUILD,
	ABILOCK_MISSING_SYMBOL,
	ABILOCK_MISSING_LIBRARY,
	ABILOCK_LIBRARY_WITHOUT_NODES,
	ABILOCK_MISSING_LIBRARY_NODE,
	ABILOCK_UNRESOLVED_SYMBOL,
	ABILOCK_CODE_COUNT
};

/** Stable name of a code, such as "missing-node". */
const char *abilock_code_name(enum abilock_code code);

/** One sentence without a full stop that says what the code means. */
const char *abilock_code_summary(enum abilock_code code);

#endif
