#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit diff` finds the symbols that readelf, dpkg's symbols files and abidiff find, in pairs of
# libraries of two Debian releases; where they differ the reason is in docs/parity-abi.md.
#
#   abi_test.sh [FOLDER]
#
# FOLDER is one that abi_corpus.sh made or is to make (default: $ABI_CORPUS; by hand a new one). With
# $PARITY_FILES and no folder there are no pairs: then small libraries are compared, made here, and
# libraries of this machine with themselves. From the environment: ABIAUDIT, CC.

# Functions are called by name, through check and xargs.
# shellcheck disable=SC2317
: "${ABIAUDIT:?path of abiaudit}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$here/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
for tool in perl readelf jq; do
	have $tool && continue
	echo "skip - $tool is not installed"
	exit 77
done
corpus=${1:-${ABI_CORPUS-}}
[[ $corpus || ${PARITY_FILES-} ]] || corpus=${dir:?}/corpus
[[ ! $corpus ]] || corpus=$(realpath -m "$corpus")
CC=${CC:-gcc}
cd "$dir" || exit 1
mkdir pairs no-debug-information
export ABIAUDIT here dir

# ---- what each says ----

# ours OLD NEW: the answer of abiaudit, in the lines of abi_truth.pl
ours() {
	local status=0
	"$ABIAUDIT" diff --no-fingerprints --format json "$1" "$2" >ours.json || status=$?
	[[ $status -le 1 ]] && perl "$here/abi_truth.pl" abiaudit ours.json
}

# theirs OLD NEW: the answer of abidiff; it would prefer the table of all symbols and debug information
# to what is loaded, so that both are stripped off
theirs() {
	local status=0
	strip -o old.so "$1" && strip -o new.so "$2" || return
	abidiff --d1 "$dir/no-debug-information" --d2 "$dir/no-debug-information" old.so new.so \
		>abidiff.out 2>abidiff.err || status=$?
	rm old.so new.so
	# 1 and 2 are errors; 4 and 8 changes.
	(((status & 3) == 0)) && perl "$here/abi_truth.pl" abidiff abidiff.out
}

# readelf_says OLD NEW
readelf_says() {
	readelf -W -V --dyn-syms "$1" >old.readelf 2>/dev/null
	readelf -W -V --dyn-syms "$2" >new.readelf 2>/dev/null
	perl "$here/abi_truth.pl" readelf old.readelf new.readelf
}

# clean OLD NEW: prints what is found, if anything is
clean() {
	local report
	report=$("$ABIAUDIT" diff --no-fingerprints --format json "$1" "$2" 2>&1) &&
		[[ $report == *'"findings":[]'* ]] || echo "$1: ${report:0:300}"
}

# findings OLD NEW: the whole report, without the places
findings() {
	local status=0
	"$ABIAUDIT" diff --no-fingerprints --format json "$1" "$2" >report.json || status=$?
	jq -S '[.findings[] | del(.file, .line, .column)] | sort_by(.rule, .subject)' report.json
	echo "status $status"
}
export -f have ours theirs readelf_says clean findings

# ---- what must be noticed ----

cat >old.c <<'END'
void foo_1(void) {}
__asm__(".symver foo_1, foo@@V_1");
int grows[4] = { 1 };
__thread int grows_too[2] = { 1 };
void moves(void) {}
void goes(void) {}
void loses_default(void) {}
int stays;
END
cat >new.c <<'END'
void foo_1(void) {}
void foo_2(void) {}
__asm__(".symver foo_1, foo@V_1");
__asm__(".symver foo_2, foo@@V_2");
int grows[8] = { 1 };
__thread int grows_too[4] = { 1 };
void moves(void) {}
void comes(void) {}
void loses_default_1(void) {}
__asm__(".symver loses_default_1, loses_default@V_1");
int stays;
END
echo 'V_1 { global: foo; grows; grows_too; moves; goes; loses_default; stays; local: *; };' >old.map
echo 'V_1 { global: foo; grows; grows_too; loses_default; stays; local: *; };
V_2 { global: foo; moves; comes; } V_1;' >new.map
for side in old new; do
	$CC -shared -fPIC $side.c -o lib$side.so -Wl,--version-script=$side.map,-soname,libsample.so.1 ||
		exit 1
done
printf '%s\n' 'added comes V_2' 'added foo V_2' 'default foo V_1 V_2' 'default loses_default V_1 -' \
	'moved moves V_1 V_2' 'removed goes V_1' 'size grows V_1 16 32' 'size grows_too V_1 8 16' >expected
readelf_says libold.so libnew.so >lines
same "what readelf says of a sample has each kind of line" expected lines
ours libold.so libnew.so >lines
same "abiaudit says the same of it" expected lines

if have dpkg-gensymbols; then
	for side in old new; do
		dpkg-gensymbols -psample -v1 -q -elib$side.so -O$side.symbols >/dev/null 2>&1
	done
	perl "$here/abi_truth.pl" dpkg libsample.so.1 old.symbols new.symbols >lines
	printf '%s\n' 'added comes V_2' 'added foo V_2' 'added moves V_2' 'removed goes V_1' \
		'removed moves V_1' >expected
	same "dpkg's symbols files say less: neither defaults nor sizes" expected lines
else
	skip "dpkg-gensymbols is not installed"
fi
if have abidiff; then
	theirs libold.so libnew.so >lines
	printf '%s\n' 'added comes V_2' 'removed goes V_1' 'removed moves V_1' >expected
	same "abidiff says less still: no new default version of a name that had one" expected lines
else
	skip "abidiff is not installed"
fi

# ---- what the comparison must refuse ----

# comparison: of the sample alone; prints what has no reason
comparison() {
	perl "$here/abi_compare.pl" sample "$here/abi_opinions.txt" | grep '^no reason'
}

mkdir -p sample/sample
(
	cd sample/sample || exit 1
	echo 'sample:libsample.so.1 1 2' >about
	readelf_says ../../libold.so ../../libnew.so >readelf
	ours ../../libold.so ../../libnew.so >ours
	printf '%s\n' 'added comes V_2' 'removed goes V_1' 'removed moves V_1' >abidiff
)
check_not "the answers about the sample differ for known reasons" comparison
sed -i '/^size grows /d' sample/sample/ours
check "a size that abiaudit misses is refused" comparison
echo 'size grows V_1 16 32' >>sample/sample/ours
echo 'removed stays V_1' >>sample/sample/ours
check "a symbol that abiaudit invents is refused" comparison
sed -i '$d' sample/sample/ours
echo 'added stays V_1' >>sample/sample/abidiff
check "a symbol that abidiff alone has is refused" comparison
# unneeded: a reason that nothing needs is told
unneeded() {
	echo 'sample:libsample.so.1 abidiff lacks added gone V_9: a reason of old' >opinions
	perl "$here/abi_compare.pl" sample opinions | grep 'not needed any more: sample:libsample.so.1 abidiff lacks added gone V_9'
}
check "a reason that nothing needs any more is refused" unneeded

# ---- functions that were folded ----
# Where two functions have the same code GCC makes one a call of the other, which has no address in
# the debug information then; lld gives both one address.

cat >fold.c <<'END'
struct seen {
	int used;
};
struct folded {
	int used;
#ifdef CHANGED
	long more;
#endif
};
int seen_get(struct seen *object)
{
	(void)object;
	return 31;
}
int folded_get(struct folded *object)
{
	(void)object;
	return 31;
}
END

# reported: the diff names the type of the function that was folded, and only that
reported() {
	local status=0
	"$ABIAUDIT" diff fold-old.so fold-new.so --format json >fold.json || status=$?
	[[ $status -eq 1 ]] && jq -e '[.. | objects | select(.rule? == "type-changed") | tostring] |
		length == 1 and (.[0] | contains("folded"))' fold.json
}

# folding NAME COMMAND...
folding() {
	local name=$1
	shift
	if ! "$@" -g -O2 -fPIC -shared fold.c -o fold-old.so >/dev/null 2>&1 ||
		! "$@" -g -O2 -fPIC -shared -DCHANGED fold.c -o fold-new.so; then
		skip "functions folded by $name: it is not installed"
		return
	fi
	check "a changed type behind a function that $name folded is reported" reported
	have abidiff && check "abidiff does not see it" abidiff fold-old.so fold-new.so
}

folding "GCC" gcc
folding "lld" clang -ffunction-sections -fuse-ld=lld -Wl,--icf=all

# ---- each with itself ----

mapfile -t folders < <(realpath -qe /lib /usr/lib /usr/local/lib | sort -u)
elf_files "${folders[@]}" | grep '/lib[^/]*\.so[^/]*$' | sample 400 >libraries
check "there are 300 libraries on this machine" test "$(wc -l <libraries)" -ge 300
# shellcheck disable=SC2016
xargs -d '\n' -n 1 -P "$(nproc)" bash -c 'clean "$1" "$1"' - <libraries >trouble
check "none of $(wc -l <libraries) libraries differs from itself" test ! -s trouble
head -n 10 trouble

# ---- pairs of two releases ----

if [[ ! $corpus ]]; then
	skip "pairs of two releases: no folder was given"
	finish
fi
"$here/abi_corpus.sh" "$corpus" || exit 3

# libraries FOLDER: a line `SONAME FILE` for each, sorted
libraries() {
	local file name
	elf_files "$1" | grep '/lib.*\.so' | while IFS= read -r file; do
		name=$(readelf -W -d "$file" 2>/dev/null | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p')
		[[ ! $name ]] || printf '%s %s\n' "$name" "$file"
	done | sort -s -u -k 1,1
}

# symbols_file SUITE/PACKAGE SONAME
symbols_file() {
	local file=$corpus/$1/control/symbols
	[[ -e $file ]] && grep -q "^$2 " "$file" && echo "$file"
}

# pair FOLDER OLD NEW SONAME [OLD-SYMBOLS NEW-SYMBOLS]: all answers into the folder; prints what went
# wrong
pair() {
	cd "$1" || return
	readelf_says "$2" "$3" >readelf || echo "$1: readelf fails"
	ours "$2" "$3" >ours 2>log || echo "$1: abiaudit fails: $(head -n 2 log)"
	if have abidiff; then
		theirs "$2" "$3" >abidiff 2>log || echo "$1: abidiff fails: $(cat abidiff.err log | head -n 2)"
	fi
	if [[ ${5-} ]]; then
		perl "$here/abi_truth.pl" dpkg "$4" "$5" "$6" >dpkg || echo "$1: symbols files"
	fi
	# A baseline is as good as the file that it was made of.
	"$ABIAUDIT" baseline --private --no-fingerprints -o old.baseline "$2" || echo "$1: no baseline"
	clean old.baseline "$2"
	findings "$2" "$3" >findings
	findings old.baseline "$3" >findings.baseline
	cmp -s findings findings.baseline ||
		echo "$1: other findings from its baseline: $(diff findings findings.baseline | head -n 4)"
}
export -f pair

for package in "$corpus"/bookworm/*; do
	package=${package##*/}
	libraries "$corpus/bookworm/$package" >libraries.old
	libraries "$corpus/trixie/$package" >libraries.new
	read -r _ old_version <"$corpus/bookworm/$package/version"
	read -r _ new_version <"$corpus/trixie/$package/version"
	while read -r name old new; do
		folder=$dir/pairs/$package:$name
		mkdir "$folder"
		echo "$package:$name $old_version $new_version" >"$folder/about"
		old_symbols=$(symbols_file "bookworm/$package" "$name") &&
			new_symbols=$(symbols_file "trixie/$package" "$name") || old_symbols='' new_symbols=''
		printf '%s\0' "$folder" "$old" "$new" "$name" "$old_symbols" "$new_symbols"
	done < <(join libraries.old libraries.new)
done >todo
# shellcheck disable=SC2016
xargs -0 -n 6 -P "$(nproc)" bash -c 'pair "$@"' - <todo >trouble
check "all pairs were compared, and each library with its baseline" test ! -s trouble
head -n 20 trouble
check "30 pairs or more have changes that dpkg's symbols files tell" \
	test "$(find pairs -name dpkg -size +0 | wc -l)" -ge 30
status=0
perl "$here/abi_compare.pl" pairs "$here/abi_opinions.txt" >table || status=$?
cat table
check "whatever differs has a reason, and each reason is needed" test $status -eq 0
finish
