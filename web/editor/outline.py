"""The outline of a ruleset: a line for each statement, in portions, so that a page which has a portion is not
sent it again. The page tells from it what stands where, also of cards that it does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from ...assist.names import KnownNames
from ...grammar.edits.document import key_of
from ...grammar.syntax import nodes as n
from ...grammar.text.printer import text_of
from ...grammar.text.sentences import sentence
from ..signs import real_minus
from .cards import CardView, asked_words, heading_of, id_of

MOST_SHOWN = 120
"""How many cards a page is sent at once; of others only those that come into sight."""

_USUAL = 32
_LARGEST = 64
_LONGEST = 300
"""Characters of what a statement says, in one line."""

_NAMED = frozenset({"rule", "list"})


class OutlineLine(NamedTuple):
    """A statement in one line. `leads` is how many it matches, "" where that is not known."""

    id: str
    sort: str
    level: int
    name: str
    says: str
    gives: str
    leads: str
    wrong: bool


class Summary(NamedTuple):
    """What a statement says in short. `key` is that of its edits, `heading` what lists call it."""

    id: str
    key: str
    sort: str
    heading: str
    name: str
    says: str
    gives: str
    off: bool


class OutlineItem(NamedTuple):
    """What stands on the page as one thing: its element, with a line for each statement in it."""

    id: str
    lines: Sequence[OutlineLine]


def line_of(one: Summary, level: int, leads: str, wrong: bool) -> OutlineLine:
    """The line of one card."""
    level = 0 if one.sort == "section" else level
    return OutlineLine(one.id, one.sort, level, one.name, one.says, one.gives, leads, wrong)


def summary(view: CardView) -> Summary:
    """What a card says in short."""
    card = view.card
    if card.sort == "section":
        words = card.comments[0].text.split("\n")[0].strip("-= ")
        name = words.partition(":")[0].partition(",")[0]
        return Summary(view.id, card.key, "section", view.heading, name, "", "", False)
    name = card.title if card.sort in _NAMED else view.heading
    return Summary(
        view.id, card.key, card.sort, view.heading, name or view.sentence, view.says[:_LONGEST], view.gives,
        card.off,
    )  # fmt: skip


def rule_summary(rule: n.Rule, key: str, names: KnownNames) -> Summary:
    """What the card of a rule about leads says in short, told without making the card."""
    assert isinstance(rule.body, n.When)
    title = key_of(rule).partition(":")[2]
    says = asked_words([sentence(rule.body.condition, names.describe)])
    gives = real_minus(", ".join(text_of(award) for award in rule.awards))
    heading = heading_of("rule", title)
    return Summary(id_of(key), key, "rule", heading, title or says, says[:_LONGEST], gives, rule.off)


def portions(items: Iterable[OutlineItem]) -> dict[str, list[OutlineItem]]:
    """The items in portions, by their digests. A portion ends where an item says so, and not after so many,
    so that one that is added or moved changes no portion but its own."""
    found: dict[str, list[OutlineItem]] = {}
    now: list[OutlineItem] = []
    for item in items:
        now.append(item)
        if len(now) >= _LARGEST or int(item.id[-4:], 16) % _USUAL == 0:
            found[_digest(now)] = now
            now = []
    if now:
        found[_digest(now)] = now
    return found


def _digest(items: Sequence[OutlineItem]) -> str:
    return blake2b(json.dumps(items).encode("ascii"), digest_size=6).hexdigest()
