"""What an edit of a ruleset would do to all leads of a store, asked as somebody edits.

An edit of a threshold or of points needs nothing new of the leads. One that asks for a new signal is held
beside the plainest statement that counts the same in SQLite: one conditional aggregate over all events.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from time import perf_counter

from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.scoring.what_if import WhatIf
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.benchmarks.as_sql import Kinds
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.kept import kept_folder, kept_store
from leadwright.tests.benchmarks.neutral import Ruleset
from leadwright.tests.benchmarks.people import DAY, NOW_MICROSECONDS
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import many, twenty

EDIT, SIGNAL, AGGREGATE, FIRST, COUNTS = (
    "an edited threshold or points",
    "a new signal",
    "one aggregate in SQLite",
    "the first question",
    "counts for each rule and clause",
)
_NAMED, _EDITS = 20, 4
MEMORY = """
import resource, sys
from leadwright.engine.store.database import open_store
from benchmarks.bench_what_if import Editing
from benchmarks.workloads import twenty
with open_store(sys.argv[1]) as store:
    editing = Editing(store, twenty(), {("visited", "careers"): 0}, 8)
    for _ in range(4):
        editing.edit()
        editing.signal()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
_PAGE, _DAYS = "careers", 40


@dataclass(frozen=True)
class _Found:
    """Seconds, and the memory that is kept between questions in MiB."""

    times: dict[str, Measured]
    kept: int


class Editing:
    """Somebody who edits one ruleset over one store."""

    def __init__(self, store: Store, ruleset: Ruleset, kinds: Kinds, questions: int) -> None:
        self.store = store
        self.text = rules_text(ruleset)
        self.kind = kinds["visited", _PAGE]
        self.live = evaluator_of(self.text)
        self.asked = WhatIf()
        # Read beforehand, and never the same twice, which would be remembered.
        self.edits = iter(list(map(evaluator_of, islice(edited(self.text), questions))))
        rules = (
            f"{self.text}\nwhen visited {_PAGE} >= 2 in last {days} days then +3\n" for days in count(_DAYS)
        )
        self.signals = iter(list(map(evaluator_of, islice(rules, questions))))

    def ask(self, draft: Evaluator) -> None:
        """What a draft would do, its most moved leads named."""
        self.asked.effect(self.store, self.live, draft, NOW_MICROSECONDS, most_moves=_NAMED)

    def first(self) -> None:
        """The first question, nothing being kept."""
        WhatIf().effect(self.store, self.live, self.live, NOW_MICROSECONDS, most_moves=_NAMED)

    def edit(self) -> None:
        """The next edit of a threshold or points."""
        self.ask(next(self.edits))

    def signal(self) -> None:
        """A rule over a signal that was never asked for."""
        self.ask(next(self.signals))

    def aggregate(self) -> None:
        """The same signal of all leads by itself, as SQL would have it."""
        self.store.connection.execute(
            "SELECT lead, count(CASE WHEN kind = ? AND at > ? AND at <= ? THEN 1 END) "
            "FROM event GROUP BY lead",
            (self.kind, NOW_MICROSECONDS - _DAYS * DAY, NOW_MICROSECONDS),
        ).fetchall()

    def counts(self) -> None:
        """For how many leads each rule fires and each clause is true."""
        self.asked.counts(self.store, next(self.edits), NOW_MICROSECONDS)


def run(*, quick: bool) -> Report:
    """Edits 20 and 200 rules over a small store, and 20 over a large one."""
    rounds = 5 if quick else 9
    small, large = (20_000, 50_000) if quick else (100_000, 1_000_000)
    tables, claims = [], []
    with kept_folder() as folder:
        twenty_rules = {"20 rules": twenty()}
        for number, rulesets in ((small, twenty_rules | {"200 rules": many(200)}), (large, twenty_rules)):
            path, kinds = kept_store(folder, number)
            with open_store(path) as store:
                for name, ruleset in rulesets.items():
                    editing = Editing(store, ruleset, kinds, (_EDITS + 2) * (rounds + 1))
                    found = _measured(editing, rounds)
                    title = f"{name}, {number:,} leads, {20 * number:,} events, {found.kept} MiB kept"
                    tables.append(_table(title, found))
                    claims += _claims(
                        f"{name}, {number:,} leads", found, most=100 if number == small else 500
                    )
            if number == large:
                claims.append(Claim(f"20 rules, {number:,} leads: memory", _memory(path), 700, False, "MiB"))
    notes = ("what is named are the 20 leads that move most, with the rules that moved them",)
    return Report("what-if", tuple(tables), tuple(claims), notes)


def _memory(path: Path) -> int:
    """The most memory, in MiB, that a process takes for eight questions."""
    command = [sys.executable, "-c", MEMORY, str(path)]
    folder = Path(__file__).parents[1]
    return int(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)


def _measured(editing: Editing, rounds: int) -> _Found:
    start = perf_counter()
    editing.first()
    first = Measured(FIRST, (perf_counter() - start,))
    works = [
        Work(EDIT, editing.edit, [()] * _EDITS),
        Work(SIGNAL, editing.signal, [()]),
        Work(AGGREGATE, editing.aggregate, [()]),
        Work(COUNTS, editing.counts, [()]),
    ]
    times = {FIRST: first, **interleaved(works, rounds)}
    return _Found(times, editing.asked.nbytes >> 20)


def _claims(name: str, found: _Found, most: int) -> list[Claim]:
    times = found.times
    measuring = [signal - edit for signal, edit in zip(times[SIGNAL].rounds, times[EDIT].rounds, strict=True)]
    beyond = Measured("what measuring adds", tuple(measuring)).over(times[AGGREGATE])
    claims = [Claim(f"{name}: a new signal, less an edit, over one aggregate", beyond, 1, False)]
    if name.startswith("20 "):
        claims.insert(0, Claim(f"{name}: {EDIT}", 1000 * times[EDIT].median, most, False, "ms"))
    return claims


def _table(title: str, found: _Found) -> Table:
    rows = tuple(
        (name, f"{1000 * times.median:,.0f}", f"{1000 * times.best:,.0f}")
        for name, times in found.times.items()
    )
    return Table(title, ("milliseconds", "median", "best"), rows)


def edited(text: str) -> Iterator[str]:
    """The text with one number of one rule another: what it gives, or what it asks for; ever other ones."""
    numbers = list(re.finditer(r"(?<=then [+-])\d+|(?<=>= )\d+", text))
    # Not in the order of the text, so that the first few are as mixed as all.
    random.Random(1).shuffle(numbers)
    for more in count(1):
        for found in numbers:
            yield f"{text[: found.start()]}{int(found.group()) + more}{text[found.end() :]}"


def evaluator_of(text: str) -> Evaluator:
    """The rules of a text, which has no mistakes."""
    found = read(Source(text))
    if found.plan is None:
        raise RuntimeError("; ".join(error.message for error in found.errors))
    return Evaluator(found.plan)
