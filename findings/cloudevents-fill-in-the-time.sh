#!/bin/sh
# cloudevents 2.2.0 (Python, both APIs) and 10.0.0 (JavaScript): an event without "time" gets the moment at which it is read.
#
# In CloudEvents 1.0 `time` is optional, and says when the occurrence happened. A receiver that reads an event with these
# libraries cannot tell that there was none: the same bytes read twice are two events of two times, and each program that
# passes an event on writes its own moment into it as if the source had said so. Only the raw body tells.
#
# Seen with Python 3.11 and Node 20. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install cloudevents==2.2.0 2>/dev/null
cat > "$work/try.py" <<'PY'
import datetime

from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.v1.http import from_http

BODY = b'{"specversion":"1.0","id":"1","source":"/shop","type":"bought","data":{}}'
HEADERS = {"content-type": "application/cloudevents+json"}
read = from_http_event(HTTPMessage(headers=HEADERS, body=BODY))
again = from_http_event(HTTPMessage(headers=HEADERS, body=BODY))
old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
print(old < read.get_time() < again.get_time(), b'"time"' in JSONFormat().write(read), bool(from_http(HEADERS, BODY)["time"]))
PY
cd "$work"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0
cat > try.js <<'JS'
const { HTTP } = require("cloudevents");
const body = '{"specversion":"1.0","id":"1","source":"/shop","type":"bought","data":{}}';
const read = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body });
console.log(Math.abs(Date.now() - Date.parse(read.time)) < 60000);
JS
found="$("$work/venv/bin/python" "$work/try.py") $(node try.js)"
[ "$found" = "True True True true" ] || { echo "changed: $found"; exit 1; }
echo "as described: all three fill in the moment of reading, and writing the event keeps it"
