"""Running the tests that a ruleset holds, and counting what they cover."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .evaluate import Evaluator, Event
from .explain.decision import Decision, Finding
from .plan import Expectation, ExpectedOf, Given, Plan, RuleTest
from .values import moment_of

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class UnmetExpectation:
    """An expectation that was not met: what was expected, what came, and the line it stands on."""

    expected: str
    came: str
    line: int


@dataclass(frozen=True, slots=True)
class RuleTestResult:
    """A test that was run; it passed where there are no failures. `decision` explains what came."""

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


def run_test(plan: Plan, evaluator: Evaluator, test: RuleTest) -> RuleTestResult:
    """Runs one test."""
    columns = {field.name: field.column for field in plan.fields}
    lead: dict[str, Given] = {columns[name]: value for name, value in test.fields.items() if name in columns}
    events = [
        Event(given.type, moment_of(given.at), given.object, given.properties)
        for given in test.events
        for _ in range(given.times)
    ]
    decision = evaluator.decide(evaluator.facts(lead, events), test.now)
    failures = [failure for item in test.expect if (failure := _failure(item, decision)) is not None]
    return RuleTestResult(test, decision, tuple(failures))


def _failure(expected: Expectation, decision: Decision) -> UnmetExpectation | None:
    met, came = _met(expected, decision)
    if met is not expected.negated:
        return None
    return UnmetExpectation(expected.origin.text, came, expected.origin.line)


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
        case ExpectedOf.DISQUALIFIED:
            reasons = ", ".join(decision.disqualified)
            return bool(reasons), f"disqualified: {reasons}" if reasons else "not disqualified"


# --- coverage ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """One clause of a rule, stage or disqualification, and how often tests saw it true and not true."""

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
        for owner, line, findings in _owners(result.decision):
            for index, finding in enumerate(findings):
                counts = seen.setdefault((owner, line, finding.asked, index), [0, 0])
                counts[0 if finding.truth is True else 1] += 1
    return [
        ClauseCoverage(owner, line, clause, true, not_true)
        for (owner, line, clause, _), (true, not_true) in seen.items()
    ]


def _owners(decision: Decision) -> Iterator[tuple[str, int, list[Finding]]]:
    for rule in decision.rules:
        whole = [item for item in (rule.condition, rule.events) if item is not None]
        yield rule.identity, rule.line, [clause for item in whole for clause in clauses(item)]
    for stage in decision.stage_findings:
        yield f"stage {stage.stage}", stage.line, list(clauses(stage.condition))
    for finding in decision.disqualifications:
        yield f"disqualify when {finding.asked}", 0, list(clauses(finding))


def clauses(finding: Finding) -> Iterator[Finding]:
    """The single clauses of a condition as found, those of the defines it uses included."""
    if finding.joined is None:
        yield finding
    for part in finding.parts:
        yield from clauses(part)
