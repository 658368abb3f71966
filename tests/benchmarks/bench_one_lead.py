"""One lead: against hand-written Python, against other engines, and what explaining adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import mean

from leadwright.engine.score_one.codegen import Detail
from leadwright.tests.benchmarks import contenders, ours
from leadwright.tests.benchmarks.contenders import Contender, Result
from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.people import Lead, leads
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import many, twenty

PEERS: tuple[Callable[[Ruleset], Contender], ...] = (
    contenders.zen_expressions,
    contenders.zen_graph,
    contenders.zen_tables,
    contenders.rule_engine,
    contenders.cel_python,
    contenders.cel_python_at_once,
    contenders.cel_cpp,
)
DETAILS = Detail.SCORE, Detail.LINES, Detail.EXPLAIN
SCORE, LINES, EXPLAIN = map(ours.name_of, DETAILS)
HAND = "hand-written Python"
DEMANDED = {
    20: (
        ("Zen, bare expression", 2.5),
        ("Zen, graph of expressions", 5),
        ("Zen, graph of tables", 5),
        ("rule-engine", 35),
        ("cel-python, a program a rule", 300),
    ),
    200: (
        ("Zen, bare expression", 5),
        ("Zen, graph of expressions", 12),
        ("Zen, graph of tables", 12),
        ("rule-engine", 35),
        ("cel-python, a program a rule", 300),
    ),
}
"""By the number of rules: how many times the time of our scores each peer should take at least."""
SLOW = 100
"""How many leads a contender gets for the comparison of scores if it would take minutes for all."""


def run(*, quick: bool) -> Report:
    """Compares scores first, then times; both sizes."""
    people = leads(500 if quick else 2_000)
    tables: list[Table] = []
    claims: list[Claim] = []
    for ruleset in (twenty(), many(200)):
        size = len(ruleset.rules)
        all_of_them = list(_contenders(ruleset, people))
        _same_scores(ruleset, all_of_them, people)
        works = [
            Work(each.name, each.score, [each.prepare(lead) for lead in people[: each.leads]])
            for each in all_of_them
        ]
        times = interleaved(works, 5 if quick else 15)
        tables.append(_table(f"{size} rules", ruleset, people, times))
        claims += _claims(size, times)
        tables.append(_recent(ruleset, quick=quick))
    return Report("one lead", tuple(tables), tuple(claims), NOTES)


NOTES = (
    "all contenders gave the same scores and stages on the same leads before anything was timed",
    "fields and events are made ready outside of the clock, each in the contender's own quickest form; "
    "signals over events that a contender cannot count are counted on the clock by one tuned pass",
    "events lie evenly over a year, so that a quarter of them is in the widest window",
)


def _contenders(ruleset: Ruleset, people: list[Lead]) -> Iterator[Contender]:
    evaluator = ours.evaluator(ruleset, people)
    for detail in DETAILS:
        yield ours.contender(evaluator, detail)
    yield ours.through_api(evaluator, "score")
    yield ours.through_api(evaluator, "decide")
    yield contenders.by_hand(ruleset)
    for peer in PEERS:
        yield peer(ruleset)


def _same_scores(ruleset: Ruleset, all_of_them: list[Contender], people: list[Lead]) -> None:
    by_hand = contenders.by_hand(ruleset)
    wanted = [by_hand.score(*by_hand.prepare(lead)) for lead in people]
    for each in all_of_them:
        some = people[:SLOW] if each.leads < SLOW else people
        for lead, result in zip(some, wanted, strict=False):
            found = _result(each, lead)
            if found != result:
                raise AssertionError(f"{each.name} gives {found} and not {result} for {lead}")


def _result(contender: Contender, lead: Lead) -> Result:
    found = contender.score(*contender.prepare(lead))
    if contender.name.endswith(".decide()"):
        return found.scores["fit"], found.scores["engagement"], found.total, found.stage
    return ours.as_result(found) if contender.name.startswith("leadwright") else found


def _table(what: str, ruleset: Ruleset, people: list[Lead], times: dict[str, Measured]) -> Table:
    score = times[SCORE]
    rows = tuple(
        (each.name, f"{each.median * 1e6:.1f}", f"{each.best * 1e6:.1f}", f"{each.over(score):.2f}")
        for each in times.values()
    )
    events = mean(len(lead.events) for lead in people)
    title = f"{what}: {len(ruleset.signals())} signals, 15 fields, {events:.0f} events a lead"
    return Table(title, ("microseconds a lead", "median", "best", "over scores"), rows)


def _recent(ruleset: Ruleset, *, quick: bool) -> Table:
    """The same with every event recent, so that no early test of a window saves anything."""
    people = leads(500 if quick else 2_000, days=90)
    evaluator = ours.evaluator(ruleset, people)
    some = [
        ours.contender(evaluator, Detail.SCORE),
        contenders.by_hand(ruleset),
        contenders.zen_expressions(ruleset),
    ]
    _same_scores(ruleset, some, people)
    works = [Work(each.name, each.score, [each.prepare(lead) for lead in people]) for each in some]
    times = interleaved(works, 5)
    return _table(f"{len(ruleset.rules)} rules, every event within 90 days", ruleset, people, times)


def _claims(size: int, times: dict[str, Measured]) -> list[Claim]:
    score = times[SCORE]
    return [
        Claim(f"{size} rules: scores over {HAND}", score.over(times[HAND]), 1.2, False),
        Claim(f"{size} rules: lines over scores", times[LINES].over(score), 1.5, False),
        Claim(f"{size} rules: explanations over scores", times[EXPLAIN].over(score), 6, False),
        *(
            Claim(f"{size} rules: {name} over scores", times[name].over(score), demanded, True)
            for name, demanded in DEMANDED[size]
        ),
    ]
