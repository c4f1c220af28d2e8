# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Roots with a minimal Debian 12, below $work. Source it behind tests/tool/lib.sh, in name spaces of
# one's own; $root is the source tree.
#
#   make_base              debootstrap, into $work/base.root
#   make_root NAME         a root of its own in $made
#   inside USER FOLDER COMMAND...   with no terminal, no input and next to no environment
#   remove_roots PATTERN   those with such names

remove_roots() {
	local made
	for made in "$work"/$1.root; do # a pattern
		umount -l "$made/proc" 2>/dev/null
		# Never into something that is mounted there.
		rm -rf --one-file-system "$made"
	done
}

mirror() {
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Identifier: Packages' |
		awk '$2 == "bookworm" { print $1; exit }'
}

# How this machine reaches its mirror, for apt in a root.
apt_settings() {
	apt-config dump | grep -E '^Acquire::(http|https|Check-[A-Za-z-]+|Retries|ForceIPv[46])\b' |
		grep -v -i auto-detect
}

make_base() {
	local base=$work/base.root site
	site=${ABILOCK_MIRROR:-$(mirror)}
	[[ $site ]] || {
		echo "no mirror of bookworm among apt's sources: set ABILOCK_MIRROR"
		return 1
	}
	debootstrap --variant=minbase bookworm "$base" "$site" || return
	cp -L /etc/resolv.conf /etc/hosts "$base/etc/"
	apt_settings >"$base/etc/apt/apt.conf.d/90host"
}

make_root() {
	made=$work/$1.root
	cp -a "$work/base.root" "$made" && mount -t proc proc "$made/proc"
}

inside() {
	local user=$1 folder=$2 variable environment=(PATH=/usr/sbin:/usr/bin:/sbin:/bin)
	shift 2
	for variable in http_proxy https_proxy no_proxy; do
		[[ ! ${!variable-} ]] || environment+=("$variable=${!variable}")
	done
	# shellcheck disable=SC2016 # expanded in the root
	setsid -w env -i "${environment[@]}" HOME="$folder" chroot --userspec="$user" "$made" \
		sh -c 'cd "$1" && shift && exec "$@"' sh "$folder" "$@" </dev/null
}
