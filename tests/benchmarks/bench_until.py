"""What it costs that two stages hold: all leads of a store, and one lead with all of its decision read."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import process_time

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.score_one.facts import Facts
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import score_store
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.ours import given
from leadwright.tests.benchmarks.people import NOW, NOW_MICROSECONDS, leads
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.stored_people import build
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import twenty
from leadwright.tests.saved_version import save_version

WITHOUT, WITH = "without until", "with until on two stages"
HELD = {
    "stage MQL when score >= 40": "stage MQL when score >= 40 until score < 25",
    "stage SQL when score >= 80 and requested demo": (
        "stage SQL when score >= 80 and requested demo until score < 50"
    ),
}


def _evaluators() -> Mapping[str, Evaluator]:
    plain = held = rules_text(twenty())
    for stage, until in HELD.items():
        if stage not in held:
            raise RuntimeError(f"the rules have no {stage!r}")
        held = held.replace(stage, until)
    found = {}
    for name, text in ((WITHOUT, plain), (WITH, held)):
        reading = read(Source(text))
        if reading.plan is None:
            raise RuntimeError(str(reading.errors))
        found[name] = Evaluator(reading.plan)
    return found


def run(*, quick: bool) -> Report:
    """All leads of a store of 32,768 or a million, by one process; and 300 or 2,000 leads one by one."""
    count, rounds, singly = (32_768, 3, 300) if quick else (1_000_000, 5, 2_000)
    evaluators = _evaluators()
    anew, again = _bulk(evaluators, count, rounds)
    one = _one(evaluators, singly, rounds)
    table = Table(
        f"20 rules, {count:,} leads with 20 events each; seconds of a processor",
        ("what", *evaluators, "times as long"),
        (
            ("all leads, scored, explained and written", *_row(anew)),
            ("the same again, nothing new", *_row(again)),
            ("one lead, all of its decision read", *_row(one)),
        ),
    )
    claims = (
        Claim("all leads, against the same rules without until", anew[WITH].over(anew[WITHOUT]), 1.3, False),
        Claim("one lead, against the same rules without until", one[WITH].over(one[WITHOUT]), 1.5, False),
    )
    return Report("until", (table,), claims)


def _row(found: Mapping[str, Measured]) -> tuple[str, str, str]:
    seconds = [f"{found[name].median:.6g}" for name in (WITHOUT, WITH)]
    return seconds[0], seconds[1], f"{found[WITH].over(found[WITHOUT]):.2f}"


def _bulk(
    evaluators: Mapping[str, Evaluator], count: int, rounds: int
) -> tuple[dict[str, Measured], dict[str, Measured]]:
    """All leads scored with nothing there from before, and once more."""
    anew: dict[str, list[float]] = {name: [] for name in evaluators}
    again: dict[str, list[float]] = {name: [] for name in evaluators}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.db"
        build(path, count)
        with open_store(path) as store:
            for name, evaluator in evaluators.items():
                _scored(store, name, evaluator)
            for _ in range(rounds):
                for name, evaluator in evaluators.items():
                    for table in ("scored", "score_before", "due_zone"):
                        store.connection.execute(f"DELETE FROM {table}")
                    anew[name].append(_scored(store, name, evaluator))
                    again[name].append(_scored(store, name, evaluator))
    first, second = ({name: Measured(name, tuple(one[name])) for name in one} for one in (anew, again))
    return first, second


def _scored(store: Store, name: str, evaluator: Evaluator) -> float:
    """Scores all leads; the seconds of a processor that it took."""
    version = save_version(store, name, "", evaluator.plan.digest)
    gc.collect()
    began = process_time()
    resources = Resources(processes=1)
    score_store(store, evaluator, version, NOW_MICROSECONDS, whole=True, resources=resources)
    return process_time() - began


def _one(evaluators: Mapping[str, Evaluator], count: int, rounds: int) -> dict[str, Measured]:
    people = leads(count)

    def work(evaluator: Evaluator) -> list[tuple[Evaluator, Facts]]:
        return [
            (evaluator, evaluator.facts(lead.fields, [given(event) for event in lead.events]))
            for lead in people
        ]

    return interleaved(
        [Work(name, _all_read, work(evaluator)) for name, evaluator in evaluators.items()], rounds
    )


def _all_read(evaluator: Evaluator, facts: Facts) -> object:
    # To be put together again elsewhere, a decision reads all of its parts.
    return evaluator.decide(facts, NOW).__reduce__()
