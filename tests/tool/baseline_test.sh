#!/bin/bash
# SPDX-License-Identifier: MIT
# abiaudit baseline: what is written, and what is said about what could not be.
#
#   baseline_test.sh
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

# status WANT COMMAND...: that exit status, and nothing on the standard output
status() {
	local want=$1 got
	shift
	"$@" >out 2>err
	got=$?
	cat err
	[[ $got -eq $want && ! -s out ]]
}

says() { grep -qF -- "$1" err; }

cat >foo.syms <<'END'
LIBFOO_1.0 {
  global:
    foo_open; foo_size; foo_old;
    foo_table; # data
    foo_state; # tls
  local: *;
};
LIBFOO_1.2 { foo_close; foo_old; } LIBFOO_1.0;
LIBFOO_PRIVATE_0123abcd { foo_queue; abilock_marker_LIBFOO_PRIVATE_0123abcd; } LIBFOO_1.2;
END
mkdir include
cat >include/foo.h <<'END'
struct hidden;
struct foo { int n; struct foo *next; struct hidden *hidden; };
int foo_open(const char *name, struct foo *foo);
END
cat >foo.c <<'END'
#include "include/foo.h"
struct hidden { int a; };
int foo_table[16] = {1};
_Thread_local int foo_state;
const char abilock_marker_LIBFOO_PRIVATE_0123abcd = 1;
int foo_open(const char *name, struct foo *foo) { return name && foo->hidden->a; }
__attribute__((weak)) unsigned long foo_size(void) { return 1; }
void foo_close(struct foo *foo) { foo->n = 0; }
int foo_queue(void) { return 2; }
__attribute__((symver("foo_old@LIBFOO_1.0"))) int foo_old_1(void) { return 1; }
__attribute__((symver("foo_old@@LIBFOO_1.2"))) int foo_old_2(long a) { return (int)a; }
END
if ! "$CC" -x c -c -o /dev/null - <<<'__attribute__((symver("a@B"))) int b(void) { return 1; }' \
	2>symver || grep -q symver symver; then
	# Compilers without the attribute have the directive.
	sed -i 's/^__attribute__((symver("\([^"]*\)"))) \(int \(foo_old_[12]\).*\)/__asm__(".symver \3,\1");\n\2/' foo.c
fi

# build NAME [FLAG...]
build() {
	local name=$1
	shift
	"$CC" -fPIC "$@" -c -o "$name.o" foo.c &&
		"$CC" -shared -o "$name.so" "$name.o" -Wl,-soname,libfoo.so.1 \
			-Wl,--version-script=foo.syms
}
build foo -g && build bare || exit 1

# ---- symbols ----

cat >want <<'END'
.abilock-baseline 1
.soname libfoo.so.1
.machine MACHINE
.node LIBFOO_1.0
.node LIBFOO_1.2 LIBFOO_1.0
LIBFOO_1.0 foo_old func - PRINT compat
LIBFOO_1.0 foo_open func - PRINT
LIBFOO_1.0 foo_size func - PRINT weak
LIBFOO_1.0 foo_state tls 4 PRINT
LIBFOO_1.0 foo_table data 64 PRINT
LIBFOO_1.2 foo_close func - PRINT
LIBFOO_1.2 foo_old func - PRINT
END
# without_numbers FILE: machines and fingerprints are those of the day
without_numbers() { sed 's/^\.machine .*/.machine MACHINE/; s/ [0-9a-f]\{16\}\b/ PRINT/' "$1"; }

check "a baseline is written" "$ABIAUDIT" baseline -o foo.abi foo.so
without_numbers foo.abi >got
same "it has one line a symbol, sorted, and public nodes alone" want got
"$ABIAUDIT" baseline foo.abi >again
same "a baseline that is read is written as it was" foo.abi again
touch -d @1000000000 foo.abi
check "writing the same once more succeeds" "$ABIAUDIT" baseline -o foo.abi foo.so
check "and leaves the file alone" [ "$(stat -c %Y foo.abi)" = 1000000000 ]
"$ABIAUDIT" baseline --private foo.so | diff foo.abi - | grep '^[<>]' | without_numbers - >got
cat >want <<'END'
> .node LIBFOO_PRIVATE LIBFOO_1.2
> LIBFOO_PRIVATE foo_queue func - PRINT
END
same "--private adds private nodes, without their tags and markers" want got

# ---- fingerprints ----

check "a file without debug information has a baseline" "$ABIAUDIT" baseline -o bare.abi bare.so
"$ABIAUDIT" baseline bare.so >got 2>err
check "one line says that it has no fingerprints" [ "$(wc -l <err)" = 1 ]
check "and why" says "the baseline has no fingerprints, and changes of types will not be seen"
check "the file says it as well" grep -q '^# .*no fingerprints' bare.abi
check_not "and has none" grep -qE ' [0-9a-f]{16}' bare.abi
"$ABIAUDIT" baseline --no-fingerprints foo.so >got 2>err
same "--no-fingerprints gives the same" bare.abi got
check_not "and says nothing" [ -s err ]

if have objcopy; then
	mkdir -p debug/.build-id
	id=$(readelf -n foo.so 2>/dev/null | sed -n 's/.*Build ID: //p')
	if [[ -z $id ]]; then
		"$CC" -shared -Wl,--build-id -o foo.so foo.o -Wl,-soname,libfoo.so.1 \
			-Wl,--version-script=foo.syms
		id=$(readelf -n foo.so 2>/dev/null | sed -n 's/.*Build ID: //p')
	fi
	mkdir -p "debug/.build-id/${id:0:2}"
	objcopy --only-keep-debug foo.so "debug/.build-id/${id:0:2}/${id:2}.debug"
	objcopy --strip-debug foo.so split.so
	"$ABIAUDIT" baseline --debug debug split.so >got 2>err
	same "--debug names a folder with the debug information" foo.abi got
	check_not "and nothing is missing then" [ -s err ]
else
	skip "split debug information: there is no objcopy"
fi

cat >asm.s <<'END'
	.globl	from_asm
	.type	from_asm, %function
from_asm:
	.size	from_asm, .-from_asm
	.section .note.GNU-stack,"",%progbits
END
echo 'int from_c(void) { return 1; }' >mixed.c
if "$CC" -c -o asm.o asm.s && "$CC" -g -fPIC -shared -o mixed.so mixed.c asm.o; then
	"$ABIAUDIT" baseline mixed.so >got 2>err
	check "what is missing in some symbols is told with its reason" \
		grep -q 'warning: mixed.so: no fingerprint for 1 symbol: .* (from_asm)$' err
	check "and the others have fingerprints" grep -qE -e '^- from_c func - [0-9a-f]{16}$' got
	check "the symbol has none" grep -qx -e '- from_asm func' got
fi

# ---- types ----

"$ABIAUDIT" baseline --types foo.so >types.abi
check "--types writes the type of a symbol" grep -qxF \
	'.type LIBFOO_1.0 foo_open int (const char *, struct foo *)' types.abi
check "and the types that it reaches" grep -q '^\.struct foo ' types.abi
check "with their members" grep -qE $'^\\.\t[0-9]+ next struct foo \\*$' types.abi
"$ABIAUDIT" baseline types.abi >got
same "a baseline with types can be written without them" foo.abi got
cp types.abi over.abi
check "and over itself" "$ABIAUDIT" baseline -o over.abi over.abi
same "which drops them" foo.abi over.abi
"$ABIAUDIT" baseline --types -H include foo.so >got
check "with --public-headers a type that no header defines is opaque" grep -q '^\.struct foo ' got
check_not "and is not there" grep -q '^\.struct hidden ' got
check "which the baseline remembers" grep -qx '\.public-headers' got
cp got headers.abi
check "it is compared with what is read so" "$ABIAUDIT" diff -H include headers.abi foo.so
check "and not with anything else" status 2 "$ABIAUDIT" diff headers.abi foo.so
check "with a word about the option" says 'foo.so: types were read without --public-headers here'
check "nor the other way round" status 2 "$ABIAUDIT" diff -H include foo.abi foo.so
sed 's/LIBFOO_1.0 foo_open func - ................/LIBFOO_1.0 foo_open func - 0123456789abcdef/' \
	types.abi >edited.abi
check "a fingerprint that does not belong to its type is refused" \
	status 3 "$ABIAUDIT" baseline edited.abi
check "with file and line" says 'edited.abi:7: '

# What is a definition for one symbol is one for all: a fingerprint does not depend on what else is
# asked for.
cat >two.h <<'END'
struct part;
struct whole { struct part *part; };
END
printf '#include "two.h"\nint open_whole(struct whole *whole) { return whole->part != 0; }\n' >one.c
printf '#include "two.h"\nstruct part { int n; };\nint part(struct part *part) { return part->n; }\n' \
	>two.c
echo 'A { global: open_whole; local: *; }; A_PRIVATE_1 { global: part; } A;' >two.syms
"$CC" -g -fPIC -shared -o two.so one.c two.c -Wl,--version-script=two.syms
"$ABIAUDIT" baseline two.so | grep open_whole >want
"$ABIAUDIT" baseline --private two.so | grep open_whole >got
same "private symbols do not change the fingerprints of public ones" want got
"$ABIAUDIT" baseline --types -o two.abi two.so
check "nor are they a change" "$ABIAUDIT" diff two.abi two.so

# ---- objects ----

cat >decl.syms <<'END'
LIBFOO_1.0 {
  foo_open; foo_size;
  foo_table; # data
  foo_gone; # if=WITH_GONE
  local: *; };
LIBFOO_PRIVATE { foo_queue; } LIBFOO_1.0;
END
"$ABIAUDIT" baseline -d decl.syms foo.o >got
grep -e 'foo_open\|foo_size' foo.abi | sed 's/ weak//' >want
grep -e 'foo_open\|foo_size' got >some
same "with --declaration fingerprints are those of the objects" want some
check "data have no size there" grep -qE '^LIBFOO_1.0 foo_table data - [0-9a-f]{16}$' got
check_not "private nodes are left out" grep -q foo_queue got
check_not "and what is not for this build" grep -q foo_gone got
"$ABIAUDIT" baseline -d decl.syms -D WITH_GONE --private foo.o >got 2>err
check "--define and --private add them" grep -q foo_queue got
check "a symbol that no object has is told" says foo_gone
echo 'A { foo_*; };' >pattern.syms
check "a pattern cannot be resolved from objects" status 3 "$ABIAUDIT" baseline -d pattern.syms foo.o
check "which is said with its place" says 'pattern.syms:1:5: '

# ---- programs ----

cat >main.c <<'END'
extern int foo_table[16];
int main(void) { return foo_table[0]; }
int main_export(void) { return 1; }
END
if "$CC" -g -no-pie -fno-pic -rdynamic -o main main.c ./foo.so 2>/dev/null; then
	"$ABIAUDIT" baseline main >got
	check "a program has a baseline" grep -q -e '^- main_export func' got
	check_not "without its copies of the variables of libraries" grep -q foo_table got
	check_not "and without what linkers define" grep -qE -e '^- (_edata|_end|_init|_fini|_start|data_start) ' got
fi

# ---- errors ----

check "several files need --declaration" status 2 "$ABIAUDIT" baseline foo.so bare.so
check "a file is needed" status 2 "$ABIAUDIT" baseline
check "--define needs --declaration" status 2 "$ABIAUDIT" baseline -D X foo.so
check "--types needs fingerprints" status 2 "$ABIAUDIT" baseline --types --no-fingerprints foo.so
check "the output is not the input" status 2 "$ABIAUDIT" baseline -o foo.so foo.so
cp decl.syms keep.syms
check "nor is it the declaration" status 2 "$ABIAUDIT" baseline -d decl.syms -o ./decl.syms foo.o
check "which stays as it is" cmp decl.syms keep.syms
check "headers that are not there are an error" status 3 "$ABIAUDIT" baseline -H missing foo.so
check "which is said" says "missing: No such file or directory"
check "and so is a file instead of a folder" status 3 "$ABIAUDIT" baseline --debug foo.so foo.so
check "a file that is not there is an error" status 3 "$ABIAUDIT" baseline missing.so
check "text that is no baseline is an error" status 3 "$ABIAUDIT" baseline foo.c
printf '.abilock-baseline 1\n.node A\nA f function\n' >bad.abi
check "a baseline with an error is refused" status 3 "$ABIAUDIT" baseline -o keep.abi bad.abi
check "with place and what was expected" \
	says "bad.abi:3:1: expected func, data, tls, ifunc or notype, found 'function'"
check_not "and nothing is written" [ -e keep.abi ]
printf '.abilock-baseline 1\n.node A\nA foo data' >cut.abi
check "a baseline that was cut off is refused" status 3 "$ABIAUDIT" baseline cut.abi
check "with its last line" says "cut.abi:3:1: the last line has no newline"
{ yes '# A licence.' | head -n 1000 && cat foo.abi; } >long.abi
check "a baseline below a long licence is one" "$ABIAUDIT" diff long.abi foo.abi
printf '\xef\xbb\xbf' | cat - foo.abi >mark.abi
check "and one behind a byte order mark" "$ABIAUDIT" diff mark.abi foo.abi
printf '.abilock-baseline 2\n' >new.abi
check "a baseline of a later form is refused" status 3 "$ABIAUDIT" baseline new.abi
check "which is said" says "knows form '1' alone"

finish
