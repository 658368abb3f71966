#!/bin/sh
# pyarrow 26.0.1 reads an instant of the year 2500 in a Parquet file as one of 1915, without an error.
#
# INT96 holds a day and the nanoseconds of that day, and reaches thousands of years. Spark writes instants so by default.
# Read without an option, such a column becomes nanoseconds since 1970 in 64 bits, which end in 2262, and what lies further
# on wraps around: a date of expiry in 2500 is then long past. Other out-of-range conversions of Arrow raise. With
# `coerce_int96_timestamp_unit="us"` the same file is read as it was written.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install pyarrow==26.0.1 2>/dev/null
cd "$work"
"$work/venv/bin/python" - <<'PY'
import datetime as dt
import sys

import pyarrow as pa
import pyarrow.parquet as pq

far = dt.datetime(2500, 1, 1)
table = pa.table({"expires": pa.array([far], pa.timestamp("us"))})
pq.write_table(table, "expires.parquet", use_deprecated_int96_timestamps=True)
plain = pq.read_table("expires.parquet").column("expires")
told = pq.read_table("expires.parquet", coerce_int96_timestamp_unit="us").column("expires")
year = plain.cast(pa.int64()).to_pylist()[0] // 1_000_000_000 // 31_556_952 + 1970
print(f"as read without an option: {plain.type}, year {year}; with microseconds: {told.to_pylist()[0]}")
if told.to_pylist() != [far]:
    sys.exit("changed: the file is not read rightly with coerce_int96_timestamp_unit either")
if year != 1915:
    sys.exit("changed: the instant no longer wraps around")
PY
echo "as described: 2500 is read as 1915 without an error"
