#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Writes a small corpus for the fuzz target of indexes: make-index-corpus.sh FOLDER [INDEX_DRIVER].
# An index has the byte order of its machine, so that none can be in the tree.
set -eu
folder=$1
driver=${2:-build/fuzz/tests/index_driver}
work=$(mktemp -d "${TMPDIR:-/tmp}/abilock-corpus.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
mkdir -p "$folder"

write() { # NAME: the index of the directory goes to the corpus
	"$driver" write "$work" >/dev/null
	mv "$work/modules.index" "$folder/$1"
}

write empty
printf '[module]\nname=one\nembedded=yes\n[provides]\nservice=timer:200\n' >"$work/one.manifest"
write one
cat >"$work/all.manifest" <<'END'
[module]
name=all
description=Every key
type=channel
support_level=deprecated
deprecated_in=1
removed_in=2
replacement=one
load_priority=core
export_globals=yes
embedded=yes
licence=MIT
arch=x86
config=a.conf
config=b.conf
future=kept
[uses]
module=one
application=Dial
[canuse]
service=timer
[willuse]
function=CUT
[provides]
service=timer:100
module=old-name
END
printf '[module]\nname=broken\n[uses\n' >"$work/broken.manifest"
mkdir "$work/codec"
printf '[module]\nname=ulaw\nembedded=yes\n' >"$work/codec/ulaw.manifest"
write several
head -c 200 "$folder/several" >"$folder/cut"
