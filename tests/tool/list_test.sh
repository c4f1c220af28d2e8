#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit list` as a whole: the same bytes as readelf on the system's own libraries, each view in
# each format, facts, names from the standard input, errors and exit codes. From the environment:
# ABIAUDIT, EDIT_ELF (paths of the tools), CC.
: "${ABIAUDIT:?path of abiaudit}" "${EDIT_ELF:?}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
EDIT_ELF=$(realpath "$EDIT_ELF") || exit 1
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1

is_elf() {
	local magic
	IFS= read -r -N 4 magic 2>/dev/null <"$1" && [[ $magic == $'\x7fELF' ]]
}

# run STATUS ARGUMENT...: run the tool into out and err, and compare its exit status
run() {
	local want=$1 got
	shift
	"$ABIAUDIT" "$@" >out 2>err </dev/null
	got=$?
	[[ $got -eq $want ]] || { echo "status $got, not $want: $*" && cat err && false; }
}

# text SENTENCE FILE TEXT: FILE is that text
text() {
	printf '%s\n' "$3" >want
	same "$1" "$2" want
}

only_exports() {
	awk '!/^ *[0-9]+: / ||
		($4 ~ /^(NOTYPE|OBJECT|FUNC|COMMON|TLS|IFUNC)$/ && $5 != "LOCAL" &&
		 $6 != "HIDDEN" && $6 != "INTERNAL" && $7 != "UND")'
}

# ---- the system's libraries ----

mapfile -t libraries < <(
	find /lib/ /usr/lib/ /usr/bin/ -maxdepth 3 -type f \( -name '*.so*' -o -perm -u+x \) |
		sort -u | while IFS= read -r file; do is_elf "$file" && echo "$file"; done | head -n 600
)
readelf -W --dyn-syms "${libraries[@]}" 2>/dev/null >want.all
"$ABIAUDIT" list --all "${libraries[@]}" 2>err >got.all
same "the whole tables of ${#libraries[@]} files are those of readelf" got.all want.all
only_exports <want.all >want.exports
"$ABIAUDIT" list --exports "${libraries[@]}" >got.exports 2>err
same "their exports are the exported rows of readelf" got.exports want.exports
readelf -W -V "${libraries[@]}" >want.versions 2>/dev/null
"$ABIAUDIT" list --versions "${libraries[@]}" >got.versions 2>>err
same "their version tables are those of readelf" got.versions want.versions
"$ABIAUDIT" list --all -j 3 "${libraries[@]}" 2>>err >got.threads
same "three threads give the same as one" got.threads want.all
check "there was something to compare" test "$(wc -l <got.exports)" -gt 1000
check "no file of the system is called damaged" test ! -s err

# ---- a library of our own ----

cat >fix.map <<'END'
FIX_1 { global: first; table; old; local: *; };
FIX_PRIVATE_abc { global: second; slot; old; } FIX_1;
END
cat >fix.c <<'END'
#include <stdio.h>
int table[4] = { 1 };
__thread int slot;
int first(void) { return puts("first"); }
int second(void) { return slot; }
int old_1(void) { return 1; }
int old_2(void) { return 2; }
__asm__(".symver old_1,old@FIX_1\n.symver old_2,old@@FIX_PRIVATE_abc");
END
if ! "${CC:-cc}" -shared -fPIC -o libfix.so fix.c -Wl,--version-script=fix.map \
	-Wl,-soname,libfix.so.1 -Wl,--build-id=0x00ff10; then
	not_ok "the library of the test was linked"
	finish
fi

run 0 list --exports libfix.so
awk 'NR > 3 { print $8 }' out | sort >names
text "the last column is name@NODE or name@@NODE" names "FIX_1
FIX_PRIVATE_abc
first@@FIX_1
old@@FIX_PRIVATE_abc
old@FIX_1
second@@FIX_PRIVATE_abc
slot@@FIX_PRIVATE_abc
table@@FIX_1"
cp out whole
"$ABIAUDIT" list --versions libfix.so >versions
cp libfix.so nosections.so
has64=$([[ $(getconf LONG_BIT) == 64 ]] && echo yes || echo no)
if [[ $has64 == yes ]]; then
	"$EDIT_ELF" no-sections nosections.so
	run 0 list --exports nosections.so
	same "a file without section headers gives the same rows" out whole
	run 0 list --versions nosections.so
	sed 's/Link: 0 /Link: N /' out >got
	sed 's/Link: [0-9]* /Link: N /' versions >want
	same "and the same version tables" got want
fi

readelf -W --dyn-syms libfix.so nosections.so 2>/dev/null | grep '^File: ' >want
run 0 list --exports libfix.so nosections.so
grep '^File: ' out >got
same "several files are told apart as readelf does" got want

# ---- names from the standard input ----

printf 'libfix.so\n' | "$ABIAUDIT" list -e >got 2>err
same "a name can come from the standard input" got whole
printf 'libfix.so\0' | "$ABIAUDIT" list -e -0 - >got 2>err
same "a name from the standard input can end in NUL" got whole

# ---- JSON ----

if have jq; then
	check "JSON is listed" run 0 list --format json libfix.so
	cp out one.json
	jq -r '.format_version, (.files[] | .file, .soname, .class, .build_id, .note)' \
		one.json >got
	text "JSON says what the file is" got "1
libfix.so
libfix.so.1
$(getconf LONG_BIT)
00ff10
null"
	jq -c '.files[].nodes[] | [.name, .index, .flags, .parents, .private]' one.json >got
	text "JSON has the nodes" got '["FIX_1",2,[],[],false]
["FIX_PRIVATE_abc",3,[],["FIX_1"],true]'
	jq -c '.files[].symbols[] | select(.name != .node) |
		[.name, .node, .default, .type, .bind, .visibility]' one.json | sort >got
	text "JSON has the symbols" got '["first","FIX_1",true,"FUNC","GLOBAL","DEFAULT"]
["old","FIX_1",false,"FUNC","GLOBAL","DEFAULT"]
["old","FIX_PRIVATE_abc",true,"FUNC","GLOBAL","DEFAULT"]
["second","FIX_PRIVATE_abc",true,"FUNC","GLOBAL","DEFAULT"]
["slot","FIX_PRIVATE_abc",true,"TLS","GLOBAL","DEFAULT"]
["table","FIX_1",true,"OBJECT","GLOBAL","DEFAULT"]'
	jq -r '.files[].symbols[].index' one.json >got
	awk 'NR > 3 { sub(":", "", $1); print $1 }' whole >want
	same "JSON and text have the same rows" got want
	run 0 list --format json --versions libfix.so
	jq -c '.files[].versions | .source, (.symbols | length), (.definitions[] | [.name, .index, .flags,
		[.parents[].name]])' out >got
	text "JSON has the version tables" got "\"section headers\"
$(readelf -W -V libfix.so | sed -n "s/^Version symbols.*contains \([0-9]*\) .*/\1/p")
[\"libfix.so.1\",1,1,[]]
[\"FIX_1\",2,0,[]]
[\"FIX_PRIVATE_abc\",3,0,[\"FIX_1\"]]"
	check "and of the parts only what was asked for, and facts" test "$(jq -c '.files[] |
		[has("symbols"), has("nodes"), has("needs"), has("facts")]' out)" = '[false,false,false,true]'
	"$ABIAUDIT" list --all --format json "${libraries[@]:0:50}" >many.json 2>err
	check "JSON of many files is one document" test "$(jq '.files | length' many.json)" = 50
	sed 's/first\x00/fir\xc3t\x00/g' libfix.so >odd.so
	run 0 list --format json odd.so
	jq -r '.files[].symbols[].name' out | grep '^fir' >got
	text "JSON stays valid where a name is not UTF-8" got $'fir\xef\xbf\xbdt'
else
	skip "JSON: jq is not installed"
fi

# ---- views ----

# What is aligned by the names in a file reads the same with one blank.
squeeze() { sed -E 's/ +/ /g; s/ $//' "$1"; }

run 0 list --nodes libfix.so
squeeze out >got
text "--nodes has the definitions with flags, symbols and parents" got '
Version nodes:
 Index Node Flags Symbols Parents
 1 libfix.so.1 BASE - -
 2 FIX_1 - 3 -
 3 FIX_PRIVATE_abc private 3 FIX_1'

cat >user.c <<'END'
extern int table[], maybe(void) __attribute__((weak)), nobody(void);
int first(void);
int second(void);
int use(void) { return first() + second() + table[0] + (maybe ? maybe() : 0) + nobody(); }
END
cat >no.map <<'END'
{ global: use; local: *; };
END
"${CC:-cc}" -shared -fPIC -nostdlib -o user.so user.c libfix.so -Wl,--version-script=no.map || exit 1
run 0 list --needs user.so
squeeze out | sed 's/^ [0-9]* /  N /' | sort >got
text "--needs has files and nodes" got '
  N FIX_1
  N FIX_PRIVATE_abc
 libfix.so.1
Needed files and nodes:'
run 0 list --why user.so
sort out >got
text "--why has the symbols behind each node, and those without one" got '
        first
        maybe  (weak)
        nobody
        second
        table
    FIX_1
    FIX_PRIVATE_abc
  libfix.so.1
  symbols without a version
Why nodes are needed:'
check "each stands below its node" grep -A1 -qx '    FIX_PRIVATE_abc' out
text "as second does" <(grep -A1 -x '    FIX_PRIVATE_abc' out) '    FIX_PRIVATE_abc
        second'
if "${CC:-cc}" -shared -fPIC -o relr.so fix.c -Wl,--version-script=fix.map \
	-Wl,-z,pack-relative-relocs 2>/dev/null && readelf -V relr.so | grep -q GLIBC_ABI_DT_RELR; then
	run 0 list --why relr.so
	text "a node that no symbol uses says so" <(grep -A1 GLIBC_ABI_DT_RELR out) \
		'    GLIBC_ABI_DT_RELR
        no symbol: a feature of the file needs it'
else
	skip "a node without a symbol: the linker does not write DT_RELR"
fi
cp user.so orphan.so && "$EDIT_ELF" remove-needed orphan.so libfix.so.1 || exit 1
run 0 list --needs orphan.so
check "a file that only nodes name is marked" grep -qx '  libfix.so.1  (not in DT_NEEDED)' out
printf 'int alone;\n' | "${CC:-cc}" -shared -fPIC -nostdlib -x c - -o alone.so || exit 1
run 0 list --nodes --needs --why --versions --facts alone.so
text "what there is none of is said" out '
No version information found in this file.

No version nodes are defined.

No file is needed.

No node is needed.

No facts.'
run 0 list --facts --nodes --all libfix.so
grep -E '^(Symbol table|Version nodes|Facts)' out | sed "s/ '.*//; s/:$//" >got
text "several views stand in one order" got 'Symbol table
Version nodes
Facts'

# ---- version tables that no library of the system has ----

cat >long.map <<'END'
N11_2345678 { global: n11; local: *; };
N12_23456789 { global: n12; };
N13_234567890 { global: n13; } N11_2345678 N12_23456789;
HOST_PRIVATE_0123456789012345678901234567890123456789 { global: n53; } N13_234567890;
EMPTY_1 { };
END
printf 'int n11, n12, n13, n53;\n' |
	"${CC:-cc}" -shared -fPIC -x c - -o long.so -Wl,--version-script=long.map || exit 1
readelf -W -V long.so >want
run 0 list --versions long.so
same "names of any length are padded as readelf pads them" out want
printf 'SHORT_1 { global: n11; };
LONG_%03000d { global: n12; };
' 1 >wide.map
printf 'int n11, n12;
' |
	"${CC:-cc}" -shared -fPIC -x c - -o wide.so -Wl,--version-script=wide.map || exit 1
run 0 list --nodes wide.so
check "one long name does not widen all rows" test "$(grep SHORT_1 out | wc -c)" -lt 200
cp user.so weak.so && "$EDIT_ELF" weak-node weak.so FIX_1 || exit 1
readelf -W -V weak.so >want
run 0 list --versions weak.so
same "flags of needs are those of readelf" out want
readelf -W -V alone.so long.so >want
run 0 list --versions alone.so long.so
same "a file without versions stands between others as with readelf" out want

if have jq; then
	run 0 list --why --format json user.so
	jq -c '.files[] | (.needs[] | .file, .in_dynamic, (.nodes[] | [.name, (.symbols | map(.name) | sort)])),
		[.unversioned[] | [.name, .weak, .copy]]' out | sort >got
	text "JSON has the symbols behind needs" got '"libfix.so.1"
["FIX_1",["first","table"]]
["FIX_PRIVATE_abc",["second"]]
[["maybe",true,false],["nobody",false,false]]
true'
	run 0 list --facts --format json weak.so
	text "JSON has the facts" <(jq -c '.files[].facts[] | [.code, .subject, .names]' out) \
		'["need-flagged-weak",null,["libfix.so.1(FIX_1)"]]'
fi

# ---- tab-separated lines ----

run 0 list --format tsv libfix.so user.so
text "each kind of record has its number of fields" \
	<(awk -F '\t' '{ print $1, NF }' out | sort -u) 'fact 5
fact-name 5
file 7
need 6
needed 4
node 7
parent 4
symbol 12'
text "the second field is the file" <(cut -f 2 out | uniq) 'libfix.so
user.so'
text "a node is a record" <(grep $'^node\t.*\tFIX_PRIVATE' out) \
	$'node\tlibfix.so\t3\tFIX_PRIVATE_abc\tnone\ttrue\t3'
text "its parents are records of their own" <(grep ^parent out) \
	$'parent\tlibfix.so\tFIX_PRIVATE_abc\tFIX_1'
text "a symbol is a record" <(grep $'^symbol.*\tslot\t' out | cut -f 1,2,4-10) \
	$'symbol\tlibfix.so\tslot\tFIX_PRIVATE_abc\ttrue\ttrue\tTLS\tGLOBAL\tDEFAULT'
run 0 list --format tsv --why user.so
text "a reason is a record" <(grep ^why out | sort) $'why\tuser.so\t\t\tmaybe\tWEAK\tfalse
why\tuser.so\t\t\tnobody\tGLOBAL\tfalse
why\tuser.so\tlibfix.so.1\tFIX_1\tfirst\tGLOBAL\tfalse
why\tuser.so\tlibfix.so.1\tFIX_1\ttable\tGLOBAL\tfalse
why\tuser.so\tlibfix.so.1\tFIX_PRIVATE_abc\tsecond\tGLOBAL\tfalse'
run 0 list --format tsv --versions libfix.so
text "version tables are records" <(cut -f 1 out | uniq) 'file
version-symbol
version-definition
version-parent
version-need
fact
fact-name'
cp libfix.so $'odd\tname.so'
run 0 list --format tsv $'odd\tname.so'
text "a tab in a name does not end its field" <(cut -f 2 out | uniq) 'odd\tname.so'

# ---- facts ----

# facts FILE: codes and subjects, one a line
facts() {
	"$ABIAUDIT" list --format tsv --facts "$1" >facts 2>err
	grep ^fact$'\t' facts | cut -f 3,4 | sed 's/\t$//' | grep -vx node-symbol
}

check "a plain library has no facts" test -z "$(facts user.so)"
sed 's/ local: \*;//' fix.map >leak.map && printf 'LEAK_EMPTY { };\n' >>leak.map
cat >leak.c <<'END'
int leaked(void) { return 1; }
__asm__(".pushsection .bss\n.type only_one,%gnu_unique_object\nonly_one: .zero 4\n"
	".size only_one,4\n.popsection\n"
	".pushsection .note.package,\"a\",%note\n.balign 4\n.long 4,2f-1f,0xcafe1a7e\n.asciz \"FDO\"\n"
	"1: .asciz \"{\\\"name\\\":\\\"fix\\\"}\"\n2: .balign 4\n.popsection\n"
	".pushsection .note.dlopen,\"a\",%note\n.balign 4\n.long 4,4f-3f,0x407c0c0a\n.asciz \"FDO\"\n"
	"3: .asciz \"[{\\\"soname\\\":[\\\"libz.so.1\\\"]}]\"\n4: .balign 4\n.popsection\n");
END
"${CC:-cc}" -shared -fPIC -o leak.so fix.c leak.c -Wl,--version-script=leak.map \
	-Wl,-soname,libleak.so.1 || exit 1
facts leak.so >got
text "each fact is told" got "base-version-leak
node-flagged-weak
node-without-symbols
unique-symbol
dlopen-note
package-note"
text "with all names" <(grep ^fact-name facts | cut -f 3,5 | grep -v ^node-symbol | sort) \
	$'base-version-leak\tleaked
base-version-leak\told_1
base-version-leak\told_2
base-version-leak\tonly_one
node-flagged-weak\tLEAK_EMPTY
node-without-symbols\tLEAK_EMPTY
unique-symbol\tonly_one'
text "and the text of notes" <(grep -e 'fact.*note' facts | cut -f 3,5) \
	$'dlopen-note\t[{"soname":["libz.so.1"]}]\npackage-note\t{"name":"fix"}'
cat >notes.s <<'END'
.section .note.dlopen,"a",%note
.rept 5000
.balign 4
.long 4, 12, 0x407c0c0a
.asciz "FDO"
.ascii "[number ]..."
.endr
END
"${CC:-cc}" -shared -nostdlib -o notes.so notes.s || exit 1
run 0 list --facts --format tsv notes.so
check "all of many notes are there" 	test "$(grep -c $'^fact	notes.so	dlopen-note		\[number \]...$' out)" -eq 5000
# Any two of Ez and FY are one in the hashes that linkers use.
{
	names=('')
	for _ in {1..16}; do
		names=("${names[@]/%/Ez}" "${names[@]/%/FY}")
	done
	echo .bss
	printf '.globl %s\n' "${names[@]}"
	printf '%s:\n' "${names[@]}"
	echo '.zero 4'
} >alike.s
printf 'ALIKE_1 { global: *; };\n' >alike.map
# The assembler of clang would take minutes for them.
as -o alike.o alike.s || exit 1
"${CC:-cc}" -shared -nostdlib -o alike.so alike.o -Wl,--version-script=alike.map \
	-Wl,--hash-style=gnu || exit 1
check "names made to collide cost no more than others" timeout 10 "$ABIAUDIT" list --facts alike.so
text "a symbol for a node is a fact" <(facts libfix.so; grep ^fact-name facts | cut -f 5 | sort) 'FIX_1
FIX_PRIVATE_abc'
cp libfix.so two.so && "$EDIT_ELF" default two.so old || exit 1
text "two defaults are a fact" <(facts two.so; grep ^fact-name facts | grep @ | cut -f 5 | sort) \
	$'two-defaults\told\nold@@FIX_1\nold@@FIX_PRIVATE_abc'
text "a weak need is a fact" <(facts weak.so; grep ^fact-name facts | cut -f 5) \
	$'need-flagged-weak\nlibfix.so.1(FIX_1)'
text "a need of a file that is not needed is a fact" <(facts orphan.so) need-without-file
cp libfix.so soname.so && "$EDIT_ELF" soname soname.so FIX_1 || exit 1
text "a SONAME that is not BASE is a fact" <(facts soname.so) soname-not-base
cp user.so differ.so && "$EDIT_ELF" blank-versions differ.so || exit 1
text "section headers that show something else are a fact" <(facts differ.so) \
	$'sections-differ\tneeded nodes\nsections-differ\tsymbols'
if [[ $has64 == yes ]]; then
	cp user.so bare.so && "$EDIT_ELF" no-sections bare.so || exit 1
	text "so is a file without them" <(facts bare.so) no-section-headers
fi
run 0 list leak.so
sed '1,/^Facts:/d' out | awk '{ print $1 }' >got
text "they stand at the end of the plain list" got "base-version-leak
node-flagged-weak
node-without-symbols
node-symbol
unique-symbol
dlopen-note
package-note"
run 0 list --all leak.so
readelf -W --dyn-syms leak.so >want
same "and not behind --all" out want

# ---- files that are something else ----

# refused FILE WORDS: exit 3, no output, and words about what the file is
refused() {
	check "$1 is exit status 3" run 3 list "$1"
	check "and is called what it is: $2" grep -qF "abiaudit: $1: $2" err
	check "and nothing is listed" test ! -s out
}

"${CC:-cc}" -fPIC -c leak.c -o leak.o && ar rc lib.a leak.o && ar rcT thin.a leak.o || exit 1
cat >script.so <<'END'
/* GNU ld script */
OUTPUT_FORMAT(elf64-x86-64)
GROUP ( /lib/libfix.so.1 "/lib/libfix_nonshared.a" AS_NEEDED ( -lm ) )
END
printf '#!/bin/sh\n' >shell.so
printf 'words\n' >text.so
printf 'BC\xc0\xde' >bitcode.so
printf '\x7fELF' >short.so
: >empty.so
refused lib.a 'not an ELF file, but a static library'
refused thin.a 'not an ELF file, but a thin static library'
refused script.so 'not an ELF file, but a linker script; list what it stands for: /lib/libfix.so.1, /lib/libfix_nonshared.a, -lm'
refused shell.so 'not an ELF file, but a script for /bin/sh'
refused text.so 'not an ELF file, but text'
refused bitcode.so 'not an ELF file, but LLVM bitcode'
refused empty.so 'not an ELF file: it is empty'
refused leak.o 'a relocatable object file'
objcopy --only-keep-debug leak.so leak.debug || exit 1
refused leak.debug 'only debug information'
"$ABIAUDIT" verify --host libfix.so script.so >out 2>err
check "verify says it in the words of the runtime" grep -q "not an ELF file: it begins with" out
mkdir -p tree/sub && cp lib.a script.so shell.so leak.o leak.debug empty.so tree && cp libfix.so tree/sub
run 0 list -e -r tree
{ printf '\nFile: tree/sub/libfix.so\n' && cat whole; } >want
same "in a directory they are passed over" out want

# ---- errors ----

head -c 2000 libfix.so >cut.so
check "a damaged file is exit status 3" run 3 list cut.so
check "its message has the file, the table and the offset" \
	grep -Eq '^abiaudit: cut\.so: [a-zA-Z_ ]+, offset 0x[0-9a-f]+: ' err
check "and it has no rows" test ! -s out
check "the other files are still listed" run 3 list -e cut.so libfix.so
tail -n +3 out >got
same "with all of their rows" got whole
check "a missing file is exit status 3" run 3 list nothing.so
text "and is said to be missing" err \
	"abiaudit: nothing.so: cannot open: No such file or directory"
if have jq; then
	check "damage is exit status 3 with JSON too" run 3 list --format json cut.so libfix.so
	jq -r '.files[] | [.file, .error.kind, (.symbols | length > 0)] | @tsv' out >got
	text "JSON has the error of the one and the symbols of the other" got \
		$'cut.so\tdamaged\tfalse\nlibfix.so\t\ttrue'
fi
check "an unknown option is exit status 2" run 2 list --nothing libfix.so
check "an unknown format is exit status 2" run 2 list --format yaml libfix.so
check "no file is exit status 2" run 2 list
"$ABIAUDIT" list libfix.so >&- 2>err
check "a closed standard output is exit status 3" test $? = 3
"$ABIAUDIT" list libfix.so >/dev/full 2>err
check "a full disk is exit status 3" test $? = 3
text "and is said so" err "abiaudit: standard output: No space left on device"

finish
