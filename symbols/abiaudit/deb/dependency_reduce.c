/* SPDX-License-Identifier: MIT */
/* Dependencies that do not count here, and those that others imply. */
#include "dependency.h"
#include "version.h"

/* ---- reducing ---- */

static bool has_word(const char *words, const char *word, size_t length)
{
	for (const char *p = words ? words : ""; *p;) {
		p += strspn(p, " \t\n");
		size_t n = strcspn(p, " \t\n");

		if (n == length && memcmp(p, word, n) == 0)
			return true;
		p += n;
	}
	return false;
}

/* A restriction formula: one list is enough, all words of that list must hold. */
static bool for_profiles(const struct deb_relationship *item, const char *profiles)
{
	for (size_t i = 0; i < item->profile_count; i++) {
		const struct deb_words *words = &item->profiles[i];
		bool holds = true;

		for (size_t k = 0; k < words->count; k++) {
			const bool negated = words->items[k][0] == '!';
			const char *word = words->items[k] + negated;

			holds = holds && has_word(profiles, word, strlen(word)) != negated;
		}
		if (holds)
			return true;
	}
	return item->profile_count == 0;
}

/* The first word that fits decides; where none does, a list with `!` holds all others. */
static bool for_architecture(const struct deb_relationship *item, const struct deb_arch *arch)
{
	bool others = !item->has_architectures;

	for (size_t i = 0; i < item->architectures.count; i++) {
		const char *word = item->architectures.items[i];
		const bool negative = word[0] == '!';

		if (deb_arch_matches(arch, word + negative))
			return !negative;
		others = others || negative;
	}
	return others;
}

static void reduce_alternatives(struct deb_alternatives *alternatives, const struct deb_arch *arch,
				const char *profiles)
{
	size_t kept = 0;

	for (size_t i = 0; i < alternatives->count; i++) {
		struct deb_relationship *item = &alternatives->items[i];

		if (!for_architecture(item, arch) || !for_profiles(item, profiles))
			continue;
		item->has_architectures = false;
		item->architectures.count = 0;
		item->profile_count = 0;
		alternatives->items[kept++] = *item;
	}
	alternatives->count = kept;
}

void deb_dependencies_reduce(struct deb_dependencies *dependencies, const struct deb_arch *arch,
			     const char *profiles)
{
	size_t kept = 0;

	for (size_t i = 0; i < dependencies->count; i++) {
		struct deb_alternatives *alternatives = &dependencies->items[i];

		reduce_alternatives(alternatives, arch, profiles);
		if (alternatives->count > 0)
			dependencies->items[kept++] = *alternatives;
	}
	dependencies->count = kept;
}

/* ---- simplifying ---- */

/* Whether a version in the range @p relation @p version is always in the range @p to @p bound. */
static bool range_implies(enum deb_relation relation, const char *version, enum deb_relation to,
			  const char *bound)
{
	if (!deb_version_is_valid(version, NULL) || !deb_version_is_valid(bound, NULL))
		return false;
	const int order = deb_version_compare(version, bound);

	switch (to) {
	case DEB_EQ: return relation == DEB_EQ && order == 0;
	case DEB_LE:
		return (relation == DEB_EQ || relation == DEB_LT || relation == DEB_LE) &&
		       order <= 0;
	case DEB_GE:
		return (relation == DEB_EQ || relation == DEB_GT || relation == DEB_GE) &&
		       order >= 0;
	case DEB_LT:
		return (relation == DEB_LT && order <= 0) ||
		       ((relation == DEB_EQ || relation == DEB_LE) && order < 0);
	case DEB_GT:
		return (relation == DEB_GT && order >= 0) ||
		       ((relation == DEB_EQ || relation == DEB_GE) && order > 0);
	case DEB_ANY: break;
	}
	return true;
}

static bool words_have(const struct deb_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (str_eq(words->items[i], word))
			return true;
	return false;
}

static bool words_subset(const struct deb_words *part, const struct deb_words *whole)
{
	for (size_t i = 0; i < part->count; i++)
		if (!words_have(whole, part->items[i]))
			return false;
	return true;
}

/* Whether what holds on the architectures of @p p holds on all of those of @p q. */
static bool architectures_cover(const struct deb_relationship *p, const struct deb_relationship *q)
{
	if (!p->has_architectures)
		return true;
	if (!q->has_architectures)
		return false;
	const bool p_negative = p->architectures.items[0][0] == '!';
	const bool q_negative = q->architectures.items[0][0] == '!';

	if (!p_negative && !q_negative)
		return words_subset(&q->architectures, &p->architectures);
	if (p_negative && q_negative)
		return words_subset(&p->architectures, &q->architectures);
	if (q_negative) /* that would take the list of all architectures */
		return false;
	for (size_t i = 0; i < p->architectures.count; i++)
		if (words_have(&q->architectures, p->architectures.items[i] + 1))
			return false;
	return true;
}

/* Each list of @p q must be one of @p p; whether it follows otherwise is not looked into. */
static bool profiles_cover(const struct deb_relationship *p, const struct deb_relationship *q)
{
	for (size_t i = 0; i < q->profile_count && p->profile_count; i++) {
		bool found = false;

		for (size_t k = 0; !found && k < p->profile_count; k++)
			found = q->profiles[i].count == p->profiles[k].count &&
				words_subset(&q->profiles[i], &p->profiles[k]) &&
				words_subset(&p->profiles[k], &q->profiles[i]);
		if (!found)
			return false;
	}
	return p->profile_count == 0 || q->profile_count > 0;
}

static bool same_qualifier(const struct deb_relationship *p, const struct deb_relationship *q)
{
	if (!p->qualifier || !q->qualifier)
		return p->qualifier == q->qualifier;
	return str_eq(p->qualifier, q->qualifier);
}

static bool one_implies_one(const struct deb_relationship *p, const struct deb_relationship *q)
{
	if (!str_eq(p->package, q->package) || !architectures_cover(p, q) ||
	    !same_qualifier(p, q) || !profiles_cover(p, q))
		return false;
	if (q->relation == DEB_ANY)
		return true;
	return p->relation != DEB_ANY &&
	       range_implies(p->relation, p->version, q->relation, q->version);
}

/* Each alternative of @p p must imply one of @p q: then so does whichever of them is there. */
static bool implies(const struct deb_alternatives *p, const struct deb_alternatives *q)
{
	/* Alternatives that happen to imply one and the same package do not count in dpkg. */
	if (p->count > 1 && q->count == 1)
		return false;
	for (size_t i = 0; i < p->count; i++) {
		bool found = false;

		for (size_t k = 0; !found && k < q->count; k++)
			found = one_implies_one(&p->items[i], &q->items[k]);
		if (!found)
			return false;
	}
	return true;
}

void deb_dependencies_simplify(struct deb_dependencies *dependencies)
{
	struct deb_alternatives *items = dependencies->items;
	const size_t count = dependencies->count;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct deb_alternatives item = items[i];
		size_t k = 0;

		while (k < kept && !implies(&items[k], &item))
			k++;
		if (k < kept)
			continue;
		for (k = i + 1; k < count && !implies(&items[k], &item); k++)
			;
		if (k < count) { /* it is the next one to be looked at, in this one's place */
			const struct deb_alternatives stronger = items[k];

			memmove(&items[i + 2], &items[i + 1], (k - i - 1) * sizeof(*items));
			items[i + 1] = stronger;
		} else {
			items[kept++] = item;
		}
	}
	dependencies->count = kept;
}
