"""The editor of one draft as one person sees it: its cards, what is wrong with them, and what they do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, partial
from hashlib import blake2b
from itertools import groupby, islice
from typing import Any, TypeVar

from flask import current_app
from markupsafe import Markup

from ...assist.names import KnownNames
from ...engine.outcomes.lift import Lift
from ...engine.reading import Reading
from ...engine.testing import RuleTestResult
from ...grammar.edits import Card
from ...grammar.messages.diagnostics import Diagnostic, Severity
from ...grammar.spec.statements import STATEMENTS
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Span
from ...grammar.syntax.parse import Parsed
from ..drafts import Draft
from ..drafts.changes import Stacks
from ..tryout.numbers import Numbers, Sign
from ..words import BY_SORT
from .card_cache import CachedCard, Placed, lines_of
from .cards import SORTS, CardView
from .outline import MOST_SHOWN, OutlineItem, OutlineLine, line_of, portions
from .rows import ConditionRow

_T = TypeVar("_T")

_STRIPS = frozenset({"field", "event"})

_OFFERED = [spec for spec in STATEMENTS if spec.menu]


_MOST_LISTED = 200
_FIRST = 60
"""Cards of a large ruleset that its page is sent at first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: its card's element and heading, and what is said."""

    id: str
    title: str
    message: str


@dataclass
class Screen:
    """Everything that the templates of the page ask for."""

    draft: Draft
    parsed: Parsed
    reading: Reading
    looked_through: bool
    """Whether the whole text was looked through for hints, and not for errors alone."""
    names: KnownNames
    cards: Sequence[Placed]
    stacks: Stacks
    authors: Sequence[str]
    who: str
    """Whoever is asking."""
    may_edit: bool
    numbers: Numbers
    tests: Mapping[str, RuleTestResult]
    panel: str
    lifts: Mapping[str, Lift]
    """How often the leads of each rule win, by the key of its card, as far as that is known."""
    open: frozenset[str] | None = None
    """The elements of the cards that are opened; None for all."""
    counting: bool = False
    """Whether leads are still being counted: numbers are then those that were counted last."""

    @property
    def title(self) -> str:
        """The ruleset's title, or its name."""
        titles = (node.title.value for node in self.parsed.tree.statements if isinstance(node, n.Title))
        return next(titles, "") or self.draft.ruleset

    @property
    def locked(self) -> str:
        """The attribute of controls that this person cannot use."""
        return "" if self.may_edit else " disabled"

    most = MOST_SHOWN
    words = BY_SORT

    menu = (
        ("rule about events", "points per event"),
        *((one.sort, one.menu) for one in _OFFERED),
        ("guarantee of a trend", "guarantee about one more"),
    )
    """The menu of new statements, beside rules: the sort and the label of each."""

    asking = tuple(one for one in _OFFERED if one.condition is not None)
    """Those whose form asks for a condition and what else their table entry names."""

    @cached_property
    def strips(self) -> dict[str, list[int]]:
        """What stands on the page as one thing each, by its element, in order: the indexes of its cards."""
        found = {}
        for strip in strips(self.cards):
            first = self.cards[strip[0]].id
            found[first if len(strip) == 1 else f"strip-{first}"] = strip
        return found

    def shown(self, wanted: Container[str]) -> dict[str, tuple[str, str]]:
        """What is wanted of the page as HTML, each with its digest, by its elements, in order."""
        return {name: self._shown(strip) for name, strip in self.strips.items() if name in wanted}

    def _shown(self, strip: Sequence[int]) -> tuple[str, str]:
        made = [ShownCard(self, index) for index in strip]
        return made[0].html if len(made) == 1 else self._strip(made)

    @property
    def first(self) -> dict[str, tuple[str, str]]:
        """What a page that has nothing yet is sent: all, or more than a screen holds and what is opened."""
        few = len(self.strips) <= MOST_SHOWN
        return self.shown({*islice(self.strips, None if few else _FIRST), *map(self.holder, self.open or ())})

    @cached_property
    def outline(self) -> dict[str, list[OutlineItem]]:
        """A line for each statement, in portions by their digests."""
        return portions(
            OutlineItem(name, [line for index in strip for line in self._lines(index, len(strip) > 1)])
            for name, strip in self.strips.items()
        )

    def holder(self, card: str) -> str:
        """The element that a card stands in: its own, or that of its group or strip."""
        return card if card in self.strips else self._holders.get(card, card)

    @cached_property
    def _holders(self) -> dict[str, str]:
        return {
            card: name
            for name, strip in self.strips.items()
            for index in strip
            for card in self.cards[index].ids
        }

    def _lines(self, index: int, in_strip: bool) -> Iterator[OutlineLine]:
        said = self.said.get(index)
        wrong = said is not None and any(item.severity is Severity.ERROR for _, item in said)
        card = self.cards[index]
        for number, one in enumerate(card.summaries):
            matched = (
                counted(self, card.kept, ("matches", one.key), partial(self.numbers.matches, one.key))
                if not one.off
                else None
            )
            leads = f"{matched[0]:,}" if matched is not None else ""
            yield line_of(one, 2 if in_strip or number else 1, leads, wrong)

    def _strip(self, cards: Sequence[ShownCard]) -> tuple[str, str]:
        """Statements of one sort as one thing that can be opened."""
        sort = cards[0].view.sort
        body = "".join(one.html[0] for one in cards)
        names = [one.view.card.title for one in cards]
        label = f"{SORTS[sort]}s ({len(cards)})"
        wrong = any(one.wrong for one in cards)
        return digested(template().strip(f"strip-{cards[0].id}", label, wrong, names, Markup(body)))

    # --- what is wrong ----------------------------------------------------------------------------

    @cached_property
    def said(self) -> Mapping[int, list[tuple[Span, Diagnostic]]]:
        """What is wrong, by the index of the card that it concerns, with its place in the card."""
        starts = [one.place.span.start for one in self.cards]
        said: dict[int, list[tuple[Span, Diagnostic]]] = {}
        for found in self.reading.diagnostics:
            if found.source is self.reading.source and starts:
                index = max(bisect_right(starts, found.span.start) - 1, 0)
                base = self.cards[index].place.start
                span = Span(found.span.start - base, found.span.end - base)
                said.setdefault(index, []).append((span, found))
        for index, one in enumerate(self.cards):
            if self.looked_through:
                hints = [item for item in said.get(index, ()) if item[1].severity is Severity.LINT]
                one.kept.hints = tuple(hints)
            elif one.kept.hints:
                said[index] = [*said.get(index, ()), *one.kept.hints]
        return said

    @property
    def errors(self) -> int:
        """How many mistakes stop the ruleset."""
        return len(self.reading.errors)

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong, errors first, each with the card that it concerns."""
        found = [
            (
                item.severity is not Severity.ERROR,
                Problem(self.cards[index].id, self.cards[index].summaries[0].heading, item.message),
            )
            for index, said in sorted(self.said.items())
            for _, item in said
        ]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])][:_MOST_LISTED]

    @property
    def problem_words(self) -> str:
        """How many problems there are, in words."""
        hints = sum(item.severity is not Severity.ERROR for said in self.said.values() for _, item in said)
        words = [f"{self.errors} error{'s' if self.errors != 1 else ''}"] if self.errors else []
        words += [f"{hints} hint{'s' if hints != 1 else ''}"] if hints else []
        return ", ".join(words) or "no problems"

    @property
    def changed_lines(self) -> int:
        """How many lines are new or other than those of the version."""
        old, new = self.draft.base_text.splitlines(), self.draft.text.splitlines()
        while old and new and old[-1] == new[-1]:
            old.pop()
            new.pop()
        head = next((at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), None)
        if head is None:
            return abs(len(old) - len(new))
        codes = SequenceMatcher(None, old[head:], new[head:], autojunk=False).get_opcodes()
        return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in codes if tag != "equal")


def strips(cards: Sequence[Placed]) -> Iterator[list[int]]:
    """The indexes of cards, those of one sort together that stand side by side and are seldom looked at."""
    for sort, run in groupby(range(len(cards)), lambda index: cards[index].place.sort):
        if sort in _STRIPS:
            yield list(run)
        else:
            yield from ([index] for index in run)


class ShownCard:
    """One card as the templates ask for it: beside what it says, what is wrong and what it does."""

    def __init__(self, screen: Screen, index: int) -> None:
        self._screen = screen
        self.locked = screen.locked
        self.sorts = SORTS
        self.words = BY_SORT
        self._open = screen.open
        placed = self._placed = screen.cards[index]
        self._made = placed.made
        self._numbers = screen.numbers
        self._tests = screen.tests
        by = placed.place.start - placed.base
        self._said = [(span.shifted(by), item) for span, item in screen.said.get(index, ())]
        self._lifts = screen.lifts

    @property
    def view(self) -> CardView:
        """The card itself."""
        return self._made.view

    @property
    def id(self) -> str:
        """Its element."""
        return self.view.id

    # --- what is wrong ----------------------------------------------------------------------------

    @property
    def wrong(self) -> bool:
        """Whether a mistake in it stops the ruleset."""
        return any(item.severity is Severity.ERROR for _, item in self._said)

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], list[Diagnostic]]:
        """What is wrong, by the smallest row or card around it."""
        kept = self._made
        spans = {(line.span.start, line.span.end) for line in kept.lines}
        spans |= {(one.card.span.start, one.card.span.end) for one in kept.views}
        places = sorted(spans, key=lambda span: span[1] - span[0])
        found: dict[tuple[int, int], list[Diagnostic]] = {}
        for span, item in self._said:
            around = [place for place in places if place[0] <= span.start and span.end <= place[1]]
            whole = kept.view.card.span
            found.setdefault(around[0] if around else (whole.start, whole.end), []).append(item)
        return found

    def problems_of(self, line: ConditionRow) -> list[Diagnostic]:
        """What is wrong with a row."""
        return self._by_place.get((line.span.start, line.span.end), [])

    def problems_of_all(self, one: CardView) -> list[Diagnostic]:
        """What is wrong with a card and its rows, errors first."""
        spans = {(line.span.start, line.span.end) for root in one.conditions for line in lines_of(root)}
        spans.add((one.card.span.start, one.card.span.end))
        found = [item for span, items in self._by_place.items() if span in spans for item in items]
        return sorted(found, key=lambda item: item.severity is not Severity.ERROR)

    def problems_of_card(self, one: CardView) -> list[Diagnostic]:
        """What is wrong with a card beside what its rows say, errors first."""
        found = list(self._by_place.get((one.card.span.start, one.card.span.end), []))
        for root in one.conditions:
            if all(line.span != root.span for line in root.lines or ()):
                found += self.problems_of(root)
        return sorted(found, key=lambda item: item.severity is not Severity.ERROR)

    # --- what the rules do ------------------------------------------------------------------------

    def matches(self, card: Card) -> tuple[int, int] | None:
        """How many leads a card is true for, of how many."""
        return self._counted(("matches", card.key), lambda: self._numbers.matches(card.key))

    def key(self, element: str) -> str:
        """The key of the statement whose card has an id: the card's own, or of a rule in its group."""
        return next((one.card.key for one in self.view.inner if one.id == element), self.view.card.key)

    def count(self, line: ConditionRow) -> int | None:
        """How many leads a row is true for."""
        return self._counted(line.span, lambda: self._numbers.count(self._placed.at(line.span)))

    def _counted(self, what: Hashable, count: Callable[[], _T | None]) -> _T | None:
        return counted(self._screen, self._placed.kept, what, count)

    def mark(self, line: ConditionRow) -> Sign | None:
        """Whether a row is true for the chosen lead, and what was found."""
        return self._numbers.mark(self._placed.at(line.span))

    @property
    def has_lifts(self) -> bool:
        """Whether anything is known of how often leads win."""
        return bool(self._lifts)

    def lift(self, card: Card) -> Lift | None:
        """How often the leads of a rule win, against leads without it; None where that is not known."""
        return self._lifts.get(card.key) if not card.off else None

    def hints(self, card: Card) -> Sequence[str]:
        """What is worth a look."""
        return self._counted(("hints", card.key), lambda: self._numbers.hints(card.key)) or ()

    def fires(self, card: Card) -> bool:
        """Whether a card holds for the chosen lead."""
        return self._numbers.fires(card.key)

    def test(self, card: Card) -> RuleTestResult | None:
        """How a test went."""
        return self._tests.get(card.title) if card.sort == "test" else None

    def opened(self, one: CardView) -> bool:
        """Whether a card shows its controls, and not a line alone."""
        return self._open is None or not one.folds or one.id in self._open

    # --- HTML -------------------------------------------------------------------------------------

    @property
    def html(self) -> tuple[str, str]:
        """The card as HTML, and a digest by which the page tells whether it shows it already."""
        kept = self._placed.kept
        return kept.html.made(self._look, self._rendered) if kept.made is self._made else self._rendered()

    @property
    def _look(self) -> Hashable:
        """All that a look of the card rests on beside its own text."""
        kept = self._made
        said = tuple((span, item.severity, item.message, item.hint) for span, item in self._said)
        cards = [
            (
                self.matches(one.card),
                tuple(self.hints(one.card)),
                self.fires(one.card),
                self.opened(one),
                self.lift(one.card),
            )
            for one in kept.views
        ]
        # A card that is a line alone shows none of its rows.
        rows = [
            (self.count(line), self.mark(line))
            for one, lines in zip(kept.views, kept.lines_by_view, strict=True)
            if self.opened(one)
            for line in lines
        ]
        went = self.test(kept.view.card)
        return self.locked, said, tuple(cards), tuple(rows), went and went.failures

    def _rendered(self) -> tuple[str, str]:
        return digested(template().show(self.view, self))


def counted(screen: Screen, kept: CachedCard, what: Hashable, count: Callable[[], _T | None]) -> _T | None:
    """A number of a card; while leads are being counted, the one that was counted last."""
    if screen.counting:
        found: _T | None = kept.counted.get(what)
        return found
    kept.counted[what] = now = count()
    return now


def template() -> Any:
    """The macros of cards."""
    return current_app.jinja_env.get_template("editor/card.html").module


def digested(html: Markup) -> tuple[str, str]:
    """HTML with its digest in it, and the digest."""
    made = str(html)
    digest = blake2b(made.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return made.replace(' data-digest="?"', f' data-digest="{digest}"', 1), digest
