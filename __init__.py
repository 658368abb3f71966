"""Leadwright: lead qualification as sentences, checked, tested, explained.

    from leadwright import load

    rules = load("inbound.rules")
    decision = rules({"title": "CTO"}, [{"type": "visited", "object": "pricing", "at": "2026-01-14"}], now)

Names are imported at their first use, so that `import leadwright` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine.catalogue import Catalogue
    from .engine.explain.decision import Decision
    from .engine.outcomes.definitions import NotMeasurable
    from .engine.outcomes.learn.learner import LearnOptions
    from .engine.reading import read
    from .engine.ruleset import Ruleset, RulesetError, evaluate, load
    from .engine.score_one.facts import Event, FactsError
    from .engine.store.database import open_store
    from .engine.store.scoring.outcome_questions import backtest, learn, measure
    from .grammar.messages.diagnostics import Diagnostic, Severity, Source

__version__ = "0.1.0"

__all__ = [
    "Catalogue",
    "Decision",
    "Diagnostic",
    "Event",
    "FactsError",
    "LearnOptions",
    "NotMeasurable",
    "Ruleset",
    "RulesetError",
    "Severity",
    "Source",
    "__version__",
    "backtest",
    "evaluate",
    "learn",
    "load",
    "measure",
    "open_store",
    "read",
]

_HOMES = {
    "Catalogue": "engine.catalogue",
    "Decision": "engine.explain.decision",
    "Diagnostic": "grammar.messages.diagnostics",
    "Event": "engine.score_one.facts",
    "FactsError": "engine.score_one.facts",
    "LearnOptions": "engine.outcomes.learn.learner",
    "NotMeasurable": "engine.outcomes.definitions",
    "Ruleset": "engine.ruleset",
    "RulesetError": "engine.ruleset",
    "Severity": "grammar.messages.diagnostics",
    "Source": "grammar.messages.diagnostics",
    "evaluate": "engine.ruleset",
    "load": "engine.ruleset",
    "backtest": "engine.store.scoring.outcome_questions",
    "learn": "engine.store.scoring.outcome_questions",
    "measure": "engine.store.scoring.outcome_questions",
    "open_store": "engine.store.database",
    "read": "engine.reading",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
