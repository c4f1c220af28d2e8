# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='#include "foo_abi.h"
ABILOCK_HOST();
int foo(void) { return 1; } int bar(void) { return 2; } int baz(void) { return 3; }'

later() {
	declaration 'FOO_1.0 { global: foo; }; FOO_PRIVATE { global: bar; } FOO_1.0;'
	library "$code"
	release --private
	declaration "FOO_1.0 { global: foo; }; FOO_PRIVATE { global: $1; } FOO_1.0;"
	with_tag "$OTHER_TAG"
	library "$code"
	compare
}

bad() { later baz; }
good() { later bar; }
