#!/bin/sh
# zen-engine 2.1.3 (GoRules, Python): a date that is missing, or cannot be read, is earlier than every other.
#
# Numbers that are missing make a comparison end in an error. Dates made by d() do not: d(null) < d() is true, so "the last
# visit was more than 30 days ago" holds for each lead that never came, and d('x') is equal to any other date that cannot
# be read. date() of the same engine raises for the same text. Only isValid() tells.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install zen-engine==2.1.3 2>/dev/null
cat > "$work/try.py" <<'PY'
import zen


def answer(expression, lead):
    try:
        return zen.evaluate_expression(expression, lead)
    except RuntimeError:
        return "error"


for expression in (
    "d(visited) < d().sub('30d')",
    "d('05/01/2026') < d('2000-01-01')",
    "d('05/01/2026') == d('soon')",
    "d('05/01/2026').isValid()",
    "date('05/01/2026') < date('2000-01-01')",
    "visits < 30",
):
    print(answer(expression, {"visited": None, "visits": None}))
PY
found=$("$work/venv/bin/python" "$work/try.py" | tr '\n' ' ')
[ "$found" = "True True True False error error " ] || { echo "changed: $found"; exit 1; }
echo "as described: earlier than all others and equal to each other, where date() and numbers raise"
