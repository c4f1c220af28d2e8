#!/bin/bash
# SPDX-License-Identifier: MIT
# Options: each that a tool or one of its commands has in its help is offered by the completion of each shell, and none
# that it has not; and the shells can use it. That help and manual pages agree is in docs_test.sh.
#
#   options_test.sh
#
# From the environment: VERSIONGEN, ABIAUDIT, ABIMOD (the tools), SOURCE_DIR (the tree).

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016,SC2154,SC2086
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${ABIMOD:?}" "${SOURCE_DIR:?}"
tree=$(realpath "$SOURCE_DIR")
mkdir "$dir/bin"
ln -s "$(realpath "$VERSIONGEN")" "$(realpath "$ABIAUDIT")" "$(realpath "$ABIMOD")" "$dir/bin"
PATH=$dir/bin:$PATH
cd "$dir" || exit 1

# ---- the help ----

commands_of() { "$1" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'; }

# option_lines TOOL [COMMAND]: the rows of its help
option_lines() { "$@" --help | sed -n '/^options/,$s/^ *\(-., \)\?\(--[a-z].*\)/\1\2/p'; }

# options_of TOOL [COMMAND]: `--tag`
options_of() { option_lines "$@" | sed 's/^-., //' | grep -oE '^--[a-z-]+' | sort -u; }

# letters_of TOOL [COMMAND]: `-t`
letters_of() { option_lines "$@" | sed -n 's/^\(-.\), .*/\1/p' | sort -u; }

# choices_of TOOL COMMAND: `--format text json`, where the argument is one of some words
choices_of() { option_lines "$@" | sed -nE 's/^(-., )?(--[a-z-]+) ([a-z]+\|[a-z|]+) .*/\2 \3/p' | tr '|' ' ' | sort -u; }

# ---- what a shell offers: SHELL_options, SHELL_letters, SHELL_choices, of a TOOL and a COMMAND or none ----

# offered TOOL WORD...: what bash completes the last word to
offered() {
	local tool=$1
	shift
	bash -c '. "./$1.bash"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _"$1"; printf "%s\n" "${COMPREPLY[@]}"' \
		_ "$tool" "$@" | grep .
}

bash_commands() { offered "$1" '' | grep -v '^-' | sort; }
bash_options() { offered "$@" -- | sort; }
# In one process: what stands behind each option.
bash_choices() {
	bash -c '. "./$1.bash"
		COMP_WORDS=("$@" --); COMP_CWORD=$#; _"$1"; options=("${COMPREPLY[@]}")
		for option in "${options[@]}"; do
			COMP_WORDS=("$@" "$option" ""); COMP_CWORD=$(($# + 1)); _"$1"
			[[ ${#COMPREPLY[@]} -eq 0 ]] || echo "$option ${COMPREPLY[*]}"
		done' _ "$@" | sort
}

# zsh_part TOOL [COMMAND]: the specifications that it gives to _arguments
zsh_part() {
	if [[ $# -eq 1 ]]; then
		sed -n '/CURRENT == 2/,/return/p' "$1.zsh" | grep -oE "'-[^']*'" | tr -d "'"
	else
		sed -n "/^\t$2)\$/,/;;\$/s/^\t\t\t'\(-.*\)/\1/p" "$1.zsh"
	fi
}
zsh_commands() { sed -n "/commands=(/,/^\t)/s/^\t\t'\([a-z]*\):.*/\1/p" "$1.zsh" | sort; }
zsh_options() { zsh_part "$@" | grep -oE '^--[a-z-]+' | sort -u; }
zsh_letters() { zsh_part "$@" | grep -oE '^-[a-zA-Z0-9]' | sort -u; }
zsh_choices() { zsh_part "$@" | sed -nE "s/^(--[a-z-]+)=.*:\(([a-z ]+)\)'.*/\1 \2/p" | sort; }

fish_part() {
	if [[ $# -eq 1 ]]; then
		grep -E -e '-c [a-z]+ (-n __fish_use_subcommand )?(-s|-l)' "$1.fish"
	else
		grep -F -e "-n '__fish_seen_subcommand_from $2'" -e "-c $1 -s h " "$1.fish"
	fi
}
fish_commands() { sed -n 's/.*-n __fish_use_subcommand -a \([a-z]*\) .*/\1/p' "$1.fish" | sort; }
fish_options() { fish_part "$@" | sed "s/ -d .*//" | grep -oE -e ' -l [a-z-]+' | sed 's/ -l /--/' | sort -u; }
fish_letters() { fish_part "$@" | sed "s/ -d .*//" | grep -oE -e ' -s .' | sed 's/ -s /-/' | sort -u; }
fish_choices() { fish_part "$@" | sed -nE "s/.* -l ([a-z-]+) -x -a '([a-z ]+)' .*/--\1 \2/p" | sort; }

# ---- comparing ----

# complete SHELL TOOL: the same as the help, of the tool and of each command
is_complete() {
	local shell=$1 tool=$2 command bad=0
	commands_of "$tool" | sort | diff - <("${shell}_commands" "$tool") || bad=1
	for command in '' $(commands_of "$tool"); do
		options_of "$tool" $command >help
		[[ -s help ]] && diff help <("${shell}_options" "$tool" $command) || {
			echo "$shell: $tool $command"
			bad=1
		}
		if [[ $shell != bash ]]; then
			diff <(letters_of "$tool" $command) <("${shell}_letters" "$tool" $command) || bad=1
		fi
		[[ -z $command ]] || diff <(choices_of "$tool" "$command") <("${shell}_choices" "$tool" "$command") || bad=1
	done
	return $bad
}

for tool in versiongen abiaudit abimod; do
	for shell in bash zsh fish; do
		"$tool" --print-completion $shell >$tool.$shell || not_ok "$tool prints completion for $shell"
		check "completion of $tool for $shell has the commands and options of its help, and no others" \
			is_complete $shell $tool
	done
	check "bash completes a command of $tool" test "$(offered $tool "$(commands_of $tool | tail -n 1)")" = \
		"$(commands_of $tool | tail -n 1)"
	check "bash reads completion of $tool" bash -n $tool.bash
	for shell in zsh fish; do
		if have $shell; then
			check "$shell reads completion of $tool" $shell -n ./$tool.$shell
		else
			skip "$shell is not here to read completion of $tool"
		fi
	done
done
check "there are choices to compare" test -n "$(choices_of abiaudit list)"
check "bash completes a value behind =" test "$(offered abiaudit list --format = j)" = json
check "bash completes a value behind a space" test "$(offered abimod list -f j)" = json
if have fish; then
	# As somebody types it.
	fish_says() { fish -c "source ./$1.fish; complete -C '$2'" | cut -f 1; }
	check "fish completes an option" grep -qx -e --tag=  -e --tag <(HOME=$dir fish_says versiongen 'versiongen map --ta')
	check "fish completes a value" grep -qx tsv <(HOME=$dir fish_says abiaudit 'abiaudit list --format t')
fi

# ---- dh_abilock ----

# It has those of debhelper, and what it says beside them is in its page.
programs_of_debhelper() {
	local program bad=0
	for program in "$1"/scripts/deb/dh_*; do
		program=${program##*/}
		sed -n '/^dh_[a-z_,  ]* - /p' "$1/docs/man/dh_abilock.1.scd" | grep -qw "$program" || { echo "$program"; bad=1; }
		# init(options => {...}) declares options, keys of which are `name=s`.
		sed -n '/^init(/,/;$/p' "$1/scripts/deb/$program" | grep -oE '"[a-z-]+[=:!+]?[a-z]?" *=>' | grep -oE '[a-z-]{2,}' |
			while read -r option; do echo "--$option"; done | sort -u >options
		sed -n '/^# OPTIONS/,/^# [^O]/p' "$1/docs/man/dh_abilock.1.scd" | sed -n 's/^\*\(--[a-z-]*\).*/\1/p' | sort -u >page
		diff options page || bad=1
	done
	return $bad
}
check "programs of debhelper and their options are those of dh_abilock(1)" programs_of_debhelper "$tree"

# ---- options that documents name ----

# Each that stands behind one of our tools and its command, in a line of code of a document or a manual page.
named_options() {
	grep -rhoE '(versiongen|abiaudit|abimod) [a-z]+ [^|;&`#(]*' "$1"/README.md "$1"/docs --include='*.md' --include='*.scd' |
		tr -d '*_\\' | awk '{ for (i = 3; i <= NF; i++) if ($i ~ /^--[a-z]/) { sub(/[^a-z-].*/, "", $i); print $1, $2, $i } }' | sort -u
}

named_options_exist() {
	local tool command option bad=0
	named_options "$1" >named
	[[ $(wc -l <named) -gt 50 ]] || return 1
	while read -r tool command option; do
		grep -q "^$tool $command " known || continue # prose
		grep -qxF -e "$tool $command $option" known || {
			echo "$tool $command $option"
			bad=1
		}
	done <named
	return $bad
}
for tool in versiongen abiaudit abimod; do
	for command in $(commands_of $tool); do
		options_of $tool "$command" | sed "s/^/$tool $command /"
	done
done >known
check "documents name options that there are" named_options_exist "$tree"

# ---- the test must be able to fail ----

cp versiongen.bash versiongen.zsh versiongen.fish "$dir/bin"
sed -i 's/--depfile //' versiongen.bash
check_not "an option that bash is not told of is noticed" is_complete bash versiongen
sed -i "/^\t\t\t'--depfile=/d" versiongen.zsh
check_not "an option that zsh is not told of is noticed" is_complete zsh versiongen
sed -i 's/ -l depfile / -l depfiles /' versiongen.fish
check_not "an option that fish is told of and the tool has not is noticed" is_complete fish versiongen
sed -i 's/text json/text jsn/' abiaudit.fish
check_not "a value that the tool has not is noticed" is_complete fish abiaudit
mkdir -p broken/docs
cp "$tree/README.md" broken
cp -r "$tree"/docs/*.md "$tree/docs/man" broken/docs
echo '    versiongen map foo.syms --dialekt deb' >>broken/docs/gate.md
check_not "an option that a document makes up is noticed" named_options_exist broken
finish
