"""From expressions as written to the plan's conditions and values, each with its kind."""

from __future__ import annotations

import weakref
from itertools import pairwise

from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import text_of
from .. import plan as p
from ..values import day_of, instant_of, text_key
from .clauses import ClauseTests
from .draft import PlanDraft
from .scopes import FactScope, Operand

_VALUE_KINDS_HINTS = {
    Kind.NUMBER: "compare it, e.g. {subject} >= 10",
    Kind.TEXT: 'compare it, e.g. {subject} = "...", or ask: {subject} is known',
    Kind.TEXTS: 'ask what it holds, e.g. {subject} contains "..."',
    Kind.DATE: "ask when it is, e.g. {subject} in next 7 days",
    Kind.DATETIME: "ask when it is, e.g. {subject} in next 7 days",
}


class Expressions:
    """Reads expressions in one scope. None means wrong, and that it was reported."""

    def __init__(self, draft: PlanDraft, scope: FactScope) -> None:
        self.draft = draft
        self.problems = draft.problems
        self.scope = scope
        # Else the two would hold each other, and the whole draft, until the garbage collector comes by.
        self.tests = ClauseTests(weakref.proxy(self))

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, node: n.Expression, window: n.Window | None = None) -> p.Condition | None:
        """A condition; `window` is one that stands behind the brackets around it."""
        match node:
            case n.Brackets(inner):
                return self.condition(inner, window)
            case n.Not(operand):
                item = self.condition(operand, window)
                return None if item is None else p.Not(item, self.draft.origin(node))
            case n.And(operands):
                items = self._all(operands, window)
                return None if items is None else p.All(items, self.draft.origin(node))
            case n.Or(operands):
                if not self._reads_as_or(operands):
                    return None
                items = self._all(operands, window)
                return None if items is None else p.Any(items, self.draft.origin(node))
            case n.Surely():
                if window is not None:
                    self.stray_window(window, node)
                    return None
                sure = self.scope.surely(node)
                return None if sure is None else p.IsYes(sure, self.draft.origin(node))
            case n.Clause():
                return self._clause(node, window)
        return self._bare(node, node, window)

    def _all(
        self, operands: tuple[n.Expression, ...], window: n.Window | None
    ) -> tuple[p.Condition, ...] | None:
        items = [self.condition(operand, window) for operand in operands]
        whole = tuple(item for item in items if item is not None)
        return whole if len(whole) == len(items) else None

    def _reads_as_or(self, operands: tuple[n.Expression, ...]) -> bool:
        """Refuses `title = "CTO" or "VP"` and `visited pricing or docs`, with what was meant."""
        for before, operand in pairwise(operands):
            match before, operand:
                case n.Clause(subject, n.Compare("=", n.Text() as left)), n.Text():
                    entries = ", ".join(text_of(item) for item in (left, operand))
                    self.problems.error(
                        "text-after-or",
                        operand,
                        f"{text_of(operand)} alone says nothing: it is not clear what should equal it",
                        f"did you mean {text_of(subject)} in ({entries})?",
                    )
                    return False
                case n.EventPhrase(type_, n.Text()), n.Reference(name) if self._is_stray(name):
                    self.problems.error(
                        "object-after-or",
                        operand,
                        f'"{name.text}" alone is no event, and reads as if {type_.text} was meant again',
                        f"did you mean {text_of(before)} or {type_.text} {name.text}? "
                        f"If {name.text} is an event of its own, declare it: event {name.text}",
                    )
                    return False
        return True

    def _is_stray(self, name: n.Name) -> bool:
        names = self.draft.names
        if name.text in names.defines or name.text in names.fields or name.text in names.events:
            return False
        if name.text in names.scores or name.text in names.pinned:
            return False
        if names.catalogue is not None:
            return name.text not in names.catalogue.fields and name.text not in names.catalogue.events
        return not names.evidence.is_seen(name.text)

    def _clause(self, node: n.Clause, outer: n.Window | None) -> p.Condition | None:
        window = node.window or outer
        if node.window is not None and outer is not None:
            self.problems.error(
                "two-windows",
                node.window,
                "a window stands here and another behind the brackets",
                "keep one of the two",
            )
            return None
        if node.test is not None:
            return self.tests.read(node, window)
        if isinstance(node.subject, n.Brackets):
            return self.condition(node.subject.inner, window)
        return self._bare(node, node.subject, window)

    def _bare(self, whole: n.Expression, node: n.Expression, window: n.Window | None) -> p.Condition | None:
        """Something that stands alone where true or false is needed."""
        operand = self.operand(node, window)
        if operand is None:
            return None
        origin = self.draft.origin(whole)
        takes_window = self.scope.is_event(node)
        if window is not None and not takes_window and not self._is_date(operand):
            self.stray_window(window, node)
            return None
        if isinstance(operand, p.Holds):
            return operand
        if self.draft.signals.is_count(operand):
            return p.Compare(">=", operand, p.Constant(Kind.NUMBER, 1.0), origin)
        if operand.kind is Kind.YES_NO:
            return p.IsYes(operand, origin)
        if window is not None and self._is_date(operand):
            return self.tests.within(operand, window, origin)
        subject = text_of(node)
        hint = _VALUE_KINDS_HINTS[operand.kind].format(subject=subject)
        if self.scope.timeless and self._is_date(operand):
            hint = f"compare it in brackets, e.g. where ({subject} between 2026-01-01 and 2026-01-31)"
        self.problems.not_a_condition(node, subject, operand.kind, hint)
        return None

    def _is_date(self, operand: Operand) -> bool:
        return not isinstance(operand, p.Holds) and operand.kind in (Kind.DATE, Kind.DATETIME)

    def stray_window(self, window: n.Window, node: n.Node) -> None:
        """Reports a window behind something that has no time."""
        self.problems.error(
            "window-without-event",
            window,
            f"{text_of(node)} does not happen at a time, so it cannot be looked for in a stretch of time",
            "put the window behind an event or a date, or remove it",
        )

    # --- values ---------------------------------------------------------------------------------

    def operand(self, node: n.Expression, window: n.Window | None = None) -> Operand | None:
        """A value, or a define that is a condition. A window goes to the events within."""
        match node:
            case n.Brackets(inner):
                return self.operand(inner, window)
            case n.Reference():
                return self.scope.reference(node, window)
            case n.TotalScore():
                return self.scope.score(node, None)
            case n.EventPhrase():
                return self.scope.event(node, window)
            case n.Aggregate() | n.Sequence():
                return self.scope.event(node, window)
            case n.DaysSince():
                return self._days_since(node, window)
            case n.DaysUntil(of):
                return self._days(of, until=True)
            case n.Call():
                return self._call(node)
            case n.Arithmetic():
                return self._calculation(node, window)
            case n.Negative(inner):
                return self._negative(inner)
            case n.Clause(subject, None, own):
                return self.operand(subject, own)
            case n.Number() | n.Text() | n.YesNo() | n.Moment():
                return self.constant(node)
        self.problems.not_a_value(node, text_of(node))
        return None

    def value(self, node: n.Expression, window: n.Window | None = None) -> p.Value | None:
        """A value; a define that is a condition is refused."""
        operand = self.operand(node, window)
        if isinstance(operand, p.Holds):
            self.problems.not_a_value(node, text_of(node))
            return None
        return operand

    def constant(self, node: n.Number | n.Text | n.YesNo | n.Moment) -> p.Constant | None:
        """A literal, prepared."""
        match node:
            case n.Number(value):
                return p.Constant(Kind.NUMBER, value)
            case n.Text(value):
                return p.Constant(Kind.TEXT, text_key(value))
            case n.YesNo(value):
                return p.Constant(Kind.YES_NO, value)
            case n.Moment(value):
                if hasattr(value, "hour"):
                    return p.Constant(Kind.DATETIME, instant_of(value))
                return p.Constant(Kind.DATE, day_of(value))

    def _days_since(self, node: n.DaysSince, window: n.Window | None) -> p.Value | None:
        if isinstance(node.of, n.Reference) and not node.first and not self.scope.is_event(node.of):
            return self._days(node.of, until=False)
        return self.scope.event(node, window)

    def _days(self, node: n.Reference, *, until: bool) -> p.Value | None:
        if self.scope.timeless:
            self.in_filter(node)
            return None
        of = self.value(node)
        if of is None:
            return None
        word = "until" if until else "since"
        if of.kind not in (Kind.DATE, Kind.DATETIME) or self.draft.signals.is_count(of):
            kind = Kind.NUMBER if self.draft.signals.is_count(of) else of.kind
            self.problems.not_for_kind(
                node, f"days {word}", text_of(node), kind, "name a date field, e.g. days until trial_ends"
            )
            return None
        return p.DaysBetween(of, until)

    def in_filter(self, node: n.Node) -> None:
        """Reports a question about time inside a filter, which looks at one event as it was."""
        self.problems.error(
            "time-in-filter",
            node,
            "a filter after where looks at one event as it was, so it cannot ask how long ago something is",
            "put the time behind the event, e.g. visited pricing in last 30 days",
        )

    def _call(self, node: n.Call) -> p.Value | None:
        name = node.function.text
        if name != "domain":
            self.problems.error(
                "unknown-function",
                node.function,
                f'there is no "{name}(...)"',
                "domain(email) is the one function; sum, avg, min, max, distinct and days work on events",
            )
            return None
        of = self.value(node.argument)
        if of is not None and of.kind is not Kind.TEXT:
            subject = text_of(node.argument)
            self.problems.not_for_kind(node, "domain", subject, of.kind, "give it an email address or a link")
            return None
        return None if of is None else p.Domain(of)

    def _calculation(self, node: n.Arithmetic, window: n.Window | None) -> p.Value | None:
        left, right = self._number(node.left, window), self._number(node.right, window)
        return None if left is None or right is None else p.Calculation(node.operator, left, right)

    def _negative(self, node: n.Expression) -> p.Value | None:
        value = self._number(node, None)
        if isinstance(value, p.Constant) and isinstance(value.value, float):
            return p.Constant(Kind.NUMBER, 0.0 - value.value)
        return None if value is None else p.Calculation("-", p.Constant(Kind.NUMBER, 0.0), value)

    def _number(self, node: n.Expression, window: n.Window | None) -> p.Value | None:
        """A value to calculate with: a number, but no count of events."""
        value = self.value(node, window)
        if value is None:
            return None
        if self.draft.signals.is_count(value):
            self.problems.error(
                "count-in-arithmetic",
                node,
                f"{text_of(node)} is a count of events, which can be compared but not calculated with",
                f"compare it on its own, e.g. {text_of(node)} >= 2",
            )
            return None
        if value.kind is not Kind.NUMBER:
            self.problems.not_for_kind(
                node, "+ - * /", text_of(node), value.kind, "calculate with numbers only"
            )
            return None
        return value
