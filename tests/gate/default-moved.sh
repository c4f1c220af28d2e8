# shellcheck shell=bash
# SPDX-License-Identifier: MIT
old='int foo_old(void) { return 1; } int foo_new(void) { return 2; }
__asm__(".symver foo_old, foo@FOO_1.0\n.symver foo_new, foo@@FOO_1.1");'
new='int foo_old(void) { return 1; } int foo_new(void) { return 2; }
__asm__(".symver foo_old, foo@@FOO_1.0\n.symver foo_new, foo@FOO_1.1");'

later() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: foo; } FOO_1.0;'
	library "$old"
	release
	library "$1"
	compare
}

bad() { later "$new"; }
good() { later "$old"; }
