"""Leads and events as Arrow tables or Parquet files, scored without a database. Needs `leadwright[arrow]`.

    import leadwright.arrow as lw

    scores = lw.score("inbound.rules", leads, events, now="2026-01-15T12:00Z")
    lw.score_parquet("inbound.rules", "lake", "scores", now="2026-01-15T12:00Z")

Each lead gets what `leadwright.load(rules)(lead, events, now)` says of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .engine.arrow.blocks import Tally
from .engine.arrow.files import score_files
from .engine.arrow.naming import Columns
from .engine.arrow.problems import DataError
from .engine.arrow.reads import Reads, reads_of
from .engine.arrow.results import LinesAs, lines_table
from .engine.arrow.scorer import TableScorer
from .engine.score_one.facts import instant_from

if TYPE_CHECKING:
    import pyarrow as pa

    from .engine.plan import Plan
    from .engine.ruleset import Ruleset

    Rules = Ruleset | str | Path

__all__ = ["Columns", "DataError", "Reads", "Tally", "explanation_lines", "reads", "score", "score_parquet"]

Instant = dt.datetime | dt.date | str
Lines = Literal["full", "short", "none"]


def score(
    rules: Rules,
    leads: pa.Table,
    events: pa.Table | None = None,
    *,
    now: Instant,
    columns: Columns | None = None,
    lines: Lines = "full",
    tally: Tally | None = None,
    **names: Any,
) -> pa.Table:
    """The decisions about all leads as a table, in the order of the leads.

    `rules` is a ruleset, a file or a text of rules. Columns have the names that `Columns` describes; `names`
    are its parts: `lead_id="contact_id"`, `fields={"employees": "headcount"}`. `lines` says how the lines of
    scores are given: each in full, as `line` and points, to be joined with `explanation_lines`, or not at
    all. A `tally` is added what was counted. Events at one instant count in the order of their content.
    Raises DataError for tables that cannot be read, RulesetError for rules with errors.
    """
    scorer = TableScorer(
        _plan(rules),
        _instant(now),
        _columns(columns, names),
        LinesAs(lines),
        (leads.schema, None if events is None else events.schema),
    )
    return scorer.score(leads, events, Tally() if tally is None else tally)


def score_parquet(
    rules: Rules,
    source: str | Path,
    target: str | Path,
    *,
    now: Instant,
    columns: Columns | None = None,
    lines: Lines = "full",
    paired: bool = False,
    buckets: int | None = None,
    processes: int | None = None,
    **names: Any,
) -> Tally:
    """Scores the Parquet files of `source` into files in the folder `target`, and tells what was counted.

    `source` has leads and events in `leads/` and `events/`, or in `leads.parquet` and `events.parquet`.
    `paired`: the events of the leads of each file are in the file of events of the same name. Else many rows
    are first put together by DuckDB, in so many `buckets`. There are as many `processes` as processors. The
    rest is as in `score`; call it under `if __name__ == "__main__":`, as processes read your program.
    """
    return score_files(
        _plan(rules),
        _instant(now),
        Path(source),
        Path(target),
        columns=_columns(columns, names),
        lines=LinesAs(lines),
        paired=paired,
        buckets=buckets,
        processes=processes,
    )


def reads(rules: Rules) -> Reads:
    """What a ruleset reads: fields, types of events and properties, with the kinds that they are read as."""
    return reads_of(_plan(rules))


def explanation_lines(rules: Rules) -> pa.Table:
    """The lines that explanations by a ruleset can have, by the numbers that short lines name as `line`."""
    return lines_table(_plan(rules))


def _plan(rules: Rules) -> Plan:
    # Here, as processes that only score load this module too.
    from .engine.ruleset import Ruleset, load

    return (rules if isinstance(rules, Ruleset) else load(rules)).plan


def _instant(now: Instant) -> int:
    return instant_from(now, "leads are to be looked at from")


def _columns(columns: Columns | None, names: Mapping[str, Any]) -> Columns:
    from dataclasses import replace

    return replace(columns or Columns(), **names)
