#!/bin/sh
# matomo-tracker 2.2.4 (Node): a Date is sent as an empty value, without an error.
#
# `cdt`, the time of an action, is a date by its nature. Given as a Date it arrives as "cdt=", by track() and trackBulk()
# alike, and the action counts as one of now, or is refused. So does any other value that is an object. A text or a number
# of seconds arrives as given.
#
# Seen with Node 20. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts matomo-tracker@2.2.4
cat > try.js <<'JS'
const http = require("http");
const Tracker = require("matomo-tracker");
const seen = [];
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part)).on("end", () => {
    seen.push(...(request.url + Buffer.concat(parts)).matchAll(/[?&](cdt=[^&]*)/g));
    response.end();
    if (seen.length === 3) {
      console.log(seen.map((found) => found[1]).sort().join(" "));
      process.exit(0);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const tracker = new Tracker(1, `http://127.0.0.1:${server.address().port}/matomo.php`);
  const at = new Date("2026-01-05T12:00:00Z");
  tracker.track({ url: "http://shop.example/", cdt: at });
  tracker.track({ url: "http://shop.example/", cdt: at / 1000 });
  tracker.trackBulk([{ url: "http://shop.example/", cdt: at }], () => {});
});
JS
found=$(node try.js 2>/dev/null)
[ "$found" = "cdt= cdt= cdt=1767614400" ] || { echo "changed: $found"; exit 1; }
echo "as described: empty for a Date, by both calls, and as given for a number"
