"""Reports: what was found, as text for a terminal and as data for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..testing import RuleTestResult


def test_failure(result: RuleTestResult) -> str:
    """Why a test failed, as plain text: what was expected, what came, and the decision explained."""
    from .testing import failure_text

    return failure_text(result)
