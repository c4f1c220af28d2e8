/* SPDX-License-Identifier: MIT */
#include "version.h"

/* Rank of a byte that is no digit: `~` before the end of the part, then letters, then the rest. */
static int rank(char c)
{
	if (c == '\0' || (c >= '0' && c <= '9'))
		return 0;
	if (c == '~')
		return -1;
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return (unsigned char)c;
	return (unsigned char)c + 256;
}

/* A stretch of a version; the terminating byte need not be NUL. */
struct part {
	const char *p, *end;
};

static char head(const struct part *part)
{
	return part->p < part->end ? *part->p : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int compare_words(struct part *a, struct part *b)
{
	while ((head(a) && !is_digit(head(a))) || (head(b) && !is_digit(head(b)))) {
		int x = rank(head(a)), y = rank(head(b));

		if (x != y)
			return x - y;
		a->p++;
		b->p++;
	}
	return 0;
}

/* Digits of any count: a number longer than every integer type is a legal version. */
static int compare_numbers(struct part *a, struct part *b)
{
	int first = 0;

	while (head(a) == '0')
		a->p++;
	while (head(b) == '0')
		b->p++;
	while (is_digit(head(a)) && is_digit(head(b))) {
		if (!first)
			first = *a->p - *b->p;
		a->p++;
		b->p++;
	}
	if (is_digit(head(a)))
		return 1;
	if (is_digit(head(b)))
		return -1;
	return first;
}

static int compare_parts(struct part a, struct part b)
{
	while (head(&a) || head(&b)) {
		int r = compare_words(&a, &b);

		if (r == 0)
			r = compare_numbers(&a, &b);
		if (r != 0)
			return r;
	}
	return 0;
}

struct version {
	struct part epoch, upstream, revision; /* empty where there is none */
	bool has_epoch, has_revision;
};

static struct version split(const char *text)
{
	const char *end = text + strlen(text);
	const char *colon = strchr(text, ':');
	struct version version = {.upstream = {text, end},
				  .has_epoch = colon != NULL && colon[1] != '\0'};

	if (version.has_epoch) {
		version.epoch = (struct part){text, colon};
		version.upstream.p = colon + 1;
	}
	const char *dash = memrchr(version.upstream.p, '-', (size_t)(end - version.upstream.p));
	version.has_revision = dash != NULL;
	if (dash) {
		version.upstream.end = dash;
		version.revision = (struct part){dash + 1, end};
	}
	return version;
}

int deb_version_compare(const char *a, const char *b)
{
	const struct version x = split(a), y = split(b);
	int r = compare_parts(x.epoch, y.epoch);

	if (r == 0)
		r = compare_parts(x.upstream, y.upstream);
	return r != 0 ? r : compare_parts(x.revision, y.revision);
}

static int invalid(struct abilock_error *err, const char *version, const char *why)
{
	return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
				 "'%.100s' is not a version: %s", version, why);
}

static bool only_digits(struct part part)
{
	while (is_digit(head(&part)))
		part.p++;
	return part.p == part.end;
}

static const char *fault_of(const char *text)
{
	static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ-+:.~";
	const struct version version = split(text);

	if (text[0] == '\0')
		return "it is empty";
	if (version.has_epoch && version.epoch.p == version.epoch.end)
		return "nothing in front of the colon";
	if (version.upstream.p == version.upstream.end)
		return "no upstream version";
	if (version.has_revision && version.revision.p == version.revision.end)
		return "nothing behind the dash";
	if (!is_digit(*version.upstream.p))
		return "it does not begin with a digit";
	if (text[strspn(text, allowed)] != '\0')
		return "only letters, digits and - + : . ~ may be in it";
	if (!only_digits(version.epoch))
		return "what is in front of the colon is no number";
	return NULL;
}

bool deb_version_is_valid(const char *version, struct abilock_error *err)
{
	const char *fault = fault_of(version);

	return !fault || invalid(err, version, fault) == 0;
}
