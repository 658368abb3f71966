"""What is recorded arrives: signed, in order per lead, at least once, and never under another id."""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from leadwright.engine.outbox.deliveries import (
    DROPPED,
    PARKED,
    WAITING,
    move,
    move_all,
    tallies,
    undelivered,
)
from leadwright.engine.outbox.destinations import (
    DAY,
    Destination,
    DestinationError,
    Kind,
    State,
    add_destination,
    destination,
    remove_destination,
    rotate_secret,
    set_state,
    shipped_template,
)
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.outbox.sender import DestinationSender, Sent, send_due, sending, try_out
from leadwright.engine.outbox.transports import HttpTransport
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.records.leads import add_field
from leadwright.grammar.syntax.nodes import Kind as FieldKind
from leadwright.tests.engine.outbox.receiver import Receiver, receiver
from leadwright.tests.outbox_data import DATA
from standardwebhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook

SECOND = 1_000_000


class Clock:
    """The present, which goes on when it is told to."""

    def __init__(self) -> None:
        self.now = time.time_ns() // 1000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leads are told of one after the other, so that it is certain which answer is whose."""
    monkeypatch.setattr(HttpTransport, "lanes", 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as store:
        yield store


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def added(store: Store, to: Receiver, name: str = "crm", **more: object) -> Destination:
    return add_destination(store, name, Kind.HTTP, to.url, 0, private=True, **more)  # type: ignore[arg-type]


def tell(store: Store, *subjects: str, kind: str = "handoff", **more: object) -> list[str]:
    with store.transaction() as db:
        return [enqueue(db, kind, one, DATA | more, 1_767_225_600 * SECOND) for one in subjects]


def sent(store: Store, to: Destination, clock: Clock) -> Sent:
    """One round of sending by a sender of its own."""
    sender = DestinationSender(store, to, clock)
    try:
        return sender.round(lambda: False)
    finally:
        sender.close()


def test_receivers_verify_what_comes_with_their_own_libraries(
    store: Store, crm: Receiver, clock: Clock
) -> None:
    to = added(store, crm)
    (message,) = tell(store, "zoe@x.example")
    assert sent(store, to, clock) == Sent(1, 0)
    (got,) = crm.got
    assert to.secret is not None
    assert StandardWebhook(to.secret).verify(got.body, dict(got.headers))["id"] == message
    SvixWebhook(to.secret).verify(got.body, dict(got.headers))
    for library in (StandardWebhook, SvixWebhook):
        with pytest.raises(Exception, match="signature"):
            library(to.secret).verify(got.body + b" ", dict(got.headers))
    assert got.path == "/hook?team=1"
    http = HTTPMessage(headers=dict(got.headers), body=got.body)
    read = from_structured_event(http, JSONFormat())
    assert (read.get_id(), read.get_type(), read.get_subject()) == (
        message, "leadwright.handoff", "zoe@x.example",
    )  # fmt: skip
    assert read.get_data() == DATA | {"lead": {"id": "zoe@x.example", "fields": {}}}


@pytest.mark.usefixtures("one_at_a_time")
def test_a_message_holds_the_fields_that_its_receiver_may_have(
    store: Store, crm: Receiver, clock: Clock
) -> None:
    for name in ("company", "salary"):
        add_field(store, name, FieldKind.TEXT)
    with store.transaction() as db:
        db.execute(
            "INSERT INTO lead (_key, _changed, company, salary) VALUES ('zoe@x.example', 0, 'Acme', 'much')"
        )
    to = added(store, crm, fields=["company"])
    tell(store, "zoe@x.example", "nobody@x.example")
    sent(store, to, clock)
    assert [json.loads(one.body)["data"]["lead"] for one in crm.got] == [
        {"id": "zoe@x.example", "fields": {"company": "Acme"}},
        {"id": "nobody@x.example", "fields": {}},
    ]
    assert b"much" not in b"".join(one.body for one in crm.got)


@pytest.mark.usefixtures("one_at_a_time")
def test_messages_go_where_they_are_asked_for_or_told_to(store: Store, crm: Receiver, clock: Clock) -> None:
    every, some = added(store, crm, "every"), added(store, crm, "some", kinds=["handoff.overdue"])
    late, first, named = (
        *tell(store, "a", kind="handoff.overdue"),
        *tell(store, "a"),
        *tell(store, "a", tell=["Some"]),
    )
    sent(store, every, clock)
    assert crm.ids() == [late, first]
    sent(store, some, clock)
    assert crm.ids()[2:] == [late, named]


def test_a_new_destination_gets_nothing_of_before(store: Store, crm: Receiver, clock: Clock) -> None:
    tell(store, "a")
    to = added(store, crm)
    assert sent(store, to, clock) == Sent(0, 0)


def test_both_secrets_are_good_while_one_takes_over(store: Store, crm: Receiver, clock: Clock) -> None:
    former = added(store, crm)
    now = rotate_secret(store, "crm", clock(), days=1)
    tell(store, "a")
    sent(store, now, clock)
    for secret in (former.secret, now.secret):
        assert secret is not None
        StandardWebhook(secret).verify(crm.got[0].body, dict(crm.got[0].headers))
    assert " " in crm.got[0].headers["webhook-signature"]
    assert now.secrets(clock() + 2 * DAY) == (now.secret,)


@pytest.mark.usefixtures("one_at_a_time")
def test_what_fails_is_tried_again_later_under_its_id_and_in_order(
    store: Store, crm: Receiver, clock: Clock
) -> None:
    to = added(store, crm)
    first, second = tell(store, "a", "a")
    (other,) = tell(store, "b")
    crm.answers = [(500, {}, b"out of order")]
    assert sent(store, to, clock) == Sent(1, 1)
    assert crm.ids() == [first, other]
    assert sent(store, to, clock) == Sent(0, 0)
    clock.now += 10 * SECOND
    assert sent(store, to, clock) == Sent(2, 0)
    assert crm.ids() == [first, other, first, second]


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("Thu, 01 Jan 2026 00:02:00 GMT", 120)])
def test_a_receiver_says_how_long_to_wait(
    store: Store, crm: Receiver, clock: Clock, header: str, seconds: int
) -> None:
    clock.now = 1_767_225_600 * SECOND
    to = added(store, crm)
    tell(store, "a", "b")
    crm.answers = [(429, {"Retry-After": header}, b"")]
    sender = DestinationSender(store, to, clock)
    assert sender.round(lambda: False) == Sent(0, 1)
    clock.now += (seconds - 2) * SECOND
    assert sender.round(lambda: False) == Sent(0, 0), "the others wait too"
    clock.now += 3 * SECOND
    assert sender.round(lambda: False) == Sent(2, 0)
    sender.close()


def test_pauses_grow_for_three_days_then_a_message_is_parked(
    store: Store, crm: Receiver, clock: Clock
) -> None:
    to = added(store, crm)
    (message,) = tell(store, "a")
    began, pauses = clock.now, []
    crm.answers = [(503, {}, b"down")] * 100
    while not undelivered(store.connection, most=1):
        assert sent(store, to, clock).failed == 1
        due = store.connection.execute("SELECT due FROM delivery").fetchone()[0]
        pauses.append((due - clock.now) / SECOND)
        clock.now = due
    assert crm.ids() == [message] * len(pauses)
    assert 4 <= pauses[0] <= 6
    assert all(later > 2 * earlier for earlier, later in itertools.pairwise(pauses[:6]))
    assert 2.5 * DAY < clock.now - began < 3.5 * DAY
    (parked,) = undelivered(store.connection, most=10)
    assert (parked.message.id, parked.status, parked.answer) == (message, 503, "down")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((400, {}, b"no such field"), "no such field"),
        ((302, {"Location": "https://elsewhere.example/"}, b""), "redirects to https://elsewhere.example/"),
    ],
)
def test_what_is_refused_is_parked_sent_again_or_dropped(
    store: Store, crm: Receiver, clock: Clock, answer: tuple[int, dict[str, str], bytes], said: str
) -> None:
    to = added(store, crm)
    first, second = tell(store, "a", "a")
    crm.answers = [answer]
    assert sent(store, to, clock) == Sent(1, 1), "what is parked keeps nothing back"
    (parked,) = undelivered(store.connection, most=10)
    assert said in parked.answer
    assert move(store, first, DROPPED, clock()) == 1
    assert undelivered(store.connection, most=10) == []
    assert move(store, first, PARKED, clock()) == 1
    assert move(store, second, WAITING, clock()) == 0, "it was sent"
    assert move_all(store, "crm", WAITING, clock()) == 1
    assert sent(store, to, clock) == Sent(1, 0)
    assert crm.ids() == [first, second, first]


@pytest.mark.usefixtures("one_at_a_time")
def test_one_that_is_gone_is_sent_to_no_more(store: Store, crm: Receiver, clock: Clock) -> None:
    added(store, crm)
    first, second = tell(store, "a", "b")
    crm.answers = [(410, {}, b"gone")]
    assert send_due(store, clock) == {"crm": Sent(0, 1)}
    assert crm.ids() == [first]
    assert destination(store.connection, "crm").state is State.ENDED
    assert send_due(store, clock) == {}
    set_state(store, "crm", State.ON)
    send_due(store, clock)
    assert crm.ids() == [first, second]


@pytest.mark.usefixtures("one_at_a_time")
def test_a_broken_connection_rests_the_destination(store: Store, crm: Receiver, clock: Clock) -> None:
    to = added(store, crm)
    first, second = tell(store, "a", "b")
    crm.answers = [None]
    assert sent(store, to, clock) == Sent(0, 1)
    clock.now += 10 * SECOND
    assert sent(store, to, clock) == Sent(2, 0)
    assert crm.ids() == [first, first, second]


def test_ones_own_network_is_closed_unless_allowed(store: Store, crm: Receiver, clock: Clock) -> None:
    to = add_destination(store, "inside", Kind.HTTP, crm.url, 0)
    tell(store, "a")
    assert sent(store, to, clock) == Sent(0, 1)
    assert crm.got == []
    (parked,) = undelivered(store.connection, most=10)
    assert "127.0.0.1 is within your own network" in parked.answer


@pytest.mark.parametrize("name", ["slack", "teams"])
def test_shipped_templates_say_who_has_whom_and_why(
    store: Store, crm: Receiver, clock: Clock, name: str
) -> None:
    to = added(store, crm, template=shipped_template(name))
    tell(store, "zoe@x.example")
    tell(store, "zoe@x.example", kind="handoff.overdue", owner={}, lines=[], handoff=None)
    assert sent(store, to, clock) == Sent(2, 0)
    body = json.loads(crm.got[0].body)
    text = json.dumps(body)
    for word in ("zoe@x.example is SQL with 85 points", "Ana", "To sales", "+20", "Pricing"):
        assert word in text
    assert crm.got[0].headers["content-type"].startswith("application/json")
    StandardWebhook(to.secret or "").verify(crm.got[0].body, dict(crm.got[0].headers))


@pytest.mark.parametrize(
    ("template", "said"),
    [("{", "not JSON"), ("{{ 1 / 0 }}", "the template fails"), ("{% if %}", "the template fails")],
)
def test_a_template_that_makes_no_json_is_refused_at_once(store: Store, template: str, said: str) -> None:
    with pytest.raises(DestinationError, match=said):
        add_destination(store, "crm", Kind.HTTP, "https://x.example", 0, template=template)


@pytest.mark.parametrize(
    "address", ["ftp://x.example", "https://", "x.example", "https://u:p@x.example/", "http://x:y/"]
)
def test_an_address_that_is_none_is_refused(store: Store, address: str) -> None:
    with pytest.raises(DestinationError):
        add_destination(store, "crm", Kind.HTTP, address, 0)


def test_a_file_gets_a_line_each(store: Store, tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "told.jsonl"
    add_destination(store, "lake", Kind.FILE, str(path), 0)
    messages = tell(store, "a", "b")
    assert send_due(store, clock) == {"lake": Sent(2, 0)}
    assert [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()] == messages


def test_a_command_reads_each_and_says_whether_it_arrived(store: Store, tmp_path: Path, clock: Clock) -> None:
    program = tmp_path / "tell.py"
    program.write_text(
        "import json, sys\n"
        "event = json.load(sys.stdin)\n"
        "sys.exit('no such lead' if event['subject'] == 'b' else 0)\n"
    )
    add_destination(store, "desk", Kind.COMMAND, f'"{sys.executable}" "{program}"', 0)
    tell(store, "a", "b")
    assert send_due(store, clock) == {"desk": Sent(1, 1)}
    (waiting,) = undelivered(store.connection, most=10, state=WAITING)
    assert (waiting.status, waiting.answer) == (1, "no such lead")


def test_one_program_sends_at_a_time(store: Store, crm: Receiver, clock: Clock) -> None:
    added(store, crm)
    with sending(store.path, lambda _: None) as begun:
        assert begun
        with sending(store.path, lambda _: None) as again:
            assert not again
        with pytest.raises(StoreError, match="another program is sending from"):
            send_due(store, clock)


def test_one_that_does_not_answer_delays_no_other(store: Store, crm: Receiver) -> None:
    """The slow one answers once the other has got all."""
    free = threading.Event()
    with receiver() as slow:
        slow.lock.acquire()
        try:
            added(store, slow, "slow")
            added(store, crm, "quick")
            with sending(store.path, lambda _: None):
                messages = tell(store, *map(str, range(50)))
                until = time.monotonic() + 30
                while len(crm.got) < 50 and time.monotonic() < until:
                    free.wait(0.01)
                assert sorted(crm.ids()) == sorted(messages)
                slow.lock.release()
        finally:
            # The receiver cannot end while it waits for the lock.
            with suppress(RuntimeError):
                slow.lock.release()


def test_what_was_removed_is_sent_to_no_more(store: Store, crm: Receiver, clock: Clock) -> None:
    added(store, crm)
    tell(store, "a")
    assert tallies(store.connection)[0].waiting == 1
    remove_destination(store, "crm")
    assert send_due(store, clock) == {}
    assert store.connection.execute("SELECT count(*) FROM delivery").fetchone()[0] == 0


def test_an_example_is_sent_and_not_recorded(store: Store, crm: Receiver, clock: Clock) -> None:
    added(store, crm)
    crm.answers = [(200, {}, b"thanks")]
    answer = try_out(store, "crm", clock)
    assert (answer.status, answer.text) == (200, "thanks")
    assert crm.ids() == ["msg_example"]
    assert store.connection.execute("SELECT count(*) FROM delivery").fetchone()[0] == 0


def test_a_slow_receiver_is_told_of_several_leads_at_a_time(
    store: Store, crm: Receiver, clock: Clock
) -> None:
    to = added(store, crm)
    messages = tell(store, *"abcdabcd")
    crm.together = threading.Barrier(4)
    assert sent(store, to, clock) == Sent(8, 0)
    assert not crm.together.broken
    assert sorted(crm.ids()) == sorted(messages)
    assert all(
        crm.ids().index(first) < crm.ids().index(second)
        for first, second in zip(messages[:4], messages[4:], strict=True)
    )
