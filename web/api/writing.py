"""Help for whoever writes rules: what may come next, what stands here, and which words the language has."""

from __future__ import annotations

from typing import Any

from ...assist.completion import complete as completed
from ...assist.completion import instead as others
from ...assist.highlighting import language
from ...assist.hover import hover_at
from ...assist.suggestions import Suggestion
from ...engine.catalogue import Catalogue
from ..access import settings
from ..accounts.users import Role
from ..database import reading
from ..problems import invalid
from ..ruleset_cache import kept
from .operations import Operation
from .schemas import INTEGER, MAYBE, MAYBE_NUMBER, STRING, TEXT, many, mapping, obj

_OFFSET = {"type": "integer", "minimum": 0, "description": "The place, in characters from 0."}
_PLACE = obj({"text": TEXT, "offset": _OFFSET})
_SUGGESTIONS = many(obj({"text": STRING, "kind": STRING, "count": MAYBE_NUMBER, "note": MAYBE}))


def _place(body: dict[str, Any]) -> tuple[str, int, Catalogue]:
    text, offset = body["text"], int(body["offset"])
    if offset > len(text):
        raise invalid(f'"offset" is {offset:,}, and the text ends at {len(text):,}')
    return text, offset, kept().catalogue(reading(settings()))


def complete(body: dict[str, Any]) -> dict[str, Any]:
    """What may stand at a place of the text."""
    found = completed(*_place(body))
    return {
        "start": found.start,
        "end": found.end,
        "suggestions": [_suggestion(item) for item in found.suggestions],
    }


def _suggestion(item: Suggestion) -> dict[str, Any]:
    return {"text": item.text, "kind": item.kind, "count": item.count, "note": item.note}


def instead(body: dict[str, Any]) -> dict[str, Any]:
    """What may stand in the place of something misspelt."""
    text, start, catalogue = _place(body)
    end = int(body["end"])
    if not start <= end <= len(text):
        raise invalid(f'"end" is {end:,}, and must be from {start:,} to {len(text):,}')
    return {"suggestions": [_suggestion(item) for item in others(text, start, end, catalogue)]}


def describe(body: dict[str, Any]) -> dict[str, Any]:
    """What stands at a place of the text, in plain words."""
    text, offset, catalogue = _place(body)
    found = hover_at(text, offset, catalogue)
    if found is None:
        return {
            "start": offset,
            "end": offset,
            "phrase": None,
            "statement": None,
            "name": None,
            "about": None,
        }
    return {
        "start": found.span.start,
        "end": found.span.end,
        "phrase": found.phrase,
        "statement": found.statement,
        "name": found.name,
        "about": found.about,
    }


OPERATIONS = (
    Operation(
        "POST",
        "/complete",
        "complete",
        "Say what may stand at a place of a text of rules",
        Role.EDITOR,
        complete,
        obj({"start": INTEGER, "end": INTEGER, "suggestions": _SUGGESTIONS}),
        body=_PLACE,
    ),
    Operation(
        "POST",
        "/instead",
        "instead",
        "Say what may stand in the place of something misspelt",
        Role.EDITOR,
        instead,
        obj({"suggestions": _SUGGESTIONS}),
        body=obj({"text": TEXT, "offset": _OFFSET, "end": _OFFSET}),
    ),
    Operation(
        "POST",
        "/describe",
        "describe",
        "Say in plain words what stands at a place of a text of rules",
        Role.VIEWER,
        describe,
        obj(
            {
                "start": INTEGER,
                "end": INTEGER,
                "phrase": MAYBE,
                "statement": MAYBE,
                "name": MAYBE,
                "about": MAYBE,
            }
        ),
        body=_PLACE,
    ),
    Operation(
        "GET",
        "/language",
        "language",
        "Say which words and signs the language has, and where words that may be names are none",
        Role.VIEWER,
        language,
        obj(
            {
                "statements": many(STRING),
                "named": many(STRING),
                "reserved": many(STRING),
                "kinds": mapping(STRING),
                "signs": mapping(STRING),
                "ends": many(STRING),
                "free": mapping(
                    obj({"after": many(STRING), "after_head": many(STRING), "before": many(STRING)})
                ),
            }
        ),
    ),
)
