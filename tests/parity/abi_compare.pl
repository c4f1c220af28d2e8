#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Compare what abiaudit says about pairs of libraries with what others say.
#
#   abi_compare.pl FOLDER OPINIONS
#
# FOLDER/PAIR/ has the answers as abi_truth.pl writes them: readelf, dpkg (where the package has symbols
# files), abidiff, ours; old.readelf and new.readelf, and `about`: library, old and new version.
#
# A table goes to the standard output: of each pair the numbers of abiaudit's answer, and how many
# lines each tool says otherwise. Then the reasons with their counts, for each library. A difference
# without a reason is printed, and so is a reason that nothing needs any more; then the status is 1.
# OPINIONS lists single differences, one a line: `PAIR TOOL lacks|says LINE: REASON`.
#
# docs/parity-abi.md describes the reasons below.
use strict;
use warnings;

my ($folder, $opinions) = @ARGV;

sub lines_of {
	my ($path) = @_;
	open(my $file, "<", $path) or die "$path: $!\n";
	chomp(my @lines = <$file>);
	return @lines;
}

# What linkers define in any library, without a type, and the start-up code in any that can be run.
my %no_api = map { $_ => 1 } qw(__bss_start _edata _end _fini _init _IO_stdin_used);

# Names of a file: {NAME} = {nodes, default}; `default` is the node of the default version.
sub names_of {
	my %names;
	for (lines_of($_[0])) {
		next unless /^\s*\d+:\s+[0-9a-f]+\s+\S+\s+(\S+)\s+(?:GLOBAL|WEAK|UNIQUE)\s+(?:DEFAULT|PROTECTED)\s+(?:\[.*?\]\s+)?(\S+)\s+([^\s@]+)(@@?)?(\S*)/;
		next if $2 eq "UND";
		my $node = $4 ? untagged($5) : "Base";
		$names{$3}{nodes}{$node} = 1;
		$names{$3}{default} = $node unless ($4 // "") eq "@";
	}
	return \%names;
}

# A private node goes by its name without the tag of the release.
sub untagged { return $_[0] =~ s/(?<=._PRIVATE)_.*//r }

# `moved` as dpkg and abidiff say it.
sub unmoved {
	return map {
		my ($kind, $name, $from, $to) = split;
		$kind eq "moved" ? ((map { "removed $name $_" } split /\+/, $from), (map { "added $name $_" } split /\+/, $to)) : $_;
	} @_;
}

# Why a tool says or lacks a line, or undef.
sub reason {
	my ($tool, $says, $line, $old, $new) = @_;
	my ($kind, $name, $node) = split / /, $line;
	return "defaults and sizes are not told" if !$says && $kind =~ /^(default|size)$/ && $tool ne "readelf";
	return "linker and start-up code" if $says && $no_api{$name} && $node eq "Base";
	return "another default version was there" if !$says && $tool eq "abidiff" && $kind eq "added" &&
		$old->{$name}{default} && ($new->{$name}{default} // "") eq $node;
	return "the tag of a private node" if $says && $tool ne "readelf" && $node =~ /._PRIVATE$/ && $old->{$name}{nodes}{$node} &&
		$new->{$name}{nodes}{$node};
	return undef;
}

my (%expected, %used);
for (lines_of($opinions)) {
	next if /^\s*(#|$)/;
	/^(.*): (.*)$/ or die "$opinions: no reason: $_\n";
	$expected{$1} = $2;
}

my (%reasons, @unexplained, %total);
my @kinds = qw(added removed moved default size);
my $pairs = 0;
printf "%-40s %-34s %-34s %6s %7s %6s %7s %5s %8s %6s %8s\n", "library", "bookworm", "trixie", @kinds,
	"readelf", "dpkg", "abidiff";
for my $about (sort glob("$folder/*/about")) {
	my $pair = $about =~ s{/about$}{}r;
	my ($library, @versions) = split / /, (lines_of($about))[0];
	my @ours = lines_of("$pair/ours");
	my ($old, $new) = map { names_of("$pair/$_.readelf") } qw(old new);
	my (%count, %differences);
	$count{(split)[0]}++ for @ours;
	for my $tool (qw(readelf dpkg abidiff)) {
		unless (-e "$pair/$tool") {
			$differences{$tool} = "-";
			next;
		}
		$differences{$tool} = 0;
		$total{$tool} //= 0;
		my @theirs = map { untagged($_) } lines_of("$pair/$tool");
		my %theirs = map { $_ => 1 } @theirs;
		my @mine = $tool eq "readelf" ? @ours : unmoved(@ours);
		my %mine = map { $_ => 1 } @mine;
		for ((map { [0, $_] } grep { !$theirs{$_} } @mine), (map { [1, $_] } grep { !$mine{$_} } @theirs)) {
			my ($says, $line) = @$_;
			my $key = "$library $tool " . ($says ? "says" : "lacks") . " $line";
			my $reason = $expected{$key};
			$used{$key} = 1 if $reason;
			$reason //= reason($tool, $says, $line, $old, $new);
			$differences{$tool}++;
			$total{$tool}++;
			if ($reason) {
				$reasons{"$tool: $reason"}{$library}++;
			} else {
				push @unexplained, $key;
			}
		}
	}
	$pairs++;
	$total{$_} += $count{$_} // 0 for @kinds;
	printf "%-40s %-34s %-34s %6d %7d %6d %7d %5d %8s %6s %8s\n", $library, @versions,
		(map { $count{$_} // 0 } @kinds), @differences{qw(readelf dpkg abidiff)};
}
printf "%-110s %6d %7d %6d %7d %5d %8d %6d %8d\n\n", "$pairs pairs",
	map { $total{$_} // 0 } @kinds, qw(readelf dpkg abidiff);
for my $reason (sort keys %reasons) {
	my $libraries = $reasons{$reason};
	print "$reason: ", join(", ", map { "$_ $libraries->{$_}" } sort keys %$libraries), "\n";
}
print "no reason: $_\n" for @unexplained;
my @unneeded = grep { !$used{$_} } sort keys %expected;
print "not needed any more: $_\n" for @unneeded;
for my $needed ("readelf: linker and start-up code", "dpkg: the tag of a private node",
	"dpkg: defaults and sizes are not told", "abidiff: the tag of a private node",
	"abidiff: defaults and sizes are not told", "abidiff: another default version was there") {
	my ($tool) = split /:/, $needed;
	next if $reasons{$needed} || !defined $total{$tool};
	print "not needed any more: $needed\n";
	push @unneeded, $needed;
}
exit(@unexplained || @unneeded ? 1 : 0);
