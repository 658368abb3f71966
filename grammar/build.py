"""Which function makes the node of which rule of the grammar."""

from __future__ import annotations

from typing import Final

from . import build_conditions as conditions
from . import build_statements as statements
from . import build_tests as tests
from . import numerals
from .machine import Action

# Rules of the grammar that are named otherwise than the function which makes their node.
_RENAMED: Final = {
    "object": conditions.thing,
    "list": statements.list_of_texts,
    "which": statements.word,
}


def actions_for(rules: set[str]) -> dict[str, Action]:
    """The function for each of these rules of the grammar."""
    return {rule: _RENAMED.get(rule) or _function(rule) for rule in rules}


def _function(rule: str) -> Action:
    for module in (conditions, statements, tests, numerals):
        function = module.__dict__.get(rule)
        if callable(function):
            return function  # type: ignore[no-any-return]
    raise KeyError(rule)
