#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian packages with what is rare in libraries, unpacked into a folder; nothing is installed.
#
#   corpus.sh FOLDER
#
# 394 MB of packages, 5,100 ELF files. The folder is kept and found complete the next time; a run that
# was broken off goes on. The last line says how many programs and shared objects there are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?folder}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

packages=(
	# A library with 4,600 symbols in a private node, and modules that need 20 of its nodes.
	libvirt-daemon libvirt-daemon-driver-{qemu,lxc,vbox,xen}
	# Private nodes of a release; definitions flagged WEAK; nodes without symbols.
	samba samba-dsdb-modules winbind libnss-winbind libldb2 libtalloc2
	libqt5{widgets5,qml5,quick5,svg5,sql5-sqlite}
	libjson-c5 libtiff6 libhdf5-103-1 libdw1 libdebuginfod1 libsystemd-shared systemd
	# Tables of 45,000 symbols, and of 31,000.
	libllvm14 libflite1
	# The same name in several nodes; symbols without a default version.
	libcrypt1 libibverbs1 liblzma5 libfuse3-3 libdevmapper1.02.1 libnuma1 libasound2
	# Hash tables without a defined symbol.
	ibverbs-providers rdma-core libgrpc++1.51
	# Symbols of a library with nodes that have none.
	libxml2 libkeyutils1 libneon27 libneon27-gnutls libproxy1v5
	# Nodes named like the soname; sonames unlike the file's name, or unlike a library's; an
	# interpreter in a library; protected, unique and thread-local symbols.
	libjansson4 libjson-glib-1.0-0 libraptor2-0 libkrb5-3 libcap2 libpam-cap libopenal1
	libopencv-core406 libopencv-imgproc406 libvtk9.1 libabsl20220623 libprotobuf32 libssl3
	libboost-{log,test,wave,locale,python,fiber,graph}1.74.0
	# Other C libraries, widths and byte orders; MIPS without DT_GNU_HASH, wide DT_HASH.
	musl libc6-dev libc6-i386 libc6-x32 lib32gcc-s1 lib32stdc++6 libx32stdc++6
	libc6-{s390x,ppc64,ppc64el,powerpc,m68k,mips,mips64el,sparc64,hppa,arm64,armhf,riscv64,sh4}-cross
	libc6.1-alpha-cross
	# Section headers without bytes.
	libc6-dbg
	# Modules without a soname, by the hundred, and small programs.
	apache2-bin nginx-full collectd-core dovecot-core kamailio strongswan libcharon-extra-plugins
	uwsgi-core pipewire swh-plugins vlc-plugin-base gstreamer1.0-plugins-{base,good}
	xserver-xorg-core imagemagick graphviz frr nfdump python3-numpy netpbm coreutils binutils
)
root=$folder/root
FETCH_ARCHITECTURE=amd64 "$here/../realhosts/fetch.sh" bookworm "$root" "${packages[@]}"
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"
echo "$(elf_files "$root" | wc -l) programs and shared objects"
