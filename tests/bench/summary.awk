# SPDX-License-Identifier: MIT
# From `modes` (a line for each mode) and `runs` (a line for each measured run) to `summary`:
# medians, and the ratios to the floor and to our mode.
#
#   modes  KEY KIND SET FLOOR OURS LABEL WORK FILES SYMBOLS
#   runs   KEY WALL_NS USER_US SYSTEM_US PEAK_KIB STATUS

BEGIN { FS = OFS = "\t" }

FILENAME ~ /modes$/ {
	keys[++n] = $1
	kind[$1] = $2; set[$1] = $3; base[$1] = $4; ours[$1] = $5
	label[$1] = $6; work[$1] = $7; files[$1] = $8; symbols[$1] = $9
	next
}

{
	i = ++rounds[$1]
	wall[$1, i] = each[$1, i] = $2
	cpu[$1, i] = ($3 + $4) * 1000
	if ($5 > peak[$1])
		peak[$1] = $5
	if ($6 > status[$1])
		status[$1] = $6
}

# The median of VALUES[key, 1..count]; sorts them.
function median(values, key, count,    i, j, v) {
	for (i = 2; i <= count; i++) {
		v = values[key, i]
		for (j = i - 1; j > 0 && values[key, j] > v; j--)
			values[key, j + 1] = values[key, j]
		values[key, j + 1] = v
	}
	i = int((count + 1) / 2)
	return count % 2 ? values[key, i] : (values[key, i] + values[key, i + 1]) / 2
}

# Times a file takes in mode A, in those of mode B.
function ratio(a, b) { return b in per_file && per_file[b] > 0 ? per_file[a] / per_file[b] : "-" }

# The same of each round, and the median of that: a slow minute of the machine is in both.
function paired(a, b,    i) {
	if (!(b in per_file) || rounds[a] != rounds[b])
		return "-"
	for (i = 1; i <= rounds[a]; i++)
		quotient[a, i] = each[b, i] ? each[a, i] / files[a] / (each[b, i] / files[b]) : 0
	return median(quotient, a, rounds[a])
}

END {
	for (i = 1; i <= n; i++) {
		k = keys[i]
		if (!rounds[k])
			continue
		middle[k] = median(wall, k, rounds[k])
		busy[k] = median(cpu, k, rounds[k])
		per_file[k] = middle[k] / files[k]
	}
	for (i = 1; i <= n; i++) {
		k = keys[i]
		if (!rounds[k])
			continue
		print k, kind[k], set[k], label[k], work[k], files[k], symbols[k], rounds[k], \
			sprintf("%.0f", middle[k]), sprintf("%.0f", wall[k, 1]), \
			sprintf("%.0f", wall[k, rounds[k]]), sprintf("%.1f", per_file[k]), \
			sprintf("%.0f", busy[k]), peak[k], ratio(k, base[k]), ratio(k, ours[k]), \
			status[k] + 0, paired(k, base[k])
	}
}
