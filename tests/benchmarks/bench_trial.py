"""What the dry run beside the editor adds to an edit, on the server: the chosen lead explained by the edited
rules and by the live ones, all leads counted again, who moves and why, the panel, the numbers of all cards.

Reading the edited text and laying out the cards are measured with the page.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep

from flask import Flask
from leadwright.engine.plan.walk import conditions, nested
from leadwright.engine.reading import Reading, read
from leadwright.engine.store.database import Store, open_store
from leadwright.grammar.edits.document import key_of
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.bench_what_if import edited
from leadwright.tests.benchmarks.page_world import name_of, world
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import many
from leadwright.web import Settings, create_app
from leadwright.web.tryout.opening import trial_of
from leadwright.web.tryout.pages import panel_html
from leadwright.web.tryout.trial import Trial

SIZES = (25, 100, 200)
MOST = {(1_000, 100): 30.0, (100_000, 100): 120.0}
"""Milliseconds of the processor that an edit may take, by the number of leads and of rules."""

_EDITS = 4
_LEAD = "lead7"
_LOOK = 0.005


class Editing:
    """Somebody who edits one ruleset with a lead chosen."""

    def __init__(self, app: Flask, store: Store, size: int, questions: int) -> None:
        self.app, self.store, self.name = app, store, name_of(size)
        text = rules_text(many(size))
        # Read beforehand, and never the same twice, which would be remembered.
        self.drafts: Iterator[Reading] = iter([read(Source(one)) for one in islice(edited(text), questions)])
        self.live = read(Source(text))

    def first(self) -> None:
        """The first look, nothing being kept."""
        self._try(self.live)

    def edit(self) -> None:
        """The next edit of a threshold or points."""
        self._try(next(self.drafts))

    def _try(self, draft: Reading) -> None:
        with self.app.test_request_context():
            tried = trial_of(self.store, self.name, draft, _LEAD)
            while tried.waiting is not None:
                sleep(_LOOK)
                tried = trial_of(self.store, self.name, draft, _LEAD)
            panel_html(tried)
            _cards(draft, tried)


def _cards(draft: Reading, tried: Trial) -> None:
    """Everything that cards show of it."""
    assert draft.plan is not None
    numbers = tried.numbers
    for statement in draft.tree.statements:
        key = key_of(statement)
        numbers.matches(key)
        numbers.fires(key)
        numbers.hints(key)
    for whole in conditions(draft.plan):
        for part in nested(whole):
            numbers.count(part.origin.span)
            numbers.mark(part.origin.span)


def run(*, quick: bool) -> Report:
    """Edits rulesets of three sizes over few leads and over many."""
    rounds = 5 if quick else 9
    tables, claims = [], []
    with tempfile.TemporaryDirectory() as folder:
        for leads in (1_000, 20_000 if quick else 100_000):
            path = world(Path(folder), leads, SIZES)
            app = create_app(Settings(path))
            with open_store(path, read_only=True) as store:
                for size in SIZES:
                    editing = Editing(app, store, size, _EDITS * (rounds + 1))
                    start = perf_counter()
                    editing.first()
                    first = Measured("the first look", (perf_counter() - start,))
                    edit = interleaved([Work("an edit", editing.edit, [()] * _EDITS)], rounds)["an edit"]
                    tables.append((f"{leads:,} leads, {size} rules", first, edit))
                    if (leads, size) in MOST:
                        what = f"{leads:,} leads, {size} rules: an edit"
                        claims.append(Claim(what, 1000 * edit.median, MOST[leads, size], False, "ms"))
    rows = tuple(
        (name, f"{1000 * first.median:.0f}", f"{1000 * edit.median:.1f}", f"{1000 * edit.best:.1f}")
        for name, first, edit in tables
    )
    table = Table("milliseconds", ("", "first look", "edit, median", "edit, best"), rows)
    notes = ("the first look is of the clock on the wall; over many leads the page is used meanwhile",)
    return Report("trial", (table,), tuple(claims), notes)
