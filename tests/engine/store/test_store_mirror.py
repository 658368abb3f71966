"""The mirror for bulk work: in step with the record after anything, and never believed where it is not."""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from leadwright.engine.score_many.block import Block, Events, StoredColumn
from leadwright.engine.score_many.decide_block import Unsupported
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.mirror import files, sync
from leadwright.engine.store.mirror.block_reader import BlockReader
from leadwright.engine.store.mirror.files import BlockFile, Damaged, load, write_block
from leadwright.engine.store.mirror.sync import mirror_folder, synced_mirror
from leadwright.engine.store.records.events import event_kinds
from leadwright.engine.store.records.leads import change_kind, stored_fields
from leadwright.engine.store.scoring import full_run, score_run
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.values import DAY
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.store.test_store_fresh import World

FROM_MIRROR = Resources(processes=1, mirror=True)
FROM_RECORD = Resources(processes=1, mirror=False)

Lead = tuple[dict[str, object], list[tuple[int, int, str]]]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(sync, "MOST", 8)
    monkeypatch.setattr(sync, "_MOST_SUPPLEMENTS", 3)
    made = World(tmp_path, 1)
    yield made
    made.store.close()


def taken_apart(block: Block) -> dict[int, Lead]:
    """Each lead of a block with its fields and its events: instant, kind, properties."""
    fields = {name: [column.values[code] for code in column.codes] for name, column in block.fields.items()}
    events = block.events
    kinds = [events.kinds[place] for place in events.kind.tolist()]
    told = [-1] * len(kinds) if events.property_set is None else events.property_set.tolist()
    happened: list[list[tuple[int, int, str]]] = [[] for _ in range(len(block))]
    for lead, at, kind, number in zip(events.lead.tolist(), events.at.tolist(), kinds, told, strict=True):
        happened[lead].append((at, kind, "" if number < 0 else events.properties[number]))
    return {
        lead: ({name: values[place] for name, values in fields.items()}, sorted(happened[place]))
        for place, lead in enumerate(block.leads.tolist())
    }


def in_mirror(store: Store) -> dict[int, Lead]:
    """All leads as the mirror has them, which has none twice."""
    found: dict[int, Lead] = {}
    kinds = event_kinds(store)
    with synced_mirror(store) as mirror:
        for unit in mirror.units:
            leads = taken_apart(unit.block(kinds))
            live = unit.leads.tolist()
            assert not found.keys() & set(live)
            found |= {lead: leads[lead] for lead in live}
    return found


def in_record(store: Store) -> dict[int, Lead]:
    return taken_apart(BlockReader(store).block(0, 10_000))


def known(lead: Lead) -> Lead:
    return {name: value for name, value in lead[0].items() if value is not None}, lead[1]


def assert_in_step(store: Store) -> None:
    mirrored, recorded = in_mirror(store), in_record(store)
    assert {number: known(lead) for number, lead in mirrored.items()} == {
        number: known(lead) for number, lead in recorded.items()
    }


def rows(store: Store) -> list[tuple[Any, ...]]:
    return store.connection.execute("SELECT * FROM scored ORDER BY ruleset, lead").fetchall()


def state(store: Store) -> int:
    manifest = load(mirror_folder(store.path))
    assert manifest is not None
    return manifest.state


# --- scores -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_scores_from_the_copy_are_those_from_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(sync, "MOST", 8)
    world = World(tmp_path, seed)
    for _ in range(6):
        world.something_happens()
        world.score(whole=True, resources=FROM_MIRROR)
        assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()
        before = rows(world.store)
        report = world.score(whole=True, resources=FROM_RECORD)
        assert (report.tally.changed, report.tally.added, rows(world.store)) == (0, 0, before)
        # What is due follows just as well from scores that came from the mirror.
        world.now += DAY // 2
        world.score()
        assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()


def test_a_new_version_and_a_clock_set_back(world: World) -> None:
    world.score(resources=FROM_MIRROR)
    world.points, world.now = 30, world.now - 20 * DAY
    world.publish()
    world.score(resources=FROM_MIRROR)
    assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()
    assert world.score(whole=True, resources=FROM_RECORD).tally.changed == 0


def test_what_is_not_found_from_arrays_is_found_from_the_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise Unsupported

    monkeypatch.setattr("leadwright.engine.store.scoring.block_scorer.Deciding", unsupported)
    report = world.score(resources=FROM_MIRROR)
    assert (report.tally.leads, report.note) == (len(world.found()), None)
    assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()


def test_two_processes_take_pieces_of_the_mirror(world: World) -> None:
    assert world.score(resources=Resources(processes=2, mirror=True)).tally.leads == len(world.found())
    found = rows(world.store)
    assert world.score(whole=True, resources=FROM_RECORD).tally.changed == 0
    assert rows(world.store) == found


@pytest.mark.parametrize("memory", [64, 256])
def test_with_little_memory_the_scores_are_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, memory: int
) -> None:
    monkeypatch.setattr(full_run, "MANY", 0)
    world.score(resources=Resources(memory=memory))
    assert mirror_folder(world.store.path).exists() == (memory == 256)
    found = rows(world.store)
    assert world.score(whole=True, resources=FROM_RECORD).tally.changed == 0
    assert rows(world.store) == found


# --- sync -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_in_step_after_any_imports_and_edits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(sync, "MOST", 8)
    monkeypatch.setattr(sync, "_MOST_SUPPLEMENTS", 3)
    world = World(tmp_path, seed)
    for number in range(12):
        if number % 3:
            world.something_happens()
        world.add_events(world.chance.choice((1, 2, 30)))
        if number % 5 == 4:
            world.score()
        assert_in_step(world.store)


def test_only_what_is_new_is_read_and_written(world: World) -> None:
    with synced_mirror(world.store) as mirror:
        before = {piece.file for piece in mirror.manifest.pieces}
    with synced_mirror(world.store) as mirror:
        assert {piece.file for piece in mirror.manifest.pieces} == before
    world.store.connection.execute("UPDATE state SET data = data + 1")
    world.store.connection.execute("INSERT INTO touched SELECT 12, data FROM state")
    with synced_mirror(world.store) as mirror:
        pieces = {piece.file: piece for piece in mirror.manifest.pieces}
        assert before < pieces.keys()
        (added,) = pieces.keys() - before
        assert (pieces[added].number, pieces[added].leads) == (None, 1)


def test_what_is_noted_for_the_copy_is_forgotten_once_it_has_it(world: World) -> None:
    world.score(resources=FROM_MIRROR)
    world.add_events(5)
    world.score()
    touched = "SELECT count(*) FROM touched"
    assert world.store.connection.execute(touched).fetchone()[0] > 0
    synced_mirror(world.store).__exit__()
    world.score()
    world.add_events(1)
    world.score()
    synced_mirror(world.store).__exit__()
    assert_in_step(world.store)


def test_a_field_of_another_kind_makes_it_anew(world: World) -> None:
    assert_in_step(world.store)
    with world.store.transaction():
        change_kind(world.store, stored_fields(world.store)["employees"], Kind.TEXT)
    assert_in_step(world.store)
    assert state(world.store) == 1


def test_an_empty_store_has_a_mirror_of_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "empty.db", create=True) as store, synced_mirror(store) as mirror:
        assert mirror.units == ()


# --- what is not believed -----------------------------------------------------------------------


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [flipped, cut_short, emptied, Path.unlink])
@pytest.mark.parametrize("which", ["manifest", "block"])
def test_a_damaged_mirror_is_made_anew(world: World, harm: Callable[[Path], None], which: str) -> None:
    world.score(resources=FROM_MIRROR)
    found = rows(world.store)
    folder = mirror_folder(world.store.path)
    harm(folder / "manifest.json" if which == "manifest" else sorted(folder.glob("*.block"))[1])
    report = world.score(whole=True, resources=FROM_MIRROR)
    assert (report.tally.leads, report.tally.changed, report.note) == (len(found), 0, None)
    assert rows(world.store) == found
    assert_in_step(world.store)


def read_through(path: Path) -> None:
    with closing(BlockFile(path)) as file:
        file.check()


def test_every_byte_of_a_file_is_under_a_checksum(world: World) -> None:
    synced_mirror(world.store).__exit__()
    path = sorted(mirror_folder(world.store.path).glob("*.block"))[0]
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        with pytest.raises(Damaged):
            read_through(path)


def test_a_mirror_of_another_database_is_not_believed(world: World, tmp_path: Path) -> None:
    synced_mirror(world.store).__exit__()
    (tmp_path / "other").mkdir()
    other = World(tmp_path / "other", 2)
    shutil.copytree(mirror_folder(world.store.path), mirror_folder(other.store.path))
    assert_in_step(other.store)


def test_a_database_put_back_to_an_earlier_day_gets_a_mirror_of_its_own(world: World) -> None:
    synced_mirror(world.store).__exit__()
    backup = world.folder / "backup.db"
    with closing(sqlite3.connect(backup)) as earlier, earlier:
        world.store.connection.backup(earlier)
    earlier.close()
    world.add_events(3)
    assert_in_step(world.store)
    world.store.close()
    for left in world.folder.glob("leads.db-[ws]*"):
        left.unlink()
    shutil.copy(backup, world.store.path)
    with open_store(world.store.path) as store:
        store.connection.execute("UPDATE state SET data = data + 1")
        store.connection.execute("INSERT OR REPLACE INTO touched SELECT 2, data FROM state")
        assert_in_step(store)


def test_deleting_it_loses_nothing(world: World) -> None:
    world.score(resources=FROM_MIRROR)
    found = rows(world.store)
    shutil.rmtree(mirror_folder(world.store.path))
    world.add_events(4)
    assert_in_step(world.store)
    shutil.rmtree(mirror_folder(world.store.path))
    world.score(whole=True, resources=FROM_MIRROR)
    assert len(rows(world.store)) >= len(found)
    assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()


@pytest.mark.parametrize("at", ["write_block", "save", "_put"])
def test_broken_off_at_any_step_it_is_in_step_the_next_time(
    world: World, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    synced_mirror(world.store).__exit__()
    world.add_events(4)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sync._Sync if at == "_put" else sync, at, broken)
        with pytest.raises(KeyboardInterrupt):
            synced_mirror(world.store)
    world.add_events(2)
    assert_in_step(world.store)


def test_a_change_while_it_is_made_is_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write = sync.write_block
    done: list[int] = []

    def and_something_happens(path: Path, block: Block) -> None:
        write(path, block)
        if not done:
            done.append(1)
            world.add_events(5)

    monkeypatch.setattr(sync, "write_block", and_something_happens)
    synced_mirror(world.store).__exit__()
    assert done
    assert_in_step(world.store)


def test_all_leads_changing_while_it_is_made_makes_it_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = sync.write_block
    done: list[int] = []

    def and_a_kind_changes(path: Path, block: Block) -> None:
        write(path, block)
        if not done:
            done.append(1)
            with world.store.transaction():
                change_kind(world.store, stored_fields(world.store)["employees"], Kind.TEXT)

    monkeypatch.setattr(sync, "write_block", and_a_kind_changes)
    assert_in_step(world.store)


def test_where_it_cannot_be_written_the_record_serves_and_it_is_said(world: World) -> None:
    mirror_folder(world.store.path).write_text("in the way")
    report = world.score(resources=FROM_MIRROR)
    assert report.note is not None
    assert "cannot be written" in report.note
    assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()


@pytest.mark.parametrize("seed", range(4))
def test_what_is_due_is_found_at_once_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(score_run, "ENOUGH", 1)
    world = World(tmp_path, seed)
    for _ in range(10):
        world.something_happens()
        world.score()
        assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()
    before = rows(world.store)
    assert world.score(whole=True, resources=FROM_RECORD).tally.changed == 0
    assert rows(world.store) == before


def test_several_at_once_come_through(world: World) -> None:
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with open_store(world.store.path, wait=30.0) as store:
                for _ in range(6):
                    assert_readable(store)
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        world.add_events(2)
    for thread in threads:
        thread.join()
    assert not failed
    assert_in_step(world.store)


def assert_readable(store: Store) -> None:
    with synced_mirror(store) as mirror:
        for unit in mirror.units:
            unit.file.check()


def test_a_full_disk_leaves_the_record_to_serve(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sync, "write_block", full)
        report = world.score(resources=FROM_MIRROR)
    assert report.note is not None
    assert "No space left on device" in report.note
    assert {key: (row[0], row[1], row[3] == 1) for key, row in world.kept().items()} == world.found()
    world.add_events(3)
    assert_in_step(world.store)


def test_leads_with_many_events_share_a_block_with_fewer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "EVENTS", 12)
    world.add_events(100)
    with synced_mirror(world.store) as mirror:
        assert 1 <= mirror.manifest.span < 8
        assert len(mirror.units) > 4
    assert_in_step(world.store)
    world.add_events(10)
    assert_in_step(world.store)


def test_files_hold_data_and_no_objects_of_python(world: World) -> None:
    """Texts, fractions, blanks and whole numbers come back as they were, and only they are there."""
    values = ((None, 1.5, -0.0, 1e308), ("a", None, "\u2028\ud800"), (1, 0, None), (), (None,))
    block = Block(
        np.arange(4, dtype=np.int64),
        {f"f{n}": StoredColumn(np.zeros(4, np.uint16), one) for n, one in enumerate(values)},
        Events((), {}, np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16), None, ()),
    )
    path = world.folder / "one.block"
    write_block(path, block)
    with closing(BlockFile(path)) as file:
        read = [file.block({}).fields[f"f{n}"].values for n in range(len(values))]
    assert [list(map(repr, one)) for one in read] == [list(map(repr, one)) for one in values]
    source = Path(files.__file__).read_text()
    assert not {"marshal", "pickle", "eval"} & set(re.findall(r"\w+", source))
