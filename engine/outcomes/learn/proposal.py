"""What is proposed: ordinary edits of the text, one for each changed number, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ....grammar.edits import Applied, Edit, apply
from ..intervals import Rate, Ratio
from ..leaks import Leak
from ..ranking import Figure
from ..rows import Rows


@dataclass(frozen=True)
class Change:
    """An edit with its evidence: the leads of a rule against the others, and why in one sentence.

    `sort` is "points", "off", "rule" or "threshold". `conflict` says which test of the ruleset fails once it
    is made, "" for none; such a change is not taken unless it is asked for.
    """

    sort: str
    name: str
    old: int | None
    new: int
    edit: Edit
    why: str
    fired: Rate | None = None
    others: Rate | None = None
    ratio: Ratio | None = None
    later: Rate | None = None
    condition: str = ""
    conflict: str = ""


@dataclass(frozen=True)
class Close:
    """A rule that was nearly proposed, with its rates on the earlier and later leads, and why it was not."""

    condition: str
    earlier: Rate
    later: Rate
    why: str


@dataclass(frozen=True)
class Evaluation:
    """The present and the proposed rules on leads that nothing was learned from.

    Precision and recall are those of the best leads, as many as reach the top stage today.
    """

    leads: int
    won: int
    within: int
    now: Figure | None
    proposed: Figure | None
    better: float
    half_now: float
    half_proposed: float
    capacity: int
    a_week: float
    precision_now: Rate
    precision_proposed: Rate
    recall_now: Rate
    recall_proposed: Rate
    brier_now: float
    brier_proposed: float
    brier_base: float
    inner: bool
    """Whether they are the later part of the leads themselves, what is judged being learned from the rest."""


@dataclass(frozen=True)
class Proposal:
    """Changes of a text, as the evidence of its leads' outcomes has them; none of them is made yet.

    `changes` are points, `new_rules` rules that are not there, `thresholds` of stages. `judged` is None where
    there are too few later leads. `nothing` says why nothing is proposed.
    """

    source: str
    rows: Rows
    changes: Sequence[Change] = ()
    new_rules: Sequence[Change] = ()
    thresholds: Sequence[Change] = ()
    close: Sequence[Close] = ()
    leaks: Sequence[Leak] = ()
    evaluation: Evaluation | None = None
    grid: int = 1
    nothing: str = ""
    unproven: Sequence[str] = ()
    used: Sequence[str] = field(default=())

    @property
    def all(self) -> list[Change]:
        """All changes in the order in which they are made."""
        return [*self.changes, *self.new_rules, *self.thresholds]

    @property
    def taken(self) -> list[Change]:
        """The changes that no test of the ruleset speaks against."""
        return [change for change in self.all if not change.conflict]

    @property
    def text(self) -> str:
        """The text with the changes that no test speaks against."""
        return self.text_with(self.taken)

    def text_with(self, changes: Iterable[Change]) -> str:
        """The text with some of the changes. Raises ValueError where they cannot be made together."""
        return with_edits(self.source, [change.edit for change in changes])


def with_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with these edits, one after the other. Raises ValueError where one cannot be made."""
    keys: dict[str, str] = {}
    for edit in edits:
        moved = replace(
            edit, key=keys.get(edit.key, edit.key), beside=keys.get(edit.beside or "", edit.beside)
        )
        done = apply(text, moved)
        if not isinstance(done, Applied):
            raise ValueError(done.message)
        text = done.text
        if edit.key:
            keys[edit.key] = done.key
    return text
