"""What is kept of cards between requests: a statement that was not touched is not made ready again."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import Any

from flask import current_app

from ...assist.names import KnownNames
from ...engine.lru import LruCache
from ...grammar.edits import Card, CardPlace, outline, places
from ...grammar.messages.diagnostics import Diagnostic, Source
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Span
from ...grammar.syntax.parse import Parsed, parse
from ..drafts import TextCache
from .cards import CardView, id_of, view
from .outline import Summary, rule_summary, summary
from .rows import ConditionRow

_MOST_CARDS = 2500
_MOST_TEXTS = 4
"""How many texts of one card: an hour of edits makes a thousand, and next to none of them comes again."""

_MOST_LOOKS = 4
_PATIENCE = 10.0
_EMPTY = parse(Source(""))
_SHARE = 5
"""How much longer than it took it is left alone, before a text is looked through again."""


class MadeCard:
    """A card made ready to show; its spans count from `base`."""

    def __init__(self, view: CardView) -> None:
        self.view = view
        self.views = (view, *view.inner)
        self.lines_by_view: tuple[tuple[ConditionRow, ...], ...] = tuple(
            tuple(line for root in one.conditions for line in lines_of(root)) for one in self.views
        )
        self.lines = tuple(line for some in self.lines_by_view for line in some)


@dataclass
class CachedCard:
    """What is kept of a statement and its card, wherever they stand: spans count from `Placed.place.start`.

    `made` is the card, once somebody looked at it, and `summaries` say it in a line each. `html` are its
    latest looks by what else they show. `hints` are what was said of it when the whole text was last looked
    through, each with its place.
    """

    made: MadeCard | None = None
    summaries: tuple[Summary, ...] | None = None
    html: LruCache[Hashable, tuple[str, str]] = field(default_factory=lambda: LruCache(_MOST_LOOKS))
    hints: tuple[tuple[Span, Diagnostic], ...] = ()
    counted: dict[Hashable, Any] = field(default_factory=dict)
    """What was last counted of it, shown while leads are being counted."""


@dataclass
class Placed:
    """A card where it stands in a text. It is made when it is looked at: of a large ruleset, few are."""

    kept: CachedCard
    place: CardPlace
    parsed: Parsed
    names: KnownNames

    @cached_property
    def id(self) -> str:
        """Its element."""
        return id_of(self.place.keys[0])

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Its element, and those of the cards in it."""
        return (self.id, *map(id_of, self.place.keys[1:]))

    @property
    def spans(self) -> list[tuple[str, Span]]:
        """Where the card stands in the text, and those in it, by their elements."""
        if len(self.place.keys) == 1:
            return [(self.id, self.place.span)]
        return [(one.id, self.at(one.card.span)) for one in self.made.views]

    @property
    def made(self) -> MadeCard:
        """The card, ready to show."""
        return self._made[0]

    @property
    def base(self) -> int:
        """How much further on all spans of the card are."""
        return self._made[1]

    def at(self, span: Span) -> Span:
        """Where something of the card stands in the text."""
        return Span(span.start + self.base, span.end + self.base)

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """The card, and those in it, in a line each."""
        if self.kept.summaries is None:
            rule = self._plain_rule
            self.kept.summaries = (
                (rule_summary(rule, self.place.keys[0], self.names),)
                if rule is not None and self.kept.made is None
                else tuple(map(summary, self.made.views))
            )
        return self.kept.summaries

    @property
    def _plain_rule(self) -> n.Rule | None:
        """The rule that stands there, where its line can be told without its card."""
        node = self.place.node
        return node if isinstance(node, n.Rule) and isinstance(node.body, n.When) else None

    @cached_property
    def _made(self) -> tuple[MadeCard, int]:
        if self.kept.made is not None:
            return self.kept.made, self.place.start
        place, parsed = self.place, self.parsed
        card = _alone(parsed.source.text[place.start : place.end], place, self.names, parsed)
        if card is not None:
            self.kept.made = MadeCard(view(card, self.names))
            return self.kept.made, place.start
        # It reads otherwise by itself; so it is taken from the whole text, and not kept.
        cards = outline(parsed, self.names.describe)
        return MadeCard(view(next(one for one in cards if one.span == place.span), self.names)), 0


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
        return Placed(texts.made(text, CachedCard), place, parsed, names)


def cached_cards() -> CardCache:
    """What this application keeps."""
    extensions = current_app.extensions
    found: CardCache = extensions.get("leadwright.desk") or extensions.setdefault(
        "leadwright.desk", CardCache()
    )
    return found


def _alone(text: str, place: CardPlace, names: KnownNames, whole: Parsed) -> Card | None:
    """The card that a part of a text makes by itself, None where it is none or another; its statements were
    read with the whole text."""
    known = replace(_EMPTY, pieces=whole.pieces)
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
