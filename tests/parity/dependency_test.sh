#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Dependency fields as dpkg's own Dpkg::Deps parses, simplifies and sorts them.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
source "$SOURCE_DIR/tests/tool/lib.sh"

count=6000

if ! perl -MDpkg::Deps -e 1 2>/dev/null; then
	skip "libdpkg-perl is not installed"
	exit 77
fi

# Fields of a few parts over few packages, so that parts meet; some of them are broken.
cat >"$dir/make.pl" <<'EOF'
srand(20);
my @packages = qw(a b libc6);
my @versions = ('1', '1.0', '1.0-1', '1.0~rc1', '2', '10', '1:0', '0', '${v}', '2.34-0ubuntu1');
my @relations = qw(>= >= >= >> = << <= < >);
my @arches = ('amd64', 'i386', '!amd64', 'linux-any', 'amd64 i386', '!i386 !amd64');
my @profiles = ('<x>', '<!x>', '<x> <y>', '<x y>', '<y> <x>', '<y x> <z>');
sub pick { return $_[int rand @_] }
sub part {
	return pick('', 'a b', '-x', 'a (1)', 'a (>= 1', 'a []') if rand() < 0.003;
	my $s = pick(@packages);
	$s .= pick(':any', ':amd64') if rand() < 0.1;
	$s .= pick('', ' ') . '(' . pick(@relations) . pick('', ' ') . pick(@versions) . ')' if rand() < 0.6;
	$s .= ' [' . pick(@arches) . ']' if rand() < 0.1;
	$s .= ' ' . pick(@profiles) if rand() < 0.1;
	return $s;
}
for (1 .. $ARGV[0]) {
	my @and;
	push @and, join(pick(' | ', '|'), map { part() } 1 .. pick(1, 1, 1, 2, 3)) for 1 .. 1 + int rand 6;
	print join(pick(', ', ',', ' , '), @and), "\n";
}
EOF

# The same work by dpkg. It warns of what it cannot parse, and returns nothing.
cat >"$dir/dpkg.pl" <<'EOF'
use Dpkg::Deps;
use Dpkg::Deps::KnownFacts;
my $facts = Dpkg::Deps::KnownFacts->new();
while (<STDIN>) {
	chomp;
	my $field = deps_parse($_);
	print("error\n"), next unless defined $field;
	my $line = $field->output();
	$field->simplify_deps($facts);
	$line .= "\t" . $field->output();
	$field->sort();
	print $line . "\t" . $field->output() . "\n";
}
EOF

perl "$dir/make.pl" $count >"$dir/fields"
perl "$dir/dpkg.pl" <"$dir/fields" >"$dir/dpkg" 2>"$dir/warnings"
"$DEB_DEPENDENCY" <"$dir/fields" >"$dir/ours"
# dpkg (1.21) takes each list of architectures for one of exceptions and gets what implies what wrong:
# fields with such lists are held against each other as they are parsed only.
for file in dpkg ours; do
	awk -F'\t' '/\[/ { print $1; next } { print }' "$dir/$file" >"$dir/$file.fair"
done
simplified=$(awk -F'\t' '$1 != $2' "$dir/ours" | wc -l)
errors=$(grep -c '^error$' "$dir/ours" || true)
check "many of the fields can be simplified ($simplified of $count)" test "$simplified" -gt $((count / 10))
check "some of the fields are broken ($errors of $count)" test "$errors" -gt 20
same "$count dependency fields are printed, simplified and sorted as by dpkg" "$dir/dpkg.fair" "$dir/ours.fair"
finish
