"""What a change of rules would do to all leads, asked again and again while the rules are being edited.

What rules read of leads is kept between the questions, a column a field and a column a signal, as long as
neither the data nor the instant is another. So an edit of points or a threshold costs the conditions and the
sum alone; one that asks for a new signal costs one pass over the events that feed it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

from ..effect import Effect, Move, by_weight, differences
from ..evaluate import Detail, Evaluator
from ..evaluate.columns import Decided, Judging, judging, measuring
from ..evaluate.decide import cut_line
from ..evaluate.facts import Row
from ..evaluate.gauges import Gauge
from ..evaluate.program import Unforeseen
from .opening import Store
from .scorer import uncollected
from .timelines import Span, Timelines, listed

PORTION = 10_000
_MOST_CELLS = 120_000_000
"""How many values are kept at most: about 1 GiB. More are measured anew each time."""

_MOST_PLANS = 8

Progress = Callable[[str, float], None]
Stop = Callable[[], bool]
"""Asked now and then whether the answer is still wanted."""

_TOTAL: Callable[[Decided], int] = itemgetter(0)
_STAGES: Callable[[Decided], tuple[str | None, ...]] = itemgetter(2)


class Stopped(Exception):
    """The answer was not wanted any more."""


class WhatIf:
    """Answers what rules would do to the leads of a store. Safe in threads, which wait for one another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: tuple[Path, int, int] | None = None
        self._leads: list[int] = []
        self._columns: dict[Hashable, list[Any]] = {}
        self._decided: dict[str, list[Decided]] = {}

    def effect(
        self,
        store: Store,
        before: Evaluator,
        after: Evaluator,
        now: int,
        *,
        most_moves: int | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> Effect:
        """Decides about all leads by both rulesets at `now`, in microseconds since 1970 UTC.

        At most `most_moves` of those who move are named, with what moved them. Raises `Stopped` once
        `stop` says so, and `StoreError`; what was measured until then is kept.
        """
        with self._lock, store.guard(), uncollected():
            store.connection.execute("BEGIN")
            try:
                work = _Work(store, now, most_moves, progress, stop)
                self._keep(store, now)
                old, new = self._decide(before, work), self._decide(after, work)
                return self._compare((before, after), old, new, work)
            finally:
                store.connection.execute("ROLLBACK")

    def _keep(self, store: Store, now: int) -> None:
        """Forgets what was kept of other data or another instant."""
        data: int = store.connection.execute("SELECT data FROM state").fetchone()[0]
        if self._of != (store.path, data, now):
            self._of = (store.path, data, now)
            self._columns.clear()
            self._decided.clear()
            rows = store.connection.execute("SELECT _id FROM lead ORDER BY _id")
            self._leads = [lead for (lead,) in rows]

    def _decide(self, evaluator: Evaluator, work: _Work) -> list[Decided]:
        """What the rules say of each lead, in the order of their numbers."""
        digest = evaluator.plan.digest
        if digest not in self._decided:
            how = judging(evaluator)
            self._measure(evaluator, how, work)
            work.tell("deciding", 0.0)
            columns = [self._leads, *(self._columns[key] for key in (*how.fields, *how.signals))]
            decided = how.run(columns, work.now)
            while len(self._decided) >= _MOST_PLANS:
                del self._decided[next(iter(self._decided))]
            self._decided[digest] = decided
        return self._decided[digest]

    def _measure(self, evaluator: Evaluator, how: Judging, work: _Work) -> None:
        """Adds the columns that are not there yet."""
        signals = {
            key: gauge for key, gauge in zip(how.signals, how.gauges, strict=True) if key not in self._columns
        }
        fields = [key for key in how.fields if key not in self._columns]
        if not signals and not fields:
            return
        if (len(self._columns) + len(signals) + len(fields)) * len(self._leads) > _MOST_CELLS:
            self._columns.clear()
            fields = list(how.fields)
            signals = dict(zip(how.signals, how.gauges, strict=True))
        timelines = Timelines(work.store, evaluator, work.now)
        if fields:
            self._columns |= zip(how.fields, self._fields(timelines, len(how.fields), work), strict=True)
        if signals:
            measured = self._signals(evaluator, timelines, list(signals.values()), work)
            self._columns |= zip(signals, measured, strict=True)

    def _fields(self, timelines: Timelines, count: int, work: _Work) -> list[list[Any]]:
        columns: list[list[Any]] = [[] for _ in range(count)]
        for portion in self._portions("reading fields", work):
            rows = list(timelines.fields(Span(portion[0], portion[-1])))
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column.extend(values)
        return columns

    def _signals(
        self, evaluator: Evaluator, timelines: Timelines, gauges: list[Gauge], work: _Work
    ) -> list[list[Any]]:
        measure = measuring(evaluator, gauges)
        columns: list[list[Any]] = [[] for _ in gauges]
        nothing = measure([], work.now)

        def of(events: Sequence[Row]) -> tuple[Any, ...]:
            nonlocal measure
            try:
                return measure(events, work.now)
            except Unforeseen:
                measure = measuring(evaluator, gauges)
                return measure(events, work.now)

        for portion in self._portions("reading events", work):
            happened = dict(timelines.events(Span(portion[0], portion[-1])))
            rows = [of(happened[lead]) if lead in happened else nothing for lead in portion]
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column.extend(values)
        return columns

    def _portions(self, what: str, work: _Work) -> Iterable[Sequence[int]]:
        for first in range(0, len(self._leads), PORTION):
            work.tell(what, first / len(self._leads))
            yield self._leads[first : first + PORTION]

    def _compare(
        self, rules: tuple[Evaluator, Evaluator], old: list[Decided], new: list[Decided], work: _Work
    ) -> Effect:
        before, after = rules
        found = Effect(
            leads=len(self._leads),
            totals_before=Counter(map(_TOTAL, old)),
            totals_after=Counter(map(_TOTAL, new)),
        )
        sides = Counter(zip(map(_STAGES, old), map(_STAGES, new), strict=True))
        for (was, becomes), leads in sides.items():
            for track, stage, other in _by_track(before, after, was, becomes):
                found.matrix[track, stage, other] += leads
        same = before.plan.tracks == after.plan.tracks
        places = [
            place
            for place, (was_, is_) in enumerate(zip(old, new, strict=True))
            if was_[0] != is_[0] or (was_[2] != is_[2] if same else _changes(before, after, was_[2], is_[2]))
        ]
        found.moved = len(places)
        if work.most_moves is not None:
            places.sort(key=lambda p: (old[p][2] == new[p][2], -abs(new[p][0] - old[p][0])))
            places = sorted(places[: work.most_moves])
        moves = _moves(
            before, after, [(self._leads[place], old[place], new[place]) for place in places], work
        )
        found.moves = sorted(moves, key=by_weight)
        return found


class _Work:
    """One question being answered: from where, as of when, naming how many, whom to tell, when to stop."""

    def __init__(
        self,
        store: Store,
        now: int,
        most_moves: int | None,
        progress: Progress | None,
        stop: Stop | None,
    ) -> None:
        self.store = store
        self.now = now
        self.most_moves = most_moves
        self._progress = progress
        self._stop = stop

    def tell(self, what: str, share: float) -> None:
        """Says how far the work has come; raises Stopped where it is not wanted any more."""
        if self._stop is not None and self._stop():
            raise Stopped
        if self._progress is not None:
            self._progress(what, share)


def _by_track(
    before: Evaluator, after: Evaluator, was: tuple[str | None, ...], becomes: tuple[str | None, ...]
) -> list[tuple[str, str | None, str | None]]:
    old = dict(zip(before.plan.tracks, was, strict=True))
    new = dict(zip(after.plan.tracks, becomes, strict=True))
    return [(track, old.get(track), new.get(track)) for track in dict.fromkeys([*old, *new])]


def _changes(
    before: Evaluator, after: Evaluator, was: tuple[str | None, ...], becomes: tuple[str | None, ...]
) -> bool:
    return dict(zip(before.plan.tracks, was, strict=True)) != dict(
        zip(after.plan.tracks, becomes, strict=True)
    )


def _moves(
    before: Evaluator, after: Evaluator, moved: list[tuple[int, Decided, Decided]], work: _Work
) -> list[Move]:
    """Those leads, with the points of each line that differ."""
    moves = []
    readers = [(evaluator, Timelines(work.store, evaluator, work.now)) for evaluator in (before, after)]
    for first in range(0, len(moved), PORTION):
        work.tell("naming who moves", first / len(moved))
        part = moved[first : first + PORTION]
        span = listed([lead for lead, _, _ in part])
        keys = work.store.connection.execute(
            f"SELECT _key FROM lead WHERE {span.test('_id')} ORDER BY _id", span.parameters
        ).fetchall()
        points = [_points(evaluator, timelines, span, work.now) for evaluator, timelines in readers]
        for (_, old, new), (key,), was, is_ in zip(part, keys, *points, strict=True):
            moves.append(
                Move(
                    key,
                    old[0],
                    new[0],
                    dict(zip(before.plan.tracks, old[2], strict=True)),
                    dict(zip(after.plan.tracks, new[2], strict=True)),
                    differences(was, is_),
                )
            )
    return moves


def _points(evaluator: Evaluator, timelines: Timelines, span: Span, now: int) -> list[Counter[str]]:
    """For each lead the points of each line, by what the line is called."""
    plan, run = evaluator.plan, evaluator.runner(Detail.LINES)
    told = []
    for _, fields, events in timelines.leads(span):
        _, _, _, _, fired, cuts, _, _ = run(fields, events, now)
        points: Counter[str] = Counter()
        for rule, _, _, _, given in fired:
            points[plan.rules[rule].identity] += given
        for kind, number, given in cuts:
            points[cut_line(plan, kind, number, given).text] += given
        told.append(points)
    return told
