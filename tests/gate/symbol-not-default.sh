# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo_old(void) { return 1; } int foo_new(void) { return 2; }
__asm__(".symver foo_old, foo@FOO_1.0\n.symver foo_new, foo@@FOO_1.1");'

bad() {
	declaration 'FOO_1.0 { global: foo; local: *; }; FOO_1.1 { global: foo; # compat
	} FOO_1.0;'
	library "$code"
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; # compat
	  local: *; }; FOO_1.1 { global: foo; } FOO_1.0;'
	library "$code"
	check_declared
}
