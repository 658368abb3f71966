"""Classes of events: which selectors an event satisfies, decided once per distinct type and object.

Generated functions tell events apart by the small number (`code`) of their class alone. Code 0 is that
of events which the plan does not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ..plan import Pattern, Plan
from ..plan.event_reads import EventReads, ReadColumn
from ..values import Prepared, text_key
from .facts import MEMO_LIMIT, Columns, EventRow, ValueReader

_ELSE = "\0"
FIXED = 16
"""Up to so many columns each has one place in all rows."""

_PREDICTED = 100_000


@frozen
class EventClass:
    """The selectors that its events satisfy and the columns of its rows, None where one is not read."""

    code: int
    selectors: frozenset[int]
    columns: tuple[ReadColumn | None, ...]


class EventClasses:
    """The classes of one plan's events. New ones may come with any event; safe in threads."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.types: dict[str, TypeMatcher] = {}
        for number, selector in enumerate(plan.selectors):
            for feed in selector.feeds:
                self.types.setdefault(feed.type, TypeMatcher()).add(number, feed.by, selector.object)
        self._reads = EventReads(plan)
        self._keys = ValueReader(Kind.TEXT)
        self._readers: dict[ReadColumn, ValueReader] = {}
        self._codes: dict[frozenset[int], int] = {frozenset(): 0}
        self._memo: dict[tuple[str | None, ...], int] = {}
        self._lock = Lock()
        self.known: list[EventClass] = [EventClass(0, frozenset(), ())]
        self._columns = tuple(dict.fromkeys(c for columns in self._reads.columns.values() for c in columns))
        self.width = self._widest()
        self.fixed = self.width == 1 or len(self._columns) <= FIXED
        """Whether a column stands in one place in the rows of all classes that read it."""
        for matcher in self.types.values():
            for objects in matcher.likely():
                self._code(matcher.selectors(objects))

    def row(
        self, at: int, type_: str, object_: str | None, properties: Mapping[str, object]
    ) -> EventRow | None:
        """The event as a row, None where the plan does not read it."""
        matcher = self.types.get(type_)
        if matcher is None:
            return None
        code = self.code(type_, object_, properties)
        if not code:
            return None
        return (at, code, self.columns(code, type_, object_, properties)) if self.width else (at, code)

    def code(self, type_: str, object_: str | None, properties: Mapping[str, object]) -> int:
        """The code of the event's class."""
        matcher = self.types.get(type_)
        if matcher is None:
            return 0
        spelt = tuple([_text(object_ if by is None else properties.get(by)) for by in matcher.bys])
        key = (type_, *spelt)
        code = self._memo.get(key)
        if code is None:
            objects = tuple([None if text is None else text_key(text) or None for text in spelt])
            code = self._code(matcher.selectors(objects))
            if len(self._memo) >= MEMO_LIMIT:
                self._memo.clear()
            self._memo[key] = code
        return code

    def properties_decide(self, type_: str) -> bool:
        """Whether the class of an event of this type depends on its properties."""
        return self._reads.decide(type_)

    def object_properties(self, type_: str) -> tuple[str, ...]:
        """The properties that tell the object of an event of this type."""
        feeds = (feed for selector in self._plan.selectors for feed in selector.feeds if feed.type == type_)
        return tuple(dict.fromkeys(feed.by for feed in feeds if feed.by is not None))

    def reads_properties(self, type_: str) -> bool:
        """Whether any property of an event of this type may be read."""
        numbers = [
            number
            for number, selector in enumerate(self._plan.selectors)
            if any(feed.type == type_ for feed in selector.feeds)
        ]
        return self._reads.decide(type_) or self._reads.need_properties(type_, numbers)

    def needs_properties(self, type_: str, code: int) -> bool:
        """Whether reading an event of this type and class takes its properties."""
        return self._reads.need_properties(type_, self.known[code].selectors)

    def columns(
        self, code: int, type_: str, object_: str | None, properties: Mapping[str, object]
    ) -> Columns | Prepared:
        """What is read of an event of a class: a tuple, or the value where no event has more than one."""
        columns = self.known[code].columns
        if not columns:
            return None
        if self.width == 1:
            return self.read(columns[0], type_, object_, properties)
        return tuple([self.read(column, type_, object_, properties) for column in columns])

    def read(
        self, column: ReadColumn | None, type_: str, object_: str | None, properties: Mapping[str, object]
    ) -> Prepared:
        """What one column is of an event."""
        if column is None:
            return None
        if column.name is not None:
            value = properties.get(column.name)
            if value is None:
                return None
            return self.reader(column).read(value)
        assert column.selector is not None
        return self._object(column.selector, type_, object_, properties)

    def reader(self, column: ReadColumn) -> ValueReader:
        """What prepares the values of a column that is a property."""
        reader = self._readers.get(column)
        if reader is None:
            reader = self._readers.setdefault(column, ValueReader(column.kind))
        return reader

    def _object(
        self, number: int, type_: str, object_: str | None, properties: Mapping[str, object]
    ) -> str | None:
        selector = self._plan.selectors[number]
        for feed in selector.feeds:
            if feed.type == type_:
                spelt = _text(object_ if feed.by is None else properties.get(feed.by))
                key = self._keys.read(spelt)
                if isinstance(key, str) and (selector.object is None or selector.object.matches(key)):
                    return key
        return None

    def _widest(self) -> int:
        """The most columns that are ever read of one event; it never changes, rows being laid out by it."""
        by_type: dict[str, set[ReadColumn]] = {}
        for number, columns in self._reads.columns.items():
            for feed in self._plan.selectors[number].feeds:
                by_type.setdefault(feed.type, set()).update(columns)
        return max(map(len, by_type.values()), default=0)

    def _laid_out(self, selectors: frozenset[int]) -> tuple[ReadColumn | None, ...]:
        """The columns of a class: in the places that they have in all rows, or packed where they are many."""
        needed = dict.fromkeys(
            column for number in sorted(selectors) for column in self._reads.columns.get(number, ())
        )
        if not needed or self.width == 1 or not self.fixed:
            return tuple(needed)
        return tuple(column if column in needed else None for column in self._columns)

    def _code(self, selectors: frozenset[int]) -> int:
        code = self._codes.get(selectors)
        if code is not None:
            return code
        with self._lock:
            code = self._codes.get(selectors)
            if code is None:
                code = len(self.known)
                self.known.append(EventClass(code, selectors, self._laid_out(selectors)))
                self._codes[selectors] = code
        return code


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class TypeMatcher:
    """The selectors that read one type of events, so indexed that most objects cost a few look-ups."""

    def __init__(self) -> None:
        self.bys: list[str | None] = []
        self._always: set[int] = set()
        self._exact: dict[tuple[int, str], list[int]] = {}
        self._starts: dict[tuple[int, str], list[tuple[Pattern, int]]] = {}
        self._lengths: list[set[int]] = []
        self._samples: list[tuple[int, str]] = []

    def add(self, selector: int, by: str | None, pattern: Pattern | None) -> None:
        """Lets a selector read this type, its object being `by`."""
        if pattern is None:
            self._always.add(selector)
            return
        if by not in self.bys:
            self.bys.append(by)
            self._lengths.append(set())
        place = self.bys.index(by)
        if pattern.exact is not None:
            self._exact.setdefault((place, pattern.exact), []).append(selector)
        else:
            start = pattern.parts[0]
            self._starts.setdefault((place, start), []).append((pattern, selector))
            self._lengths[place].add(len(start))
            self._samples.append((place, _ELSE.join(pattern.parts)))

    def selectors(self, objects: tuple[str | None, ...]) -> frozenset[int]:
        """Those that an event with these objects, one per `bys`, satisfies."""
        found = set(self._always)
        for place, key in enumerate(objects):
            if key is not None:
                found.update(self._exact.get((place, key), ()))
                for length in self._lengths[place]:
                    for pattern, selector in self._starts.get((place, key[:length]), ()):
                        if pattern.matches(key):
                            found.add(selector)
        return frozenset(found)

    def likely(self) -> Iterator[tuple[str | None, ...]]:
        """Objects of events that are to be expected, so that functions know most classes beforehand."""
        width = len(self.bys)
        yield (None,) * width
        yield (_ELSE,) * width
        searched = sum(len(self._starts.get((place, ""), ())) for place in range(width))
        samples = [*self._exact, *self._samples]
        for place, key in samples[: _PREDICTED // (searched + 1)]:
            yield (_ELSE,) * place + (key,) + (_ELSE,) * (width - place - 1)
