"""Days and instants as files write them: ISO 8601, one stated form, with an offset or a time zone."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from zoneinfo import ZoneInfo, available_timezones

from ..values import instant_of
from .problems import ImportRefused, near

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


class MomentReader:
    """Reads days and instants of one column. Instants come out in UTC.

    A time without an offset is one of `timezone`. Where the clock is put back and a time comes twice,
    the first is meant; where it is put forward and a time does not exist, it is read as if it had not
    been put forward yet; `odd_time` keeps one such text. A day without a time stays that day.
    """

    def __init__(self, timezone: str = "UTC", date_format: str | None = None) -> None:
        self.zone = _zone(timezone)
        self.date_format = date_format
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
            return self._in_format(text) if self.date_format else None
        except (ValueError, OverflowError):
            return None

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
            return _EPOCH + dt.timedelta(microseconds=micros)
        if _has_time(form):
            return self._in_utc(dt.datetime.strptime(text, form), text)
        return self._day_and_time(text, form)

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
            try:
                self._days[text] = dt.datetime.strptime(text, form).date()
            except ValueError:
                self._days[text] = None
        return self._days[text]


def _has_time(form: str) -> bool:
    return any(sign in form for sign in ("%H", "%I", "%X", "%c", "%z", "%Z"))


def _zone(name: str) -> ZoneInfo | None:
    """The time zone, None for UTC itself."""
    if name.upper() in ("UTC", "Z"):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ImportRefused(
            f"there is no time zone {name}",
            f"write one like Europe/Berlin{near(name, available_timezones())}",
        ) from None


def _check_format(form: str) -> None:
    sample = dt.datetime(2026, 12, 31, 23, 59, 58)
    try:
        written = sample.strftime(form)
        with warnings.catch_warnings():
            # From 3.13 on, Python warns of a form without a year, which is refused below.
            warnings.simplefilter("ignore", DeprecationWarning)
            back = dt.datetime.strptime(written, form)
    except ValueError:
        back = None
    if back is None or back.date() != sample.date():
        raise ImportRefused(
            f"the date format {form} does not say day, month and year",
            "write for example %d/%m/%Y (31/12/2026), %m/%d/%Y (12/31/2026), %d.%m.%Y %H:%M, unix or unix-ms",
        )
