#!/bin/sh
# segment-analytics-python 2.4.0: what zone a datetime without one is read in depends on how long ago it is.
#
# A naive `timestamp` that is less than 5 seconds old, or later than now, is taken for the computer's own time; an older one
# for UTC. In New York two events 10 seconds apart, both stamped with datetime.now() and sent by a program that lags,
# arrive four or five hours apart, in reverse order.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install segment-analytics-python==2.4.0 2>/dev/null
cat > "$work/try.py" <<'PY'
import datetime

from segment.analytics.client import Client

client = Client("key", send=False)
now = datetime.datetime.now()
sent = [
    datetime.datetime.fromisoformat(
        client.track("somebody", "event", timestamp=now - datetime.timedelta(seconds=age))[1]["timestamp"]
    )
    for age in (11, 1)
]
hours = round((sent[1] - sent[0]).total_seconds() / 3600)
print("apart by hours" if hours in (4, 5) else sent)
PY
found=$(TZ=America/New_York "$work/venv/bin/python" "$work/try.py")
[ "$found" = "apart by hours" ] || { echo "changed: $found"; exit 1; }
echo "as described: two events 10 seconds apart are sent 4 or 5 hours apart"
