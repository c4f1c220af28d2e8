# shellcheck shell=bash
# SPDX-License-Identifier: MIT
code='int foo(void) { return 1; }'

# As tools do that rename a finished file: the base version stays what it was.
bad() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library "$code"
	"$EDIT_ELF" soname libfoo.so foo
	check_declared
}

good() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library "$code"
	check_declared
}
