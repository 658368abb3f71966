"""What is decided about leads as an Arrow table, a row a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from ..due.due_times import NEVER
from ..explain.explanation_lines import ExplanationLines, Lines
from ..explain.words import band
from ..plan import Grade, Plan
from ..result_columns import ResultColumn, ResultKind, SqlNames, result_columns
from ..score_many.block import Decided, Rest
from ..score_many.columns import Bools
from ..values import instant_text
from .blocks import Tally

INSTANT = pa.timestamp("us", tz="UTC")

_POINTS = [("written", pa.int64()), ("faded", pa.int64()), ("points", pa.int64())]
_SHORT = pa.struct([("line", pa.int32()), *_POINTS])
_FULL = pa.struct(
    [
        ("rule", pa.string()),
        ("score", pa.string()),
        ("kind", pa.string()),
        *_POINTS,
        ("text", pa.string()),
        ("line", pa.int32()),
    ]
)


_MOST_TEXT = 1 << 30
"""How many bytes of text an array of lines has at most."""


class LinesAs(Enum):
    """How the lines that a score is made of are given: each with all there is to say, as the number of a line
    of `lines_table` with its points, or not at all."""

    FULL = "full"
    SHORT = "short"
    NONE = "none"


_TYPES = {
    ResultKind.TOTAL: pa.int64(),
    ResultKind.SCORE: pa.int64(),
    ResultKind.STAGE: pa.string(),
    ResultKind.DISQUALIFIED: pa.bool_(),
    ResultKind.GRADE: pa.string(),
    ResultKind.TAG: pa.bool_(),
    ResultKind.OUTCOME: pa.bool_(),
    ResultKind.OUTCOME_AT: INSTANT,
}


MakeArray = Callable[[Decided, pa.DataType], pa.Array]
"""Makes an array of a type from decisions: a value for each lead."""


class Results:
    """Makes the tables of one plan at one instant."""

    def __init__(self, plan: Plan, now: int, lines: LinesAs, id_type: pa.DataType) -> None:
        self._plan = plan
        self._lines = lines
        self._numbering = ExplanationLines(plan)
        columns = result_columns(plan)
        names = SqlNames(column.name for column in columns)
        self._writers: list[tuple[ResultColumn, MakeArray]] = [
            (column, self._array_maker(column)) for column in columns[1:]
        ]
        extra = [("stages_if_qualified", pa.list_(pa.string())), ("reasons", pa.list_(pa.string()))]
        extra += [("tags", pa.list_(pa.string()))]
        self._listed = [self._would, self._reasons, self._tags]
        fields = [(column.name, _TYPES[column.tells]) for column, _ in self._writers]
        fields += [(names.fresh(name), type_) for name, type_ in extra]
        if plan.handoffs:
            fields.append((names.fresh("handoffs"), pa.list_(pa.string())))
        self.lines_column: str | None = None
        if lines is not LinesAs.NONE:
            self.lines_column = names.fresh("lines")
            fields.append((self.lines_column, pa.list_(_FULL if lines is LinesAs.FULL else _SHORT)))
        fields.append((names.fresh("due"), INSTANT))
        metadata = {"leadwright.ruleset": plan.digest, "leadwright.now": instant_text(now)}
        self.schema = pa.schema([(columns[0].name, id_type), *fields], metadata=metadata)

    def table(self, ids: pa.ChunkedArray, decided: Decided, takes: Sequence[Bools]) -> pa.Table:
        """The rows of leads with these ids. `takes` says for each handoff whether its condition is true."""
        types = iter(self.schema.types[1:])
        arrays = [tell(decided, next(types)) for _, tell in self._writers]
        arrays += [_of_rests(tell)(decided, next(types)) for tell in self._listed]
        if self._plan.handoffs:
            arrays.append(self._handed(decided, takes, next(types)))
        if self._lines is not LinesAs.NONE:
            arrays.append(self._explained(decided.lines, next(types)))
        due = pa.array(decided.due, mask=decided.due == NEVER)
        arrays.append(due.cast(pa.timestamp("us")).cast(next(types)))
        return pa.table([ids.cast(self.schema.types[0]), *arrays], schema=self.schema)

    def count(self, decided: Decided, tally: Tally) -> None:
        """Counts the stages of leads."""
        for rest, count in zip(decided.rests, np.bincount(decided.rest).tolist(), strict=False):
            for track, stage in zip(self._plan.tracks, rest[0], strict=True):
                counts = tally.stages.setdefault(track, {})
                counts[stage] = counts.get(stage, 0) + count

    # --- parts ----------------------------------------------------------------------------------

    def _array_maker(self, column: ResultColumn) -> MakeArray:
        """What makes the array of a column."""
        plan, subject = self._plan, column.subject
        match column.tells:
            case ResultKind.TOTAL:
                return lambda decided, type_: pa.array(decided.totals[0], type_)
            case ResultKind.SCORE:
                number = 1 + [score.name for score in plan.scores].index(subject)
                return lambda decided, type_: pa.array(decided.totals[number], type_)
            case ResultKind.GRADE:
                names = [None if one.score is None else plan.scores[one.score].name for one in plan.grades]
                return self._graded(plan.grades[names.index(subject)])
            case ResultKind.STAGE:
                place = plan.tracks.index(str(subject))
                return _of_rests(lambda rest: rest[0][place])
            case ResultKind.TAG:
                tagging = {number for number, rule in enumerate(plan.rules) if subject in rule.tags}
                return _of_rests(lambda rest: not tagging.isdisjoint(rest[1]))
            case ResultKind.OUTCOME | ResultKind.OUTCOME_AT:
                which = [outcome.name for outcome in plan.outcomes].index(str(subject))
                if column.tells is ResultKind.OUTCOME:
                    return _of_rests(lambda rest: rest[4][which] is not None)
                return _of_rests(lambda rest: None if rest[4][which] is True else rest[4][which])
        return _of_rests(lambda rest: bool(rest[2]))

    def _graded(self, grade: Grade) -> MakeArray:
        number = 0 if grade.score is None else 1 + grade.score

        def told(decided: Decided, type_: pa.DataType) -> pa.Array:
            scores = decided.totals[number]
            different, which = np.unique(scores, return_inverse=True)
            return pa.array([band(grade, one) for one in different.tolist()], type_).take(pa.array(which))

        return told

    def _would(self, rest: Rest) -> list[str | None] | None:
        """The stages of a disqualified lead as they would be, by track."""
        return list(rest[3]) if rest[2] else None

    def _reasons(self, rest: Rest) -> list[str]:
        return [self._plan.disqualifications[number].reason for number in rest[2]]

    def _tags(self, rest: Rest) -> list[str]:
        return list(dict.fromkeys(tag for rule in rest[1] for tag in self._plan.rules[rule].tags))

    def _handed(self, decided: Decided, takes: Sequence[Bools], type_: pa.DataType) -> pa.Array:
        """The handoffs that take a lead in the stage it is in: of each stage the first that is true."""
        stages = [dict(zip(self._plan.tracks, rest[0], strict=True)) for rest in decided.rests]
        taken: list[list[str]] = [[] for _ in range(len(decided.rest))]
        done: dict[tuple[str, str], Bools] = {}
        for handoff, holds in zip(self._plan.handoffs, takes, strict=True):
            of = np.array([one[handoff.track] == handoff.stage for one in stages], np.bool_)
            place = (handoff.track, handoff.stage)
            before = done.get(place, np.zeros(len(holds), np.bool_))
            for lead in np.flatnonzero(of[decided.rest] & holds & ~before).tolist():
                taken[lead].append(handoff.name)
            done[place] = before | holds
        return pa.array(taken, type_)

    def _explained(self, lines: Lines, type_: pa.DataType) -> pa.Array:
        rows: list[Mapping[str, Any]]
        if self._lines is LinesAs.SHORT:
            numbered = [self._numbering.numbered(one) for one in lines.different]
            rows = [
                {"line": line, "written": written, "faded": faded, "points": points}
                for line, written, faded, points in numbered
            ]
        else:
            rows = [_line_row(self._numbering.line(one)) for one in lines.different]
        different = pa.array(rows, type_.value_type)
        pieces = [
            pa.ListArray.from_arrays(
                pa.array(lines.offsets[first : last + 1] - lines.offsets[first], pa.int32()),
                different.take(pa.array(lines.codes[lines.offsets[first] : lines.offsets[last]])),
                type=type_,
            )
            for first, last in pairwise(_edges(lines, rows))
        ]
        return pa.chunked_array(pieces, type_)


def _of_rests(tell: Callable[[Rest], Any]) -> MakeArray:
    """A column of what is decided beside scores."""
    return lambda decided, type_: pa.array(map(tell, decided.rests), type_).take(pa.array(decided.rest))


def _edges(lines: Lines, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Between which leads the lines are cut, so that no array has more text than Arrow's offsets reach."""
    leads = len(lines.offsets) - 1
    longest = max((_most_bytes(row) for row in rows), default=0)
    if len(lines.codes) * longest <= _MOST_TEXT:
        return [0, leads]
    whole = np.array(list(map(_most_bytes, rows)), np.int64)[lines.codes]
    until = np.concatenate([[0], np.cumsum(whole)])[lines.offsets]
    edges = [0]
    while edges[-1] < leads:
        beyond = int(np.searchsorted(until, until[edges[-1]] + _MOST_TEXT, "right")) - 1
        edges.append(max(beyond, edges[-1] + 1))
    return edges


def _most_bytes(row: Mapping[str, Any]) -> int:
    """About how many bytes the texts of a line take in UTF-8, at most."""
    return sum(4 * len(value) for value in row.values() if isinstance(value, str))


def lines_table(plan: Plan) -> pa.Table:
    """The lines that explanations by a plan can have, by the numbers that short lines name."""
    lines = ExplanationLines(plan).lines
    rows = [{"number": number, **_line_row(line)} for number, line in enumerate(lines)]
    return pa.Table.from_pylist(rows, pa.schema([("number", pa.int32()), *list(_FULL)]))


def _line_row(line: Any) -> Mapping[str, Any]:
    return {
        "rule": line.name,
        "score": line.score,
        "kind": line.kind.value,
        "written": line.written,
        "faded": line.faded,
        "points": line.points,
        "text": line.text,
        "line": line.line,
    }
