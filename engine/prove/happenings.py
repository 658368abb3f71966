"""All events that a lead can have, as numbers of events in cells.

For each type in the data, events fall into classes, by what their objects match and which filters they
pass, and into spans of time between all instants that matter to the type. How many events lie in each cell is
a whole number. A count is a sum of cells, so all that holds between counts holds by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

from ...grammar.frozen import frozen
from ..plan import Condition, Last, Pattern, Plan, Range, Selection
from ..plan.lower import begin_of
from .budget import look_at_clock
from .clock import CHAINS, Clock, Mark, mark_of
from .filters import FilterClasses, Passed
from .kleene import Formula, all_of
from .loose import TooMuchError
from .texts import UnsureError, text_like

MOST_CELLS = 6_000
MOST_GLOBS = 9


@frozen
class Objects:
    """A class of objects: the patterns that they match, texts of that class, and whether there are more."""

    matched: frozenset[Pattern]
    texts: tuple[str, ...]
    more: bool
    given: bool = True


NO_OBJECT = Objects(frozenset(), (), more=False, given=False)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """Events of a type, of a class and of a span of time: after `low` and up to `high` (None: the beginning,
    and now), given for each chain of marks."""

    number: int
    type: str
    objects: dict[str | None, Objects]
    passed: Passed
    after: tuple[tuple[Mark | None, Mark | None], ...]
    places: tuple[int, int, int]


@dataclass(slots=True)
class EventType:
    """What is asked of the events of one type in the data."""

    name: str
    patterns: dict[str | None, set[Pattern]] = field(default_factory=dict)
    filters: list[tuple[Plan, Condition]] = field(default_factory=list)
    marks: set[Mark] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    chains: dict[str, list[Mark]] = field(default_factory=dict)
    classes: FilterClasses | None = None
    cells: list[Cell] = field(default_factory=list)

    def filter_number(self, where: Condition) -> int:
        """Which of the filters this is."""
        return next(number for number, (_, one) in enumerate(self.filters) if one == where)


class Happenings:
    """The cells of all types that some plans ask for, and which of them a selection takes."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.types: dict[str, EventType] = {}
        self.cells: list[Cell] = []
        self.rules: list[Formula] = []
        self.possible: dict[tuple[object, ...], Formula] = {}

    # --- what is asked ------------------------------------------------------------------------------

    def ask(
        self, plan: Plan, selection: Selection, marks: Iterable[Mark] = (), of: str | None = None
    ) -> None:
        """Takes in a selection, the instants that its events are told by besides, and a property measured."""
        selector = plan.selectors[selection.selector]
        new_marks = [*marks, *window_marks(selection.window)]
        for feed in selector.feeds:
            found = self.types.setdefault(feed.type, EventType(feed.type))
            patterns = found.patterns.setdefault(feed.by, set())
            if selector.object is not None:
                patterns.add(selector.object)
            if selection.where is not None and all(one != selection.where for _, one in found.filters):
                found.filters.append((plan, selection.where))
            found.marks.update(new_marks)
            if of is not None:
                found.numbers.add(of)

    # --- cells --------------------------------------------------------------------------------------

    def close(self) -> None:
        """Makes the cells, once all has been asked. Raises TooMuchError."""
        for one in self.types.values():
            one.chains = self._chains(one.marks)
            one.classes = FilterClasses(one.name, one.filters, one.numbers)
            objects = [[(by, kind) for kind in _objects(patterns)] for by, patterns in one.patterns.items()]
            spans = list(self._spans(one))
            look_at_clock()
            for kinds, passed in product(product(*objects), one.classes.passed):
                for after, places in spans:
                    one.cells.append(Cell(len(self.cells), one.name, dict(kinds), passed, after, places))
                    self.cells.append(one.cells[-1])
                if len(self.cells) > MOST_CELLS:
                    raise TooMuchError(f'so much is asked of the event "{one.name}" at once')

    def _chains(self, marks: Iterable[Mark]) -> dict[str, list[Mark]]:
        """Marks in their order; at one instant, all are of one chain."""
        if self.clock.fixed_now is None:
            return {chain: sorted(one for one in marks if one.chain == chain) for chain in CHAINS}
        now = self.clock.fixed_now
        numbers = sorted({at for one in marks if (at := self.clock.number(one)) is not None and at < now})
        return {"absolute": [Mark("absolute", at) for at in numbers], "fixed": [], "calendar": []}

    def _spans(
        self, one: EventType
    ) -> Iterator[tuple[tuple[tuple[Mark | None, Mark | None], ...], tuple[int, int, int]]]:
        chains = [one.chains[chain] for chain in CHAINS]
        for places in product(*(range(len(chain) + 1) for chain in chains)):
            after = tuple(
                (chain[at - 1] if at else None, chain[at] if at < len(chain) else None)
                for chain, at in zip(chains, places, strict=True)
            )
            if self._can_be(after):
                yield after, (places[0], places[1], places[2])

    def _can_be(self, after: tuple[tuple[Mark | None, Mark | None], ...]) -> bool:
        """Whether a span can hold an instant, as far as lengths of time alone tell."""
        lows = [self.clock.bounds(low)[0] for low, _ in after if low is not None]
        highs = [self.clock.bounds(high)[1] if high is not None else 0 for _, high in after]
        if self.clock.fixed_now is not None:
            return True
        return not any(
            low is not None and high is not None and low >= min(high, 0) for low in lows for high in highs
        )

    def is_possible(self, cell: Cell) -> Formula | None:
        """When a cell can hold an event: its ends, of different chains, stand in order. None where always."""
        if self.clock.fixed_now is not None:
            return None
        if cell.after in self.possible:
            return self.possible[cell.after]
        clock = self.clock
        asked: list[Formula] = []
        for (low, _), (_, high) in product(cell.after, cell.after):
            if low is None or (high is not None and low.chain == high.chain):
                continue
            if high is None and low.chain != "absolute":
                continue
            asked.append(clock.instant(low) < (clock.now if high is None else clock.instant(high)))
        found = None if not asked else all_of(asked)
        if found is not None:
            self.possible[cell.after] = found
        return found

    # --- selections ---------------------------------------------------------------------------------

    def taken(
        self, plan: Plan, selection: Selection, extra: Sequence[tuple[str, Mark]] = ()
    ) -> frozenset[int]:
        """The cells whose events a selection takes. `extra` bounds it further: "after" or "until" a mark."""
        selector = plan.selectors[selection.selector]
        asked = [*_window(selection.window), *extra]
        found = []
        for name in dict.fromkeys(feed.type for feed in selector.feeds):
            one = self.types[name]
            feeds = [feed for feed in selector.feeds if feed.type == name]
            for cell in one.cells:
                if (
                    selection.where is not None
                    and not cell.passed.filters[one.filter_number(selection.where)]
                ):
                    continue
                if selector.object is not None and not any(
                    selector.object in cell.objects[feed.by].matched for feed in feeds
                ):
                    continue
                if all(self.is_after(cell, mark) is (how == "after") for how, mark in asked):
                    found.append(cell.number)
        return frozenset(found)

    def is_after(self, cell: Cell, mark: Mark) -> bool:
        """Whether the events of a cell lie after a mark; else they lie at it or before it."""
        chains = self.types[cell.type].chains
        if self.clock.fixed_now is not None:
            at = self.clock.number(mark)
            assert at is not None
            if at >= self.clock.fixed_now:
                return False
            return cell.places[2] > chains["absolute"].index(Mark("absolute", at))
        return cell.places[CHAINS.index(mark.chain)] > chains[mark.chain].index(mark)


# --- windows, objects -------------------------------------------------------------------------------


def _window(window: Last | Range | None) -> list[tuple[str, Mark]]:
    """A window as what lies after a mark, or not after it."""
    match window:
        case Last():
            return [("after", mark_of(begin_of(window)))]
        case Range(start=start, end=end):
            found = [("after", Mark("absolute", start - 1))] if start is not None else []
            return found + ([("until", Mark("absolute", end - 1))] if end is not None else [])
    return []


def window_marks(window: Last | Range | None) -> list[Mark]:
    """The marks that a window needs."""
    return [mark for _, mark in _window(window)]


def _objects(patterns: set[Pattern]) -> list[Objects]:
    """The classes of objects that some patterns tell apart, none at all among them. Raises TooMuchError."""
    exact = sorted({one.exact for one in patterns if one.exact})
    globs = sorted((one for one in patterns if one.exact is None), key=lambda one: one.parts)
    if len(globs) > MOST_GLOBS:
        raise TooMuchError(f"{len(globs)} patterns with a star are asked of what one event is about")
    grouped: dict[frozenset[Pattern], list[str]] = {}
    for text in exact:
        grouped.setdefault(frozenset(one for one in patterns if one.matches(text)), []).append(text)
    found = [NO_OBJECT, *(Objects(kind, tuple(texts), more=False) for kind, texts in grouped.items())]
    for size in range(len(globs) + 1):
        for inside in combinations(globs, size):
            outside = tuple(one for one in globs if one not in inside)
            like = tuple(Pattern((text,)) for text in exact if all(one.matches(text) for one in inside))
            try:
                example = text_like(inside, outside + like)
            except UnsureError:
                example = ""
            if example is not None:
                found.append(Objects(frozenset(inside), (example,) if example else (), more=True))
    return found
