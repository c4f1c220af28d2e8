# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_1.0 { global: foo; gone; local: *; };'
	library 'int foo(void) { return 1; }'
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; gone; # if=WITH_GONE
	  local: *; };'
	library 'int foo(void) { return 1; }'
	check_declared
}
