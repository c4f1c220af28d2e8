#!/bin/bash
# SPDX-License-Identifier: MIT
# abiaudit verify on Debian's own plugin hosts, as they are: libvirt (a library with private nodes),
# Apache (a program without version nodes) and QEMU (a program with stamp symbols).
#
#   realhosts_test.sh apache|all FOLDER
#
# Packages are unpacked below FOLDER, which is kept. From the environment: ABIAUDIT.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${ABIAUDIT:?}"
set=$1 folder=$2
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
now=$folder/bookworm next=$folder/trixie
libs=usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)

fetch() { "$here/fetch.sh" "$@" >"$dir/fetch.log" 2>&1 || {
	not_ok "the packages of $1 can be fetched"
	tail -n 5 "$dir/fetch.log"
	finish
}; }

# one_line_each MODULES...: the report has a line for each module, in order
verdicts() { grep -v '^ ' "$dir/out"; }
count() { verdicts | grep -cE "$1"; }

verify() { "$ABIAUDIT" verify --root "$now" --host "$@" >"$dir/out" 2>"$dir/err"; }

all_ok() { # all_ok NAME HOST MODULES...
	local name=$1 host=$2 status
	shift 2
	verify "$host" "$@"
	status=$?
	if [[ $status -eq 0 && $(count ': ok( |$)') -eq $# && $(wc -l <"$dir/out") -eq $# ]]; then
		ok "$name: all $# modules are ok, a line each, exit 0"
	else
		not_ok "$name: all $# modules are ok (exit $status, $(count ': ok') of them ok)"
		grep -v ': ok' "$dir/out" | head -n 20
	fi
}

if [[ $set == apache ]]; then
	now=$folder/apache
	fetch bookworm "$now" apache2-bin
else
	fetch bookworm "$now" apache2-bin libvirt-daemon libvirt-daemon-driver-{qemu,lxc,vbox,xen} \
		libvirt-daemon-driver-storage-{gluster,iscsi-direct,rbd,zfs} \
		qemu-system-x86 qemu-system-gui qemu-block-extra
	fetch trixie "$next" libvirt-daemon-common libvirt-daemon-driver-{qemu,lxc,vbox,xen} \
		libvirt-daemon-driver-{interface,network,nodedev,nwfilter,secret,storage-disk} \
		qemu-system-x86 qemu-system-gui qemu-block-extra qemu-system-modules-{spice,opengl}
fi

# ---- Apache ----

apache=("$now"/usr/lib/apache2/modules/*.so)
all_ok "Apache" "$now/usr/sbin/apache2" "${apache[@]}"
check "Apache: mod_proxy_http needs mod_proxy to be loaded first" \
	grep -q 'mod_proxy_http.so: ok (load after mod_proxy.so)$' "$dir/out"
verify "$now/usr/sbin/apache2" "$now/usr/lib/apache2/modules/mod_proxy_http.so"
check "Apache: mod_proxy_http alone is refused" grep -q 'mod_proxy_http.so: refused: unresolved-symbol$' "$dir/out"
verify "$now/usr/sbin/apache2" --verbose "$now/usr/lib/apache2/modules/mod_ssl.so"
check "Apache: mod_ssl's symbols come from the host, its libraries (apr) and mod_ssl's own (libssl)" \
	grep -qE 'symbols +host [0-9]+, host libraries [0-9]+, own libraries [0-9]+' "$dir/out"
verify "$now/usr/sbin/apache2" --require-lock "${apache[@]}"
check "Apache: --require-lock refuses all" [ "$(count 'refused: host-not-locked$')" -eq ${#apache[@]} ]
[[ $set == all ]] || finish

# ---- libvirt ----

drivers=("$now/$libs"/libvirt/connection-driver/*.so)
all_ok "libvirt" "$now/$libs/libvirt.so.0" "${drivers[@]}"
newer=("$next/$libs"/libvirt/connection-driver/*.so)
verify "$now/$libs/libvirt.so.0" "${newer[@]}"
check "libvirt: all ${#newer[@]} drivers of Debian 13 are refused by Debian 12's library" \
	[ "$(count 'refused: missing-node$')" -eq ${#newer[@]} ]
check "libvirt: each refusal names the private node and symbols behind it" \
	[ "$(grep -cE 'missing +LIBVIRT_PRIVATE_11.* needed by vir' "$dir/out")" -eq ${#newer[@]} ]
check "libvirt: each refusal says what the host is" \
	[ "$(grep -cE '^ +host .*is LIBVIRT_PRIVATE_9' "$dir/out")" -eq ${#newer[@]} ]
"$ABIAUDIT" list "$now/$libs/libvirt.so.0" | awk '{print $8}' | grep @ | sort >"$dir/ours"
readelf -W --dyn-syms "$now/$libs/libvirt.so.0" |
	awk '$7 != "UND" && $5 != "LOCAL" && $8 ~ /@/ { print $8 }' | sort >"$dir/theirs"
same "libvirt: list gives name@@NODE for each export ($(wc -l <"$dir/theirs")), as readelf" \
	"$dir/ours" "$dir/theirs"

# ---- QEMU ----

modules=("$now/$libs"/qemu/*.so)
verify "$now/usr/bin/qemu-system-x86_64" "${modules[@]}"
status=$?
check "QEMU: exit 1" [ "$status" -eq 1 ]
check "QEMU: all of ${#modules[@]} modules but one are ok" [ "$(count ': ok( |$)')" -eq $((${#modules[@]} - 1)) ]
check "QEMU: hw-s390x-virtio-gpu-ccw is refused for a symbol that no build for x86_64 has" \
	grep -qE 'missing +have_virtio_ccw .*\[unresolved-symbol\]' "$dir/out"
newer=("$next/$libs"/qemu/*.so)
verify "$now/usr/bin/qemu-system-x86_64" "${newer[@]}"
check "QEMU: all ${#newer[@]} modules of Debian 13 are refused by Debian 12's program" \
	[ "$(count 'refused: stamp-mismatch$')" -eq ${#newer[@]} ]
check "QEMU: each refusal names both stamps" \
	[ "$(grep -cE 'stamp +qemu_stamp_[0-9a-f]{40} .* the host has qemu_stamp_[0-9a-f]{40}$' "$dir/out")" -eq ${#newer[@]} ]

finish
