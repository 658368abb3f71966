"""Scores stay right as leads change and time passes, and only those are looked at that can have changed."""

from __future__ import annotations

import csv
import datetime as dt
import random
import weakref
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read
from leadwright.engine.score_one.codegen import Detail
from leadwright.engine.score_one.facts import Event
from leadwright.engine.store.database import StoreError, only_one, open_store
from leadwright.engine.store.records.events import events_of
from leadwright.engine.store.records.leads import change_kind, iterate_leads, stored_fields
from leadwright.engine.store.records.rulesets import RulesetVersion
from leadwright.engine.store.scoring.score_history import explained_history, pending_entry
from leadwright.engine.store.scoring.score_run import RunReport, score_store
from leadwright.engine.store.scoring.scores import score_history
from leadwright.engine.values import DAY, instant_of, moment_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.saved_version import save_version

NOW = instant_of(dt.datetime(2026, 1, 28, 20, tzinfo=dt.UTC))
HOUR = DAY // 24

RULES = """
field employees: number
field trial_ends: date
field signed_up: datetime
event visited
event requested
event purchased

score fit
score engagement from 0 to 60
rule "Size" when employees > 100 then +{points} fit
rule "Week" when visited pricing >= 2 in last 7 days then +20 engagement
rule "Month" when visited >= 1 in last 1 month then +3 engagement
rule "Hours" when visited docs in last 36 hours and not visited pricing in last 2 days then +4 engagement
rule "Quiet" when days since last visited > 10 then -5 fit
rule "Trial" when trial_ends in next 5 days then +7 fit
rule "Age" when days since signed_up between 3 and 9 then +2 fit
rule "Fades" for each visited pricing then +8 engagement fading 25% every 1 day
rule "Halves" for latest requested demo then +16 engagement halving every 3 days
rule "Renews" for each purchased where renews >= 2026-02-10 then +5 fit
rule "Follows" when visited followed by requested within 2 days then +1 fit
stage MQL when score >= {threshold}
stage SQL when score >= 40 and requested demo in last 2 weeks
disqualify when days until trial_ends > 20 because "too early"
"""


class World:
    """A store, its ruleset and a clock that moves when told to."""

    def __init__(self, folder: Path, seed: int, rules: str = RULES) -> None:
        self.folder = folder
        self.rules = rules
        self.chance = random.Random(seed)
        self.now = NOW
        self.points, self.threshold = 10, 20
        self.store = open_store(folder / "leads.db", create=True)
        weakref.finalize(self, self.store.close)
        self.add_leads([f"lead {number}" for number in range(25)])
        self.add_events(40)
        self.publish()

    def publish(self) -> None:
        text = self.rules.format(points=self.points, threshold=self.threshold)
        plan = read(Source(text)).plan
        assert plan is not None
        self.evaluator = Evaluator(plan)
        self.version: RulesetVersion = save_version(self.store, "inbound", text, plan.digest)

    def score(self, **options: Any) -> RunReport:
        return score_store(self.store, self.evaluator, self.version, self.now, **options)

    def add_leads(self, keys: list[str]) -> None:
        rows = []
        for key in keys:
            day = moment_of(self.now + self.chance.randint(-40, 30) * DAY)
            size = self.chance.choice(("", "50", "500"))
            rows.append((key, size, day.date().isoformat(), day.isoformat()))
        self.load(("id", "employees", "trial_ends", "signed_up"), rows, ColumnMapping("id"))

    def add_events(self, number: int) -> None:
        rows = []
        for _ in range(number):
            kind = self.chance.choice(("visited pricing", "visited docs", "requested demo", "purchased "))
            type_, thing = kind.split(" ")
            at = moment_of(
                self.now
                - self.chance.choice((-3, 0, 1, 2, 6, 7, 27, 30, 31)) * DAY
                - HOUR * self.chance.randint(0, 30)
            )
            renews = (
                (at + dt.timedelta(days=self.chance.randint(0, 60))).date() if type_ == "purchased" else ""
            )
            rows.append((f"lead {self.chance.randint(0, 27)}", type_, thing, at.isoformat(), renews))
        events = EventColumns("at", type="type", object="object", properties=("renews",))
        self.load(("lead", "type", "object", "at", "renews"), rows, ColumnMapping("lead", events=(events,)))

    def load(self, names: tuple[str, ...], rows: list[tuple[Any, ...]], mapping: ColumnMapping) -> None:
        path = self.folder / "in.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([names, *rows])
        import_file(self.store, path, mapping)

    def kept(self) -> dict[str, tuple[Any, ...]]:
        rows = self.store.connection.execute(
            "SELECT _key, total, stage, grade, disqualified, result, lines FROM score "
            "JOIN lead ON lead._id = score.lead"
        )
        return {key: tuple(rest) for key, *rest in rows}

    def found(self) -> dict[str, tuple[int, str | None, bool]]:
        """Every lead evaluated again, without the way that scoring reads the store."""
        found = {}
        for lead in iterate_leads(self.store):
            events = [Event(e.type, e.at, e.object, e.properties) for e in events_of(self.store, lead.id)]
            facts = self.evaluator.facts(lead.fields, events)
            total, _, stages, gone = self.evaluator.run(Detail.SCORE, facts, self.now)
            found[lead.key] = (total, stages[0], gone)
        return found

    def something_happens(self) -> None:
        what = self.chance.choice(("events", "events", "leads", "wait", "wait", "wait", "edit", "nothing"))
        if what == "events":
            self.add_events(self.chance.randint(1, 6))
        elif what == "leads":
            self.add_leads([f"lead {self.chance.randint(0, 30)}"])
        elif what == "wait":
            self.now += self.chance.choice((HOUR // 60, HOUR, 7 * HOUR, DAY, 3 * DAY, 16 * DAY))
        elif what == "edit":
            self.points, self.threshold = self.chance.randint(5, 15), self.chance.randint(15, 30)
            self.publish()


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path, 1)
    yield made
    made.store.close()


@pytest.mark.parametrize("seed", range(12))
def test_stored_scores_equal_a_full_recomputation(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    for _ in range(14):
        for _ in range(world.chance.randint(0, 3)):
            world.something_happens()
        world.score()
        kept = world.kept()
        assert {key: (row[0], row[1], bool(row[3])) for key, row in kept.items()} == world.found()
    world.score(whole=True)
    assert world.kept() == kept
    world.store.close()


@pytest.mark.parametrize("seed", range(6))
def test_every_change_of_a_score_is_explained_to_the_point(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    evaluators: dict[int, Evaluator] = {}

    def runnable(version: RulesetVersion) -> Evaluator:
        plan = read(Source(version.text)).plan
        assert plan is not None
        return evaluators.setdefault(version.id, Evaluator(plan))

    for _ in range(12):
        world.something_happens()
        world.add_leads(["lead 3", "lead 4", "lead 5"])
        world.score()
    causes = set()
    for lead in iterate_leads(world.store):
        turns = explained_history(world.store, "inbound", lead, runnable)
        history = score_history(world.store, "inbound", lead.id)
        assert [turn.total for turn in turns] == [stored.total for stored in history]
        for former, turn, stored in zip(turns[:-1], turns[1:], history[1:], strict=True):
            change = turn.change
            assert change is not None
            assert turn.unexplained == 0
            assert (change.before.total, change.after.total) == (former.total, turn.total)
            assert dict(change.after.stages) == dict(stored.stages) == turn.stages
            assert sum(step.points for step in change.steps) == turn.total - former.total
            causes |= {step.cause.value for step in change.steps if step.points}
        assert pending_entry(world.store, world.version, lead, runnable, moment_of(world.now)) is None
    assert causes >= {"time", "events", "fields"}
    world.store.close()


def test_what_came_since_the_last_scoring_is_told_before_the_next(world: World) -> None:
    world.score()
    lead = next(iterate_leads(world.store))
    world.load(("id", "employees"), [(lead.key, "501")], ColumnMapping("id"))
    lead = next(iterate_leads(world.store))
    since = pending_entry(world.store, world.version, lead, lambda _: world.evaluator, moment_of(world.now))
    stored = world.kept()[lead.key][0]
    if since is not None:
        assert (since.stored, since.total) == (False, stored + 10)
    world.score()
    assert world.kept()[lead.key][0] == (since.total if since is not None else stored)


def test_without_record_of_what_was_known_the_rest_is_said_to_be_unexplained(world: World) -> None:
    world.load(("id", "employees", "trial_ends"), [("ann", "500", "2026-01-30")], ColumnMapping("id"))
    world.score()
    world.load(("id", "employees"), [("ann", "5")], ColumnMapping("id"))
    world.score()
    # As in a database whose runs were made before anything was noted.
    world.store.connection.execute("UPDATE run SET data = NULL")
    ann = next(lead for lead in iterate_leads(world.store) if lead.key == "ann")
    last = explained_history(world.store, "inbound", ann, lambda _: world.evaluator)[-1]
    assert last.change is not None
    assert (last.change.points, last.unexplained) == (0, -world.points)


def test_rules_that_cannot_be_read_any_more_leave_a_change_whole(world: World) -> None:
    world.load(("id", "employees", "trial_ends"), [("ann", "500", "2026-01-30")], ColumnMapping("id"))
    world.score()
    first, before = world.version.id, world.points
    world.points = before + 3
    world.publish()
    world.score()
    ann = next(lead for lead in iterate_leads(world.store) if lead.key == "ann")

    def runnable(version: RulesetVersion) -> Evaluator | None:
        return None if version.id == first else world.evaluator

    last = explained_history(world.store, "inbound", ann, runnable)[-1]
    assert (last.change, last.unexplained) == (None, 3)


def test_only_leads_that_changed_or_are_due_are_scored(world: World) -> None:
    assert (world.score().whole, world.score().tally.leads) == (True, 0)
    world.load(
        ("lead", "type", "at"),
        [("lead 3", "visited", "2026-01-28")],
        ColumnMapping("lead", events=(EventColumns("at", type="type"),)),
    )
    again = world.score()
    assert (again.whole, again.tally.leads) == (False, 1)
    due = world.store.connection.execute("SELECT min(due) FROM score").fetchone()[0]
    world.now = due - 1
    assert world.score().run is None
    world.now = due
    least = world.score().tally.leads
    assert 1 <= least < 25


def test_an_event_from_the_future_counts_once_it_is_there(world: World) -> None:
    world.score()
    before = world.kept()["lead 5"][0]
    at = moment_of(world.now + 100 * DAY)
    world.load(
        ("lead", "type", "object", "at"),
        [("lead 5", "requested", "demo", at.isoformat())],
        ColumnMapping("lead", events=(EventColumns("at", type="type", object="object"),)),
    )
    world.score()
    assert world.kept()["lead 5"][0] == before
    world.now += 100 * DAY
    world.score()
    assert "Halves" in str(
        world.store.connection.execute("SELECT name FROM score_lines WHERE lead = 'lead 5'").fetchall()
    )


def test_a_clock_that_was_set_back_has_all_leads_scored_again(world: World) -> None:
    world.score()
    world.now -= 9 * DAY
    assert world.score().whole
    assert {key: row[0] for key, row in world.kept().items()} == {
        key: row[0] for key, row in world.found().items()
    }


def test_a_field_of_another_kind_has_all_leads_scored_again(world: World) -> None:
    world.score()
    with world.store.transaction():
        change_kind(world.store, stored_fields(world.store)["employees"], Kind.TEXT)
    assert world.score().whole


def test_a_broken_off_run_over_all_leads_is_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadwright.engine.store.scoring import row_scorer

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(row_scorer.RowScorer, "score", broken)
    with pytest.raises(KeyboardInterrupt):
        world.score()
    monkeypatch.undo()
    assert world.score().whole


def test_two_rulesets_are_each_kept_fresh(world: World) -> None:
    text = "event visited\nwhen visited >= 1 then +1"
    other = save_version(world.store, "other", text, "2" * 64)
    plan = read(Source(text)).plan
    assert plan is not None
    world.score()
    score_store(world.store, Evaluator(plan), other, world.now)
    world.add_events(3)
    first = world.score().tally.leads
    assert 0 < first == score_store(world.store, Evaluator(plan), other, world.now).tally.leads
    left = world.store.connection.execute("SELECT count(*) FROM touched").fetchone()
    assert left == (0,)


def test_two_never_score_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadwright.engine.store.scoring.score_run.PATIENCE", 0.0)
    with (
        only_one(world.store.path, "scoring", "scoring the leads of"),
        pytest.raises(StoreError, match="another program is scoring"),
    ):
        world.score()
    assert world.score().whole
