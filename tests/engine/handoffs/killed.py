"""What is killed while it scores, hands off and sends; and what others do at the same time."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from leadwright.engine.outbox.sender import send_due
from leadwright.engine.reading import read
from leadwright.engine.store.database import open_store
from leadwright.engine.store.handoffs import assigning
from leadwright.engine.store.scoring import full_run, row_scorer, score_run
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.engine.handoffs.record import ALL, Scoring, leads

LEADS = 40

# What is loaded when rules are first read is there before a process begins.
read(Source(ALL))


def in_small_transactions() -> None:
    for module in (row_scorer, score_run, full_run):
        module.PORTION = 15  # type: ignore[attr-defined]
    assigning.AT_ONCE = 10


def work(path: Path, told: Connection) -> None:
    """What is killed: leads come and go, are scored, handed off and told of in small transactions."""
    in_small_transactions()
    with open_store(path) as store:
        scoring = Scoring(store, ALL)
        told.send("ready")
        while True:
            done = store.connection.execute("SELECT count(*) FROM run").fetchone()[0]
            leads(store, [(f"lead {number}", (number + done) % 2) for number in range(LEADS)])
            scoring.score(time.time_ns() // 1000)
            send_due(store)


def hand_off_at_once(path: Path, told: Connection) -> None:
    """Scores and hands off what others hand off too."""
    in_small_transactions()
    with open_store(path) as store:
        scoring = Scoring(store, ALL)
        told.send("ready")
        assert told.recv() == "go"
        scoring.score(time.time_ns() // 1000)
