#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit list` as a whole: the same bytes as readelf on the system's own libraries, JSON, names
# from the standard input, errors and exit codes. ABIAUDIT is the tool's path.
: "${ABIAUDIT:?path of abiaudit}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
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

# Section symbols have their names in the section headers, which the tool does not read.
without_section_names() { sed -E 's/^(( +[^ ]+){3} SECTION LOCAL  DEFAULT +[0-9]+ ).*/\1/'; }

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
readelf -W --dyn-syms "${libraries[@]}" 2>/dev/null | without_section_names >want.all
"$ABIAUDIT" list --all "${libraries[@]}" 2>err | without_section_names >got.all
same "the whole tables of ${#libraries[@]} files are those of readelf" got.all want.all
only_exports <want.all >want.exports
"$ABIAUDIT" list "${libraries[@]}" >got.exports 2>err
same "their exports are the exported rows of readelf" got.exports want.exports
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

run 0 list libfix.so
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
cp libfix.so nosections.so
if [[ $(getconf LONG_BIT) == 64 ]]; then
	printf '\0\0\0\0\0\0\0\0' | dd of=nosections.so bs=1 seek=40 conv=notrunc status=none
	printf '\0\0\0\0' | dd of=nosections.so bs=1 seek=60 conv=notrunc status=none
	run 0 list nosections.so
	same "a file without section headers gives the same rows" out whole
fi

readelf -W --dyn-syms libfix.so nosections.so 2>/dev/null | grep '^File: ' >want
run 0 list libfix.so nosections.so
grep '^File: ' out >got
same "several files are told apart as readelf does" got want

# ---- names from the standard input ----

printf 'libfix.so\n' | "$ABIAUDIT" list >got 2>err
same "a name can come from the standard input" got whole
printf 'libfix.so\0' | "$ABIAUDIT" list -0 - >got 2>err
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
	"$ABIAUDIT" list --all --format json "${libraries[@]:0:50}" >many.json 2>err
	check "JSON of many files is one document" test "$(jq '.files | length' many.json)" = 50
	sed 's/first\x00/fir\xc3t\x00/g' libfix.so >odd.so
	run 0 list --format json odd.so
	jq -r '.files[].symbols[].name' out | grep '^fir' >got
	text "JSON stays valid where a name is not UTF-8" got $'fir\xef\xbf\xbdt'
else
	skip "JSON: jq is not installed"
fi

# ---- errors ----

head -c 2000 libfix.so >cut.so
check "a damaged file is exit status 3" run 3 list cut.so
check "its message has the file, the table and the offset" \
	grep -Eq '^abiaudit: cut\.so: [a-zA-Z_ ]+, offset 0x[0-9a-f]+: ' err
check "and it has no rows" test ! -s out
check "the other files are still listed" run 3 list cut.so libfix.so
tail -n +3 out >got
same "with all of their rows" got whole
echo 'INPUT(libfix.so)' >script.so
check "a linker script is exit status 3" run 3 list script.so
check "and is called what it is" grep -q '^abiaudit: script.so: not an ELF file' err
check "a missing file is exit status 3" run 3 list nothing.so
text "and is said to be missing" err \
	"abiaudit: nothing.so: cannot open: No such file or directory"
if have jq; then
	check "damage is exit status 3 with JSON too" run 3 list --format json cut.so libfix.so
	check "JSON has the other file" test "$(jq -r '.files[].file' out)" = libfix.so
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
