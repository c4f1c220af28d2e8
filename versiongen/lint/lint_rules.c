/* SPDX-License-Identifier: MIT */
#include "lint.h"

#define E ABILOCK_LEVEL_ERROR
#define W ABILOCK_LEVEL_WARNING

/* Sorted by id. The fix of what the reader reports depends on the case: it says so itself. */
const struct abilock_rule lint_rules[] = {
	/* id, level, summary, fix */
	{"anonymous-script", E, "an anonymous node stands alone and has no parents",
	 "give the node a name"},
	{"cxx-plain-name", W,
	 "a name in an extern \"C++\" block that is no C++ name matches nothing with gold",
	 "move it out of the block"},
	{"cxx-spelling", W, "demanglers spell some C++ names differently",
	 "list the mangled name outside of the block"},
	{"duplicate-node", E, "a node is defined once", "merge the two, or rename one"},
	{"duplicate-parent", E, "a node names each of its parents once",
	 "leave out the second one"},
	{"duplicate-symbol", W, "a name or pattern is listed once in a node",
	 "leave out the second one"},
	{"empty-node", W, "a node has symbols",
	 "leave it out where nothing was ever linked with it, or list its symbols"},
	{"extern-java", E, "only GNU ld and gold read an extern \"Java\" block",
	 "list the mangled names"},
	{"extern-nested", E, "lld refuses an extern block inside another one",
	 "write the blocks one behind the other"},
	{"glob-catches-private", E,
	 "no public pattern in front of a private node matches a name of it",
	 "make the pattern narrower, or list its names; or put the private node first"},
	{"glob-over-released", W, "a released node takes no new symbols through a pattern",
	 "list the names that were released; what is new belongs to the newest node"},
	{"global-and-local", E, "a name is global or local, not both", "leave one of them out"},
	{"header-names-private", E, "no installed header names a private symbol",
	 "make the symbol public, or move it to a header that is not installed"},
	{"include", E, "an included file exists and is a list or whole nodes", "correct the path"},
	{"local-star-twice", W, "'local: *' stands in one node",
	 "leave out all but the first; one is for all nodes"},
	{"marker-name", E, "names that start with abilock_marker_ are versiongen's",
	 "leave it out"},
	{"no-local", W, "what is not listed is local",
	 "write 'local: *;' at the end of the first node"},
	{"no-parent", W, "a newer release of a node is the child of the older one",
	 "name the older node behind the '}'"},
	{"node-name-not-portable", E, "all linkers read the names of nodes",
	 "use letters, digits, '_' and '.', no digit first, and no keyword"},
	{"parent-cycle", E, "no node is its own ancestor", "take one of the parents away"},
	{"parent-order", E, "parents stand above their children", "move the parent up"},
	{"pattern-not-portable", E, "all linkers read a pattern, and alike",
	 "use '*', '?' behind the first character, and '[abc]', '[a-c]', '[^abc]'"},
	{"pattern-over-name", W,
	 "no pattern in front of a name gives it to another node, or hides it",
	 "put the node with the name first, or make the pattern narrower"},
	{"patterns-overlap", W, "no two patterns of different nodes match the same names",
	 "make one of them narrower, or list its names"},
	{"private-name", E, "the name of a private node ends in _PRIVATE and is good for a C name",
	 "rename it, or write '# exact' behind its '{'"},
	{"private-parent", E, "no private node is the parent of a public one",
	 "make the public node the parent of the private one"},
	{"public-not-in-header", W, "each public symbol is named by an installed header",
	 "declare it in a header, make it private, or tag it 'compat' when it is an old version"},
	{"quoted-pattern", W, "quotes make a name of a pattern, with some linkers only",
	 "leave out the quotes of a pattern; list the mangled name of an operator[]"},
	{"section-order", E, "'global:' comes once and first, 'local:' once behind it",
	 "merge the sections, and write 'global:' above the first name"},
	{"several-parents", E, "lld and mold read one parent of a node",
	 "keep the newest parent: its own parents are implied"},
	{"shadowed", W, "each pattern decides something",
	 "leave it out, or move its node behind the other one"},
	{"symbol-in-two-nodes", E, "a symbol is in one node, or in releases of one thing",
	 "leave it out of one of them; or tag an old version '# compat'"},
	{"symbol-name-not-portable", E, "all linkers read the names of symbols",
	 "put the name in quotes"},
	{"syntax", E, "the file is a version script", "see the message"},
	{"tag", E, "tags in comments are spelled right and do not contradict each other",
	 "see the message"},
	{"two-catch-alls", E, "'*' stands once: below 'global:' or below 'local:'",
	 "keep one of them"},
	{"two-defaults", W, "all versions of a symbol but one are tagged 'compat'",
	 "tag the older one '# compat', and give both a .symver in the code"},
	{"unknown-parent", E, "each parent is a node of the file", "define it, or rename it"},
	{"unsorted", W, "private nodes are sorted", "sort the lines"},
};

const size_t lint_rule_count = ARRAY_SIZE(lint_rules);

const struct abilock_rule *lint_rule_find(const char *id)
{
	return abilock_rule_find(lint_rules, lint_rule_count, id);
}

bool lint_rule_is_fixed(const char *id)
{
	static const char *const fixed[] = {"duplicate-symbol", "local-star-twice",
					    "parent-order",	"pattern-not-portable",
					    "section-order",	"unsorted"};

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (str_eq(fixed[i], id))
			return true;
	return false;
}
