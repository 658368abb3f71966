"""Values of a plan, and questions about texts, as expressions of Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import assert_never

from ...grammar.syntax.nodes import Kind
from ..plan import (
    Aggregation,
    Calculation,
    Constant,
    DaysBetween,
    DefineValue,
    Domain,
    FieldValue,
    Measure,
    Pattern,
    PropertyValue,
    ScoreValue,
    SignalValue,
    SureValue,
)
from ..plan.event_reads import ReadColumn
from ..plan.lower import NOW, Edge, InSet, Rounded, Term, is_whole
from ..plan.thresholds import DECIMALS
from ..values import DAY, domain_of
from .codegen import CodegenContext, CodegenScope, Operand

_SET_IN_PLACE = 8


def asked_of_text(context: CodegenContext, text: str, test: InSet) -> tuple[str, int]:
    """An expression, true where the key in `text` matches a pattern of the test, and what it costs.

    The text is known where the expression is evaluated.
    """
    patterns, key = test.patterns, test.key
    if test.value.kind is Kind.TEXTS:
        if all(pattern.exact is not None for pattern in patterns):
            among = context.constant(("exact", key), lambda: frozenset(_exact(patterns)))
            return f"(not {among}.isdisjoint({text}))", 4
        matcher = context.constant(("matcher", key), lambda: _matcher(patterns))
        return f"any(map({matcher}, {text}))", 8
    questions = [_membership(context, text, key, patterns), _starts(context, text, key, patterns)]
    questions += [_ends(context, text, key, patterns), _others(context, text, key, patterns)]
    asked = [(question, cost) for question, cost in questions if question]
    if not asked:
        return "False", 0
    joined = " or ".join(question for question, _ in asked)
    return (f"({joined})" if len(asked) > 1 else joined), max(cost for _, cost in asked)


def _exact(patterns: Sequence[Pattern]) -> list[str]:
    return [pattern.parts[0] for pattern in patterns if len(pattern.parts) == 1]


def _is_start(pattern: Pattern) -> bool:
    return len(pattern.parts) == 2 and pattern.parts[1] == ""


def _is_end(pattern: Pattern) -> bool:
    return len(pattern.parts) == 2 and pattern.parts[0] == "" and pattern.parts[1] != ""


def _membership(
    context: CodegenContext, text: str, key: object, patterns: Sequence[Pattern]
) -> tuple[str, int]:
    exact = _exact(patterns)
    if not exact:
        return "", 0
    if len(exact) == 1:
        return f"{text} == {exact[0]!r}", 2
    if len(exact) <= _SET_IN_PLACE:
        return f"{text} in {{{', '.join(map(repr, exact))}}}", 2
    return f"{text} in {context.constant(('exact', key), lambda: frozenset(exact))}", 3


def _written(texts: tuple[str, ...]) -> str:
    """A few texts as Python; many are a constant with a name, nothing is returned for them."""
    return (repr(texts[0]) if len(texts) == 1 else repr(texts)) if len(texts) <= _SET_IN_PLACE else ""


def _starts(context: CodegenContext, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    starts = tuple(pattern.parts[0] for pattern in patterns if _is_start(pattern))
    if not starts:
        return "", 0
    name = _written(starts) or context.constant(("starts", key), lambda: starts)
    return f"{text}.startswith({name})", 5


def _ends(context: CodegenContext, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    ends = tuple(pattern.parts[1] for pattern in patterns if _is_end(pattern))
    if not ends:
        return "", 0
    name = _written(ends) or context.constant(("ends", key), lambda: ends)
    return f"{text}.endswith({name})", 5


def _others(context: CodegenContext, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    others = [
        pattern
        for pattern in patterns
        if pattern.exact is None and not _is_start(pattern) and not _is_end(pattern)
    ]
    if not others:
        return "", 0
    if len(others) == 1 and len(others[0].parts) == 3 and others[0].parts[0] == others[0].parts[2] == "":
        return f"{others[0].parts[1]!r} in {text}", 3
    matcher = context.constant(("others", key), lambda: _matcher(others))
    return f"{matcher}({text})", 8


def _matcher(patterns: Sequence[Pattern]) -> Callable[[str], bool]:
    exact = frozenset(_exact(patterns))
    globs = [pattern for pattern in patterns if pattern.exact is None]

    @lru_cache(maxsize=4096)
    def matches(key: str) -> bool:
        return key in exact or any(pattern.matches(key) for pattern in globs)

    return matches


_LARGEST = "1.7976931348623157e+308"
_NEVER_UNKNOWN = {Aggregation.COUNT, Aggregation.DISTINCT, Aggregation.PERIODS, Aggregation.FOLLOWED}


def score_name(score: int | None) -> str:
    """The local that holds a score, None for the total."""
    return "total" if score is None else f"s{score}"


def operand(context: CodegenContext, scope: CodegenScope, value: Term) -> Operand:
    """The value as an expression, with what must be computed first added to the scope."""
    match value:
        case Constant():
            return _literal(context, value)
        case FieldValue(field=number):
            return Operand(f"f{number}", context.plan.fields[number].default is None)
        case ScoreValue(score=score):
            return Operand(score_name(score), False, True)
        case SureValue():
            # What is sure is found once everything else is, by whoever asks for it.
            return Operand("None", True)
        case Edge(amount=amount, unit=unit):
            return Operand(context.edge(amount, unit), False, True)
    known = scope.values.get(value)
    if known is None:
        known = _computed(context, scope, value)
        scope.values[value] = known
    return known


def _computed(context: CodegenContext, scope: CodegenScope, value: Term) -> Operand:
    match value:
        case PropertyValue(name=name, kind=kind):
            return _property(context, scope, name, kind)
        case SignalValue(signal=number):
            signal = context.plan.signals[number]
            if context.is_brief and number in context.uses.seen:
                return Operand(context.measure(Measure(Aggregation.SEEN, signal.events)), False, True)
            unknown = signal.aggregation not in _NEVER_UNKNOWN
            return Operand(context.measure(signal), unknown, is_whole(context.plan, value))
        case DefineValue(define=number):
            body = context.plan.definitions[number].value
            assert body is not None
            return operand(context, scope, body)
        case Calculation():
            return _calculation(context, scope, value)
        case DaysBetween():
            return _days(context, scope, value)
        case Domain(of=of):
            inner = operand(context, scope, of)
            name = context.fresh("v")
            context.names["domain_of"] = domain_of
            guard = f" if {inner.text} is not None else None" if inner.nullable else ""
            scope.add(f"{name} = domain_of({inner.text}){guard}")
            return Operand(name, True)
        case Rounded(of=of):
            exact = operand(context, scope, of)
            name = context.fresh("r")
            guard = f" if {exact.text} is not None else None" if exact.nullable else ""
            scope.add(f"{name} = round({exact.text}, {DECIMALS}){guard}")
            return Operand(name, exact.nullable)
        case Constant() | FieldValue() | ScoreValue() | SureValue() | Edge():
            raise AssertionError
        case _:
            assert_never(value)


def _literal(context: CodegenContext, constant: Constant) -> Operand:
    value = constant.value
    if value is None:
        return Operand("None", True)
    match constant.kind:
        case Kind.NUMBER:
            assert isinstance(value, int | float)
            return Operand(_number(float(value)), False)
        case Kind.DATE | Kind.DATETIME:
            return Operand(_bracketed(repr(value)), False, True)
        case Kind.YES_NO | Kind.TEXT:
            return Operand(repr(value), False)
        case Kind.TEXTS:
            return Operand(context.constant(("texts", value), lambda: value), False)


def _number(number: float) -> str:
    """A double as Python, infinity included."""
    if math.isinf(number):
        return "1e999" if number > 0 else "(-1e999)"
    return _bracketed(repr(number))


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _property(context: CodegenContext, scope: CodegenScope, name: str, kind: Kind) -> Operand:
    assert scope.columns is not None
    place = next(i for i, c in enumerate(scope.columns) if c == ReadColumn(None, name, kind))
    local = context.fresh("x")
    scope.add(f"{local} = {column(context, place)}")
    return Operand(local, True)


def column(context: CodegenContext, place: int) -> str:
    """A column of the event in hand: the only one of any event stands alone."""
    return "p" if context.width == 1 else f"p[{place}]"


def _calculation(context: CodegenContext, scope: CodegenScope, value: Calculation) -> Operand:
    sides = (operand(context, scope, value.left), operand(context, scope, value.right))
    left, right = (f"float({side.text})" if side.whole else side.text for side in sides)
    guards = [f"{side.text} is not None" for side in sides if side.nullable]
    if value.operator == "/":
        guards.append(sides[1].text)
    name = context.fresh("v")
    otherwise = f" if {' and '.join(guards)} else None" if guards else ""
    scope.add(f"{name} = {left} {value.operator} {right}{otherwise}")
    known = f"{name} is not None and " if guards else ""
    scope.add(f"if {known}not -{_LARGEST} <= {name} <= {_LARGEST}: {name} = None")
    return Operand(name, True)


def _days(context: CodegenContext, scope: CodegenScope, value: DaysBetween) -> Operand:
    of = operand(context, scope, value.of)
    whole_day = value.of.kind is Kind.DATE
    here = context.today() if whole_day else "now"
    late, early = (of.text, here) if value.until else (here, of.text)
    known = f"{of.text} is not None and " if of.nullable else ""
    days = f"{late} - {early}" if whole_day else f"({late} - {early}) // {DAY}"
    name = context.fresh("v")
    happened = isinstance(value.of, SignalValue) and not value.until
    asks = known.removesuffix(" and ") if happened else f"{known}{late} >= {early}"
    scope.add(f"{name} = {days} if {asks} else None")
    return Operand(name, True, True)


def day_text(context: CodegenContext, instant: str) -> str:
    """The number of the day that an instant lies in."""
    return f"{instant} // {DAY}" if context.plan.zone.is_utc else f"day_in({instant})"


def pair(context: CodegenContext, scope: CodegenScope, left: Term, right: Term) -> tuple[Operand, Operand]:
    """Both sides of a comparison, made alike: a datetime as its day beside a date, whole beside whole."""
    sides = [operand(context, scope, left), operand(context, scope, right)]
    kinds = (left.kind, right.kind)
    for place in (0, 1):
        if (kinds[place], kinds[1 - place]) == (Kind.DATETIME, Kind.DATE):
            side = sides[place]
            is_now = (left, right)[place] == NOW
            day = context.today() if is_now else day_text(context, side.text)
            sides[place] = Operand(day, side.nullable, True)
        if (
            kinds[place] is Kind.NUMBER
            and sides[1 - place].whole
            and isinstance(number := (left, right)[place], Constant)
            and isinstance(number.value, float | int)
            and float(number.value).is_integer()
        ):
            sides[place] = Operand(_bracketed(str(int(number.value))), False, True)
    return sides[0], sides[1]


def subject_of(side: Operand) -> str:
    """The local behind an operand, for asking whether it is None."""
    return side.text.removeprefix("day_in(").split(" // ", 1)[0].removesuffix(")")
