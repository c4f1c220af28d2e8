#!/bin/bash
# SPDX-License-Identifier: MIT
# `abimod`: its commands on modules that are made here, as text and as JSON. What the resolver, the
# configuration and the index do is tested by themselves; here is that the tool tells it.
#
# From the environment: VERSIONGEN, ABIMOD (the tools), CC, ABILOCK_INCLUDE, ABILOCK_LIB, HOST_FLAGS.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=status_lib.sh
. "$here/status_lib.sh"
: "${VERSIONGEN:?}" "${ABIMOD:?}" "${ABILOCK_INCLUDE:?}" "${ABILOCK_LIB:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABIMOD=$(realpath "$ABIMOD")
include=$(realpath "$ABILOCK_INCLUDE")
library=$(realpath "$ABILOCK_LIB")
cc=${CC:-gcc}
read -ra host_flags <<<"${HOST_FLAGS:-}"
unset ABIMOD_DIR ABIMOD_CONF ABIMOD_CONF_DIR
cd "$dir" || exit 1

abimod() { "$ABIMOD" "$@"; }

# line REGEX COMMAND...: a line of the standard output
line() {
	local regex=$1
	shift
	"$@" >said 2>said.err
	grep -qE -e "$regex" said || {
		cat said said.err
		return 1
	}
}

# json FILTER WANTED COMMAND...: what jq makes of the standard output, whatever the status
json() {
	local filter=$1 wanted=$2 got
	shift 2
	"$@" >said 2>said.err
	got=$(jq -r "$filter" said) && [[ $got == "$wanted" ]] || {
		echo "got $got, wanted $wanted"
		cat said said.err
		return 1
	}
}

# prints WANTED COMMAND...: the whole standard output
prints() {
	local wanted=$1 got
	shift
	got=$("$@" 2>said.err) || true
	[[ $got == "$wanted" ]] || {
		printf 'got:\n%s\nwanted:\n%s\n' "$got" "$wanted"
		cat said.err
		return 1
	}
}

# ---- modules ----

printf 'FOO_PRIVATE { global: foo_log; local: *; };\n' >foo.syms
"$VERSIONGEN" map foo.syms --tag id:one -o foo.map
"$VERSIONGEN" header foo.syms --tag id:one --soname libfoo-host.so.0 -o foo_abi.h
"$VERSIONGEN" stub foo.syms --tag id:one --soname libfoo-host.so.0 -o libfoo-host.so

# module FILE NAME MACRO...: with a constructor that leaves a trace
module() {
	local file=$1 name=$2 macro
	shift 2
	{
		printf '#define ABILOCK_MODULE_NAME "%s"\n' "$name"
		printf '#include <abilock/module.h>\n#include "foo_abi.h"\n#include <stdio.h>\n'
		printf 'ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);\n'
		for macro in "$@"; do printf '%s;\n' "$macro"; done
		printf '__attribute__((constructor)) static void run(void) { fclose(fopen("%s/trace", "w")); }\n' "$dir"
	} >module.c
	mkdir -p "$(dirname "$file")"
	"$cc" -shared -fPIC -I"$include" -I. module.c -o "$file" libfoo-host.so
}

manifest() { "$VERSIONGEN" manifest "$1" -o "${1%.so}.manifest"; }

module m/chan_sip.so chan_sip 'ABILOCK_DESCRIPTION("Session Initiation Protocol")' 'ABILOCK_TYPE("channel")' \
	'ABILOCK_SUPPORT_LEVEL("core")' 'ABILOCK_USES("service", "timer")' 'ABILOCK_USES("module", "res_rtp")' \
	'ABILOCK_CANUSE("application", "Dial")' 'ABILOCK_PROVIDES("channel", "SIP")' 'ABILOCK_CONFIG("sip.conf")' \
	'ABILOCK_LICENCE("MIT")'
module m/res_rtp.so res_rtp 'ABILOCK_DESCRIPTION("Real-time Transport Protocol: große Pakete")'
module m/timer_fast.so timer_fast 'ABILOCK_PROVIDES("service", "timer", 200)' 'ABILOCK_SUPPORT_LEVEL("core")'
module m/timer_slow.so timer_slow 'ABILOCK_PROVIDES("service", "timer", 100)'
module m/codec/speex.so speex 'ABILOCK_DESCRIPTION("Speex")'
for file in m/chan_sip m/res_rtp m/timer_fast m/timer_slow m/codec/speex; do
	manifest "$file.so"
done
# Known by its note; known by its name; a manifest alone.
module m/app_dial.so app_dial 'ABILOCK_DESCRIPTION("Dial")' 'ABILOCK_PROVIDES("application", "Dial")' \
	'ABILOCK_PROVIDES("application", "RetryDial")'
printf 'int x;\n' | "$cc" -shared -fPIC -x c - -o m/plain.so
printf '[module]\nname=lonely\ndescription=Without a file\n' >m/lonely.manifest
printf '[modules]\nrequire=chan_sip\nload=plain\nneverload=timer_slow\n' >modules.conf

# ---- wrong usage ----

check "without a directory nothing is guessed" says 2 '--dir DIR' abimod list
check "a directory that is missing is an error, and no empty list" says 3 'no/such' abimod list --dir no/such
check "a file is no directory" says 3 'modules.conf' abimod list --dir modules.conf
check "another form of output is wrong usage" says 2 'expected text or json' abimod list --dir m --format xml
check "of check too" says 2 'sarif' abimod check --dir m --format xml
check "show wants a name" says 2 'NAME' abimod show --dir m
check "{tag} without a host is an error that says so" says 3 'no host is given' abimod list --dir 'm/{tag}'
check "a modules.conf that is missing is an error" says 3 'none.conf' abimod plan --dir m --conf none.conf
printf '[modules]\nload\n' >broken.conf
check "an error in modules.conf has its line, and the status 3" says 3 'broken.conf:2' abimod plan --dir m --conf broken.conf
check "also for check" says 3 'broken.conf:2' abimod check --dir m --conf broken.conf
check "a directory of configurations that is missing is an error" says 3 'no/such' abimod plan --dir m --conf-dir no/such
for name in '' = =x x=; do
	check "'$name' is neither a name nor TYPE=NAME: plan" says 2 'TYPE=NAME' abimod plan --dir m "$name"
	check "'$name': why" says 2 'TYPE=NAME' abimod why --dir m "$name"
	check "'$name': show" says 2 'NAME' abimod show --dir m "$name"
done
for name in '' . ../modules.index lonely.manifest plain.so; do
	check "--index '$name' is wrong usage" says 2 'name of a file' abimod index --dir m --index "$name"
done
check "and no manifest is written over" grep -qx 'name=lonely' m/lonely.manifest
for file in m/plain.so m/lonely.manifest modules.conf; do
	cp "$file" kept
	check "check: the output is none of the files that are read" says 2 'a file that is read' \
		abimod check --dir m --conf modules.conf -o "$file"
	same "check: $file is as it was" kept "$file"
done
for command in list 'list --format json' 'show lonely' check 'check --format json' plan 'why lonely' 'index --check'; do
	# shellcheck disable=SC2086
	check "a full disk is an error: $command" bash -c '"$0" "${@:2}" --dir m >/dev/full 2>said; [ $? -eq 3 ]' "$ABIMOD" - $command
done
mkdir empty
check "an empty directory has no modules" prints '' abimod list --dir empty
check "which is no finding" status 0 abimod list --dir empty

# ---- list ----

check "a module with its manifest: a line with all columns" line \
	'^chan_sip +dynamic +channel +core +channel=SIP +Session Initiation Protocol$' abimod list --dir m
check "a module without a manifest is there and marked, known by its note" line \
	'^app_dial +no-manifest +app +- +application=Dial \+1 +Dial$' abimod list --dir m
check "a module without note and manifest is there" line '^plain +no-manifest' abimod list --dir m
check "a manifest without a file is there and marked" line '^lonely +no-file .*Without a file$' abimod list --dir m
check "the folder of a module is its type" line '^speex +dynamic +codec ' abimod list --dir m
check "UTF-8 is shown" line 'große Pakete$' abimod list --dir m
check "what neverload names is marked" line '^timer_slow +blocked' abimod list --dir m --conf modules.conf
check "names alone, without .so, in their order" prints \
	$'app_dial\nchan_sip\nlonely\nplain\nres_rtp\nspeex\ntimer_fast\ntimer_slow' abimod list --dir m --names
check "a directory that is given twice counts once" prints 8 bash -c '"$0" list --names --dir m --dir m/ | wc -l' "$ABIMOD"
check "an empty prefix is one of all names" line '^chan_sip$' abimod list --dir m --names ''
check "names are completed" prints $'timer_fast\ntimer_slow' abimod list --dir m --names ti
check "also where - is written for _" prints $'timer_fast\ntimer_slow' abimod list --dir m --names timer-
check "modules of a type" prints speex abimod list --dir m --names --type codec
check "modules that provide something, in the order of names" prints $'timer_fast\ntimer_slow' \
	abimod list --dir m --names --provides service=timer
check "modules of a support level" prints $'chan_sip\ntimer_fast' abimod list --dir m --names --support core
check "what is no capability is wrong usage" says 2 'TYPE=NAME' abimod list --dir m --provides timer
check "the directory may come from the environment" env ABIMOD_DIR=m "$ABIMOD" list
check "several directories: the first that has a module wins" prints $'lonely\nother' \
	bash -c 'mkdir -p n && printf "[module]\nname=lonely\ndescription=The other\n" >n/lonely.manifest &&
		printf "[module]\nname=other\n" >n/other.manifest && "$0" list --dir n --dir m --names |
		grep -e lonely -e other' "$ABIMOD"
check "with a colon between too" line '^lonely .*The other$' abimod list --dir n:m

# ---- show ----

check "show: what the manifest says" line '^  licence +MIT$' abimod show --dir m chan_sip
check "show: the checksum is compared" line '^  checksum +sha256:[0-9a-f]{64} \(matches\)$' abimod show --dir m chan_sip
check "show: who provides what is used, the best first" line '^  uses .*service=timer \(timer_fast, timer_slow\)$|^ +service=timer \(timer_fast, timer_slow\)$' \
	abimod show --dir m chan_sip
check "show: what can be used" line '^  can use +application=Dial \(app_dial\)$' abimod show --dir m chan_sip
check "show: who uses it" line '^  used by +chan_sip \(uses module=res_rtp\)$' abimod show --dir m res_rtp
check "show: the lock" line '^  lock +kind private, host foo, tag one' abimod show --dir m chan_sip
check "show: nodes that are needed" line '^  nodes +libfoo-host.so.0\(FOO_PRIVATE_one\)$' abimod show --dir m chan_sip
check "show takes a name with .so" line '^chan_sip$' abimod show --dir m chan_sip.so
check "show takes - for _" line '^chan_sip$' abimod show --dir m chan-sip
check "show: of several modules those that are known are shown" says 1 'Real-time' abimod show --dir m res_rtp nothing
check "show: one that is not known is a finding" says 1 'nothing: there is no such module' abimod show --dir m nothing
check "a path is no name" status 1 abimod show --dir m ../m/chan_sip

# ---- check ----

module c/app_a.so app_a 'ABILOCK_USES("module", "app_b")' 'ABILOCK_USES("function", "NONE")'
module c/app_b.so app_b 'ABILOCK_USES("module", "app_a")'
module c/app_c.so app_c 'ABILOCK_USES("function", "NONE")'
for file in c/app_a c/app_b c/app_c; do
	manifest "$file.so"
done
module good/app_good.so app_good
manifest good/app_good.so
module warn/app_warn.so app_warn
check "check: a directory without errors passes" says 0 '1 module: 0 errors, 0 warnings' abimod check --dir good
check "check: a manifest without its module is an error" says 1 'lonely.manifest: error: ' abimod check --dir n
check "check: a module without its manifest is a warning" says 0 'app_warn' abimod check --dir warn
check "check: a finding has file, level and rule" line '^c/[^ ]+: (error|warning): .* \[[a-z-]+\]$' abimod check --dir c
check "check: nobody provides what is used" says 1 'function=NONE' abimod check --dir c
check "check: a cycle is printed" says 1 'app_a -> app_b -> app_a' abimod check --dir c
check "check: the last line counts" line '^3 modules: [0-9]+ errors?, [0-9]+ warnings?$' abimod check --dir c
cp -r m changed
printf x >>changed/timer_fast.so
check "check: a manifest of another build of its module" says 1 'checksum' abimod check --dir changed
check "show: says so" line '^  checksum .*\(differs\)$' abimod show --dir changed timer_fast
check "check: --error-on warning fails on warnings" says 1 'error: ' abimod check --dir warn --error-on warning
check "check: --error-on RULE fails on one" status 1 abimod check --dir warn --error-on module-without-manifest
check "check: another rule does not" status 0 abimod check --dir warn --error-on unknown-key
check "check: a rule that there is not is wrong usage" says 2 '--list-rules' abimod check --dir warn --error-on no-such-rule
check "check: --list-rules needs no directory" line '^module-cycle +error +' abimod check --list-rules
check "check: --explain has the page of a rule" says 0 '## What to do' abimod check --explain module-cycle
check "check: --explain of no rule is wrong usage" status 2 abimod check --explain no-such-rule
check "check: -o writes a file" status 1 abimod check --dir c -f sarif -o out.sarif
check "check: which is one of SARIF" grep -q '"version":"2.1.0"' out.sarif
for format in json junit github; do
	check "check: --format $format names the rules" line 'module-cycle' abimod check --dir c --format "$format"
done

mkdir full
cp m/plain.so full/
check "an index that cannot be written is told as such" prints 'abimod: full/modules.index: cannot write: File too large' bash -c \
	'(trap "" XFSZ; ulimit -f 0; exec "$0" index --dir full) 2>&1 | cat' "$ABIMOD"

# ---- plan, why ----

check "plan: the order, with a number and a reason" line '^ +1  ' abimod plan --dir m --conf modules.conf
check "plan: what is required has its line" line ' chan_sip +required by .*modules.conf:2' abimod plan --dir m --conf modules.conf
check "plan: the best provider is taken" line ' timer_fast +chan_sip uses service=timer' abimod plan --dir m --conf modules.conf
check "plan: what is used comes first" prints $'res_rtp\ntimer_fast\nchan_sip\nplain' bash -c \
	'"$0" plan --dir m --conf modules.conf | sed -nE "s/^ +[0-9]+  ([a-z_]+).*/\1/p"' "$ABIMOD"
check "plan: a start that would succeed" status 0 abimod plan --dir m --conf modules.conf
check "plan: of one module" line '^ +1  res_rtp' abimod plan --dir m res_rtp.so
check "plan: of something that is provided" line '^ +1  app_dial +asked for as application=Dial' abimod plan --dir m application=Dial
check "plan: one that is not known is a finding" status 1 abimod plan --dir m nothing
check "plan: what nobody provides is a finding" status 1 abimod plan --dir m application=Nothing
check "plan: what is banned is a finding" says 1 'neverload' abimod plan --dir m --conf modules.conf timer_slow
printf '[modules]\nrequire=nothing\n' >fail.conf
check "plan: a start that would fail is a finding, with the cause" says 1 'error: ' abimod plan --dir m --conf fail.conf
printf '[modules]\nload=nothing\n' >warn.conf
check "plan: what is only wanted is a warning" says 0 'warning: ' abimod plan --dir m --conf warn.conf
printf '[modules]\nload=plain\nload=timer_slow\nneverload=timer_slow.so\npreload=res_rtp\n' >ignored.conf
check "plan: what modules.conf says in vain is a note" \
	line '^note: ignored.conf:3: load=timer_slow is ignored: ignored.conf:4 says neverload' \
	abimod plan --dir m --conf ignored.conf
check "plan: so is an old spelling" line '^note: ignored.conf:5: ' abimod plan --dir m --conf ignored.conf
check "plan: of one module that is not told" status 1 bash -c \
	'"$0" plan --dir m --conf ignored.conf plain | grep ignored' "$ABIMOD"
printf '[modules]\nautoload=yes\n' >auto.conf
check "plan: autoload takes the best of several" line \
	'^note: timer_slow is left out: service=timer has timer_fast' abimod plan --dir m --conf auto.conf
check "plan: nothing is wanted" prints 'would load no module' abimod plan --dir m
check "why: what wants a module" says 0 'chan_sip' abimod why --dir m --conf modules.conf timer_fast
check "why: what forbids it" says 0 'neverload' abimod why --dir m --conf modules.conf timer_slow
check "why: who provides something" says 0 'timer_fast' abimod why --dir m --conf modules.conf service=timer
check "why: what is not known is a finding" status 1 abimod why --dir m nothing
check "why: what nobody provides is a finding" status 1 abimod why --dir m service=nothing
mkdir conf.d
printf '[modules]\nneverload=app_dial\n' >conf.d/site.conf
check "a directory of more files holds" status 1 abimod plan --dir m --conf-dir conf.d app_dial
check "also from the environment" status 1 env ABIMOD_CONF_DIR=conf.d "$ABIMOD" plan --dir m app_dial

# ---- index ----

cp -r m indexed
abimod list --dir indexed --format json >before
check "index: without one the check fails" says 1 'missing or stale' abimod index --dir indexed --check
check "index: and writes none" test ! -e indexed/modules.index
check "index: writes one, and says how many modules are in it" prints 'indexed 8 modules' abimod index --dir indexed
check "index: is there" test -s indexed/modules.index
check "index: the check passes" says 0 'up to date' abimod index --dir indexed --check
abimod list --dir indexed --format json >after
same "index: says the same as the modules" before after
check "index: another name" status 0 abimod index --dir indexed --index other.index
check "index: is used" test -s indexed/other.index
cp m/res_rtp.so indexed/late.so
check "index: a new module is found" line '^late ' abimod list --dir indexed
check "index: which makes it stale" status 1 abimod index --dir indexed --check
rm indexed/late.so
head -c 100 indexed/modules.index >cut.index
cat cut.index >indexed/modules.index
abimod list --dir indexed --format json >after 2>log.err
same "index: a damaged one is not believed" before after
check "index: and is written anew" status 0 abimod index --dir indexed
check "index: the check passes then" status 0 abimod index --dir indexed --check
check "index: without a directory is wrong usage" status 2 abimod index --host /bin/true
if [[ $(id -u) -ne 0 ]]; then
	chmod 500 indexed
	check "index: a directory that cannot be written is an error" status 3 abimod index --dir indexed --index new
	chmod 700 indexed
fi

# ---- an unpacked tree ----

mkdir -p tree/usr/lib/foo tree/etc
cp -r m tree/usr/lib/foo/modules
cp modules.conf tree/etc/modules.conf
check "--root: directories lie below it" line '^chan_sip +dynamic' abimod list --root tree --dir /usr/lib/foo/modules
check "--root: so does modules.conf" line 'required by tree/etc/modules.conf:2' \
	abimod plan --root tree --dir /usr/lib/foo/modules --conf /etc/modules.conf
check "--root: index" prints 'indexed 8 modules' abimod index --root tree --dir /usr/lib/foo/modules
ln -s /usr/lib/foo tree/usr/lib/bar
ln -s ../../../../../usr/lib/bar tree/usr/lib/up
ln -s /etc/modules.conf tree/usr/modules.conf
ln -s /loop tree/loop
check "--root: an absolute link leads to a place below it" line '^chan_sip +dynamic' \
	abimod list --root tree --dir /usr/lib/bar/modules
check "--root: no link leads out of it" line '^chan_sip +dynamic' abimod list --root tree --dir /usr/lib/up/modules
check "--root: nor does a path" line '^chan_sip +dynamic' abimod list --root tree --dir ../../usr/lib/foo/modules
check "--root: nor modules.conf" line 'required by tree/etc/modules.conf:2' \
	abimod plan --root tree --dir /usr/lib/foo/modules --conf /usr/modules.conf
check "--root: links in a circle are an error" says 3 'tree/loop' abimod list --root tree --dir /loop
check "--root: is below it too" test -s tree/usr/lib/foo/modules/modules.index

# ---- embedded ----

cat >host.c <<'END'
#include "foo_abi.h"
#include <abilock/modules.h>
ABILOCK_HOST();
void foo_log(void) {}
int main(void) { abilock_modules_close(NULL); return 0; }
END
cat >inside.c <<'END'
#define ABILOCK_MODULE_NAME "app_inside"
#include <abilock/module.h>
#include "foo_abi.h"
ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Built in");
ABILOCK_USES("module", "res_rtp");
END
"$cc" "${host_flags[@]}" -DABILOCK_EMBEDDED -I"$include" -I. host.c inside.c -o foo -rdynamic -Wl,--version-script=foo.map \
	-Wl,-soname,libfoo-host.so.0 -L"$library" -Wl,-rpath,"$library" -labilock
check "--host: embedded modules are known" line '^app_inside +embedded .*Built in$' abimod list --host ./foo
check "--host: beside those of a directory" line '^chan_sip +dynamic' abimod list --host ./foo --dir m
check "--host: an embedded module that uses one which is not" says 1 'app_inside' abimod check --host ./foo --dir m
check "--host: the index keeps the answers of the lock" status 0 abimod index --host ./foo --dir indexed
check "--host: a path with its tag" line '^lonely ' bash -c 'mkdir -p tags && cp -r n tags/one &&
	"$0" list --host ./foo --dir "tags/{tag}"' "$ABIMOD"

# A dry run asks the lock: timer_fast is of another build of the host.
cp -r m mixed
mkdir two
"$VERSIONGEN" header foo.syms --tag id:two --soname libfoo-host.so.0 -o two/foo_abi.h
"$VERSIONGEN" stub foo.syms --tag id:two --soname libfoo-host.so.0 -o two/libfoo-host.so
(cd two && module ../mixed/timer_fast.so timer_fast 'ABILOCK_PROVIDES("service", "timer", 200)')
manifest mixed/timer_fast.so
printf '[modules]\nrequire=chan_sip\n' >mixed.conf
printf '[modules]\nrequire=timer_fast\n' >broken.conf
plan_mixed() { abimod plan --host ./foo --dir mixed "$@"; }
check "plan: without a host nothing is asked of the lock" line '^ +2  timer_fast' \
	abimod plan --dir mixed --conf mixed.conf
check "plan --host: the next provider is taken where the lock refuses the best" line '^ +2  timer_slow' \
	plan_mixed --conf mixed.conf
check "plan --host: it says so" line 'timer_slow.*stands in' plan_mixed --conf mixed.conf
check "plan --host: a required module that is refused stops the start" status 1 plan_mixed --conf broken.conf
check "plan --host: with the refusal of the lock" line 'needs.*FOO_PRIVATE_two|FOO_PRIVATE_two.*not found' \
	plan_mixed --conf broken.conf
check "plan --host: the same with an index of that host" line '^ +2  timer_slow' \
	bash -c '"$0" index --dir mixed --host ./foo >/dev/null && "$0" plan --host ./foo --dir mixed --conf mixed.conf' "$ABIMOD"
check "why --host: the lock forbids it" line 'FOO_PRIVATE_two' abimod why --host ./foo --dir mixed timer_fast
check "a host that is missing is an error" status 3 abimod list --host ./none --dir m

# ---- hostile ----

mkdir hostile
printf '[module]\nname=clear\ndescription=a \xc2\x9b31m b \xe2\x80\xae c "d\n' >hostile/clear.manifest
printf '[module]\nname=lines\ndescription="one\\ntwo\\tthree"\n' >hostile/lines.manifest
printf '[module]\nname=esc\ndescription=\x1b[31mred\n' >hostile/esc.manifest
printf '[module]\nname=../up\n' >hostile/up.manifest
printf '[module]\nname=other_name\n' >hostile/name.manifest
printf 'no manifest at all' >hostile/text.manifest
printf '\x7fELF' >hostile/short.so
head -c 3000 m/chan_sip.so >hostile/cut.so
: >hostile/empty.so
cp m/res_rtp.so "hostile/$(printf 'bad\x1b[2Jname').so"
cp m/res_rtp.so hostile/esc.so
cp m/res_rtp.so hostile/.hidden.so
cp m/res_rtp.so hostile/backup.so~
cp m/res_rtp.so hostile/debug.so.debug
mkdir hostile/dir.so
ln -s nowhere hostile/link.so
is_clean() {
	local bytes=$'[\x01-\x08\x0b-\x1f\x7f]' bad=0

	for command in list check "show clear" "show lines" "show esc" "why clear" "plan clear" "list --verbose"; do
		# shellcheck disable=SC2086
		abimod $command --dir hostile >said 2>&1
		if grep -qP "$bytes" said || grep -qP '\xc2[\x80-\x9f]|\xe2\x80\xae' said; then
			echo "$command:"
			cat -v said
			bad=1
		fi
	done
	return $bad
}
check "hostile: no control character arrives, of a name or a description" is_clean
check "hostile: the list is whole, with status 0" status 0 abimod list --dir hostile
check "hostile: what turns the direction of writing is disarmed" line '^clear .* a \?31m b \? c "d$' abimod list --dir hostile
check "hostile: a description of two lines is one in the list" line '^lines .* one two three$' abimod list --dir hostile
check "hostile: and two in show" line '^ {16}two three$' abimod show --dir hostile lines
check "hostile: a damaged manifest is listed as damaged" line '^esc +damaged' abimod list --dir hostile
check "hostile: show says what is wrong" line '^  problem .*esc.manifest' abimod show --dir hostile esc
check "hostile: a damaged module too" line '^cut +damaged' abimod list --dir hostile
check "hostile: check has errors" status 1 abimod check --dir hostile
check_not "hostile: hidden files and backups are no modules" line 'hidden|backup|debug' abimod list --dir hostile
check "hostile: an index of it" status 0 abimod index --dir hostile
check "hostile: names in options are disarmed" bash -c '! "$0" show --dir m "$(printf "\033[2Jx")" 2>&1 | grep -q "$(printf "\033")"' "$ABIMOD"

# ---- JSON ----

if have jq; then
	check "JSON: list has every module" json '[.modules[].name] | join(" ")' \
		'app_dial chan_sip lonely plain res_rtp speex timer_fast timer_slow' abimod list --dir m -f json
	check "JSON: with a format_version" json .format_version 1 abimod list --dir m -f json
	check "JSON: kinds" json '[.modules[].kind] | unique | join(" ")' 'dynamic no-file no-manifest' abimod list --dir m -f json
	check "JSON: all values of a module, for a menu" json \
		'.modules[] | select(.name == "chan_sip") | [.description, .type, .support_level, .uses[], .canuse[], .provides[], .config[], .licence, .lock.kind, .lock.tag] | join("|")' \
		'Session Initiation Protocol|channel|core|module=res_rtp|service=timer|application=Dial|channel=SIP|sip.conf|MIT|private|one' \
		abimod list --dir m -f json
	check "JSON: null where nothing is known" json '.modules[] | select(.name == "plain") | [.description, .lock, .manifest] | tostring' \
		'[null,null,null]' abimod list --dir m -f json
	check "JSON: priorities of providers" json '.modules[] | select(.name == "timer_fast") | .provides[0]' 'service=timer:200' \
		abimod list --dir m -f json
	check "JSON: descriptions are as they are" json '.modules[] | select(.name == "lines") | .description' $'one\ntwo\tthree' \
		abimod list --dir hostile -f json
	check "JSON: show has who provides, and who uses" json '.modules[0] | [.checksum_state, (.wants[] | .want + ":" + (.providers | join(","))), (.used_by | length)] | join("|")' \
		'matches|module=res_rtp:res_rtp|service=timer:timer_fast,timer_slow|application=Dial:app_dial|0' \
		abimod show --dir m -f json chan_sip
	check "JSON: keys of no meaning are kept" json '.modules[0].other | tostring' '{"module.colour":["red","blue"]}' bash -c \
		'mkdir -p keys && printf "[module]\nname=k\ncolour=red\ncolour=blue\n" >keys/k.manifest && "$0" show --dir keys -f json k 2>/dev/null' "$ABIMOD"
	check "JSON: plan" json '[.is_ok, (.modules[] | .name)] | join(" ")' 'true res_rtp timer_fast chan_sip plain' \
		abimod plan --dir m --conf modules.conf -f json
	check "JSON: a plan that fails" json '[.is_ok, .problems[0].is_fatal] | join(" ")' 'false true' abimod plan --dir m --conf fail.conf -f json
	check "JSON: why" json '.subject + " " + (.lines | length > 0 | tostring)' 'timer_fast true' abimod why --dir m -f json timer_fast
	check "JSON: index" json '[.is_current, .modules] | join(" ")' 'true 8' abimod index --dir indexed -f json
	check "JSON: check" json '[.. | .rule? // empty] | contains(["module-cycle"])' true abimod check --dir c -f json
	check "JSON: one that is not known is left out" json '.modules | length' 0 abimod show --dir m -f json nothing
else
	skip "JSON: no jq"
fi

check "no code of a module was run" test ! -e trace
finish
