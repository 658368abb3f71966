"""People: when they are there, which hours they work, whose turn it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leadwright.engine.handoffs.people import Person, folded
from leadwright.engine.handoffs.turns import Turns
from leadwright.engine.plan import Whom
from leadwright.engine.store.database import StoreError, open_store
from leadwright.engine.store.handoffs.people import (
    PersonError,
    changed,
    import_people,
    new_person,
    people,
    written,
)
from leadwright.engine.values import instant_of, moment_of
from leadwright.engine.zone import UTC, Zone
from leadwright.tests.effort import examples

HOUR = 3_600_000_000
BERLIN = Zone("Europe/Berlin")


def at(text: str) -> int:
    return instant_of(dt.datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("facts", "since", "hours", "by"),
    [
        ({}, "2026-01-15T09:30+00:00", 4, "2026-01-15T13:30+00:00"),
        ({}, "2026-01-15T15:00+00:00", 4, "2026-01-16T11:00+00:00"),
        ({}, "2026-01-16T16:00+00:00", 4, "2026-01-19T12:00+00:00"),  # over a weekend
        ({"holidays": "2026-01-19"}, "2026-01-16T16:00+00:00", 4, "2026-01-20T12:00+00:00"),
        ({"zone": "America/New_York"}, "2026-01-15T09:00+00:00", 1, "2026-01-15T15:00+00:00"),
        ({"hours": "08:00-12:00"}, "2026-01-15T11:00+00:00", 2, "2026-01-16T09:00+00:00"),
        ({"days": "sat, sun"}, "2026-01-15T11:00+00:00", 1, "2026-01-17T10:00+00:00"),
        # Clocks go forward on the night to Sunday, 29 March: Sunday has 23 hours.
        ({"zone": "Europe/Berlin", "hours": "0-24", "days": "mon-sun"}, "2026-03-28T23:00+00:00", 23,
         "2026-03-29T22:00+00:00"),
    ],
)  # fmt: skip
def test_working_time_counts_only_the_hours_somebody_works(
    facts: dict[str, str], since: str, hours: int, by: str
) -> None:
    person = new_person("ana@acme.example", facts)
    assert moment_of(person.after_work(at(since), hours * HOUR, UTC)) == dt.datetime.fromisoformat(by)


def test_a_person_is_away_by_their_own_days() -> None:
    ana = new_person(
        "ana@acme.example", {"away_from": "2026-08-03", "away_to": "2026-08-05", "zone": "Asia/Tokyo"}
    )
    assert not ana.is_away(at("2026-08-02T14:59+00:00"), UTC)
    assert ana.is_away(at("2026-08-02T15:00+00:00"), UTC)
    assert ana.is_away(at("2026-08-05T14:59+00:00"), UTC)
    assert not ana.is_away(at("2026-08-05T15:00+00:00"), UTC)
    gone = changed(ana, {"away_to": ""})
    assert gone.is_away(at("2030-01-01T00:00+00:00"), UTC)


@pytest.mark.parametrize(
    "facts",
    [
        {"away_from": "3 August"}, {"limit": "0"}, {"limit": "many"}, {"zone": "Europe/Berlyn"},
        {"hours": "17-9"}, {"hours": "9"}, {"days": "monday to funday"}, {"holidays": "2026-02-30"},
        {"away_from": "2026-08-05", "away_to": "2026-08-03"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_of_a_person_is_said(facts: dict[str, str]) -> None:
    with pytest.raises(PersonError) as told:
        new_person("ana@acme.example", facts)
    assert told.value.hint


def test_people_are_read_from_a_file_all_or_none(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    with open_store(tmp_path / "leads.db", create=True) as store:
        file.write_text(
            "Address,Name,Limit,Time zone,Away from,Days\n"
            "Ana@acme.example,Ana,20,Europe/Berlin,,mon-thu\nben@acme.example,Ben,,,2026-08-03,\n"
        )
        with pytest.raises(StoreError, match="Time zone"):
            import_people(store, file)
        file.write_text(file.read_text().replace("Time zone", "Timezone"))
        assert import_people(store, file).added == 2
        file.write_text("address,limit\nANA@acme.example,5\ncy@acme.example,x\n")
        with pytest.raises(StoreError, match=r"people\.csv:3"):
            import_people(store, file)
        file.write_text("address,limit\nANA@acme.example,5\ncy@acme.example,7\n")
        found = import_people(store, file)
        assert (found.added, found.changed) == (1, 1)
        kept = {one.name: one for one in people(store)}
    assert kept["Ana"].daily == 5
    assert kept["Ana"].zone == "Europe/Berlin"
    assert written(kept["Ana"])["days"] == "mon, tue, wed, thu"
    assert kept["Ben"].away_from == dt.date(2026, 8, 3)


WHOM = Whom("team", ("a", "b", "c", "d"))


def test_whoever_had_the_last_lead_longest_ago_is_next() -> None:
    known = {folded("b"): Person("b", "b", away_from=dt.date(2026, 1, 1))}
    turns = Turns(known, BERLIN)
    got = []
    for number in range(7):
        pick = turns.pick(WHOM, at("2026-01-15T12:00+00:00"), turn=True, kept=None)
        assert pick.person is not None
        assert dict(pick.absent) == {"b": "away"}
        turns.give(pick.person, WHOM, None, number + 1, 0)
        got.append(pick.person)
    assert got == ["a", "c", "d", "a", "c", "d", "a"]


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 4))
def test_what_is_kept_together_stays_together_whatever_the_limit(companies: list[int], limit: int) -> None:
    known = {"c": Person("c", "c", daily=limit)}
    turns, owners = Turns(known, UTC), dict[str, str]()
    for number, company in enumerate(companies):
        kept = str(company)
        pick = turns.pick(WHOM, 10, turn=True, kept=kept)
        assert pick.person is not None
        turns.give(pick.person, WHOM, kept, number + 1, 10)
        assert owners.setdefault(kept, pick.person) == pick.person
