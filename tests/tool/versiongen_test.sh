#!/bin/bash
# SPDX-License-Identifier: MIT
# versiongen as a whole: commands, exit codes, messages, and what its outputs do with real
# compilers, linkers and the dynamic linker. VERSIONGEN is the tool's path.
set -u
: "${VERSIONGEN:?path of versiongen}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export LC_ALL=C
checks=0 failures=0

pass() { checks=$((checks + 1)); }
fail()
{
	checks=$((checks + 1))
	failures=$((failures + 1))
	echo "FAIL: $*" >&2
}
have() { command -v "$1" >/dev/null 2>&1; }
skip() { echo "skip: $*"; }

# expect NAME STATUS STDERR ARGUMENT...: exit status and the exact text on stderr
expect()
{
	local name=$1 status=$2 text=$3 got
	shift 3
	"$VERSIONGEN" "$@" >out 2>err </dev/null
	got=$?
	if [[ $got != "$status" || $(<err) != "$text" ]]; then
		fail "$name: status $got, stderr: $(<err)"
	else
		pass
	fi
}
same()
{
	if diff -u "$2" "$3" >&2; then pass; else fail "$1"; fi
}
# run COMMAND...: its output is in log afterwards; until then log is that of the run before
run()
{
	"$@" >log.new 2>&1
	local status=$?
	mv log.new log
	return $status
}
# check NAME COMMAND...
check()
{
	local name=$1
	shift
	if run "$@"; then pass; else fail "$name: $(head -c 600 log)"; fi
}
check_not()
{
	local name=$1
	shift
	if run "$@"; then fail "$name: it should have failed"; else pass; fi
}

cat >foo.syms <<'END'
LIBFOO_1.0 {
  global:
    foo_open;
    foo_table;          # data
  local: *;
};
LIBFOO_1.2 { global: foo_reload; } LIBFOO_1.0;
FOO_PRIVATE {
  global:
    foo_queue_push;     # core/queue.h
    foo_state;          # tls
} LIBFOO_1.2;
END
cat >two.syms <<'END'
FOO_BLOCK_PRIVATE { foo_block; };
FOO_NET_PRIVATE { foo_net; } FOO_BLOCK_PRIVATE;
END
printf 'A_1 { a; };\n' >public.syms
printf 'A_1 {\n  a@B;\n};\n' >bad.syms

# --- the command line

expect "no command" 2 "versiongen: missing command (see 'versiongen --help')"
expect "unknown command" 2 "versiongen: unknown command 'frob' (see 'versiongen --help')" frob
expect "no soname" 2 "versiongen stub: --soname is required (see 'versiongen stub --help')" \
	stub foo.syms --tag id:a -o x.so
expect "unknown machine" 2 \
	"versiongen stub: unknown machine 'z80' (see 'versiongen stub --help')" \
	stub foo.syms --tag id:a --soname s -o x.so --machine z80
expect "abi tag without files" 2 \
	"versiongen: --tag abi reads types: give the objects and archives of the host, compiled with -g, behind the declaration; or one linked file; or a baseline that 'abiaudit baseline --private' wrote" \
	tag --tag abi
expect "files without the abi tag" 2 \
	"versiongen: files behind the declaration are for --tag abi" \
	map foo.syms --tag id:a foo.o
expect "bad release" 2 \
	"versiongen: tag 'release:1-2': linkers agree on letters, digits, '_' and '.' in a node name, not on '-'" \
	tag --tag release:1-2
expect "release tag" 0 "" tag --tag release:1.2
check "release tag is printed" test "$(<out)" = 1.2
printf '\177ELFxyz' >object.syms
expect "an ELF file in the place of a declaration" 3 \
	"versiongen: object.syms: an ELF file, not a declaration: \`versiongen import\` makes one of a shared object or program" \
	map object.syms --tag id:a
printf '!<arch>\n' >archive.syms
expect "an archive in the place of a declaration" 3 \
	"versiongen: archive.syms: an archive of object files, not a declaration: \`versiongen collect\` reads those" \
	map archive.syms --tag id:a
expect "absent file" 3 "versiongen: nosuch.syms: No such file or directory" \
	map nosuch.syms --tag id:a
expect "syntax error has line and column" 3 \
	"bad.syms:2:4: error: '@' in the name 'a@B': the node that it stands in is its version [syntax]
    2 |   a@B;
      |    ^
      = write the name alone: 'a'" \
	map bad.syms --tag id:a
# Through the shell, never as -o: a tool that renames over it would ruin the machine's device.
"$VERSIONGEN" map foo.syms --tag id:a >/dev/full 2>err
check "full disk is status 3" test $? = 3
check "full disk is one line" test "$(<err)" = "versiongen: standard output: No space left on device"
expect "no directory" 3 "versiongen: none/x: No such file or directory" \
	map foo.syms --tag id:a -o none/x
expect "no tag in the tree" 3 \
	"versiongen: .: neither a git checkout nor an unpacked \`git archive\` with a substituted .abilock-tag: give --tag release:VERSION" \
	map foo.syms
expect "public nodes need no tag" 0 "" map public.syms
for define in WITH_X=1 'a b' 1A ''; do
	expect "-D '$define'" 2 \
		"versiongen: -D '$define': expected a name alone, such as WITH_TLS for if=WITH_TLS" \
		map public.syms -D "$define"
done
expect "an output without a name" 2 "versiongen: the name of the output is empty" map public.syms -o ""
expect "a dependency file that is the output by another name" 2 \
	"versiongen: twice: the dependency file is the output itself" \
	map public.syms -o ./twice --depfile twice
"$VERSIONGEN" map - -o stdin <public.syms
check "an output may be called stdin" test -s stdin
mkdir -p links/behind
ln -s behind/file links/link
expect "the output is a link to what is not there" 0 "" map public.syms -o links/link
check "the file behind the link is written" cmp -s links/behind/file stdin
check "the link stays" test -L links/link
expect "a declaration without a name" 3 "versiongen: '': No such file or directory" map ""
expect "an option of another dialect" 2 \
	"versiongen map: --package is for --dialect deb (see 'versiongen map --help')" \
	map public.syms --package libpublic1
expect "a program in another dialect" 2 \
	"versiongen map: --program is for --dialect gnu (see 'versiongen map --help')" \
	map public.syms --program --dialect solaris
expect "a DLL with a quote" 2 \
	"versiongen map: --soname has a quote or a control character (see 'versiongen map --help')" \
	map public.syms --dialect def --soname 'a"b.dll'
expect "a version that is no word" 2 \
	"versiongen: --package-version '1)': a symbols file has one word here" \
	map public.syms --dialect deb --soname liba.so.1 --package liba1 --package-version '1)' \
	--since-default 1
for command in tag map stub header manifest; do
	expect "$command --help" 0 "" "$command" --help
	check "$command --help has its usage" grep -q "^usage: versiongen $command" out
done
"$VERSIONGEN" map foo.syms --tag id:a >&- 2>err
check "closed stdout is status 3" test $? = 3
for shell in bash zsh fish; do
	expect "completion for $shell" 0 "" --print-completion $shell
	if [[ $shell != fish ]] && have $shell; then check "$shell reads it" $shell -n out; fi
done
echo old >kept.map
expect "a failure keeps the old output" 3 \
	"bad.syms:2:4: error: '@' in the name 'a@B': the node that it stands in is its version [syntax]
    2 |   a@B;
      |    ^
      = write the name alone: 'a'" \
	map bad.syms --tag id:a -o kept.map
check "old output is whole" test "$(<kept.map)" = old
check "no temporary file is left" test -z "$(find . -name '.*.??????')"

# --- map

cat >want.map <<'END'
/* Generated by versiongen: do not edit. */
LIBFOO_1.0 {
global:
	foo_open;
	foo_table; # data
local:
	*;
};
LIBFOO_1.2 {
global:
	foo_reload;
} LIBFOO_1.0;
FOO_PRIVATE_aaa {
global:
	foo_queue_push;
	foo_state; # tls
	abilock_marker_FOO_PRIVATE; # data
} LIBFOO_1.2;
END
expect "map" 0 "" map foo.syms --tag id:aaa -o foo.aaa.map
same "map is as it should be" want.map foo.aaa.map
"$VERSIONGEN" map - --tag id:aaa <foo.syms >stdin.map
same "map from stdin to stdout" want.map stdin.map
expect "map of two" 0 "" map two.syms --tag id:aaa -o two.map
check "a private parent is tagged too" grep -qx '} FOO_BLOCK_PRIVATE_aaa;' two.map
check "each private node has its marker" grep -q abilock_marker_FOO_NET_PRIVATE two.map

# --- stub and header with every compiler and linker here

expect "stub" 0 "" stub foo.syms --tag id:aaa --soname libfoo-host.so.1 -o stub.so
expect "stub again" 0 "" stub foo.syms --tag id:aaa --soname libfoo-host.so.1
check "the bytes are the same each time" cmp out stub.so
readelf -aW stub.so >readelf.txt 2>&1
check_not "readelf has no warning" grep -i warning readelf.txt
check "a TLS symbol counts from the start of its segment" \
	grep -Eq ': 0+ +0 TLS +GLOBAL DEFAULT +[0-9]+ foo_state@@FOO_PRIVATE_aaa$' readelf.txt
if have eu-elflint; then check "elflint is content" eu-elflint --quiet --gnu-ld stub.so; fi
for machine in x32 i386 aarch64 arm ppc64le ppc64 s390x riscv64 mips64el mipsel m68k sparc64 hppa; do
	expect "stub for $machine" 0 "" stub foo.syms --tag id:a --soname libf.so.1 \
		-o $machine.so --machine $machine
	readelf -aW $machine.so >readelf.txt 2>&1
	check_not "readelf of $machine has no warning" grep -iE 'warning|error' readelf.txt
	check "$machine has its nodes" grep -q 'Name: FOO_PRIVATE_a$' readelf.txt
	check "$machine has its symbols" grep -q 'foo_queue_push@@FOO_PRIVATE_a$' readelf.txt
done

for tag in aaa bbb; do
	expect "header $tag" 0 "" header foo.syms --tag id:$tag --soname libfoo-host.so.1 -o $tag.h
done
expect "map bbb" 0 "" map foo.syms --tag id:bbb -o foo.bbb.map
expect "header of two" 0 "" header two.syms --tag id:aaa --soname libfoo-host.so.1 -o two.h
expect "header of another host" 0 "" \
	header foo.syms --tag id:aaa --soname libbar.so.1 --name bar -o bar.h
expect "header of public nodes" 0 "" \
	header public.syms --tag id:aaa --soname liba-host.so.2 -o public.h
check "name from the soname" grep -q '^#define ABILOCK_HOST_NAME "a"$' public.h
check "name from the private node" grep -q '^#define ABILOCK_HOST_NAME "foo"$' aaa.h
printf 'OLD_PRIVATE_API_2 { # exact\n f; };\n' >exact.syms
expect "header of a node that keeps its name" 0 "" \
	header exact.syms --tag id:aaa --soname liba.so.2 -o exact.h
check "name from in front of _PRIVATE" grep -q '^#define ABILOCK_HOST_NAME "old"$' exact.h
check "newest public node" grep -q '"public", module, "LIBFOO_1.2"' aaa.h

# The kind is pasted, not expanded: a module's own macro PRIVATE must not get in the way.
for kind in PRIVATE FOO_PRIVATE PUBLIC; do
	cat >module.$kind.c <<END
#define $kind static
#include "aaa.h"
ABILOCK_MODULE("curl", $kind);
FOO_EXPORT int mod_init(void);
int mod_init(void) { return 42; }
END
done
cat >host.c <<'END'
#include TAG_H
#include <dlfcn.h>
#include <stdio.h>
ABILOCK_HOST();
FOO_EXPORT int foo_open(void);
FOO_EXPORT int foo_reload(void);
FOO_EXPORT_PRIVATE int foo_queue_push(void);
FOO_EXPORT extern int foo_table[2];
FOO_EXPORT_PRIVATE extern __thread int foo_state;
int foo_open(void) { return 1; }
int foo_reload(void) { return 1; }
int foo_queue_push(void) { return 1; }
int foo_table[2];
__thread int foo_state;
int main(int argc, char **argv)
{
	void *module = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;

	puts(module ? "loaded" : dlerror());
	return !module;
}
END
# Uses every kind of symbol, so that the linker has to find each in the stub.
cat >user.c <<'END'
int foo_open(void), foo_reload(void), foo_queue_push(void);
extern int foo_table[];
extern __thread int foo_state;
int use(void);
int use(void) { return foo_open() + foo_reload() + foo_queue_push() + foo_table[1] + foo_state; }
END
printf '#include "aaa.h"\n#include "bar.h"\n' >twohosts.c

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
for cc in gcc clang; do
	have $cc || { skip "$cc"; continue; }
	for retain in "" -DABILOCK_NO_RETAIN; do
		for std in c99 c17; do
			for kind in PRIVATE FOO_PRIVATE PUBLIC; do
				check "$cc $std $kind" $cc $retain -std=$std $warnings -fPIC \
					-c module.$kind.c -o module.o
			done
			check "$cc $std host" $cc $retain -D_GNU_SOURCE -std=$std -Wall -Wextra \
				-Wshadow -Wconversion -Werror "-DTAG_H=\"aaa.h\"" -c host.c -o host.o
		done
		cxx=${cc/gcc/g++}
		cxx=${cxx/clang/clang++}
		have $cxx || { skip "$cxx"; continue; }
		for kind in PRIVATE PUBLIC; do
			check "$cxx $kind" $cxx $retain -x c++ -std=c++17 $warnings -fPIC \
				-c module.$kind.c -o module.o
		done
	done
	printf '#include "two.h"\nABILOCK_MODULE("m", PRIVATE);\n' >several.c
	check_not "$cc: PRIVATE of several nodes" $cc -fPIC -c several.c -o module.o
	check "$cc names the choices" grep -q 'FOO_BLOCK_PRIVATE or FOO_NET_PRIVATE' log
	printf '#include "two.h"\nABILOCK_MODULE("m", FOO_NET_PRIVATE);\n' >several.c
	check "$cc: one of several nodes" $cc -fPIC -c several.c -o module.o
	check_not "$cc: two hosts in one file" $cc -c twohosts.c -o twohosts.o
	check "$cc says why" grep -q 'headers of two hosts' log
	check "$cc: the header is the object that locks modules" $cc -x c $warnings -fPIC \
		-DABILOCK_LOCK_MODULE=PRIVATE -c aaa.h -o lock.$cc.o
	check "$cc: and the one of the host" $cc -x c $warnings -DABILOCK_LOCK_HOST -c aaa.h -o lock_host.$cc.o
	check "$cc: the host's marker is in it" sh -c "nm lock_host.$cc.o | grep -q ' abilock_marker_FOO_PRIVATE$'"
	check "$cc: the header stands in front of a source" $cc $warnings -fPIC -include aaa.h \
		-DABILOCK_LOCK_MODULE=FOO_PRIVATE '-DABILOCK_MODULE_NAME="wget"' -c user.c -o included.$cc.o
	check_not "$cc: PRIVATE of several nodes for an object" $cc -x c -fPIC \
		-DABILOCK_LOCK_MODULE=PRIVATE -c two.h -o two.o
done

# The forced reference and the note, in the built module.
locked()
{
	readelf -dW "$1" | grep -q 'NEEDED.*\[libfoo-host.so.1\]' &&
		readelf -VW "$1" | grep -q 'Name: FOO_PRIVATE_aaa ' && noted "$1" private
}
noted()
{
	readelf -lW "$1" | grep -Eq '^ +[0-9]+ .*\.note\.abilock' &&
		readelf -SW "$1" | grep -Eq '\.note\.abilock +NOTE .* A +0 +0 +4$' &&
		readelf -nW "$1" | grep -q '^  abilock' && grep -aq "kind=$2" "$1" &&
		! readelf -dW "$1" | grep -q TEXTREL
}
bound()
{
	local symbol
	for symbol in foo_open@LIBFOO_1.0 foo_table@LIBFOO_1.0 foo_reload@LIBFOO_1.2 \
		foo_queue_push@FOO_PRIVATE_aaa foo_state@FOO_PRIVATE_aaa; do
		readelf --dyn-syms -W "$1" | grep -Eq " UND +$symbol( |$)" || return 1
	done
}

for cc in gcc clang; do
	have $cc || continue
	check "$cc: a module with the header's object links" $cc -shared -fPIC user.c lock.$cc.o stub.so -o foo_user.so
	check "$cc: it is locked" locked foo_user.so
	"$ABIAUDIT" list --format json foo_user.so >foo_user.json
	check "$cc: its note has a host" grep -q '"host": *"foo"' foo_user.json
	check_not "$cc: and no name" grep -qE '"name": *"(wget)?"' foo_user.json
	check "$cc: its manifest has the name of the file" sh -c "'$VERSIONGEN' manifest foo_user.so -o - | grep -qx name=foo_user"
	check "$cc: a module with the header in front links" $cc -shared included.$cc.o stub.so -o included.so
	check "$cc: it is locked, too" locked included.so
	check "$cc: with its name" sh -c "'$ABIAUDIT' list --format json included.so | grep -q '\"name\": *\"wget\"'"
done

# TYPE NAME@@NODE of all that is exported; bfd adds a symbol for each node itself
exports()
{
	readelf --dyn-syms -W "$1" | awk '$8 ~ /@@/ && $7 != "ABS" { print $4, $8 }' | sort
}

for linker in bfd gold lld mold; do
	[[ $linker = mold ]] && program=mold || program=ld.$linker
	have $program || { skip "$linker"; continue; }
	for cc in gcc clang; do
		have $cc || continue
		use="-fuse-ld=$linker"
		# gcc 12.1 is the first that knows -fuse-ld=mold; a folder with its `ld` does for all.
		if [[ $linker = mold ]]; then
			mkdir -p mold.d && ln -sf "$(command -v mold)" mold.d/ld
			[[ $cc = gcc ]] && use=-B$PWD/mold.d
		fi
		for flags in "" "-Wl,--as-needed" "-Wl,--no-undefined"; do
			check "user: $cc $linker $flags" $cc $use -shared -fPIC -O2 $flags user.c stub.so \
				-o user.so
			check "bound: $cc $linker $flags" bound user.so
		done
		lto=-flto
		[[ $cc$linker = gcclld ]] && lto="-flto -ffat-lto-objects" # lld has no gcc plugin
		for flags in -O0 "-O2 -Wl,--as-needed" \
			"-O2 -fvisibility=hidden -ffunction-sections -fdata-sections -Wl,--gc-sections" \
			"-O2 $lto -fvisibility=hidden -fdata-sections -Wl,--gc-sections -Wl,--as-needed"; do
			for retain in "" -DABILOCK_NO_RETAIN; do
				check "module: $cc $linker $flags $retain" $cc $use -shared -fPIC $flags $retain \
					-Wl,-z,text module.PRIVATE.c stub.so -o module.so
				check "lock: $cc $linker $flags $retain" locked module.so
				check "public: $cc $linker $flags $retain" $cc $use -shared -fPIC $flags $retain \
					-Wl,-z,text module.PUBLIC.c stub.so -o public.so
				check "public note: $cc $linker $flags $retain" noted public.so public
				check_not "no lock in a public module" grep -aq FOO_PRIVATE public.so
			done
		done
		check "host library: $cc $linker" $cc $use -shared -fPIC '-DTAG_H="aaa.h"' \
			-Wl,--version-script=foo.aaa.map host.c -o libhost.so
		same "the stub exports what the host exports: $cc $linker" \
			<(exports libhost.so) <(exports stub.so)
		[[ $linker = gold ]] && continue # it writes no soname into an executable
		for tag in aaa bbb; do
			check "host $tag: $cc $linker" $cc $use -O2 -rdynamic -fdata-sections \
				-Wl,--gc-sections "-DTAG_H=\"$tag.h\"" -Wl,-soname,libfoo-host.so.1 \
				-Wl,--version-script=foo.$tag.map host.c -ldl -o host.$tag
			check "host $tag has its note: $cc $linker" noted host.$tag host
		done
		if [[ $(uname -s) = Linux ]] && ! ldd --version 2>&1 | grep -qi musl; then
			check "$cc $linker: the right host loads it" ./host.aaa ./module.so
			check_not "$cc $linker: another host refuses it" ./host.bbb ./module.so
			check "$cc $linker: in glibc's words" grep -q \
				"version \`FOO_PRIVATE_aaa' not found (required by ./module.so)" log
			check "$cc $linker: a public module loads in both" \
				sh -c './host.aaa ./public.so && ./host.bbb ./public.so'
		fi
	done
done

# The stub in the place of the host would satisfy every node without any code behind it.
if [[ -x host.aaa ]]; then
	cp stub.so ./libfoo-host.so.1
	check_not "the stub cannot be loaded" ./host.aaa ./libfoo-host.so.1
fi
if have clang && clang -fsanitize=address -shared -fPIC module.PRIVATE.c stub.so \
	-o asan.so 2>/dev/null; then
	check "AddressSanitizer leaves the note alone" locked asan.so
else
	skip "clang -fsanitize=address"
fi
# Foreign machines, where the compiler and the linker here know them.
for pair in aarch64:aarch64-linux-gnu ppc64le:powerpc64le-linux-gnu i386:i386-linux-gnu \
	mips64el:mips64el-linux-gnuabi64; do
	machine=${pair%%:*}
	if have ld.lld && clang --target="${pair#*:}" -O2 -fPIC -c user.c -o user.o 2>/dev/null; then
		expect "stub for $machine" 0 "" stub foo.syms --tag id:aaa --soname libfoo-host.so.1 \
			-o cross.so --machine $machine
		check "link for $machine" ld.lld -shared user.o cross.so -o user.so
		check "bound for $machine" bound user.so
	else
		skip "$machine"
	fi
done

# --- tag of a tree, through the tool

if have git; then
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
	mkdir tree build && cp foo.syms tree/ && git -C tree init -q && git -C tree add -A &&
		git -C tree -c user.name=t -c user.email=t@t commit -qm x
	head=$(git -C tree rev-parse HEAD)
	expect "tag --repo" 0 "" tag --repo tree
	check "it is HEAD" test "$(<out)" = "$head"
	expect "the tag is read where the declaration lies" 0 "" map tree/foo.syms
	check "it is in the map" grep -q "^FOO_PRIVATE_$head {" out
	echo '# changed' >>tree/foo.syms
	expect "a change" 0 "" map tree/foo.syms -o tree.map
	check "makes the node dirty" grep -Eq "^FOO_PRIVATE_${head}_dirty_[0-9a-f]{40} \{" tree.map
fi

echo "$checks checks, $failures failures"
[[ $failures = 0 ]]
