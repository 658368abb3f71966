"""Edits of a ruleset's text as splices: every change of the visual view, put into exactly its place.

`apply` does an edit, `merge` brings two texts together, `outline` shows a text as cards. What an edit
does not name stays as it was, byte for byte: comments, order, layout.
"""

from __future__ import annotations

from .apply import OPERATIONS, apply
from .edit import Applied, Conflict, Edit, EditResult, Rejection
from .merge import MergeConflict, Merged, merge
from .outline import Card, CardPlace, as_data, card, outline, places

__all__ = [
    "OPERATIONS",
    "Applied",
    "Card",
    "CardPlace",
    "Conflict",
    "Edit",
    "EditResult",
    "MergeConflict",
    "Merged",
    "Rejection",
    "apply",
    "as_data",
    "card",
    "merge",
    "outline",
    "places",
]
