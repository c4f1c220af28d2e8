#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit deps --deb-depends` gives the same variables as dpkg-shlibdeps, byte for byte, for the
# programs and libraries of this machine, with and without options; and the same warnings.
#
# ABIAUDIT is the tool's path. dpkg-shlibdeps takes half a second a call: files go in batches, a
# part of them alone.

# Functions are called by name, through xargs.
# shellcheck disable=SC2317
: "${ABIAUDIT:?path of abiaudit}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
# shellcheck source-path=SCRIPTDIR/../tool
# shellcheck source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
cd "${dir:?}" || exit 1
unset LD_LIBRARY_PATH DPKG_ADMINDIR "${!DEB_@}"

batches=11 # of this many files:
batch=30
singles=24
failing=4

if ! have dpkg-shlibdeps || ! have objdump || [[ ! -d /var/lib/dpkg/info ]]; then
	skip "dpkg-dev is not installed"
	exit 77
fi

# dpkg-shlibdeps wants to be in a source package.
mkdir debian
printf 'Source: x\nBuild-Depends: libc6-dev (>= 2.35), zlib1g-dev (>= 1:1.2.13), libgcc-dev\n\nPackage: x\nArchitecture: any\n' \
	>debian/control

# ours ARGUMENT...: abiaudit with the options of dpkg-shlibdeps
ours() {
	local arguments=() argument
	for argument; do
		case $argument in
		-v) arguments+=(-V) ;;
		-p*) arguments+=(--varname-prefix "${argument#-p}") ;;
		-t*) arguments+=(--package-type "${argument#-t}") ;;
		-I*) arguments+=(--ignore-tree "${argument#-I}") ;;
		*) arguments+=("$argument") ;;
		esac
	done
	"$ABIAUDIT" deps --deb-depends "${arguments[@]}" </dev/null
}

# compare NAME: run both with the arguments in the file NAME.arguments, one a line
compare() {
	local name=$1 arguments
	mapfile -t arguments <"$name.arguments"
	dpkg-shlibdeps -O "${arguments[@]}" >"$name.dpkg" 2>"$name.dpkg-says"
	echo $? >"$name.dpkg-status"
	ours "${arguments[@]}" >"$name.ours" 2>"$name.says"
	echo $? >"$name.status"
}

# both_fail NAME, both_succeed NAME
both_fail() { [[ $(<"$1.dpkg-status") -ne 0 && $(<"$1.status") -eq 3 && ! -s $1.ours ]]; }
both_succeed() { [[ $(<"$1.dpkg-status") -eq 0 && $(<"$1.status") -eq 0 ]]; }

# warnings_of WHO FILE: what the two warn of, in the same words
warnings_of() {
	if [[ $1 == dpkg ]]; then
		sed -nE 's/.*useless dependency if (\S+) .*linked against (\S+) .*/avoidable \1 \2/p
			s/.*: symbol (\S+) used by (\S+) found in none.*/symbol \2 \1/p
			s/.*: (\S+) should not be linked against (\S+) .*/unused \1 \2/p' "$2"
	else
		sed -nE 's/.*could be avoided if (\S+) .*not linked with ([^ :]+): .*/avoidable \1 \2/p
			s/.*: (\S+) uses the symbol ([^ ,]+), which none.*/symbol \1 \2/p
			s/.*: (\S+) is linked with ([^ ,]+), but uses none.*/unused \1 \2/p' "$2"
	fi | sort
}

# dpkg does not see that a program which copies a library's variables uses it: objdump writes their
# names in another way than dpkg looks for.
has_copies() { objdump -R "$1" | grep -q _COPY; }

# Of many symbols of a file both name ten; dpkg takes them from a Perl hash, whose order is another
# one in each run.
are_ten_of_many() { [[ $(grep -c "^symbol $1 " warnings.dpkg) -eq 10 && $(grep -c "^symbol $1 " warnings.ours) -eq 10 ]]; }

# Warnings of one of the two, in warnings.dpkg and warnings.ours. Of several files that do not use a
# library dpkg names all, and we the first.
unexplained() {
	local kind file what pattern
	while read -r kind file what; do
		[[ $kind != symbol ]] || ! are_ten_of_many "$file" || continue
		[[ $kind == avoidable ]] && pattern="^$kind [^ ]* $what\$" || pattern="^$kind $file $what\$"
		grep -q "$pattern" warnings.ours || { [[ $kind != symbol ]] && has_copies "$file"; } ||
			echo "only dpkg: $kind $file $what"
	done <warnings.dpkg
	while read -r kind file what; do
		[[ $kind != symbol ]] || ! are_ten_of_many "$file" || continue
		[[ $kind == avoidable ]] && pattern="^$kind [^ ]* $what\$" || pattern="^$kind $file $what\$"
		grep -q "$pattern" warnings.dpkg || echo "only we: $kind $file $what"
	done <warnings.ours
}

export ABIAUDIT
export -f compare ours

# ---- the files ----

# ELF programs and shared objects, in an order that is nobody's but always the same.
find /usr/bin /usr/sbin /usr/libexec /usr/lib -type f \( -name '*.so*' -o -perm -1 \) -size -20M 2>/dev/null |
	sort | shuf --random-source=<(yes) >candidates
good=0 bad=0
: >good
: >bad
while read -r file; do
	[[ $(head -c 4 "$file" | tr -d '\0') == $'\x7fELF' ]] || continue
	# A file with which dpkg-shlibdeps fails would hide all others of its batch.
	if ours "$file" >/dev/null 2>&1; then
		echo "$file" >>good
		((++good == batches * batch)) && break
	elif ((bad < failing)); then
		echo "$file" >>bad
		bad=$((bad + 1))
	fi
done <candidates

split -l $batch -d good batch.
for list in batch.??; do
	cp "$list" "$list.arguments"
done
head -n $singles good | split -l 1 -d - single.
for list in single.??; do
	cp "$list" "$list.arguments"
done
split -l 1 -d bad bad.
for list in bad.??; do
	[[ -e $list ]] || continue
	cp "$list" "$list.arguments"
	{ echo --ignore-missing-info && cat "$list"; } >"ignoring-$list.arguments"
done

options() { # NAME ARGUMENT...: with the first files of the list behind the arguments
	local name=$1
	shift
	printf '%s\n' "$@" >"$name.arguments"
	head -n 12 good >>"$name.arguments"
}
options excluding -xlibc6 -xlibstdc++
options naming -pmine
options type -tudeb --ignore-missing-info
{ printf '%s\n' -v --warnings=7 && tail -n 40 good; } >warning.arguments
{
	echo -dSuggests && sed -n 1,6p good && echo -dPre-Depends && sed -n 7,9p good &&
		echo -dDepends && sed -n 10,20p good && echo -drecommends && sed -n 21,30p good
} >fields.arguments
printf 'libc 6 local-libc\nlibz 1 local-z (>= 2), local-y\n' >local
options local -Llocal
options folders -l/usr/lib/x86_64-linux-gnu -l/nowhere

# A package in the making: a library of its own, a program that finds it by its run path, a plugin.
mkdir -p debian/libmine1/DEBIAN debian/libmine1/usr/lib debian/mine/DEBIAN debian/mine/usr/bin \
	debian/mine/usr/lib/mine
echo 'int mine(void) { return 1; }' >mine.c
echo 'int own(void) { return 1; }' >own.c
echo '#include <zlib.h>
int mine(void), own(void); int main(void) { return mine() + own() + !zlibVersion(); }' >main.c
echo 'int host(void); int plug(void) { return host(); }' >plug.c
if ${CC:-cc} -shared -fPIC -nostdlib -Wl,-soname,libmine.so.1 -o debian/libmine1/usr/lib/libmine.so.1 mine.c &&
	${CC:-cc} -shared -fPIC -nostdlib -Wl,-soname,libown.so.1 -o debian/mine/usr/lib/mine/libown.so.1 own.c &&
	${CC:-cc} -o debian/mine/usr/bin/mine main.c debian/libmine1/usr/lib/libmine.so.1 \
		debian/mine/usr/lib/mine/libown.so.1 -lz "-Wl,-rpath,\$ORIGIN/../lib/mine" &&
	${CC:-cc} -shared -fPIC -o debian/mine/usr/lib/mine/plug.so -Wl,-soname,plug.so plug.c 2>log; then
	printf 'libmine.so.1 libmine1 #MINVER#, mine-abi\n mine@Base 1.5\n' >debian/libmine1/DEBIAN/symbols
	printf '%s\n' debian/mine/usr/bin/mine debian/mine/usr/lib/mine/{libown.so.1,plug.so} >building.arguments
	cp building.arguments building-local.arguments
	echo -Llocal >>building-local.arguments
	{ echo -Idebian/libmine1 && cat building.arguments; } >ignoring-tree.arguments
else
	skip "no package can be built here: a compiler and zlib1g-dev are needed"
fi

# ---- the comparison ----

for arguments in *.arguments; do
	echo "${arguments%.arguments}"
done >names
# shellcheck disable=SC2016 # expanded by that shell
xargs -P 2 -I {} bash -c 'compare "$1"' - {} <names

total=$(wc -l <good)
check "there are 300 files to compare with" test "$total" -ge 300
for list in batch.??; do
	if both_succeed "$list"; then
		same "$(wc -l <"$list") files in one call, from $(head -n 1 "$list") on" "$list.dpkg" "$list.ours"
	else
		not_ok "both succeed with $list: $(tail -n 1 "$list.dpkg-says") / $(tail -n 1 "$list.says")"
	fi
	warnings_of dpkg "$list.dpkg-says" >warnings.dpkg
	warnings_of us "$list.says" >warnings.ours
	same "with the same warnings" /dev/null <(unexplained)
done
equal=0
for list in single.??; do
	if both_succeed "$list" && cmp -s "$list.dpkg" "$list.ours"; then
		equal=$((equal + 1))
	else
		not_ok "alone: $(<"$list")"
	fi
done
check "$equal of $singles files alone" test "$equal" -eq "$singles"
for list in bad.??; do
	[[ -e $list ]] || continue
	check "both fail with $(<"$list")" both_fail "$list"
	check "and agree with --ignore-missing-info" \
		test "$(<"ignoring-$list.dpkg-status")" -ne 0 -o "$(<"ignoring-$list.status")" -eq 0
	same "byte for byte: $(<"$list")" "ignoring-$list.dpkg" "ignoring-$list.ours"
done
for name in excluding naming type fields local folders; do
	check "both succeed: $name" both_succeed "$name"
	same "with $(head -n 1 "$name.arguments"): $name" "$name.dpkg" "$name.ours"
done
warnings_of dpkg warning.dpkg-says >warnings.dpkg
warnings_of us warning.says >warnings.ours
check "there is something to warn of" test -s warnings.dpkg
same "with all warnings they warn of the same" /dev/null <(unexplained)
if [[ -e building.arguments ]]; then
	for name in building building-local; do
		check "both succeed: $name" both_succeed "$name"
		check "something is depended on: $name" grep -q libmine1 "$name.ours"
		same "a package in the making: $name" "$name.dpkg" "$name.ours"
	done
	check "both see a plugin" grep -q plugin building.dpkg-says building.says
	check "both miss a library of a tree that is ignored" both_fail ignoring-tree
fi
finish
