# SPDX-License-Identifier: MIT
# From `summary` and `targets` to a verdict on each target: TEXT OP LIMIT VALUE VERDICT.
# -v processors=N
#
# VERDICT is pass, missed, or "not measured", where a peer (named in `absent`) or a second processor
# is not there. A mode of ours that is not there is a miss.

FILENAME ~ /summary$/ {
	per_file[$KEY] = $PER_FILE
	whole[$KEY] = $MEDIAN
	paired[$KEY] = $PAIRED
	per_symbol[$KEY] = $SYMBOLS ? $MEDIAN / $SYMBOLS : 0
	peak_of[$KEY] = $PEAK
	if ($KIND == "ours" && $SET == "all" && $PEAK > peak)
		peak = $PEAK
	next
}

# What the target compares with its limit; "-" where it is not there.
function value_of(over, under) {
	if (under == "peak" && over != "ours")
		return over in peak_of ? peak_of[over] / 1024 : "-"
	if (under == "peak")
		return peak ? peak / 1024 : "-"
	if (under == "paired")
		return over in paired ? paired[over] : "-"
	if (under == "ms a file")
		return over in per_file ? per_file[over] / 1e6 : "-"
	if (under == "ms")
		return over in whole ? whole[over] / 1e6 : "-"
	if (sub(/^symbol:/, "", under))
		return per_symbol[over] && per_symbol[under] ? \
			per_symbol[over] / per_symbol[under] : "-"
	return over in per_file && under in per_file ? per_file[over] / per_file[under] : "-"
}

function is_excused(over, under) {
	return (under ~ /_j2$/ && processors < 2) || over in absent
}

FILENAME ~ /absent$/ { absent[$1] = 1; next }

{
	value = value_of($4, $5)
	if (is_excused($4, $5))
		value = "-"
	if (value == "-")
		verdict = is_excused($4, $5) ? "not measured" : "missed"
	else if ($2 == "at-least")
		verdict = value >= $3 ? "pass" : "missed"
	else
		verdict = ($2 == "below" ? value < $3 : value <= $3) ? "pass" : "missed"
	gsub(/-/, " ", $2)
	print $1, $2, $3, value == "-" ? value : sprintf("%.2f", value), verdict
}
