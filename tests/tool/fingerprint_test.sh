#!/bin/bash
# SPDX-License-Identifier: MIT
# Fingerprints of types from debug information: one value whatever made the file, another one for each
# change that callers notice, and none where nothing is known. Prints both tables.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

types_of=$(realpath "${TYPES_OF:?}")
cc=${CC:-cc}
cd "$dir" || exit 1
unset DEBUGINFOD_URLS

# ---- a library with all that C can say ----

cat >api.h <<'END'
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* before */
enum color { RED, GREEN = 5, BLUE = -3 };
enum big { BIG = 0x7fffffffffL, SMALL = -1L };
enum high { HIGH = 0xffffffffu };
typedef struct { int x; unsigned y; } point, *point_pointer;
typedef struct { struct deep *next; } *only_pointer;
struct opaque;
struct foo;
struct deep { struct deep *next; struct deepest *other; };
struct deepest { long value; point where[2][3]; };
union choice { int number; const char *text; struct { short a, b; } pair; };
struct bits { unsigned a : 3; int b : 5; _Bool c : 1; unsigned long d : 33; unsigned char : 0; enum color e : 4; };
struct __attribute__((packed)) tight { char a; long b; };
typedef int vector __attribute__((vector_size(16)));
struct everything {
	char c; signed char sc; unsigned char uc; short s; unsigned short us;
	int i; unsigned u; long l; unsigned long ul; long long ll; unsigned long long ull;
	float f; double d; long double ld; _Bool b; float _Complex fc;
	__int128 wide; unsigned __int128 unsigned_wide;
	const char *const names[4]; volatile int *const volatile status;
	int (*call)(struct foo *, int, ...); void (*(*handler)(int, void (*)(int)))(int);
	int matrix[3][4]; int (*row)[4]; struct bits bits; union choice choice; enum color color;
	union { int one; float two; }; struct { int inner; } named, *pointed;
	int (*old)(); struct opaque *hidden; only_pointer only; point_pointer points; vector v;
	struct tight tight; _Atomic int counter; const int fixed; int none[0]; int flexible[];
};
END
cat >one.c <<'END'
#include "api.h"
struct foo { int n; struct everything *all; };
int take(struct foo *foo, const struct everything *all, point p) { return foo->n + all->i + p.x; }
struct deep *walk(struct deep *deep, unsigned long steps) { return steps ? deep->next : deep; }
int print(const char *format, ...) { return format[0]; }
int vprint(const char *format, va_list list) { return format[0]; }
void nothing(void) {}
int unprototyped() { return 0; }
int old_style(a, b) char a; struct foo *b; { return a + b->n; }
enum color paint(enum color color, enum big big, enum high high) { return (enum color)(color + (int)big + (int)high); }
int restricted(char *restrict a, const char *restrict b, const int c) { return *a + *b + c; }
vector twice(vector v) { return v + v; }
static int folded(struct foo *foo) { return foo->n; }
int (*choose(int which))(struct foo *) { return which ? folded : NULL; }
int alias_target(struct foo *foo) { return foo->n * 2; }
extern __typeof(alias_target) alias __attribute__((alias("alias_target")));
END
cat >two.c <<'END'
#include "api.h"
struct foo { int n; struct everything *all; };
struct everything everything = { .i = 1 };
const struct everything *everywhere = &everything;
int table[3][4];
const char *const names[] = { "a", "b" };
struct { int a; char b; } unnamed;
int common;
__thread point slot;
uint64_t wide;
int hide(struct opaque *opaque, only_pointer only) { return opaque != NULL && only != NULL; }
END
# No LTO here: it does not know what assembler says of versions.
cat >three.c <<'END'
struct foo;
int version_1(int a) { return a; }
int version_2(int a, struct foo *foo) { return a + (foo != 0); }
__asm__(".symver version_1, version@V_1");
__asm__(".symver version_2, version@@V_2");
END
cat >api.map <<'END'
V_1 { global: take; walk; print; vprint; nothing; unprototyped; old_style; paint; restricted; twice; choose; alias*;
	every*; table; names; unnamed; common; slot; wide; hide; version; local: *; };
V_2 { global: version; } V_1;
END
symbols=take,walk,print,vprint,nothing,unprototyped,old_style,paint,restricted,twice,choose,alias,alias_target,everything,everywhere,table,names,unnamed,common,slot,wide,hide

# prints FILE [OPTIONS]: names and fingerprints, sorted; without versions, so that objects have the same.
prints() { "$types_of" "${@:2}" "$1" | awk -F '\t' '!/^\./ && NF == 3 { sub(/@.*/, "", $1); if ($1 != "version") print $1, $2 }' | sort; }
# whole FILE...: the types as well.
whole() { "$types_of" "$@" | sed 's/@@*V_[12]//' | sort; }

compile() { # COMPILER FOLDER FLAGS...
	local compiler=$1 folder=$2 name
	shift 2
	mkdir -p "$folder"
	for name in one two; do
		"$compiler" -w -fPIC -I. "$@" -c "$name.c" -o "$folder/$name.o" || return
	done
	"$compiler" -w -fPIC -g -c three.c -o "$folder/three.o"
}
link() { # COMPILER FOLDER FLAGS...
	local compiler=$1 folder=$2
	shift 2
	"$compiler" -w -shared -Wl,--version-script=api.map "$@" "$folder"/{one,two,three}.o -o "$folder/libapi.so"
}

compile "$cc" first -g -O0 && link "$cc" first
prints first/libapi.so >expected
whole first/libapi.so >expected.types
check "each export of the fixture has a fingerprint" [ "$(grep -vc '?' expected)" -eq 22 ]
check_not "an old version and a new one have types of their own" \
	[ "$("$types_of" first/libapi.so | awk -F '\t' '/^version@/ { print $2 }' | sort -u | wc -l)" -ne 2 ]

row() { printf '%-58s %s\n' "$1" "$2" >>table; }
: >table
equal() { # SENTENCE FILE-OF-PRINTS
	row "$1" "$(md5sum <"$2" | cut -c 1-16)"
	if [[ -s expected ]]; then same "$1: the same fingerprints" expected "$2"; else not_ok "$1"; fi
}

compilers=()
for compiler in gcc clang; do
	if have "$compiler"; then compilers+=("$compiler"); else skip "$compiler is not installed"; fi
done
for compiler in "${compilers[@]}"; do
	for version in 4 5; do
		for level in -O0 -O2 '-O2 -flto'; do
			read -ra flags <<<"$level"
			folder=$compiler-$version${level// /}
			more=()
			[[ $compiler != clang || $level != *lto ]] || more=(-fuse-ld=lld)
			if [[ ${more[*]} ]] && ! have ld.lld; then
				skip "clang $level without lld"
				continue
			fi
			compile "$compiler" "$folder" -gdwarf-$version "${flags[@]}" &&
				link "$compiler" "$folder" -gdwarf-$version "${flags[@]}" "${more[@]}"
			prints "$folder/libapi.so" >actual
			equal "$compiler $level DWARF $version, linked" actual
			[[ $level != *lto ]] || continue
			"$types_of" -n $symbols "$folder/one.o" "$folder/two.o" >list
			awk -F '\t' '!/^\./ { print $1, $2 }' list | sort >actual
			equal "$compiler $level DWARF $version, objects" actual
		done
	done
done
same "the types as text are the same for another compiler" expected.types <(whole "${compilers[-1]}-5-O2/libapi.so")

# ---- where debug information can lie ----

objects() { awk -F '\t' '!/^\./ { print $1, $2 }' list | sort >actual; }
rm -f api.a thin.a
ar rc api.a first/one.o first/two.o
"$types_of" -n $symbols api.a >list
objects
equal "an archive" actual
ar rcT thin.a first/one.o first/two.o
"$types_of" -n $symbols thin.a >list
objects
equal "a thin archive" actual

mkdir -p apart/.debug build-id
objcopy --only-keep-debug first/libapi.so apart/.debug/libapi.so.debug
objcopy --strip-debug --add-gnu-debuglink=apart/.debug/libapi.so.debug first/libapi.so apart/libapi.so
prints apart/libapi.so >actual
equal "a file that .gnu_debuglink names" actual
link "$cc" first -Wl,--build-id=sha1
id=$(readelf -n first/libapi.so | awk '/Build ID/ { print $3 }')
mkdir -p "build-id/.build-id/${id:0:2}" stripped
objcopy --only-keep-debug first/libapi.so "build-id/.build-id/${id:0:2}/${id:2}.debug"
strip -o stripped/libapi.so first/libapi.so
prints stripped/libapi.so -D build-id >actual
equal "a folder of build-ids" actual
"$types_of" stripped/libapi.so >list
check "a file without debug information is said to have none" grep -q "no debug information: none in stripped/libapi.so, and no file of its build-id $id below /usr/lib/debug" list
check_not "and has no fingerprint" grep -qP '\t[0-9a-f]{16}\t' list

for compiler in "${compilers[@]}"; do
	for version in 4 5; do
		compile "$compiler" "split-$compiler-$version" -gdwarf-$version -gsplit-dwarf && link "$compiler" "split-$compiler-$version"
		prints "split-$compiler-$version/libapi.so" >actual
		equal "$compiler -gsplit-dwarf, DWARF $version" actual
	done
	compile "$compiler" "units-$compiler" -g -fdebug-types-section && link "$compiler" "units-$compiler"
	prints "units-$compiler/libapi.so" >actual
	equal "$compiler -fdebug-types-section" actual
	"$types_of" -n walk "units-$compiler/one.o" >list
	check "$compiler -fdebug-types-section, objects: known, or the reason is said" \
		grep -qP '^walk\t([0-9a-f]{16}\t|\?\t.*compile without -fdebug-types-section)' list
	if compile "$compiler" "compressed-$compiler" -g -gz 2>/dev/null && link "$compiler" "compressed-$compiler" -gz; then
		prints "compressed-$compiler/libapi.so" >actual
		equal "$compiler -gz" actual
		"$types_of" -n $symbols compressed-"$compiler"/*.o >list
		objects
		equal "$compiler -gz, objects" actual
	else
		skip "$compiler has no -gz"
	fi
done
rm -f split-*/*.dwo
"$types_of" "split-${compilers[0]}-5/libapi.so" >list
check "a split file that is not there is said" grep -q 'the split debug information .*one.dwo is not there' list
if have dwz; then
	compile "$cc" dwz -gdwarf-4 && link "$cc" dwz
	cp dwz/libapi.so dwz/other.so
	if dwz -m "$dir/dwz/common.debug" dwz/libapi.so dwz/other.so 2>/dev/null; then
		prints dwz/libapi.so >actual
		equal "dwz -m" actual
		mv dwz/common.debug dwz/moved
		"$types_of" dwz/libapi.so >list
		check "a common file that is not there is said" grep -q 'the common file of debug information .*common.debug is not there' list
	fi
else
	skip "dwz is not installed"
fi

# ---- what is not known ----

"$cc" -w -fPIC -I. -c two.c -o plain.o
"$cc" -w -shared -Wl,--version-script=api.map first/one.o plain.o -o half.so
"$types_of" half.so >list
check "a unit without -g is said" grep -qP '^hide@@V_1\t\?\tno debug information has it: its source was compiled without -g' list
check "and leaves the others alone" grep -qP "^walk@@V_1\t[0-9a-f]{16}\t" list
"$types_of" -n hide,walk plain.o >list
check "an object without -g is said" grep -qP '^hide\t\?\tplain.o has no debug information' list
check "a name that no object has is said" grep -qP '^walk\t\?\tnone of the objects defines it' list
printf 'struct q { int a; }; int f(struct q *p) { return p->a; } struct q v;\n' >little.c
"$cc" -g1 -c little.c -o little.o
"$types_of" -n f,v little.o >list
check_not "-g1 has no types: nothing is known" grep -qP '\t[0-9a-f]{16}\t' list
cat >routine.s <<'END'
	.text
	.globl routine
	.type routine, @function
routine: ret
	.size routine, .-routine
	.section .note.GNU-stack,"",@progbits
END
if "$cc" -g -c routine.s -o routine.o 2>/dev/null; then
	"$types_of" -n routine routine.o >list
	check "assembler has no types, which is said" grep -qP '^routine\t\?\t.*(assembler|no debug information)' list
fi
if have gcc; then
	gcc -w -g -O2 -flto -fno-fat-lto-objects -fPIC -I. -c one.c -o slim.o
	"$types_of" -n walk slim.o >list
	check "an object with bytecode of GCC alone is said" grep -q 'slim.o holds bytecode for LTO alone: compile with -ffat-lto-objects' list
	gcc -w -g -O2 -flto -ffat-lto-objects -fPIC -I. -c one.c -o fat.o
	"$types_of" -n walk fat.o >list
	check "one with both has its types" grep -qP '^walk\t[0-9a-f]{16}\t' list
fi
if have clang; then
	clang -w -g -O2 -flto -fPIC -I. -c one.c -o bitcode.o
	"$types_of" -n walk bitcode.o >list
	check "bitcode of LLVM is said" grep -q 'bitcode.o is LLVM bitcode' list
fi
head -c 3000 first/one.o >short.o
check_not "a damaged object is an error" "$types_of" -n walk short.o

# ---- changes ----

cat >base.c <<'END'
#include <stdint.h>
enum level { LOW, HIGH = 4 };
struct inner { int a; };
struct far { int kept; };
struct pointed { struct far *far; };
union both { int i; float f; };
struct sub {
	int first;
	short second;
	unsigned flags : 3;
	enum level level;
	union both both;
	int (*callback)(int);
	char name[8];
	const char *text;
	struct pointed *pointed;
	struct inner inner;
};
typedef unsigned int counter;
int use(struct sub *sub, counter count) { return sub->first + (int)count; }
long other(int n) { return n; }
END
print_of() { # FILE SYMBOL
	"$cc" -w -g -c "$1" -o changed.o && "$types_of" -n "$2" changed.o | awk -F '\t' 'NR == 1 { print $2 }'
}
before=$(print_of base.c use)
: >changes
change() { # changed|unchanged SENTENCE SED-SCRIPT
	sed "$3" base.c >changed.c
	local after
	after=$(print_of changed.c use)
	printf '%-10s %-46s %s\n' "$1" "$2" "$after" >>changes
	if cmp -s base.c changed.c; then
		not_ok "$2: the script changes nothing"
	elif [[ ! $after || $after == '?' ]]; then
		not_ok "$2: there is a fingerprint"
	elif [[ $1 == changed ]]; then
		check "$2 changes the fingerprint" [ "$before" != "$after" ]
	else
		check "$2 leaves the fingerprint" [ "$before" = "$after" ]
	fi
}
change changed 'a member added' 's/^	char name/	int more;\n&/'
change changed 'a member removed' '/const char \*text/d'
change changed 'members reordered' '/int first/d; s/^	short second;/&\n	int first;/'
change changed 'a member renamed' 's/short second/short third/'
change changed 'a type widened' 's/short second/int second/'
change changed 'a type of the same size' 's/int first;/unsigned first;/'
change changed 'an enum value' 's/HIGH = 4/HIGH = 5/'
change changed 'a parameter added' 's/counter count)/counter count, int more)/'
change changed 'another result' 's/^int use/long use/'
change changed 'a bit-field widened' 's/flags : 3/flags : 4/'
change changed 'a member of a union' 's/float f/double f/'
change changed "a function pointer's prototype" 's/callback)(int)/callback)(long)/'
change changed 'an array longer' 's/name\[8\]/name[12]/'
change changed 'const dropped from a pointee' 's/const char \*text/char *text/'
change changed 'volatile on a member' 's/int first;/volatile int first;/'
change changed 'a structure reached through two pointers' 's/int kept/long kept/'
change changed 'a structure in a structure' 's/int a;/short a, b;/'
change changed 'no prototype' 's/callback)(int)/callback)()/'
change changed 'another tag' 's/struct inner/struct other_inner/'
change unchanged 'a comment' 's,^struct sub {,/* A comment. */\n&,'
change unchanged 'a parameter renamed' 's/count)/number)/; s/(int)count/(int)number/'
change unchanged 'functions reordered' '/^long other/d; s/^int use/long other(int n) { return n; }\n&/'
change unchanged 'an unrelated type' 's/^struct sub {/struct unrelated { int a; };\n&/'
change unchanged 'a typedef renamed' 's/counter/number/g'
change unchanged 'a base type spelled otherwise' 's/unsigned int counter/unsigned counter/; s/short second/int16_t second/'
change unchanged 'a structure with a typedef' 's/^struct sub {/typedef struct far far_t;\n&/; s/struct far \*far/struct far *far/'
change unchanged 'restrict' 's/struct sub \*sub,/struct sub *restrict sub,/'
change unchanged 'const on a parameter itself' 's/counter count)/const counter count)/'
cat >old.c <<'END'
int none() { return 1; }
int real(x) float x; { return (int)x; }
END
cat >new.c <<'END'
int none(void) { return 1; }
int real(double x) { return (int)x; }
END
for name in old new; do
	"$cc" -w -std=gnu89 -g -c $name.c -o $name.o && "$types_of" -n none,real $name.o >$name
done
same "a definition of the old form is what its callers pass" new old
check "and has a fingerprint" grep -qP '^real\t[0-9a-f]{16}\tint \(double\)$' old
printf 'int value;\n' >shared_by_threads.c
printf '__thread int value;\n' >thread_local.c
check_not "a variable that each thread has for itself has another fingerprint" \
	[ "$(print_of shared_by_threads.c value)" = "$(print_of thread_local.c value)" ]
cat >big_endian.c <<'END'
struct swapped { int a; } __attribute__((scalar_storage_order("big-endian")));
int use(struct swapped *s) { return s->a; }
END
if have gcc && [[ $(uname -m) == x86_64 ]]; then
	gcc -w -g -c big_endian.c -o big_endian.o
	"$types_of" -n use big_endian.o >list
	check "another byte order is not known, which is said" grep -qP '^use\t\?\t.*byte order' list
fi
cat >opaque.c <<'END'
struct later;
int first(struct later *later) { return later != 0; }
END
cat >complete.c <<'END'
struct later { int a; };
int second(struct later *later) { return later->a; }
END
"$cc" -g -c opaque.c -o opaque.o && "$cc" -g -c complete.c -o complete.o
"$types_of" -n first,second opaque.o complete.o | sed 1q >list
sed 's/^struct later;/struct later { int a; };/' opaque.c >included.c
"$cc" -g -c included.c -o included.o
"$types_of" -n first,second included.o complete.o | sed 1q >actual
same "an #include more that completes a known type leaves the fingerprint" list actual
"$types_of" -n first opaque.o >list
check "a type that is only declared is opaque" [ "$(wc -l <list)" -eq 1 ]

# ---- headers ----

mkdir -p include private
printf 'struct hidden { int a; };\n' >private/hidden.h
printf 'struct seen { struct hidden *hidden; int b; };\n' >include/seen.h
printf '#include "private/hidden.h"\n#include "include/seen.h"\nint call(struct seen *s) { return s->b + s->hidden->a; }\n' >headers.c
"$cc" -g -c headers.c -o headers.o
"$types_of" -H include -n call headers.o >list
check "with headers, a type of a header is defined" grep -q '^.struct seen' list
check_not "and one of another file is opaque" grep -q '^.struct hidden' list
"$types_of" -n call headers.o >list
check "without headers, all types are defined" grep -q '^.struct hidden' list

printf 'typedef struct { int a; } hidden_one;\ntypedef struct { int a; } hidden_two;\n' >private/unnamed.h
for name in one two; do
	printf '#include "private/unnamed.h"\nint call(hidden_%s *h) { return h->a; }\n' $name >unnamed_$name.c
	"$cc" -g -c unnamed_$name.c -o unnamed_$name.o
	"$types_of" -H include -n call unnamed_$name.o | cut -f 2 | sed 1q >unnamed_$name
	"$types_of" -n call unnamed_$name.o | cut -f 2 | sed 1q >seen_$name
done
check_not "opaque types without a tag differ by their typedefs" cmp -s unnamed_one unnamed_two
same "typedefs of types that callers see do not count" seen_one seen_two

# ---- folding ----

cat >fold.c <<'END'
struct one { int x, y; };
struct two { int x, y; };
int get_one(struct one *p) { return p->x * 3 + p->y * 7 + (p->x ^ p->y) * 11; }
int get_two(struct two *p) { return p->x * 3 + p->y * 7 + (p->x ^ p->y) * 11; }
int impl_one(struct one *p) { return p->x * 5 + p->y; }
int impl_two(struct two *p) { return p->x * 5 + p->y; }
__asm__(".symver impl_one, shared_one@@V_1");
__asm__(".symver impl_two, shared_two@@V_1");
END
sed 's/struct two { int x, y; }/struct two { unsigned x, y; }/; s/return p->x \* 3 + p->y \* 7 + (p->x ^ p->y) \* 11; }$/return (int)p->x * 3 + (int)p->y * 7 + (int)(p->x ^ p->y) * 11; }/; s/return p->x \* 5/return (int)p->x * 5/' fold.c >fold_changed.c
echo 'V_1 { global: get_*; shared_*; local: *; };' >fold.map
fold() { # COMPILER LINKER SOURCE OUTPUT FLAGS...
	"$1" -w -g -O2 -fPIC -shared -ffunction-sections "-fuse-ld=$2" -Wl,--version-script=fold.map "$3" -o "$4" "${@:5}"
}
# Known and changed, or said to be unknown: never the other function's.
of() { awk -F '\t' -v name="$1@@V_1" '$1 == name { print $2 }' "$2"; }
for compiler in "${compilers[@]}"; do
	for linker in bfd gold lld mold; do
		flags=()
		[[ $linker == bfd ]] || flags=("-Wl,--icf=all")
		[[ $compiler == clang ]] || flags+=(-fipa-icf -fno-semantic-interposition)
		if ! fold "$compiler" $linker fold.c before.so "${flags[@]}" 2>/dev/null ||
			! fold "$compiler" $linker fold_changed.c after.so "${flags[@]}" 2>/dev/null; then
			skip "$compiler with ld.$linker"
			continue
		fi
		"$types_of" before.so >before.txt
		"$types_of" after.so >after.txt
		check "$compiler, $linker: folding equal functions does not hide a change" \
			[ "$(of get_two before.txt)" != "$(of get_two after.txt)" ]
		check "$compiler, $linker: nor change the function that was kept" \
			[ "$(of get_one before.txt)" = "$(of get_one after.txt)" ]
		for name in shared_one shared_two; do
			print=$(of $name before.txt)
			own=$(of get_${name#shared_} before.txt)
			check "$compiler, $linker: $name has its own type or none" \
				grep -qxF -e '?' -e "$own" <<<"$print"
		done
	done
done

echo
cat table
echo
echo "before     $before"
cat changes
finish
