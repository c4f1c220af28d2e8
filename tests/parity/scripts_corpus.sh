#!/bin/bash
# SPDX-License-Identifier: MIT
# The version scripts in the sources of Debian packages, in a folder; nothing is installed or built.
#
#   scripts_corpus.sh FOLDER
#
# FOLDER/scripts/PACKAGE/FILE is a script under its path in the source, `/` as `__`. Scripts that a
# build writes are written as the build does it, by the package's own programs where it has some:
# the functions make_PACKAGE below. Templates (`@NAME@`) are filled in with the values of the table
# `values`. What looks like a script and is none is listed in FOLDER/skipped with the reason.
#
# 300 MB of sources are fetched with `apt-get source`, from the mirror that this machine uses, through
# an apt configuration of its own, and unpacked one at a time. A package whose scripts are there is
# not fetched again, so a run that was broken off goes on. The first suite that has the source counts.
# The last line says how many scripts of how many packages there are.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?folder}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
suites=(bookworm trixie sid)

packages=(
	# What the project is about: nodes for private use, of a release or of a build.
	libvirt rdma-core glibc dbus systemd
	# Many nodes, several parents; symbols in several nodes; the same list in several scripts.
	elfutils alsa-lib util-linux libxcrypt openssl samba qemu libnl3 krb5 lvm2 libfabric ndctl
	ncurses pam openldap
	# Patterns, `extern "C++"`, quoted names.
	gcc-12 tiff mesa pulseaudio
	# One script or a few, each in its own habit.
	acl attr cryptsetup curl fuse fuse3 gnutls28 gpgme1.0 json-c keyutils kmod libaio libbpf libbsd
	libffi libgcrypt20 libgpg-error libidn2 libksba libmd libnbd libselinux libsepol
	libslirp libssh libtasn1-6 libtirpc liburing libva libxkbcommon libxml2 libevdev
	libinput lksctp-tools nettle numactl p11-kit pciutils popt sssd xz-utils zlib
)

# PACKAGE NAME VALUE: what configure puts in for @NAME@. Numbers of releases are any that are valid:
# they are part of a node's name.
values='
curl CURL_LT_SHLIB_VERSIONED_FLAVOUR OPENSSL_
dbus DBUS_VERSION 1.14.10
dbus SOVERSION 3
alsa-lib SYMBOL_PREFIX
nettle LIBHOGWEED_MAJOR 6
nettle LIBNETTLE_MAJOR 8
nettle LIBNETTLE_MINOR 6
nettle HOGWEED_EXTRA_SYMBOLS mpn_*;
openldap OPENLDAP_LIBRELEASE 2.5
libfabric FI_DIRECT_PROVIDER_API_10
libfabric PSM3_ADDITIONAL_GLOBALS
'

# ---- fetching ----

state=$folder/apt
mkdir -p "$folder/scripts" "$state/lists/partial" "$state/archives/partial"

# The names in parentheses are apt's.
# shellcheck disable=SC2016
mirror() {
	apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Identifier: Packages' |
		awk '$3 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

apt=(-q -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$state/lists"
	-o "Dir::State::Status=$state/status" -o "Dir::Cache=$state" -o "Dir::Cache::Archives=$state/archives"
	-o APT::Sandbox::User=root -o Acquire::Languages=none -o Debug::NoLocking=1)

update() {
	local site suite
	[[ -e $state/updated ]] && return
	site=${ABILOCK_MIRROR:-$(mirror)}
	[[ $site ]] || {
		echo "scripts_corpus.sh: no Debian mirror among apt's sources: run apt-get update, or set" \
			"ABILOCK_MIRROR" >&2
		exit 3
	}
	: >"$state/status"
	for suite in "${suites[@]}"; do
		echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main"
	done >"$state/sources.list"
	apt-get "${apt[@]}" update
	touch "$state/updated"
}

# The upstream archives of a package, into $state/tar.
fetch() {
	local suite
	update
	for suite in "${suites[@]}"; do
		rm -rf "$state/tar"
		mkdir "$state/tar"
		(cd "$state/tar" && apt-get "${apt[@]}" --download-only --tar-only source "$1/$suite") \
			>"$state/log" 2>&1 && return
	done
	cat "$state/log" >&2
	echo "scripts_corpus.sh: the source of $1 cannot be fetched from ${suites[*]}" >&2
	exit 3
}

unpack() {
	local archive
	rm -rf "$state/tree"
	mkdir "$state/tree"
	for archive in "$state"/tar/*.tar.*; do
		[[ $archive == *.asc ]] || tar -x --no-same-owner -C "$state/tree" -f "$archive"
	done
}

# ---- what builds write ----
# Each is called in the unpacked tree, and writes into the folder $made.

# As src/meson.build: scripts/meson-gen-sym.py puts the private lists behind the public nodes.
make_libvirt() {
	local list
	cd libvirt-*/src
	{
		cat libvirt_public.syms
		echo "LIBVIRT_PRIVATE_9.0.0 {"
		echo "global:"
		for list in private driver_modules linux sasl libssh libssh2 remote; do
			cat "libvirt_$list.syms"
		done
		echo "local:"
		echo "*;"
		echo "};"
	} >"$made/libvirt.syms"
	{
		cat admin/libvirt_admin_public.syms
		echo "LIBVIRT_ADMIN_PRIVATE_9.0.0 {"
		echo "global:"
		cat admin/libvirt_admin_private.syms
		echo "local:"
		echo "*;"
		echo "};"
	} >"$made/libvirt_admin.syms"
}

# As CMakeLists.txt configures it.
make_rdma-core() {
	local script version
	cd rdma-core-*
	version=$(sed -n 's/^set(IBVERBS_PABI_VERSION "\(.*\)")/\1/p' CMakeLists.txt)
	while IFS= read -r script; do
		sed "s/@IBVERBS_PABI_VERSION@/$version/" "$script" >"$made/$(basename "$script" .in)"
	done < <(find . -name '*.map.in')
}

# As Makefile.am, with the result of its configure for x86_64-linux-gnu.
make_libxcrypt() {
	local floor
	cd libxcrypt-*
	floor=$(perl build-aux/scripts/compute-symver-floor lib/libcrypt.minver linux-gnu x86_64 2>/dev/null)
	perl build-aux/scripts/gen-libcrypt-map SYMVER_MIN=GLIBC_2.0 "SYMVER_FLOOR=$floor" COMPAT_ABI=yes \
		lib/libcrypt.map.in >"$made/libcrypt.map"
}

# As Configurations/unix-Makefile.tmpl.
make_openssl() {
	local name
	cd openssl-*
	perl ./Configure linux-x86_64 >/dev/null
	for name in libcrypto libssl; do
		perl util/mkdef.pl --version 3.0.0 --type lib --ordinals util/$name.num --name $name --OS linux \
			>"$made/$name.ld"
	done
	for name in engines providers; do
		perl util/mkdef.pl --type dso --ordinals util/$name.num --name $name --OS linux \
			>"$made/$name.ld"
	done
}

# As src/config/shlib.conf, the rule of binutils.versions.
make_krb5() {
	local list name
	cd krb5-*/src
	while IFS= read -r list; do
		name=$(basename "$list" .exports)
		{
			echo "${name#lib}_1_MIT {" | tr - _
			sed 's/$/;/' "$list"
			echo "};"
			echo "HIDDEN { local: __*; _rest*; _save*; *; };"
		} >"$made/$name.versions"
	done < <(find . -name 'lib*.exports' | sort)
}

# As libdm/make.tmpl.in, the rule of .export.sym.
make_lvm2() {
	local list last=
	cd ./*/libdm
	for list in $(printf '%s\n' .exported_symbols.Base .exported_symbols.DM_[0-9_]*[0-9] | sort -nt_ -k5); do
		echo "${list##*.} {"
		echo "	global:"
		sed '/^#/d;s/^/		/;s/$/;/' "$list"
		[[ $last ]] || printf '\tlocal:\n\t\t*;\n'
		echo "}$last;"
		last=" ${list##*.}"
	done >"$made/libdevmapper.sym"
}

# As src/Makefile.am of libstdc++ and Makefile.am of libquadmath: through the preprocessor.
make_gcc-12() {
	local list
	tar -x --no-same-owner --wildcards -f gcc-12-*/gcc-12*.tar.xz '*/config/abi/pre/*.ver' \
		'*/quadmath.map' '*/libitm.map' '*/libgomp.map' '*/libatomic.map' '*/gfortran.map' \
		'*/libgccjit.map' '*/lto-plugin.map' '*/ssp.map'
	cd gcc-12*/libstdc++-v3/config/abi/pre
	for list in gnu.ver gnu-versioned-namespace.ver; do
		{
			cat $list
			[[ $list != gnu.ver ]] || cat float128.ver
		} | grep -Ev '^[ 	]*#(#| |$)' |
			cpp -P -DHAVE_SYMVER_SYMBOL_RENAMING_RUNTIME_SUPPORT -D_GLIBCXX_SYMVER_GNU - \
				>"$made/libstdc++-${list%.ver}.map"
	done
	cd ../../../../libquadmath
	cpp -P - <quadmath.map >"$made/quadmath.map"
}

# As Makefile.am; the headers say what the machine has.
make_libffi() {
	cd libffi-*
	mkdir -p made
	: >made/fficonfig.h
	cp src/x86/ffitarget.h made
	cpp -P -Imade -DFFI_EXEC_TRAMPOLINE_TABLE=0 -x assembler-with-cpp - <libffi.map.in |
		grep -v '^#' >"$made/libffi.map"
}

gawk_program() {
	local root=$folder/gawk
	if command -v gawk >/dev/null; then
		awk=(gawk)
		return
	fi
	FETCH_ARCHITECTURE=amd64 "$here/../realhosts/fetch.sh" "${suites[0]}" "$root" gawk >/dev/null
	# Its own loader: this machine's C library may be another one.
	awk=("$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path
		"$root/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/gawk")
}

# The rule %.v of glibc's Makeconfig.
glibc_preprocess() {
	sed '/^[ 	]*%/!s/#.*$//;/^[ 	]*$/d;s/^[ 	]*%/#/' "$@" |
		cpp -undef "${includes[@]}" -Iinclude -D__x86_64__ -D__LP64__ -x assembler-with-cpp - |
		sed '/^[ 	]*#/d;/^[ 	]*$/d'
}

# As Makeconfig, from Versions.v.i to versions.stmp, for x86_64-linux-gnu, whose folders configure
# would find in this order.
make_glibc() {
	local awk includes=() versions=() numbers=() name linux=sysdeps/unix/sysv/linux
	local sysdirs=("$linux"/x86_64/64 "$linux"/{x86_64,x86} sysdeps/x86/nptl "$linux/wordsize-64"
		sysdeps/x86_64/nptl "$linux" sysdeps/{nptl,pthread,gnu,unix/inet,unix/sysv,unix/x86_64,unix,posix}
		sysdeps/x86_64/{64,fpu/multiarch,fpu} sysdeps/x86/fpu sysdeps/x86_64/multiarch sysdeps/x86_64
		sysdeps/x86 sysdeps/ieee754/{float128,ldbl-96,dbl-64,flt-32} sysdeps/wordsize-64
		sysdeps/{ieee754,generic})
	gawk_program
	cd glibc-*
	for name in */Versions; do
		[[ $name =~ ^(hurd|mach|htl)/ ]] || versions+=("$name")
	done
	for name in "${sysdirs[@]}"; do
		includes+=("-I$name")
		[[ ! -e $name/Versions ]] || versions+=("$name/Versions")
		[[ ! -e $name/shlib-versions ]] || numbers+=("$name/shlib-versions")
	done
	mkdir made
	glibc_preprocess "${numbers[@]}" shlib-versions >made/shlib-versions.v
	"${awk[@]}" -f scripts/soversions.awk made/shlib-versions.v >made/soversions.i
	glibc_preprocess "${versions[@]}" >made/Versions.v
	"${awk[@]}" -f scripts/versionlist.awk made/Versions.v >made/Versions.def
	{
		awk '$1 != "DEFAULT" { next } { $1 = ""; lib = $2; $2 = $3 = "" }
			NF > 3 { sub(/^ +/, ""); print lib " : " $0 }' made/soversions.i
		cat made/Versions.def
	} | "${awk[@]}" -f scripts/firstversions.awk >made/Versions.all
	"${awk[@]}" -v buildroot=made/ -v defsfile=made/Versions.all -v move_if_change="mv -f" \
		-f scripts/versions.awk <made/Versions.v >made/sysd-versions
	mv made/*.map "$made"
}

# ---- collecting ----

# Keeps a file that is a version script and nothing else; templates are filled in. The grammar here is
# no parser: it looks for nodes in braces that hold words with a semicolon behind each.
cat >"$state/collect.pl" <<'EOP'
use strict;
use warnings;
my ($package, $values, $target, $skipped) = splice(@ARGV, 0, 4);
my %value;
for (split /\n/, $values) {
	my ($of, $name, $value) = split ' ', $_, 3;
	$value{$name} = $value // "" if defined $of && $of eq $package;
}
open(my $skips, '>>', $skipped) or die $!;
my %seen;
while (my $path = <STDIN>) {
	chomp $path;
	open(my $file, '<:raw', $path) or next;
	my $text = do { local $/; <$file> };
	next if !defined $text || index($text, '{') < 0 || $text =~ /\0/;
	$text =~ s/\@(\w+)\@/exists $value{$1} ? $value{$1} : "\@$1\@"/ge;
	my $bare = $text;
	$bare =~ s{/\*.*?\*/}{ }gs;
	$bare =~ s/#.*$//mg;
	$bare =~ s/extern\s+"[^"]*"/extern/g;
	$bare =~ s/"[^"\n]*"/Q/g;
	my $word = qr/[^\s{};"()=,<>']+/;
	my $entries = qr/(?:\s*(?:(?:global|local)\s*:)|\s*$word\s*;|\s*;)*/;
	my $block = qr/\s*extern\s*\{$entries(?:\s*$word)?\s*\}\s*;/;
	my $node = qr/\s*(?:$word\s*)?\{(?:$entries|$block)*\s*\}(?:\s*$word)*\s*;/;
	my $is_script = $bare =~ /^(?:$node)+\s*$/ && $bare =~ /;.*;/s;
	my $looks = $text =~ /^\s*(?:global|local)\s*:/m;
	(my $name = $path) =~ s{^\./}{};
	$name =~ s{^(?:[^/]*-[^/]*\d[^/]*|made)/}{};
	if ($text =~ /(\@\w+\@)/ && ($is_script || $looks)) {
		print $skips "$package/$name: nothing to put in for $1\n";
	} elsif ($is_script) {
		next if $seen{$text}++;
		$name =~ s{/}{__}g;
		open(my $out, '>:raw', "$target/$name") or die $!;
		print $out $text;
	} elsif ($looks) {
		print $skips "$package/$name: not a version script by itself\n";
	}
}
EOP

collect() {
	local package=$1 target=$folder/scripts.part made=$state/tree/made
	rm -rf "$target"
	mkdir -p "$target" "$made"
	if declare -F "make_$package" >/dev/null; then
		(cd "$state/tree" && "make_$package") || {
			echo "scripts_corpus.sh: the scripts of $package cannot be made" >&2
			exit 3
		}
	fi
	sed -i "\|^$package/|d" "$folder/skipped"
	(cd "$state/tree" && find . -type f -size -2000k -not -path '*/debian/*' \
		-not -path '*/roms/*' -not -path '*/po/*' -printf '%p\n' |
		grep -Ev '(/(ChangeLog|configure)|\.(c|cc|cpp|cxx|cp|h|hh|hpp|inc|py|md|html?|txt|rst|po|pot|m4|p[lm]|pod|xml|tex|texi|info|[Ss]|rs|go|js|json|ts|java|sh|td|ll|asm|el|vim|lua|tcl|ml|css|svg|png|pem|yml|ac|xsl|cmake|t|d|[0-9]))$' |
		sort | perl "$state/collect.pl" "$package" "$values" "$target" "$folder/skipped")
	rm -rf "${folder:?}/scripts/$package"
	mv "$target" "$folder/scripts/$package"
}

touch "$folder/skipped"
for package in "${packages[@]}"; do
	[[ -d $folder/scripts/$package ]] && continue
	fetch "$package"
	unpack
	collect "$package"
	echo "$package: $(find "$folder/scripts/$package" -type f | wc -l) scripts"
	rm -rf "$state/tar" "$state/tree"
done
sort -o "$folder/skipped" "$folder/skipped"
echo "$(find "$folder/scripts" -type f | wc -l) scripts of" \
	"$(find "$folder/scripts" -mindepth 2 -type f | awk -F/ '{ print $(NF - 1) }' | sort -u | wc -l) packages"
