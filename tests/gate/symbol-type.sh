# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; } int table[4] = {1};'

bad() {
	declaration 'FOO_1.0 { global: foo; table; local: *; };'
	library "$code"
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo;
	  table; # data
	  local: *; };'
	library "$code"
	check_declared
}
