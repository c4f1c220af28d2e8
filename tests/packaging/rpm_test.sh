#!/bin/bash
# SPDX-License-Identifier: MIT
# RPM packages of the examples, with the file attribute and the macros as they are installed: what
# they provide and require, written out; and what rpm does with them in a root of their own, at one
# commit and at the next. Then the attribute itself, and each macro.
#
# From the environment: ABILOCK_PREFIX, where abilock is installed. As a normal user the root is
# entered through a user namespace (unshare -r); where there is none, that part is skipped.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
# shellcheck source=../examples/lib.sh
. "$root/tests/examples/lib.sh"

for tool in rpmbuild rpm2cpio cpio cmake ninja; do
	have "$tool" || {
		skip "RPM packages: no $tool"
		exit 77
	}
done
as_root=()
if [[ $(id -u) != 0 ]]; then
	as_root=(unshare -r)
	"${as_root[@]}" true 2>/dev/null || as_root=(no)
fi

# ---- rpmbuild with our files, and rpm's own, but not with its database ----

rpm_files=${prefix:?}/lib/rpm
mkdir attrs
ln -s "$(rpm --eval '%{_fileattrsdir}')"/*.attr "$rpm_files/fileattrs/abilock.attr" attrs
setup=(--load "$rpm_files/macros.d/macros.abilock" --load "$rpm_files/fileattrs/abilock.attr"
	--define "_fileattrsdir $dir/attrs" --define "_dbpath $dir/db"
	--define "_build_id_links none" --define "debug_package %{nil}")
export CMAKE_PREFIX_PATH=$prefix

# package TO SPEC OPTION...: build packages into the folder TO
package() {
	local to=$dir/$1 spec=$2
	shift 2
	rm -rf top
	rpmbuild -bb --nodeps "${setup[@]}" --define "_topdir $dir/top" --define "_sourcedir $dir" \
		--define "_rpmdir $to" --define '_rpmfilename %%{NAME}.rpm' "$@" "$spec"
}

# archive: the sources as upstream's tarball has them, with the hash of its commit
archive() { repo_git archive --prefix="$name-1.1/" --format=tar.gz -o "$dir/$name-1.1.tar.gz" HEAD; }

# asked QUESTION PACKAGE: the answer of rpm, without what is the machine's own, and with TAG for the tag
asked() {
	rpm -qp "--$1" "$2" | grep -v -e '^rpmlib(' -e '^libc\.so\.6(GLIBC' -e '^ld-linux' |
		sed -e "s/$tag_a/TAG/" -e "s/$tag_b/NEXT/" -e "s/($isa)/(ISA)/" | LC_ALL=C sort
}
isa=$(rpm --eval '%{?_isa}' | tr -d '()')

# is_asked QUESTION PACKAGE: that answer is the standard input
is_asked() {
	cat >want
	asked "$1" "$2" >got
	same "$name: rpm -qp --$1 ${2##*/}" got want
	check "$name: and no line is there twice" test -z "$(rpm -qp "--$1" "$2" | sort | uniq -d)"
}

# ---- rpm, in a root of its own ----

in_root() {
	"${as_root[@]}" rpm --root "$dir/root" --define '_dbpath /var/lib/rpm' "$@"
}

# new_root: nothing but libc and libabilock
new_root() {
	rm -rf root
	mkdir -p root/var/lib/rpm
	in_root --initdb && in_root -i libraries.rpm
}

# libraries: a package of libabilock as it is installed, which stands for libc too
libraries() {
	cat >libraries.spec <<-END
		Name: libraries
		Version: 1
		Release: 1
		Summary: What the examples need
		License: MIT
		AutoReq: no
		Provides: rtld(GNU_HASH)
		$(ldd "$prefix/bin/abiaudit" | grep -oE '/[^ ]*/(libc\.so|ld-)[^ ]*' |
			abiaudit deps --rpm-provides | sed 's/^/Provides: /')
		%description
		What the examples need.
		%install
		mkdir -p %{buildroot}%{_libdir}
		cp -a "$(dirname "$(find "$prefix" -name libabilock.so.1)")"/libabilock.so.1* %{buildroot}%{_libdir}
		%files
		%{_libdir}/*
	END
	package . libraries.spec
}

# rpm_says REGEX: it did
rpm_says() {
	cat log.rpm
	grep -qE -e "$1" log.rpm
}

# asks ARGUMENT...: what rpm says, for rpm_says; that it refuses is checked there, by its reason
asks() { ! in_root "$@" >log.rpm 2>&1; }

is_installed() { # PACKAGE RELEASE
	[[ $(in_root -q --qf '%{RELEASE}' "$1") == "$2" ]]
}

# works MODULE...: the installed program, with the installed modules
works() {
	local bin lib status
	bin=$dir/root$(rpm --eval '%{_bindir}') lib=$dir/root$(rpm --eval '%{_libdir}')
	if [[ $name == kettle ]]; then
		printf 'teh tae\n\nhot watre\n' | "$bin/kettle" -d "$lib/kettle" -o 'shout=!' "$@" >out 2>&1
	else
		"$bin/tally" -d "$lib/tally" "${@/#/-m}" first second >out 2>&1
	fi
	status=$?
	cat out
	return "$status"
}

# scenario NODE HOST PRIVATE PUBLIC MODULE...: packages at two commits, and one of their modules each
scenario() {
	local node=$1 host=$2 private=$3 public=$4
	local private_module=$5 public_module=$6

	check "$name: an empty root gets what the packages need" new_root
	asks -i --test "A/$private.rpm"
	check "$name: a module without its host is refused" \
		rpm_says "$node.*is needed by $private"
	asks -i --test "${hosts[@]/#/B/}" "A/$private.rpm"
	check "$name: a module of the first commit with a host of the next is refused" \
		rpm_says "\($node$tag_a\).* is needed by $private-1.1-1"
	check "$name: the matching set is installed" \
		in_root -i "${hosts[@]/#/A/}" "A/$private.rpm" "A/$public.rpm"
	check "$name: its modules load" works "$private_module" "$public_module"

	asks -U "${hosts[@]/#/B/}"
	check "$name: the host of the next commit alone is refused, by the private node" \
		rpm_says "\($node$tag_a\).* is needed by \(installed\) $private-1.1-1"
	check "$name: and by the tag" \
		rpm_says "abilock\($name\) = $tag_a is needed by \(installed\) $private-1.1-1"
	check_not "$name: nobody complains for the public module" rpm_says "$public"
	asks -U "B/$private.rpm"
	check "$name: the module of the next commit alone is refused" \
		rpm_says "\($node$tag_b\).* is needed by $private-1.1-2"
	check "$name: so everything is as it was" works "$private_module" "$public_module"

	check "$name: host and private module of the next commit upgrade together" \
		in_root -U "${hosts[@]/#/B/}" "B/$private.rpm"
	check "$name: they are of the next commit" is_installed "$host" 2
	check "$name: the public module is of the first" is_installed "$public" 1
	check "$name: and both modules load" works "$private_module" "$public_module"
	asks -e "$host"
	check "$name: the host is not removed while it has modules" rpm_says "$node.*$private"
	in_root -q --whatrequires "abilock($name)" | sort >got
	printf '%s\n' "$private-1.1-2.$(rpm --eval '%{_target_cpu}')" \
		"$public-1.1-1.$(rpm --eval '%{_target_cpu}')" | sort >want
	same "$name: rpm -q --whatrequires 'abilock($name)' names all packages with modules" got want
	check "$name: rpm -q --whatprovides finds a module" \
		in_root -q --whatprovides "abilock-module($name/$private_module)"
	check "$name: all of the next commit upgrade" in_root -U "B/$public.rpm"
	check "$name: and load" works "$private_module" "$public_module"
}

# build_example CHANGE: packages of two commits in A and B, the second with an edit of a struct
build_example() {
	rm -rf A B
	commit_example "$example"
	echo "\$Format:%H\$" >repo/.abilock-tag
	printf '.abilock-tag export-subst\n' >repo/.gitattributes
	cp note.c repo/modules/dlopen_note.h
	sed -i "1i #include \"dlopen_note.h\"" "repo/modules/$noted.c"
	repo_git add -A
	repo_git commit -q -m "What git archive leaves in a tarball, and a library that is opened"
	tag_a=$(repo_git rev-parse HEAD)
	check "$name: its spec file can be read without our macros" can_be_read
	check "$name: rpmbuild makes the packages" first_build
	sed -i "$1" "repo/${name}_private.h"
	sed -i 's/^Release:.*/Release: 2/' "repo/$name.spec"
	repo_git commit -q -a -m "The next build: a struct changes"
	tag_b=$(repo_git rev-parse HEAD)
	check "$name: rpmbuild makes the packages of the next commit" next_build
}

# can_be_read: the spec file, where our macros are not installed, as for a source package
can_be_read() {
	[[ $(rpmspec -q --srpm --define "_dbpath $dir/db" --qf '%{NAME}' "repo/$name.spec") == "$name" ]]
}

first_build() { archive && package A "repo/$name.spec"; }
next_build() { archive && package B "repo/$name.spec"; }

cat >note.c <<'END'
#define JSON "[{\"feature\": \"a\", \"priority\": \"recommended\", \"soname\": [\"libz.so.2\", \"libz.so.1\"]}," \
	"{\"feature\": \"b\", \"priority\": \"suggested\", \"soname\": [\"libbz2.so.1.0\"]}]"
static const struct {
	unsigned namesz, descsz, type;
	char name[4], text[(sizeof(JSON) + 3) / 4 * 4];
} dlopen_note __attribute__((section(".note.dlopen"), aligned(4), used)) = {
	4, sizeof(dlopen_note.text), 0x407c0c0a, "FDO", JSON};
END
printf 'bonbon\nbob\n' | tee first >second

# ---- a program that is a host ----

example=exehost name=kettle noted=shout hosts=(kettle.rpm)
build_example $'/^struct kettle_line {/a\\\tunsigned long offset; /* in the input */'

is_asked provides A/kettle.rpm <<'END'
abilock(kettle) = TAG
kettle = 1.1-1
kettle(ISA) = 1.1-1
libkettle-host.so.1()(64bit)
libkettle-host.so.1(KETTLE_1.0)(64bit)
libkettle-host.so.1(KETTLE_1.1)(64bit)
libkettle-host.so.1(KETTLE_PRIVATE_TAG)(64bit)
END
is_asked requires A/kettle.rpm <<'END'
libabilock.so.1()(64bit)
libabilock.so.1(ABILOCK_0.1)(64bit)
libc.so.6()(64bit)
rtld(GNU_HASH)
END
is_asked provides A/kettle-spell.rpm <<'END'
abilock-module(kettle/number)
abilock-module(kettle/spell)
kettle-spell = 1.1-1
kettle-spell(ISA) = 1.1-1
END
is_asked requires A/kettle-spell.rpm <<'END'
abilock(kettle) = TAG
libc.so.6()(64bit)
libkettle-host.so.1()(64bit)
libkettle-host.so.1(KETTLE_1.0)(64bit)
libkettle-host.so.1(KETTLE_PRIVATE_TAG)(64bit)
rtld(GNU_HASH)
END
is_asked provides A/kettle-shout.rpm <<'END'
abilock-module(kettle/shout)
kettle-shout = 1.1-1
kettle-shout(ISA) = 1.1-1
END
is_asked requires A/kettle-shout.rpm <<'END'
abilock(kettle)
libc.so.6()(64bit)
libkettle-host.so.1()(64bit)
libkettle-host.so.1(KETTLE_1.0)(64bit)
libkettle-host.so.1(KETTLE_1.1)(64bit)
rtld(GNU_HASH)
END
is_asked recommends A/kettle-shout.rpm <<'END'
(libz.so.2()(64bit) or libz.so.1()(64bit))
END
is_asked suggests A/kettle-shout.rpm <<'END'
libbz2.so.1.0()(64bit)
END
is_asked provides A/kettle-devel.rpm <<'END'
kettle-devel = 1.1-1
kettle-devel(ISA) = 1.1-1
pkgconfig(kettle-host) = 1.1
END
check "a tag is a version to rpm, whole, without an epoch and a release" grep -qxF "abilock(kettle)|=|$tag_a" \
	<(rpm -qp --qf '[%{PROVIDENAME}|%{PROVIDEFLAGS:depflags}|%{PROVIDEVERSION}\n]' A/kettle.rpm | tr -d ' ')
check "the packages of the next commit have its tag" \
	grep -qx 'abilock(kettle) = NEXT' <(asked requires B/kettle-spell.rpm)

check "what the packages need makes a package" libraries
if [[ ${as_root[*]} == no ]]; then
	skip "installing: a normal user without user namespaces"
else
	scenario KETTLE_PRIVATE_ kettle kettle-spell kettle-shout spell shout
fi
mv A kettle.A && mv B kettle.B

# ---- a library that is a host ----

example=libhost name=tally noted=lines hosts=(tally-libs.rpm tally.rpm)
build_example $'/^struct tally_file {/a\\\tunsigned int mode; /* permissions */'

is_asked provides A/tally-libs.rpm <<'END'
abilock(tally) = TAG
libtally.so.1()(64bit)
libtally.so.1(TALLY_1.0)(64bit)
libtally.so.1(TALLY_1.1)(64bit)
libtally.so.1(TALLY_PRIVATE_TAG)(64bit)
tally-libs = 1.1-1
tally-libs(ISA) = 1.1-1
END
is_asked requires A/tally-libs.rpm <<'END'
libabilock.so.1()(64bit)
libabilock.so.1(ABILOCK_0.1)(64bit)
libc.so.6()(64bit)
rtld(GNU_HASH)
END
is_asked provides A/tally.rpm <<'END'
tally = 1.1-1
tally(ISA) = 1.1-1
END
is_asked requires A/tally.rpm <<'END'
libc.so.6()(64bit)
libtally.so.1()(64bit)
libtally.so.1(TALLY_1.0)(64bit)
rtld(GNU_HASH)
END
is_asked provides A/tally-twins.rpm <<'END'
abilock-module(tally/twins)
tally-twins = 1.1-1
tally-twins(ISA) = 1.1-1
END
is_asked requires A/tally-twins.rpm <<'END'
abilock(tally) = TAG
libc.so.6()(64bit)
libtally.so.1()(64bit)
libtally.so.1(TALLY_1.0)(64bit)
libtally.so.1(TALLY_PRIVATE_TAG)(64bit)
rtld(GNU_HASH)
END
is_asked provides A/tally-counters.rpm <<'END'
abilock-module(tally/common)
abilock-module(tally/lines)
tally-counters = 1.1-1
tally-counters(ISA) = 1.1-1
END
is_asked requires A/tally-counters.rpm <<'END'
abilock(tally)
libc.so.6()(64bit)
libtally.so.1()(64bit)
libtally.so.1(TALLY_1.0)(64bit)
libtally.so.1(TALLY_1.1)(64bit)
rtld(GNU_HASH)
END
is_asked recommends A/tally-counters.rpm <<'END'
(libz.so.2()(64bit) or libz.so.1()(64bit))
END
if [[ ${as_root[*]} != no ]]; then
	scenario TALLY_PRIVATE_ tally-libs tally-twins tally-counters twins lines
fi

# ---- packaging.md ----

real_rpm=$(command -v rpm) real_rpmbuild=$(command -v rpmbuild)
export VERSIONGEN=$prefix/bin/versiongen ABIAUDIT=$prefix/bin/abiaudit CC=${CC:-cc}
# shellcheck source=../tool/document_lib.sh
. "$root/tests/tool/document_lib.sh"
# As a packager has them: macros and attribute are installed, and packages go into a root.
cat >bin/rpmbuild <<END
#!/bin/bash
exec "$real_rpmbuild" --nodeps $(printf '%q ' "${setup[@]}") --define "_topdir $dir/top" --define "_sourcedir \$PWD" \
	--define "_rpmdir \$PWD" --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" "\$@"
END
cat >bin/rpm <<END
#!/bin/bash
[[ \$1 != -qp ]] || exec "$real_rpm" "\$@"
${as_root[*]} "$real_rpm" --root "$dir/root" --define '_dbpath /var/lib/rpm' "\$@" 2>"$dir/rpm.err"
status=\$?
grep -v ^rpm: "$dir/rpm.err" >&2
exit \$status
END
chmod +x bin/rpm bin/rpmbuild
if [[ ${as_root[*]} != no && $isa == x86-64 ]]; then
	new_root >log 2>&1
	check "the commands of packaging.md print what stands there" document_holds "$root/docs/packaging.md" RPM
	sed 's/^abilock(foo) = 1.0_1$/abilock(foo) = 1.0_2/' "$root/docs/packaging.md" >broken.md
	new_root >log 2>&1
	check_not "another output is noticed" document_holds broken.md RPM
else
	skip "packaging.md: a normal user without user namespaces, or another machine"
fi
rm bin/rpm bin/rpmbuild
hash -r

# ---- beside rpm's own attribute ----

# unpack FOLDER: the files of kettle's packages, of one commit
unpack() {
	local file
	mkdir "$1"
	for file in "kettle.$1"/*.rpm; do
		rpm2cpio "$file" | (cd "$1" && cpio -idm --quiet) || return
	done
}
check "packages are unpacked" eval 'unpack A && unpack B'
lib=usr/$(rpm --eval '%{_lib}')

# files NAME FOLDER OPTION...: a package NAME of the files below a folder, as they are
files() {
	local package=$1 folder=$2
	shift 2
	cat >"$package.spec" <<-END
		Name: $package
		Version: 1
		Release: 1
		Summary: Files
		License: MIT
		%global __os_install_post %{nil}
		$(cat preamble 2>/dev/null)
		%description
		Files.
		%install
		cp -a $dir/$folder/. %{buildroot}
		$(cat check 2>/dev/null)
		%files
		/*
	END
	package . "$package.spec" "$@"
}

# dependencies PACKAGE: all that rpm has of it
dependencies() {
	for question in provides requires recommends suggests; do
		rpm -qp "--$question" "$1" | grep -v -e '^rpmlib(' -e "^${1%.rpm}[ (]" | sed "s/^/$question /"
	done | sort
}

mkdir rpms_own ours together
cp "$(rpm --eval '%{_fileattrsdir}')/elf.attr" rpms_own
cp "$rpm_files/fileattrs/abilock.attr" ours
cp rpms_own/* ours/* together
check "files are packaged by rpm's own attribute" files own A --define "_fileattrsdir $dir/rpms_own"
check "and by ours alone" files alone A --define "_fileattrsdir $dir/ours"
check "and by both" files both A --define "_fileattrsdir $dir/together"
for package in own alone both; do
	dependencies "$package.rpm" >"$package.deps"
done
# The stub of the host is none of ours, and here nothing filters it for rpm's own.
same "both say once what ours says alone, or rpm's own" both.deps <(sort -u alone.deps own.deps)
check "rpm's own has something to say" grep -q 'provides libkettle-host.so.1(KETTLE_1.0)' own.deps
comm -13 own.deps alone.deps >added
same "what ours adds" added - <<END
provides abilock(kettle) = $(sed -n 's/.*abilock(kettle) = //p' alone.deps | head -n 1)
provides abilock-module(kettle/number)
provides abilock-module(kettle/shout)
provides abilock-module(kettle/spell)
recommends (libz.so.2()(64bit) or libz.so.1()(64bit))
requires abilock(kettle) = $(sed -n 's/.*abilock(kettle) = //p' alone.deps | head -n 1)
suggests libbz2.so.1.0()(64bit)
END
comm -23 own.deps alone.deps | grep -v libkettle-host >less
check "ours leaves nothing out" test ! -s less

mkdir -p host/usr/bin
cp "A/usr/bin/kettle" host/usr/bin
files host host --define "_fileattrsdir $dir/rpms_own" >log 2>&1
check_not "rpm's own attribute does not provide the soname of a program" \
	grep -qxF 'libkettle-host.so.1()(64bit)' <(rpm -qp --provides host.rpm)
files host host --define "_fileattrsdir $dir/ours" >log 2>&1
check "ours does" grep -qxF 'libkettle-host.so.1()(64bit)' <(rpm -qp --provides host.rpm)

mkdir -p quiet/usr/lib/debug "quiet/$lib/abilock"
objcopy --only-keep-debug A/usr/bin/kettle quiet/usr/lib/debug/kettle.debug
cp A/usr/bin/kettle quiet/usr/lib/debug/odd
cp -a "A/$lib/abilock/stubs" "quiet/$lib/abilock"
check "debug information and a stub are packaged" files quiet quiet --define "_fileattrsdir $dir/ours"
check "and have no dependencies" test -z "$(dependencies quiet.rpm)"

# ---- what must end the build ----

# fails REGEX ARGUMENT...: no package, and that message
fails() {
	local message=$1
	shift
	! files "$@" >log.rpm 2>&1 || return
	rpm_says "$message"
}
mkdir -p damaged/opt
head -c 3000 "A/$lib/kettle/spell.so" >damaged/opt/spell.so
check "a damaged file ends the build" fails 'abiaudit failed: dependencies would be missing' damaged damaged
check "with the message of abiaudit" rpm_says '^abiaudit: .*/opt/spell.so: '
check "so does abiaudit that is missing" fails 'abiaudit failed: dependencies would be missing' both A \
	--define '__abiaudit /nowhere/abiaudit'
check "so do macros that are missing" fails '__abiaudit. failed' both A --undefine __abiaudit
check "rpm would not have noticed by itself" files damaged damaged \
	--define "__abilock_generator sh -c 'cat >/dev/null; exit 3'" --define "_fileattrsdir $dir/ours"
check "an option for abiaudit is passed on" files both A --define '_abilock_deps_options --no-lock'
check_not "--no-lock: no word of the lock" grep -q 'abilock(' <(dependencies both.rpm)
check "notes are left to an attribute that others have for them" \
	files both A --define '__dlopen_notes_requires %{nil}'
check_not "then ours recommends nothing" grep -q recommends <(dependencies both.rpm)

# The filters of packaging.md.
check "RPM's filters hold for our lines" files both A --define '__requires_exclude ^abilock[(]' \
	--define "__provides_exclude_from ^/$lib/kettle/"
dependencies both.rpm >got
check_not "no tag is required then" grep -q '^requires abilock(' got
check "but the node is" grep -q '^requires libkettle-host.so.1(KETTLE_PRIVATE_' got
check_not "no module is provided then" grep -q '^provides abilock-module(' got
check "but the host is" grep -q '^provides abilock(kettle) = ' got
check "a package can do without the attribute" files both A --define '__abilock_exclude_path .*' \
	--define "_fileattrsdir $dir/together"
same "then all is rpm's own" <(dependencies both.rpm) own.deps

# ---- the protocol of rpm 4.20 ----

# A reader as rpm's: a line `;FILE` has to name a file that was given, in that order.
find "$dir/A" -name '*.so*' -type f -o -name kettle -type f | grep -v stubs | sort >names
command=$(rpm "${setup[@]}" --define '__elf_protocol multifile' --eval '%{__abilock_requires}')
eval "$command" <names >blocks
awk -v names=names 'BEGIN { while ((getline line < names) > 0) given[++count] = line }
	/^;/ { do at++; while (at <= count && given[at] != substr($0, 2)); if (at > count) exit 1; next }
	{ if (!at) exit 1; print "requires " $0 }' blocks | sort -u >multifile.deps
check "with the protocol multifile the lines belong to files that were given, in that order" \
	test "${PIPESTATUS[*]}" = '0 0'
same "and are those of the other protocol, which rpm asks file by file" \
	<(grep -v 'abilock(kettle)$' multifile.deps) <(grep ^requires alone.deps)
check "rpm keeps of abilock(kettle), with and without a tag, the one with the tag" \
	grep -qx 'requires abilock(kettle)' multifile.deps
eval "$command" <<<"$dir/damaged/opt/spell.so" >blocks 2>log
check "a file that cannot be read gives a line that is no dependency" grep -q '^!' blocks

# ---- how rpm compares ----

check "rpm takes 1.0 and 1_0 for one version" test "$(rpm --eval '%{lua:print(rpm.vercmp("1.0", "1_0"))}')" = 0
cat >loose.syms <<'END'
LOOSE_1 { global: loose_public; local: *; };
LOOSE_PRIVATE { global: loose_private; };
END
cat >loose.c <<'END'
#include "loose_abi.h"
ABILOCK_HOST();
int loose_public(void) { return 1; }
int loose_private(void) { return 2; }
END
# loose TAG: library and module of that tag
loose() {
	mkdir -p "lib_$1/$lib" "mod_$1/$lib/loose"
	versiongen header loose.syms --tag "id:$1" --soname libloose.so.1 -o loose_abi.h &&
		versiongen map loose.syms --tag "id:$1" -o loose.map &&
		cc -I. -shared -fPIC -o "lib_$1/$lib/libloose.so.1" loose.c -Wl,--version-script=loose.map \
			-Wl,-soname,libloose.so.1 &&
		printf '#include "loose_abi.h"\nABILOCK_MODULE("tight", PRIVATE);\n' |
		cc -I. -shared -fPIC -nostdlib -x c -o "mod_$1/$lib/loose/tight.so" - -x none \
			-Wl,--no-as-needed "lib_$1/$lib/libloose.so.1" -Wl,--hash-style=both
}
check "a host and a module with such tags are packaged" eval \
	'loose 1.0 && loose 1_0 && files host lib_1_0 && files module mod_1.0'
if [[ ${as_root[*]} != no ]]; then
	new_root >log 2>&1
	asks -i --test host.rpm module.rpm
	check "the private node keeps them apart" rpm_says 'LOOSE_PRIVATE_1\.0.* is needed by module'
	check_not "which the tag alone would not" rpm_says 'abilock\(loose\)'
fi

# ---- the macros ----

# expands SENTENCE TEXT MACRO [OPTION...]
expands() {
	local sentence=$1 want=$2 macro=$3
	shift 3
	check "$sentence" test "$(rpm "${setup[@]}" "$@" --eval "$macro")" = "$want"
}
for tool in versiongen abiaudit abimod; do
	expands "%__$tool is the installed tool" "$prefix/bin/$tool" "%{__$tool}"
done
expands "%abilock_tag is version and release" release:1.1_2.fc40 '%{abilock_tag}' \
	--define 'version 1.1' --define 'release 2.fc40'
expands "in letters, digits, dots and underscores; no two are the same" \
	release:1.1_pre_rc1_post_git_plus_ds_1 '%{abilock_tag}' \
	--define 'version 1.1~rc1^git+ds' --define 'release 1'
expands "which versiongen takes" 1.1_2.fc40 '%(%{__versiongen} tag --tag %{abilock_tag})' \
	--define 'version 1.1' --define 'release 2.fc40'
expands "%abilock_filter adds to filters that are there" '^a$|^(libx[+][+][.]so[.]1|liby[.]so)([(]|$)' \
	'%{abilock_filter libx++.so.1 liby.so}%{__requires_exclude}' --define '__requires_exclude ^a$'
expands "%{?abilock_filter} is %abilock_filter without libraries" '/abilock/stubs/[^/]*$' \
	'%{?abilock_filter}%{__provides_exclude_from}'
expands "without libraries it filters stubs only" '/abilock/stubs/[^/]*$ ' \
	'%{abilock_filter}%{__provides_exclude_from} %{?__provides_exclude}'

# %abilock_check
printf '%%check\n%%abilock_check %%{_bindir}/kettle %%{_libdir}/kettle/*.so\n' >check
check "%abilock_check lets modules of the host through" files both A
mkdir mixed && cp -a A/. mixed && cp "B/$lib/kettle/spell.so" "mixed/$lib/kettle"
check "and fails the build for one of another commit" fails 'spell.so: refused: missing-node' mixed mixed
cp "A/$lib/kettle/libdict.so.1.0" "mixed/$lib/kettle/spell.so"
check "or for one that is not locked" fails '\[no-note\]' mixed mixed
rm check

# %abilock_index
printf '%%abilock_index_triggers -n both %%{_libdir}/kettle %%{_bindir}/kettle\n' >check
check "%abilock_index_triggers is scriptlets" files both A
rpm -qp --filetriggers both.rpm >got
for when in transfiletriggerin transfiletriggerpostun; do
	check "$when looks at modules and host" grep -q "^$when .* -- /usr/bin/kettle, /$lib/kettle$" got
done
check "and both write the index" test \
	"$(grep -cxF "$prefix/bin/abimod index --dir /$lib/kettle --host /usr/bin/kettle || :" got)" = 2
rm check

# %abilock_manifests
mkdir -p described/opt/foo
cat >described.c <<'END'
#include "loose_abi.h"
#define ABILOCK_MODULE_NAME "described"
#include <abilock/module.h>
ABILOCK_MODULE("described", PRIVATE);
ABILOCK_DESCRIPTION("It says what it is");
END
check "a module says what it is" cc -g -I. -I"$prefix/include" -shared -fPIC -o described/opt/foo/described.so \
	described.c -Wl,--no-as-needed "lib_1_0/$lib/libloose.so.1"
# strip, as distributions have it, and the manifests behind it
printf '%%global __os_install_post strip -g %%{buildroot}/opt/foo/*.so\n%%abilock_manifests /opt/foo\n' >preamble
check "%abilock_manifests writes manifests" files described described
mkdir unpacked
rpm2cpio described.rpm | (cd unpacked && cpio -idm --quiet)
check "they are in the package" grep -q '^description=It says what it is' unpacked/opt/foo/described.manifest
check "behind strip: their checksums are those of the files in it" \
	abimod check --root unpacked --dir /opt/foo
check_not "which were changed" cmp -s described/opt/foo/described.so unpacked/opt/foo/described.so
rm preamble

finish
