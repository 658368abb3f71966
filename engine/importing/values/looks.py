"""What one cell looks like: a blank, a number, yes or no, a date, several choices, or text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable
from decimal import Decimal

from .blanks import LIKELY, MOST_LETTERS, folded
from .cells import ABSENT, Flag
from .choices import json_list
from .dates import FIRST_WORDS, compact_day, take_apart
from .moments import MomentReader
from .numbers import CURRENCY_WORDS, is_plain, read_amount
from .yes_no import PLAIN, WORDS

BLANK, NUMBER, YES, NO, DATE, DATETIME, OTHER_DATE, TEXTS, TEXT = (
    "blank",
    "number",
    "yes",
    "no",
    "date",
    "datetime",
    "other date",
    "texts",
    "text",
)

_MOST_LETTERS = 80
"""Nothing longer than this is anything but text, or texts."""


class Look:
    """What a cell looks like. Equal looks are one object, so that they are quick to count.

    Of numbers: whether it can be read with a dot, and with a comma before decimals, whether these two
    `differ`, the currency, whether it is a percentage, whether it may be a code (`weak`) or a day
    (`compact`). Of other dates: the orders of its day, and whether it has a time. `typed`: the source says
    what it is. `word`: a text that may stand for nothing, or for yes or no. `empty`: a list of nothing.
    """

    __slots__ = (
        "comma",
        "compact",
        "currency",
        "differ",
        "dot",
        "empty",
        "family",
        "orders",
        "percent",
        "timed",
        "typed",
        "weak",
        "word",
    )

    def __init__(self, family: str, **detail: Hashable) -> None:
        self.family = family
        self.dot = bool(detail.get("dot", True))
        self.comma = bool(detail.get("comma", True))
        self.differ = bool(detail.get("differ"))
        self.currency = str(detail.get("currency", ""))
        self.percent = bool(detail.get("percent"))
        self.weak = bool(detail.get("weak"))
        self.compact = bool(detail.get("compact"))
        self.orders: tuple[str, ...] = tuple(detail.get("orders", ()))  # type: ignore[arg-type]  # texts
        self.timed = bool(detail.get("timed"))
        self.typed = bool(detail.get("typed"))
        self.word = str(detail.get("word", ""))
        self.empty = bool(detail.get("empty"))


_LOOKS: dict[tuple[object, ...], Look] = {}


def _look(family: str, **detail: Hashable) -> Look:
    key = (family, *detail.items())
    look = _LOOKS.get(key)
    if look is None:
        look = _LOOKS[key] = Look(family, **detail)
    return look


BLANK_LOOK, TEXT_LOOK, INSTANT_LOOK = Look(BLANK), Look(TEXT), Look(DATETIME)
_DAY_LOOK, _TEXTS_LOOK = Look(DATE), Look(TEXTS)
WHOLE_LOOK, DOTTED_LOOK = Look(NUMBER), Look(NUMBER, comma=False)
_COMPACT = Look(NUMBER, compact=True)
_TYPED_NUMBER = Look(NUMBER, typed=True)
_TYPED_DAY, _TYPED_INSTANT, _TYPED_TEXTS = (Look(name, typed=True) for name in (DATE, DATETIME, TEXTS))
_NO_TEXTS, _TYPED_NO_TEXTS = Look(TEXTS, empty=True), Look(TEXTS, empty=True, typed=True)
_TYPED_YES, _TYPED_NO = Look(YES, typed=True), Look(NO, typed=True)
_MOST_EXACT = 10**15


def looker(
    moments: MomentReader, blanks: frozenset[str] = frozenset(), *, texts_are_texts: bool = False
) -> Callable[[object], Look]:
    """Says what a cell of one column looks like. `moments` reads its dates, `blanks` are words for nothing,
    folded; with `texts_are_texts` the source has kinds, and a text of it is a text."""

    def look(cell: object) -> Look:
        if not isinstance(cell, str):
            return _look_of_typed(cell, moments)
        text = cell.strip()
        if not text or (blanks and folded(text) in blanks):
            return BLANK_LOOK
        found = TEXT_LOOK if texts_are_texts else _look_of_text(text, moments)
        # Words for nothing that begin with a letter were looked for already.
        if found is TEXT_LOOK and len(text) <= MOST_LETTERS and (text[0] in "01" or not text[0].isalnum()):
            word = folded(text)
            if word in LIKELY:
                return _look(TEXT, word=word)
        return found

    return look


_LETTERS = re.compile(r"[^\W\d_]+")
WORDS_BEFORE_DIGITS = FIRST_WORDS | CURRENCY_WORDS
"""What a date or an amount can begin with, folded."""


def _look_of_typed(cell: object, moments: MomentReader) -> Look:
    if cell is None or cell is ABSENT:
        return BLANK_LOOK
    if isinstance(cell, Flag):
        return _TYPED_YES if cell.value else _TYPED_NO
    if isinstance(cell, int | float | Decimal):
        if moments.date_format is not None and moments.of_cell(cell) is not None:
            return _TYPED_INSTANT
        return TEXT_LOOK if isinstance(cell, int) and abs(cell) >= _MOST_EXACT else _TYPED_NUMBER
    if isinstance(cell, dt.datetime):
        return _TYPED_INSTANT
    if isinstance(cell, dt.date):
        return _TYPED_DAY
    if isinstance(cell, tuple):
        return _TYPED_TEXTS if cell else _TYPED_NO_TEXTS
    return TEXT_LOOK


def _look_of_text(text: str, moments: MomentReader) -> Look:
    first = text[0]
    if first.isalpha() and (moments.date_format is None or moments.read(text) is None):
        return _look_of_word(text)
    if first == "[" and text[-1] == "]":
        found = json_list(text)
        return TEXT_LOOK if found is None else _TEXTS_LOOK if found else _NO_TEXTS
    if len(text) > _MOST_LETTERS:
        return TEXT_LOOK
    if moments.date_format is not None or (first.isdigit() and text[4:5] == "-"):
        moment = moments.read(text)
        if moment is not None:
            return INSTANT_LOOK if isinstance(moment, dt.datetime) else _DAY_LOOK
    if is_plain(text):
        if "." in text:
            return DOTTED_LOOK
        return _COMPACT if len(text) == 8 and compact_day(text) else WHOLE_LOOK
    word = text.casefold()
    known = PLAIN.get(word)
    if known is not None:
        return _look(YES if known else NO, word=word)
    if word in WORDS:
        return _look(TEXT, word=word)
    return _look_of_digits(text) if any(letter.isdigit() for letter in text) else TEXT_LOOK


def _look_of_word(text: str) -> Look:
    """The look of a text that begins with a letter: numbers and dates do so with few words."""
    if len(text) > _MOST_LETTERS:
        return TEXT_LOOK
    if len(text) <= MOST_LETTERS:
        word = text.casefold()
        known = PLAIN.get(word)
        if known is not None:
            return _look(YES if known else NO, word=word)
        if word in WORDS or word in LIKELY:
            return _look(TEXT, word=word)
    found = _LETTERS.match(text)
    if found is None or found[0].casefold() not in WORDS_BEFORE_DIGITS:
        return TEXT_LOOK
    return _look_of_digits(text) if any(letter.isdigit() for letter in text) else TEXT_LOOK


def _look_of_digits(text: str) -> Look:
    amount = read_amount(text)
    if amount is not None:
        dot, comma = amount.dot is not None, amount.comma is not None
        differ = dot and comma and amount.dot != amount.comma
        return _look(
            NUMBER,
            dot=dot,
            comma=comma,
            differ=differ,
            currency=amount.currency,
            percent=amount.percent,
            weak=amount.weak,
        )
    written = take_apart(text)
    if written is None:
        return TEXT_LOOK
    return _look(OTHER_DATE, orders=written.orders, timed=written.time is not None)
