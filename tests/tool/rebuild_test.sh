#!/bin/bash
# SPDX-License-Identifier: MIT
# What a build does again: nothing for nothing, and for a changed declaration or another tag what has
# to follow and no more. With Ninja, Make, and CMake with both; in git repositories of the test's own.
#
#   rebuild_test.sh
#
# From the environment: ABILOCK_PREFIX, where abilock is installed; CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=lib.sh
. "$root/tests/tool/lib.sh"

: "${ABILOCK_PREFIX:?}"
prefix=$(cd "$ABILOCK_PREFIX" && pwd) || exit 1
CC=${CC:-gcc}
PATH=$prefix/bin:$PATH
PKG_CONFIG_PATH=$(find "$prefix" -type d -name pkgconfig -printf '%p:')
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export PATH PKG_CONFIG_PATH GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE NINJA_STATUS MAKEFLAGS MAKELEVEL
cd "$dir" || exit 1

# repo_git FOLDER ARGUMENT...
repo_git() { git -C "$1" -c user.name=test -c user.email=test@localhost "${@:2}"; }

# ---- what changed ----

# watch COMMAND...: which of $files the command writes anew, sorted, in the file `changed`
watch() {
	local status=0

	states >before
	sleep 0.05 # a file that is written now is younger than what was edited before
	"$@" >log 2>&1 || status=$?
	states >after
	comm -13 before after | sed 's/ .*//' >changed
	return "$status"
}

states() {
	local file

	for file in "${files[@]}"; do
		[[ ! -e $file ]] || stat -c "$file %.9Y %i" "$file"
	done | sort
}

# builds SENTENCE FILE...: the build succeeds and writes these
builds() {
	local sentence="$how: $1"

	shift
	if ! watch build; then
		not_ok "$sentence"
		sed 's/^/    /' log | tail -n 30
		return
	fi
	printf '%s\n' "$@" | grep . | sort >wanted
	same "$sentence" wanted changed
}

# A file that was edited is younger than all that was made before.
edit() {
	sleep 0.05
	"$@"
}

# ---- a project with Ninja, and with Make ----

outputs=(foo.map foo_abi.h foo-stub.so)
linked=(host private.so public.so)
objects=(host.o private.o public.o) # include the header
files=("${outputs[@]}" "${linked[@]}" "${objects[@]}" other.o)

write_sources() {
	cat >foo.syms <<'END'
FOO_1.0 { global: foo_open; local: *; };
include "lists/private.syms"
END
	mkdir -p lists
	cat >lists/private.syms <<'END'
FOO_PRIVATE {
  foo_close;
} FOO_1.0;
END
	cat >host.c <<'END'
#include "foo_abi.h"
ABILOCK_HOST();
void foo_open(void) {}
void foo_close(void) {}
void foo_more(void) {}
int other(void);
int main(void) { return other(); }
END
	echo 'int other(void) { return 0; }' >other.c
	cat >private.c <<'END'
#include "foo_abi.h"
ABILOCK_MODULE("private", PRIVATE);
void foo_close(void);
void work(void) { foo_close(); }
END
	cat >public.c <<'END'
#include "foo_abi.h"
ABILOCK_MODULE("public", PUBLIC);
void foo_open(void);
void work(void) { foo_open(); }
END
	printf '%s\n' '*.o' '*.so' '*.d' '.ninja*' host foo.map foo_abi.h log before after changed \
		wanted >.gitignore
}

write_ninja() {
	cat >build.ninja <<END
cc = $CC
tag = $1
soname = libfoo-host.so.1
rule cc
  command = \$cc -fPIC -MD -MF \$out.d -c \$in -o \$out
  depfile = \$out.d
  deps = gcc
rule host
  command = \$cc -o \$out host.o other.o -rdynamic -Wl,--version-script=foo.map -Wl,-soname,\$soname
rule module
  command = \$cc -shared -o \$out \$in foo-stub.so
rule versiongen
  command = versiongen \$what foo.syms --tag \$tag \$options -o \$out --depfile \$out.d
  depfile = \$out.d
  deps = gcc
  restat = 1
build foo.map: versiongen foo.syms
  what = map
build foo_abi.h: versiongen foo.syms
  what = header
  options = --soname \$soname
build foo-stub.so: versiongen foo.syms
  what = stub
  options = --soname \$soname
build host.o: cc host.c || foo_abi.h
build other.o: cc other.c || foo_abi.h
build private.o: cc private.c || foo_abi.h
build public.o: cc public.c || foo_abi.h
build host: host | host.o other.o foo.map
build private.so: module private.o | foo-stub.so
build public.so: module public.o | foo-stub.so
END
}

write_make() {
	cat >Makefile <<END
CC = $CC
TAG = $1
SONAME = libfoo-host.so.1
all: host private.so public.so
.SECONDARY:
foo.map: foo.syms
	versiongen map foo.syms --tag \$(TAG) -o \$@ --depfile \$@.d
foo_abi.h: foo.syms
	versiongen header foo.syms --tag \$(TAG) --soname \$(SONAME) -o \$@ --depfile \$@.d
foo-stub.so: foo.syms
	versiongen stub foo.syms --tag \$(TAG) --soname \$(SONAME) -o \$@ --depfile \$@.d
%.o: %.c | foo_abi.h
	\$(CC) -fPIC -MD -MP -MF \$@.d -c \$< -o \$@
host: host.o other.o foo.map
	\$(CC) -o \$@ host.o other.o -rdynamic -Wl,--version-script=foo.map -Wl,-soname,\$(SONAME)
%.so: %.o foo-stub.so
	\$(CC) -shared -o \$@ \$< foo-stub.so
-include \$(wildcard *.d)
END
}

# project NAME TAG: a folder with sources that are committed, and both build files
project() {
	rm -rf "$1"
	mkdir "$1"
	cd "$1" || exit 1
	write_sources
	write_ninja "$2"
	write_make "$2"
	repo_git . init -q
	repo_git . add -A
	repo_git . commit -qm "All of it"
}

# nothing SENTENCE: the build writes no file, and says that there is nothing to do
nothing() {
	builds "$1"
	check "$how: $1: the tool says so" grep -qE "no work to do|Nothing to be done" log
}

# A tag that stays: what the declaration's text alone does.
test_declaration() {
	project "$how-declaration" release:1
	builds "all is built at first" "${files[@]}"
	check "$how: the modules fit" abiaudit verify --require-lock --host host private.so public.so
	nothing "a second build does nothing"

	edit touch foo.syms
	builds "a declaration that was touched changes no file"
	[[ $how == make ]] || nothing "and is forgotten then"
	edit sed -i '1i # What foo exports.' foo.syms
	builds "a comment in the declaration changes no file"
	edit sed -i 's/foo_close;/foo_close;\n  foo_more;/' lists/private.syms
	builds "a private symbol in an included file: map and stub are new, and what is linked" \
		foo.map foo-stub.so "${linked[@]}"
	check "$how: the symbol is exported now" grep -q foo_more foo.map
	[[ $how == make ]] || nothing "and then nothing is to be done"
	edit sed -i '/^include/d' foo.syms
	echo 'FOO_PRIVATE { foo_close; foo_more; } FOO_1.0;' >>foo.syms
	rm -r lists
	builds "an included file that is gone stops nothing"
	edit sed -i 's/ foo_more;//' foo.syms
	builds "a symbol less: the same files as for one more" foo.map foo-stub.so "${linked[@]}"
	edit sed -i 's/FOO_PRIVATE {/FOO_PRIVATE/' foo.syms
	check_not "$how: an error in the declaration stops the build" watch build
	check "$how: and leaves all files alone" test ! -s changed
	cd "$dir" || exit 1
}

has_tag() {
	local tag

	tag=$(repo_git . rev-parse HEAD)
	grep -qF "\"$tag\"" foo_abi.h && grep -qF "FOO_PRIVATE_$tag" foo.map &&
		abiaudit verify --host host private.so public.so
}

# commits SENTENCE: another commit is another tag
commits() {
	edit repo_git . commit -q --allow-empty -m "$1"
	builds "$1: what includes the header and what is linked is new, and nothing else" \
		"${outputs[@]}" "${linked[@]}" "${objects[@]}"
	check "$how: $1: the tag is the commit" has_tag
	[[ $how == make ]] || nothing "$1: and then nothing is to be done"
}

# The tag of git: no file of the project changes.
test_tag() {
	project "$how-tag" git
	builds "all is built at first" "${files[@]}"
	check "$how: the tag is the commit" has_tag
	nothing "a second build at the same commit does nothing"
	commits "a commit"
	repo_git . pack-refs --all
	watch build
	commits "a commit behind packed references"
	repo_git . checkout -q --detach
	watch build
	commits "a commit without a branch"
	repo_git . worktree add -q ../"$how-worktree" HEAD
	cd ../"$how-worktree" || exit 1
	watch build
	commits "a commit in a worktree"
	repo_git . pack-refs --all
	repo_git . checkout -q -b new
	edit repo_git . reset -q --soft HEAD^
	watch build
	check "$how: going back is noticed" has_tag
	cd "$dir" || exit 1
}

# The dependency file is all that names the declaration here.
test_names() {
	local name='a b$c#d:e.syms' out='o p$q#r'

	rm -rf names
	mkdir names
	cd names || exit 1
	echo 'FOO_1.0 { foo; };' >"$name"
	cat >gen <<END
#!/bin/sh
echo run >>runs
versiongen map '$name' -o '$out' --depfile out.d
END
	chmod +x gen
	cat >build.ninja <<'END'
rule gen
  command = ./gen
  depfile = out.d
build o$ p$$q#r: gen
END
	cat >Makefile <<'END'
o\ p$$q\#r:
	./gen
-include out.d
END
	check "$how: a name with a space, a dollar, a number sign and a colon is written" build
	check "$how: and read: nothing is to be done" build
	check "$how: it ran once" test "$(wc -l <runs)" = 1
	edit sed -i 's/foo/bar/' "$name"
	check "$how: and read: the file is edited" build
	check "$how: it ran again" test "$(wc -l <runs)" = 2
	cd "$dir" || exit 1
}

# A line break cannot be written in any way.
check_not "a name with a newline is refused" sh -c '
	name=$(printf "a\nb")
	printf "FOO_1.0 { foo; };\n" >"$name"
	versiongen map "$name" -o map --depfile map.d'
check "and nothing is written" test ! -e map -a ! -e map.d
echo 'FOO_1.0 { foo; };' >foo.syms
check "the dependency file of the standard input names no declaration" sh -c '
	versiongen map - -o map --depfile map.d <foo.syms && test "$(cat map.d)" = map:'

usage() {
	local status=0

	versiongen map "$@" || status=$?
	[[ $status == 2 ]]
}
check "a dependency file without an output is wrong usage" usage foo.syms --depfile d
check "a dependency file in place of the output is wrong usage" usage foo.syms -o d --depfile d
check "a dependency file in place of the declaration is wrong usage" \
	usage foo.syms -o d --depfile ./foo.syms
printf 'include "foo.syms"\n' >all.syms
check "an output in place of an included file is wrong usage" usage all.syms -o foo.syms
check "none of them is written" test ! -e d
rm -f foo.syms all.syms map map.d

build() { "$how"; }
for how in ninja make; do
	if have "$how"; then
		test_declaration
		test_tag
		test_names
	else
		skip "$how is not installed"
	fi
done

# ---- the example, with CMake ----

build() { cmake --build build; }

test_example() {
	local at=CMakeFiles module
	local compiled=() modules=(number.so shout.so spell.so)

	for module in kettle number shout spell; do
		compiled+=("build/$at/$module.dir/modules/$module.c.o")
	done
	compiled[0]=build/$at/kettle.dir/kettle.c.o
	files=(build/kettle_abi/{kettle.tag,kettle.map,libkettle-host.so,kettle_abi.h} build/kettle
		"${modules[@]/#/build/kettle_modules/}" "${compiled[@]}"
		"build/$at/dict.dir/modules/dict.c.o" build/libdict.so.1.0)

	rm -rf example
	mkdir example
	cd example || exit 1
	cp -R "$root/examples/exehost" repo
	echo "Boils." >repo/README
	repo_git repo init -q
	repo_git repo add -A
	repo_git repo commit -qm "The first build"
	check "$how: the example is configured" cmake -S repo -B build -G "$generator" \
		-DCMAKE_C_COMPILER="$CC"
	builds "the example is built" "${files[@]}"
	builds "a second build of it writes nothing"
	check_not "$how: and compiles and links nothing" grep -qE 'Building|Linking' log
	edit touch repo/kettle.syms
	builds "a declaration that was touched changes no file"

	# All but the library of a module, which has no part in the lock.
	files_with_tag=("${files[@]:0:${#files[@]}-2}")
	edit repo_git repo commit -q --allow-empty -m "The next build"
	builds "a commit has all but the modules' own library built anew" "${files_with_tag[@]}"
	check "$how: the modules fit" abiaudit verify --host build/kettle "${modules[@]/#/build/kettle_modules/}"
	edit sed -i 's/Boils/Cooks/' repo/README
	builds "so has an edit of any tracked file" "${files_with_tag[@]}"
	builds "the next build after that writes nothing"
	edit repo_git repo checkout -q README
	watch build
	edit sh -c 'mkdir repo/lists && mv repo/kettle.syms repo/lists && cat >repo/kettle.syms' <<-'END'
		include "lists/kettle.syms"
	END
	repo_git repo add -A
	repo_git repo commit -qm "The list has a folder of its own"
	watch build
	edit sed -i 's/kettle_drop;/kettle_drop;\n    kettle_undeclared;/' repo/lists/kettle.syms
	watch build
	check "$how: an edit of an included file is noticed" grep -q kettle_undeclared build/kettle_abi/kettle.map
	cd "$dir" || exit 1
}

# As in versiongen(1): names relative to where the build is.
test_manual() {
	rm -rf manual
	mkdir manual
	cd manual || exit 1
	cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.20)
project(foo LANGUAGES NONE)
add_custom_command(OUTPUT foo.map DEPFILE foo.map.d
	COMMAND versiongen map ${CMAKE_CURRENT_SOURCE_DIR}/foo.syms
		-o foo.map --depfile foo.map.d
	DEPENDS foo.syms)
add_custom_target(foo_map ALL DEPENDS foo.map)
END
	echo 'FOO_1.0 { foo; };' >"a b.syms"
	echo 'include "a b.syms"' >foo.syms
	files=(build/foo.map)
	check "$how: a project with the command of versiongen(1) is configured" \
		cmake -S . -B build -G "$generator"
	builds "and built" build/foo.map
	builds "a second time there is nothing to do"
	edit sed -i 's/foo;/bar;/' "a b.syms"
	builds "an included file, with a space in its name, is noticed" build/foo.map
	cd "$dir" || exit 1
}

for generator in Ninja "Unix Makefiles"; do
	how="CMake, $generator"
	if have cmake && { [[ $generator == Ninja ]] && have ninja || have make; }; then
		test_example
		test_manual
	else
		skip "$how: not installed"
	fi
done
finish
