#!/bin/sh
# @rudderstack/rudder-sdk-node 3.0.13: the option `timeout` is one budget for all tries of a batch, pauses included.
#
# After 429 with "Retry-After: 1" the client waits a second and tries again, as it should. With `timeout: 1000` that second
# uses the budget up: the batch is not sent again, flush() rejects with "Too Many Requests", and the event is gone, though
# the client was asked to come back and the server would have taken it. With `timeout: 5000` the same batch arrives with
# the second request. So `timeout` has to be larger than all pauses that a server may ask for, not than one answer takes.
#
# Seen with Node 20. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @rudderstack/rudder-sdk-node@3.0.13
cat > try.js <<'JS'
const http = require("http");
const Client = require("@rudderstack/rudder-sdk-node");
process.on("unhandledRejection", () => {});
let requests = 0;
const server = http.createServer((request, response) => {
  request.resume().on("end", () => {
    requests += 1;
    const busy = requests === 1;
    response.writeHead(busy ? 429 : 200, { "Content-Type": "application/json", ...(busy && { "Retry-After": "1" }) });
    response.end(busy ? '{"code": "busy", "message": "later"}' : "{}");
  });
});
server.listen(0, "127.0.0.1", async () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  const client = new Client("key", { dataPlaneUrl: address, timeout: Number(process.argv[2]), flushAt: 1, logLevel: "none" });
  client.track({ userId: "u", event: "e" });
  setTimeout(() => {
    console.log(requests);
    process.exit(0);
  }, 4000);
});
JS
short=$(node try.js 1000 2>/dev/null)
long=$(node try.js 5000 2>/dev/null)
[ "$long" = 2 ] || { echo "changed: with a timeout of 5 s there were $long requests"; exit 1; }
[ "$short" = 1 ] || { echo "changed: with a timeout of 1 s there were $short requests"; exit 1; }
echo "as described: 1 request with a timeout of 1 s, 2 with one of 5 s"
