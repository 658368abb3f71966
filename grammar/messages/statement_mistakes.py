"""How people give points, declare and name elsewhere, each with how to write it here.

Each function recognises one mistake at the point where parsing stopped, and returns None for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..spec.statements import STATEMENT_WORDS
from ..spec.words import RESERVED
from ..syntax.nodes import Lexeme, Span
from .diagnostics import Fix, SyntaxProblem
from .error_context import Detector, ErrorContext, brief

_KINDS = {
    "integer": "number", "int": "number", "float": "number", "decimal": "number", "numeric": "number",
    "numbers": "number", "string": "text", "str": "text", "varchar": "text", "bool": "yes/no",
    "boolean": "yes/no", "yes": "yes/no", "flag": "yes/no", "timestamp": "datetime", "time": "datetime",
    "day": "date", "dates": "date", "list": "texts", "array": "texts", "set": "texts",
}  # fmt: skip
_WHICH = {
    "every": "each", "all": "each", "any": "each", "last": "latest", "newest": "latest", "recent": "latest",
    "earliest": "first", "oldest": "first",
}  # fmt: skip
_BOUNDS = {
    "max": "most", "maximum": "most", "cap": "most", "capped": "most", "limit": "most", "upto": "most",
    "min": "least", "minimum": "least",
}  # fmt: skip
_UP_TO = (
    ("up", "to"), ("capped", "at"), ("limited", "to"), ("maximum", "of"), ("max", "of"),
    ("no", "more", "than"), ("not", "more", "than"),
)  # fmt: skip
_NEVER_A_NAME = (STATEMENT_WORDS - {"when", "for"}) | {
    "known", "unknown", "off", "days", "given", "expect", "yes", "no", "true", "false", "once", "since",
    "before", "like", "contains", "starts", "ends", "between", "followed", "because", "is",
}  # fmt: skip
_AFTER_TEXT = frozenset({"by", "column", "otherwise", "at", "from"})


def points(place: ErrorContext) -> SyntaxProblem | None:
    """`then 20`, `then engagement +20`, `then "hot"`."""
    before, at = place.before(), place.at
    if before is None or not place.accepted >= {"PLUS", "MINUS", "TAG"} or "WORD" in place.accepted:
        return None
    if place.word in ("disqualify", "stage"):
        return _of_its_own(place)
    if at is None or place.word in RESERVED - {"score"} or place.kind in ("COMMA", "RPAR"):
        hint = f'write points or a tag after "{before.text}", e.g. +10 or tag "hot"'
        return SyntaxProblem("missing-points", "it is not said what the rule gives", place.span, hint)
    if place.kind == "NUMERAL":
        return SyntaxProblem(
            "points-sign", "points need a sign", place.span, f"write +{at.text} or -{at.text}"
        )
    if place.kind == "QUOTED":
        return SyntaxProblem(
            "points-form", "a text alone gives nothing", place.span, f"for a tag write tag {at.text}"
        )
    if not at.word:
        return None
    ahead = place.rest[:2]
    amount = "".join(part.text for part in ahead if part.kind in ("PLUS", "MINUS", "NUMERAL")) or "+10"
    amount = amount if amount[0] in "+-−" else f"+{amount}"
    name = "" if place.word in ("score", "add", "give", "gives", "plus", "points") else f" {at.text}"
    return SyntaxProblem(
        "points-form", "points are written with their number first", place.span, f"write {amount}{name}"
    )


def _of_its_own(place: ErrorContext) -> SyntaxProblem:
    """`when country = "XX" then disqualify`, `when score >= 80 then stage SQL`."""
    asks = next((part for part in place.taken if part.kind == "WHEN"), None)
    then = next(part for part in place.taken if part.kind == "THEN")
    asked = " ".join(place.text[asks.end : then.start].split()) if asks is not None else "..."
    name = f" {brief(place.rest[0])}" if place.word == "stage" and place.rest else ""
    message = f'"{place.word}" is a statement of its own, and a rule gives points or tags'
    return SyntaxProblem("missing-points", message, place.span, f"write {place.word}{name} when {asked}")


def points_to(place: ErrorContext) -> SyntaxProblem | None:
    """`then +20 score`, `then +5 to fit`, `then +5 max 10`."""
    before, number = place.before(), place.before(2)
    if before is None or place.at is None or not place.in_awards:
        return None
    if place.word == "score" and before.kind == "NUMERAL" and "FADING" in place.accepted:
        message = "points that name no score count toward the total"
        return SyntaxProblem("points-form", message, place.span, 'leave out "score"')
    if place.kind == "WORD" and before.kind == "NUMERAL" and (written := _last_bound(place.taken)):
        message = f'"{brief(place.at)}" stands behind a bound, and a score is named before it'
        return SyntaxProblem("out-of-place", message, place.span, f"write {brief(place.at)} {written}")
    if number is None or number.kind != "NUMERAL":
        return None
    if before.word in ("to", "for", "on", "points") and place.kind == "WORD":
        message = f'"{before.text}" does not belong here'
        points = "".join(part.text for part in place.taken[-3:-1])
        return SyntaxProblem("extra-word", message, before.span, f"write {points} {brief(place.at)}")
    if before.word in _BOUNDS and place.kind in ("NUMERAL", "PLUS", "MINUS"):
        return _bound(place, before)
    return None


def _last_bound(taken: Sequence[Lexeme]) -> str | None:
    """`at most +10`, where that is what was written last."""
    for length in (3, 4):
        at, word, *number = (lexeme for lexeme in taken[-length:])
        if at.word == "at" and word.word in ("most", "least"):
            return f"at {word.word} {''.join(part.text for part in number)}"
    return None


def _bound(place: ErrorContext, word: Lexeme) -> SyntaxProblem:
    limit = place.text[place.span.start : place.rest[0].end] if place.kind != "NUMERAL" and place.rest else ""
    hint = f"write at {_BOUNDS[word.word]} {limit or place.text[place.span.start : place.span.end]}"
    return SyntaxProblem("bound-form", 'a bound is written with "at most" or "at least"', word.span, hint)


def up_to(place: ErrorContext) -> SyntaxProblem | None:
    """`then +5 up to 10`, `then +5 capped at 10`."""
    near = [part for part in (place.before(2), place.before(), place.at, *place.rest[:3]) if part is not None]
    for phrase in _UP_TO if place.in_awards else ():
        for first in range(len(near) - len(phrase)):
            said, number = near[first : first + len(phrase)], near[first + len(phrase)]
            if tuple(part.word for part in said) == phrase and number.kind == "NUMERAL":
                span = Span(said[0].start, said[-1].end)
                message = 'a bound is written with "at most" or "at least"'
                fix = Fix.write(span, "at most")
                return SyntaxProblem("bound-form", message, span, f"write at most {number.text}", fix)
    return None


def bound(place: ErrorContext) -> SyntaxProblem | None:
    """`group "Website" max 30 {`, `then +5 fit max 10`."""
    if place.at is None or place.word not in _BOUNDS or "AT" not in place.accepted:
        return None
    number = place.after()
    written = number.text if number is not None and number.kind == "NUMERAL" else "10"
    message = 'a bound is written with "at most" or "at least"'
    return SyntaxProblem("bound-form", message, place.span, f"write at {_BOUNDS[place.word]} {written}")


_EVERY = {
    "minute": "1 minute", "hour": "1 hour", "day": "1 day", "week": "1 week", "month": "30 days",
    "year": "365 days",
}  # fmt: skip


def fading(place: ErrorContext) -> SyntaxProblem | None:
    """`then +2 decaying 50% every 30 days`, `then +2 fading 50% per month`."""
    before, after = place.before(), place.after()
    if before is None or not place.in_awards:
        return None
    if place.kind == "NUMERAL" and before.word in ("decaying", "decay", "decays", "losing", "minus"):
        message = 'points that lose their worth with time are "fading"'
        return SyntaxProblem(
            "points-form", message, before.span, "write fading", Fix.write(before.span, "fading")
        )
    length = _EVERY.get(after.word) if after is not None else None
    if after is not None and length and place.word in ("per", "a", "each") and before.text == "%":
        span, message = Span(place.span.start, after.end), 'how fast points fade is said with "every"'
        return SyntaxProblem(
            "points-form", message, span, f"write every {length}", Fix.write(span, f"every {length}")
        )
    return None


def once(place: ErrorContext) -> SyntaxProblem | None:
    """`for each visited then +2 once a day`."""
    if place.word != "once" or not place.in_awards or place.head not in ("for", "rule"):
        return None
    unit = next((part.word for part in place.rest[:2] if part.word in ("day", "week", "month")), "day")
    message = '"once per" stands behind the events that it is about'
    return SyntaxProblem("out-of-place", message, place.span, f"write once per {unit} before then")


def otherwise(place: ErrorContext) -> SyntaxProblem | None:
    """`when opted_in then +5 else -5`."""
    before = place.before()
    if before is None or before.word not in ("else", "otherwise") or place.head not in ("when", "rule"):
        return None
    asks = next((part for part in place.taken if part.kind == "WHEN"), None)
    then = next((part for part in place.taken if part.kind == "THEN"), None)
    if asks is None or then is None or place.kind not in ("PLUS", "MINUS"):
        return None
    asked = " ".join(place.text[asks.end : then.start].split())
    points = "".join(part.text for part in (place.at, *place.rest[:1]) if part is not None)
    hint = f"write another rule: when not ({asked}) then {points}"
    message = "a rule gives nothing where its condition is not true"
    return SyntaxProblem("out-of-place", message, before.span, hint)


def joined(place: ErrorContext) -> SyntaxProblem | None:
    """`then +5 and tag "hot"`, `given a = 1 and b = 2`."""
    if place.word != "and" or "COMMA" not in place.accepted:
        return None
    what = "what a rule gives is" if place.in_awards else "facts are" if place.head == "test" else "these are"
    return SyntaxProblem("joined-by-comma", f"{what} joined by commas", place.span, 'write a comma for "and"')


def which_events(place: ErrorContext) -> SyntaxProblem | None:
    """`for visited`, `for every visited`."""
    if "LATEST" not in place.accepted:
        return None
    which = _WHICH.get(place.word)
    after = place.after() if which else place.at
    phrase = brief(after) if after is not None and after.kind in ("WORD", "BRACKETED") else "visited"
    message = '"for" says first which events: "each", "latest" or "first"'
    return SyntaxProblem("which-events", message, place.span, f"write for {which or 'each'} {phrase}")


_OUTCOMES = frozenset({"stage", "grade", "rule", "tag", "disqualified", "not"})


def promise(place: ErrorContext) -> SyntaxProblem | None:
    """`guarantee never stage = SQL when ...`, `guarantee "No call" stage = SQL when ...`."""
    if place.head != "guarantee" or place.at is None:
        return None
    if len(place.taken) == 1 and place.word in ("never", "always", "score"):
        message = "a guarantee has a name, in quotes"
        return SyntaxProblem("guarantee-form", message, place.span, 'write one first, e.g. "No call"')
    if len(place.taken) == 2 and place.word in _OUTCOMES:
        message = "it is not said whether this may never be so or must always be so"
        hint = f"write never or always before it, e.g. never {brief(place.at)}"
        return SyntaxProblem("guarantee-form", message, place.span, hint)
    return None


def kind_of_field(place: ErrorContext) -> SyntaxProblem | None:
    """`field employees: integer`."""
    if (
        "DATETIME" not in place.accepted
        or place.at is None
        or not place.word
        or place.word in ("otherwise", "from")
    ):
        return None
    hint = "the kinds are text, number, yes/no, date, datetime and texts"
    if place.word in _KINDS:
        hint = f"write {_KINDS[place.word]}"
    return SyntaxProblem("kind-of-field", f'"{place.at.text}" is not a kind of value', place.span, hint)


# --- names and texts ---------------------------------------------------------------------------


def text_without_quotes(place: ErrorContext) -> SyntaxProblem | None:
    """`contains CTO`, `tag hot`, `list ICP: CTO`."""
    if "QUOTED" not in place.accepted or "WORD" in place.accepted or place.at is None:
        return None
    plain = place.word and place.word not in RESERVED
    if not plain and place.kind not in ("BRACKETED", "NUMERAL") and place.word not in _NEVER_A_NAME:
        return None
    end = place.at.end
    for part in place.rest:
        follows = part.start == end and part.kind not in ("COMMA", "SEMICOLON", "COLON")
        also = part.kind in ("WORD", "NUMERAL") and not part.first and part.word not in RESERVED | _AFTER_TEXT
        if not follows and not also:
            break
        end = part.end
    span = Span(place.span.start, end)
    return SyntaxProblem(
        "quotes-needed", "this text needs quotes", span, f'write "{place.text[span.start : span.end]}"'
    )


def grade_otherwise(place: ErrorContext) -> SyntaxProblem | None:
    """`grade fit: A from 40, otherwise B`."""
    before = place.before()
    if place.head != "grade" or place.at is None or before is None or before.word != "otherwise":
        return None
    label = brief(place.at)
    span, text = Span(before.start, place.at.end), f"{label} otherwise"
    message = '"otherwise" stands behind its label'
    return SyntaxProblem("out-of-place", message, span, f"write {text}", Fix.write(span, text))


def grade_with_sign(place: ErrorContext) -> SyntaxProblem | None:
    """`A+ from 40`."""
    before = place.before()
    if place.at is None or place.at.text not in "+-−" or before is None or before.end != place.at.start:
        return None
    if len(place.taken) == 1:  # `grade-a`: the sign is next to the statement's own word
        return None
    if (
        not place.accepted & {"OTHERWISE", "FROM"}
        and "FIRES" not in place.accepted
        and place.head not in ("grade", "test")
    ):
        return None
    written = f"{before.text}{place.at.text}"
    message = "a grade with a sign in it needs quotes"
    return SyntaxProblem("quotes-needed", message, Span(before.start, place.at.end), f'write "{written}"')


def reserved(place: ErrorContext) -> SyntaxProblem | None:
    """`field list: text`."""
    if place.at is None or place.word not in _NEVER_A_NAME or place.kind in ("WORD", "PATH"):
        return None
    if not place.accepted & {"WORD", "BRACKETED"}:
        return None
    written = f"[{place.at.text}]"
    if "BRACKETED" not in place.accepted:
        after = place.after()
        if place.at.first or (after is not None and after.kind in ("QUOTED", "COLON")):
            return None
        written = f'"{place.at.text}"'
    message = f'"{place.at.text}" is a word of the language and no name'
    return SyntaxProblem("reserved-word", message, place.span, f"to use it as a name write {written}")


DETECTORS: Final[tuple[Detector, ...]] = (
    fading, once, otherwise, points, up_to, points_to, bound, joined, which_events, promise, kind_of_field,
    grade_otherwise, grade_with_sign, text_without_quotes, reserved,
)  # fmt: skip
