"""Ways to say a condition that people bring from elsewhere, each with how to write it here.

Each function recognises one mistake at the point where parsing stopped, and returns None for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ..spec.operators import COMPARISONS, CONTRARY, MIRROR
from ..spec.statements import ASKING
from ..spec.words import RESERVED
from ..syntax.nodes import Lexeme, Span
from .diagnostics import Fix, SyntaxProblem
from .error_context import Detector, ErrorContext, brief

_COMPARED = {
    ("at", "least"): ">=", ("at", "most"): "<=", ("more", "than"): ">", ("greater", "than"): ">",
    ("less", "than"): "<", ("fewer", "than"): "<", ("over",): ">", ("under",): "<", ("above",): ">",
    ("below",): "<", ("equal", "to"): "=", ("equals",): "=", ("exactly",): "=", ("later", "than"): ">",
    ("after",): ">", ("earlier", "than"): "<", ("before",): "<",
}  # fmt: skip
_OF_DATES = frozenset({"after", "later", "earlier", "before"})
_SEVERAL = {
    ("one", "of"): "in", ("any", "of"): "in", ("not", "one", "of"): "not in", ("not", "any", "of"): "not in",
    ("none", "of"): "not in", ("not", "in"): "not in",
}  # fmt: skip
_OFTEN = {"twice": 2, "thrice": 3}
_TIMES = ("times", "time", "x")
_UNITS = ("minute", "hour", "day", "week", "month", "year")


def times(place: ErrorContext) -> SyntaxProblem | None:
    """`>= 2 times`, `visited pricing twice`, `visited pricing 3 times`."""
    before = place.before()
    if place.word in _OFTEN and place.head in ASKING and not place.in_awards:
        message = "how often is written as a number with a sign"
        return _written("comparison-in-words", message, place.span, f">= {_OFTEN[place.word]}")
    after = place.after()
    if place.kind == "NUMERAL" and after is not None and after.word in _TIMES and not place.in_awards:
        if place.head not in ASKING or place.at is None or "THEN" not in place.accepted:
            return None
        message, span = "how often is written as a number with a sign", Span(place.span.start, after.end)
        return _written("comparison-in-words", message, span, f">= {place.at.text}")
    if place.word not in _TIMES or before is None or before.kind != "NUMERAL":
        return None
    message = "an event compared with a number is counted without saying so"
    return SyntaxProblem("times-said", message, place.span, f'leave out "{place.word}"')


def _written(code: str, message: str, span: Span, text: str) -> SyntaxProblem:
    """A mistake with what is written in its place."""
    return SyntaxProblem(code, message, span, f"write {text}", Fix.write(span, text))


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
    if three == "in" and place.kind == "NUMERAL":
        span = Span(place.taken[-1].start, place.rest[0].end)
        message = 'a window of time begins with "in last" or "in next"'
        return _written("window-form", message, span, f"in last {length}")
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
        if amount.word in ("last", "next", "past") and unit.word in _UNITS:
            return f"1 {unit.word}"
    return None


def comparison(place: ErrorContext) -> SyntaxProblem | None:
    """`at least 2`, `more than 5`, `equals "US"`, `after 2026-01-31`."""
    if place.in_awards or place.head not in ASKING:
        return None
    near = [part for part in (place.before(2), place.before(), place.at, *place.rest[:2]) if part is not None]
    words = [part.word for part in near]
    for phrase, sign in _COMPARED.items():
        for first in range(len(words) - len(phrase)):
            said, value = near[first : first + len(phrase)], near[first + len(phrase)]
            if tuple(words[first : first + len(phrase)]) != phrase or said[-1].kind == "AT":
                continue
            if (phrase[0] in _OF_DATES) != (value.kind == "MOMENT") and phrase != ("exactly",):
                continue
            # "is more than 5": the sign stands for "is" too.
            start = near[first - 1] if first and near[first - 1].word == "is" else said[0]
            message, span = "comparisons are written with signs", Span(start.start, said[-1].end)
            behind = "" if value.word in _OFTEN else place.text[said[-1].end : value.end]
            fix = Fix.write(Span(start.start, value.end), f"{sign}{behind or f' {_value(value)}'}")
            return SyntaxProblem("comparison-in-words", message, span, f"write {sign} {_value(value)}", fix)
    return None


def _value(lexeme: Lexeme) -> str:
    often = _OFTEN.get(lexeme.word)
    if often is not None:
        return str(often)
    return brief(lexeme) if lexeme.kind in ("NUMERAL", "QUOTED", "MOMENT", "WORD") else "2"


def between(place: ErrorContext) -> SyntaxProblem | None:
    """`between 5 to 10`, `between 5, 10`."""
    low = place.before()
    start = place.before(2)
    if start is None or low is None or start.kind != "BETWEEN" or "AND" not in place.accepted:
        return None
    high = place.after()
    if (place.word not in ("to", "until") and place.kind != "COMMA") or high is None:
        return None
    message = 'the two ends of a range are joined by "and"'
    fix = Fix("Write and", Span(low.end, place.span.end), " and")
    hint = f"write between {low.text} and {brief(high)}"
    return SyntaxProblem("missing-and-or", message, place.span, hint, fix)


def after_is(place: ErrorContext) -> SyntaxProblem | None:
    """`is "CTO"`, `is not known`, `is empty`."""
    before, at, after = place.before(), place.at, place.after()
    if before is None or before.kind != "IS" or at is None or place.head == "test":
        return None
    hint = f"write = {brief(at)}"
    if (several := _several(place)) is not None:
        hint = several
    elif place.word == "not":
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


def values_without_in(place: ErrorContext) -> SyntaxProblem | None:
    """`country = "DE", "AT"`."""
    sign, first = place.before(2), place.before()
    after = place.after()
    if sign is None or first is None or after is None or place.at is None or place.kind != "COMMA":
        return None
    if sign.kind not in ("EQUALS", "UNEQUAL") or not first.kind == after.kind == "QUOTED":
        return None
    values = _values((first, place.at, *place.rest))
    word = "in" if sign.kind == "EQUALS" else "not in"
    message = f'"{sign.text}" compares with one value'
    span = Span(sign.start, values[-1].end)
    return _written("values-in-brackets", message, span, f"{word} ({_inside(values)})")


def _several(place: ErrorContext) -> str | None:
    """How to write `is one of ("DE", "AT")`."""
    assert place.at is not None
    lexemes = (place.at, *place.rest)
    for phrase, word in _SEVERAL.items():
        if tuple(part.word for part in lexemes[: len(phrase)]) != phrase:
            continue
        values = _values(lexemes[len(phrase) :])
        if len(values) == 1 and values[0].word:
            return f"write {word} {values[0].text}"
        return f"write {word} ({_inside(values)})" if values else f"write {word}"
    return None


def _values(lexemes: Sequence[Lexeme]) -> list[Lexeme]:
    """The values that a list with commas begins with, in brackets or not."""
    lexemes = lexemes[1:] if lexemes and lexemes[0].kind == "LPAR" else lexemes
    values: list[Lexeme] = []
    for place, part in enumerate(lexemes):
        if place % 2:
            if part.kind != "COMMA":
                break
        elif part.kind in ("QUOTED", "NUMERAL") or (part.word and part.word not in RESERVED):
            values.append(part)
        else:
            break
    return values


def _inside(values: Sequence[Lexeme]) -> str:
    return ", ".join(f'"{part.text}"' if part.word else brief(part) for part in values)


def values_after_in(place: ErrorContext) -> SyntaxProblem | None:
    """`country in "DE", "AT"`, `country in DE, AT`."""
    start, before, at = place.before(2), place.before(), place.at
    if before is None or at is None:
        return None
    if start is not None and start.kind == "IN" and before.kind == "WORD" and at.kind == "COMMA":
        lexemes = [before, at, *place.rest]
    elif before.kind == "IN" and at.kind in ("QUOTED", "NUMERAL"):
        lexemes = [at, *place.rest]
    else:
        return None
    values = _values(lexemes)
    behind = lexemes[2 * len(values) - 1 :]
    if lexemes[0] is before and behind and behind[0].word not in ("then", "and", "or"):
        return None
    first = lexemes[0]
    inside = _inside(values)
    span = Span(first.start, values[-1].end)
    message, fix = 'values after "in" stand in brackets', Fix.write(span, f"({inside})")
    return SyntaxProblem("values-in-brackets", message, span, f"write in ({inside})", fix)


def commas_between_conditions(place: ErrorContext) -> SyntaxProblem | None:
    """`when a, b then +5`."""
    if place.kind != "COMMA" or not place.accepted >= {"AND", "OR"} or place.head == "test":
        return None
    message = 'conditions are joined by "and" or "or"'
    return SyntaxProblem("missing-and-or", message, place.span, 'write "and" or "or" for the comma')


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


def subject_again(place: ErrorContext) -> SyntaxProblem | None:
    """`employees > 50 and < 200`, `title = "CEO" or = "CTO"`, `visited pricing > 2 and < 9`."""
    at, value, before = place.at, place.after(), place.before()
    if at is None or value is None or before is None or at.text not in COMPARISONS:
        return None
    words = place.words_before(2)
    joined = before if before.word in ("and", "or") else place.before(2) if words[-1] == "not" else None
    if joined is None or joined.word not in ("and", "or"):
        return None
    taken = place.taken[: place.taken.index(joined)]
    sign = next((n for n in range(len(taken) - 1, 0, -1) if taken[n].text in COMPARISONS), 0)
    first = next((n for n in range(sign - 1, 0, -1) if taken[n - 1].word in _BEFORE_SUBJECTS), 0)
    if not first or sign <= first:
        return None
    subject = place.text[taken[first].start : taken[sign - 1].end]
    message = f'after "{joined.text}" it is not said what is compared'
    fix = Fix("Say what is compared", Span(at.start, at.start), f"{subject} ")
    hint = f"write {subject} {at.text} {brief(value)}"
    return SyntaxProblem("subject-missing", message, at.span, hint, fix)


_BEFORE_SUBJECTS = frozenset({"when", "and", "or", "not", "where", "until"})


def after_not(place: ErrorContext) -> SyntaxProblem | None:
    """`country not "DE"`, `employees not > 50`, `country not DE`."""
    before, at = place.before(), place.at
    if before is None or at is None or before.word != "not" or "LIKE" not in place.accepted:
        return None
    span = Span(before.start, at.end)
    if at.text in COMPARISONS:
        return _written("after-not", '"not" cannot stand before a sign', span, CONTRARY[at.text])
    if at.kind in ("QUOTED", "NUMERAL", "MOMENT") or (at.kind == "WORD" and at.word not in RESERVED):
        value = f'"{at.text}"' if at.kind == "WORD" else at.text
        return _written("after-not", '"not" alone compares nothing', span, f"!= {value}")
    return None


def no_event(place: ErrorContext) -> SyntaxProblem | None:
    """`no visited pricing in last 30 days`."""
    before, at = place.before(), place.at
    if before is None or at is None or before.word != "no" or at.kind not in ("WORD", "BRACKETED"):
        return None
    if place.head not in ASKING or place.in_awards or place.words_before(2)[0] not in _BEFORE_SUBJECTS:
        return None
    return _written("after-not", 'a condition that must not hold begins with "not"', before.span, "not")


def ever(place: ErrorContext) -> SyntaxProblem | None:
    """`requested demo ever`."""
    before = place.before()
    if place.word != "ever" or before is None or place.head not in ASKING or place.in_awards:
        return None
    fix = Fix("Leave out ever", Span(before.end, place.span.end), "")
    message = "without a window of time all events count"
    return SyntaxProblem("extra-word", message, place.span, 'leave out "ever"', fix)


def ago(place: ErrorContext) -> SyntaxProblem | None:
    """`created > 30 days ago`, `created before 30 days ago`, `created after 30 days ago`."""
    near = [part for part in (*place.taken[-3:], place.at, *place.rest[:2]) if part is not None]
    end = next((n for n, part in enumerate(near) if part.word == "ago"), 0)
    if end < 4 or place.head not in ASKING or place.in_awards:
        return None
    subject, sign, amount, unit, last = near[end - 4 : end + 1]
    said = sign.text if sign.text in COMPARISONS else _COMPARED.get((sign.word,))
    if said not in (">", ">=", "<", "<=") or subject.kind not in ("WORD", "BRACKETED"):
        return None
    span, message = Span(subject.start, last.end), "how long ago a date is has a form of its own"
    if said[0] == ">":
        return _written("window-form", message, span, f"{subject.text} in last {amount.text} {unit.word}")
    if unit.word.removesuffix("s") != "day":
        return None
    return _written("window-form", message, span, f"days since {subject.text} {MIRROR[said]} {amount.text}")


_OF_TEXTS = {
    "matches": "contains", "matching": "contains", "includes": "contains", "include": "contains",
    "containing": "contains", "contain": "contains", "has": "contains", "begins": "starts with",
    "startswith": "starts with", "endswith": "ends with",
}  # fmt: skip


def of_texts(place: ErrorContext) -> SyntaxProblem | None:
    """`title matches "VP"`, `title includes "VP"`, `title startswith "VP"`."""
    before, subject = place.before(), place.before(2)
    if before is None or subject is None or place.kind != "QUOTED" or before.word not in _OF_TEXTS:
        return None
    if subject.kind not in ("WORD", "BRACKETED") or place.in_awards:
        return None
    message = 'texts are compared with "contains", "starts with", "ends with" or "like"'
    return _written("comparison-in-words", message, before.span, _OF_TEXTS[before.word])


def domain_of(place: ErrorContext) -> SyntaxProblem | None:
    """`domain of email = "gmail.com"`, where `of` reads as an object."""
    start, of, name = place.before(2), place.before(), place.at
    if start is None or of is None or name is None or (start.word, of.word) != ("domain", "of"):
        return None
    if name.kind not in ("WORD", "BRACKETED"):
        return None
    message = '"domain" takes a field in brackets'
    return _written("out-of-place", message, Span(start.start, name.end), f"domain({name.text})")


def score_said(place: ErrorContext) -> SyntaxProblem | None:
    """`score fit >= 40`."""
    before, at = place.before(), place.at
    if before is None or at is None or before.kind != "SCORE" or at.kind not in ("WORD", "BRACKETED"):
        return None
    if place.in_awards or place.head not in ASKING or place.words_before(2)[0] not in _BEFORE_SUBJECTS:
        return None
    message = '"score" alone is the total, and another score is called by its name'
    return _written("extra-word", message, Span(before.start, at.end), at.text)


def stage_asked(place: ErrorContext) -> SyntaxProblem | None:
    """`when stage = SQL then +5`."""
    after = place.after()
    if place.word != "stage" or place.head not in ("when", "rule", "stage", "define") or place.in_awards:
        return None
    if after is None or not (after.text in COMPARISONS or after.word in ("is", "in")):
        return None
    hint = "ask for what makes the stage, e.g. score >= 50"
    message = "a condition cannot ask for the stage, which follows from all rules"
    return SyntaxProblem("out-of-place", message, place.span, hint)


def list_said(place: ErrorContext) -> SyntaxProblem | None:
    """`title in list ICP`, `title in the list ICP`."""
    before, name = place.before(), place.after()
    if before is None or name is None or before.kind != "IN" or name.kind not in ("WORD", "BRACKETED"):
        return None
    if place.word != "list":
        return None
    span = Span(place.span.start, name.end)
    return _written("extra-word", 'after "in" comes the name of a list alone', span, name.text)


DETECTORS: Final[tuple[Detector, ...]] = (
    ago, moment, times, window, comparison, between, subject_again, after_not, no_event, list_said, ever,
    score_said, stage_asked, of_texts, domain_of, after_is,
    values_after_in, values_without_in, commas_between_conditions, unit,
)  # fmt: skip
