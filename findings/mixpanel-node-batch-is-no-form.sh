#!/bin/sh
# mixpanel 0.24.0 (Node): a batch is announced as a form, and its base64 is not percent-encoded.
#
# track_batch() posts `data=` and base64 as application/x-www-form-urlencoded. By the rules of forms "+" is a space, and
# base64 has one for ">" and for many letters beyond ASCII. A receiver that reads the form as every framework does gets
# broken JSON for pages named "Home > Pricing"; one that cuts the raw body after "data=" reads all events.
#
# Seen with Node 20. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts mixpanel@0.24.0
cat > try.js <<'JS'
const http = require("http");
const Mixpanel = require("mixpanel");
const decoded = (text) => {
  try {
    return JSON.parse(Buffer.from(text, "base64").toString()).length;
  } catch {
    return "broken";
  }
};
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part)).on("end", () => {
    const body = Buffer.concat(parts).toString();
    const form = new URLSearchParams(body).get("data");
    console.log(request.headers["content-type"], decoded(form), decoded(body.slice("data=".length)));
    response.end("1");
  });
});
server.listen(0, "127.0.0.1", () => {
  const client = Mixpanel.init("token", { host: `127.0.0.1:${server.address().port}`, protocol: "http" });
  const events = Array.from({ length: 20 }, (_, number) => ({
    event: "Signed up",
    properties: { distinct_id: `user ${number}`, page: `Home > Pricing > Plan ${number}` },
  }));
  client.track_batch(events, {}, () => process.exit(0));
});
JS
found=$(node try.js 2>/dev/null)
[ "$found" = "application/x-www-form-urlencoded broken 20" ] || { echo "changed: $found"; exit 1; }
echo "as described: broken when read as a form, 20 events when the raw body is cut"
