"""What a ruleset's own sentences tell of a name that nothing declares: field or event, and its kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.syntax.walk import children

_DATES = {Kind.DATE, Kind.DATETIME}


@dataclass
class NameEvidence:
    """Signs of what names are, collected once from all statements.

    A sign is strong where the sentence can mean nothing else ("title in ICP"), weak where it could
    (`visited >= 3` may count events or compare a number).
    """

    said: list[tuple[str, Kind, bool]] = field(default_factory=list)
    """Names with a kind that a sentence gives them, in order; and whether a date there may have a time."""
    kinds: dict[str, Kind] = field(default_factory=dict)
    """What comes of that."""
    fields: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    maybe_numbers: set[str] = field(default_factory=set)
    maybe_events: set[str] = field(default_factory=set)
    in_stretch: set[str] = field(default_factory=set)
    """Names between two moments: events then, or, in a filter, dates."""
    compared: list[tuple[str, str]] = field(default_factory=list)

    @property
    def signs(self) -> tuple[set[str], ...]:
        """The names by what their sentences tell of them."""
        return self.fields, self.events, self.maybe_numbers, self.maybe_events, self.in_stretch

    def settle(self) -> None:
        """Gives names the kind that they are said to have, and those compared with each other the kind that
        one of them is known to have."""
        for name, said, times in self.said:
            known = self.kinds.setdefault(name, said)
            if times and {known, said} == _DATES:
                self.kinds[name] = Kind.DATETIME
        for _ in range(2):  # once may leave the first names of a chain behind
            for one, other in self.compared:
                kind = self._sure_kind(one) or self._sure_kind(other)
                if kind is not None:
                    self.kinds.setdefault(one, kind)
                    self.kinds.setdefault(other, kind)

    def _sure_kind(self, name: str) -> Kind | None:
        return self.kinds.get(name) or (
            Kind.NUMBER if name in self.maybe_numbers and name in self.fields else None
        )

    def kind_of(self, name: str) -> Kind | None:
        """The kind of the field that a name seems to be, or None where it seems to be an event."""
        kind = self._sure_kind(name)
        if kind is not None:
            return kind
        if name in self.fields and name not in self.events:
            return Kind.TEXT
        if name in self.events or name in self.maybe_events:
            return None
        return Kind.NUMBER if name in self.maybe_numbers else None

    def is_seen(self, name: str) -> bool:
        """Whether any sentence but a bare mention says something of the name."""
        return name in self.kinds or name in self.fields or name in self.events or name in self.maybe_numbers


def merged(parts: Iterable[NameEvidence]) -> NameEvidence:
    """The evidence of several statements, in their order, not yet settled."""
    whole = NameEvidence()
    for part in parts:
        whole.said += part.said
        whole.compared += part.compared
        for names, more in zip(whole.signs, part.signs, strict=True):
            names.update(more)
    return whole


def literal_kind(node: n.Node) -> Kind | None:
    """The kind of a literal, through minus signs and brackets; None for anything else."""
    match node:
        case n.Brackets(inner):
            return literal_kind(inner)
        case n.Number() | n.Negative() | n.Arithmetic() | n.DaysSince() | n.DaysUntil() | n.Aggregate():
            return Kind.NUMBER
        case n.Text() | n.Call():
            return Kind.TEXT
        case n.YesNo():
            return Kind.YES_NO
        case n.Moment(value):
            return Kind.DATETIME if isinstance(value, dt.datetime) else Kind.DATE
    return None


def look(node: n.Node, evidence: NameEvidence) -> None:
    """Adds what a node and all below it tell."""
    tells = _LOOKS.get(type(node))
    if tells is not None:
        tells(node, evidence)
    for child in children(node):
        if isinstance(node, n.EventPhrase) and child is node.where:
            continue  # the names in a filter are properties
        look(child, evidence)


def _field(evidence: NameEvidence, node: n.Node, kind: Kind | None) -> None:
    if isinstance(node, n.Brackets):
        _field(evidence, node.inner, kind)
    elif isinstance(node, n.Reference):
        evidence.fields.add(node.name.text)
        if kind is not None:
            evidence.said.append((node.name.text, kind, True))


def _event(evidence: NameEvidence, node: n.Node) -> None:
    if isinstance(node, n.Reference):
        evidence.events.add(node.name.text)


def _clause(node: n.Clause, evidence: NameEvidence) -> None:
    subject, test, window = node.subject, node.test, node.window
    match test:
        case None if isinstance(window, n.InNext):
            _field(evidence, subject, Kind.DATE)
        case None if isinstance(subject, n.Reference):
            evidence.maybe_events.add(subject.name.text)
        case n.Compare(operator, n.Reference() as right) if isinstance(subject, n.Reference):
            pair = (subject.name.text, right.name.text)
            evidence.compared.append(pair)
            (evidence.fields if operator in ("=", "!=") else evidence.maybe_numbers).update(pair)
        case n.Compare(_, right):
            _compared(evidence, subject, literal_kind(right), window)
            _compared(evidence, right, literal_kind(subject), window)
        case n.Between(n.Moment(), n.Moment()) if isinstance(subject, n.Reference):
            # A window, as `since` is: it tells no date from an event.
            evidence.maybe_events.add(subject.name.text)
            evidence.in_stretch.add(subject.name.text)
        case n.Between(low, high):
            _compared(evidence, subject, literal_kind(low) or literal_kind(high), window)
        case n.In(among):
            entries = among if isinstance(among, tuple) else ()
            _field(evidence, subject, literal_kind(entries[0]) if entries else Kind.TEXT)
        case n.Match():
            _field(evidence, subject, Kind.TEXT)
        case n.Known():
            _field(evidence, subject, None)


def _compared(evidence: NameEvidence, side: n.Node, other: Kind | None, window: n.Window | None) -> None:
    if not isinstance(side, n.Reference):
        return
    if other is Kind.NUMBER:
        (evidence.maybe_events if window is not None else evidence.maybe_numbers).add(side.name.text)
    elif other is not None:
        _field(evidence, side, other)


def _arithmetic(node: n.Arithmetic, evidence: NameEvidence) -> None:
    _field(evidence, node.left, Kind.NUMBER)
    _field(evidence, node.right, Kind.NUMBER)


def _days_since(node: n.DaysSince, evidence: NameEvidence) -> None:
    if node.first:
        _event(evidence, node.of)
    elif isinstance(node.of, n.Reference):
        evidence.maybe_events.add(node.of.name.text)


def _alone(evidence: NameEvidence, *conditions: n.Node | None) -> None:
    """What stands alone where something is true or false cannot be a number."""
    for condition in conditions:
        if isinstance(condition, n.Brackets):
            _alone(evidence, condition.inner)
        elif isinstance(condition, n.Reference):
            evidence.maybe_events.add(condition.name.text)


def _phrase(node: n.EventPhrase, evidence: NameEvidence) -> None:
    evidence.events.add(node.type.text)


def _sequence(node: n.Sequence, evidence: NameEvidence) -> None:
    _event(evidence, node.first)
    _event(evidence, node.second)


def _outcome(node: n.Outcome, evidence: NameEvidence) -> None:
    _event(evidence, node.condition)
    if node.at is not None:
        evidence.fields.add(node.at.text)
        evidence.said.append((node.at.text, Kind.DATE, False))


def _handoff(node: n.Handoff, evidence: NameEvidence) -> None:
    _alone(evidence, node.condition)
    if node.keeping is not None:
        _field(evidence, node.keeping, None)
    if node.answer is not None:
        _event(evidence, node.answer.event)


def _given_field(node: n.GivenField, evidence: NameEvidence) -> None:
    value = node.value
    evidence.fields.add(node.name.text)
    kind = Kind.TEXTS if isinstance(value, tuple) else literal_kind(value) if value is not None else None
    if kind is not None:
        evidence.said.append((node.name.text, kind, False))


def _test(node: n.Test, evidence: NameEvidence) -> None:
    for given in node.given:
        if isinstance(given, n.GivenEvent):
            evidence.events.add(given.type.text)


def _trend(node: n.Trend, evidence: NameEvidence) -> None:
    if node.window is not None:
        _event(evidence, node.of)
    elif isinstance(node.of, n.Reference):
        evidence.maybe_numbers.add(node.of.name.text)
        evidence.maybe_events.add(node.of.name.text)


_LOOKS: dict[type[n.Node], Callable[..., None]] = {
    n.Clause: _clause,
    n.And: lambda node, evidence: _alone(evidence, *node.operands),
    n.Or: lambda node, evidence: _alone(evidence, *node.operands),
    n.Not: lambda node, evidence: _alone(evidence, node.operand),
    n.When: lambda node, evidence: _alone(evidence, node.condition),
    n.Arithmetic: _arithmetic,
    n.Negative: lambda node, evidence: _field(evidence, node.operand, Kind.NUMBER),
    n.DaysSince: _days_since,
    n.DaysUntil: lambda node, evidence: _field(evidence, node.of, Kind.DATE),
    n.Call: lambda node, evidence: _field(evidence, node.argument, Kind.TEXT),
    n.EventPhrase: _phrase,
    n.Aggregate: lambda node, evidence: _event(evidence, node.event),
    n.ForEvents: lambda node, evidence: _event(evidence, node.event),
    n.Sequence: _sequence,
    n.Outcome: _outcome,
    n.Handoff: _handoff,
    n.GivenField: _given_field,
    n.Guarantee: lambda node, evidence: _alone(evidence, node.condition),
    n.Trend: _trend,
    n.Test: _test,
}


def collect_filter(where: n.Expression) -> NameEvidence:
    """The evidence of one filter, whose names are properties."""
    evidence = NameEvidence()
    look(where, evidence)
    evidence.settle()
    return evidence
