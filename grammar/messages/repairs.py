"""Mistakes that one small change fixes: a misspelt word, something left out, something too much.

Each change is tried on the whole piece and is named only if the piece then reads to its end.
"""

from __future__ import annotations

from typing import Final

from ..spec.words import RESERVED, near
from ..syntax.lr_table import load
from ..syntax.nodes import Lexeme, Span
from .diagnostics import Fix, SyntaxProblem
from .error_context import Detector, ErrorContext, shown

LONGEST = 300
"""Lexemes of a piece in which changes are tried; a longer one is told only where it stops."""

_LOOK_BACK = 12
_FILLERS = frozenset({"the", "an", "any", "some", "has", "have", "who", "of", "was", "are"})

# What may have been left out, in the order in which it is tried, and what is told.
_LEFT_OUT = (
    ("WHEN", "missing-when", "the condition begins with when"),
    ("THEN", "missing-then", "what the rule gives begins with then, e.g. then +10"),
    ("COLON", "left-out", "put a colon there"),
    ("COMMA", "left-out", "put a comma there"),
    ("EQUALS", "left-out", 'say what it equals, e.g. title = "CTO"'),
    ("RPAR", "unclosed-parenthesis", "close the bracket there"),
    ("PERCENT", "left-out", "write a percentage, e.g. 25%"),
    ("IN", "left-out", "write e.g. in last 30 days"),
    ("WITH", "left-out", 'write e.g. starts with "VP"'),
    ("AGO", "left-out", "write e.g. 2 days ago"),
    ("BY", "left-out", "write e.g. followed by"),
    ("EVERY", "left-out", "write e.g. every 30 days"),
    ("PER", "left-out", "write e.g. once per day"),
    ("FROM", "left-out", "write e.g. from 40"),
    ("AND", "missing-and-or", "join the two with and, or with or"),
)


def misspelt(place: ErrorContext, *, whatever_it_says: bool = False) -> SyntaxProblem | None:
    """A word close to a keyword with which the piece would read, by default without another mistake."""
    piece = place.piece()
    if len(piece) > LONGEST:
        return None
    end = len(place.taken)
    for at in range(min(end, len(piece) - 1), max(-1, end - _LOOK_BACK), -1):
        lexeme = piece[at]
        if lexeme.kind != "WORD" or lexeme.word in RESERVED or (at < end and place.taken[at].kind != "WORD"):
            continue
        for keyword in near(lexeme.word, _keywords().values()):
            piece[at] = lexeme._replace(word=keyword)
            if place.reads(piece, whatever_it_says=whatever_it_says):
                return spelling(lexeme, keyword)
        piece[at] = lexeme
    return None


def likely_word(place: ErrorContext) -> SyntaxProblem | None:
    """A word close to a keyword that could stand there, whatever else is wrong with the piece."""
    if place.at is None or place.kind != "WORD":
        return None
    accepted = {word for name, word in _keywords().items() if name in place.accepted and len(word) > 3}
    for keyword in near(place.word, accepted):
        following = place.after()
        if following is not None and following.word == keyword:
            # The keyword is there already: "the then".
            return _extra(place, place.at)
        return spelling(place.at, keyword)
    return None


def spelling(lexeme: Lexeme, keyword: str) -> SyntaxProblem:
    """A word that is nearly a keyword."""
    message = f'"{lexeme.text}" means nothing here'
    fix = Fix.write(lexeme.span, keyword)
    return SyntaxProblem("misspelt-word", message, lexeme.span, f'did you mean "{keyword}"?', fix)


def left_out(place: ErrorContext) -> SyntaxProblem | None:
    """A word or sign without which the piece does not go on."""
    piece, at = place.piece(), len(place.taken)
    if len(piece) > LONGEST:
        return None
    for kind, code, hint in _LEFT_OUT:
        if kind not in place.accepted or (place.at is None and kind not in ("AGO", "RPAR")):
            continue
        text = load().terminals[kind]
        added = Lexeme(
            kind, text, place.span.start, place.span.start, text if text[0].isalpha() else "", False
        )
        if place.reads([*piece[:at], added, *piece[at:]]):
            what = '"and" or "or"' if kind == "AND" else f'"{text}"'
            where = f"before {shown(place.at)}" if place.at is not None else "at the end"
            fix = None if kind == "AND" else _adding(place, text)
            return SyntaxProblem(code, f"{what} is missing {where}", place.span, hint, fix)
    return None


def _adding(place: ErrorContext, text: str) -> Fix:
    """Writes a word or sign before the place, with blanks as it is commonly written."""
    before = place.before()
    at = before.end if before is not None else place.span.start
    glued = text in (":", ",", ")", "%")
    following = place.text[at : at + 1]
    after = " " if following and not following.isspace() and not (glued and following in ",;)") else ""
    return Fix(f"Add {text}", Span(at, at), f"{text}{after}" if glued else f" {text}{after}")


def _without(place: ErrorContext, lexeme: Lexeme) -> Fix:
    """Takes a word or sign out, with the blanks before it."""
    start = lexeme.start
    while start and place.text[start - 1] in " \t":
        start -= 1
    return Fix(f"Leave out {lexeme.text}", Span(start, lexeme.end), "")


def _extra(place: ErrorContext, word: Lexeme) -> SyntaxProblem:
    """A word that is to be left out."""
    message = f"{shown(word)} does not belong here"
    return SyntaxProblem("extra-word", message, word.span, "leave it out", _without(place, word))


def filler(place: ErrorContext) -> SyntaxProblem | None:
    """A little word before the place, without which the piece reads."""
    piece, end = place.piece(), len(place.taken)
    for at in range(end - 1, max(0, end - 4), -1):
        word = piece[at]
        if word.word in _FILLERS and len(piece) <= LONGEST and place.reads(piece[:at] + piece[at + 1 :]):
            return _extra(place, word)
    return None


def name_with_blanks(place: ErrorContext) -> SyntaxProblem | None:
    """Two or three words that together are a name or an object."""
    piece, at = place.piece(), len(place.taken)
    if place.kind not in ("WORD", "PATH", "NUMERAL") or at == 0 or len(piece) > LONGEST:
        return None
    for first, last in ((at - 1, at), (at - 2, at), (at - 1, at + 1)):
        words = piece[max(first, 0) : last + 1]
        if first < 1 or last >= len(piece) or any(not part.word or part.word in RESERVED for part in words):
            continue
        together = place.text[words[0].start : words[-1].end]
        span = Span(words[0].start, words[-1].end)
        for kind, written in (("BRACKETED", f"[{together}]"), ("QUOTED", f'"{together}"')):
            joined = Lexeme(kind, written, span.start, span.end, "", False)
            if "\n" not in together and place.reads([*piece[:first], joined, *piece[last + 1 :]]):
                what, how = ("a name", "square brackets") if kind == "BRACKETED" else ("a text", "quotes")
                message = f"{what} of several words needs {how}"
                fix = Fix.write(span, written)
                return SyntaxProblem("several-words", message, span, f"write {written}", fix)
    return None


def too_much(place: ErrorContext) -> SyntaxProblem | None:
    """A word or sign without which the piece reads."""
    piece, at = place.piece(), len(place.taken)
    if place.at is None or len(piece) > LONGEST or not place.reads(piece[:at] + piece[at + 1 :]):
        return None
    if place.kind == "RPAR":
        message, fix = "this bracket closes nothing", _without(place, place.at)
        return SyntaxProblem("extra-parenthesis", message, place.span, "leave it out", fix)
    return _extra(place, place.at)


REPAIRS: Final[tuple[Detector, ...]] = (filler, name_with_blanks, left_out, too_much)


def _keywords() -> dict[str, str]:
    return {name: word for name, word in load().terminals.items() if word.isalpha()}
