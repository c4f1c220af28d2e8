#!/bin/bash
# SPDX-License-Identifier: MIT
# Stubs: that they are to a linker what the library is, on each machine and from each input.
#
#   stub_test.sh
#
# From the environment: VERSIONGEN, ABIAUDIT (the tools), SOURCE_DIR (the tree), CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=stub_lib.sh
. "$here/stub_lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${SOURCE_DIR:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABIAUDIT=$(realpath "$ABIAUDIT")
tree=$(realpath "$SOURCE_DIR")
cc=${CC:-gcc}
cd "$dir" || exit 1

# stub ARGUMENT...
stub() { "$VERSIONGEN" stub "$@"; }

# refused STATUS TEXT ARGUMENT...: the exit status, and all that stands on stderr
refused() {
	local status=$1 text=$2
	shift 2
	stub "$@" >out 2>err </dev/null
	[[ $? = "$status" ]] || {
		echo "another status; stderr: $(<err)"
		return 1
	}
	printf '%s\n' "$text" | diff - err
}

# ---- machines ----

cat >host.syms <<'END'
HOST_1 {
  global:
    h_open;
    h_table;   # data
  local: *;
};
HOST_2 {
  global:
    h_close;
    h_state;   # tls
} HOST_1;
END
sed -n '/^static const struct abilock_machine machines/,/^};/s/^\t{"\([a-z0-9_]*\)", .*/\1/p' \
	"$tree/symbols/machine.c" >machines
mapfile -t machines <machines

documented_machines() {
	tr '\n' ' ' <"$tree/docs/man/versiongen.1.scd" | tr -d '\\' |
		sed -n 's/.*Known are \([^.]*\)\..*/\1/p' | sed 's/ and /, /; s/, */\n/g' | sed 's/[\t ]//g; /^$/d' |
		sort | diff - <(sort machines)
}
check "the manual page names each machine" documented_machines
check "there are at least 38 machines" test "${#machines[@]}" -ge 38

read_without_a_word() {
	local machine bad=0

	for machine in "${machines[@]}"; do
		stub host.syms --soname libh.so.1 --machine "$machine" -o "$machine.so" &&
			readelf -aW "$machine.so" >readelf.txt 2>&1 &&
			! grep -iE 'warning|error' readelf.txt &&
			grep -q 'TLS .* h_state@@HOST_2$' readelf.txt &&
			grep -q 'OBJECT .* h_table@@HOST_1$' readelf.txt &&
			grep -q 'Parent 1: HOST_1$' readelf.txt || {
			echo "$machine"
			bad=1
		}
	done
	return $bad
}
check "readelf reads the stub of each machine without a word" read_without_a_word

own_reader_reads() {
	local machine bad=0

	for machine in "${machines[@]}"; do
		"$ABIAUDIT" list "$machine.so" >list.txt && grep -q 'h_open@@HOST_1' list.txt || {
			echo "$machine"
			bad=1
		}
	done
	return $bad
}
check "abiaudit reads the stub of each machine" own_reader_reads

same_bytes_anywhere() {
	local machine bad=0

	mkdir -p elsewhere
	for machine in "${machines[@]}"; do
		(cd elsewhere && umask 077 && LC_ALL=tr_TR.UTF-8 LANG=ja_JP TZ=Asia/Tokyo \
			SOURCE_DATE_EPOCH=1 HOME=/nonexistent "$VERSIONGEN" stub --soname libh.so.1 \
			--machine "$machine" - <../host.syms >again.so) &&
			cmp "$machine.so" elsewhere/again.so || bad=1
	done
	return $bad
}
check "the bytes depend on nothing but the arguments" same_bytes_anywhere

# A machine's names: ours, Debian's, and GNU triplets.
while read -r machine names; do
	for name in $names; do
		stub host.syms --soname libh.so.1 --machine "$name" -o alias.so
		check "$name is $machine" cmp alias.so "$machine.so"
	done
done <<'END'
x86_64 amd64 x86_64-linux-gnu x86_64-pc-linux-gnu x86_64-linux-musl x86_64-redhat-linux
x32 x86_64-linux-gnux32
i386 i686 i686-linux-gnu i386-linux-gnu
aarch64 arm64 aarch64-linux-gnu
armel arm-linux-gnueabi
armhf arm-linux-gnueabihf arm-linux-musleabihf
ppc64le ppc64el powerpc64le-linux-gnu
ppc64 powerpc64-linux-gnu
ppc powerpc powerpc-linux-gnu
s390x s390x-linux-gnu
riscv64 riscv64-linux-gnu
loongarch64 loong64 loongarch64-linux-gnu
mips mips-linux-gnu
mipsel mipsel-linux-gnu
mips64 mips64-linux-gnuabi64
mips64el mips64el-linux-gnuabi64
mipsn32 mips64-linux-gnuabin32
mipsn32el mips64el-linux-gnuabin32
mipsr6 mipsisa32r6-linux-gnu
mipsr6el mipsisa32r6el-linux-gnu
mips64r6 mipsisa64r6-linux-gnuabi64
mips64r6el mipsisa64r6el-linux-gnuabi64
mipsn32r6 mipsisa64r6-linux-gnuabin32
mipsn32r6el mipsisa64r6el-linux-gnuabin32
m68k m68k-linux-gnu
sparc64 sparc64-linux-gnu
hppa hppa-linux-gnu
hppa64 hppa64-linux-gnu
alpha alpha-linux-gnu
arc arc-linux-gnu
sh4 sh4-linux-gnu
ia64 ia64-linux-gnu
END
for name in z80 x86_64-freebsd x86_64-linux-gnueabi mips64-linux-gnu -linux-gnu; do
	check "'$name' is no machine" refused 2 \
		"versiongen stub: unknown machine '$name' (see 'versiongen stub --help')" \
		host.syms --soname libh.so.1 "--machine=$name"
done

# ---- the stub of a declaration is to a linker what the library is ----

cat >all.c <<'END'
int f_one(void), f_two(void), f_three(void), f_choice(void), f_weak(void);
int f_one(void) { return 1; }
int f_two(void) { return 2; }
int f_three(void) { return 3; }
__attribute__((weak)) int f_weak(void) { return 4; }
#ifdef IFUNC
static int chosen(void) { return 5; }
static void *choose(void) { return (void *)chosen; }
int f_choice(void) __attribute__((ifunc("choose")));
#endif
int d_one[7] = {1};
__attribute__((weak)) long d_weak = 2;
__thread int t_one;
#ifdef SYMVER
int old_1(void), old_2(void), old_3(void);
int old_1(void) { return 1; }
int old_2(void) { return 2; }
int old_3(void) { return 3; }
long value_1 = 1, value_2 = 2;
__asm__(".symver old_1, f_old@V_1");
__asm__(".symver old_2, f_old@V_2");
__asm__(".symver old_3, f_old@@V_3");
__asm__(".symver value_1, d_old@V_1");
__asm__(".symver value_2, d_old@@V_2");
#endif
#ifdef ODD
__asm__(".data\n.globl d_unique\n.type d_unique, %gnu_unique_object\n.size d_unique, 4\n"
	"d_unique: .long 1\n.globl n_plain\nn_plain: .long 2\n.text\n");
#endif
END

# library NAME LINKER FLAG...: the library of NAME.syms, linked with it as it stands
library() {
	local name=$1 linker=$2
	shift 2
	"$cc" -fuse-ld="$linker" -shared -fPIC -nostdlib "$@" all.c -Wl,-soname,libh.so.1 \
		-Wl,--version-script="$name.syms" -o "$name.$linker.so"
}

# faithful NAME FLAG...: NAME.syms from the standard input
faithful() {
	local name=$1 linker
	shift
	cat >"$name.syms"
	for linker in bfd $lld; do
		# lld writes neither parents nor the flag of empty nodes nor an OS/ABI, without which
		# readelf does not know the types.
		[[ $linker = lld && $name =~ parents|empty|chain|private|ifunc|unique ]] && continue
		library "$name" "$linker" "$@" 2>log || {
			not_ok "$name is linked by $linker"
			head -n 5 log
			continue
		}
		stub "$name.syms" --soname libh.so.1 -o "$name.stub.so"
		linker_view "$name.$linker.so" >want
		linker_view "$name.stub.so" >got
		same "as $linker links it: $name" want got
		header_of "$name.$linker.so" >want
		header_of "$name.stub.so" >got
		same "with the same header: $name" want got
		stub "$name.$linker.so" -o "$name.copy.so"
		with_sizes "$name.$linker.so" >want
		with_sizes "$name.copy.so" >got
		same "from the library itself: $name" want got
	done
}
lld=
have ld.lld && lld=lld
printf 'int f;\n' >probe.c
"$cc" -fuse-ld=lld -shared -nostdlib -fPIC probe.c -o probe.so 2>/dev/null || lld=

faithful functions <<'END'
V_1 { global: f_one; f_two; local: *; };
END
faithful variables <<'END'
V_1 {
  global:
    f_one;
    d_one;    # data
  local: *;
};
END
faithful thread-local <<'END'
V_1 {
  global:
    t_one;    # tls
  local: *;
};
END
faithful ifunc -DIFUNC <<'END'
V_1 {
  global:
    f_one;
    f_choice; # ifunc
  local: *;
};
END
faithful weak <<'END'
V_1 {
  global:
    f_weak;   # weak
    d_weak;   # data weak
  local: *;
};
END
faithful unique -DODD <<'END'
V_1 {
  global:
    d_unique; # data unique
  local: *;
};
END
faithful no-type -DODD <<'END'
V_1 {
  global:
    n_plain;  # notype
  local: *;
};
END
faithful compatible -DSYMVER <<'END'
V_1 {
  global:
    f_old;    # compat
    d_old;    # data compat
  local: *;
};
V_2 {
  global:
    f_old;    # compat
    d_old;    # data
} ;
V_3 { global: f_old; f_one; };
END
faithful chain <<'END'
V_1 { global: f_one; local: *; };
V_2 { global: f_two; } V_1;
V_3 { global: f_three; } V_2;
END
faithful parents <<'END'
V_1 { global: f_one; local: *; };
V_2 { global: f_two; } V_1;
V_3 { global: f_three; };
V_4 { global: f_weak; # weak
} V_3 V_2 V_1;
END
faithful empty <<'END'
V_0 { };
V_1 { global: f_one; local: *; } V_0;
V_2 { } V_1;
V_3 { local: f_three; } V_2;
V_4 { global: f_two; } V_3;
END
faithful anonymous <<'END'
{
  global:
    f_one;
    d_one;    # data
  local: *;
};
END
faithful exact-private <<'END'
V_1 { global: f_one; local: *; };
V_PRIVATE { # exact
  global: f_two; } V_1;
END
# Nothing but what is named may be there, since without `local: *` all is exported.
cat >two.c <<'END'
int f_one(void), f_two(void);
int f_one(void) { return 1; }
int f_two(void) { return 2; }
END
mv all.c many.c
cp two.c all.c
faithful unversioned <<'END'
# unversioned: f_two
V_1 { global: f_one; };
END
mv many.c all.c

check "the names of a library that has no nodes have no version tables" eval \
	'! readelf -SW anonymous.stub.so | grep -q gnu.version'

# ---- what a declaration cannot make a stub of ----

printf 'V_1 {\n  global:\n    f_one;\n    g_*;\n  local: *;\n};\n' >pattern.syms
check "a pattern is refused with its place and a way out" eval \
	'! stub pattern.syms --soname libh.so.1 -o p.so 2>err &&
	 grep -q "^pattern.syms:4:5: error: .*g_\*.* \[stub-pattern\]$" err &&
	 grep -q "versiongen stub HOST -o FILE" err && test ! -e p.so'
check "status 3 for it" eval 'stub pattern.syms --soname x -o p.so 2>/dev/null; test $? = 3'

cat >choice.syms <<'END'
V_1 {
  global:
    f_one;
    f_two;   # if=WITH_TWO
    f_three; # arch=aarch64|ppc64le
  local: *;
};
END
exported() { readelf --dyn-syms -W "$1" | awk '$8 ~ /@@/ { print $8 }' | sort | tr '\n' ' '; }
stub choice.syms --soname x.so --machine amd64 -o choice.so
check "without -D what is tagged if= is left out" test "$(exported choice.so)" = "f_one@@V_1 "
stub choice.syms --soname x.so --machine amd64 -D WITH_TWO -o choice.so
check "with -D it is there" test "$(exported choice.so)" = "f_one@@V_1 f_two@@V_1 "
for name in aarch64 arm64 aarch64-linux-gnu; do
	stub choice.syms --soname x.so --machine $name -o choice.so
	check "--machine $name keeps what is tagged arch=aarch64" \
		test "$(exported choice.so)" = "f_one@@V_1 f_three@@V_1 "
done

# ---- the stub of a binary ----

cat >program.c <<'END'
#include <stdio.h>
int p_call(void);
int p_call(void) { return 1; }
int p_value[5] = {1};
int main(void) { return stdout == NULL; }
END
printf 'P_1 { global: p_*; local: *; };\n' >program.map
check "a program is linked" "$cc" -fno-pie -no-pie -rdynamic program.c -o program \
	-Wl,--version-script=program.map -Wl,-soname,libp-host.so.0
check "the stub of a program" stub program -o program.so
readelf --dyn-syms -W program.so >symbols.txt
check "has its symbols" grep -q ' p_value@@P_1$' symbols.txt
check "and not its copies of a library's variables" eval '! grep -q stdout symbols.txt'
check "and its soname" eval 'readelf -d program.so | grep -q "\[libp-host.so.0\]"'
check "a program without --version-script has a stub" eval \
	'"$cc" -rdynamic program.c -o plain && stub plain --soname plain.so -o plain.so &&
	 readelf --dyn-syms -W plain.so | grep -q " p_call$"'
check "where the file has no soname, one must be given" refused 2 \
	"versiongen stub: 'plain' has no DT_SONAME: --soname is required (see 'versiongen stub --help')" \
	plain -o p.so
stub program --soname other.so -o other.so
check "--soname overrides" eval 'readelf -dV other.so | grep -c "other.so" | grep -qx 2'
check "the machine of the binary may be said" stub aarch64.so --machine arm64 -o p.so
check "another machine is wrong usage" refused 2 \
	"versiongen stub: 'aarch64.so' is not for machine 'amd64' (see 'versiongen stub --help')" \
	aarch64.so --machine amd64 -o p.so
for option in "--tag id:a" "--repo ." "--define X"; do
	# shellcheck disable=SC2086
	check "${option%% *} is wrong with a binary" refused 2 \
		"versiongen stub: ${option%% *} is for a declaration; 'program' is a binary (see 'versiongen stub --help')" \
		program $option -o p.so
done
cp program kept
check_not "the output is never the binary" stub kept -o kept
check "which stays as it was" cmp program kept
check "a dependency file names the binary" eval \
	'stub program -o p.so --depfile p.d && tr -d "\\\\\n" <p.d | grep -q "^p.so: *program"'
head -c 400 program >broken
check "a damaged file is status 3" eval 'stub broken --soname x -o p.so 2>/dev/null; test $? = 3'
"$cc" -c two.c -o two.o
check "an object file is status 3" eval 'stub two.o --soname x -o p.so 2>/dev/null; test $? = 3'
check "the stub of a stub is another" eval \
	'stub compatible.copy.so -o c2.so && diff <(with_sizes compatible.copy.so) <(with_sizes c2.so)'
foreign() {
	local machine bad=0

	for machine in "${machines[@]}"; do
		stub "$machine.so" -o copy.so && diff <(with_sizes "$machine.so") <(with_sizes copy.so) &&
			diff <(header_of "$machine.so") <(header_of copy.so) || bad=1
	done
	return $bad
}
check "binaries of all machines are read" foreign

# ---- programs that copy variables ----

# Two names of one variable must stay one; two variables must stay two.
cat >vars.c <<'END'
int v_a = 10, v_b = 20, v_c[1000] = {30};
extern int v_alias __attribute__((weak, alias("v_a")));
int v_get(void);
int v_get(void) { return v_a; }
END
cat >uses.c <<'END'
extern int v_a, v_b, v_c[1000];
int v_get(void);
int main(void)
{
	v_a += 5;
	return !(v_get() == 15 && v_b == 20 && v_c[0] == 30 && v_c[999] == 0);
}
END
printf 'V_1 { global: v_*; local: *; };\n' >vars.map
"$cc" -shared -fPIC vars.c -o libvars.so.1 -Wl,-soname,libvars.so.1 -Wl,--version-script=vars.map
stub libvars.so.1 -o vars.stub.so

mkdir -p mold.d
have mold && ln -sf "$(command -v mold)" mold.d/ld
# linked LINKER FLAG...
linked() {
	local linker=$1 use
	shift
	use=-fuse-ld=$linker
	[[ $linker = mold ]] && use="-B$dir/mold.d -fuse-ld=mold"
	[[ $linker = mold && $cc = gcc* ]] && use=-B$dir/mold.d
	# shellcheck disable=SC2086
	"$cc" $use "$@"
}
cat >ifunc_user.c <<'END'
int f_choice(void), f_one(void);
int (*table[])(void) = {f_choice, f_one};
int use(void);
int (*address(void))(void);
int (*address(void))(void) { return f_choice; }
int use(void) { return f_choice() == 5 && table[0]() == 5 && table[0] == address(); }
END
printf 'int use(void);\nint main(void) { return !use(); }\n' >ifunc_main.c
ln -sf ifunc.bfd.so libh.so.1
for linker in bfd gold lld mold; do
	[[ $linker = mold ]] && program=mold || program=ld.$linker
	have "$program" && linked "$linker" -shared -fPIC -nostdlib probe.c -o probe.so 2>/dev/null || {
		skip "$linker"
		continue
	}
	for flags in "-fno-pie -no-pie" "-fPIE -pie"; do
		# shellcheck disable=SC2086
		check "$linker links a program with the stub: $flags" linked "$linker" $flags uses.c \
			vars.stub.so -o uses
		check "and it works with the library: $linker $flags" env LD_LIBRARY_PATH=. ./uses
		# shellcheck disable=SC2086
		check "$linker takes an IFUNC from the stub: $flags" linked "$linker" $flags ifunc_user.c \
			ifunc_main.c ifunc.stub.so -o ifunc
		check "and it is called: $linker $flags" env LD_LIBRARY_PATH=. ./ifunc
	done
	check "$linker links a module with an IFUNC of the stub" linked "$linker" -shared -fPIC \
		-Wl,-z,defs ifunc_user.c ifunc.stub.so -o libuser.so
	check "and it works: $linker" eval '"$cc" ifunc_main.c libuser.so libh.so.1 -o ifunc &&
		LD_LIBRARY_PATH=. ./ifunc'
done

finish
