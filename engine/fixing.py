"""Fixing a text by the fixes of its diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..grammar.messages.diagnostics import Diagnostic, Fix, Severity, Source
from .reading import Reading

_ROUNDS = 10
"""Behind some mistakes others show up, but not forever."""


def fixed(text: str, fixes: Iterable[Fix]) -> str:
    """A text with fixes applied, of those that overlap the first one alone."""
    made, end = [], 0
    for fix in sorted(fixes, key=lambda one: (one.span.start, one.span.end)):
        if fix.span.start >= end:
            made += [text[end : fix.span.start], fix.text]
            end = fix.span.end
    return "".join([*made, text[end:]])


def mend(source: Source, read: Callable[[Source], Reading]) -> tuple[Source, int]:
    """A text as far as it can be fixed with certainty, and how many mistakes that took away.

    A fix is certain where it is the only one of an error or a warning, and where all that it brings to light
    can be fixed in the same way.
    """
    reading = best = read(source)
    for _ in range(_ROUNDS):
        found = [item for item in _wrong(reading) if item.source.label == source.label and item.fixes]
        after = _tried(reading, [item for item in found if _certain(item)], read)
        if after is None:
            break
        reading = after
        if len(_wrong(reading)) < len(_wrong(best)):
            best = reading
    return best.source, len(_wrong(read(source))) - len(_wrong(best))


def _certain(item: Diagnostic) -> bool:
    return len(item.fixes) == 1


def _tried(before: Reading, found: Sequence[Diagnostic], read: Callable[[Source], Reading]) -> Reading | None:
    """The text after as many of the fixes as make nothing worse; None where each does, or there are none."""
    if not found:
        return None
    text = fixed(before.source.text, [item.fixes[0] for item in found])
    after = read(replace(before.source, text=text))
    if _is_better(before, after):
        return after
    half = len(found) // 2
    first = _tried(before, found[:half], read)
    return first if first is not None or not half else _tried(before, found[half:], read)


def _is_better(before: Reading, after: Reading) -> bool:
    """Whether there are no more mistakes than there were, and only such as can be fixed are new."""
    was = [(item.source.label, item.message) for item in _wrong(before)]
    now = _wrong(after)
    new = [item for item in now if (item.source.label, item.message) not in was]
    return len(now) <= len(was) and (bool(new) or len(now) < len(was)) and all(map(_certain, new))


def _wrong(reading: Reading) -> list[Diagnostic]:
    return [item for item in reading.diagnostics if item.severity is not Severity.LINT]
