# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; } FOO_1.0;'
	script 'FOO_1.0 { global: foo; bar; local: *; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: bar; } FOO_1.0;'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	check_declared
}
