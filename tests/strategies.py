"""Random rulesets, as trees that a parser could have made.

`rulesets()` makes whole trees which keep to one vocabulary (`FIELDS`, `EVENTS`, `SCORES`, ... below) and
to the kinds of things: numbers are compared with numbers, `domain` is asked of a text, windows stand at
events and dates, points go to declared scores. All that a rule refers to is declared in the same tree.
`leads()` makes leads of that vocabulary. The parts (`conditions()`, `rules()`, ...) can be had alone.

`renamed(tree, names)` gives the same tree with other names; `NAMES` makes strange ones: keywords, blanks,
letters of other alphabets. `scattered(text)` breaks a text into lines anywhere and strews comments.

Texts come from `leadwright.grammar.text.printer.text_of`. No node made here has a meaningful span.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from leadwright.grammar.spec.words import RESERVED
from leadwright.grammar.syntax import nodes as n
from leadwright.grammar.syntax.nodes import Kind, Span, Unit
from leadwright.grammar.syntax.scan import scan

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
SPAN = Span(0, 0)

FIELDS = {
    "employees": Kind.NUMBER,
    "revenue": Kind.NUMBER,
    "title": Kind.TEXT,
    "country": Kind.TEXT,
    "email": Kind.TEXT,
    "opted_in": Kind.YES_NO,
    "trial_ends": Kind.DATE,
    "signed_up": Kind.DATETIME,
    "interests": Kind.TEXTS,
}
EVENTS: dict[str, tuple[str, ...]] = {
    "visited": ("pricing", "docs", "case-studies", "docs/*", "/about", "Pricing & plans"),
    "requested": ("demo", "quote"),
    "downloaded": ("Pricing Guide 2026", "white paper"),
    "purchased": ("plan",),
    "logged_in": (),
}
PROPERTIES = {"amount": Kind.NUMBER, "seats": Kind.NUMBER, "locale": Kind.TEXT, "mobile": Kind.YES_NO}
TEXTS = ("CTO", "VP *", "*manager*", "DE", "", 'the "best"', "Straße", "example.com", "r\\*", " x ")
LISTS = ("ICP", "countries")
SCORES = ("fit", "engagement")
DEFINES = {"enterprise": True, "ready": True, "size": False}
STAGES = (("MQL", None), ("SQL", None), ("PQL", "product"))
TAGS = ("german-speaking", "hot")

Expressions = st.SearchStrategy[Any]


# --- small parts ------------------------------------------------------------------------------


def name(text: str) -> n.Name:
    """A name."""
    return n.Name(text, span=SPAN)


def text(value: str) -> n.Text:
    """A quoted text."""
    return n.Text(value, span=SPAN)


def number(written: str) -> n.Number:
    """A number, written as it is."""
    return n.Number(float(written), written, span=SPAN)


def reference(to: str) -> n.Reference:
    """A bare name."""
    return n.Reference(name(to), span=SPAN)


def brackets(inner: Any) -> n.Brackets:
    """In round brackets."""
    return n.Brackets(inner, span=SPAN)


def node(make: Callable[..., Any], *parts: Any) -> st.SearchStrategy[Any]:
    """A node of strategies; what is no strategy stands for itself."""
    made = [part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*made).map(lambda drawn: make(*drawn, span=SPAN))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """It, or None."""
    return st.none() | strategy


def tuples(strategy: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of them."""
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


def _among(choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(choices))


def _of_kind(kind: Kind, known: Mapping[str, Kind] = FIELDS) -> st.SearchStrategy[Any]:
    return _among([name for name, its in known.items() if its is kind]).map(reference)


TEXT = _among(TEXTS).map(text)
PATTERN = _among([value for value in TEXTS if value]).map(text)
NUMBER = (st.integers(0, 300).map(str) | _among(("0.5", "2.25", "1000", "99999.125"))).map(number)
SIGNED = NUMBER | NUMBER.map(lambda value: n.Negative(value, span=SPAN))
DAYS = st.dates(dt.date(2025, 6, 1), dt.date(2026, 6, 1))
INSTANTS = st.datetimes(dt.datetime(2025, 6, 1), dt.datetime(2026, 6, 1)).map(
    lambda at: at.replace(tzinfo=dt.UTC, microsecond=0)
)
DAY = node(n.Moment, DAYS)
MOMENT = node(n.Moment, DAYS | INSTANTS)
FINE_UNITS = _among((Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.WEEK))
DURATION = node(n.Duration, st.integers(1, 60), _among(Unit))
FINE_DURATION = node(n.Duration, st.integers(1, 60), FINE_UNITS)
SIGN = _among(("=", "!=", "<", "<=", ">", ">="))
EQUALITY = _among(("=", "!="))


@st.composite
def spans_of_moments(draw: st.DrawFn, make: Callable[..., Any], *more: Any) -> Any:
    """`between` two moments in their order."""
    low, high = sorted((draw(DAYS), draw(DAYS)))
    return make(n.Moment(low, span=SPAN), n.Moment(high, span=SPAN), *more, span=SPAN)


PAST_WINDOW = st.one_of(
    node(n.InLast, DURATION),
    node(n.Since, MOMENT),
    node(n.Before, MOMENT),
    spans_of_moments(n.BetweenMoments),
)


# --- values -----------------------------------------------------------------------------------


def numbers(names: Mapping[str, Kind] = FIELDS, depth: int = 2) -> Expressions:
    """Values that are numbers: literals, fields, defines, arithmetic."""
    own = [reference("size")] if names is FIELDS else []
    atom = NUMBER | _of_kind(Kind.NUMBER, names) | (st.sampled_from(own) if own else NUMBER)
    if not depth:
        return atom
    inner = numbers(names, depth - 1)
    grouped = inner.map(lambda value: value if not isinstance(value, n.Arithmetic) else brackets(value))
    unary = grouped | grouped.map(lambda value: value if isinstance(value, n.Negative) else _minus(value))
    chain = st.tuples(unary, _among("*/"), unary, _among("+-"), unary).map(
        lambda p: _sum(p[3], _sum(p[1], p[0], p[2]), p[4])
    )
    return st.one_of(atom, atom, unary, node(n.Arithmetic, _among("+-*/"), unary, unary), chain)


def _minus(value: Any) -> n.Negative:
    return n.Negative(value, span=SPAN)


def _sum(operator: str, left: Any, right: Any) -> n.Arithmetic:
    return n.Arithmetic(operator, left, right, span=SPAN)


DOMAIN = node(n.Call, name("domain"), reference("email"))


# --- events -----------------------------------------------------------------------------------


@cache
def filters() -> Expressions:
    """What can stand after `where`: one clause over properties, or brackets."""
    numeric = node(n.Clause, _of_kind(Kind.NUMBER, PROPERTIES), _number_tests(PROPERTIES), None)
    textual = node(n.Clause, _of_kind(Kind.TEXT, PROPERTIES), _text_tests(), None)
    bare = _of_kind(Kind.YES_NO, PROPERTIES)
    one = numeric | textual | bare | bare.map(lambda it: n.Not(it, span=SPAN))
    several = node(n.And, tuples(one, 2, 3)) | node(n.Or, tuples(one, 2, 3))
    return st.one_of(numeric, textual, bare, bare.map(lambda it: n.Not(it, span=SPAN)), several.map(brackets))


@st.composite
def events(draw: st.DrawFn, filtered: bool = True) -> Any:
    """An event type, perhaps with an object, perhaps with a filter."""
    type_ = draw(_among(EVENTS))
    objects = EVENTS[type_]
    thing = draw(maybe(_among(objects))) if objects else None
    where = draw(maybe(filters())) if filtered else None
    if thing is None and where is None:
        return reference(type_)
    return n.EventPhrase(name(type_), None if thing is None else text(thing), where, span=SPAN)


@st.composite
def aggregates(draw: st.DrawFn) -> n.Aggregate:
    """`sum(purchased.amount where ...)`, `distinct(visited docs)`."""
    if draw(st.booleans()):
        where = draw(maybe(filters()))
        event: Any = reference("purchased")
        if where is not None:
            event = n.EventPhrase(event.name, None, where, span=SPAN)
        function = draw(_among(("sum", "avg", "min", "max")))
        return n.Aggregate(function, event, name(draw(_among(("amount", "seats")))), span=SPAN)
    return n.Aggregate(draw(_among(("distinct", "days"))), draw(events()), None, span=SPAN)


# --- clauses ----------------------------------------------------------------------------------


def _number_tests(names: Mapping[str, Kind] = FIELDS) -> Expressions:
    whole = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted)
    between = st.builds(
        lambda ends, negated: n.Between(number(str(ends[0])), number(str(ends[1])), negated, span=SPAN),
        whole,
        st.booleans(),
    )
    among = node(n.In, tuples(SIGNED, 1, 3), st.booleans())
    # Nothing declares the kind of a property, so a comparison of two would leave both open.
    other = numbers(depth=1) if names is FIELDS else SIGNED
    return st.one_of(node(n.Compare, SIGN, other), between, among)


def _count_tests() -> Expressions:
    between = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(sorted)
    return node(n.Compare, SIGN, st.integers(0, 4).map(str).map(number)) | between.map(
        lambda ends: n.Between(number(str(ends[0])), number(str(ends[1])), False, span=SPAN)
    )


def _text_tests() -> Expressions:
    return st.one_of(
        node(n.Compare, EQUALITY, TEXT),
        node(n.In, tuples(TEXT, 1, 3), st.booleans()),
        node(n.In, _among(LISTS).map(name), st.booleans()),
        node(n.Match, _among(("contains", "starts with", "ends with", "like")), PATTERN, st.booleans()),
    )


def _about_fields() -> list[Expressions]:
    date, instant = _of_kind(Kind.DATE), _of_kind(Kind.DATETIME)
    window = st.one_of(
        PAST_WINDOW.filter(lambda w: not isinstance(w, n.BetweenMoments)), node(n.InNext, DURATION)
    )
    return [
        node(n.Clause, numbers(depth=1), _number_tests(), None),
        node(n.Clause, _of_kind(Kind.TEXT) | DOMAIN, _text_tests(), None),
        node(n.Clause, _of_kind(Kind.TEXTS), node(n.Match, "contains", PATTERN, st.booleans()), None),
        node(n.Clause, _of_kind(Kind.TEXTS), node(n.In, tuples(TEXT, 1, 3), st.booleans()), None),
        node(n.Clause, _of_kind(Kind.YES_NO), node(n.Compare, EQUALITY, node(n.YesNo, st.booleans())), None),
        _of_kind(Kind.YES_NO),
        node(n.Clause, date | instant, node(n.Compare, SIGN, MOMENT), None),
        node(n.Clause, date | instant, spans_of_moments(n.Between, False), None),
        node(n.Clause, date | instant, None, window),
        node(n.Clause, _among(FIELDS).map(reference), node(n.Known, st.booleans()), None),
    ]


def _about_events() -> list[Expressions]:
    any_of = tuples(events(), 2, 3).map(lambda some: brackets(n.Or(some, span=SPAN)))
    sequence = node(n.Sequence, events(), events(), FINE_DURATION)
    window = PAST_WINDOW.filter(lambda window: not isinstance(window, n.BetweenMoments))
    return [
        events(),
        node(n.Clause, events(), _count_tests(), maybe(PAST_WINDOW)),
        node(n.Clause, events() | any_of | sequence, None, window),
        node(n.Clause, events(), spans_of_moments(n.Between, False), None),
        node(n.Clause, aggregates(), _number_tests(), maybe(PAST_WINDOW)),
        sequence,
    ]


def _about_days() -> list[Expressions]:
    dates = _of_kind(Kind.DATE) | _of_kind(Kind.DATETIME)
    since = node(n.DaysSince, events(), st.booleans()) | node(n.DaysSince, dates, False)
    tests = node(n.Compare, SIGN, st.integers(0, 90).map(str).map(number)) | st.tuples(
        st.integers(0, 30), st.integers(30, 90)
    ).map(lambda ends: n.Between(number(str(ends[0])), number(str(ends[1])), False, span=SPAN))
    return [node(n.Clause, since | node(n.DaysUntil, dates), tests, None)]


@cache
def clauses() -> Expressions:
    """One statement about a lead."""
    defined = _among([name for name, truth in DEFINES.items() if truth]).map(reference)
    return st.one_of(*_about_fields(), *_about_events(), *_about_days(), defined)


@cache
def conditions(depth: int = 2) -> Expressions:
    """Clauses joined by and, or, not and brackets, `depth` levels of them."""
    return _joined(clauses(), depth)


def _joined(clause: Expressions, depth: int) -> Expressions:
    operand = clause
    for _ in range(depth):
        group = node(n.And, tuples(operand, 2, 3)) | node(n.Or, tuples(operand, 2, 3))
        grouped = group.map(brackets)
        operand = st.one_of(clause, clause, grouped, node(n.Not, clause | grouped))
    return st.one_of(operand, node(n.And, tuples(operand, 2, 4)), node(n.Or, tuples(operand, 2, 4)))


@cache
def decisions() -> Expressions:
    """Conditions which may also read scores, for stages and the like."""
    scores = _among(SCORES).map(reference) | st.just(n.TotalScore(span=SPAN))
    tests = node(n.Compare, SIGN, st.integers(-20, 100).map(_whole))
    return _joined(st.one_of(clauses(), node(n.Clause, scores, tests, None)), 1)


def _whole(value: int) -> Any:
    return number(str(value)) if value >= 0 else _minus(number(str(-value)))


# --- rules ------------------------------------------------------------------------------------


BOUNDS = (
    st.tuples(maybe(st.integers(0, 50)), maybe(st.integers(-50, 0)))
    .filter(any_given := (lambda ends: ends[0] is not None or ends[1] is not None))
    .map(lambda ends: n.Bounds(*ends, span=SPAN))
)
AMOUNT = st.integers(-50, 50) | _among((0, 1, 1_000_000))
DECAY = node(n.Decay, maybe(st.integers(1, 100)), FINE_DURATION)
TAG = node(n.Tag, _among(TAGS).map(text))


@st.composite
def awards(draw: st.DrawFn, per_event: bool, grouped: bool) -> tuple[Any, ...]:
    """What a rule gives: one score in a group, else several, each at most once."""
    scores = ["engagement"] if grouped else draw(st.lists(_among([*SCORES, None]), unique=True, max_size=3))
    made: list[Any] = []
    for score in scores:
        decay = draw(maybe(DECAY)) if per_event else None
        bounds = draw(maybe(BOUNDS))
        made.append(n.Points(draw(AMOUNT), None if score is None else name(score), bounds, decay, span=SPAN))
    if not made or draw(st.booleans()):
        made.append(draw(TAG))
    return tuple(made)


@st.composite
def rules(draw: st.DrawFn, label: str | None = None, grouped: bool = False) -> n.Rule:
    """A rule about facts or about each of some events."""
    per_event = draw(st.booleans())
    body: Any = draw(node(n.When, conditions()))
    if per_event:
        body = draw(
            node(
                n.ForEvents,
                _among(("each", "latest", "first")),
                events(),
                maybe(PAST_WINDOW),
                maybe(conditions(1)),
                maybe(_among((Unit.DAY, Unit.WEEK, Unit.MONTH))),
            )
        )
    gives = draw(awards(per_event=per_event, grouped=grouped))
    off = label is not None and draw(st.booleans())
    return n.Rule(None if label is None else text(label), off, body, gives, span=SPAN)


@st.composite
def groups(draw: st.DrawFn, label: str, first: int) -> n.Group:
    """A group whose rules are named from a number on."""
    inner = tuple(draw(rules(f"Rule {first + index}", True)) for index in range(draw(st.integers(1, 3))))
    return n.Group(text(label), draw(maybe(BOUNDS)), inner, span=SPAN)


# --- declarations and decisions -----------------------------------------------------------------


@st.composite
def declarations(draw: st.DrawFn) -> list[Any]:
    """Everything the vocabulary needs, in an order of its own."""
    defaults = {Kind.NUMBER: number("0"), Kind.YES_NO: n.YesNo(False, span=SPAN), Kind.TEXT: text("none")}
    made: list[Any] = []
    for field, kind in FIELDS.items():
        default = defaults.get(kind) if draw(st.booleans()) else None
        source = text(field.title()) if draw(st.booleans()) else None
        made.append(n.FieldDeclaration(name(field), source, kind, default, span=SPAN))
    for event in EVENTS:
        source, by = draw(maybe(st.just(text(f"{event} Tracked")))), draw(maybe(st.just(name("path"))))
        made.append(n.EventDeclaration(name(event), source, by, span=SPAN))
    for entries in LISTS:
        chosen = draw(
            st.lists(_among([it for it in TEXTS if it.strip()]), min_size=1, max_size=5, unique=True)
        )
        made.append(n.ListDeclaration(name(entries), tuple(map(text, chosen)), span=SPAN))
    for score in SCORES:
        low, high = draw(maybe(st.integers(-100, 0))), draw(maybe(st.integers(1, 100)))
        made.append(n.ScoreDeclaration(name(score), low, high, span=SPAN))
    made.append(n.ScoreDeclaration(None, draw(maybe(st.integers(-100, 0))), 100, span=SPAN))
    plain = _joined(st.one_of(*_about_fields()[1:4], *_about_events()), 1)
    made.append(n.Define(name("enterprise"), draw(plain), span=SPAN))
    made.append(n.Define(name("ready"), draw(plain), span=SPAN))
    made.append(n.Define(name("size"), draw(NUMBER | _of_kind(Kind.NUMBER)), span=SPAN))
    return draw(st.permutations(made)) if draw(st.booleans()) else made


@st.composite
def outcome(draw: st.DrawFn) -> n.Outcome:
    """An outcome from events or from a field, with what may stand behind it."""
    within = draw(maybe(st.builds(_days, st.integers(1, 90))))
    born = draw(maybe(events(filtered=False)))
    if draw(st.booleans()):
        return n.Outcome(name("won"), draw(events()), None, within, born, span=SPAN)
    status = reference("title")
    is_won = n.Clause(status, n.Compare("=", text("won"), span=SPAN), None, span=SPAN)
    at = name("trial_ends") if draw(st.booleans()) else None
    return n.Outcome(name("won"), is_won, at, within, born, span=SPAN)


def _days(amount: int) -> n.Duration:
    return n.Duration(amount, n.Unit.DAY, span=SPAN)


@st.composite
def outcomes(draw: st.DrawFn) -> list[Any]:
    """Stages, disqualification, grades and the outcome."""
    made: list[Any] = []
    for stage, track in STAGES:
        where = None if track is None else name(track)
        made.append(n.Stage(name(stage), where, draw(decisions()), span=SPAN))
    if draw(st.booleans()):
        made.append(draw(node(n.Disqualify, decisions(), maybe(TEXT))))
    for score in (*SCORES, None):
        starts = sorted(
            draw(st.lists(st.integers(-20, 100), min_size=1, max_size=3, unique=True)), reverse=True
        )
        labels = ("A+", "B", "C")
        bands = tuple(
            n.Band(name(label), start, span=SPAN) for label, start in zip(labels, starts, strict=False)
        )
        made.append(n.Grade(None if score is None else name(score), bands, name("D"), span=SPAN))
    made.append(draw(outcome()))
    return made


@st.composite
def guarantees(draw: st.DrawFn) -> n.Guarantee:
    """What never or always holds, or what one more event or a higher field never does."""
    called = text(draw(st.sampled_from(("No consent, no call", "Visits never hurt"))))
    if draw(st.booleans()):
        of = draw(events() | st.just(reference("employees")))
        window = draw(maybe(node(n.InLast, DURATION))) if isinstance(of, n.EventPhrase) else None
        score = draw(maybe(st.sampled_from(SCORES).map(name)))
        return n.Guarantee(
            called, n.Trend(score, draw(st.booleans()), of, window, span=SPAN), None, span=SPAN
        )
    outcome = draw(expectations())
    return n.Guarantee(
        called, n.Promised(draw(st.booleans()), outcome, span=SPAN), draw(decisions()), span=SPAN
    )


# --- tests in the ruleset -----------------------------------------------------------------------


_VALUES = {
    Kind.NUMBER: SIGNED,
    Kind.TEXT: TEXT,
    Kind.YES_NO: node(n.YesNo, st.booleans()),
    Kind.DATE: DAY,
    Kind.DATETIME: node(n.Moment, INSTANTS),
    Kind.TEXTS: tuples(PATTERN, 1, 3),
}


@st.composite
def given_fields(draw: st.DrawFn, known: Mapping[str, Kind] = FIELDS) -> n.GivenField:
    """`title = "CTO"`, `title is unknown`."""
    field = draw(_among(known))
    return n.GivenField(name(field), draw(maybe(_VALUES[known[field]])), span=SPAN)


def _once(facts: st.SearchStrategy[n.GivenField], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(facts, max_size=most, unique_by=lambda fact: fact.name.text).map(tuple)


@st.composite
def given_events(draw: st.DrawFn) -> n.GivenEvent:
    """`visited pricing 3 times 2 days ago with amount = 5`."""
    event = draw(events(filtered=False))
    kind, thing = (event.name, None) if isinstance(event, n.Reference) else (event.type, event.object)
    ago, on = draw(st.sampled_from(((DURATION, st.none()), (st.none(), MOMENT), (st.none(), st.none()))))
    known = _once(given_fields(PROPERTIES).filter(lambda it: it.value is not None), 2)
    times = st.integers(1, 4)
    return n.GivenEvent(kind, thing, draw(times), draw(ago), draw(on), draw(known), span=SPAN)


@cache
def expectations() -> st.SearchStrategy[Any]:
    """Everything that can stand after `expect`."""
    no = st.booleans()
    score, label = maybe(_among(SCORES).map(name)), _among(("A+", "D")).map(name)
    stage = _among([(None, "MQL"), (None, None), ("product", "PQL"), ("product", None)])
    return st.one_of(
        node(n.ExpectScore, score, SIGN, st.integers(-20, 100), no),
        st.tuples(stage, no).map(
            lambda drawn: n.ExpectStage(*(it and name(it) for it in drawn[0]), drawn[1], span=SPAN)
        ),
        node(n.ExpectGrade, score, label, no),
        node(n.ExpectTag, text(TAGS[0]), no),
        node(n.ExpectRule, st.just(text("Rule 0")), no),
        node(n.ExpectDisqualified, no),
    )


def trials(label: str) -> st.SearchStrategy[n.Test]:
    """Tests of a ruleset that has "Rule 0" and the first tag; whether they would pass is another matter."""
    given = _once(given_fields(), 3).flatmap(
        lambda known: tuples(given_events(), 0, 3).flatmap(lambda happened: st.permutations(known + happened))
    )
    return node(n.Test, text(label), maybe(MOMENT), given.map(tuple), tuples(expectations(), 1, 3))


# --- whole rulesets -------------------------------------------------------------------------------


@st.composite
def rulesets(draw: st.DrawFn) -> n.Tree:
    """A ruleset in which everything that is used is declared, and used as what it is."""
    zone = draw(st.sampled_from((None, text("Europe/Berlin"), text("America/Los_Angeles"))))
    made: list[Any] = [n.Title(text("Made up"), zone, span=SPAN)] if draw(st.booleans()) else []
    made += draw(declarations())
    first = draw(rules("Rule 0"))
    given = tuple(award for award in first.awards if isinstance(award, n.Points))
    made.append(replace(first, off=False, awards=(*given, n.Tag(text(TAGS[0]), span=SPAN))))
    plain = draw(st.lists(rules(), max_size=3))
    made += [rule for at, rule in enumerate(plain) if rule not in plain[:at]]
    if draw(st.booleans()):
        made.append(draw(groups("Some", 1)))
    made += draw(outcomes())
    if draw(st.booleans()):
        made.append(draw(guarantees()))
    made += [draw(trials(f"Test {index}")) for index in range(draw(st.integers(0, 2)))]
    return n.Tree(tuple(made), (), span=SPAN)


def statements() -> st.SearchStrategy[Any]:
    """Any one statement."""
    others = (
        node(n.Include, st.just(text("shared.rules"))),
        node(n.ListFile, name("rivals"), text("rivals.csv"), maybe(st.just(name("domain")))),
        node(n.Define, name("ready"), conditions() | numbers()),
        rules(),
        rules("Some rule"),
        groups("Some", 1),
        trials("Some test"),
        guarantees(),
    )
    parts = declarations() | outcomes()
    return st.one_of(*others, parts.flatmap(st.sampled_from))


# --- leads ----------------------------------------------------------------------------------------


@st.composite
def leads(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Fields by name, and events with type, object, at (UTC) and properties; hostile values included."""
    raw: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.NUMBER: st.integers(-5, 300) | st.floats(allow_nan=False, allow_infinity=False, width=32),
        Kind.TEXT: _among((*TEXTS, "cto", " VP  Sales ", "lead@example.com", "STRASSE", "\u00a0")),
        Kind.YES_NO: st.booleans(),
        Kind.DATE: DAYS,
        Kind.DATETIME: INSTANTS,
        Kind.TEXTS: st.lists(_among(TEXTS), max_size=3),
    }
    known = {field: draw(maybe(raw[kind])) for field, kind in FIELDS.items() if draw(st.booleans())}
    happened = []
    for _ in range(draw(st.integers(0, 8))):
        type_ = draw(_among(EVENTS))
        at = NOW - dt.timedelta(
            minutes=draw(_among((-60, 0, 1, 1440, 10080, 43200)) | st.integers(0, 60 * 24 * 200))
        )
        thing = draw(maybe(_among((*EVENTS[type_], "PRICING", "docs/api", ""))))
        of = {key: draw(raw[kind]) for key, kind in PROPERTIES.items() if draw(st.booleans())}
        happened.append({"type": type_, "object": thing, "at": at, "properties": of})
    return known, happened


# --- strange names and strange layouts ------------------------------------------------------------


NAMES = st.one_of(
    _among(sorted(RESERVED)),
    _among(
        ("first", "last", "latest", "each", "by", "to", "from", "on", "at", "with", "ago", "times", "per")
    ),
    _among(("date", "text", "number", "tag", "none", "most", "least", "every", "fading", "halving", "next")),
    _among(
        ("within", "fires", "disqualified", "otherwise", "column", "day", "days", "week", "sum", "domain")
    ),
    _among(("Lead Source", "größe", "имя", "x2", "_", "a-b", "a.b", "3d", "#1", "Größe (m²)", "product")),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="[]"),
        min_size=1,
    )
    .map(str.strip)
    .filter(bool),
)
"""Names of every kind, many of which can only be written in square brackets."""


def renamed(made: Any, names: Callable[[str], str]) -> Any:
    """The same tree with other names, also those of events, scores, stages and labels."""
    if isinstance(made, n.Name):
        return replace(made, text=names(made.text))
    if isinstance(made, tuple):
        return tuple(renamed(part, names) for part in made)
    if not isinstance(made, n.Node):
        return made
    if isinstance(made, n.Call):
        return replace(made, argument=renamed(made.argument, names))
    parts = {field.name: getattr(made, field.name) for field in fields(made)}
    return replace(made, **{key: renamed(part, names) for key, part in parts.items() if key != "span"})


@st.composite
def scattered(draw: st.DrawFn, source: str) -> str:
    """The text with line ends, blanks and comments strewn between its parts, wherever blanks can stand."""
    gaps = (
        "",
        "",
        "",
        " ",
        "\n",
        "\n\n\n",
        "\r\n",
        "\t",
        " # why\n",
        "\n  # a 'note', then more\n",
        "\n#\n\n",
    )
    made: list[str] = []
    end = 0
    for lexeme in scan(source).lexemes:
        blank = source[end : lexeme.start]
        extra = draw(_among(gaps))
        # Where no blank stands none may be put: "docs/api" is one object, "docs / api" is not.
        made += [blank, extra if blank else "", source[lexeme.start : lexeme.end]]
        end = lexeme.end
    return "".join(made) + draw(_among(("", "\n", " # the end", "\n\n# the end\n\n")))
