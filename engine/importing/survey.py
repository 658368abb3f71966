"""The first pass over a file: what every column holds, before anything is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from ..progress import Progress
from .coding import Coded, CodedChunk, CodedSource, Instants, Numbers, Values
from .mapping import Reading
from .problems import ImportRefused
from .values.alike import looks_of
from .values.blanks import folded
from .values.cells import ABSENT
from .values.columns import Column, ColumnLooks, Stated, is_named_like_a_date, understand
from .values.looks import BLANK, INSTANT_LOOK, Look, looker
from .values.moments import UNIX_FORMATS, MomentReader, usual_text

_SAMPLE = 2_000
_FEW = 50
_ID_ROWS = 50_000


@dataclass(slots=True)
class Survey:
    """Every column's looks by its place in the file, how its moments are read, how many rows there are,
    and the different ids that the first of them have."""

    rows: int = 0
    has_at: bool = False
    ids: set[object] = field(default_factory=set)
    ids_seen: int = 0
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
    source: CodedSource, reading: Reading, *, lead: str, ats: set[str], skipped: set[str], progress: Progress
) -> Survey:
    """Reads the whole file once, looking at every column but the skipped ones.

    `lead` is the column of the lead's id and `ats` are those of events' dates, where it is enough to know
    what they look like: each is read later, row by row.
    """
    survey = Survey()
    lookers: dict[int, _Looker] = {}
    MomentReader(reading.timezone, reading.date_format)
    blanks = frozenset(map(folded, reading.blanks))
    texts = source.source.text_columns

    def begin_columns() -> None:
        for place, column in enumerate(source.source.columns):
            if place not in survey.looks and column and column not in skipped:
                moments = survey.moments[place] = moment_reader(reading, column, column in ats)
                looks = survey.looks[place] = ColumnLooks()
                look = looker(moments, blanks, texts_are_texts=column in texts - ats)
                alike = not blanks and moments.date_format is None
                look = _quick(moments, look) if column in ats else look
                lookers[place] = _Looker(looks, look, alike)

    begin_columns()
    for chunk in source.first_pass():
        begin_columns()
        _look_at_ids(survey, source, chunk, lead, count=not ats)
        for place, looking in lookers.items():
            if place < len(chunk.columns):
                looking.add(chunk, chunk.columns[place], source.values[place])
        survey.rows += len(chunk) + len(chunk.rejected)
        progress("reading", chunk.share)
        if not source.source.columns and chunk.rejected:
            first = chunk.rejected[0]
            raise ImportRefused(
                f"nothing in {source.source.label} can be read: line {first.line} {first.reason}",
                'each line of JSON Lines is an object, as {"id": "ann", "title": "CTO"}',
            )
    for looking in lookers.values():
        looking.finish()
    return survey


def _quick(moments: MomentReader, look: Callable[[object], Look]) -> Callable[[object], Look]:
    """As `look`, but sparing of instants in ISO 8601, which come by the million."""

    def quick(cell: object) -> Look:
        return INSTANT_LOOK if isinstance(cell, str) and moments.looks_so(cell) else look(cell)

    return quick


def _look_at_ids(survey: Survey, source: CodedSource, chunk: CodedChunk, lead: str, count: bool) -> None:
    """Looks for email addresses among the ids, and keeps different ones of the first rows: enough to see that
    a column is none of ids."""
    names = source.source.columns
    place = names.index(lead) if lead in names else len(chunk.columns)
    if place >= len(chunk.columns):
        return
    ids = source.values[place].cells
    survey.has_at = survey.has_at or "@" in "\n".join(map(str, ids[survey.ids_seen :]))
    survey.ids_seen = len(ids)
    if count and survey.rows_with_ids < _ID_ROWS:
        survey.ids = set(ids) - {ABSENT}
        survey.rows_with_ids += len(chunk)


class _Looker:
    """Looks at one column, a chunk at a time. `alike`: its texts may be judged many at once."""

    def __init__(self, found: ColumnLooks, look: Callable[[object], Look], alike: bool) -> None:
        self.found = found
        self.look = look
        self.alike = alike
        self.texts: dict[object, None] = {}
        self._looks: dict[Look, int] = {}
        self._of_value: list[int] = []
        self._numbers: Numbers = np.empty(0, np.int32)

    def add(self, chunk: CodedChunk, column: Coded, values: Values) -> None:
        """Adds a column of a chunk."""
        if isinstance(column, Instants):
            self._note(INSTANT_LOOK, len(chunk), chunk.lines[0], usual_text(int(column.micros[0])))
            if len(self.texts) < _SAMPLE:
                self._keep(list(map(usual_text, column.micros[:_SAMPLE].tolist())))
        elif isinstance(column, np.ndarray):
            self._add_coded(chunk, column, values)
        else:
            self._add_cells(chunk, column)

    def _add_cells(self, chunk: CodedChunk, cells: Sequence[object]) -> None:
        looks = self._looks_of(chunk, cells)
        for look, count in Counter(looks).items():
            if look in self.found.first:
                self.found.counts[look] += count
            else:
                row = looks.index(look)
                self._note(look, count, chunk.lines[row], cells[row])
        self._keep(cells)

    def _looks_of(self, chunk: CodedChunk, cells: Sequence[object]) -> list[Look]:
        if chunk.texts and self.alike and len(cells) > _FEW:
            return looks_of(cells, self.look)  # type: ignore[arg-type]  # all are texts
        return list(map(self.look, cells))

    def _add_coded(self, chunk: CodedChunk, column: Numbers, values: Values) -> None:
        """Of a value seen before its look is known."""
        news = values.cells[len(self._of_value) :]
        if news:
            found = self._looks_of(chunk, news)
            for look in dict.fromkeys(found):
                self._looks.setdefault(look, len(self._looks))
            self._of_value.extend(map(self._looks.__getitem__, found))
            self._numbers = np.array(self._of_value, np.int32)
        looks = self._numbers[column]
        counts = np.bincount(looks, minlength=len(self._looks)).tolist()
        firsts = {}
        for look, number in self._looks.items():
            if counts[number] and look not in self.found.first:
                firsts[int((looks == number).argmax())] = (look, counts[number])
            elif counts[number]:
                self.found.counts[look] += counts[number]
        for row, (look, count) in sorted(firsts.items()):
            self._note(look, count, chunk.lines[row], values.cells[column[row]])
        self._keep(news)

    def _note(self, look: Look, count: int, line: int, cell: object) -> None:
        """Counts a look, of which this cell may be the first."""
        if look not in self.found.counts and look.family != BLANK:
            self.found.first[look] = (line, cell)
        self.found.counts[look] += count

    def _keep(self, cells: Sequence[object]) -> None:
        if len(self.texts) < _SAMPLE:
            self.texts.update(dict.fromkeys(cells))

    def finish(self) -> None:
        """Keeps some of the different texts."""
        self.found.texts = list(islice(self.texts, _SAMPLE))
