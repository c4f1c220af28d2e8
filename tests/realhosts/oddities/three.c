/* SPDX-License-Identifier: MIT */
/* Definitions of the old form: they came before prototypes. */
int odd_old_form(char, short, float, const char *);
int odd_old_form(a, b, c, d)
char a;
short b;
float c;
const char *d;
{
	return a + b + (int)c + *d;
}

int odd_old_form_without(a, b)
short a;
float b;
{
	return a + (int)b;
}

/* The same name for another thing than in one.c. */
struct left {
	char other;
};

int odd_other_left(struct left *a)
{
	return a->other;
}
