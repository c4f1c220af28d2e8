#!/bin/bash
# SPDX-License-Identifier: MIT
# The documents against the sources: help and manual pages, findings, requirements, layers, and
# the rule that libraries neither print nor exit.
#
#   docs_test.sh
#
# From the environment: VERSIONGEN, ABIAUDIT, ABIMOD (the tools), SOURCE_DIR (the tree).

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${ABIMOD:?}" "${SOURCE_DIR:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABIAUDIT=$(realpath "$ABIAUDIT")
ABIMOD=$(realpath "$ABIMOD")
tree=$(realpath "$SOURCE_DIR")

# Lines of two lists that only one of them has; fails where there are any.
equal() { diff <(sort "$1") <(sort "$2"); }

# ---- help and manual pages ----

# commands_of TOOL
commands_of() { "$1" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'; }

# options_of TOOL [COMMAND]: as `-t, --tag T`, the same everywhere left out.
options_of() {
	"$@" --help | sed -n '/^options:/,$s/^ *\(\(-., \)\?--.*[^ ]\)  .*/\1/p' |
		sed 's/  .*//' | if (($# > 1)); then grep -v -e '--help$'; else cat; fi
}

# section PAGE HEADING: what stands below it, down to the next heading
section() { awk -v heading="$2" '/^#/ { on = $0 == heading; next } on' "$1"; }

# options_in: the option lines of a page's section, without markup
options_in() { sed -n 's/^\*\(\(-., \)\?--.*\)/\1/p' | tr -d '*_\\'; }

# A command has a section of its tool's page, or a page of its own; what all have may stand once.
# command_options TREE TOOL COMMAND
command_options() {
	local page=$1/docs/man/$2-$3.1.scd

	if [[ -e $page ]]; then
		options_in <"$page"
	else
		{
			section "$1/docs/man/$2.1.scd" '# COMMON OPTIONS'
			section "$1/docs/man/$2.1.scd" "## $3"
		} | options_in
	fi
}

# tool_is_described TREE TOOL
tool_is_described() {
	local page=$1/docs/man/${2##*/}.1.scd command bad=0

	commands_of "$2" >"$dir/help"
	sed -n 's/^## //p' "$page" >"$dir/page"
	equal "$dir/help" "$dir/page" || bad=1
	[[ -s $dir/help ]] || bad=1
	options_of "$2" >"$dir/help"
	section "$page" '# OPTIONS' | options_in >"$dir/page"
	equal "$dir/help" "$dir/page" || bad=1
	for command in $(commands_of "$2"); do
		options_of "$2" "$command" | tr -d _ >"$dir/help"
		# One that several modes have stands in the section of each.
		command_options "$1" "${2##*/}" "$command" | sort -u >"$dir/page"
		[[ -s $dir/help ]] || bad=1
		equal "$dir/help" "$dir/page" || {
			echo "$2 $command"
			bad=1
		}
	done
	return $bad
}

pages_render() {
	local page bad=0

	for page in "$tree"/docs/man/*.scd; do
		scdoc <"$page" >"$dir/page" || {
			echo "$page"
			bad=1
		}
	done
	return $bad
}

# In the source of a page a backslash is written twice: awk -F '\\t'.
backslashes_stay() {
	local page bad=0

	for page in "$1"/docs/man/*.scd; do
		! grep -nHE '(^|[^\])(\\\\)*\\[a-z]' "$page" || bad=1
	done
	return $bad
}

pages_are_built() {
	(cd "$tree/docs/man" && ls -- *.scd) >"$dir/files"
	sed -n '/^set(pages/,/)/s/^\t\([a-z_.0-9-]*\).*/\1.scd/p' "$tree/docs/CMakeLists.txt" \
		>"$dir/listed"
	equal "$dir/files" "$dir/listed"
}

# ---- findings ----

codes_of() {
	sed -n 's/^\t\[ABILOCK_[A-Z_]*\] = { *"\([a-z-]*\)",.*/\1/p' "$1/symbols/codes.c"
}

# Kinds of error that a file can have; `syntax` and `usage` are about declarations and callers.
kinds_of() {
	sed -n '/^const char \*abilock_error_name/,/^}/s/.*return "\([a-z-]*\)".*/\1/p' \
		"$1/symbols/report_text.c" | grep -vx -e syntax -e usage
}

headings_of() { sed -n 's/^## `\(.*\)`$/\1/p' "$1/docs/findings.md"; }

# The codes in their order, the kinds behind them in any.
codes_are_described() {
	codes_of "$1" >"$dir/codes"
	kinds_of "$1" >"$dir/kinds"
	[[ -s $dir/codes && -s $dir/kinds ]] || return 1
	"$2" "$1" >"$dir/described"
	diff "$dir/codes" <(head -n "$(wc -l <"$dir/codes")" "$dir/described") &&
		equal "$dir/kinds" <(tail -n +"$(($(wc -l <"$dir/codes") + 1))" "$dir/described")
}

page_codes_of() { sed -n 's/^\*\([a-z-]*\)\*$/\1/p' "$1/docs/man/abilock-findings.7.scd"; }

# Every enum row has a name: the table and the enum cannot part.
enum_has_names() {
	sed -n '/^enum abilock_code {/,/^}/s/^\tABILOCK_\([A-Z_]*\),.*/\1/p' "$1/symbols/codes.h" |
		grep -vx CODE_COUNT | tr 'A-Z_' 'a-z-' >"$dir/enum"
	codes_of "$1" | diff "$dir/enum" -
}

# ---- facts ----

# In the source, in docs/facts.md and in the manual page: the same codes in the same order.
facts_are_described() {
	sed -n 's/^\t\t\[FACT_[A-Z_]*\] = "\([a-z-]*\)",.*/\1/p' "$1/symbols/abiaudit/facts.c" >"$dir/codes"
	[[ -s $dir/codes ]] || return 1
	sed -n '/^enum fact_code {/,/^}/s/^\tFACT_\([A-Z_]*\),.*/\1/p' "$1/symbols/abiaudit/facts.h" |
		grep -vx COUNT | tr 'A-Z_' 'a-z-' | diff "$dir/codes" - &&
		sed -n 's/^## `\(.*\)`$/\1/p' "$1/docs/facts.md" | diff "$dir/codes" - &&
		sed -n 's/^\*\([a-z-]*\)\*$/\1/p' "$1/docs/man/abiaudit-facts.7.scd" | diff "$dir/codes" -
}

# ---- requirements ----

requirements_are_numbered() {
	sed -n 's/^| \([0-9]*\) |.*/\1/p' "$1/docs/requirements.md" | diff <(seq 133) -
}

requirements_have_a_state() {
	! grep -E '^\| [0-9]+ ' "$1/docs/requirements.md" |
		grep -vE '^\| [0-9]+ \| [^|]+ \| (met|partly|not yet|no)(: [^|]+)? \| [^|]*\|$'
}

# `met` without a place where it is shown is a promise.
met_is_shown() { ! grep -E '^\| [0-9]+ \| [^|]+ \| (met|partly)' "$1/docs/requirements.md" | grep '|  |$'; }

requirements_are_counted() {
	local rows=$1/docs/requirements.md
	count() { grep -cE "^\| [0-9]+ \| [^|]+ \| $1(:| \|)" "$rows"; }
	grep -F "In this version $(count met) are met, $(count partly) partly met, $(count 'not yet') not yet." "$rows"
}

named_files_exist() {
	local file bad=0

	while read -r file; do
		[[ -e $1/$file ]] || {
			echo "docs/requirements.md names $file"
			bad=1
		}
	done < <(grep -oE '`(tests|docs)/[A-Za-z0-9_./-]+`' "$1/docs/requirements.md" | tr -d '`' | sort -u)
	return $bad
}

# ---- build systems ----

# What the files for build systems say in their heads of what they leave behind is in abilock-make(7).
build_rules_are_described() {
	local file name bad=0

	tr -d '\\' <"$1/docs/man/abilock-make.7.scd" >"$dir/page"
	for file in make/abilock.mk autotools/abilock.m4 meson/meson.build; do
		grep '^#' "$1/scripts/$file" | grep -oE '\bNAME[_-][a-z_]+\b' | grep -vx -e NAME_abi -e NAME-host | sort -u >"$dir/names"
		[[ -s $dir/names ]] || return 1
		while read -r name; do
			grep -qF -e "$name" "$dir/page" || { echo "abilock-make(7) lacks $name of $file"; bad=1; }
		done <"$dir/names"
	done
	return $bad
}

# ---- differences from elfdeps ----

# Each option that takes a difference back has a page of its name.
differences_have_pages() {
	local option page bad=0

	"$ABIAUDIT" deps --help | sed -n 's/^ *--\([a-z-]*\)  *as elfdeps:.*/\1/p' >"$dir/options"
	[[ -s $dir/options ]] || return 1
	while read -r option; do
		page=$1/docs/rpm/${option#no-}.md
		grep -qF -e "**\`--$option\`**" "$page" || {
			echo "$page has no --$option"
			bad=1
		}
	done <"$dir/options"
	return $bad
}

# ---- links ----

links_lead_somewhere() {
	local file target bad=0

	for file in "$1"/*.md "$1"/docs/*.md "$1"/docs/*/*.md; do
		while read -r target; do
			[[ -e $(dirname "$file")/$target ]] || {
				echo "${file#"$1"/}: $target"
				bad=1
			}
		done < <(grep -oE '\]\([^)#:]+\)' "$file" | sed 's/^](//; s/)$//')
	done
	return $bad
}

# anchors DOCUMENT: of its headings, as they are shown
anchors() {
	awk '/^ *```/ { inside = !inside } !inside && sub(/^#+ /, "") { $0 = tolower($0); gsub(/[^a-z0-9_ -]/, ""); gsub(/ /, "-"); print }' "$1"
}

links_lead_to_headings() {
	local file document heading bad=0

	for file in "$1"/*.md "$1"/docs/*.md "$1"/docs/*/*.md; do
		while IFS='#' read -r document heading; do
			[[ -n $document ]] && document=$(dirname "$file")/$document || document=$file
			anchors "$document" | grep -qxF -e "$heading" || {
				echo "${file#"$1"/}: $document has no heading for #$heading"
				bad=1
			}
		done < <(grep -oE '\]\(([^)#:]+\.md)?#[^)]+\)' "$file" | sed 's/^](//; s/)$//')
	done
	return $bad
}

# A reader finds each document from the README: manual pages by name, others by a link.
readme_names_all() {
	local page file name bad=0

	for page in "$1"/docs/man/*.scd; do
		name=$(basename "$page" .scd)
		grep -qF "${name%.*}(${name##*.})" "$1/README.md" || { echo "README.md lacks $name"; bad=1; }
	done
	for file in "$1"/docs/*.md; do
		grep -qF "](docs/${file##*/}" "$1/README.md" || { echo "README.md lacks ${file##*/}"; bad=1; }
	done
	return $bad
}

# ---- layers ----

# includes_stay TREE FOLDER ALLOWED...: each "header" of FOLDER is one of its own or of ALLOWED
includes_stay() {
	local root=$1 folder=$2 file header name where bad=0

	shift
	while IFS=: read -r file header; do
		name=${header##*/}
		[[ $name == *_abi.h ]] && continue # generated
		where=$(for name in "$@"; do
			find "$root/$name" -name "${header##*/}"
		done)
		[[ -n $where && $header != *runtime/* && $header != *versiongen/* ]] || {
			echo "${file#"$root"/} includes $header"
			bad=1
		}
	done < <(grep -rHoE '^#[[:space:]]*include[[:space:]]*"[^"]+"' "$root/$folder" --include='*.[ch]' |
		sed 's/:#[^"]*"\(.*\)"$/:\1/')
	# The public header is the runtime's own.
	[[ $folder == runtime ]] || ! grep -rnE '#[[:space:]]*include[[:space:]]*<abilock/' "$root/$folder" || bad=1
	return $bad
}

# ---- libraries are silent ----

# Without comments: a header explains what it does not do.
code_of() { gcc -fpreprocessed -dD -E -P -x c "$1" 2>/dev/null; }

libraries_are_silent() {
	local file bad=0 calls code
	calls='\<(v?printf|puts|putchar|perror|psignal|exit|_exit|_Exit|quick_exit|abort|assert|err|errx|warn|warnx)[[:space:]]*\('

	for file in "$1"/symbols/*.[ch] "$1"/versiongen/*/*.[ch] "$1"/runtime/*.[ch] \
		"$1"/symbols/manifest/*.[ch] $(find "$1/runtime/modules" -name '*.[ch]'); do
		case ${file#"$1"/} in symbols/cli.[ch] | symbols/cli_rules.c | symbols/diff.c | runtime/guard.c) continue ;; esac
		code=$(code_of "$file")
		[[ -n $code ]] || {
			echo "$file: nothing to look at"
			bad=1
		}
		# format(printf, ...) of an attribute has no parenthesis behind the word.
		if grep -nE "$calls|\<(stdout|stderr|STDOUT_FILENO|STDERR_FILENO)\>" <<<"$code"; then
			echo "in ${file#"$1"/}"
			bad=1
		fi
	done
	return $bad
}

# ---- formats ----

# Pages of section 5, and those that describe what outputs have.
formats_have_their_pages() {
	local page bad=0

	for page in "$1"/docs/man/*.5.scd; do
		page=$(basename "$page" .scd)
		grep -qF "${page%.*}(${page##*.})" "$1/docs/formats.md" || { echo "formats.md lacks $page"; bad=1; }
	done
	return $bad
}

# outputs_of TOOL...: FORMAT TOOL COMMAND, as the help has them
outputs_of() {
	local tool command format
	for tool in "$@"; do
		for command in $(commands_of "$tool"); do
			for format in $("$tool" "$command" --help | grep -- ' --format' | grep -owE 'json|tsv|sarif|junit|github'); do
				echo "$format ${tool##*/} $command"
			done
		done
	done
}

outputs_are_described() {
	outputs_of "$VERSIONGEN" "$ABIAUDIT" "$ABIMOD" | sort -u >"$dir/help"
	[[ -s $dir/help ]] || return 1
	section "$1/docs/formats.md" '## Outputs' | awk -F '|' '$2 ~ /^ `[a-z]+` $/ {
		gsub(/[` ]/, "", $2); n = split($3, of, /`, `/)
		for (i = 1; i <= n; i++) { gsub(/^ *`|` *$/, "", of[i]); print $2, of[i] }
	}' | sort >"$dir/page"
	diff "$dir/help" "$dir/page"
}

# The numbers of the sources are those of the tables: a new version is a new row.
versions_are_described() {
	local number bad=0

	has() { grep -qF "$1" "$2/docs/formats.md" || { echo "formats.md lacks: $1"; bad=1; }; }
	number=$(sed -n 's/^#define JSON_FORMAT_VERSION \([0-9]*\)$/\1/p' "$1/symbols/json.h")
	has "\`format_version\` ${number:?}" "$1"
	! grep -oE '`format_version` [0-9]+' "$1/docs/formats.md" | grep -vx "\`format_version\` $number" || bad=1
	number=$(sed -n 's/.*ABILOCK_INDEX_VERSION = \([0-9]*\),.*/\1/p' "$1/runtime/modules/index/index_layout.h")
	has "number ${number:?} behind the magic \`abilocki\`" "$1"
	number=$(grep -oE 'format=[0-9]+' "$1/versiongen/header.c" | sort -u)
	has "first string \`${number:?}\`" "$1"
	number=$(sed -n 's/^#define BASELINE_MAGIC "\(.*\)"/\1/p' "$1/symbols/gate/baseline_parts.h")
	has "first line \`${number:?} " "$1"
	return $bad
}

# A document with a format_version is written by a command that has a row.
writers_are_described() {
	local file bad=0

	section "$1/docs/formats.md" '## Outputs' >"$dir/outputs"
	for file in $(grep -rlE 'JSON_FORMAT_VERSION|"format_version"' "$1/symbols" "$1/versiongen" "$1/runtime" --include='*.[ch]'); do
		file=${file#"$1"/}
		case $file in
		symbols/json.h | runtime/abimod/abimod.h | symbols/abiaudit/batch_format.c) ;; # list and deps share the last
		symbols/diagnostics_format_json.c) grep -qF '`abiaudit check`' "$dir/outputs" || bad=1 ;;
		*)
			grep -qF "$(sed -E 's,.*/abimod/.*,`abimod list`,; s,.*/collect/.*,`versiongen collect`,; s,.*/command_([a-z]+).c,`versiongen \1`,;
				s,.*/deb/.*,`abiaudit deps`,; s,.*/([a-z]+)_json.c,`abiaudit \1`,' <<<"$file")" "$dir/outputs" || {
				echo "formats.md does not know what $file writes"
				bad=1
			}
			;;
		esac
	done
	return $bad
}

# ---- the rules must be able to fail ----

# broken NAME FILE SED: a copy of the tree with one change
broken() {
	rm -rf "$dir/broken"
	mkdir "$dir/broken"
	cp -r "$tree"/{docs,symbols,versiongen,runtime,scripts} "$tree"/*.md "$dir/broken"
	sed -i "$2" "$dir/broken/$1"
	! cmp -s "$tree/$1" "$dir/broken/$1" || not_ok "the change of $1 has no effect"
}

for tool in "$VERSIONGEN" "$ABIAUDIT" "$ABIMOD"; do
	check "commands and options of ${tool##*/} are those of its manual page" \
		tool_is_described "$tree" "$tool"
done
if have scdoc; then
	check "every manual page is a scdoc source without an error" pages_render
else
	skip "manual pages: no scdoc"
fi
check "every manual page is built" pages_are_built
check "no backslash of a manual page is lost" backslashes_stay "$tree"
check "every code has a name, in the order of the enum" enum_has_names "$tree"
check "findings.md has each code once, in order, and each kind of error" \
	codes_are_described "$tree" headings_of
check "abilock-findings(7) has each code once, in order, and each kind of error" \
	codes_are_described "$tree" page_codes_of
check "facts.c, facts.md and abiaudit-facts(7) have the same codes in the same order" facts_are_described "$tree"
check "requirements.md has the rows 1 to 133, once and in order" requirements_are_numbered "$tree"
check "each requirement has a state" requirements_have_a_state "$tree"
check "what is met or partly met is shown somewhere" met_is_shown "$tree"
check "what is met, partly met and not yet is counted right" requirements_are_counted "$tree"
check "every file that requirements.md names exists" named_files_exist "$tree"
check "each difference from elfdeps has a page" differences_have_pages "$tree"
check "abilock-make(7) has the names of the files for build systems" build_rules_are_described "$tree"
check "links between the documents lead somewhere" links_lead_somewhere "$tree"
check "links between the documents lead to headings" links_lead_to_headings "$tree"
check "the README names each document and manual page" readme_names_all "$tree"
check "symbols/ includes nothing of versiongen/ and runtime/" includes_stay "$tree" symbols
check "versiongen/ includes itself and symbols/ only" includes_stay "$tree" versiongen symbols
check "runtime/ includes itself and symbols/ only" includes_stay "$tree" runtime symbols
check "libraries neither print nor exit" libraries_are_silent "$tree"
check "formats.md names each manual page of a format" formats_have_their_pages "$tree"
check "formats.md has each output of each command" outputs_are_described "$tree"
check "formats.md has the versions of the sources" versions_are_described "$tree"
check "formats.md has whatever writes a format_version" writers_are_described "$tree"

broken docs/man/versiongen.1.scd '/^\*-m, --machine/d'
check_not "a missing option of a page is noticed" tool_is_described "$dir/broken" "$VERSIONGEN"
broken docs/man/abiaudit.1.scd 's/\\\\t/\\t/'
check_not "a backslash that is lost is noticed" backslashes_stay "$dir/broken"
broken docs/man/abiaudit.1.scd 's/^## list/## lists/'
check_not "a command that the tool lacks is noticed" tool_is_described "$dir/broken" "$ABIAUDIT"
broken docs/findings.md '/^## `weak-node`/d'
check_not "a code without a paragraph is noticed" codes_are_described "$dir/broken" headings_of
broken docs/facts.md '/^## `two-defaults`/d'
check_not "a fact without its paragraph is noticed" facts_are_described "$dir/broken"
broken docs/requirements.md '/^| 77 |/d'
check_not "a missing requirement is noticed" requirements_are_numbered "$dir/broken"
broken docs/requirements.md 's,docs/adoption.md,docs/adopting.md,'
check_not "a file that does not exist is noticed" named_files_exist "$dir/broken"
broken docs/rpm/sections.md 's/--sections/--section/'
check_not "a difference without its page is noticed" differences_have_pages "$dir/broken"
broken README.md 's/abiaudit-check(1), //'
check_not "a manual page that the README lacks is noticed" readme_names_all "$dir/broken"
broken docs/formats.md 's/abilock-modules.conf(5)//'
check_not "a manual page that formats.md lacks is noticed" formats_have_their_pages "$dir/broken"
broken docs/formats.md '/^| `tsv` | `abiaudit deps`/d'
check_not "an output that formats.md lacks is noticed" outputs_are_described "$dir/broken"
broken symbols/json.h 's/JSON_FORMAT_VERSION 1/JSON_FORMAT_VERSION 2/'
check_not "a new version that formats.md lacks is noticed" versions_are_described "$dir/broken"
broken versiongen/command_tag.c '$a /* "format_version" */'
check_not "a writer that formats.md lacks is noticed" writers_are_described "$dir/broken"
broken docs/gate.md 's/^## In CI/## Elsewhere/'
check_not "a link to a heading that is gone is noticed" links_lead_to_headings "$dir/broken"
broken scripts/make/abilock.mk '2a #   $(NAME_more)'
check_not "a name of a build rule that the page lacks is noticed" build_rules_are_described "$dir/broken"
broken symbols/lock.c '1i #include "../runtime/process.h"'
check_not "an include against the layers is noticed" includes_stay "$dir/broken" symbols
broken versiongen/map.c '1i #include "process.h"'
check_not "an include of the neighbour is noticed" includes_stay "$dir/broken" versiongen symbols
broken symbols/arena.c '$a void f(void) { fprintf(stderr, "x"); }'
check_not "a library that prints is noticed" libraries_are_silent "$dir/broken"
broken versiongen/lint/lint.c '$a void f(void) { puts("x"); }'
check_not "a part of versiongen that prints is noticed" libraries_are_silent "$dir/broken"
broken symbols/arena.c '$a void f(void) { abort(); }'
check_not "a library that aborts is noticed" libraries_are_silent "$dir/broken"

finish
