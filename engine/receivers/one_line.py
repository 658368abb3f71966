"""The one line that a program changes to send here, by the kind of source."""

from __future__ import annotations

from urllib.parse import urlsplit

_LINES = {
    "events": """curl ADDRESS/api/v1/events -H "Authorization: Bearer KEY" \\
  -d '{"lead": "zoe@example.com", "type": "visited", "object": "/pricing"}'""",
    "cloudevents": """curl ADDRESS/api/v1/cloudevents -H "Authorization: Bearer KEY" \\
  -H "Content-Type: application/cloudevents+json" \\
  -d '{"specversion": "1.0", "id": "1", "source": "/shop", "type": "paid", "subject": "zoe@example.com"}'""",
    "segment": 'const analytics = new Analytics({ writeKey: "KEY", host: "ADDRESS" });',
    "rudderstack": 'const client = new RudderAnalytics("KEY", { dataPlaneUrl: "ADDRESS" });',
    "customerio-cdp": 'analytics.write_key, analytics.host = "KEY", "ADDRESS"',
    "customerio": 'client = CustomerIO("site", "KEY", host="HOST")',
    "posthog": 'const posthog = new PostHog("KEY", { host: "ADDRESS" });',
    "mixpanel": 'const mixpanel = Mixpanel.init("KEY", { host: "HOST", protocol: "SCHEME" });',
    "amplitude": 'amplitude.init("KEY", { serverUrl: "ADDRESS/2/httpapi" });',
    "snowplow": 'const tracker = newTracker({ namespace: "site", appId: "KEY" }, { endpoint: "ADDRESS" });',
    "jitsu": 'const jitsu = jitsuAnalytics({ host: "ADDRESS", writeKey: "leadwright:KEY", s2s: true });',
    "matomo": 'const matomo = new MatomoTracker("KEY", "ADDRESS/matomo.php");',
}


def one_line(kind: str, address: str, key: str) -> str:
    """The line, for a server at an address such as https://leads.acme.example."""
    parts = urlsplit(address)
    line = _LINES[kind].replace("ADDRESS", address).replace("HOST", parts.netloc)
    return line.replace("SCHEME", parts.scheme).replace("KEY", key)
