#!/bin/bash
# SPDX-License-Identifier: MIT
# abimod check: each rule has a directory of modules in which it finds just what it should, and all
# of them find nothing in a directory that is in order.
#
#   modules_check_test.sh
#
# From the environment: ABIMOD, VERSIONGEN (the tools), SOURCE_DIR (the tree), ABILOCK_INCLUDE, CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${ABIMOD:?}" "${VERSIONGEN:?}" "${ABILOCK_INCLUDE:?}"
tree=$(cd "${SOURCE_DIR:-$here/../..}" && pwd)
ABIMOD=$(realpath "$ABIMOD")
VERSIONGEN=$(realpath "$VERSIONGEN")
cc=${CC:-gcc}

# ---- what fixtures are made of; all write into the folder modules ----

# module NAME [CODE [FLAG...]]: NAME.so and its manifest
module() {
	local name=$1 code=${2-}
	shift $(($# < 2 ? $# : 2))
	printf '#define ABILOCK_MODULE_NAME "%s"\n#include <abilock/module.h>\n%s\n' "$name" "$code" >code.c
	printf 'ABILOCK_DESCRIPTION("%s");\n' "the module $name" >>code.c
	"$cc" -shared -fPIC -fvisibility=hidden -nostdlib -I"$ABILOCK_INCLUDE" -o "modules/$name.so" code.c "$@" &&
		"$VERSIONGEN" manifest "modules/$name.so" -o "modules/$name.manifest"
}

# manifest NAME LINE...: a manifest alone
manifest() {
	local name=$1
	shift
	printf '%s\n' "[module]" "name=$name" "$@" >"modules/$name.manifest"
}

conf() { printf '%s\n' "$@" >modules.conf; }

# ---- the fixtures: rule, level, place and start of the text ----

declare -A expected

expected[canuse-unknown]='warning modules/chan_sip.manifest:7: it can use module=res_no, which nothing provides'
canuse_unknown() { module chan_sip 'ABILOCK_CANUSE("module", "res_no");'; }

expected[checksum-mismatch]='error modules/a.manifest: a.so is not the file that the manifest was made for'
checksum_mismatch() { module a && printf x >>modules/a.so; }

expected[conf-unknown-module]='warning modules.conf:2: neverload func_shel: there is no such module'
conf_unknown_module() { module func_shell && conf '[modules]' 'neverload=func_shel'; }

expected[deprecated-use]='warning modules/a.manifest:7: it names module=b, which is deprecated; it is replaced by c'
deprecated_use() {
	module a 'ABILOCK_USES("module", "b");' &&
		module b 'ABILOCK_SUPPORT_LEVEL("deprecated"); ABILOCK_REPLACEMENT("c");'
}

expected[embedded-uses-dynamic]='error modules/a.manifest:5: it is embedded and uses module=b, which only b provides'
embedded_uses_dynamic() { manifest a embedded=yes '[uses]' module=b && module b; }

expected[exports-symbols]='warning modules/a.so: it exports 2 symbols: '
exports_symbols() {
	module a '__attribute__((visibility("default"))) void foo(void); void foo(void) {}
__attribute__((visibility("default"))) int bar; int bar = 1;'
}

expected[manifest-differs]="error modules/a.manifest: the manifest says 'description=another', the module 'description=the module a'"
manifest_differs() { module a && sed -i 's/^description=.*/description=another/' modules/a.manifest; }

expected[manifest-unreadable]='error modules/a.manifest:3: '
manifest_unreadable() { module a && printf '[module]\nname=a\n[uses\n' >modules/a.manifest; }

expected[manifest-without-module]='error modules/a.manifest: there is no a.so beside it'
manifest_without_module() { manifest a; }

expected[module-cycle]='error modules/a.manifest: none of them can be loaded: a -> b -> c -> a'
module_cycle() {
	module a 'ABILOCK_USES("module", "b");' && module b 'ABILOCK_USES("thing", "of c");' &&
		module c 'ABILOCK_USES("module", "a"); ABILOCK_PROVIDES("thing", "of c");'
}

expected[module-refused]='error modules/a.so: the host host refuses it: missing-node HOST_PRIVATE_one (the host has two)'
# host FOLDER TAG: a host, and what its modules are built with
host() {
	mkdir "$1" && printf 'HOST_PRIVATE { global: host_log; local: *; };\n' >host.syms &&
		"$VERSIONGEN" map host.syms --tag "id:$2" -o "$1/host.map" &&
		"$VERSIONGEN" header host.syms --tag "id:$2" --soname libhost.so.0 -o "$1/host_abi.h" &&
		"$VERSIONGEN" stub host.syms --tag "id:$2" --soname libhost.so.0 -o "$1/libhost.so" &&
		printf '#include "host_abi.h"\nABILOCK_HOST();\nvoid host_log(void) {}\nint main(void) { return 0; }\n' |
		"$cc" -I"$1" -x c - -o "$1/host" -rdynamic -Wl,--version-script="$1/host.map" -Wl,-soname,libhost.so.0
}
# locked HOST: a module of it
locked() {
	module a '#include "host_abi.h"
ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE); void host_log(void);
__attribute__((visibility("hidden"))) void run(void); void run(void) { host_log(); }' -I"$1" "$1/libhost.so"
}
module_refused() { host one one && host two two && locked one && mv two/host host; }

expected[module-unreadable]='error modules/a.so: '
module_unreadable() { module a && manifest a && printf '\177ELF' >modules/a.so; }

expected[module-without-manifest]='warning modules/a.so: there is no a.manifest beside it'
module_without_manifest() { module a && rm modules/a.manifest; }

expected[name-mismatch]='error modules/b.so: '
name_mismatch() { module a && mv modules/a.so modules/b.so && rm modules/a.manifest; }

expected[name-twice]="error modules/a[-_]b.so: a[-_]b.so and a[-_]b.so are one module: '-' and '_' are the same"
name_twice() { module a_b && module a-b; }

expected[provider-duplicate]='warning modules/b.manifest:10: a provides channel=SIP with the same priority, 5: a is taken first, by its name'
provider_duplicate() {
	module a 'ABILOCK_PROVIDES("channel", "SIP", 5);' && module b 'ABILOCK_USES("module", "a");
		ABILOCK_PROVIDES("channel", "SIP", 5);' && module c 'ABILOCK_PROVIDES("channel", "SIP", 6);'
}

expected[unknown-key]='warning modules/a.manifest:3: '
unknown_key() { module a && sed -i '2a descripton=wrong' modules/a.manifest; }

expected[use-unknown]='error modules/a.manifest:7: it uses application=Dial, which nothing provides'
use_unknown() { module a 'ABILOCK_USES("application", "Dial");'; }

# ---- the test ----

# in_order: all that the rules are about, and nothing wrong with it
in_order() {
	module chan_sip 'ABILOCK_TYPE("channel"); ABILOCK_USES("module", "res-rtp.so"); ABILOCK_USES("service", "timer");
		ABILOCK_CANUSE("module", "res_web"); ABILOCK_WILLUSE("module", "app_dial"); ABILOCK_PROVIDES("channel", "SIP");' &&
		module res_rtp &&
		module res_web 'ABILOCK_USES("module", "chan_sip");' &&
		module app_dial 'ABILOCK_PROVIDES("application", "Dial");' &&
		module timer_a 'ABILOCK_PROVIDES("service", "timer", 200);' &&
		module timer_b 'ABILOCK_PROVIDES("service", "timer", 100);' &&
		module res_old 'ABILOCK_SUPPORT_LEVEL("deprecated"); ABILOCK_USES("module", "res_older");' &&
		module res_older 'ABILOCK_SUPPORT_LEVEL("deprecated");' &&
		module lends 'ABILOCK_EXPORT_GLOBALS(); __attribute__((visibility("default"))) int lent; int lent = 1;' &&
		manifest part embedded=yes '[uses]' module=other_part &&
		manifest other_part embedded=yes &&
		conf '[modules]' 'require=chan-sip.so' 'neverload=app_dial' '[uses]' 'chan_sip=application:Dial'
}

# fixture NAME: a folder with the files of one; the report of abimod check in `report`
fixture() {
	rm -rf "$dir/case"
	mkdir -p "$dir/case/modules" && cd "$dir/case" || return 9
	"$1" || return 9
	local options=()
	[[ ! -e modules.conf ]] || options+=(--conf modules.conf)
	[[ ! -e host ]] || options+=(--host ./host)
	"$ABIMOD" check --dir modules "${options[@]}" >report 2>errors
}

# finds RULE: one finding of the rule, at its place, of its level; the exit status says whether
# there is an error
finds() {
	local level place text status
	(fixture "${1//-/_}")
	status=$?
	cat "$dir/case/report" "$dir/case/errors"
	level=${expected[$1]%% *}
	place=${expected[$1]#* }
	text=${place#*: }
	place=${place%%: *}
	[[ $(grep -c "\[$1\]\$" "$dir/case/report") == 1 ]] || return 1
	grep -q "^$place: $level: $text.*\[$1\]\$" "$dir/case/report" || return 1
	grep -A1 "\[$1\]\$" "$dir/case/report" | grep -q '^      = ' || return 1
	if [[ $level == error ]]; then [[ $status == 1 ]]; else [[ $status == 0 ]]; fi
}

# rules_of: all rules, from their table
rules_of() { sed -n 's/^\t{"\([a-z-]*\)".*/\1/p' "$tree/symbols/manifest/module_rules.c"; }

page_agrees() {
	local row level=Error summary
	row=$(tr -d '\n' <"$tree/symbols/manifest/module_rules.c" | grep -o "{\"$1\", [EW],[^\"]*\"[^\"]*\"")
	[[ $row == *'", W,'* ]] && level=Warning
	summary=${row%\"}
	summary=${summary##*\"}
	diff <(printf '# %s\n\n%s of `abimod check`.\n\n%s.\n' "$1" "$level" "${summary^}") \
		<(head -n 5 "$tree/docs/rules/$1.md")
}

# finds_nothing FIXTURE
finds_nothing() {
	(fixture "$1")
	local status=$?
	cat "$dir/case/report" "$dir/case/errors"
	[[ $status == 0 ]] && [[ $(wc -l <"$dir/case/report") == 1 ]] &&
		grep -q ': 0 errors, 0 warnings$' "$dir/case/report"
}

check "a directory that is in order has no findings" finds_nothing in_order
for rule in $(rules_of); do
	check "$rule is found where it is" finds "$rule"
	check "$rule has a page with its level and summary" page_agrees "$rule"
done
same "rules are sorted" <(rules_of) <(rules_of | sort)

pages_of_rules() {
	grep -l '^[EW][a-z]* of `abimod check`' "$tree"/docs/rules/[a-z]*.md | sed 's,.*/,,; s,\.md$,,'
}
same "each page is of a rule" <(pages_of_rules) <(rules_of)

let_in() { host one one && locked one && mv one/host host; }
check "a module of this very host is let in" finds_nothing let_in
unlocked() { host one one && module a && mv one/host host; }
(fixture unlocked)
check "one without a lock is not" grep -q '\[module-refused\]$' "$dir/case/report"

# A sibling that others are linked with lends its symbols.
lent() {
	module lender '__attribute__((visibility("default"))) int lent; int lent = 1;' -Wl,-soname,lender.so &&
		module borrower '' -Wl,--no-as-needed modules/lender.so
}
check "a module that another is linked with exports what it wants" fixture lent
check_not "so there is no finding about its exports" grep -q exports-symbols "$dir/case/report"

admin_use() { module a && conf '[uses]' 'a=application:Dial'; }
(fixture admin_use)
check "a use of modules.conf that nothing provides is found there" grep -q \
	'^modules.conf:2: error: a uses application=Dial by modules.conf, which nothing provides' "$dir/case/report"

# ---- the test must be able to fail ----

use_unknown() { module a; }
check_not "a rule that finds nothing is noticed" finds use-unknown
res_rtp_is_gone() { in_order && rm modules/res_rtp.so; }
check_not "a finding in what should be in order is noticed" finds_nothing res_rtp_is_gone

finish
