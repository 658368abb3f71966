"""One side of a comparison: the draft of a ruleset, what is live, or any of its versions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..engine.evaluator import Evaluator
from ..engine.reading import Reading
from ..engine.store.database import Store
from .drafts import Draft, current
from .problems import not_found
from .ruleset_cache import Ready, kept, live_of, read_text, version_of
from .settings import Settings

DRAFT, LIVE = "draft", "live"


@dataclass(frozen=True)
class RulesetRef:
    """A text of rules with what it means.

    `code` is how addresses name it: `inbound@draft`, `inbound@live`, `inbound@3`. `number` is the version's,
    None for a draft.
    """

    ruleset: str
    code: str
    text: str
    number: int | None
    reading: Reading
    ready: Ready | None = None

    @property
    def label(self) -> str:
        """How people call it."""
        about = "the draft" if self.number is None else f"version {self.number}"
        return f"{self.ruleset}, {about}"

    @property
    def title(self) -> str:
        """Its title, or its name where it has none."""
        plan = self.reading.plan
        return plan.title if plan is not None and plan.title else self.ruleset

    @property
    def tells(self) -> bool:
        """Whether it has no mistakes, so that leads can be scored by it."""
        return self.reading.plan is not None

    @cached_property
    def evaluator(self) -> Evaluator | None:
        """What scores leads by it, None where it has mistakes."""
        if self.ready is not None:
            return self.ready.evaluator
        return Evaluator(self.reading.plan) if self.reading.plan is not None else None


def side_of(store: Store, settings: Settings, ruleset: str, which: str | int) -> RulesetRef:
    """The draft, the live version, or a version by its number. Problem 404 where there is none."""
    if which == DRAFT:
        found = current(store, ruleset)
        if found is None:
            raise not_found(f"There is no ruleset {ruleset}.")
        return of_draft(store, settings, found)
    if which == LIVE and live_of(store, ruleset) is None and current(store, ruleset) is not None:
        raise not_found(f"{ruleset} has not been published yet: there is only its draft.")
    ready = kept().ready(version_of(store, ruleset, which if isinstance(which, int) else None))
    version = ready.version
    code = f"{ruleset}@{which}"
    return RulesetRef(ruleset, code, version.text, version.number, ready.reading, ready)


def of_text(store: Store, settings: Settings, ruleset: str, text: str) -> RulesetRef:
    """The side that a text is which is neither the draft nor a version."""
    reading = read_text(store, settings, text, ruleset).reading
    return RulesetRef(ruleset, f"{ruleset}@{DRAFT}", text, None, reading)


def of_draft(store: Store, settings: Settings, draft: Draft) -> RulesetRef:
    """The side that a draft is."""
    return of_text(store, settings, draft.ruleset, draft.text)


def asked_side(text: str) -> tuple[str, str | int]:
    """The ruleset and which of it a text in an address names; a name alone is what is live."""
    name, at, which = text.rpartition("@")
    if at and which in (DRAFT, LIVE):
        return name, which
    if at and which.isascii() and which.isdecimal() and len(which) <= 9:
        return name, int(which)
    return text, LIVE


def choices(store: Store, ruleset: str, numbers: list[int]) -> list[tuple[str, str]]:
    """What of a ruleset can be compared, the newest first: its code, and how people call it."""
    draft = current(store, ruleset)
    found = [(f"{ruleset}@{number}", f"version {number}") for number in sorted(numbers, reverse=True)]
    if found:
        found[0] = (found[0][0], f"{found[0][1]} (live)")
    if draft is not None and draft.changed:
        found.insert(0, (f"{ruleset}@{DRAFT}", "draft"))
    return found
