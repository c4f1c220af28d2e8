#!/bin/bash
# SPDX-License-Identifier: MIT
# versiongen collect: what modules use of hosts that are compiled here, archives and linkers, and
# declarations that are rewritten.
#
# From the environment: VERSIONGEN, SOURCE_DIR; CC.

# Functions are called by name, through check.
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
: "${VERSIONGEN:?}" "${SOURCE_DIR:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
tree=$(realpath "$SOURCE_DIR")
cc=${CC:-cc}
cd "$dir" || exit 1

# collect ARGUMENT...: the output in out and err
collect() { "$VERSIONGEN" collect "$@" >out 2>err; }
# gives SENTENCE STATUS ARGUMENT...
gives() {
	local sentence=$1 status=$2 got=0
	shift 2
	collect "$@" || got=$?
	if [[ $got == "$status" ]]; then
		ok "$sentence"
	else
		not_ok "$sentence (exit status $got)"
		sed 's/^/    /' out err | head -n 20
	fi
}
says() { check "$1" grep -qE -e "$2" err; }
says_not() { check_not "$1" grep -qE -e "$2" err; }
# lists SENTENCE NAME...: the symbols in the output, in order
lists() {
	local sentence=$1
	shift
	sed -n 's/^    \([^# ][^;]*\);.*/\1/p' out >found
	printf '%s\n' "$@" | grep . >wanted
	same "$sentence" wanted found
}
# obj NAME [OPTION...]: compile NAME.c, from stdin
obj() {
	local name=$1
	shift
	cat >"$name.c"
	"$cc" -fPIC -O1 "$@" -c "$name.c" -o "$name.o" || exit 1
}

# ---- what is collected ----

obj host <<'END_OF_SOURCE'
#include <stdio.h>
int host_open(void) { return 1; }
int host_unused(void) { return 2; }
int host_table[4] = { 1 };
__thread int host_slot;
static int chosen(void) { return 5; }
static int (*choose(void))(void) { return chosen; }
int host_chosen(void) __attribute__((ifunc("choose")));
__attribute__((weak)) int host_weak(void) { return 3; }
__attribute__((visibility("hidden"))) int host_hidden(void) { return 4; }
__attribute__((visibility("protected"))) int host_protected(void) { return 5; }
int abilock_marker_HOST_PRIVATE;
int main(void) { return host_hidden(); }
END_OF_SOURCE
obj one <<'END_OF_SOURCE'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
int host_open(void), host_weak(void), host_chosen(void), host_protected(void);
extern int host_table[], abilock_marker_HOST_PRIVATE;
static void leave(void) { }
int one(void) { atexit(leave); puts("one"); abilock_marker_HOST_PRIVATE++; return host_open() + host_weak() + host_table[0] + host_chosen() + host_protected() + (int)sqrt(2.0 + host_table[1]); }
END_OF_SOURCE
obj two <<'END_OF_SOURCE'
extern __thread int host_slot;
int host_open(void), maybe(void) __attribute__((weak));
int two(void) { return host_slot + host_open() + (maybe ? maybe() : 0); }
END_OF_SOURCE

gives "what modules use is printed as a private node, exit status 0" 0 --host host.o --modules one.o two.o
cat >expected <<'END_OF_NODE'
HOST_PRIVATE {
  global:
    # host.o
    host_chosen;        # ifunc
    host_open;
    host_protected;
    host_slot;          # tls
    host_table;         # data
    host_weak;
  local: *;
};
END_OF_NODE
same "it has the types, and neither markers nor what nobody uses" expected out
says "the summary counts them" '^6 symbols of the host that 2 modules use: 0 public, 6 private$'
check "it is a declaration" "$VERSIONGEN" map out --tag id:t
check "and a version script for ld" "$cc" -shared host.o -o libhost.so "-Wl,--version-script=out"
cp out host.syms
gives "it is up to date itself" 0 --host host.o --modules one.o two.o --check host.syms
check_not "and then there is no difference to print" test -s out
gives "--node names the node" 0 --host host.o --modules two.o --node MINE_PRIVATE
check "in the output" grep -q '^MINE_PRIVATE {$' out
gives "--output writes it into a file" 0 --host host.o --modules two.o -o two.syms
check "which has it" grep -q 'host_slot; *# tls' two.syms

# ---- what is wrong ----

obj needy <<'END_OF_SOURCE'
int host_hidden(void), nobody(void), two(void);
int __attribute__((visibility("hidden"))) host_unused(void);
int needy(void) { return host_hidden() + nobody() + two() + host_unused(); }
END_OF_SOURCE
gives "a module that needs too much is a finding, exit status 1" 1 --host host.o --modules needy.o two.o
says "what nobody defines is named" '^needy.o: needs nobody, which nobody defines$'
says "what the host hides is named" '^needy.o: needs host_hidden, but it is hidden in host object host.o: remove'
says "what the module hides itself is named" '^needy.o: needs host_unused, which host.o defines, but declares it hidden'
says "what another module defines is said" '^needy.o: needs two, which is defined by module two.o'
lists "none of them is in the set" host_open host_slot
gives "what another module defines is no finding" 0 --host host.o two.o --modules one.o
obj reference <<'END_OF_SOURCE'
int two(void);
int reference(void) { return two(); }
END_OF_SOURCE
gives "nor does it change the exit status" 0 --host host.o --modules reference.o two.o
gives "nobody defines it without the other module" 1 --host host.o --modules reference.o
gives "two files of one --module define it for each other" 0 --host host.o --module reference.o two.o --module one.o
says_not "and nothing is said about it" reference
gives "a library defines it" 0 --host host.o --modules reference.o --libraries two.o
gives "the C library counts by default" 0 --host host.o --modules one.o
gives "and with --no-default-libraries it does not" 1 --host host.o --modules one.o --no-default-libraries
says "then its functions are missing" '^one.o: needs puts, which nobody defines$'
says_not "a weak reference never is" maybe

# A declaration in the host that hides a symbol counts like a definition that does.
obj hider <<'END_OF_SOURCE'
extern __attribute__((visibility("hidden"))) int host_open(void);
int hider(void) { return host_open(); }
END_OF_SOURCE
gives "a hidden declaration hides what another object defines" 1 --host host.o hider.o --modules two.o
says "and the object that hides it is named" '^two.o: needs host_open, but it is hidden in host object hider.o'
"$cc" -shared -fPIC host.o hider.o -o hidden.so -Wl,--export-dynamic
check_not "the linker agrees" grep -qw host_open <(nm -D --defined-only hidden.so)

# ---- linked objects ----

"$cc" -shared one.o -o one.so -lm
"$cc" -shared two.o -o two.so
gives "linked modules give the same" 0 --host host.o --modules one.so two.so
same "as their objects" expected out
echo 'HOST_1.0 { global: host_open; host_table; host_slot; local: *; };' >libhost.map
"$cc" -shared host.o -o libhost.so -Wl,--version-script=libhost.map
gives "a linked host gives what it exports" 1 --host libhost.so --modules one.so two.so
lists "and no more" host_open host_slot host_table
says "the rest is missing" '^one.so: needs host_weak, which nobody defines$'
obj getopt_host <<'END_OF_SOURCE'
int getopt(int argc, char *const *argv, const char *letters) { return argc + !argv + !letters; }
int main(void) { return 0; }
END_OF_SOURCE
obj getopt_module <<'END_OF_SOURCE'
#include <unistd.h>
int get(int argc, char **argv) { return getopt(argc, argv, "a"); }
END_OF_SOURCE
"$cc" -shared getopt_module.o -o getopt_module.so
gives "a host's own function wins over the C library's" 0 --host getopt_host.o --modules getopt_module.o
lists "it is in the set" getopt
gives "but not where the module was linked with the C library's" 0 --host getopt_host.o --modules getopt_module.so
lists "it is not in the set"

# ---- inputs ----

echo 'int x;' >text.o
gives "what is no object is an error" 3 --host host.o --modules text.o
says "that names what it is" '^versiongen: text.o: not an ELF file, but text$'
gives "a file that is not there is an error" 3 --host host.o --modules none.o
head -c 700 one.o >cut.o
gives "a damaged object is an error" 3 --host host.o --modules cut.o
says "that names the file" '^versiongen: cut.o: '
ar rcD cut.a two.o cut.o
gives "so is a damaged member" 3 --host host.o --modules cut.a
says "which is named as well" '^versiongen: cut.a\(cut.o\): '
ar rcD one.a one.o
head -c 500 one.a >short.a
gives "so is a damaged archive" 3 --host host.o --modules short.a
says "with an offset" '^versiongen: short.a: archive, offset 0x[0-9a-f]+: '
echo '__thread int host_slot; int host_open(void) { return 1; }' >host32.c
if [[ $("$cc" -dumpmachine) == x86_64-* ]] && "$cc" -m32 -c two.c -o two32.o 2>/dev/null; then
	gives "objects of two machines are an error" 3 --host host.o --modules two32.o
	says "that names both" '^versiongen: two32.o: is for .*32-bit.*host.o is for .*64-bit'
	"$cc" -m32 -c host32.c -o host32.o
	gives "objects of another machine than this one are read" 0 --host host32.o --modules two32.o
else
	skip "objects of another machine: the compiler has no -m32"
fi
for compiler in gcc clang; do
	if ! have $compiler; then
		skip "$compiler -flto: it is not installed"
		continue
	fi
	$compiler -flto -fPIC -c two.c -o lto.o
	gives "$compiler -flto: an object without machine code is an error" 3 --host host.o --modules lto.o
	says "$compiler -flto: that says what to do" '^versiongen: lto.o: .*-ffat-lto-objects'
	ar rcD lto.a lto.o 2>/dev/null
	gives "$compiler -flto: also in an archive" 3 --host host.o --modules lto.a
	says "$compiler -flto: which is named" '^versiongen: lto.a\(lto.o\): '
done
if have gcc; then
	gcc -flto -ffat-lto-objects -fPIC -c two.c -o fat.o
	gives "a fat one is read" 0 --host host.o --modules fat.o
	lists "with its symbols" host_open host_slot
fi
cat >versions.s <<'END_OF_SOURCE'
	.globl old, new, host_asm
	.text
old:	.byte 0
new:	.byte 0
host_asm: .byte 0
	.symver old, host_versioned@HOST_1
	.symver new, host_versioned@@HOST_2
END_OF_SOURCE
"$cc" -c versions.s -o versions.o
obj asm_module <<'END_OF_SOURCE'
int host_versioned(void), host_asm(void);
int f(void) { return host_versioned() + host_asm(); }
END_OF_SOURCE
gives "symbols of assembler code, versioned or not" 0 --host versions.o --modules asm_module.o
lists "are found by their plain names" host_asm host_versioned
check_not "and code is no data" grep -q data out

# ---- wrong usage ----

gives "a file in front of --host is wrong usage" 2 host.o --modules one.o
gives "no host is wrong usage" 2 --modules one.o two.o
gives "no module is wrong usage" 2 --host one.o two.o
gives "--check and --update together are wrong usage" 2 --host host.o --modules one.o --check a --update b
gives "an unknown linker is wrong usage" 2 --host host.o --modules one.o --linker ldd
gives "a node that is not private is wrong usage" 2 --host host.o --modules one.o --node HOST_1.0

# ---- archives ----

obj extra <<'END_OF_SOURCE'
int inner(void);
int extra_data = 2;
int extra(void) { return inner() + 40; }
END_OF_SOURCE
echo 'int inner(void) { return 1; }' | obj inner
echo 'int other(void) { return 1; }' | obj other
ar rcD libextra.a extra.o inner.o other.o
obj loader <<'END_OF_SOURCE'
#include <dlfcn.h>
#include <stdio.h>
int host_call(void) { return 1; }
int main(int argc, char **argv)
{
	void *module = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	int (*run)(void) = module ? (int (*)(void))dlsym(module, "run") : NULL;
	if (!run) {
		puts(dlerror());
		return 1;
	}
	printf("%d\n", run());
	return 0;
}
END_OF_SOURCE
obj plugin <<'END_OF_SOURCE'
int host_call(void), extra(void);
int run(void) { return host_call() + extra(); }
END_OF_SOURCE
gives "a member that nothing pulls in is a finding" 1 --host loader.o libextra.a --modules plugin.o
says "which names it" '^plugin.o: needs extra, which would not be linked in: it needs member extra.o of libextra.a'
lists "its symbol is in the set" extra host_call
gives "--link-flags is the remedy" 0 --host loader.o libextra.a --modules plugin.o --link-flags flags
check "the file has a flag" grep -qx -e '-Wl,--undefined=extra' flags
touch -d 2001-01-01 flags
gives "a second time" 0 --host loader.o libextra.a --modules plugin.o --link-flags flags
check "it is not written again" test flags -ot loader.o
gives "a host that asks for the member has it" 0 --host loader.o libextra.a --modules plugin.o --undefined extra
gives "so has one that is linked with the whole archive" 0 --host loader.o --whole-archive libextra.a --modules plugin.o
gives "but not with an archive in front of --whole-archive" 1 --host libextra.a --whole-archive loader.o --modules plugin.o
ar rcDT libthin.a extra.o inner.o
gives "a thin archive is read" 1 --host loader.o libthin.a --modules plugin.o
says "as a fat one" 'needs member extra.o of libthin.a'
obj user <<'END_OF_SOURCE'
int other(void);
int user(void) { return other(); }
END_OF_SOURCE
gives "members come in through members" 0 --host loader.o user.o libextra.a --modules user.o
gives "the archive of a module goes with it" 0 --host loader.o --module plugin.o libextra.a
lists "and its symbols are not asked of the host" host_call
ar rcD libmain.a loader.o
gives "main() pulls its member in" 0 --host libmain.a --modules user.o --libraries other.o
ar rcD text.a text.o other.o
gives "a member that is no object file is passed over" 0 --host text.a loader.o --modules plugin.o --libraries extra.o

# The proof: a module that needs a member of a static archive which the host itself does not use.
obj proof <<'END_OF_SOURCE'
int host_call(void), extra(void);
int run(void) { return host_call() + extra(); }
END_OF_SOURCE
collect --host loader.o libextra.a --modules proof.o -o proof.syms
"$VERSIONGEN" map proof.syms --tag id:t -o proof.map
"$VERSIONGEN" stub proof.syms --tag id:t --soname libproof-host.so.1 -o libproof-host.so
"$cc" -shared proof.o ./libproof-host.so -o proof.so
link_host() { # link_host LINKER OUTPUT FLAG...
	local linker=$1 output=$2
	shift 2
	"$cc" "-fuse-ld=$linker" loader.o "$@" libextra.a -o "$output" -ldl -rdynamic \
		-Wl,--version-script=proof.map -Wl,-soname,libproof-host.so.1
}
has_extra() { nm "$1" | grep -q ' T extra\(@\|$\)'; }
# runs HOST MODULE
runs() { [[ $("./$1" "./$2" 2>&1) == 42 ]]; }
for linker in bfd gold lld mold; do
	if ! have "ld.$linker"; then
		skip "$linker is not installed"
		continue
	fi
	"$cc" -shared proof.o -o proof_plain.so
	check "$linker: the host links without the flags" link_host $linker "plain_$linker"
	check_not "$linker: the member is not in it" has_extra "plain_$linker"
	check_not "$linker: the module does not load" "./plain_$linker" ./proof_plain.so
	for for in all "$linker"; do
		rm -f flags
		collect --host loader.o libextra.a --modules proof.o --link-flags flags --linker "$for"
		check "$linker: the host links with the flags for $for" link_host $linker "pulled_$linker" @flags
		check "$linker: the member is in it" has_extra "pulled_$linker"
		if [[ $linker == gold ]]; then
			# gold gives a program no soname: the module is linked without the stub.
			check "$linker: the module works" runs "pulled_$linker" proof_plain.so
		else
			check "$linker: the module works" runs "pulled_$linker" proof.so
		fi
	done
done

# ---- declarations ----

cat >base.syms <<'END_OF_NODE'
# What the host exports.
HOST_1.0 { global: host_o*; local: *; };   # released
HOST_1.1 {
  global:
    host_ta*;	# data
} HOST_1.0;

END_OF_NODE
cp base.syms new.syms
gives "--update adds a private node where there is none" 0 --host host.o --modules one.o two.o --update new.syms
{
	cat base.syms
	cat <<'END_OF_NODE'

HOST_PRIVATE {
  global:
    # host.o
    host_chosen;        # ifunc
    host_protected;
    host_slot;          # tls
    host_weak;
} HOST_1.1;
END_OF_NODE
} >expected
same "behind the rest, with the newest public node as its parent" expected new.syms
says "the summary says what is public" '2 public, 4 private \(4 new, 0 no longer used\)$'
touch -d 2001-01-01 new.syms
gives "a second time nothing changes" 0 --host host.o --modules one.o two.o --update new.syms
check "and nothing is written" test new.syms -ot base.syms
cp new.syms before.syms
gives "--check agrees" 0 --host host.o --modules one.o two.o --check new.syms
gives "--check fails where something is no longer used" 1 --host host.o --modules two.o --check new.syms
check "with a difference" grep -q '^-    host_weak;$' out
same "and writes nothing" before.syms new.syms
patch -s new.syms <out
gives "the difference is a patch that brings it up to date" 0 --host host.o --modules two.o --check new.syms
gives "--declaration prints what --update writes" 0 --host host.o --modules one.o --declaration new.syms
collect --host host.o --modules one.o --update before.syms
collect --host host.o --modules one.o --declaration new.syms
same "and leaves the declaration alone" before.syms out

cat >comments.syms <<'END_OF_NODE'
/* Head. */ HOST_1.0 { host_open; };
HOST_PRIVATE {	# since=1.0
  # About the node.

  global:
	# A note that belongs to no symbol.

	host_weak;	# prose about weak
	# above gone
	host_gone;
	# above table,
	# in two lines
	host_table;	# tls since=1.1

	# Said about the header.
	# core/slot.h
	host_slot;	/* tls */
	host_later;	# if=LATER
	host_old; host_other;	# compat
} HOST_1.0;  /* between */
SECOND_PRIVATE { host_chosen; # ifunc
};
# Tail without a newline.
END_OF_NODE
cat >expected <<'END_OF_NODE'
/* Head. */ HOST_1.0 { host_open; };
HOST_PRIVATE { # since=1.0
  # About the node.
  global:
	# A note that belongs to no symbol.

	# above table,
	# in two lines
	host_table;     # data since=1.1
	host_weak;	# prose about weak

	# Said about the header.
	# core/slot.h
	host_later;	# if=LATER
	host_old;       # compat
	host_other;     # compat
	host_slot;	/* tls */

	# host.o
	host_protected;
} HOST_1.0;  /* between */
SECOND_PRIVATE { host_chosen; # ifunc
};
# Tail without a newline.
END_OF_NODE
cp comments.syms updated.syms
gives "comments move with their symbols" 0 --host host.o --modules one.o two.o --update updated.syms
same "tags follow the objects, what is for other builds or old modules stays" expected updated.syms
gives "that is stable" 0 --host host.o --modules one.o two.o --check updated.syms
gives "-D makes an entry one of this build" 1 --host host.o --modules one.o two.o --check updated.syms -D LATER
check "which nobody uses" grep -q '^-.*host_later' out
cat >inside.syms <<'END_OF_NODE'
HOST_1.0 { host_open; };
HOST_PRIVATE {
  global /* the label */ :
    host_weak /* weak, inside */; host_slot /* slot, inside */;
    host_table /* table, inside */;	# prose
};
END_OF_NODE
sed -i 's/$/\r/' inside.syms
chmod 640 inside.syms
gives "comments inside of an entry" 0 --host host.o --modules one.o two.o --update inside.syms
for comment in 'the label' 'weak, inside' 'slot, inside' 'table, inside' prose; do
	check "stay: $comment" grep -q "$comment" inside.syms
done
check_not "the ends of lines are those of the file" grep -qv $'\r$' inside.syms
check "and so is the mode" test "$(stat -c %a inside.syms)" = 640
gives "that is stable, too" 0 --host host.o --modules one.o two.o --check inside.syms
printf 'HOST_1.0 { host_open; };\nHOST_PRIVATE {\n host_gone; # unversioned: host_bare\n host_later; /* prose */ host_last; # if=LATER\n host_two; /* data */ /* if=LATER */\n};\n' >line.syms
gives "tags of a line" 0 --host host.o --modules one.o two.o --update line.syms
cp line.syms line2.syms
gives "are for each entry of it" 0 --host host.o --modules one.o two.o --check line2.syms
check "also behind prose" grep -q '^ *host_later; *# if=LATER$' line.syms
check "and behind other tags" grep -q '^ *host_two;.*data.*if=LATER' line.syms
check "a comment that declares a symbol stays" grep -q '# unversioned: host_bare' line.syms
printf 'HOST_1.0 { global: host_open; local: host_weak; };\n' >local.syms
gives "a used symbol that is listed as local is a finding" 1 --host host.o --modules one.o two.o --update local.syms
says "with its place" '^local.syms:1: host_weak is used, but this entry makes it local: take it away$'
check_not "and is not listed as global too" grep -q '^ *host_weak' local.syms
printf '.globl "a\\"b"\n"a\\"b":\n.globl "a b"\n"a b": .byte 0\n' >odd.s
printf '.data\n.dc.a "a\\"b", "a b"\n' >odd_user.s
if "${CC:-cc}" -c odd.s odd_user.s 2>/dev/null; then
	gives "a name with a quote is a finding" 1 -N --host odd.o --modules odd_user.o --output odd.syms
	check "and the result is a declaration" "$VERSIONGEN" map odd.syms --tag id:t
	check "with the other names" grep -q '"a b";' odd.syms
fi
printf 'HOST_1.0 { host_open; host_weak; # compat\n};\nHOST_PRIVATE {\n host_weak;\n};\n' >default.syms
gives "a symbol whose old version is public" 0 --host host.o --modules one.o two.o --update default.syms
check "keeps its private default" grep -q '^ host_weak;' default.syms
printf '# unversioned: host_weak\nHOST_1.0 { host_open; };\n' >unversioned.syms
gives "a symbol that is exported without a version" 0 --host host.o --modules one.o two.o --update unversioned.syms
check_not "stays so" grep -q '^ *host_weak' unversioned.syms
cp updated.syms twice.syms
sed -i 's/host_weak;.*/host_weak; # if=LATER/' twice.syms
gives "a used symbol that is for another build is a finding" 1 --host host.o --modules one.o two.o --check twice.syms
says "with its place" '^twice.syms:[0-9]+: host_weak is used, but this entry is for another build \(if=LATER\)'
cp base.syms named.syms
printf 'A_PRIVATE { host_slot; };\nB_PRIVATE { host_weak; };\n' >>named.syms
gives "new symbols go to the node that --node names" 0 --host host.o --modules one.o two.o --node B_PRIVATE --update named.syms
cat >expected <<'END_OF_NODE'
A_PRIVATE {
    host_slot;          # tls
};
B_PRIVATE {
    host_chosen;        # ifunc
    host_protected;
    host_weak;
};
END_OF_NODE
tail -n 8 named.syms >found
same "others stay where they are; a plain list stays one" expected found
gives "a node that --node names is added" 0 --host host.o --modules one.o --node C_PRIVATE --update named.syms
printf 'HOST_1.0 { host_open; };\nHOST_PRIVATE {\n  include "list";\n};\n' >including.syms
printf 'host_slot; # tls\nhost_unused;\n' >list
gives "what an included file lists too much is a finding" 1 --host host.o --modules two.o --check including.syms
says "with its place" '^list:2: host_unused is used by no module: remove it there'
echo 'host_slot; # tls' >list
gives "an included file that is right is none" 0 --host host.o --modules two.o --check including.syms
printf 'GLIBC_PRIVATE { # exact\n host_gone; host_slot;\n};\n' >exact.syms
gives "an exact node is not rewritten" 0 --host host.o --modules two.o --libraries host.o --update exact.syms
check "and has what it had" grep -q 'host_gone; host_slot;' exact.syms
printf '{ global: host_open; local: *; };\n' >anonymous.syms
gives "an anonymous script has no room for a private node" 3 --host host.o --modules two.o --update anonymous.syms
printf 'HOST_1.0 { host_open }\n' >broken.syms
gives "an error in the declaration" 3 --host host.o --modules two.o --check broken.syms
says "is printed with its place" '^broken.syms:1:[0-9]+: error: '
gives "the standard input can be a declaration" 0 --host host.o --modules two.o --check - <new.syms

# ---- headers ----

mkdir -p include/core
cat >include/core/slot.h <<'END_OF_SOURCE'
#define host_open host_open_macro
extern __thread int host_slot;
static inline int inside(void) { return host_weak(); }
END_OF_SOURCE
printf '#ifdef __cplusplus\nextern "C" {\n#endif\nint host_open(void), host_weak(void);\n#ifdef __cplusplus\n}\n#endif\n' >include/api.h
gives "--headers groups by the headers that declare" 0 --host host.o --modules one.o two.o --headers include
cat >expected <<'END_OF_NODE'
HOST_PRIVATE {
  global:
    # api.h
    host_open;
    host_weak;

    # core/slot.h
    host_slot;          # tls

    # host.o
    host_chosen;        # ifunc
    host_protected;
    host_table;         # data
  local: *;
};
END_OF_NODE
same "and by the objects of the rest" expected out
printf 'HOST_PRIVATE {\n    host_open; # api.h\n    host_slot; # tls core/slot.h\n};\n' >lines.syms
gives "headers on the lines of the symbols" 0 --host host.o --modules one.o two.o --headers include --update lines.syms
check "are written so for new ones" grep -q '^    host_weak;  *# api.h$' lines.syms
gives "and that is stable" 0 --host host.o --modules one.o two.o --headers include --check lines.syms

# ---- JSON ----

gives "--format json" 1 --host host.o libextra.a --modules needy.o one.o two.o plugin.o --declaration base.syms --format json
# What is said about one symbol, and the code of a finding.
symbol() { jq -e --arg name "$1" ".symbols[] | select(.name == \$name) | $2" out; }
finding() { jq -e --arg name "$1" --arg code "$2" '[.findings[] | select(.symbol == $name)][-1].code == $code' out; }
if have jq; then
	check "it has a version, and counts modules" jq -e '.format_version == 1 and .modules == 4' out
	check "a public symbol has its node and its users" symbol host_open \
		'.public and .node == "HOST_1.0" and .modules == ["one.o", "two.o"]'
	check "a new one its type and definer" symbol host_slot \
		'.type == "tls" and .new and .definer == "host.o"'
	check "one of an archive says whether it is linked in" symbol extra \
		'(.linked | not) and .definer == "libextra.a(extra.o)"'
	check "a weak one is weak" symbol host_weak '.bind == "weak"'
	check "what nobody defines is a finding" finding nobody missing-symbol
	check "what is hidden, too" finding host_hidden hidden-symbol
	check "and hidden where it is declared" finding host_unused hidden-reference
	check "and not linked in" finding extra not-linked-in
	check "and defined by another module" finding two defined-by-module
	check "errors are counted" jq -e '.errors == ([.findings[] | select(.error)] | length)' out
else
	skip "the content of the JSON document: no jq"
fi

# ---- the examples ----

# example FOLDER NAME SONAME: compile its host and modules
example() {
	mkdir "$2"
	"$VERSIONGEN" header "$tree/examples/$1/$2.syms" --tag id:t --soname "$3" -o "$2/$2_abi.h"
	for file in "$tree/examples/$1/$2"*.c "$tree/examples/$1"/modules/*.c; do
		[[ $file != *_windows.c ]] || continue
		"$cc" -fPIC -fvisibility=hidden "-D${2^^}_MODULES=\"\"" "-I$2" "-I$tree/runtime/include" \
			-c "$file" -o "$2/$(basename "$file" .c).o" || return 1
	done
}
check "the example of a program compiles" example exehost kettle libkettle-host.so.1
gives "its declaration is what collect finds" 0 --host kettle/kettle.o --modules kettle/number.o kettle/shout.o \
	--module kettle/spell.o --libraries kettle/dict.o --check "$tree/examples/exehost/kettle.syms"
check "the example of a library compiles" example libhost tally libtally.so.1
gives "its declaration is what collect finds" 0 --host tally/tally.o tally/tally_module.o --modules tally/common.o tally/lines.o tally/twins.o \
	--libraries tally/histogram.o --check "$tree/examples/libhost/tally.syms"
gives "without a module it would be another one" 1 --host tally/tally.o tally/tally_module.o --modules tally/common.o tally/lines.o \
	--libraries tally/histogram.o --check "$tree/examples/libhost/tally.syms"

finish
