# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The examples by other build systems than CMake: what all of them promise. Source it, define what a system does, call
# test_hosts, test_outside and test_cross, end with finish. From the environment: ABILOCK_PREFIX, where abilock is
# installed; ABILOCK_CROSS, a folder that cross.sh has filled.
#
#   system                          its name
#   add_files                       what a project takes over from abilock, into the repository
#   configure SOURCE BUILD PREFIX   with $machine: for that one
#   build_in BUILD
#   install_from BUILD              DESTDIR is set
#   after_host                      may be: what else there is to be tried of a host, in the folder `build`
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
# shellcheck source=../examples/lib.sh
. "$root/tests/examples/lib.sh"

# The installed tools are what is found; and nothing that the caller's own builds need.
unset VERSIONGEN ABIAUDIT ABIMOD MAKEFLAGS MAKELEVEL CFLAGS LDFLAGS DESTDIR
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export LD_LIBRARY_PATH=$prefix/lib CC=gcc
machine=

need() {
	local tool

	for tool; do
		have "$tool" && continue
		skip "$system: $tool is not installed"
		exit 77
	done
}

# ---- what is built again ----

# states BUILD: every file that matters there, with the moment it was written
states() {
	find "$1/" -type f ! -path '*/meson-*' \( -name '*.o' -o -name '*.so*' -o -name '*.map' -o -name '*_abi.h' -o -perm -u+x \) \
		! -name '*.symbols' -printf '%P %T@ %i\n' | sort
}

# again BUILD: build, and list in `changed` what was written
again() {
	states "$1" >before
	[[ -s before ]] || return
	sleep 0.05 # what is written now is younger than what was edited before
	build_in "$1" >build.log 2>&1 || {
		cat build.log
		return 1
	}
	states "$1" >after
	comm -13 before after | sed 's/ .*//' >changed
}

writes_nothing() {
	again "$1" || return
	cat build.log changed
	[[ ! -s changed ]] && ! grep -v versiongen build.log | grep -qE -e ' -o |Linking|Compiling'
}

# writes_all_but BUILD PATTERN FILE...: these files, but nothing of that name
writes_all_but() {
	local pattern=$2 file

	again "$1" || return
	cat changed
	! grep -E -e "$pattern" changed || return
	shift 2
	for file; do
		grep -qE "(^|/)$file$" changed || {
			echo "$file is as old as before"
			return 1
		}
	done
}

# writes_only BUILD NAME: files of that module, and the module is one of them
writes_only() {
	again "$1" || return
	cat changed
	grep -qE "(^|/)$2\.so$" changed && ! grep -v "$2" changed
}

# ---- what is installed ----

# stage BUILD TO: install through DESTDIR, and move what is there to where it was built for
stage() {
	rm -rf stage "$2"
	DESTDIR=$dir/stage install_from "$1" &&
		mv "stage$dir/$2" "$2" &&
		rmdir -p "stage$(dirname "$dir/$2")" 2>/dev/null
	[[ ! -e stage ]] # nothing is outside of the prefix
}

has_files() {
	local to=$1 file

	shift
	for file; do
		[[ -e $to/$file ]] || {
			echo "$file is missing"
			(cd "$to" && find . -type f)
			return 1
		}
	done
}

# pc_says PREFIX NAME VALUE...
pc_says() {
	local to=$1 variable value

	shift
	for variable; do
		value=${variable#*=}
		variable=${variable%%=*}
		[[ $(PKG_CONFIG_PATH=$to/lib/pkgconfig pkg-config --variable="$variable" "$name-host") == "$value" ]] || {
			echo "$variable is not $value"
			cat "$to/lib/pkgconfig/$name-host.pc"
			return 1
		}
	done
}

# runs HOST-DIR MODULE-DIR MODULE...: status in $status, output in out and err
runs() {
	status=0
	"run_$name" "$@" >out 2>err </dev/null || status=$?
}

run_kettle() {
	local host=$1 modules=$2
	shift 2
	printf 'teh tae\n\nhot watre\n' |
		LD_LIBRARY_PATH=$lib_path "${run[@]}" "$host/bin/kettle" -d "$modules/lib/kettle" -o "shout=!" "$@"
}

run_tally() {
	local host=$1 modules=$2
	shift 2
	LD_LIBRARY_PATH=$lib_path:$host/lib "${run[@]}" "$host/bin/tally" -d "$modules/lib/tally" "${@/#/-m}" first second
}

works() {
	runs "$@"
	cat out err
	[[ $status == 0 ]] && diff -u expected out
}

refuses() {
	runs B A "$private"
	cat out err
	[[ $status == 1 && ! -s out ]] &&
		prints "version .${node}_$tag_a' not found \(required by A/lib/$name/$private.so\)" err &&
		prints "^  module .*$private.so +built for $name $tag_a" err &&
		prints "^  host .* is +$name $tag_b" err
}

# ---- the hosts ----

kettle_is_the_example() {
	example=exehost name=kettle node=KETTLE_PRIVATE host_path=bin/kettle soname=libkettle-host.so.1
	modules=(number.so shout.so spell.so) private=number public=shout library=dict built=(kettle)
	development=(lib/abilock/stubs/libkettle-host.so)
	printf '1 THE TEA!\n2 HOT WATER!\n' >expected
	order=(spell number shout)
	change=$'/^struct kettle_line {/a\\\tunsigned long offset; /* in the input */'
}

tally_is_the_example() {
	example=libhost name=tally node=TALLY_PRIVATE host_path=lib/libtally.so.1 soname=libtally.so.1
	modules=(common.so lines.so twins.so) private=twins public=lines library=histogram built=('libtally.so.1[.0-9]*')
	development=(lib/libtally.so)
	printf 'bonbon\nbob\n' | tee first >second
	printf '%s\n' 'first: common b' 'first: lines 2' 'first: twins none' \
		'second: common b' 'second: lines 2' 'second: twins first' >expected
	order=(common lines twins)
	change=$'/^struct tally_file {/a\\\tunsigned int mode; /* permissions */'
}

new_repository() {
	commit_example "$example"
	add_files
	repo_git add -A
	repo_git commit -q -m "What $system needs" 2>/dev/null || :
}

test_host() {
	local what="$system, $example" all

	rm -rf A B build
	new_repository
	tag_a=$(repo_git rev-parse HEAD)
	all=("$name.map" "${name}_abi.h" "${built[@]}" "${modules[@]}")
	check "$what: is configured" configure repo build "$dir/A"
	check "$what: is built" build_in build
	check "$what: is installed with DESTDIR, and nothing of it elsewhere" stage build A
	check "$what: has its files, those for modules that are built elsewhere, and an index" has_files A \
		"bin/$name" "$host_path" "${modules[@]/#/lib/$name/}" "lib/$name/modules.index" "${development[@]}" \
		"include/$name/$name.h" "include/$name/${name}_private.h" "include/$name/${name}_abi.h"
	check "$what: $name-host.pc says where they are" pc_says A \
		name="$name" soname="$soname" moduledir="$dir/A/lib/$name" host="$dir/A/$host_path"
	check "$what: the index has the modules and nothing else" index_is_right
	check "$what: modules load and work" works A A "${order[@]}"
	check "$what: abiaudit says so, too" abiaudit verify --require-lock --library-path A/lib:A/lib/"$name" \
		--host "A/$host_path" "${modules[@]/#/A/lib/$name/}"

	check "$what: a second build does nothing" writes_nothing build
	touch "repo/modules/$private.c"
	check "$what: a module that was touched is built, and nothing else" writes_only build "$private"
	touch "repo/modules/$private.c"
	check_not "$what: which is not nothing" writes_nothing build
	touch "repo/$name.syms"
	check "$what: a declaration that was touched has nothing built" writes_nothing build
	echo '# A comment.' >>"repo/$name.syms"
	check "$what: an edit is another tag: all but the modules' own library is built" \
		writes_all_but build "$library" "${all[@]}"
	check "$what: and then nothing is to be done" writes_nothing build
	repo_git checkout -q "$name.syms"

	sed -i "$change" "repo/${name}_private.h"
	repo_git commit -q -a -m "The next build: a struct changes"
	tag_b=$(repo_git rev-parse HEAD)
	check "$what: so is a commit" writes_all_but build "$library" "${all[@]}"
	# What was built for A is installed as B: the modules are named by hand, so no path matters.
	check "$what: the next build is installed" stage_as build A B
	check "$what: modules of the next build work in it" works B B "${order[@]}"
	check "$what: a module of another commit is refused, and says why" refuses
	runs B A "$public"
	check "$what: a public one is not" test "$status" = 0 -a -s out
}

# The prefix was configured once: install there, and move.
stage_as() {
	mv "$2" kept && stage "$1" "$2" && mv "$2" "$3" && mv kept "$2"
}

index_is_right() {
	printf '%s\n' "${modules[@]%.so}" >wanted
	abimod list --dir "A/lib/$name" --host "A/$host_path" --format json >listed || return
	grep -oE '"name": ?"[^"]*"' listed | sed 's/.*"\([^"]*\)"$/\1/' | sort -u | diff wanted -
}

test_hosts() {
	local which

	for which in kettle tally; do
		"${which}_is_the_example"
		run=() lib_path=$prefix/lib
		test_host
		if declare -F after_host >/dev/null; then
			after_host
		fi
		cp -R A "installed-$name"
		cp -R B "next-$name"
	done
}

# ---- a module of somebody else's ----

reverses() {
	echo abc | "$1/bin/kettle" -d "$2" third >out 2>err
	cat out err
	[[ $(cat out) == cba ]]
}

# The installed kettle of the first commit, where it was built for.
test_outside() {
	local what="$system, a module built elsewhere"

	rm -rf A outside outside-build
	cp -R installed-kettle A
	cp -R "$root/examples/outside" outside
	export PKG_CONFIG_PATH=$dir/A/lib/pkgconfig:$PKG_CONFIG_PATH
	check "$what: is configured with the installed host" configure outside outside-build "$dir/X"
	check "$what: is built" build_in outside-build
	rm -rf stage
	DESTDIR=$dir/stage check "$what: is installed where the host looks" install_from outside-build
	check "$what: is there" test -e "stage$dir/A/lib/kettle/third.so"
	check "$what: works" reverses A "stage$dir/A/lib/kettle"
	check "$what: works in the next build, since it is public" reverses next-kettle "stage$dir/A/lib/kettle"
	PKG_CONFIG_PATH=${PKG_CONFIG_PATH#*:}
}

# ---- for another machine ----

test_cross() {
	local what="$system, cross build" which

	if ! [[ -e ${ABILOCK_CROSS-}/prefix/lib/libabilock.so ]] || ! have aarch64-linux-gnu-gcc; then
		skip "$what: no compiler for aarch64 (gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)"
		return
	fi
	cross=$(cd "$ABILOCK_CROSS/prefix" && pwd)
	machine=aarch64-linux-gnu
	for which in kettle tally; do
		"${which}_is_the_example"
		PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$cross/lib/pkgconfig ACLOCAL_PATH=$cross/share/aclocal \
			LDFLAGS=-Wl,-rpath-link,$cross/lib CC=$machine-gcc cross_host
	done
	machine=
}

cross_host() {
	local what="$system, $example for aarch64"

	# Exported: they are those of the machine that it is built for.
	export PKG_CONFIG_PATH PKG_CONFIG_LIBDIR ACLOCAL_PATH LDFLAGS CC
	rm -rf A B build
	new_repository
	tag_a=$(repo_git rev-parse HEAD)
	check "$what: is configured" configure repo build "$dir/A"
	check "$what: is built" build_in build
	check "$what: is installed with DESTDIR" stage build A
	check "$what: the host is of that machine" is_aarch64 "A/$host_path"
	repo_git commit -q --allow-empty -m "The next build"
	tag_b=$(repo_git rev-parse HEAD)
	check "$what: is built at the next commit" build_in build
	check "$what: is installed" stage_as build A B
	check "$what: abiaudit finds nothing against its modules" verifies A
	check_not "$what: but against those of another commit" verifies B
	check "$what: and says why" prints "^A/lib/$name/$private.so: refused: missing-node" audit
	check "$what: not against the public ones" prints "^A/lib/$name/$public.so: ok" audit

	if ! have qemu-aarch64; then
		skip "$what: it is not run (qemu-user)"
		return
	fi
	lib_path=
	run=(qemu-aarch64 -L /usr/aarch64-linux-gnu -E "LD_LIBRARY_PATH=$cross/lib:A/lib:A/lib/$name")
	check "$what: modules load and work" works A A "${order[@]}"
	run=(qemu-aarch64 -L /usr/aarch64-linux-gnu -E "LD_LIBRARY_PATH=$cross/lib:B/lib:B/lib/$name")
	check "$what: a module of another commit is refused, and says why" refuses
	run=()
}

is_aarch64() { readelf -h "$1" | grep -q 'Machine: *AArch64'; }

# Modules of A in this host.
verifies() {
	abiaudit verify --require-lock --host "$1/$host_path" \
		--library-path "$cross/lib:/usr/aarch64-linux-gnu/lib:A/lib/$name" "${modules[@]/#/A/lib/$name/}" >audit
}
