# shellcheck shell=bash
# SPDX-License-Identifier: MIT
later() {
	declaration 'FOO_1.0 { global: foo; bar; local: *; };'
	library 'int foo(void) { return 1; } int bar(void) { return 2; }'
	release
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'int foo(void) { return 1; }'
	ledger "$1"
	compare
}

bad() { later 'symbol-removed bar@@FOO_1.0 until=2023-01-01: nobody calls it'; }
good() { later 'symbol-removed bar@@FOO_1.0 until=2999-01-01: nobody calls it'; }
