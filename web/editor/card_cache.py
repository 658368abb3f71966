"""What is kept of cards between requests: a statement that was not touched is not made ready again."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock

from flask import current_app

from ...assist.names import KnownNames
from ...engine.lru import LruCache
from ...grammar.edits import Card, CardPlace, outline, places
from ...grammar.messages.diagnostics import Diagnostic, Source
from ...grammar.syntax.nodes import Span
from ...grammar.syntax.parse import Parsed, parse
from ..drafts import TextCache
from .cards import CardView, view
from .rows import ConditionRow

_MOST_CARDS = 2500
_MOST_TEXTS = 4
"""How many texts of one card: an hour of edits makes a thousand, and next to none of them comes again."""

_MOST_LOOKS = 4
_PATIENCE = 10.0
_SHARE = 5
"""How much longer than it took it is left alone, before a text is looked through again."""


@dataclass
class CachedCard:
    """A card made ready to show, wherever it stands: its spans count from `Placed.base`.

    `html` are its latest looks by what else they show. `hints` are what was said of it when the whole text
    was last looked through, each with its place.
    """

    view: CardView
    html: LruCache[Hashable, tuple[str, str]] = field(default_factory=lambda: LruCache(_MOST_LOOKS))
    hints: tuple[tuple[Span, Diagnostic], ...] = ()

    @cached_property
    def views(self) -> tuple[CardView, ...]:
        """The card and those in it."""
        return (self.view, *self.view.inner)

    @cached_property
    def lines(self) -> tuple[ConditionRow, ...]:
        """All rows of the card and of those in it."""
        return tuple(line for one in self.views for root in one.conditions for line in lines_of(root))


@dataclass(frozen=True, slots=True)
class Placed:
    """A card where it stands in a text; all spans of it are that many characters further on."""

    kept: CachedCard
    place: CardPlace
    base: int

    def at(self, span: Span) -> Span:
        """Where something of the card stands in the text."""
        return Span(span.start + self.base, span.end + self.base)


class CardCache:
    """Texts and cards as made ready last. It only saves time; safe in threads."""

    def __init__(self) -> None:
        self.texts = TextCache()
        self._lock = Lock()
        self._kept: LruCache[Hashable, LruCache[str, CachedCard]] = LruCache(_MOST_CARDS)
        self._next_look: dict[str, float] = {}

    def cards(self, parsed: Parsed, names: KnownNames) -> list[Placed]:
        """The cards of a text, in its order."""
        return [self._placed(parsed, place, names) for place in places(parsed)]

    @contextmanager
    def looking_through(self, ruleset: str, wanted: bool) -> Iterator[bool]:
        """Whether the whole text of a ruleset is to be looked through now: when that is wanted, and has not
        been done so recently that many who edit would keep the server busy with it."""
        began = time.monotonic()
        with self._lock:
            now = wanted and began >= self._next_look.get(ruleset, 0.0)
            if now:
                self._next_look[ruleset] = began + _PATIENCE
        yield now
        if now:
            ended = time.monotonic()
            self._next_look[ruleset] = ended + _SHARE * (ended - began)

    def _placed(self, parsed: Parsed, place: CardPlace, names: KnownNames) -> Placed:
        text = parsed.source.text[place.start : place.end]
        texts = self._kept.made((place.keys, names.digest), lambda: LruCache(_MOST_TEXTS))
        kept = texts.get(text)
        if kept is not None:
            return Placed(kept, place, place.start)
        card = _alone(text, place, names, parsed)
        base = place.start
        if card is None:
            # It reads otherwise by itself; so it is taken from the whole text, and not kept.
            cards = outline(parsed, names.describe)
            card, base = next(one for one in cards if one.span == place.span), 0
        kept = CachedCard(view(card, names))
        if base or place.start == 0:
            texts.put(text, kept)
        return Placed(kept, place, base)


def desk() -> CardCache:
    """What this application keeps."""
    extensions = current_app.extensions
    found: CardCache = extensions.get("leadwright.desk") or extensions.setdefault(
        "leadwright.desk", CardCache()
    )
    return found


def _alone(text: str, place: CardPlace, names: KnownNames, whole: Parsed) -> Card | None:
    """The card that a part of a text makes by itself, None where it is none or another; its statements were
    read with the whole text."""
    known = replace(parse(Source("")), pieces=whole.pieces)
    cards = [one for one in outline(parse(Source(text), known), names.describe) if one.sort == place.sort]
    wanted = Span(place.span.start - place.start, place.span.end - place.start)
    if len(cards) != 1 or cards[0].span != wanted or len(cards[0].cards) != len(place.keys) - 1:
        return None
    return _with_keys(cards[0], place.keys)


def _with_keys(card: Card, keys: tuple[str, ...]) -> Card:
    """The card with the keys that it and those in it have in the whole text."""
    inner = tuple(replace(one, key=key) for one, key in zip(card.cards, keys[1:], strict=True))
    return replace(card, key=keys[0], cards=inner)


def lines_of(line: ConditionRow) -> Iterator[ConditionRow]:
    """A row and all below it."""
    yield line
    for one in (*(line.lines or ()), *([line.filter] if line.filter is not None else [])):
        yield from lines_of(one)
