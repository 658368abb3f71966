"""All leads judged at once, from columns, against each lead evaluated on its own."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from leadwright import load
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.plan import Aggregation, Plan
from leadwright.engine.plan.adding_up import RegisterKind
from leadwright.engine.plan.lower import Kernel
from leadwright.engine.score_many import columns
from leadwright.engine.score_many.column_scorer import ColumnScorer
from leadwright.engine.score_many.columns import (
    NEVER,
    Bools,
    Column,
    Gathering,
    InstantLists,
    Ints,
    Numbered,
    Numbering,
)
from leadwright.engine.score_many.lru import LruBytes
from leadwright.engine.score_many.semantic_keys import SemanticKeys
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event, Facts
from leadwright.engine.score_one.measuring import measuring, reading_only
from leadwright.engine.values import moment_of
from leadwright.tests.engine.evaluate.random_plans import NOW, RandomPlan, random_lead

LEADS = 60
CODES = {False: 0, None: 1, True: 2}


def told(*_: object) -> None:
    """Hears how far the work is."""


def judging(
    evaluator: Evaluator,
    facts: Sequence[Facts],
    events: Sequence[list[Event]],
    now: int,
    base: ColumnScorer | None = None,
) -> ColumnScorer:
    meanings = SemanticKeys(evaluator.parts.kernel)
    fields, measures = meanings.needs
    found: dict[Hashable, Column | InstantLists] = {}
    for key, number in fields.items():
        numbering = Numbering()
        for start in range(0, len(facts), 7):
            numbering.add([one.fields[number] for one in facts[start : start + 7]])
        found[key] = numbering.column()
    plan, measured = reading_only(evaluator.plan, measures.values())
    only = Evaluator(plan)
    measure = measuring(only, measured)
    rows = [measure(only.facts({}, happened).events, now) for happened in events]
    for (key, measure), values in zip(measures.items(), zip(*rows, strict=True), strict=True):
        made = (
            Gathering() if measure.aggregation in (Aggregation.INSTANTS, Aggregation.LATEST) else Numbering()
        )
        made.add(values)
        found[key] = made.column()

    def held(stage: int, places: Ints) -> Bools:
        holds = evaluator.holdings[stage].holds
        return np.array([holds(facts[n].fields, facts[n].events, now) for n in places.tolist()])

    return ColumnScorer(
        evaluator,
        meanings,
        len(facts),
        now,
        columns=found,
        kept=LruBytes(1 << 20),
        tell=told,
        base=base,
        held=held,
    )


def lead_by_lead(evaluator: Evaluator, facts: Sequence[Facts], now: int) -> list[tuple[object, ...]]:
    found = []
    for one in facts:
        total, _, stages, gone, fired, cuts, *_ = evaluator.run(Detail.LINES, one, now)
        points: dict[str, int] = {}
        for rule, _, _, _, given in fired:
            identity = evaluator.plan.rules[rule].identity
            points[identity] = points.get(identity, 0) + given
        cut = sum(given for kind, _, given in cuts if kind == RegisterKind.GROUP)
        found.append((total, stages, gone, {name: given for name, given in points.items() if given}, cut))
    return found


def at_once(judged: ColumnScorer) -> list[tuple[object, ...]]:
    verdict = judged.verdict
    stages = [[names[code] for code in codes.tolist()] for names, codes in verdict.stages.values()]
    by_lead = list(zip(*stages, strict=True)) if stages else [()] * judged.leads
    identities = {rule.identity for rule in judged.plan.rules}
    lines = judged.lines(np.arange(judged.leads))
    found = []
    for place, (total, gone) in enumerate(
        zip(judged.score(None).tolist(), verdict.disqualified.tolist(), strict=True)
    ):
        points = {name: int(given[place]) for name, given in lines.items()}
        rules = {name: given for name, given in points.items() if name in identities and given}
        cut = sum(given for name, given in points.items() if name.startswith("group "))
        found.append((total, by_lead[place], gone, rules, cut))
    return found


def edited(plan: Plan, chance: random.Random) -> Plan:
    """The plan with one rule's points others, perhaps a rule less, and perhaps one twice."""
    rules = list(plan.rules)
    place = chance.randrange(len(rules))
    given = tuple(replace(one, points=one.points + 3) for one in rules[place].contributions)
    rules[place] = replace(rules[place], contributions=given)
    if chance.random() < 0.5:
        del rules[chance.randrange(len(rules))]
    if chance.random() < 0.5:
        rules.append(chance.choice(plan.rules))
    return replace(plan, rules=tuple(rules), digest=f"{chance.random()}")


@pytest.mark.parametrize("few", [1 << 16, 3], ids=["numbered", "scattered"])
@pytest.mark.parametrize("batch", range(8))
def test_random_rulesets_judge_random_leads_alike(
    batch: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "FEW", few)
    for seed in range(batch * 12, (batch + 1) * 12):
        plan = RandomPlan(seed).plan()
        evaluator = Evaluator(plan)
        drawn = [random_lead(plan, seed * LEADS + number) for number in range(LEADS)]
        events = [[Event(e.type, moment_of(e.at), e.object, e.properties) for e in es] for _, es in drawn]
        facts = [
            evaluator.facts(fields, happened) for (fields, _), happened in zip(drawn, events, strict=True)
        ]
        now = NOW + random.Random(seed).choice((0, 1, -1, 10**13))
        judged = judging(evaluator, facts, events, now)
        assert at_once(judged) == lead_by_lead(evaluator, facts, now), f"seed {seed}"
        draft = Evaluator(edited(plan, random.Random(seed)))
        again = [draft.facts(fields, happened) for (fields, _), happened in zip(drawn, events, strict=True)]
        beside = judging(draft, again, events, now, judged)
        assert at_once(beside) == lead_by_lead(draft, again, now), f"seed {seed}, edited"
        truths = [evaluator.truths(one, now) for one in facts]
        for place, clause in enumerate(evaluator.clauses):
            found = np.broadcast_to(judged.clause(clause), len(facts)).tolist()
            assert found == [CODES[one[place]] for one in truths], f"seed {seed}: {clause.origin.text}"
        fired = [{entry[0] for entry in evaluator.run(Detail.LINES, one, now)[4]} for one in facts]
        for number, rule in enumerate(plan.rules):
            assert judged.fires(rule).tolist() == [number in one for one in fired], f"seed {seed}"


def test_a_column_gives_back_what_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FEW", 4)
    given: list[list[object]] = [
        [None, "a", "é\ud800", None, "\0"],
        [None, 1.5, -2.0, None, 3.0, 4.0, 5.0, 6.5],
        [3, None, 2, 1, -(1 << 62), 5, 6, 7],
        [True, None, False],
        [None, None, None, 1, 2, 3, 4, 5, 6],
        [("a",), ("a", "b"), None, ()],
        [],
    ]
    for values in given:
        for step in (2, 3):
            numbering = Numbering()
            for start in range(0, len(values), step):
                numbering.add(values[start : start + step])
            column = numbering.column()
            assert column.listed() == values
            assert list(map(type, column.listed())) == list(map(type, values))
            assert isinstance(column, Numbered) is (len(set(values)) <= 4)
            assert column.nbytes > 0 or not values
            if set(map(type, values)) <= {int, type(None)}:
                assert column.whole_numbers().tolist() == [NEVER if v is None else v for v in values]


def meanings(plan: Plan) -> set[Hashable]:
    found = SemanticKeys(Kernel(plan))
    return {found.clause(clause) for clause in Evaluator(plan).clauses}


def test_a_list_by_another_name_and_a_moved_rule_mean_the_same() -> None:
    one = load('list A: "x*", "y"\nfield n: number\nfield t: text\nwhen t in A and n = 1 then +1').plan
    other = load('list B: "x*", "y"\nfield t: text\nfield n: number\n\n\nwhen n = 1 and t in B then +1').plan
    mine, theirs = (meanings(plan) for plan in (one, other))
    assert len(mine) == 2
    assert mine == theirs
    third = load('field n: yes/no\nfield t: text\nwhen t in ("x*", "y") and n then +1').plan
    assert len(mine & meanings(third)) == 1


def test_what_is_kept_never_takes_more_than_allowed() -> None:
    kept = LruBytes(100)
    for number in range(50):
        kept.put(number, np.zeros(30, np.int8))
        assert kept.nbytes <= 100
    assert [number for number in range(50) if kept.get(number) is not None] == [47, 48, 49]
    kept.put(49, np.zeros(90, np.int8))
    kept.put("too large", np.zeros(101, np.int8))
    assert (kept.nbytes, kept.get(48), kept.get("too large")) == (90, None, None)
