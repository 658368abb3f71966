#!/bin/sh
# zen-engine 2.1.3 (GoRules, Python): a comparison that ends in an error in an expression is "no match" in a decision table.
#
# A number that came as text, as every CSV brings it, makes `employees >= 100` raise "Unsupported type" as an expression.
# The cell ">= 100" of a decision table over the same input neither matches nor raises, and nor does "< 100": the lead gets
# no points by either row, and nothing says so. Two texts compared ("> '2026-01-01'") are an error, and no match, likewise.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install zen-engine==2.1.3 2>/dev/null
cat > "$work/try.py" <<'PY'
import zen


def matched(field, cells, lead):
    spot = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": spot},
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": spot, "content": {
            "hitPolicy": "collect",
            "inputs": [{"id": "cell", "name": "cell", "field": field}],
            "outputs": [{"id": "row", "name": "row", "field": "row"}],
            "rules": [{"_id": str(row), "cell": cell, "row": str(row)} for row, cell in enumerate(cells)],
        }},
        {"id": "out", "type": "outputNode", "name": "out", "position": spot},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
             {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"}]
    result = zen.ZenEngine().create_decision({"nodes": nodes, "edges": edges}).evaluate(lead)["result"]
    return [found["row"] for found in result]


def raises(expression, lead):
    try:
        zen.evaluate_expression(expression, lead)
    except RuntimeError:
        return True
    return False


print(matched("employees", [">= 100", "< 100"], {"employees": 250}))
print(raises("employees >= 100", {"employees": "250"}), matched("employees", [">= 100", "< 100"], {"employees": "250"}))
print(raises("at > '2026-01-01'", {"at": "2026-02-01"}), matched("at", ["> '2026-01-01'"], {"at": "2026-02-01"}))
PY
found=$("$work/venv/bin/python" "$work/try.py" | tr '\n' ';')
[ "$found" = "[0];True [];True [];" ] || { echo "changed: $found"; exit 1; }
echo "as described: the expressions raise, and no row of the tables matches"
