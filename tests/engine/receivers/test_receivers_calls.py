"""What each client's requests are read as; that the clients send them so is held by tests/clients."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from leadwright.engine.receivers.adapters import ADAPTERS, KINDS, adapter_of
from leadwright.engine.receivers.calls import Call, Unreadable
from leadwright.engine.receivers.wire import LARGEST_UNPACKED, Delivery, Request, RequestRefused

AT = 1_769_940_000_000_000
"""2026-02-01T10:00:00Z."""

KEY = "lww_key"


def basic(user: str, password: str = "") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def post(path: str, body: object, headers: dict[str, str] | None = None, query: str = "") -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", path, query, headers or {}, data)


def segment(message: dict[str, Any], path: str = "/v1/batch") -> Request:
    body = {"batch": [message], "sentAt": "2026-02-01T10:00:01Z"} if path == "/v1/batch" else message
    return post(path, body, basic(KEY))


def posthog(event: dict[str, Any]) -> Request:
    return post("/batch/", {"api_key": KEY, "batch": [event]})


def mixpanel(place: str, message: object, *, packed: bool = False) -> Request:
    text = json.dumps(message)
    data = base64.b64encode(text.encode()).decode() if packed else quote_plus(text)
    return post(place, f"data={data}&verbose=1".encode())


def amplitude(event: dict[str, Any]) -> Request:
    return post("/2/httpapi", {"api_key": KEY, "events": [event]})


def snowplow(event: dict[str, Any]) -> Request:
    return post(
        "/com.snowplowanalytics.snowplow/tp2", {"schema": "payload_data", "data": [{"aid": KEY, **event}]}
    )


def customerio(method: str, path: str, body: object) -> Request:
    return Request(method, path, "", basic("site", KEY), json.dumps(body).encode())


def matomo(**parameters: str) -> Request:
    return Request("GET", "/matomo.php", urlencode({"token_auth": KEY, "rec": "1", **parameters}))


def own(body: object) -> Request:
    return post("/api/v1/events", body, {"authorization": f"Bearer {KEY}"})


TIME = "2026-02-01T10:00:00.000Z"
MILLIS = AT // 1000

CASES: list[tuple[str, Request, Call]] = [
    (
        "segment",
        segment({"type": "track", "event": "Signed Up", "userId": "u1", "messageId": "m", "timestamp": TIME}),
        Call("u1", None, "m", AT, AT + 1_000_000, "Signed Up"),
    ),
    (
        "segment",
        segment(
            {"type": "page", "anonymousId": "a", "properties": {"url": "https://x.example/pricing/?a=1#b"}}
        ),
        Call(None, "a", sent=AT + 1_000_000, type="visited", object="/pricing"),
    ),
    (
        "segment",
        segment({"userId": "u1", "anonymousId": "a", "traits": {"email": "u@x.example"}}, "/v1/identify"),
        Call("u1", "a", traits={"email": "u@x.example"}),
    ),
    (
        "segment",
        segment({"type": "identify", "userId": 7, "context": {"traits": {"plan": "pro"}}}),
        Call("7", sent=AT + 1_000_000, traits={"plan": "pro"}),
    ),
    (
        "segment",
        segment({"type": "group", "userId": "u1", "groupId": "g", "traits": {"name": "Acme"}}),
        Call("u1", sent=AT + 1_000_000, traits={"company": {"id": "g", "name": "Acme"}}),
    ),
    (
        "segment",
        segment({"type": "alias", "userId": "u1", "previousId": "a"}),
        Call("u1", sent=AT + 1_000_000, same="a"),
    ),
    (
        "posthog",
        posthog({"event": "Paid", "distinct_id": "u1", "uuid": "m", "properties": {"$lib": "x", "sum": 5}}),
        Call("u1", None, "m", type="Paid", properties={"sum": 5}),
    ),
    (
        "posthog",
        posthog(
            {
                "event": "$pageview",
                "distinct_id": "d",
                "properties": {"$device_id": "d", "$pathname": "/docs"},
            }
        ),
        Call(None, "d", type="visited", object="/docs"),
    ),
    (
        "posthog",
        posthog(
            {
                "event": "$identify",
                "distinct_id": "u1",
                "properties": {"$anon_distinct_id": "d", "$set": {"email": "u@x.example"}},
            }
        ),
        Call("u1", "d", traits={"email": "u@x.example"}),
    ),
    (
        "posthog",
        posthog({"event": "$create_alias", "distinct_id": "old", "properties": {"alias": "new"}}),
        Call("old", same="new"),
    ),
    (
        "mixpanel",
        mixpanel(
            "/track",
            {
                "event": "Paid",
                "properties": {"token": KEY, "distinct_id": "u1", "time": AT / 1e6, "$insert_id": "m"},
            },
        ),
        Call("u1", None, "m", AT, type="Paid"),
    ),
    (
        "mixpanel",
        mixpanel(
            "/track",
            [{"event": "ö+/?", "properties": {"token": KEY, "distinct_id": "$device:d", "time": MILLIS}}],
            packed=True,
        ),
        Call(None, "d", at=AT, type="ö+/?"),
    ),
    (
        "mixpanel",
        mixpanel("/engage", {"$token": KEY, "$distinct_id": "u1", "$set": {"$email": "u@x.example"}}),
        Call("u1", traits={"email": "u@x.example"}),
    ),
    (
        "mixpanel",
        mixpanel("/import", {"event": "$merge", "properties": {"token": KEY, "$distinct_ids": ["u1", "a"]}}),
        Call("u1", same="a"),
    ),
    (
        "amplitude",
        amplitude(
            {"event_type": "Paid", "user_id": "u1", "device_id": "d", "time": MILLIS, "insert_id": "m"}
        ),
        Call("u1", "d", "m", AT, type="Paid"),
    ),
    (
        "amplitude",
        amplitude({"event_type": "$identify", "user_id": "u1", "user_properties": {"$set": {"plan": "pro"}}}),
        Call("u1", traits={"plan": "pro"}),
    ),
    (
        "snowplow",
        snowplow({"e": "pv", "url": "https://x.example/a?b", "uid": "u1", "eid": "m", "dtm": str(MILLIS)}),
        Call("u1", None, "m", AT, type="visited", object="/a"),
    ),
    (
        "snowplow",
        snowplow({"e": "se", "se_ca": "c", "se_ac": "played", "se_la": "film", "se_va": "2.5", "duid": "d"}),
        Call(None, "d", type="played", object="film", properties={"category": "c", "value": 2.5}),
    ),
    (
        "snowplow",
        snowplow(
            {
                "e": "ue",
                "uid": "u1",
                "ue_px": base64.urlsafe_b64encode(
                    json.dumps(
                        {"data": {"schema": "iglu:com.x/signed_up/jsonschema/1-0-0", "data": {"plan": "pro"}}}
                    ).encode()
                ).decode(),
            }
        ),
        Call("u1", type="signed_up", properties={"plan": "pro"}),
    ),
    (
        "customerio",
        customerio("PUT", "/api/v1/customers/a%2Fb%25", {"email": "u@x.example"}),
        Call("a/b%", traits={"email": "u@x.example"}),
    ),
    (
        "customerio",
        customerio(
            "POST",
            "/api/v1/customers/u1/events",
            {"name": "Paid", "data": {"sum": 5}, "timestamp": AT // 10**6},
        ),
        Call("u1", at=AT, type="Paid", properties={"sum": 5}),
    ),
    (
        "customerio",
        customerio("POST", "/api/v1/customers/u1/events", {"name": "Paid", "timestamp": 0}),
        Call("u1", at=0, type="Paid"),
    ),
    (
        "segment",
        post("/v1/track", {"writeKey": KEY, "userId": "u1", "event": "Paid", "timestamp": 0}),
        Call("u1", at=0, type="Paid"),
    ),
    (
        "customerio",
        customerio("POST", "/api/v1/events", {"name": "Looked", "anonymous_id": "a"}),
        Call(None, "a", type="Looked"),
    ),
    (
        "customerio",
        customerio("POST", "/api/v1/merge_customers", {"primary": {"id": "u1"}, "secondary": {"id": "a"}}),
        Call("u1", same="a"),
    ),
    (
        "jitsu",
        post(
            "/api/s/s2s/track",
            {"event": "Paid", "userId": "u1", "anonymousId": "a"},
            {"x-write-key": f"id:{KEY}"},
        ),
        Call("u1", "a", type="Paid"),
    ),
    (
        "matomo",
        matomo(uid="u1", e_c="video", e_a="played", e_n="film", e_v="4"),
        Call("u1", type="played", object="film", properties={"category": "video", "value": 4.0}),
    ),
    (
        "matomo",
        matomo(_id="d", url="https://x.example/pricing?x", cdt=str(AT // 10**6)),
        Call(None, "d", at=AT, type="visited", object="/pricing"),
    ),
    (
        "matomo",
        Request("GET", "/matomo.php", urlencode({"idsite": KEY, "uid": "u1", "search": "price"})),
        Call("u1", type="searched", object="price"),
    ),
    (
        "events",
        own(
            {
                "lead": "u1",
                "type": "visited",
                "object": "/x",
                "at": TIME,
                "id": "m",
                "fields": {"plan": "pro"},
            }
        ),
        Call("u1", None, "m", AT, type="visited", object="/x", traits={"plan": "pro"}),
    ),
    (
        "cloudevents",
        post(
            "/api/v1/cloudevents",
            {"plan": "pro"},
            {
                "authorization": f"Bearer {KEY}",
                "content-type": "application/json; charset=utf-8",
                "ce-specversion": "1.0",
                "ce-id": "m",
                "ce-source": "/s",
                "ce-type": "signed%20up",
                "ce-subject": "u1",
            },
        ),
        Call("u1", None, "/s m", type="signed up", properties={"plan": "pro"}),
    ),
]


def delivered(request: Request) -> tuple[str, Delivery]:
    adapter = adapter_of(request)
    assert adapter is not None
    return adapter.name, adapter.read(request)


@pytest.mark.parametrize(("name", "request_", "wanted"), CASES)
def test_a_message_is_read_as_a_call(name: str, request_: Request, wanted: Call) -> None:
    adapter = adapter_of(request_)
    assert adapter is not None
    assert adapter.name == name
    delivery = adapter.read(request_)
    assert delivery.key == KEY
    # What lies in the inbox is JSON, and the key is not in it.
    kept = json.dumps([dict(delivery.about), list(delivery.messages)])
    assert KEY not in kept
    about, messages = json.loads(kept)
    assert [adapter.call(message, about) for message in messages] == [wanted]


def test_every_kind_of_source_has_a_case() -> None:
    assert {name for name, _, _ in CASES} == set(KINDS.values())


UNREADABLE = [
    (segment({"type": "track", "event": "x"}), "no id: give userId or anonymousId"),
    (segment({"type": "track", "userId": "u1"}), "no event"),
    (
        segment({"type": "track", "userId": "x" * 10_000, "event": "x"}),
        "userId has 10,000 characters; an id has 1,000",
    ),
    (
        segment({"type": "track", "userId": "undefined", "event": "x"}),
        'userId is "undefined", which is nobody',
    ),
    (segment({"type": "track", "userId": {"a": 1}, "event": "x"}), "userId is not text"),
    (
        segment({"type": "track", "userId": "u", "event": "x", "timestamp": "yesterday"}),
        "which is not a date",
    ),
    (segment({"type": "track", "userId": "u", "event": "x", "timestamp": 1e300}), "which is not a date"),
    (posthog({"event": "x"}), "no id: give distinct_id"),
    (mixpanel("/track", {"event": "x", "properties": {}}), "no id: give distinct_id"),
    (amplitude({"event_type": "x"}), "no id: give user_id or device_id"),
    (snowplow({"e": "xx", "uid": "u"}), 'e is "xx"'),
    (snowplow({"e": "ue", "uid": "u", "ue_px": "a"}), "ue_px is no base64"),
    (matomo(url="https://x.example/"), "no id: give uid or _id"),
    (own({"type": "x"}), "no id: give lead or anonymous"),
    (own({"lead": "u", "typ": "x"}), 'there is no "typ"; there are lead'),
    (own({"lead": "u"}), "nothing happened"),
]


@pytest.mark.parametrize(("request_", "why"), UNREADABLE)
def test_a_message_that_cannot_be_read_says_why(request_: Request, why: str) -> None:
    adapter = adapter_of(request_)
    assert adapter is not None
    delivery = adapter.read(request_)
    with pytest.raises(Unreadable) as error:
        adapter.call(delivery.messages[0], delivery.about)
    assert why in str(error.value)


def test_a_time_without_an_offset_is_taken_for_utc() -> None:
    times = [
        delivered(segment({"type": "track", "userId": "u", "event": "x", "timestamp": time}))
        for time in ("2026-01-14T09:00:00", "2026-01-14T09:00:00Z")
    ]
    naive, told = (ADAPTERS[name].call(found.messages[0], found.about).at for name, found in times)
    assert naive == told == 1_768_381_200_000_000


REFUSED = [
    (post("/v1/batch", b"{"), "the body is not JSON (line 1, column 2)"),
    (post("/v1/batch", b"\xff{}"), "the body is not UTF-8"),
    (post("/v1/batch", b"[" * 100_000), "nested too deeply"),
    (post("/v1/batch", b'{"batch": [' + b"9" * 5000 + b"]}"), "too many digits"),
    (post("/v1/batch", gzip.compress(b" " * (LARGEST_UNPACKED + 1))), "unpacks to more than 32 MiB"),
    (post("/v1/batch", gzip.compress(b"{}")[:-4]), "ends too early"),
    (post("/v1/batch", b"\x1f\x8bnot gzip"), "damaged"),
    (post("/v1/batch", {"batch": {}}), "batch is no list"),
    (post("/v1/track", []), "no object"),
    (post("/2/httpapi", {"events": [1] * 50_001}), "more than 50,000 entries"),
    (post("/track", b"data=%%%"), "neither JSON nor base64"),
    (post("/track", b"x=1"), "there is no data"),
    (post("/api/v1/cloudevents", {}), "no CloudEvent"),
    (post("/matomo.php", {"requests": [1]}), "is not text"),
]


@pytest.mark.parametrize(("request_", "why"), REFUSED)
def test_a_request_that_cannot_be_read_says_why(request_: Request, why: str) -> None:
    with pytest.raises(RequestRefused) as error:
        delivered(request_)
    assert error.value.status == 400
    assert why in error.value.message


def test_what_json_does_not_allow_and_clients_send_is_read() -> None:
    body = b'{"batch": [{"type": "track", "properties": {"a": NaN, "b": 9223372036854775808}}]}'
    _, delivery = delivered(post("/v1/batch", body, basic(KEY)))
    assert delivery.messages[0]["properties"]["b"] == 2**63


def test_gzip_is_unpacked_whatever_its_headers_say() -> None:
    body = gzip.compress(json.dumps({"batch": [{"type": "track"}]}).encode())
    name, delivery = delivered(
        post("/v1/batch", body, basic(KEY) | {"content-type": "application/x-www-form-urlencoded"})
    )
    assert (name, len(delivery.messages)) == ("segment", 1)


def test_lines_are_read_one_by_one() -> None:
    adapter = adapter_of(own({}))
    assert adapter is not None
    body = b'{"lead": "u1", "type": "a"}\n\nnot json\n{"lead": "u2", "type": "b"}\n'
    for kind in ("application/x-ndjson", ""):
        request = post("/api/v1/events", body, {"authorization": "Bearer k", "content-type": kind})
        messages = adapter.read(request).messages
        assert len(messages) == 3
        with pytest.raises(Unreadable, match="the line is not JSON"):
            adapter.call(messages[1], {})


def test_addresses_of_the_page_are_nobodys() -> None:
    for method, path in (
        ("GET", "/"),
        ("GET", "/leads"),
        ("POST", "/api/v1/rules/check"),
        ("GET", "/v1/batch"),
    ):
        assert adapter_of(Request(method, path)) is None


def test_nothing_is_sent_to_a_person_without_an_id() -> None:
    request = customerio("POST", "/api/v1/customers//events", {"name": "Paid"})
    with pytest.raises(RequestRefused, match="nothing is sent to /api/v1/customers//events"):
        ADAPTERS["customerio"].read(request)
