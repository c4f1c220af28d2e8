# SPDX-License-Identifier: MIT
# The bars that both pictures show: from `titles` and `summary` to bar[1..bars], on a scale of powers of ten from
# 10^low to 10^high nanoseconds a unit.

function log10(x) { return log(x) / log(10) }

# Where a value stands on the scale, 0 to 1.
function place(ns) { return (log10(ns) - low) / (high - low) }

# A power of ten, as "10 us".
function tick(power,    unit) {
	unit = power < 6 ? "us" : power < 9 ? "ms" : "s"
	return sprintf("%g %s", 10 ^ (power - (power < 6 ? 3 : power < 9 ? 6 : 9)), unit)
}

FILENAME ~ /titles$/ { set_title[$1] = $2; next }

function title(set) { return set_title[set] }

$SET != "linear" && $PER_FILE > 0 {
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
	if (!bars) # nothing could be measured
		least = most = 1e3
	low = int(log10(least / 2)) # no bar without length
	high = int(log10(most)) + 1
}
