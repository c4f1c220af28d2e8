/* SPDX-License-Identifier: MIT */
#include "similar.h"

unsigned abilock_similar_distance(const char *a, const char *b, unsigned limit)
{
	unsigned row[ABILOCK_SIMILAR_MAX + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > ABILOCK_SIMILAR_MAX || m > ABILOCK_SIMILAR_MAX || (n > m ? n - m : m - n) >= limit)
		return limit;
	for (size_t k = 0; k <= m; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= m; k++) {
			unsigned best = diagonal + (a[i - 1] != b[k - 1]);

			diagonal = row[k];
			best = row[k] + 1 < best ? row[k] + 1 : best;
			row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
		}
	}
	return row[m] < limit ? row[m] : limit;
}

unsigned abilock_similar_limit(const char *name)
{
	const size_t length = strlen(name);

	return length < 3 ? 1 : length < 6 ? 2 : 3;
}
