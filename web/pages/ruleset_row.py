"""A ruleset as the first page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...engine.store.records.rulesets import RulesetVersion
from ..drafts import Draft
from ..queries import Standings
from ..review.approvals import Approval
from ..scoring import ScoringState


@dataclass(frozen=True, slots=True)
class RulesetRow:
    """A ruleset in the list. `stages` are those of `main` from the highest to none, with their leads.

    `draft` is there where it differs from what is live; `problems` are those of the draft, else of what is
    live: how many errors and how many warnings.
    """

    name: str
    title: str
    live: RulesetVersion | None
    standing: Standings | None
    stages: list[tuple[str | None, int]]
    draft: Draft | None
    authors: list[str]
    problems: tuple[int, int]
    approval: Approval | None
    scoring: ScoringState | None
    places: Mapping[str, int]
