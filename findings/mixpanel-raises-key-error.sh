#!/bin/sh
# mixpanel 5.4.1 (Python) raises KeyError, and not its own MixpanelException, where an answer is JSON without "status".
#
# Its consumer promises MixpanelException where the server cannot be reached or refuses. A proxy or gateway before the
# server that answers 429 or 503 with JSON of its own, such as {"message": "later"}, makes `Consumer.send` end in
# KeyError: 'status' instead, whatever the HTTP status. So does `BufferedConsumer.flush`: a program that catches
# MixpanelException, which the docstrings of both name alone, is ended by it. A text that is no JSON gives MixpanelException.
#
# Seen with Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install mixpanel==5.4.1 2>/dev/null
cat > "$work/try.py" <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from mixpanel import Consumer, Mixpanel


class Gateway(BaseHTTPRequestHandler):
    body = b""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(503)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}/track"
for Gateway.body in (b"later", b'{"message": "later"}'):
    try:
        Mixpanel("token", Consumer(events_url=address)).track("somebody", "Signed up")
    except Exception as error:
        print(type(error).__name__)
server.shutdown()
PY
found=$("$work/venv/bin/python" "$work/try.py" | tr '\n' ' ')
[ "$found" = "MixpanelException KeyError " ] || { echo "changed: a text and JSON without a status gave $found"; exit 1; }
echo "as described: MixpanelException for a text, KeyError for JSON without a status"
