"""Days and instants as files write them: ISO 8601, one stated form, with an offset or a time zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from ...values import instant_of
from ..problems import ImportRefused, near
from .dates import NAMED, YEAR_FIRST, WrittenDate, take_apart, usual_words, zone_offset

UNIX_FORMATS = {"unix": 1_000_000, "unix-ms": 1_000}
"""Numbers since 1970-01-01T00:00Z, and how many microseconds one of them is."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_UNIX = re.compile(r"-?\d{1,17}(\.\d+)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)
_ZONE_NAME = re.compile(r"\s*\b([A-Z]{1,4}|(?:GMT|UTC)[+-]\d{1,2}(?::?\d{2})?)$")
_NO_SIGN_BETWEEN = re.compile(r"%[YmdyHMS]%[mdyYHMS]")
_LIKELY = (100_000_000_000_000, 4_102_444_800_000_000)
"""From 1973 to 2100, in microseconds: what a number that is taken for an instant can be."""


def usual_instants(cells: Sequence[object]) -> NDArray[np.int64] | None:
    """Cells that are all instants as `2026-01-15T12:00:00Z`, in microseconds since 1970-01-01T00:00Z; None
    where they are not."""
    try:
        together = "\n".join(cells)  # type: ignore[arg-type]  # texts nearly always
    except TypeError:
        return None
    # By its length no cell has several lines.
    if not cells or len(together) != 21 * len(cells) - 1 or not together.isascii():
        return None
    written = np.frombuffer(f"{together}\n".encode(), _WORDS_OF_A_LINE)
    return usual_instants_of([written[name] for name in _WORDS_OF_A_LINE.names or ()])


def usual_instants_of(words: Sequence[NDArray[np.uint64]]) -> NDArray[np.int64] | None:
    """As `usual_instants`, of cells of 20 bytes of which the words that begin at `WORD_PLACES` are given."""
    date, clock, rest = (word ^ form for word, form in zip(words, _FORMS, strict=True))
    # The sign of a byte is set where it is no digit, or not the sign that stands there.
    wrong = [(word | (word + past)) for word, past in zip((date, clock, rest), _PAST, strict=True)]
    if np.bitwise_or.reduce(wrong[0] | wrong[1] | wrong[2]) & _SIGN_OF_EACH:
        return None
    date, clock, rest = (word * np.uint64(10) + (word >> np.uint64(8)) for word in (date, clock, rest))
    year = _two_digits(date, 0) * 100 + _two_digits(date, 2)
    month, day = _two_digits(date, 5), _two_digits(clock, 0)
    hour, minute, second = _two_digits(clock, 3), _two_digits(clock, 6), _two_digits(rest, 5)
    known = year.min() > 0 and month.min() > 0 and month.max() <= 12 and day.min() > 0
    if not known or hour.max() > 23 or minute.max() > 59 or second.max() > 59:
        return None
    month += 12 * _IS_LEAP.take(year) - 1
    if (day > _MONTH_DAYS.take(month)).any():
        return None
    day += _DAYS_BEFORE_YEAR.take(year) + _DAYS_BEFORE_MONTH.take(month) - _EPOCH.toordinal()
    return (((day * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000


def _two_digits(word: NDArray[np.uint64], place: int) -> NDArray[np.int64]:
    return ((word >> np.uint64(8 * place)) & np.uint64(0xFF)).view(np.int64)


WORD_PLACES = (0, 8, 12)
"""Where the words of eight bytes begin by which an instant is read."""

_WORDS_OF_A_LINE = np.dtype(
    {"names": ["date", "clock", "rest"], "formats": ["<u8"] * 3, "offsets": WORD_PLACES, "itemsize": 21}
)
_FORM = b"0000-00-00T00:00:00Z"
_FORMS = [np.frombuffer(_FORM, "<u8", 1, place)[0] for place in WORD_PLACES]
_SIGN_OF_EACH = np.uint64(0x8080808080808080)
_PAST = [
    np.frombuffer(bytes(0x80 - (10 if sign == ord("0") else 1) for sign in _FORM), "<u8", 1, place)[0]
    for place in WORD_PLACES
]
"""What makes a byte that must not be there one of at least 128."""

_YEARS = np.arange(10_000)
_IS_LEAP = ((_YEARS % 4 == 0) & (_YEARS % 100 != 0)) | (_YEARS % 400 == 0)
_DAYS_BEFORE_YEAR = (365 + _IS_LEAP).cumsum() - (365 + _IS_LEAP) - 366
_MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 2)
_MONTH_DAYS[13] = 29
_DAYS_BEFORE_MONTH = (_MONTH_DAYS.reshape(2, 12).cumsum(1) - _MONTH_DAYS.reshape(2, 12)).reshape(-1)
"""Of the months of a year without a leap day, then of one with it."""


def usual_text(micros: int) -> str:
    """An instant as `usual_instants` reads it."""
    moment = _EPOCH + dt.timedelta(microseconds=micros)
    return moment.replace(tzinfo=None).isoformat() + "Z"


class MomentReader:
    """Reads days and instants of one column. Instants come out in UTC.

    A time without an offset is one of `timezone`. Where the clock is put back and a time comes twice,
    the first is meant; where it is put forward and a time does not exist, it is read as if it had not
    been put forward yet; `odd_time` keeps one such text. A day without a time stays that day.

    `order` is that of a day of three numbers, as far as it is known; with `any_form` dates in other forms are
    read as well. `only_likely`: a number is an instant only where it is one of 1973 to 2100.
    """

    def __init__(
        self, timezone: str = "UTC", date_format: str | None = None, *, only_likely: bool = False
    ) -> None:
        self.zone = _zone(timezone)
        self.date_format = date_format
        self.only_likely = only_likely
        self.order = order_of(date_format)
        self.any_form = self.order is not None or any(sign in (date_format or "") for sign in ("%b", "%B"))
        self.odd_time: str | None = None
        self._days: dict[str, dt.date | None] = {}
        if date_format is not None and date_format not in UNIX_FORMATS:
            _check_format(date_format)

    def read(self, text: str) -> dt.date | dt.datetime | None:
        """The day or instant, or None where the text is neither."""
        text = text.strip()
        try:
            found = _DATETIME.fullmatch(text)
            if found is not None:
                return self._instant(found[1], found[2], found[3], text)
            if _DATE.fullmatch(text):
                return dt.date.fromisoformat(text)
            read = self._in_format(text) if self.date_format else None
            return self._in_any_form(text) if read is None and self.any_form else read
        except (ValueError, OverflowError):
            return None

    def _in_any_form(self, text: str) -> dt.date | dt.datetime | None:
        written = take_apart(text)
        if written is None:
            return None
        order = next((one for one in (self.order, NAMED, YEAR_FIRST) if one in written.days), None)
        return None if order is None else self._put_together(written.days[order], written, text)

    def _put_together(self, day: dt.date, written: WrittenDate, text: str) -> dt.date | dt.datetime:
        if written.time is None:
            return day
        moment = dt.datetime.combine(day, dt.time()) + dt.timedelta(microseconds=written.time)
        if written.offset is not None:
            zone = dt.timezone(dt.timedelta(minutes=written.offset))
            return moment.replace(tzinfo=zone).astimezone(dt.UTC)
        return self._in_utc(moment, text)

    def of_cell(self, cell: object) -> dt.date | dt.datetime | None:
        """The day or instant of any cell; a number is one only in a format of numbers."""
        if isinstance(cell, str):
            return self.read(cell)
        if isinstance(cell, dt.datetime):
            return self._in_utc(cell, cell.isoformat(" "))
        if isinstance(cell, dt.date):
            return cell
        if isinstance(cell, int | float | Decimal) and self.date_format in UNIX_FORMATS:
            return self.read(format(Decimal(cell), "f"))
        return None

    def instant_of_cell(self, cell: object) -> int | None:
        """As `instant`, of any cell."""
        if isinstance(cell, str):
            return self.instant(cell)
        moment = self.of_cell(cell)
        return None if moment is None else instant_of(moment)

    def instant(self, text: str) -> int | None:
        """Microseconds since 1970-01-01T00:00Z; a day is its beginning."""
        try:
            # The usual shape straight away: events come by the million.
            moment = dt.datetime.fromisoformat(text) if _DATETIME.fullmatch(text) else self.read(text)
        except ValueError:
            moment = self.read(text)
        if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
            since = moment - _EPOCH
            return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        moment = self.read(text)
        return None if moment is None else instant_of(moment)

    def instants(self, cells: Sequence[object]) -> list[int] | None:
        """As `instant`, of many cells at once that are all written in the way of most machines, to the second
        and in UTC; None where they are not."""
        found = usual_instants(cells)
        return None if found is None else found.tolist()

    def looks_so(self, text: str) -> bool:
        """Whether a text has the shape of an instant in ISO 8601, be there such a day or not."""
        return _DATETIME.fullmatch(text) is not None

    def _instant(self, day: str, time: str, offset: str | None, text: str) -> dt.datetime:
        if offset in ("UTC", "z"):
            offset = "Z"
        moment = dt.datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{offset or ''}")
        return self._in_utc(moment, text)

    def _in_utc(self, moment: dt.datetime, text: str) -> dt.datetime:
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
        if self.zone is None:
            return moment.replace(tzinfo=dt.UTC)
        local = moment.replace(tzinfo=self.zone)
        if self.odd_time is None and local.utcoffset() != local.replace(fold=1).utcoffset():
            self.odd_time = text
        return local.astimezone(dt.UTC)

    def _in_format(self, text: str) -> dt.date | dt.datetime | None:
        form = self.date_format
        assert form is not None
        if form in UNIX_FORMATS:
            if not _UNIX.fullmatch(text):
                return None
            whole, _, part = text.partition(".")
            scale = UNIX_FORMATS[form]
            past = round(float("0." + part) * scale) if part else 0
            micros = int(whole) * scale + (-past if text.startswith("-") else past)
            if self.only_likely and not _LIKELY[0] <= micros <= _LIKELY[1]:
                return None
            return _EPOCH + dt.timedelta(microseconds=micros)
        if has_time(form):
            return self._with_time(text, form)
        return self._day_and_time(text, form)

    def _with_time(self, text: str, form: str) -> dt.date | dt.datetime | None:
        """A day and time in the form. Names of zones are ours to know: `strptime` reads three of them."""
        offset = None
        if form.endswith("%Z"):
            found = _ZONE_NAME.search(text)
            offset = zone_offset(found[1]) if found else None
            if found is None or offset is None:
                return None
            text, form = text[: found.start()], form[:-2].rstrip()
        moment = _strptime(text, form)
        if moment is None:
            return None
        if offset is not None:
            moment = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=offset)))
        return self._in_utc(moment, text)

    def _day_and_time(self, text: str, form: str) -> dt.date | dt.datetime | None:
        """A day in the form, with or without a time of the usual shape behind it."""
        blanks = form.count(" ")
        words = text.split(" ")
        day_text, rest = " ".join(words[: blanks + 1]), " ".join(words[blanks + 1 :]).strip()
        day = self._day(day_text, form)
        if day is None or not rest:
            return day
        found = _TIME.fullmatch(rest)
        if found is None:
            return None
        return self._instant(
            day.isoformat(), found[1].zfill(len(found[1]) + (found[1][1] == ":")), found[2], text
        )

    def _day(self, text: str, form: str) -> dt.date | None:
        if text not in self._days:
            if len(self._days) > 20_000:
                self._days.clear()
            moment = _strptime(text, form)
            self._days[text] = None if moment is None else moment.date()
        return self._days[text]


def _strptime(text: str, form: str) -> dt.datetime | None:
    """A text read in a form, its words in English or not."""
    for written in (text, usual_words(text)):
        try:
            moment = dt.datetime.strptime(written, form)
        except ValueError:
            continue
        # Without signs between them, parts take what digits there are: 2017111 would be 1 November.
        if _NO_SIGN_BETWEEN.search(form) and moment.strftime(form) != written:
            return None
        return moment
    return None


def has_time(form: str) -> bool:
    """Whether a format has a time of the day in it."""
    return any(sign in form for sign in ("%H", "%I", "%X", "%c", "%z", "%Z"))


def order_of(form: str | None) -> str | None:
    """The order of day, month and year in a format, as `dmy`; None where it has not each once as a number."""
    letters = "".join(re.findall(r"%([dmyY])", form or "")).lower()
    return letters if sorted(letters) == ["d", "m", "y"] else None


def _zone(name: str) -> dt.tzinfo | None:
    """The time zone, or the fixed offset as +01:00 or GMT+1; None for UTC itself."""
    if name.upper() in ("UTC", "Z"):
        return None
    offset = zone_offset(name.upper()) if name.lstrip("GMTUCgmtuc")[:1] in ("+", "-") else None
    if offset is not None:
        return dt.timezone(dt.timedelta(minutes=offset))
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ImportRefused(
            f"there is no time zone {name}",
            f"write one like Europe/Berlin{near(name, available_timezones())}",
        ) from None


def _check_format(form: str) -> None:
    sample = dt.datetime(2026, 12, 31, 23, 59, 58, tzinfo=dt.UTC)
    back = None
    # Asked without a year, newer Pythons warn of it, and are to refuse.
    if re.search(r"%[YyGcx]", form.replace("%%", "")):
        with suppress(ValueError):
            back = dt.datetime.strptime(sample.strftime(form), form)
    if back is None or back.date() != sample.date():
        raise ImportRefused(
            f"the date format {form} does not say day, month and year",
            "write for example %d/%m/%Y (31/12/2026), %m/%d/%Y (12/31/2026), %d.%m.%Y %H:%M, unix or unix-ms",
        )
