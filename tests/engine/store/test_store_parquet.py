"""What is exported as Parquet: all there is, made ready for the SQL, in files beside each other."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.sql import compile_sql
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.export import parquet
from leadwright.engine.store.export.parquet import export_parquet
from leadwright.engine.store.records.leads import count_leads
from leadwright.tests.engine.sql.sides import in_python
from leadwright.tests.engine.sql.worlds import World, sample_world

HOSTILE = (
    ("id", "title", "employees", "tags"),
    ("a", " Straße ", "1000", ""),
    ("b", "", "", "X ; y"),
    ('c, "d"', "E\u0301", "-0", ""),
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> World:
    return sample_world(tmp_path_factory.mktemp("sample"), 150)


@pytest.mark.parametrize("per_file", [1_000, 37])
def test_the_sql_over_the_files_says_what_python_says(sample: World, tmp_path: Path, per_file: int) -> None:
    assert sample.db is not None
    with open_store(sample.db, read_only=True) as store:
        done = export_parquet(store, tmp_path / "out", sample.plans, per_file=per_file)
        events = store.connection.execute("SELECT count(*) FROM event").fetchone()[0]
    assert (done.leads, done.events, done.files) == (150, events, -(-150 // per_file))
    with duckdb.connect() as engine:
        for name in ("leads", "events"):
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM '{tmp_path}/out/{name}/*.parquet'")
        for plan in sample.plans:
            found = engine.execute(compile_sql(plan, "duckdb", sample.now)).fetchall()
            assert {row[0]: row[1:] for row in found} == in_python(plan, sample.leads, sample.now)


def test_leads_and_their_events_are_in_files_of_one_number(sample: World, tmp_path: Path) -> None:
    assert sample.db is not None
    with open_store(sample.db, read_only=True) as store:
        done = export_parquet(store, tmp_path / "out", per_file=40)
    seen: set[str] = set()
    for number in range(done.files):
        leads, events = (
            set(pq.read_table(tmp_path / "out" / name / f"part-{number:05}.parquet")["lead_id"].to_pylist())
            for name in ("leads", "events")
        )
        assert events <= leads
        assert not leads & seen
        seen |= leads
    assert len(seen) == 150


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(HOSTILE)
    (tmp_path / "events.csv").write_text(
        "lead,type,object,at,size\na,visited,Ärger,2026-01-02,XL\na,visited,b,2026-01-02,\n"
    )
    with open_store(tmp_path / "leads.db", create=True) as store:
        import_file(store, tmp_path / "leads.csv", ColumnMapping("id"))
        columns = EventColumns("at", type="type", object="object", properties=("size",))
        import_file(store, tmp_path / "events.csv", ColumnMapping("lead", events=(columns,)))
        yield store


def test_values_are_made_ready(store: Store, tmp_path: Path) -> None:
    export_parquet(store, tmp_path / "out")
    leads = pq.read_table(tmp_path / "out" / "leads").to_pylist()
    assert [(row["lead_id"], row["title_text"], row["employees_number"]) for row in leads] == [
        ("a", "strasse", 1000.0),
        ("b", None, None),
        ('c, "d"', "é", 0.0),
    ]
    events = pq.read_table(tmp_path / "out" / "events").to_pylist()
    assert {(event["event_object"], event["size_text"]) for event in events} == {("ärger", "xl"), ("b", None)}
    # Both happened at one instant, so their numbers say which came first.
    assert [event["event_number"] for event in events] == [0, 1]


def test_an_empty_store_gives_empty_tables(tmp_path: Path) -> None:
    with open_store(tmp_path / "leads.db", create=True) as store:
        done = export_parquet(store, tmp_path / "out")
    assert (done.leads, done.events, done.files) == (0, 0, 1)
    assert pq.read_table(tmp_path / "out" / "events").num_rows == 0


def test_a_folder_that_holds_something_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(StoreError, match="is not an empty folder"):
        export_parquet(store, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_broken_off_it_leaves_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(parquet._Export, "_events", broken)
    with pytest.raises(OSError, match="No space"):
        export_parquet(store, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert count_leads(store) == 3
