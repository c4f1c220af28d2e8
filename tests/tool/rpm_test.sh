#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit deps --rpm-provides` and `--rpm-requires`: the grammar, each difference from rpm's
# elfdeps, the same bytes with --elfdeps-compat, and what rpmbuild makes of it.
#
# ABIAUDIT, VERSIONGEN and EDIT_ELF are the tools' paths. elfdeps and rpmbuild are Debian's `rpm`.

# Functions are called by name, through check.
# shellcheck disable=SC2317
: "${ABIAUDIT:?path of abiaudit}" "${VERSIONGEN:?}" "${EDIT_ELF:?}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
EDIT_ELF=$(realpath "$EDIT_ELF") || exit 1
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1
CC=${CC:-cc}

# run STATUS ARGUMENT...: run `abiaudit deps` into out and err, and compare its exit status
run() {
	local want=$1 got
	shift
	"$ABIAUDIT" deps "$@" >out 2>err </dev/null
	got=$?
	[[ $got -eq $want ]] || not_ok "status $want, not $got: $* ($(head -n 1 err))"
}

# prints SENTENCE TEXT: the tool just printed that text
prints() {
	printf '%s' "${2:+$2$'\n'}" >want
	same "$1" out want
}

# The options that switch all differences off.
elfdeps_set=(--no-program-soname --no-assume-exec --sections --base-names --no-filter-warnings
	--no-lock --no-dlopen-notes)

# ---- fixtures ----

cat >one.map <<'END'
ONE_1 { global: first; local: *; };
ONE_2 { global: second; };
ONE_3 { global: third; } ONE_2 ONE_1;
END
cat >one.c <<'END'
int first(void) { return 1; }
int second(void) { return 2; }
int third(void) { return 3; }
END
cat >use.c <<'END'
#include <stdio.h>
int third(void);
int entry(void) { return third() + puts("x"); }
#ifdef INTERP
const char interp[] __attribute__((section(".interp"))) = "/lib64/ld-linux-x86-64.so.2";
#endif
END
cat >prog.c <<'END'
int entry(void);
int main(void) { return entry(); }
END
echo 'HOST_1 { global: entry; local: *; };' >host.map
library() { # NAME SONAME ARGUMENT...: a library of one.c, which clang would link with libc
	local name=$1 soname=$2
	shift 2
	"$CC" -shared -fPIC -nostdlib -o "$name" one.c -Wl,--version-script=one.map \
		${soname:+-Wl,-soname,"$soname"} "$@"
}

{
	library libone.so.1 libone.so.1 -Wl,--hash-style=both &&
		library libnamed.so '' &&
		library spake.so spake.so.0 &&
		library libevil.so $'libevil.so\nlibgood.so.1' &&
		"$CC" -shared -fPIC -o plug.so use.c ./libone.so.1 -Wl,--hash-style=gnu &&
		"$CC" -o prog use.c prog.c ./libone.so.1 -Wl,--hash-style=both &&
		"$CC" -rdynamic -o host use.c prog.c ./libone.so.1 -Wl,--hash-style=both \
			-Wl,-soname,libhost.so.1 -Wl,--version-script=host.map &&
		"$CC" -shared -fPIC -DINTERP -o libint.so.1 use.c ./libone.so.1 \
			-Wl,--hash-style=both -Wl,-soname,libint.so.1 &&
		"$CC" -c -o one.o one.c
} >log 2>&1 || {
	not_ok "the fixtures were linked"
	cat log
	finish
}
chmod 644 libint.so.1
cp libone.so.1 libbare.so.1
"$EDIT_ELF" no-sections libbare.so.1
cp prog weak
"$EDIT_ELF" weak-node weak ONE_3
objcopy --only-keep-debug libone.so.1 libone.so.1.debug
echo 'GROUP ( libone.so.1 )' >libscript.so
head -c 3000 libone.so.1 >libcut.so.1

# ---- the grammar ----

one='libone.so.1()(64bit)
libone.so.1(ONE_1)(64bit)
libone.so.1(ONE_2)(64bit)
libone.so.1(ONE_3)(64bit)'

run 0 -P libone.so.1
prints "a library provides its soname and its nodes, sorted, each once" "$one"
run 0 -R libone.so.1
prints "a library without needs requires nothing" ""
run 0 -R prog
grep '^libone' out >got
mv got out
prints "a program requires the library and the node" 'libone.so.1()(64bit)
libone.so.1(ONE_3)(64bit)'
run 0 -R weak
grep '^libone' out >got
mv got out
prints "a weak node is a requirement all the same" 'libone.so.1()(64bit)
libone.so.1(ONE_3)(64bit)'
run 0 -R plug.so
check "DT_GNU_HASH without DT_HASH requires rtld(GNU_HASH)" grep -qx 'rtld(GNU_HASH)' out
run 0 -R prog
check_not "DT_GNU_HASH with DT_HASH does not" grep -qx 'rtld(GNU_HASH)' out
run 0 -R --soname-only plug.so
prints "--soname-only: no nodes, no rtld" 'libc.so.6()(64bit)
libone.so.1()(64bit)'
run 0 -P --soname-only libone.so.1
prints "--soname-only: the library alone" 'libone.so.1()(64bit)'
run 0 -R --require-interp prog
check "--require-interp: the dynamic linker" grep -q '^/.*/ld-' out
named=${one//libone.so.1/libnamed.so}
run 0 -P libnamed.so
prints "without DT_SONAME the file's name is provided" "$named"
run 0 -P --no-fake-soname --soname-only libnamed.so
prints "--no-fake-soname: it is not" ""
run 0 -P plug.so
prints "a plugin without a soname provides nothing" ""
check "and nobody is warned" test ! -s err
run 0 -P --no-filter-soname plug.so
prints "--no-filter-soname keeps its name" 'plug.so()(64bit)'
run 0 -P prog
prints "a program provides nothing" ""
run 0 -P one.o
prints "a relocatable file provides nothing" ""

echo 'FOO_1 { global: f; };' >foo.map
for machine in i386:32 x32:32 alpha:unmarked s390x:64 mips:32 aarch64:64; do
	"$VERSIONGEN" stub foo.map --soname libfoo.so.1 --machine "${machine%:*}" \
		-o "foo-${machine%:*}.so" 2>log || {
		skip "marker of ${machine%:*}: no stub ($(head -n 1 log))"
		continue
	}
	run 0 -P "foo-${machine%:*}.so"
	case $machine in
	*:32) prints "no marker on ${machine%:*}" 'libfoo.so.1
libfoo.so.1(FOO_1)' ;;
	*:unmarked) prints "no marker on ${machine%:*}, though of 64 bits" 'libfoo.so.1
libfoo.so.1(FOO_1)' ;;
	*) prints "the marker of ${machine%:*}" 'libfoo.so.1()(64bit)
libfoo.so.1(FOO_1)(64bit)' ;;
	esac
done

# ---- what elfdeps forgets ----

run 0 -P host
prints "the soname of a program is provided" 'libhost.so.1()(64bit)
libhost.so.1(HOST_1)(64bit)'
run 0 -P --no-program-soname host
prints "--no-program-soname: it is not" 'libhost.so.1(HOST_1)(64bit)'

run 0 -R libint.so.1
check "a library with an interpreter and no x bit has requirements" \
	grep -qxF 'libone.so.1(ONE_3)(64bit)' out
run 0 -R --no-assume-exec libint.so.1
prints "--no-assume-exec: it has none" ""

run 0 -P libbare.so.1
prints "a file without section headers provides what is loaded" "$one"
run 0 -P --sections libbare.so.1
prints "--sections: nothing but its name" 'libbare.so.1()(64bit)'
run 0 -P libone.so.1.debug
prints "a file of debug information provides nothing" ""
run 0 -P --sections libone.so.1.debug
prints "--sections: its name" 'libone.so.1.debug()(64bit)'

run 0 -P spake.so
prints "a soname unlike a library's gives no dependency" ""
check "a warning says so" grep -q 'spake\.so: soname spake\.so\.0 gives no dependency' err
check "once for a file" test "$(wc -l <err)" = 1
run 0 -P --no-filter-warnings spake.so
check "--no-filter-warnings: it does not" test ! -s err

if have patchelf; then
	cp libone.so.1 librenamed.so
	patchelf --set-soname libtwo.so.1 librenamed.so
	run 0 -P librenamed.so
	prints "the nodes are those of DT_SONAME" "${one//libone/libtwo}"
	run 0 -P --base-names librenamed.so
	prints "--base-names: those of the BASE definition" "$(
		echo "$one" | sed '/()/s/libone/libtwo/' | sort
	)"
else
	skip "a changed soname: no patchelf"
fi
run 0 -P --base-names libnamed.so
check "a BASE definition is there without DT_SONAME" grep -qx 'libnamed.so(ONE_1)(64bit)' out

# ---- many files ----

run 0 -R plug.so prog weak
sort -u out >want
printf '%s\n' plug.so prog weak | "$ABIAUDIT" deps -R >got
same "one sorted list for all files, named by the standard input" got want
"$ABIAUDIT" deps -R -j 3 plug.so prog weak plug.so >got
same "the same on several threads" got want
run 0 -P -m libone.so.1 prog ./libnamed.so
prints "--multifile: a block for each file that has any" ";libone.so.1
$one
;./libnamed.so
$named"
cp libone.so.1 $'lib\nother.so'
run 3 -P -m $'lib\nother.so' libone.so.1
prints "--multifile: a file with a newline in its name has no block" ";libone.so.1
$one"
check "it is an error" grep -q "a newline in the file's name" err
run 3 -P libone.so.1 libcut.so.1 nowhere.so libscript.so libnamed.so
prints "files in error do not stop the others" "$named
$one"
check "each of them is named" test "$(cut -d: -f2 err | tr -d ' \n')" = libcut.so.1nowhere.solibscript.so
run 3 -P libevil.so
prints "a soname with a newline is no two dependencies" ""
check "it is an error" grep -q 'control character' err
run 3 -P --elfdeps-compat libevil.so
prints "nor with --elfdeps-compat" ""

# ---- the lock ----

# locked NAME TAG: what versiongen makes of the declaration, and the program
locked() {
	"$VERSIONGEN" header lock.syms --tag "$2" --soname liblock-host.so.1 -o lock_abi.h &&
		"$VERSIONGEN" map lock.syms --tag "$2" -o lock.map &&
		"$VERSIONGEN" stub lock.syms --tag "$2" --soname liblock-host.so.1 -o "$1.stub.so" &&
		"$CC" -I. -rdynamic -o "$1" lock.c -Wl,--version-script=lock.map \
			-Wl,-soname,liblock-host.so.1 -Wl,--hash-style=both
}

# module FILE HOST KIND [NAME]: a module of the host that was generated last
module() {
	printf '#include "lock_abi.h"\nABILOCK_MODULE("%s", %s);\n' "${4-${1%.so}}" "$3" >module.c
	"$CC" -I. -shared -fPIC -nostdlib -o "$1" module.c -Wl,--no-as-needed "./$2.stub.so" \
		-Wl,--hash-style=both
}

# library FILE SECTION OWNER TYPE TEXT: one with a note that has the text of a C string
library() {
	cat >note.c <<-END
		static const struct {
			unsigned n, d, t;
			char o[(sizeof("$3") + 3) / 4 * 4], x[(sizeof("$5") + 3) / 4 * 4];
		} note __attribute__((section("$2"), aligned(4), used)) = {
			sizeof("$3"), sizeof(note.x), $4, "$3", "$5"};
	END
	"$CC" -shared -fPIC -nostdlib -o "$1" note.c -Wl,--hash-style=both
}

# note FILE KEY=VALUE...: a library with that note, whatever it says
note() {
	library "$1" .note.abilock abilock 1 "$(printf '%s\\0' "${@:2}")"
}

cat >lock.syms <<'END'
LOCK_1 { global: lock_public; local: *; };
LOCK_PRIVATE { global: lock_private; };
END
cat >lock.c <<'END'
#include "lock_abi.h"
ABILOCK_HOST();
int lock_public(void) { return 1; }
int lock_private(void) { return 2; }
int main(void) { return 0; }
END
tag=0123456789abcdef0123456789abcdef01234567_dirty_89abcdef
build_locked() {
	locked lockhost "id:$tag" && module strict.so lockhost PRIVATE && module loose.so lockhost PUBLIC &&
		module odd-name.so lockhost PRIVATE odd-name.so
}
check "a host and its modules are linked" build_locked

run 0 -P lockhost
prints "a host provides its soname, its nodes and its tag" "abilock(lock) = $tag
liblock-host.so.1()(64bit)
liblock-host.so.1(LOCK_1)(64bit)
liblock-host.so.1(LOCK_PRIVATE_$tag)(64bit)"
run 0 -R lockhost
check_not "a host requires no tag" grep -q abilock out
run 0 -P strict.so loose.so odd-name.so
prints "modules provide their names" 'abilock-module(lock/loose)
abilock-module(lock/odd-name)
abilock-module(lock/strict)'
run 0 -R strict.so
prints "a private module requires the tag, and its node" "abilock(lock) = $tag
liblock-host.so.1()(64bit)
liblock-host.so.1(LOCK_PRIVATE_$tag)(64bit)"
run 0 -R loose.so
check "a public module requires any build of the host" grep -qx 'abilock(lock)' out
check_not "and no private node" grep -q PRIVATE out
run 0 -P --no-lock lockhost
check_not "--no-lock: no tag" grep -q abilock out
run 0 -R --no-lock strict.so
check_not "--no-lock: nor is it required" grep -q abilock out
run 0 -R --elfdeps-compat strict.so
check_not "--elfdeps-compat: nothing of the lock" grep -q abilock out
run 0 -P --multifile lockhost strict.so
sed '/^lib/d' out >got
mv got out
prints "--multifile: the lines belong to their files" ";lockhost
abilock(lock) = $tag
;strict.so
abilock-module(lock/strict)"
run 0 -P --format tsv strict.so
prints "TSV has them" "$(printf 'provides\tstrict.so\tabilock-module(lock/strict)\t\t\t')"
objcopy --only-keep-debug lockhost lockhost.debug
run 0 -P lockhost.debug
prints "a file of debug information is no host" ''

# With tags from types each node has its own.
cat >lock.syms <<'END'
LOCK_1 { global: lock_public; local: *; };
LOCK_A_PRIVATE { global: lock_private; };
LOCK_B_PRIVATE { global: lock_other; };
END
cat >types.c <<'END'
struct b { int x; };
int lock_public(void) { return 1; }
int lock_private(void) { return 2; }
int lock_other(struct b *b) { return b->x; }
END
cat >lock.c <<'END'
#include "lock_abi.h"
ABILOCK_HOST();
int main(void) { return 0; }
END
types() { "$VERSIONGEN" "$1" lock.syms --tag abi "${@:2}" types.o; }
build_types() {
	"$CC" -g -c types.c && types header --soname liblock-host.so.1 -o lock_abi.h && types map -o lock.map &&
		types stub --soname liblock-host.so.1 -o typed.stub.so &&
		"$CC" -I. -rdynamic -o typed lock.c types.o -Wl,--version-script=lock.map \
			-Wl,-soname,liblock-host.so.1 && module a.so typed LOCK_A_PRIVATE
}
check "a host with tags from types is linked" build_types
run 0 -P typed
grep '^abilock(' out >tags
check "it provides a tag for the whole, and one for each node" test "$(wc -l <tags)" = 3
run 0 -R a.so
grep '^abilock(' out >own
check "a module requires one tag" test "$(wc -l <own)" = 1
check "and that is one that the host provides" grep -qxFf own tags

note words.so format=1 kind=host host=lock tag=1.0
run 0 -P --no-fake-soname words.so
prints "the words come from the note alone" 'abilock(lock) = 1.0'
for bad in tag=1-2 tag=1:2 'tag=a b' 'host=a,b' 'host=a)b' kind=odd format=2; do
	fields=(format=1 kind=host host=lock tag=1.0)
	for i in "${!fields[@]}"; do
		[[ ${fields[i]%%=*} != "${bad%%=*}" ]] || fields[i]=$bad
	done
	note bad.so "${fields[@]}"
	run 3 -P bad.so
	prints "a note with $bad gives no line" ''
	check "it is an error that says so" grep -qF -e "${bad#*=}" err
done
for field in name= soname=liblock-host.so.1; do
	note nameless.so format=1 kind=private host=lock tag=1.0 "$field" node=LOCK_PRIVATE_1.0
	run 0 -P --no-fake-soname nameless.so
	prints "a module without a name in its note has that of its file ($field)" \
		'abilock-module(lock/nameless)'
done

cat >embedded.c <<'END'
#define NOTE(name, type, text) \
	static const struct { \
		unsigned n, d, t; \
		char o[8], x[(sizeof(text) + 3) / 4 * 4]; \
	} name __attribute__((section(".note.abilock"), aligned(4), used)) = { \
		8, sizeof(name.x), type, "abilock", text}
NOTE(host, 1, "format=1\0kind=host\0host=lock\0tag=1.0");
NOTE(first, 2, "name=within\0type=filter");
NOTE(second, 2, "name=within\0description=It is part of the host");
NOTE(third, 2, "name=other");
END
"$CC" -shared -fPIC -nostdlib -o embedded.so embedded.c
run 0 -P --no-fake-soname embedded.so
prints "a host provides its embedded modules, each once" 'abilock(lock) = 1.0
abilock-module(lock/other)
abilock-module(lock/within)'

# ---- libraries that are opened ----

# opens FILE JSON: a library with that note
opens() {
	library "$1" .note.dlopen FDO 0x407c0c0a "${2//\"/\\\"}"
}

opens opens.so '[{"feature": "a", "priority": "required", "soname": ["libreq.so.1"]}, '\
'{"feature": "b", "priority": "recommended", "soname": ["librec.so.2", "librec.so.1"]}, '\
'{"soname": ["libplain.so.1"], "later": {"a": [null]}}, '\
'{"priority": "suggested", "soname": ["libsug.so.1", "odd.plugin"]}]'
run 0 -R opens.so
prints "what a note requires is required" 'libreq.so.1()(64bit)'
run 0 --rpm-recommends opens.so
prints "what it recommends, or has no priority, is recommended; one of several names is enough" \
	'(librec.so.2()(64bit) or librec.so.1()(64bit))
libplain.so.1()(64bit)'
run 0 --rpm-suggests opens.so
prints "what it suggests is suggested" 'libsug.so.1()(64bit)'
check "a name that is unlike a library's is left out, and named" \
	grep -q 'suggested library odd.plugin' err
run 0 -R --no-dlopen-notes opens.so
prints "--no-dlopen-notes: nothing" ''
run 0 -R --elfdeps-compat opens.so
prints "--elfdeps-compat: nothing" ''
run 0 --rpm-recommends libone.so.1
prints "without a note nothing is recommended" ''
run 2 --rpm-recommends --elfdeps-compat opens.so
run 2 --rpm-recommends --rpm-suggests opens.so
if have jq; then
	run 0 -R --rpm-recommends --rpm-suggests --format json opens.so
	check "JSON has all that was asked" jq -e '.files[0] | [(.requires | length),
		(.recommends | length), (.suggests | length), .recommends[0].soname,
		.recommends[1].soname] == [1, 2, 1, null, "libplain.so.1"]' out
fi
for bad in '{}' '[' '[] []' '[1]' '[{}]' '[{"soname": "libx.so.1"}]' '[{"soname": []}]' '[{"soname": [1]}]' \
	'[{"soname": ["libx.so.1"], "priority": "often"}]' '[{"soname": ["libx.so.1 evil"]}]' \
	'[{"soname": ["libx.so.1)"]}]' '[{"soname": [""]}]'; do
	opens bad.so "$bad"
	run 3 --rpm-recommends bad.so
	prints "a note that says $bad gives no line" ''
	check "it is an error" grep -q '^abiaudit: bad.so: note dlopen' err
done
run 3 -R bad.so
check "also where requirements are asked for" grep -q '^abiaudit: bad.so: note dlopen' err

# ---- forms ----

if have jq; then
	run 0 -P -R --format json host
	check "JSON has a version" jq -e '.format_version == 1 and (.files | length) == 1' out
	check "and parts of each dependency" jq -e '.files[0].provides | index({dependency:
		"libhost.so.1(HOST_1)(64bit)", soname: "libhost.so.1", node: "HOST_1", marker: "(64bit)"})' out
	jq -r '.files[].requires[].dependency' out >got
	"$ABIAUDIT" deps -R host >want
	same "its requirements are those of the text" got want
else
	skip "JSON: no jq"
fi
run 0 -P --format tsv host
prints "TSV: a record for each dependency" "$(
	printf 'provides\thost\tlibhost.so.1()(64bit)\tlibhost.so.1\t\t(64bit)\n'
	printf 'provides\thost\tlibhost.so.1(HOST_1)(64bit)\tlibhost.so.1\tHOST_1\t(64bit)\n'
)"
run 2 -P -R host
run 2 -P --elfdeps-compat --format json host
check "wrong usage is explained" grep -q -e '--elfdeps-compat is text' err
run 2 -R --package libhost1 host
check "an option of another mode is refused" \
	grep -qF -e '--package is an option for deb-symbols, not for --rpm-requires' err
run 2 -R --verbose host
check "one of both Debian modes, too" grep -qF -e '--verbose is an option for deb, not' err
run 2 -R --folder . host
run 2 --deb-symbols --multifile host
run 2 --deb-symbols --exclude x host
run 2 --deb-depends --quiet host
run 2 --deb-symbols --deb-depends host
check "and so are two modes" grep -qF -e '--deb-symbols and --deb-depends exclude each other (' err
run 2 --deb-symbols -P host
check "the -P of dpkg-gensymbols is explained" grep -qF -e 'is --build-dir' err

# ---- elfdeps ----

run 3 -P --elfdeps-compat nowhere.so libscript.so libone.so.1
check "--elfdeps-compat: unreadable files show in the exit status alone" test ! -s err
prints "--elfdeps-compat: in the order of the file, a node once more for each parent" \
	'libone.so.1(ONE_1)(64bit)
libone.so.1(ONE_2)(64bit)
libone.so.1(ONE_3)(64bit)
libone.so.1(ONE_3)(64bit)
libone.so.1(ONE_3)(64bit)
libone.so.1()(64bit)'

elfdeps=$(rpm --eval '%{_rpmconfigdir}/elfdeps' 2>/dev/null || :)
files=(libone.so.1 libnamed.so spake.so plug.so prog host libint.so.1 one.o libbare.so.1 weak
	libone.so.1.debug libscript.so nowhere.so foo-*.so lockhost strict.so loose.so opens.so)
if [[ -x $elfdeps ]]; then
	for side in -P -R; do
		for options in '' --soname-only --no-fake-soname --no-filter-soname --require-interp; do
			"$elfdeps" $side ${options:+"$options"} "${files[@]}" >want
			"$ABIAUDIT" deps $side --elfdeps-compat ${options:+"$options"} "${files[@]}" >out
			same "--elfdeps-compat $side $options: the bytes of elfdeps" out want
			LC_ALL=C sort -u want >sorted
			"$ABIAUDIT" deps $side "${elfdeps_set[@]}" ${options:+"$options"} \
				"${files[@]}" >out 2>/dev/null
			same "$side $options without the differences: the set of elfdeps" out sorted
		done
	done
else
	skip "comparing with elfdeps: no rpm"
fi

# ---- rpmbuild ----

# build DEFINE...: what is in the package, in provides and requires
build() {
	rm -rf top
	rpmbuild -bb --quiet --define "_topdir $dir/top" --define "_sourcedir $dir" "$@" fix.spec || return
	rpm -qp --provides top/RPMS/*/*.rpm | grep -v '^fix[ (]' | sort -u >provides
	rpm -qp --requires top/RPMS/*/*.rpm | grep -v '^rpmlib(' | sort -u >requires
	[[ -s provides && -s requires ]]
}

if have rpmbuild; then
	packaged=(libone.so.1 libnamed.so spake.so plug.so prog host libint.so.1)
	mkdir packaged
	cp -p "${packaged[@]}" packaged
	cat >fix.spec <<'END'
Name: fix
Version: 1
Release: 1
Summary: Fixture
License: MIT
%global debug_package %{nil}
%global __os_install_post %{nil}
%description
Fixture.
%install
mkdir -p %{buildroot}/opt
cp -pr %{_sourcedir}/packaged %{buildroot}/opt
%files
/opt/*
END
	check "rpmbuild makes the package" build
	"$ABIAUDIT" deps -P "${packaged[@]}" >ours 2>/dev/null
	printf '%s\n' 'libhost.so.1()(64bit)' | sort -u - provides >want
	same "our provides: rpmbuild's, and the program's soname" ours want
	"$ABIAUDIT" deps -R "${packaged[@]}" >ours 2>/dev/null
	same "our requirements: rpmbuild's" ours requires
	"$ABIAUDIT" deps -P "${packaged[@]}" >ours.provides 2>/dev/null
	check "abiaudit as the generator of rpmbuild" build \
		--define "__elf_provides $ABIAUDIT deps --rpm-provides" \
		--define "__elf_requires $ABIAUDIT deps --rpm-requires"
	same "then its provides are in the package" provides ours.provides
else
	skip "rpmbuild: not installed"
fi

finish
