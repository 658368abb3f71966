"""What is killed by the tests of faults: imports and scores, or watches, until it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadwright.engine.cli.program import run
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.importing import staging
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.mirror import sync
from leadwright.engine.store.scoring import full_run, row_scorer, score_run
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.saved_version import save_version

EVENTS = ColumnMapping("lead", events=(EventColumns("at", type="type", object="object"),))
RULES = """
event visited
event requested
field size: number
rule "Week" when visited pricing >= 2 in last 7 days then +{points}
rule "Fades" for each visited docs then +8 fading 5% every 1 minute
rule "Size" when size > 50 then +5
stage MQL when score >= 20 and requested demo in last 30 days
"""


def in_small_batches(patch: Callable[[Any, str, int], None] = setattr) -> None:
    """Makes a transaction and a file of every few rows, so that a kill finds many of them."""
    patch(staging, "LEAD_BATCH", 20)
    patch(staging, "EVENT_BATCH", 20)
    patch(row_scorer, "PORTION", 15)
    patch(score_run, "PORTION", 15)
    patch(full_run, "PORTION", 15)
    patch(full_run, "MANY", 0)
    patch(sync, "MOST", 16)


def score(
    store: Store, points: int, *, whole: bool = False, now: int | None = None, processes: int = 1
) -> None:
    text = RULES.format(points=points)
    plan = read(Source(text)).plan
    assert plan is not None
    version = save_version(store, "inbound", text, plan.digest)
    at = time.time_ns() // 1000 if now is None else now
    score_run.score_store(
        store, Evaluator(plan), version, at, whole=whole, resources=Resources(processes=processes)
    )


def main() -> None:
    """Arguments: `work`, `both` (in two processes) or `watch`, the database, points, files in turns."""
    kind, db, points, *files = sys.argv[1:]
    in_small_batches()
    print("go", flush=True)
    if kind == "watch":
        run(["watch", "--db", db, "--every", "0.1"])
        return
    with open_store(db, create=True, wait=60.0) as store:
        for name in files:
            path = Path(name)
            import_file(store, path, ColumnMapping("id") if "leads" in path.name else EVENTS)
            score(store, int(points), processes=2 if kind == "both" else 1)


if __name__ == "__main__":
    main()
