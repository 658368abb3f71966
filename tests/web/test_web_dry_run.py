"""A dry run in portions: the same as deciding lead by lead, and as far as it came where it was ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.leads import iterate_leads
from leadwright.engine.store.scoring.what_if import WhatIf
from leadwright.engine.values import instant_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.effects import effect
from leadwright.tests.web.small import RULES
from leadwright.web import dry_run as module
from leadwright.web.dry_run import dry_run
from leadwright.web.queries import events_of_lead

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
EDITED = (
    RULES.replace("then +30", "then +5")
    + 'stage PQL in product when score >= 1\ndisqualify when title = "Student"\n'
)
EVERY: dict[str, Any] = {"most_leads": 100, "most_seconds": 60.0}


def evaluator(text: str) -> Evaluator:
    found = read(Source(text))
    assert found.plan is not None, found.errors
    return Evaluator(found.plan)


@pytest.mark.parametrize("portion", [1, 3, 100])
def test_portions_come_to_what_deciding_lead_by_lead_does(
    store: Store, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(module, "_PORTION", portion)
    live, rules = evaluator(RULES), evaluator(EDITED)
    found = dry_run(store, rules, live, NOW, **EVERY)
    leads = [(lead.key, lead.fields, events_of_lead(store, lead.id)) for lead in iterate_leads(store)]
    expected = effect(live, rules, leads, instant_of(NOW))
    assert (found.leads, found.complete, found.disqualified) == (4, True, 1)
    assert (found.moves, found.changed) == (expected.moves, expected.moved)
    assert found.moved == sum(move.changes_stage for move in expected.moves)
    assert found.scores == expected.totals_after
    fired = Counter(
        rule.identity
        for _, fields, events in leads
        for rule in rules.decide(rules.facts(fields, events), NOW).rules
        if rule.fired
    )
    assert found.fires == fired


def test_without_rules_to_compare_with_nobody_moves(store: Store) -> None:
    found = dry_run(store, evaluator(EDITED), None, NOW, **EVERY)
    assert (found.leads, found.moved, found.changed, found.moves, found.before) == (4, 0, 0, [], Counter())
    assert found.stages["product", "PQL"] == 2


def test_it_ends_where_the_time_is_over_with_what_is_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = dry_run(store, evaluator(RULES), None, NOW, most_leads=9, most_seconds=-1.0)
    assert (over.leads, over.complete) == (0, False)
    monkeypatch.setattr(module, "_PORTION", 3)
    both, asked = WhatIf.both, []

    def slow(what_if: WhatIf, *given: Any, **how: Any) -> Any:
        asked.append(what_if)
        how["stop"] = lambda: len(asked) > 1
        return both(what_if, *given, **how)

    monkeypatch.setattr(WhatIf, "both", slow)
    found = dry_run(store, evaluator(RULES), None, NOW, **EVERY)
    assert (found.leads, found.complete, found.scores.total()) == (3, False, 3)


def test_data_that_changes_meanwhile_has_it_begin_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PORTION", 2)
    both, asked = WhatIf.both, []

    def changing(what_if: WhatIf, *given: Any, **how: Any) -> Any:
        asked.append(what_if)
        found = both(what_if, *given, **how)
        if len(asked) == 1:
            store.connection.execute("UPDATE state SET data = data + 1")
        return found

    monkeypatch.setattr(WhatIf, "both", changing)
    found = dry_run(store, evaluator(RULES), None, NOW, **EVERY)
    assert (found.leads, found.complete, len(asked)) == (4, True, 3)
