# SPDX-License-Identifier: MIT
# The verdicts of targets.awk as a table. -v style=text|markdown

BEGIN {
	row = style == "markdown" ? "| %s | %s | %s | %s |\n" : "%-58s %13s %9s  %s\n"
	printf row, "target", "wanted", "measured", "verdict"
	if (style == "markdown")
		print "|---|--:|--:|---|"
}

style == "markdown" { gsub(/\|/, "\\|", $1) }

{ printf row, $1, $2 " " $3, $4, style == "markdown" && $5 == "missed" ? "**missed**" : $5 }
