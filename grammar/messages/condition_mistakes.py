"""Ways to say a condition that people bring from elsewhere, each with how to write it here.

Each function recognises one mistake at the point where parsing stopped, and returns None for any other.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from ..spec.statements import ASKING
from ..syntax.nodes import Lexeme, Span
from .diagnostics import SyntaxProblem
from .error_context import Detector, ErrorContext, brief

_COMPARED = {
    ("at", "least"): ">=", ("at", "most"): "<=", ("more", "than"): ">", ("greater", "than"): ">",
    ("less", "than"): "<", ("fewer", "than"): "<", ("over",): ">", ("under",): "<", ("above",): ">",
    ("below",): "<", ("equals",): "=", ("exactly",): "=",
}  # fmt: skip
_UNITS = ("minute", "hour", "day", "week", "month", "year")


def times(place: ErrorContext) -> SyntaxProblem | None:
    """`>= 2 times`."""
    before = place.before()
    if place.word not in ("times", "time", "x") or before is None or before.kind != "NUMERAL":
        return None
    message = "an event compared with a number is counted without saying so"
    return SyntaxProblem("times-said", message, place.span, f'leave out "{place.word}"')


def window(place: ErrorContext) -> SyntaxProblem | None:
    """`in the last 30 days`, `in past 30 days`, `within 30 days`, `last 30 days`, `in last month`."""
    one, two, three = ("", "", "", *place.words_before(3))[-3:]
    length = _length(place)
    mended = f"write in {'next' if 'next' in (three, place.word) else 'last'} {length or '30 days'}"
    if (two, three) == ("in", "the") and place.word in ("last", "next", "past"):
        span = Span(place.taken[-1].start, place.span.end)
        return SyntaxProblem("window-form", 'a window of time is written without "the"', span, mended)
    if two == "in" and three in ("last", "next") and place.word.removesuffix("s") in _UNITS:
        unit = place.word.removesuffix("s")
        return SyntaxProblem(
            "window-form", "a window of time says how many", place.span, f"write in {three} 1 {unit}"
        )
    if two == "in" and three in ("past", "previous", "recent"):
        return SyntaxProblem("window-form", 'a window of time is written with "last"', place.span, mended)
    if length is None or place.in_awards or place.head == "test" or "followed" in (one, two):
        return None
    if place.word in ("last", "next", "within", "during") or three in ("last", "next", "within", "during"):
        span = Span(place.taken[-1].start if place.kind == "NUMERAL" else place.span.start, place.span.end)
        return SyntaxProblem(
            "window-form", 'a window of time begins with "in last" or "in next"', span, mended
        )
    return None


def _length(place: ErrorContext) -> str | None:
    """The length of time that stands nearby, as in `30 days`."""
    nearby = [part for part in (place.at, *place.rest[:3]) if part is not None]
    for amount, unit in pairwise(nearby):
        if amount.kind == "NUMERAL" and unit.word.removesuffix("s") in _UNITS:
            return f"{amount.text} {unit.word}"
    return None


def comparison(place: ErrorContext) -> SyntaxProblem | None:
    """`at least 2`, `more than 5`."""
    if place.in_awards or place.head not in ASKING:
        return None
    near = [part for part in (place.before(), place.at, place.after()) if part is not None]
    words = [part.word for part in near]
    for phrase, sign in _COMPARED.items():
        for first in range(len(words) - len(phrase) + 1):
            said = near[first : first + len(phrase)]
            if tuple(words[first : first + len(phrase)]) != phrase or said[-1].kind == "AT":
                continue
            number = next(
                (part.text for part in (place.at, *place.rest) if part and part.kind == "NUMERAL"), "2"
            )
            span = Span(said[0].start, said[-1].end)
            return SyntaxProblem(
                "comparison-in-words", "comparisons are written with signs", span, f"write {sign} {number}"
            )
    return None


def after_is(place: ErrorContext) -> SyntaxProblem | None:
    """`is "CTO"`, `is not known`, `is empty`."""
    before, at, after = place.before(), place.at, place.after()
    if before is None or before.kind != "IS" or at is None or place.head == "test":
        return None
    hint = f"write = {brief(at)}"
    if place.word == "not":
        opposite = {"known": "is unknown", "unknown": "is known"}
        hint = opposite.get(after.word, f"!= {brief(after)}") if after is not None else "!="
        hint = f"write {hint}"
    elif place.word in ("empty", "blank", "null", "missing", "none"):
        hint = "write is unknown"
    elif place.word in ("set", "present", "filled", "there"):
        hint = "write is known"
    elif place.word in ("in", "between", "like", "contains"):
        hint = 'leave out "is"'
    return SyntaxProblem(
        "after-is", 'after "is" comes only "known" or "unknown"', Span(before.start, at.end), hint
    )


def values_after_in(place: ErrorContext) -> SyntaxProblem | None:
    """`country in "DE", "AT"`."""
    before = place.before()
    if before is None or before.kind != "IN" or place.at is None or place.kind not in ("QUOTED", "NUMERAL"):
        return None
    values: list[Lexeme] = []
    for part in (place.at, *place.rest):
        if part.kind == place.kind:
            values.append(part)
        elif part.kind != "COMMA":
            break
    inside = ", ".join(part.text for part in values)
    span = Span(place.span.start, values[-1].end)
    return SyntaxProblem(
        "values-in-brackets", 'values after "in" stand in brackets', span, f"write in ({inside})"
    )


def commas_between_conditions(place: ErrorContext) -> SyntaxProblem | None:
    """`when a, b then +5`."""
    if place.kind != "COMMA" or not place.accepted >= {"AND", "OR"} or place.head == "test":
        return None
    message = 'conditions are joined by "and" or "or"'
    return SyntaxProblem("missing-and-or", message, place.span, "write and, or or, for the comma")


def moment(place: ErrorContext) -> SyntaxProblem | None:
    """`since 30 days ago`, `before yesterday`."""
    before = place.before()
    if before is None or "MOMENT" not in place.accepted or before.kind not in ("SINCE", "BEFORE", "ON", "AT"):
        return None
    if place.kind.startswith("MALFORMED") or place.kind == "UNCLOSED_QUOTE":
        return None
    length = _length(place)
    hint = f"write {before.word} 2026-01-31"
    if length and before.kind == "SINCE":
        hint = f"write in last {length}"
    elif place.kind == "EQUALS":
        hint = f"if it is a property, write [{before.text}]"
    return SyntaxProblem("date-expected", f'after "{before.text}" comes a date', place.span, hint)


def unit(place: ErrorContext) -> SyntaxProblem | None:
    """`in last 30`."""
    before = place.before()
    if (
        before is None
        or before.kind != "NUMERAL"
        or "WEEKS" not in place.accepted
        or place.accepted & {"AND", "TIMES"}
    ):
        return None
    if place.kind == "WORD" and place.word[:3] in ("min", "hou", "day", "wee", "mon", "yea"):
        return None
    hint = "say minutes, hours, days, weeks, months or years"
    return SyntaxProblem("unit-missing", f'"{before.text}" of what is not said', before.span, hint)


DETECTORS: Final[tuple[Detector, ...]] = (
    moment, times, window, comparison, after_is, values_after_in, commas_between_conditions, unit,
)  # fmt: skip
