"""What reports are written on: a width, colours or none, and the few shapes that text takes."""

from __future__ import annotations

import datetime as dt
import textwrap
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from ...grammar.frozen import frozen

_RESET = "\x1b[0m"
_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "1", "2", "31", "32", "33", "36"


@frozen
class TextStyle:
    """A width in columns, and whether colours may be used."""

    width: int = 80
    colored: bool = False

    def bold(self, text: str) -> str:
        """What the eye should find first."""
        return self._in(_BOLD, text)

    def dim(self, text: str) -> str:
        """What may be passed over."""
        return self._in(_DIM, text)

    def good(self, text: str) -> str:
        """What is so, or went well."""
        return self._in(_GREEN, text)

    def bad(self, text: str) -> str:
        """What is not so, or went wrong."""
        return self._in(_RED, text)

    def warn(self, text: str) -> str:
        """What deserves a look."""
        return self._in(_YELLOW, text)

    def name(self, text: str) -> str:
        """A name to tell apart from the words around it."""
        return self._in(_CYAN, text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.colored and text else text

    def wrapped(self, text: str, indent: int = 0, hang: int | None = None) -> list[str]:
        """The text in lines of this width, the first indented by `indent`, the others by `hang`."""
        hang = indent if hang is None else hang
        return textwrap.wrap(
            text,
            max(self.width, hang + 20),
            initial_indent=" " * indent,
            subsequent_indent=" " * hang,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


PLAIN = TextStyle()


def shown(text: str) -> str:
    """Text of data as a terminal may see it: in one line, without what would steer the terminal."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _visible(letter) for letter in text)


def _visible(letter: str) -> str:
    if letter in "\t\n\r\v\f" or unicodedata.category(letter) == "Zs":
        return " "
    return "\ufffd"


def cells(text: str) -> int:
    """How many columns a terminal needs for the text: two for wide letters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, most: int) -> str:
    """The text in at most so many columns, with an ellipsis where something was cut off."""
    if cells(text) <= most:
        return text
    kept, used = [], 0
    for letter in text:
        used += _cells(letter)
        if used > most - 1:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text filled up to a width; aligned to the right where wished."""
    blanks = " " * max(0, width - cells(text))
    return blanks + text if right else text + blanks


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 lead`, `1,000 leads`, `2 entries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def signed(points: int) -> str:
    """Points with their sign: +20, -5, 0."""
    return f"{points:+,}" if points else "0"


def percent(part: int, whole: int) -> str:
    """A share in whole percent; the smallest above nothing is `<1%`."""
    if not whole or not part:
        return "0%"
    share = 100 * part / whole
    return "<1%" if share < 1 else f"{share:.0f}%" if part == whole or share < 99.5 else "99%"


def listed(items: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    found = list(items)
    return " and ".join(found) if len(found) < 2 else f"{', '.join(found[:-1])} {last} {found[-1]}"


def table(
    rows: Sequence[Sequence[str]],
    style: TextStyle,
    *,
    head: Sequence[str] = (),
    right: Collection[int] = (),
    indent: int = 2,
) -> list[str]:
    """Rows in columns, two blanks apart; the last column is cut where it would pass the edge.

    `right` are the columns aligned to the right.
    """
    whole = [list(map(str, row)) for row in ([head, *rows] if head else rows)]
    if not whole:
        return []
    widths = [max(cells(row[at]) for row in whole) for at in range(len(whole[0]))]
    room = style.width - indent - sum(widths[:-1]) - 2 * (len(widths) - 1)
    widths[-1] = max(min(widths[-1], room), min(widths[-1], 8))
    lines = []
    for number, row in enumerate(whole):
        row[-1] = cut(row[-1], widths[-1])
        parts = [padded(text, widths[at], right=at in right) for at, text in enumerate(row)]
        line = " " * indent + "  ".join(parts).rstrip()
        lines.append(style.dim(line) if head and number == 0 else line)
    return lines


def bar(part: int, whole: int, width: int = 24) -> str:
    """A bar of `#` that is `part` of `whole` long; never empty where there is something."""
    if not part or not whole:
        return ""
    return "#" * max(1, round(width * part / whole))


def when(instant: dt.datetime) -> str:
    """An instant to the minute, in UTC."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
