"""No room on the disk, wherever the work has come to: said in words, and made up for once there is room."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from leadwright.engine.cli.commands.watch import Watch
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.records.rulesets import load_version
from leadwright.engine.values import DAY, moment_of
from leadwright.tests.engine.store import faulty_work
from leadwright.tests.engine.store.test_store_faults import events, kept, load, written

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from leadwright.engine.cli import main
sys.argv = ["leadwright", *sys.argv[2:]]
main()
"""


@contextmanager
def little_room(store: Store, pages: int) -> Iterator[None]:
    """The database may grow by so many pages and no more."""
    now = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {now + pages}")
    yield
    store.connection.execute("PRAGMA max_page_count = 1000000")


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, Store, list[Path]]]:
    """A store, another one that nothing is going to happen to, and files of leads and events."""
    faulty_work.in_small_batches(monkeypatch.setattr)
    files = written(tmp_path, random.Random(7))
    with (
        open_store(tmp_path / "leads.db", create=True) as store,
        open_store(tmp_path / "undisturbed.db", create=True) as undisturbed,
    ):
        for each in (store, undisturbed):
            load(each, files[:4])
        yield store, undisturbed, files[4:]


NOW = time.time_ns() // 1000 + 60_000_000
"""A little later than the events, which are of now."""


def out_of_room(store: Store) -> str:
    """Scores by one version after the other, all of which are kept, until there is no room."""
    for points in range(10, 500):
        try:
            faulty_work.score(store, points, now=NOW)
        except StoreError as error:
            return error.message
    raise AssertionError("there was room for everything")


@pytest.mark.parametrize("pages", [0, 1, 3, 8])
def test_scoring_that_ran_out_of_room_is_finished_later(
    stores: tuple[Store, Store, list[Path]], pages: int
) -> None:
    store, undisturbed, _ = stores
    with little_room(store, pages):
        assert "disk is full" in out_of_room(store)
    for each in (store, undisturbed):
        faulty_work.score(each, 5, now=NOW)
    assert kept(store) == kept(undisturbed)


@pytest.mark.parametrize("pages", [0, 2, 6])
def test_an_import_that_ran_out_of_room_is_done_again(
    stores: tuple[Store, Store, list[Path]], pages: int
) -> None:
    store, undisturbed, files = stores
    faulty_work.score(store, 10, now=NOW)
    before = (events(store), kept(store))
    with little_room(store, pages), pytest.raises(StoreError, match="disk is full"):
        load(store, files * 40)
    assert set(before[0]) <= set(events(store))
    assert kept(store) == before[1]
    for each in (store, undisturbed):
        load(each, files)
        faulty_work.score(each, 10, now=NOW)
    assert events(store) == events(undisturbed)
    assert kept(store) == kept(undisturbed)


def test_watch_says_so_and_catches_up_once_there_is_room(
    stores: tuple[Store, Store, list[Path]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store, _, files = stores
    monkeypatch.setattr("leadwright.engine.cli.command.present", lambda: moment_of(NOW + 8 * DAY))
    faulty_work.score(store, 9, now=NOW)
    load(store, files)
    watch = Watch(store, ["inbound"])
    with little_room(store, 1):
        out_of_room(store)
        assert watch.look() == []
    assert "inbound was not scored this time: the disk is full" in capsys.readouterr().err
    assert len(watch.look()) == 1
    found, newest = kept(store), load_version(store, "inbound")
    points = re.search(r"last 7 days then \+(\d+)", newest.text)
    assert points is not None
    faulty_work.score(store, int(points[1]), now=NOW + 8 * DAY, whole=True)
    assert kept(store) == found


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of files are those of POSIX")
def test_a_file_that_may_not_grow_is_named_without_a_traceback(
    stores: tuple[Store, Store, list[Path]], tmp_path: Path
) -> None:
    store, undisturbed, files = stores
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    limit = str(8 * 1024)
    command = ["import", "--db", str(store.path), str(files[1]), "--lead-id", "lead", "--type", "type"]
    command += ["--object", "object", "--at", "at"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, limit, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert store.connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    for each in (store, undisturbed):
        load(each, files)
        faulty_work.score(each, 10, now=NOW)
    assert events(store) == events(undisturbed)
    assert kept(store) == kept(undisturbed)
