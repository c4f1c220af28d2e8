# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; } int bar(void) { return 2; }'

bad() {
	declaration 'FOO_PRIVATE { # exact
	  global: foo; local: *; }; FOO_1.0 { global: bar; } FOO_PRIVATE;'
	library "$code"
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: bar; local: *; }; FOO_PRIVATE { # exact
	  global: foo; } FOO_1.0;'
	library "$code"
	check_declared
}
