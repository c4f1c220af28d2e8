# SPDX-License-Identifier: MIT
# The picture as text. -v subject=TOOL -v unit=WORDS -v color=1 on a terminal

END {
	if (!bars)
		exit
	set_scale()
	width = 60
	for (i = 1; i <= bars; i++) {
		if (bar_set[i] != bar_set[i - 1]) {
			printf "\n%s\n", title(bar_set[i])
		}
		on = color && bar_kind[i] == "ours" ? "\033[1;32m" : ""
		printf "%s%-36s |%-" width "s %10s%s\n", on, bar_label[i], \
			stripe(bar_ns[i]), duration(bar_ns[i]), on ? "\033[0m" : ""
	}
	print_axis()
}

# A bar: # for ours, = for a peer, - for a floor, so that it can be told without colour.
function stripe(ns,    s, n, c) {
	c = bar_kind[i] == "ours" ? "#" : bar_kind[i] == "peer" ? "=" : "-"
	n = int(place(ns) * width + 0.5)
	for (s = ""; length(s) < n; s = s c)
		;
	return n ? s : c
}

function print_axis(    p, line, labels, at, step) {
	step = width / (high - low)
	for (p = low; p <= high; p++) {
		at = int((p - low) * step + 0.5)
		while (length(line) < at)
			line = line "-"
		line = line "+"
		while (length(labels) < at)
			labels = labels " "
		labels = labels tick(p)
	}
	printf "\n%-36s %s\n%-36s %s\n", "time for " unit " (log scale)", line, \
		"# " subject "  = peer  - floor", labels
}
