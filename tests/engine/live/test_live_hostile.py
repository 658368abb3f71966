"""Whatever comes in a message: it is stored or refused with a reason for people, and holds up no other.

LEADWRIGHT_EFFORT says how many rounds there are; without it, a few.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.live.messages import last_messages
from leadwright.engine.receivers.adapters import ADAPTERS, adapter_of
from leadwright.engine.receivers.calls import Unreadable
from leadwright.engine.receivers.wire import Request, RequestRefused
from leadwright.tests.engine.live.test_live_applying import World
from leadwright.tests.engine.receivers.test_receivers_calls import CASES

ROUNDS = 200 if os.environ.get("LEADWRIGHT_EFFORT") else 8
HOSTILE: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**70, 10**400, 1e308, float("nan"), float("inf")),
    *("", " ", "x" * 2000, "\ud800", "\x00", "null", '"; DROP TABLE lead; --', "é" * 300),
    *([], {}, [1], {"a": {"b": 1}}, [[]], ["a", None], {"": 1}, {" ": 1}, [{"a": 1}]),
    *("2026-01-01", "2026-02-30", "99999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9" * 30),
)


def mutated(chance: random.Random, value: Any) -> Any:
    """The same with a hostile value somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        return {**value, key: mutated(chance, value[key])}
    if isinstance(value, list) and value and chance.random() < 0.7:
        place = chance.randrange(len(value))
        return [mutated(chance, one) if place == number else one for number, one in enumerate(value)]
    return chance.choice(HOSTILE)


def requests(chance: random.Random) -> Iterator[Request]:
    for _ in range(ROUNDS):
        for _, request, _ in CASES:
            if request.body[:1] in (b"{", b"["):
                body = json.dumps(mutated(chance, json.loads(request.body))).encode()
                yield Request(request.method, request.path, request.query, request.headers, body)


def test_every_adapter_has_a_reason_for_what_it_cannot_read() -> None:
    tried = 0
    for request in requests(random.Random(3)):
        adapter = adapter_of(request)
        assert adapter is not None
        about: dict[str, Any] = {}
        messages: list[Any] = []
        with suppress(RequestRefused):
            delivery = adapter.read(request)
            about, messages = json.loads(json.dumps([dict(delivery.about), list(delivery.messages)]))
        for message in messages:
            tried += 1
            with suppress(Unreadable):
                adapter.call(message, about)
    assert tried > len(ADAPTERS) * ROUNDS


def test_what_can_be_read_can_be_stored(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(4)
    world = World(tmp_path)
    usual = [
        {
            "type": "track",
            "userId": "u",
            "event": "Paid",
            "properties": {"sum": 5, "at": "2026-01-01", "a": {"b": 1}},
        },
        {
            "type": "identify",
            "userId": "u",
            "traits": {"sum": 5, "when": "2026-01-01", "tags": ["a"], "vip": True},
        },
        {"type": "page", "anonymousId": "a", "properties": {"path": "/x", "n": 1}},
        {"type": "alias", "userId": "u", "previousId": "a"},
    ]
    for _ in range(ROUNDS):
        world.send(*(mutated(chance, copy.deepcopy(chance.choice(usual))) for _ in range(20)))
        world.send({**usual[0], "userId": "sane"})
    with caplog.at_level(logging.ERROR):
        world.apply()
    assert caplog.text == ""
    assert len(world.events("sane")) == ROUNDS
    for message in last_messages(world.store, 1):
        assert "could not be stored" not in message.became.get("why", "")
    world.close()
