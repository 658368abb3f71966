"""All adapters, and the kinds of source that each serves."""

from __future__ import annotations

from . import amplitude, cloudevents, customerio, events, jitsu, matomo, mixpanel, posthog, segment, snowplow
from .wire import Adapter, Request

# In the order in which they are asked: Customer.io's is told from Leadwright's own by how it logs in.
ADAPTERS: dict[str, Adapter] = {
    module.ADAPTER.name: module.ADAPTER
    for module in (
        customerio,
        events,
        cloudevents,
        segment,
        posthog,
        mixpanel,
        amplitude,
        snowplow,
        jitsu,
        matomo,
    )
}

KINDS: dict[str, str] = {
    "events": "events",
    "cloudevents": "cloudevents",
    "segment": "segment",
    "rudderstack": "segment",
    "customerio-cdp": "segment",
    "customerio": "customerio",
    "posthog": "posthog",
    "mixpanel": "mixpanel",
    "amplitude": "amplitude",
    "snowplow": "snowplow",
    "jitsu": "jitsu",
    "matomo": "matomo",
}
"""The kinds of source, each with the adapter that reads it."""


def adapter_of(request: Request) -> Adapter | None:
    """Whose request this is, None where it is no receiver's."""
    return next((adapter for adapter in ADAPTERS.values() if adapter.takes(request)), None)
