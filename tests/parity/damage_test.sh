#!/bin/bash
# SPDX-License-Identifier: MIT
# Damaged files: known ones that other tools fall for, and 2,000 mutants of real libraries. Each mode
# of abiaudit gives the true answer, or an error with its place in the file and exit status 3; no
# crash, no hang, no invented name, no shortened list. damage.c has the judge, which is compared with
# readelf and elfdeps first.
#
# PARITY_SEED and PARITY_MUTANTS choose others. ABIAUDIT and DAMAGE are the tools' paths.
: "${ABIAUDIT:?path of abiaudit}" "${DAMAGE:?path of damage}" "${SOURCE_DIR:?}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
DAMAGE=$(realpath "$DAMAGE") || exit 1
seeds=$(realpath "$SOURCE_DIR/tests/fuzz/corpus/object") || exit 1
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1
seed=${PARITY_SEED:-1}
sanitized=${HOST_FLAGS-}
# A process with a sanitizer takes 20 times as long to start: fewer of them, and many files each.
many=${PARITY_MUTANTS:-$([[ $sanitized ]] && echo 200 || echo 2000)}

# ---- files to damage ----

libraries=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
for file in "$libraries"/{libz.so.1,libcrypt.so.1,libjson-c.so.5,libelf.so.1,liblzma.so.5,libdl.so.2} \
	"$libraries"/{libanl.so.1,ld-linux*.so.?} /usr/bin/id; do
	[[ -e $file ]] && realpath "$file"
done >whole
# Other machines, widths and byte orders, small ones of the system's own.
if [[ -d ${PARITY_CORPUS-} ]]; then
	find "$PARITY_CORPUS"/root/usr/{*-linux-*/lib,lib32,libx32} -name 'lib[arn]*.so.?' -type f \
		-size -64k >>whole
fi
printf '%s\n' "$seeds"/{stub_*,sysv_hash,gnu_hash} >>whole
mapfile -t whole <whole
check "there are files to damage" test ${#whole[@]} -gt 12
libz=$(realpath "$libraries/libz.so.1")

# ---- the judge ----

check "the judge finds nothing wrong with them" "$DAMAGE" sound "${whole[@]}"
judge() { # judge MODE FILE COMMAND...: what the command says is what the judge holds for true
	local mode=$1 file=$2
	shift 2
	"$@" "$file" 2>/dev/null | "$DAMAGE" check "$mode" "$file" >>disagreements
}
elfdeps() { [[ ! -x /usr/lib/rpm/elfdeps ]] || judge "$@"; }
: >disagreements
for file in "${whole[@]}"; do
	# With an interpreter and without an x bit elfdeps says nothing.
	cp "$file" copy && chmod 755 copy
	judge "list --versions" copy readelf -W -V
	judge "list --all" copy readelf -W --dyn-syms
	elfdeps "deps -P --elfdeps-compat" copy \
		/usr/lib/rpm/elfdeps -P --no-filter-soname --no-fake-soname
	elfdeps "deps -R --elfdeps-compat" copy \
		/usr/lib/rpm/elfdeps -R --no-filter-soname --require-interp
done
if [[ -s disagreements ]]; then
	not_ok "the judge agrees with readelf and elfdeps on sound files"
	head -n 20 disagreements | sed 's/^/    /'
else
	ok "the judge agrees with readelf and elfdeps on ${#whole[@]} sound files"
fi
readelf -W -V "$libz" 2>/dev/null | sed 's/GLIBC_2\.14/GLIBC_2.15/' >invented
readelf -W -V "$libz" 2>/dev/null | grep -v ' Name: GLIBC_2\.4 ' >shortened
for answer in invented shortened; do
	"$DAMAGE" check "list --versions" "$libz" <$answer >verdict
	check "the judge sees what is $answer" test $? = 1
done

# ---- known damage ----

mkdir known
"$DAMAGE" known "$ABIAUDIT" known "$libz" >known.out 2>&1
status=$?
cat known.out
check "all known damage is told, or harmless" test $status = 0

# ---- mutants ----

mkdir mutants
echo "seed $seed, $many mutants of ${#whole[@]} files"
started=$SECONDS
"$DAMAGE" many "$ABIAUDIT" mutants "$seed" "$many" "${whole[@]}" >many.out 2>&1
status=$?
if [[ $status -eq 0 ]]; then
	ok "$(tail -n 1 many.out), $((SECONDS - started)) s"
else
	not_ok "$(tail -n 1 many.out)"
	head -n 40 many.out | sed 's/^/    /'
fi
rm -rf mutants

# ---- many in one process ----

# A damaged file does not stop the rest, and leaves nothing behind in the memory of the process.
mkdir batch
for part in 0 1 2 3; do
	"$DAMAGE" write batch $((seed + 500 * part)) 500 "${whole[@]}" >names
	for mode in "list --all" "list --versions" "list --nodes --needs --why --facts" \
		"list --all --format json" "list --all --format tsv" "deps -P" "deps -R -m" \
		"deps -P --elfdeps-compat" "deps -R --elfdeps-compat"; do
		read -ra words <<<"$mode"
		timeout 60 "$ABIAUDIT" "${words[@]}" -j 2 <names >out 2>err
		status=$?
		if [[ $status -ne 3 ]] || grep -qE 'Sanitizer|runtime error:' err; then
			not_ok "$mode of 500 mutants at once exits with 3 (seed $seed, part $part: $status)"
			grep -E -A 10 'Sanitizer|runtime error:' err | head -n 20 | sed 's/^/    /'
		fi
		case $mode in "list --all")
			# Each has a heading in the one place or a line in the other.
			headings=$(grep -c '^File: batch/' out)
			errors=$(grep -c '^abiaudit: batch/' err)
			[[ $((headings + errors)) -eq 500 ]] ||
				not_ok "$headings answers and $errors errors are 500 (part $part)"
			;;
		esac
	done
	rm -f batch/*
done
[[ $failures -gt 0 ]] || ok "2,000 mutants, many in one process: no crash, and none is passed over"

finish
