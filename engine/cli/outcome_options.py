"""The options that measure, backtest and learn have in common, and how they reach the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .failures import FAILED, Failure

if TYPE_CHECKING:
    from ..store.database import Store
    from .inputs import LoadedRules

_F = TypeVar("_F", bound=Callable[..., Any])

_OPTIONS = (
    ("--within", "TIME", "How long a lead may take, like 90d.  [default: as the rules say, else 90d]"),
    ("--since", "DAY", "Only leads that came on this day or later."),
    ("--until", "DAY", "Only leads that came before this day."),
    ("--age", "TIME", "How long after it came a lead is looked at, like 7d.  [default: as suits the data]"),
    ("--born", "NAME", "The field or event that says when a lead came.  [default: its first event]"),
    ("--outcome", "NAME", "Which outcome of the rules.  [default: the first that is not lost]"),
)


def outcome_options(function: _F) -> _F:
    """`--within`, `--since`, `--until`, `--age`, `--born`, `--outcome`."""
    for name, metavar, words in reversed(_OPTIONS):
        function = click.option(name, metavar=metavar, help=words)(function)
    return function


@contextmanager
def rules_and_store(rules: str, db: str) -> Iterator[tuple[LoadedRules, Store]]:
    """A ruleset and its database. What cannot be measured becomes a Failure with exit code 2."""
    from ..outcomes.definitions import NotMeasurable
    from ..score_one.facts import FactsError
    from ..store.database import open_store
    from ..store.records.catalogue import catalogue
    from .inputs import rules_named

    with open_store(db) as store:
        try:
            yield rules_named(rules, store, catalogue(store)), store
        except NotMeasurable as error:
            raise Failure(error.message, error.hint, FAILED) from None
        except FactsError as error:
            raise Failure(str(error), "write instants like 2026-01-15 or 2026-01-15T12:00Z", FAILED) from None


def moment(text: str | None) -> int | None:
    """An instant given in an option, in microseconds."""
    from ..score_one.facts import instant_from

    if text is None or text == "now":
        return None
    return instant_from(text, "leads are to be looked at from")
