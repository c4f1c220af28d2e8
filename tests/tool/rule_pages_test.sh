#!/bin/bash
# SPDX-License-Identifier: MIT
# The pages of the gate's rules: each rule has one, with the level and the summary of the tool; what
# stands in an example is built, and prints what the page says.
#
#   rule_pages_test.sh            test
#   rule_pages_test.sh --update   write what the commands print into the pages
#
# From the environment: VERSIONGEN, ABIAUDIT (the tools), SOURCE_DIR (the tree), CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${SOURCE_DIR:?}" "${CC:?}"
pages=$(realpath "$SOURCE_DIR")/docs/rules
# shellcheck source=document_lib.sh
. "$here/document_lib.sh"
cd "$dir" || exit 1

abiaudit check --list-rules >rules
mapfile -t rules < <(awk '{ print $1 }' rules)
[[ ${#rules[@]} -gt 30 ]] || not_ok "there are rules"

if [[ ${1-} == --update ]]; then
	for rule in "${rules[@]}"; do
		update_document "$pages/$rule.md" Example
	done
	exit 0
fi

# Pages of other tools lie in the same folder.
pages_are_rules() {
	grep -lE '^(Error|Warning|Note) of `abiaudit ' "$1"/[a-z]*.md | sed 's,.*/,,; s,\.md$,,' |
		sort | diff - <(printf '%s\n' "${rules[@]}" | sort)
}

# page_agrees FOLDER RULE: title, level and summary are those of the tool
page_agrees() {
	local level summary commands

	read -r level summary < <(awk -v id="$2" '$1 == id { $1 = ""; print }' "$dir/rules")
	commands=$(sed -n '3s/^[A-Z][a-z]* of \(.*\)\.$/\1/p' "$1/$2.md")
	case $commands in
	'`abiaudit check`' | '`abiaudit check`, `abiaudit diff`') ;;
	*) return 1 ;;
	esac
	diff <(printf '# %s\n\n%s of %s.\n\n%s.\n' "$2" "${level^}" "$commands" "${summary^}") \
		<(head -n 5 "$1/$2.md") &&
		grep -qx '## Example' "$1/$2.md" && grep -qx '## Why' "$1/$2.md" &&
		grep -qx '## What to do' "$1/$2.md"
}

# example_is_printed FOLDER RULE: and it is about the rule
example_is_printed() {
	document_holds "$1/$2.md" Example &&
		grep -qE "^(error|warning|note|accepted) $2:" "$1/$2.md"
}

# tools_are_there PAGE: those that an example needs beside ours
tools_are_there() { ! grep -q '^\$ patchelf' "$1" || have patchelf; }

index_is_new() { (cd "$1" && awk -f index.awk [a-z]*.md) | diff - "$1/README.md"; }

check "each rule has a page, and each page a rule" pages_are_rules "$pages"
check "the index is made from the pages" index_is_new "$pages"
for rule in "${rules[@]}"; do
	check "$rule: the page has the tool's level and summary" page_agrees "$pages" "$rule"
	if tools_are_there "$pages/$rule.md"; then
		check "$rule: the example prints what the page says" example_is_printed "$pages" "$rule"
	else
		skip "$rule: a tool of its example is not here"
	fi
done

cp -r "$pages" broken
rm broken/symbol-added.md
check_not "a rule without a page is noticed" pages_are_rules broken
sed -i 's/^Error of/Warning of/' broken/symbol-removed.md
check_not "a wrong level is noticed" page_agrees broken symbol-removed
sed -i 's/^void foo(void) {}/&\nvoid bar(void) {}/' broken/symbol-removed.md
check_not "an example that prints something else is noticed" example_is_printed broken symbol-removed
finish
