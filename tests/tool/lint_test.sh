#!/bin/bash
# SPDX-License-Identifier: MIT
# versiongen lint: each rule has a page, whose example it finds and whose mended form it does not;
# what --fix changes, and that it changes nothing for the linker.
#
#   lint_test.sh
#
# From the environment: VERSIONGEN (the tool), SOURCE_DIR (the tree), CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${SOURCE_DIR:?}" "${CC:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
tree=$(realpath "$SOURCE_DIR")
pages=$tree/docs/rules
cd "$dir" || exit 1

lint() { "$VERSIONGEN" lint "$@"; }

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

# rules_in ARGUMENT...: the rules that are reported, each once
rules_in() { lint "$@" | sed -n 's/^[^ ].*: \(error\|warning\): .* \[\([a-z-]*\)\]$/\2/p' | sort -u; }

finds() {
	local rule=$1

	shift
	rules_in "$@" | grep -qx -e "$rule" || {
		lint "$@"
		return 1
	}
}

# finds_only "RULE..." ARGUMENT...
finds_only() {
	local wanted=$1

	shift
	[[ $(rules_in "$@" | xargs) == "$wanted" ]] || {
		echo "wanted: $wanted"
		lint "$@"
		return 1
	}
}

# ---- pages ----

lint --list-rules >rules
mapfile -t rules < <(awk '{ print $1 }' rules)
[[ ${#rules[@]} -gt 30 ]] || not_ok "there are rules"

# Pages of other tools lie in the same folder.
pages_are_rules() {
	grep -lE '^(Error|Warning) of `versiongen lint`' "$1"/[a-z]*.md | sed 's,.*/,,; s,\.md$,,' |
		sort | diff - <(printf '%s\n' "${rules[@]}" | sort)
}

# page_agrees FOLDER RULE: title, level and summary are those of the tool
page_agrees() {
	local page=$1/$2.md level summary fix=''

	read -r level summary < <(awk -v id="$2" '$1 == id { $1 = ""; print }' rules)
	lint --explain "$2" | grep -q -e '--fix does it' && fix="; \`--fix\` mends it"
	diff <(printf '# %s\n\n%s of `versiongen lint`%s.\n\n%s.\n' "$2" "${level^}" "$fix" \
		"${summary^}") <(head -n 5 "$page")
}

index_is_new() { LC_ALL=C awk -f "$1/index.awk" "$1"/[a-z]*.md | diff - "$1/README.md"; }

# block FOLDER RULE HEADING KIND: a block of a page; KIND is what stands behind the ```
block() {
	awk -v heading="## $3" -v kind="$4" '
		/^## / { on = $0 == heading }
		on && /^```/ { inside = !inside; mine = inside && $0 == "```" kind; next }
		on && inside && mine' "$1/$2.md"
}

# fixture FOLDER RULE HEADING TO: the declaration and the header of a page
fixture() {
	rm -rf "$4"
	mkdir -p "$4/headers"
	block "$1" "$2" "$3" '' >"$4/foo.syms"
	block "$1" "$2" "$3" c >"$4/headers/foo.h"
}

arguments() {
	if [[ -s $1/headers/foo.h ]]; then
		printf -- '--public-headers\n%s/headers\n' "$1"
	fi
	echo "$1/foo.syms"
}

# example_is_found FOLDER RULE
example_is_found() {
	local words

	fixture "$1" "$2" Example example
	mapfile -t words < <(arguments example)
	[[ -s example/foo.syms ]] && finds "$2" "${words[@]}"
}

# What is mended has neither this error nor another one.
mended_is_clean() {
	local words

	fixture "$1" "$2" 'What to do' mended
	mapfile -t words < <(arguments mended)
	[[ -s mended/foo.syms ]] && status 0 lint "${words[@]}" && ! finds "$2" "${words[@]}" >/dev/null
}

check "each rule has a page, and each page a rule" pages_are_rules "$pages"
check "the index is made from the pages" index_is_new "$pages"
for rule in "${rules[@]}"; do
	check "$rule: the page has the tool's level and summary" page_agrees "$pages" "$rule"
	check "$rule: the page's example is found" example_is_found "$pages" "$rule"
	check "$rule: what the page writes instead is clean" mended_is_clean "$pages" "$rule"
done

cp -r "$pages" broken
rm broken/unsorted.md
check_not "a rule without a page is noticed" pages_are_rules broken
check_not "an old index is noticed" index_is_new broken
sed -i 's/^Error of/Warning of/' broken/syntax.md
check_not "a wrong level is noticed" page_agrees broken syntax
sed -i 's/foo, bar/foo; bar/' broken/syntax.md
check_not "an example that shows nothing is noticed" example_is_found broken syntax

# ---- what is compared ----

conditions_do_not_meet() {
	cat >c.syms <<-'EOF'
		FOO_1.0 {
		  global:
		    foo;      # if=WITH_FOO
		    bar;      # arch=x86_64|i386
		    baz;      # arch=!arm
		  local: *;
		};
		FOO_PRIVATE {
		  global:
		    bar;      # arch=arm
		    baz;      # arch=arm
		    foo;      # if=!WITH_FOO
		};
	EOF
	finds_only '' c.syms
}

conditions_meet() {
	sed 's/if=!WITH_FOO/if=WITH_BAR/; s/arch=arm$/arch=arm|i386/; s/arch=!arm$/arch=!mips/' c.syms >d.syms
	[[ $(lint d.syms | grep -c 'symbol-in-two-nodes') == 3 ]]
}

compat_is_no_default() {
	cat >e.syms <<-'EOF'
		FOO_1.0 {
		  global:
		    foo;      # compat
		    bar;
		  local: *;
		};
		FOO_1.1 { global: foo; } FOO_1.0;
		FOO_1.2 { global: bar; } FOO_1.1;
	EOF
	finds_only two-defaults e.syms && [[ $(lint e.syms | grep -c warning:) == 1 ]]
}

later_patterns_lose() {
	echo 'FOO_PRIVATE { global: foo_queue; }; FOO_1.0 { global: foo_*; local: *; };' >f.syms
	finds_only '' f.syms
}

apart_patterns_are_fine() {
	echo 'FOO_1 { global: foo_[a-c]*; local: *; }; BAR_1 { global: foo_[d-f]*; foo_?; };' >g.syms
	finds_only patterns-overlap g.syms || return
	sed -i 's/ foo_?;//' g.syms
	finds_only '' g.syms
}

own_declarations_are_clean() {
	local file

	for file in "$tree"/runtime/*.syms "$tree"/examples/*/*.syms; do
		finds_only '' "$file" || return
	done
}

many_are_fast() {
	awk 'BEGIN {
		print "FOO_1 { global:"
		for (i = 0; i < 100000; i++) print "foo_" i ";"
		print "local: *; }; FOO_2 { global: foo_x*;"
		for (i = 0; i < 2000; i++) print "bar_" i "_*;"
		print "} FOO_1;"
	}' >many.syms
	finds_only '' many.syms && timeout 10 "$VERSIONGEN" lint many.syms
}

check "entries that are never there together are not compared" conditions_do_not_meet
check "entries that may be there together are compared" conditions_meet
check "a symbol with one default and compat versions is fine" compat_is_no_default
check "a pattern behind the names is no finding" later_patterns_lose
check "patterns that share no name are no finding" apart_patterns_are_fine
check "the project's own declarations are clean" own_declarations_are_clean
check "100,000 names and 2,000 patterns take no time to speak of" many_are_fast

# ---- headers ----

headers_are_read() {
	mkdir -p inc/foo
	cat >h.syms <<-'EOF'
		FOO_1.0 { global: foo_open; foo_gone; foo_old; local: *; };
		FOO_1.1 { global: foo_seen; } FOO_1.0;
		FOO_PRIVATE { global: foo_a; foo_b; foo_c; foo_d; foo_e; foo_f; } FOO_1.1;
	EOF
	sed -i 's/foo_old; local/\nfoo_old; # compat\nlocal/' h.syms
	cat >inc/foo/foo.h <<-'EOF'
		#include <foo_a.h> /* foo_a */
		int foo_open(const char *s = "foo_b"); // foo_c
		# error don't use foo_d
		static const long n = 1'000;
		int x = 'x', foo_seen; /* foo_e
		foo_e */ int foo_e_is_another; int foo_f(void);
		int foo_f(void);
	EOF
	echo 'foo_a' >inc/foo/README
	lint --public-headers inc h.syms >found
	status 1 lint --public-headers inc h.syms >/dev/null || return
	cat >wanted <<-'EOF'
		h.syms:1:29: warning: no installed header names 'foo_gone', which is public [public-not-in-header]
		inc/foo/foo.h:6:36: error: an installed header names 'foo_f', which is private: FOO_PRIVATE, line 5 of h.syms [header-names-private]
	EOF
	grep '\[' found | diff wanted -
}

check "headers are read without comments, strings and names of files" headers_are_read
check "a folder without headers is an error" status 3 lint --public-headers broken h.syms

# ---- options, output, status ----

echo 'FOO_1.0 { global: foo; };' >warning.syms
echo 'FOO_1.0 { global: foo; local: *; } FOO_0.9;' >error.syms
check "warnings alone are status 0" status 0 lint warning.syms
check "an error is status 1" status 1 lint error.syms
check "--error-on warning makes warnings count" status 1 lint --error-on warning warning.syms
check "--error-on RULE makes one rule count" status 1 lint --error-on no-local warning.syms
check "--error-on another rule does not" status 0 lint --error-on no-parent warning.syms
check "--disable takes a rule away" finds_only '' --disable no-local warning.syms
check "--disable takes an error of the reader away" status 0 lint --disable unknown-parent error.syms
check "a file that cannot be read is status 3" status 3 lint missing.syms
check "no file is wrong usage" status 2 lint
check "an unknown rule is wrong usage" status 2 lint --disable foo warning.syms
check "an unknown format is wrong usage" status 2 lint --format xml warning.syms
check "--explain of an unknown rule is wrong usage" status 2 lint --explain foo
check "--explain names the page" grep -q docs/rules/no-local.md <(lint --explain no-local)

several_files() {
	lint missing.syms warning.syms error.syms >found 2>/dev/null
	[[ $? == 3 ]] && grep -q no-local found && grep -q unknown-parent found
}

text_has_the_line() {
	cat >wanted <<-'EOF'
		warning.syms:1:1: warning: no 'local: *': what no node lists is exported without a version [no-local]
		    1 | FOO_1.0 { global: foo; };
		      | ^~~~~~~
		      = write 'local: *;' at the end of the first node
		0 errors, 1 warning
	EOF
	lint warning.syms | diff wanted -
}

json_has_the_members() {
	lint --format json warning.syms >found
	cat >wanted <<-'EOF'
		{"format_version":1,"findings":[{"rule":"no-local","level":"warning","file":"warning.syms","line":1,"column":1,"message":"no 'local: *': what no node lists is exported without a version","fix":"write 'local: *;' at the end of the first node"}],"fixed":[],"errors":0,"warnings":1}
	EOF
	diff wanted found
}

stdin_is_read() {
	lint - <warning.syms | grep -q no-local && status 2 lint --fix - <warning.syms
}

check "what is wrong with one file does not hide the others" several_files
check "a finding has its line, a caret and what to do" text_has_the_line
check "the JSON form has the same" json_has_the_members
check "a declaration on stdin is read, not mended" stdin_is_read

# ---- fixes ----

cat >objects.c <<'EOF'
int foo, bar, baz, foo_1, foo_2, foo_3, foo_4, foo_5, other;
EOF
"$CC" -c -fPIC objects.c -o objects.o || not_ok "the fixture compiles"

# nodes_of LINKER SCRIPT: what the linker makes of it, in its order; fails where it refuses it
nodes_of() {
	"$CC" -shared -nostdlib "-fuse-ld=$1" "-Wl,--version-script=$2" objects.o -o linked.so 2>linker.log ||
		return
	readelf -W --dyn-syms linked.so | awk '$7 != "UND" && $8 { print $4, $5, $8 }' | sort
	readelf -W -V linked.so | grep -oE '(Flags|Parent|Name):? .*' | sed 's/Index: [0-9]*//' | sort
}

# fixes RULE LINKER: `before` becomes `after`, with nothing left to find, and nothing else changes
fixes() {
	local linker

	sed 's/^>//' >after
	cp before fixed.syms
	lint --fix fixed.syms >fix.log
	finds_only '' fixed.syms || return
	grep -q "^fixed.syms:[0-9]*: fixed \[$1\]$" fix.log || cat fix.log
	diff after fixed.syms || return
	nodes_of "$2" before >nodes_before || {
		cat linker.log
		return 1
	}
	nodes_of "$2" fixed.syms >nodes_after && diff nodes_before nodes_after || return
	# Those that refused it before take it now.
	for linker in bfd gold lld mold; do
		have "ld.$linker" || continue
		nodes_of "$linker" fixed.syms >/dev/null || return
	done
}

cat >before <<'EOF'
/* head */
FOO_1 {	# two
  global:
    foo;  bar; foo;   bar ;	baz;
    foo_1;
    /* why */ foo_2;
    foo_1;
    foo_3;  # data
    foo_3;  # data
  local: *;
};
EOF
check "--fix removes what is listed twice" fixes duplicate-symbol bfd <<'EOF'
/* head */
FOO_1 {	# two
  global:
    foo;  bar;    	baz;
    foo_1;
    /* why */ foo_2;
    foo_3;  # data
  local: *;
};
EOF

cat >before <<'EOF'
FOO_1 { global: foo; local: *; };
FOO_PRIVATE {
  global:
    # queue.h
    foo_3;	# data
    foo_2; /* why */
    foo_1;

    baz;
    bar;
    foo_5; foo_4;
};
EOF
check "--fix sorts each group of a private node" fixes unsorted bfd <<'EOF'
FOO_1 { global: foo; local: *; };
FOO_PRIVATE {
  global:
    # queue.h
    foo_1;
    foo_2; /* why */
    foo_3;	# data

    bar;
    baz;
    foo_5; foo_4;
};
EOF

cat >before <<'EOF'
FOO_1 {
  # what is hidden
  local:
    *;   # all
  global:
    foo;     # data
};
FOO_2 { global: bar; global: baz; } FOO_1;
FOO_3 {
    foo_1;   # data
  global:
    foo_2;
} FOO_2;
FOO_4 { local: other; global: foo_3; } FOO_3;
EOF
check "--fix puts the sections of a node into order" fixes section-order lld <<'EOF'
FOO_1 {
  # what is hidden
  global:
    foo;     # data
  local:
    *;   # all
};
FOO_2 { global: bar;  baz; } FOO_1;
FOO_3 {
    global: foo_1;   # data
    foo_2;
} FOO_2;
FOO_4 { global: foo_3; local: other; } FOO_3;
EOF

cat >before <<'EOF'
# Licence

# The third.
FOO_3 {
  global: baz;
} FOO_2; # three

/* The second. */
FOO_2 { global: bar; } FOO_1;

FOO_1 { global: foo; local: *; };
EOF
check "--fix puts parents above their children" fixes parent-order lld <<'EOF'
# Licence

FOO_1 { global: foo; local: *; };

/* The second. */
FOO_2 { global: bar; } FOO_1;

# The third.
FOO_3 {
  global: baz;
} FOO_2; # three
EOF

cat >before <<'EOF'
FOO_1 { global: foo_[!a-z]; local: *; };
EOF
check "--fix negates a set as all linkers do" fixes pattern-not-portable bfd <<'EOF'
FOO_1 { global: foo_[^a-z]; local: *; };
EOF

cat >before <<'EOF'
FOO_1 { global: foo; local: *; };
FOO_2 {
  global: bar;
  local: *;
} FOO_1;
FOO_3 { global: baz; local: other; *; } FOO_2;
EOF
check "--fix leaves one 'local: *'" fixes local-star-twice bfd <<'EOF'
FOO_1 { global: foo; local: *; };
FOO_2 {
  global: bar;
} FOO_1;
FOO_3 { global: baz; local: other;  } FOO_2;
EOF

# stays ARGUMENT...: --fix leaves `before` as it is
stays() {
	cp before fixed.syms
	lint --fix "$@" fixed.syms
	local found=$?
	diff before fixed.syms && [[ $found -lt 2 ]]
}

printf 'FOO_1 {\n  global:\n    foo; # data\n    foo; # was: foo_2\n  local: *;\n};\n' >before
check "a comment that says something else stays" stays
printf 'FOO_2 { global: foo; bar; } FOO_1;\nFOO_1 { global: foo; local: *; };\n' >before
check "nodes stay where their order decides" stays
printf 'FOO_1 { local: *; global: foo; # data\n bar; };\n' >before
check "sections that share a line with a comment stay" stays
printf 'FOO_1 { global: foo; local: *; };\nFOO_2 { local: *; } FOO_1;\n' >before
check "a node is not made an empty one" stays
printf 'FOO_1 { global: foo; foo; local: *; };\n' >before
check "what is disabled is not mended" stays --disable duplicate-symbol

printf 'FOO_1 {\n  global:\n    foo; # if=A\n    foo;\n    bar; # arch=x86_64\n    bar;\n  local: *;\n};\n' >before
check "an entry stays where the first one is for fewer builds" stays
printf 'FOO_1 {\n  global:\n    foo; # compat\n    foo;\n  local: *;\n};\n' >before
check "a default version stays beside one for old modules" stays
printf 'FOO_1 {\n  global: foo;\n  local: *; # if=A\n};\nFOO_2 { global: bar; local: *; } FOO_1;\n' >before
check "a 'local: *' stays where the first one is for fewer builds" stays
printf 'FOO_1 { global: foo; foo; local: *; } FOO_0;\n' >before
check "a file that the reader refuses stays" stays

unchanged_is_not_written() {
	printf 'FOO_1 { global: foo; local: *; };\n' >fixed.syms
	touch -d '2001-01-01' fixed.syms
	lint --fix fixed.syms && [[ $(stat -c %Y fixed.syms) == "$(date -d 2001-01-01 +%s)" ]]
}

shared_is_not_written() {
	printf 'foo;\n' >shared.list
	printf 'A { global: foo;\n include "shared.list"\n local: *; };\nB { global:\n include "./shared.list"\n};\n' >fixed.syms
	lint --fix fixed.syms
	[[ $(cat shared.list) == 'foo;' ]]
}
check "a list that is included twice is not mended" shared_is_not_written

includes_are_mended() {
	printf 'bar;\nfoo;\nbar;\n' >part.list
	printf 'FOO_1 { global: baz; local: *; };\nFOO_PRIVATE { global:\n include "part.list"\n};\n' >whole.syms
	cp whole.syms before
	lint --fix whole.syms && diff before whole.syms && diff part.list <(printf 'bar;\nfoo;\n')
}

mode_is_kept() {
	printf 'FOO_1 { global: foo; foo; local: *; };\n' >fixed.syms
	chmod 640 fixed.syms
	ln -sf fixed.syms link.syms
	lint --fix link.syms && [[ -L link.syms && $(stat -c %a fixed.syms) == 640 ]] &&
		grep -q 'global: foo; *local' fixed.syms
}

check "a file that needs no fix is not written" unchanged_is_not_written
check "an included file is mended as well" includes_are_mended
check "a mended file keeps its mode, and its link" mode_is_kept

# Whatever is mended must be what GNU ld made of it, in the examples of the pages too.
examples_link_alike() {
	local rule

	for rule in "${rules[@]}"; do
		fixture "$pages" "$rule" Example example
		cp example/foo.syms before
		nodes_of bfd before >nodes_before || continue
		cp before fixed.syms
		lint --fix fixed.syms >/dev/null
		nodes_of bfd fixed.syms >nodes_after && diff nodes_before nodes_after || {
			echo "$rule"
			return 1
		}
	done
}

check "--fix changes nothing for GNU ld in any example" examples_link_alike

finish
