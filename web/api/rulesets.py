"""Published rulesets and their versions: listed, shown, published, rolled back."""

from __future__ import annotations

from typing import Any

from ...engine.store.records.rulesets import RulesetVersion, ruleset_names, versions
from ..access import doer, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..publishing import publish as publish_text
from ..publishing import roll_back as publish_again
from ..queries import standing
from ..ruleset_cache import version_of
from .operations import Operation
from .schemas import ENTRIES, HAND_OFF, MAYBE, NOTE, RULESET, STRING, TEXT, VERSION, many, obj, refer


def version_data(version: RulesetVersion, *, whole: bool = False) -> dict[str, Any]:
    """A version as data; the whole with its text and files."""
    about: dict[str, Any] = {
        "ruleset": version.ruleset,
        "title": version.title,
        "version": version.number,
        "digest": version.digest,
        "note": version.note,
        "author": version.author,
        "published_at": version.published_at.isoformat().replace("+00:00", "Z"),
    }
    return about | {"text": version.text, "files": dict(version.files)} if whole else about


def _standing_data(ruleset: str) -> dict[str, Any] | None:
    found = standing(reading(settings()), ruleset)
    if found is None:
        return None
    return {
        "version": found.version,
        "now": found.now.isoformat().replace("+00:00", "Z"),
        "leads": found.leads,
        "disqualified": found.disqualified,
        "stages": [{"stage": stage, "leads": count} for stage, count in found.stages.items()],
    }


def list_rulesets() -> dict[str, Any]:
    """Every ruleset with its live version and where leads stand."""
    store = reading(settings())
    return {
        "rulesets": [
            {
                "name": name,
                "title": live.title,
                "live": version_data(live),
                "standing": _standing_data(name),
            }
            for name in ruleset_names(store)
            for live in (version_of(store, name),)
        ]
    }


def show_ruleset(name: str) -> dict[str, Any]:
    """The live version of a ruleset, with its text."""
    return version_data(version_of(reading(settings()), name), whole=True)


def list_versions(name: str) -> dict[str, Any]:
    """Every version, the newest first."""
    store = reading(settings())
    version_of(store, name)
    return {"versions": [version_data(version) for version in reversed(versions(store, name))]}


def show_version(name: str, number: int) -> dict[str, Any]:
    """One version, with its text."""
    return version_data(version_of(reading(settings()), name, number), whole=True)


def publish(name: str, entries: str, body: dict[str, Any]) -> dict[str, Any]:
    """Publishes a text as the next version."""
    base = body["base"]
    base = None if base is None else int(base)
    with writing(settings()) as store:
        made = publish_text(
            store,
            settings(),
            name,
            body["text"],
            body["note"].strip(),
            base=base,
            doer=doer(),
            hand_off=entries == HAND_OFF,
        )
    return version_data(made, whole=True)


def roll_back(name: str, entries: str, body: dict[str, Any]) -> dict[str, Any]:
    """Publishes an old version again, as the next one."""
    with writing(settings()) as store:
        made = publish_again(
            store,
            settings(),
            name,
            int(body["version"]),
            body["note"].strip(),
            doer=doer(),
            hand_off=entries == HAND_OFF,
        )
    return version_data(made, whole=True)


_NAME = {"name": RULESET}

OPERATIONS = (
    Operation(
        "GET",
        "/rulesets",
        "rulesets",
        "List the rulesets, with where leads stand",
        Role.VIEWER,
        list_rulesets,
        obj(
            {
                "rulesets": many(
                    obj(
                        {
                            "name": STRING,
                            "title": MAYBE,
                            "live": refer("Version"),
                            "standing": {"anyOf": [refer("Standing"), {"type": "null"}]},
                        }
                    )
                )
            }
        ),
    ),
    Operation(
        "GET",
        "/rulesets/{name}",
        "ruleset",
        "Show the live version of a ruleset",
        Role.VIEWER,
        show_ruleset,
        refer("Version"),
        parts=_NAME,
    ),
    Operation(
        "GET",
        "/rulesets/{name}/versions",
        "versions",
        "List the versions of a ruleset, the newest first",
        Role.VIEWER,
        list_versions,
        obj({"versions": many(refer("Version"))}),
        parts=_NAME,
    ),
    Operation(
        "GET",
        "/rulesets/{name}/versions/{number}",
        "version",
        "Show one version of a ruleset",
        Role.VIEWER,
        show_version,
        refer("Version"),
        parts={**_NAME, "number": VERSION},
    ),
    Operation(
        "POST",
        "/rulesets/{name}/versions",
        "publish",
        "Publish a text as the next version; errors and failing tests refuse it",
        Role.PUBLISHER,
        publish,
        refer("Version"),
        parts=_NAME,
        queries={"entries": ENTRIES},
        body=obj(
            {
                "text": TEXT,
                "note": NOTE,
                "base": {
                    "type": ["integer", "null"],
                    "description": "The number of the version it was made from; null for a new ruleset.",
                },
            }
        ),
        status=201,
    ),
    Operation(
        "POST",
        "/rulesets/{name}/roll-back",
        "roll_back",
        "Publish an old version again, as the next one",
        Role.PUBLISHER,
        roll_back,
        refer("Version"),
        parts=_NAME,
        queries={"entries": ENTRIES},
        body=obj({"version": VERSION, "note": NOTE}),
        status=201,
    ),
)
