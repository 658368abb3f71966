#!/bin/sh
# cel-python 0.5.0: a whole number and a number with a fraction can be ordered, and not compared for equality.
#
# `employees >= 10` and `employees <= 10` are true of 10.0, as readers of CSV and JSON hand numbers on. `employees == 10`,
# `employees != 10` and `employees in [10]` end in "found no matching overload". So a rule works with `>=`, and fails on the
# same lead where somebody writes `==`.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install cel-python==0.5.0 2>/dev/null
cat > "$work/try.py" <<'PY'
import celpy

environment = celpy.Environment()
lead = celpy.json_to_cel({"employees": 10.0})
for rule in ("employees >= 10 && employees <= 10", "employees == 10", "employees != 10", "employees in [10]"):
    try:
        print(bool(environment.program(environment.compile(rule)).evaluate(lead)))
    except celpy.CELEvalError:
        print("error")
PY
found=$("$work/venv/bin/python" "$work/try.py" 2>/dev/null | tr '\n' ' ')
[ "$found" = "True error error error " ] || { echo "changed: $found"; exit 1; }
echo "as described: ordered, and neither compared for equality nor found in a list"
