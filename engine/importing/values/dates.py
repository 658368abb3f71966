"""Days and instants in the forms that systems and people write, other than ISO 8601.

A text is taken apart into a day, a time and a zone. A day of three numbers has up to two orders, day first
and month first, unless a number is too large for a month or the year comes first; with the month as a word
it has one. As with numbers, a column settles the order or nobody does.
"""

from __future__ import annotations

import datetime as dt
import re

from ....grammar.frozen import frozen

DAY_FIRST, MONTH_FIRST, YEAR_FIRST, NAMED = "dmy", "mdy", "ymd", "named"
"""The orders of a day: of three numbers, or with the month as a word."""

_MONTHS = (
    "jan january januar janvier enero ene gennaio gen januari janeiro jän jänner leden styczeń",
    "feb february februar février févr fév febrero febbraio februari fevereiro fev",
    "mar march märz mär mrz mars marzo maart mrt março",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio maj",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aoû agosto ago augustus augusti",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre déc diciembre dic dicembre desember",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

_WEEKDAYS = re.compile(
    r"\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|lun|mar|mer|jeu|ven|sam|dim|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b\.?,?",
    re.IGNORECASE,
)

FIRST_WORDS = frozenset(MONTHS) | frozenset(re.findall(r"[^\W\d_]{2,}", _WEEKDAYS.pattern))
"""The words that a date can begin with, folded."""

ZONES = {
    **dict.fromkeys(("UTC", "GMT", "UT", "Z", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "WEST", "BST"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    "EST": -300,
    "EDT": -240,
    "CST": -360,
    "CDT": -300,
    "MST": -420,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
    "AKST": -540,
    "AKDT": -480,
    "HST": -600,
    "BRT": -180,
    "JST": 540,
    "KST": 540,
    "SGT": 480,
    "HKT": 480,
    "AEST": 600,
    "AEDT": 660,
    "NZST": 720,
    "NZDT": 780,
}
"""Names of zones, in minutes before UTC: those of e-mail (RFC 5322), and others that mean one zone. IST is
the name of three, so it is none here."""

_TIME = re.compile(
    r"(?:(?<=\s)|(?<=T)|(?<=,)|^)(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?|(?P<only>\d{1,2})\s?(?P<noon>[AaPp])\.?[Mm]\b\.?)"
    r"(?:\s*(?P<zone>Z\b|(?:GMT|UTC)?[+-]\d{2}(?::?\d{2})?\b|[A-Z]{2,4}\b)(?:\s*\([^)]*\))?)?",
    re.ASCII,
)
_NUMERIC = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})T?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_BASIC = re.compile(r"(\d{8})T(\d{6})(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_NAMED = re.compile(
    r"(?P<d1>\d{1,2})(?:st|nd|rd|th|\.|º|er)?[\s/-]*(?:de\s+)?(?P<m1>[^\W\d_]{3,10})\.?,?[\s/-]*(?:de\s+)?'?(?P<y1>\d{4}|\d{2})"
    r"|(?P<m2>[^\W\d_]{3,10})\.?[\s/-]*(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?[\s/-]+'?(?P<y2>\d{4}|\d{2})"
    r"|(?P<y3>\d{4})[\s/-]+(?P<m3>[^\W\d_]{3,10})\.?[\s/-]+(?P<d3>\d{1,2})",
    re.IGNORECASE,
)
_LONGEST = 80


@frozen
class WrittenDate:
    """A text taken apart: the day in every order that it has, the time in microseconds of the day (None
    without one), and the offset of its zone in minutes (None without one)."""

    days: dict[str, dt.date]
    time: int | None
    offset: int | None

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders, always in the same sequence."""
        return tuple(sorted(self.days))


def take_apart(text: str) -> WrittenDate | None:
    """The parts of a text that is a date; None where it is none, or names a zone that nobody can tell."""
    text = " ".join(text.split())
    if len(text) > _LONGEST or not any(letter.isdigit() for letter in text):
        return None
    basic = _BASIC.fullmatch(text)
    if basic is not None:
        day, time = basic[1], basic[2]
        text = f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]}:{time[4:]} {basic[3] or ''}".strip()
    found = _TIME.search(text)
    time_of_day: int | None = None
    offset: int | None = None
    if found is not None:
        time_of_day = _microseconds(found)
        if time_of_day is None:
            return None
        if found["zone"]:
            offset = zone_offset(found["zone"])
            if offset is None:
                return None
        text = f"{text[: found.start()]} {text[found.end() :]}".strip().rstrip("T,")
    days = _days(text.strip(" ,"))
    return WrittenDate(days, time_of_day, offset) if days else None


def _microseconds(found: re.Match[str]) -> int | None:
    hour = int(found["hour"] or found["only"])
    half = (found["half"] or found["noon"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            # 14:05 PM is written by some; a 0 before noon as well.
            if hour > 23 or (half == "a" and hour > 12):
                return None
        else:
            hour = hour % 12 + (12 if half == "p" else 0)
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    part = int((found["part"] or "0").ljust(6, "0")[:6])
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + part


def zone_offset(zone: str) -> int | None:
    """A zone in minutes before UTC: by its name, or as +01:00, +0100, GMT+1; None for one not known."""
    found = re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?", zone)
    if found is None:
        return ZONES.get(zone.upper())
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return (-minutes if found[1] == "-" else minutes) if minutes < 24 * 60 else None


def _days(text: str) -> dict[str, dt.date]:
    found = _NUMERIC.fullmatch(text)
    if found is None:
        text = _WEEKDAYS.sub(" ", text, count=1).strip(" ,") if text[:1].isalpha() else text
        found = _NUMERIC.fullmatch(text)
    if found is not None:
        return _numeric_days(found)
    named = _NAMED.fullmatch(" ".join(text.split()))
    if named is None:
        return {}
    which = "1" if named["m1"] else "2" if named["m2"] else "3"
    month = MONTHS.get(named[f"m{which}"].casefold())
    day = _day(_year(named[f"y{which}"]), month or 0, int(named[f"d{which}"]))
    return {NAMED: day} if day is not None else {}


def _numeric_days(found: re.Match[str]) -> dict[str, dt.date]:
    one, two, three = found[1], found[3], found[4]
    days: dict[str, dt.date] = {}
    if len(one) == 4 or (len(three) <= 2 and int(one) > 31):
        candidates = [(YEAR_FIRST, _year(one), int(two), int(three))] if len(three) <= 2 else []
    elif len(one) <= 2 and len(three) in (2, 4):
        year = _year(three)
        candidates = [(DAY_FIRST, year, int(two), int(one)), (MONTH_FIRST, year, int(one), int(two))]
    else:
        candidates = []
    for order, year, month, day in candidates:
        made = _day(year, month, day)
        if made is not None:
            days[order] = made
    return days


def _year(text: str) -> int:
    number = int(text)
    return number if len(text) == 4 else number + (2000 if number < 69 else 1900)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def compact_day(text: str) -> dt.date | None:
    """The day that eight digits are, as 20170801, where it is one of 1900 to 2100."""
    found = _COMPACT.fullmatch(text)
    if found is None or not 1900 <= int(found[1]) <= 2100:
        return None
    return _day(int(found[1]), int(found[2]), int(found[3]))


def usual_words(text: str) -> str:
    """A date as `strptime` can read it: months in English, AM and PM, no `th`, plain spaces."""
    text = " ".join(text.split())
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text)
    text = re.sub(r"(?<=\d)(\s?)([AaPp])\.?[Mm]\b\.?", r"\1\2m", text)

    def english(found: re.Match[str]) -> str:
        word = found[0]
        number = MONTHS.get(word.casefold())
        if number is None or word.casefold() in ("may",):
            return word
        long = len(word) > 4 or word.casefold() in ("june", "july")
        return dt.date(2026, number, 1).strftime("%B" if long else "%b")

    return re.sub(r"[^\W\d_]{3,10}", english, text)


def format_of(text: str, order: str) -> str | None:
    """How `strptime` would be told to read a text whose day has this order; None where it has not."""
    text = usual_words(text)
    found = _TIME.search(text)
    time = "" if found is None else _time_format(found)
    before, after = (text, "") if found is None else (text[: found.start()], text[found.end() :])
    day = f"{before}\0{after}" if found is not None else text
    formatted = _day_format(day, order)
    return None if formatted is None else formatted.replace("\0", time)


def _time_format(found: re.Match[str]) -> str:
    text = found[0]
    half = found["half"] or found["noon"]
    parts = ["%I" if half else "%H"]
    if found["minute"]:
        parts.append(":%M")
    if found["second"]:
        parts.append(":%S")
    if found["part"]:
        parts.append(f"{text[found.start('part') - found.start() - 1]}%f")
    if half:
        at = (found.start("half") if found["half"] else found.start("noon")) - found.start()
        parts.append(" %p" if text[at - 1] == " " else "%p")
    if found["zone"]:
        at = found.start("zone") - found.start()
        sign = "%z" if found["zone"][-1].isdigit() else "%Z"
        parts.append(f" {sign}" if text[at - 1] == " " else sign)
    return "".join(parts)


def _day_format(text: str, order: str) -> str | None:
    weekday = _WEEKDAYS.match(text)
    start = ""
    if weekday is not None:
        word = weekday[0].strip(".,")
        start = ("%A" if len(word) > 3 else "%a") + weekday[0][len(word) :]
        text = text[weekday.end() :]
    numeric = re.search(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})", text)
    if numeric is not None:
        signs = {"d": "%d", "m": "%m", "y": "%Y" if 4 in (len(numeric[1]), len(numeric[4])) else "%y"}
        written = numeric[2].join(signs[part] for part in order) if order != NAMED else None
        span = numeric.span()
    else:
        written, span = _named_format(text)
    if written is None:
        return None
    return f"{start}{_literal(text[: span[0]])}{written}{_literal(text[span[1] :])}"


def _named_format(text: str) -> tuple[str | None, tuple[int, int]]:
    found = _NAMED.search(text)
    if found is None:
        return None, (0, 0)
    which = "1" if found["m1"] else "2" if found["m2"] else "3"
    pieces = sorted(
        (found.span(f"{name}{which}"), directive)
        for name, directive in (
            ("d", "%d"),
            ("m", "%B" if len(found[f"m{which}"]) > 3 and found[f"m{which}"].casefold() != "sept" else "%b"),
            ("y", "%Y" if len(found[f"y{which}"]) == 4 else "%y"),
        )
    )
    written, at = "", found.start()
    for (begin, end), directive in pieces:
        written += _literal(text[at:begin]) + directive
        at = end
    return written + _literal(text[at : found.end()]), found.span()


def _literal(text: str) -> str:
    return text.replace("%", "%%")
