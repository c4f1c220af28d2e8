/* SPDX-License-Identifier: MIT */
#include "oddities.h"

struct opaque {
	int hidden;
	struct numbers *more;
};

int odd_inside(struct opaque *a)
{
	return a->hidden;
}

const char odd_text[] = "text";
const char *const odd_names[] = {"one", "two", NULL};
int odd_table[3][4] = {{1}};
struct bits odd_struct = {1, 2, 3, 1, SMALL, 4, 5};
_Thread_local int odd_local;
_Thread_local struct left odd_local_struct;
int odd_common;
extern const int odd_declared_before;
const int odd_declared_before = 7;
callback odd_pointer;
static struct right hidden_data = {NULL, 4};
extern struct right odd_data_alias __attribute__((alias("hidden_data")));
struct {
	int a;
	char b;
} odd_unnamed_data = {1, 'b'};
volatile int odd_volatile;
void *odd_nothing = &odd_nothing;
