#!/bin/bash
# SPDX-License-Identifier: MIT
# The manifests of all modules of Asterisk 22, from its own sources, counted again by other means.
#
#   asterisk_test.sh FOLDER
#
# The source package of Debian unstable is unpacked in FOLDER, which is kept; nothing is built. Prints
# the numbers that docs/moduleinfo.md has. From the environment: VERSIONGEN, MANIFEST_COPY; ABIMOD,
# where it is built; needs xmllint and tsort.

here=$(cd "$(dirname "$0")" && pwd)
: "${VERSIONGEN:?}" "${MANIFEST_COPY:?}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
MANIFEST_COPY=$(realpath "$MANIFEST_COPY") || exit 1
[[ -z ${ABIMOD-} ]] || ABIMOD=$(realpath "$ABIMOD")
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${dir:?}"
folder=${1:?folder}

for tool in xmllint tsort; do
	have "$tool" || {
		echo "asterisk_test.sh: $tool is not installed" >&2
		exit 77
	}
done
"$here/source.sh" "$folder" asterisk/sid >"$dir/fetch" 2>&1 || {
	cat "$dir/fetch" >&2
	exit 3
}
cd "$folder/asterisk-sid" || exit 3

# ---- what is expected, and why ----

# Uses that MODULEINFO says and the macro does not: `use type="module"`, which menuselect takes for
# optional and the manifest for what it says.
only_in_moduleinfo='app_disa app_cdr'

# MODULE USED: uses of what no source of the tree is, and why. There are none.
unresolved=''

# Documents of XML, and the module whose build embeds each. Makefiles do not name them.
documents='channels/chan_websocket_doc.xml chan_websocket
channels/pjsip/dialplan_functions_doc.xml chan_pjsip
res/ari/ari_doc.xml res_ari
res/res_geolocation/geoloc_doc.xml res_geolocation
res/res_pjsip/pjsip_config.xml res_pjsip
res/res_pjsip/pjsip_manager.xml res_pjsip
res/res_stir_shaken/stir_shaken_doc.xml res_stir_shaken
main/logger_doc.xml logger
main/manager_doc.xml manager'

# Dollars of make.
# shellcheck disable=SC2016
adds='s/^\$(call MOD_ADD_C,\([^,]*\),\(.*\))$/\1 \2/p'
# shellcheck disable=SC2016
wildcards='s/\$(wildcard \([^)]*\))/\1/g'

# ---- the manifests ----

mkdir "$dir/all" "$dir/plan"
started=$(date +%s%N)
"$VERSIONGEN" manifest . -d "$dir/all" 2>"$dir/messages"
status=$?
ended=$(date +%s%N)
check "every module has a manifest, and no source is refused" test "$status" -eq 0
check_not "there are no errors" grep -E ': error: ' "$dir/messages"
grep -E ': warning: ' "$dir/messages" | sed 's/^/    /'

# By other means: a call begins a line in this tree.
find -L . -name '*.c' -exec grep -lE '^AST_MODULE_INFO' {} + | sort >"$dir/sources"
while IFS= read -r source; do
	name=$(sed -n 's/^#define AST_MODULE "\(.*\)"$/\1/p' "$source")
	# This one is in #ifdef STANDALONE.
	[[ $name && $name != ael ]] || name=$(basename "$source" .c)
	printf '%s %s\n' "$name" "$source"
done <"$dir/sources" | sort >"$dir/modules"
cut -d' ' -f1 "$dir/modules" >"$dir/names"
(cd "$dir/all" && printf '%s\n' *.manifest) | sed 's/\.manifest$//' | sort >"$dir/made"
same "the manifests are those of the sources with a call of the macro" "$dir/made" "$dir/names"
modules=$(wc -l <"$dir/names")
check "there are about 480" test "$modules" -ge 470

# pairs SECTION: a line `MODULE TYPE=NAME` for each entry
pairs() {
	awk -v wanted="$1" 'FNR == 1 { section = ""; n = split(FILENAME, path, "/"); name = path[n]
			sub(/\.manifest$/, "", name) }
		/^\[/ { section = substr($0, 2, length($0) - 2); next }
		section == wanted && NF { print name, $0 }' "$dir"/all/*.manifest | sort
}

# ---- uses ----

# listed FIELD: a line `MODULE NAME` for each name in a field of the macro
listed() {
	local name source
	while read -r name source; do
		sed -n "s/^[[:blank:]]*\.$1 = \"\([^\"]*\)\".*/\1/p" "$source" | tr , '\n' |
			sed "/^$/d;s/^ */$name /"
	done <"$dir/modules" | sort
}
{
	listed requires
	listed enhances
	echo "$only_in_moduleinfo"
} | sort -u >"$dir/expected"
pairs uses | sed 's/ module=/ /' >"$dir/uses"
same "uses are what .requires and .enhances say, and what MODULEINFO alone says" "$dir/uses" \
	"$dir/expected"
listed optional_modules >"$dir/expected"
pairs canuse | sed 's/ module=/ /' >"$dir/canuse"
same "canuse is what .optional_modules says" "$dir/canuse" "$dir/expected"
requires=$(cut -d' ' -f2 "$dir/modules" | xargs grep -lE '^[[:blank:]]*\.requires = ' | wc -l)
check "about 168 modules have .requires" test "$requires" -ge 160

cat "$dir/uses" "$dir/canuse" | awk 'NR == FNR { known[$1] = 1; next } !($2 in known)' \
	"$dir/names" - >"$dir/unresolved"
printf '%s' "$unresolved" >"$dir/expected"
same "every use is a module of the tree, but for those with a reason" "$dir/unresolved" \
	"$dir/expected"
check "there is no cycle" tsort "$dir/uses"

# ---- what is provided ----

# Which sources are parts of a module: its own, those of the Makefiles, and the documents.
parts() {
	cat "$dir/modules"
	local makefile name patterns part file
	for makefile in */Makefile; do
		while read -r name patterns; do
			for part in $patterns; do # patterns of file names
				for file in "${makefile%/*}"/$part; do
					[[ ! -e $file ]] || echo "$name ./$file"
				done
			done
		done < <(sed -n "$adds" "$makefile" | sed "$wildcards")
	done
	awk '{ print $2, "./" $1 }' <<<"$documents"
}

# names_in FILE: a line `ELEMENT=NAME` for each child of its documentation, by awk and xmllint
names_in() {
	if [[ $1 == *.xml ]]; then
		sed 's/<!DOCTYPE[^>]*>//' "$1"
	else
		printf '<docs xmlns:xi="x">\n'
		awk '/\/\*\*\* DOCUMENTATION/ { on = 1; next } /\*\*\*\// { on = 0 } on' "$1"
		printf '</docs>\n'
	fi >"$dir/xml"
	local element
	for element in agi application function manager; do
		xmllint --nonet --noout --xpath "/docs/$element/@name" "$dir/xml" 2>/dev/null |
			sed -n "s/^ *name=\"\(.*\)\"$/$element=\1/p"
	done
}
parts | sort -u >"$dir/parts"
while read -r name source; do
	if [[ $source == *.xml ]] || grep -q DOCUMENTATION "$source"; then
		names_in "$source" | sed "s/^/$name /"
	fi
done <"$dir/parts" | sort -u >"$dir/expected"
pairs provides >"$dir/provides"
same "applications, functions, manager actions and AGI commands are those of xmllint" \
	"$dir/provides" "$dir/expected"

# ---- manifests ----

check "each manifest is read, and written as it was" "$MANIFEST_COPY" "$dir"/all/*.manifest

# ---- a plan ----

if [[ ${ABIMOD-} && -x ${ABIMOD-} ]]; then
	"$VERSIONGEN" manifest . --embedded -d "$dir/plan" 2>/dev/null
	printf '[modules]\nautoload=yes\n' >"$dir/modules.conf"
	check "a load of all modules is planned" "$ABIMOD" plan --dir "$dir/plan" \
		--conf "$dir/modules.conf"
	awk '$1 ~ /^[0-9]+$/ { print $2 }' "$dir/log" >"$dir/order"
	sort "$dir/order" >"$dir/planned"
	same "it has every module once" "$dir/planned" "$dir/names"
	awk 'NR == FNR { at[$1] = NR; next } at[$2] > at[$1]' "$dir/order" "$dir/uses" >"$dir/late"
	check_not "none comes before one that it uses" grep . "$dir/late"
else
	skip "a plan of all modules: no abimod"
fi

# ---- the numbers ----

count() { grep -c " $1=" "$dir/provides"; }
echo "    sources with module information  $modules"
echo "    of them with .requires           $requires"
echo "    manifests                        $(wc -l <"$dir/made"), in $(((ended - started) / 1000000)) ms"
echo "    uses, canuse                     $(wc -l <"$dir/uses"), $(wc -l <"$dir/canuse")"
echo "    unresolved                       $(wc -l <"$dir/unresolved")"
echo "    applications, functions          $(count application), $(count function)"
echo "    manager actions, AGI commands    $(count manager), $(count agi)"
finish
