# SPDX-License-Identifier: MIT
# The bars that both pictures show: from `summary` to bar[1..bars], on a scale of powers of ten from
# 10^low to 10^high nanoseconds a file.

function log10(x) { return log(x) / log(10) }

# Where a value stands on the scale, 0 to 1.
function place(ns) { return (log10(ns) - low) / (high - low) }

# A power of ten, as "10 us".
function tick(power,    unit) {
	unit = power < 6 ? "us" : power < 9 ? "ms" : "s"
	return sprintf("%g %s", 10 ^ (power - (power < 6 ? 3 : power < 9 ? 6 : 9)), unit)
}

function title(set) {
	if (set == "all")
		return "all files in one run"
	if (set == "each")
		return "a process for each file"
	if (set == "symbols")
		return "symbols files"
	if (set == "depends")
		return "dependencies of Debian packages"
	return "all files, nothing in the page cache"
}

$SET != "linear" {
	bars++
	bar_set[bars] = $SET
	bar_kind[bars] = $KIND
	bar_label[bars] = $LABEL
	bar_ns[bars] = $PER_FILE
	if (bars == 1 || $PER_FILE < least)
		least = $PER_FILE
	if ($PER_FILE > most)
		most = $PER_FILE
}

function set_scale() {
	low = int(log10(least / 2)) # no bar without length
	high = int(log10(most)) + 1
}
