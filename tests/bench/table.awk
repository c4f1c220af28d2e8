# SPDX-License-Identifier: MIT
# Rows of one set of `summary`, as a table. -v set=SET -v style=text|markdown -v unit=WORDS

BEGIN {
	sub(/^a /, "", unit)
	if (style == "markdown") {
		row = "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
		line("mode", "work", "rounds", "median", "min", "max", "us/" unit, "peak MiB",
		     "x floor", "x ours")
		print "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
	} else {
		row = "%-36s %-18s %6s %8s %8s %8s %8s %8s %7s %7s\n"
		line("mode", "work", "rounds", "median", "min", "max", "us/" unit, "peak MiB",
		     "x floor", "x ours")
	}
}

function line(label, work, rounds, middle, min, max, per_file, peak, floor, ours) {
	if (style == "markdown")
		gsub(/\|/, "\\|", label)
	if (style == "markdown" && label ~ /^(abiaudit|versiongen) /)
		label = "**" label "**"
	printf row, label, work, rounds, middle, min, max, per_file, peak, floor, ours
}

$SET == set {
	line($LABEL, $WORK, $ROUNDS, duration($MEDIAN), duration($MIN), duration($MAX),
	     short($PER_FILE / 1000), mib($PEAK), short($OVER_FLOOR), short($OVER_OURS))
}
