#!/bin/bash
# SQLite 3.46.1 (by apsw 3.46.1.0): a partial index on `state WHERE state > 0` is not used for `state = 1`, which
# implies it; all of the table is read. It is used once the condition of the index stands in the query as well.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q "apsw==3.46.1.0"
cat > "$folder/try.py" <<'PY'
import apsw

db = apsw.Connection(":memory:")
db.execute("CREATE TABLE lead (id INTEGER PRIMARY KEY, state INTEGER NOT NULL)")
db.execute("CREATE INDEX apart ON lead (state) WHERE state > 0")


def plan(where):
    return list(db.execute(f"EXPLAIN QUERY PLAN SELECT id FROM lead WHERE {where}"))[0][3]


implied, repeated = plan("state = 1"), plan("state > 0 AND state = 1")
print(f"SQLite {apsw.sqlite_lib_version()}: state = 1: {implied}; state > 0 AND state = 1: {repeated}")
assert implied == "SCAN lead", "this has changed"
assert "apart" in repeated, "this has changed"
PY
"$folder/venv/bin/python" "$folder/try.py"
