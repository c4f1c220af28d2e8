# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; } int bar(void) { return 2; } int baz(void) { return 3; }'
wanted='FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; } FOO_1.0;
FOO_1.2 { global: baz; } FOO_1.1;'

bad() {
	declaration "$wanted"
	script 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; } FOO_1.0;
FOO_1.2 { global: baz; } FOO_1.0;'
	library "$code"
	check_declared
}

good() {
	declaration "$wanted"
	library "$code"
	check_declared
}
