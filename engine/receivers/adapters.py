"""All adapters, and the kinds of source that each serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import amplitude, cloudevents, customerio, events, jitsu, matomo, mixpanel, posthog, segment, snowplow
from .calls import Call, Unreadable
from .wire import Adapter, Delivery, Request, RequestRefused

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


def read_delivery(adapter: Adapter, request: Request) -> Delivery:
    """What a request says. Raises `RequestRefused`, whatever is wrong: a client would repeat all else."""
    try:
        return adapter.read(request)
    except RequestRefused:
        raise
    except Exception as error:
        raise RequestRefused(
            400, "unreadable", f"the request cannot be read ({type(error).__name__})"
        ) from error


def read_call(adapter: Adapter, message: Any, about: Mapping[str, Any]) -> Call:
    """What a message says. Raises `Unreadable`, whatever is wrong with it: it must hold up no other."""
    try:
        return adapter.call(message, about)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"it cannot be read ({type(error).__name__})") from error
