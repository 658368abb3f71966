"""Sending what is recorded: a thread for each destination, so that none waits for another."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..store.database import Store, StoreError, only_one, open_store
from .deliveries import Delivery, due, lay_out, next_due, note_answers, pause_before
from .destinations import DAY, Destination, DestinationError, State, destination, destinations
from .message import EXAMPLE, Message, MessageRefused, body_of
from .transports import Answer, Request, SendResult, Transport, send_one, transport_to

BATCH = 200
"""Messages that are sent before their answers are kept."""

_KEEP_AFTER = 0.5
"""Seconds after which answers are kept, however few."""

REST = 0.5
"""Seconds between two looks for what is new."""

_LONGEST_REST = 60.0
"""Seconds that a destination which cannot be reached is left alone at most."""


def present() -> int:
    """This instant, in microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def body_for(store: Store, to: Destination, message: Message) -> tuple[str, str]:
    """The body of a message for a destination, with what it may have of the lead, and its content type.

    Raises `MessageRefused`.
    """
    fields: dict[str, object] = {}
    if to.fields:
        from ..store.records.leads import find_lead

        lead = find_lead(store, message.subject)
        known = lead.fields if lead is not None else {}
        fields = {name: known[name] for name in to.fields if name in known}
    return body_of(message, fields, to.template)


@dataclass(slots=True)
class Sent:
    """What one round of sending did."""

    sent: int = 0
    failed: int = 0

    def add(self, other: Sent) -> None:
        """Counts another round too."""
        self.sent += other.sent
        self.failed += other.failed


_Answered = tuple[Delivery, Answer, int]


class DestinationSender:
    """Sends what is due at one destination. One thread's own."""

    def __init__(self, store: Store, to: Destination, clock: Callable[[], int] = present) -> None:
        self._store = store
        self._to = to
        self._clock = clock
        self._chance = random.Random()
        self._transport: Transport = transport_to(to)
        self._rest_until = 0

    def follow(self, to: Destination) -> None:
        """Takes over what has changed of the destination."""
        if to != self._to:
            self.close()
            self._to, self._transport = to, transport_to(to)

    def round(self, stopped: Callable[[], bool]) -> Sent:
        """Lays out what is new and sends a batch of what is due."""
        now = self._clock()
        lay_out(self._store, self._to, now)
        if now < self._rest_until:
            return Sent()
        until = time.monotonic() + _KEEP_AFTER

        def over() -> bool:
            return stopped() or self._rest_until > now or time.monotonic() > until

        answers = self._send(due(self._store, self._to, now, BATCH), over)
        if answers:
            self._transport.finish()
            note_answers(self._store, self._to, answers, self._chance)
        arrived = sum(answer.outcome is SendResult.SENT for _, answer, _ in answers)
        return Sent(arrived, len(answers) - arrived)

    def _send(self, found: Sequence[Delivery], over: Callable[[], bool]) -> list[_Answered]:
        """Sends messages until it is over, and gives the answers. What is about one lead is sent in order,
        each message after the answer to the one before, up to the first that has to be tried again."""
        by_lead: dict[str, deque[Delivery]] = {}
        for one in found:
            by_lead.setdefault(one.message.subject, deque()).append(one)
        ready = deque(by_lead.values())
        answers: list[_Answered] = []

        def following() -> Request | None:
            while ready and not over():
                one = ready.popleft()[0]
                try:
                    body = body_for(self._store, self._to, one.message)
                except MessageRefused as error:
                    answered(one, Answer(SendResult.REFUSED, None, str(error)))
                else:
                    under_way[one.message.id] = one
                    return Request(one.message.id, *body, self._clock())
            return None

        def answered(one: Delivery, answer: Answer) -> None:
            answers.append((one, answer, self._clock()))
            self._rest_after(one, answer)
            lead = by_lead[one.message.subject]
            lead.popleft()
            if lead and answer.outcome not in (SendResult.AGAIN, SendResult.UNREACHABLE):
                ready.appendleft(lead)

        under_way: dict[str, Delivery] = {}
        for request, answer in self._transport.exchange(following):
            answered(under_way.pop(request.message), answer)
        return answers

    def _rest_after(self, one: Delivery, answer: Answer) -> None:
        """Leaves the destination alone for a while where it cannot be reached, or asks for it."""
        if answer.outcome is SendResult.GONE:
            pause = DAY
        elif answer.outcome is SendResult.UNREACHABLE:
            pause = min(pause_before(one.tries + 1, answer, self._chance), round(_LONGEST_REST * 1e6))
        elif answer.wait is not None:
            pause = round(answer.wait * 1e6)
        else:
            return
        self._rest_until = self._clock() + pause

    def idle(self) -> float:
        """Seconds until there may be something to do, where nothing new is recorded."""
        coming = next_due(self._store, self._to)
        if coming is None:
            return REST
        return min(max((max(coming, self._rest_until) - self._clock()) / 1e6, 0.0), REST)

    def close(self) -> None:
        """Closes its connections."""
        self._transport.close()


class Outbox:
    """Sends from one database, until stopped. Made by `sending`."""

    def __init__(self, path: Path, complain: Callable[[str], None], clock: Callable[[], int]) -> None:
        self._path = path
        self._complain = complain
        self._clock = clock
        self._stop = threading.Event()
        self._threads: dict[int, threading.Thread] = {}
        self._look = threading.Thread(target=self._supervise, name="outbox", daemon=True)

    def start(self) -> None:
        """Begins to send."""
        self._look.start()

    def stop(self) -> None:
        """Ends it; what is under way is finished first."""
        self._stop.set()
        self._look.join()
        for thread in self._threads.values():
            thread.join()

    def _supervise(self) -> None:
        while not self._stop.is_set():
            try:
                with open_store(self._path, wait=30.0) as store:
                    while not self._stop.is_set():
                        with store.guard():
                            found = destinations(store.connection)
                        self._see_to(found)
                        self._stop.wait(REST)
            except StoreError as error:
                self._complain(f"nothing is sent: {error.message}")
                self._stop.wait(_LONGEST_REST)

    def _see_to(self, found: list[Destination]) -> None:
        """Sees to it that each destination has its thread."""
        for one in found:
            running = self._threads.get(one.id)
            if one.state is State.ON and (running is None or not running.is_alive()):
                thread = threading.Thread(target=self._run, args=(one,), name=one.name, daemon=True)
                self._threads[one.id] = thread
                thread.start()

    def _run(self, to: Destination) -> None:
        with open_store(self._path, wait=30.0) as store, ExitStack() as stack:
            sender = DestinationSender(store, to, self._clock)
            stack.callback(sender.close)
            while not self._stop.is_set():
                try:
                    with store.guard():
                        to = destination(store.connection, to.name)
                    if to.state is not State.ON:
                        return
                    sender.follow(to)
                    done = sender.round(self._stop.is_set)
                    pause = 0.0 if done.sent + done.failed else sender.idle()
                except DestinationError:
                    return
                except StoreError as error:
                    self._complain(f"nothing was sent to {to.name} this time: {error.message}")
                    pause = REST
                self._stop.wait(pause)


@contextmanager
def sending(
    path: Path, complain: Callable[[str], None], clock: Callable[[], int] = present
) -> Iterator[bool]:
    """Sends from a database as long as it lasts; false where another program does so already."""
    with ExitStack() as stack:
        try:
            stack.enter_context(only_one(path, "outbox", "sending from"))
        except StoreError:
            yield False
            return
        outbox = Outbox(path, complain, clock)
        outbox.start()
        stack.callback(outbox.stop)
        yield True


def send_due(store: Store, clock: Callable[[], int] = present) -> dict[str, Sent]:
    """Sends all that is due now, once, by destination. Raises `StoreError` where another program sends."""
    totals: dict[str, Sent] = {}
    with only_one(store.path, "outbox", "sending from"):
        for to in destinations(store.connection):
            if to.state is not State.ON:
                continue
            sender, total = DestinationSender(store, to, clock), Sent()
            try:
                while (done := sender.round(lambda: False)).sent + done.failed:
                    total.add(done)
            finally:
                sender.close()
            totals[to.name] = total
    return totals


def try_out(store: Store, name: str, clock: Callable[[], int] = present) -> Answer:
    """Sends an example to a destination, and gives its answer; nothing is recorded."""
    to = destination(store.connection, name)
    body, content_type = body_of(EXAMPLE, {}, to.template)
    transport = transport_to(to)
    try:
        answer = send_one(transport, Request(EXAMPLE.id, body, content_type, clock()))
        if answer.outcome is SendResult.SENT:
            transport.finish()
        return answer
    finally:
        transport.close()
