#!/bin/bash
# SPDX-License-Identifier: MIT
# versiongen manifest with sources that are written for Asterisk.
# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317
: "${VERSIONGEN:?path of versiongen}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
[[ -z ${ABIMOD-} ]] || ABIMOD=$(realpath "$ABIMOD")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1

manifest() { "$VERSIONGEN" manifest "$@"; }

# says FILE TEXT...: each TEXT is in the file.
says() {
	local file=$1 text
	shift
	for text; do
		grep -qF -- "$text" "$file" || {
			echo "'$text' is not in:"
			cat "$file"
			return 1
		}
	done
}

# refused STATUS SOURCE TEXT...: that exit status, no output, and these texts on stderr.
refused() {
	local wanted=$1 status=0
	manifest "$2" -o refused.manifest >printed 2>err || status=$?
	[[ $status -eq $wanted && ! -s printed && ! -e refused.manifest ]] || {
		echo "exit status $status"
		cat printed err
		return 1
	}
	shift 2
	says err "$@"
}

# ---- one source ----

cat >func_pour.c <<'EOS'
/*** MODULEINFO
	<use type="module">app_spy</use> <use type="module">func_cut</use><use
		type="external">libwater</use>
	<support_level>core</support_level>
 ***/
/*** DOCUMENTATION
	<function name="POUR_&#72;OOK" language="en_US">
		<synopsis>Water &amp; more &lt;soon&gt;</synopsis>
	</function>
 ***/
static const char *const comment = "/*** MODULEINFO <use>not_me</use> ***/ // \" /*";
/* "It isn't" */
AST_MODULE_INFO(KEY, AST_MODFLAG_GLOBAL_SYMBOLS, "Wässer " "& \"more\"",
	.support_level = AST_MODULE_SUPPORT_CORE,
	.requires = "app_spy,func_uri",
);
EOS
cat >expected <<'EOS'
[module]
name=func_pour
description=Wässer & "more"
support_level=core
export_globals=yes

[uses]
module=app_spy
module=func_cut
module=func_uri

[provides]
function=POUR_HOOK
EOS
manifest func_pour.c >actual
same "a source is a manifest: entities, several elements a line, strings with signs of comments" \
	actual expected
check "it is written to a file" manifest func_pour.c -o func_pour.manifest
same "and the file is the same" func_pour.manifest expected
check "or into a directory" manifest func_pour.c --directory .
manifest func_pour.c --name func_other --embedded >actual
sed 's/^name=.*/name=func_other/;s/^export_globals=yes/&\nembedded=yes/' expected >renamed
same "the caller can give its name, and say that it is linked in" actual renamed

echo 'water' >mod_water.so
manifest func_pour.c --module mod_water.so >actual
check "the module's file gives the name and the checksum" says actual "name=mod_water" \
	"checksum=sha256:$(sha256sum mod_water.so | cut -d' ' -f1)"
manifest func_pour.c --module mod_water.so --no-checksum >actual
check_not "or the name alone" grep -q checksum actual

# ---- several sources of one module ----

mkdir pour
cat >pour/more.c <<'EOS'
/*** DOCUMENTATION <application name="Pour"/> ***/
EOS
cat >pour/pour_doc.xml <<'EOS'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE docs SYSTEM "appdocsxml.dtd">
<docs><configInfo name="pour"><configFile name="pour.conf"/></configInfo></docs>
EOS
manifest pour/more.c func_pour.c pour/pour_doc.xml >actual
check "several sources are one module, the one with the macro names it" says actual \
	name=func_pour application=Pour function=POUR_HOOK config=pour.conf
check "sources without the macro are refused" refused 1 pour/more.c \
	"pour/more.c:1:1: error: no module is described here" "is read from the built module: versiongen manifest NAME.so"

# ---- what is wrong ----

cat >broken.c <<'EOS'
/*** MODULEINFO
	<use type="module">a</use> <depend>b</use>
 ***/
/*** DOCUMENTATION
	<application language="en_US"/>
 ***/
AST_MODULE_INFO(KEY, AST_MODFLAG_DEFAULT, "Broken", .requires = list);
EOS
check "all errors are told, with their places in the source" refused 1 broken.c \
	"broken.c:2:40: error: the element 'depend' of line 2 is not closed here" \
	"broken.c:5:2: error: 'application' has no name" \
	"broken.c:7:65: error: the names of .requires are not known"
printf 'int a;\n/*** MODULEINFO\nAST_MODULE_INFO_STANDARD(KEY, "A");\n' >open.c
check "a comment that does not end is refused" refused 1 open.c \
	"open.c:2:1: error: the comment does not end"
printf '/*** MODULEINFO <use>water</use> ***/\nAST_MODULE_INFO_STANDARD(KEY, "A");\n' >untyped.c
check "a use without a type is refused where no other module is known" refused 1 untyped.c \
	"untyped.c:1:17: error: 'use' has no type: is 'water' a module or a library?"
for text in '"A"' '"A"\nint b;' ''; do
	printf '%b' "AST_MODULE_INFO_STANDARD(KEY, $text" >unclosed.c
	check "a macro that is not closed is refused" refused 1 unclosed.c \
		"unclosed.c:1:1: error: the parenthesis of the macro is not closed"
done
printf 'AST_MODULE_INFO_STANDARD(KEY, "a\\x1b[31m");\n' >escape.c
check "a control character in the description is refused" refused 1 escape.c "escape.c:1:31: error: " "not UTF-8 text"
printf 'AST_MODULE_INFO_STANDARD(KEY, "N\xff");\n' >bytes.c
check "a description that is not UTF-8 is refused" refused 1 bytes.c "bytes.c:1:31: error: " "no UTF-8"
printf '#if 1\nAST_MODULE_INFO_STANDARD(KEY, "A");\n#else\nAST_MODULE_INFO_STANDARD(KEY, "B");\n#endif\n' >choice.c
check "conditions are not evaluated: two macros are refused" refused 1 choice.c "choice.c:4:1: error: a second module"

describes() { [[ $(manifest shown.c | sed -n 's/^description=//p') == "$1" ]]; }
# shown SENTENCE DESCRIPTION: the source on stdin has it
shown() {
	cat >shown.c
	check "$1" describes "$2"
}
shown "what #if 0 leaves out is not read, whatever is in it" New <<'EOS'
#if 0
#ifdef X
#else
AST_MODULE_INFO_STANDARD(KEY, "Old");
#endif
don't read "this
#else
AST_MODULE_INFO_STANDARD(KEY, "New");
#endif
EOS
printf '\xef\xbb\xbf#if 0\nAST_MODULE_INFO_STANDARD(KEY, "Old");\n#endif\nAST_MODULE_INFO_STANDARD(KEY, "New");\n' |
	shown "a byte order mark is in nobody's way" New
shown "comments and strings with the macro in them are not read" 'New // not /* one' <<'EOS'
// AST_MODULE_INFO_STANDARD(KEY, "Old"); \
AST_MODULE_INFO_STANDARD(KEY, "Older");
/* AST_MODULE_INFO_STANDARD(KEY, "Old"); */
const char *s = "AST_MODULE_INFO_STANDARD(KEY, \"Old\");";
const char *t = "??/"; /* trigraphs are none, as for the compiler */
#define AST_MODULE_INFO_STANDARD(key, text) "Old"
AST_MODULE_INFO_STANDARD(KEY, "New // not /* one");
EOS
printf 'AST_MODULE_INFO_STANDARD(KEY, \\\r\n "One" \\\r\n " two");\r\n' |
	shown "lines may be joined, and end as on Windows" 'One two'
check "a source that is not there is an error" refused 3 nowhere.c nowhere.c

status_is() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	[[ $status -eq $wanted ]]
}
check "sources and built modules do not go together" \
	status_is 2 manifest func_pour.c mod_water.so
printf 'int a;\n' | "${CC:-cc}" -c -x c - -o part.o && ar rc part.a part.o
check "an archive is no module, and is called what it is" refused 3 part.a "a static library"
mkdir nothing
check "a directory without sources is an error" refused 3 nothing "no source with an AST_MODULE_INFO"
check "a device is none" refused 3 /dev/null "not a regular file"
check "options for sources are refused for built modules" \
	status_is 2 manifest mod_water.so --name water
check "the output is never a source" status_is 2 manifest func_pour.c -o func_pour.c

# ---- a tree ----

mkdir -p tree/apps/pour/deep tree/res/timer tree/.hidden tree/other/queue out
cp func_pour.c tree/apps/app_pour.c
cp pour/more.c tree/apps/pour/more.c
cat >tree/apps/app_pour_doc.xml <<'EOS'
<docs><manager name="PourNow"/></docs>
EOS
cat >tree/res/res_water.c <<'EOS'
/*** MODULEINFO <use>app_pour</use><use>libwater</use> ***/
AST_MODULE_INFO_STANDARD(KEY, "Water");
EOS
cp pour/more.c tree/other/queue/queue.c
for name in app_queue func_queue; do
	echo 'AST_MODULE_INFO_STANDARD(KEY, "Queue");' >tree/other/$name.c
done
ln -s ../res/res_water.c tree/apps/app_link.c
ln -s ../.. tree/res/loop
cp func_pour.c tree/.hidden/app_hidden.c
echo 'int main(void) { return "unfinished; }' >tree/other.c
check "a tree is read" manifest tree -d out
check "a module of it has the folder of its name, and the document beside it" says \
	out/app_pour.manifest name=app_pour application=Pour manager=PourNow function=POUR_HOOK
check "a use without a type is a module where one has the name" says out/res_water.manifest \
	module=app_pour
check_not "and nothing else" grep -q libwater out/res_water.manifest
manifest tree -d out 2>err
check "a folder that two modules could have is told, and given to none" says err \
	"tree/other/queue/queue.c:1:1: warning: several modules could have this folder"
(cd out && echo ./*) >actual
echo "./app_link.manifest ./app_pour.manifest ./app_queue.manifest ./func_queue.manifest" \
	"./res_water.manifest" >expected
same "links to files count, links to directories and hidden names do not" actual expected

cp tree/other/app_queue.c tree/res/app_queue.c
rm -f out/*
check_not "two modules of one name are refused" manifest tree -d out
check_not "and no manifest is written then" test -e out/res_water.manifest
rm tree/res/app_queue.c
cp broken.c tree/res/res_broken.c
check "a bad source in a tree is a finding" status_is 1 manifest tree -d out
check_not "and no manifest is written then either" test -e out/res_water.manifest
mkdir empty
check "a tree without modules is an error" status_is 3 manifest empty -d out
check "a name is for one module" status_is 2 manifest tree -d out --name x

# ---- what comes of it ----

if [[ ${ABIMOD-} && -x ${ABIMOD-} ]]; then
	rm -f tree/res/res_broken.c tree/apps/app_pour.c tree/.hidden/*
	mkdir modules
	for name in app_spy func_cut func_uri; do
		echo "AST_MODULE_INFO_STANDARD(KEY, \"$name\");" >"$name.c"
		manifest "$name.c" --embedded -d modules
	done
	manifest func_pour.c --embedded -d modules
	printf '[modules]\nload=func_pour\n' >modules.conf
	"$ABIMOD" plan --dir modules --conf modules.conf >actual 2>err || cat err
	check "a plan has the modules of such manifests" says actual func_pour app_spy func_cut func_uri
else
	skip "a plan of such manifests: no abimod"
fi
finish
