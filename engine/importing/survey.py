"""The first pass over a file: what every column holds, before anything is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from .mapping import Reading
from .problems import ImportRefused
from .rows import Chunk, Source
from .values.blanks import folded
from .values.cells import ABSENT
from .values.columns import Column, ColumnLooks, Stated, is_named_like_a_date, understand
from .values.looks import BLANK, INSTANT_LOOK, Look, looker
from .values.moments import UNIX_FORMATS, MomentReader, all_usual

Progress = Callable[[str, float], None]
"""Told what is being done and, from 0 to 1, how much of it is done."""

_REMEMBERED = 20_000
_SAMPLE = 2_000
_ID_ROWS = 50_000


class Memo(dict[object, object]):
    """What was made of a cell, made once; forgets all when it has grown large."""

    def __init__(self, make: Callable[[object], object]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, cell: object) -> object:
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[cell] = self.make(cell)
        return made


@dataclass(slots=True)
class Survey:
    """Every column's looks by its place in the file, how its moments are read, how many rows there are,
    and the different ids that the first of them have."""

    rows: int = 0
    has_at: bool = False
    ids: set[object] = field(default_factory=set)
    rows_with_ids: int = 0
    looks: dict[int, ColumnLooks] = field(default_factory=dict)
    moments: dict[int, MomentReader] = field(default_factory=dict)

    def understood(self, place: int, name: str, stated: Stated) -> Column:
        """What a column is."""
        return understand(name, self.looks[place], stated, self.moments[place])


def moment_reader(reading: Reading, column: str, at: bool = False) -> MomentReader:
    """The reader of a column's days and instants."""
    form = reading.date_formats.get(column)
    if form is None and (reading.date_format not in UNIX_FORMATS or at or is_named_like_a_date(column)):
        # Not every number of a file is an instant because its dates are numbers.
        form = reading.date_format
    # An event of 1970 is none: seconds were taken for milliseconds, or days of a spreadsheet for seconds.
    return MomentReader(reading.timezone, form, only_likely=at)


def take_survey(
    source: Source, reading: Reading, *, lead: str, ats: set[str], skipped: set[str], progress: Progress
) -> Survey:
    """Reads the whole file once, looking at every column but the skipped ones.

    `lead` is the column of the lead's id and `ats` are those of events' dates, where it is enough to know
    what they look like: each is read later, row by row.
    """
    survey = Survey()
    memos: dict[int, Memo] = {}
    usual: set[int] = set()
    MomentReader(reading.timezone, reading.date_format)
    blanks = frozenset(map(folded, reading.blanks))

    def begin_columns() -> None:
        for place, column in enumerate(source.columns):
            if place not in survey.looks and column and column not in skipped:
                moments = survey.moments[place] = moment_reader(reading, column, column in ats)
                survey.looks[place] = ColumnLooks()
                look = looker(moments, blanks, texts_are_texts=column in source.text_columns - ats)
                memos[place] = Memo(_quick(moments, look) if column in ats else look)
                if column in ats:
                    usual.add(place)

    begin_columns()
    for chunk in source.chunks():
        begin_columns()
        if lead in source.columns:
            place = source.columns.index(lead)
            _look_for_at(survey, chunk, place)
            if not ats:
                _count_ids(survey, chunk, place)
        _count(survey, chunk, memos, usual)
        survey.rows += len(chunk.rows) + len(chunk.rejected)
        progress("reading", chunk.share)
        if not source.columns and chunk.rejected:
            first = chunk.rejected[0]
            raise ImportRefused(
                f"nothing in {source.label} can be read: line {first.line} {first.reason}",
                'each line of JSON Lines is an object, as {"id": "ann", "title": "CTO"}',
            )
    for place, memo in memos.items():
        survey.looks[place].texts = list(islice(memo, _SAMPLE))
    return survey


def _quick(moments: MomentReader, look: Callable[[object], Look]) -> Callable[[object], Look]:
    """As `look`, but sparing of instants in ISO 8601, which come by the million."""

    def quick(cell: object) -> Look:
        return INSTANT_LOOK if isinstance(cell, str) and moments.looks_so(cell) else look(cell)

    return quick


def _look_for_at(survey: Survey, chunk: Chunk, place: int) -> None:
    if not survey.has_at:
        survey.has_at = any("@" in str(row[place]) for row in chunk.rows if place < len(row))


def _count_ids(survey: Survey, chunk: Chunk, place: int) -> None:
    """Counts different ids, of the first rows: enough to see that a column is none of ids."""
    if survey.rows_with_ids < _ID_ROWS:
        survey.ids.update(row[place] for row in chunk.rows if place < len(row))
        survey.rows_with_ids += len(chunk.rows)


def _count(survey: Survey, chunk: Chunk, memos: dict[int, Memo], usual: set[int]) -> None:
    """Adds a chunk to the looks. In the columns `usual`, instants as machines write them all look alike."""
    columns = list(zip_longest(*chunk.rows, fillvalue=ABSENT))
    for place, found in survey.looks.items():
        if place >= len(columns):
            continue
        if place in usual and INSTANT_LOOK in found.counts and all_usual(columns[place]):
            found.counts[INSTANT_LOOK] += len(columns[place])
            continue
        looks: list[Look] = list(map(memos[place].__getitem__, columns[place]))  # type: ignore[arg-type]
        for look, count in Counter(looks).items():
            if look not in found.counts and look.family != BLANK:
                where = looks.index(look)
                found.first[look] = (chunk.lines[where], columns[place][where])
            found.counts[look] += count
