#!/bin/bash
# SPDX-License-Identifier: MIT
# The tag `abi`: a host with two private subsystems in a git repository, its modules loaded into the
# hosts of other commits, with the makefile of docs/adoption.md.
#
#   tag_abi_test.sh
#
# From the environment: VERSIONGEN, ABIAUDIT, ABILOCK_LIB, ABILOCK_INCLUDE, HOST_FLAGS.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=lib.sh
. "$root/tests/tool/lib.sh"

: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${ABILOCK_LIB:?}" "${ABILOCK_INCLUDE:?}"
export VERSIONGEN GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE MAKEFLAGS MAKELEVEL
read -ra host_flags <<<"${HOST_FLAGS:-}"
soname=libfoo-host.so.0
cd "$dir" || exit 1

compilers=()
for compiler in gcc clang; do have "$compiler" && compilers+=("$compiler"); done
# A libabilock with a sanitizer wants the compiler that it was made with.
[[ ${#host_flags[@]} -eq 0 ]] || compilers=("${CC:?}")
for tool in git make readelf; do
	have "$tool" || { not_ok "$tool is there"; finish; }
done

# ---- the sources ----

mkdir repo
cat >repo/foo.syms <<'EOF'
FOO_1.0 { global: foo_log; local: *; };
FOO_BLOCK_PRIVATE {
  global:
    block_limits;       # data
    block_poll;
    block_submit;
};
FOO_UI_PRIVATE {
  global:
    ui_draw;
    ui_theme;           # data
};
EOF
cat >repo/block.h <<'EOF'
#include "foo_export.h"
struct block_queue {
	void *head;
	int depth;
};
struct block_limits { unsigned long largest; };
FOO_EXPORT_PRIVATE extern struct block_limits block_limits;
FOO_EXPORT_PRIVATE int block_submit(struct block_queue *queue, const void *bytes);
FOO_EXPORT_PRIVATE int block_poll(const struct block_queue *queue);
EOF
cat >repo/block.c <<'EOF'
#include "block.h"
struct block_limits block_limits = {512};
int block_submit(struct block_queue *queue, const void *bytes)
{
	queue->head = (void *)bytes;
	return ++queue->depth;
}
int block_poll(const struct block_queue *queue) { return queue->depth; }
EOF
cat >repo/ui.h <<'EOF'
#include "foo_export.h"
enum ui_colour { UI_RED, UI_GREEN };
struct ui_theme { enum ui_colour fore, back; };
FOO_EXPORT_PRIVATE extern struct ui_theme ui_theme;
FOO_EXPORT_PRIVATE int ui_draw(const struct ui_theme *theme, const char *text);
EOF
cat >repo/ui.c <<'EOF'
#include "ui.h"
struct ui_theme ui_theme = {UI_GREEN, UI_RED};
int ui_draw(const struct ui_theme *theme, const char *text) { return theme->fore + (text != 0); }
EOF
cat >repo/main.c <<'EOF'
#include <abilock/abilock.h>
#include <dlfcn.h>
#include <stdio.h>
#include "foo_export.h"
FOO_EXPORT void foo_log(const char *text);
void foo_log(const char *text) { puts(text); }
int main(int argc, char **argv)
{
	int status = 0;
	for (int i = 1; i < argc; i++)
		if (!abilock_dlopen(argv[i], RTLD_NOW)) {
			puts(abilock_dlerror());
			status = 1;
		}
	return status;
}
EOF
cat >repo/lock.c <<'EOF'
#include "foo_abi.h"
ABILOCK_HOST();
EOF
# module NAME KIND BODY
module() {
	cat >"repo/$1.c" <<EOF
#include "foo_abi.h"
#include "block.h"
#include "ui.h"
FOO_EXPORT void foo_log(const char *text);
ABILOCK_MODULE("$1", $2);
__attribute__((constructor)) static void start(void)
{
	$3
	foo_log("$1 runs");
}
EOF
}
module block_ram FOO_BLOCK_PRIVATE 'struct block_queue queue = {0}; block_submit(&queue, "x"); '
module ui_text FOO_UI_PRIVATE 'ui_draw(&ui_theme, "x");'
module both FOO_UI_PRIVATE 'struct block_queue queue = {0}; ui_draw(&ui_theme, "x"); block_poll(&queue);'
module data FOO_BLOCK_PRIVATE ''
module public PUBLIC ''
awk '/^## / { on = $0 == "## Tags that follow the types" } /^```make$/ { inside = on; next } /^```$/ { inside = 0 } inside' \
	"$root/docs/adoption.md" >repo/Makefile
check "docs/adoption.md has the makefile" grep -q -- "--tag abi" repo/Makefile

# ---- commits ----

repo_git() { git -C repo -c user.name=test -c user.email=test@localhost "$@" >/dev/null; }
commit() { repo_git add -A && repo_git commit -q -m "$1" && repo_git tag "$1"; }
repo_git init -q && commit base || exit 1
sed -i 's,^struct block_queue {,/* What waits. */\n&,' repo/block.h
sed -i 's,return queue->depth;,/* How many wait. */ &,' repo/block.c
commit comment || exit 1
sed -i 's,^	void \*head;,&\n	void *tail;,' repo/block.h
commit struct || exit 1
sed -i 's/    ui_draw;/&\n    ui_resize;/' repo/foo.syms
printf 'FOO_EXPORT_PRIVATE void ui_resize(int width);\nvoid ui_resize(int width) { (void)width; }\n' >>repo/ui.c
commit symbol || exit 1

# ---- building ----

# What pkg-config says of abilock that is not installed.
mkdir bin
cat >bin/pkg-config <<EOF
#!/bin/sh
case \$1 in
--cflags) echo -I$ABILOCK_INCLUDE ;;
*) echo -L$ABILOCK_LIB -labilock -Wl,-rpath,$ABILOCK_LIB ${host_flags[*]} ;;
esac
EOF
chmod +x bin/pkg-config
PATH=$PWD/bin:$PATH

modules="block_ram.so ui_text.so both.so data.so public.so"

# build FOLDER COMMIT [MAKE-ARGUMENTS...]: a program as host
build() {
	local to=$1 commit=$2
	shift 2
	mkdir "$to" && git -C repo archive "$commit" | tar -x -C "$to" &&
		make -s -C "$to" MODULES="$modules" "$@" >"$to.log" 2>&1 && return
	cat "$to.log"
	return 1
}

# The same objects in a library, with a program that loads into it.
build_library() {
	local to=$1
	"$CC" -shared -o "$to/$soname" "$to/block.o" "$to/ui.o" "$to/main.o" "$to/lock.o" \
		-Wl,--version-script="$to/foo.map" -Wl,-soname,$soname -L"$ABILOCK_LIB" -labilock -Wl,-rpath,"$ABILOCK_LIB" &&
		"$CC" -o "$to/loader" "${host_flags[@]}" -I"$to" -I"$ABILOCK_INCLUDE" "$to/main.c" \
			-Wl,--no-as-needed -L"$to" -l:$soname -Wl,-rpath,"\$ORIGIN" \
			-L"$ABILOCK_LIB" -labilock -Wl,-rpath,"$ABILOCK_LIB"
}

# tags FOLDER: as versiongen prints them
tags() { (cd "$1" && "$VERSIONGEN" tag --tag abi foo.syms main.o block.o ui.o); }

# node_tag FOLDER NODE
node_tag() { sed -n "s/^$2 //p" "$1.tags"; }

# ---- judging ----

# loads SENTENCE HOST-FOLDER MODULE: in the process, and says abiaudit
loads() {
	local sentence=$1 to=$2 module=$3 name
	name=$(basename "$module" .so)
	if "$to/$program" "$module" >text 2>&1 && grep -qx "$name runs" text; then
		ok "$sentence"
	else
		not_ok "$sentence"
		sed 's/^/    /' text
	fi
	check "$sentence, says abiaudit" "$ABIAUDIT" verify --host "$to/$host" "$module"
}

# refused SENTENCE HOST-FOLDER MODULE: the texts are in text and audit
refused() {
	local sentence=$1 to=$2 module=$3
	"$to/$program" "$module" >text 2>&1
	if [[ $? -eq 1 ]] && grep -q "types behind its symbols changed" text && ! grep -q " runs$" text; then
		ok "$sentence"
	else
		not_ok "$sentence"
		sed 's/^/    /' text
	fi
	"$ABIAUDIT" verify --host "$to/$host" "$module" >audit
	if [[ $? -eq 1 ]] && grep -q "refused: missing-node" audit; then
		ok "$sentence, says abiaudit"
	else
		not_ok "$sentence, says abiaudit"
		sed 's/^/    /' audit
	fi
}

# With $CC, $program and $host of a folder.
try_hosts() {
	local base=$PWD/base new=$PWD/struct
	old=FOO_BLOCK_PRIVATE_$(node_tag base FOO_BLOCK_PRIVATE)
	now=FOO_BLOCK_PRIVATE_$(node_tag struct FOO_BLOCK_PRIVATE)

	for name in $modules; do
		loads "$how: $name loads into the host of its own build" base "$base/$name"
		loads "$how: $name loads after a commit that changes comments" comment "$base/$name"
	done
	for name in ui_text public; do
		loads "$how: $name loads after a type of the block subsystem changed" struct "$base/$name.so"
	done
	refused "$how: a module of the block subsystem is refused then" struct "$base/block_ram.so"
	check "$how: the first line is the dynamic linker's" grep -qF \
		"struct/$host: version \`$old' not found (required by $base/block_ram.so)" <(head -n 1 text)
	check "$how: it says which node the host has" grep -q "missing  $old  needed by block_submit .*the host has $now" text
	check "$how: it says what to do" grep -q "fix .*rebuild block_ram.so.*abiaudit verify --types" text
	refused "$how: so is one without a reference but the lock" struct "$base/data.so"
	refused "$how: so is a module of the other subsystem that uses a symbol of it" struct "$base/both.so"
	refused "$how: a module of the new types is refused by the old host" base "$new/block_ram.so"
	loads "$how: the module that was built again loads" struct "$new/block_ram.so"
	"$ABIAUDIT" verify --host "base/$host" --installed "struct/$host" "$new/block_ram.so" >audit
	check "$how: where the file on disk has its types, a restart is what is asked for" \
		grep -q "refused: stale-host" audit
	loads "$how: a new symbol in the other node refuses no module of this one" symbol "$new/block_ram.so"
	refused "$how: but modules of its own node" symbol "$new/ui_text.so"
}

line='  types    struct block_queue: member "depth" moved from offset 8 to 16 (the module uses block_submit; also block_poll)'

# types SENTENCE ARGUMENTS...: verify of the refused module has the line
types() {
	local sentence=$1
	shift
	"$ABIAUDIT" verify "$@" base/block_ram.so >audit 2>&1
	if [[ $? -eq 1 ]] && grep -qxF "$line" audit && ! grep -q "fix .*--types" audit; then
		ok "$sentence"
	else
		not_ok "$sentence"
		sed 's/^/    /' audit
	fi
}

try_types() {
	"$CC" -o stale struct/{main,block,ui,lock}.o -rdynamic -Wl,--version-script=base/foo.map \
		-Wl,-soname,$soname -L"$ABILOCK_LIB" -labilock -Wl,-rpath,"$ABILOCK_LIB" "${host_flags[@]}"
	"$ABIAUDIT" verify --host stale base/block_ram.so >audit
	check "$how: where the map was not made again, the note tells" grep -q \
		"refused  $old  \[other-build\] types behind its symbols changed: the host has $now" audit
	types "$how: the message has the type, from the old host's debug information" \
		--host struct/foo --types base/foo
	"$ABIAUDIT" baseline --private --types base/foo -o base.abi &&
		"$ABIAUDIT" baseline --private --types struct/foo -o struct.abi || not_ok "$how: baselines"
	types "$how: the message has the type, from a baseline" --host struct/foo --types base.abi
	objcopy -g struct/foo stripped
	types "$how: a stripped host has its types in a baseline" --host stripped --types base.abi --types struct.abi
	"$ABIAUDIT" verify --host stripped --types base.abi base/block_ram.so >audit
	check "$how: without the new types it says so" grep -q "types    neither the host nor .* $now" audit
	"$ABIAUDIT" verify --host struct/foo --types struct.abi base/block_ram.so >audit
	check "$how: without the old types it says so" grep -q "types    no file .* $old" audit
	"$ABIAUDIT" verify --format json --host struct/foo --types base.abi base/block_ram.so >audit
	check "$how: the types are in the JSON" grep -q '"subject": *"struct block_queue"' audit
	"$ABIAUDIT" verify --format tsv --host struct/foo --types base.abi base/block_ram.so >audit
	check "$how: the types are in the lines" grep -q \
		$'^type-change\tbase/block_ram.so\t'"$old"$'\tstruct block_queue\tmember "depth" moved from offset 8 to 16$' audit
	"$ABIAUDIT" verify --host symbol/foo --types base.abi base/ui_text.so >audit
	check "$how: a new symbol of the node is told" grep -qx '  types    ui_resize: new in the node' audit
	"$ABIAUDIT" verify --host base/foo --types base.abi struct/block_ram.so base/ui_text.so >audit
	check "$how: a module that loads has no types below it" grep -qx 'base/ui_text.so: ok' audit
}

for CC in "${compilers[@]}"; do
	export CC
	how=$CC
	for commit in base comment struct symbol; do
		build "$commit" "$commit" || { not_ok "$how: $commit builds"; finish; }
		tags "$commit" >"$commit.tags" || not_ok "$how: the tags of $commit"
		build_library "$commit" || not_ok "$how: the library of $commit builds"
	done
	check "$how: each private node has 16 digits" [ "$(grep -cE '^FOO_(BLOCK|UI)_PRIVATE [0-9a-f]{16}$' base.tags)" = 2 ]
	same "$how: comments change no tag" base.tags comment.tags
	check "$how: a structure changes the tag of its subsystem" \
		[ "$(node_tag base FOO_BLOCK_PRIVATE)" != "$(node_tag struct FOO_BLOCK_PRIVATE)" ]
	check "$how: and no other" [ "$(node_tag base FOO_UI_PRIVATE)" = "$(node_tag struct FOO_UI_PRIVATE)" ]
	check "$how: a new symbol changes the tag of its node" \
		[ "$(node_tag struct FOO_UI_PRIVATE)" != "$(node_tag symbol FOO_UI_PRIVATE)" ]
	check "$how: and no other" [ "$(node_tag struct FOO_BLOCK_PRIVATE)" = "$(node_tag symbol FOO_BLOCK_PRIVATE)" ]
	how="$CC, program" program=foo host=foo
	try_hosts
	try_types
	how="$CC, library" program=loader host=$soname
	try_hosts
	cp base.tags "$CC.first"
	[[ $CC == "${compilers[-1]}" ]] || rm -rf base comment struct symbol
done

# ---- the same types, made otherwise ----

for CC in "${compilers[@]}"; do
	same "$CC: has the tags of ${compilers[0]}" "${compilers[0]}.first" "$CC.first"
	for flags in "-O0 -gdwarf-4" "-O2 -gdwarf-5" "-O3 -fno-pie"; do
		mkdir other
		for source in main block ui; do
			# shellcheck disable=SC2086
			"$CC" -g $flags -Ibase -I"$ABILOCK_INCLUDE" -c "base/$source.c" -o "other/$source.o" ||
				not_ok "$CC $flags: compiles"
		done
		cp base/foo.syms other
		tags other >other.tags
		same "$CC $flags: has the same tags" base.tags other.tags
		rm -r other
	done
done
export CC=${compilers[0]}

# ---- where types are read from ----

cd base || exit 1
abi() { "$VERSIONGEN" "$@"; }
tag_from() { abi tag --tag abi foo.syms "$@" >../other.tags && cmp -s ../other.tags ../base.tags; }
check "the order of objects does not matter" tag_from ui.o main.o block.o
rm -f all.a && ar crs all.a block.o ui.o
check "an archive has the same tags" tag_from main.o all.a
check "objects without private symbols need not be given" tag_from block.o ui.o
check "the linked host has the same tags" tag_from foo
check "a stripped host with a baseline has the same tags" tag_from ../base.abi
awk '/^FOO_UI/ { inside = 1 } inside { print > "ui.part"; next } { print }' foo.syms >rest.part
{ sed -n 1p rest.part; cat ui.part; sed 1d rest.part; } >reordered.syms
abi header --tag abi reordered.syms block.o ui.o --soname $soname --name foo -o reordered.h
check "the order of nodes in the declaration changes no tag" \
	[ "$(grep 'HOST_TAG "' reordered.h)" = "$(grep 'HOST_TAG "' foo_abi.h)" ]
"$CC" -c -g0 -I. ui.c -o bare.o
abi map --tag abi foo.syms block.o bare.o -o bare.map 2>../err
check "an object without debug information is an error" [ $? -eq 3 ]
check "the error names each symbol and its place" grep -q "^foo.syms:10:5: error: the type of 'ui_draw' is not known: .*\[abi-tag-type\]" ../err
check "the error leaves no output" [ ! -e bare.map ]
abi map --tag abi foo.syms block.o -o bare.map 2>../err
check "a symbol without a definition is an error" [ $? -eq 3 ]
check "the error names both symbols of the node" [ "$(grep -c 'abi-tag-type' ../err)" = 2 ]
sed 's/ui_draw;/ui_d*;/' foo.syms >pattern.syms
for command in map "header --soname x.so" "stub --soname x.so"; do
	# shellcheck disable=SC2086
	abi $command --tag abi pattern.syms block.o ui.o -o pattern.out 2>../err
	check "${command%% *}: a pattern in a private node is an error" [ $? -eq 3 ]
	check "${command%% *}: the error names the pattern" grep -q "^pattern.syms:10:5: error: .*'ui_d\*'.*\[abi-tag-pattern\]" ../err
done
sed 's/global: foo_log/global: foo_l*/' foo.syms >pattern.syms
check "a pattern in a public node is none" abi map --tag abi pattern.syms block.o ui.o
"$ABIAUDIT" baseline foo -o ../public.abi
abi map --tag abi foo.syms ../public.abi >/dev/null 2>../err
check "a baseline without private nodes is an error" [ $? -eq 3 ]
check "the error says how to make one with them" grep -q "abiaudit baseline --private" ../err
abi map --tag abi foo.syms >/dev/null 2>../err
check "the tag abi without objects is a usage error" [ $? -eq 2 ]
abi map --tag id:x foo.syms block.o >/dev/null 2>../err
check "objects with another tag are a usage error" [ $? -eq 2 ]
abi stub foo block.o -o x.so 2>../err
check "objects behind a binary are a usage error" [ $? -eq 2 ]
cd .. || exit 1

# ---- types that callers cannot see ----

mkdir -p opaque/include
echo 'struct opaque; int opaque_get(struct opaque *from);' >opaque/include/opaque.h
echo 'FOO_PRIVATE { global: opaque_get; };' >opaque/foo.syms
for type in int long; do
	printf '#include "opaque.h"\nstruct opaque { %s a; };\nint opaque_get(struct opaque *from) { return (int)from->a; }\n' \
		$type >opaque/$type.c
	"$CC" -g -Iopaque/include -c opaque/$type.c -o opaque/$type.o
	"$VERSIONGEN" tag --tag abi opaque/foo.syms opaque/$type.o >opaque/$type.all
	"$VERSIONGEN" tag --tag abi opaque/foo.syms opaque/$type.o --headers opaque/include >opaque/$type.seen
done
check_not "a type of a source file counts" cmp -s opaque/int.all opaque/long.all
same "with --headers it is opaque" opaque/int.seen opaque/long.seen
check "a tag is there all the same" grep -qE '^FOO_PRIVATE [0-9a-f]{16}$' opaque/int.seen
"$VERSIONGEN" map --tag id:x --headers opaque opaque/foo.syms >/dev/null 2>err
check "--headers with another tag is a usage error" [ $? -eq 2 ]

# ---- the outputs agree ----

# Objects for the platforms where the marker's name carries the tag; empty without a compiler.
build_foreign() {
	local part
	printf '#include "foo_abi.h"\nABILOCK_MODULE("block_ram", FOO_BLOCK_PRIVATE);\n' >module.c
	for part in lock module; do
		if [[ $part == lock ]]; then cp base/lock.c foreign.c; else cp module.c foreign.c; fi
		clang -target x86_64-apple-macos -Ibase -c foreign.c -o "darwin_$part.o" 2>/dev/null || : >"darwin_$part.o"
		x86_64-w64-mingw32-gcc -Ibase -c foreign.c -o "windows_$part.o" 2>/dev/null || : >"windows_$part.o"
	done
}

holds() {
	if [[ -s $2 ]]; then check "$1" grep -q "$3" "$2"; else skip "$1: no compiler"; fi
}

nodes() { readelf -W -V "$1" | sed -n 's/.*Name: \(FOO_.*\)/\1/p' | sort -u; }
nodes base/foo >host.nodes
nodes base/libfoo-host.so >stub.nodes
sed 's/ /_/' base.tags | sort >tags.nodes
same "the stub has the nodes of the host" host.nodes stub.nodes
same "the private ones have the tags" tags.nodes <(grep PRIVATE host.nodes)
"$ABIAUDIT" list --format json base/foo base/block_ram.so base/public.so >notes.json
check "the note of a module has the tag of its node" grep -q "\"tag\": *\"$(node_tag base FOO_BLOCK_PRIVATE)\"" notes.json
check "the note of a public module has the name of its node" grep -q '"tag": *"FOO_1.0"' notes.json
note() { readelf -x .note.abilock "$1" | grep '^ '; }
same "nothing private changes the note of a public module" <(note base/public.so) <(note symbol/public.so)
for node in FOO_BLOCK_PRIVATE FOO_UI_PRIVATE; do
	tag=$(node_tag base $node)
	"$VERSIONGEN" map --dialect def --tag abi base/foo.syms base/block.o base/ui.o >foo.def
	check "the list for Windows has the marker of $node" grep -q "abilock_marker_${node}_$tag" foo.def
	"$VERSIONGEN" map --dialect darwin --tag abi base/foo.syms base/block.o base/ui.o >foo.exports
	check "the list for Darwin has the marker of $node" grep -qx "_abilock_marker_${node}_$tag" foo.exports
	"$VERSIONGEN" map --dialect solaris --tag abi base/foo.syms base/block.o base/ui.o >foo.mapfile
	check "the list for Solaris has the node $node" grep -q "^SYMBOL_VERSION ${node}_$tag {" foo.mapfile
	for file in darwin_lock.o darwin_module.o windows_lock.o windows_module.o; do
		[[ -e $file ]] || build_foreign
		[[ $file == *_module.o && $node != FOO_BLOCK_PRIVATE ]] ||
			holds "${file%.o}: the marker of $node has its tag" "$file" "abilock_marker_${node}_$tag"
	done
done
[[ ! -s darwin_module.o ]] || check_not "darwin_module: it has no marker of the other node" \
	grep -q "abilock_marker_FOO_UI_PRIVATE" darwin_module.o
"$VERSIONGEN" map --tag abi base/foo.syms base/block.o base/ui.o -o depfile.map --depfile depfile.d
check "the dependency file has the objects" grep -q 'base/ui.o' depfile.d
check "the dependency file has the declaration" grep -q 'base/foo.syms' depfile.d
check "the dependency file has nothing of git" [ "$(grep -c '\.git' depfile.d)" = 0 ]
printf '#include "foo_abi.h"\n#include "foo_export.h"\n#include "foo_abi.h"\nABILOCK_HOST();\n' >twice.c
check "both headers go together" "$CC" -Wall -Wextra -Werror -Ibase -c twice.c -o twice.o
make -C base MODULES="$modules" -s >log 2>&1
stat -c '%n %Y' base/foo base/*.so >before
touch base/ui.c && make -C base MODULES="$modules" -s >log 2>&1
stat -c '%n %Y' base/*.so | sort >after
same "an object with the same types makes no module again" <(grep '\.so' before | sort) after
"$VERSIONGEN" tag --tag abi base/foo.syms base/main.o base/block.o base/ui.o >before
sed -i 's,^	void \*head;,&\n	void *tail;,' base/block.h
make -C base MODULES="$modules" -s >log 2>&1
"$VERSIONGEN" tag --tag abi base/foo.syms base/main.o base/block.o base/ui.o >after
check "a header that changed makes the tag anew" test -n "$(diff before after)"

finish
