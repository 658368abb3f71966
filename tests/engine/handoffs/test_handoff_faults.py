"""Killed at any instant of scoring, handing off and sending, each entry is handed off once, and told under
one id; no message is sent about what was not recorded.

LEADWRIGHT_KILLS says how many kills there are; `make test-faults` asks for hundreds.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest
from leadwright.engine.outbox.deliveries import SENT
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.sender import send_due
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.engine.handoffs import killed
from leadwright.tests.engine.handoffs.record import ALL, entries, leads, owners, score
from leadwright.tests.engine.outbox.receiver import receiver

KILLS = int(os.environ.get("LEADWRIGHT_KILLS", "4"))


@pytest.fixture(scope="module")
def processes() -> BaseContext:
    """What begins processes that have loaded everything, in a few hundredths of a second."""
    context = get_context("forkserver")
    context.set_forkserver_preload([killed.__name__])
    return context


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as store:
        leads(store, [("nobody", 0)])
        yield store


def test_killed_at_any_instant_each_entry_is_handed_off_and_told_once(
    store: Store, processes: BaseContext
) -> None:
    chance = random.Random(9)
    score(store, ALL, time.time_ns() // 1000)
    with receiver() as crm:
        add_destination(store, "crm", Kind.HTTP, crm.url, 0, private=True)
        for kills in range(10 * KILLS):
            # On a busy machine, none of a few may have come so far that there is anything to hand off.
            if kills >= KILLS and _entries(store):
                break
            here, there = processes.Pipe()
            process = processes.Process(target=killed.work, args=(store.path, there))
            process.start()
            assert here.poll(60)
            assert here.recv() == "ready"
            time.sleep(chance.uniform(0.0, 0.2))
            process.kill()
            process.join()
        score(store, ALL, time.time_ns() // 1000)
        send_due(store)
        came = [(one.headers["webhook-id"], json.loads(one.body)) for one in list(crm.got)]

    # Each entry is handed off once, and told once.
    found = store.connection.execute("SELECT entry, lead._key FROM handoff JOIN lead ON _id = handoff.lead")
    handed = found.fetchall()
    whole = [number for number, _, state, _ in _entries(store) if state == "handed off"]
    assert sorted(entry for entry, _ in handed) == sorted(whole)
    assert handed
    assert {state for _, _, state, _ in _entries(store)} <= {"handed off", "left"}
    recorded = dict(store.connection.execute("SELECT id, subject FROM message ORDER BY number").fetchall())
    assert sorted(recorded.values()) == sorted(lead for _, lead in handed)
    # What came is what was recorded: each under one id, however often, and in order for each lead.
    assert {id_ for id_, _ in came} == set(recorded)
    assert all(body["id"] == id_ and body["subject"] == recorded[id_] for id_, body in came)
    assert {row[0] for row in store.connection.execute("SELECT state FROM delivery")} == {SENT}
    firsts = list(dict.fromkeys(id_ for id_, _ in came))
    for lead in set(recorded.values()):
        in_order = [id_ for id_, subject in recorded.items() if subject == lead]
        assert [id_ for id_ in firsts if recorded[id_] == lead] == in_order
    # Who is in the stage has somebody.
    now_in = store.connection.execute("SELECT count(*) FROM score WHERE stage = 'SQL'").fetchone()[0]
    assert sum(not left for *_, left in entries(store)) == now_in


def _entries(store: Store) -> list[tuple[int, str, str, bool]]:
    return store.connection.execute("SELECT id, stage, state, left_at IS NOT NULL FROM entry").fetchall()


def test_two_programs_at_once_give_what_one_gives(tmp_path: Path, processes: BaseContext) -> None:
    found = []
    for count in (1, 2):
        with open_store(tmp_path / f"leads{count}.db", create=True) as store:
            leads(store, [("nobody", 0)])
            score(store, ALL, time.time_ns() // 1000)
            leads(store, [(f"lead {number}", number % 3) for number in range(200)])
            pipes, programs = [], []
            for _ in range(count):
                here, there = processes.Pipe()
                pipes.append(here)
                programs.append(processes.Process(target=killed.hand_off_at_once, args=(store.path, there)))
                programs[-1].start()
            for pipe in pipes:
                assert pipe.poll(60)
                assert pipe.recv() == "ready"
            for pipe in pipes:
                pipe.send("go")
            for program in programs:
                program.join(60)
            assert [program.exitcode for program in programs] == [0] * count
            found.append(owners(store))
            handoffs = store.connection.execute("SELECT count(*) FROM handoff").fetchone()[0]
            assert handoffs == len(found[-1]) == 133
    assert found[0] == found[1]
