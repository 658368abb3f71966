"""How long proofs take, what they decide, what random leads find in the same time; how long bounds take."""

from __future__ import annotations

import random
import resource
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from leadwright.engine.bounds.blanks import Blanks
from leadwright.engine.bounds.blocks import BlockBounds
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.explain.decision import PARTS
from leadwright.engine.plan import Plan
from leadwright.engine.prove.answers import Answer, Verdict
from leadwright.engine.prove.asking import answers
from leadwright.engine.reading import read
from leadwright.engine.score_many.decide_block import Deciding
from leadwright.engine.score_one.facts import Event, Facts
from leadwright.engine.values import DAY, moment_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.workloads import many
from leadwright.tests.engine.blocks.in_blocks import block_of, kinds_of
from leadwright.tests.engine.prove.edits import SHIPPED, edited, plan_of, same

NOW = 20_785 * DAY
HARD = "score fit from 0 to 100\n" + "".join(
    f"when a{n} * a{n} * a{n} + b{n} * b{n} * b{n} = c{n} * c{n} * c{n} and a{n} > 1 and b{n} > 1 "
    f"and c{n} > 1 and a{n} = b{(n + 1) % 12} then +1 fit\n"
    for n in range(12)
)
HARD += 'guarantee "hard" never fit = 12 when score >= 0 and a1 * a2 = b3 * b4 + 1\n'


def run(*, quick: bool) -> Report:
    """Everything once; fewer edits and leads where it is to be quick."""
    tables, claims = [], []
    for part in (_edits, _two_hundred, _budget, _memory, _bounds, _bounds_of_many):
        rows, wanted = part(quick)
        tables.append(Table(part.__name__.strip("_").replace("_", " "), ("what", "measured"), tuple(rows)))
        claims += wanted
    return Report("prove", tuple(tables), tuple(claims))


Part = tuple[list[tuple[str, str]], list[Claim]]


# --- edits of the shipped rulesets ---------------------------------------------------------------


@dataclass
class _Asked:
    """An edit, what the prover said of it, and whether random leads told the two apart in the same time."""

    answer: Answer
    seconds: float
    busy: float
    found: bool


def _edits(quick: bool) -> Part:
    chance = random.Random(20)
    asked: list[_Asked] = []
    while len(asked) < (30 if quick else 300):
        path = SHIPPED[len(asked) % len(SHIPPED)]
        text = path.read_text("utf-8")
        other = edited(text, chance)
        new, old = plan_of(other, path) if other is not None else None, plan_of(text, path)
        if new is not None and old is not None:
            # Leads are drawn apart: how many there are differs with the time, and edits are to be the same.
            asked.append(_ask(new, old, random.Random(len(asked))))
    times = sorted(one.seconds for one in asked)
    different = [one for one in asked if one.answer.verdict is Verdict.NOT_SO]
    equal = sum(one.answer.verdict is Verdict.PROVED for one in asked)
    busy = statistics.median(one.busy for one in asked)
    undecided = len(asked) - len(different) - equal
    missed = sum(not one.found for one in different)
    rows = [
        ("edits", f"{len(asked)}"),
        ("told apart, confirmed by the engine", f"{len(different)}"),
        ("proved equal (random leads: none)", f"{equal}"),
        ("not decided", f"{undecided}"),
        ("missed by random leads in the same time", f"{missed} of {len(different)}"),
        (
            "median, 95%, longest",
            f"{statistics.median(times):.3f} s, {_most(times):.3f} s, {times[-1]:.3f} s",
        ),
    ]
    rows.append(("median of the processor's time", f"{busy:.3f} s"))
    return rows, [
        Claim(
            "an edit proved or told apart, median", statistics.median(times), 0.15, at_least=False, unit="s"
        ),
        Claim("an edit, 95%", _most(times), 1, at_least=False, unit="s"),
        Claim("an edit, longest", times[-1], 3, at_least=False, unit="s"),
        Claim("edits not decided", 100 * undecided / len(asked), 1, at_least=False, unit="%"),
    ]


def _most(times: list[float]) -> float:
    return times[int(len(times) * 0.95) - 1]


def _ask(new: Plan, old: Plan, chance: random.Random) -> _Asked:
    began, was_busy = perf_counter(), process_time()
    answer = same(new, old)
    seconds, busy = perf_counter() - began, process_time() - was_busy
    return _Asked(answer, seconds, busy, _distinguishing(new, old, seconds, chance))


def _distinguishing(new: Plan, old: Plan, seconds: float, chance: random.Random) -> bool:
    """Whether random leads, for so long, find one that the two say different things of."""
    sides = [Evaluator(plan) for plan in (new, old)]
    for one in sides:
        one.score(one.facts({}, []), NOW)
    ends = perf_counter() + seconds
    for fields, events in random_leads(old, chance):
        results = [one.score(one.facts(fields, events), NOW) for one in sides]
        if results[0] != results[1]:
            return True
        if perf_counter() > ends:
            return False
    return False


def random_leads(plan: Plan, chance: random.Random) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Leads without end, of the values that a ruleset's own lists name and numbers of many sizes."""
    texts = [entry.replace("*", "x") for one in plan.lists for entry in one.entries] or ["x"]
    while True:
        fields = {one.column: _value(one.kind, texts, chance) for one in plan.fields if chance.random() < 0.8}
        events = []
        for _ in range(chance.randint(0, 12)):
            selector = chance.choice(plan.selectors)
            at = moment_of(NOW - chance.randint(0, 200 * 24) * DAY // 24)
            thing = None if selector.object is None else "".join(selector.object.parts)
            events.append({"type": selector.feeds[0].type, "object": thing, "at": at})
        yield fields, events


def _value(kind: Kind, texts: list[str], chance: random.Random) -> Any:
    match kind:
        case Kind.NUMBER:
            return chance.choice((1, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)) + chance.choice((-1, 0, 0, 1))
        case Kind.YES_NO:
            return chance.random() < 0.5
        case Kind.DATE | Kind.DATETIME:
            return moment_of(NOW + chance.randint(-400, 60) * DAY).date()
        case Kind.TEXTS:
            return chance.sample(texts, 1)
    return chance.choice((*texts, "a@example.com", "other"))


# --- size, budget ----------------------------------------------------------------------------------


def _two_hundred(_quick: bool) -> Part:
    text = rules_text(many(200))
    promises = [f'guarantee "no {n}" never score > {100 + n} when score < {100 + n}\n' for n in range(5)] + [
        f'guarantee "in range {n}" never score < {-1000 - n} when score >= {n}\n' for n in range(5)
    ]
    plan = read(Source(text + "\n" + "".join(promises)), lints=False).plan
    assert plan is not None
    began = perf_counter()
    found = answers(plan, seconds=10)
    seconds = perf_counter() - began
    decided = sum(one.verdict is not Verdict.NOT_DECIDED for one in found)
    rows = [("200 rules, ten guarantees", f"{seconds:.2f} s, {decided} of {len(found)} decided")]
    return rows, [Claim("200 rules with ten guarantees", seconds, 8, at_least=False, unit="s")]


def _budget(_quick: bool) -> Part:
    plan = read(Source(HARD), lints=False).plan
    assert plan is not None
    began = perf_counter()
    answer = answers(plan, seconds=3)[0]
    seconds = perf_counter() - began
    if answer.verdict is not Verdict.NOT_DECIDED:
        raise AssertionError(f"the question is too easy to try a budget by: {answer.verdict.value}")
    rows = [("a hard question with 3 seconds", f"{seconds:.2f} s: {answer.verdict.value}")]
    return rows, [Claim("a budget is kept", 100 * (seconds - 3) / 3, 5, at_least=False, unit="% over")]


def _memory(_quick: bool) -> Part:
    """Of the process that has asked all of the above. The leads that bounds are found for come after."""
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    return [("most memory until here", f"{memory:.0f} MiB")], [
        Claim("memory of the process that proves", memory, 300, at_least=False, unit="MiB")
    ]


# --- bounds ------------------------------------------------------------------------------------------


def _bounds(quick: bool) -> Part:
    rows, worst = [], 0.0
    for path in SHIPPED:
        ratio, bounds, explained = _of_one(path, 40 if quick else 200)
        rows.append((path.stem, f"{bounds * 1e3:.2f} ms; explained in {explained * 1e3:.2f} ms"))
        worst = max(worst, ratio)
    return rows, [Claim("bounds of a lead beside its explanation, medians", worst, 3, at_least=False)]


def _of_one(path: Path, leads: int) -> tuple[float, float, float]:
    plan = plan_of(path.read_text("utf-8"), path)
    assert plan is not None
    evaluator = Evaluator(plan)
    drawn = random_leads(plan, random.Random(3))
    facts = [evaluator.facts(*next(drawn)) for _ in range(leads)]
    told: list[tuple[float, float]] = []
    for _ in range(2):  # what is generated when it is first needed is generated in the first round
        told = [(_bounds_of(evaluator, one), _explanation_of(evaluator, one)) for one in facts]
    bounds, explained = (statistics.median(times) for times in zip(*told, strict=True))
    return bounds / explained, bounds, explained


def _bounds_of(evaluator: Evaluator, facts: Facts) -> float:
    began = perf_counter()
    evaluator.possible.bounds(facts, NOW)
    return perf_counter() - began


def _explanation_of(evaluator: Evaluator, facts: Facts) -> float:
    began = perf_counter()
    decision = evaluator.decide(facts, NOW)
    for part in PARTS:
        if part != "bounds":
            getattr(decision, part)
    return perf_counter() - began


def _bounds_of_many(quick: bool) -> Part:
    """Bounds of blocks of leads, beside the leads scored one by one as the public call does."""
    leads = 2_000 if quick else 25_000
    rows, worst = [], 0.0
    for path in SHIPPED:
        plan = plan_of(path.read_text("utf-8"), path)
        assert plan is not None
        alone, decided, bounds = _of_many(plan, leads, 1 if quick else 4)
        each = f"{alone:.1f} us; in blocks {decided:.1f} us; bounds {bounds:.1f} us"
        rows.append((path.stem, f"a lead scored in {each}"))
        worst = max(worst, bounds / alone)
    return rows, [Claim("bounds of many leads beside their scoring", worst, 3, at_least=False)]


def _of_many(plan: Plan, leads: int, blocks: int) -> tuple[float, float, float]:
    """Microseconds of the processor a lead: made ready and scored alone, decided and bounds in blocks."""
    bare, evaluator = Evaluator(Blanks(plan).asking), Evaluator(plan)
    names = [f"column {number}" for number in range(len(plan.fields))]
    made = [(name, _filling(one.default)) for name, one in zip(names, plan.fields, strict=True)]
    deciding = Deciding(evaluator, made, NOW)
    finder = BlockBounds(evaluator, made, [(name, list) for name in names], NOW)
    drawn, took = random_leads(plan, random.Random(3)), [0.0, 0.0, 0.0]
    for _ in range(blocks):
        some = list(islice(drawn, leads))
        fields = [bare.facts(one, []).fields for one, _ in some]
        happened = [
            sorted((Event(one["type"], one["at"], one["object"]) for one in events), key=lambda one: one.at)
            for _, events in some
        ]
        columns = {name: [one[number] for one in fields] for number, name in enumerate(names)}
        block = block_of(columns, happened, kinds_of(happened))
        began = process_time()
        for one, events in some:
            evaluator.score(evaluator.facts(one, events), NOW)
        took[0] += process_time() - began
        for number, of in enumerate((deciding.of, finder.of), 1):
            began = process_time()
            of(block)
            took[number] += process_time() - began
    return tuple(one / (leads * blocks) * 1e6 for one in took)  # type: ignore[return-value]  # of three


def _filling(default: object) -> Callable[[Sequence[Any]], list[Any]]:
    return lambda values: [default if value is None else value for value in values]
