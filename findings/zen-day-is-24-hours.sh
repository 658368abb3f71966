#!/bin/sh
# zen-engine 2.1.3 (GoRules, Python): in a time zone, adding a day or a week adds hours, and adding a month keeps the clock.
#
# Noon in Berlin on the day before the clocks go forward, plus '1d' or '1w', is one o'clock; plus '1M' it is noon. Yet
# diff(..., 'day') counts days of the calendar, so that midnight to midnight over those 23 hours is one day. A rule of
# "within 7 days" that is written once with add and once with diff answers differently for leads near the hour.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install zen-engine==2.1.3 2>/dev/null
cat > "$work/try.py" <<'PY'
import zen

for step in ("1d", "1w", "1M"):
    moved = f"d('2026-03-28T12:00:00', 'Europe/Berlin').add('{step}')"
    print(zen.evaluate_expression(f"{moved}.format('%H:%M %z')", {}))
midnights = "d('2026-03-30T00:00:00', 'Europe/Berlin').diff(d('2026-03-29T00:00:00', 'Europe/Berlin'), '{}')"
print(zen.evaluate_expression(midnights.format("day"), {}), zen.evaluate_expression(midnights.format("hour"), {}))
PY
found=$("$work/venv/bin/python" "$work/try.py" | tr '\n' ';')
[ "$found" = "13:00 +0200;13:00 +0200;12:00 +0200;1.0 23.0;" ] || { echo "changed: $found"; exit 1; }
echo "as described: a day and a week later it is 13:00, a month later 12:00; 23 hours are a day"
