# shellcheck shell=bash
# SPDX-License-Identifier: MIT
bad() {
	declaration 'FOO_1.0 { global: foo; # weak
	  local: *; };'
	library 'int foo(void) { return 1; }'
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; # weak
	  local: *; };'
	library '__attribute__((weak)) int foo(void) { return 1; }'
	check_declared
}
