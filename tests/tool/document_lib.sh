# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Documents whose examples are run. Source lib.sh first.
#
# A block between ``` is a file (its first line names it: `# FILE`, or `/* FILE */` in C), or commands (`$ `)
# with what they print. `versiongen`, `abiaudit` and `cc` are the tools under test.

mkdir "$dir/bin"
ln -s "$(realpath "$VERSIONGEN")" "$dir/bin/versiongen"
ln -s "$(realpath "$ABIAUDIT")" "$dir/bin/abiaudit"
printf '#!/bin/sh\nexec %s "$@"\n' "$CC" >"$dir/bin/cc"
chmod +x "$dir/bin/cc"
PATH=$dir/bin:$PATH
# What an entry of a ledger calls today.
export SOURCE_DATE_EPOCH=1767225600

# run_document FILE HEADING: the document, with what the commands below that heading print now. Works in a
# folder that is new, $dir/example.
run_document() {
	local line file='' on='' inside='' first=''

	rm -rf "$dir/example"
	mkdir "$dir/example"
	while IFS= read -r line; do
		case $line in
		"## $2") on=yes ;;
		'## '*) on= ;;
		'```'*)
			[[ -n $inside ]] && inside='' || inside=yes
			first=$inside
			file=
			;;
		*)
			[[ -n $on && -n $inside ]] || {
				printf '%s\n' "$line"
				continue
			}
			if [[ -n $first ]]; then
				first=
				file=$(sed -nE 's,^(# |/\* )([^ ]+)( \*/)?$,\2,p' <<<"$line")
				[[ -z $file ]] || start_file "$dir/example/$file"
			fi
			if [[ -n $file ]]; then
				printf '%s\n' "$line" >>"$dir/example/$file"
			elif [[ $line == '$ '* ]]; then
				printf '%s\n' "$line"
				(cd "$dir/example" && bash -c "${line#??}" 2>&1 </dev/null)
				continue
			else
				continue # what the command printed when the page was written
			fi
			;;
		esac
		printf '%s\n' "$line"
	done <"$1"
}

start_file() {
	mkdir -p "$(dirname "$1")"
	: >"$1"
}

# document_holds FILE HEADING: the commands print what stands there
document_holds() { run_document "$1" "$2" | diff -u "$1" -; }

# update_document FILE HEADING: write what they print
update_document() { run_document "$1" "$2" >"$dir/document" && cp "$dir/document" "$1"; }
