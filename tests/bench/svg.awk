# SPDX-License-Identifier: MIT
# The picture as SVG. -v subject=TOOL -v unit=WORDS -v floor=WORDS -v caption=TEXT

function escape(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	sub(/ us$/, " \302\265s", s)
	return s
}

function text(x, y, class, s) {
	printf "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, escape(s)
}

# Where the bar of a value ends.
function end_of(ns) { return left + place(ns) * wide }

function legend(x, y, kind, s) {
	printf "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" class=\"%s\"/>\n", x, y - 10, kind
	text(x + 18, y, "label start", s)
}

function head(tall) {
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"", all_wide, tall
	printf " viewBox=\"0 0 %d %d\" role=\"img\">\n", all_wide, tall
	printf "<title>Time for %s: %s, its peers and the floor</title>\n", unit, subject
	print "<style>"
	print "text { font-family: sans-serif; font-size: 13px; fill: #222; }"
	print ".title { font-size: 18px; font-weight: bold; }"
	print ".set { font-weight: bold; }"
	print ".label { text-anchor: end; } .start { text-anchor: start; }"
	print ".bold { font-weight: bold; }"
	print ".tick { text-anchor: middle; fill: #555; } .note { fill: #555; }"
	print ".ours { fill: #1a7f37; } .peer { fill: #d4813a; } .floor { fill: #8c959f; }"
	print ".grid { stroke: #ddd; } .axis { stroke: #555; }"
	print "</style>"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n", all_wide, tall
}

function grid(top, bottom,    p, x) {
	for (p = low; p <= high; p++) {
		x = left + (p - low) / (high - low) * wide
		printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", \
			x, top, x, bottom, p == low ? "axis" : "grid"
		text(x, top - 6, "tick", tick(p))
		text(x, bottom + 16, "tick", tick(p))
	}
}

function draw_bar(i, y) {
	printf "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"15\" class=\"%s\"/>\n", left, y, \
		end_of(bar_ns[i]) - left, bar_kind[i]
	text(left - 8, y + 12, bar_kind[i] == "ours" ? "label bold" : "label", bar_label[i])
	text(end_of(bar_ns[i]) + 6, y + 12, "start", duration(bar_ns[i]))
}

END {
	if (!bars)
		exit
	set_scale()
	all_wide = 1000; left = 290; wide = 620
	top = 104
	for (i = 1; i <= bars; i++)
		sets += bar_set[i] != bar_set[i - 1]
	bottom = top + bars * 20 + sets * 30

	head(bottom + 48)
	text(20, 30, "title", "Time for " unit " (log scale)")
	text(20, 52, "note", caption)
	legend(left, 76, "ours", subject)
	legend(left + 110, 76, "peer", "what others use for it")
	legend(left + 350, 76, "floor", floor)
	grid(top, bottom)
	y = top
	for (i = 1; i <= bars; i++) {
		if (bar_set[i] != bar_set[i - 1]) {
			text(20, y + 22, "set", title(bar_set[i]))
			y += 30
		}
		draw_bar(i, y)
		y += 20
	}
	text(left + wide / 2, bottom + 36, "tick", "time for " unit "; shorter is better")
	print "</svg>"
}
