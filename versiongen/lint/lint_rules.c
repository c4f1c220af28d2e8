/* SPDX-License-Identifier: MIT */
#include "lint.h"

#define E ABILOCK_LEVEL_ERROR
#define W ABILOCK_LEVEL_WARNING

/* Sorted by id. The fix of what the reader reports depends on the case: it says so itself. */
const struct lint_rule lint_rules[] = {
	/* id, level, whether --fix mends it, summary, fix */
	{"anonymous-script", E, false, "an anonymous node stands alone and has no parents",
	 "give the node a name"},
	{"cxx-plain-name", W, false,
	 "a name in an extern \"C++\" block that is no C++ name matches nothing with gold",
	 "move it out of the block"},
	{"cxx-spelling", W, false, "demanglers spell some C++ names differently",
	 "list the mangled name outside of the block"},
	{"duplicate-node", E, false, "a node is defined once", "merge the two, or rename one"},
	{"duplicate-parent", E, false, "a node names each of its parents once",
	 "leave out the second one"},
	{"duplicate-symbol", W, true, "a name or pattern is listed once in a node",
	 "leave out the second one"},
	{"empty-node", W, false, "a node has symbols",
	 "leave it out where nothing was ever linked with it, or list its symbols"},
	{"extern-java", E, false, "only GNU ld and gold read an extern \"Java\" block",
	 "list the mangled names"},
	{"extern-nested", E, false, "lld refuses an extern block inside another one",
	 "write the blocks one behind the other"},
	{"glob-catches-private", E, false,
	 "no public pattern in front of a private node matches a name of it",
	 "make the pattern narrower, or list its names; or put the private node first"},
	{"glob-over-released", W, false, "a released node takes no new symbols through a pattern",
	 "list the names that were released; what is new belongs to the newest node"},
	{"global-and-local", E, false, "a name is global or local, not both",
	 "leave one of them out"},
	{"header-names-private", E, false, "no installed header names a private symbol",
	 "make the symbol public, or move it to a header that is not installed"},
	{"include", E, false, "an included file exists and is a list or whole nodes",
	 "correct the path"},
	{"local-star-twice", W, true, "'local: *' stands in one node",
	 "leave out all but the first; one is for all nodes"},
	{"marker-name", E, false, "names that start with abilock_marker_ are versiongen's",
	 "leave it out"},
	{"no-local", W, false, "what is not listed is local",
	 "write 'local: *;' at the end of the first node"},
	{"no-parent", W, false, "a newer release of a node is the child of the older one",
	 "name the older node behind the '}'"},
	{"node-name-not-portable", E, false, "all linkers read the names of nodes",
	 "use letters, digits, '_' and '.', no digit first, and no keyword"},
	{"parent-cycle", E, false, "no node is its own ancestor", "take one of the parents away"},
	{"parent-order", E, true, "parents stand above their children", "move the parent up"},
	{"pattern-not-portable", E, true, "all linkers read a pattern, and alike",
	 "use '*', '?' behind the first character, and '[abc]', '[a-c]', '[^abc]'"},
	{"pattern-over-name", W, false,
	 "no pattern in front of a name gives it to another node, or hides it",
	 "put the node with the name first, or make the pattern narrower"},
	{"patterns-overlap", W, false, "no two patterns of different nodes match the same names",
	 "make one of them narrower, or list its names"},
	{"private-name", E, false,
	 "the name of a private node ends in _PRIVATE and is good for a C name",
	 "rename it, or write '# exact' behind its '{'"},
	{"private-parent", E, false, "no private node is the parent of a public one",
	 "make the public node the parent of the private one"},
	{"public-not-in-header", W, false, "each public symbol is named by an installed header",
	 "declare it in a header, make it private, or tag it 'compat' when it is an old version"},
	{"quoted-pattern", W, false, "quotes make a name of a pattern, with some linkers only",
	 "leave out the quotes of a pattern; list the mangled name of an operator[]"},
	{"section-order", E, true, "'global:' comes once and first, 'local:' once behind it",
	 "merge the sections, and write 'global:' above the first name"},
	{"several-parents", E, false, "lld and mold read one parent of a node",
	 "keep the newest parent: its own parents are implied"},
	{"shadowed", W, false, "each pattern decides something",
	 "leave it out, or move its node behind the other one"},
	{"symbol-in-two-nodes", E, false, "a symbol is in one node, or in releases of one thing",
	 "leave it out of one of them; or tag an old version '# compat'"},
	{"symbol-name-not-portable", E, false, "all linkers read the names of symbols",
	 "put the name in quotes"},
	{"syntax", E, false, "the file is a version script", "see the message"},
	{"tag", E, false, "tags in comments are spelled right and do not contradict each other",
	 "see the message"},
	{"two-catch-alls", E, false, "'*' stands once: below 'global:' or below 'local:'",
	 "keep one of them"},
	{"two-defaults", W, false, "all versions of a symbol but one are tagged 'compat'",
	 "tag the older one '# compat', and give both a .symver in the code"},
	{"unknown-parent", E, false, "each parent is a node of the file",
	 "define it, or rename it"},
	{"unsorted", W, true, "private nodes are sorted", "sort the lines"},
};

const size_t lint_rule_count = ARRAY_SIZE(lint_rules);

const struct lint_rule *lint_rule_find(const char *id)
{
	for (size_t i = 0; i < lint_rule_count; i++)
		if (str_eq(lint_rules[i].id, id))
			return &lint_rules[i];
	return NULL;
}
