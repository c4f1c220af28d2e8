# SPDX-License-Identifier: MIT
# Prints README.md from the pages of the rules:
#
#     cd docs/rules && awk -f index.awk [a-z]*.md >README.md
#
# A page begins with `# ID`, `LEVEL of TOOL...` and a paragraph of one line, with empty lines between.
BEGIN {
	print "# Rules"
	print ""
	print "What versiongen finds in declarations, most of it with `versiongen lint`. The table is made from the pages by `index.awk`."
	print ""
	print "| rule | level | tool | `--fix` | |"
	print "|---|---|---|---|---|"
}
FNR == 1 { id = substr($0, 3) }
FNR == 3 {
	level = tolower($1)
	split($0, part, "`")
	tool = part[2]
	fix = /`--fix` mends it/ ? "yes" : ""
}
FNR == 5 { printf "| [%s](%s.md) | %s | `%s` | %s | %s |\n", id, id, level, tool, fix, $0 }
