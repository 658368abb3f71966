"""People who get leads, kept in the database and read from files of CSV."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ....grammar.frozen import frozen
from ...handoffs.people import WEEKDAYS, Person, WorkingHours, folded
from ...zone import zone_names
from ..database import Store, StoreError

_COLUMNS = "address, name, away_from, away_to, daily, zone, works_from, works_to, weekdays, holidays"
_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?")
FIELDS = ("address", "name", "away_from", "away_to", "limit", "zone", "hours", "days", "holidays")
"""What a person has, as files and commands call it."""


def people(store: Store) -> list[Person]:
    """Everybody, by name."""
    with store.guard():
        return [_person(row) for row in store.connection.execute(f"{_SELECT} ORDER BY name, folded")]


_SELECT = f"SELECT {_COLUMNS} FROM person"


def people_known(connection: sqlite3.Connection) -> dict[str, Person]:
    """Everybody, by their folded addresses."""
    found = [_person(row) for row in connection.execute(_SELECT)]
    return {folded(one.address): one for one in found}


def find_person(store: Store, address: str) -> Person | None:
    """Somebody by their address, in any case; None where nobody has it."""
    with store.guard():
        ask = f"{_SELECT} WHERE folded = ?"
        row = store.connection.execute(ask, (folded(address),)).fetchone()
        return None if row is None else _person(row)


def save_people(connection: sqlite3.Connection, some: Iterable[Person]) -> None:
    """Puts people in, or in place of those with the same address; within a transaction."""
    connection.executemany(
        f"INSERT OR REPLACE INTO person (folded, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(folded(one.address), *_row(one)) for one in some],
    )


def remove_person(connection: sqlite3.Connection, address: str) -> bool:
    """Takes somebody out; whether they were there. Within a transaction. Their leads stay theirs."""
    return connection.execute("DELETE FROM person WHERE folded = ?", (folded(address),)).rowcount > 0


def _person(row: tuple[object, ...]) -> Person:
    address, name, away_from, away_to, daily, zone, begin, end, weekdays, holidays = row
    days = frozenset(dt.date.fromisoformat(day) for day in json.loads(str(holidays)))
    hours = WorkingHours(int(str(begin)), int(str(end)), tuple(json.loads(str(weekdays))), days)
    return Person(
        str(address),
        str(name),
        None if away_from is None else dt.date.fromisoformat(str(away_from)),
        None if away_to is None else dt.date.fromisoformat(str(away_to)),
        None if daily is None else int(str(daily)),
        None if zone is None else str(zone),
        hours,
    )


def _row(one: Person) -> tuple[object, ...]:
    hours = one.hours
    return (
        one.address,
        one.name,
        one.away_from and one.away_from.isoformat(),
        one.away_to and one.away_to.isoformat(),
        one.daily,
        one.zone,
        hours.begin,
        hours.end,
        json.dumps(list(hours.weekdays)),
        json.dumps(sorted(day.isoformat() for day in hours.holidays)),
    )


# --- as people write them -------------------------------------------------------------------------


class PersonError(StoreError):
    """What was written of a person cannot be read."""


def changed(person: Person, written: Mapping[str, str]) -> Person:
    """A person with what was written of them, by `FIELDS`; a blank takes a value away.

    Raises `PersonError` with what is wrong and how to write it.
    """
    hours = person.hours
    for name, given in written.items():
        text = given.strip()
        match name:
            case "name":
                person = replace(person, name=text or person.address)
            case "away_from":
                person = replace(person, away_from=_day(text) if text else None)
            case "away_to":
                person = replace(person, away_to=_day(text) if text else None)
            case "limit":
                person = replace(person, daily=_limit(text) if text else None)
            case "zone":
                person = replace(person, zone=_zone(text) if text else None)
            case "hours":
                begin, end = _hours(text) if text else (WorkingHours().begin, WorkingHours().end)
                hours = replace(hours, begin=begin, end=end)
            case "days":
                hours = replace(hours, weekdays=_weekdays(text) if text else WorkingHours().weekdays)
            case "holidays":
                days = re.split(r"[\s,;]+", text) if text else []
                hours = replace(hours, holidays=frozenset(_day(day) for day in days if day))
    person = replace(person, hours=hours)
    if person.away_from and person.away_to and person.away_to < person.away_from:
        raise PersonError(
            f"{person.address} would be back on {person.away_to}, before being away from {person.away_from}",
            "put the earlier day first",
        )
    return person


def new_person(address: str, written: Mapping[str, str]) -> Person:
    """Somebody new. Raises `PersonError` where there is no address, or as `changed` does."""
    address = address.strip()
    if not address or "*" in address:
        raise PersonError("somebody has no address", "give each person the address that rulesets use")
    return changed(Person(address, address), written)


def written(person: Person) -> dict[str, str]:
    """What is kept of a person, as people write it."""
    hours = person.hours
    return {
        "address": person.address,
        "name": person.name,
        "away_from": person.away_from.isoformat() if person.away_from else "",
        "away_to": person.away_to.isoformat() if person.away_to else "",
        "limit": "" if person.daily is None else str(person.daily),
        "zone": person.zone or "",
        "hours": f"{_clock(hours.begin)}-{_clock(hours.end)}",
        "days": ", ".join(WEEKDAYS[day] for day in hours.weekdays),
        "holidays": ", ".join(sorted(day.isoformat() for day in hours.holidays)),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise PersonError(f'"{text}" is not a day', "write it as in 2026-08-31") from None


def _limit(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 1_000_000:
        raise PersonError(
            f'"{text}" is not how many leads a day', "write a number from 1 on, or leave it blank"
        )
    return int(text)


def _zone(text: str) -> str:
    if text not in zone_names():
        raise PersonError(f'there is no time zone "{text}"', 'write it as in "Europe/Berlin"')
    return text


def _hours(text: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(text)
    if found is not None:
        begin, end = (int(found[k]) * 60 + int(found[k + 1] or 0) for k in (1, 3))
        if begin < end <= 24 * 60:
            return begin, end
    raise PersonError(f'"{text}" are not working hours', "write them as in 09:00-17:00")


_FULL = {
    "monday": "mon", "tuesday": "tue", "wednesday": "wed", "thursday": "thu", "friday": "fri",
    "saturday": "sat", "sunday": "sun",
}  # fmt: skip


def _weekdays(text: str) -> tuple[int, ...]:
    """`mon-fri`, or days with commas."""
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = (_FULL.get(piece.strip(), piece.strip()) for piece in part.partition("-"))
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise PersonError(f'"{text}" are no weekdays', "write them as in mon-fri, or as in mon, wed, fri")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days |= {day % 7 for day in range(begin, end + 1 if begin <= end else end + 8)}
    return tuple(sorted(days))


@frozen
class Imported:
    """How many people a file brought that are new, and how many it changed."""

    added: int
    changed: int


def import_people(store: Store, path: Path) -> Imported:
    """Reads people from a CSV file with a header of `FIELDS`; all of them, or none.

    Only the columns that are there are changed. Raises `StoreError` with the line that cannot be read.
    """
    some: dict[str, Person] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            header = [_field(name) for name in rows.fieldnames or ()]
            _check_header(path, rows.fieldnames or (), header)
            known = people_known(store.connection)
            before = set(known)
            for row in rows:
                if None in row:
                    raise StoreError(
                        f"{path}:{rows.line_num}: this line has more cells than the header",
                        "put texts that hold a comma into quotes",
                    )
                named = zip(rows.fieldnames or (), header, strict=True)
                values = {field: row[name] or "" for name, field in named if field}
                key = folded(values["address"])
                try:
                    start = some.get(key) or known.get(key) or new_person(values["address"], {})
                    some[key] = changed(start, values)
                except PersonError as problem:
                    raise StoreError(f"{path}:{rows.line_num}: {problem.message}", problem.hint) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StoreError(
            f"{path} cannot be read: {error}", "name a CSV file in UTF-8 with a header"
        ) from None
    with store.transaction() as connection:
        save_people(connection, some.values())
    return Imported(len(some.keys() - before), len(some.keys() & before))


_ALSO = {"email": "address", "mail": "address", "timezone": "zone", "limit_a_day": "limit", "daily": "limit",
         "away_until": "away_to"}  # fmt: skip


def _field(name: str | None) -> str:
    """The field that a column of a file is; "" for none."""
    plain = re.sub(r"[\s\-]+", "_", (name or "").strip().lower())
    plain = _ALSO.get(plain, plain)
    return plain if plain in FIELDS else ""


def _check_header(path: Path, names: Iterable[str], header: list[str]) -> None:
    odd = [name for name, field in zip(names, header, strict=True) if not field]
    if "address" not in header or odd:
        what = f'its column "{odd[0]}" is none of a person' if odd else "it has no column address"
        raise StoreError(f"{path} is no file of people: {what}", f"the columns are: {', '.join(FIELDS)}")
