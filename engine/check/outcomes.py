"""Outcomes: the first of some events, or what fields say and when; how long they may take, and from when."""

from __future__ import annotations

from dataclasses import replace

from ...grammar.messages.diagnostics import Severity
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import text_of
from .. import plan as p
from .draft import PlanDraft
from .events import LONGEST_YEARS
from .expressions import Expressions
from .scopes import FactScope

LOST = "lost"
"""The name of the outcome that loses."""

_DATES = (Kind.DATE, Kind.DATETIME)


class OutcomeReader:
    """Reads outcomes into a draft."""

    def __init__(self, draft: PlanDraft) -> None:
        self.draft = draft
        self.problems = draft.problems
        self.expressions = Expressions(draft, FactScope(draft))

    def read(self, node: n.Outcome) -> p.Outcome | None:
        """The outcome, or None where it is wrong, now reported."""
        errors = self._errors()
        within = self._within(node)
        born = self._born(node)
        if node.name.text.lower() == LOST and (node.within or node.born) is not None:
            self.problems.error(
                "outcome-lost",
                node.within or node.born or node,
                "how long a lead may take, and from when, is said of the outcome to be reached",
                "remove it here, and write it behind the other outcome",
            )
        phrase, window = _events_in(node.condition)
        events: p.Selection | None = None
        condition: p.Condition | None = None
        if phrase is not None and self._is_event(phrase):
            events = self.draft.signals.selection(phrase, window)
            if node.at is not None:
                self.problems.error(
                    "outcome-at",
                    node.at,
                    "an event has an instant of its own",
                    f"take at {text_of(node.at)} away",
                )
        else:
            condition = self._of_fields(node)
        at = self._at(node)
        if (events is None) == (condition is None) or self._errors() > errors:
            return None
        origin = self.draft.origin(node)
        if condition is not None and at is not None and node.at is not None:
            condition = _come(condition, at, node.at.text, origin)
        return p.Outcome(node.name.text, events, origin, condition, at, within=within, born=born)

    def _errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.problems.found)

    # --- what it is ---------------------------------------------------------------------------------

    def _is_event(self, phrase: n.Reference | n.EventPhrase) -> bool:
        """Whether a phrase speaks of events: one that stands alone may be a field that is yes or no."""
        if isinstance(phrase, n.EventPhrase):
            return True
        found = self.draft.names.resolve(phrase.name)
        return found is None or found.meaning is p.Meaning.EVENT

    def _of_fields(self, node: n.Outcome) -> p.Condition | None:
        """A condition on fields alone."""
        if (wrong := _not_of_fields(node.condition, self)) is not None:
            self.problems.error(
                "outcome-event",
                wrong,
                "an outcome is the first of some events, or what fields of the lead say",
                'e.g. outcome won when became customer, or outcome won when status = "won" at closed_on',
            )
            return None
        return self.expressions.condition(node.condition)

    def is_field(self, name: n.Name) -> bool:
        """Whether a name is a field."""
        if name.text in self.draft.names.scores:
            return False
        found = self.draft.names.resolve(name)
        return found is None or found.meaning is p.Meaning.FIELD

    # --- when ---------------------------------------------------------------------------------------

    def _at(self, node: n.Outcome) -> p.FieldValue | None:
        return None if node.at is None else self._date_field(node.at, "at")

    def _date_field(self, name: n.Name, word: str) -> p.FieldValue | None:
        found = self.draft.names.resolve(name)
        if found is None:
            return None
        kind = found.kind
        if found.meaning is p.Meaning.FIELD and kind is None:
            kind = Kind.DATETIME
        if found.meaning is p.Meaning.FIELD and kind in _DATES:
            assert kind is not None
            return self.draft.field(name.text, kind)
        self.problems.error(
            "outcome-at",
            name,
            f'"{name.text}" is not a field that holds a date',
            f"name one, and declare it: field {text_of(name)}: date",
        )
        return None

    def _within(self, node: n.Outcome) -> int | None:
        if node.within is None:
            return None
        sound = self.draft.signals.is_sound(node.within)
        return self.draft.signals.fixed(node.within, "within") if sound else None

    def _born(self, node: n.Outcome) -> p.FieldValue | p.Selection | None:
        born = node.born
        if born is None:
            return None
        if isinstance(born, n.EventPhrase) or self._is_event(born):
            return self.draft.signals.selection(born, None)
        return self._date_field(born.name, "born")


def _come(condition: p.Condition, at: p.FieldValue, name: str, origin: p.Origin) -> p.Condition:
    """The condition, and that the day or instant has come, where it is known at all."""
    unknown = p.IsKnown(at, False, replace(origin, text=f"{name} is unknown"))
    come = p.Within(at, p.Last(LONGEST_YEARS, n.Unit.YEAR), replace(origin, text=f"{name} has come"))
    either = p.Any((unknown, come), replace(origin, text=f"{name} has come or is unknown"))
    return p.All((condition, either), origin)


def _events_in(node: n.Expression) -> tuple[n.Reference | n.EventPhrase | None, n.Window | None]:
    """The phrase of events that a condition is, with its window; None where it is something else."""
    window: n.Window | None = None
    match node:
        case n.Clause(subject, None, held):
            node, window = subject, held
        case n.Clause(subject, n.Between(n.Moment() as low, n.Moment() as high, False) as test, None):
            node, window = subject, n.BetweenMoments(low, high, span=test.span)
    return (node, window) if isinstance(node, n.Reference | n.EventPhrase) else (None, None)


def _not_of_fields(node: n.Expression, reader: OutcomeReader) -> n.Node | None:
    """The first part of a condition that speaks of something other than fields."""
    match node:
        case n.And(operands) | n.Or(operands):
            return next((found for one in operands if (found := _not_of_fields(one, reader))), None)
        case n.Not(inner) | n.Brackets(inner):
            return _not_of_fields(inner, reader)
        case n.Clause(subject, test, None) if test is not None:
            return _not_of_fields(subject, reader)
        case n.Reference(name):
            return None if reader.is_field(name) else node
    return node
