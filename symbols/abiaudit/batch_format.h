/* SPDX-License-Identifier: MIT */
#ifndef ABIAUDIT_BATCH_FORMAT_H
#define ABIAUDIT_BATCH_FORMAT_H

#include "batch.h"
#include "format.h"

/**
 * What a batch prints around its answers in a format, and about files that could not be read. In
 * JSON the answers are the elements of `files`.
 */
void format_batch(enum format format, struct batch *batch);

#endif
