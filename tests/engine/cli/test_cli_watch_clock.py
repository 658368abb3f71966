"""`leadwright watch` on a clock that is told what time it is: after each look all scores are right."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.cli.commands.watch import Watch
from leadwright.engine.store.records.freshness import freshness
from leadwright.engine.values import DAY, moment_of
from leadwright.tests.engine.store.test_store_fresh import HOUR, World


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        monkeypatch.setattr("leadwright.engine.cli.command.present", lambda: moment_of(world.now))

    def shift(self, by: int) -> None:
        self.world.now += by


def right(world: World, now: int) -> bool:
    """Whether the stored scores are those of a full recomputation as of an instant."""
    kept = {key: (row[0], row[1], bool(row[3])) for key, row in world.kept().items()}
    shown, world.now = world.now, now
    found = world.found()
    world.now = shown
    return kept == found


def as_of(world: World) -> int:
    found = freshness(world.store.connection, world.version.ruleset_id)
    assert found is not None
    return found.now


@pytest.mark.parametrize("seed", range(100, 108))
def test_whatever_happens_between_looks_scores_are_right_after_each(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, seed)
    clock = Clock(world, monkeypatch)
    world.score()
    watch = Watch(world.store, ["inbound"])
    latest = world.now
    for _ in range(14):
        for _ in range(world.chance.randint(0, 3)):
            world.something_happens()
        if world.chance.random() < 0.2:
            clock.shift(-world.chance.choice((1, HOUR, 20 * HOUR)))
        if world.chance.random() < 0.2:
            watch = Watch(world.store, ["inbound"])
        watch.look()
        # A clock set back by less than a day makes no score wrong that was right at a later time.
        latest = latest if world.now < latest < world.now + DAY else world.now
        assert as_of(world) == latest
        assert right(world, latest)
    world.store.close()


def test_looking_again_at_once_finds_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, 5)
    Clock(world, monkeypatch)
    world.score()
    world.add_events(5)
    watch = Watch(world.store, ["inbound"])
    assert [0 < report.tally.leads < 25 for report in watch.look()] == [True]
    assert watch.look() == []
    world.store.close()


def test_a_clock_set_back_by_more_than_a_day_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 6)
    clock = Clock(world, monkeypatch)
    world.score()
    clock.shift(-5 * DAY)
    assert [report.whole for report in Watch(world.store, ["inbound"]).look()] == [True]
    assert as_of(world) == world.now
    assert right(world, world.now)
    world.store.close()


def test_a_new_version_is_taken_up_while_watching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, 7)
    Clock(world, monkeypatch)
    world.score()
    watch = Watch(world.store, ["inbound"])
    world.points += 7
    world.publish()
    (report,) = watch.look()
    assert (report.whole, report.version) == (True, 2)
    assert right(world, world.now)
    world.store.close()
