# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; }'

later() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library "$code"
	release
	library "$code" -Wl,-soname,"$1"
	compare
}

bad() { later libfoo.so.2; }
good() { later libfoo.so.1; }
