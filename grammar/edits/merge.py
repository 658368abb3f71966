"""Merging whole texts: two people went on from one text, statement by statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from ..frozen import frozen
from ..messages.diagnostics import Severity, Source
from ..syntax.parse import parse
from ..syntax.scan import scan
from .document import Document
from .token_merge import merge_tokens

_ALIKE = 0.5
"""How alike two statements must be for one to be taken for the other, renamed."""


@frozen
class MergeConflict:
    """A statement that both changed at the same place, or that one changed and the other took out.

    `message` says so for people. Each text is what one of the three has, "" where it has none; the merged
    text holds `theirs` where there is one.
    """

    message: str
    key: str
    base: str
    mine: str
    theirs: str


@frozen
class Merged:
    """One text of three. What it does not hold of `mine` is in the conflicts, so that nothing is lost."""

    text: str
    conflicts: tuple[MergeConflict, ...]


@frozen
class _Chunk:
    """A statement, a group's header or its end, with the lines before it that belong to nothing else."""

    key: str
    text: str


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Brings the changes from `base` to `mine` into `theirs`, the text as it is now.

    Different places never clash. What only one took out or moved is out or moved; what one changed and
    the other took out stays, as a conflict. Where the result would not read, the whole is one conflict.
    """
    if mine in (base, theirs):
        return Merged(theirs, ())
    if theirs == base:
        return Merged(mine, ())
    old = _chunks(base)
    ours, others = _named(old, _chunks(mine)), _named(old, _chunks(theirs))
    old_texts, our_texts, their_texts = (
        {chunk.key: chunk.text for chunk in some} for some in (old, ours, others)
    )
    conflicts: list[MergeConflict] = []
    texts: dict[str, str] = {}
    for key in dict.fromkeys([*their_texts, *our_texts]):
        made = _one(key, old_texts.get(key), our_texts.get(key), their_texts.get(key), conflicts)
        if made is not None:
            texts[key] = made
    order = _order(
        [chunk.key for chunk in old], [chunk.key for chunk in ours], [chunk.key for chunk in others]
    )
    made = _joined([key for key in order if key in texts], texts, (ours, others))
    if _mistakes(made) > max(_mistakes(mine), _mistakes(theirs)):
        message = "Somebody rearranged the same statements meanwhile, so the two texts do not go together."
        return Merged(theirs, (MergeConflict(message, "", base, mine, theirs),))
    return Merged(made, tuple(conflicts))


def _mistakes(text: str) -> int:
    return sum(found.severity is Severity.ERROR for found in parse(Source(text)).diagnostics)


# --- one statement ----------------------------------------------------------------------------------


def _one(
    key: str, base: str | None, mine: str | None, theirs: str | None, conflicts: list[MergeConflict]
) -> str | None:
    if mine in (theirs, base):
        return theirs
    if theirs == base:
        return mine
    name = key.partition(":")[2] or key.rstrip(":")
    if base is not None and (mine is None or theirs is None):
        who = "You took out" if mine is None else "Somebody took out"
        message = f'{who} "{name}" while it was being changed; it was kept.'
        conflicts.append(MergeConflict(message, key, base, mine or "", theirs or ""))
        return theirs if theirs is not None else mine
    if mine is None or theirs is None:
        return theirs if theirs is not None else mine
    merged = merge_tokens(base or "", mine, theirs)
    if merged.clash is None and base is not None and _reads(merged.text, mine, theirs):
        return merged.text
    there = f": it is {merged.clash.strip()} now" if merged.clash and merged.clash.strip() else ""
    message = f'Somebody changed "{name}" at the same place meanwhile{there}.'
    conflicts.append(MergeConflict(message, key, base or "", mine, theirs))
    return theirs


def _reads(text: str, mine: str, theirs: str) -> bool:
    """Whether what was merged is no worse than what it was merged of."""
    wrong, *before = (len(parse(Source(one)).broken) for one in (text, mine, theirs))
    return wrong <= max(before)


# --- statements and their order ---------------------------------------------------------------------


def _chunks(text: str) -> list[_Chunk]:
    document = Document.of(text)
    edges: list[tuple[int, int, str]] = []
    for item in document.items:
        edges.append((item.span.start, item.head_end, item.key))
        if item.sort == "group" and text[item.span.end - 1 : item.span.end] == "}":
            edges.append((item.span.end - 1, item.span.end, f"end of {item.key}"))
    edges.sort()
    chunks: list[_Chunk] = []
    begin = 0
    for at, (_, end, key) in enumerate(edges):
        following = edges[at + 1][0] if at + 1 < len(edges) else len(text)
        stop = document.next_line(end)
        stop = stop if stop <= following else following
        chunks.append(_Chunk(key, text[begin:stop]))
        begin = stop
    return [*chunks, _Chunk("the end", text[begin:])]


def _named(old: Sequence[_Chunk], new: list[_Chunk]) -> list[_Chunk]:
    """The chunks under the keys they had in the old text, where they were renamed since."""
    known = {chunk.key for chunk in new}
    gone = [chunk for chunk in old if chunk.key not in known]
    had = {chunk.key for chunk in old}
    if not gone:
        return new
    names: dict[str, str] = {}
    for chunk in new:
        if chunk.key in had:
            continue
        sort = _sort(chunk.key)
        likely = [one for one in gone if _sort(one.key) == sort and one.key not in names.values()]
        scored = [
            (SequenceMatcher(None, one.text, chunk.text, autojunk=False).ratio(), one.key)
            for one in likely[:50]
        ]
        best = max(scored, default=(0.0, ""))
        if best[0] >= _ALIKE:
            names[chunk.key] = best[1]
    return [_Chunk(names.get(chunk.key, chunk.key), chunk.text) for chunk in new]


def _sort(key: str) -> str:
    sort = key.partition(":")[0]
    return "rule" if sort in ("unnamed", "text") else sort


def _order(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """All keys in one order: that of whoever changed it, else theirs; new ones follow what they followed."""
    common = set(base) & set(mine) & set(theirs)
    moved = [key for key in theirs if key in common] != [key for key in base if key in common]
    first, second = (theirs, mine) if moved else (mine, theirs)
    made = list(first)
    places = set(made)
    for at, key in enumerate(second):
        if key in places:
            continue
        before = next((one for one in reversed(second[:at]) if one in places), None)
        index = made.index(before) + 1 if before is not None else 0
        # What both put in at one place: theirs stand first.
        while moved and index < len(made) and made[index] not in second:
            index += 1
        made.insert(index, key)
        places.add(key)
    if "the end" in places:
        made.remove("the end")
        made.append("the end")
    return made


def _joined(order: list[str], texts: Mapping[str, str], sources: tuple[Sequence[_Chunk], ...]) -> str:
    """The chunks one after the other, on lines of their own unless their author put them side by side."""
    beside = {
        (one.key, two.key) for some in sources for one, two in pairwise(some) if not _ends_line(one.text)
    }
    newline = next((end for end in ("\r\n", "\n") if any(end in text for text in texts.values())), "\n")
    keys = [key for key in order if texts[key]]
    made: list[str] = []
    for at, key in enumerate(keys):
        text = texts[key]
        made.append(text)
        last = at + 1 == len(keys)
        if not last and not _ends_line(text) and not ((key, keys[at + 1]) in beside and _can_go_on(text)):
            made.append(newline)
    return "".join(made)


def _ends_line(text: str) -> bool:
    return text.endswith(("\r", "\n"))


def _can_go_on(text: str) -> bool:
    """Whether another statement can stand behind it in its line."""
    comments = scan(text).comments
    return (text[-1].isspace() or text[-1] in ";{}") and not (comments and comments[-1].span.end == len(text))
