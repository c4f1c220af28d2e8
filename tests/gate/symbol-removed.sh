# shellcheck shell=bash
# SPDX-License-Identifier: MIT
released() {
	declaration 'FOO_1.0 { global: foo; bar; local: *; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	release
}

bad() {
	released
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'int foo(void) { return 1; }'
	compare
}

good() {
	released
	declaration 'FOO_1.0 { global: foo; bar; local: *; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	compare
}
