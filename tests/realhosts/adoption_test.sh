#!/bin/bash
# SPDX-License-Identifier: MIT
# Hosts that others wrote, locked by at most ten lines: lighttpd, a program, and libxtables of iptables,
# a library. Built from Debian's sources as they are, then with a patch and a declaration that
# versiongen collect makes of the first build, then at the next commit.
#
#   adoption_test.sh lighttpd|lighttpd_cmake|iptables FOLDER
#
# The source is fetched and built below FOLDER; what was fetched is kept. From the environment:
# ABILOCK_PREFIX, where abilock is installed.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${ABILOCK_PREFIX:?}"
name=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
package=${name%_cmake} # lighttpd has files for CMake, too
tree=$folder/$name
patch=$here/patches/$name.patch
jobs=$(nproc)

for tool in autoreconf libtoolize pkg-config git make curl; do
	have "$tool" || {
		echo "adoption_test.sh: $tool is not installed (scripts/setup --all)" >&2
		exit 77
	}
done

# abilock as users have it: tools on the path, the rest by pkg-config.
export PATH=$ABILOCK_PREFIX/bin:$PATH
pc=$(find "$ABILOCK_PREFIX" -name abilock.pc -print -quit)
export PKG_CONFIG_PATH=${pc%/*} ACLOCAL_PATH=$ABILOCK_PREFIX/share/aclocal
abilock_libs=$(pkg-config --variable=libdir abilock)
export LD_LIBRARY_PATH=$abilock_libs
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_{AUTHOR,COMMITTER}_{NAME=test,EMAIL=test@example.org}

# What a host says: these, and the functions prepare, configure, build, modules_of_build, declare,
# use_as_it_is, use_locked and use_refused.
host='' declaration='' node=''
# shellcheck source=adoption_lighttpd.sh
. "$here/adoption_$name.sh"

commit() { git commit -q --allow-empty -m "$1"; }

unpack() {
	rm -rf "$tree"
	cp -a "$folder/source/$package-bookworm" "$tree"
	cd "$tree" || return
	git init -q -b main && git add -Af && commit 'As released' && prepare
}

# A release has files that a build makes; in the project's own repository they are not.
forget_what_builds_make() {
	git diff --name-only -z | xargs -0r git rm -q --cached &&
		git rm -q --cached --ignore-unmatch -- '*Makefile.in' && printf '*\n' >.git/info/exclude && commit 'Sources alone'
}

# Not the copies of the C library's variables, and not the nodes themselves.
exports() { nm -D --defined-only "$1" | awk '$2 != "A" && $3 !~ /@GLIBC_/ { sub(/@.*/, "", $3); print $3 }' | sort -u; }

tag() { git rev-parse HEAD; }

# verify MODULE...: the answer of the file in $dir/verdicts
verify() { abiaudit verify --host "$host" --library-path "$abilock_libs" "$@" >"$dir/verdicts" 2>"$dir/errors"; }
count() { grep -cE "$1" "$dir/verdicts"; }

# refused FILE TAG: the text of abilock about a module of another commit
refused() {
	local text
	for text in "version \`${node}_$2' not found" "built for [a-z]* $2" 'is [a-z]* '"$(tag)" \
		'\[missing-node\]' 'no code of the module was run'; do
		grep -qE -- "$text" "$1" || {
			echo "not said: $text; but:"
			head -n 8 "$1"
			return 1
		}
	done
}

# ---- as it is ----

check "the source of $name can be fetched" "$here/source.sh" "$folder/source" "$package/bookworm"
check "it is made ready" unpack
[[ -d $tree/.git ]] || finish
cd "$tree" || exit 3
check "$name is configured" configure
check "$name and its modules are built" build
[[ -e $host ]] || finish
exports "$host" >"$dir/before"
mapfile -t built < <(modules_of_build)
mkdir "$dir/unlocked"
cp -Pt "$dir/unlocked" "${built[@]}"
use_as_it_is
check "what the build makes is no part of the commits" forget_what_builds_make

# ---- locked ----

check "the declaration is collected from the objects of the build" declare
check "the patch applies" git apply --unidiff-zero "$patch"
lines=$(git diff --numstat | awk '{ n += $1 + $2 } END { print n + 0 }')
check "it changes $lines lines, at most 10" test "$lines" -gt 0 -a "$lines" -le 10
check "both are a commit" eval 'git add -f "$declaration" && git add -u && commit "Lock the modules"'
first=$(tag)
check "it is configured again" configure
check "it is built again" build
check "the build changes no file of the commit" git diff --quiet HEAD
exports "$host" >"$dir/after"
check "it exports what is declared" abiaudit check "$declaration" "$host"
check "that is less than before" test "$(wc -l <"$dir/after")" -lt "$(wc -l <"$dir/before")"
mapfile -t built < <(modules_of_build)
check "there are at least 10 modules" test ${#built[@]} -ge 10
check "abiaudit says that all ${#built[@]} would load" verify --require-lock "${built[@]}"
check "in a line each" test "$(count ': ok( |$)')" -eq ${#built[@]}
use_locked

# ---- the next commit ----

mkdir "$dir/first"
cp -Pt "$dir/first" "${built[@]}"
check "the next commit is made" commit 'The next one'
check "it is built, where the first one was" build
check "its modules load" verify --require-lock "${built[@]}"
check "another commit is another node" \
	test "$(abiaudit list --nodes "$host" | grep -c "${node}_$(tag) ")" -eq 1

verify "$dir"/first/*.so
check "abiaudit refuses the modules of the first commit, exit 1" test $? -eq 1
check "each of the ${#built[@]} for its node" test "$(count ': refused: missing-node$')" -eq ${#built[@]}
verify "$dir"/unlocked/*.so
check "and those from before the lock, exit 1" test $? -eq 1
check "all of them" test "$(count '^[^ ].*: refused: ')" -eq ${#built[@]}
use_refused

echo "    $name: $lines lines changed, ${#built[@]} modules," \
	"$(wc -l <"$dir/before") symbols exported before, $(wc -l <"$dir/after") after"
finish
