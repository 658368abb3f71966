"""The made-up sample: always the same, plausible, plainly made up."""

import csv
import datetime as dt
import hashlib
from pathlib import Path

import pytest
from leadwright.engine.importing.mapping_file import mapping_beside, read_mapping
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.rulesets.sample import (
    EVENT_COLUMNS,
    LEAD_COLUMNS,
    SAMPLE_NOW,
    Sample,
    make_sample,
    write_sample,
)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return make_sample()


def test_sizes(sample: Sample) -> None:
    assert len(sample.leads) == 1000
    assert 19_000 <= len(sample.events) <= 21_000


def test_same_seed_same_sample_other_seed_another(sample: Sample) -> None:
    assert make_sample() == sample
    assert make_sample(leads=50, seed=1) != make_sample(leads=50, seed=2)


def test_the_files_never_change_by_accident(tmp_path: Path) -> None:
    """A changed sample changes every number the docs show: change this on purpose, together with them."""
    paths = write_sample(tmp_path)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in paths]
    assert digests == ["322861b3c9a8d551", "3a760e88ba669543"]


def test_files_have_a_header_and_read_back(sample: Sample, tmp_path: Path) -> None:
    lead_path, event_path = write_sample(tmp_path / "new folder")
    for path, columns, rows in (
        (lead_path, LEAD_COLUMNS, sample.leads),
        (event_path, EVENT_COLUMNS, sample.events),
    ):
        with path.open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert tuple(read[0]) == columns
        assert [{name: value for name, value in row.items() if value} for row in read] == [
            {name: value for name, value in row.items() if value} for row in rows
        ]


def test_keys_are_unique_and_every_event_has_its_lead(sample: Sample) -> None:
    leads = {row["lead_id"] for row in sample.leads}
    assert len(leads) == 1000
    assert len({row["event_id"] for row in sample.events}) == len(sample.events)
    assert {row["lead_id"] for row in sample.events} < leads, "some leads have no event"


def test_events_lie_in_order_within_180_days_before_now(sample: Sample) -> None:
    instants = [dt.datetime.fromisoformat(row["at"]) for row in sample.events]
    assert instants == sorted(instants)
    assert SAMPLE_NOW - dt.timedelta(days=181) < instants[0]
    assert instants[-1] <= SAMPLE_NOW


def test_nobody_in_it_can_be_real(sample: Sample) -> None:
    assert all(row["email"].endswith(".example") and row["email"].isascii() for row in sample.leads)


def test_it_has_blanks_and_names_beyond_ascii(sample: Sample) -> None:
    for column in ("title", "industry", "employees", "country", "budget", "need", "timeline", "opted_in"):
        assert 0 < sum(not row[column] for row in sample.leads) < 800, column
    assert any(not row["name"].isascii() for row in sample.leads)


def test_buyers_come_from_demos_and_trials(sample: Sample) -> None:
    """The planted link: nobody buys who did neither, and those who did buy more often than not at all."""
    did: dict[tuple[str, str], set[str]] = {}
    for row in sample.events:
        did.setdefault((row["type"], row["object"]), set()).add(row["lead_id"])
    buyers = did["became", "customer"]
    engaged = did["requested", "demo"] | did["requested", "quote"] | did["started", "trial"]
    assert buyers <= engaged
    assert 60 <= len(buyers) <= 150
    assert len(buyers) < len(engaged) * 0.6


def test_it_is_imported_as_it_lies(tmp_path: Path) -> None:
    """Whole, without a rejected row, each column with the kind that the rulesets ask for."""
    with open_store(tmp_path / "leads.db", create=True) as store:
        for path in write_sample(tmp_path):
            beside = mapping_beside(path)
            assert beside is not None
            said = read_mapping(beside)
            import_file(store, path, said.mapping, said.reading)
        found = catalogue(store)
    assert found.leads == 1000
    assert sum(event.count for event in found.events.values()) == 20_670
    kinds = {name: field.kind.value for name, field in found.fields.items()}
    assert {name: kind for name, kind in kinds.items() if kind != "text"} == {
        "employees": "number",
        "budget": "number",
        "trial_ends": "date",
        "opted_in": "yes/no",
        "created": "datetime",
    }
    assert not list(tmp_path.glob("*rejects*"))
