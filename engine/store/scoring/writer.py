"""Scores held against what was kept before, and what differs written."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....grammar.frozen import frozen
from ...plan import Plan
from ..database import Store, StoreError
from ..handoffs.entries import EntryNotes, Moves, Policy, Stages, stages_in, write_moves
from ..records.freshness import ZONE, mark_due
from ..records.lead_keys import ANONYMOUS_LEADS
from ..records.rulesets import RulesetVersion
from .lead_reader import Span
from .results import StoredResult
from .stage_news import StageNews, Turn

_DEAR = 8
"""How many times as long it takes to ask for one outcome as to read one of many."""


@dataclass(slots=True)
class Tally:
    """Counts of leads, without the anonymous ones: all, those scored for the first time, those with another
    outcome than before, those disqualified; the stages of the track `main`, None for none; who moved from
    which to which."""

    leads: int = 0
    added: int = 0
    changed: int = 0
    disqualified: int = 0
    stages: Counter[str | None] = field(default_factory=Counter)
    moves: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Counts another part of the leads in."""
        self.leads += other.leads
        self.added += other.added
        self.changed += other.changed
        self.disqualified += other.disqualified
        self.stages.update(other.stages)
        self.moves.update(other.moves)

    def begin_again(self) -> None:
        """Forgets what a second look at the same leads will count again."""
        self.leads = self.disqualified = 0
        self.stages.clear()


@frozen
class Job:
    """A run of a version as of an instant; what becomes of the entries into stages that it finds."""

    version: RulesetVersion
    run: int
    now: int
    policy: Policy = Policy()


@frozen
class Scores:
    """What was found of some leads: the different outcomes, and of each lead its number, which of these it
    has, the lines that explain it as JSON, and when it is due, None for never. `span` has no others.
    `first_due` is what `zones` gives, where that is known already."""

    span: Span
    leads: Sequence[int]
    outcomes: Sequence[StoredResult]
    which: Sequence[int]
    lines: Sequence[str]
    due: Sequence[int | None]
    first_due: Sequence[tuple[int, int]] | None = None

    def zones(self) -> Iterable[tuple[int, int]]:
        """When the first lead of each zone is due."""
        if self.first_due is not None:
            return self.first_due
        zones: dict[int, int] = {}
        for lead, due in zip(self.leads, self.due, strict=True):
            if due is not None:
                zone = lead // ZONE
                if due < zones.get(zone, due + 1):
                    zones[zone] = due
        return zones.items()


@dataclass(slots=True)
class Compared:
    """Scores held against what was kept before: the places of those that must be written (None: all), the
    leads whose outcome becomes history, those that only are due at another time; what is counted of all; the
    stays in stages with handoffs that began and ended, and whose stages are to be told of."""

    scores: Scores
    tally: Tally
    rows: list[int] | None = None
    replaced: list[tuple[int, int, int]] = field(default_factory=list)
    postponed: list[tuple[int | None, int, int]] = field(default_factory=list)
    moves: Moves = field(default_factory=Moves)
    turns: list[Turn] = field(default_factory=list)


class Writer:
    """Writes the scores of one run, reading what was kept before through another connection."""

    def __init__(self, store: Store, reader: Store, job: Job, plan: Plan) -> None:
        self.notes = EntryNotes(plan, job.policy)
        with reader.guard():
            self.news = StageNews.of(reader.connection, plan, job.version, job.policy)
        self._tracks: dict[int, dict[str, str | None]] = {}
        self.store = store
        self.reader = reader
        self.job = job
        self.ruleset = job.version.ruleset_id
        self._numbers: dict[tuple[str, int], int] = {}
        self._latest = 0
        self._stages: dict[int, str | None] = {}
        self._insert = f"INSERT OR REPLACE INTO scored VALUES ({self.ruleset:d}, ?, {job.run:d}, ?, ?, ?)"

    def compare(self, scores: Scores) -> Compared:
        """Holds scores against what was kept before: what must be written."""
        with self.reader.guard():
            hidden = self._anonymous(scores.span)
            which = scores.which
            if hidden:
                pairs = zip(scores.leads, which, strict=True)
                which = [outcome for lead, outcome in pairs if lead not in hidden]
            tally = Tally(len(which), len(which))
            for place, leads in Counter(which).items():
                outcome = scores.outcomes[place]
                tally.stages[outcome.stage] += leads
                tally.disqualified += leads if outcome.disqualified else 0
            former = self._former(scores.span)
            if not former:
                compared = Compared(scores, tally)
                self._note_first(compared, hidden)
                return compared
            compared = Compared(scores, tally, [])
            self._compare(scores, former, self._known(scores.outcomes), compared, hidden)
            return compared

    def _note_first(self, compared: Compared, hidden: set[int]) -> None:
        """Notes the entries of leads that were never scored."""
        scores = compared.scores
        if not self.notes and not self.news:
            return
        stages = [stages_in(outcome.text) for outcome in scores.outcomes]
        begins = [self.notes.begins(one) or (bool(self.news) and any(one.values())) for one in stages]
        for lead, which in zip(scores.leads, scores.which, strict=True):
            if begins[which]:
                self._note(compared, lead, None, stages[which], same=True, hidden=lead in hidden)

    def _note(
        self, found: Compared, lead: int, before: Stages | None, after: Stages, *, same: bool, hidden: bool
    ) -> None:
        """Notes a lead's stages before and after; of one that is `hidden` nobody is told."""
        self.notes.note(found.moves, lead, before, after, same=same)
        if self.news and not hidden:
            self.news.note(found.turns, lead, before, after, same=same)

    def write(self, compared: Compared) -> Tally:
        """Puts the new in place of the old, which becomes history where the outcome was another."""
        scores = compared.scores
        if compared.rows or compared.postponed or (compared.rows is None and scores.leads):
            with self.store.transaction() as connection:
                self._refuse_if_outrun(connection)
                self._put(connection, compared, self._numbered(connection, scores.outcomes))
                mark_due(connection, self.ruleset, scores.zones())
                if compared.moves:
                    job = self.job
                    write_moves(
                        connection,
                        compared.moves,
                        ruleset=self.ruleset,
                        version=job.version.id,
                        run=job.run,
                        now=job.now,
                    )
                self.news.write(connection, compared.turns, self.job.now)
        elif scores.leads:
            with self.store.transaction() as connection:
                mark_due(connection, self.ruleset, scores.zones())
        return compared.tally

    # --- what was so before ---------------------------------------------------------------------

    def _former(self, span: Span) -> dict[int, tuple[int, str, int | None, int]]:
        """What is kept of the leads: outcome, lines, when due, whether by the same version."""
        rows = self.reader.connection.execute(
            "SELECT lead, result, lines, due, run.version = :version FROM scored "
            f"JOIN run ON run.id = scored.run WHERE scored.ruleset = :ruleset AND {span.test('lead')}",
            {"version": self.job.version.id, "ruleset": self.ruleset, **span.parameters},
        )
        return {lead: (outcome, lines, due, same) for lead, outcome, lines, due, same in rows}

    def _anonymous(self, span: Span) -> set[int]:
        """The leads that are scored and not counted."""
        sql = f"SELECT _id FROM {ANONYMOUS_LEADS} AND {span.test('_id')}"
        return {lead for (lead,) in self.reader.connection.execute(sql, span.parameters)}

    def _known(self, outcomes: Sequence[StoredResult]) -> list[int | None]:
        """The numbers of outcomes, None where one has not come up before."""
        self._learn(self.reader.connection, outcomes)
        return [self._numbers.get((outcome.text, outcome.total)) for outcome in outcomes]

    def _compare(
        self,
        scores: Scores,
        former: Mapping[int, tuple[int, str, int | None, int]],
        known: Sequence[int | None],
        found: Compared,
        hidden: set[int],
    ) -> None:
        tally, rows = found.tally, found.rows
        assert rows is not None
        stages = [stages_in(outcome.text) for outcome in scores.outcomes] if self.notes or self.news else []
        for place, (lead, which, lines, due) in enumerate(
            zip(scores.leads, scores.which, scores.lines, scores.due, strict=True)
        ):
            before = former.get(lead)
            if before is None:
                rows.append(place)
                if stages:
                    self._note(found, lead, None, stages[which], same=True, hidden=lead in hidden)
                continue
            counts = lead not in hidden
            tally.added -= counts
            old_outcome, old_lines, old_due, same_version = before
            if old_outcome != known[which]:
                tally.changed += counts
                found.replaced.append((self.job.run, self.ruleset, lead))
                rows.append(place)
                old, new = self._stage(old_outcome), scores.outcomes[which].stage
                if old != new and counts:
                    tally.moves[old, new] += 1
                if stages:
                    former_stages = self._stages_of(old_outcome)
                    same = bool(same_version)
                    self._note(found, lead, former_stages, stages[which], same=same, hidden=not counts)
            elif not same_version or old_lines != lines:
                rows.append(place)
            elif old_due != due:
                found.postponed.append((due, self.ruleset, lead))

    def _stages_of(self, outcome: int) -> dict[str, str | None]:
        """The stages of each track in an outcome that is kept."""
        if outcome not in self._tracks:
            ask = "SELECT text FROM result WHERE id = ?"
            text = self.reader.connection.execute(ask, (outcome,)).fetchone()[0]
            self._tracks[outcome] = stages_in(text)
        return self._tracks[outcome]

    def _stage(self, outcome: int) -> str | None:
        if outcome not in self._stages:
            ask = "SELECT stage FROM result WHERE id = ?"
            self._stages[outcome] = self.reader.connection.execute(ask, (outcome,)).fetchone()[0]
        return self._stages[outcome]

    # --- writing --------------------------------------------------------------------------------

    def _put(self, connection: sqlite3.Connection, compared: Compared, numbers: Sequence[int]) -> None:
        scores = compared.scores
        rows: Iterable[tuple[Any, ...]] = zip(
            scores.leads, map(numbers.__getitem__, scores.which), scores.lines, scores.due, strict=True
        )
        if compared.rows is not None:
            connection.executemany(
                "INSERT INTO score_before (until, ruleset, lead, run, total, stage, grade, disqualified, "
                "result, lines) SELECT ?, ruleset, lead, run, total, stage, grade, disqualified, result, "
                "lines FROM score WHERE ruleset = ? AND lead = ?",
                compared.replaced,
            )
            connection.executemany(
                "UPDATE scored SET due = ? WHERE ruleset = ? AND lead = ?", compared.postponed
            )
            everything = list(rows)
            rows = [everything[place] for place in compared.rows]
        connection.executemany(self._insert, rows)

    def _numbered(self, connection: sqlite3.Connection, outcomes: Sequence[StoredResult]) -> list[int]:
        """The numbers of outcomes, new ones being noted."""
        last = self._learn(connection, outcomes)
        found: list[int] = []
        new: list[tuple[Any, ...]] = []
        for one in outcomes:
            number = self._numbers.get((one.text, one.total))
            if number is None:
                # Should the transaction come to nothing, so does the run, and this with it.
                number = self._numbers[one.text, one.total] = last + len(new) + 1
                new.append((number, one.total, one.stage, one.grade, one.disqualified, one.text))
            found.append(number)
        connection.executemany("INSERT INTO result VALUES (?, ?, ?, ?, ?, ?)", new)
        return found

    def _learn(self, connection: sqlite3.Connection, outcomes: Sequence[StoredResult]) -> int:
        """Finds out the numbers of outcomes, by whomever they were given; gives the last one there is.

        Where many are asked for, all that came since the last time are read; else these alone.
        """
        last: int = connection.execute("SELECT ifnull(max(id), 0) FROM result").fetchone()[0]
        asked = {(one.text, one.total) for one in outcomes} - self._numbers.keys()
        if len(asked) * _DEAR > last - self._latest:
            rows = connection.execute("SELECT id, text, total FROM result WHERE id > ?", (self._latest,))
            self._numbers.update({(text, total): number for number, text, total in rows})
            self._latest = last
        else:
            for key in asked:
                row = connection.execute("SELECT id FROM result WHERE text = ? AND total = ?", key).fetchone()
                if row is not None:
                    self._numbers[key] = row[0]
        return last

    def _refuse_if_outrun(self, connection: sqlite3.Connection) -> None:
        later = connection.execute(
            "SELECT 1 FROM run JOIN ruleset_version ON ruleset_version.id = run.version "
            "WHERE run.id > ? AND ruleset_version.ruleset = ?",
            (self.job.run, self.ruleset),
        )
        if later.fetchone() is not None:
            raise StoreError(
                f"another run has scored {self.job.version.ruleset} since this one began",
                "run the same again, one at a time",
            )
