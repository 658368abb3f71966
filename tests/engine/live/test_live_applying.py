"""From the inbox into the record: fields, events, clocks, repeats, whatever the order."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.live.applying import Applier
from leadwright.engine.live.forgetting import forgetting_in
from leadwright.engine.live.inbox import Inbox, StoredRequest
from leadwright.engine.live.messages import last_messages, last_refusals
from leadwright.engine.live.sources import add_source, set_mapping
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.records.events import events_of
from leadwright.engine.store.records.forgetting import forget
from leadwright.engine.store.records.leads import find_lead, iterate_leads
from leadwright.engine.values import instant_text

NOW = 1_769_940_000_000_000
"""2026-02-01T10:00:00Z."""

MINUTE = 60_000_000


class World:
    """A store with a source of Segment's kind, and an inbox that is brought in when asked."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "leads.db"
        self.store = open_store(self.path, create=True)
        add_source(self.store, "website", "segment", who="test", address="here")
        self.inbox = Inbox(self.path, lambda: None)

    def send(self, *messages: Any, received: int = NOW, about: dict[str, Any] | None = None) -> None:
        self.inbox.put(StoredRequest(received, 1, "segment", json.dumps(about or {}), json.dumps(messages)))

    def apply(self) -> int:
        applier = Applier(self.store)
        count = 0
        while (applied := applier.step()) is not None:
            self.inbox.remove(applied.up_to, applied.size)
            count += applied.messages
        applier.close()
        return count

    def events(self, lead: str = "u") -> list[tuple[str, str | None, str, dict[str, Any]]]:
        found = find_lead(self.store, lead)
        assert found is not None
        return [
            (event.type, event.object, instant_text(event.instant), dict(event.properties))
            for event in events_of(self.store, found.id)
        ]

    def fields(self, lead: str = "u") -> dict[str, object]:
        found = find_lead(self.store, lead)
        assert found is not None
        return dict(found.fields)

    def became(self) -> list[dict[str, Any]]:
        return [message.became for message in reversed(last_messages(self.store, 1))]

    def close(self) -> None:
        self.inbox.close()
        self.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def track(name: str = "Paid", **more: Any) -> dict[str, Any]:
    return {"type": "track", "userId": "u", "event": name, **more}


def identify(**traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": "u", "traits": traits}


def test_events_and_fields_are_in_the_record(world: World) -> None:
    world.send(
        track(
            timestamp="2026-01-31T08:00:00Z",
            properties={"sum": 5, "first": True, "tags": ["a", "b"], "x": None},
        ),
        identify(email="u@x.example", employees=40, vip=False, since="2026-01-01", address={"city": "Bern"}),
    )
    assert world.apply() == 2
    assert world.events() == [
        ("Paid", None, "2026-01-31T08:00:00Z", {"first": True, "sum": 5, "tags": ["a", "b"]})
    ]
    assert world.fields() == {
        "email": "u@x.example",
        "employees": 40.0,
        "vip": False,
        "since": "2026-01-01",
        "address_city": "Bern",
    }
    assert world.apply() == 0


def test_a_message_sent_twice_is_one_event(world: World) -> None:
    one = track(messageId="m1", timestamp="2026-01-31T08:00:00Z")
    world.send(one, one)
    world.apply()
    world.send(one, track(messageId="m2", timestamp="2026-01-31T08:00:00Z"), track())
    world.send(track())
    world.apply()
    assert len(world.events()) == 4, "two with ids of their own, two without"
    assert [one["state"] for one in world.became()] == [
        *("stored", "repeated"),
        *("repeated", "stored", "stored"),
        "stored",
    ]


@pytest.mark.parametrize(
    ("timestamp", "sent", "wanted", "note"),
    [
        ("2026-02-01T09:59:00Z", None, "2026-02-01T09:59:00Z", None),
        ("2026-02-01T09:59:00Z", "2026-02-01T09:59:58Z", "2026-02-01T09:59:00Z", None),
        ("2026-02-01T11:59:00Z", "2026-02-01T12:00:00Z", "2026-02-01T09:59:00Z", "2 hours fast, corrected"),
        ("1970-01-01T00:01:00Z", "1970-01-01T00:02:00Z", "2026-02-01T09:59:00Z", "slow, corrected"),
        ("2099-01-01T00:00:00Z", None, "2026-02-01T10:00:00Z", "lies in the future"),
        ("1970-01-01T00:00:00Z", None, "2026-02-01T10:00:00Z", "lies before 2000"),
        ("2026-02-01T10:00:30Z", None, "2026-02-01T10:00:00Z", None),
        ("2026-02-01T09:00:00", None, "2026-02-01T09:00:00Z", None),
        (None, None, "2026-02-01T10:00:00Z", None),
    ],
)
def test_clocks_are_corrected(
    world: World, timestamp: str | None, sent: str | None, wanted: str, note: str | None
) -> None:
    world.send(track(timestamp=timestamp), about={"sent": sent})
    world.apply()
    assert [at for _, _, at, _ in world.events()] == [wanted]
    notes = world.became()[0].get("notes", [])
    assert any(note in one for one in notes) if note else not notes


def test_what_cannot_be_read_is_listed_and_spoils_nothing_else(world: World) -> None:
    nested: dict[str, Any] = {"deep": 1}
    for _ in range(10):
        nested = {"in": nested}
    world.send(identify(employees=40, first="2026-01-01"))
    world.apply()
    world.send(
        track(),
        "no object",
        {"type": "track", "event": "nobody"},
        identify(
            employees="many",
            nested=nested,
            big=2**63,
            huge=10**400,
            bad="\ud800\x00",
            first="2026-01-02T03:04:05Z",
        ),
        track("Late"),
    )
    world.apply()
    assert [one["state"] for one in world.became()[1:]] == [
        "stored",
        "refused",
        "refused",
        "stored",
        "stored",
    ]
    assert [refusal.reason for refusal in last_refusals(world.store, 1)] == [
        "no id: give userId or anonymousId",
        "the message is no object",
    ]
    assert '"nobody"' in last_refusals(world.store, 1)[0].body
    assert world.fields() == {
        "employees": 40.0,
        "big": float(2**63),
        "bad": "?\ufffd",
        "first": "2026-01-02T03:04:05Z",
    }
    notes = " ".join(world.became()[4]["notes"])
    assert 'employees was left as it is: "many" is not a number' in notes
    assert "nested more than 5 levels deep" in notes
    assert "huge was left as it is" in notes
    assert {type_ for type_, *_ in world.events()} == {"Paid", "Late"}


def test_a_mapping_renames_ignores_and_says_kinds(world: World) -> None:
    set_mapping(
        world.store,
        "website",
        """
        fields = ["jobTitle", "zip"]
        ignore = ["Heartbeat", "chat_*"]
        blank = ["n/a"]
        [rename]
        jobTitle = "title"
        [kinds]
        zip = "text"
        [[event]]
        called = "Article Read"
        type = { is = "read" }
        object = "slug"
        properties = ["author"]
        """,
        who="test",
        address="here",
    )
    world.send(
        identify(jobTitle="VP", zip=8001, other=1),
        track("article read", properties={"slug": "scoring", "author": "Ann", "words": 300}),
        track("heartbeat"),
        track("Chat_opened"),
        identify(jobTitle="n/a"),
    )
    world.apply()
    assert [event[0] for event in world.events()] == ["read"]
    assert world.events()[0][1:] == ("scoring", "2026-02-01T10:00:00Z", {"author": "Ann"})
    assert [one["state"] for one in world.became()] == ["stored", "stored", "ignored", "ignored", "stored"]
    # The later word for nothing takes away what was said before.
    assert world.fields() == {"zip": "8001"}


def test_the_newer_value_stands_whenever_the_older_one_comes(world: World) -> None:
    world.send({**identify(plan="pro"), "timestamp": "2026-01-20T00:00:00Z"})
    world.apply()
    world.send({**identify(plan="free", city="Bern"), "timestamp": "2026-01-10T00:00:00Z"})
    world.apply()
    assert world.fields() == {"plan": "pro", "city": "Bern"}


def everything(store: Store) -> object:
    return {
        lead.key: (
            dict(lead.fields),
            sorted(
                (one.type, one.object or "", one.instant, json.dumps(one.properties))
                for one in events_of(store, lead.id)
            ),
        )
        for lead in iterate_leads(store)
    }


def stream(chance: random.Random) -> list[dict[str, Any]]:
    """Messages of three people, some of them sent twice."""
    messages = []
    for number in range(40):
        at = instant_text(NOW - chance.randint(1, 10_000) * MINUTE)
        person = chance.randint(1, 3)
        ids = chance.choice(({"userId": f"u{person}"}, {"anonymousId": f"a{person}"}))
        base = {**ids, "messageId": f"m{number}", "timestamp": at}
        kinds: list[dict[str, Any]] = [
            {"type": "track", "event": chance.choice(("Paid", "Signed Up")), "properties": {"n": number}},
            {"type": "page", "properties": {"path": f"/{chance.choice('abc')}"}},
        ]
        if "userId" in ids:
            # What an anonymous lead was said to be only fills the gaps of the one that it is merged into.
            traits = {chance.choice(("plan", "city")): chance.choice("xyz")}
            kinds.append({"type": "identify", "traits": traits})
        messages.append({**base, **chance.choice(kinds)})
    # Some time each of them says who it is.
    known = [
        {"type": "identify", "userId": f"u{person}", "anonymousId": f"a{person}", "traits": {}}
        for person in (1, 2, 3)
    ]
    return messages + known + chance.sample(messages, 8)


@pytest.mark.parametrize("seed", range(6))
def test_a_stream_in_any_order_and_any_batches_makes_the_same_record(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    messages = stream(chance)
    found = []
    for name in ("ordered", "shuffled"):
        (tmp_path / name).mkdir()
        world = World(tmp_path / name)
        for batch in batches(messages, chance):
            world.send(*batch)
            if chance.random() < 0.3:
                world.apply()
        world.apply()
        found.append(everything(world.store))
        world.close()
        chance.shuffle(messages)
    assert found[0] == found[1]


def batches(messages: list[dict[str, Any]], chance: random.Random) -> Iterable[list[dict[str, Any]]]:
    rest = list(messages)
    while rest:
        size = chance.randint(1, 12)
        yield rest[:size]
        rest = rest[size:]


def test_what_was_recorded_is_not_recorded_again_where_the_inbox_still_has_it(world: World) -> None:
    world.send(track(), track())
    applier = Applier(world.store)
    assert applier.step() is not None
    applier.close()
    # As after a kill between the two: nothing was taken out of the inbox.
    assert world.apply() == 0
    assert len(world.events()) == 2


def test_a_new_inbox_beside_an_old_record_is_brought_in(world: World) -> None:
    world.send(track())
    world.apply()
    world.inbox.close()
    for file in world.path.parent.glob("leads.db-inbox*"):
        file.unlink()
    world.inbox = Inbox(world.path, lambda: None)
    world.send(track("Again"))
    assert world.apply() == 1
    assert {type_ for type_, *_ in world.events()} == {"Paid", "Again"}


def test_only_the_last_hundred_messages_are_kept(world: World) -> None:
    world.send(*(track(messageId=f"m{number}") for number in range(150)))
    world.send(*(track(messageId=f"n{number}") for number in range(20)))
    started = time.monotonic()
    world.apply()
    assert time.monotonic() - started < 20
    kept = last_messages(world.store, 1)
    assert len(kept) == 100
    assert '"n19"' in kept[0].body
    assert '"m70"' in kept[-1].body


def test_a_forgotten_person_is_in_no_byte_of_the_inbox_and_does_not_come_back(world: World) -> None:
    secret, other = "zoe.secret@acme.example", "ben@acme.example"
    world.send({**track(), "userId": secret.upper()}, {**track(), "userId": other})
    world.send({**identify(email=secret), "userId": "z"}, {**track(), "userId": secret})
    world.send({**track(), "userId": other}, about={"who": other})
    world.send(track(), about={"who": secret})
    # Read before, brought in after: that must not bring anybody back.
    applier = Applier(world.store)
    rows, _ = applier._next()
    messages = list(applier._read(rows))
    forget(
        world.store,
        [secret],
        keeping_out=False,
        who="test",
        address="here",
        elsewhere=[forgetting_in(world.path)],
    )
    with pytest.raises(StoreError, match="somebody was forgotten"):
        applier._record(messages, rows[-1][0])
    applier.close()
    for file in world.path.parent.glob("leads.db*"):
        assert secret.encode() not in file.read_bytes().lower(), file
    world.apply()
    assert [lead.key for lead in iterate_leads(world.store)] == [other]
    assert len(world.events(other)) == 2


def test_a_long_log_is_emptied_once_nobody_reads_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadwright.engine.live.applying._LONGEST_LOG", 1)
    monkeypatch.setattr("leadwright.engine.live.applying._LOG_PATIENCE", 10)
    log = world.path.with_name("leads.db-wal")
    world.send({"type": "track", "event": "visited", "userId": "u", "messageId": "1"})
    applier = Applier(world.store)
    with open_store(world.path, read_only=True) as reader:
        reader.connection.execute("BEGIN")
        assert reader.connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
        assert applier.step() is not None
        applier.shorten_log()
        assert log.stat().st_size > 0
        assert reader.connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
    applier.shorten_log()
    assert log.stat().st_size == 0
    applier.close()
    assert len(world.events()) == 1
