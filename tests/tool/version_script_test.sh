#!/bin/bash
# SPDX-License-Identifier: MIT
# The language of version scripts as GNU ld has it: the same scripts are taken and refused, and
# each symbol gets the same version. DECLARATION_MATCH is what answers for us.
# shellcheck source=tests/tool/lib.sh
. "$(dirname "$0")/lib.sh"
: "${DECLARATION_MATCH:?path of declaration_match}" "${CC:=cc}"
cd "$dir" || exit 1

names=(a b c ab bc abc aab b_1 foo foo_bar foo_baz foobar bar baz global local extern
	a.b x1 x2 x3 x10 '_ZN3foo3barEi' '_ZN3foo3barEv' '_ZN3foo3bazEv' '_ZN3fooC1Ev' '_ZN3fooD1Ev'
	'_ZTV3foo' '_ZTI3foo' '_ZN2ns3foo3quxEPKc' '_Z3bari' '_Z3barv' '_ZN1aC2ERKS_'
	'_ZNSt6vectorIiSaIiEE9push_backERKi' '_ZlsRSoRK3foo' '_ZN3fooSsEv' '_ZN4java4lang6ObjectC1Ev')
for i in "${!names[@]}"; do
	printf 'void f%d(void) __asm__("%s");\nvoid f%d(void) { }\n' "$i" "${names[$i]}" "$i"
done >all.c
printf '%s\n' "${names[@]}" >names
check "the object is compiled" "$CC" -fPIC -c all.c -o all.o
if ! have ld.bfd || ! "$CC" -fuse-ld=bfd -shared -nostdlib all.o -o all.so 2>/dev/null; then
	skip "no GNU ld"
	finish
fi

# of_ld SCRIPT, of_us SCRIPT: the exported symbols with their versions, or `refused`
of_ld()
{
	if ! "$CC" -fuse-ld=bfd -shared -nostdlib -nostartfiles all.o "-Wl,--version-script=$1" \
		-o all.so >ld.log 2>&1; then
		echo refused
		return
	fi
	readelf --dyn-syms -W all.so | awk '$7 ~ /^[0-9]+$/ { print $8 }' | sort
}
of_us()
{
	if "$DECLARATION_MATCH" "$1" <names >us.log 2>us.err; then sort us.log; else echo refused; fi
}
# as_ld SENTENCE SCRIPT
as_ld()
{
	printf '%s\n' "$2" >script
	of_ld script >want
	of_us script >got
	same "$1" want got
}
# wider SENTENCE SCRIPT SCRIPT: we take the first, which ld does not, for the second
wider()
{
	printf '%s\n' "$2" >script
	of_us script >got
	of_ld script >want
	check "$1: ld refuses it" grep -qx refused want
	printf '%s\n' "$3" >script
	of_ld script >want
	same "$1" want got
}

# --- what ld takes

as_ld "an exact name is exported" 'A { global: a; local: *; };'
as_ld "what no entry names has no version" 'A { a; };'
as_ld "a star is a pattern" 'A { global: foo*; local: *; };'
as_ld "a question mark is one character" 'A { global: x?; local: *; };'
as_ld "brackets are a set" 'A { global: [a-c]; x[!1]; local: *; };'
as_ld "a backslash takes the meaning away" 'A { global: \a; a\*; \foo; local: *; };'
as_ld "a quoted name is no pattern" 'A { global: "a*"; "foo"; local: *; };'
as_ld "an exact name beats the pattern of a node before" 'A { foo*; }; B { foo_bar; };'
as_ld "an exact name beats the pattern of a node behind" 'A { foo_bar; }; B { foo*; };'
as_ld "of two exact names the first node has it" 'A { a; }; B { a; };'
as_ld "of two patterns the last node has it" 'A { foo*; }; B { foo_*; };'
as_ld "a global pattern beats a local one" 'A { local: foo*; }; B { global: foo_*; };'
as_ld "a local pattern beats a global star" 'A { global: *; local: foo*; };'
as_ld "a local name beats a global pattern" 'A { global: foo*; local: foo_bar; };'
as_ld "a local name in a node before beats a global one" 'A { local: foo_b*; foo; }; B { foo*; };'
as_ld "a global star beats a local one of another name" 'A { global: *; local: x*; };'
as_ld "the last star has the rest" 'A { *; }; B { *; };'
as_ld "a name both global and local in a node is global" 'A { global: a; local: a; *; };'
as_ld "a name twice in a node" 'A { global: a; a; local: *; };'
as_ld "an empty node" 'A { };'
as_ld "an anonymous script" '{ global: a; foo*; local: *; };'
as_ld "an anonymous script that is empty" '{ };'
as_ld "parents" 'A { a; }; B { b; } A; C { c; } A B;'
as_ld "keywords are names, too" 'A { global: global; local; extern; local: *; };'
as_ld "extern C" 'A { global: extern "C" { a; b; }; extern "C" { c }; local: *; };'
as_ld "extern C++ with an exact name" 'A { global: extern "C++" { "foo::bar(int)"; }; local: *; };'
as_ld "extern C++ with a pattern" 'A { global: extern "C++" { foo::*; }; local: *; };'
as_ld "extern C++ with what is not mangled" 'A { global: extern "C++" { a; foo*; }; local: *; };'
as_ld "extern C++ with a template" \
	'A { global: extern "C++" { "std::vector<int, std::allocator<int> >::push_back(int const&)"; }; local: *; };'
as_ld "extern C++ with an operator" 'A { global: extern "C++" { *operator*; vtable?for?foo; }; local: *; };'
as_ld "extern C++ in small letters" 'A { global: extern "c++" { foo::*; }; local: *; };'
as_ld "extern Java" 'A { global: extern "Java" { java.lang*; a; foo*; }; local: *; };'
as_ld "extern blocks inside each other" \
	'A { global: extern "C++" { foo::*; extern "C" { a; }; ns::*; }; local: *; };'
as_ld "extern C++ under local" 'A { global: *; local: extern "C++" { foo::*; }; };'
as_ld "a mangled name that C and C++ name" \
	'A { extern "C++" { "foo::bar(int)"; }; }; B { global: _ZN3foo3barEi; local: *; };'
as_ld "a name of C++ beats a pattern of C" \
	'A { global: _Z*; local: extern "C++" { "foo::bar(int)"; }; };'
as_ld "comments" $'# one\nA /* two */ { # three\n a; /* four\n five */ b; } /**/ ; # six'
as_ld "white space" $'A\n{global\t:\r\na;local :*;}\n;'
as_ld "a node with a dollar" '$A { a; };'
as_ld "a node with dots" '.A.1.2 { a; };'
as_ld "a node named as a keyword" 'include { a; }; B { b; } include;'
as_ld "odd characters of names" 'A { a.b; a-b; a!b; a^b; a]; $x; -x; local*; };'

# --- what ld refuses

while IFS= read -r script; do
	printf '%s\n' "$script" >script
	of_ld script >want
	check "ld refuses $script" grep -qx refused want
	of_us script >got
	check "so do we: $script" grep -qx refused got
done <<'END'
A { a };
A { a; b };
A { a; }
A { a;; };
A { ; };
A { a, b; };
A { a@B; };
A { a+b; };
A { a~b; };
A { a(b; };
A { a:b; };
A { :a; };
A { ::a; };
A { a/b; };
A { a; // comment
A { a; /* comment
A { a; } B;
A { a; } A;
A { a; } B; B { b; } A;
A { a; }; A { b; };
A { a; } ,;
A { a; } ; ;
A-B { a; };
A+B { a; };
A$ { a; };
A/B { a; };
{ a; }; B { b; };
B { b; }; { a; };
{ a; } B;
A { global: a; }; B { local: a; };
A { local: a*; }; B { global: a*; };
A { global: *; }; B { local: *; };
A { extern "D" { a; }; };
A { extern C { a; }; };
A { extern "C" { a; } };
A { extern "C" { a; } b; };
A { extern "C" { global: a; }; };
A { extern "C" a; };
END

# --- where we are stricter: ld drops a character and goes on, or takes what cannot be meant

while IFS= read -r script; do
	printf '%s\n' "$script" >script
	of_us script >got
	check "we refuse $script" grep -qx refused got
done <<'END'
9A { a; };
A { 9a; };
-A { a; };
A { @a; };
"A" { a; };
A { ""; };
A { ns::a; };
A { a; }; B { b; } A A;
END

# --- where we are wider

wider "global and local in any order" 'A { local: *; global: a; };' 'A { global: a; local: *; };'
wider "entries in front of a label" 'A { a; local: *; };' 'A { global: a; local: *; };'
wider "labels again" 'A { global: a; local: x*; global: b; local: *; };' \
	'A { global: a; b; local: x*; *; };'
wider "labels with nothing behind them" 'A { global: local: *; };' 'A { local: *; };'
wider "parents behind their children" 'B { b; } A; A { a; };' 'A { a; }; B { b; } A;'

# --- any script

pool=(a b ab abc foo foo_bar x1 'a*' '*b' '?' 'a?' '[ab]*' 'foo*' 'foo_*' '*bar' '*' '"foo"' '"a*"'
	'x[12]' 'x*' '\a' '_Z*' '_ZN3foo3barEi' 'extern "C++" { foo::*; }'
	'extern "C++" { "foo::bar(int)"; }' 'extern "C++" { *::b*; "foo::baz()"; }'
	'extern "C" { b*; foo; }' 'extern "Java" { a*; }')
RANDOM=4
entries()
{
	local i n=$((RANDOM % 4))
	((n > 0)) || return
	echo "$1:"
	for ((i = 0; i < n; i++)); do echo "${pool[RANDOM % ${#pool[@]}]};"; done
}
scripts=${VERSION_SCRIPTS:-120} different=0 accepted=0
for ((i = 0; i < scripts; i++)); do
	nodes=$((RANDOM % 4 + 1)) previous=
	for ((k = 0; k < nodes; k++)); do
		echo "N$k {"
		entries global
		entries local
		echo "} $previous;"
		previous="N$k"
	done >script
	of_ld script >want
	of_us script >got
	grep -qx refused want || accepted=$((accepted + 1))
	cmp -s want got && continue
	different=$((different + 1))
	cp script "different.$i"
	echo "# script $i:" && cat script && diff want got
done >random.log
check "ld takes some of $scripts scripts made at random" test "$accepted" -gt $((scripts / 4))
cat random.log
check "all give the same versions" test "$different" = 0
finish
