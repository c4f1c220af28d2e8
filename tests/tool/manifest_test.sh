#!/bin/bash
# SPDX-License-Identifier: MIT
# What a module says of itself: the macros in all the ways in which modules are built, the notes
# that they make, and `versiongen manifest`.
# From the environment: VERSIONGEN, ABILOCK_INCLUDE, ABILOCK_LIB, SOURCE_DIR, CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABILOCK_INCLUDE:?}" "${ABILOCK_LIB:?}" "${SOURCE_DIR:?}" "${CC:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABILOCK_LIB=$(realpath "$ABILOCK_LIB")
include=$(realpath "$ABILOCK_INCLUDE")
seed=$(realpath "$SOURCE_DIR")/tests/modules/seed/func_periodic_hook.manifest
case ${CC##*/} in
clang*) cxx=${CC/clang/clang++} ;;
*) cxx=${CC/gcc/g++} ;;
esac
cd "$dir" || exit 1
flags=(-Wall -Wextra -Wshadow -Wconversion -Werror -fPIC "-I$include" -I.)

# fails_with STATUS TEXT COMMAND...: the exit status, and a text on stderr
fails_with() {
	local status=$1 text=$2
	shift 2
	"$@" >out 2>err
	[[ $? -eq $status ]] && grep -qF -- "$text" err && return
	cat err
	return 1
}

# ---- the macros ----

cat >chan_sip.c <<'END'
#define ABILOCK_MODULE_NAME "chan_sip"
#include <abilock/module.h>

ABILOCK_DESCRIPTION("Session Initiation Protocol; \"SIP\", in a text that is longer than the "
		    "alignment of any variable would be, \xc3\xa4");
ABILOCK_TYPE("channel");
ABILOCK_SUPPORT_LEVEL("deprecated");
ABILOCK_DEPRECATED("17", "21", "chan_pjsip");
ABILOCK_LOAD_PRIORITY("channel_driver");
ABILOCK_EXPORT_GLOBALS();
ABILOCK_LICENCE("MIT");
ABILOCK_ARCH("any");
ABILOCK_CONFIG("sip_notify.conf");
ABILOCK_CONFIG("sip.conf");
ABILOCK_USES("module", "res_rtp.so");
ABILOCK_USES("function", "CHANNEL");
ABILOCK_CANUSE("module", "res_http_websocket");
ABILOCK_WILLUSE("module", "chan_sip_more");
#define BEST 200
ABILOCK_PROVIDES("service", "timer", BEST);
ABILOCK_PROVIDES("service", "slow", -5);
ABILOCK_PROVIDES("channel", "SIP");

static int load_module(struct abilock_module *module)
{
	(void)module;
	return ABILOCK_LOAD_SUCCESS;
}
ABILOCK_ENTRY(.load = load_module);
END
cat >more.c <<'END'
#define ABILOCK_MODULE_NAME "chan_sip"
#include <abilock/module.h>
ABILOCK_USES("module", "a_second_source");
ABILOCK_USES("module", "res_rtp");
ABILOCK_TYPE("channel");
END
cat >expected <<'END'
[module]
name=chan_sip
description=Session Initiation Protocol; "SIP", in a text that is longer than the alignment of any variable would be, ä
type=channel
support_level=deprecated
deprecated_in=17
removed_in=21
replacement=chan_pjsip
load_priority=channel_driver
export_globals=yes
licence=MIT
arch=any
config=sip.conf
config=sip_notify.conf

[uses]
function=CHANNEL
module=a_second_source
module=res_rtp

[canuse]
module=res_http_websocket

[willuse]
module=chan_sip_more

[provides]
channel=SIP
service=slow:-5
service=timer:200
END

# says_it COMPILER FLAG...: a module of two sources has the manifest that is expected
says_it() {
	local compiler=$1
	shift
	rm -f chan_sip.so got
	"$compiler" "${flags[@]}" "$@" -shared -o chan_sip.so chan_sip.c more.c || return 1
	"$VERSIONGEN" manifest --no-checksum -o got chan_sip.so && diff expected got
}

check "a module says what it is" says_it "$CC" -O0
check "it does when it is optimised" says_it "$CC" -O2 -g
check "it does with link-time optimisation" says_it "$CC" -O2 -flto
check "it does when sections are collected" says_it "$CC" -O2 -ffunction-sections -fdata-sections \
	-Wl,--gc-sections
check "it does with both" says_it "$CC" -O2 -flto -ffunction-sections -fdata-sections \
	-Wl,--gc-sections
check "it does under AddressSanitizer" says_it "$CC" -O1 -fsanitize=address
check "it does in C99 without extensions" says_it "$CC" -std=c99 -pedantic
if have "$cxx"; then
	for standard in c++11 c++17 c++20; do
		check "it does in $standard" says_it "$cxx" -x c++ -std=$standard -O2
	done
	check "it does in C++ with link-time optimisation" says_it "$cxx" -x c++ -std=c++20 -O2 -flto
	check "it does in C++ under AddressSanitizer" says_it "$cxx" -x c++ -std=c++20 -fsanitize=address
else
	skip "C++: no $cxx"
fi
for linker in bfd gold lld mold; do
	if have ld.$linker || have $linker; then
		check "it does with $linker" says_it "$CC" -O1 -fuse-ld=$linker -Wl,--gc-sections
	else
		skip "$linker is not installed"
	fi
done

check "a module for stripping is built" says_it "$CC" -O2
"$VERSIONGEN" manifest -o before chan_sip.so
strip chan_sip.so
check "strip keeps what it says" "$VERSIONGEN" manifest --no-checksum -o got chan_sip.so
same "all of it" expected got
check "the checksum is that of the file" test "$("$VERSIONGEN" manifest chan_sip.so |
	sed -n 's/^checksum=sha256://p')" = "$(sha256sum chan_sip.so | cut -d' ' -f1)"
"$VERSIONGEN" manifest -o after chan_sip.so
check "another file has another checksum" test "$(grep -c '^[<>] checksum' <(diff before after))" = 2

echo '#include <abilock/module.h>
ABILOCK_TYPE("x");' >unnamed.c
check "a module without a name does not compile, and says what is missing" \
	fails_with 1 "define ABILOCK_MODULE_NAME" "$CC" "${flags[@]}" -c unnamed.c
echo '#include <abilock/module.h>
static int l(struct abilock_module *module) { (void)module; return 0; }
ABILOCK_ENTRY(.load = l);' >unnamed.c
check "nor does an entry without a name" \
	fails_with 1 "define ABILOCK_MODULE_NAME" "$CC" "${flags[@]}" -c unnamed.c
printf '%s\n' '#include <abilock/module.h>' '#define ABILOCK_MODULE_NAME "late"' \
	'#include <abilock/module.h>' 'ABILOCK_TYPE("x");' >late.c
check "the name may come in front of a second inclusion" "$CC" "${flags[@]}" -shared -o late.so late.c
check "and counts" grep -qx name=late <("$VERSIONGEN" manifest late.so)

# ---- the first example ----

cat >func_periodic_hook.c <<'END'
#define ABILOCK_MODULE_NAME "func_periodic_hook"
#include <abilock/module.h>
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_EXPORT_GLOBALS();
ABILOCK_USES("module", "func_uri");
ABILOCK_USES("module", "func_cut");
ABILOCK_USES("module", "app_chanspy");
ABILOCK_USES("module", "func_groupcount");
ABILOCK_PROVIDES("function", "PERIODIC_HOOK");
END
"$CC" "${flags[@]}" -shared -o func_periodic_hook.so func_periodic_hook.c
"$VERSIONGEN" manifest --no-checksum func_periodic_hook.so >got
same "the first example of the format comes from a source" <(grep -v ^checksum= "$seed") got

# ---- module and part of the host from one source ----

printf 'HOST_PRIVATE { global: host_log; };\nHOST_1.0 { global: host_name; };\n' >host.syms
"$VERSIONGEN" header --tag id:1 --soname libhost.so.1 -o host_abi.h host.syms || exit 1
"$VERSIONGEN" stub --tag id:1 --soname libhost.so.1 -o libhost.so host.syms || exit 1
for name in timer log; do
	cat >$name.c <<END
#define ABILOCK_MODULE_NAME "res_$name"
#include "host_abi.h"
#include <abilock/module.h>
ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_PROVIDES("service", "$name");
static int load_module(struct abilock_module *module)
{
	(void)module;
	return 7;
}
ABILOCK_ENTRY(.load = load_module);
END
done
cat >host.c <<'END'
#include "host_abi.h"
#include <abilock/module.h>
#include <dlfcn.h>
#include <stdio.h>
ABILOCK_HOST();
const char host_name[] = "host";
void host_log(void);
void host_log(void)
{
}
/* In place of the manager. */
void abilock_module_register(const struct abilock_module_entry *entry)
{
	printf("%s %d %d\n", entry->name, entry->load(NULL), entry->size == sizeof(*entry));
}
int main(int argc, char **argv)
{
	return argc > 1 && !dlopen(argv[1], RTLD_NOW) ? puts(dlerror()) : 0;
}
END
pedantic=(-Wpedantic -std=gnu17)
check "a module with its lock compiles" "$CC" "${flags[@]}" "${pedantic[@]}" -shared -o res_timer.so timer.c -L. -lhost
check "the same source compiles as a part of the host" \
	"$CC" "${flags[@]}" "${pedantic[@]}" -DABILOCK_EMBEDDED -c timer.c
check "so does another one" "$CC" "${flags[@]}" "${pedantic[@]}" -DABILOCK_EMBEDDED -O2 -c log.c
check "the host links with both" "$CC" "${flags[@]}" -rdynamic -o host host.c timer.o log.o -ldl
./host | sort >got
same "their entries are registered" <(printf 'res_log 7 1\nres_timer 7 1\n') got
"$CC" "${flags[@]}" -rdynamic -o plain host.c -ldl
# The stub has no code: only the note of the module counts here.
"$CC" "${flags[@]}" -DABILOCK_EMBEDDED -shared -o unlocked.so timer.c
check "that of a module is registered when it is opened" grep -qx 'res_timer 7 1' <(./plain ./unlocked.so)
check "the host with modules has a manifest for each" "$VERSIONGEN" manifest --directory . host
same "one says that it is embedded" res_timer.manifest \
	<(printf '[module]\nname=res_timer\nembedded=yes\n\n[provides]\nservice=timer\n')
same "and so does the other" res_log.manifest \
	<(printf '[module]\nname=res_log\nembedded=yes\n\n[provides]\nservice=log\n')
"$VERSIONGEN" manifest --no-checksum res_timer.so >got
same "a module with its lock says the same, but that" got \
	<(printf '[module]\nname=res_timer\n\n[provides]\nservice=timer\n')
if have "$cxx"; then
	check "the part of the host is C++ as well" "$cxx" "${flags[@]}" -x c++ -DABILOCK_EMBEDDED -c -o timer_cxx.o timer.c
fi

printf '#include "host_abi.h"\nABILOCK_MODULE("old", PRIVATE);\n' >old.c
"$CC" "${flags[@]}" -shared -o old.so old.c -L. -lhost
"$VERSIONGEN" manifest --no-checksum old.so >got
same "a module that has its lock alone is known by its name" <(printf '[module]\nname=old\n') got

# ---- wrong inputs ----

cp chan_sip.so other.so
check "a file of another name is refused, with a way out" \
	fails_with 3 "call the file chan_sip.so" "$VERSIONGEN" manifest other.so
cp chan_sip.so chan_sip.so.1
check "so is one that no loader would find" \
	fails_with 3 "has to be called chan_sip.so" "$VERSIONGEN" manifest chan_sip.so.1
cp chan_sip.so chan-sip.so
check "a dash is an underscore" "$VERSIONGEN" manifest chan-sip.so
check "two manifests do not go into one output" \
	fails_with 2 "--directory" "$VERSIONGEN" manifest -o got host
check "nor do they with two operands" \
	fails_with 2 "--directory" "$VERSIONGEN" manifest late.so res_timer.so
check "two modules of one name are refused" \
	fails_with 2 "is in chan_sip.so as well" "$VERSIONGEN" manifest -d . chan_sip.so chan-sip.so
check "two ways of output are refused" \
	fails_with 2 "--directory" "$VERSIONGEN" manifest -d . -o x chan_sip.so
check "the module is not overwritten" \
	fails_with 2 "the input itself" "$VERSIONGEN" manifest -o chan_sip.so chan_sip.so
check "a host without modules is told from a module" \
	fails_with 3 "a host without embedded modules" "$VERSIONGEN" manifest plain
check "a library that says nothing is no module" \
	fails_with 3 "it says nothing of a module" "$VERSIONGEN" manifest libhost.so
check "a file that is missing is told" fails_with 3 "No such file" "$VERSIONGEN" manifest missing.so
mkdir out.d
check "of several files all that are wrong are told" \
	fails_with 3 "missing.so" "$VERSIONGEN" manifest -d out.d missing.so other.so chan_sip.so
check "the second as well" grep -q other.so err
check "and nothing is written" test -z "$(ls out.d)"

# refused SENTENCE TEXT LINE...: a module with these lines has no manifest
refused() {
	local sentence=$1 text=$2
	shift 2
	printf '%s\n' '#define ABILOCK_MODULE_NAME "bad"' '#include <abilock/module.h>' "$@" >bad.c
	"$CC" "${flags[@]}" -shared -o bad.so bad.c || not_ok "$sentence (it does not compile)"
	check "$sentence" fails_with 3 "$text" "$VERSIONGEN" manifest bad.so
}
refused "a support level that does not exist is refused" "support_level=best: it is one of" \
	'ABILOCK_SUPPORT_LEVEL("best");'
refused "two descriptions are refused" 'it is "a" already' \
	'ABILOCK_DESCRIPTION("a");' 'ABILOCK_DESCRIPTION("b");'
refused "a priority beyond 255 is refused" "load_priority=256" 'ABILOCK_LOAD_PRIORITY("256");'
refused "a provider without a name is refused" "the name is empty" 'ABILOCK_PROVIDES("a", "");'
refused "a type of two words is refused" "one word" 'ABILOCK_USES("a b", "c");'
refused "a path as a module is refused" "slash" 'ABILOCK_USES("module", "./c");'
refused "a priority of a provider has 32 bits" "32 bits" 'ABILOCK_PROVIDES("a", "b", 2147483648);'
refused "a priority that the compiler has not seen as a number is refused" "32 bits" \
	'ABILOCK_PROVIDES("a", "b", BEST);'
refused "one thing with two priorities is refused" "with two priorities" \
	'ABILOCK_PROVIDES("a", "b", 1);' 'ABILOCK_PROVIDES("a", "b", 2);'
refused "text that is not UTF-8 is refused" "UTF-8" 'ABILOCK_LICENCE("\xff");'
refused "a name with a slash is refused" "slash" '#undef ABILOCK_MODULE_NAME' \
	'#define ABILOCK_MODULE_NAME "a/b"' 'ABILOCK_TYPE("x");'
refused "a lock with another name is refused" "build all of a module with one ABILOCK_MODULE_NAME" \
	'#include "host_abi.h"' 'ABILOCK_MODULE("good", PUBLIC);' 'ABILOCK_TYPE("x");'
refused "two names in one module are refused" "build all of a module with one ABILOCK_MODULE_NAME" \
	'#include "host_abi.h"' 'ABILOCK_MODULE("bad", PUBLIC);' 'ABILOCK_TYPE("x");' \
	'#undef ABILOCK_MODULE_NAME' '#define ABILOCK_MODULE_NAME "good"' 'ABILOCK_TYPE("x");'

# note LINE...: a module whose note has these bytes
note() {
	{
		printf '%s\n' '.section .note.abilock,"a",%note' '.balign 4' '.long 8, 2f - 1f, 2' \
			'.asciz "abilock"' '1:'
		printf '%s\n' "$@"
		printf '%s\n' '2:' '.balign 4' '.section .note.GNU-stack,"",%progbits'
	} >note.s
	"$CC" -shared -nostdlib -o bad.so note.s
}
damaged() {
	local sentence=$1 text=$2
	shift 2
	note "$@"
	check "$sentence" fails_with 3 "$text" "$VERSIONGEN" manifest bad.so
}
damaged "a note that does not begin with a name is damaged" "name=" '.asciz "type=x"'
damaged "an empty note is damaged" "does not end"
damaged "a note without a NUL at its end is damaged" "does not end" '.ascii "name=bad"'
damaged "a string without an equal sign is damaged" "not key=value" '.asciz "name=bad", "type"'
damaged "a string without a key is damaged" "not key=value" '.asciz "name=bad", "=x"'
damaged "an empty name is damaged" "is empty" '.asciz "name=", "type=x"'
damaged "a module cannot know its checksum" "cannot say this" \
	'.asciz "name=bad", "checksum=844c2153257936cc25d8b32760780c7b"'
damaged "a key that no manifest can have is damaged" "no key of a manifest" '.asciz "name=bad", "a b=c"'
note '.asciz "name=bad", "", "colour=blue", "\0\0"'
"$VERSIONGEN" manifest --no-checksum bad.so >got
same "an unknown key is kept, padding is not" <(printf '[module]\nname=bad\ncolour=blue\n') got
note '.asciz "name=bad"'
"$VERSIONGEN" manifest --no-checksum bad.so >got
same "a note with the name alone is a module" <(printf '[module]\nname=bad\n') got

# ---- libcrypto ----

readelf -p .note.dlopen "$ABILOCK_LIB"/libabilock.so.1 >got
check "libabilock says that it would open libcrypto" grep -qF '"soname":["libcrypto.so.3"' got
check_not "it does not need it" grep -q 'NEEDED.*libcrypto' <(readelf -d "$ABILOCK_LIB"/libabilock.so.1)
if [[ -n ${HOST_FLAGS-} ]]; then
	skip "no libcrypto: the sanitizer has dlopen() of its own"
else
	cat >without.c <<'END'
#include <dlfcn.h>
#include <string.h>
void *dlopen(const char *file, int flags)
{
	void *(*real)(const char *, int);
	*(void **)&real = dlsym(RTLD_NEXT, "dlopen");
	return file && strstr(file, "libcrypto") ? NULL : real(file, flags);
}
END
	"$CC" -D_GNU_SOURCE -shared -fPIC -o without.so without.c -ldl
	check "without libcrypto a checksum fails, and says what to install" fails_with 3 libcrypto.so.3 \
		env LD_PRELOAD=./without.so "$VERSIONGEN" manifest late.so
	check "a manifest without one does not need it" \
		env LD_PRELOAD=./without.so "$VERSIONGEN" manifest --no-checksum late.so
fi

finish
