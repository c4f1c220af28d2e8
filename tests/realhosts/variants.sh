#!/bin/bash
# SPDX-License-Identifier: MIT
# Build libraries with a matrix of compilers: gcc and clang, -O0, -O2 and -O2 -flto, DWARF 4 and 5.
#
#   variants.sh FOLDER LIBRARY[/SUITE]...
#
# LIBRARY is zlib, libxml2, openssl (libcrypto, 5,000 exports: an hour), from Debian's sources of
# SUITE (bookworm), oddities (a library made for it, in seconds) or abilock (this tree). What is built is FOLDER/LIBRARY[/SUITE]/VARIANT/*.so, with
# debug information; what is there is not built again. The file `seconds` beside it says how long it
# took. VARIANTS names the ones to build (all), JOBS is how many jobs make may run (1).
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?folder}
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
jobs=${JOBS:-1}

# Lines of VARIANT, COMPILER and its OPTIONS. LTO of clang needs lld.
variants() {
	local compiler level version name more
	for compiler in gcc clang; do
		for level in O0 O2 lto; do
			for version in 4 5; do
				name=$compiler-$level-dwarf$version more=-$level
				[[ $level != lto ]] || more='-O2 -flto'
				[[ $name != clang-lto-* ]] || more+=' -fuse-ld=lld'
				[[ " ${VARIANTS:-$name} " != *" $name "* ]] ||
					echo "$name $compiler $more -g -gdwarf-$version"
			done
		done
	done
}

# Each is called in a copy of the source and leaves the library in $out. The options are in both
# $cc and CFLAGS: what a build adds to CC would count, and linking does not always see CFLAGS.
build_zlib() {
	CC=$cc CFLAGS=$options AR=$ar ./configure
	make -j"$jobs" libz.so.1.2.13
	cp libz.so.1.2.13 "$out/libz.so"
}

build_libxml2() {
	./configure CC="$cc" CFLAGS="$options" AR="$ar" --disable-static --without-python --without-lzma --without-icu
	make -j"$jobs" libxml2.la
	cp .libs/libxml2.so "$out"
}

# Without the generated assembler: it has no types.
build_openssl() {
	perl ./Configure linux-x86_64 no-asm no-tests CC="$cc" CFLAGS="$options" AR="$ar"
	make -j"$jobs" build_generated
	make -j"$jobs" libcrypto.so
	cp libcrypto.so.3 "$out/libcrypto.so"
}

build_oddities() {
	# shellcheck disable=SC2086 # words
	$cc -w -shared -fPIC -Wl,-soname,libodd.so.1 -Wl,--version-script="$here/oddities/oddities.map" \
		-o "$out/libodd.so" "$here"/oddities/*.c
}

build_abilock() {
	cmake -S "$here/../.." -B . -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="${cc%% *}" \
		-DCMAKE_C_FLAGS="$options" -DCMAKE_AR="$(command -v "$ar")" -DBUILD_TESTING=OFF
	cmake --build . -j"$jobs" --target abilock abilock_guard
	cp runtime/libabilock.so runtime/libabilock-guard.so "$out"
}

# is_built LIBRARY TARGET: what comes from this tree must be newer than its sources
is_built() {
	local sources=()
	[[ $1 != abilock ]] || sources=("$here/../../runtime" "$here/../../symbols")
	[[ $1 != oddities ]] || sources=("$here/oddities")
	[[ -d $2 ]] && { [[ ${#sources[@]} -eq 0 ]] ||
		[[ -z $(find "${sources[@]}" -newer "$2/seconds" -print -quit) ]]; }
}

# build LIBRARY[/SUITE] VARIANT COMMAND...
build() {
	local target=$folder/$1/$2 tree=$folder/build/$1/$2 ar=gcc-ar cc="${*:3}" options="${*:4}"
	local package=${1%/*} suite=bookworm start=$SECONDS out
	! is_built "$1" "$target" || return 0
	[[ $1 != */* ]] || suite=${1#*/}
	[[ $2 != clang-* ]] || ar=$(command -v llvm-ar || compgen -c llvm-ar- | head -n 1)
	rm -rf "$tree" "$target" "$target.part"
	mkdir -p "$tree" "$target.part"
	if [[ $package != abilock && $package != oddities ]]; then
		"$here/source.sh" "$folder/source" "$package/$suite" >&2
		cp -a "$folder/source/$package-$suite/." "$tree"
	fi
	out=$target.part
	# In the background, since bash ignores -e on the left of ||.
	(cd "$tree" && "build_$package") >"$tree.log" 2>&1 </dev/null &
	wait $! || {
		tail -n 20 "$tree.log" >&2
		echo "variants.sh: $1 cannot be built with $cc (the whole of it is in $tree.log)" >&2
		exit 3
	}
	echo $((SECONDS - start)) >"$out/seconds"
	mv "$target.part" "$target"
	rm -rf "$tree" "$tree.log"
}

for library; do
	declare -F "build_${library%/*}" >/dev/null || {
		echo "variants.sh: no library '$library'" >&2
		exit 2
	}
	while read -r variant command; do
		# shellcheck disable=SC2086 # words
		build "$library" "$variant" $command
	done < <(variants)
done
