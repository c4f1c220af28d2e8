/* SPDX-License-Identifier: MIT */
/* What compilers are known to write down differently, each thing behind an exported symbol. */
#ifndef ODDITIES_H
#define ODDITIES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Defined in two.c only. */
struct opaque;
/* Defined nowhere. */
struct nowhere;
enum only_declared;

typedef struct {
	int x, y;
} unnamed;

typedef struct unnamed_list {
	struct unnamed_list *next;
	union {
		int number;
		struct {
			char letter;
			short other;
		};
	};
	struct {
		unsigned long count;
	} inner[2];
} unnamed_list;

enum signed_enum { MINUS = -5, ZERO, LARGE = 0x7fffffff };
enum unsigned_enum { SMALL = 1, MIDDLE = 0xff, TOP = 0xffffffffu };
enum wide_enum { WIDE = 0x7fffffffffffffffll };
enum top_enum { TOP_BIT = 0xffffffffffffffffull };
enum packed_enum { PACKED = 200 } __attribute__((packed));
enum negative_packed { NEGATIVE = -100 } __attribute__((packed));
typedef enum { UNTAGGED_ONE, UNTAGGED_TWO } untagged;

struct bits {
	unsigned a : 3;
	int b : 5;
	unsigned long c : 40;
	_Bool d : 1;
	enum unsigned_enum e : 8;
	unsigned char f : 4;
	unsigned char : 0;
	unsigned short g : 9;
};

struct packed_bits {
	char first;
	unsigned a : 13;
	unsigned long b : 33;
	short c;
} __attribute__((packed));

struct arrays {
	char plain[16];
	int two[3][4];
	const char constant[8];
	const char *const pointers[2];
	struct bits of_structs[2];
	int (*to_array)[5];
	int (*functions[2])(int, const char *);
	char zero[0];
};

struct flexible {
	size_t count;
	struct arrays *rows[];
};

struct qualified {
	const volatile int *volatile status;
	int *restrict alone;
	_Atomic int atomic;
	const void *nothing;
	volatile const char both;
};

struct functions {
	int (*plain)(void *, size_t);
	int (*variadic)(const char *, ...);
	void (*none)(void);
	void (*unprototyped)();
	struct functions *(*itself)(struct functions *);
	void (*(*handler)(int))(int);
	int (*array_parameter)(char text[16], const int fixed);
	void (*with_list)(const char *, va_list);
};

struct numbers {
	_Bool truth;
	char letter;
	signed char minus;
	unsigned char byte;
	short s;
	unsigned short us;
	int i;
	unsigned u;
	long l;
	unsigned long ul;
	long long ll;
	unsigned long long ull;
	__int128 huge;
	unsigned __int128 unsigned_huge;
	float f;
	double d;
	long double ld;
	_Complex float cf;
	_Complex double cd;
	wchar_t wide;
	int64_t fixed;
	uintptr_t address;
	ptrdiff_t distance;
} __attribute__((aligned(32)));

struct empty {
};

typedef int vector __attribute__((vector_size(16)));
typedef unnamed renamed;
typedef int (*callback)(renamed *, untagged);
typedef const struct bits constant_bits;

/* Each reaches itself through the other. */
struct left {
	struct right *other;
	struct left *same;
};
struct right {
	struct left *other;
	int n;
};

#endif
