# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; baz; } FOO_1.0;'
	script 'FOO_1.0 { global: foo; bar; local: *; }; FOO_1.1 { global: baz; } FOO_1.0;'
	library 'int foo(void) { return 1; } int bar(void) { return 2; } int baz(void) { return 3; }'
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; baz; } FOO_1.0;'
	library 'int foo(void) { return 1; } int bar(void) { return 2; } int baz(void) { return 3; }'
	check_declared
}
