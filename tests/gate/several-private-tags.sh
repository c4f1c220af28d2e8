# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='#include "foo_abi.h"
ABILOCK_HOST();
int foo(void) { return 1; } int bar(void) { return 2; }'
wanted='FOO_A_PRIVATE { global: foo; }; FOO_B_PRIVATE { global: bar; };'

# One node has the tag of another build.
bad() {
	declaration "$wanted"
	sed "s/^\(FOO_B_PRIVATE_\)${TAG#id:}/\1${OTHER_TAG#id:}/" lib.map >new.map && mv new.map lib.map
	library "$code"
	check_declared
}

good() {
	declaration "$wanted"
	library "$code"
	check_declared
}
