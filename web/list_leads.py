"""The leads that entries of a list match: those of which the rules ask whether they are in the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..engine.plan import Condition, Plan
from ..engine.store.database import Store
from ..grammar.messages.diagnostics import Source
from ..grammar.syntax import nodes
from ..grammar.syntax.parse import parse
from ..grammar.syntax.walk import walk
from ..grammar.text.printer import quoted
from .access import settings
from .ruleset_cache import read_text

_MARK = "entry of a list"


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
