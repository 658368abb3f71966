"""What a part of the benchmark hands back, and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that was demanded, beside the one that was measured."""

    what: str
    measured: float
    demanded: float
    at_least: bool
    unit: str = "x"

    @property
    def holds(self) -> bool:
        """Whether the measured figure is on the right side of the demanded one."""
        return self.measured >= self.demanded if self.at_least else self.measured <= self.demanded

    def row(self) -> tuple[str, ...]:
        """As a line of a table."""
        return (
            self.what,
            f"{self.measured:.2f} {self.unit}",
            f"{'>=' if self.at_least else '<='} {self.demanded:g} {self.unit}",
            "holds" if self.holds else "MISSES",
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What one part found: tables of times, claims with their figures, notes on how it was done."""

    part: str
    tables: tuple[Table, ...] = ()
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """The whole part, readable in a terminal."""
        blocks = [f"== {self.part}"]
        blocks += [f"{table.title}\n{columns(table.headings, table.rows)}" for table in self.tables]
        if self.claims:
            blocks.append(claims_text(self.claims))
        blocks += [f"  note: {note}" for note in self.notes]
        return "\n\n".join(blocks)

    def data(self) -> dict[str, Any]:
        """As JSON holds it."""
        claims = [asdict(claim) | {"holds": claim.holds} for claim in self.claims]
        return {
            "part": self.part,
            "tables": [asdict(table) for table in self.tables],
            "claims": claims,
            "notes": list(self.notes),
        }


def claims_text(claims: Sequence[Claim]) -> str:
    """Demanded against measured, a line each."""
    return columns(("demanded", "measured", "wanted", ""), [claim.row() for claim in claims])


def columns(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Text in columns: the first flush left, the others flush right."""
    table = [headings, *rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(headings))]
    lines = [
        "  "
        + "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return "\n".join([lines[0], "  " + "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])
