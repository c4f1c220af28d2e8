# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# A host and any number of modules with manifests, in a folder: for scripts/bench runtime and for tests.
#
#   $set           the folder
#   $functions     how many functions the host exports
#   $templates     how many modules are compiled; the others are copies of them with their own names
#   $compiler, $versiongen, $copies (bench_module_copies), ABILOCK_LIB, ABILOCK_INCLUDE
#
# stop TEXT is called where something does not work.

# What the host exports: nodes of two hundred functions, and one that is for its own modules.
declare_functions() {
	awk -v count="$functions" 'BEGIN {
		for (i = 0; i < count; i++) {
			if (i % 200 == 0)
				printf "%sBENCH_1.%d {\n  global:\n", i ? "};\n" : "", i / 200
			printf "    bench_function_%d;\n", i
		}
		print "};\nBENCH_PRIVATE {\n  global:\n    bench_loaded;\n  local: *;\n};"
	}'
}

define_functions() {
	awk -v count="$functions" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "int bench_function_%d(int n);\nint bench_function_%d(int n) { return n + %d; }\n",
				i, i, i
	}'
}

# module NUMBER: one that uses twenty functions, and something that another one provides.
define_module() {
	awk -v number="$1" -v count="$functions" 'BEGIN {
		print "#define ABILOCK_MODULE_NAME \"bench_00000\""
		print "#include \"bench_abi.h\"\n#include <abilock/module.h>"
		print "ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);"
		print "ABILOCK_DESCRIPTION(\"A module of the bench\");"
		print "ABILOCK_TYPE(\"application\");\nABILOCK_SUPPORT_LEVEL(\"core\");"
		if (number == "base")
			print "ABILOCK_PROVIDES(\"service\", \"base\");"
		else
			print "ABILOCK_USES(\"service\", \"base\");"
		print "ABILOCK_PROVIDES(\"application\", \"bench_00000\");"
		print "extern void bench_loaded(void);\nint bench_work(int n);"
		for (i = 0; i < 20; i++)
			calls = calls sprintf(" + bench_function_%d(n)", (number * 37 + i * 97) % count)
		for (i = 0; i < 20; i++)
			printf "extern int bench_function_%d(int n);\n", (number * 37 + i * 97) % count
		print "int bench_work(int n) { return n" calls "; }"
		print "static int load(struct abilock_module *module) { (void)module; return 0; }"
		print "ABILOCK_ENTRY(.load = load);"
		print "__attribute__((constructor)) static void start(void) { bench_loaded(); }"
	}'
}

# A build-id that is the name, so that each copy has one of its own.
make_template() {
	local hex

	hex=$(printf 'bench_00000-build-id' | od -An -tx1 | tr -d ' \n')
	define_module "$1" >"$set/template.c"
	"$compiler" -O2 -shared -fPIC -fvisibility=hidden -I"$set" -I"$ABILOCK_INCLUDE" \
		-o "$set/template-$1.so" "$set/template.c" -Wl,--build-id="0x$hex" \
		-Wl,-z,defs "$set/bench-stub.so" -L"$ABILOCK_LIB" -labilock ||
		stop "$compiler cannot build a module"
}

# make_host FILE OPTION...
make_host() {
	local file=$1
	shift
	"$compiler" -O2 -I"$set" -I"$ABILOCK_INCLUDE" -o "$file" "$root/tests/bench/modules_host.c" \
		"$set/functions.c" -D_GNU_SOURCE -rdynamic -Wl,--version-script="$set/bench.map" \
		-Wl,-soname,libbench-host.so.1 -L"$ABILOCK_LIB" -Wl,-rpath,"$ABILOCK_LIB" -labilock \
		"$@" || stop "$compiler cannot build a host (CC names another)"
}

write_manifests() {
	find "$1" -name '*.so' -print0 |
		xargs -0 -n 500 -P "$(nproc)" "$versiongen" manifest --directory "$1" ||
		stop "versiongen manifest does not work"
}

# make_modules DIR COUNT: DIR/bench_NNNNN.so, with manifests. The first one provides what all others use.
make_modules() {
	local number files=()

	declare_functions >"$set/bench.syms"
	define_functions >"$set/functions.c"
	"$versiongen" map "$set/bench.syms" --tag id:bench -o "$set/bench.map"
	"$versiongen" header "$set/bench.syms" --tag id:bench --soname libbench-host.so.1 \
		-o "$set/bench_abi.h"
	"$versiongen" stub "$set/bench.syms" --tag id:bench --soname libbench-host.so.1 \
		-o "$set/bench-stub.so"
	for ((number = 0; number < templates; number++)); do
		make_template "$number"
		files+=("$set/template-$number.so")
	done
	make_template base
	mkdir -p "$1"
	"$copies" "$1" 0 1 "$set/template-base.so"
	"$copies" "$1" 1 $(($2 - 1)) "${files[@]}"
	write_manifests "$1"
}
