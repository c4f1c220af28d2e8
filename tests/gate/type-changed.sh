# shellcheck shell=bash
# SPDX-License-Identifier: MIT
released() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'struct s { int a, b; }; int foo(struct s *s) { return s->a; }'
	release
}

bad() {
	released
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'struct s { long a; int b; }; int foo(struct s *s) { return s->a; }'
	compare
}

good() {
	released
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'struct s { int a, b; }; int foo(struct s *t) { return t->a + 1; }'
	compare
}
