# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2012,SC2013
# Blocks of code of a document, and a session made of those of a section: see guides_test.sh. Source lib.sh first.

# use_prefix PREFIX: the tools and the library that are installed there, and nothing of whoever runs the test
use_prefix() {
	mkdir -p "$dir/bin" "$dir/home"
	printf '#!/bin/sh\nexec %s "$@"\n' "$CC" >"$dir/bin/cc"
	chmod +x "$dir/bin/cc"
	ln -sfn "$1" "$dir/home/abilock"
	PATH=$dir/bin:$1/bin:$PATH
	PKG_CONFIG_PATH=$(find "$1" -type d -name pkgconfig -printf '%p:')
	LD_LIBRARY_PATH=$(dirname "$(find "$1" -name libabilock.so.1 | head -n 1)")
	CMAKE_PREFIX_PATH=$1
	ACLOCAL_PATH=$1/share/aclocal
	HOME=$dir/home
	export PATH PKG_CONFIG_PATH LD_LIBRARY_PATH CMAKE_PREFIX_PATH ACLOCAL_PATH HOME
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
	unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE MAKEFLAGS MAKELEVEL VERSIONGEN ABIAUDIT ABIMOD
}

# blocks_of DOCUMENT FOLDER: its blocks, FOLDER/NUMBER, and in FOLDER/list a line for each: number, line of the
# document, section, language, why it is not run; `-` is none. A hidden step has the language `hidden`.
blocks_of() {
	rm -rf "$2"
	mkdir -p "$2"
	awk -v folder="$2" '
		function start(language) {
			file = folder "/" ++count
			printf "" > file
			printf "%d\t%d\t%s\t%s\t%s\n", count, NR, section, language == "" ? "-" : language,
				mark == "" ? "-" : mark > (folder "/list")
			mark = ""
		}
		BEGIN { section = "-"; printf "" > (folder "/list") }
		!inside && /^## / { section = substr($0, 4) }
		!inside && /^ *<!-- run: .* -->$/ {
			start("hidden")
			sub(/^ *<!-- run: /, ""); sub(/ -->$/, "")
			print > file
			next
		}
		!inside && /^ *<!-- not run:.* -->$/ {
			mark = $0
			sub(/^ *<!-- not run: */, "", mark); sub(/ *-->$/, "", mark)
			if (mark == "")
				mark = "?"
			next
		}
		/^ *```/ {
			inside = !inside
			if (inside) {
				indent = index($0, "`") - 1
				start(substr($0, indent + 4))
			}
			next
		}
		inside { print substr($0, indent + 1) > file }
	' "$1"
}

# file_of BLOCK: the file that it is, or nothing
file_of() { head -n 1 "$1" | sed -nE 's,^(# |/\* )([^ ]+)( \*/)?$,\2,p'; }

# printed EXPECTED FOUND: the same lines, but where `...` stands any
printed() {
	awk '
		NF == 0 { next }
		FNR == NR { want[++wants] = $0; next }
		{ have[++haves] = $0 }
		END {
			for (i = 1; i <= wants; i++) {
				if (want[i] ~ /^ *\.\.\.$/) {
					any = 1
					continue
				}
				do
					at++
				while (any && at <= haves && have[at] != want[i])
				any = 0
				if (have[at] != want[i])
					exit 1
			}
			exit !(any || at + 0 == haves)
		}' "$1" "$2" && return
	diff "$1" "$2"
	return 1
}

# tool_options TOOL [COMMAND]
tool_options() { "$@" --help | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | grep -oE -- '-.*'; }

# options_exist FILE: all that it gives to our tools
options_exist() {
	local tool command options option bad=0
	sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$1" |
		grep -oE '(versiongen|abiaudit|abimod) [a-z]+ [^|;&`]*' >"$dir/uses"
	while read -r tool command options; do
		tool_options "$tool" "$command" >"$dir/options" 2>/dev/null
		for option in $(grep -oE -- '(^| )--[a-z][a-z-]*' <<<"$options"); do
			grep -qxF -e "$option" "$dir/options" || {
				echo "$tool $command has no $option"
				bad=1
			}
		done
	done <"$dir/uses"
	return $bad
}

# looks_right BLOCK LANGUAGE REASON: as far as can be seen of a block that is not run
looks_right() {
	local file
	[[ $3 != '?' ]] || { echo "the mark says no reason"; return 1; }
	[[ $2 != sh ]] || bash -n "$1" || return 1
	options_exist "$1" || return 1
	while read -r file; do
		[[ -e $tree/$file ]] || {
			echo "there is no $file"
			return 1
		}
	done < <(grep -oE '(^|[ /])(scripts|tests|examples)/[A-Za-z0-9_./-]+' "$1" | sed -E 's,^[ /],,' | grep -v '^share')
}

# commands_of_block BLOCK: for the script, each `$ COMMAND` with what it prints
commands_of_block() {
	local line
	sed -e ':a' -e '/^\$ .*\\$/N; s/\\\n//; ta' "$1" | sed -n 's/^\$ //p' | while IFS= read -r line; do
		printf 'printf "%%s\\n" %q\n(exit $status)\neval %q\nstatus=$?\n' "\$ $line" "$line"
	done
}

# write_session BLOCKS SECTION: the script of a section; outputs go to BLOCKS/NUMBER.out. Prints what is to be
# compared: EXPECTED FOUND.
write_session() {
	local blocks=$1 number line section language reason file shell=''
	{
		printf 'status=0\n'
		while IFS=$'\t' read -r number line section language reason <&4; do
			[[ $section == "$2" ]] || continue
			printf 'echo %s >%q\n' "$line" "$blocks/at"
			file=$(file_of "$blocks/$number")
			if [[ $reason != - ]]; then
				looks_right "$blocks/$number" "$language" "$reason" >&2 || echo "line $line" >"$blocks/bad"
				shell=
			elif [[ $language == hidden || ($language == sh && -z $file) ]]; then
				printf 'set -e; {\n'
				cat "$blocks/$number"
				printf '} >%q 2>&1; set +e\n' "$blocks/$number.out"
				[[ $language == hidden ]] || shell=$number
			elif grep -q '^\$ ' "$blocks/$number"; then
				printf '{\n%s\n} >%q 2>&1\n' "$(commands_of_block "$blocks/$number")" "$blocks/$number.out"
				printf '%s %s\n' "$blocks/$number" "$blocks/$number.out" >&3
				shell=
			elif [[ -n $file ]]; then
				printf 'mkdir -p %q && cp %q %q || exit\n' "$(dirname "$file")" "$blocks/$number" "$file"
				shell=
			elif [[ $language == - && -n $shell ]]; then
				printf '%s %s\n' "$blocks/$number" "$blocks/$shell.out" >&3
				shell=
			else
				echo "line $line: nobody runs this block" >&2
				echo "line $line" >"$blocks/bad"
			fi
		done 4<"$blocks/list"
		printf 'exit 0\n'
	} 3>"$blocks/compare" >"$blocks/session"
}

# section_runs BLOCKS DOCUMENT SECTION WHERE: in a new folder, or `on` in that of the section before. 77: prepare()
# has not what it needs.
section_runs() {
	local blocks=$1 expected found bad=0
	rm -rf "$blocks/bad"
	[[ $4 == on ]] || rm -rf "$dir/run"
	mkdir -p "$dir/run"
	write_session "$blocks" "$3"
	[[ ! -e $blocks/bad ]] || return 1
	(cd "$dir/run" && prepare "$2" "$3")
	case $? in
	0) ;;
	77) return 77 ;;
	*)
		echo "no preparation"
		return 1
		;;
	esac
	(cd "$dir/run" && bash "$blocks/session" </dev/null) || {
		echo "$2:$(cat "$blocks/at"): failed"
		tail -n 20 "$(ls -t "$blocks"/*.out | head -n 1)"
		return 1
	}
	while read -r expected found; do
		# A reader has the library where it is looked for.
		sed -i -e "s,$dir/run,/home/you,g" \
			-e '/^abiaudit: warning: libabilock.so.1, which [^ ]* needs, is not found:/d' "$found"
		printed "$expected" "$found" || {
			echo "$2: $(awk -F '\t' -v n="${expected##*/}" '$1 == n { print "line " $2 }' "$blocks/list")"
			bad=1
		}
	done <"$blocks/compare"
	return $bad
}
