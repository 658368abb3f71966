"""What a change of rules would do: the same as deciding lead by lead, measured once."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.score_many.sums import Sums
from leadwright.engine.score_one.facts import Event, EventRow
from leadwright.engine.store.mirror import sync
from leadwright.engine.store.records.events import events_of
from leadwright.engine.store.records.leads import iterate_leads
from leadwright.engine.store.scoring import lead_columns, what_if
from leadwright.engine.store.scoring.lead_reader import LeadReader, Span
from leadwright.engine.store.scoring.what_if import Cancelled, WhatIf
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.effects import effect
from leadwright.tests.engine.store.test_store_fresh import RULES, World

TEXT = RULES.format(points=10, threshold=20)
EDITS = [
    ("employees > 100", "employees > 40"),
    ("then +20 engagement", "then +12 engagement"),
    ("visited pricing >= 2", "visited pricing >= 1"),
    ("stage MQL when score >= 20", "stage MQL when score >= 8"),
    ("in last 36 hours", "in last 5 days"),
    ("fading 25% every 1 day", "fading 10% every 2 days"),
    ("stage SQL when score >= 40", "stage SQL when score >= 15"),
    ("because", "or employees is unknown because"),
    ("score fit", "# a remark\n\nscore fit"),
    ("stage MQL", "stage PQL in product when fit >= 5\nstage MQL"),
    ('rule "Size"', 'rule "Spent" when purchased >= 1 then +6 fit\nrule "Size"'),
    ("from 0 to 60", "from 0 to 9"),
]


def evaluator(text: str) -> Evaluator:
    found = read(Source(text))
    assert found.plan is not None, found.errors
    return Evaluator(found.plan)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, 3)
    made.add_events(80)
    yield made
    made.store.close()


def facts(world: World):
    for lead in iterate_leads(world.store):
        events = [Event(e.type, e.at, e.object, e.properties) for e in events_of(world.store, lead.id)]
        yield lead.key, lead.fields, events


def test_edits_one_after_another_do_what_deciding_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_columns, "PORTION", 7)
    chance = random.Random(5)
    asked, live, text = WhatIf(), evaluator(TEXT), TEXT
    for old, new in EDITS:
        text = text.replace(old, new) if chance.random() < 0.7 else TEXT.replace(old, new)
        draft = evaluator(text)
        assert asked.effect(world.store, live, draft, world.now) == effect(
            live, draft, facts(world), world.now
        )
        if chance.random() < 0.3:
            world.add_events(3)


class Forbidden(LeadReader):
    """Events as the record has them, which must not be read."""

    def events(self, span: Span) -> Iterator[tuple[int, list[EventRow]]]:
        raise AssertionError(span)


@pytest.mark.parametrize("few", [100, 0], ids=["blocks", "supplements"])
def test_from_the_copy_it_says_the_same(world: World, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(what_if, "MANY", 0)
    monkeypatch.setattr(sync, "_FEW", few)
    monkeypatch.setattr(lead_columns, "LeadReader", Forbidden)
    chance = random.Random(8)
    asked, live, pieces = WhatIf(), evaluator(TEXT), 0
    for old, new in EDITS:
        draft = evaluator(TEXT.replace(old, new))
        found = asked.effect(world.store, live, draft, world.now)
        assert found == effect(live, draft, facts(world), world.now)
        pieces = max(pieces, len(list(sync.mirror_folder(world.store.path).glob("*.block"))))
        if chance.random() < 0.5:
            world.add_events(3)
    assert (pieces > 1) is (few == 0)


@pytest.mark.parametrize("part", [1, 2, 4])
def test_a_damaged_mirror_is_read_past_and_made_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(what_if, "MANY", 0)
    live, draft = evaluator(TEXT), evaluator(TEXT.replace(*EDITS[0]))
    right = WhatIf().effect(world.store, live, draft, world.now)
    (block,) = sync.mirror_folder(world.store.path).glob("*.block")
    whole = block.read_bytes()
    lost = len(whole) // part
    block.write_bytes(whole[:-lost] + b"?" * lost)
    for _ in range(2):
        assert WhatIf().effect(world.store, live, draft, world.now) == right
    (block,) = sync.mirror_folder(world.store.path).glob("*.block")
    assert len(block.read_bytes()) == len(whole)
    assert b"????????" not in block.read_bytes()


def test_an_edit_that_asks_for_nothing_new_reads_no_events(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, live = WhatIf(), evaluator(TEXT)
    asked.effect(world.store, live, live, world.now)
    monkeypatch.setattr(lead_columns, "measuring", None)
    for old, new in EDITS[:4] + EDITS[5:10]:
        found = asked.effect(world.store, live, evaluator(TEXT.replace(old, new)), world.now, most_moves=2)
        assert found.leads == sum(found.totals_after.values())
        assert len(found.moves) == min(found.moved, 2)


def test_the_moves_named_are_the_greatest(world: World) -> None:
    live, draft = evaluator(TEXT), evaluator(TEXT.replace("+8 engagement", "+17 engagement"))
    every = WhatIf().effect(world.store, live, draft, world.now)
    few = WhatIf().effect(world.store, live, draft, world.now, most_moves=3)
    assert few.moved == every.moved == len(every.moves) > 3
    weights = [(move.changes_stage, move.total_after - move.total_before) for move in every.moves]
    assert [(move.changes_stage, move.total_after - move.total_before) for move in few.moves] == weights[:3]


def test_it_can_be_stopped_and_tells_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_columns, "PORTION", 5)
    asked, live, told = WhatIf(), evaluator(TEXT), list[tuple[str, float]]()
    with pytest.raises(Cancelled):
        asked.effect(
            world.store, live, live, world.now, stop=lambda: len(told) > 3, progress=lambda *a: told.append(a)
        )
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert asked.effect(world.store, live, live, world.now).moved == 0


@pytest.mark.parametrize("memory", [0, 700])
def test_more_than_can_be_kept_is_measured_anew(world: World, memory: int) -> None:
    asked, live = WhatIf(memory), evaluator(TEXT)
    for old, new in EDITS[:3]:
        draft = evaluator(TEXT.replace(old, new))
        assert asked.effect(world.store, live, draft, world.now) == effect(
            live, draft, facts(world), world.now
        )


def test_rules_and_conditions_are_counted_as_lead_by_lead(world: World) -> None:
    rules = evaluator(TEXT)
    counts = WhatIf().counts(world.store, rules, world.now)
    decided = [rules.decide(rules.facts(lead, events), world.now) for _, lead, events in facts(world)]
    truths = [rules.truths(rules.facts(lead, events), world.now) for _, lead, events in facts(world)]
    assert counts.leads == len(decided)
    assert list(counts.rules) == [
        sum(decision.rules[number].fired for decision in decided) for number in range(len(rules.plan.rules))
    ]
    for place, clause in enumerate(rules.clauses):
        column = [one[place] for one in truths]
        assert counts.of(clause) == (column.count(True), column.count(None))
    for stage in rules.plan.stages:
        assert counts.of(stage.condition)[0] >= sum(d.stages[stage.track] == stage.name for d in decided)


def test_a_question_that_waits_for_another_can_be_stopped(world: World) -> None:
    asked, live = WhatIf(), evaluator(TEXT)
    with asked._asking(world.store, world.now, None, None), pytest.raises(Cancelled):
        asked.counts(world.store, live, world.now, stop=lambda: True)


def test_plans_of_former_edits_count_as_memory(world: World) -> None:
    """Few leads and many edits: what is kept of each edit holds on to its plan, so few of them are kept."""
    asked, live = WhatIf(memory=1 << 20), evaluator(TEXT)
    for points in range(1, 60):
        asked.effect(world.store, live, evaluator(TEXT.replace("+10", f"+{points}")), world.now)
    gc.collect()
    plans = [one for one in gc.get_objects() if isinstance(one, Sums)]
    most = (1 << 18) // (len(live.plan.rules) * 10_240)
    assert 2 <= len(plans) <= most + 2
