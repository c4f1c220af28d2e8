# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; } int bar(void) { return 2; } int baz(void) { return 3; }'

later() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; } FOO_1.0;
FOO_1.2 { global: baz; } FOO_1.1;'
	library "$code"
	release
	declaration "FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; } FOO_1.0;
FOO_1.2 { global: baz; } $1;"
	library "$code"
	compare
}

bad() { later FOO_1.0; }
good() { later FOO_1.1; }
