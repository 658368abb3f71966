"""Text -> lexemes: the smallest pieces that mean something, each with where it stands.

Scanning is the same everywhere in a text. Whether a word is a keyword, a name or an object depends on
what may stand in its place; that is left to the parser.
"""

from __future__ import annotations

import re
from functools import cache

from ..frozen import frozen
from .lr_table import load
from .nodes import Comment, Lexeme, Span

PLAIN_SIGNS = {"−": "-", "≥": ">=", "≤": "<=", "≠": "!="}
"""Signs of good typography, and how the grammar spells them."""

MALFORMED = {
    "UNCLOSED_QUOTE": r"""["“”„][^\r\n]*""",
    "UNCLOSED_BRACKET": r"\[[^\r\n]*",
    "MALFORMED_DATE": r"[0-9]{1,4}(?:/[0-9]{1,2}/|-[0-9]{1,2}-|\.[0-9]{1,2}\.)[0-9]{1,4}(?:T[\w:+]*)?(?!\w)",
    "MALFORMED_NUMBER": r"[0-9][\w.]*",
    "FOREIGN_SIGN": r"==+|=>|=<|<>|&&|\|\||\+=|[^\s\w]",
}
"""What is no lexeme of the language, but what a message can call by its name."""

# What follows always matches, so none of this is given back; CPython 3.11.2 misreads a possessive `*+`.
_BLANK = r"(?:[\s\ufeff]+|(?<![^\s\ufeff])\#[^\r\n]*)*"
_COMMENT = re.compile(r"#[^\r\n]*")


@frozen
class Scanned:
    """All lexemes and all comments of a text, each in order."""

    lexemes: list[Lexeme]
    comments: tuple[Comment, ...]


@cache
def _signs() -> dict[str, str]:
    signs = {text: name for name, text in load().terminals.items() if re.fullmatch(r"[^\w\s]{1,2}", text)}
    signs |= {"}": "RBRACE", ";": "SEMICOLON"}
    return signs | {fine: signs[plain] for fine, plain in PLAIN_SIGNS.items()}


@cache
def _pattern() -> re.Pattern[str]:
    own = load().terminals
    signs = "|".join(map(re.escape, sorted(_signs(), key=len, reverse=True)))
    kinds = {name: own[name] for name in ("PATH", "WORD", "QUOTED", "MOMENT", "BRACKETED")}
    kinds["MALFORMED_DATE"] = MALFORMED["MALFORMED_DATE"]
    kinds["NUMERAL"] = own["NUMERAL"]
    foreign = MALFORMED["FOREIGN_SIGN"].rsplit("|", 1)[0]
    kinds["SIGN"] = rf"(?!{foreign})(?:{signs})"
    rest = {name: pattern for name, pattern in MALFORMED.items() if name not in kinds}
    choices = "|".join(f"(?P<{name}>{pattern})" for name, pattern in (kinds | rest).items())
    return re.compile(rf"{_BLANK}(?:{choices}|(?P<END>\Z)|(?P<STRAY>\S))")


def scan(text: str) -> Scanned:
    """Every lexeme and every comment of a text; never fails, whatever the text."""
    comments: list[Comment] = []
    return Scanned(_lexemes(text, 0, len(text), comments), tuple(comments))


def scan_part(text: str, word: Lexeme) -> list[Lexeme]:
    """A word with - . / in it, or with a leading /, as what it is made of where no such word may stand."""
    sign = "SLASH" if word.text[0] == "/" else ""
    plain = "/" if sign else re.split(r"[-./]", word.text, maxsplit=1)[0]
    cut = word.start + len(plain)
    head = Lexeme(sign or "WORD", plain, word.start, cut, "" if sign else plain.lower(), word.first)
    return [head, *_lexemes(text, cut, word.end, [])]


def _lexemes(text: str, begin: int, stop: int, comments: list[Comment]) -> list[Lexeme]:
    signs = _signs()
    lexemes: list[Lexeme] = []
    make, first = lexemes.append, begin == 0
    for found in _pattern().finditer(text, begin, stop):
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        if found.start() != start:
            blank = text[found.start() : start]
            if "#" in blank:
                comments += _comments(text, found.start(), start)
            first = first or "\n" in blank or "\r" in blank
        if kind == "END":
            break
        written = text[start:end]
        word = ""
        if kind in ("WORD", "PATH"):
            word = written.lower()
        elif kind == "SIGN":
            kind = signs[written]
        make(Lexeme(kind, written, start, end, word, first))
        first = False
    return lexemes


def _comments(text: str, start: int, end: int) -> list[Comment]:
    found = []
    for match in _COMMENT.finditer(text, start, end):
        line_start = max(text.rfind("\n", 0, match.start()), text.rfind("\r", 0, match.start())) + 1
        own_line = not text[line_start : match.start()].strip("\ufeff").strip()
        written = match.group().rstrip()
        span = Span(match.start(), match.start() + len(written))
        found.append(Comment(written, own_line, span=span))
    return found
