"""What a change of rules would do to all leads, asked again and again while the rules are being edited.

What rules read of leads is kept between the questions, a column a field and a column a signal, and so is the
truth of each clause, as long as neither the data nor the instant is another. So an edit of points or a
threshold costs one clause and the sums; one that asks for a new signal one pass over the events that feed it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ...impact.effect import Effect
from ...impact.over_leads import effect_over_leads
from ...plan import Condition, Measure, Rule
from ...plan.walk import conditions, nested
from ...progress import Progress
from ...score_many.column_scorer import ColumnScorer
from ...score_many.columns import Bools, Column, InstantLists, Ints
from ...score_many.lru import LruBytes
from ...score_many.spread import Spread, spread
from ...score_one.scorer import Scorer
from ..database import Store, StoreError, open_store
from ..records.lead_keys import NAMED
from .full_run import MANY
from .lead_columns import read_columns
from .lead_pasts import held_leads
from .row_scorer import without_gc

if TYPE_CHECKING:
    from ..mirror.sync import Mirror

MEMORY = 256 << 20
"""How many bytes are kept between questions, unless told otherwise."""

_MOST_TALLIES = 50_000
_LOOK = 0.05
"""How many seconds a question waits for another before it asks whether it is still wanted."""

Stop = Callable[[], bool]
"""Asked now and then whether the answer is still wanted."""


_Answer = TypeVar("_Answer")


class Cancelled(Exception):
    """The answer was not wanted any more."""


@dataclass(frozen=True)
class Counts:
    """How many leads there are; in the plan's order for how many each rule fires, and any rule of each group;
    how many are disqualified; how many meet each stage; and how they spread."""

    leads: int
    rules: Sequence[int]
    groups: Sequence[int]
    disqualified: int
    truths: Mapping[int, tuple[int, int]]
    stages: Sequence[int]
    spread: Spread

    def of(self, condition: Condition) -> tuple[int, int]:
        """Of how many leads a condition of the plan, or a part of one, is true, and of how many unknown."""
        return self.truths[id(condition)]


class WhatIf:
    """Answers what rules would do to the leads of a store. Safe in threads, which wait for one another.

    Between questions it holds at most `memory` bytes; while it answers one, also what that one reads. `part`
    has it look at a part of the leads alone: from which place on, in the order of the store, and how many.
    """

    def __init__(self, memory: int = MEMORY, part: tuple[int, int] = (0, -1)) -> None:
        self._part = part
        self._lock = Lock()
        self._of: tuple[Path, int, int] | None = None
        self._leads: Ints = np.empty(0, np.int64)
        self._tallies: dict[Hashable, tuple[int, int]] = {}
        # A column that has to be read again costs more than all answers that can be had from it.
        self._measured, self._kept = LruBytes(memory * 3 // 4), LruBytes(memory // 4)

    @property
    def nbytes(self) -> int:
        """How many bytes are kept."""
        return self._measured.nbytes + self._kept.nbytes

    def effect(
        self,
        store: Store,
        before: Scorer,
        after: Scorer,
        now: int,
        *,
        most_moves: int | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> Effect:
        """Decides about all leads by both rulesets at `now`, in microseconds since 1970 UTC.

        At most `most_moves` of those who move are named, with what moved them. Raises `Cancelled` once
        `stop` says so, and `StoreError`; what was measured until then is kept.
        """
        with self._asking(store, now, progress, stop) as tell:
            old = self._column_scorer(store, before, now, tell)
            new = self._column_scorer(store, after, now, tell, old)
            return effect_over_leads(old, new, lambda places: self._keys(store, places), most_moves)

    def counts(
        self,
        store: Store,
        rules: Scorer,
        now: int,
        *,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> Counts:
        """Counts for how many leads each rule fires and each condition, or part of one, holds at `now`.

        Raises as `effect` does.
        """
        with self._asking(store, now, progress, stop) as tell:
            return self._counted(self._column_scorer(store, rules, now, tell))

    def both(
        self,
        store: Store,
        before: Scorer,
        after: Scorer,
        now: int,
        *,
        most_moves: int | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> tuple[Effect, Counts]:
        """The `effect` of a change and the `counts` of the rules after it, of one state of the data."""
        with self._asking(store, now, progress, stop) as tell:
            old = self._column_scorer(store, before, now, tell)
            new = self._column_scorer(store, after, now, tell, old)
            effect = effect_over_leads(old, new, lambda places: self._keys(store, places), most_moves)
            return effect, self._counted(new)

    def leads_where(
        self,
        store: Store,
        before: Scorer,
        after: Scorer,
        now: int,
        which: Callable[[ColumnScorer, ColumnScorer], Bools],
        *,
        stop: Stop | None = None,
    ) -> list[int]:
        """The numbers of the leads that `which` picks, of all leads judged by both rulesets at `now`.

        Raises as `effect` does.
        """
        with self._asking(store, now, None, stop) as tell:
            old = self._column_scorer(store, before, now, tell)
            new = self._column_scorer(store, after, now, tell, old)
            found: list[int] = self._leads[which(old, new)].tolist()
            return found

    @contextmanager
    def _asking(
        self, store: Store, now: int, progress: Progress | None, stop: Stop | None
    ) -> Iterator[Progress]:
        """One question after the other, each of one state of the data; what to tell how far it is."""

        def tell(what: str, share: float) -> None:
            if stop is not None and stop():
                raise Cancelled
            if progress is not None:
                progress(what, share)

        while not self._lock.acquire(timeout=_LOOK):
            tell("waiting", 0.0)
        try:
            with store.guard(), without_gc():
                store.connection.execute("BEGIN")
                try:
                    self._forget(store, now)
                    yield tell
                finally:
                    store.connection.execute("ROLLBACK")
        finally:
            self._lock.release()

    def _forget(self, store: Store, now: int) -> None:
        """Forgets what was kept of other data or another instant."""
        data: int = store.connection.execute("SELECT data FROM state").fetchone()[0]
        if self._of != (store.path, data, now):
            self._measured.clear()
            self._kept.clear()
            self._tallies.clear()
            first, most = self._part
            rows = store.connection.execute(
                f"SELECT _id FROM lead WHERE _state = {NAMED} ORDER BY _id LIMIT ? OFFSET ?", (most, first)
            )
            self._leads = np.fromiter(chain.from_iterable(rows), np.int64)
            self._of = (store.path, data, now)

    def _column_scorer(
        self, store: Store, evaluator: Scorer, now: int, tell: Progress, base: ColumnScorer | None = None
    ) -> ColumnScorer:
        """All leads in the eyes of a plan."""
        return ColumnScorer(
            evaluator,
            evaluator.parts.semantic_keys,
            len(self._leads),
            now,
            columns=self._columns(store, evaluator, now, tell),
            kept=self._kept,
            tell=tell,
            base=base,
            held=lambda stage, places: self._held(store, evaluator, now, stage, places, tell=tell),
        )

    def _held(
        self, store: Store, evaluator: Scorer, now: int, stage: int, places: Ints, *, tell: Progress
    ) -> Bools:
        """Which of the leads at some places are in a stage that holds, where now decides nothing."""
        ask = partial(held_leads, store, evaluator, self._leads[places], now, stage, tell=tell)
        return self._with_mirror(store, tell, ask)

    def _counted(self, column_scorer: ColumnScorer) -> Counts:
        """The counts of a plan; what means the same as something counted before is not counted again."""
        plan, meanings = column_scorer.plan, column_scorer.semantic_keys
        if len(self._tallies) > _MOST_TALLIES:
            self._tallies.clear()
        truths = {
            id(part): self._tally(meanings.condition(part), partial(column_scorer.count, part))
            for whole in conditions(plan)
            for part in nested(whole)
        }
        fires = [
            self._tally(meanings.rules[id(rule)], partial(_fired, column_scorer, [rule]))[0]
            for rule in plan.rules
        ]
        grouped: list[list[Rule]] = [[] for _ in plan.groups]
        for rule in plan.rules:
            if rule.group is not None:
                grouped[rule.group].append(rule)
        groups = [
            self._tally(
                tuple(meanings.rules[id(rule)] for rule in rules), partial(_fired, column_scorer, rules)
            )[0]
            for rules in grouped
        ]
        disqualified = int(np.count_nonzero(column_scorer.verdict.disqualified))
        stages = [
            int(np.count_nonzero(column_scorer.meets(number, stage)))
            for number, stage in enumerate(plan.stages)
        ]
        return Counts(column_scorer.leads, fires, groups, disqualified, truths, stages, spread(column_scorer))

    def _tally(self, key: Hashable | None, count: Callable[[], tuple[int, int]]) -> tuple[int, int]:
        if key is None:
            return count()
        found = self._tallies.get(key)
        if found is None:
            found = self._tallies[key] = count()
        return found

    def _columns(
        self, store: Store, evaluator: Scorer, now: int, tell: Progress
    ) -> dict[Hashable, Column | InstantLists]:
        """All columns that judging by a plan reads; those are read from the store that are not kept."""
        fields, measures = evaluator.parts.semantic_keys.needs
        found: dict[Hashable, Column | InstantLists] = {}
        for key in (*fields, *measures):
            column = self._measured.get(key)
            if column is not None:
                assert isinstance(column, Column | InstantLists)
                found[key] = column
        lacking = {key: number for key, number in fields.items() if key not in found}
        unmeasured = {key: measure for key, measure in measures.items() if key not in found}
        if not lacking and not unmeasured:
            return found
        read = self._read(store, evaluator, now, lacking, unmeasured, tell=tell)
        for key, column in read.items():
            self._measured.put(key, column)
        return found | read

    def _read(
        self,
        store: Store,
        evaluator: Scorer,
        now: int,
        fields: Mapping[Hashable, int],
        measures: Mapping[Hashable, Measure],
        *,
        tell: Progress,
    ) -> dict[Hashable, Column | InstantLists]:
        """Columns of fields and measures, from the mirror where leads are many, else the record."""
        ask = partial(
            read_columns, store, evaluator.plan, self._leads, now, fields=fields, measures=measures, tell=tell
        )
        return self._with_mirror(store, tell, ask)

    def _with_mirror(self, store: Store, tell: Progress, ask: Callable[..., _Answer]) -> _Answer:
        """What `ask` says, with the mirror where leads are many and there is one."""
        if len(self._leads) >= MANY:
            assert self._of is not None
            with _open_mirror(store.path, self._of[1], tell) as mirror:
                if mirror is not None:
                    return ask(mirror=mirror)
        return ask()

    def _keys(self, store: Store, places: Ints) -> list[str]:
        """The ids of the leads at some places."""
        rows = store.connection.execute(
            "SELECT _key FROM lead WHERE _id IN (SELECT value FROM json_each(?)) ORDER BY _id",
            (json.dumps(self._leads[places].tolist()),),
        )
        return [key for (key,) in rows]


@contextmanager
def _open_mirror(path: Path, data: int, tell: Progress) -> Iterator[Mirror | None]:
    """The mirror of a database, if it can be had and has the data up to just this batch.

    Where it turns out to be damaged, it is done away with, and what was read is to be read again.
    """
    from ..mirror.files import Damaged
    from ..mirror.sync import discard, synced_mirror

    try:
        # A connection of its own, since the question's is in the middle of reading, and may do nothing else.
        with open_store(path) as store:
            mirror = synced_mirror(store, tell)
    except StoreError:
        yield None
        return
    with mirror, suppress(Damaged):
        yield mirror if mirror.manifest.data == data else None
        return
    with open_store(path) as store:
        discard(store)


def _fired(column_scorer: ColumnScorer, rules: Sequence[Rule]) -> tuple[int, int]:
    """For how many leads any of the rules fires."""
    found = np.zeros(column_scorer.leads, np.bool_)
    for rule in rules:
        found |= column_scorer.fires(rule)
    return int(np.count_nonzero(found)), 0
