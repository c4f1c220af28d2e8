# SPDX-License-Identifier: MIT
# Numbers as the tables of scripts/bench show them, and the columns of its file `summary`.

BEGIN {
	FS = OFS = "\t"
	KEY = 1; KIND = 2; SET = 3; LABEL = 4; WORK = 5; FILES = 6; SYMBOLS = 7; ROUNDS = 8
	MEDIAN = 9; MIN = 10; MAX = 11; PER_FILE = 12; CPU = 13; PEAK = 14 # ns, KiB
	OVER_FLOOR = 15; OVER_OURS = 16; STATUS = 17; PAIRED = 18
}

# Three digits.
function short(x) {
	if (x == "-")
		return x
	return sprintf(x >= 99.95 ? "%.0f" : x >= 9.995 ? "%.1f" : "%.2f", x)
}

function duration(ns) {
	if (ns < 999500)
		return short(ns / 1e3) " us"
	if (ns < 999500000)
		return short(ns / 1e6) " ms"
	return short(ns / 1e9) " s"
}

function mib(kib) { return sprintf("%.1f", kib / 1024) }
