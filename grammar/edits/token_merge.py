"""Three texts into one: what two people made of the same text, lexeme by lexeme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from ..frozen import frozen

_TOKEN = re.compile(r'"(?:[^"\r\n]|"")*"|(?<![^\s])#[^\r\n]*|\r\n|\r|\n|[^\S\r\n]+|[\w.]+|.', re.DOTALL)


@frozen
class MergedTokens:
    """One text of two, and whether both changed the same place: `clash` is what the second has there."""

    text: str
    clash: str | None


@frozen
class _Change:
    """Tokens `start` to `end` of the base become these."""

    start: int
    end: int
    new: tuple[str, ...]


def merge_tokens(base: str, mine: str, theirs: str) -> MergedTokens:
    """Both changes of `base` in one text. Where they clash, that of `theirs` stands in it."""
    if mine in (base, theirs):
        return MergedTokens(theirs, None)
    if theirs == base:
        return MergedTokens(mine, None)
    tokens = _TOKEN.findall(base)
    ours, others = _changes(tokens, _TOKEN.findall(mine)), _changes(tokens, _TOKEN.findall(theirs))
    clash: str | None = None
    kept: list[_Change] = []
    for change in ours:
        if change in others:
            continue
        overlapping = [other for other in others if _overlap(change, other)]
        if overlapping:
            clash = clash if clash is not None else "".join(overlapping[0].new)
        else:
            kept.append(change)
    for theirs_first in (True, False):
        made = _laid_out(tokens, kept, others, theirs_first=theirs_first)
        text = "".join(made)
        # Where one added a comment and the other went on with the line, one of the two orders would lose it.
        if _said(_TOKEN.findall(text)) == _said(made):
            return MergedTokens(text, clash)
    return MergedTokens(theirs, clash if clash is not None else "")


def _said(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if token.strip()]


def _laid_out(
    tokens: Sequence[str], mine: Sequence[_Change], theirs: Sequence[_Change], *, theirs_first: bool
) -> list[str]:
    """The base with the changes of both; of two that come in at one place, one side's stand first."""
    ranked = [(change, theirs_first) for change in mine] + [(change, not theirs_first) for change in theirs]
    made: list[str] = []
    done = 0
    for change, _ in sorted(ranked, key=lambda entry: (entry[0].start, entry[0].end, entry[1])):
        made += tokens[done : change.start]
        made += change.new
        done = max(done, change.end)
    return [*made, *tokens[done:]]


def _overlap(one: _Change, other: _Change) -> bool:
    if one.start == one.end:
        return other.start < one.start < other.end
    if other.start == other.end:
        return one.start < other.start < one.end
    return one.start < other.end and other.start < one.end


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    codes = SequenceMatcher(None, middle_old, middle_new, autojunk=False).get_opcodes()
    return [
        _Change(head + i1, head + i2, tuple(middle_new[j1:j2]))
        for tag, i1, i2, j1, j2 in codes
        if tag != "equal"
    ]
