"""The edit that undoes another, byte for byte."""

from __future__ import annotations

from ..syntax.incremental import alike
from .blocks import extent
from .document import Document
from .edit import Edit, conflict
from .splices import Splice, spliced
from .token_merge import merge_tokens


def restoring(before: Document, after: Document, key: str) -> Edit:
    """The edit from `after` back to `before`: the lines that differ and enough to find them by."""
    old, new = after.text, before.text
    head = alike(old, new)
    most = min(len(old), len(new)) - head
    tail = alike(old[::-1][:most], new[::-1][:most])
    start, end = after.line_start(head), after.next_line(len(old) - tail)
    while old.count(old[start:end]) != 1 or start == end:
        if start == 0 and end == len(old):
            break
        start = after.line_start(max(start - 1, 0)) if start else 0
        end = after.next_line(end) if end < len(old) else end
    return Edit("restore", key, old=old[start:end], new=new[start : len(new) - (len(old) - end)], at=start)


def restored(now: Document, edit: Edit) -> Document:
    """The text with lines as they were before. Stops where somebody changed the same lines since."""
    text, old, new = now.text, edit.old or "", edit.new or ""
    at = edit.at or 0
    if text[at : at + len(old)] != old or (not old and text):
        at = text.find(old) if old and text.count(old) == 1 else -1
    if at >= 0:
        return Document.of(spliced(text, [Splice(at, at + len(old), new)]), before=now.parsed)
    index = now.find(edit.key)
    if index is None:
        raise conflict("This cannot be undone: somebody changed or removed the same lines since.")
    what = extent(now, index)
    theirs = text[what.start : what.end]
    merged = merge_tokens(old, new, theirs)
    if merged.clash is not None:
        raise conflict("This cannot be undone: somebody changed the same place since.", merged.clash)
    after = Document.of(spliced(text, [Splice(what.start, what.end, merged.text)]), before=now.parsed)
    if len(after.parsed.broken) > len(now.parsed.broken):
        raise conflict("This cannot be undone: somebody changed the same statement since.", theirs)
    return after
