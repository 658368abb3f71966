"""Any two of draft, live and the versions beside each other."""

from __future__ import annotations

from typing import Any

from ...engine.impact.text_diff import compare as compared
from ...engine.outcomes.before_after import BeforeAfter
from ...engine.report.changes import changes_data
from ...engine.report.outcomes import before_after_data
from ..access import settings
from ..accounts.users import Role
from ..database import reading
from ..effects import effect_between
from ..pages.compare import outcomes_between
from ..ruleset_ref import asked_side, side_of
from .operations import Operation
from .outcome_schemas import BEFORE_AFTER, maybe
from .schemas import INSTANT, INTEGER, MAYBE, STRING, many, obj


def compare(a: str, b: str) -> dict[str, Any]:
    """What differs between any two of draft, live and versions."""
    store = reading(settings())
    before, after = (side_of(store, settings(), *asked_side(asked)) for asked in (a, b))
    shown = effect_between(store, settings(), before, after)
    effect = None
    if shown is not None:
        effect = {
            "now": shown.now.isoformat().replace("+00:00", "Z"),
            "leads": shown.effect.leads,
            "moved": shown.effect.moved,
            "up": shown.up,
            "down": shown.down,
            "stages": [
                {"track": track, "before": old, "after": new, "leads": count}
                for (track, old, new), count in shown.effect.matrix.items()
            ],
        }
    changes = changes_data(compared(before.reading.tree, after.reading.tree))
    judged = outcomes_between(store, before, after)
    outcomes = before_after_data(judged) if isinstance(judged, BeforeAfter) else None
    return {"changes": changes, "effect": effect, "outcomes": outcomes}


_SIDE = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "x-required": True,
    "description": "inbound@draft, inbound@live or inbound@3; a name alone is what is live.",
}

OPERATIONS = (
    Operation(
        "GET",
        "/comparison",
        "comparison",
        "Compare any two of draft, live and versions: in words, and what the difference does to leads",
        Role.VIEWER,
        compare,
        obj(
            {
                "changes": many(
                    obj(
                        {
                            "what": STRING,
                            "name": STRING,
                            "kind": {"enum": ["added", "removed", "changed"]},
                            "details": many(STRING),
                            "before": MAYBE,
                            "after": MAYBE,
                        }
                    )
                ),
                "effect": {
                    "anyOf": [
                        obj(
                            {
                                "now": INSTANT,
                                "leads": INTEGER,
                                "moved": INTEGER,
                                "up": INTEGER,
                                "down": INTEGER,
                                "stages": many(
                                    obj({"track": STRING, "before": MAYBE, "after": MAYBE, "leads": INTEGER})
                                ),
                            }
                        ),
                        {"type": "null"},
                    ]
                },
                "outcomes": maybe(BEFORE_AFTER),
            }
        ),
        queries={"a": _SIDE, "b": _SIDE},
    ),
)
