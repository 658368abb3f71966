#!/bin/sh
# @jitsu/js 1.11.0 in Node: who was identified by one client is the user of every other client of the process.
#
# A server that makes a client for each request, so that visitors do not mix, mixes them all the same: after identify("ann")
# on the first client, a track() of a second one, made afterwards with options of its own, carries userId "ann" beside an
# anonymousId of its own. So events of strangers are recorded as hers until reset() is called on any client.
#
# Seen with Node 20. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @jitsu/js@1.11.0
cat > try.js <<'JS'
const http = require("http");
const { jitsuAnalytics } = require("@jitsu/js");
const seen = [];
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part)).on("end", () => {
    seen.push(JSON.parse(Buffer.concat(parts)));
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end('{"ok": true}');
  });
});
server.listen(0, "127.0.0.1", async () => {
  const options = { host: `http://127.0.0.1:${server.address().port}`, writeKey: "key:secret" };
  await jitsuAnalytics(options).identify("ann");
  const stranger = jitsuAnalytics({ ...options });
  await stranger.track("viewed pricing");
  await stranger.reset();
  await stranger.track("viewed pricing");
  const [ann, first, second] = seen;
  console.log(first.userId, first.anonymousId !== ann.anonymousId, second.userId || "nobody");
  process.exit(0);
});
JS
found=$(node try.js 2>/dev/null)
[ "$found" = "ann true nobody" ] || { echo "changed: $found"; exit 1; }
echo "as described: the second client sends userId ann with an anonymousId of its own, until reset()"
