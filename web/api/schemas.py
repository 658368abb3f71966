"""The shapes of requests and answers, as JSON Schema; names begin large where the document lists them."""

from __future__ import annotations

from typing import Any

from ...grammar.syntax.limits import LARGEST_TEXT
from .validate import Schema

Made = dict[str, Any]


def obj(properties: Schema, *, optional: tuple[str, ...] = ()) -> Made:
    """An object with these members and no others, all required but the optional ones."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    }


def many(items: Schema, **more: object) -> Made:
    """A list."""
    return {"type": "array", "items": items, **more}


def mapping(values: Schema) -> Made:
    """An object with any names."""
    return {"type": "object", "additionalProperties": values}


def refer(name: str) -> Made:
    """A shape of COMPONENTS."""
    return {"$ref": f"#/components/schemas/{name}"}


STRING: Made = {"type": "string"}
INTEGER: Made = {"type": "integer"}
YES: Made = {"type": "boolean"}
MAYBE: Made = {"type": ["string", "null"]}
MAYBE_NUMBER: Made = {"type": ["integer", "null"]}
INSTANT: Made = {"type": "string", "format": "date-time"}
MAYBE_INSTANT: Made = {"type": ["string", "null"], "format": "date-time"}

_SPAN = {"line": INTEGER, "column": INTEGER, "end_line": INTEGER, "end_column": INTEGER}

TEXT: Made = {"type": "string", "maxLength": LARGEST_TEXT, "description": "The text of the rules."}
RULESET: Made = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "description": "The name of a published ruleset.",
}
HAND_OFF = "hand-off"
ENTRIES: Made = {
    "enum": ["hold-back", HAND_OFF],
    "default": "hold-back",
    "description": "Whether leads that this version brings into stages with handoffs are handed off.",
}
VERSION: Made = {"type": "integer", "minimum": 1, "maximum": 1_000_000_000}
NOTE: Made = {
    "type": "string",
    "minLength": 1,
    "maxLength": 2_000,
    "pattern": r"\S",
    "x-pattern": '"note" must say what changed',
    "description": "What changed and why, for the history.",
}
AT: Made = {
    "type": "string",
    "maxLength": 40,
    "description": "The instant to look from: 2026-01-15, 2026-01-15T12:00Z or now.",
}
MAYBE_AT: Made = AT | {"type": ["string", "null"]}

GIVEN: Made = {
    "anyOf": [
        {"type": "string", "maxLength": 100_000},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"type": "array", "items": {"type": "string", "maxLength": 10_000}, "maxItems": 1_000},
    ]
}
EVENT: Made = obj(
    {
        "type": {"type": "string", "minLength": 1, "maxLength": 1_000},
        "at": {"type": "string", "maxLength": 40},
        "object": {"type": ["string", "null"], "maxLength": 10_000},
        "properties": {"type": "object", "additionalProperties": GIVEN, "maxProperties": 500},
    },
    optional=("object", "properties"),
)

COUNTS = mapping(INTEGER)
STAGES = mapping(MAYBE)

COMPONENTS: dict[str, Made] = {
    "Problem": {
        "type": "object",
        "properties": {
            "type": STRING,
            "title": STRING,
            "status": INTEGER,
            "detail": STRING,
            "errors": many(STRING),
            "diagnostics": many(refer("Diagnostic")),
            "failed_tests": many(STRING),
            "broken_guarantees": many(refer("Proof")),
            "live": MAYBE_NUMBER,
            "revision": INTEGER,
            "key": STRING,
            "path": STRING,
            "who": MAYBE,
            "found": MAYBE,
            "wanted": MAYBE,
        },
        "required": ["type", "title", "status", "detail"],
    },
    "Proof": obj(
        {
            "name": STRING,
            "answer": {"enum": ["proved", "not so", "not decided", "found", "none"]},
            "line": MAYBE_NUMBER,
            "text": MAYBE,
            "why": MAYBE,
            "seconds": {"type": "number"},
            "lead": {"type": ["object", "null"], "additionalProperties": True},
            "test": MAYBE,
        }
    ),
    "Diagnostic": obj(
        {
            "code": STRING,
            "severity": {"enum": ["error", "warning", "lint"]},
            "message": STRING,
            "help": MAYBE,
            "file": MAYBE,
            **_SPAN,
            "fixes": many(obj({"title": STRING, "text": STRING, **_SPAN})),
        }
    ),
    "Line": obj(
        {
            "kind": {"enum": ["rule", "group", "range"]},
            "name": STRING,
            "score": MAYBE,
            "line": MAYBE_NUMBER,
            "written": INTEGER,
            "faded": INTEGER,
            "points": INTEGER,
            "text": STRING,
        }
    ),
    "Finding": obj(
        {
            "asked": STRING,
            "found": STRING,
            "truth": {"type": ["boolean", "null"]},
            "unknown": MAYBE,
            "instants": many(INSTANT),
            "joined": {"enum": ["all", "any", "not", "define", None]},
            "parts": many(refer("Finding")),
        }
    ),
    "RuleFinding": obj(
        {
            "rule": STRING,
            "line": INTEGER,
            "fired": YES,
            "condition": {"anyOf": [refer("Finding"), {"type": "null"}]},
            "events": {"anyOf": [refer("Finding"), {"type": "null"}]},
            "lines": many(refer("Line")),
            "tags": many(STRING),
        }
    ),
    "Missing": obj(
        {
            "asked": STRING,
            "needed": STRING,
            "obstacle": MAYBE,
            "gains": many(obj({"rule": STRING, "line": INTEGER, "points": INTEGER, "needed": many(STRING)})),
        }
    ),
    "StageFinding": obj(
        {
            "stage": STRING,
            "track": STRING,
            "line": INTEGER,
            "holds": YES,
            "current": YES,
            "condition": refer("Finding"),
            "ways": many(many(refer("Missing"))),
            "until": refer("Finding"),
            "stay": {"anyOf": [refer("Stay"), {"type": "null"}]},
        },
        optional=("until", "stay"),
    ),
    "Stay": obj({"since": MAYBE_INSTANT, "condition": refer("Finding"), "words": STRING}),
    "HandoffFinding": obj(
        {
            "handoff": STRING,
            "stage": STRING,
            "track": STRING,
            "line": INTEGER,
            "takes": YES,
            "current": YES,
            "to": STRING,
            "condition": {"anyOf": [refer("Finding"), {"type": "null"}]},
        }
    ),
    "Decision": obj(
        {
            "ruleset_digest": STRING,
            "now": INSTANT,
            "score": INTEGER,
            "scores": COUNTS,
            "stages": STAGES,
            "stages_if_qualified": STAGES,
            "grade": STRING,
            "grades": mapping(STRING),
            "tags": many(STRING),
            "disqualified": many(STRING),
            "lines": many(refer("Line")),
            "rules": many(refer("RuleFinding")),
            "stage_findings": many(refer("StageFinding")),
            "outcomes": mapping(obj({"line": INTEGER, "reached": YES, "at": MAYBE_INSTANT})),
            "disqualifications": many(refer("Finding")),
            "handoffs": many(refer("HandoffFinding")),
            "bounds": refer("Bounds"),
            "next_change": MAYBE_INSTANT,
        },
        optional=("handoffs",),
    ),
    "Bounds": obj(
        {
            "score": refer("Reach"),
            "scores": mapping(refer("Reach")),
            "stages": mapping(many(MAYBE)),
            "disqualified": {"type": ["boolean", "null"]},
            "unknown": many(STRING),
            "exact": YES,
        }
    ),
    "Reach": obj({"low": INTEGER, "high": INTEGER}),
    "Version": obj(
        {
            "ruleset": STRING,
            "title": MAYBE,
            "version": INTEGER,
            "digest": STRING,
            "note": MAYBE,
            "author": MAYBE,
            "published_at": INSTANT,
            "text": STRING,
            "files": mapping(STRING),
        },
        optional=("text", "files"),
    ),
    "Draft": obj(
        {
            "ruleset": STRING,
            "base": MAYBE_NUMBER,
            "revision": INTEGER,
            "changed": YES,
            "authors": many(STRING),
            "text": STRING,
            "runs": YES,
            "diagnostics": many(refer("Diagnostic")),
            "undo": YES,
            "redo": YES,
        }
    ),
    "Standing": obj(
        {
            "version": INTEGER,
            "now": INSTANT,
            "leads": INTEGER,
            "disqualified": INTEGER,
            "stages": many(obj({"stage": MAYBE, "leads": INTEGER})),
        }
    ),
    "Lead": obj(
        {
            "lead": STRING,
            "fields": mapping(GIVEN),
            "score": MAYBE_NUMBER,
            "stage": MAYBE,
            "disqualified": {"type": ["boolean", "null"]},
            "scores": mapping(INTEGER),
            "stages": STAGES,
            "grades": mapping(STRING),
            "tags": many(STRING),
            "version": MAYBE_NUMBER,
            "as_of": MAYBE_INSTANT,
            "owner": {
                "anyOf": [
                    obj(
                        {
                            "address": STRING,
                            "handoff": STRING,
                            "handed_off_at": INSTANT,
                            "entered_at": INSTANT,
                        }
                    ),
                    {"type": "null"},
                ]
            },
        }
    ),
    "Move": obj(
        {
            "lead": STRING,
            "score_before": INTEGER,
            "score_after": INTEGER,
            "stages_before": STAGES,
            "stages_after": STAGES,
            "causes": many(obj({"name": STRING, "points": INTEGER})),
        }
    ),
}
