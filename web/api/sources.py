"""Sources: which clients may send events, their write keys, and how they are doing."""

from __future__ import annotations

from typing import Any

from ...engine.live.figures import source_figures
from ...engine.live.sources import LONGEST_NAME, add_source, new_key, remove_source, source_named
from ...engine.receivers.adapters import KINDS
from ...engine.store.database import Store, StoreError
from ..access import doer, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import invalid, not_found
from .operations import Operation
from .schemas import INTEGER, MAYBE, MAYBE_INSTANT, STRING, YES, many, mapping, obj


def index() -> dict[str, Any]:
    """All sources, with what came in the last 24 hours."""
    return {"sources": [figures.data() for figures in source_figures(reading(settings()))]}


def add(body: dict[str, Any]) -> dict[str, Any]:
    """Adds a source; its write key is told this once."""
    with writing(settings()) as store:
        try:
            key = add_source(store, body["name"], body["kind"], body.get("origins", ()), **_who())
        except StoreError as error:
            raise invalid(f"{error.message}: {error.hint}") from error
        source = source_named(store, body["name"].strip())
    return {"name": source.name, "kind": source.kind, "origins": list(source.origins), "write_key": key}


def rotate(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Gives a source a new write key, told this once."""
    with writing(settings()) as store:
        _check(store, name)
        return {"name": name, "write_key": new_key(store, name, keep=body.get("keep", False), **_who())}


def remove(name: str) -> dict[str, Any]:
    """Ends a source and its write keys; the events it sent stay."""
    with writing(settings()) as store:
        _check(store, name)
        remove_source(store, name, **_who())
    return {"removed": name}


def _who() -> dict[str, str]:
    return {"who": doer().who, "address": doer().address}


def _check(store: Store, name: str) -> None:
    try:
        source_named(store, name)
    except StoreError as error:
        raise not_found(f"There is no source {name[:100]}.") from error


_NAME = {"type": "string", "minLength": 1, "maxLength": 1_000}

OPERATIONS = (
    Operation(
        "GET",
        "/sources",
        "sources",
        "List the sources, and what came from them in the last 24 hours",
        Role.VIEWER,
        index,
        obj(
            {
                "sources": many(
                    obj(
                        {
                            "name": STRING,
                            "kind": STRING,
                            "origins": many(STRING),
                            "hours": many(INTEGER),
                            "counts": mapping(INTEGER),
                            "stored_within": MAYBE,
                            "scored_within": MAYBE,
                            "last": MAYBE_INSTANT,
                        }
                    )
                )
            }
        ),
    ),
    Operation(
        "POST",
        "/sources",
        "add_source",
        "Add a source: a client that may send events, with a write key that is shown only once",
        Role.ADMIN,
        add,
        obj({"name": STRING, "kind": STRING, "origins": many(STRING), "write_key": STRING}),
        body=obj(
            {
                "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
                "kind": {"enum": list(KINDS)},
                "origins": many(
                    {"type": "string", "maxLength": 1_000},
                    maxItems=100,
                    description="Websites from whose pages browsers may send, as https://acme.example.",
                ),
            },
            optional=("origins",),
        ),
        status=201,
    ),
    Operation(
        "POST",
        "/sources/{name}/key",
        "rotate_source_key",
        "Give a source a new write key; the former ones end at once, unless they are to be kept",
        Role.ADMIN,
        rotate,
        obj({"name": STRING, "write_key": STRING}),
        body=obj({"keep": YES}, optional=("keep",)),
        parts={"name": _NAME},
    ),
    Operation(
        "DELETE",
        "/sources/{name}",
        "remove_source",
        "Remove a source: it and its write keys end at once, the events it sent stay",
        Role.ADMIN,
        remove,
        obj({"removed": STRING}),
        parts={"name": _NAME},
    ),
)
