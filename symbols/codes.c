/* SPDX-License-Identifier: MIT */
#include "codes.h"

static const struct {
	const char *name, *summary;
} codes[ABILOCK_CODE_COUNT] = {
	[ABILOCK_WRONG_CLASS] = {"wrong-class", "the module is for another word size"},
	[ABILOCK_WRONG_BYTE_ORDER] = {"wrong-byte-order", "the module is for another byte order"},
	[ABILOCK_WRONG_MACHINE] = {"wrong-machine", "the module is for another machine"},
	[ABILOCK_NOT_A_MODULE] = {"not-a-module", "the file is no shared object"},
	[ABILOCK_UNSAFE_PATH] = {"unsafe-path", "anybody can replace the module's file"},
	[ABILOCK_STALE_HOST] = {"stale-host", "the running host is older than the host on disk"},
	[ABILOCK_SECOND_HOST_COPY] = {"second-host-copy",
				      "the module would load a second copy of the host"},
	[ABILOCK_OTHER_HOST] = {"other-host", "the module was made for another host"},
	[ABILOCK_HOST_NOT_LOCKED] = {"host-not-locked", "the host carries no lock"},
	[ABILOCK_HOST_WITHOUT_NODES] = {"host-without-nodes",
					"the host was linked without its version script"},
	[ABILOCK_HOST_WITHOUT_SONAME] = {"host-without-soname",
					 "the host lacks the soname that its modules link to"},
	[ABILOCK_STAMP_MISMATCH] = {"stamp-mismatch", "the module has another build's stamp"},
	[ABILOCK_PROMOTED_SYMBOL] = {"promoted-symbol",
				     "a private symbol has become a public one since"},
	[ABILOCK_MISSING_NODE] = {"missing-node",
				  "the host lacks a version node that the module needs"},
	[ABILOCK_WEAK_NODE] = {"weak-node",
			       "the module needs a node of the host only weakly, so nothing "
			       "enforces it"},
	[ABILOCK_MISLABELLED] = {"mislabelled", "the module says PUBLIC and needs a private node"},
	[ABILOCK_NOT_LINKED] = {"not-linked", "the module was not linked with the host"},
	[ABILOCK_UNVERSIONED_REFERENCE] = {"unversioned-reference",
					   "the module refers to a versioned symbol of the host "
					   "without a version"},
	[ABILOCK_WEAK_REFERENCES_ONLY] = {"weak-references-only",
					  "the module refers to the host only weakly"},
	[ABILOCK_DATA_ONLY] = {"data-only", "the module is data alone and bound to nothing"},
	[ABILOCK_NO_HOST_SYMBOL] = {"no-host-symbol", "the module uses no symbol of the host"},
	[ABILOCK_NO_MARKER] = {"no-marker",
			       "the module does not refer to a private node of the host"},
	[ABILOCK_NO_NOTE] = {"no-note", "the module carries no lock"},
	[ABILOCK_OTHER_BUILD] = {"other-build", "the module was made for another build"},
	[ABILOCK_MISSING_SYMBOL] = {"missing-symbol", "the host has the node but not the symbol"},
	[ABILOCK_MISSING_LIBRARY] = {"missing-library", "a library is not found"},
	[ABILOCK_LIBRARY_WITHOUT_NODES] = {"library-without-nodes",
					   "a library has no version nodes where some are "
					   "needed"},
	[ABILOCK_MISSING_LIBRARY_NODE] = {"missing-library-node", "a library lacks a version node"},
	[ABILOCK_UNRESOLVED_SYMBOL] = {"unresolved-symbol", "nothing defines a symbol"},
};

const char *abilock_code_name(enum abilock_code code)
{
	return codes[code].name;
}

const char *abilock_code_summary(enum abilock_code code)
{
	return codes[code].summary;
}
