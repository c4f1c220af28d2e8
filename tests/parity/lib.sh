# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Files to compare tools on. Source ../tool/lib.sh first.
#
#   elf_files FOLDER...   programs and shared objects below the folders, one a line; a file with
#                         several names (links) once. Relocatable files are left out: they have no
#                         dynamic section, and readelf and elfdeps have nothing to say about them.
#   parity_files          the files of a parity test, into $dir/files: those of the system and, where
#                         $PARITY_CORPUS is a folder, of that; of both an even sample of
#                         $PARITY_FILES, where that is set
#   sample COUNT          an even sample of the lines of the standard input

elf_files() {
	find "$@" -type f -size +51c -printf '%D:%i\t%p\n' 2>/dev/null | sort -u -k 1,1 | cut -f 2- |
		sort | perl -ne '
		chomp;
		open(my $file, "<:raw", $_) or next;
		read($file, my $head, 18) == 18 or next;
		my ($magic, $data, $le, $be) = (substr($head, 0, 4), substr($head, 5, 1),
			unpack("v", substr($head, 16, 2)), unpack("n", substr($head, 16, 2)));
		next if $magic ne "\x7fELF";
		my $type = $data eq "\x02" ? $be : $le;
		print "$_\n" if $type == 2 || $type == 3;'
}

sample() {
	awk -v count="$1" '{ line[NR] = $0 }
		END { n = count < NR ? count : NR
		      for (i = 0; i < n; i++) print line[int(i * NR / n) + 1] }'
}

parity_files() {
	local folders=() folder dir=${dir:?}
	# One path each: /lib may be a link to /usr/lib.
	mapfile -t folders < <(for folder in /lib* /bin /sbin /usr/lib* /usr/bin /usr/sbin /usr/local \
		/opt ${PARITY_CORPUS:+"$PARITY_CORPUS"}; do
		[[ -d $folder ]] && realpath "$folder"
	done | sort -u)
	elf_files "${folders[@]}" >"$dir/files.all"
	sample "${PARITY_FILES:-$(wc -l <"$dir/files.all")}" <"$dir/files.all" >"$dir/files"
	echo "$(wc -l <"$dir/files") of $(wc -l <"$dir/files.all") programs and shared objects"
	if [[ ${PARITY_FILES-} ]]; then
		check "there is something to compare" test "$(wc -l <"$dir/files")" -ge 100
	else
		check "there are at least 3,000 files" test "$(wc -l <"$dir/files")" -ge 3000
	fi
}
