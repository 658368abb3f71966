"""Values of leads and events: their kinds, the one key that text is compared by, instants in UTC.

Prepared values are what back ends compute with: text as its key, numbers as doubles, yes/no as bool,
a date as its day number since 1970-01-01, a datetime as whole microseconds since 1970-01-01T00:00Z,
texts as a tuple of keys, and None for unknown.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..grammar.syntax.nodes import Kind, Unit

Prepared = str | float | bool | int | tuple[str, ...] | None

MICROSECONDS = {
    Unit.MINUTE: 60_000_000,
    Unit.HOUR: 3_600_000_000,
    Unit.DAY: 86_400_000_000,
    Unit.WEEK: 604_800_000_000,
}
DAY = MICROSECONDS[Unit.DAY]

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY = EPOCH.date().toordinal()
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s*(Z|z|UTC|[+-]\d{2}(:?\d{2})?)?"
)
_BETWEEN = "\x1e"
"""Stands between texts that are made keys together."""
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


def text_key(text: str) -> str:
    """The one key text is compared by: NFC, white space stripped at either end, full case folding.

    Folding can leave NFC, so the result is normalised once more (Unicode Standard, 3.13, D145).
    """
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


def ascii_keys(texts: Sequence[str | None]) -> list[str] | None:
    """`text_key` of many texts at once, "" for what is unknown, in a fifth of the time; None where one is not
    ASCII."""
    joined = _BETWEEN.join(["" if text is None else text for text in texts])
    if not joined.isascii() or joined.count(_BETWEEN) != len(texts) - 1:
        return None
    return list(map(str.strip, joined.lower().split(_BETWEEN)))


def pattern_key(text: str) -> str:
    """`text_key` for what a writer asks for: the spaces typed at either end are kept."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


DOMAIN_ENDS = " >),;?"
"""What no domain holds: a domain ends before the first of these."""
_DOMAIN_END = re.compile(f"[{re.escape(DOMAIN_ENDS)}]")


def domain_of(key: str) -> str | None:
    """The domain in a text key: what follows the last @, None without one or with nothing behind it.

    It ends before the first of `DOMAIN_ENDS`, and without dots at its end, so that `Zoe <z@x.example>`,
    `mailto:z@x.example?subject=hi` and `z@x.example.` all give `x.example`.
    """
    _, at, behind = key.rpartition("@")
    behind = behind.lstrip()
    end = _DOMAIN_END.search(behind)
    return ((behind[: end.start()] if end else behind).rstrip(".") or None) if at else None


def read_moment(text: str) -> dt.date | dt.datetime | None:
    """A day or an instant (in UTC; without an offset it is taken as UTC) in ISO 8601, or None."""
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        if _DATETIME.fullmatch(text):
            return _utc(
                dt.datetime.fromisoformat(text.replace("UTC", "Z").replace(" ", "T", 1).replace(" ", ""))
            )
    except (ValueError, OverflowError):
        return None
    return None


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def instant_of(moment: dt.date | dt.datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z; a day is its beginning; a naive datetime is UTC."""
    if isinstance(moment, dt.datetime):
        delta = _utc(moment) - EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
    return day_of(moment) * DAY


def moment_of(instant: int) -> dt.datetime:
    """The UTC datetime of an instant in microseconds."""
    return EPOCH + dt.timedelta(0, 0, instant)


def instant_text(instant: int) -> str:
    """An instant in microseconds as ISO 8601 in UTC."""
    return moment_of(instant).isoformat().replace("+00:00", "Z")


def day_of(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def date_of(day: int) -> dt.date:
    """The date of a day number."""
    return dt.date.fromordinal(day + _EPOCH_DAY)


@lru_cache(maxsize=256)
def shift(instant: int, amount: int, unit: Unit) -> int:
    """`instant` moved by `amount` units, negative for back.

    Months and years are calendar-true: the same day and time of another month, clamped to its end.
    Past the years 1 to 9999 the result stays at that end of time.
    """
    if unit in MICROSECONDS:
        return instant + amount * MICROSECONDS[unit]
    months = amount * (12 if unit is Unit.YEAR else 1)
    day, time = divmod(instant, DAY)
    date = date_of(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return instant_of(dt.date.min) if year < 1 else instant_of(dt.date.max) + DAY - 1
    start = dt.date(year, month + 1, 1)
    length = (
        (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - start).days
        if year < 9999 or month < 11
        else 31
    )
    return (day_of(start) + min(date.day, length) - 1) * DAY + time


def is_blank(value: object) -> bool:
    """Whether a given value says nothing: None, blank text, an empty list, not a number."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, list | tuple | set | frozenset) and not any(not is_blank(item) for item in value)


def prepare(kind: Kind, value: object) -> Prepared:
    """A given value as back ends need it; None where it is blank or of another kind.

    Text that reads cleanly as the wanted kind is read as it ("1200" for a number), since most
    exports hold nothing but text; nothing else is converted.
    """
    if is_blank(value):
        return None
    match kind:
        case Kind.TEXT:
            return text_key(value) or None if isinstance(value, str) else None
        case Kind.NUMBER:
            return _number(value)
        case Kind.YES_NO:
            return (
                value
                if isinstance(value, bool)
                else _WORDS.get(text_key(value))
                if isinstance(value, str)
                else None
            )
        case Kind.TEXTS:
            return _texts(value)
        case Kind.DATE:
            moment = read_moment(value) if isinstance(value, str) else value
            return (
                day_of(moment)
                if isinstance(moment, dt.date) and not isinstance(moment, dt.datetime)
                else None
            )
        case Kind.DATETIME:
            moment = read_moment(value) if isinstance(value, str) else value
            return _instant(moment) if isinstance(moment, dt.date) else None


def _instant(moment: dt.date | dt.datetime) -> int | None:
    try:
        return instant_of(moment)
    except OverflowError:  # an offset at the edge of the years 1 to 9999 leads out of them
        return None


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    if isinstance(value, str) and not re.fullmatch(
        r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value, re.ASCII
    ):
        return None
    return number + 0.0 if math.isfinite(number) else None


def _texts(value: object) -> tuple[str, ...] | None:
    items: Iterable[object] = (
        [value] if isinstance(value, str) else value if isinstance(value, Iterable) else []
    )
    keys = tuple(
        dict.fromkeys(text_key(item) for item in items if isinstance(item, str) and not is_blank(item))
    )
    return keys or None
