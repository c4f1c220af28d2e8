# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_1.0 { global: foo; bar; local: *; };'
	script 'FOO_1.0 { global: foo; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; };
# unversioned: bar'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	check_declared
}
