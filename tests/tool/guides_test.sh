#!/bin/bash
# SPDX-License-Identifier: MIT
# Every block of code of the README and the guides is run: here, or by the test that the list below names.
#
#   guides_test.sh [DOCUMENT]
#
# Blocks of a section are one session in a folder of its own, in their order:
#
#   a block whose first line is `# FILE` or `/* FILE */`    is that file
#   ```sh                                                   is run, and has to succeed
#   a block without a language behind it                    is what that printed
#   lines `$ COMMAND`                                       are run, and print what stands below them
#   <!-- run: COMMAND -->                                   is run; a reader does not see it
#   <!-- not run: REASON -->                                the next block cannot run here; it is looked at
#
# Where a line of an output is `...` any lines may stand; empty lines do not count.
#
# From the environment: ABILOCK_PREFIX (where abilock is installed), SOURCE_DIR (the tree), CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=guides_lib.sh
. "$here/guides_lib.sh"
: "${ABILOCK_PREFIX:?}" "${SOURCE_DIR:?}" "${CC:?}"
tree=$(realpath "$SOURCE_DIR")

# ---- the list ----

# DOCUMENT|SECTION|the test that runs its blocks; * is each other one. The first line that fits counts. `here` is this
# test, and `on` too, in the folder that the section before has left.
cat >"$dir/list" <<'END'
README.md|One list, everything else follows|on
README.md|What is in a binary, what does it need?|on
README.md|*|here
CONTRIBUTING.md|*|here
docs/adoption.md|CMake|tests/build_systems/cmake_test.sh
docs/adoption.md|Meson|tests/build_systems/guide_test.sh
docs/adoption.md|Autotools|tests/build_systems/guide_test.sh
docs/adoption.md|Make|tests/build_systems/guide_test.sh
docs/adoption.md|Modules that are built elsewhere, cross builds|tests/build_systems/guide_test.sh
docs/adoption.md|*|here
docs/formats.md|*|here
docs/gate.md|Five commits|tests/tool/gate_demo_test.sh
docs/gate.md|*|here
docs/moduleinfo.md|*|here
docs/modules.md|An example|tests/tool/modules_guide_test.sh
docs/modules.md|*|here
docs/packaging.md|RPM|tests/packaging/rpm_test.sh
docs/packaging.md|Debian|tests/packaging/deb_test.sh
docs/packaging.md|abilock's own packages|tests/packaging/packages_test.sh
docs/packaging.md|*|here
docs/rpm/*.md|*|tests/tool/rpm_test.sh
docs/rules/*.md|*|tests/tool/rule_pages_test.sh tests/tool/lint_test.sh tests/tool/modules_check_test.sh
END
# Measurements and descriptions; nothing in them is there to be typed after, but how to measure again.
reports='architecture facts findings fingerprints fuzzing index-format note-format parity-abi performance requirements types'

# ---- is the list whole? ----

# claimed DOCUMENT SECTION: who runs it
claimed() {
	local document section runner
	while IFS='|' read -r document section runner; do
		# shellcheck disable=SC2053
		if [[ $1 == $document && ($section == '*' || $section == "$2") ]]; then
			printf '%s\n' "$runner"
			return
		fi
	done <"$dir/list"
	return 1
}

# Each document is a guide or a report.
documents_are_listed() {
	local file name bad=0
	for file in "$1"/*.md "$1"/docs/*.md "$1"/docs/*/*.md; do
		name=${file##*/}
		[[ $name != CHANGELOG.md && $name != SECURITY.md && " $reports " != *" ${name%.md} "* ]] || continue
		claimed "${file#"$1"/}" - >"$dir/runner" || {
			echo "${file#"$1"/} is in no list of guides_test.sh"
			bad=1
		}
	done
	return $bad
}

# A section that another test runs is named there, and the test is one of the suite. What stands in front of an
# apostrophe may be written in another way.
# claim_holds TREE DOCUMENT SECTION TEST...
claim_holds() {
	local root=$1 document=$2 section=${3#*\'s } test name=${2%/\**}
	shift 3
	for test in "$@"; do
		grep -qF "${test#tests/}" "$root/tests/CMakeLists.txt" && grep -qsF "${name##*/}" "$root/$test" "$root/${test%_test.sh}_lib.sh" &&
			{ [[ $section == '*' ]] || grep -qswF "$section" "$root/$test" "$root/${test%_test.sh}_lib.sh"; } || {
			echo "$test does not run $document, $section"
			return 1
		}
	done
}

claims_hold() {
	local document section runner root=$1 bad=0
	while IFS='|' read -r document section runner; do
		[[ $runner != here && $runner != on ]] || continue
		# shellcheck disable=SC2086
		claim_holds "$root" "$document" "$section" $runner || bad=1
		[[ $section == '*' ]] || grep -qxF "## $section" "$root/$document" || {
			echo "$document has no section '$section'"
			bad=1
		}
	done <"$dir/list"
	return $bad
}

# The tests of others run files and `$ COMMAND` lines of a document; and packages_test.sh what is ```sh. Another block
# of theirs would be run by nobody.
claimed_blocks_are_run() {
	local root=$1 document=$2 number line section language reason runner bad=0
	blocks_of "$root/$document" "$dir/claimed"
	while IFS=$'\t' read -r number line section language reason; do
		runner=$(claimed "$document" "$section")
		[[ $runner == tests/* && $reason == - && $language != hidden ]] || continue
		[[ -n $(file_of "$dir/claimed/$number") ]] || grep -q '^\$ ' "$dir/claimed/$number" ||
			[[ $language == sh && $runner == */packages_test.sh ]] || {
			echo "$document:$line: nobody runs this block"
			bad=1
		}
	done <"$dir/claimed/list"
	return $bad
}

# ---- what the guides take for granted ----

# prepare DOCUMENT SECTION: files that a reader has already, in the folder of the section; 77: a tool is missing
prepare() {
	case $1:$2 in
	'README.md:Build, try, test, install') ln -s "$tree/scripts" scripts ;;
	'README.md:Does the library still have what was released?') released_library ;;
	'README.md:Which modules are there, and what do they need?') host_with_timer ;;
	'docs/adoption.md:Lock a library in ten lines')
		have meson && have ninja && have autoreconf && have libtoolize || return 77
		;;
	'docs/adoption.md:Keeping the list') host_in_parts ;;
	'docs/adoption.md:By hand') small_library && commit ;;
	'docs/adoption.md:Several private nodes')
		echo '#include "bar_abi.h"
ABILOCK_MODULE("cache", BAR_STORE_PRIVATE);' >cache.c
		;;
	'docs/adoption.md:Tags that follow the types') two_subsystems ;;
	'docs/adoption.md:Compatibility versions') two_versions && commit ;;
	'docs/adoption.md:Other platforms')
		have x86_64-w64-mingw32-gcc || return 77
		small_library
		mv bar.syms foo.syms && mv bar.c foo.c && sed -i s/bar/foo/g hello.c foo.c && sed -i 's/BAR/FOO/; s/bar/foo/' foo.syms
		commit
		;;
	'docs/adoption.md:CI') staged_host ;;
	'docs/gate.md:In CI') git init -q ;;
	'docs/packaging.md:What all packages have in common') staged_host && versiongen manifest stage/usr/lib/foo/modules/*.so -d stage/usr/lib/foo/modules ;;
	esac
}

commit() { git init -q && git add -A && git commit -q -m 'What there is'; }

# A program of objects and an archive, and modules as objects.
host_in_parts() {
	mkdir -p obj/modules include stage/usr/include
	echo 'FOO_1.0 { global: foo_version; local: *; };
FOO_PRIVATE { global: foo_gone; };' >foo.syms
	echo 'int foo_version(void);' >stage/usr/include/foo.h
	echo 'int foo_version(void) { return 1; } int main(void) { return 0; }' >main.c
	echo 'int foo_count(void) { return 1; }' >core.c
	echo 'int foo_count(void); int tally(void); int tally(void) { return foo_count(); }' >tally.c
	echo 'int foo_count(void);' >include/count.h
	cc -c main.c -o obj/main.o && cc -c core.c && cc -c tally.c -o obj/modules/tally.o && ar rc libcore.a core.o
}

small_library() {
	echo 'BAR_1.0 { global: bar_open; local: *; };
BAR_PRIVATE { global: bar_log; };' >bar.syms
	echo '#include "bar_abi.h"
ABILOCK_HOST();
int bar_open(void); void bar_log(void);
int bar_open(void) { return 0; } void bar_log(void) {}' >bar.c
	echo 'int bar_open(void); int main(void) { return bar_open(); }' >main.c
	echo '#include "bar_abi.h"
ABILOCK_MODULE("hello", PRIVATE);
void bar_log(void); void hello(void); void hello(void) { bar_log(); }' >hello.c
}

two_subsystems() {
	echo 'FOO_BLOCK_PRIVATE { global: block_poll; block_submit; local: *; };
FOO_UI_PRIVATE { global: ui_draw; };' >foo.syms
	echo '#include "foo_export.h"
struct block_queue {
	void *head;
	int depth;
};
FOO_EXPORT_PRIVATE int block_submit(struct block_queue *queue);
FOO_EXPORT_PRIVATE int block_poll(const struct block_queue *queue);
FOO_EXPORT_PRIVATE int ui_draw(int colour);' >block.h
	echo '#include "block.h"
int block_submit(struct block_queue *queue) { return ++queue->depth; }
int block_poll(const struct block_queue *queue) { return queue->depth; }' >block.c
	echo '#include "block.h"
int ui_draw(int colour) { return colour; }' >ui.c
	echo 'int main(void) { return 0; }' >main.c
	echo '#include "foo_abi.h"
ABILOCK_HOST();' >lock.c
	echo '#include "foo_abi.h"
#include "block.h"
ABILOCK_MODULE("block_ram", FOO_BLOCK_PRIVATE);
int start(void); int start(void) { struct block_queue queue = {0}; return block_submit(&queue); }' >block_ram.c
	echo '#include "foo_abi.h"
#include "block.h"
ABILOCK_MODULE("ui_text", FOO_UI_PRIVATE);
int start(void); int start(void) { return ui_draw(1); }' >ui_text.c
}

two_versions() {
	echo '#include "open.h"
int foo_open_1_0(const char *name) { return name != 0; }
int foo_open_1_2(const char *name) { return name == 0; }
void foo_close(void); void foo_close(void) {}' >open.c
}

# What will be shipped: a program and a module of one build.
staged_host() {
	mkdir -p stage/usr/sbin stage/usr/lib/foo/modules
	small_library
	versiongen map bar.syms --tag id:one -o bar.map
	versiongen header bar.syms --tag id:one --soname libbar-host.so.0 -o bar_abi.h
	versiongen stub bar.syms --tag id:one --soname libbar-host.so.0 -o stub.so
	echo 'int main(void) { return 0; }' >>bar.c
	cc -rdynamic bar.c -o stage/usr/sbin/foo -Wl,--version-script=bar.map,-soname,libbar-host.so.0
	cc -shared -fPIC hello.c -o stage/usr/lib/foo/modules/hello.so stub.so
}

# A host, its module that has the time, and modules.conf.
host_with_timer() {
	mkdir modules
	echo 'FOO_PRIVATE { global: foo_log; local: *; };' >foo.syms
	versiongen map foo.syms --tag id:one -o foo.map
	versiongen header foo.syms --tag id:one --soname libfoo-host.so.0 -o foo_abi.h
	versiongen stub foo.syms --tag id:one --soname libfoo-host.so.0 -o libfoo-host.so
	echo '#include "foo_abi.h"
ABILOCK_HOST();
void foo_log(void); void foo_log(void) {} int main(void) { return 0; }' >foo.c
	cc -rdynamic foo.c -o foo -Wl,--version-script=foo.map,-soname,libfoo-host.so.0
	echo '#define ABILOCK_MODULE_NAME "timer"
#include <abilock/module.h>
#include "foo_abi.h"
ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_PROVIDES("service", "timer", 200);' >timer.c
	# shellcheck disable=SC2046
	cc -shared -fPIC $(pkg-config --cflags abilock) timer.c -o modules/timer.so libfoo-host.so
	versiongen manifest modules/timer.so -d modules
	printf '[modules]\nload=chan_sip\n' >modules.conf
}

# A library of a release, and its header.
released_library() {
	mkdir include
	echo 'struct foo_options { int width, height; };
int foo_area(const struct foo_options *options);' >include/foo.h
	echo '#include "include/foo.h"
int foo_area(const struct foo_options *options) { return options->width * options->height; }' >foo.c
	echo 'FOO_1.0 { global: foo_area; local: *; };' >foo.syms
	echo 'cc -g -shared -fPIC -Wl,-soname,libfoo.so.1,--version-script=foo.syms foo.c -o libfoo.so.1' >build.sh
	sh build.sh
}

# ---- running ----

# run_guide DOCUMENT: each section that is run here
run_guide() {
	local document=$1 section where status
	blocks_of "$tree/$document" "$dir/blocks"
	cut -f 3 "$dir/blocks/list" | awk '!seen[$0]++' >"$dir/sections"
	while IFS= read -r section <&3; do
		where=$(claimed "$document" "$section")
		[[ $where == here || $where == on ]] || continue
		status=0
		section_runs "$dir/blocks" "$document" "$section" "$where" >"$dir/log" 2>&1 || status=$?
		case $status in
		0) ok "$document, $section" ;;
		77) skip "$document, $section: a tool that it needs is missing" ;;
		*)
			not_ok "$document, $section"
			sed 's/^/    /' "$dir/log" | head -n 60
			;;
		esac
	done 3<"$dir/sections"
}

use_prefix "$ABILOCK_PREFIX"
if [[ $# -gt 0 ]]; then
	run_guide "$1"
	finish
fi

check "each document is a guide or a report" documents_are_listed "$tree"
check "who is said to run a section does so" claims_hold "$tree"
for document in docs/{adoption,gate,modules,packaging}.md; do
	check "what others run of $document are files and commands" claimed_blocks_are_run "$tree" "$document"
done
while IFS='|' read -r document section runner; do
	[[ $section == '*' && $document != *'*'* ]] || continue
	run_guide "$document"
done <"$dir/list" 3<&-

# ---- the test must be able to fail ----

mkdir -p "$dir/bad/docs" "$dir/bad/tests/tool"

# bad_guide: the only document of a tree is the standard input; it does not run
guide() { cat >"$dir/bad/README.md"; blocks_of "$dir/bad/README.md" "$dir/blocks"; }
fails() { check_not "$1 is noticed" section_runs "$dir/blocks" README.md "${2:-A}" here; }

guide <<'END'
## A
```sh
false
true
```
END
fails "a command that fails"
guide <<'END'
## A
```sh
echo one
```
```
two
```
END
fails "another output of a block"
guide <<'END'
## A
```
$ echo one
...
two
```
END
fails "another output of a command"
guide <<'END'
## A
```python
print()
```
END
fails "a block that nobody runs"
guide <<'END'
## A
```
one: what is this?
```
END
fails "a block without a language and a file"
guide <<'END'
## A
<!-- not run: -->
```sh
false
```
END
fails "a mark without a reason"
guide <<'END'
## A
<!-- not run: it needs root -->
```sh
if then
```
END
fails "a block that is marked and is no shell"
guide <<'END'
## A
<!-- not run: it needs root -->
```sh
versiongen map --no-such-option
```
END
fails "an option that a marked block has and the tool has not"
guide <<'END'
## A
<!-- not run: it needs root -->
```sh
scripts/no-such-script
```
END
fails "a file that a marked block names and the tree has not"
guide <<'END'
## A
```sh
one() { echo "one $(cat two)"; }
```
```
# two
three
```
<!-- run: one >four -->
```
$ cat four; false
one # two
...
$ echo $?
1
```
END
check "blocks of a section are one session" section_runs "$dir/blocks" README.md A here
echo 'README.md|B|tests/tool/docs_test.sh' >"$dir/list"
cp "$tree/tests/tool/docs_test.sh" "$dir/bad/tests/tool"
cp "$tree/tests/CMakeLists.txt" "$dir/bad/tests"
check_not "a section that is not there is noticed" claims_hold "$dir/bad"
echo 'README.md|A|tests/tool/no_test.sh' >"$dir/list"
check_not "a test that is not there is noticed" claims_hold "$dir/bad"
check_not "a block that the named test does not run is noticed" claimed_blocks_are_run "$dir/bad" README.md
: >"$dir/list"
check_not "a document that nobody runs is noticed" documents_are_listed "$dir/bad"
finish
