/* SPDX-License-Identifier: MIT */
#ifndef ABILOCK_GATE_GATE_READ_H
#define ABILOCK_GATE_GATE_READ_H

#include "../util.h"

/**
 * Read until the buffer is full or the file ends.
 *
 * @param[out] ret_length  Bytes that were read.
 * @return 0, or -errno.
 */
int gate_read(int fd, char *bytes, size_t size, size_t *ret_length) _must_check_;

#endif
