# SPDX-License-Identifier: MIT
# Prints README.md from the pages of the rules:
#
#     cd docs/rules && LC_ALL=C awk -f index.awk [a-z]*.md >README.md
#
# A page begins with `# ID`, a line `LEVEL of COMMAND, COMMAND...; `--fix` mends it.` and a paragraph of
# one line, with empty lines between. Commands stand in backticks.

# The rows of one table: of pages whose first command is of one of the tools.
function table(tool, fix,   i) {
	print fix ? "| rule | level | commands | `--fix` | |" : "| rule | level | commands | |"
	print fix ? "|---|---|---|---|---|" : "|---|---|---|---|"
	for (i = 1; i <= count; i++)
		if (index(commands[i], "`" tool " ") == 1)
			printf "| [%s](%s.md) | %s | %s | %s%s |\n", ids[i], ids[i], levels[i],
				commands[i], fix ? fixes[i] " | " : "", summaries[i]
}

FNR == 1 { ids[++count] = substr($0, 3) }
FNR == 3 {
	levels[count] = tolower($1)
	fixes[count] = sub(/; `--fix` mends it/, "") ? "yes" : ""
	sub(/^[A-Za-z]* of /, "")
	sub(/\.$/, "")
	commands[count] = $0
}
FNR == 5 { summaries[count] = $0 }
END {
	print "# Rules"
	print ""
	print "Each finding names its rule; `--explain RULE` says what it is about. The tables are made from the pages by `index.awk`."
	print ""
	print "## Of declarations"
	print ""
	print "What `versiongen` finds in declarations, most of it with `versiongen lint`."
	print ""
	table("versiongen", 1)
	print ""
	print "## Of libraries"
	print ""
	print "What the gate finds: a library against its declaration, and against what was released ([gate.md](../gate.md))."
	print ""
	table("abiaudit", 0)
	print ""
	print "## Of modules"
	print ""
	print "What `abimod check` finds in a directory of modules, their manifests and `modules.conf`."
	print ""
	table("abimod", 0)
}
