"""Which function makes the node of which rule of the grammar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from . import build_calls, build_conditions, build_statements, build_tests, build_values, numerals
from .lr_parser import Action

_MODULES: Final = (build_values, build_calls, build_conditions, build_statements, build_tests, numerals)

# Rules of the grammar whose function is named otherwise.
_RENAMED: Final[dict[str, Action]] = {
    "object": build_values.thing,
    "list": build_statements.list_of_texts,
    "which": build_statements.word,
}


def actions_for(rules: Iterable[str]) -> dict[str, Action]:
    """The function for each of these rules of the grammar."""
    return {rule: _RENAMED[rule] if rule in _RENAMED else _function(rule) for rule in rules}


def _function(rule: str) -> Action:
    for module in _MODULES:
        function = module.__dict__.get(rule)
        if callable(function):
            action: Action = function
            return action
    raise KeyError(rule)
