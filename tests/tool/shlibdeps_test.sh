#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit deps --deb-depends` with a database, a configuration and build trees of the test's own:
# every option, every kind of warning, every reason to fail.
#
# ABIAUDIT and EDIT_ELF are the tools' paths.

# Functions are called by name, through check.
# shellcheck disable=SC2317
: "${ABIAUDIT:?path of abiaudit}" "${EDIT_ELF:?}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
EDIT_ELF=$(realpath "$EDIT_ELF") || exit 1
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1
top=$(pwd -P)
CC=${CC:-cc}
unset LD_LIBRARY_PATH DPKG_ADMINDIR "${!DEB_@}"

# run STATUS ARGUMENT...: run `abiaudit deps --deb-depends` into out and err, compare its status
run() {
	local want=$1 got
	shift
	"$ABIAUDIT" deps --deb-depends --admindir admin --confdir conf --folder "$top/lib" "$@" \
		>out 2>err </dev/null
	got=$?
	[[ $got -eq $want ]] || not_ok "status $want, not $got: $* ($(head -n 1 err))"
}

# prints SENTENCE TEXT: the tool just printed that text
prints() {
	printf '%s' "${2:+$2$'\n'}" >want
	same "$1" out want
}

# gives SENTENCE TEXT ARGUMENT...: a run prints that text and says nothing
gives() {
	local sentence=$1 text=$2
	shift 2
	run 0 "$@"
	prints "$sentence" "$text"
	[[ ! -s err ]] || not_ok "$sentence: silence, not $(head -n 1 err)"
}

# warns SENTENCE TEXT: the last run said that
warns() { check "$1" grep -F -- "$2" err; }
silent_on() { check_not "$1" grep -qF -- "$2" err; }

# ---- fixtures ----

mkdir -p lib odd admin/info conf/symbols debian tree/DEBIAN tree/usr/bin tree/usr/lib/plugins

library() { # PATH SONAME SOURCE ARGUMENT...
	local path=$1 soname=$2 source=$3
	shift 3
	printf '%s\n' "$source" >code.c
	"$CC" -shared -fPIC -nostdlib -o "$path" code.c ${soname:+-Wl,-soname,"$soname"} "$@"
}
program() { # PATH SOURCE ARGUMENT...: a program without the C library
	local path=$1 source=$2
	shift 2
	printf '%s\n' "$source" >code.c
	"$CC" -fPIE -pie -nostdlib -Wl,-e,start -Wl,--no-as-needed -o "$path" code.c "$@"
}

echo 'FOO_1 { global: old; data; local: *; }; FOO_2 { global: new; }; FOO_PRIVATE { global: secret; };' >foo.map
{
	library lib/libfoo.so.1 libfoo.so.1 'void old(void) {} void new(void) {} void secret(void) {}
		int data[4] = {1};' -Wl,--version-script=foo.map &&
		library lib/libbar.so.2 libbar.so.2 'void bar(void) {}' &&
		library lib/libqux.so.3 libqux.so.3 'void qux(void) {}' &&
		library lib/libplain.so libplain.so 'void plain(void) {}' &&
		library lib/libprivate.so '' 'void private(void) {}' &&
		library lib/libgone.so.1 libgone.so.1 'void gone(void) {}' &&
		program tree/usr/bin/first 'void old(void); void start(void) { old(); }' lib/libfoo.so.1 &&
		program tree/usr/bin/second 'void new(void); void bar(void); void start(void) { new(); bar(); }' \
			lib/libfoo.so.1 lib/libbar.so.2 &&
		program tree/usr/bin/secret 'void secret(void); void start(void) { secret(); }' lib/libfoo.so.1 &&
		program tree/usr/bin/idle 'void start(void) {}' lib/libfoo.so.1 &&
		program tree/usr/bin/bar 'void bar(void); void start(void) { bar(); }' lib/libbar.so.2 &&
		program tree/usr/bin/qux 'void qux(void); void start(void) { qux(); }' lib/libqux.so.3 &&
		program tree/usr/bin/plain 'void plain(void); void start(void) { plain(); }' lib/libplain.so &&
		program tree/usr/bin/private 'void private(void); void start(void) { private(); }' -Llib -l:libprivate.so &&
		program tree/usr/bin/gone 'void gone(void); void start(void) { gone(); }' lib/libgone.so.1 &&
		library tree/usr/lib/plugins/plugin.so plugin.so 'void host_a(void); void host_b(void);
			__attribute__((weak)) void host_c(void);
			void p(void) { host_a(); host_b(); if (host_c) host_c(); }' &&
		library tree/usr/lib/plugins/anonymous.so '' 'void host_a(void); void p(void) { host_a(); }' &&
		library tree/usr/lib/libpublic.so.1 libpublic.so.1 "$(for i in {1..12}; do
			printf 'void missing%d(void); ' "$i"
		done) void p(void) { $(for i in {1..12}; do printf 'missing%d(); ' "$i"; done) }"
} >log 2>&1 || {
	cat log
	exit 1
}
rm lib/libgone.so.1

own() { # PACKAGE PATH...: a package of the database with these files
	local package=$1
	shift
	printf '%s\n' /. "$@" >"admin/info/$package.list"
}
own libfoo1:amd64 "$top/lib/libfoo.so.1"
own odd-name "$top/lib/libbar.so.2" /elsewhere/libbar.so.2
own libqux3 "$top/lib/libqux.so.3"
own unrelated /usr/bin/unrelated
own empty
: >admin/info/empty.list
cat >admin/info/libfoo1:amd64.symbols <<'END'
libfoo.so.1 libfoo1 #MINVER#
| libfoo1 (>> 3.0), libfoo1 (<< 3.1)
* Build-Depends-Package: libfoo-dev
 data@FOO_1 1.5
 new@FOO_2 2.5-1
 old@FOO_1 1.0
 secret@FOO_PRIVATE 0 1
#MISSING: 2.0# lost@FOO_1 0.9
END
echo 'libbar 2 odd-name (>= 2.1), extra | other' >admin/info/odd-name.shlibs
cat >admin/status <<'END'
Package: libfoo1
Status: install ok installed
Architecture: i386
Version: 1.1

Package: libfoo1
Architecture: amd64
Version: 3.0-1

Package: odd-name
Architecture: all
Version: 2.1-7
END
cat >debian/control <<'END'
Source: x
Build-Depends: debhelper-compat (= 13), libfoo-dev [any] | libfoo-old-dev

Package: x
Architecture: any
END

# ---- symbols and shlibs ----

gives "a symbol gives the version that it needs" 'shlibs:Depends=libfoo1 (>= 1.0)' tree/usr/bin/first
gives "versions are from symbols files, the rest from shlibs files; the field is sorted" \
	'shlibs:Depends=extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)' tree/usr/bin/second
gives "of several files the highest version counts" \
	'shlibs:Depends=extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)' tree/usr/bin/{second,first}
gives "a symbol may be for another dependency, of several parts, and the main one stays" \
	'shlibs:Depends=libfoo1 (>= 0.9), libfoo1 (>> 3.0), libfoo1 (<< 3.1)' tree/usr/bin/secret
gives "--simplify leaves out what is implied" \
	'shlibs:Depends=libfoo1 (>> 3.0), libfoo1 (<< 3.1)' --simplify tree/usr/bin/secret
gives "a library that is not used is depended on all the same" \
	'shlibs:Depends=libfoo1 (>= 0.9)' --warnings 0 tree/usr/bin/idle
gives "a library without soname is no dependency" '' tree/usr/bin/private
program copy 'extern int data[4]; int start(void) { return data[0]; }' -no-pie -fno-pie -fno-pic lib/libfoo.so.1
if readelf -rW copy | grep -q COPY; then
	run 0 copy
	prints "a variable that a program has a copy of is a symbol that it uses" \
		'shlibs:Depends=libfoo1 (>= 1.5)'
else
	skip "this machine has no copied variables"
fi
sed 's/ 0\.9$/ 0/' admin/info/libfoo1:amd64.symbols >log && mv log admin/info/libfoo1:amd64.symbols
gives "a version of 0 is none" 'shlibs:Depends=libfoo1' --warnings 0 tree/usr/bin/idle
sed 's/ 0$/ 0.9/' admin/info/libfoo1:amd64.symbols >log && mv log admin/info/libfoo1:amd64.symbols

# ---- which files tell ----

echo 'libfoo 1 local-foo' >debian/shlibs.local
gives "debian/shlibs.local goes before a symbols file" 'shlibs:Depends=local-foo' tree/usr/bin/first
rm debian/shlibs.local
printf '# comment\n\nudeb: libbar 2 bar-udeb\nlibbar 2 local-bar\nlibqux 3\n' >local
gives "--local-shlibs names another, and a line may have no dependency" \
	'shlibs:Depends=local-bar' -L local tree/usr/bin/{bar,qux}
gives "--package-type takes the lines of that type, and no symbols files" \
	'shlibs:Depends=bar-udeb' --package-type udeb -L local tree/usr/bin/bar
echo 'libbar 2 over-bar' >conf/shlibs.override
echo 'libqux 3 default-qux' >conf/shlibs.default
gives "shlibs.override goes before a package's file, shlibs.default behind" \
	'shlibs:Depends=default-qux, over-bar' tree/usr/bin/{bar,qux}
rm conf/shlibs.*
printf 'libbar.so.2 conf-bar #MINVER#\n bar@Base 7\n' >conf/symbols/odd-name.symbols
gives "a symbols file of the configuration goes before the package's" \
	'shlibs:Depends=conf-bar (>= 7)' tree/usr/bin/bar
printf 'libbar.so.2 arch-bar #MINVER#\n bar@Base 8\n' >conf/symbols/odd-name.symbols.i386
gives "and before that one for the architecture" \
	'shlibs:Depends=arch-bar (>= 8)' --arch i386 tree/usr/bin/bar
rm conf/symbols/*
DPKG_ADMINDIR="admin" "$ABIAUDIT" deps --deb-depends --confdir conf -l "$top/lib" tree/usr/bin/bar >out 2>err
prints "\$DPKG_ADMINDIR is the database without --admindir" 'shlibs:Depends=extra | other, odd-name (>= 2.1)'
printf 'nonsense\nlibbar 2 local-bar\n' >local
run 0 -L local tree/usr/bin/bar
prints "a bad line of a shlibs file is passed over" 'shlibs:Depends=local-bar'
warns "and warned of" "local:1: 'nonsense': expected"

# ---- fields, exclusion, output ----

gives "files count for the field in front of them" \
	'shlibs:Depends=libfoo1 (>= 1.0)
shlibs:Suggests=extra | other, odd-name (>= 2.1)' tree/usr/bin/first -d suggests tree/usr/bin/bar
gives "what a stronger field demands is left out of a weaker one" \
	'shlibs:Pre-Depends=extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)' \
	-d Recommends tree/usr/bin/first -d Pre-Depends tree/usr/bin/second -d Depends tree/usr/bin/bar
gives "unless the weaker one demands more" \
	'shlibs:Depends=libfoo1 (>= 1.0)
shlibs:Recommends=extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)' \
	tree/usr/bin/first -dRecommends tree/usr/bin/second
gives "a file that is named twice counts for the stronger field" \
	'shlibs:Depends=libfoo1 (>= 1.0)' -d Suggests -e tree/usr/bin/first -d Depends -e tree/usr/bin/first
gives "--exclude leaves a package out, up to the end of a word" \
	'shlibs:Depends=extra | other, odd-name (>= 2.1)' -x libfoo1 -x ext -x od -x odd-nam tree/usr/bin/second
gives "of alternatives the first is what is excluded" \
	'shlibs:Depends=libfoo1 (>= 2.5-1)' -x extra -x other -x odd-name tree/usr/bin/second
gives "--varname-prefix names the variables" 'mine:Depends=libfoo1 (>= 1.0)' \
	--varname-prefix mine tree/usr/bin/first
printf '# c\nz=1\nshlibs:Suggests=old\nmisc:Depends=x, y\nshlibs:Depends=older\nopt?=v\nshlibs2:X=2\n' >vars
gives "--substvars prints nothing" '' -T vars tree/usr/bin/first
cat >want <<'END'
misc:Depends=x, y
opt?=v
shlibs2:X=2
shlibs:Depends=libfoo1 (>= 1.0)
z=1
END
same "and replaces the variables of its prefix in the file, which is sorted" want vars
gives "--substvars and --output go together" '' -T newvars -o answer tree/usr/bin/first
same "--substvars makes the file" newvars answer
check "--output is a file" grep -qx 'shlibs:Depends=libfoo1 (>= 1.0)' answer
cp vars before
run 3 -T vars tree/usr/bin/qux
same "a failure leaves the file of variables alone" before vars
echo 'no variable' >vars
run 3 -T vars tree/usr/bin/first
warns "a damaged file of variables is an error with its line" "vars:1:1: 'no variable': expected 'NAME=value'"
gives "without dependencies nothing is printed" '' tree/usr/bin/private

# ---- names of files ----

printf 'tree/usr/bin/first\n\ntree/usr/bin/bar\n' >names
"$ABIAUDIT" deps --deb-depends --admindir admin --confdir conf -l "$top/lib" <names >out 2>err
prints "names come from the standard input" 'shlibs:Depends=extra | other, libfoo1 (>= 1.0), odd-name (>= 2.1)'
tr '\n' '\0' <names | "$ABIAUDIT" deps --deb-depends --admindir admin --confdir conf -l "$top/lib" \
	-0 -d Recommends - >out 2>err
prints "or end in NUL, and count for the field in front of '-'" \
	'shlibs:Recommends=extra | other, libfoo1 (>= 1.0), odd-name (>= 2.1)'
mkdir -p some/DEBIAN some/usr/bin && cp tree/usr/bin/{first,bar} some/usr/bin
echo '#!/bin/sh' >some/usr/bin/script
gives "--recursive takes the ELF files of a folder" \
	'shlibs:Depends=extra | other, libfoo1 (>= 1.0), odd-name (>= 2.1)' -r some
run 0 names tree/usr/bin/first
prints "a file of another kind has no dependencies" 'shlibs:Depends=libfoo1 (>= 1.0)'
warns "and is warned of" "names: neither a program nor a shared object"

# ---- Build-Depends-Package ----

build_depends() { sed -i "s/^Build-Depends:.*/Build-Depends: $1/" debian/control; }
build_depends 'libfoo-dev (>= 2.0~), libbar-dev (>= 9)'
gives "the version of a -dev package in Build-Depends is a minimum" \
	'shlibs:Depends=libfoo1 (>= 2.0~)' tree/usr/bin/first
gives "where the symbols need no more" \
	'shlibs:Depends=extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)' tree/usr/bin/second
build_depends 'libfoo-dev (>= 2.0) [!i386], libfoo-dev (>> 2.2) <x>, libfoo-dev (<< 9), a | libfoo-dev (>= 2.1)'
gives "the highest lower bound counts, for this architecture and these profiles" \
	'shlibs:Depends=libfoo1 (>= 2.1)' tree/usr/bin/first
DEB_BUILD_PROFILES='y x' gives "as the environment names them" \
	'shlibs:Depends=libfoo1 (>= 2.2)' tree/usr/bin/first
build_depends 'debhelper'
sed -i '/^Build-Depends/a Build-Depends-Arch: libfoo-dev (>= 2.4)' debian/control
gives "Build-Depends-Arch counts as well" 'shlibs:Depends=libfoo1 (>= 2.4)' tree/usr/bin/first
sed -i 's/^Build-Depends-Arch.*/Build-Depends-Arch: libfoo-dev (2.4)/' debian/control
run 3 tree/usr/bin/first
warns "a broken field is an error" "debian/control:1:1: Build-Depends or Build-Depends-Arch: 'libfoo-dev (2.4)' is no dependency"
sed -i 's/^Build-Depends-Arch.*/Build-Depends-Arch: libfoo-dev (>= x)/' debian/control
run 3 tree/usr/bin/first
warns "so is a version that is none" "'x' is not a version"
sed -i '/^Build-Depends-Arch/d' debian/control

# ---- what is missing ----

run 3 tree/usr/bin/{gone,qux,first}
prints "where something is missing nothing is printed" ''
warns "a library that is not found is told" \
	"error: tree/usr/bin/gone needs libgone.so.1, and no such library for its kind of machine was found"
warns "and so is, in the same run, one that nothing is known about" \
	"error: tree/usr/bin/qux needs libqux.so.3 ($top/lib/libqux.so.3), and nothing is known about what to depend on for it: neither a symbols nor a shlibs file of its package has it: libqux3"
warns "with what to do" "or go on without it: --ignore-missing-info"
run 3 --ignore-missing-info tree/usr/bin/gone
gives "--ignore-missing-info goes on where nothing is known" \
	'shlibs:Depends=libfoo1 (>= 1.0)' --ignore-missing-info tree/usr/bin/{first,qux}
gives "nothing need be known about a library without a version" '' tree/usr/bin/plain
rm lib/libplain.so
run 0 tree/usr/bin/plain
warns "and one that is not found is only warned of" "warning: tree/usr/bin/plain needs libplain.so, and no such"
mv admin/info/libfoo1:amd64.list saved
run 3 tree/usr/bin/first
warns "a library of no package is one that nothing is known about" "it is in no installed package"
mv saved admin/info/libfoo1:amd64.list
echo text >odd/libfoo.so.1
gives "a file that is no library is passed over" 'shlibs:Depends=libfoo1 (>= 1.0)' tree/usr/bin/first
run 0 -l "$top/odd" tree/usr/bin/first
prints "for the next one" 'shlibs:Depends=libfoo1 (>= 1.0)'
warns "and warned of" "$top/odd/libfoo.so.1: no ELF object"
cp lib/libfoo.so.1 odd && "$EDIT_ELF" machine odd/libfoo.so.1 2
"$ABIAUDIT" deps --deb-depends --admindir admin --confdir conf -l "$top/odd" -l "$top/lib" \
	tree/usr/bin/first >out 2>err
prints "a library of another machine is passed over in silence" 'shlibs:Depends=libfoo1 (>= 1.0)'
[[ ! -s err ]] || not_ok "silence, not $(head -n 1 err)"
run 3 tree/usr/bin/absent
warns "a file that is not there is an error" "tree/usr/bin/absent: cannot read"

# ---- warnings ----

run 0 tree/usr/lib/plugins/plugin.so
warns "a symbol that no library has makes a plugin outside of the library folders" \
	"warning: tree/usr/lib/plugins/plugin.so uses the symbol host_"
warns "and tells so" "which none of its libraries has: it is probably a plugin"
warns "and is named only once" "tree/usr/lib/plugins/plugin.so: 1 more symbols that none of its libraries has"
silent_on "weak ones need not be there" host_c
run 0 -V tree/usr/lib/plugins/plugin.so
warns "--verbose names them all" "host_a, which none"
warns "each of them" "host_b, which none"
gives "--warnings without 1 does not" '' --warnings 6 tree/usr/lib/plugins/plugin.so
gives "a plugin without soname may take symbols from its host" '' tree/usr/lib/plugins/anonymous.so
run 0 tree/usr/lib/libpublic.so.1
warns "in a library folder it is no plugin" "uses the symbol missing"
silent_on "and said so" plugin
warns "and ten are named" "tree/usr/lib/libpublic.so.1: 2 more symbols"
cp tree/usr/lib/libpublic.so.1 outside.so
run 0 outside.so
warns "whether a file outside of a build tree is a plugin cannot be told" \
	"outside.so is in no package's build tree (no folder DEBIAN above it)"
run 0 tree/usr/bin/idle
warns "a library that no file uses is a dependency that could be avoided" \
	"a dependency could be avoided if tree/usr/bin/idle were not linked with libfoo.so.1: it uses none of its symbols"
gives "--warnings without 2 does not tell" 'shlibs:Depends=libfoo1 (>= 0.9)' --warnings=1 tree/usr/bin/idle
gives "nor is it one where another file uses it" 'shlibs:Depends=libfoo1 (>= 1.0)' tree/usr/bin/{idle,first}
run 0 --warnings 4 tree/usr/bin/{idle,first}
warns "--warnings with 4 tells for each file" \
	"tree/usr/bin/idle is linked with libfoo.so.1, but uses none of its symbols"
cp tree/usr/bin/idle tree/usr/bin/idle2
run 0 tree/usr/bin/{idle,idle2}
warns "several files are told in one line" "if tree/usr/bin/idle and 1 more were not linked with libfoo.so.1: they"
rm tree/usr/bin/idle2
library odd/libfoo.so.1 libother.so.1 'void old(void) {}'
"$ABIAUDIT" deps --deb-depends --admindir admin --confdir conf -l odd --ignore-missing-info \
	tree/usr/bin/first >out 2>err
warns "a library with another soname than it was found by is told" \
	"odd/libfoo.so.1: its soname is libother.so.1, but it is needed, and was found, as libfoo.so.1"
printf '%s\n' "$top/lib/libbar.so.2" "$top/lib/libbar.so.2.real" diverter >admin/diversions
own diverter "$top/lib/libbar.so.2"
run 0 tree/usr/bin/bar
prints "all packages that a diverted file belongs to are asked" 'shlibs:Depends=extra | other, odd-name (>= 2.1)'
warns "with a warning" "$top/lib/libbar.so.2 is diverted (by diverter, to $top/lib/libbar.so.2.real)"
printf '%s\n' "$top/lib/libbar.so.2" "$top/lib/libbar.so.2.real" : >admin/diversions
run 0 tree/usr/bin/bar
warns "of a local diversion too" "is diverted (locally, to"
rm admin/diversions admin/info/diverter.list

# ---- run paths ----

mkdir -p tree/usr/lib/own
library tree/usr/lib/own/libown.so.1 libown.so.1 'void own(void) {}'
for path in "\$ORIGIN/../lib/own" "\${ORIGIN}/../lib/own" /usr/lib/own "/x:/usr/lib/own"; do
	program tree/usr/bin/own 'void own(void); void start(void) { own(); }' \
		tree/usr/lib/own/libown.so.1 -Wl,-rpath,"$path"
	gives "the run path $path is one of the build tree" '' tree/usr/bin/own
done
program tree/usr/bin/own 'void own(void); void start(void) { own(); }' tree/usr/lib/own/libown.so.1 \
	-Wl,--disable-new-dtags,-rpath,"\$ORIGIN/../lib/own"
gives "DT_RPATH counts as DT_RUNPATH does" '' tree/usr/bin/own
cp tree/usr/bin/own own-outside
run 3 own-outside
warns "outside of a build tree \$ORIGIN is not known" "own-outside: its run path has \$ORIGIN"

# ---- build trees ----

mkdir -p debian/libown1/DEBIAN debian/libown1/usr/lib debian/other/usr/bin
cp tree/usr/lib/own/libown.so.1 debian/libown1/usr/lib
program debian/other/usr/bin/own 'void own(void); void start(void) { own(); }' tree/usr/lib/own/libown.so.1
run 3 debian/other/usr/bin/own
warns "a build tree without information is not looked into" "needs libown.so.1, and no such library"
run 3 -S debian/libown1 debian/other/usr/bin/own
warns "with --search-tree it is" "(debian/libown1/usr/lib/libown.so.1), and nothing is known"
echo 'libown 1 libown1 (>= 5)' >debian/libown1/DEBIAN/shlibs
run 0 debian/other/usr/bin/own
prints "a tree with a shlibs file is looked into" 'shlibs:Depends=libown1 (>= 5)'
printf 'libown.so.1 libown1 #MINVER#\n own@Base 6\n' >debian/libown1/DEBIAN/symbols
run 0 debian/other/usr/bin/own
prints "and a symbols file goes before that" 'shlibs:Depends=libown1 (>= 6)'
run 3 --ignore-tree debian/libown1 debian/other/usr/bin/own
warns "--ignore-tree leaves it out" "needs libown.so.1, and no such library"
cp debian/other/usr/bin/own debian/libown1/usr/lib/own
rm debian/libown1/DEBIAN/{shlibs,symbols}
gives "a file needs nothing of a library of its own package" '' debian/libown1/usr/lib/own
LD_LIBRARY_PATH=$top/debian/libown1/usr/lib "$ABIAUDIT" deps --deb-depends --admindir admin --confdir conf \
	--ignore-missing-info debian/other/usr/bin/own >out 2>err
warns "LD_LIBRARY_PATH works, but not for folders of the tree that is built" \
	"LD_LIBRARY_PATH has $top/debian/libown1/usr/lib"
rm -r debian/libown1 debian/other

# ---- explanations ----

tab=$(printf '\t')
run 0 --format tsv tree/usr/bin/second
prints "tsv has a record for each dependency of a file, and one for each field" \
	"dependency${tab}tree/usr/bin/second${tab}Depends${tab}libfoo.so.1${tab}$top/lib/libfoo.so.1${tab}libfoo1:amd64${tab}3.0-1${tab}libfoo1 (>= 2.5-1)${tab}symbol${tab}new@FOO_2
dependency${tab}tree/usr/bin/second${tab}Depends${tab}libbar.so.2${tab}$top/lib/libbar.so.2${tab}odd-name${tab}2.1-7${tab}odd-name (>= 2.1)${tab}shlibs${tab}
dependency${tab}tree/usr/bin/second${tab}Depends${tab}libbar.so.2${tab}$top/lib/libbar.so.2${tab}odd-name${tab}2.1-7${tab}extra | other${tab}shlibs${tab}
field${tab}${tab}Depends${tab}${tab}${tab}${tab}${tab}extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)${tab}${tab}"
build_depends 'libfoo-dev (>= 2.0)'
run 0 --format tsv tree/usr/bin/first
warns_out() { check "$1" grep -qF -- "$2" out; }
warns_out "a version may be because of a build dependency" "libfoo1 (>= 2.0)${tab}build-depends${tab}libfoo-dev"
build_depends debhelper
run 0 --format tsv --warnings 0 tree/usr/bin/idle
warns_out "or because the library is not in older ones" "libfoo1 (>= 0.9)${tab}library${tab}"
run 0 --format json tree/usr/bin/second tree/usr/bin/private
check "json has the fields" test "$(jq -r '.fields.Depends' out)" = \
	'extra | other, libfoo1 (>= 2.5-1), odd-name (>= 2.1)'
check "json tells which symbol needs a version" test \
	"$(jq -r '.files[0].libraries[0] | "\(.soname) \(.package) \(.installed) \(.symbols) \(.dependencies[0].because)"' out)" = \
	'libfoo.so.1 libfoo1:amd64 3.0-1 1 new@FOO_2'
check "json has null for what there is none of" jq -e \
	'.format_version == 1 and .files[1].libraries[0].information == null and .files[0].libraries[1].dependencies[0].minimum == null' out
gives "--substvars and --format go together" "$(cat out)" -T vars2 --format json tree/usr/bin/second tree/usr/bin/private
run 0 -V tree/usr/bin/first
warns "--verbose tells which file told" \
	"libfoo.so.1 is $top/lib/libfoo.so.1 of libfoo1:amd64; used is admin/info/libfoo1:amd64.symbols"
run 0 -V -V tree/usr/bin/first
warns "twice, what each symbol is in" "tree/usr/bin/first: symbol old@FOO_1 is in libfoo.so.1"

# ---- damage ----

printf '/x\n%s' "$top/lib/libbar.so.2" >admin/info/odd-name.list
run 3 tree/usr/bin/bar
warns "a list of files that is cut short is an error" "admin/info/odd-name.list:2:1: the last line does not end"
own odd-name "$top/lib/libbar.so.2"
printf '%s\n' "$top/lib/libbar.so.2" x >admin/diversions
run 3 tree/usr/bin/bar
warns "so is a list of diversions" "admin/diversions:2:1: the file ends inside a diversion"
rm admin/diversions
cp admin/info/libfoo1:amd64.symbols saved
echo ' early@FOO_1 1' | cat - saved >admin/info/libfoo1:amd64.symbols
run 3 tree/usr/bin/first
warns "so is a symbols file that begins with a symbol" "libfoo1:amd64.symbols:1:1: no library yet"
sed 's/old@FOO_1 1.0/old@FOO_1 1.0 7/' saved >admin/info/libfoo1:amd64.symbols
run 3 tree/usr/bin/first
warns "or names a dependency that is not there" "the symbol is for dependency 7 of libfoo.so.1, which has 1"
sed 's/old@FOO_1 1.0/old@FOO_1 v1_0/' saved >admin/info/libfoo1:amd64.symbols
run 3 tree/usr/bin/first
warns "or a version that is none" "'v1_0' is not a version"
sed 's/^libfoo.so.1 libfoo1/libfoo.so.1 libfoo1 (/' saved >admin/info/libfoo1:amd64.symbols
run 3 tree/usr/bin/first
warns "or a dependency that is none" "libfoo1:amd64.symbols:1:1: 'libfoo1 ( (>= 1.0)' is no dependency"
cp saved admin/info/libfoo1:amd64.symbols
printf 'broken\n' >admin/status
gives "the status file is not read for the fields" 'shlibs:Depends=libfoo1 (>= 1.0)' tree/usr/bin/first
run 3 --format json tree/usr/bin/first
warns "where it is, damage is an error" "admin/status:1:1: 'broken': expected 'Field: value'"
head -c 700 tree/usr/bin/first >short
run 3 short tree/usr/bin/absent tree/usr/bin/first
warns "a damaged program is an error" "error: short: "
warns "and so is, in the same run, one that is not there" "error: tree/usr/bin/absent: cannot read"
prints "and nothing is written" ''
head -c 700 lib/libqux.so.3 >odd/libqux.so.3
run 3 -l "$top/odd" tree/usr/bin/qux
run 3 --admindir nowhere tree/usr/bin/first
warns "no database is an error" "nowhere/info: cannot read dpkg's database"
mkdir evil && program evil/prog 'void old(void); void start(void) { old(); }' lib/libfoo.so.1
mv evil/prog $'evil/a\e[2Jb'
run 0 $'evil/a\e[2Jb'
check_not "names do not steer a terminal" grep -q $'\e' err

# ---- usage ----

run 2 --field Conflicts tree/usr/bin/first
warns "a field must be one of four" "--field Conflicts: expected Pre-Depends, Depends, Recommends or Suggests"
run 2 --warnings many tree/usr/bin/first
run 2 --varname-prefix 'a b' tree/usr/bin/first
run 2 --jobs 2 tree/usr/bin/first
run 2 --format xml tree/usr/bin/first
run 2 --multifile tree/usr/bin/first
warns "an option for rpm is refused" "--multifile is an option for rpm, not for --deb-depends"
run 3 tree
warns "a folder needs --recursive" "tree: a directory: with --recursive"
run 2
warns "files must be named" "no file names: expected FILE..., or names on the standard input"

finish
