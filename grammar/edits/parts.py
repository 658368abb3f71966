"""The parts of a statement that an edit can name, each by its path.

A path names a part by what it is, its pieces joined by dots; series are counted from 0:

    name  off  group: most least         list: entries.0          score: low high      stage: track
    grade: score bands.0.label bands.0.start otherwise            field: source kind otherwise
    handoff: stage track to turn keeping answered.name within.amount else again.amount tell
    event: source by     include, list from a file: file column   test: at given.0... expect.0...
    rule: then.0.points then.0.score then.0.most then.0.least then.0.tag
          then.0.decay then.0.decay.percent then.0.decay.amount then.0.decay.unit
    rule about events: which event.name event.object window once

`when` is the condition of whatever has one (a define's meaning too), and `when.0`, `when.1.0` its rows: a row
is a clause or, where brackets hold several, a group of rows. A lone clause is the only row of its group, so
that its path stays when others come. The parts of a clause:

    not name object where where.0...   first   function property   first.name second.name within.amount
    operator value low high list values.0   window window.amount window.unit window.start window.end

What a statement may have and has not is a part too, without a value, and knows where it would go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ..frozen import frozen
from ..syntax import nodes as n
from ..syntax.nodes import Span
from .document import Document, Item

UNITS = tuple(unit.value for unit in n.Unit)
PERIODS = ("day", "week", "month")


@frozen
class Part:
    """One thing that can be set.

    `value` is the plain value, None where there is none. `span` is what a new value replaces, `whole`
    what goes where the part is left out (None: it cannot be), and `at` with `phrase` where and how a
    value comes in where there is none.
    """

    path: str
    kind: str
    value: str | None
    span: Span | None = None
    whole: Span | None = None
    at: int = -1
    phrase: str = "{}"
    choices: tuple[str, ...] = ()


@frozen
class Series:
    """Things of one sort that stand side by side.

    `separator` parts them, `openers` are the words before the first. Where the last may go, it goes with
    its opener; `at` and `phrase` say how the first comes in where there is none.
    """

    path: str
    kind: str
    items: tuple[n.Node, ...]
    separator: str
    openers: tuple[str, ...] = ()
    may_end: bool = False
    at: int = -1
    phrase: str = "{}"


@frozen
class Row:
    """A row of a condition: a clause, or a group of rows.

    `node` is the whole operand with its `not`s; `inner` is it without. `join` is "all" or "any", None where
    there is one row only. `inside` is what the brackets of a group hold, or the whole of an outermost group.
    `filters` tells the group after `where`.
    """

    path: str
    node: n.Expression
    span: Span
    inner: n.Expression
    negated: bool
    rows: tuple[Row, ...] | None = None
    join: str | None = None
    inside: Span | None = None
    bracketed: bool = True
    filters: bool = False


@dataclass
class Parts:
    """All parts, series and rows of one statement by their paths, in the order in which they are read."""

    document: Document
    item: Item
    by_path: dict[str, Part] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    filtering: bool = False
    """Whether what is taken in stands after a `where`, where names are properties: no objects, no windows."""

    def add(self, part: Part) -> None:
        """Takes a part in."""
        self.by_path[part.path] = part

    @cached_property
    def commented(self) -> bool:
        """Whether there are comments in the statement."""
        return bool(self.document.comments_in(self.item.span.start, self.item.span.end))

    @cached_property
    def within(self) -> dict[str, list[Part]]:
        """The parts at each path and below it; "" has all. To be read once all are taken in."""
        found: dict[str, list[Part]] = {"": []}
        for path, part in self.by_path.items():
            found[""].append(part)
            end = len(path)
            while end > 0:
                found.setdefault(path[:end], []).append(part)
                end = path.rfind(".", 0, end)
        return found

    def name(self, path: str, node: n.Name, kind: str = "name") -> None:
        """A name that must be there."""
        self.add(Part(path, kind, node.text, node.span))

    def text(self, path: str, node: n.Text, kind: str = "text") -> None:
        """A text that must be there."""
        self.add(Part(path, kind, node.value, node.span))

    def optional(
        self, path: str, kind: str, node: n.Name | n.Text | None, *, at: int, of: n.Node, words: str = ""
    ) -> None:
        """A name or text of a node with words before it, all of which may be left out.

        They come in at an offset.
        """
        phrase = f"{words} {{}}".strip()
        if node is None:
            self.add(Part(path, kind, None, at=at, phrase=phrase))
            return
        value = node.text if isinstance(node, n.Name) else node.value
        word = of.span.token(words.split(maxsplit=1)[0]) if words else None
        begin = word.start if word is not None else node.span.start
        self.add(Part(path, kind, value, node.span, Span(begin, node.span.end), at, phrase))

    def duration(self, path: str, node: n.Duration, units: tuple[str, ...] = UNITS) -> None:
        """The amount and the unit of a length of time."""
        amount = node.span.token("NUMERAL")
        unit = Span(amount.end if amount is not None else node.span.start, node.span.end)
        word = node.span.token(node.unit.value, f"{node.unit.value}s")
        self.add(Part(f"{path}.amount", "amount", str(node.amount), amount))
        self.add(Part(f"{path}.unit", "unit", node.unit.value, word or unit, choices=units))

    def bounds(self, path: str, bounds: n.Bounds | None, of: n.Node, end: int, most: str) -> None:
        """`at most` and `at least` of a node; those that are not there come in at an offset."""
        for word, kind in (("most", most), ("least", "least")):
            value = getattr(bounds, word) if bounds is not None else None
            self.number(f"{path}{word}", kind, value, of, words=f"at {word}", end=end)

    def number(self, path: str, kind: str, value: int | None, of: n.Node, *, words: str, end: int) -> int:
        """A whole number of a node with words before it; it comes in at an offset. Gives where it ends."""
        found = of.span.number(*words.split())
        if value is None or found is None:
            self.add(Part(path, kind, None, at=end, phrase=f"{words} {{}}"))
            return end
        whole, number = found
        self.add(Part(path, kind, str(value), number, whole, end, f"{words} {{}}"))
        return whole.end


_LABELS = {
    "again": "not again within",
    "else": "else to",
    "handoff": "handoff",
    "keeping": "keeping together",
    "tell": "tell",
    "to": "to",
    "turn": "in turn",
    "within": "within",
    "amount": "how many",
    "at": "on the day",
    "because": "reason",
    "by": "property that says what it is about",
    "column": "column",
    "decay": "points lose their worth",
    "end": "until",
    "file": "file",
    "first": "since the first time",
    "function": "measure",
    "grade": "grade",
    "high": "up to",
    "kind": "kind",
    "label": "grade",
    "least": "at least",
    "list": "list",
    "low": "from",
    "most": "at most",
    "name": "name",
    "object": "what it is about",
    "off": "switched off",
    "on": "on the day",
    "once": "once per",
    "operator": "comparison",
    "otherwise": "otherwise",
    "percent": "percent",
    "points": "points",
    "property": "property",
    "rule": "rule",
    "score": "score",
    "source": "name in the data",
    "stage": "stage",
    "start": "from",
    "subject": "value",
    "tag": "tag",
    "times": "times",
    "title": "title",
    "track": "track",
    "unit": "unit of time",
    "until": "stays so until",
    "value": "value",
    "when": "only for leads where",
    "where": "only those where",
    "which": "which",
    "window": "window of time",
}

_FIRST = {
    "window": "in last 30 days",
    "decay": "fading",
    "once": "day",
    "operator": ">=",
    "first": "yes",
    "off": "yes",
    "turn": "yes",
    "most": "10",
    "least": "0",
    "times": "2",
}


def label_of(path: str) -> str:
    """What a part is called."""
    words = [word for word in path.split(".") if not word.isdigit()]
    last = words[-1] if words else path
    whose = words[-2] if len(words) > 1 else ""
    if whose in ("first", "second") and last in ("name", "object"):
        return f"{whose} event" if last == "name" else f"what the {whose} event is about"
    if whose in ("event",) and last == "name":
        return "event"
    if whose in ("when", "where") and last == "name":
        return "what is asked about"
    return _LABELS.get(last, "value")


def first_value(path: str) -> str | None:
    """What a part holds when it is put in, None where only its writer can say."""
    return _FIRST.get(path.rpartition(".")[2])
