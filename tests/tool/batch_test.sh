#!/bin/bash
# SPDX-License-Identifier: MIT
# Many files in one run: the order of answers, threads, directories, names on the standard input,
# damaged files among good ones, progress on a terminal. ABIAUDIT is the tool's path.
: "${ABIAUDIT:?path of abiaudit}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1

# A folder with libraries, other files, a link, and a folder in it.
mkdir -p tree/sub/deep other
mapfile -t libraries < <(
	find /lib/x86_64-linux-gnu/ /usr/lib/ -maxdepth 3 -type f -name '*.so.*' -size -2000k 2>/dev/null |
		sort -u | head -n 120
)
n=0
for file in "${libraries[@]}"; do
	n=$((n + 1))
	cp "$file" "tree/$(printf 'l%03d.so' "$n")"
done
for n in 001 002 003; do
	mv "tree/l$n.so" tree/sub/
done
mv tree/l004.so tree/sub/deep/
mv tree/l005.so other/
ln -s ../other/l005.so tree/link.so
ln -s ../other tree/folder
echo "no ELF file" >tree/readme.txt
: >tree/empty
printf '!<arch>\n' >tree/static.a
find tree -type f -name '*.so' | sort >names

# status WANT COMMAND...: the command's exit status
status() {
	local want=$1 got=0
	shift
	"$@" >/dev/null 2>&1 || got=$?
	[[ $got -eq $want ]] || { echo "exit status $got, expected $want: $*"; return 1; }
}

# ---- order ----

while read -r name; do
	printf '\nFile: %s\n' "$name"
	"$ABIAUDIT" list --all "$name"
done <names >one-by-one
"$ABIAUDIT" list --all <names >batch
same "names on the standard input are answered one after the other" batch one-by-one
tr '\n' '\0' <names | "$ABIAUDIT" list --all -0 >nul
same "names may end in NUL" nul one-by-one
for jobs in 2 3 16 0; do
	"$ABIAUDIT" list --all --jobs "$jobs" <names >threads
	same "with --jobs $jobs the answers keep their order" threads one-by-one
done
for i in 1 2 3 4 5 6 7 8 9; do cat names; done >nine-times
"$ABIAUDIT" list --all <nine-times >batch
"$ABIAUDIT" list --all -j 4 <nine-times >threads
same "and so they do for a thousand names" threads batch
check "--jobs wants a number" status 2 "$ABIAUDIT" list -j two tree/l010.so
check "an empty --jobs is refused" status 2 "$ABIAUDIT" list -j '' tree/l010.so

# ---- directories ----

"$ABIAUDIT" list --all --recursive tree 2>err >recursive
grep '^File: ' recursive | sed 's/^File: //' | sort >got
same "--recursive finds each library below a folder, and follows no links" got names
check "what is no ELF file is passed over in silence" test ! -s err
"$ABIAUDIT" list --all --recursive -j 4 tree >threads
same "with threads it finds the same in the same order" threads recursive
ln -s tree way
"$ABIAUDIT" list --all --recursive way >linked
sed 's,^File: tree/,File: way/,' recursive >want
same "a link to a folder that is named stands for the folder" linked want
check "a folder without --recursive is an error" status 3 "$ABIAUDIT" list tree
"$ABIAUDIT" list tree 2>err || true
check "which names the option" grep -qF 'tree: a directory: with --recursive' err
check "a text file that was named is an error" status 3 "$ABIAUDIT" list -r tree/readme.txt
check "so is a folder that is not there" status 3 "$ABIAUDIT" list -r nowhere

cp tree/l010.so $'other/odd\e[31m\nname.so'
"$ABIAUDIT" list --nodes -r other >odd
check "the name of a file does not steer the terminal" grep -qxF 'File: other/odd?[31m?name.so' odd
check_not "nor does it bring a byte of its own" grep -qF $'\e' odd
rm other/odd*

# ---- damage ----

head -c 3000 tree/l010.so >tree/l010b.so
find tree -type f -name '*.so' | sort >names
for jobs in 1 4; do
	code=0
	"$ABIAUDIT" list --all -j "$jobs" <names >out 2>err || code=$?
	same "a damaged file does not stop the others (-j $jobs)" out <(
		while read -r name; do
			[[ $name == tree/l010b.so ]] && continue
			printf '\nFile: %s\n' "$name"
			"$ABIAUDIT" list --all "$name"
		done <names
	)
	check "its exit status is 3 (-j $jobs)" test "$code" -eq 3
	check "and one line names the damaged file (-j $jobs)" \
		grep -qE '^abiaudit: tree/l010b\.so: ' err
	check "nothing else is said (-j $jobs)" test "$(wc -l <err)" -eq 1
done
"$ABIAUDIT" list --all -j 4 tree/l010.so tree/l010b.so tree/l011.so >mixed 2>&1
sed -n '/^abiaudit: tree.l010b/,$p' mixed | grep -q 'File: tree/l011.so' &&
	! sed -n '1,/^abiaudit: tree.l010b/p' mixed | grep -q 'File: tree/l011.so'
check "the error stands where the file's answer would" test $? -eq 0

# ---- names with control characters ----

odd=$'odd\e[2J\nFile: x.so'
cp tree/l010.so "$odd"
"$ABIAUDIT" list --needs "$odd" tree/l011.so | grep '^File: ' >got
printf '%s\n' 'File: odd?[2J?File: x.so' 'File: tree/l011.so' >want
same "a file's name steers no terminal and makes no line of its own" got want
echo text >"$odd"
"$ABIAUDIT" list --needs "$odd" 2>got
printf 'abiaudit: odd?[2J?File: x.so: not an ELF file, but text\n' >want
same "nor does it in an error" got want

# ---- a terminal ----

if have script; then
	for i in $(seq 200); do cat names; done >many
	script -qec "'$ABIAUDIT' list --all <many >/dev/null" /dev/null >terminal 2>&1 </dev/null
	check "progress is shown on a terminal" grep -qE '[0-9]+ of [0-9]+ files' terminal
	"$ABIAUDIT" list --all <many >/dev/null 2>err
	script -qec "'$ABIAUDIT' list tree/l010.so >/dev/null" /dev/null >terminal 2>&1 </dev/null
	check "but not for one file" test ! -s terminal
	check "and nowhere else" test "$(grep -c 'files' err)" -eq 0
else
	skip "no script command: progress on a terminal"
fi
for jobs in 1 4; do
	"$ABIAUDIT" list --all -j "$jobs" nowhere.so - <names >/dev/full 2>err
	check "a full disk is an error (-j $jobs)" test $? -eq 3
	check "that is said, also where a file could not be read (-j $jobs)" \
		grep -qx 'abiaudit: standard output: No space left on device' err
done

finish
