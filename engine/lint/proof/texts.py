"""Sets of texts by the patterns they match, as far as can be said for sure.

`Texts` stands for the values of a text field (one text) or of a texts field (several at once). Emptiness
is claimed only where it is certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ....grammar.frozen import frozen
from ...plan import Pattern

_ANYTHING = "\uffff"  # a noncharacter, in no text that people write


def within(inner: Pattern, outer: Pattern) -> bool:
    """Whether every text that matches `inner` surely matches `outer`."""
    return outer.matches(_ANYTHING.join(inner.parts))


def apart(left: Pattern, right: Pattern) -> bool:
    """Whether surely no text matches both."""
    if left.exact is not None:
        return not right.matches(left.exact)
    if right.exact is not None:
        return not left.matches(right.exact)
    return _differ(left.parts[0], right.parts[0]) or _differ(left.parts[-1][::-1], right.parts[-1][::-1])


def _differ(left: str, right: str) -> bool:
    return not (left.startswith(right) or right.startswith(left))


class PatternSet:
    """Some patterns, those without a star kept apart so that looking one up costs the same in any list.

    Blank texts are left out, as no value is blank.
    """

    __slots__ = ("_hash", "exact", "globs")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        given = tuple(patterns)
        self.exact = frozenset(item.parts[0] for item in given if len(item.parts) == 1 and item.parts[0])
        self.globs = tuple(dict.fromkeys(item for item in given if len(item.parts) > 1))
        self._hash = hash((self.exact, frozenset(self.globs)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PatternSet):
            return NotImplemented
        return self is other or (self.exact == other.exact and set(self.globs) == set(other.globs))

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.exact or self.globs)

    def __iter__(self) -> Iterator[Pattern]:
        yield from self.globs
        for text in self.exact:
            yield Pattern((text,))

    def matches(self, text: str) -> bool:
        """Whether a key matches one of them."""
        return text in self.exact or any(glob.matches(text) for glob in self.globs)

    def covers(self, pattern: Pattern) -> bool:
        """Whether all that matches a pattern surely matches one of them."""
        exact = pattern.exact
        if exact is not None:
            return self.matches(exact)
        return any(within(pattern, glob) for glob in self.globs)

    def avoids(self, pattern: Pattern) -> bool:
        """Whether surely nothing that matches a pattern matches one of them."""
        exact = pattern.exact
        if exact is not None:
            return not self.matches(exact)
        return all(apart(pattern, other) for other in self)


@frozen
class TextSet:
    """The known values that match one of each of `one_of` and none of `none_of`.

    With `several`, a value is a list: some entry of it matches, or no entry does.
    """

    one_of: tuple[PatternSet, ...] = ()
    none_of: tuple[PatternSet, ...] = ()
    several: bool = False

    def meet(self, other: TextSet) -> TextSet:
        """The values in both."""
        if not (other.one_of or other.none_of):
            return self
        return TextSet(self.one_of + other.one_of, self.none_of + other.none_of, self.several)

    def __bool__(self) -> bool:
        """Whether there may be such a value; False only where there surely is none."""
        if not self.one_of:
            return not any(within(_ALL, glob) for denied in self.none_of for glob in denied.globs)
        if len(self.one_of) == 1 and not self.none_of:
            return bool(self.one_of[0])
        return all(any(self._survives(it, chosen) for it in chosen) for chosen in self.one_of)

    def _survives(self, pattern: Pattern, chosen: PatternSet) -> bool:
        if any(denied.covers(pattern) for denied in self.none_of):
            return False
        return self.several or not any(other is not chosen and other.avoids(pattern) for other in self.one_of)


_ALL = Pattern(("", ""))
