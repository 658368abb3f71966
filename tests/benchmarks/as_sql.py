"""A neutral ruleset as one SQLite statement over the store's own tables: the yardstick for scoring them all.

Written as one would by hand, for speed: kinds of events as the small numbers that the store has for them,
each signal one conditional aggregate, one pass over the events in the order they are kept in, moments as
constants. It gives a total and a stage to each lead, without any reason.
"""

from __future__ import annotations

from leadwright.tests.benchmarks.neutral import (
    FIELDS,
    AllOf,
    Among,
    AnyOf,
    Between,
    Compared,
    Condition,
    EndsWith,
    NextDays,
    Rule,
    Ruleset,
    Signal,
    Yes,
)
from leadwright.tests.benchmarks.people import DAY, NOW_MICROSECONDS, TODAY

Kinds = dict[tuple[str, str | None], int]
"""The number of each type and object in the store."""


def statement(ruleset: Ruleset, kinds: Kinds, table: str) -> str:
    """Puts lead, total and stage of every lead into a table."""
    signals = {signal: f"g{number}" for number, signal in enumerate(ruleset.signals())}
    printer = Printer(ruleset, kinds, signals)
    measured = ",\n  ".join(f"{printer.aggregate(signal)} AS {name}" for signal, name in signals.items())
    read = sorted({kind for signal in signals for kind in printer.kinds_of(signal)})
    return f"""
INSERT INTO {table} (lead, total, stage)
SELECT _id, total,
  CASE WHEN country IN ({_texts(ruleset.banned)}) THEN NULL
    WHEN total >= {ruleset.sql} AND {signals[ruleset.sql_signal]} >= 1 THEN 'SQL'
    WHEN total >= {ruleset.mql} THEN 'MQL' END
FROM (
 SELECT *, min({ruleset.total_range}, max(0, {printer.ranged("fit", ruleset.fit_range)}
  + {printer.ranged("engagement", ruleset.engagement_range)})) AS total
 FROM (
  SELECT *, {printer.score("fit")} AS fit,
  {printer.score("engagement")} AS engagement
  FROM (
   SELECT lead._id, {", ".join(f"lead.{name}" for name in FIELDS)},
   {measured}
   FROM lead LEFT JOIN event ON event.lead = lead._id AND event.at <= {NOW_MICROSECONDS}
    AND event.kind IN ({", ".join(map(str, read))})
   GROUP BY lead._id
  )
 )
)
""".strip()


class Printer:
    """Prints the parts of a ruleset for SQLite; `signals` are the column names that hold them."""

    def __init__(self, ruleset: Ruleset, kinds: Kinds, signals: dict[Signal, str]) -> None:
        self.ruleset = ruleset
        self.kinds = kinds
        self.signals = signals

    def ranged(self, score: str, high: int) -> str:
        """A score within its range."""
        return f"max(0, min({high}, {score}))"

    def least(self, most: int, points: str) -> str:
        """Points, but no more than so many."""
        return f"min({most}, {points})"

    def kinds_of(self, signal: Signal) -> list[int]:
        """The numbers of the kinds of events that feed a signal."""
        return [
            number
            for (type_, object_), number in self.kinds.items()
            if type_ == signal.type and (signal.object is None or signal.object == object_)
        ]

    def test(self, signal: Signal) -> str:
        """Whether an event feeds a signal."""
        kinds = self.kinds_of(signal)
        which = f"kind = {kinds[0]}" if len(kinds) == 1 else f"kind BETWEEN {kinds[0]} AND {kinds[-1]}"
        if kinds != list(range(kinds[0], kinds[-1] + 1)):
            which = f"kind IN ({', '.join(map(str, kinds))})"
        window = "" if signal.days is None else f" AND at > {NOW_MICROSECONDS - signal.days * DAY}"
        return which + window

    def aggregate(self, signal: Signal) -> str:
        """A signal over the events of a lead."""
        test = self.test(signal)
        match signal.measure:
            case "count":
                return f"count(CASE WHEN {test} THEN 1 END)"
            case "distinct":
                return f"count(DISTINCT CASE WHEN {test} THEN kind END)"
            case "sum":
                return f"total(CASE WHEN {test} THEN properties ->> 'amount' END)"
            case "since":
                return f"({NOW_MICROSECONDS} - max(CASE WHEN {test} THEN at END)) / {DAY}"
        age = f"({NOW_MICROSECONDS} - at) / {signal.every * DAY}"
        if signal.latest:
            at = f"max(CASE WHEN {test} THEN at END)"
            return f"ifnull({signal.points} >> (({NOW_MICROSECONDS} - {at}) / {signal.every * DAY}), 0)"
        left = f"{signal.points} * max(0, 100 - {signal.percent} * ({age})) / 100"
        return f"total(CASE WHEN {test} THEN {left} END)"

    def score(self, name: str) -> str:
        """The points of a score, before its range."""
        rules = [rule for rule in self.ruleset.rules if rule.score == name]
        parts = [self.rule(rule) for rule in rules if not rule.grouped]
        grouped = [self.rule(rule) for rule in rules if rule.grouped]
        if grouped:
            parts.append(self.least(self.ruleset.group_most, _sum(grouped)))
        return _sum(parts)

    def rule(self, rule: Rule) -> str:
        if rule.each is None:
            assert rule.condition is not None
            return f"CASE WHEN {self.condition(rule.condition)} THEN {rule.points} ELSE 0 END"
        signal = self.signals[rule.each]
        points = f"{rule.points} * {signal}" if rule.each.measure == "count" else signal
        return points if rule.most is None else self.least(rule.most, points)

    def condition(self, condition: Condition) -> str:
        match condition:
            case Compared(subject=subject, operator=operator, number=number):
                name = self.signals[subject] if isinstance(subject, Signal) else subject
                return f"{name} {operator} {number}"
            case Between(field=field, low=low, high=high):
                return f"{field} BETWEEN {low} AND {high}"
            case Among(field=field, words=words, starts=starts, negated=negated):
                tests = [f"{field} IN ({_texts(words)})"] if words else []
                tests += [f"substr({field}, 1, {len(start)}) = '{start}'" for start in starts]
                return f"{'NOT ' if negated else ''}({' OR '.join(tests)})"
            case EndsWith(field=field, text=text):
                return f"substr({field}, -{len(text)}) = '{text}'"
            case Yes(field=field, wanted=wanted):
                return f"{field} = {int(wanted)}"
            case NextDays(field=field, days=days):
                return f"{field} BETWEEN {_day(0)} AND {_day(days)}"
            case AllOf(items=items):
                return f"({' AND '.join(map(self.condition, items))})"
            case AnyOf(items=items):
                return f"({' OR '.join(map(self.condition, items))})"
        raise TypeError(condition)


def _sum(parts: list[str]) -> str:
    """A balanced sum: SQLite allows expressions only so deep."""
    if len(parts) <= 2:
        return " + ".join(parts) or "0"
    middle = len(parts) // 2
    return f"({_sum(parts[:middle])}) + ({_sum(parts[middle:])})"


def _day(later: int) -> str:
    from leadwright.engine.values import date_of

    return f"'{date_of(TODAY + later).isoformat()}'"


def _texts(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
