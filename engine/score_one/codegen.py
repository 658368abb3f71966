"""The context of a generated function: its lines so far, and the names they use."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Unit
from ..plan import Last, Measure, Plan
from ..plan.event_reads import ReadColumn
from ..plan.lower import Kernel, Term, Test
from ..values import MICROSECONDS
from .event_classes import EventClass

MARK = "\x01"
"""Stands around the number of an edge; no literal that Python writes holds it."""


class Detail(IntEnum):
    """How much a generated function tells; see `program`."""

    SCORE = 0
    LINES = 1
    EXPLAIN = 2
    INSTANTS = 3


@frozen
class Operand:
    """A value as an expression of Python: may it be None, is it an int."""

    text: str
    nullable: bool
    whole: bool = False


@dataclass(slots=True)
class CodegenScope:
    """A run of lines at one depth, and the values that they have computed.

    `columns` tells, inside the pass over events, where the properties of the event in hand stand.
    """

    indent: str
    lines: list[str] = field(default_factory=list)
    values: dict[Term, Operand] = field(default_factory=dict)
    columns: Sequence[ReadColumn | None] | None = None

    def add(self, line: str, depth: int = 0) -> None:
        """Adds a line, `depth` steps further in."""
        self.lines.append(self.indent + " " * depth + line)


@frozen
class Uses:
    """What a plan uses how often: `asked` per definition; signals that are only asked whether there is
    any; fields that many clauses read; texts and moments that more than one clause asks the same of."""

    asked: Mapping[int, int]
    seen: frozenset[int]
    common: frozenset[int]
    repeated: frozenset[Test]


@dataclass(slots=True)
class CodegenContext:
    """What writing one function keeps: constants it refers to, measures and windows it needs."""

    kernel: Kernel
    classes: Sequence[EventClass]
    detail: Detail
    width: int
    fixed: bool
    top: CodegenScope = field(default_factory=lambda: CodegenScope(" "))
    names: dict[str, object] = field(default_factory=dict)
    shared: dict[Hashable, str] = field(default_factory=dict)
    measures: dict[Measure, str] = field(default_factory=dict)
    edges: dict[int | tuple[int, Unit], str] = field(default_factory=dict)
    truths: dict[int, str] = field(default_factory=dict)
    held: dict[tuple[int, bool], str] = field(default_factory=dict)
    uses: Uses = field(default_factory=lambda: Uses({}, frozenset(), frozenset(), frozenset()))
    stand_ins: dict[int, str] = field(default_factory=dict)
    shared_tests: dict[Test, str] = field(default_factory=dict)
    recent: Mapping[str, Last] = field(default_factory=dict)
    """Gauges of the latest event, each with the window before which none makes a difference to it."""
    walks: bool = False
    """Whether it may have to look at a lead's past, and so needs all events."""
    serial: int = 0

    @property
    def plan(self) -> Plan:
        """The plan that the function is of."""
        return self.kernel.plan

    def fresh(self, letter: str) -> str:
        """A local name not used before."""
        self.serial += 1
        return f"{letter}{self.serial}"

    def constant(self, key: Hashable, make: Callable[[], object]) -> str:
        """The name of a constant, made once per key."""
        name = self.shared.get(key)
        if name is None:
            name = f"K{len(self.shared)}"
            self.shared[key] = name
            self.names[name] = make()
        return name

    def measure(self, measure: Measure) -> str:
        """The local name of a measure."""
        name = self.measures.get(measure)
        if name is None:
            name = self.fresh("g")
            self.measures[measure] = name
        return name

    def edge(self, amount: int, unit: Unit) -> str:
        """The instant so far after now, as a mark that `resolved` replaces."""
        if unit in MICROSECONDS:
            return self.moment(amount * MICROSECONDS[unit]) if amount else "now"
        return self.edges.setdefault((amount, unit), f"{MARK}{len(self.edges)}{MARK}")

    def moment(self, offset: int) -> str:
        """The instant so many microseconds after now, as a mark that `resolved` replaces."""
        return self.edges.setdefault(offset, f"{MARK}{len(self.edges)}{MARK}")

    def stand_in(self, number: int) -> str:
        """The local that holds a field, with what no comparison is true of in the place of unknown."""
        return self.stand_ins.setdefault(number, f"n{number}")

    @property
    def is_brief(self) -> bool:
        """Whether only what is true need be found out."""
        return self.detail in (Detail.SCORE, Detail.LINES)

    def today(self) -> str:
        """The local name of the number of the day."""
        return f"{MARK}today{MARK}"
