"""Sends with one of the Python clients, as a program of its user would: NAME ADDRESS KEY PERSON COUNT.

It runs in an environment of its own, in which Leadwright is not. `Paid` is sent COUNT times, numbered from 0.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

PAGE = "https://www.acme.example/pricing?utm=x"


def mail(person: str) -> str:
    return f"{person}@acme.example"


def _segment_like(client: Any, person: str, count: int) -> None:
    client.identify(person, {"email": mail(person), "employees": 500})
    client.group(person, "acme", {"name": "Acme"})
    client.alias(f"{person}-before", person)
    client.page(person, "site", "Pricing", {"url": PAGE})
    for number in range(count):
        client.track(person, "Paid", {"n": number})
    client.flush()


def segment(address: str, key: str, person: str, count: int) -> None:
    from segment.analytics.client import Client

    client = Client(key, host=address, timeout=1)
    _segment_like(client, person, count)
    client.join()


def rudderstack(address: str, key: str, person: str, count: int) -> None:
    from rudderstack.analytics.client import Client

    client = Client(key, host=address, timeout=1)
    _segment_like(client, person, count)
    client.join()


def customerio_cdp(address: str, key: str, person: str, count: int) -> None:
    from customerio.analytics.client import Client

    client = Client(key, host=address, timeout=1)
    _segment_like(client, person, count)
    client.join()


def posthog(address: str, key: str, person: str, count: int) -> None:
    from posthog import Posthog

    client = Posthog(key, host=address, timeout=1)
    client.set(distinct_id=person, properties={"email": mail(person), "employees": 500})
    client.group_identify("company", "acme", {"name": "Acme"})
    client.alias(f"{person}-before", person)
    client.capture("$pageview", distinct_id=person, properties={"$current_url": PAGE})
    for number in range(count):
        client.capture("Paid", distinct_id=person, properties={"n": number})
    client.flush()
    client.join()


def mixpanel(address: str, key: str, person: str, count: int) -> None:
    from mixpanel import BufferedConsumer, Mixpanel, MixpanelException

    places = {"events": "track", "people": "engage", "groups": "groups", "imports": "import"}
    urls = {
        f"{name if name != 'imports' else 'import'}_url": f"{address}/{place}"
        for name, place in places.items()
    }
    consumer = BufferedConsumer(request_timeout=1, **urls)
    client = Mixpanel(key, consumer=consumer)
    client.people_set(person, {"$email": mail(person), "employees": 500})
    client.group_set("company", "acme", {"name": "Acme"})
    client.track(person, "$mp_web_page_view", {"current_url_path": "/pricing"})
    for number in range(count):
        _until(
            lambda number=number: client.track(person, "Paid", {"n": number}), MixpanelException, once=number
        )
    _until(consumer.flush, MixpanelException)


def _until(do: Any, error: type[Exception], once: int | None = None) -> None:
    """What a program does whose client raises: it flushes again; the event is in the buffer by then."""
    for _ in range(10):
        try:
            do()
        except error:
            if once is not None:
                return
            time.sleep(0.2)
        else:
            return


def amplitude(address: str, key: str, person: str, count: int) -> None:
    from amplitude import Amplitude, BaseEvent, EventOptions, Identify

    client = Amplitude(key)
    client.configuration.server_url = f"{address}/2/httpapi"
    client.configuration.flush_interval_millis = 200
    told: list[int] = []
    client.configuration.callback = lambda _event, code, _message=None: told.append(code)
    known = Identify()
    known.set("email", mail(person))
    known.set("employees", 500)
    client.identify(known, EventOptions(user_id=person, device_id=f"{person}-before"))
    client.set_group("company", "acme", EventOptions(user_id=person))
    seen = {"[Amplitude] Page URL": PAGE}
    client.track(BaseEvent("[Amplitude] Page Viewed", user_id=person, event_properties=seen))
    for number in range(count):
        client.track(BaseEvent("Paid", user_id=person, event_properties={"n": number}))
    until = time.monotonic() + 30
    while len(told) < count + 3 and time.monotonic() < until:
        client.flush()
        time.sleep(0.1)
    client.shutdown()


def snowplow(address: str, key: str, person: str, count: int) -> None:
    from snowplow_tracker import Emitter, PageView, SelfDescribing, SelfDescribingJson, Subject, Tracker

    done = [0]

    def sent(events: Any) -> None:
        done[0] += len(events)

    emitter = Emitter(address, protocol="http", request_timeout=1, on_success=sent)
    subject = Subject()
    subject.set_user_id(person)
    tracker = Tracker("shop", emitters=emitter, subject=subject, app_id=key, encode_base64=True)
    tracker.track(PageView(PAGE, "Pricing"))
    for number in range(count):
        tracker.track(
            SelfDescribing(SelfDescribingJson("iglu:com.acme/Paid/jsonschema/1-0-0", {"n": number}))
        )
    until = time.monotonic() + 40
    while done[0] < count + 1 and time.monotonic() < until:
        tracker.flush()
        time.sleep(0.1)


def customerio(address: str, key: str, person: str, count: int) -> None:
    from customerio import CustomerIO, CustomerIOException

    client = CustomerIO("site", key, timeout=1)
    # The client speaks HTTPS alone; a proxy that ends it stands before Leadwright as before any server.
    client.base_url = f"{address}/api/v1"

    def send(do: Any) -> None:
        for _ in range(4):
            try:
                do()
            except CustomerIOException:
                time.sleep(0.1)
            else:
                return

    send(lambda: client.identify(person, email=mail(person), employees=500))
    send(lambda: client.pageview(person, PAGE))
    send(lambda: client.track_anonymous(f"{person}-before", "Looked"))
    send(lambda: client.merge_customers("id", person, "id", f"{person}-before"))
    for number in range(count):
        send(lambda number=number: client.track(person, "Paid", {"n": number}, id=f"{person} {number}"))


def cloudevents(address: str, key: str, person: str, count: int) -> None:
    import requests
    from cloudevents.core.bindings.http import to_binary, to_structured
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    for number in range(count):
        attributes = {
            "id": f"{number}",
            "source": "/shop",
            "type": "Paid",
            "subject": person,
            "specversion": "1.0",
            "datacontenttype": "application/json",
        }
        event = CloudEvent(attributes, {"n": number})
        message = (to_binary if number % 2 else to_structured)(event, JSONFormat())
        headers = {**message.headers, "Authorization": f"Bearer {key}"}
        for _ in range(5):
            try:
                answer = requests.post(
                    f"{address}/api/v1/cloudevents", data=message.body, headers=headers, timeout=1
                )
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                break


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    name, address, key, person, count = sys.argv[1:]
    globals()[name](address, key, person, int(count))
