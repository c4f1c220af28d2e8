#!/bin/bash
# SPDX-License-Identifier: MIT
# The index of a directory of modules: it is there as a whole or not at all, it is never believed
# when it is wrong, and with it a host knows what it knows without it. From the environment:
# INDEX_DRIVER, VERSIONGEN, CC.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${INDEX_DRIVER:?}" "${VERSIONGEN:?}"
cc=${CC:-cc}
cd "$dir" || exit 1

# list OPTIONS...: what is known of mods, into out and err; what the last line says of the index is
# left out
list() {
	"$INDEX_DRIVER" list "$dir/mods" "$@" 2>err | sed 's/; \(not \)\?indexed$//' >out
	return "${PIPESTATUS[0]}"
}
write() { "$INDEX_DRIVER" write "$dir/mods" "$@" >log 2>err; }
is_indexed() { [[ $("$INDEX_DRIVER" list "$dir/mods" 2>/dev/null | tail -n 1) == *"; indexed" ]]; }
# agree SENTENCE: with the index the answers are those without
agree() {
	list -n || not_ok "$1: the directory can be read"
	mv out want
	list
	same "$1" want out
}
silent() { [[ ! -s err ]]; }

module_of() { # FILE CODE
	printf '%s\n' "$2" | "$cc" -fPIC -shared -Wl,--build-id -x c - -o "$1" || exit 1
}
manifest() { # FILE NAME LINES...
	local file=$1 name=$2
	shift 2
	printf '%s\n' "[module]" "name=$name" "$@" >"$file"
}

mkdir mods mods/codec
module_of mods/plain.so 'int plain(void) { return 1; }'
module_of mods/codec/ulaw.so 'int ulaw(void) { return 1; }'
module_of mods/chan_one.so 'int one(void) { return 1; }'
sum=$(sha256sum <mods/chan_one.so)
manifest mods/chan_one.manifest chan_one "description=First" "checksum=sha256:${sum%% *}" \
	"[uses]" "module=plain" "[provides]" "service=timer:200"
manifest mods/two.manifest two "embedded=yes" "[provides]" "service=timer:100"
manifest mods/wrong_sum.manifest wrong_sum "checksum=844c2153257936cc25d8b32760780c7b"
module_of mods/wrong_sum.so 'int wrong(void) { return 1; }'

# ---- what it knows ----

agree "without an index file the directory is read"
check "a checksum is compared" grep -q '^chan_one .* checked .*uses:module=plain' out
check "one that differs is a problem of the module" grep -q '^wrong_sum .* problem=wrong_sum.so: its checksum is not' out
check "providers come best first" grep -q 'timers: chan_one:200 two:100' out
check_not "a host does not write the index by itself" test -e mods/modules.index
check "the index is written" write
check "it is up to date" is_indexed
agree "with the index the answers are the same"
check "nothing is said about it" silent
if have strace; then
	strace -f -e trace=openat,open -o trace "$INDEX_DRIVER" list mods >/dev/null 2>&1
	check "with the index nothing but the index is opened" \
		[ "$(grep -c '"mods/' trace) $(grep -c '"mods/modules.index"' trace)" = "1 1" ]
else
	skip "with the index nothing but the index is opened: no strace"
fi
before=$(stat -c %i mods/modules.index)
list -w
check "an index that is up to date is not written again" [ "$(stat -c %i mods/modules.index)" = "$before" ]

# ---- what changes ----

manifest mods/three.manifest three "embedded=yes" "[provides]" "service=timer:300"
check_not "a module that came makes it stale" is_indexed
agree "and is found all the same"
check "with its capabilities" grep -q 'timers: three:300 chan_one:200' out
list -w
check "a host that may write renews it" is_indexed
rm mods/three.manifest
agree "a module that went is forgotten"
manifest mods/codec/g729.manifest g729 "embedded=yes"
agree "a module in a directory below is found"
list -w
module_of new.so 'int plain(void) { return 2; }'
mv new.so mods/plain.so
agree "a module that was replaced is read again"
list -w
check "and that is remembered" is_indexed

# In place, with the same size: only the file's own time tells.
"$INDEX_DRIVER" refresh "$dir/mods" chan_one \
	"printf X | dd of=mods/chan_one.so bs=1 seek=\$((\$(stat -c %s mods/chan_one.so) - 1)) conv=notrunc 2>/dev/null" \
	>out 2>err
check "a module that was written over is seen by its stat() when it is loaded" \
	grep -q 'checksum' err
printf '\0' | dd of=mods/chan_one.so bs=1 seek=$(($(stat -c %s mods/chan_one.so) - 1)) \
	conv=notrunc 2>/dev/null
write
agree "the index is right again when it is written"

# Builds that can be repeated have one mtime, and often one size: written over in place, only the
# ctime tells.
module_of new.so 'int one(void) { return 7; }'
touch -r mods/chan_one.so new.so
check "the other build has the size of the first" \
	[ "$(stat -c %s new.so)" = "$(stat -c %s mods/chan_one.so)" ]
"$INDEX_DRIVER" refresh "$dir/mods" chan_one "cp -p new.so mods/chan_one.so" >out 2>err
check "a module that was written over with the same size and mtime is seen" grep -q 'checksum' err
module_of mods/chan_one.so 'int one(void) { return 1; }'
write
# As an unpacker does, which sets the times of directories back.
touch -r mods/codec stamp
manifest mods/codec/ilbc.manifest ilbc "embedded=yes"
touch -r stamp mods/codec
check_not "a directory whose mtime was set back is stale" is_indexed
agree "and what came into it is found"
write
rm mods/codec/ilbc.manifest
write
mv mods moved
mv moved mods
check "a directory that is moved to its place is not stale" is_indexed
chmod go-w mods mods/codec
check_not "one whose mode was changed is read again" is_indexed
write
cp mods/modules.index copy.index
rm mods/modules.index
ln -s ../copy.index mods/modules.index
touch -r mods copy.index # as where both are made between two ticks of the clock
check_not "an index that was copied does not count, through a link either" is_indexed
agree "and nothing is lost"
rm mods/modules.index
mkfifo mods/modules.index
check "nor does a FIFO, which holds nobody up" timeout 10 "$INDEX_DRIVER" list "$dir/mods"
write
check "writing replaces it" is_indexed
cp mods/modules.index kept.index
(
	trap '' XFSZ
	ulimit -f 1
	for ((i = 0; i < 20; i++)); do manifest "mods/full_$i.manifest" "full_$i" "description=$(printf '%0900d' "$i")"; done
	! "$INDEX_DRIVER" write "$dir/mods" >log 2>err
) || not_ok "writing without room fails"
same "what was written without room leaves the old index" kept.index mods/modules.index
check "and nothing beside it" bash -c '! ls mods/modules.index.* 2>/dev/null'
rm mods/full_*.manifest
write

"$INDEX_DRIVER" again mods "echo '[module]' >mods/late.manifest; echo name=late >>mods/late.manifest; \
	rm mods/codec/ulaw.so" >out 2>err
check "a rescan finds what came and went" [ "$(grep -c '^late ' out) $(grep -c '^ulaw ' out) $(grep -c '^changed' out)" = "1 1 1" ]
"$INDEX_DRIVER" again mods "touch mods/other.txt; rm mods/other.txt" >out 2>err
check "a change of no module is none" grep -qx unchanged out
rm mods/late.manifest

# ---- damage ----

write
agree "the index is good before it is damaged"
cp mods/modules.index good
size=$(stat -c %s good)
# Of all that follows the answers must be those of the directory, and a warning.
damage() { # SENTENCE
	list
	if ! cmp -s want out || ! grep -q '^warning: .*modules.index: .*the directory is read instead' err; then
		not_ok "$1"
		diff want out | head -n 5
		head -n 5 err
		return 1
	fi
}
wrong=0
for ((at = 0; at < size; at += size / 150 + 1)); do
	cp good mods/modules.index
	byte=$(od -An -tu1 -j "$at" -N 1 good)
	printf "%b" "\\x$(printf %02x $((byte ^ 0x10)))" |
		dd of=mods/modules.index bs=1 seek="$at" conv=notrunc 2>/dev/null
	damage "byte $at of the index is damaged" || wrong=$((wrong + 1))
done
check "a damaged byte anywhere is seen, and the directory is read instead" [ "$wrong" -eq 0 ]
wrong=0
for length in 0 1 7 8 40 100 $((size / 2)) $((size - 1)); do
	head -c "$length" good >mods/modules.index
	damage "the index is cut to $length bytes" || wrong=$((wrong + 1))
done
check "so is an index that was cut off" [ "$wrong" -eq 0 ]
echo "something else altogether, but long enough to be an index" >mods/modules.index
list -w
check "a damaged index is written again" is_indexed
rm mods/modules.index
mkdir mods/modules.index
check "a directory in its place is not believed" damage "it is a directory"
check_not "and writing says so" write
rmdir mods/modules.index
write
chmod o+w mods/modules.index
list
check "one that everybody can write is not believed" grep -q 'the index is not believed' err
chmod o-w mods/modules.index
if [[ $(id -u) -eq 0 ]]; then
	write
	chmod 1777 mods
	list
	check "one of our own in a sticky directory is believed" silent
	chown 12345 mods/modules.index
	list
	check "a stranger's is not" grep -q 'the index is not believed: it is a stranger' err
	chmod 755 mods
	list
	check "where only the owner can make files it is" silent
	chown 0 mods/modules.index
else
	skip "an index of somebody else: we are not root"
fi

if [[ $(id -u) -ne 0 ]]; then
	chmod a-r mods/modules.index
	check "one that cannot be read neither" damage "it cannot be read"
	chmod u+r mods/modules.index
	touch mods/new.txt
	chmod a-w mods
	list -w
	check "a directory that cannot be written is no error" grep -q '^notice: .*cannot' err
	check_not "but the tool says so" write
	chmod u+w mods
else
	skip "files that cannot be read or written: we are root"
fi

# ---- writers ----

rm -f mods/modules.index
"$INDEX_DRIVER" write mods >log1 2>&1 &
first=$!
"$INDEX_DRIVER" write mods >log2 2>&1
wait $first
write
agree "two processes that write at once leave a good index"
check "that is up to date" is_indexed
touch -d '1 hour ago' mods/modules.index.1f-2b mods/modules.index.keep
write
check "what a killed writer left is removed" [ ! -e mods/modules.index.1f-2b ]
check "and nothing else" [ -e mods/modules.index.keep ]

# Two indexes that differ, large enough that writing takes a while.
mkdir large more
for ((i = 0; i < 200; i++)); do
	manifest large/mod_$i.manifest mod_$i "embedded=yes" "description=$(printf '%0500d' $i)"
done
cp large/* more
manifest more/last.manifest last "embedded=yes"
check "large indexes are written" "$INDEX_DRIVER" write large
check "of both directories" "$INDEX_DRIVER" write more
mkdir target
cp large/modules.index target/modules.index
torn=0
for ((i = 0; i < 200; i++)); do
	"$INDEX_DRIVER" toggle target/modules.index large/modules.index more/modules.index &
	sleep "$(printf 0.%03d $((RANDOM % 45 + 5)))"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	cmp -s target/modules.index large/modules.index || cmp -s target/modules.index more/modules.index ||
		torn=$((torn + 1))
done 2>/dev/null
check "a writer that is killed leaves the old index or the new one, 200 times" [ "$torn" -eq 0 ]

# ---- the lock ----

cat >host.syms <<'END'
HOST_1.0 { global: host_open; local: *; };
HOST_PRIVATE { global: host_push; };
END
for tag in one two; do
	mkdir $tag
	"$VERSIONGEN" map host.syms --tag id:$tag -o $tag/host.map || exit 1
	"$VERSIONGEN" header host.syms --tag id:$tag --soname libhost.so.1 -o $tag/host_abi.h || exit 1
	printf '#include "host_abi.h"\nABILOCK_HOST();\nint host_open(void) { return 1; }\nint host_push(void) { return 2; }\n' |
		"$cc" -fPIC -shared -I$tag -x c - -o $tag/libhost.so.1 -Wl,-soname,libhost.so.1 \
			-Wl,--build-id -Wl,--version-script=$tag/host.map || exit 1
done
rm -rf mods
mkdir mods
locked() { # NAME HOST CODE LIBRARIES...
	local name=$1 host=$2 code=$3
	shift 3
	printf '#include "host_abi.h"\nABILOCK_MODULE("%s", PRIVATE);\nint host_push(void);\n%s\n' "$name" "$code" |
		"$cc" -fPIC -shared -Wl,--build-id -I"$host" -x c - -x none -o "mods/$name.so" "$host/libhost.so.1" "$@" || exit 1
}
locked good one 'int good_go(void) { return host_push(); }'
locked stranger two 'int stranger_go(void) { return host_push(); }'
locked sibling one 'int good_go(void); int sibling_go(void) { return good_go(); }'
module_of libown.so 'int own(void) { return 1; }'
locked library one 'int own(void); int library_go(void) { return own(); }' ./libown.so
module_of mods/unlocked.so 'int unlocked(void) { return 1; }'
locked open one 'int open_go(void) { return host_push(); }'
chmod o+w mods/open.so
write --host one/libhost.so.1
list --host one/libhost.so.1
check "the index remembers that the lock finds nothing" grep -q '^good .* verified' out
check "and nothing more: another build, siblings, libraries, no lock, an unsafe path" \
	[ "$(grep -c ' verified' out)" = 1 ]
list --host two/libhost.so.1
check "it is not believed for another host" [ "$(grep -c ' verified' out)" = 0 ]
list
check "nor for none" [ "$(grep -c ' verified' out)" = 0 ]
write --host two/libhost.so.1
list --host two/libhost.so.1
check "written for another host it is that one's" grep -q '^stranger .* verified' out
locked good two 'int good_go(void) { return host_push() + 1; }'
list --host two/libhost.so.1
check "a module that was built again is verified again" grep -q '^good .* verified' out

finish
