"""An outbox with something of everything, as tests and pictures need it."""

from __future__ import annotations

import random
from collections.abc import Mapping

from leadwright.engine.outbox.deliveries import due, lay_out, note_answers
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.queue import enqueue
from leadwright.engine.outbox.sender import present
from leadwright.engine.outbox.transports import Answer, SendResult
from leadwright.engine.store.database import Store

DATA = {
    "ruleset": "inbound", "version": 3, "handoff": "To sales", "stage": "SQL", "track": "main", "score": 85,
    "lines": [{"text": 'Pricing "interest"\n{{ data }}', "score": None, "points": 20}],
    "owner": {"address": "ana@acme.example", "name": "Ana"}, "why": "turn", "due": None,
}  # fmt: skip
SENT = Answer(SendResult.SENT, 200, "ok")
REFUSED = Answer(SendResult.REFUSED, 400, "no such field: <company>")
FAILED = Answer(SendResult.AGAIN, 503, "down for an hour")


def fill_outbox(store: Store, answers: Mapping[str, Answer], name: str = "crm") -> list[str]:
    """A destination and a message about each lead, answered so; the ids of the messages."""
    to = add_destination(store, name, Kind.HTTP, "https://crm.example.com/hook", present())
    with store.transaction() as db:
        ids = [enqueue(db, "handoff", lead, DATA, present()) for lead in answers]
    lay_out(store, to, present())
    found = due(store, to, present() + 1, 100)
    came = [(one, answers[one.message.subject], present()) for one in found]
    note_answers(store, to, came, random.Random(1))
    return ids
