#!/bin/bash
# flask-compress 1.25: where a streamed answer is compressed, the iterable that it stood for is not closed with the
# answer, so a file that Flask sends stays open until the garbage collector comes by.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q "flask==3.1.*" "flask-compress==1.25"
cat > "$folder/try.py" <<'PY'
from importlib.metadata import version

from flask import Flask, Response
from flask_compress import Compress


class Lines:
    closed = False

    def __iter__(self):
        yield b"line\n" * 1000

    def close(self):
        Lines.closed = True


app = Flask(__name__)
Compress(app)


@app.get("/")
def index():
    return Response(Lines(), mimetype="text/plain")


def closed_after(**headers):
    Lines.closed = False
    answer = app.test_client().get("/", headers=headers)
    assert answer.get_data()
    answer.close()
    return Lines.closed


plain, packed = closed_after(), closed_after(**{"Accept-Encoding": "br"})
print(f"flask-compress {version('flask-compress')}: closed as sent: {plain}; closed when compressed: {packed}")
assert plain and not packed, "this has changed"
PY
"$folder/venv/bin/python" "$folder/try.py"
