"""Which sets of patterns one text can match together, and a text that does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from ..plan import Pattern
from ..values import text_key
from .budget import look_at_clock

MOST_STATES = 20_000
"""How far a text is looked for before it counts as not found out."""

_STAR = "\0"
"""Stands for a star where no pattern asks for this sign itself."""

_FILLINGS = ("", "x", "q7", "~")


class UnsureError(Exception):
    """Whether there is such a text was not found out."""


@lru_cache(maxsize=8192)
def text_like(
    inside: tuple[Pattern, ...], outside: tuple[Pattern, ...], most: int = MOST_STATES
) -> str | None:
    """A text key that matches all of `inside` and none of `outside`; None where there surely is none.

    Raises UnsureError where that would take too long to find out, looking at `most` states of a search.
    """
    for text in _guesses(inside):
        if _is_key(text) and _fits(text, inside, outside):
            return text
    if _is_plainly_none(inside, outside):
        return None
    return _searched(inside, outside, most)


def _is_plainly_none(inside: tuple[Pattern, ...], outside: tuple[Pattern, ...]) -> bool:
    """Whether beginnings or ends exclude each other, or what must match is part of what must not."""
    begins = sorted({one.parts[0] for one in inside}, key=len)
    ends = sorted({one.parts[-1] for one in inside}, key=len)
    if not all(longer.startswith(one) for one, longer in pairwise(begins)):
        return True
    if not all(longer.endswith(one) for one, longer in pairwise(ends)):
        return True
    # Where a pattern matches another with its stars as signs, it matches all that the other does.
    if any(_STAR in part for one in outside for part in one.parts):
        return False
    drawn = [_STAR.join(one.parts) for one in inside]
    return any(other.matches(text) for other in outside for text in drawn)


def _fits(text: str, inside: Iterable[Pattern], outside: Iterable[Pattern]) -> bool:
    return all(one.matches(text) for one in inside) and not any(one.matches(text) for one in outside)


def _is_key(text: str) -> bool:
    return bool(text) and text_key(text) == text


def _guesses(inside: tuple[Pattern, ...]) -> Iterator[str]:
    """Texts made of all that patterns ask for, one behind the other."""
    exact = next((one.exact for one in inside if one.exact is not None), None)
    if exact is not None:
        yield exact
        return
    first = max((one.parts[0] for one in inside), key=len, default="")
    last = max((one.parts[-1] for one in inside), key=len, default="")
    middle = [part for one in inside for part in one.parts[1:-1] if part]
    for filling in _FILLINGS:
        yield filling.join([first, *middle, last])
        yield f"{first}{filling}{''.join(middle)}{filling}{last}"


def _searched(inside: tuple[Pattern, ...], outside: tuple[Pattern, ...], most: int) -> str | None:
    """The shortest such text, by following all patterns at once, sign by sign."""
    machines = [_Machine(one) for one in (*inside, *outside)]
    wanted = len(inside)
    signs = sorted({sign for one in machines for sign in one.signs})
    signs.append(next(sign for sign in map(chr, range(ord("a"), 0x250)) if sign not in signs))
    start = tuple(one.start for one in machines)
    seen = {start}
    waiting = deque([(start, "")])
    unsure = False
    while waiting:
        look_at_clock()
        state, text = waiting.popleft()
        if text and all(
            one.ends(at) is (n < wanted) for n, (one, at) in enumerate(zip(machines, state, strict=True))
        ):
            if _is_key(text):
                return text
            unsure = True  # such texts exist, but this one is not how texts are compared
        for sign in signs:
            after = tuple(one.step(at, sign) for one, at in zip(machines, state, strict=True))
            if after not in seen and all(after[:wanted]):
                seen.add(after)
                waiting.append((after, text + sign))
        if len(seen) > most:
            raise UnsureError
    if unsure:
        raise UnsureError
    return None


class _Machine:
    """A pattern as an automaton: the places in it that a text may have come to, as bits."""

    def __init__(self, pattern: Pattern) -> None:
        tokens: list[str] = []
        for number, part in enumerate(pattern.parts):
            tokens += ([""] if number else []) + list(part)
        self.tokens = tokens
        self.signs = {token for token in tokens if token}
        self.start = self._closed(1)

    def _closed(self, places: int) -> int:
        for at, token in enumerate(self.tokens):
            if token == "" and places >> at & 1:
                places |= 1 << at + 1
        return places

    def step(self, places: int, sign: str) -> int:
        """Where one more sign leads."""
        after = 0
        for at, token in enumerate(self.tokens):
            if places >> at & 1:
                after |= (1 << at) if token == "" else (1 << at + 1) if token == sign else 0
        return self._closed(after)

    def ends(self, places: int) -> bool:
        """Whether the text up to here matches."""
        return bool(places >> len(self.tokens) & 1)
