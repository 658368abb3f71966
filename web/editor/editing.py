"""Edits of the page: one request, one answer with all that it changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ...assist.names import known_names
from ...grammar.edits import Edit
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import Parsed, parse
from ..access import doer, needs, person, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import (
    Changed,
    Rejected,
    change,
    discard,
    entries,
    is_behind,
    redo,
    take_text,
    text_at,
    undo,
)
from ..problems import invalid
from ..ruleset_cache import kept, live_of
from ..tryout.causes import without
from .answers import answer, begun_parts
from .beginnings import Beginning
from .card_cache import cached_cards
from .edit_words import removal_of, reverted_words
from .intents import RequestedEdits, edits_for
from .opening import draft_of, may_edit, rebased_draft
from .presence import presence

editor = Blueprint("editing", __name__)

MOST_EDITS = 50

_CARD = re.compile(r"card-[0-9a-f]{10}\Z")


@editor.post("/rulesets/<name>/edit")
@needs(Role.EDITOR)
def edit(name: str) -> Response:
    """Does the edits of a request, all or none."""
    asked = _asked()
    given = asked.get("edits")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_EDITS:
        raise invalid(f"edits is a list of 1 to {MOST_EDITS} edits")
    seen = _revision(asked)
    store = reading(settings())
    draft = draft_of(store, name)
    later = entries(store, name, since=seen) if seen < draft.revision else []
    parsed = cached_cards().texts.read(text_at(draft, later), name)
    try:
        names = known_names(parsed.tree, kept().catalogue(store))
        found = [edits_for(item, parsed, names) for item in given]
    except ValueError as error:
        return answer(asked, Rejected(draft, str(error), **_place(given[0])))
    question = next((one.ask for one in found if one.ask is not None), None)
    if question is not None:
        return answer(asked, Changed(draft, {}), ask=question)
    edits = [edit for one in found for edit in one.edits]
    if not edits:
        return answer(asked, Changed(draft, {}))
    with writing(settings()) as written:
        done = change(written, name, edits, who=doer().who, seen=seen, texts=cached_cards().texts)
    return answer(asked, done, said=_said(done, edits, found, parsed))


def _said(
    done: Changed | Rejected, edits: Sequence[Edit], found: Sequence[RequestedEdits], parsed: Parsed
) -> str:
    """What a change did beside what was asked for, and what it removed."""
    if not isinstance(done, Changed):
        return ""
    said = [one.said for one in found if one.said]
    said += [words for edit in edits if (words := removal_of(edit, parsed))]
    if done.taken:
        said.append("Its comment went with it.")
    return " ".join(said)


@editor.post("/rulesets/<name>/edit/undo")
@needs(Role.EDITOR)
def take_back(name: str) -> Response:
    """Takes back the latest change of whoever asks."""
    draft_of(reading(settings()), name)
    with writing(settings()) as store:
        return answer(_asked(), undo(store, name, who=doer().who, texts=cached_cards().texts))


@editor.post("/rulesets/<name>/edit/redo")
@needs(Role.EDITOR)
def again(name: str) -> Response:
    """Makes the change again that was taken back last."""
    draft_of(reading(settings()), name)
    with writing(settings()) as store:
        return answer(_asked(), redo(store, name, who=doer().who, texts=cached_cards().texts))


@editor.post("/rulesets/<name>/edit/discard")
@needs(Role.EDITOR)
def drop(name: str) -> Response:
    """Goes back to the version that the draft went on from."""
    draft_of(reading(settings()), name)
    with writing(settings()) as store:
        return answer(_asked(), discard(store, name, who=doer().who, texts=cached_cards().texts))


@editor.post("/rulesets/<name>/edit/revert")
@needs(Role.EDITOR)
def revert(name: str) -> Response:
    """Makes one statement (`key`) what it is in the live version, and keeps all other changes."""
    asked = _asked()
    store = reading(settings())
    draft, live = draft_of(store, name), live_of(store, name)
    key = asked.get("key")
    if not isinstance(key, str) or live is None:
        raise invalid("key is the statement whose change is reverted, in a ruleset that has a live version")
    now = cached_cards().texts.read(draft.text, name)
    text = without(parse(Source(live.text)), now, key)
    if text is None:
        return answer(asked, Rejected(draft, "This is as it is in the live version already.", key=key))
    with writing(settings()) as written:
        done = take_text(written, name, text, who=doer().who, seen=draft.revision, texts=cached_cards().texts)
    return answer(asked, done, said=reverted_words(key, now))


@editor.post("/rulesets/<name>/edit/text")
@needs(Role.EDITOR)
def text(name: str) -> Response:
    """Takes in what was written in the text view."""
    asked = _asked()
    if not isinstance(asked.get("text"), str):
        raise invalid("text is the whole text of the rules")
    draft_of(reading(settings()), name)
    with writing(settings()) as store:
        done = take_text(
            store, name, asked["text"], who=doer().who, seen=_revision(asked), texts=cached_cards().texts
        )
    return answer(asked, done)


@editor.post("/rulesets/<name>/edit/since")
def since(name: str) -> Response:
    """What changed since the revision that a page shows: by others, or by a version that was published."""
    asked = _asked()
    draft = draft_of(reading(settings()), name)
    rebased = rebased_draft(name)
    return answer(asked, Changed(rebased.draft if rebased is not None else draft, {}), rebased)


@editor.get("/rulesets/<name>/edit/revision")
def revision(name: str) -> Response:
    """The draft's revision, whether a newer version is live, and who else is at the draft, with the card that
    each is in; whoever asks says with `at` in which they are."""
    store = reading(settings())
    draft = draft_of(store, name)
    found = person()
    at = request.args.get("at", "")
    named = found.name if found is not None and found.user is not None else ""
    here = presence().come(name, named, at if _CARD.match(at) else "")
    return jsonify(
        {
            "revision": draft.revision,
            "newer": may_edit() and is_behind(store, draft),
            "here": [{"who": one.who, "at": one.at} for one in here],
        }
    )


@editor.post("/rulesets/<name>/edit/begin")
@needs(Role.EDITOR)
def begin(name: str) -> Response:
    """What is shown of something that is being written, and its text once it is complete."""
    store = reading(settings())
    draft = draft_of(store, name)
    names = known_names(cached_cards().texts.read(draft.text, name).tree, kept().catalogue(store))
    try:
        return jsonify(begun_parts(Beginning.from_dict(_asked()), names))
    except ValueError as error:
        raise invalid(str(error)) from None


# --- requests and answers -------------------------------------------------------------------------


def _asked() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise invalid("Send an object as JSON.")
    return found


def _revision(asked: dict[str, Any]) -> int:
    found = asked.get("revision")
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise invalid("revision is the number of the draft's revision that the edit was made for")
    return found


def _place(item: Any) -> dict[str, str]:
    if not isinstance(item, dict):
        return {}
    return {name: item[name] for name in ("key", "path") if isinstance(item.get(name), str)} | (
        {"wanted": item["new"]} if isinstance(item.get("new"), str) else {}
    )
