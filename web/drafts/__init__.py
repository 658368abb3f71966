"""Drafts: rulesets as they are being changed, by several people at once. Knows nothing of Flask.

A draft is a text and the version it goes on from. Every change is an edit of that text, saved at once with
who made it and the edit that undoes it; so people undo their own changes, in both views, and a page that
shows an older text is brought together with what others did since.
"""

from __future__ import annotations

from .changes import Changed, Rejected, begin_with, change, discard, redo, take_text, undo
from .draft import Draft, TextCache, begin, current, draft_names, forget
from .log import LogEntry, authors, entries, text_at
from .versions import Rebased, catch_up, is_behind, move_draft_on

__all__ = [
    "Changed",
    "Draft",
    "LogEntry",
    "Rebased",
    "Rejected",
    "TextCache",
    "authors",
    "begin",
    "begin_with",
    "catch_up",
    "change",
    "current",
    "discard",
    "draft_names",
    "entries",
    "forget",
    "is_behind",
    "move_draft_on",
    "redo",
    "take_text",
    "text_at",
    "undo",
]
