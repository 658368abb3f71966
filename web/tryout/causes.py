"""Why leads change stage: each change of the draft taken back by itself, and who would not move then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...engine.evaluator import Evaluator
from ...engine.impact.effect import Effect, Move
from ...engine.impact.text_diff import Change, ChangeKind, compare
from ...grammar.edits import Applied, Edit, apply
from ...grammar.edits.document import Document
from ...grammar.syntax.parse import Parsed

_MOST_CHANGES = 30
MOST_MOVES = 2_000
_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Reverted:
    """A change of one statement, and the draft without it. `key` is the statement's in the draft, or that it
    had where it is gone."""

    change: Change
    key: str
    rules: Evaluator


@dataclass(frozen=True, slots=True)
class Cause:
    """What one change does to leads: `moves` those who would be in another stage without it, and `up`,
    `down` and `scores` count those who rise, fall, and have another score."""

    change: Change
    key: str
    up: int
    down: int
    scores: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Causes:
    """The changes, those that move leads first and of them the one that moves most; `together` are those whom
    no change moves by itself. `complete` is False where time ran out."""

    changes: tuple[Cause, ...]
    together: tuple[Move, ...]
    complete: bool

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The changes that move leads or give them another score."""
        return tuple(one for one in self.changes if one.up or one.down or one.scores)


def reverted(live: Parsed, draft: Parsed, evaluator: Callable[[str], Evaluator | None]) -> Sequence[Reverted]:
    """Each change from a live text to a draft, with the draft that lacks it alone."""
    found = []
    for change, key, text in _texts(live, draft):
        rules = evaluator(text)
        if rules is not None:
            found.append(Reverted(change, key, rules))
            if len(found) == _MOST_CHANGES:
                break
    return found


def without(live: Parsed, draft: Parsed, key: str) -> str | None:
    """The draft's text without the change of one statement; None where there is none, or it cannot be taken
    back by itself."""
    return next((text for _, one, text in _texts(live, draft) if one == key), None)


def _texts(live: Parsed, draft: Parsed) -> Iterator[tuple[Change, str, str]]:
    """Each change that can be taken back by itself, its key, and the draft's text without it."""
    before, after = (Document.of(one.source.text, one) for one in (live, draft))
    for change in compare(live.tree, draft.tree):
        key = f"{change.what}:{change.name}"
        text = _without(before, after, change, key)
        if text is not None:
            yield change, key, text


def _without(before: Document, after: Document, change: Change, key: str) -> str | None:
    """The draft's text with one change taken back, None where it cannot be taken back by itself."""
    old, new = before.find(key), after.find(key)
    if change.kind is ChangeKind.ADDED and new is not None:
        edit = Edit("remove_statement", key)
    elif change.kind is ChangeKind.REMOVED and old is not None:
        edit = Edit("add_statement", new=before.written(before.items[old].span))
    elif old is not None and new is not None:
        return _as_before(before, after, old, new)
    else:
        return None
    outcome = apply(after.text, edit, parsed=after.parsed)
    return outcome.text if isinstance(outcome, Applied) else None


def _as_before(before: Document, after: Document, old: int, new: int) -> str:
    """The draft's text with a statement as it was; of a group its head alone, since its rules are changes of
    their own."""
    was, is_now = before.items[old], after.items[new]
    group = was.sort == "group" and is_now.sort == "group"
    words = before.text[was.span.start : was.head_end if group else was.span.end]
    end = is_now.head_end if group else is_now.span.end
    return after.text[: is_now.span.start] + words + after.text[end:]


def causes_of(
    ask: Callable[[Evaluator], Effect], changes: Sequence[Reverted], draft: Evaluator, effect: Effect
) -> Causes:
    """What each change does, and which of them moves each lead of an effect. `ask` gives the effect from
    other rules to the draft."""
    until = time.monotonic() + _SECONDS
    found: list[Cause] = []
    complete = len(changes) < _MOST_CHANGES
    for one in changes:
        if time.monotonic() > until:
            complete = False
            break
        alone = ask(one.rules)
        up, down = _ways(alone, draft)
        moves = tuple(move for move in alone.moves if move.changes_stage)
        found.append(Cause(one.change, one.key, up, down, alone.moved - alone.changed_stage, moves))
    found.sort(key=lambda cause: (-(cause.up + cause.down), -cause.scores))
    caused = {move.lead for cause in found for move in cause.moves}
    together = tuple(move for move in effect.moves if move.changes_stage and move.lead not in caused)
    return Causes(tuple(found), together, complete)


def _ways(effect: Effect, rules: Evaluator) -> tuple[int, int]:
    """How many leads rise, and how many fall, in some track."""
    ranks = ranks_of(rules)
    up = down = 0
    for (track, old, new), leads in effect.matrix.items():
        rank = ranks.get(track, {})
        up += leads if rank.get(new, 0) > rank.get(old, 0) else 0
        down += leads if rank.get(new, 0) < rank.get(old, 0) else 0
    return up, down


def ranks_of(rules: Evaluator) -> Mapping[str, Mapping[str | None, int]]:
    """The places of stages on the ladder of each track; none is 0."""
    found: dict[str, dict[str | None, int]] = {}
    for stage in rules.plan.stages:
        ladder = found.setdefault(stage.track, {None: 0})
        ladder[stage.name] = len(ladder)
    return found
