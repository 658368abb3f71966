"""What is read and judged by column is the same as row by row and cell by cell."""

import csv
import random
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from leadwright.engine.importing import coding, csv_source, gathering, plain_lines, rows, staging
from leadwright.engine.importing.csv_source import CsvSource
from leadwright.engine.importing.gathering import EVENT, Gathered, Properties
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns, Reading
from leadwright.engine.importing.run import import_file
from leadwright.engine.importing.values.alike import looks_of, read_all, write_all
from leadwright.engine.importing.values.looks import looker
from leadwright.engine.importing.values.moments import MomentReader, usual_instants, usual_text
from leadwright.engine.importing.values.stored import Reader, member_writer
from leadwright.engine.store.database import open_store
from leadwright.grammar.syntax.nodes import Kind

TEXTS = (
    *("12", "0", "007", "-5", "1.5", "12.345", "1234.567", "0.50", "20260101", "20269999", "30260101"),
    *("1e5", "1,234", "123456789012345", "1234567890123456", "3.", ".5", "12 %", "EUR 12", "kr 5", "12:30"),
    *(
        "ann",
        "Ann@Acme.example",
        "may 3 2026",
        "May",
        "March 2026",
        "Mon, 3 May 2026",
        "maybe 3",
        "no",
        "Nora",
    ),
    *(
        "NULL",
        "n/a",
        "None",
        "nonesuch",
        "yes",
        "yes 1",
        "x",
        "\u00c4rger",
        "a\u00df",
        "caf\u00e9 5",
        "e\u0301",
    ),
    *("2026-01-15T12:00:00Z", "2026-02-30T12:00:00Z", "2026-01-15", "[1]", '["a"]', "a" * 90, " pad ", ""),
    *('say "hi"', "back\\slash", "line\nbreak", "tab\there", "\x7f", "C 5", "usd5", "unknown", "(unknown)"),
)


def columns() -> list[list[str]]:
    chance = random.Random(1)
    plain = [str(number) for number in range(200)]
    mixed = [[chance.choice(TEXTS) for _ in range(60)] for _ in range(60)]
    alike = [plain, [f"{one}.25" for one in plain], [f"p{one}@x.example" for one in plain], ["x y"] * 50]
    odd_one = [[*some[:70], text] for some in alike for text in TEXTS]
    return [*mixed, *alike, *odd_one, ["2026-01-15T12:00:00Z"] * 60]


def test_texts_together_look_like_each_alone() -> None:
    look = looker(MomentReader())
    for texts in columns():
        assert looks_of(texts, look) == list(map(look, texts))


@pytest.mark.parametrize("kind", list(Kind))
def test_texts_together_are_read_and_written_as_each_alone(kind: Kind) -> None:
    for decimal in (".", ","):
        reader = Reader(MomentReader(), decimal)
        one, write = reader.of(kind, blank=b" "), member_writer('a "b', kind, reader)
        for texts in columns():
            assert read_all(reader, kind, texts) in (None, list(map(one, texts)))
            assert write_all('a "b', kind, reader, texts) in (None, list(map(write, texts)))
    assert read_all(Reader(MomentReader()), Kind.NUMBER, ["1", "2.5"]) == [1.0, 2.5]
    assert write_all("n", Kind.TEXT, Reader(MomentReader()), [" a "]) == ['"n":"a"']


def test_lines_without_quotation_marks_are_split_as_the_csv_module_splits_them(tmp_path: Path) -> None:
    chance = random.Random(2)
    split = 0
    for _ in range(400):
        width = chance.randint(1, 4)
        lines = [
            "".join(chance.choice(("a", "b ", ",", ",", ";", "\t")) for _ in range(chance.randint(0, 5)))
            + chance.choice(("\n", "\n", "\n", "\r\n"))
            for _ in range(chance.randint(1, 4))
        ]
        if chance.random() < 0.6:
            lines = [",".join(chance.choice("ab ") for _ in range(width)) + "\n" for _ in lines]
        if chance.random() < 0.2:
            lines[-1] = lines[-1].rstrip("\r\n") or "a"
        records = csv_source._Records(iter([]), ",", width, False, 0)
        found = records._sound_cells(lines)
        expected = list(csv.reader(lines, strict=True))
        if found is not None:
            split += 1
            assert list(map(list, zip(*found, strict=True))) == expected
        else:
            assert {len(row) for row in expected} != {width}
    assert split > 100


def test_instants_together_are_those_of_each_alone() -> None:
    chance = random.Random(3)
    cells = [usual_text(chance.randrange(-62_135_596_800, 253_402_300_800) * 1_000_000) for _ in range(5_000)]
    found = usual_instants(cells)
    assert found is not None
    assert found.tolist() == list(map(MomentReader().instant, cells))
    assert list(map(usual_text, found.tolist())) == cells
    for day in (
        "2026-02-29",
        "1900-02-29",
        "0000-01-01",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-04-31",
    ):
        assert usual_instants([*cells, f"{day}T00:00:00Z"]) is None
    assert usual_instants(["2000-02-29T00:00:00Z", "2026-01-01T24:00:00Z"]) is None


def test_every_byte_of_an_instant_is_looked_at() -> None:
    usual = "2026-02-28T19:59:59Z"
    read = 0
    for place in range(len(usual)):
        for sign in map(chr, range(128)):
            cell = usual[:place] + sign + usual[place + 1 :]
            sound = all(
                (one == "0") == other.isdigit() for one, other in zip(_digits_as_0(usual), cell, strict=True)
            )
            sound &= all(
                one == other for one, other in zip(_digits_as_0(usual), cell, strict=True) if one != "0"
            )
            moment = MomentReader().instant(cell) if sound else None
            found = usual_instants([usual, cell])
            assert (None if found is None else found[1]) == moment, cell
            read += found is not None
    assert read > 100


def _digits_as_0(text: str) -> str:
    return "".join("0" if sign.isdigit() else sign for sign in text)


@pytest.mark.parametrize("slots", [1, 1 << 10])
def test_values_found_by_their_bytes_have_the_numbers_of_their_texts(
    slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding, "_FEWEST_SLOTS", slots)
    chance = random.Random(7)
    by_bytes, by_text = coding.Values(), coding.Values()
    for length in (1, 3, 8, 9, 20, 31, 2):
        cells = [f"{chance.randrange(3000):0{chance.randint(1, length)}}" for _ in range(4_000)]
        lines = plain_lines.plain_lines("\n".join(cells).encode(), ",", 1, "utf-8", 1 << 30)
        assert lines is not None
        found = by_bytes.numbers_of(lines.columns()[0])
        assert found.tolist() == by_text.numbers(cells, True).tolist()
    assert by_bytes.cells == by_text.cells


@pytest.mark.parametrize("at_once", [7, 1 << 20])
def test_events_come_back_in_order_however_many_there_are(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_AT_ONCE", at_once)
    chance = np.random.default_rng(4)
    events = np.empty(300, EVENT)
    for name, most in (("lead", 9), ("at", 3), ("kind", 2), ("properties", 5)):
        events[name] = chance.integers(0, most, len(events))
    events["key"] = chance.choice([0, 1 << 16, -5, -6], len(events))
    ranks = np.array([4, 2, 0, 1, -1, 3, 5, 7, 6])
    gathered = Gathered()
    for start in range(0, 300, 11):
        gathered.add(events[start : start + 11])
    found = np.concatenate(list(gathered.ordered(ranks)))
    gathered.close()
    # As sorting does it, one row after the other.
    last = {(row["lead"], row["key"]): place for place, row in enumerate(events) if row["key"] < 0}
    kept = [
        (ranks[row["lead"]], row["at"], row["kind"], row["key"], row["properties"])
        for place, row in enumerate(events)
        if ranks[row["lead"]] >= 0 and last.get((row["lead"], row["key"]), place) == place
    ]
    expected = []
    for same, group in groupby(sorted(kept, key=lambda row: row[:4]), key=lambda row: row[:4]):
        expected += [(*same[:3], same[3] + (place if same[3] >= 0 else 0)) for place, _ in enumerate(group)]
    assert [(ranks[row["lead"]], row["at"], row["kind"], row["key"]) for row in found] == expected
    assert sorted(found["properties"].tolist()) == sorted(row[4] for row in kept)


def test_batches_end_between_leads_where_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "EVENT_BATCH", 4)
    for sizes, expected in (
        ((), []),
        ((4,), [4]),
        ((3, 2, 2), [3, 4]),
        ((9, 1, 3, 1), [4, 4, 2, 4]),
        ((1, 1, 1, 1, 1), [4, 1]),
    ):
        events = np.zeros(sum(sizes), EVENT)
        events["lead"] = np.repeat(np.arange(len(sizes)), sizes)
        assert [len(batch) for batch in staging._batches(events)] == expected


@pytest.mark.parametrize("most", [1, 50_000])
def test_properties_come_back_by_their_numbers(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_MOST_TEXTS", most)
    texts = Properties()
    assert texts.texts(texts.add([b"", b""])) == [None, None]
    first = texts.add([b"", '{"a":"\u00e4"}'.encode(), b"x" * 70_000])
    second = texts.add([b"{}"])
    assert texts.texts(np.concatenate([second, first[::-1]])) == ["{}", "x" * 70_000, '{"a":"\u00e4"}', None]
    texts.close()


EVENTS = ColumnMapping("who", events=(EventColumns("when", type="what", object="on"),))


def test_the_same_rows_come_in_however_columns_are_cut_and_coded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(5)
    file = tmp_path / "events.csv"
    pages = ("/a", "/b", "", " /a ")
    lines = [
        f"l{chance.randrange(9)},{chance.choice(('visited', 'opened', ' '))},{chance.choice(pages)},"
        f"2026-0{chance.randint(1, 3)}-0{chance.randint(1, 3)}{chance.choice(('T10:00:00Z', '', 'T10:00'))},"
        f"{chance.choice(TEXTS).replace(',', '').replace(chr(10), '').replace(chr(34), '')},{number % 70}\n"
        for number in range(300)
    ]
    file.write_text("who,what,on,when,note,n\n" + "".join(lines), encoding="utf-8")
    found = [stored(file, tmp_path / "whole.db")]
    for name, module, value in (
        ("CHUNK_ROWS", csv_source, 7),
        ("_SAMPLE", coding, 5),
        ("_MOST_DIFFERENT", coding, 3),
        ("_AT_ONCE", gathering, 50),
        ("EVENT_BATCH", staging, 13),
        ("_BLOCK", plain_lines, 64),
        ("_MANY", plain_lines, 5),
        ("_MOST_WORDS", plain_lines, 1),
        ("_FACTORS", plain_lines, np.zeros(4, np.uint64)),
    ):
        monkeypatch.setattr(module, name, value)
        found.append(stored(file, tmp_path / f"{name}.db"))
    assert all(one == found[0] for one in found)
    assert found[0][0] > 50


def test_other_programs_may_write_between_the_batches_of_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "EVENT_BATCH", 10)
    file, database = tmp_path / "events.csv", tmp_path / "leads.db"
    rows = "".join(f"l{number % 7},visited,/a,2026-01-15T10:00:{number:02}Z\n" for number in range(60))
    file.write_text(f"who,what,on,when\n{rows}", encoding="utf-8")
    wrote = []

    def write(what: str, _share: float) -> None:
        if what == "storing events":
            with open_store(database, wait=0.0) as other, other.transaction():
                wrote.append(what)

    with open_store(database, create=True) as store:
        assert import_file(store, file, EVENTS, progress=write).events_added == 60
        # Whoever writes tries for half a minute, as many gaps as that may take.
        assert store.connection.execute("PRAGMA busy_timeout").fetchone() == (30_000,)
    assert len(wrote) == 7  # one for each lead, as no two have ten together


def stored(file: Path, database: Path) -> tuple[object, ...]:
    with open_store(database, create=True) as store:
        report = import_file(store, file, EVENTS, rejects=database.with_suffix(".csv"))
        again = import_file(store, file, EVENTS, rejects=database.with_suffix(".csv"))
        assert (again.events_added, again.events_known) == (0, report.events_added)
        rows_there = store.connection.execute(
            "SELECT _key, event.at, type, object, key, properties FROM event "
            "JOIN lead ON lead._id = lead JOIN event_kind ON event_kind.id = kind ORDER BY 1, 2, 3, 4, 5"
        ).fetchall()
    return (
        report.events_added,
        report.reasons,
        [(one.column, one.kind, one.values, one.unread) for one in report.columns],
        rows_there,
        database.with_suffix(".csv").read_text(encoding="utf-8"),
    )


LINES = (
    "a,b",
    "a,",
    ",",
    "\u00e4,b c",
    '"a",b',
    '"a\nb",c',
    '"a,b',
    "a",
    "a,b,c",
    "",
    "x,y\rz,z",
    "\u2028,\u0085",
    "1,2",
)
ENDS = ("\n", "\n", "\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_blocks_of_lines_are_read_as_line_after_line(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(6)
    file = tmp_path / "a.csv"
    plain = 0
    for number in range(250):
        usual = chance.random()
        lines = [
            chance.choice(("a,b", "1,2", "x,\u00e4") if chance.random() < usual else LINES)
            for _ in range(chance.randint(1, 12))
        ]
        text = "id,name\n" + "".join(line + chance.choice(ENDS) for line in lines)
        written = text if chance.random() < 0.5 else text.rstrip("\r\n")
        file.write_bytes(written.encode(encoding, "replace"))
        monkeypatch.setattr(plain_lines, "_BLOCK", chance.choice((1, 7, 20, 1 << 20)))
        source = CsvSource(file, Reading(encoding=None if encoding.startswith("utf") else encoding))
        source.footer = chance.choice((0, 0, 1)) if number % 2 else 0
        found = []
        for by_block in (True, False):
            monkeypatch.setattr(csv_source, "by_block", lambda _, by_block=by_block: by_block)
            chunks = list(source.chunks())
            plain += sum(chunk.plain is not None for chunk in chunks)
            found.append(
                (
                    [
                        (line, list(chunk.row(row)))
                        for chunk in chunks
                        for row, line in enumerate(chunk.lines)
                    ],
                    [(one.line, one.reason, list(one.cells)) for chunk in chunks for one in chunk.rejected],
                )
            )
        assert found[0] == found[1], written
    assert plain > 100


def test_a_cell_that_is_too_long_is_found_in_a_block(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id,name\n1,ann\n2,{'x' * 140_000}\n", encoding="utf-8")
    (chunk,) = CsvSource(tmp_path / "a.csv", Reading()).chunks()
    assert (len(chunk.lines), [one.line for one in chunk.rejected]) == (1, [3])


def test_a_chunk_by_column_gives_its_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,ann\n2,bob\n", encoding="utf-8")
    (chunk,) = CsvSource(tmp_path / "a.csv", Reading()).chunks()
    assert chunk.texts
    assert [list(chunk.row(place)) for place in (0, 1)] == [["1", "ann"], ["2", "bob"]]
    by_rows = rows.Chunk([1], [["1"], ["2", "bob"]])
    assert by_rows.columns()[1] == (rows.ABSENT, "bob")
