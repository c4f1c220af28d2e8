# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What `scripts/bench runtime` measures: a line for each mode, in the order of the tables. Sets are
# load, start, index and linear. The modules are made once, into a folder of their own: BENCH_CACHE.
# Needs a C compiler; g_module_open (libglib2.0-dev) and depmod (kmod) are measured where they are.

# shellcheck disable=SC2034 # of scripts/bench
subject_name="abilock" unit="a module" floor_name="dlopen() of the same files"

# shellcheck source=modules.sh
. "$root/tests/bench/modules.sh"
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/abilock-bench}
compiler=${CC:-cc} copies=$BENCH_TOOLS/bench_module_copies
many=10000 some=1000 needed=50 templates=50 functions=2000
[[ -z $quick ]] || many=40 some=10 needed=4 templates=3 functions=60

set_titles() {
	printf '%s\t%s\n' load "Loading $some modules" start "A host that needs $needed of $many" \
		index "Building the index"
}

# ---- what is measured ----

# The smaller sets are files of the large one.
make_sets() {
	make_modules "$set/many" "$many"
	mkdir "$set/some" "$set/notes"
	list_modules many | awk -v n="$some" 'NR <= n' | xargs cp -l -t "$set/notes"
	list_modules many | awk -v n="$some" 'NR <= n && sub(/so$/, "manifest")' | xargs cp -t "$set/some"
	cp -l "$set/notes"/*.so "$set/some"
	cp -Rl "$set/many" "$set/index-many"
	cp -Rl "$set/some" "$set/index-some"
}

# Sorted by name, which is the order of loading where nothing else orders them.
list_modules() { find "$set/$1" -name '*.so' | sort; }

find_modules() {
	local key

	if [[ $quick ]]; then
		set=$work/modules
	else
		key=$(cat "$versiongen" "$ABILOCK_INCLUDE/abilock/module.h" \
			"$root"/tests/bench/{runtime.sh,modules.sh,module_copies.c} | cksum | tr -d ' ')
		set=$cache/runtime/$key
	fi
	[[ ! -e $set/done ]] || return 0
	say "making $many modules in $set (once)"
	rm -rf "${set:?}" "$cache"/runtime/*
	mkdir -p "$set"
	# A folder that everybody can write would be a finding of the lock.
	chmod go-w "$set"
	make_sets
	touch "$set/done"
}

# folder_of_kernel: where it is; nothing where it is not
folder_of_kernel() {
	find "$cache/kernel/lib/modules" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | sort | tail -n 1
}

# The modules of a kernel of Debian: what depmod is for. Not those of this machine, where it would
# write.
find_kernel() {
	local package

	kernel=$(folder_of_kernel || :)
	[[ -z $kernel && -z $quick ]] || return 0
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9]\)/\1/p' || :)
	[[ $package ]] || return 0
	say "fetching $package for depmod (once)"
	mkdir -p "$cache/kernel"
	(cd "$work" && quietly "$cache/log" apt-get -q download "$package") || return 0
	dpkg-deb -x "$work/$package"_*.deb "$cache/kernel"
	kernel=$(folder_of_kernel || :)
}

configure() {
	printf '[modules]\nautoload=yes\n' >"$work/all.conf"
	{
		printf '[modules]\n'
		sample "$needed" "$lists/many" | sed 's|.*/|load=|; s|\.so$||'
	} >"$work/few.conf"
	# Those and the one that all of them use.
	{
		head -n 1 "$lists/many"
		sample "$needed" "$lists/many"
	} | sort -u >"$lists/few"
	printf '[modules]\n' >"$work/few-of-some.conf"
	sample "$needed" "$lists/some" | sed 's|.*/|load=|; s|\.so$||' >>"$work/few-of-some.conf"
}

make_lists() {
	local name

	[[ -z $quick ]] || rounds=2
	command -v "$compiler" >/dev/null || stop "no C compiler '$compiler' (CC names another)"
	find_modules
	make_host "$work/host"
	for name in many some notes; do
		list_modules "$name" >"$lists/$name"
	done
	configure
	for name in many some notes; do
		"$abimod" index --dir "$set/$name" --host "$work/host" >/dev/null ||
			stop "abimod index does not work"
	done
	find_kernel
	[[ -z $kernel ]] || find "$kernel" -name '*.ko*' >"$lists/kernel"
}

# ---- modes ----

# timed KEY ...: a mode that says itself how long it took
timed() {
	says_time[$1]=1
	mode "$@"
}

load_modes() {
	local host=$work/host

	timed plain floor load notes plain - "dlopen" "each file" "$host" plain
	timed read floor load notes plain - "dlopen, files read before" "no manifests" \
		"$host" read
	timed hash floor load some plain - "dlopen, files hashed before" "with checksums" \
		"$host" hash
	timed index_notes ours load notes plain - "modules, index" "no manifests" \
		"$host" manager "$set/notes" "$work/all.conf"
	timed scan_notes ours load notes plain - "modules, no index" "no manifests" \
		"$host" manager "$set/notes" "$work/all.conf" no-index
	timed index ours load some plain - "modules, index" "with checksums" \
		"$host" manager "$set/some" "$work/all.conf"
	timed scan ours load some plain - "modules, no index" "with checksums" \
		"$host" manager "$set/some" "$work/all.conf" no-index
	timed known_notes ours load notes plain - "once they are known" "no index, no manifests" \
		"$host" manager "$set/notes" "$work/all.conf" no-index known
	timed known ours load some plain - "once they are known" "no index, checksums" \
		"$host" manager "$set/some" "$work/all.conf" no-index known
	timed lock ours load notes plain - "abilock_dlopen" "each file" "$host" lock
	if pkg-config --exists gmodule-2.0 2>/dev/null; then
		# shellcheck disable=SC2046 # words
		make_host "$work/gmodule_host" -DWITH_GMODULE $(pkg-config --cflags --libs gmodule-2.0)
		timed gmodule peer load notes plain index_notes "g_module_open" "each file" \
			"$work/gmodule_host" gmodule
	else
		note "g_module_open is not here (package libglib2.0-dev)"
		echo gmodule >>"$work/absent"
	fi
}

start_modes() {
	timed start ours start few - - "modules, index" "to the first dlopen" \
		"$work/host" manager "$set/many" "$work/few.conf" first
	timed start_scan ours start few - - "modules, no index" "to the first dlopen" \
		"$work/host" manager "$set/many" "$work/few.conf" no-index first
}

# What asking an index takes that is not ours: a whole process.
modprobe_modes() {
	echo "$kernel" >"$lists/once"
	peer modprobe kmod modprobe start once - - "modprobe --show-depends" "one of $(lines_of kernel)" \
		modprobe -d "${kernel%/lib/modules/*}" -S "${kernel##*/}" --show-depends \
		"$(sed -n '$s|.*/||; $s|\.ko.*||p' "$lists/kernel")"
}

index_modes() {
	# shellcheck disable=SC2016
	local build='rm -f "$1"/modules.index && exec "$0" index --dir "$1" --host "$2"'

	mode build ours index many - - "abimod index" "checksums, lock" \
		sh -c "$build" "$abimod" "$set/index-many" "$work/host"
	if [[ $kernel ]]; then
		# It prints nothing where all is well.
		# shellcheck disable=SC2016
		peer depmod kmod depmod index kernel - build "depmod" "symbols, aliases" \
			sh -c 'depmod -b "$0" "$1" && echo done' \
			"${kernel%/lib/modules/*}" "${kernel##*/}"
		modprobe_modes
	else
		note "no modules of a kernel: depmod is not measured"
		echo depmod >>"$work/absent"
	fi
}

linear_modes() {
	local size lists_of=(some many) confs=(few-of-some few) counts=("$some" "$many") i

	for i in 0 1; do
		size=${counts[i]}
		# shellcheck disable=SC2016
		mode "build_$size" ours linear "${lists_of[i]}" - - "abimod index" "$size modules" \
			sh -c 'rm -f "$1"/modules.index && exec "$0" index --dir "$1" --host "$2"' \
			"$abimod" "$set/index-${lists_of[i]}" "$work/host"
		timed "scan_$size" ours linear "${lists_of[i]}" - - "start without index" \
			"$size modules" "$work/host" manager "$set/${lists_of[i]}" \
			"$work/${confs[i]}.conf" no-index first
		timed "start_$size" ours linear "${lists_of[i]}" - - "start with index" \
			"$size modules" "$work/host" manager "$set/${lists_of[i]}" \
			"$work/${confs[i]}.conf" first
	done
}

warm_modes() {
	load_modes
	start_modes
	index_modes
	linear_modes
}

more_turns() { :; }

# As in abi.sh; where UNDER is "ms a file", what a module takes; where it is "paired", the time of OVER
# divided by that of its floor in the same round, the median of that.
targets() {
	printf '%s\t%s\t%s\t%s\t%s\n' \
		"start with index: ms before the first dlopen" at-most 5 start ms \
		"abimod index: ms a module" at-most 0.1 build "ms a file" \
		"loading with index: times dlopen" at-most 1.05 index paired \
		"loading with index, no manifests: times dlopen" at-most 1.05 index_notes paired \
		"loading without index, once they are known: times dlopen" at-most 1.15 known paired \
		"the same, no manifests" at-most 1.15 known_notes paired \
		"looking for them and loading without index: times dlopen" at-most 1.15 scan paired \
		"the same, no manifests" at-most 1.15 scan_notes paired \
		"abimod index: cost of a module among $many, in that among $some" \
		at-most 1.5 "build_$many" "build_$some" \
		"start without index: cost of a module among $many, in that among $some" \
		at-most 1.5 "scan_$many" "scan_$some"
}

# ---- the report ----

# opened MODE: what a mode opens of the folder of modules, by what it is
opened() {
	local -n words=command_$1

	strace -f -qq -e trace=open,openat -o "$work/strace" "${words[@]}" >/dev/null 2>&1
	awk -v folder="$set/" 'match($0, "\"" folder "[^\"]*") {
		name = substr($0, RSTART + 1, RLENGTH - 1)
		kind = name ~ /\.so$/ ? "modules" : name ~ /\.manifest$/ ? "manifests" : \
			name ~ /\.index$/ ? "indexes" : "folders"
		if (!seen[name]++)
			count[kind]++
	} END { print count["modules"] + 0, count["manifests"] + 0, count["indexes"] + 0 }' \
		"$work/strace"
}

# Who loads less is no faster.
check_answers() {
	local key wanted got modules manifests indexes

	for key in plain read hash index scan known index_notes scan_notes known_notes lock; do
		local -n words=command_$key
		wanted=$(lines_of "${list_of[$key]-notes}")
		got=$("${words[@]}" <"$lists/${list_of[$key]-notes}" 2>/dev/null || :)
		[[ $got == "$wanted" ]] && continue
		note "$key loads ${got:-no} modules of $wanted"
		broken=$((broken + 1))
	done
	if ! strace -o /dev/null true 2>/dev/null; then
		note "no strace: what is opened was not looked at"
		return
	fi
	wanted=$(lines_of few)
	read -r modules manifests indexes < <(opened start)
	note "a host that needs $wanted of $many opens $modules modules, $manifests manifests and $indexes index"
	[[ "$modules $manifests $indexes" == "$wanted 0 1" ]] || broken=$((broken + 1))
}

subject_facts() {
	printf 'modules\t%s\n' "$many"
	printf 'module_bytes\t%s\n' "$(stat -c %s "$(head -n 1 "$lists/many")")"
	printf 'glib\t%s\n' "$(pkg-config --modversion gmodule-2.0 2>/dev/null || :)"
	printf 'kmod\t%s\n' "$(version_of depmod)"
}

print_introduction() {
	print_system
	printf 'A host of %s functions, modules of %s bytes that use twenty of them. Warm; in turns; ' \
		"$functions" "$(fact module_bytes)"
	printf 'medians.\nThe time of a load or a start is taken in the process, before the manager is opened '
	printf 'until all modules run\n(or the first of them); that of the index is the whole process. '
	printf '"x floor" is the time in those of dlopen().\n'
}

print_tables() {
	table load "Loading $some modules"
	table start "A host that needs $needed of $many"
	table index "Building the index"
}

svg_caption() {
	echo "modules that use twenty of $functions functions; $(fact processor)"
}
