"""What the lints look at: a plan with its tree and catalogue, and what is worked out of them once."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Diagnostic, Fix, Severity
from ...grammar.syntax.nodes import Tree
from .. import plan as p
from ..catalogue import Catalogue
from ..plan.walk import holds, items_of
from .proof import domains as intervals
from .proof.domains import ValueSet
from .proof.logic import Logic
from .proof.reach import Reach


class RootKind(Enum):
    """What a whole condition decides."""

    DEFINE = "define"
    RULE = "rule"
    STAGE = "stage"
    UNTIL = "until"
    DISQUALIFICATION = "disqualify"
    HANDOFF = "handoff"
    FILTER = "where"


@frozen
class Root:
    """A whole condition and what it belongs to; `owner` is None for a filter after where."""

    what: RootKind
    condition: p.Condition
    owner: p.Definition | p.Rule | p.Stage | p.Disqualification | p.Handoff | None


@frozen
class Verdict:
    """A part of a condition that is always true, or never; the widest such part."""

    root: Root
    part: p.Condition
    always: bool

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole condition."""
        return self.part is self.root.condition


class LintContext:
    """One plan under the lints.

    `catalogue` is None also where the data holds no lead. `scores` are the subjects that are scores.
    """

    def __init__(self, plan: p.Plan, tree: Tree, catalogue: Catalogue | None) -> None:
        self.plan = plan
        self.tree = tree
        self.catalogue = catalogue if catalogue is not None and catalogue.leads else None
        self.logic = Logic(plan)
        self.reach = Reach(self.logic)
        self.scores: dict[int, int | None] = {}
        for score in (None, *range(len(plan.scores))):
            low, high = self.reach.scores.of(score).ranged
            self.logic.variables.scores[score] = ValueSet(intervals.span(low, high), False)
            self.scores[self.logic.variables.of(p.ScoreValue(score))] = score
        self.roots = tuple(_roots(plan))
        self._settled = self._settled_definitions()
        self.verdicts = tuple(found for root in self.roots for found in self._verdicts(root, root.condition))
        self.judged = {id(verdict.part) for verdict in self.verdicts}

    def _settled_definitions(self) -> frozenset[int]:
        settled: set[int] = set()
        for index, definition in enumerate(self.plan.definitions):
            body = definition.condition
            if body is None:
                continue
            if not settled.isdisjoint(holds(body)) or self.logic.never(body) or self.logic.always(body):
                settled.add(index)
        return frozenset(settled)

    def follows(self, condition: p.Condition) -> bool:
        """Whether what is found of a condition may only follow from a define that is always or never true."""
        return not self._settled.isdisjoint(holds(condition))

    def _verdicts(self, root: Root, part: p.Condition) -> Iterator[Verdict]:
        if not self.follows(part):
            always = self.logic.always(part)
            if always or self.logic.never(part):
                yield Verdict(root, part, always)
                return
        for item in items_of(part):
            yield from self._verdicts(root, item)


def _roots(plan: p.Plan) -> Iterator[Root]:
    for definition in plan.definitions:
        if definition.condition is not None:
            yield Root(RootKind.DEFINE, definition.condition, definition)
    for rule in plan.rules:
        if rule.condition is not None:
            yield Root(RootKind.RULE, rule.condition, rule)
    for stage in plan.stages:
        yield Root(RootKind.STAGE, stage.condition, stage)
        if stage.until is not None:
            yield Root(RootKind.UNTIL, stage.until, stage)
    for disqualification in plan.disqualifications:
        yield Root(RootKind.DISQUALIFICATION, disqualification.condition, disqualification)
    for handoff in plan.handoffs:
        if handoff.condition is not None:
            yield Root(RootKind.HANDOFF, handoff.condition, handoff)
    for where in {id(where): where for where in _filters(plan)}.values():
        yield Root(RootKind.FILTER, where, None)


def _filters(plan: p.Plan) -> Iterator[p.Condition]:
    selections = [signal.events for signal in plan.signals]
    selections += [signal.then for signal in plan.signals if signal.then is not None]
    selections += [rule.each.events for rule in plan.rules if rule.each is not None]
    selections += [outcome.events for outcome in plan.outcomes if outcome.events is not None]
    return (selection.where for selection in selections if selection.where is not None)


# --- saying it --------------------------------------------------------------------------------


def lint_at(code: str, at: p.Origin, message: str, hint: str, meant: str | None = None) -> Diagnostic:
    """A lint at a place; `meant` is what may have been meant to stand there."""
    fixes = (Fix.write(at.span, meant),) if meant is not None else ()
    return Diagnostic(code, Severity.LINT, message, at.source, at.span, hint, fixes)


def rule_label(rule: p.Rule) -> str:
    """How a message calls a rule that stands elsewhere."""
    return f'rule "{rule.name}"' if rule.name is not None else f"the rule on line {rule.origin.line}"


def points_of(number: float) -> str:
    """`1 point`, `25 points`."""
    return "1 point" if abs(number) == 1 else f"{number:,.0f} points"
