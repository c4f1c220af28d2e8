# SPDX-License-Identifier: MIT
# All numbers as JSON: from `facts` (NAME VALUE), `summary` and `verdicts`.

function quote(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/[\001-\037]/, " ", s)
	return "\"" s "\""
}

function number(x) { return x == "-" ? "null" : x }

# Separator before the next element of a list.
function next_of(list) {
	if (list != open_list) {
		printf "%s\"%s\": [", open_list == "" ? "" : "\n  ],\n  ", list
		open_list = list
		return "\n    "
	}
	return ",\n    "
}

BEGIN { printf "{\n  \"format_version\": 1,\n  " }

FILENAME ~ /facts$/ {
	printf "%s: %s,\n  ", quote($1), $2 ~ /^[0-9]+$/ ? $2 : quote($2)
	next
}

FILENAME ~ /summary$/ {
	printf "%s{\"key\": %s, \"kind\": %s, \"set\": %s, \"label\": %s, \"work\": %s, ", \
		next_of("modes"), quote($KEY), quote($KIND), quote($SET), quote($LABEL), quote($WORK)
	printf "\"files\": %d, \"symbols\": %d, \"rounds\": %d, \"median_ns\": %s, \"min_ns\": %s, ", \
		$FILES, $SYMBOLS, $ROUNDS, $MEDIAN, $MIN
	printf "\"max_ns\": %s, \"ns_per_file\": %s, \"cpu_ns\": %s, \"peak_kib\": %d, ", \
		$MAX, $PER_FILE, $CPU, $PEAK
	printf "\"over_floor\": %s, \"over_ours\": %s, \"paired\": %s, \"status\": %d}", \
		number($OVER_FLOOR), number($OVER_OURS), number($PAIRED), $STATUS
	next
}

{
	printf "%s{\"target\": %s, \"wanted\": %s, \"limit\": %s, \"measured\": %s, \"verdict\": %s}", \
		next_of("targets"), quote($1), quote($2), $3, number($4), quote($5)
}

END { print "\n  ]\n}" }
