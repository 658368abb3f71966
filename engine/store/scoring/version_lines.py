"""The lines that explanations by a version of a ruleset can have, kept with it."""

from __future__ import annotations

import json

from ...explain.decision import Line, LineKind
from ...explain.explanation_lines import ExplanationLines
from ..database import Store
from ..records.rulesets import RulesetVersion


def save_lines(store: Store, version: RulesetVersion, possible: ExplanationLines) -> None:
    """Keeps the lines of a version; within a transaction."""
    store.connection.executemany(
        "INSERT OR IGNORE INTO version_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                version.id,
                number,
                line.kind.value,
                line.name,
                line.score,
                line.line,
                line.text,
                line.points,
                line.written,
            )
            for number, line in enumerate(possible.lines)
        ),
    )


def load_lines(store: Store, version_id: int) -> list[Line]:
    """The lines that explanations by a version can have, by number."""
    rows = store.connection.execute(
        "SELECT kind, name, score, line, written, written, points, text FROM version_line "
        "WHERE version = ? ORDER BY number",
        (version_id,),
    )
    return [Line(LineKind(kind), *rest) for kind, *rest in rows]


def read_lines(possible: list[Line], written: str) -> tuple[Line, ...]:
    """A lead's lines as they were written down."""
    lines = []
    for part in json.loads(written):
        if isinstance(part, int):
            lines.append(possible[part])
            continue
        number, points, *before = part
        line = possible[number]
        faded, as_written = before or ((points, points) if line.kind is LineKind.RULE else (0, 0))
        lines.append(line._replace(points=points, faded=faded, written=as_written))
    return tuple(lines)
