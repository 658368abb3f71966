"""The words of the language that the scanner and the messages need to know."""

from __future__ import annotations

STATEMENT_WORDS = frozenset(
    "ruleset include field event list define score rule when for group stage disqualify grade outcome test".split()
)
"""Every statement begins with one of these."""

RESERVED = STATEMENT_WORDS | frozenset(
    (
        "then and or not in is between contains starts ends like since before where followed because once "
        "given expect known unknown off days yes true no false"
    ).split()
)
"""Words that are never a name unless they stand in square brackets."""
