"""What could be better in a ruleset that is correct."""

from __future__ import annotations

from ...grammar.diagnostics import Diagnostic
from ...grammar.nodes import Tree
from ..catalogue import Catalogue
from ..plan import Plan

CHECKS = ()


def lint(plan: Plan, tree: Tree, catalogue: Catalogue | None) -> list[Diagnostic]:
    """What every lint has to say of a plan, its tree and, where there is data, its catalogue."""
    return [found for check in CHECKS for found in check(plan, tree, catalogue)]
