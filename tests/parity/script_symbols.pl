#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Assembly with the symbols that a version script is about.
#
#   script_symbols.pl plain|versions SCRIPT [NAMES...] >FILE.s
#
# Names are defined as they are; for a pattern some names that match it, and some that nearly do; and
# names that nothing lists. With `versions` a name under `global:` of several nodes is defined once
# for each, the last as the default. Where the script has an `extern "C++"` block the lines of the
# files NAMES are defined as well.
#
# This is no reader of version scripts that has to be right: a linker says what a symbol gets, here
# it only matters that there are symbols for each part of the script.
use strict;
use warnings;

my ($kind, $script, @names) = @ARGV;
open(my $file, '<:raw', $script) or die "$script: $!\n";
my $text = do { local $/; <$file> };
$text =~ s{/\*.*?\*/}{ }gs;
$text =~ s/#.*$//mg;

my (@order, %seen, %nodes, $cxx);

sub define {
	my ($name) = @_;
	return if $name eq '' || $name =~ /["\\\n@]/ || $seen{$name}++;
	push @order, $name;
}

# A name for a pattern: what stands for `*` and `?`, and which member of a set.
sub sample {
	my ($pattern, $star, $any, $last) = @_;
	my $out = '';
	while ($pattern =~ /\G(?:\\(.)|(\*)|(\?)|\[([!^]?)(\]?[^\]]*)\]|(.))/g) {
		if (defined $1) { $out .= $1 }
		elsif (defined $2) { $out .= $star }
		elsif (defined $3) { $out .= $any }
		elsif (defined $5) { $out .= $4 ne '' ? 'Q' : substr($5, $last ? -1 : 0, 1) }
		else { $out .= $6 }
	}
	return $out;
}

sub entry {
	my ($word, $node, $local) = @_;
	my $quoted = $word =~ s/^"(.*)"$/$1/s;
	if ($quoted || $word !~ /[*?\[]/) {
		$word =~ s/\\(.)/$1/g unless $quoted;
		define($word);
		push @{$nodes{$word}}, $node unless $local;
		return;
	}
	my $short = sample($word, '', 'q', 0);
	define($short);
	define(sample($word, 'Zz9_', '7', 1));
	define("n$short");
	define($short . 'x');
	define(substr($short, 0, -1)) if length($short) > 1;
}

my ($depth, $node, $local, $pending) = (0, '', 0, '');
while ($text =~ /("[^"]*"|[{};]|(?:[^\s{};":]|::)+|:)/g) {
	my $token = $1;
	if ($token eq '{') {
		if ($depth++ == 0) { ($node, $local) = ($pending, 0) }
		$pending = '';
	} elsif ($token eq '}' || $token eq ';') {
		entry($pending, $node, $local) if $depth > 0 && $pending ne '';
		$depth-- if $token eq '}';
		$pending = '';
	} elsif ($token eq ':') {
		$local = $pending eq 'local' if $depth > 0;
		$pending = '';
	} else {
		$cxx = 1 if $pending eq 'extern' && $token eq '"C++"';
		$pending = $token unless $depth == 0 && $pending ne '' && $pending =~ /^\}/;
	}
}
define($_) for qw(abilock_unlisted a Z __hidden_name _rest_name zz_other);
if ($cxx) {
	for my $list (@names) {
		open(my $in, '<', $list) or die "$list: $!\n";
		while (<$in>) { chomp; define($_) }
	}
}

my $count = 0;
sub emit {
	my ($name) = @_;
	print "\t.globl \"$name\"\n\t.type \"$name\",\@function\n\"$name\":\n\tret\n";
}
print "\t.section .note.GNU-stack,\"\",\@progbits\n\t.text\n";
for my $name (@order) {
	my %once;
	my @in = grep { $_ ne '' && !$once{$_}++ } @{$nodes{$name} // []};
	if ($kind eq 'plain' || @in < 2 || $name !~ /^[A-Za-z_.\$][\w.\$]*$/) {
		emit($name);
		next;
	}
	for my $i (0 .. $#in) {
		my $own = 'abilock_version_' . $count++;
		emit($own);
		print "\t.symver $own, $name" . ($i == $#in ? '@@' : '@') . "$in[$i]\n";
	}
}
# Whether the object differs from that of `plain`, for the caller.
print STDERR "$count versions\n" if $kind eq 'versions';
