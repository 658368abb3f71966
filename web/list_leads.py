"""The leads that entries of a list match: those of which the rules ask whether they are in the list."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from ..engine.evaluator import Evaluator
from ..engine.plan import Condition, Plan
from ..engine.score_many.column_scorer import ColumnScorer
from ..engine.score_many.columns import Bools
from ..engine.store.database import Store
from ..engine.store.scoring.what_if import Cancelled
from ..engine.values import instant_of
from ..grammar.messages.diagnostics import Source
from ..grammar.syntax import nodes
from ..grammar.syntax.parse import parse
from ..grammar.syntax.walk import walk
from ..grammar.text.printer import quoted
from .access import settings
from .drafts import Draft
from .effects import what_if
from .queries import instant_asked
from .ruleset_cache import kept, read_text

_MARK = "entry of a list"

MOST_COUNTED = 1_000
"""So many entries are counted at most, so that they can be sorted by how many leads they match."""


def counts_of(store: Store, draft: Draft, wanted: str, entries: Sequence[str]) -> dict[str, int]:
    """How many leads each entry of the list `wanted` of a draft matches; nothing where no rule asks for the
    list, and where counting takes too long."""
    data = int(store.connection.execute("SELECT data FROM state").fetchone()[0])
    now = instant_of(instant_asked(None, store, draft.ruleset))
    key = ("entries", store.path, data, draft.ruleset, draft.text, wanted, tuple(entries), now)
    try:
        return kept().answer(key, lambda: _counts(store, draft, wanted, entries, now))
    except Cancelled:
        return {}


def _counts(store: Store, draft: Draft, wanted: str, entries: Sequence[str], now: int) -> dict[str, int]:
    held = conditions_of(store, draft.ruleset, draft.text, wanted, entries) if entries else None
    if held is None:
        return {}
    plan, conditions = held
    rules, until = Evaluator(plan), time.monotonic() + settings().most_seconds
    counts: list[int] = []

    def which(_old: ColumnScorer, new: ColumnScorer) -> Bools:
        counts.extend(new.count(one)[0] for one in conditions)
        return np.zeros(new.leads, np.bool_)

    what_if().leads_where(store, rules, rules, now, which, stop=lambda: time.monotonic() > until)
    return dict(zip(entries, counts, strict=True))


def conditions_of(
    store: Store, ruleset: str, text: str, wanted: str, entries: Sequence[str]
) -> tuple[Plan, list[Condition]] | None:
    """A plan of a text, and in it a condition for each entry of the list `wanted`: that a lead matches it, by
    what the rules first hold against the list. None where no rule asks for it, or the text has errors."""
    for subject in _subjects(text, wanted):
        # Their condition is asked for alone: nobody is disqualified by it.
        asked = [f'disqualify when {subject} in ({quoted(one)}) because "{_MARK}"' for one in entries]
        plan = read_text(store, settings(), "\n".join([text, *asked, ""]), ruleset, lints=False).reading.plan
        if plan is None:
            continue
        found = [one.condition for one in plan.disqualifications[-len(entries) :] if one.reason == _MARK]
        if len(found) == len(entries):
            return plan, found
    return None


def _subjects(text: str, wanted: str) -> Iterator[str]:
    """What the rules hold against a list, each once, as it is written."""
    tree = parse(Source(text)).tree
    seen = set()
    for statement in tree.statements:
        for node in walk(statement):
            if not (isinstance(node, nodes.Clause) and isinstance(node.test, nodes.In)):
                continue
            among = node.test.among
            if isinstance(among, nodes.Name) and among.text == wanted:
                subject = text[node.subject.span.start : node.subject.span.end]
                if subject not in seen:
                    seen.add(subject)
                    yield subject
