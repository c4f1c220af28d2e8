# SPDX-License-Identifier: MIT
# What dh_abilock and dh_abilock_check share: hosts and modules in build trees, symbols files, and
# what dpkg knows of installed hosts.
package Debian::Debhelper::Abilock;

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(basename dirname);
use File::Find ();
use File::Glob qw(bsd_glob);
use JSON::PP ();

# Its names must not become ours: it exports basename, too.
use Debian::Debhelper::Dh_Lib qw(%dh error excludefile getpackages is_so_or_exec_elf_file is_udeb
	mkdirs qx_cmd tmpdir dpkg_architecture_value);

our @EXPORT_OK = qw(ask_abiaudit abi_package abi_packages built_packages host_package
	host_tree_symbols installed_host is_program is_public_library parts_of private_nodes
	read_symbols tags_of);

# dpkg-shlibdeps looks for libraries in each debian/*/ that has a symbols file. This one is no
# package: it has hosts under the names by which modules need them.
our $HOST_TREE = 'debian/abilock-hosts';

# ---- abiaudit ----

# Run abiaudit on files that it reads from its standard input, as many as there are.
# @return its JSON. An error of abiaudit, which it told, is one of ours.
sub ask_abiaudit {
	my ($files, @arguments) = @_;
	my @command = ('abiaudit', @arguments, '--format', 'json', '--null');
	my $names = 'debian/.debhelper/abilock/files';

	mkdirs(dirname($names));
	open(my $list, '>', $names) or error("open $names: $!");
	print {$list} map { "$_\0" } @{$files};
	close($list) or error("close $names: $!");

	my $pid = open(my $out, '-|') // error("fork: $!");
	if (!$pid) {
		open(STDIN, '<', $names) or die "open $names: $!\n";
		exec {$command[0]} @command or die "dh_abilock: cannot run abiaudit: $!\n";
	}
	local $/ = undef;
	my $text = <$out>;
	close($out) or error("@command[0, 1] failed: see above. A file that is no part of "
		. "the program can be left out: -X NAME");
	return JSON::PP->new->utf8->decode($text);
}

# ---- build trees ----

# The packages that are built, and can have hosts or modules.
sub built_packages {
	return grep { !is_udeb($_) && -d tmpdir($_) } getpackages();
}

sub elf_files {
	my ($tree) = @_;
	my @files;

	File::Find::find({no_chdir => 1, wanted => sub {
		if (-d && !-l && ($_ eq "$tree/usr/lib/debug" || $_ eq "$tree/DEBIAN")) {
			$File::Find::prune = 1;
			return;
		}
		return if -l || !-f _ || excludefile($_);
		push(@files, $_) if is_so_or_exec_elf_file($_);
	}}, $tree);
	return sort @files;
}

# The hosts and modules of some files: objects of `abiaudit list`.
sub parts_among {
	my @files = @_;

	return () if !@files;
	return grep { $_->{note} }
		@{ask_abiaudit(\@files, 'list', '--nodes', '--needs')->{files}};
}

# (hosts, modules), two references to arrays. A program with embedded modules is a host.
sub parts_of {
	my ($package) = @_;
	my @parts = parts_among(elf_files(tmpdir($package)));

	return ([grep { $_->{note}{kind} eq 'host' } @parts],
		[grep { $_->{note}{kind} =~ m/^(private|public)$/ } @parts]);
}

sub is_program {
	my ($path) = @_;
	return basename($path) !~ m/\.so(\.|$)/;
}

# Is the file (in TREE, or installed: '') where dpkg-shlibdeps finds it by its soname?
sub is_public_library {
	my ($part, $tree) = @_;
	my $triplet = dpkg_architecture_value('DEB_HOST_MULTIARCH');
	my $folder = dirname(substr($part->{file}, length $tree));

	return $folder =~ m{^(/usr)?/lib(32|64|x32|/\Q$triplet\E)?$}
		&& -e dirname($part->{file}) . "/$part->{soname}";
}

# ---- names ----

# Names of packages have lower case letters, digits, and no underscores.
sub abi_package {
	my ($host, $tag) = @_;
	my $name = lc "$host-abi-$tag";

	$name =~ s/[^a-z0-9.+-]/-/g;
	return $name;
}

sub private_nodes {
	my ($host) = @_;
	return grep { $_->{private} } @{$host->{nodes}};
}

# The tag of the build, and those of private nodes that have their own.
sub tags_of {
	my ($host) = @_;
	my %seen;
	my @tags = grep { !$seen{$_}++ }
		($host->{note}{tag}, map { $_->{name} =~ m/_PRIVATE_(.+)$/ } private_nodes($host));

	return @tags;
}

sub abi_packages {
	my ($host) = @_;
	return map { abi_package($host->{note}{host}, $_) } tags_of($host);
}

# ---- symbols files ----

# SONAME => {lines, dependencies, symbols => [{name, node, minver, id}]}, and the sonames in order.
sub read_symbols {
	my ($path) = @_;
	my (%block, @order, $now);

	open(my $in, '<', $path) or error("open $path: $!");
	while (my $line = <$in>) {
		if ($line =~ m/^(\S+) (.*\S)/ && $line !~ m/^[|*#]/) {
			$now = $block{$1} = {lines => [], dependencies => [$2], symbols => []};
			push(@order, $1);
		} elsif (!$now) {
			next;
		} elsif ($line =~ m/^\| (.*\S)/) {
			push(@{$now->{dependencies}}, $1);
		} elsif ($line =~ m/^ (\S+)@(\S+) (\S+)(?: (\d+))?$/) {
			push(@{$now->{symbols}},
				{name => $1, node => $2, minver => $3, id => $4 // 0});
		}
		push(@{$now->{lines}}, $line);
	}
	close($in);
	return (\%block, @order);
}

sub host_tree_symbols { return "$HOST_TREE/DEBIAN/symbols"; }

# The package that a block is of: the first word of its main dependency.
sub host_package {
	my ($block) = @_;
	return $block->{dependencies}[0] =~ m/^([a-z0-9.+-]+)/ ? $1 : '';
}

# ---- installed hosts ----

# {package, block, part}: what dpkg's database says of SONAME, undef where it knows nothing. The
# part is undef where none of the package's files is the host.
sub installed_host {
	my ($soname) = @_;
	my $arch = dpkg_architecture_value('DEB_HOST_ARCH');
	my $admindir = $ENV{DPKG_ADMINDIR} // '/var/lib/dpkg';

	for my $path (bsd_glob("\Q$admindir\E/info/*.symbols")) {
		my ($package, undef, $of) = basename($path) =~ m/^([^:]+)(:(.+))?\.symbols$/ or next;

		next if defined $of && $of ne $arch;
		open(my $in, '<', $path) or next;
		my $is_here = grep { m/^\Q$soname\E / } <$in>;
		close($in);
		next if !$is_here;

		my ($blocks) = read_symbols($path);
		my @files = grep { -f && !-l && is_so_or_exec_elf_file($_) }
			split(/\n/, qx_cmd('dpkg-query', '--listfiles', defined $of ? "$package:$of" : $package));
		my ($part) = grep { ($_->{soname} // '') eq $soname } parts_among(@files);
		return {package => $package, block => $blocks->{$soname}, part => $part};
	}
	return undef;
}

1;
