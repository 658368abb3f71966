"""Stages that hold in the record: as leads change and time passes, and in what a change of rules would do."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.store.mirror import sync
from leadwright.engine.store.scoring import full_run, what_if
from leadwright.engine.store.scoring.what_if import WhatIf
from leadwright.tests.effects import effect
from leadwright.tests.engine.store.test_store_fresh import RULES, World
from leadwright.tests.engine.store.test_store_what_if import evaluator, facts

HOLDING = RULES.replace("score >= {threshold}", "score >= {threshold} until score < 6").replace(
    "in last 2 weeks", "in last 2 days until requested in last 1 day or days since last visited > 40"
)
"""What brought a lead in has often left its window."""


@pytest.mark.parametrize("seed", range(4))
def test_stored_stages_equal_a_full_recomputation(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed, HOLDING)
    for _ in range(10):
        for _ in range(world.chance.randint(0, 3)):
            world.something_happens()
        world.score()
        kept = world.kept()
        assert {key: (row[0], row[1], bool(row[3])) for key, row in kept.items()} == world.found()
    world.score(whole=True)
    assert world.kept() == kept
    world.store.close()


def test_blocks_of_the_copy_and_rows_of_the_record_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 9, HOLDING)
    world.add_events(120)
    world.score(whole=True)
    kept = world.kept()
    monkeypatch.setattr(full_run, "MANY", 0)
    world.score(whole=True)
    assert sync.mirror_folder(world.store.path).exists()
    assert world.kept() == kept
    assert {key: (row[0], row[1], bool(row[3])) for key, row in kept.items()} == world.found()
    assert {row[1] for row in kept.values()} == {None, "MQL", "SQL"}
    world.store.close()


@pytest.mark.parametrize("many", [0, 10**9], ids=["copy", "record"])
def test_what_a_change_of_an_end_would_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(what_if, "MANY", many)
    world = World(tmp_path, 4, HOLDING)
    world.add_events(80)
    text = HOLDING.format(points=10, threshold=20)
    live, asked, moved = evaluator(text), WhatIf(), 0
    for old, new in (
        (" until score < 6", ""),
        ("score < 6", "score < 12"),
        ("days since last visited > 40", "score < 2"),
        ("then +20 engagement", "then +9 engagement"),
    ):
        draft = evaluator(text.replace(old, new))
        found = asked.effect(world.store, live, draft, world.now)
        assert found == effect(live, draft, facts(world), world.now)
        moved += found.changed_stage
    assert moved
    world.store.close()
