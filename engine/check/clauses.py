"""The tests of a clause, by the kind of what they ask: comparisons, sets, texts, windows of dates."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from ...grammar.spec.kinds import DATES
from ...grammar.spec.operators import operator_of
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import quoted, text_of
from .. import plan as p
from .draft import PlanDraft
from .patterns import glob, matching
from .problems import Problems, mention, named, nearest
from .scopes import FactScope, Operand

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class ExpressionReader(Protocol):
    """What reads the expressions within clauses: `Expressions`."""

    draft: PlanDraft
    problems: Problems
    scope: FactScope

    def condition(self, node: n.Expression, window: n.Window | None = None) -> p.Condition | None:
        """The condition of an expression."""

    def operand(self, node: n.Expression, window: n.Window | None = None) -> Operand | None:
        """A value, or a define that is a condition."""

    def value(self, node: n.Expression, window: n.Window | None = None) -> p.Value | None:
        """A value."""

    def in_filter(self, node: n.Node) -> None:
        """Reports a question about time inside a filter."""

    def stray_window(self, window: n.Window, node: n.Node) -> None:
        """Reports a window behind something that has no time."""


class ClauseTests:
    """Reads clauses that have a test. None means wrong, and that it was reported."""

    def __init__(self, expressions: ExpressionReader) -> None:
        self.expressions = expressions
        self.draft = expressions.draft
        self.problems = expressions.problems

    def read(self, node: n.Clause, window: n.Window | None) -> p.Condition | None:
        """The condition of a clause with a test, its window given."""
        test = node.test
        if isinstance(test, n.Between) and self._moments(test) and self._happens(node.subject):
            return self._happened_between(node, window)
        subject = self.expressions.operand(node.subject, window)
        if subject is None:
            return None
        if isinstance(subject, p.Holds):
            self._condition_tested(node, subject)
            return None
        if window is not None and not self.expressions.scope.is_event(node.subject):
            self.expressions.stray_window(window, node.subject)
            return None
        origin, asked = self.draft.origin(node), self._affirmed(node)
        match test:
            case n.Compare():
                return self._compare(node.subject, subject, test, origin)
            case n.Between():
                return self._negated(node, self._between(node.subject, subject, test, asked))
            case n.In():
                return self._negated(node, self._in(node.subject, subject, test, asked))
            case n.Match():
                return self._negated(node, self._match(node.subject, subject, test, asked))
            case n.Known():
                return self._known(node.subject, subject, test, origin)
        raise AssertionError(f"a clause without a test: {node}")

    def _negated(self, node: n.Clause, condition: p.Condition | None) -> p.Condition | None:
        negated = isinstance(node.test, n.Between | n.In | n.Match) and node.test.negated
        return p.Not(condition, self.draft.origin(node)) if negated and condition is not None else condition

    def _affirmed(self, node: n.Clause) -> p.Origin:
        """Where a clause stands, and its text without the `not` in it: what is asked before it is denied."""
        origin, test = self.draft.origin(node), node.test
        if not (isinstance(test, n.Between | n.In | n.Match) and test.negated):
            return origin
        return replace(origin, text=text_of(replace(node, test=replace(test, negated=False))))

    def _condition_tested(self, node: n.Clause, subject: p.Holds) -> None:
        self.problems.error(
            "condition-compared",
            node,
            f"{subject.origin.text} is defined as a condition: it is true or false and cannot be compared",
            f"write {subject.origin.text} alone, or not {subject.origin.text}",
        )

    # --- windows --------------------------------------------------------------------------------

    def _moments(self, test: n.Between) -> bool:
        return isinstance(test.low, n.Moment) and isinstance(test.high, n.Moment)

    def _happens(self, subject: n.Expression) -> bool:
        """Whether a subject takes two moments for a window: events, or a condition in brackets."""
        if isinstance(subject, n.Brackets):
            return self._happens(subject.inner)
        conditions = n.And | n.Or | n.Not | n.Clause
        return isinstance(subject, conditions) or self.expressions.scope.is_event(subject)

    def _happened_between(self, node: n.Clause, window: n.Window | None) -> p.Condition | None:
        """`visited pricing between DATE and DATE`: a window over the events."""
        test = node.test
        if not (
            isinstance(test, n.Between) and isinstance(test.low, n.Moment) and isinstance(test.high, n.Moment)
        ):
            return None
        if window is not None:
            self.problems.error(
                "two-windows", window, "a window stands here beside another one", "keep one of the two"
            )
            return None
        if test.negated:
            subject, stretch = text_of(node.subject), f"between {text_of(test.low)} and {text_of(test.high)}"
            self.problems.error(
                "not-in-window",
                test,
                "it is not clear what is denied here: that it happened, or when",
                f"write not {subject} {stretch} (it did not happen then)",
            )
            return None
        held = n.BetweenMoments(test.low, test.high, span=test.span)
        return self.expressions.condition(n.Clause(node.subject, None, held, span=node.span))

    def within(self, value: p.Value, window: n.Window, origin: p.Origin) -> p.Condition | None:
        """A date field in a window."""
        if self.expressions.scope.timeless:
            self.expressions.in_filter(window)
            return None
        signals = self.draft.signals
        if isinstance(window, n.InLast | n.InNext):
            if not signals.is_sound(window.duration):
                return None
            ahead = isinstance(window, n.InNext)
            form = p.Next if ahead else p.Last
            return p.Within(value, form(window.duration.amount, window.duration.unit), origin)
        held = signals.range(window, whole_days=value.kind is Kind.DATE)
        return None if held is None else p.Within(value, held, origin)

    # --- comparisons ----------------------------------------------------------------------------

    def _compare(
        self, node: n.Expression, left: p.Value, test: n.Compare, origin: p.Origin
    ) -> p.Condition | None:
        said = self._without_quotes(node, left, test) or self._without_digits(node, left, test)
        right = None if said else self._right(test.right)
        if right is None:
            return None
        if left.kind is not right.kind and not (left.kind in DATES and right.kind in DATES):
            hint = self._mend(node, left.kind, test)
            self.problems.different_kinds(test.right, text_of(node), left.kind, right.kind, hint)
            return None
        if left.kind not in operator_of(test).kinds:
            instead = f"ask what it holds: {text_of(node)} contains {text_of(test.right)}"
            hint = instead if left.kind is Kind.TEXTS else self._in_order(node, test.right) or "use = or !="
            self.problems.not_for_kind(test, test.operator, text_of(node), left.kind, hint)
            return None
        self._star(test)
        return p.Compare(test.operator, left, right, origin)

    def _without_quotes(self, node: n.Expression, left: p.Value, test: n.Compare) -> bool:
        """Whether text is compared with a word that is nothing but a text: then that is reported."""
        right = test.right
        if left.kind is not Kind.TEXT or not isinstance(right, n.Reference):
            return False
        if not self.draft.names.is_text_perhaps(right.name.text):
            return False
        message, text = "this text needs quotes", quoted(right.name.text)
        self.problems.error(
            "quotes-needed", right, message, f"write {text_of(node)} {test.operator} {text}", (text,)
        )
        return True

    def _without_digits(self, node: n.Expression, left: p.Value, test: n.Compare) -> bool:
        """Whether a number is compared with one in words, such as two: then that is reported."""
        right = test.right
        if left.kind is not Kind.NUMBER or not isinstance(right, n.Reference):
            return False
        word = right.name.text.lower()
        if word not in _NUMBERS or not self.draft.names.is_text_perhaps(right.name.text):
            return False
        digits = str(_NUMBERS.index(word))
        hint = f"write {text_of(node)} {test.operator} {digits}"
        self.problems.error("number-form", right, "numbers are written in digits", hint, (digits,))
        return True

    def _right(self, node: n.Expression) -> p.Value | None:
        """What a subject is compared with: any value but a count of events."""
        value = self.expressions.value(node)
        if value is None or not self.draft.signals.is_count(value):
            return value
        self.problems.error(
            "count-on-the-right",
            node,
            f"{text_of(node)} is a count of events, which stands on the left of a comparison",
            "reverse the comparison, or compare each count with a number",
        )
        return None

    def _star(self, test: n.Compare) -> None:
        if isinstance(test.right, n.Text) and "*" in test.right.value:
            self.problems.warning(
                "star-in-equals",
                test.right,
                f'"{test.operator}" compares with the star itself; it stands for nothing else here',
                f"to match a pattern, write like {text_of(test.right)}",
            )

    def _mend(self, node: n.Expression, kind: Kind, test: n.Compare) -> str | None:
        """What was most likely meant by a comparison of two kinds."""
        subject, right = text_of(node), test.right
        if kind is Kind.TEXT and isinstance(right, n.Number):
            return self._as_number(node, test)
        if isinstance(right, n.Text):
            written = right.value.strip()
            if kind is Kind.NUMBER and written.replace(".", "", 1).isdigit():
                return f"remove the quotes: {subject} {test.operator} {written}"
            if kind is Kind.YES_NO and written.lower() in ("yes", "no", "true", "false"):
                return f"remove the quotes: {subject} {test.operator} {written.lower()}"
            if kind in DATES:
                return f"write the date without quotes: {subject} {test.operator} 2026-01-15"
            if kind is Kind.TEXTS and test.operator in ("=", "!="):
                denied = "not " if test.operator == "!=" else ""
                return f"ask what it holds: {subject} {denied}contains {text_of(right)}"
            is_event = isinstance(node, n.Reference) and self.expressions.scope.is_event(node)
            if is_event and test.operator == "=":
                about = f"{subject} {text_of(right)}"
                return f"an event compared is counted; to say what it was about, write {about}"
        if isinstance(right, n.YesNo) and kind is Kind.NUMBER:
            return f"write {'' if right.value else 'not '}{subject} alone, or compare it with a number"
        return None

    def _as_number(self, node: n.Expression, test: n.Compare) -> str:
        """What to do about text that is compared with a number."""
        inner = _within(node)
        equals = test.operator in ("=", "!=")
        in_quotes = f'if it is text, write {text_of(node)} {test.operator} "{text_of(test.right)}"'
        if not isinstance(inner, n.Reference):
            return in_quotes if equals else "compare it with = or != and a text in quotes"
        as_number = self._declared_number(inner)
        return f"{as_number}; {in_quotes}" if equals else as_number

    def _declared_number(self, field: n.Reference) -> str:
        """How a field that is text becomes a number."""
        name, catalogue = field.name.text, self.draft.names.catalogue
        declare = "change its declaration to" if name in self.draft.names.fields else "declare it:"
        as_number = f"if it holds numbers, {declare} field {text_of(field)}: number"
        if catalogue is not None and name in catalogue.fields:
            option = f"'{name}=number'" if " " in name else f"{name}=number"
            as_number += f", or import it with --kind {option}"
        return as_number

    def _in_order(self, node: n.Expression, right: n.Expression) -> str | None:
        """What to do about a text that is asked whether it is more or less than a number in quotes."""
        inner = _within(node)
        if not (isinstance(inner, n.Reference) and isinstance(right, n.Text)):
            return None
        if not right.value.strip().replace(".", "", 1).isdigit():
            return None
        return f"{self._declared_number(inner)}; and remove the quotes"

    def _between(
        self, node: n.Expression, value: p.Value, test: n.Between, origin: p.Origin
    ) -> p.Condition | None:
        low, high = self._right(test.low), self._right(test.high)
        if low is None or high is None:
            return None
        for end, side in ((low, test.low), (high, test.high)):
            if end.kind is not value.kind and not (end.kind in DATES and value.kind in DATES):
                self.problems.different_kinds(side, text_of(node), value.kind, end.kind)
                return None
        if value.kind not in operator_of(test).kinds:
            hint = self._in_order(node, test.low) or f"use = or in, e.g. {text_of(node)} in (...)"
            self.problems.not_for_kind(test, "between", text_of(node), value.kind, hint)
            return None
        if self._backwards(low, high):
            first = "smaller end" if value.kind is Kind.NUMBER else "earlier date"
            self.problems.error("backwards", test, "this ends before it begins", f"put the {first} first")
            return None
        return p.Between(value, low, high, origin)

    def _backwards(self, low: p.Value, high: p.Value) -> bool:
        if not (isinstance(low, p.Constant) and isinstance(high, p.Constant) and low.kind is high.kind):
            return False
        return (
            isinstance(low.value, int | float)
            and isinstance(high.value, int | float)
            and low.value > high.value
        )

    # --- sets and texts -------------------------------------------------------------------------

    def _in(self, node: n.Expression, value: p.Value, test: n.In, origin: p.Origin) -> p.Condition | None:
        if isinstance(test.among, n.Name):
            return self._in_list(node, value, test.among, origin)
        entries = [self._entry(item) for item in test.among]
        if any(entry is None for entry in entries):
            return None
        whole = [entry for entry in entries if entry is not None]
        for entry, item in zip(whole, test.among, strict=True):
            kind = Kind.TEXT if value.kind is Kind.TEXTS else value.kind
            if entry.kind is not kind and not (entry.kind in DATES and kind in DATES):
                self.problems.different_kinds(item, text_of(node), value.kind, entry.kind)
                return None
        if value.kind in (Kind.TEXT, Kind.TEXTS):
            texts = [item for item in test.among if isinstance(item, n.Text)]
            patterns = tuple(glob(item.value) for item in texts)
            for item, pattern in zip(texts, patterns, strict=True):
                self.problems.blank_at_end(item, pattern)
            return p.OneOf(value, patterns, (), None, origin)
        return p.OneOf(value, (), tuple(whole), None, origin)

    def _entry(self, node: n.Expression) -> p.Constant | None:
        value = self.expressions.value(node)
        if value is not None and not isinstance(value, p.Constant):
            meant = (quoted(node.name.text),) if isinstance(node, n.Reference) else ()
            self.problems.error(
                "entry-not-fixed",
                node,
                f"{text_of(node)} is not a fixed value, and only those stand in a list in brackets",
                f"if it is a text, write {meant[0]}" if meant else "write texts in quotes, numbers or dates",
                meant,
            )
            return None
        return value

    def _in_list(
        self, node: n.Expression, value: p.Value, name: n.Name, origin: p.Origin
    ) -> p.Condition | None:
        lists = self.draft.names.lists
        if name.text not in lists:
            near = nearest(name.text, lists)
            self.problems.error(
                "unknown-list",
                name,
                f'there is no list "{name.text}"',
                f"did you mean {mention(near)}?" if near else f'declare it: list {text_of(name)}: "..."',
                named(near),
            )
            return None
        if value.kind not in (Kind.TEXT, Kind.TEXTS):
            hint = f"write its values in brackets: {text_of(node)} in (...)"
            self.problems.not_for_kind(name, "in a list of texts", text_of(node), value.kind, hint)
            return None
        return p.OneOf(value, lists[name.text].patterns, (), name.text, origin)

    def _match(
        self, node: n.Expression, value: p.Value, test: n.Match, origin: p.Origin
    ) -> p.Condition | None:
        if not test.text.value:
            self.problems.error(
                "empty-text",
                test.text,
                f'"{test.operator}" needs some text to look for',
                f"or ask {text_of(node)} is known",
            )
            return None
        if value.kind not in operator_of(test).kinds:
            hint = "compare it with = or >=" if value.kind is not Kind.TEXTS else "use contains or in"
            self.problems.not_for_kind(test, test.operator, text_of(node), value.kind, hint)
            return None
        if value.kind is Kind.TEXTS:
            return p.Matches(value, glob(test.text.value.replace("*", "\\*")), origin)
        pattern = matching(test.operator, test.text.value)
        self.problems.blank_at_end(test.text, pattern)
        return p.Matches(value, pattern, origin)

    def _known(
        self, node: n.Expression, value: p.Value, test: n.Known, origin: p.Origin
    ) -> p.Condition | None:
        if self.draft.signals.is_count(value):
            subject = text_of(node)
            self.problems.error(
                "count-is-known",
                test,
                "a count of events is always known: none is 0",
                f"write {'' if test.known else 'not '}{subject}",
            )
            return None
        if isinstance(value, p.ScoreValue):
            self.problems.error(
                "count-is-known", test, "a score is always known", "compare it, e.g. score >= 40"
            )
            return None
        return p.IsKnown(value, test.known, origin)


def _within(node: n.Expression) -> n.Expression:
    """What stands in brackets."""
    while isinstance(node, n.Brackets):
        node = node.inner
    return node
