#!/bin/sh
# ClickHouse 26.9 (chdb 4.4.0): a window frame by RANGE takes an offset of at most 2,147,483,646, whatever the type of the
# column that it is ordered by.
#
# Over instants in microseconds, as an Int64, "the 35 minutes before" is the longest window that can be asked for: one more
# is refused with BAD_ARGUMENTS ("must be a nonnegative 32-bit integer"), although the sum of both fits the column. DuckDB
# takes the same statement. What helps is to order by seconds, which reach 68 years.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install chdb==4.4.0 duckdb==1.3.0 2>/dev/null
cat > "$work/clickhouse.py" <<'PY'
import sys

import chdb

asked = """SELECT sum(one) OVER (ORDER BY happened RANGE BETWEEN {} PRECEDING AND CURRENT ROW) AS n
FROM (SELECT arrayJoin([toInt64(0), 2147483647, 5000000000]) AS happened, 1 AS one) ORDER BY n"""
print("2,147,483,646:", str(chdb.query(asked.format(2147483646), "CSV")).split())
try:
    answer = chdb.query(asked.format(2147483647), "CSV")
except RuntimeError as error:
    said = str(error)
    print("2,147,483,647:", said[:120])
    sys.exit(0 if "32-bit" in said else "changed: refused for another reason")
sys.exit(f"changed: a longer frame is taken, and gives {str(answer).split()}")
PY
cat > "$work/duck.py" <<'PY'
import duckdb

asked = """SELECT sum(1) OVER (ORDER BY happened RANGE BETWEEN 2147483647 PRECEDING AND CURRENT ROW)
FROM (VALUES (0::BIGINT), (2147483647), (5000000000)) AS t (happened) ORDER BY 1"""
print("DuckDB:", [count for (count,) in duckdb.sql(asked).fetchall()])
PY
"$work/venv/bin/python" "$work/clickhouse.py"
"$work/venv/bin/python" "$work/duck.py"
echo "as described: refused from 2,147,483,647 on"
