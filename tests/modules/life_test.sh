#!/bin/bash
# SPDX-License-Identifier: MIT
# Modules come to life: a real host loads, starts and requests modules that are built here.
#
# From the environment: VERSIONGEN (path), ABILOCK_LIB (folder of libabilock.so), ABILOCK_INCLUDE,
# CC, HOST_FLAGS (for the program, such as -fsanitize=address).

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"

: "${VERSIONGEN:?}" "${ABILOCK_LIB:?}" "${ABILOCK_INCLUDE:?}" "${CC:?}"
read -ra host_flags <<<"${HOST_FLAGS:-}"
A=id:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
B=id:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
cd "$dir" || exit 1
mkdir src m

# ---- building ----

# declare_host DIR TAG
declare_host() {
	mkdir -p "$1"
	"$VERSIONGEN" map "$here/life_host.syms" --tag "$2" -o "$1/host.map" &&
		"$VERSIONGEN" header "$here/life_host.syms" --tag "$2" --soname liblife-host.so.1 \
			-o "$1/host_abi.h" &&
		"$VERSIONGEN" stub "$here/life_host.syms" --tag "$2" --soname liblife-host.so.1 \
			-o "$1/liblife-host.so" || exit 1
	printf '#include "host_abi.h"\nABILOCK_HOST();\n' >"$1/host.c"
}

# build_host DIR OBJECT...
build_host() {
	local to=$1
	shift
	"$CC" -O1 -g "${host_flags[@]}" -o "$to/host" "$here/life_host.c" "$to/host.c" "$@" \
		-I"$to" -I"$ABILOCK_INCLUDE" -L"$ABILOCK_LIB" -labilock -ldl -Wl,-rpath,"$ABILOCK_LIB" \
		-rdynamic -fvisibility=hidden -Wl,--version-script="$to/host.map" \
		-Wl,-soname,liblife-host.so.1 || exit 1
}

# source NAME: what a module says of itself and does, from stdin
source_of() {
	{
		echo '#include "life_module.h"'
		cat
	} >"src/$1.c"
}

# compile HOST NAME OUT FLAG...
compile() {
	local host=$1 name=$2 out=$3
	shift 3
	"$CC" -O1 -g -Wall -Wextra -I"$host" -I"$here" -I"$ABILOCK_INCLUDE" -fvisibility=hidden \
		-DABILOCK_MODULE_NAME="\"$name\"" -o "$out" "src/$name.c" "$@" || exit 1
}

# shared HOST NAME OUT
shared() {
	compile "$@" -shared -fPIC -L"$1" -llife-host
}

# module NAME [DIR]: build src/NAME.c for host a
module() {
	mkdir -p "${2:-m}"
	shared a "$1" "${2:-m}/$1.so"
}

# life OUT ARGUMENT...: run host a; what it prints goes to OUT
life() {
	local out=$1
	shift
	./a/host "$@" >"$out" 2>&1
}

# says OUT LINE...: these lines are there, in this order
says() {
	awk 'NR == FNR { wanted[++n] = $0; next }
		at < n && index($0, wanted[at + 1]) { at++ }
		END { if (at < n) { print "missing: " wanted[at + 1]; exit 1 } }' \
		<(printf '%s\n' "${@:2}") "$1" || {
		cat "$1"
		return 1
	}
}

# silent OUT TEXT: it is nowhere
silent() {
	if grep -F -- "$2" "$1"; then return 1; fi
}

declare_host a $A
declare_host b $B
source_of emb_codec <<'EOS'
ABILOCK_TYPE("codec");
ABILOCK_PROVIDES("codec", "ulaw");
ABILOCK_ENTRY(.load = load_well);
EOS
compile a emb_codec emb_codec.o -c -fPIE -DABILOCK_EMBEDDED -DLIFE_QUIET
build_host a emb_codec.o
build_host b

# ---- a host with an embedded module, and dynamic ones ----

source_of res_base <<'EOS'
ABILOCK_DESCRIPTION("What all of them use");
ABILOCK_ENTRY(.load = load_well);
EOS
source_of res_timing_timerfd <<'EOS'
ABILOCK_PROVIDES("service", "timer", 200);
ABILOCK_ENTRY(.load = load_well);
EOS
source_of res_timing_pthread <<'EOS'
ABILOCK_PROVIDES("service", "timer", 100);
ABILOCK_ENTRY(.load = load_well);
EOS
source_of chan_sip <<'EOS'
ABILOCK_TYPE("channel");
ABILOCK_USES("module", "res_base");
ABILOCK_USES("service", "timer");
ABILOCK_USES("codec", "ulaw");
ABILOCK_CANUSE("module", "res_http");
ABILOCK_PROVIDES("channel", "SIP");
ABILOCK_ENTRY(.load = load_well, .available = tell_available);
EOS
source_of res_http <<'EOS'
ABILOCK_ENTRY(.load = load_well);
EOS
source_of app_dial <<'EOS'
ABILOCK_PROVIDES("application", "Dial");
ABILOCK_ENTRY(.load = load_well);
EOS
source_of func_plain <<'EOS'
ABILOCK_PROVIDES("function", "PLAIN");
EOS
for name in res_base res_timing_timerfd res_timing_pthread chan_sip res_http app_dial func_plain; do
	module $name
done
cp m/res_http.so .
rm m/res_http.so

cat >sip.conf <<'EOS'
[modules]
require=chan_sip
load=app_dial
EOS
life out --path m --conf sip.conf list start list
check "a required module is started with all that it uses, best provider and embedded module included" \
	says out "> start = 0" "- app_dial running file" "- chan_sip running" "- emb_codec running no file" \
	"- res_base running" "- res_timing_pthread known" "- res_timing_timerfd running"
check "all modules are mapped before the first is started" \
	says out "constructor res_base" "constructor chan_sip" "constructor app_dial" "load " "load chan_sip" "load app_dial"
check "a module starts behind those that it uses" says out "load res_base" "load chan_sip"
check "and behind its provider" says out "load res_timing_timerfd" "load chan_sip"
check "and behind what is embedded" says out "load emb_codec" "load chan_sip"
check "the log names what is loaded, and why" \
	says out "notice: loaded res_base: " "notice: loaded chan_sip: "
check "and where modules.conf says it" grep -q "loaded app_dial: .*sip.conf:3" out
check "before the start all modules are known and none is loaded" says out "- app_dial known" "7 modules" "> start"

life out --path m load:chan_sip.so load:chan-sip load:nothing state:chan_sip
check "a module is loaded by name, with .so behind it" says out "> load:chan_sip.so = 0"
check "a name may have - for _, and loading again is no error" says out "loaded as chan_sip" "loaded as chan_sip" "> load:chan-sip = 0"
check "its load() runs once" test "$(grep -c '^load chan_sip' out)" -eq 1
check "a module that there is not fails with its name" says out "> load:nothing = -1" "! nothing"

life out --path m load:func_plain state:func_plain
check "a module without an entry starts all the same" says out "> load:func_plain = 0" "func_plain is running"

mkdir -p other
life out --path m load:emb_codec state:emb_codec value:emb_codec=embedded value:emb_codec=provides
check "an embedded module is loaded without a file" says out "load emb_codec" "emb_codec is running" \
	"emb_codec.embedded: yes" "emb_codec.provides: codec=ulaw"
shared b emb_codec other/emb_codec.so
./b/host --path other load:emb_codec >out 2>&1
check "the same source is a module of a host without it" says out "constructor emb_codec" "load emb_codec" "> load:emb_codec = 0"
life out --path other load:emb_codec list
check "what is embedded hides the file of its name" says out "load emb_codec" "- emb_codec running no file" "1 modules"
check "and the file is not opened" silent out "constructor emb_codec"

# ---- by type, in phases, later ----

life out --path m type:channel type:codec type:nothing state:chan_sip
check "modules are loaded by type" says out "load chan_sip" "> type:channel = 0" "> type:codec = 0" "chan_sip is running"
check "a type without modules is no error" says out "> type:nothing = 0"

life out --path m --conf sip.conf map state:chan_sip init:channel state:chan_sip state:app_dial init state:app_dial
check "modules can be mapped first" says out "> map = 0" "chan_sip is loaded"
check "then started by type, with what they use" says out "load res_base" "load chan_sip" "> init:channel = 0" \
	"chan_sip is running" "app_dial is loaded"
check "and the rest later" says out "> init:channel = 0" "load app_dial" "> init = 0" "app_dial is running"
check "nothing is started twice" test "$(grep -c '^load res_base' out)" -eq 1

life out --path m load:chan_sip "sh:cp res_http.so m/" load:res_http
check "a module that is installed while the host runs is found when it is loaded" says out "> load:res_http = 0"
check "a running module is told that what it can use began" says out "load chan_sip" "load res_http" "chan_sip may use" "module res_http"
life out --path m load:res_http load:chan_sip
check "and is told of what began before it" says out "load res_http" "load chan_sip" "chan_sip may use" "module res_http"
life out --path m list "sh:rm m/res_http.so" rescan list load:res_http
check "one that is removed is forgotten" says out "- res_http known" "> rescan = 0" "7 modules" "> load:res_http = -1"

# ---- on demand ----

printf '[modules]\ndemandload=yes\n' >demand.conf
life out --path m --conf demand.conf request:service=timer@extensions.conf:12 request:service=timer request:service=none state:res_timing_pthread
check "what is asked for by capability is loaded, the best provider alone" \
	says out "provided by res_timing_timerfd" "> request:service=timer@extensions.conf:12 = 0" "res_timing_pthread is known"
check "the log says who asked" says out "loaded res_timing_timerfd: " 
check "with the reason that the host gave" grep -q "loaded res_timing_timerfd: .*service=timer.*(extensions.conf:12)" out
check "what nobody provides is no error" says out "> request:service=none = 1"
life out --path m --conf demand.conf request:module=res_http "sh:cp res_http.so m/" request:module=res_http "sh:rm m/res_http.so"
check "what is installed while the host runs is found when it is asked for" \
	says out "> request:module=res_http = 1" "provided by res_http" "> request:module=res_http = 0"
life out --path m request:service=timer load:res_timing_pthread request:service=timer
check "without demandload a request loads nothing, and says so" says out "> request:service=timer = -1" "demandload"
check "and finds what runs" says out "> load:res_timing_pthread = 0" "provided by res_timing_pthread"

source_of app_asks <<'EOS'
static int load(struct abilock_module *module)
{
	struct abilock_module *timer = NULL;

	life_say("load", abilock_module_name(module));
	if (abilock_modules_request(life_modules(), "service", "timer", "asks.conf:7", &timer) != 0) {
		abilock_module_fail(module, "no timer: %s", abilock_dlerror());
		return ABILOCK_LOAD_FAILURE;
	}
	if (abilock_modules_rescan(life_modules()) == 0)
		life_say("rescanned", "in load()");
	return ABILOCK_LOAD_SUCCESS;
}
ABILOCK_ENTRY(.load = load);
EOS
module app_asks asks
life out --path m:asks --conf demand.conf load:app_asks
check "load() may ask for more" says out "load app_asks" "load res_timing_timerfd" "> load:app_asks = 0"
check "and the log says which module asked" grep -q "app_asks asked for service=timer (asks.conf:7)" out
check "but it may not rescan" silent out "rescanned"

# ---- failures ----

source_of bad_card <<'EOS'
ABILOCK_PROVIDES("service", "card", 10);
ABILOCK_ENTRY(.load = load_badly);
EOS
source_of bad_silent <<'EOS'
ABILOCK_ENTRY(.load = load_silently);
EOS
source_of declines <<'EOS'
ABILOCK_ENTRY(.load = load_decline);
EOS
source_of uses_declined <<'EOS'
ABILOCK_USES("module", "declines");
ABILOCK_ENTRY(.load = load_well);
EOS
source_of uses_declined_too <<'EOS'
ABILOCK_USES("module", "declines");
ABILOCK_ENTRY(.load = load_well);
EOS
source_of uses_card <<'EOS'
ABILOCK_USES("service", "card");
ABILOCK_ENTRY(.load = load_well);
EOS
source_of second_card <<'EOS'
ABILOCK_PROVIDES("service", "card", 5);
ABILOCK_ENTRY(.load = load_well);
EOS
for name in bad_card bad_silent declines uses_declined uses_declined_too uses_card; do module $name f; done
life out --path f load:bad_card state:bad_card failure:bad_card load:bad_silent load:declines state:declines
check "a module that fails says why" says out "> load:bad_card = -1" "! " "bad_card is failed" "no card in slot 3"
check "one that says nothing is named" says out "> load:bad_silent = -1" "bad_silent: load() failed (-7)"
check "a module that declines is told from one that fails" says out "> load:declines = 1" "no configuration file" "declines is declined"
life out --path f load:uses_card state:uses_card load:bad_card
check "what a failed module is used by fails, with it as the cause" says out "> load:uses_card = -1" "no card in slot 3" "uses_card is failed"
check "a failed module is tried again when it is asked for again" test "$(grep -c '^load bad_card' out)" -eq 2

printf '[modules]\nload=uses_declined\nload=uses_declined_too\n' >declined.conf
life out --path f --conf declined.conf start state:uses_declined
check "dependents of a declined module decline, and do not start" says out "> start = 0" "uses_declined is declined"
check "in one line of the log" grep -q "declines: uses_declined, uses_declined_too" out
printf '[modules]\nrequire=uses_card\nload=declines\n' >required.conf
life out --path f --conf required.conf start
check "a required module that fails fails the start, with the chain of causes" \
	says out "> start = -1" "! " "uses_card" "no card in slot 3"
check "and its errors are in the log once" test "$(grep -c 'error: ' out)" -eq 1
printf '[modules]\nload=uses_card\nload=declines\n' >wanted.conf
life out --path f --conf wanted.conf start state:declines
check "one that is only wanted does not, and the others are tried" says out "> start = 0" "declines is declined"
module second_card f
life out --path f --conf required.conf start state:uses_card
check "where the best provider fails the next one serves" says out "load bad_card" "load second_card" "load uses_card" "> start = 0" "uses_card is running"

# ---- the lock and the checksum ----

shared b res_base b/res_base.so
source_of block_qcow <<'EOS'
ABILOCK_PROVIDES("format", "qcow");
ABILOCK_ENTRY(.load = load_well);
EOS
mkdir -p l
shared b block_qcow l/block_qcow.so
printf '[modules]\ndemandload=yes\n' >l.conf
life out --path l --conf l.conf load:block_qcow state:block_qcow why:format=qcow request:format=qcow
check "a module of another build is refused" says out "> load:block_qcow = -1" "LIFE_PRIVATE_bbbb" "block_qcow is failed"
check "before any of its code runs" silent out "constructor block_qcow"
check "and is the cause of what the host says about its feature" says out "? " "LIFE_PRIVATE_bbbb" "> why:format=qcow"
check "also of a request" says out "> request:format=qcow = -1"

mkdir -p c
cp m/res_base.so m/app_dial.so c/
"$VERSIONGEN" manifest c/res_base.so -o c/res_base.manifest
life out --path c load:res_base value:res_base=checksum
check "a module with its manifest is loaded" says out "> load:res_base = 0" "res_base.checksum: sha256:"
echo >>c/res_base.so
life out --path c load:res_base load:app_dial
check "one that is not the manifest's is refused, and says what to do" says out "> load:res_base = -1" "checksum"
check "before any of its code runs" silent out "constructor res_base"
check "the others are loaded" says out "> load:app_dial = 0"

mkdir -p r
cp m/res_base.so m/app_dial.so r/
shared b app_dial other.so
life out --path r list "sh:cp other.so r/new && mv r/new r/app_dial.so" load:app_dial
check "a file that was replaced since it was read is looked at again" says out "- app_dial known" "> load:app_dial = -1" "LIFE_PRIVATE_bbbb"
echo "no module" >r/broken.so
life out --path r load:broken state:res_base
check "a file that is none is known, and fails" says out "> load:broken = -1" "res_base is known"

source_of misnamed <<'EOS'
#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "other_name"
#include <abilock/module.h>
ABILOCK_ENTRY(.load = load_well);
EOS
mkdir -p n
shared a misnamed n/misnamed.so
life out --path n load:misnamed
check "a module whose entry has another name fails" says out "> load:misnamed = -1" "other_name"

# ---- what the admin forbids ----

printf '[modules]\nneverload=chan-sip\nneverload=res_timing_timerfd.so\ndemandload=yes\n' >never.conf
life out --path m --conf never.conf load:chan_sip type:channel request:channel=SIP request:module=chan_sip request:service=timer state:chan_sip failure:chan_sip
check "what neverload names is not loaded by hand" says out "> load:chan_sip = -1" "neverload" "never.conf:2"
check "nor by type" silent out "load chan_sip"
check "nor for what it provides" says out "> request:channel=SIP = " "provided by res_timing_pthread"
check "and says that it is blocked" says out "chan_sip is blocked" "never.conf:2"
check "no code of it runs" silent out "constructor chan_sip"
cat >never_used.conf <<'EOS'
[modules]
load=app_dial
neverload=res_base
[uses]
app_dial=res_base
EOS
life out --path m --conf never_used.conf start state:app_dial load:chan_sip
check "nor for what uses it, also per admin" says out "> start = 0" "app_dial is failed" "> load:chan_sip = -1" "neverload"
printf '[modules]\nload=chan_sip\n' >lifted.conf
life out --path m --conf never.conf close open:lifted.conf start load:chan_sip state:chan_sip load:app_dial
check "a ban holds when the modules are opened again" says out "> open:lifted.conf = 0" "> start = 0" \
	"> load:chan_sip = -1" "never.conf:2" "chan_sip is blocked" "> load:app_dial = 0"
check "and the load that it forbids is a note" grep -q "notice: .*chan_sip" out
printf '[modules]\nrequire=chan_sip\n' >required_banned.conf
life out --path m --conf never.conf close open:required_banned.conf
check "to require what was banned is an error with both places" says out "> open:required_banned.conf = -1" "required_banned.conf:2:1: chan_sip is required, and was banned by neverload at never.conf:2"

printf '[modules]\nrequire=app_dial\nneverload=app_dial\nnonsense=1\n' >wrong.conf
life out --path m --conf wrong.conf
check "what is wrong in modules.conf stops the host, with file and line" says out "error: wrong.conf:" "> open = -1" "! wrong.conf:"
life out --path m --conf missing.conf
check "so does a file that is missing" says out "> open = -1" "missing.conf"

# ---- directories ----

life out --path nowhere:m list
check "a directory that is missing is no error" says out "> open = 0" "7 modules"
check "and is nothing to warn of" silent out "warning"
mkdir -p t/${A#id:} t/${B#id:}
cp m/res_base.so t/${A#id:}/
cp l/block_qcow.so t/${B#id:}/
life out --path 't/{tag}' list load:res_base
check "{tag} stands for the tag of the running host" says out "- res_base known file" "2 modules" "> load:res_base = 0"
source_of arch_other <<'EOS'
ABILOCK_ARCH("s390x-softmmu");
ABILOCK_ENTRY(.load = load_well);
EOS
module arch_other arch
life out --path arch --arch x86_64-softmmu load:arch_other
check "a module for another target is refused" says out "> load:arch_other = -1" "s390x-softmmu"
life out --path arch load:arch_other
check "a host that has none takes any" says out "> load:arch_other = 0"
life out --path m complete:res- complete:x
check "names are completed" says out "completes to res_base" "completes to res_timing_pthread" "completes to res_timing_timerfd"

# ---- scope ----

source_of with_globals <<'EOS'
ABILOCK_EXPORT_GLOBALS();
ABILOCK_ENTRY(.load = load_well);
__attribute__((visibility("default"))) int life_shared = 1;
EOS
source_of without_globals <<'EOS'
ABILOCK_ENTRY(.load = load_well);
__attribute__((visibility("default"))) int life_own = 1;
EOS
module with_globals g
module without_globals g
life out --path g load:with_globals load:without_globals symbol:life_shared symbol:life_own
check "symbols of a module with export_globals are seen by all" says out "life_shared is global"
check "those of others are not" says out "life_own is not global"

# ---- constructors ----

source_of ctor_asks <<'EOS'
static __attribute__((constructor)) void ask(void)
{
	if (abilock_modules_load(life_modules(), "res_base", NULL) != 0)
		life_say("refused", abilock_dlerror());
}
ABILOCK_ENTRY(.load = load_well);
EOS
module ctor_asks x
cp m/res_base.so x/
life out --path x load:ctor_asks load:res_base
check "a constructor may load nothing, and is told so" says out "refused abilock_modules_load(): called from a constructor" "> load:ctor_asks = 0" "> load:res_base = 0"

# ---- two copies of libabilock ----

# A host with a copy in it that it does not export; modules find the shared library.
"$CC" -O1 -g "${host_flags[@]}" -o a/host_static "$here/life_host.c" a/host.c emb_codec.o -Ia \
	-I"$ABILOCK_INCLUDE" "$ABILOCK_LIB/libabilock.a" -ldl -pthread -rdynamic -fvisibility=hidden \
	-Wl,--version-script=a/host.map -Wl,-soname,liblife-host.so.1 || exit 1
mkdir -p two
shared a res_base two/res_base.so -L"$ABILOCK_LIB" -labilock -Wl,-rpath,"$ABILOCK_LIB"
shared a func_plain two/func_plain.so -L"$ABILOCK_LIB" -Wl,--no-as-needed -labilock -Wl,-rpath,"$ABILOCK_LIB"
./a/host_static --path two load:res_base state:res_base load:func_plain load:emb_codec >out 2>&1
check "a module whose entry went to another copy of libabilock fails" says out "> load:res_base = -1" \
	"another copy of libabilock" "libabilock.so" "libabilock.a" "res_base is failed"
check "one without an entry has none to lose, and the host's own copy serves its own modules" \
	says out "> load:func_plain = 0" "load emb_codec" "> load:emb_codec = 0"

source_of ctor_copies <<'EOS'
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
/* The first one opens a copy of itself, by a path of its own. */
static __attribute__((constructor)) void copy(void)
{
	const char *path = getenv("LIFE_COPY");

	if (path && strcmp(path, "done") != 0 && setenv("LIFE_COPY", "done", 1) == 0)
		life_say("copy", dlopen(path, RTLD_NOW | RTLD_LOCAL) ? "opened" : dlerror());
}
ABILOCK_ENTRY(.load = load_well);
EOS
module ctor_copies x
cp x/ctor_copies.so copy.so
LIFE_COPY=$PWD/copy.so life out --path x load:ctor_copies load:ctor_copies
check "a constructor that opens a copy of the module changes nothing" \
	says out "copy opened" "load ctor_copies" "> load:ctor_copies = 0" "> load:ctor_copies = 0"
check "and the module itself is started, once" test "$(grep -c '^load ctor_copies' out)" -eq 1

source_of names_more <<'EOS'
ABILOCK_ENTRY(.load = load_well);
static int load_other(struct abilock_module *module)
{
	(void)module;
	life_say("load", "the wrong one");
	return 0;
}
static const struct abilock_module_entry other = {
	.size = sizeof(other), .name = "res_base", .load = load_other};
static __attribute__((constructor)) void queue_other(void)
{
	abilock_module_register(&other);
}
EOS
module names_more x
life out --path x load:names_more load:res_base
check "an entry in the name of another module is not that module's" says out "load names_more" "load res_base"
check "and is not called" silent out "the wrong one"

source_of closes <<'EOS'
static int load(struct abilock_module *module)
{
	abilock_module_fail(module, "closed by itself");
	abilock_modules_close(life_modules());
	return ABILOCK_LOAD_FAILURE;
}
ABILOCK_ENTRY(.load = load);
EOS
source_of uses_closing <<'EOS'
ABILOCK_USES("module", "closes");
ABILOCK_ENTRY(.load = load_well);
EOS
module closes z
module uses_closing z
"$CC" -O1 -g "${host_flags[@]}" -o a/closed "$here/life_host.c" a/host.c emb_codec.o -Ia -DLIFE_NO_CLOSE \
	-I"$ABILOCK_INCLUDE" -L"$ABILOCK_LIB" -labilock -ldl -Wl,-rpath,"$ABILOCK_LIB" -rdynamic \
	-fvisibility=hidden -Wl,--version-script=a/host.map -Wl,-soname,liblife-host.so.1 || exit 1
./a/closed --path z load:uses_closing >out 2>&1
check "a module that closes all from its load() does not break the load that is under way" \
	says out "> load:uses_closing = -1" "closed by itself"

# ---- opened again ----

life out --path m load:chan_sip close open load:chan_sip state:chan_sip
check "what was started stays when the modules are closed, and is not started again" \
	says out "> close = 0" "> open = 0" "> load:chan_sip = 0" "chan_sip is running"
check "its load() ran once" test "$(grep -c '^load chan_sip' out)" -eq 1
life out --path m --flags 1 --host a/host list load:res_base value:emb_codec=embedded
check "what is opened to be inspected is not loaded" says out "7 modules" "> load:res_base = -1" "inspected" "emb_codec.embedded: yes"

finish
