"""What a page is told after a request: cards that differ from those it has, the outline, the state."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from flask import Response, jsonify, render_template

from ...assist.names import KnownNames
from ...engine.report.text_style import listed
from ..access import person, settings
from ..database import reading
from ..drafts import Changed, Draft, LogEntry, Rebased, Rejected, entries
from .beginnings import Beginning, begun
from .card_cache import cached_cards
from .cards import id_of
from .edit_words import back_words
from .intents import Ask
from .opening import published_words, screen_of
from .outline import MOST_SHOWN
from .screen import Screen
from .text import text_parts


def answer(
    asked: dict[str, Any],
    done: Changed | Rejected,
    rebased: Rebased | None = None,
    *,
    said: str = "",
    ask: Ask | None = None,
) -> Response:
    """All that a page has to show again after `done`, of what it asked for."""
    page = _Page(asked, done)
    wanted = asked.get("lints") is True
    with cached_cards().looking_through(done.draft.ruleset, wanted) as lints:
        screen = screen_of(
            reading(settings()),
            done.draft,
            page.text("lead"),
            page.text("at"),
            lints=lints,
            opened=page.opened,
        )
    has = page.shown or {}
    cards = screen.shown(page.wanted(screen))
    edit_words: dict[str, Any] = {
        "revision": done.draft.revision,
        "ids": {old: new for old, new in page.ids.items() if old != new},
        "outline": page.outline(screen),
        "cards": {name: html for name, (html, digest) in cards.items() if has.get(name) != digest},
    }
    if asked.get("only") == "cards":
        return jsonify(edit_words)
    edit_words |= {
        "state": render_template("editor/state.html", screen=screen),
        "panel": screen.panel,
        "title": screen.title,
        "later": wanted and not lints,
        "others": page.others or None,
    }
    if asked.get("view") in ("text", "both") or "text" in asked:
        edit_words |= text_parts(screen)
    if rebased is not None:
        edit_words["published"] = published_words(rebased)
    edit_words |= _done(done, screen, said, ask) if isinstance(done, Changed) else {"refused": _refused(done)}
    return jsonify(edit_words)


class _Page:
    """The page that asks: which cards it has and wants, and which of them are open, by the ids of now."""

    def __init__(self, asked: dict[str, Any], done: Changed | Rejected) -> None:
        self._asked = asked
        self._keys = done.keys if isinstance(done, Changed) else {}
        self._later = _later(asked, done.draft)
        self.ids = _renamed(self._later) | {
            id_of(old): id_of(new) for old, new in self._keys.items() if old and new
        }

    @property
    def others(self) -> str:
        """Who else changed the draft since the page's revision."""
        found = person()
        name = found.name if found is not None else ""
        return listed(list(dict.fromkeys(entry.who for entry in self._later if entry.who != name)))

    def text(self, name: str) -> str | None:
        """A text that it sent, None where it sent none."""
        found = self._asked.get(name)
        return found if isinstance(found, str) else None

    @property
    def shown(self) -> dict[str, Any] | None:
        """The cards that it has, with their digests."""
        found = self._asked.get("shown")
        if not isinstance(found, dict):
            return None
        return {self.ids.get(str(name), str(name)): digest for name, digest in found.items()}

    @property
    def opened(self) -> frozenset[str] | None:
        """The cards that it has opened, with those that were just made; None where it does not say."""
        found = self._asked.get("open")
        if not isinstance(found, list):
            return None
        made = {id_of(new) for old, new in self._keys.items() if new and not old}
        return frozenset(self.ids.get(one, one) for one in found if isinstance(one, str)) | made

    def wanted(self, screen: Screen) -> Container[str]:
        """The cards that it shows or is about to show. All of them where they are few, or it does not say."""
        shown, want = self.shown, self._asked.get("want")
        if shown is None or want == "all" or len(screen.strips) <= MOST_SHOWN:
            return screen.strips
        asked = [one for one in want if isinstance(one, str)] if isinstance(want, list) else []
        changed = [id_of(new) for new in self._keys.values() if new]
        found = {screen.holder(one) for one in (*asked, *changed, *(self.opened or ()))}
        return {*shown, *found}

    def outline(self, screen: Screen) -> dict[str, Any]:
        """The outline: its portions in order, and the lines of those that the page does not have."""
        found = self._asked.get("outline")
        has = found if isinstance(found, list) else []
        return {
            "order": list(screen.outline),
            "made": {name: items for name, items in screen.outline.items() if name not in has},
        }


def _later(asked: dict[str, Any], draft: Draft) -> list[LogEntry]:
    """The changes since the page's revision, the latest first."""
    seen = asked.get("revision")
    if not isinstance(seen, int) or seen >= draft.revision:
        return []
    return entries(reading(settings()), draft.ruleset, since=seen)


def _renamed(later: list[LogEntry]) -> dict[str, str]:
    """The elements of statements that go by another name since the page's revision, whoever renamed them."""
    found: dict[str, str] = {}
    for entry in reversed(later):
        for edit in entry.edits:
            if edit.op == "rename" and edit.new and ":" in edit.key:
                found[id_of(edit.key)] = id_of(f"{edit.key.partition(':')[0]}:{edit.new}")
    return found


def _done(done: Changed, screen: Screen, said: str, ask: Ask | None) -> dict[str, Any]:
    """What is told of a change that was made."""
    edit_words: dict[str, Any] = {"made": [id_of(new) for old, new in done.keys.items() if new and not old]}
    if done.back is not None:
        key = next(iter(done.keys.values()), "")
        sort = "redo" if done.back.sort == "undo" else "undo"
        edit_words["back"] = {
            "said": back_words(done.back, sort, screen.parsed, key),
            "id": id_of(key) if key else "",
        }
    if said:
        edit_words["notice"] = said
    if ask is not None:
        edit_words["ask"] = _asked_back(ask, screen.names)
    if done.conflicts:
        edit_words["conflicts"] = [
            {"message": found.message, "mine": found.mine, "theirs": found.theirs} for found in done.conflicts
        ]
    return edit_words


def _refused(done: Rejected) -> dict[str, Any]:
    """What is told of a change that was not made."""
    return {
        "id": id_of(done.key) if done.key else "",
        "path": done.path,
        "message": done.message,
        "found": done.found,
        "wanted": done.wanted,
        "who": done.who,
    }


def begun_parts(beginning: Beginning, names: KnownNames) -> dict[str, Any]:
    """What is shown of something that is being written, and its text once it is complete."""
    found = begun(beginning, names)
    html = render_template("editor/begun.html", begun=found)
    return {"begun": beginning.as_dict(), "html": html, "text": found.text}


def _asked_back(ask: Ask, names: KnownNames) -> dict[str, Any]:
    """A question, as the page shows it in the place that it concerns."""
    edit = ask.edit
    place = edit.path.removesuffix(f".{edit.path.rpartition('.')[2]}") if edit.kind == "test" else edit.path
    return {
        "id": f"{id_of(edit.key)}-{place}",
        "edit": edit.as_dict(),
        "before": ask.before,
        "after": ask.after,
        "message": ask.message,
        **begun_parts(ask.begun, names),
    }
