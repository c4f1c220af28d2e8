# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_PRIVATE { global: foo; };'
	library 'int foo(void) { return 1; }'
	check_declared
}

good() {
	declaration 'FOO_PRIVATE { global: foo; };'
	library '#include "foo_abi.h"
ABILOCK_HOST();
int foo(void) { return 1; }'
	check_declared
}
