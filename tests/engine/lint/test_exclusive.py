"""Sets of rules that exclude each other: as if every rule was held against every other, in less time."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest
from leadwright.engine.lint.proof.dnf import DnfReader
from leadwright.engine.lint.proof.exclusive import MOST_COMPARED
from leadwright.engine.lint.proof.logic import Logic
from leadwright.engine.lint.proof.reach import MOST_CLIQUES, Fires, Reach
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Source

HEAD = "field title: text\nfield country: text\nfield employees: number\nscore fit\n"


def reach(rules: list[str]) -> Reach:
    reading = read(Source(HEAD + "\n".join(rules)), lints=False)
    assert reading.plan is not None, reading.errors
    return Reach(Logic(reading.plan))


def one_against_all(found: Reach) -> list[int]:
    """The sets as they come of comparing each rule with all of each set."""
    sets = list(range(len(found.plan.rules)))
    by_topic = defaultdict(list)
    for index, rule in enumerate(found.plan.rules):
        if rule.condition is None or found.firing[index] is not Fires.SOMETIMES:
            continue
        keys = [(t, rule.group) for t in found.logic.topics(rule.condition) if t[0] == "field"]
        known = (each for key in keys for each in by_topic[key])
        mine = next((each for each in known if all(exclude(found, index, other) for other in each)), None)
        if mine is None:
            mine = []
            for key in keys:
                if len(by_topic[key]) < MOST_CLIQUES:
                    by_topic[key].append(mine)
        else:
            sets[index] = sets[mine[0]]
        mine.append(index)
    return sets


def exclude(found: Reach, one: int, other: int) -> bool:
    scores = [{each.score for each in found.plan.rules[rule].contributions} for rule in (one, other)]
    both = found.logic.reader.both([found.alternatives[one], found.alternatives[other]])
    return not scores[0].isdisjoint(scores[1]) and not both.regions


def clause(chance: Random) -> str:
    low = chance.randint(0, 40)
    return chance.choice(
        [
            f'title = "t{low % 9}"',
            f'title in ("t{low % 9}", "t{low % 7}")',
            f'title in ("t{low % 9}", "x*")',
            f'not title = "t{low % 5}"',
            f'country = "c{low % 3}"',
            f"employees between {low} and {low + chance.randint(0, 9)}",
            f"(employees < {low} or employees > {low + 20})",
            f"employees = {low}",
            f"employees >= {low}",
            "employees is unknown",
        ]
    )


@pytest.mark.parametrize("seed", range(60))
def test_sets_are_those_of_comparing_all_with_all(seed: int) -> None:
    chance = Random(seed)
    rules = []
    for number in range(chance.randint(2, 40)):
        condition = " and ".join(clause(chance) for _ in range(chance.randint(1, 2)))
        rules.append(f'rule "R{number}" when {condition} then +1{chance.choice(["", "", " fit"])}')
    found = reach(rules)
    assert len(rules) <= MOST_COMPARED
    assert found.sets == one_against_all(found)


@pytest.mark.parametrize(
    "condition",
    [
        'title = "t{0}"',
        'title in ("t{0}", "u{0}") and employees > 3',
        "employees between {0}0 and {0}9",
        "employees = {0}",
        'country = "DE" and title = "t{0}"',
        'title contains "t{0}"',
        "employees > {0}",
    ],
)
def test_twice_the_rules_take_twice_the_comparisons(condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    both, calls = DnfReader.both, [0]

    def counted(self: DnfReader, parts: object) -> object:
        calls[0] += 1
        return both(self, parts)  # type: ignore[arg-type]

    monkeypatch.setattr(DnfReader, "both", counted)
    counts = []
    for size in (100, 200):
        calls[0] = 0
        reach([f'rule "R{i}" when {condition.format(i)} then +1' for i in range(size)])
        counts.append(calls[0])
    assert counts[1] <= 2.2 * counts[0] + 10
