"""Drafts: begun, read, edited, undone, brought up to date, and published."""

from __future__ import annotations

from typing import Any

from ...engine.report.diagnostics import diagnostic_data
from ...engine.store.database import Store
from ...grammar.edits import Edit, MergeConflict
from ..access import doer, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import (
    Changed,
    Draft,
    LogEntry,
    Rejected,
    authors,
    begin_with,
    catch_up,
    change,
    current,
    discard,
    entries,
    forget,
    redo,
    take_text,
    undo,
)
from ..drafts.changes import stacks
from ..problems import Problem, invalid, not_found
from ..publishing import check_name, publish_draft
from ..ruleset_cache import read_text
from .operations import Operation
from .rulesets import version_data
from .schemas import (
    ENTRIES,
    HAND_OFF,
    INSTANT,
    INTEGER,
    NOTE,
    RULESET,
    STRING,
    TEXT,
    YES,
    many,
    mapping,
    obj,
    refer,
)


def _draft(store: Store, name: str) -> Draft:
    found = current(store, name)
    if found is None:
        raise not_found(f"There is no ruleset {name}.")
    return found


def draft_data(store: Store, draft: Draft) -> dict[str, Any]:
    """A draft as data, with what is wrong with it and what whoever asks can take back."""
    found = read_text(store, settings(), draft.text, draft.ruleset).reading
    mine = stacks(store, draft.ruleset, doer().who)
    return {
        "ruleset": draft.ruleset,
        "base": draft.base,
        "revision": draft.revision,
        "changed": draft.changed,
        "authors": authors(store, draft.ruleset),
        "text": draft.text,
        "runs": found.plan is not None,
        "diagnostics": [
            diagnostic_data(item) | ({"file": None} if item.source is found.source else {})
            for item in found.diagnostics
        ],
        "undo": mine.undo,
        "redo": mine.redo,
    }


def show(name: str) -> dict[str, Any]:
    """The draft, or the live version as the draft that it would become."""
    store = reading(settings())
    return draft_data(store, _draft(store, name))


def start(body: dict[str, Any]) -> dict[str, Any]:
    """Begins the draft of a ruleset that is not there yet."""
    name = body["name"]
    check_name(name)
    with writing(settings()) as store:
        draft = begin_with(store, name, body.get("text", ""), who=doer().who)
        if draft is None:
            raise Problem(409, "Taken", f"There is a ruleset {name} already. Choose another name.")
        return draft_data(store, draft)


def log(name: str) -> dict[str, Any]:
    """Every change of the draft, the latest first."""
    store = reading(settings())
    _draft(store, name)
    return {"changes": [_entry_data(entry) for entry in entries(store, name)]}


def _entry_data(entry: LogEntry) -> dict[str, Any]:
    return {
        "revision": entry.revision,
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "who": entry.who,
        "sort": entry.sort,
        "edits": [edit.as_dict() for edit in entry.edits],
        "standing": entry.standing,
    }


def _change_data(store: Store, done: Changed | Rejected) -> dict[str, Any]:
    """What came of a change. Problem 409 where somebody was there first, 422 where it cannot be done."""
    if isinstance(done, Rejected):
        taken = done.who is not None or done.found is not None
        raise Problem(
            409 if taken else 422,
            "Changed in the meantime" if taken else "Not as it should be",
            done.message,
            key=done.key,
            path=done.path,
            who=done.who,
            found=done.found,
            wanted=done.wanted,
            revision=done.draft.revision,
        )
    return {
        "draft": draft_data(store, done.draft),
        "keys": dict(done.keys),
        "taken": list(done.taken),
        "conflicts": [_conflict_data(conflict) for conflict in done.conflicts],
    }


def _conflict_data(conflict: MergeConflict) -> dict[str, Any]:
    return {
        "message": conflict.message,
        "key": conflict.key,
        "base": conflict.base,
        "mine": conflict.mine,
        "theirs": conflict.theirs,
    }


def _seen(store: Store, name: str, body: dict[str, Any]) -> int:
    seen, draft = int(body["revision"]), _draft(store, name)
    if seen > draft.revision:
        raise invalid(f'"revision" is {seen:,}, and the draft is at {draft.revision:,}')
    return seen


def edit(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Does edits, all or none."""
    try:
        edits = [Edit.from_dict(one) for one in body["edits"]]
    except ValueError as error:
        raise invalid(f"{error}") from None
    with writing(settings()) as store:
        seen = _seen(store, name, body)
        return _change_data(store, change(store, name, edits, who=doer().who, seen=seen))


def write(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Takes in a whole text, brought together with what others did since its revision."""
    with writing(settings()) as store:
        seen = _seen(store, name, body)
        return _change_data(store, take_text(store, name, body["text"], who=doer().who, seen=seen))


def take_back(name: str) -> dict[str, Any]:
    """Takes back the latest change of whoever asks."""
    with writing(settings()) as store:
        _draft(store, name)
        return _change_data(store, undo(store, name, who=doer().who))


def do_again(name: str) -> dict[str, Any]:
    """Makes the change again that was undone last."""
    with writing(settings()) as store:
        _draft(store, name)
        return _change_data(store, redo(store, name, who=doer().who))


def drop(name: str) -> dict[str, Any]:
    """Takes the draft back to what is live; throws away one that was never live."""
    with writing(settings()) as store:
        draft = _draft(store, name)
        gone = forget(store, name)
        if gone is not None:
            return {"text": gone, "draft": None}
        done = discard(store, name, who=doer().who)
        return {"text": draft.text, "draft": draft_data(store, done.draft)}


def update(name: str) -> dict[str, Any]:
    """Brings what was published since into the draft."""
    with writing(settings()) as store:
        _draft(store, name)
        rebased = catch_up(store, name)
        conflicts = rebased.conflicts if rebased is not None else ()
        return {
            "draft": draft_data(store, _draft(store, name)),
            "conflicts": [_conflict_data(conflict) for conflict in conflicts],
        }


def publish(name: str, entries: str, body: dict[str, Any]) -> dict[str, Any]:
    """Publishes the draft, where it is still at the revision that was looked at."""
    with writing(settings()) as store:
        draft = _draft(store, name)
        if draft.revision != int(body["revision"]):
            raise Problem(
                409,
                "Changed in the meantime",
                f"The draft is at revision {draft.revision:,} by now. Look at what changed, then try again.",
                revision=draft.revision,
            )
        made = publish_draft(
            store, settings(), draft, body["note"].strip(), doer=doer(), hand_off=entries == HAND_OFF
        )
    return version_data(made, whole=True)


_NAME = {"name": RULESET}
_REVISION = {
    "type": "integer",
    "minimum": 0,
    "maximum": 1_000_000_000,
    "description": "The revision of the draft for which it was made.",
}
_EDIT = obj(
    {
        "op": {"type": "string", "minLength": 1, "maxLength": 100},
        **{
            part: {"type": ["string", "null"], "maxLength": 100_000}
            for part in ("key", "path", "old", "new", "kind", "join", "side", "beside")
        },
        "at": {"type": ["integer", "null"], "minimum": -1_000_000_000, "maximum": 1_000_000_000},
    },
    optional=("key", "path", "old", "new", "kind", "join", "side", "beside", "at"),
)
_CONFLICTS = many(obj({"message": STRING, "key": STRING, "base": STRING, "mine": STRING, "theirs": STRING}))
_TOLD = obj(
    {
        "draft": refer("Draft"),
        "keys": mapping(STRING),
        "taken": many(STRING),
        "conflicts": _CONFLICTS,
    }
)


def _post(path: str, name: str, summary: str, view: Any, answer: Any, **more: Any) -> Operation:
    return Operation(
        "POST",
        f"/rulesets/{{name}}/draft{path}",
        name,
        summary,
        Role.EDITOR,
        view,
        answer,
        parts=_NAME,
        **more,
    )


OPERATIONS = (
    Operation(
        "POST",
        "/drafts",
        "begin_draft",
        "Begin the draft of a new ruleset",
        Role.EDITOR,
        start,
        refer("Draft"),
        body=obj({"name": RULESET, "text": TEXT}, optional=("text",)),
        status=201,
    ),
    Operation(
        "GET",
        "/rulesets/{name}/draft",
        "draft",
        "Show the draft of a ruleset; without one, the live version as the draft that it would become",
        Role.VIEWER,
        show,
        refer("Draft"),
        parts=_NAME,
    ),
    Operation(
        "GET",
        "/rulesets/{name}/draft/changes",
        "draft_changes",
        "List every change of the draft, the latest first",
        Role.VIEWER,
        log,
        obj(
            {
                "changes": many(
                    obj(
                        {
                            "revision": INTEGER,
                            "at": INSTANT,
                            "who": STRING,
                            "sort": STRING,
                            "edits": many({"type": "object"}),
                            "standing": YES,
                        }
                    )
                )
            }
        ),
        parts=_NAME,
    ),
    _post(
        "/edits",
        "edit_draft",
        "Do edits of single places, all or none, as one step that can be undone",
        edit,
        _TOLD,
        body=obj({"revision": _REVISION, "edits": many(_EDIT, maxItems=1_000)}),
    ),
    _post(
        "/text",
        "write_draft",
        "Take in a whole text, brought together with what others did since its revision",
        write,
        _TOLD,
        body=obj({"revision": _REVISION, "text": TEXT}),
    ),
    _post("/undo", "undo", "Take back one's own latest change that still stands", take_back, _TOLD),
    _post("/redo", "redo", "Make the change again that one undid last", do_again, _TOLD),
    _post(
        "/discard",
        "discard_draft",
        "Take the draft back to what is live; delete one that was never live",
        drop,
        obj({"text": STRING, "draft": {"anyOf": [refer("Draft"), {"type": "null"}]}}),
    ),
    _post(
        "/catch-up",
        "catch_up",
        "Bring what was published since into the draft",
        update,
        obj({"draft": refer("Draft"), "conflicts": _CONFLICTS}),
    ),
    Operation(
        "POST",
        "/rulesets/{name}/draft/publish",
        "publish_draft",
        "Publish the draft; errors and failing tests refuse it",
        Role.PUBLISHER,
        publish,
        refer("Version"),
        parts=_NAME,
        queries={"entries": ENTRIES},
        body=obj({"revision": _REVISION, "note": NOTE}),
        status=201,
    ),
)
