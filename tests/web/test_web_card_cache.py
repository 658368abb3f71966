"""What the editor keeps of cards: enough to be quick, and few texts of a card that is changed often."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.assist.names import known_names
from leadwright.engine.catalogue import Catalogue
from leadwright.engine.lru import LruCache
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.web.editor.card_cache import CachedCard, CardCache


def _text(points: int) -> str:
    return f'rule "A"\nwhen title is known\nthen +{points}\n\nrule "B"\nwhen size > 5\nthen +2\n'


def _shown(cards: CardCache, points: int) -> list[CachedCard]:
    parsed = parse(Source(_text(points)))
    return [placed.kept for placed in cards.cards(parsed, known_names(parsed.tree, Catalogue(0, {}, {})))]


def _kept(cards: CardCache) -> int:
    slots: list[LruCache[str, CachedCard]] = list(cards._kept._values.values())
    return sum(map(len, slots))


def test_a_card_that_was_not_touched_is_the_same_and_undoing_finds_the_one_before() -> None:
    cards = CardCache()
    first, second, again = _shown(cards, 1), _shown(cards, 2), _shown(cards, 1)
    assert first[1] is second[1] is again[1]
    assert first[0] is again[0]
    assert first[0] is not second[0]


def test_what_is_kept_does_not_grow_with_the_edits_of_one_card() -> None:
    cards = CardCache()
    for points in range(1, 7):
        _shown(cards, points)
    kept = _kept(cards)
    for points in range(7, 40):
        _shown(cards, points)
    assert _kept(cards) == kept <= 5


_PATH = Path(__file__).parents[2] / "rulesets"


@pytest.mark.parametrize("path", sorted(_PATH.rglob("*.rules")), ids=lambda path: path.stem)
def test_a_card_is_told_in_a_line_without_being_made_as_if_it_were_made(path: Path) -> None:
    text = path.read_text(encoding="utf-8") + _MORE
    parsed = parse(Source(text))
    names = known_names(parsed.tree, Catalogue(0, {}, {}))
    told = CardCache().cards(parsed, names)
    lines = [one.summaries for one in told]
    assert sum(one.kept.made is None for one in told) >= 4
    made = CardCache().cards(parsed, names)
    for one in made:
        assert one.ids == tuple(view.id for view in one.made.views)
        assert one.spans == [(view.id, one.at(view.card.span)) for view in one.made.views]
    assert lines == [one.summaries for one in made]


_MORE = """
rule "Twice" off when title is known and (size > 5 or not size is known) then +1, tag "a"
rule "Twice" when visited pricing in last 30 days then -3

# Its comment.
when size > 7   # and that of a line
  and title is known
then +2
for each visited pricing when size > 5 then +1
define large when size > 7
"""
