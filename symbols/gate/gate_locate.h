/* SPDX-License-Identifier: MIT */
/* Where the C source declares what findings are about. */
#ifndef ABILOCK_GATE_GATE_LOCATE_H
#define ABILOCK_GATE_GATE_LOCATE_H

#include "gate.h"

/**
 * Set `c_file` and `c_line` of findings about symbols that the file exports, as far as its debug
 * information tells. Reads it only where there is such a finding.
 *
 * @param debug_folders  See struct abilock_types_question.
 * @return 0 or what the reader of symbols returns. Debug information that cannot be read gives no
 *         place, and that is all.
 */
int gate_locate(struct gate *gate, struct abilock_object *object, const char *const *debug_folders,
		size_t debug_folder_count, struct abilock_error *err) _must_check_;

#endif
