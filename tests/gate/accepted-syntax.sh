# shellcheck shell=bash
# SPDX-License-Identifier: MIT
later() {
	declaration 'FOO_1.0 { global: foo; bar; local: *; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	release
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'int foo(void) { return 1; }'
	ledger "$@"
	compare
}

bad() { later 'symbol-removed bar@@FOO_1.0: nobody calls it' 'symbol-removed'; }
good() { later 'symbol-removed bar@@FOO_1.0: nobody calls it' '# symbol-removed'; }
