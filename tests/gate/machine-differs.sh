# shellcheck shell=bash
# SPDX-License-Identifier: MIT
later() {
	declaration 'FOO_1.0 { global: foo; local: *; };'
	library 'int foo(void) { return 1; }'
	release --no-fingerprints
	"$EDIT_ELF" machine libfoo.so "$1"
	compare --no-fingerprints
}

# EM_AARCH64 and EM_X86_64 have one layout of all tables, but only one is this machine.
bad() { later "$([[ $(uname -m) == aarch64 ]] && echo 62 || echo 183)"; }
good() { later "$([[ $(uname -m) == aarch64 ]] && echo 183 || echo 62)"; }
