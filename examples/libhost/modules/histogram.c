/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <string.h>

void histogram(const unsigned char *data, size_t size, size_t ret_counts[256])
{
	memset(ret_counts, 0, 256 * sizeof(*ret_counts));
	for (size_t i = 0; i < size; i++)
		ret_counts[data[i]]++;
}
