"""The first pass over a file: what every column holds, before anything is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest

from ...grammar.syntax.nodes import Kind
from .forms import OTHER_DATES, Form, form_of, format_of, kind_of
from .layout import Layout
from .mapping import Reading
from .moments import UNIX_FORMATS, MomentReader
from .problems import ImportRefused, shortened
from .rows import Chunk
from .sources import Source

Progress = Callable[[str, float], None]
"""Told what is being done and, from 0 to 1, how much of it is done."""

_DATES = (Form.DATE, Form.DATETIME, *OTHER_DATES)
_REMEMBERED = 20_000


class Memo(dict[str, object]):
    """What was made of a text, made once; forgets all when it has grown large."""

    def __init__(self, make: Callable[[str], object]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, text: str) -> object:
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[text] = self.make(text)
        return made


@dataclass(slots=True)
class ColumnForms:
    """How often each form was seen in a column, and the first value of each with its line."""

    counts: Counter[Form] = field(default_factory=Counter)
    first: dict[Form, tuple[int, str]] = field(default_factory=dict)

    @property
    def values(self) -> int:
        """How many cells are not blank."""
        return self.counts.total() - self.counts[Form.BLANK]

    def example(self, form: Form) -> str:
        """The first value of a form and where it stands, in words."""
        line, text = self.first[form]
        return f"{shortened(text)} (line {line:,})"


@dataclass(slots=True)
class Survey:
    """Every column's forms by its place in the file, how its moments are read, how many rows there are."""

    rows: int = 0
    has_at: bool = False
    forms: dict[int, ColumnForms] = field(default_factory=dict)
    moments: dict[int, MomentReader] = field(default_factory=dict)


def moment_reader(reading: Reading, column: str) -> MomentReader:
    """The reader of a column's days and instants."""
    return MomentReader(reading.timezone, reading.date_formats.get(column, reading.date_format))


def take_survey(
    source: Source, reading: Reading, *, lead: str, ats: set[str], skipped: set[str], progress: Progress
) -> Survey:
    """Reads the whole file once, looking at every column but the skipped ones.

    `lead` is the column of the lead's id and `ats` are those of events' dates, where it is enough to know
    what they look like: each is read later, row by row.
    """
    survey = Survey()
    memos: dict[int, Memo] = {}
    MomentReader(reading.timezone, reading.date_format)

    def begin_columns() -> None:
        for place, column in enumerate(source.columns):
            if place not in survey.forms and column and column not in skipped:
                moments = survey.moments[place] = moment_reader(reading, column)
                survey.forms[place] = ColumnForms()
                memos[place] = Memo(_former(moments, reading.decimal, column in ats))

    begin_columns()
    for chunk in source.chunks():
        begin_columns()
        if lead in source.columns:
            _look_for_at(survey, chunk, source.columns.index(lead))
        _count(survey, chunk, memos)
        survey.rows += len(chunk.rows) + len(chunk.rejected)
        progress("reading", chunk.share)
        if not source.columns and chunk.rejected:
            first = chunk.rejected[0]
            raise ImportRefused(
                f"nothing in {source.label} can be read: line {first.line} {first.reason}",
                'each line of JSON Lines is an object, as {"id": "ann", "title": "CTO"}',
            )
    return survey


def _former(moments: MomentReader, decimal: str, at: bool) -> Callable[[str], object]:
    """Gives a form's word, as that is counted several times quicker than the form."""
    instant = Form.DATETIME.value

    def form(text: str) -> str:
        if at and moments.looks_so(text):
            return instant
        word: str = form_of(text, moments, decimal).value
        return word

    return form


def _look_for_at(survey: Survey, chunk: Chunk, place: int) -> None:
    if not survey.has_at:
        survey.has_at = any("@" in row[place] for row in chunk.rows if place < len(row))


def _count(survey: Survey, chunk: Chunk, memos: dict[int, Memo]) -> None:
    columns = list(zip_longest(*chunk.rows, fillvalue=""))
    for place, found in survey.forms.items():
        if place >= len(columns):
            continue
        words = list(map(memos[place].__getitem__, columns[place]))
        for word, count in Counter(words).items():
            form = Form(word)
            if not found.counts[form] and form is not Form.BLANK:
                where = words.index(word)
                found.first[form] = (chunk.lines[where], columns[place][where])
            found.counts[form] += count


def check_dates(label: str, layout: Layout, survey: Survey, columns: list[str], reading: Reading) -> None:
    """Refuses a file whose dates cannot be told: of events in an unknown form, of columns in two forms."""
    ats = {event.at for event in layout.events}
    for place in ats:
        _check_at(label, columns[place], survey.forms[place], survey.moments[place])
    others = [*layout.fields, *(column for event in layout.events for column in event.properties)]
    for column in others:
        forms = survey.forms[column.place]
        if column.source not in reading.kinds and column.place not in ats:
            seen = _date_forms(forms)
            if len(seen) > 1 and sum(forms.counts[form] for form in _DATES) == forms.values:
                raise _two_forms(label, column.source, forms, seen)


def _date_forms(forms: ColumnForms) -> list[Form]:
    """The forms of dates that a column mixes: ISO counts once, day first or month first only as needed."""
    iso = next((form for form in (Form.DATE, Form.DATETIME) if forms.counts[form]), None)
    seen = [form for form in OTHER_DATES if forms.counts[form]]
    if Form.DAY_OR_MONTH_FIRST in seen and len(seen) > 1:
        seen.remove(Form.DAY_OR_MONTH_FIRST)
    return [iso, *seen] if iso else seen


def _check_at(label: str, column: str, forms: ColumnForms, moments: MomentReader) -> None:
    seen = _date_forms(forms)
    if len(seen) > 1:
        raise _two_forms(label, column, forms, seen)
    if seen and seen[0] in OTHER_DATES:
        raise ImportRefused(
            f"the column {column} of {label} writes dates as {forms.example(seen[0])}",
            _say_format(forms, seen[0]),
        )
    if not seen and forms.values and moments.date_format not in UNIX_FORMATS:
        form = forms.counts.most_common(1)[0][0]
        form = next(iter(forms.first)) if form is Form.BLANK else form
        hint = "name the column of the dates with --at, or say how they are written with --date-format"
        if form is Form.NUMBER:
            hint = "if these are seconds since 1970 write --date-format unix, if milliseconds unix-ms"
        raise ImportRefused(f"the column {column} of {label} holds no date: {forms.example(form)}", hint)


def _two_forms(label: str, column: str, forms: ColumnForms, seen: list[Form]) -> ImportRefused:
    listed = " and ".join(f"{forms.example(form)}" for form in seen)
    other = next(form for form in seen if form in OTHER_DATES)
    if len([form for form in seen if form in OTHER_DATES]) > 1:
        hint = "write all of them in one form, best as 2026-01-31; or leave the column out"
    else:
        hint = _say_format(forms, other) + "; dates like 2026-01-31 are read besides"
    return ImportRefused(f"the column {column} of {label} mixes dates in two forms: {listed}", hint)


def _say_format(forms: ColumnForms, form: Form) -> str:
    example = forms.first[form][1]
    written = format_of(example, form)
    if form is not Form.DAY_OR_MONTH_FIRST:
        return f"import with --date-format {written}"
    month_first = format_of(example, Form.MONTH_FIRST)
    return f"import with --date-format {written} if the day stands first, or {month_first} if the month does"


def kind_found(survey: Survey, place: int) -> Kind | None:
    """The kind of a column, inferred from all of its values; None where all are blank."""
    return kind_of(survey.forms[place].counts)


def advice(survey: Survey, place: int, column: str, kind: Kind | None) -> str | None:
    """What a person may want to do about a column that is text for the sake of a few values, or None."""
    forms = survey.forms[place]
    if kind is None:
        return "blank in every row, so left out"
    if kind is not Kind.TEXT:
        return None
    dates = _date_forms(forms)
    written_so = sum(forms.counts[form] for form in {*dates, Form.DAY_OR_MONTH_FIRST})
    if len(dates) == 1 and dates[0] in OTHER_DATES and _are_most(written_so, forms):
        return f"looks like dates, as {forms.example(dates[0])}: {_say_format(forms, dates[0])}"
    if forms.counts[Form.COMMA_NUMBER] + forms.counts[Form.NUMBER] == forms.values:
        return f"looks like numbers, as {forms.example(Form.COMMA_NUMBER)}: import with --decimal ,"
    form, count = max(
        ((form, count) for form, count in forms.counts.items() if form is not Form.BLANK),
        key=lambda item: item[1],
    )
    if form not in _KINDS or not _are_most(count, forms):
        return None
    odd = next(other for other in forms.first if other is not form)
    kind, words = _KINDS[form]
    return (
        f"{count:,} of {forms.values:,} values are {words}, but {forms.example(odd)} is not: "
        f"with --kind {column}={kind.value} such a value is left out as unknown"
    )


def _are_most(count: int, forms: ColumnForms) -> bool:
    return count * 5 >= forms.values * 4


_KINDS = {
    Form.NUMBER: (Kind.NUMBER, "numbers"),
    Form.YES_NO: (Kind.YES_NO, "yes or no"),
    Form.DATE: (Kind.DATE, "dates"),
    Form.DATETIME: (Kind.DATETIME, "dates with a time"),
}
"""The kind of a form, and what people call its values."""
