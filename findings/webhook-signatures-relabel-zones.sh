#!/bin/sh
# standardwebhooks 1.1.0 and svix 2.9.1 (Python): sign() takes the clock of an aware datetime, and drops its zone.
#
# 14:00 at +02:00 and 12:00 at UTC are one instant, and the header "webhook-timestamp" is the same number of seconds for
# both. The signature of the first is made for 14:00 UTC, two hours later, so that the library's own verify() refuses the
# message that its own sign() signed. Passed in UTC, the same instant is signed rightly.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install standardwebhooks==1.1.0 svix==2.9.1 2>/dev/null
cat > "$work/try.py" <<'PY'
import datetime

import standardwebhooks.webhooks
import svix.webhooks

SECRET = "whsec_" + "YWFh" * 8
now = datetime.datetime.now(datetime.timezone.utc)
for library in (standardwebhooks.webhooks, svix.webhooks):
    webhook = library.Webhook(SECRET)
    for hours in (0, 2):
        at = now.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": webhook.sign("msg_1", at, "{}"),
        }
        try:
            webhook.verify("{}", headers)
            print("verified")
        except library.WebhookVerificationError:
            print("refused")
PY
found=$("$work/venv/bin/python" "$work/try.py" | tr '\n' ' ')
[ "$found" = "verified refused verified refused " ] || { echo "changed: $found"; exit 1; }
echo "as described: both verify what was signed in UTC, and refuse the same instant signed at +02:00"
