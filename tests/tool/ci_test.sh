#!/bin/bash
# SPDX-License-Identifier: MIT
# scripts/ci: what the step of GitHub, the job of GitLab and the hooks run, run here as the services do.
#
#   ci_test.sh
#
# From the environment: VERSIONGEN, ABIAUDIT (the tools), SOURCE_DIR (the tree), CC. The YAML files are read
# with Python's yaml; without it their parts are skipped.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${SOURCE_DIR:?}" "${CC:?}"
ci=$(realpath "$SOURCE_DIR")/scripts/ci
hooks=$(realpath "$SOURCE_DIR")/.pre-commit-hooks.yaml
mkdir "$dir/bin"
ln -s "$(realpath "$VERSIONGEN")" "$dir/bin/versiongen"
ln -s "$(realpath "$ABIAUDIT")" "$dir/bin/abiaudit"
PATH=$dir/bin:$PATH
unset VERSIONGEN ABIAUDIT GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITHUB_OUTPUT GITLAB_CI
for name in $(compgen -e ABI_); do unset "$name"; done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org

# build FILE SOURCE: a library of the declaration in the repository
build() {
	mkdir -p "$(dirname "$1")"
	"$CC" -g -shared -fPIC -Wl,-soname,libfoo.so.1 -Wl,--version-script="$dir/repo/foo.syms" -x c - -o "$1" <<<"$2"
}

# A repository with a library that passes (good) and one that fails (bad).
repository() {
	rm -rf "$dir/repo"
	mkdir "$dir/repo" && cd "$dir/repo" && git init -q . || return 1
	printf 'FOO_1.0 { global: bar; foo; local: *; };\n' >foo.syms
	build good/libfoo.so.1 'void foo(void) {} void bar(void) {}' &&
		build bad/libfoo.so.1 'void foo(void) {}' &&
		abiaudit baseline good/libfoo.so.1 -o foo.abi &&
		printf 'good/\nbad/\nabi-gate/\n' >.gitignore &&
		git add -A && git commit -qm start
}
repository >"$dir/log" 2>&1 || {
	cat "$dir/log"
	exit 1
}
cd "$dir/repo" || exit 1

# status WANTED COMMAND...
status() {
	local wanted=$1

	shift
	"$@"
	local found=$?
	[[ $found -eq $wanted ]] || {
		echo "status $found, not $wanted"
		return 1
	}
}

gate() { env ABI_DECLARATION=foo.syms "$@" "$ci/gate"; }

# ---- the script ----

check "what passes passes" status 0 gate ABI_LIBRARY=good/libfoo.so.1 ABI_BASELINE=foo.abi
check "what fails fails" status 1 gate ABI_LIBRARY=bad/libfoo.so.1 ABI_BASELINE=foo.abi
check "outside of a service no report is written" test ! -e abi-gate
check "a report that cannot be written is no finding" status 3 \
	gate ABI_LIBRARY=good/libfoo.so.1 ABI_REPORTS=foo.syms/reports GITHUB_ACTIONS=true
check "nor is one whose place is taken" eval 'mkdir -p taken/gate.xml &&
	status 3 gate ABI_LIBRARY=good/libfoo.so.1 ABI_REPORTS=taken GITLAB_CI=true; found=$?; rm -r taken; (exit $found)'
check "without a declaration it is a wrong use" status 2 env ABI_LIBRARY=good/libfoo.so.1 "$ci/gate"
check "without a library it is a wrong use" status 2 gate
check "a library that is not there cannot be read" status 3 gate ABI_LIBRARY=no/libfoo.so.1
check "--if-built: a library that is not there is no failure" status 0 \
	env ABI_DECLARATION=foo.syms ABI_LIBRARY=no/libfoo.so.1 "$ci/gate" --if-built
check "a baseline that is not there is an error" status 3 gate ABI_LIBRARY=good/libfoo.so.1 ABI_BASELINE=no.abi
check "a rule that does not exist is a wrong use" status 2 \
	gate ABI_LIBRARY=good/libfoo.so.1 ABI_ERROR_ON=no-such-rule
echo 'symbol-removed bar@FOO_1.0: accepts nothing, which is a warning' >ledger
check "a ledger is handed on, and a warning is none" status 0 gate ABI_LIBRARY=good/libfoo.so.1 \
	ABI_BASELINE=foo.abi ABI_ACCEPTED=ledger
check "several rules and levels are raised" status 1 gate ABI_LIBRARY=good/libfoo.so.1 \
	ABI_BASELINE=foo.abi ABI_ERROR_ON='warning, symbol-added' ABI_ACCEPTED=ledger
rm ledger
check "a tool that is missing is a wrong use" status 2 gate ABI_LIBRARY=good/libfoo.so.1 ABIAUDIT=no-such-tool
cp good/libfoo.so.1 ./-lib.so
check "a name that begins with a dash is a file" status 0 gate ABI_LIBRARY=-lib.so
rm -- -lib.so

# ---- reading the YAML files ----

yaml() { python3 -c 'import sys, yaml, json; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)' "$1"; }
have_yaml() { have jq && python3 -c 'import yaml' 2>/dev/null; }

# action_values INPUT=VALUE...: the `env` of the step with the inputs in their places, as lines NAME=VALUE
action_values() {
	local name value input

	jq -r '.runs.steps[0].env | to_entries[] | "\(.key) \(.value)"' "$dir/action.json" |
		while read -r name value; do
			input=$(sed -n 's/^\${{ inputs\.\([a-z-]*\) }}$/\1/p' <<<"$value")
			[[ -n $input ]] || {
				echo "not an input: $value" >&2
				return 1
			}
			value=$(jq -r --arg i "$input" '.inputs[$i].default // ""' "$dir/action.json")
			for given in "$@"; do
				[[ $given != "$input="* ]] || value=${given#*=}
			done
			printf '%s=%s\n' "$name" "$value"
		done
}

# github INPUT=VALUE...: the step, with the shell and the variables of a runner
github() {
	local values

	mapfile -t values < <(action_values "$@")
	: >"$dir/summary"
	: >"$dir/output"
	jq -r '.runs.steps[0].run' "$dir/action.json" >"$dir/step.sh"
	env "${values[@]}" GITHUB_ACTIONS=true GITHUB_WORKSPACE="$dir/repo" GITHUB_ACTION_PATH="$ci" \
		GITHUB_STEP_SUMMARY="$dir/summary" GITHUB_OUTPUT="$dir/output" CI=true \
		bash --noprofile --norc -e -o pipefail "$dir/step.sh"
}

github_fails() {
	status 1 github declaration=foo.syms file=bad/libfoo.so.1 baseline=foo.abi >"$dir/stdout" || return 1
	grep -q '^::error file=foo.syms,line=1,col=[0-9]*,title=symbol-missing::' "$dir/stdout" &&
		grep -q '^::error file=foo.abi,line=[0-9]*,title=symbol-removed::\|^::error file=foo.abi,line=[0-9]*,col=[0-9]*,title=symbol-removed::' "$dir/stdout" &&
		grep -qx 'sarif=abi-gate/gate.sarif' "$dir/output" && grep -qx 'status=1' "$dir/output" &&
		grep -q '^    error symbol-missing' "$dir/summary" &&
		[[ $(jq -r '.runs[0].results[].ruleId' abi-gate/gate.sarif | sort -u | xargs) == 'symbol-missing symbol-removed' ]]
}

github_passes() {
	status 0 github declaration=foo.syms file=good/libfoo.so.1 baseline=foo.abi >"$dir/stdout" || return 1
	! grep '^::' "$dir/stdout" && grep -qx 'status=0' "$dir/output" &&
		[[ $(jq '.runs[0].results | length' abi-gate/gate.sarif) -eq 0 ]]
}

# Each input is handed on, each output comes from the step, and no `run` has an expression in it.
action_is_whole() {
	diff <(jq -r '.inputs | keys[]' "$1" | sort) \
		<(jq -r '.runs.steps[0].env[]' "$1" | sed 's/^\${{ inputs\.\(.*\) }}$/\1/' | sort) &&
		diff <(jq -r '.outputs | keys[]' "$1" | sort) \
			<(jq -r '.outputs[].value' "$1" | sed 's/^\${{ steps\.gate\.outputs\.\(.*\) }}$/\1/' | sort) &&
		! jq -r '.runs.steps[].run' "$1" | grep -F '${{'
}

# gitlab LIBRARY: the script of the job with its variables and those of the job that extends it
gitlab() {
	local variables

	rm -rf abi-gate
	mapfile -t variables < <(jq -r '.[".abi-gate"].variables | to_entries[] | "\(.key)=\(.value)"' "$dir/gitlab.json")
	jq -r '.[".abi-gate"].script[]' "$dir/gitlab.json" >"$dir/job.sh"
	env "${variables[@]}" ABI_GATE="$ci/gate" ABI_DECLARATION=foo.syms ABI_LIBRARY="$1" ABI_BASELINE=foo.abi \
		CI=true GITLAB_CI=true CI_PROJECT_DIR="$dir/repo" sh -e "$dir/job.sh"
}

gitlab_fails() {
	status 1 gitlab bad/libfoo.so.1 || return 1
	local xml
	xml=$(jq -r '.[".abi-gate"].artifacts.reports.junit' "$dir/gitlab.json")
	grep -q '<failure type="symbol-missing"' "$xml" && grep -q ' failures="2" ' "$xml" || return 1
	have xmllint || return 0
	xmllint --noout "$xml"
}

gitlab_passes() { status 0 gitlab good/libfoo.so.1 && grep -q ' failures="0" ' abi-gate/gate.xml; }

# hook ID FILE...: an entry of .pre-commit-hooks.yaml, as the framework runs it
hook() {
	local id=$1 entry
	shift

	read -r -a entry < <(jq -r --arg id "$id" '.[] | select(.id == $id) | .entry' "$dir/hooks.json")
	[[ $(jq -r --arg id "$id" '.[] | select(.id == $id) | .language' "$dir/hooks.json") != script ]] ||
		entry[0]=$(dirname "$hooks")/${entry[0]}
	"${entry[@]}" "$@"
}

if have_yaml; then
	yaml "$ci/action.yml" >"$dir/action.json"
	yaml "$ci/gitlab.yml" >"$dir/gitlab.json"
	yaml "$hooks" >"$dir/hooks.json"
	check "GitHub: inputs, outputs and the step agree" action_is_whole "$dir/action.json"
	check "GitHub: a library that fails is annotated, summed up and written as SARIF" github_fails
	check "GitHub: a library that passes has no annotations" github_passes
	check "GitHub: an input is not code" status 3 github declaration='$(touch pwned)' file='$(touch pwned)'
	check "GitHub: and it ran nothing" test ! -e pwned
	jq '.inputs.more = {}' "$dir/action.json" >"$dir/more.json"
	check_not "GitHub: an input that goes nowhere is noticed" action_is_whole "$dir/more.json"
	check "GitLab: a library that fails is in the list of tests" gitlab_fails
	check "GitLab: a library that passes is there too" gitlab_passes
	printf 'FOO_1.0 { global: foo };\n' >broken.syms
	check "pre-commit: a declaration is linted" status 0 hook versiongen-lint foo.syms
	check "pre-commit: one that is broken fails" status 1 hook versiongen-lint foo.syms broken.syms
	rm broken.syms
	check "pre-commit: the gate fails a library" status 1 \
		env ABI_DECLARATION=foo.syms ABI_LIBRARY=bad/libfoo.so.1 bash -c "$(declare -f hook); dir=$dir hooks=$hooks; hook abi-gate"
	check "pre-commit: and waits for one that is not built" status 0 \
		env ABI_DECLARATION=foo.syms ABI_LIBRARY=no/libfoo.so.1 bash -c "$(declare -f hook); dir=$dir hooks=$hooks; hook abi-gate"
else
	skip "the YAML files: no jq, or no yaml for python3"
fi

# ---- the plain hook ----

commit() { git commit -qm test; }
# commit_types WANTED: with a private structure that changed behind a baseline of public headers
commit_types() {
	mkdir -p include types
	echo 'struct foo; void foo(struct foo *foo);' >include/foo.h
	build types/libfoo.so.1 'struct foo { int a; }; void foo(struct foo *foo) { foo->a++; } void bar(void) {}' || return
	abiaudit baseline --public-headers include types/libfoo.so.1 -o types.abi || return
	build types/libfoo.so.1 'struct foo { long a; }; void foo(struct foo *foo) { foo->a++; } void bar(void) {}' || return
	git config abilock.baseline types.abi
	git config abilock.file types/libfoo.so.1
	echo "$1" >newest && git add newest
	status "$1" commit
}
no_tools() {
	echo >tools && git add tools
	VERSIONGEN=$dir/nowhere commit 2>&1 | grep -q "pre-commit: there is no '$dir/nowhere'"
}
ln -s "$ci/pre-commit" .git/hooks/pre-commit
git config abilock.declaration foo.syms

printf '\n' >>foo.syms
git add foo.syms
check "git: a good declaration is committed" commit
printf 'FOO_1.0 { global: foo };\n' >foo.syms
git add foo.syms
git show HEAD:foo.syms >foo.syms
check_not "git: what is staged counts, not what lies there" commit
git add foo.syms
git config abilock.baseline foo.abi
git config abilock.file bad/libfoo.so.1
echo >new && git add new
check_not "git: a library that fails is not committed" commit
git config abilock.file good/libfoo.so.1
check "git: one that passes is" commit
check "git: where the tools are not installed the hook says so" no_tools
git config abilock.file no/libfoo.so.1
echo >newer && git add newer
check "git: one that is not built is no reason to wait" commit
check "git: a baseline of public headers is not compared without them" commit_types 1
git config abilock.publicheaders include
check "git: and may change with them" commit_types 0
git config --unset abilock.declaration && git config --unset abilock.file
printf 'FOO_1.0 { global: foo; local: *; };\n' >$'f\303\266o.syms'
git add $'f\303\266o.syms'
check "git: a declaration with a name that is not ASCII is one" commit

if have shellcheck; then
	check "the scripts are clean for shellcheck" shellcheck "$ci/gate" "$ci/pre-commit"
fi
finish
