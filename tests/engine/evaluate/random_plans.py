"""Plans and leads drawn from a seed, denser and stranger than what texts give: every construct of the
plan, few names so that things meet, instants on the very edges of windows, hostile values."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from leadwright.engine import plan as p
from leadwright.engine.values import DAY, MICROSECONDS, instant_of, moment_of, shift
from leadwright.engine.zone import Zone
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind, Span, Unit
from leadwright.tests.reference import Happened

SOURCE = Source("")
NOW = instant_of(dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC))
TYPES = ("visited", "requested", "Page Viewed")
OBJECTS = ("pricing", "docs/api", "docs/", "docs", "straße", "*")
TEXTS = ("cto", "vp sales", "de", "a@x.com", "x.com", "straße", "@")
UNITS = (Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR)
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe")
"""Zones whose clocks change near `NOW`, one of them by half an hour."""
KINDS = (Kind.TEXT, Kind.NUMBER, Kind.YES_NO, Kind.DATE, Kind.DATETIME, Kind.TEXTS)
PROPERTIES = (("amount", Kind.NUMBER), ("device", Kind.TEXT), ("paid", Kind.YES_NO), ("due", Kind.DATE))
NUMBERS = (0.0, 1.0, 2.0, 2.5, 5.0, -1.0, 0.1, 0.3, 0.1000004, 2.4999996, 1e308, 1e-7, 40.0)
AGGREGATIONS = (
    p.Aggregation.COUNT,
    p.Aggregation.SUM,
    p.Aggregation.AVG,
    p.Aggregation.MIN,
    p.Aggregation.MAX,
    p.Aggregation.DISTINCT,
    p.Aggregation.PERIODS,
    p.Aggregation.FIRST,
    p.Aggregation.LAST,
    p.Aggregation.FOLLOWED,
)
"""What conditions can ask of events; the others are measured for rules that pay for events."""
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


def origin(text: str) -> p.Origin:
    """A place that is nowhere, with its text."""
    return p.Origin(SOURCE, Span(0, 0), 1, text)


class RandomPlan:
    """Draws one plan, part by part."""

    def __init__(self, seed: int, deep: int = 3, *, holding: bool = False, small: bool = False) -> None:
        """`holding`: most stages have an `until`. `small`: where there may be several of something, there are
        as few as can be, or one more."""
        self.holding = holding
        self.small = small
        self.chance = random.Random(seed)
        self.deep = deep
        self.serial = 0

    # --- drawing --------------------------------------------------------------------------------

    def one(self, *choices: Any) -> Any:
        """One of the choices."""
        return self.chance.choice(choices)

    def odds(self, likely: float) -> bool:
        """Whether something of a likelihood happens."""
        return self.chance.random() < likely

    def several(self, make: Callable[[], Any], least: int, most: int) -> tuple[Any, ...]:
        """Some of what is made."""
        most = min(most, least + 1) if self.small else most
        return tuple(make() for _ in range(self.chance.randint(least, most)))

    def maybe(self, make: Callable[[], Any]) -> Any:
        """It, or None."""
        return make() if self.odds(0.5) else None

    def origin(self) -> p.Origin:
        """An origin like no other."""
        self.serial += 1
        return origin(f"part {self.serial}")

    # --- parts ----------------------------------------------------------------------------------

    def plan(self) -> p.Plan:
        """A whole plan."""
        self.fields = tuple(
            p.Field(f"f{n}", self.one(f"f{n}", f"Field {n}"), kind, self.default(kind))
            for n, kind in enumerate((*KINDS, Kind.NUMBER, Kind.TEXT))
        )
        self.selectors = self.several(self.selector, 2, 5)
        self.scores = tuple(
            p.Score(f"s{n}", self.one(None, -10, 0), self.one(None, 5, 30), origin("score"))
            for n in range(self.chance.randint(0, 3))
        )
        self.groups = self.several(
            lambda: p.Group(
                f"g{self.serial}", self.score(), self.one(None, 0, -5), self.one(None, 0, 8), self.origin()
            ),
            0,
            2,
        )
        self.definitions: list[p.Definition] = []
        self.signals = self.several(self.signal, 2, 8)
        for n in range(self.chance.randint(0, 3)):
            isvalue = self.odds(0.4)
            self.definitions.append(
                p.Definition(
                    f"d{n}",
                    None if isvalue else self.condition(2),
                    self.number(2) if isvalue else None,
                    self.origin(),
                )
            )
        rules = self.several(self.rule, 1, 7)
        if self.odds(0.5):
            self.definitions += self.of_scores()
        tracks = self.several(lambda: f"track{self.serial}", 0, 2)
        tracks = tuple(dict.fromkeys(("main", *tracks)))
        stages = tuple(
            p.Stage(f"{track} {n}", track, self.turning(), self.origin(), self.until())
            for track in tracks
            for n in range(self.chance.randint(0, 3))
        )
        return p.Plan(
            title=None,
            fields=self.fields,
            selectors=self.selectors,
            signals=self.signals,
            definitions=tuple(self.definitions),
            lists=(),
            scores=self.scores,
            total=p.Score(None, self.one(None, -5), self.one(None, 20, 1), None),
            groups=self.groups,
            rules=rules,
            off=(),
            stages=stages,
            tracks=tracks,
            disqualifications=self.several(
                lambda: p.Disqualification(f"r{self.serial}", self.condition(1, scores=True), self.origin()),
                0,
                2,
            ),
            grades=(p.Grade(None, (("A", 10), ("B", 0)), "C", origin("grade")),),
            outcomes=self.several(self.outcome, 0, 2),
            tests=(),
            names={},
            sources=(SOURCE,),
            digest="0" * 64,
            zone=Zone(self.one("UTC", *ZONES)),
        )

    def until(self) -> Any:
        """What ends a stage that holds, where plans are to have any."""
        return self.turning() if self.holding and self.odds(0.8) else None

    def turning(self) -> Any:
        """A condition that a lead's past makes true now and then."""
        if not self.holding or self.odds(0.2):
            return self.condition(2, scores=True)
        points = p.Compare(
            self.one(*OPERATORS),
            p.ScoreValue(self.score()),
            p.Constant(Kind.NUMBER, self.one(0.0, 1.0, 3.0, 10.0)),
            self.origin(),
        )
        number, moment = self.of_signal(Kind.NUMBER), self.of_signal(Kind.DATETIME)
        counted, recent, days = points, points, points
        if number is not None:
            limit = p.Constant(Kind.NUMBER, self.one(1.0, 2.0))
            counted = p.Compare(self.one(">=", "=", ">"), number, limit, self.origin())
        if moment is not None:
            recent = p.Within(moment, p.Last(*self.amount()), self.origin())
            limit = p.Constant(Kind.NUMBER, self.one(1.0, 4.0, 30.0))
            days = p.Compare(self.one(*OPERATORS), p.DaysBetween(moment, False), limit, self.origin())
        one = self.one(points, points, counted, counted, recent, days)
        return one if self.odds(0.8) else p.All((one, self.condition(1)), self.origin())

    def default(self, kind: Kind) -> Any:
        """A default, seldom."""
        if self.odds(0.8):
            return None
        return self.constant(kind).value

    def of_scores(self) -> tuple[p.Definition, p.Definition]:
        """A define that is a value of scores, and a condition on scores; rules were drawn without them."""
        number = len(self.definitions)
        value = p.Calculation(self.one(*"+-*/"), p.ScoreValue(self.score()), self.number(1))
        condition = self.condition(2, scores=True)
        return (
            p.Definition(f"d{number}", None, value, self.origin()),
            p.Definition(f"d{number + 1}", condition, None, self.origin()),
        )

    def score(self) -> int | None:
        """A score that points go to."""
        return self.one(None, *range(len(self.scores)))

    def selector(self) -> p.Selector:
        """A name for events of some types."""
        feeds = self.several(lambda: p.Feed(self.one(*TYPES), self.one(None, None, "path")), 1, 3)
        return p.Selector("visited", feeds, self.one(None, self.pattern(OBJECTS), self.pattern(OBJECTS)))

    def pattern(self, texts: tuple[str, ...]) -> p.Pattern:
        """An exact text, or one with stars."""
        text = self.one(*texts)
        cut = self.chance.randint(0, len(text))
        start, end = text[:cut], text[cut:]
        return p.Pattern(
            self.one(
                (text,), (text,), (start, ""), ("", end), ("", start, ""), (start, end), (start, "", end)
            )
        )

    def amount(self) -> tuple[int, Unit]:
        """The length of a window."""
        return self.one(1, 2, 3, 30, 90), self.one(*UNITS)

    def window(self) -> Any:
        """A window over events."""
        return self.one(None, p.Last(*self.amount()), p.Last(*self.amount()), self.range())

    def range(self) -> p.Range:
        """A fixed range of whole or broken days."""
        start = NOW - NOW % self.one(1, DAY) - self.chance.randint(0, 100) * DAY
        length = self.chance.randint(0, 60) * DAY
        return p.Range(self.one(None, start), self.one(None, start + length))

    def selection(self) -> p.Selection:
        """Some events."""
        where = self.where(1) if self.odds(0.3) else None
        return p.Selection(self.chance.randrange(len(self.selectors)), where, self.window())

    def where(self, depth: int) -> Any:
        """A filter: a condition over properties."""
        if depth and self.odds(0.4):
            items = self.several(lambda: self.where(depth - 1), 1, 3)
            return self.one(
                p.All(items, self.origin()), p.Any(items, self.origin()), p.Not(items[0], self.origin())
            )
        name, kind = self.one(*PROPERTIES)
        return self.clause_of(p.PropertyValue(name, kind))

    def signal(self) -> p.Measure:
        """Something measured."""
        measure = self.one(*AGGREGATIONS, p.Aggregation.COUNT, p.Aggregation.COUNT)
        numeric = measure in (p.Aggregation.SUM, p.Aggregation.AVG, p.Aggregation.MIN, p.Aggregation.MAX)
        followed = measure is p.Aggregation.FOLLOWED
        return p.Measure(
            measure,
            self.selection(),
            "amount" if numeric else None,
            self.selection() if followed else None,
            self.one(0, 1, DAY, 7 * DAY) if followed else 0,
        )

    # --- values and conditions ------------------------------------------------------------------

    def field(self, *kinds: Kind) -> p.FieldValue:
        """A field of one of the kinds."""
        fitting = [n for n, field in enumerate(self.fields) if field.kind in kinds]
        number = self.one(*fitting)
        return p.FieldValue(number, self.fields[number].kind)

    def of_signal(self, *kinds: Kind) -> p.SignalValue | None:
        """A signal of one of the kinds, if there is any."""
        fitting = [n for n, signal in enumerate(self.signals) if signal.kind in kinds]
        if not fitting:
            return None
        number = self.one(*fitting)
        return p.SignalValue(number, self.signals[number].kind)

    def moment(self) -> Any:
        """A date or datetime."""
        signal = self.of_signal(Kind.DATETIME)
        return self.one(self.field(Kind.DATE, Kind.DATETIME), signal or self.field(Kind.DATE))

    def number(self, depth: int) -> Any:
        """A number."""
        if depth and self.odds(0.4):
            return p.Calculation(self.one(*"+-*/"), self.number(depth - 1), self.number(depth - 1))
        values = [n for n, d in enumerate(self.definitions) if d.value is not None]
        return self.one(
            self.field(Kind.NUMBER),
            self.of_signal(Kind.NUMBER) or self.constant(Kind.NUMBER),
            self.constant(Kind.NUMBER),
            p.DaysBetween(self.moment(), self.odds(0.5)),
            p.DefineValue(self.one(*values), Kind.NUMBER) if values else self.field(Kind.NUMBER),
        )

    def constant(self, kind: Kind) -> p.Constant:
        """A constant of a kind."""
        match kind:
            case Kind.NUMBER:
                return p.Constant(kind, self.one(*NUMBERS))
            case Kind.TEXT:
                return p.Constant(kind, self.one(*TEXTS))
            case Kind.YES_NO:
                return p.Constant(kind, self.odds(0.5))
            case Kind.DATE:
                return p.Constant(kind, NOW // DAY + self.chance.randint(-40, 40))
            case Kind.DATETIME:
                return p.Constant(kind, NOW + self.chance.randint(-40, 40) * self.one(DAY, DAY // 2))
            case Kind.TEXTS:
                return p.Constant(kind, ("cto", "de"))

    def condition(self, depth: int, scores: bool = False) -> Any:
        """A condition."""
        if depth and self.odds(0.6):
            items = self.several(lambda: self.condition(depth - 1, scores), 1, self.deep)
            return self.one(
                p.All(items, self.origin()), p.Any(items, self.origin()), p.Not(items[0], self.origin())
            )
        holding = [n for n, d in enumerate(self.definitions) if d.condition is not None]
        if holding and self.odds(0.2):
            return p.Holds(self.one(*holding), self.origin())
        if scores and self.odds(0.5):
            value = p.ScoreValue(self.score())
            return p.Compare(
                self.one(*OPERATORS), value, p.Constant(Kind.NUMBER, self.one(*NUMBERS)), self.origin()
            )
        return self.clause()

    def clause(self) -> Any:
        """A clause about a lead."""
        yes = self.of_signal(Kind.YES_NO) or self.field(Kind.YES_NO)
        counts = self.of_signal(Kind.NUMBER) or self.field(Kind.NUMBER)
        if self.odds(0.15):
            return p.Compare(self.one(*OPERATORS), self.moment(), self.moment(), self.origin())
        if self.odds(0.1):
            return p.Compare(self.one(*OPERATORS), self.number(1), self.number(1), self.origin())
        if self.odds(0.1):
            return p.Between(self.number(0), self.number(0), self.number(0), self.origin())
        if self.odds(0.1):
            return p.Compare(self.one(*OPERATORS), self.constant(Kind.NUMBER), self.number(1), self.origin())
        return self.clause_of(
            self.one(
                yes,
                counts,
                counts,
                self.number(1),
                self.moment(),
                self.field(Kind.TEXT),
                p.Domain(self.field(Kind.TEXT)),
                self.field(Kind.TEXTS),
                self.field(*KINDS),
            )
        )

    def clause_of(self, value: Any) -> Any:
        """A clause about a value."""
        if self.odds(0.1):
            return p.IsKnown(value, self.odds(0.5), self.origin())
        kind = value.kind
        if kind is Kind.YES_NO:
            compared = p.Compare(self.one("=", "!="), value, self.constant(kind), self.origin())
            return self.one(p.IsYes(value, self.origin()), compared)
        if kind in (Kind.TEXT, Kind.TEXTS):
            equal = p.Compare(self.one("=", "!="), value, self.constant(kind), self.origin())
            patterns = self.several(lambda: self.pattern(TEXTS), 1, self.one(3, 12))
            return self.one(
                equal,
                p.Matches(value, self.pattern(TEXTS), self.origin()),
                p.OneOf(value, patterns, (), None, self.origin()),
            )
        if kind in (Kind.DATE, Kind.DATETIME):
            mixed = self.one(Kind.DATE, Kind.DATETIME)
            if self.odds(0.6):
                window = self.one(p.Last(*self.amount()), p.Next(*self.amount()), self.range())
                return p.Within(value, window, self.origin())
            kind = mixed
        low, high = self.constant(kind), self.constant(self.one(kind, kind))
        return self.one(
            p.Compare(self.one(*OPERATORS), value, low, self.origin()),
            p.Compare(self.one(*OPERATORS), value, low, self.origin()),
            p.Between(value, low, high, self.origin()),
            p.OneOf(value, (), (low, high), None, self.origin()),
        )

    # --- outcomes ----------------------------------------------------------------------------------

    def outcome(self) -> p.Outcome:
        """An outcome from events, or from a condition, dated or not."""
        name = f"o{self.serial}"
        if self.odds(0.5):
            return p.Outcome(name, self.selection(), self.origin())
        at = self.one(None, self.field(Kind.DATE, Kind.DATETIME))
        return p.Outcome(name, None, self.origin(), self.condition(1), at)

    # --- rules ----------------------------------------------------------------------------------

    def rule(self) -> p.Rule:
        """A rule with contributions, bounds, decay, in a group or not."""
        each = None
        if self.odds(0.5):
            each = p.Each(
                self.selection(),
                self.one("each", "latest", "first"),
                self.one(None, None, Unit.DAY, Unit.WEEK, Unit.MONTH),
            )
        group = self.chance.randrange(len(self.groups)) if self.groups and self.odds(0.5) else None
        scores = [None, *range(len(self.scores))]
        chosen = self.chance.sample(scores, self.chance.randint(0, len(scores)))
        if group is not None:
            chosen = [self.groups[group].score]
        contributions = tuple(
            p.Contribution(
                score,
                self.one(-7, -1, 1, 3, 10, 100),
                self.decay() if each is not None and self.odds(0.6) else None,
                self.one(None, None, 0, -5),
                self.one(None, None, 0, 5),
                self.origin(),
            )
            for score in chosen
        )
        self.serial += 1
        identity = f"rule {self.serial}"
        condition = self.condition(2) if each is None or self.odds(0.4) else None
        tags = self.several(lambda: self.one("hot", "cold"), 0 if contributions else 1, 1)
        return p.Rule(identity, identity, condition, each, contributions, tags, group, self.origin())

    def decay(self) -> p.Decay:
        """Fading or halving."""
        every = self.one(1, 7, 30) * self.one(MICROSECONDS[Unit.HOUR], DAY)
        return p.Decay(self.one(None, 1, 25, 33, 50, 100), every)


def random_lead(plan: p.Plan, seed: int, events: int = 12) -> tuple[dict[str, Any], list[Happened]]:
    """A lead with hostile values, its events on edges of the plan's windows, some of them yet to come."""
    chance = random.Random(seed)
    lead: dict[str, Any] = {}
    for field in plan.fields:
        if chance.random() < 0.8:
            lead[chance.choice((field.column, field.column, field.name))] = _given(chance, field.kind)
    windows = [s.events.window for s in plan.signals if isinstance(s.events.window, p.Last)]
    edges = [shift(NOW, -w.amount, w.unit) for w in windows] + [NOW]
    happened = []
    for _ in range(chance.randint(0, events)):
        at = chance.choice(edges) + chance.choice((-1, 0, 0, 1, DAY, -DAY, 5 * DAY))
        if chance.random() < 0.5:
            at = NOW - chance.randint(-3, 100) * chance.choice((DAY, DAY // 24))
        properties = {name: _given(chance, kind) for name, kind in PROPERTIES if chance.random() < 0.7}
        properties["path"] = chance.choice((None, " Docs/API ", "pricing", 7, ""))
        thing = chance.choice((None, "Pricing", "docs/api", "docs/x", "STRASSE", " ", "docs"))
        happened.append(Happened(chance.choice((*TYPES, "other")), at, thing, properties))
    return lead, happened


def _given(chance: random.Random, kind: Kind) -> Any:
    if chance.random() < 0.1:
        return chance.choice((None, "", " ", [], float("nan"), float("inf"), 10**400, "\0", True, object()))
    match kind:
        case Kind.NUMBER:
            near = (0.1000004, 2.4999996, -0.9999997)
            return chance.choice(
                (0, 1, 2, 2.5, 5, -1, 0.1, 0.2, *near, 1e308, -1e308, "3", "1e300", "40", 1e-320)
            )
        case Kind.TEXT:
            addresses = ("Zoe <a@X.com>", "a@x.com. ", "mailto:a@X.COM?subject=b@c", "a@ x.com (de)", "a@.")
            return chance.choice(
                ("CTO", " vp Sales", "VP", "a@X.com", "STRASSE", "@", "straße", "de", *addresses)
            )
        case Kind.YES_NO:
            return chance.choice((True, False, "yes", "no"))
        case Kind.TEXTS:
            return chance.choice((["CTO", "x"], "de", ["", None], ("a@x.com", "De")))
        case Kind.DATE:
            return dt.date(2026, 3, 31) + dt.timedelta(days=chance.randint(-100, 100))
        case Kind.DATETIME:
            return moment_of(
                NOW + chance.randint(-100, 100) * chance.choice((DAY, DAY // 2)) + chance.choice((0, 1, -1))
            )
