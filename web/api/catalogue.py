"""What the data holds."""

from __future__ import annotations

from typing import Any

from ...engine.report.catalogue import catalogue_data
from ..access import settings
from ..accounts.users import Role
from ..database import reading
from ..ruleset_cache import kept
from .operations import Operation
from .schemas import COUNTS, INTEGER, MAYBE, STRING, YES, many, mapping, obj

_BOUND = {"type": ["number", "string", "null"]}


def catalogue() -> dict[str, Any]:
    """Fields with their kinds and values, events with their objects and properties."""
    return catalogue_data(kept().catalogue(reading(settings())))


OPERATIONS = (
    Operation(
        "GET",
        "/catalogue",
        "catalogue",
        "Say what the data holds: fields, their values, events, their objects and properties",
        Role.VIEWER,
        catalogue,
        obj(
            {
                "leads": INTEGER,
                "fields": many(
                    obj(
                        {
                            "name": STRING,
                            "kind": STRING,
                            "known": INTEGER,
                            "values": COUNTS,
                            "values_complete": YES,
                            "low": _BOUND,
                            "high": _BOUND,
                        }
                    )
                ),
                "events": many(
                    obj(
                        {
                            "type": STRING,
                            "count": INTEGER,
                            "newest": MAYBE,
                            "objects": COUNTS,
                            "properties": mapping(STRING),
                        }
                    )
                ),
            }
        ),
    ),
)
