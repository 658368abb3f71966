"""What a written value looks like, and the kind that a whole column of them has."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from enum import Enum

from ...grammar.syntax.nodes import Kind
from .moments import MomentReader


class Form(Enum):
    """The forms that a written value can have."""

    BLANK = "blank"
    NUMBER = "number"
    COMMA_NUMBER = "number with a comma"
    YES_NO = "yes/no"
    DATE = "date"
    DATETIME = "datetime"
    TEXTS = "texts"
    DAY_FIRST = "date, day first"
    MONTH_FIRST = "date, month first"
    DAY_OR_MONTH_FIRST = "date, day or month first"
    YEAR_FIRST = "date, year first"
    TEXT = "text"


OTHER_DATES = (Form.DAY_FIRST, Form.MONTH_FIRST, Form.DAY_OR_MONTH_FIRST, Form.YEAR_FIRST)
"""What is a date to a person, but not in ISO 8601 nor in a stated form."""

# A number of more than 15 digits would not survive as a double, and 00123 or 12E4 is a code.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})?(\.\d+)?([eE][+-]\d{1,3})?", re.ASCII)
_COMMA_NUMBER = re.compile(r"-?(0|[1-9]\d{0,2}(\.\d{3})+|[1-9]\d{0,14})(,\d+)?", re.ASCII)
_OTHER_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(\D.*)?", re.ASCII | re.DOTALL)
_WORDS = frozenset(("yes", "no", "true", "false"))
_MOST_LETTERS = 40
"""Nothing longer than this is anything but text, or texts."""


def form_of(text: str, moments: MomentReader, decimal: str = ".") -> Form:
    """The form of one value. `moments` reads the dates of its column."""
    text = text.strip()
    if not text:
        return Form.BLANK
    first = text[0]
    if first == "[" and text[-1] == "]":
        return Form.TEXTS if _is_texts(text) else Form.TEXT
    if len(text) > _MOST_LETTERS:
        return Form.TEXT
    if text.lower() in _WORDS:
        return Form.YES_NO
    if moments.date_format is not None or first.isdigit():
        moment = moments.read(text)
        if moment is not None:
            return Form.DATETIME if isinstance(moment, dt.datetime) else Form.DATE
    if first.isdigit() or first in "-.":
        return _numeric_form(text, decimal)
    return Form.TEXT


def _numeric_form(text: str, decimal: str) -> Form:
    if decimal == ",":
        if _COMMA_NUMBER.fullmatch(text):
            return Form.NUMBER
    elif _NUMBER.fullmatch(text) and any(letter.isdigit() for letter in text):
        return Form.NUMBER
    elif "," in text and _COMMA_NUMBER.fullmatch(text):
        return Form.COMMA_NUMBER
    found = _OTHER_DATE.fullmatch(text)
    if found is None:
        return Form.TEXT
    one, two, three = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4 and 1 <= two <= 12 and 1 <= three <= 31 and found[2] != "-":
        return Form.YEAR_FIRST
    if len(found[4]) not in (2, 4) or len(found[1]) > 2 or not (1 <= one <= 31 and 1 <= two <= 31):
        return Form.TEXT
    if one > 12 and two > 12:
        return Form.TEXT
    if one > 12:
        return Form.DAY_FIRST
    return Form.MONTH_FIRST if two > 12 else Form.DAY_OR_MONTH_FIRST


def _is_texts(text: str) -> bool:
    import json

    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(entries, list) and all(isinstance(entry, str) for entry in entries)


def number_text(text: str, decimal: str) -> str:
    """A number written with this sign before its decimals, as one written with a dot."""
    return text.replace(".", "").replace(",", ".") if decimal == "," else text


def kind_of(forms: Mapping[Form, int]) -> Kind | None:
    """The kind that every value of a column has; text where there is no other; None where all are blank."""
    counts = Counter(forms)
    values = counts.total() - counts[Form.BLANK]
    if not values:
        return None
    for kind, members in (
        (Kind.NUMBER, (Form.NUMBER,)),
        (Kind.YES_NO, (Form.YES_NO,)),
        (Kind.DATE, (Form.DATE,)),
        (Kind.DATETIME, (Form.DATE, Form.DATETIME)),
        (Kind.TEXTS, (Form.TEXTS,)),
    ):
        if sum(counts[form] for form in members) == values:
            return kind
    return Kind.TEXT


def format_of(example: str, form: Form) -> str | None:
    """The date format that reads an example of one of `OTHER_DATES`."""
    found = _OTHER_DATE.fullmatch(example.strip())
    if found is None:
        return None
    sign = found[2]
    year = "%Y" if len(found[1 if form is Form.YEAR_FIRST else 4]) == 4 else "%y"
    parts = {
        Form.DAY_FIRST: ("%d", "%m", year),
        Form.MONTH_FIRST: ("%m", "%d", year),
        Form.DAY_OR_MONTH_FIRST: ("%d", "%m", year),
        Form.YEAR_FIRST: (year, "%m", "%d"),
    }
    return sign.join(parts[form])
