# SPDX-License-Identifier: MIT
# What a symbol costs as there are more of them: the set "linear" of `summary`, where the work says
# the size. The last column is the cost of a symbol that the size before did not have, without what
# a process costs once. -v style=text|markdown

BEGIN {
	row = "%-20s %-18s %7s %9s %9s %9s %10s %12s\n"
	if (style == "markdown")
		row = "| %s | %s | %s | %s | %s | %s | %s | %s |\n"
	printf row, "mode", "size", "files", "symbols", "median", "us/file", "ns/symbol", "ns/one more"
	if (style == "markdown")
		print "|---|---|--:|--:|--:|--:|--:|--:|"
}

$SET == "linear" {
	n++
	for (i = 1; i <= NF; i++)
		field[n, i] = $i
	if (!($LABEL in seen)) {
		seen[$LABEL] = 1
		labels[++label_count] = $LABEL
	}
}

# The cost of a symbol more than in row B, in row A; rows of fewer symbols begin anew.
function one_more(a, b,    symbols) {
	symbols = field[a, SYMBOLS] - field[b, SYMBOLS]
	return b && symbols > 0 ? short((field[a, MEDIAN] - field[b, MEDIAN]) / symbols) : "-"
}

function print_row(i, before) {
	printf row, field[i, LABEL], field[i, WORK], field[i, FILES], field[i, SYMBOLS],
		duration(field[i, MEDIAN]), short(field[i, PER_FILE] / 1000),
		field[i, SYMBOLS] ? short(field[i, MEDIAN] / field[i, SYMBOLS]) : "-",
		one_more(i, before)
}

END {
	for (l = 1; l <= label_count; l++) {
		before = 0
		for (i = 1; i <= n; i++)
			if (field[i, LABEL] == labels[l]) {
				print_row(i, before)
				before = i
			}
	}
}
