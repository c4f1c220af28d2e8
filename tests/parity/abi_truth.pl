#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# What other tools say about the symbols of two versions of a library, all in the same words.
#
#   abi_truth.pl readelf OLD NEW       two outputs of `readelf -W -V --dyn-syms`
#   abi_truth.pl dpkg SONAME OLD NEW   two `symbols` control files
#   abi_truth.pl abidiff OUTPUT        what abidiff printed, without debug information
#   abi_truth.pl abiaudit OUTPUT       what `abiaudit diff --private --format json` printed
#
# Lines, sorted:
#
#   removed NAME NODE     NAME@NODE is gone, or is new
#   added NAME NODE
#   moved NAME OLD NEW    gone from the nodes OLD and new in the nodes NEW (`A+B`): said in place of
#                         the lines above
#   default NAME OLD NEW  another version is the default one, while the old one is still there; `-`:
#                         none is
#   size NAME NODE OLD NEW  a variable (OBJECT, TLS) that has another size
#
# NODE is Base for symbols without one. Symbols that stand for a node, which linkers write for each,
# are left out. dpkg and abidiff say nothing of default versions and sizes, and never `moved`.
# Of readelf, a private node is read without the tag of its release: LIBVIRT_PRIVATE_9.0.0 and
# LIBVIRT_PRIVATE_11.3.0 are one node.
use strict;
use warnings;
use JSON::PP;

# Symbols of a file: {"NAME NODE"} = {default, type, size}.
sub read_readelf {
	my ($path) = @_;
	my (%symbols, %nodes, @rows);
	my $definitions = 0;
	open(my $file, "<", $path) or die "$path: $!\n";
	while (<$file>) {
		$definitions = 1 if /^Version definition section/;
		$definitions = 0 if /^Version (needs|symbols) section/;
		$nodes{$1} = 1 if $definitions && /Rev: 1 .* Name: (\S+)/;
		# st_other of some machines follows the visibility.
		next unless /^\s*\d+:\s+[0-9a-f]+\s+(\S+)\s+(\S+)\s+(GLOBAL|WEAK|UNIQUE)\s+(DEFAULT|PROTECTED)\s+(?:\[.*?\]\s+)?(\S+)\s+(\S+)/;
		push @rows, [$1, $2, $5, $6] if $5 ne "UND";
	}
	for (@rows) {
		my ($size, $type, $section, $label) = @$_;
		my ($name, $at, $node) = $label =~ /^([^@]+)(@@?)?(.*)$/;
		next if $section eq "ABS" && $type eq "OBJECT" && $nodes{$name};
		$node = $at ? $node =~ s/_PRIVATE_.*/_PRIVATE/r : "Base";
		$symbols{"$name $node"} = {
			default => !$at || $at eq "@@",
			type => $type,
			size => $size =~ /^0x/ ? hex $size : $size,
		};
	}
	return \%symbols;
}

sub read_dpkg {
	my ($path, $soname) = @_;
	my (%symbols, $is_it);
	open(my $file, "<", $path) or die "$path: $!\n";
	while (<$file>) {
		if (/^[^\s|*]/) {
			$is_it = /^\Q$soname\E\s/;
		} elsif ($is_it && /^\s+(\S+)@(\S+)\s+\S+/) {
			die "$path: '$1' is a pattern\n" if $1 eq "*" || $1 =~ /^\(/;
			$symbols{"$1 $2"} = {} if $1 ne $2;
		}
	}
	return \%symbols;
}

sub difference {
	my ($old, $new) = @_;
	return ([grep { !$new->{$_} } keys %$old], [grep { !$old->{$_} } keys %$new]);
}

# Lines of two lists of "NAME NODE"; a name that is in both was moved, if $moves.
sub lines {
	my ($removed, $added, $moves) = @_;
	my (%removed, %added, @lines);
	push @{$removed{(split)[0]}}, (split)[1] for sort @$removed;
	push @{$added{(split)[0]}}, (split)[1] for sort @$added;
	for my $name (keys %removed) {
		next unless $moves && $added{$name};
		push @lines, "moved $name " . join("+", @{$removed{$name}}) . " " . join("+", @{$added{$name}});
		delete $removed{$name};
		delete $added{$name};
	}
	for my $name (keys %removed) {
		push @lines, map { "removed $name $_" } @{$removed{$name}};
	}
	for my $name (keys %added) {
		push @lines, map { "added $name $_" } @{$added{$name}};
	}
	return @lines;
}

sub readelf {
	my ($old, $new) = map { read_readelf($_) } @_;
	my @lines = lines(difference($old, $new), 1);
	my %default;
	for (keys %$new) {
		my ($name, $node) = split;
		$default{$name} = $node if $new->{$_}{default};
	}
	for (keys %$old) {
		my ($name, $node) = split;
		my $after = $new->{$_} or next;
		push @lines, "default $name $node " . ($default{$name} // "-")
			if $old->{$_}{default} && !$after->{default};
		push @lines, "size $_ $old->{$_}{size} $after->{size}"
			if $old->{$_}{type} =~ /^(OBJECT|TLS)$/ && $after->{type} eq $old->{$_}{type} &&
			$old->{$_}{size} != $after->{size};
	}
	return @lines;
}

sub dpkg {
	my ($soname, @paths) = @_;
	my ($old, $new) = map { read_dpkg($_, $soname) } @paths;
	return lines(difference($old, $new), 0);
}

# An alias has its own line, unless it has not changed.
sub abidiff {
	my ($path) = @_;
	my (@removed, @added);
	open(my $file, "<", $path) or die "$path: $!\n";
	while (<$file>) {
		die "$path: debug information was read: $_" if /^\s+\[[ADC]\] '/;
		next unless /^\s+\[([AD])\] ([^\s,@]+)(?:@@?([^\s,]+))?/;
		push @{$1 eq "A" ? \@added : \@removed}, "$2 " . ($3 // "Base");
	}
	return lines(\@removed, \@added, 0);
}

# "NAME NODE" of `NAME@@NODE`, `NAME@NODE` or `NAME`.
sub symbol {
	my ($name, $node) = $_[0] =~ /^([^@]+)(?:@@?(.+))?$/ or die "'$_[0]' is no symbol\n";
	return "$name " . ($node // "Base");
}

sub abiaudit {
	my ($path) = @_;
	my (@removed, @added, @lines);
	open(my $file, "<", $path) or die "$path: $!\n";
	my $report = decode_json(do { local $/; <$file> });
	for (@{$report->{findings}}) {
		my ($rule, $subject, $message) = @$_{qw(rule subject message)};
		my @details = @{$_->{details} // []};
		my @symbols = @{$_->{symbols} // []};
		if ($rule eq "symbol-removed") {
			push @removed, symbol($subject);
		} elsif ($rule eq "symbol-added" || $rule eq "added-to-released") {
			push @added, symbol($subject);
			my ($name, $node) = split / /, symbol($subject);
			push @lines, map { /@@?(\S+) was the default version/ ? "default $name $1 $node" : () } @details;
		} elsif ($rule eq "symbol-moved") {
			push @removed, symbol($subject);
			my ($name) = split / /, symbol($subject);
			push @added, "$name " . ($message =~ / is in (\S+) alone now/ ? $1 : "Base");
		} elsif ($rule eq "node-removed") {
			push @removed, map { symbol($_) } @symbols;
		} elsif ($rule eq "node-renamed") {
			my ($to) = $message =~ / in the new node (\S+) now/ or die "$message\n";
			push @removed, map { symbol($_) } @symbols;
			push @added, map { (split / /, symbol($_))[0] . " $to" } @symbols;
		} elsif ($rule eq "default-moved") {
			my $after = $message =~ / now that is \S+@([^\s,]+)/ ? $1 : $message =~ /none is now/ ? "-" : "Base";
			push @lines, "default " . symbol($subject) . " $after";
		} elsif ($rule eq "symbol-size-changed") {
			my ($after, $before) = $message =~ / has (\d+) bytes, and was released with (\d+)/ or die "$message\n";
			push @lines, "size " . symbol($subject) . " $before $after";
		} elsif ($rule eq "private-changed") {
			for my $i (0 .. $#symbols) {
				push @added, symbol($symbols[$i]) if $details[$i] =~ / is new$/;
				push @removed, symbol($symbols[$i]) if $details[$i] =~ / is gone$/;
				push @lines, "size " . symbol($symbols[$i]) . " $2 $1"
					if $details[$i] =~ / has (\d+) bytes, and had (\d+)/;
			}
		}
	}
	# A default version that moves to a released node is told twice.
	my %lines = map { $_ => 1 } @lines;
	return (keys %lines, lines(\@removed, \@added, 1));
}

my ($tool, @arguments) = @ARGV;
my %tools = (readelf => \&readelf, dpkg => \&dpkg, abidiff => \&abidiff, abiaudit => \&abiaudit);
my $run = $tools{$tool // ""} or die "usage: abi_truth.pl readelf|dpkg|abidiff|abiaudit FILE...\n";
print map { "$_\n" } sort $run->(@arguments);
