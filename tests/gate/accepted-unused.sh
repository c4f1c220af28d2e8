# shellcheck shell=bash
# SPDX-License-Identifier: MIT
later() {
	declaration 'FOO_1.0 { global: foo; bar; local: *; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	release
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'int foo(void) { return 1; }'
	ledger 'symbol-removed bar@@FOO_1.0: nobody calls it' "$@"
	compare
}

bad() { later 'symbol-removed foo@@FOO_1.0: nobody calls it'; }
good() { later; }
