"""Where one can go: one list of rooms for every page, by what somebody may do, and the pages of a room."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

from ...engine.store.database import StoreError
from ...engine.store.handoffs.reading import nobody_has, overdue
from ...engine.store.records.merges import suspected_count
from ..access import person, settings
from ..accounts.users import Role
from ..database import reading
from ..problems import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go: what it is called, its address, whether one is there, and how much waits there."""

    label: str
    url: str
    here: bool = False
    waits: int = 0


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a room: what it is called, its endpoint, and who may see it."""

    label: str
    endpoint: str
    role: Role = Role.VIEWER


_ROOMS: tuple[tuple[str, tuple[_Page, ...], tuple[str, ...]], ...] = (
    (
        "Rulesets",
        (_Page("Rulesets", "rulesets.index"),),
        ("new", "review", "history", "editor", "scoring", "lists", "guarantees"),
    ),
    ("Leads", (_Page("Leads", "leads.index"),), ("lead", "importing", "lead_ids", "person")),
    ("Results", (_Page("Results", "results.index"),), ()),
    (
        "Handoffs",
        (
            _Page("Handoffs", "handoffs.index"),
            _Page("My leads", "my_leads.index"),
            _Page("People", "handoffs.show_people"),
            _Page("Outbox", "outbox.index", Role.EDITOR),
        ),
        ("my_leads", "outbox"),
    ),
    (
        "Sources",
        (_Page("All sources", "sources.index"), _Page("Possible duplicates", "lead_ids.duplicates")),
        (),
    ),
    ("Compare", (_Page("Compare", "compare.show"),), ()),
    ("Users", (_Page("Users", "users.index", Role.ADMIN),), ()),
    ("Audit log", (_Page("Audit log", "audit.index", Role.ADMIN),), ()),
)
"""Each room with its pages, the first of which is its door, and the blueprints besides whose pages it has."""

_OWN = (("waiting", "My leads"), ("talks", "In talks"), ("rejected", "Rejected"))


def navigation() -> list[Place]:
    """Where somebody can go, in one order on all pages; nowhere for a stranger."""
    who = _who()
    if who is None:
        return []
    if not who.may(Role.VIEWER):
        return [
            Place(label, url_for("my_leads.index", show=show), request.args.get("show", "waiting") == show)
            for show, label in _OWN
        ]
    here = _room()
    return [
        Place(label, url_for(pages[0].endpoint), label == here, _waits(label))
        for label, pages, _ in _ROOMS
        if who.may(pages[0].role)
    ]


def tabs() -> tuple[str, list[Place]] | None:
    """The pages of the room that one is in, with its name; None where it has one page, or none of them is
    open."""
    who, here = _who(), _room()
    pages = next((pages for label, pages, _ in _ROOMS if label == here), ())
    if who is None or not who.may(Role.VIEWER) or here is None or len(pages) < 2:
        return None
    found = [
        Place(one.label, url_for(one.endpoint), _at(one), _waits(one.label) if one.label != here else 0)
        for one in pages
        if who.may(one.role)
    ]
    return here, found


def _who() -> Role | None:
    """The role of whoever asks; a page that says why the database cannot be used does without."""
    try:
        found = person()
    except (StoreError, Problem):
        return None
    return None if found is None else found.role


def _room() -> str | None:
    for label, pages, _ in _ROOMS:
        if any(request.endpoint == one.endpoint for one in pages):
            return label
    for label, pages, others in _ROOMS:
        blueprints = {
            one.endpoint.partition(".")[0] for one in pages if one.endpoint != "lead_ids.duplicates"
        }
        if request.blueprint in blueprints or request.blueprint in others:
            return label
    return None


def _at(page: _Page) -> bool:
    """Whether one is on a page, or on one below it."""
    blueprint = page.endpoint.partition(".")[0]
    below = request.blueprint == blueprint and blueprint in ("my_leads", "outbox", "sources")
    return request.endpoint == page.endpoint or below or request.endpoint == _WRITES.get(page.endpoint)


_WRITES = {"handoffs.show_people": "handoffs.change_people"}


def _waits(label: str) -> int:
    """How much waits for a person."""
    ask = {
        "Handoffs": lambda store: overdue(store) + nobody_has(store),
        "Possible duplicates": suspected_count,
    }
    if label not in ask:
        return 0
    try:
        return ask[label](reading(settings()))
    except (StoreError, Problem):
        return 0
