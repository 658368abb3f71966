"""Signs, quotes, numbers and dates that people bring along, each with how to write it here.

Each function recognises one mistake at the point where parsing stopped, and returns None for any other.
"""

from __future__ import annotations

import re
from typing import Final

from ..spec.operators import COMPARISONS
from ..syntax.nodes import Lexeme, Span
from .diagnostics import Fix, SyntaxProblem
from .error_context import Detector, ErrorContext, brief, shown

_PLAIN = {
    "==": "=", "===": "=", "=>": ">=", "=<": "<=", "<>": "!=", "&&": "and", "||": "or", "!": "not",
    "+=": "+", "–": "-", "—": "-", "×": "*", "÷": "/", "&": "and", "|": "or",
}  # fmt: skip
# A word with signs in it, or one that begins with a digit, but no number.
_NEEDS_QUOTES = re.compile(r"""(?![0-9.]+%?$)[\w/*?&.~%@][^\s"(){}\[\],;]*""")
_PLAIN_WORD = re.compile(r"\w+")
_SAID_OF_NUMBER = re.compile(r"([0-9]+)((?:minute|hour|day|week|month|year|time)s?)")


def quote(place: ErrorContext) -> SyntaxProblem | None:
    """A quote without its partner; what follows it on the line is lost in it."""
    at, before = place.at, place.before()
    if at is None:
        return None
    if at.kind == "UNCLOSED_QUOTE":
        hint = "close it on the same line, where the text ends"
        return SyntaxProblem("unclosed-quote", "this quote is not closed", at.span, hint)
    if before is None or before.kind != "QUOTED" or before.end != at.start:
        return None
    end = place.text.find("\n", at.start)
    if any(part.kind == "UNCLOSED_QUOTE" and (end < 0 or part.start < end) for part in place.rest):
        message = "the quotes on this line do not go in pairs"
        return SyntaxProblem("unclosed-quote", message, before.span, "close this text where it ends")
    if at.kind not in ("WORD", "PATH", "QUOTED") and not at.word:
        return None
    hint = 'a quote inside a text is written twice: "the ""best"" one"'
    return SyntaxProblem("quote-in-text", "a text ends here, and more follows at once", at.span, hint)


def square_bracket(place: ErrorContext) -> SyntaxProblem | None:
    """`[Lead Source` without its end."""
    if place.kind != "UNCLOSED_BRACKET":
        return None
    span = Span(place.span.start, place.span.start + 1)
    hint = "close it after the name, e.g. [Lead Source]"
    return SyntaxProblem("unclosed-bracket", "this square bracket is not closed", span, hint)


def date(place: ErrorContext) -> SyntaxProblem | None:
    """`15.01.2026`, `2026-1-5`."""
    if place.at is None or place.kind != "MALFORMED_DATE":
        return None
    written = place.at.text
    hint, meant = "write year, month, day, e.g. 2026-01-31", ""
    if found := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", written):
        meant = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    elif found := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", written):
        meant = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?", written):
        message, fix = "this time does not say its zone", Fix.write(place.span, f"{written}Z")
        return SyntaxProblem("time-without-zone", message, place.span, f"for UTC write {written}Z", fix)
    elif "T" in written:
        hint = "write e.g. 2026-01-31T12:00Z"
    message = f"{shown(place.at)} is not how a date is written here"
    return _written("date-form", message, place.span, meant, hint)


def number(place: ErrorContext) -> SyntaxProblem | None:
    """`10k`, `10days`, `1.000.000`, `2fast`."""
    if place.at is None or place.kind != "MALFORMED_NUMBER":
        return None
    written = place.at.text
    hint, meant = "write digits and at most one point, e.g. 1200 or 0.5", ""
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}", written):
        meant = written.replace(".", "")
    elif found := re.fullmatch(r"([0-9]+)([kKmM])", written):
        meant = f"{found[1]}{'000' if found[2] in 'kK' else '000000'}"
    elif found := re.fullmatch(r"([0-9]+)x", written):
        meant = found[1]
    elif found := _SAID_OF_NUMBER.fullmatch(written):
        hint, meant = f"write {found[1]} {found[2]}, with a blank", f"{found[1]} {found[2]}"
    elif place.accepted & {"WORD", "BRACKETED"}:
        hint = f"a name that begins with a digit stands in square brackets: [{brief(place.at)}]"
    message = f"{shown(place.at)} is neither a number nor a name"
    return _written("number-form", message, place.span, meant, hint)


def _written(code: str, message: str, span: Span, meant: str, hint: str) -> SyntaxProblem:
    """A mistake with how it is written right, where that is known."""
    if not meant:
        return SyntaxProblem(code, message, span, hint)
    said = hint if meant in hint else f"write {meant}"
    return SyntaxProblem(code, message, span, said, Fix.write(span, meant))


def thousands(place: ErrorContext) -> SyntaxProblem | None:
    """`1,000`, where the comma or what follows it cannot stand."""
    piece, at = place.piece(), len(place.taken)
    for first in (at - 2, at - 1):
        parts = piece[max(first, 0) : first + 3]
        if first < 0 or [part.kind for part in parts] != ["NUMERAL", "COMMA", "NUMERAL"]:
            continue
        number, digits, end = parts[0], parts[0].text, parts[0].end
        for comma, rest in zip(piece[first + 1 :: 2], piece[first + 2 :: 2], strict=False):
            if (comma.kind, comma.start, rest.start) != ("COMMA", end, comma.end) or len(rest.text) != 3:
                break
            digits, end = digits + rest.text, rest.end
        if end > number.end:
            span = Span(number.start, end)
            return _written("thousands-comma", "numbers are written without commas", span, digits, "")
    return None


def comparison_with_blank(place: ErrorContext) -> SyntaxProblem | None:
    """`> =`, `! =`: left out, one half would change what is asked."""
    for first, second in ((place.before(), place.at), (place.at, place.after())):
        if first is None or second is None or place.text[first.end : second.start].strip(" \t"):
            continue
        together = first.text + second.text
        meant = together if together in COMPARISONS else _PLAIN.get(together)
        if meant in COMPARISONS:
            span = Span(first.start, second.end)
            message = f'"{place.text[first.start : second.end]}" is not a sign of this language'
            return _written("foreign-sign", message, span, meant, "")
    return None


def foreign(place: ErrorContext) -> SyntaxProblem | None:
    """`==`, `=>`, `&&`, single quotes, currency signs."""
    at, before = place.at, place.before()
    if at is None or at.kind not in ("FOREIGN_SIGN", "STRAY"):
        return None
    if at.text in _PLAIN:
        message = f'"{at.text}" is not a sign of this language'
        return _written("foreign-sign", message, at.span, _PLAIN[at.text], "")
    if not at.text.isprintable():
        message = f"a sign that cannot be seen (U+{ord(at.text):04X}) stands here"
        return SyntaxProblem("foreign-sign", message, at.span, "delete what stands here, and type it again")
    hint = "leave it out, or put the text that it belongs to in quotes"
    if at.text in "'‘’`":
        hint = 'texts stand in double quotes, e.g. "CTO"'
    elif at.text in "$€£¥":
        hint = "numbers stand alone, e.g. 1200"
    elif at.text == "#":
        hint = "a comment begins after a blank"
    elif before is not None and before.end == at.start and before.kind in ("WORD", "PATH"):
        hint = f"a name with {at.text} in it stands in square brackets, an object in quotes"
    return SyntaxProblem("foreign-sign", f'"{at.text}" has no meaning here', at.span, hint)


def object_with_signs(place: ErrorContext) -> SyntaxProblem | None:
    """`visited docs/*`, `visited /pricing#faq`, `visited 3rd-mail`: what would read if it stood in quotes."""
    piece, at = place.piece(), len(place.taken)
    for within in range(max(0, at - 1), min(at + 1, len(piece))):
        first, last = within, within + 1
        while first > 0 and piece[first - 1].end == piece[first].start:
            first -= 1
        while last < len(piece) and piece[last].start == piece[last - 1].end:
            last += 1
        if first == 0 or "PATH" not in place.accepted_after(first):
            continue
        span = Span(piece[first].start, piece[last - 1].end)
        written = place.text[span.start : span.end]
        quoted = Lexeme("QUOTED", f'"{written}"', span.start, span.end, "", piece[first].first)
        if _PLAIN_WORD.fullmatch(written) and not written[0].isdigit():
            continue
        if _NEEDS_QUOTES.fullmatch(written) and place.reads([*piece[:first], quoted, *piece[last:]]):
            message = "an object that is no plain word stands in quotes"
            return _written("object-needs-quotes", message, span, f'"{written}"', "")
    return None


DETECTORS: Final[tuple[Detector, ...]] = (
    quote,
    square_bracket,
    object_with_signs,
    date,
    number,
    thousands,
    comparison_with_blank,
    foreign,
)
