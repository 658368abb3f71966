"""Who is who: the ids of leads, merges and their undoing, people forgotten."""

from __future__ import annotations

from typing import Any

from ...engine.report.lead_ids import ids_data, merge_data
from ...engine.store.database import StoreError
from ...engine.store.records.merges import lead_ids, merge_ids, suspected_duplicates, undo_merge
from ..access import doer, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..forgetting import forget_person
from ..problems import Problem
from ..queries import lead_with
from .operations import Operation
from .schemas import INSTANT, INTEGER, MAYBE, STRING, YES, many, obj

_KEY = {"type": "string", "minLength": 1, "maxLength": 1_000}


def ids(lead: str) -> dict[str, Any]:
    """The ids of a lead, and how they came to it."""
    store = reading(settings())
    return ids_data(lead_ids(store, lead_with(store, lead)))


def duplicates() -> dict[str, Any]:
    """Leads that may be one person, two and two."""
    pairs = suspected_duplicates(reading(settings()))
    return {
        "duplicates": [
            {"leads": [one, other], "since": at.isoformat().replace("+00:00", "Z")}
            for one, other, at in pairs
        ]
    }


def merge(body: dict[str, Any]) -> dict[str, Any]:
    """Makes an id, with the lead that has it, one of another lead's."""
    with writing(settings()) as store:
        try:
            return merge_data(merge_ids(store, body["lead"], body["id"], doer().who))
        except StoreError as error:
            raise _refused(error) from error


def undo(key: str) -> dict[str, Any]:
    """Takes an id away from its lead, with all that came with it."""
    with writing(settings()) as store:
        try:
            return merge_data(undo_merge(store, key))
        except StoreError as error:
            raise _refused(error) from error


def _refused(error: StoreError) -> Problem:
    return Problem(409, "Not possible with these leads", f"{error.message}: {error.hint}.")


def delete(lead: str, keep_out: str) -> dict[str, Any]:
    """Forgets a person."""
    done = forget_person(lead, keeping_out=keep_out == "yes")
    return {"people": done.people, "ids": done.ids, "events": done.events, "texts": done.texts}


_MERGED = obj({"lead": STRING, "id": STRING, "merged": YES, "events": INTEGER})

OPERATIONS = (
    Operation(
        "GET",
        "/leads/{lead}/ids",
        "lead_ids",
        "List the ids of a lead: how each came to it, and which leads may be the same person",
        Role.VIEWER,
        ids,
        obj(
            {
                "lead": STRING,
                "anonymous": YES,
                "ids": many(
                    obj(
                        {
                            "id": STRING,
                            "since": INSTANT,
                            "by": MAYBE,
                            "merged": YES,
                            "was_anonymous": YES,
                            "through": MAYBE,
                            "events": INTEGER,
                        }
                    )
                ),
                "suspected": many(STRING),
            }
        ),
        parts={"lead": _KEY},
    ),
    Operation(
        "GET",
        "/duplicates",
        "duplicates",
        "List leads that clients say are one person though both have a name",
        Role.VIEWER,
        duplicates,
        obj({"duplicates": many(obj({"leads": many(STRING), "since": INSTANT}))}),
    ),
    Operation(
        "POST",
        "/merges",
        "merge",
        "Merge: make an id, with the lead that has it, one of another lead's",
        Role.EDITOR,
        merge,
        _MERGED,
        body=obj({"lead": _KEY, "id": _KEY}),
    ),
    Operation(
        "DELETE",
        "/merges/{key}",
        "undo_merge",
        "Undo a merge: take an id away from its lead, with all that came with it",
        Role.EDITOR,
        undo,
        _MERGED,
        parts={"key": _KEY},
    ),
    Operation(
        "DELETE",
        "/leads/{lead}",
        "forget",
        "Forget a person: delete all that is known of them, down to the bytes of the files",
        Role.ADMIN,
        delete,
        obj({"people": INTEGER, "ids": INTEGER, "events": INTEGER, "texts": INTEGER}),
        parts={"lead": _KEY},
        queries={"keep_out": {"enum": ["yes", "no"], "default": "no"}},
    ),
)
