# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_1.0 { global: foo; };'
	library 'int foo(void) { return 1; } int helper(void) { return 2; }'
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'int foo(void) { return 1; } int helper(void) { return 2; }'
	check_declared
}
