# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='#pragma GCC visibility push(hidden)
int foo(void) { return 1; }
int helper(void) { return 2; }
#pragma GCC visibility pop'

bad() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library "$code"
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library "__attribute__((visibility(\"default\"))) int foo(void);
$code"
	check_declared
}
