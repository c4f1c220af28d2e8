# shellcheck shell=bash
# SPDX-License-Identifier: MIT
released() {
	declaration 'FOO_1.0 { global: foo; # data
  local: *; };'
	library 'int foo[4] = {1};'
	release
}

bad() {
	released
	declaration 'FOO_1.0 { global: foo; # data
  local: *; };'
	library 'int foo[5] = {1};'
	compare
}

good() {
	released
	declaration 'FOO_1.0 { global: foo; # data
  local: *; };'
	library 'int foo[4] = {2};'
	compare
}
