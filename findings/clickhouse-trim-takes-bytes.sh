#!/bin/bash
# ClickHouse 26.9 (chdb 4.4.0): TRIM with letters of one's own takes away single bytes instead of letters, so trimming an
# ideographic space (E3 80 80) from a text that begins with another letter of E3 cuts that letter in two.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q "chdb==4.4.0"
cat > "$folder/try.py" <<'PY'
import chdb

statement = "SELECT hex(TRIM(LEADING '\u3000' FROM '\u3041x')), isValidUTF8(TRIM(LEADING '\u3000' FROM '\u3041x')), version()"
trimmed, valid, version = str(chdb.query(statement, "TabSeparated")).split()
print(f"ClickHouse {version}: E3818178 without E38080 at its beginning is {trimmed}; valid UTF-8: {valid}")
assert (trimmed, valid) == ("818178", "0"), "this has changed"
PY
"$folder/venv/bin/python" "$folder/try.py"
