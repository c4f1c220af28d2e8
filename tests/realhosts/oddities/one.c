/* SPDX-License-Identifier: MIT */
#include "oddities.h"

#define USE(x) __asm__ volatile("" ::"g"(x) : "memory")

int odd_numbers(struct numbers *a, const struct numbers *b)
{
	return a->i + b->i;
}
unnamed odd_unnamed(unnamed *a, renamed b)
{
	a->x = b.y;
	return b;
}
unnamed_list *odd_unnamed_list(unnamed_list *a)
{
	return a->next;
}
int odd_enums(enum signed_enum a, enum unsigned_enum *b, enum wide_enum *c, enum top_enum *d,
	      enum packed_enum *e, enum negative_packed *f, untagged g)
{
	USE(b);
	USE(c);
	USE(d);
	USE(e);
	USE(f);
	return (int)a + (int)g;
}
unsigned odd_bits(struct bits *a, struct packed_bits *b, constant_bits *c)
{
	return a->a + b->a + c->a;
}
char odd_arrays(struct arrays *a, struct flexible *b)
{
	return a->plain[0] + (char)b->count;
}
int odd_qualified(struct qualified *restrict a)
{
	return *a->status;
}
int odd_functions(struct functions *a)
{
	return a->plain(a, 1);
}
int odd_callback(callback a, vector b)
{
	return a(NULL, UNTAGGED_TWO) + b[0];
}
struct left *odd_cycle(struct left *a)
{
	return a->other->other;
}
struct opaque *odd_opaque(struct opaque *a)
{
	return a;
}
void odd_nowhere(struct nowhere *a, const struct nowhere *const *b)
{
	USE(a);
	USE(b);
}
struct empty odd_empty(struct empty *a)
{
	return *a;
}
int odd_variadic(const char *format, ...)
{
	return format[0];
}
int odd_list(const char *format, va_list list)
{
	(void)list;
	return format[0];
}
void odd_none(void)
{
}
void odd_unprototyped()
{
}
int odd_parameters(const int a, volatile char *const b, int c[static 4], int d[][5], int e(int))
{
	return a + *b + c[0] + d[0][0] + e(1);
}
int odd_unused(int unused, struct numbers *also)
{
	(void)unused;
	(void)also;
	return 0;
}

/* A declaration in front of a definition of the old form. */
int odd_old_form(char, short, float, const char *);
int odd_old_form_without();

int odd_named_before(int n, struct bits *other);
int odd_named_before(int count, struct bits *bits)
{
	return count + (int)bits->a;
}

/* Called by others, so that it is inlined. */
int odd_inlined(struct right *a)
{
	return a->n;
}
int odd_caller(struct left *a)
{
	return odd_inlined(a->other);
}

/* Compilers fold the bodies of these. */
int odd_folded_one(struct left *a)
{
	return a->other->n;
}
int odd_folded_two(struct left *a)
{
	return a->other->n;
}
long odd_folded_unlike(struct right *a)
{
	return (long)a->other;
}
long odd_folded_unlike_two(struct left *a)
{
	return (long)a->other;
}

int odd_real(struct bits *a)
{
	return a->b;
}
int odd_alias(struct bits *a) __attribute__((alias("odd_real")));
int odd_weak_alias(struct bits *a) __attribute__((weak, alias("odd_real")));
__attribute__((weak)) int odd_weak(struct numbers *a)
{
	return a->i;
}

typedef int resolved(struct bits *);
static resolved *odd_resolve(void)
{
	return odd_real;
}
int odd_ifunc(struct bits *a) __attribute__((ifunc("odd_resolve")));

int odd_version_1(int a)
{
	return a;
}
int odd_version_2(int a, int b)
{
	return a + b;
}
__asm__(".symver odd_version_1, odd_versioned@ODD_1.0");
__asm__(".symver odd_version_2, odd_versioned@@ODD_2.0");

/* Nothing that debug information knows of. */
__asm__(".text\n.globl odd_assembler\n.type odd_assembler, @function\nodd_assembler:\n\tret\n"
	".size odd_assembler, .-odd_assembler\n");
