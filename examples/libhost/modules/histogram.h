/* SPDX-License-Identifier: MIT */
/* libhistogram.so.1: a library of the modules. It uses nothing of libtally: it needs no lock. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stddef.h>

/** How often each byte occurs. */
__attribute__((visibility("default"))) void histogram(const unsigned char *data, size_t size,
						      size_t ret_counts[256]);

#endif
