# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; }'

later() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library "$code"
	release
	library "$code" "$@"
	compare
}

bad() { later -g0; }
good() { later; }
