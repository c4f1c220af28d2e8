#!/bin/bash
# SPDX-License-Identifier: MIT
# What `abiaudit deps --deb-symbols` makes of small libraries and templates. Where dpkg-gensymbols is
# there, it must agree on each of them.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
set -eo pipefail

abiaudit=${ABIAUDIT:?}
cc=${CC:-cc}
cd "$dir"
unset DPKG_GENSYMBOLS_CHECK_LEVEL
export DEB_HOST_ARCH=amd64 # of the packages; the libraries are this machine's

# ---- a library with a bit of everything ----

cat >demo.map <<'END'
DEMO_1.0 { global: open_it; table; both; old_only; local: *; };
DEMO_2.0 { global: both; thread; chosen; weak; _ZN4Demo3runEi; _ZN4Demo4stopEv; } DEMO_1.0;
DEMO_PRIVATE_0123abcd { global: queue; } DEMO_2.0;
END
cat >demo.c <<'END'
int open_it(void) { return 0; }
int table[4];
int both_1(void) { return 1; }
int both_2(void) { return 2; }
__asm__(".symver both_1, both@DEMO_1.0");
__asm__(".symver both_2, both@@DEMO_2.0");
int old_1(void) { return 1; }
__asm__(".symver old_1, old_only@DEMO_1.0");
__thread int thread;
static int pick(void) { return 3; }
static int (*resolve(void))(void) { return pick; }
int chosen(void) __attribute__((ifunc("resolve")));
__attribute__((weak)) int weak(void) { return 4; }
int queue(void) { return 5; }
int _ZN4Demo3runEi(int i) { return i; }
int _ZN4Demo4stopEv(void) { return 6; }
int hidden(void) { return 7; }
END
"$cc" -shared -fPIC -Wl,--version-script=demo.map -Wl,-soname,libdemo.so.1 -o libdemo.so.1 demo.c
printf 'int plain(void) { return 0; }\nint _end_of_it(void) { return 1; }\nint __aeabi_x(void) { return 2; }\n' >plain.c
"$cc" -shared -fPIC -Wl,-soname,libplain.so.3 -o libplain.so.3 plain.c
"$cc" -shared -fPIC -o plugin.so plain.c
printf 'int main(void) { return 0; }\nint for_modules(void) { return 1; }\n' >host.c
"$cc" -rdynamic -Wl,-soname,libhost-host.so.1 -o host host.c
# Not position independent: it has copies of two variables of the C library, which has one of them
# under three names.
cat >copies.c <<'END'
#include <stdio.h>
extern char **environ;
int own;
int main(void) { return fprintf(stdout, "%p\n", (void *)environ) < own; }
END
"$cc" -fno-pie -no-pie -rdynamic -Wl,-soname,libcopies-host.so.1 -o copies copies.c

gensymbols() { "$abiaudit" deps --deb-symbols -p libdemo1 -v 2.0-1 "$@"; }

# agree SENTENCE FILE... -- ARGUMENTS OF DPKG-GENSYMBOLS: the same output file, diff and meaning.
# Ours is made of the same arguments, which are dpkg's but for the files.
agree() {
	local sentence=$1 theirs=0 ours=0
	local -a files=() listed=()
	shift
	while [[ $1 != -- ]]; do
		files+=("$1")
		listed+=("-e$1")
		shift
	done
	shift
	rm -f ours theirs
	gensymbols "$@" -o ours "${files[@]}" >ours.diff 2>ours.log || ours=$?
	if ! have dpkg-gensymbols; then
		skip "$sentence: no dpkg-gensymbols"
		return
	fi
	dpkg-gensymbols -plibdemo1 -v2.0-1 "$@" -Otheirs "${listed[@]}" >theirs.diff 2>theirs.log ||
		theirs=$?
	case $theirs in
	0) ;;
	1 | 2 | 3 | 4) theirs=1 ;;
	*) theirs=3 ;;
	esac
	sed -i '/^+++ /d' ours.diff theirs.diff
	touch ours theirs # neither is there after an error
	if [[ $ours -eq $theirs ]] && diff -u theirs ours && diff -u theirs.diff ours.diff; then
		ok "$sentence"
	else
		not_ok "$sentence (exit status $ours, dpkg-gensymbols $theirs)"
		cat ours.log
	fi
}

# exits SENTENCE STATUS ARGUMENTS...
exits() {
	local sentence=$1 expected=$2 status=0
	shift 2
	gensymbols "$@" >out 2>err || status=$?
	if [[ $status -eq $expected ]]; then
		ok "$sentence"
	else
		not_ok "$sentence (exit status $status, expected $expected)"
		cat err
	fi
}

says() { check "$1" grep -qF -- "$2" err; }

# ---- no template ----

gensymbols libdemo.so.1 >out 2>err
cat >expected <<'END'
libdemo.so.1 libdemo1 #MINVER#
 DEMO_1.0@DEMO_1.0 2.0-1
 DEMO_2.0@DEMO_2.0 2.0-1
 DEMO_PRIVATE_0123abcd@DEMO_PRIVATE_0123abcd 2.0-1
 _ZN4Demo3runEi@DEMO_2.0 2.0-1
 _ZN4Demo4stopEv@DEMO_2.0 2.0-1
 both@DEMO_1.0 2.0-1
 both@DEMO_2.0 2.0-1
 chosen@DEMO_2.0 2.0-1
 old_only@DEMO_1.0 2.0-1
 open_it@DEMO_1.0 2.0-1
 queue@DEMO_PRIVATE_0123abcd 2.0-1
 table@DEMO_1.0 2.0-1
 thread@DEMO_2.0 2.0-1
 weak@DEMO_2.0 2.0-1
END
# Node symbols are of GNU ld: lld writes none.
grep -v ' DEMO_.*@' out >out.api
grep -v ' DEMO_.*@' expected >expected.api
same "every version of every symbol is listed, sorted" expected.api out.api
agree "so does dpkg-gensymbols" libdemo.so.1 --
gensymbols libplain.so.3 libdemo.so.1 2>err | grep -v '^ ' >out
printf 'libdemo.so.1 libdemo1 #MINVER#\nlibplain.so.3 libdemo1 #MINVER#\n' >expected
same "libraries are sorted by their sonames" expected out
agree "several libraries" libplain.so.3 libdemo.so.1 --
agree "a program with a soname" host --
# dpkg-gensymbols would list them: it does not see the "@" that newer binutils put into relocations.
gensymbols copies >out 2>err
check "a program's own variable is listed" grep -q ' own@Base' out
check_not "its copy of a library's is not" grep -q ' stdout@' out
check_not "nor are other names of a copy" grep -q environ@ out
gensymbols libplain.so.3 >out 2>err
check_not "what the tool chain leaves is not listed" grep -q __aeabi_x out
check "a name that only begins like it is" grep -q _end_of_it@Base out
exits "a plugin gives no lines" 0 plugin.so
says "and a warning" "plugin.so: no soname"
check "nothing else" test ! -s out
exits "a file that is no library is an error" 3 libplain.so.3 plain.c
check "which leaves no output" test ! -s out
printf '%s\n' libplain.so.3 >names
gensymbols <names >out.stdin 2>err
gensymbols libplain.so.3 >out 2>err
same "names are read from the standard input" out out.stdin

# ---- tags ----

cat >template <<'END'
libdemo.so.1 #PACKAGE# #MINVER#
| #PACKAGE# (= 2.0-1)
* Build-Depends-Package: #PACKAGE#-dev
# a comment
 open_it@DEMO_1.0 1.0
 table@DEMO_1.0 3.0
 both@DEMO_1.0 1.0
 (arch=amd64)both@DEMO_2.0 2.0 1
 (arch=!amd64)thread@DEMO_2.0 1.5
 (arch-bits=32)thirty_two@DEMO_1.0 1.0
 (arch-bits=64|arch-endian=little)old_only@DEMO_1.0 1.0
 (arch-endian=big)big@DEMO_1.0 1.0
 (optional)gone@DEMO_1.0 1.0
 (optional=template instance|whim)also_gone@DEMO_1.0 1.0
 (unknown=1)weak@DEMO_2.0 2.0
 (c++)"Demo::run(int)@DEMO_2.0" 1.9
 (c++|regex)"^Demo::stop\(\)@" 1.8
 (symver|optional)DEMO_PRIVATE_0123abcd 0 1
 (symver)DEMO_2.0 1.7
 (optional)'quoted'@DEMO_9 1
*@DEMO_1.0 0.9
#MISSING: 1.5# chosen@DEMO_2.0 1.0
#MISSING: 1.5# (optional)back@DEMO_1.0 1.0
END
sed -i 's/^\*@/ *@/' template
agree "a template with every tag" libdemo.so.1 -- -Itemplate
agree "written as a template" libdemo.so.1 -- -Itemplate -t
agree "with matches and missing symbols" libdemo.so.1 -- -Itemplate -t -V
agree "with missing symbols alone" libdemo.so.1 -- -Itemplate -V
agree "for another architecture" libdemo.so.1 -- -Itemplate -as390x
gensymbols -q -c 0 -I template libdemo.so.1 >out 2>err
check "#PACKAGE# is the package" grep -qx '\* Build-Depends-Package: libdemo1-dev' out
check "a symbol gets the minver and dependency of its pattern" \
	grep -qx ' queue@DEMO_PRIVATE_0123abcd 0 1' out
check "a c++ pattern takes the demangled name" grep -qx ' _ZN4Demo3runEi@DEMO_2.0 1.9' out
check "symver goes before regex, wherever it stands" grep -qx ' _ZN4Demo4stopEv@DEMO_2.0 1.7' out
check "a minver is lowered to the version" grep -qx ' table@DEMO_1.0 2.0-1' out
check "a missing symbol that is back gets this version" grep -qx ' chosen@DEMO_2.0 2.0-1' out
check_not "what is of another architecture is left out" grep -q big@ out
gensymbols -q -c 0 -t -I template libdemo.so.1 >out 2>err
check "a wrong arch tag is dropped" grep -qx ' thread@DEMO_2.0 1.5' out
check "*@NODE is written as it is today" grep -qx ' (symver|optional)DEMO_1.0 0.9' out

cat >regexes <<'END'
libdemo.so.1 libdemo1 #MINVER#
 (regex)"^o.*@DEMO_1\.0$" 1.0
 (regex|optional)"@DEMO_PRIVATE_[0-9a-f]+$" 0
 (regex|c++)"N4Demo[[:digit:]](?i:RUN)Ei@DEMO_2\.0" 1
 (c++|regex)"^Demo::stop\(\)@" 1.8
 (c++|symver)"DEMO_2.0" 1.1
 (regex)"\b(both|table)@" 1.2
 (regex)"^(weak|chosen|thread)@DEMO_(\d)\.0$" 1.3
 (regex)"^never$" 1.4
END
agree "regular expressions of Perl" libdemo.so.1 -- -Iregexes -c0 -t -V
agree "and their result" libdemo.so.1 -- -Iregexes -c0
check "regex after c++ sees the demangled name" grep -qx ' _ZN4Demo4stopEv@DEMO_2.0 1.8' ours
check "c++ after regex sees the mangled one" grep -qx ' _ZN4Demo3runEi@DEMO_2.0 1' ours

cat >internal <<'END'
libplain.so.3 libplain3 #MINVER#
* allow-internal-symbol-groups: aeabi gomp
END
agree "groups of internal symbols" libplain.so.3 -- -Iinternal
check "are listed when they are allowed" grep -q __aeabi_x ours
printf 'libplain.so.3 libplain3 #MINVER#\n (allow-internal)__aeabi_x@Base 1\n' >internal
agree "an internal symbol with its own tag" libplain.so.3 -- -Iinternal
check "is listed" grep -q __aeabi_x ours
printf 'libplain.so.3 libplain3 #MINVER#\n (ignore-blacklist)__aeabi_x@Base 1\n' >internal
agree "the old name of the tag" libplain.so.3 -- -Iinternal

# ---- includes ----

mkdir -p parts
cat >including <<'END'
libdemo.so.1 libdemo1 #MINVER#
#include "parts/common"
(arch=amd64|optional=here)#include "parts/amd64"
(arch=armhf)#include "parts/armhf"
 open_it@DEMO_1.0 0.5
END
printf ' open_it@DEMO_1.0 1.0\n both@DEMO_1.0 1.0\n#include "more"\n' >parts/common
printf ' both@DEMO_2.0 1.0\n#include "common"\n' >parts/more
printf ' table@DEMO_1.0 1.0\n (optional=there)absent@DEMO_1.0 1.0\n' >parts/amd64
printf ' absent_too@DEMO_1.0 1.0\n' >parts/armhf
agree "included files, one of which includes itself" libdemo.so.1 -- -Iincluding -c0 -t
check "their tags are inherited" grep -qx ' (arch=amd64|optional=here)table@DEMO_1.0 1.0' ours
check "a later line takes the place of an earlier one" grep -qx ' open_it@DEMO_1.0 0.5' ours

# ---- checks ----

gensymbols -q -t libdemo.so.1 2>/dev/null | sed 's/2\.0-1/1.0/' >now
grep -v ' weak@' now >added
{ cat now; echo ' lost@DEMO_1.0 1.0'; } >lost
{ cat now; printf 'libother.so.1 libother1 #MINVER#\n other@Base 1.0\n'; } >library_lost
sed 's/libdemo\.so\.1/libdemo.so.0/' now >library_new
for level in 0 1 2 3 4; do
	for case in now added lost library_lost library_new; do
		agree "-c$level, template '$case'" libdemo.so.1 -- "-I$case" "-c$level"
	done
done
exits "a lost symbol fails by default" 1 -I lost libdemo.so.1
says "and is named" "lost@DEMO_1.0"
check "the difference marks it as missing" grep -qx '+#MISSING: 2.0-1# lost@DEMO_1.0 1.0' err
exits "level 0 never fails" 0 -c 0 -I lost libdemo.so.1
exits "a new symbol fails at level 2" 1 -c 2 -I added libdemo.so.1
exits "but not at 1" 0 -c 1 -I added libdemo.so.1
exits "quiet says only what fails" 1 -q -I lost libdemo.so.1
check "and shows no difference" test "$(wc -l <err)" -eq 1
export DPKG_GENSYMBOLS_CHECK_LEVEL=0
exits "the environment overrides the level" 0 -c 4 -I lost libdemo.so.1
DPKG_GENSYMBOLS_CHECK_LEVEL=5
exits "where it is one" 2 -I lost libdemo.so.1
unset DPKG_GENSYMBOLS_CHECK_LEVEL
exits "there is no level 5" 2 -c 5 -I lost libdemo.so.1
exits "an unchanged template passes all" 0 -c 4 -I now libdemo.so.1
check_not "without a word of a difference" grep -q difference err

# ---- errors ----

exits "--recursive is refused" 2 --recursive .
says "and the way to read a build tree named" "--build-dir"
exits "so is --jobs" 2 --jobs 2 libdemo.so.1

# fails SENTENCE MESSAGE: of the template "bad"
fails() {
	local status=0
	gensymbols -I bad libdemo.so.1 >out 2>err || status=$?
	check "$1: exit status 3" test "$status" -eq 3
	says "$1: says where" "$2"
	check "$1: writes nothing" test ! -s out
}
printf '# x\n open_it@DEMO_1.0 1.0\n' >bad
fails "a symbol before any library" "bad:2:1: no library yet"
printf 'libdemo.so.1 libdemo1\n (regex)"(" 1.0\n' >bad
fails "a regular expression that is none" "bad:2:1: regular expression '('"
printf 'libdemo.so.1 libdemo1\n (symver)Base 1.0\n' >bad
fails "symver for unversioned symbols" "bad:2:1: a symver pattern cannot take"
printf 'libdemo.so.1 libdemo1\n#MISSING: x_1# a@Base 1.0\n' >bad
fails "a missing version that is none" "bad:2:1: 'x_1' is not a version"
printf 'libdemo.so.1 libdemo1\n\n open_it@DEMO_1.0 1_0\n' >bad
fails "a minver that is none" "bad:3:1: '1_0' is not a version"
printf 'libdemo.so.1 libdemo1\n#include "nowhere"\n' >bad
fails "an included file that is not there" "bad:2:1: cannot include nowhere"
printf 'libdemo.so.1 libdemo1\n#include "bad2"\n' >bad
printf ' a@Base 1\n (regex)"[" 1\n' >bad2
fails "an error in an included file" "bad2:2:1: regular expression"
printf 'libdemo.so.1 libdemo1\n* Build-Depends-Package\n' >bad
fails "a field without a value" "bad:2:1: expected '* FIELD: VALUE'"
printf 'libdemo.so.1 libdemo1\n (optional)\n' >bad
fails "tags without a symbol" "bad:2:1: tags without a symbol"
exits "a template that is not there is not passed over" 3 -I nowhere libdemo.so.1
says "and is named" "nowhere"
printf 'libdemo.so.1 libdemo1\n no_minver@Base\n%s\n#include <x>\n' '(optional)open_it@DEMO_1.0 1.0' >odd
exits "lines that dpkg passes over are passed over" 0 -c 0 -I odd libdemo.so.1
says "with a warning for a symbol without a minver" "odd:2: not understood"
says "for a symbol without a blank in front" "odd:3: taken as the name of a library"
says "and for an include that is none" "odd:4: a comment"
printf 'libdemo.so.1 libdemo1\n (symver)open_it@DEMO_1.0 1.0\n' >odd
exits "a symver pattern for a symbol" 0 -c 0 -I odd libdemo.so.1
says "gets a warning" "odd:2: takes nothing"
exits "a package's name is checked" 2 -p Libdemo libdemo.so.1
exits "a version is checked" 2 -v 1_0 libdemo.so.1
exits "an architecture is checked" 2 -a amd46 libdemo.so.1

# ---- private nodes ----

cat >strict <<'END'
libdemo.so.1 libdemo1 #MINVER#
| libdemo1 (= 2.0-1)
 (symver)DEMO_1.0 1.0
 (symver)DEMO_2.0 1.0
 (symver|optional)DEMO_PRIVATE_ffff0000 0 1
END
exits "a private node with a stale line passes, as with dpkg" 0 -I strict libdemo.so.1
says "with a warning" "of the private node DEMO_PRIVATE_0123abcd get the main dependency"
says "that shows the line which was meant for it" "strict:5: 'DEMO_PRIVATE_ffff0000'"
says "and the line that would do" '(regex|optional)"@DEMO_PRIVATE_" 0 1'
exits "--strict-private makes it an error" 1 --strict-private -I strict libdemo.so.1
exits "of which -q is no cure" 1 -q --strict-private -I strict libdemo.so.1
sed -i 's/ (symver|optional)DEMO_PRIVATE.*/ (regex|optional)"@DEMO_PRIVATE_" 0 1/' strict
exits "the line that it shows does" 0 -c 4 --strict-private -I strict libdemo.so.1
check "without a warning" test ! -s err
check "the private symbol has its own dependency" grep -qx ' queue@DEMO_PRIVATE_0123abcd 0 1' out
sed -i '/^|/d' strict
exits "a dependency that is not there" 0 -I strict libdemo.so.1
says "gets a warning" "has dependency 1, but there are only 1"

# ---- a source package ----

mkdir -p source/debian/tmp/usr/lib
cp libdemo.so.1 source/debian/tmp/usr/lib/
ln -s libdemo.so.1 source/debian/tmp/usr/lib/libdemo.so
cp plugin.so source/debian/tmp/usr/lib/
cd source
printf 'Source: demo\n\nPackage: libdemo1\nArchitecture: any\n' >debian/control
printf 'demo (1:3.0~rc1-2) unstable; urgency=low\n\n  * New.\n\n -- A <a@b>  Mon, 01 Jan 2024 00:00:00 +0000\n' >debian/changelog
cp ../now debian/libdemo1.symbols
check "package, version and template are those of the source package" \
	"$abiaudit" deps --deb-symbols --build-dir debian/tmp
check "the file is where dpkg-deb looks for it" grep -q ' weak@DEMO_2.0 1.0' debian/tmp/DEBIAN/symbols
if have dpkg-gensymbols; then
	mv debian/tmp/DEBIAN/symbols ../ours
	dpkg-gensymbols >/dev/null
	same "dpkg-gensymbols writes the same" debian/tmp/DEBIAN/symbols ../ours
fi
rm debian/libdemo1.symbols
"$abiaudit" deps --deb-symbols -q --build-dir debian/tmp -o fresh
check "a new symbol has the version of the changelog" grep -qx ' weak@DEMO_2.0 1:3.0~rc1-2' fresh
cp ../lost debian/symbols
"$abiaudit" deps --deb-symbols --build-dir debian/tmp -o fresh >../out 2>../err
says_here() { check "$1" grep -qF -- "$2" ../err; }
says_here "an output that exists is the template, and that is said" "debian/symbols is not looked at"
printf 'Package: libdemo-dev\n' >>debian/control
status=0
"$abiaudit" deps --deb-symbols --build-dir debian/tmp >../out 2>../err || status=$?
check "of several packages one must be named" test "$status" -eq 2
says_here "with their names" "libdemo1, libdemo-dev"
cd ..

# ---- for programs ----

gensymbols -q -c 0 -V -t --format json -I template libdemo.so.1 >out.json 2>err
if have jq; then
	check "JSON has the format's version" test "$(jq .format_version out.json)" = 1
	check "tags by name" test "$(jq -r '.libraries[0].symbols[] | select(.name == "weak@DEMO_2.0").tags.unknown' out.json)" = 1
	check "what is missing" test "$(jq -r '.libraries[0].symbols[] | select(.name == "gone@DEMO_1.0").missing' out.json)" = 2.0-1
	gensymbols -q -c 0 --format json -I lost libdemo.so.1 >out.json 2>err
	check "and what was lost" test "$(jq -r '.changes.lost_symbols[0].name' out.json)" = lost@DEMO_1.0
fi
gensymbols -q -c 0 --format tsv -I template libdemo.so.1 >out.tsv 2>err
check "TSV has a record a dependency" grep -qx "$(printf 'library\tlibdemo.so.1\t1\t#PACKAGE# (= 2.0-1)')" out.tsv
check "and a record a symbol" grep -qx "$(printf 'symbol\tlibdemo.so.1\tqueue@DEMO_PRIVATE_0123abcd\t0\t1\tpresent\tsymver|optional')" out.tsv
gensymbols -q --format json -o out.json libdemo.so.1 2>err
exits "a document that exists is no template" 0 -q --format json -o out.json libdemo.so.1
exits "other formats are not known" 2 --format xml libdemo.so.1

finish
