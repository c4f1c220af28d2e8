#!/bin/bash
# SPDX-License-Identifier: MIT
# abiaudit diff: what breaks between two builds, what does not, and ledgers of accepted changes.
#
#   diff_test.sh
#
# From the environment: ABIAUDIT (the tool), CC (gcc).

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${ABIAUDIT:?}"
ABIAUDIT=$(realpath "$ABIAUDIT")
CC=${CC:-gcc}
cd "$dir" || exit 1
unset SOURCE_DATE_EPOCH

# status WANT COMMAND...
status() {
	local want=$1 got
	shift
	"$@" >out 2>err
	got=$?
	cat out err
	[[ $got -eq $want ]]
}

says() { grep -qF -- "$1" out; }

cat >old.syms <<'END'
FOO_1.0 { global: foo_open; foo_table; foo_read; local: *; };
FOO_1.1 { global: foo_close; } FOO_1.0;
FOO_PRIVATE_aaaa { global: foo_queue; } FOO_1.1;
END
cat >old.c <<'END'
struct foo { int width; long height; };
enum mode { READ, WRITE };
int foo_table[4] = {1};
int foo_open(struct foo *foo, enum mode mode) { return foo->width + (int)mode; }
void foo_close(struct foo *foo) { foo->height = 0; }
long foo_read(void *to) { return to != 0; }
int foo_queue(int a) { return a; }
END
cp old.syms new.syms
cp old.c new.c

# edit FILE SED...: the file, anew from the old one
edit() {
	local file=$1
	shift
	sed "$@" "old.${file##*.}" >"$file"
}

# build NAME [FLAG...]
build() {
	local name=$1
	shift
	"$CC" -fPIC -shared -o "$name.so" "$name.c" -Wl,-soname,libfoo.so.1 \
		-Wl,--version-script="$name.syms" "$@"
}
build old -g || exit 1
"$ABIAUDIT" baseline --types -o old.abi old.so || exit 1

# changed SENTENCE STATUS RULE TEXT: the new file against the baseline, and against the old file
changed() {
	local sentence=$1 want=$2 rule=$3 text=$4

	build new -g || {
		not_ok "$sentence: it is not built"
		return
	}
	check "$sentence" status "$want" "$ABIAUDIT" diff -v old.abi new.so
	check "... which is $rule" says "$rule"
	check "... and says: $text" says "$text"
	check "... and against the old file too" status "$want" "$ABIAUDIT" diff -v old.so new.so
	check "... says: $text" says "$text"
	edit new.c ''
	edit new.syms ''
}

# ---- what is no change ----

check "a file has not changed against its baseline" status 0 "$ABIAUDIT" diff old.abi old.so
check "nor against itself" status 0 "$ABIAUDIT" diff -v old.so old.so
check "a baseline has not changed against itself" status 0 "$ABIAUDIT" diff old.abi old.abi
tac old.c >new.c
tac old.c | grep -v '^struct\|^enum' | cat <(grep '^struct\|^enum' old.c) - >new.c
sed -i 's/int a)/int renamed)/; s/return a;/return renamed;/' new.c
edit new.syms 's/foo_open; foo_table; foo_read;/foo_read; foo_table; foo_open;/'
build new -g -O2
check "order, names of parameters and optimisation are none" \
	status 0 "$ABIAUDIT" diff --error-on note old.abi new.so
edit new.c ''
edit new.syms 's/aaaa/bbbb/'
build new -g
check "nor is a new tag" status 0 "$ABIAUDIT" diff --error-on note old.so new.so
edit new.syms ''

# ---- what breaks ----

edit new.c 's/^long foo_read/static long foo_read/'
changed "a symbol that is gone breaks" 1 symbol-removed \
	"foo_read@FOO_1.0 was released and is not exported any more"
edit new.syms -e 's/foo_close; }/foo_close; foo_read; }/' -e 's/ foo_read; local/ local/'
changed "a symbol that moves to another node breaks" 1 symbol-moved \
	"foo_read@FOO_1.0 was released, and foo_read is in FOO_1.1 alone now"
edit new.syms 's/FOO_1.1/FOO_1.2/'
changed "a node that gets another name breaks" 1 node-renamed \
	"node FOO_1.1 was released, and its 1 symbol is in the new node FOO_1.2 now"
edit new.syms -e '/FOO_1.1 {/d' -e 's/FOO_1.1/FOO_1.0/'
changed "a node that is gone breaks" 1 node-removed \
	"node FOO_1.1 was released with 1 symbol, and is not there any more"
edit new.c '$a int foo_new(void) { return 1; }'
edit new.syms 's/foo_close; }/foo_close; foo_new; }/'
changed "a new symbol in a released node breaks" 1 added-to-released \
	"foo_new@FOO_1.1 is new, and node FOO_1.1 was released without it"
edit new.c 's/foo_table\[4\]/foo_table[8]/'
changed "a variable of another size breaks" 1 symbol-size-changed \
	"foo_table@FOO_1.0 has 32 bytes, and was released with 16"
edit new.c 's/^long foo_read.*/long foo_read = 1;/'
changed "a function that becomes a variable breaks" 1 symbol-type-changed \
	"foo_read@FOO_1.0 is a variable, and was released as a function"
edit new.c 's/long height/int depth; long height/'
changed "a member that is added breaks" 1 type-changed "struct foo"
edit new.c 's/READ, WRITE/WRITE, READ/'
changed "values that change places break" 1 type-changed "enum mode"
edit new.c 's/foo_read(void \*to)/foo_read(void *to, int flags)/'
changed "a parameter that is added breaks" 1 type-changed \
	"foo_read@FOO_1.0 does not have the type that was released"
build old -g -Wl,-soname,libfoo.so.2
mv old.so other.so
build old -g
check "another soname breaks" status 1 "$ABIAUDIT" diff old.abi other.so
check "which is said" says "the soname is 'libfoo.so.2', and 'libfoo.so.1' was released"

# ---- what does not ----

edit new.c '$a int foo_new(void) { return 1; }'
edit new.syms '$a FOO_1.2 { global: foo_new; } FOO_1.1;'
changed "a new symbol in a new node is a note" 0 symbol-added "foo_new@FOO_1.2 is new"
edit new.c '$a int foo_new(void) { return 1; }'
edit new.syms '$a FOO_1.2 { global: foo_new; } FOO_1.1;'
build new -g
check "that --error-on turns into an error" \
	status 1 "$ABIAUDIT" diff --error-on symbol-added old.abi new.so
edit new.syms ''
edit new.c 's/foo_queue(int a)/foo_queue(long a)/; s/return a;/return (int)a;/'
build new -g
check "a private symbol may change its type" status 0 "$ABIAUDIT" diff -v old.so new.so
check "which is a note" says "private node FOO_PRIVATE: 0 new, 0 gone, 1 changed"
check "and against a public baseline nothing" status 0 "$ABIAUDIT" diff -v old.abi new.so
check_not "at all" says FOO_PRIVATE
edit new.c 's/^long foo_read/__attribute__((weak)) long foo_read/'
changed "another binding is a warning" 0 symbol-binding-changed \
	"foo_read@FOO_1.0 is weak, and was released as global"
edit new.c 's/^long foo_read/__attribute__((weak)) long foo_read/'
build new -g
check "that --error-on turns into an error" \
	status 1 "$ABIAUDIT" diff --error-on symbol-binding-changed old.abi new.so
edit new.c ''
build new
check "types that cannot be read any more are a warning" status 0 "$ABIAUDIT" diff old.abi new.so
check "with the reason, once" \
	[ "$(grep -c 'the types of 4 symbols cannot be compared' out)" = 1 ]
check "without --no-fingerprints" status 0 "$ABIAUDIT" diff --no-fingerprints old.abi new.so
check_not "which compares symbols alone" says types-missing
build new -g
"$ABIAUDIT" baseline new.so | sed 's/^\.machine .*/.machine vax/; s/data 16/data 8/' >vax.abi
check "another machine is a warning" status 0 "$ABIAUDIT" diff vax.abi new.so
check "and sizes are not compared then" says "was released for vax"

# ---- the default version ----

cat >versions.c <<'END'
int one(void) { return 1; }
int two(void) { return 2; }
__asm__(".symver one,foo@" DEFAULT_1 "FOO_1.0");
#ifdef DEFAULT_2
__asm__(".symver two,foo@" DEFAULT_2 "FOO_2.0");
#endif
END
echo 'FOO_1.0 { global: foo; local: *; }; FOO_2.0 { global: bar; } FOO_1.0;' >versions.syms
# version NAME FLAG...
version() {
	local name=$1
	shift
	"$CC" -fPIC -shared -o "$name.so" versions.c -Wl,--version-script=versions.syms "$@" 2>log
}
version v1 -DDEFAULT_1='"@"'
version v2 -DDEFAULT_1='""' -DDEFAULT_2='"@"'
version v3 -DDEFAULT_1='"@"' -DDEFAULT_2='""'
"$ABIAUDIT" baseline --no-fingerprints v1.so | grep -v FOO_2.0 >v1.abi
check "a default version may move to a new node" status 0 "$ABIAUDIT" diff -v v1.abi v2.so
check "which is said" says "foo@FOO_1.0 was the default version, and stays"
check "and may not move back" status 1 "$ABIAUDIT" diff --no-fingerprints v2.so v3.so
check "which is default-moved" says default-moved

# An assembler file that leaves out .size, or .type as well.
sized() {
	printf '.data\n.globl sized_table\n%bsized_table: .long 1, 2\n.section .note.GNU-stack,"",%%progbits\n' "$2" >sized.s
	"$CC" -shared -nostdlib -o "$1" sized.s
}
sized sized_old.so '.type sized_table,%object\n.size sized_table,8\n'
sized sized_none.so '.type sized_table,%object\n'
sized sized_plain.so ''
"$ABIAUDIT" baseline -o sized.abi sized_old.so 2>/dev/null
for new in none plain; do
	check "a variable that has no size any more is an error ($new)" status 1 "$ABIAUDIT" diff sized.abi sized_$new.so
	check "which is said ($new)" says "sized_table has no size in the file, and was released with 8 bytes"
done
check "a size that was not known before is none" status 0 "$ABIAUDIT" diff sized_none.so sized_old.so
"$ABIAUDIT" baseline -o sized_none.abi sized_none.so 2>/dev/null
check "nor is one that a file of text does not know" status 0 "$ABIAUDIT" diff sized.abi sized_none.abi

# ---- ledgers ----

edit new.c -e 's/^long foo_read/static long foo_read/' -e 's/long height/int depth; long height/'
build new -g
check "two breaks fail" status 1 "$ABIAUDIT" diff old.abi new.so
cat >old.abi.accepted <<'END'
# What is meant.
symbol-removed foo_read@FOO_1.0 commit=0123abc: it never worked
type-changed "struct foo" until=2030-06-30: nobody has it
END
check "a ledger beside the baseline accepts them" status 0 "$ABIAUDIT" diff -v old.abi new.so
check "with the reason" says "it never worked"
check "until the last day" env SOURCE_DATE_EPOCH=1909094399 "$ABIAUDIT" diff old.abi new.so
check "and not on the day after" \
	status 1 env SOURCE_DATE_EPOCH=1909094400 "$ABIAUDIT" diff old.abi new.so
check "which is told" says "was accepted until 2030-06-30, and today is 2030-07-01"
sed 's/until=2030-06-30/until=2001-06-30/' old.abi.accepted >past.accepted
check "a time that is no number does not bring back what is over" \
	status 1 env SOURCE_DATE_EPOCH=soon "$ABIAUDIT" diff --accepted past.accepted old.abi new.so
mv old.abi.accepted other.accepted
check "a ledger of another name is not looked at" status 1 "$ABIAUDIT" diff old.abi new.so
check "unless --accepted names it" \
	status 0 "$ABIAUDIT" diff --accepted other.accepted old.abi new.so
check "an entry without a finding is told" \
	status 0 "$ABIAUDIT" diff --accepted other.accepted old.abi old.so
check "as a warning" says accepted-unused
check "a ledger that is not there is an error" \
	status 3 "$ABIAUDIT" diff --accepted missing old.abi new.so
printf 'symbol-removed foo_read@FOO_1.0\nsymbol-gone a: b\n' >bad.accepted
check "a ledger with errors fails" \
	status 1 "$ABIAUDIT" diff --accepted bad.accepted old.abi old.so
check "at their places" says "bad.accepted:1"
check "all of them" says "bad.accepted:2"
"$ABIAUDIT" diff old.abi new.so | sed -n 's/^ *\(.*\): SAY WHY$/\1: it is meant/p' >offered
check "what the report offers is a ledger" \
	status 0 "$ABIAUDIT" diff --accepted offered old.abi new.so
"$ABIAUDIT" diff old.abi new.so | sed -n 's/^ *\(.*: SAY WHY\)$/\1/p' >offered
check "but for the reasons" status 1 "$ABIAUDIT" diff --accepted offered old.abi new.so

# ---- fingerprints alone ----

"$ABIAUDIT" baseline -o prints.abi old.so
check "without types a change is seen as well" status 1 "$ABIAUDIT" diff prints.abi new.so
check "symbol by symbol" says "foo_open@FOO_1.0"
check "and the report says how to see more" says "abiaudit baseline --types"

# ---- errors ----

check "two files are needed" status 2 "$ABIAUDIT" diff old.abi
check "a file that is not there is an error" status 3 "$ABIAUDIT" diff missing.abi old.so
check "headers that are not there do not make all types opaque" \
	status 3 "$ABIAUDIT" diff -H missing old.so old.so
check "nor is a folder of debug information passed over" \
	status 3 "$ABIAUDIT" diff --debug missing old.so old.so
printf '.abilock-baseline 1\nA f func\n' >bad.abi
check "so is a baseline with an error" status 3 "$ABIAUDIT" diff bad.abi old.so
check "which has a place" grep -qF "bad.abi:2:1: node 'A' has no line '.node A' above" err

finish
