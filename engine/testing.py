"""Running the tests that a ruleset holds, and counting what they cover."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..grammar.frozen import frozen
from .evaluator import Evaluator
from .explain.decision import Decision, Finding
from .plan import All, Any, Clause, Condition, Expectation, ExpectedOf, Given, Holds, Not, Plan, RuleTest
from .score_one.facts import Event
from .values import moment_of

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@frozen
class UnmetExpectation:
    """An expectation that was not met: what was expected, what came, and the line it stands on."""

    expected: str
    came: str
    line: int


@frozen
class RuleTestResult:
    """A test of a plan that was run; it passed where there are no failures. `decision` explains what came."""

    plan: Plan
    test: RuleTest
    decision: Decision
    failures: tuple[UnmetExpectation, ...]

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures


def run_tests(plan: Plan, evaluator: Evaluator | None = None) -> list[RuleTestResult]:
    """Runs the tests of a plan, in order. Nothing outside the plan has a part in it, not even the clock."""
    evaluator = evaluator or Evaluator(plan)
    return [run_test(plan, evaluator, test) for test in plan.tests]


def lead_of_test(plan: Plan, test: RuleTest) -> tuple[dict[str, Given], list[Event]]:
    """The made-up lead of a test: its fields by their names in the data, and its events."""
    columns = {field.name: field.column for field in plan.fields}
    lead = {columns[name]: value for name, value in test.fields.items() if name in columns}
    events = [
        Event(given.type, moment_of(given.at), given.object, given.properties)
        for given in test.events
        for _ in range(given.times)
    ]
    return lead, events


def run_test(plan: Plan, evaluator: Evaluator, test: RuleTest) -> RuleTestResult:
    """Runs one test."""
    lead, events = lead_of_test(plan, test)
    decision = evaluator.decide(evaluator.facts(lead, events), test.now)
    failures = [failure for item in test.expect if (failure := _failure(item, decision)) is not None]
    return RuleTestResult(plan, test, decision, tuple(failures))


def _failure(expected: Expectation, decision: Decision) -> UnmetExpectation | None:
    met, came = _met(expected, decision)
    if met is not expected.negated:
        return None
    return UnmetExpectation(expected.origin.text, came, expected.origin.line)


def is_met(expected: Expectation, decision: Decision) -> bool:
    """Whether what is expected of a decision is so."""
    return _met(expected, decision)[0] is not expected.negated


def _met(expected: Expectation, decision: Decision) -> tuple[bool, str]:
    """Whether an expectation holds, its negation aside, and what came in words."""
    match expected.of:
        case ExpectedOf.SCORE:
            score = decision.total if expected.subject is None else decision.scores[expected.subject]
            wanted = expected.value if isinstance(expected.value, int) else 0
            return _COMPARE[expected.operator](score, wanted), f"{expected.subject or 'score'} is {score}"
        case ExpectedOf.STAGE:
            stage = decision.stages.get(expected.subject or "main")
            return stage == expected.value, f"stage is {stage or 'none'}"
        case ExpectedOf.GRADE:
            grade = decision.grades[expected.subject or ""]
            return grade == expected.value, f"grade is {grade}"
        case ExpectedOf.TAG:
            tags = ", ".join(decision.tags) or "none"
            return expected.subject in decision.tags, f"tags are {tags}"
        case ExpectedOf.RULE:
            fired = any(rule.fired for rule in decision.rules if rule.identity == expected.subject)
            return fired, "the rule fires" if fired else "the rule does not fire"
        case ExpectedOf.HANDOFF:
            taken = [one.name for one in decision.handoffs if one.current]
            came = f"it is handed off by {', '.join(taken)}" if taken else "no handoff takes it"
            return expected.subject in taken, came
        case ExpectedOf.DISQUALIFIED:
            reasons = ", ".join(decision.disqualified)
            came = f"disqualified: {reasons}" if decision.disqualified else "not disqualified"
            return bool(decision.disqualified), came


# --- coverage ---------------------------------------------------------------------------------


@frozen
class ClauseCoverage:
    """One clause of a rule, stage or disqualification, and how often tests saw it true and not true.

    `line` is where the clause itself stands, which may be in a define.
    """

    owner: str
    line: int
    clause: str
    true: int
    not_true: int

    @property
    def covered(self) -> bool:
        """Whether it was seen both ways."""
        return self.true > 0 and self.not_true > 0


def coverage(results: Sequence[RuleTestResult]) -> list[ClauseCoverage]:
    """How often each clause was true and not true over all tests, in the order of the ruleset."""
    seen: dict[tuple[str, int, str, int], list[int]] = {}
    for result in results:
        for owner, found in _owners(result.plan, result.decision):
            for index, (line, finding) in enumerate(found):
                counts = seen.setdefault((owner, line, finding.asked, index), [0, 0])
                counts[0 if finding.truth is True else 1] += 1
    return [
        ClauseCoverage(owner, line, clause, true, not_true)
        for (owner, line, clause, _), (true, not_true) in seen.items()
    ]


def _owners(plan: Plan, decision: Decision) -> Iterator[tuple[str, list[tuple[int, Finding]]]]:
    """What has clauses, each with its clauses as found and the lines that they stand on."""
    for rule, fired in zip(plan.rules, decision.rules, strict=True):
        found = _on_lines(plan, rule.condition, fired.condition)
        events = [] if fired.events is None else [(rule.origin.line, fired.events)]
        yield rule.identity, [*found, *events]
    for stage, reached in zip(plan.stages, decision.stage_findings, strict=True):
        until = _on_lines(plan, stage.until, reached.until)
        yield f"stage {stage.name}", [*_on_lines(plan, stage.condition, reached.condition), *until]
    for reason, finding in zip(plan.disqualifications, decision.disqualifications, strict=True):
        yield f"disqualify when {finding.asked}", _on_lines(plan, reason.condition, finding)
    for handoff, taken in zip(plan.handoffs, decision.handoffs, strict=True):
        yield f"handoff {handoff.name}", _on_lines(plan, handoff.condition, taken.condition)


def _on_lines(plan: Plan, condition: Condition | None, finding: Finding | None) -> list[tuple[int, Finding]]:
    if condition is None or finding is None:
        return []
    lines = [clause.origin.line for clause in _clauses_of(plan, condition)]
    return list(zip(lines, clauses(finding), strict=True))


def _clauses_of(plan: Plan, condition: Condition) -> Iterator[Clause]:
    """The single clauses of a condition, those of the defines it uses included, as `clauses` gives them."""
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from _clauses_of(plan, item)
        case Not(item=item):
            yield from _clauses_of(plan, item)
        case Holds(define=define):
            body = plan.definitions[define].condition
            if body is not None:
                yield from _clauses_of(plan, body)
        case _:
            yield condition


def clauses(finding: Finding) -> Iterator[Finding]:
    """The single clauses of a condition as found, those of the defines it uses included."""
    if finding.joined is None:
        yield finding
    for part in finding.parts:
        yield from clauses(part)
