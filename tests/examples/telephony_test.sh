#!/bin/bash
# SPDX-License-Identifier: MIT
# examples/telephony as a user would build it: a host that knows its modules by their manifests, with
# a modules.conf that is used in a public proposal for such manifests.
#
#   telephony_test.sh [COMPILER...]      (default: gcc clang)
#
# From the environment: ABILOCK_PREFIX, where abilock is installed.

# Functions are called by name, through check and run.
# shellcheck disable=SC2317
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
# shellcheck source=lib.sh
. "$root/tests/examples/lib.sh"

# run HOST-DIR OPTION...: the status in $status, the output in out and err, and in mapped the
# modules in the order in which they were mapped
run() {
	local host=$1
	shift
	rm -f ld.*
	status=0
	LD_DEBUG=files LD_DEBUG_OUTPUT=$dir/ld "$dir/$host/bin/switchboard" "$@" \
		>out 2>err </dev/null || status=$?
	sed -n 's|.*file=.*/switchboard/\([a-z_]*\)\.so .*generating link map.*|\1|p' ld.* >mapped
}

# expects STATUS: of the last run, with its output for the log
expects() {
	cat out err
	[[ $status == "$1" ]]
}

is_mapped() { grep -qx "$1" mapped; }

# conf LINE...: a modules.conf beside the dialplan
conf() {
	cp "$dir/A/etc/switchboard/extensions.conf" .
	printf '%s\n' '[modules]' "$@" >modules.conf
}

# ---- the proposal's own files ----

# Without blank lines and trailing comments, which no generated manifest has.
cat >func_periodic_hook.expected <<'END'
[module]
name=func_periodic_hook
checksum=
support_level=core
export_globals=yes

[uses]
module=app_chanspy
module=func_cut
module=func_groupcount
module=func_uri

[provides]
function=PERIODIC_HOOK
END

cat >call.expected <<'END'
test,s,1 Gosub(mymacro,s,1(test))
mymacro,s,1 NoOp(test in s)
mymacro,s,2 Return()
test,s,2 Dial(SIP/200)
SIP/200: ringing
timerfd: 20 ms
call 1: sound flows
SIP/200: answered
cdr: call 1, 4 steps
END

test_manifests() {
	local module

	sed 's/^checksum=.*/checksum=/' A/lib/switchboard/func_periodic_hook.manifest >manifest
	same "$cc: the manifest of func_periodic_hook is the proposal's" \
		func_periodic_hook.expected manifest
	check "$cc: its checksum is SHA-256" prints '^checksum=sha256:[0-9a-f]{64}$' \
		A/lib/switchboard/func_periodic_hook.manifest
	for module in A/lib/switchboard/*.so; do
		check "$cc: ${module##*/} has a manifest, and it is about the installed file" \
			prints "$(sha256sum "$module" | sed 's/ .*//')" "${module%.so}.manifest"
	done
	check "$cc: the index was made when installing" test -s A/lib/switchboard/modules.index
	check "$cc: nothing is wrong with them" \
		abimod check --dir A/lib/switchboard --host A/bin/switchboard
}

test_start() {
	same "the configuration is the proposal's" "$root/tests/modules/seed/modules.conf" \
		A/etc/switchboard/modules.conf
	run A --list
	check "$cc: starts with it" expects 0
	for module in chan_sip cdr_custom res_timing_timerfd res_rtp_asterisk pbx_config app_dial \
		app_stack func_global func_channel; do
		check "$cc: $module runs" prints "^$module +running" out
	done
	for module in app_system func_shell; do
		check "$cc: $module is blocked" prints "^$module +blocked" out
		check_not "$cc: $module is not even mapped" is_mapped "$module"
	done
	check "$cc: a module that nobody needs is known" prints \
		'^func_cut +known +Cut out information' out
	check "$cc: load= of what neverload names is ignored, with a note" prints \
		'app_system.*neverload' err
	cp mapped mapped.start
	abimod plan --dir A/lib/switchboard --conf A/etc/switchboard/modules.conf \
		--host A/bin/switchboard --format json >plan.json
	jq -r '.modules[].name' plan.json >plan
	same "$cc: abimod plan has told which, and in which order" plan mapped.start
	run A --call s@test
	check "$cc: a call works" expects 0
	same "$cc: a call goes through application, function, channel, timer and record" \
		call.expected out
}

test_demand() {
	run A --call spy@test
	check "$cc: without demandload nothing is loaded because the dialplan names it" expects 1
	check "$cc: and the host says what it wanted, and why it is not there" \
		prints 'extensions.conf:[0-9]+: no function PERIODIC_HOOK: .*(demandload|func_periodic_hook)' err
	run A --conf-dir "$dir/A/etc/switchboard/demand.d" --call spy@test
	check "$cc: with demandload it is" expects 0
	check "$cc: what func_periodic_hook uses came with it" is_mapped func_groupcount
	check "$cc: the log says who asked" prints 'func_periodic_hook.*extensions.conf:8' err
	check "$cc: and it works" prints '^spying on all: call 1$' out
	run A --conf-dir "$dir/A/etc/switchboard/demand.d" --call shell@test
	check "$cc: neverload holds for the dialplan too" expects 1
	check "$cc: and the host says so" prints 'no function SHELL: .*neverload' err
	check_not "$cc: func_shell is not even mapped" is_mapped func_shell
}

test_timers() {
	conf 'load=chan_sip' 'load=pbx_config' 'load=app_dial' 'load=app_stack' \
		'load=func_global' 'load=func_channel'
	run A --conf modules.conf --list --call s@test
	check "$cc: without the hardware of the best timer the call works" expects 0
	check "$cc: since the next one stands in" prints '^timerfd: 20 ms$' out
	check "$cc: the best one was tried, and declined" prints '^res_timing_dahdi +declined' out
	check "$cc: it says why" prints '/dev/dahdi/timer: ' out
	check "$cc: the last one is not needed" prints '^res_timing_pthread +known' out
	echo 'neverload=res_timing_timerfd' >>modules.conf
	run A --conf modules.conf --call s@test
	check "$cc: neverload of the second makes it the third" prints '^pthread: 20 ms$' out
	echo 'neverload=res_timing_pthread' >>modules.conf
	run A --conf modules.conf --call s@test
	check "$cc: no timer, no sound, no channel: the call fails" expects 1
	check "$cc: the host says what failed" prints 'extensions.conf:6: cannot call SIP/200: ' err
	check "$cc: and why, down to the hardware" prints '/dev/dahdi/timer: ' err
}

# A chan_sip of another build, with its manifest.
test_other_build() {
	local missing="version .SWITCHBOARD_PRIVATE_$tag_a' not found"

	rm -rf mixed
	cp -R B/lib/switchboard mixed
	cp A/lib/switchboard/chan_sip.* mixed
	run B --modules mixed
	check "$cc: a required module of another build stops the start" expects 1
	check "$cc: with the reason" prints "^switchboard: cannot start: .*chan_sip" err
	check "$cc: and the cause" prints "$missing" err
	check_not "$cc: it was not even mapped" is_mapped chan_sip
	conf 'load=chan_sip' 'load=pbx_config' 'load=app_dial' 'load=app_stack' \
		'load=func_global' 'load=func_channel'
	run B --modules mixed --conf modules.conf --call s@test
	check "$cc: where it is not required the call fails" expects 1
	check "$cc: the host says what failed" prints 'extensions.conf:6: cannot call SIP/200: ' err
	check "$cc: and prints the refusal with it" prints "$missing" err
	cp B/lib/switchboard/chan_sip.manifest mixed
	run B --modules mixed
	check "$cc: a module that is not the manifest's is refused" expects 1
	check "$cc: by its checksum" prints 'chan_sip.*checksum|checksum.*chan_sip' err
}

test_embedded() {
	check "$cc: builds with modules in the program" \
		build E -DSWITCHBOARD_MODULE_{app_stack,func_channel,res_timing_timerfd}=y
	check_not "$cc: there is no file of them" test -e E/lib/switchboard/app_stack.so
	run E --list
	check "$cc: starts with them" expects 0
	check "$cc: they are modules all the same" prints '^app_stack +running' out
	run E --call s@test
	same "$cc: a call does not know the difference" call.expected out
	conf 'autoload=yes' 'neverload=app_stack'
	run E --conf modules.conf --list
	check "$cc: neverload blocks an embedded one" prints '^app_stack +blocked' out
}

test_telephony() {
	rm -rf A B E
	commit_example telephony
	tag_a=$(repo_git rev-parse HEAD)
	check "$cc: builds at the first commit" build A
	sed -i $'/^struct call {/a\\\tunsigned long started;' repo/switchboard_private.h
	repo_git commit -q -a -m "The next build: a struct changes"
	check "$cc: builds at the next commit" build B
	test_manifests
	test_start
	test_demand
	test_timers
	test_other_build
	test_embedded
}

compilers=("$@")
[[ $# -gt 0 ]] || compilers=(gcc clang)
for cc in "${compilers[@]}"; do
	if have "$cc"; then
		test_telephony
	else
		skip "$cc is not installed"
	fi
done
finish
