"""What is decided about a lead, without the lines that explain it, as the store keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....grammar.frozen import frozen
from ...explain.explanation_lines import Cut, Fired
from ...explain.words import label
from ...plan import Plan
from ...values import instant_text

if TYPE_CHECKING:
    from ...score_many.block import Key, Reached, Stages

    Found = tuple[int, tuple[int, ...], Stages, bool, list[Fired], list[Cut], list[int], Stages, Reached]
    """What the generated function gives at the level of lines; see `Detail.LINES`."""

MAIN = "main"
_MOST_REMEMBERED = 50_000


_Rest = tuple[str, str | None, str | None, bool]
"""JSON without its first bracket, the main track's stage, the grade's label, whether disqualified."""


@frozen
class StoredResult:
    """A row of the table `outcome`: scores, stages, grades, tags and reasons as JSON in `text`, the main
    track's stage, the grade's label."""

    total: int
    stage: str | None
    grade: str | None
    disqualified: bool
    text: str


class StoredResults:
    """The outcomes of one plan, each written once, as most leads share theirs with others."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = [score.name for score in plan.scores]
        self.main = plan.tracks.index(MAIN) if MAIN in plan.tracks else None
        self.tags = {number: rule.tags for number, rule in enumerate(plan.rules) if rule.tags}
        self._known: dict[Key, StoredResult] = {}
        self._written_names = [json.dumps(name, ensure_ascii=False) for name in self.names]
        self._rests: dict[tuple[Any, ...], _Rest] = {}

    def of(self, found: Found) -> StoredResult:
        """The outcome of what the generated function found."""
        total, scores, stages, _, fired, _, reasons, would, reached = found
        tagging = tuple([entry[0] for entry in fired if entry[0] in self.tags]) if self.tags else ()
        return self.under((total, scores, stages, tagging, tuple(reasons), would, reached))

    def under(self, key: Key) -> StoredResult:
        """The outcome of what it depends on."""
        outcome = self._known.get(key)
        if outcome is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            outcome = self._known[key] = self._made(key)
        return outcome

    def _made(self, key: Key) -> StoredResult:
        total, scores, *rest = key
        labels = tuple([label(grade, total, scores) for grade in self.plan.grades])
        text, stage, grade, gone = self._rest((*rest, labels))
        pairs = zip(self._written_names, scores, strict=True)
        written = ",".join([f"{name}:{score}" for name, score in pairs])
        return StoredResult(total, stage, grade, gone, f'{{"scores":{{{written}}},{text}')

    def _rest(self, key: tuple[Any, ...]) -> _Rest:
        """All but the scores, which many outcomes share."""
        found = self._rests.get(key)
        if found is None:
            if len(self._rests) >= _MOST_REMEMBERED:
                self._rests.clear()
            found = self._rests[key] = self._made_rest(key)
        return found

    def _made_rest(self, key: tuple[Any, ...]) -> _Rest:
        stages, tagging, reasons, would, reached, labels = key
        plan = self.plan
        said: dict[str, Mapping[Any, Any] | list[str]] = {
            "stages": dict(zip(plan.tracks, stages, strict=True))
        }
        graded = ["" if grade.score is None else self.names[grade.score] for grade in plan.grades]
        grades = dict(zip(graded, labels, strict=True))
        if grades:
            said["grades"] = grades
        if tagging:
            said["tags"] = list(dict.fromkeys(tag for rule in tagging for tag in self.tags[rule]))
        if reasons:
            said["disqualified"] = [plan.disqualifications[number].reason for number in reasons]
            said["stages_if_qualified"] = dict(zip(plan.tracks, would, strict=True))
        outcomes = {
            outcome.name: at if at is True else instant_text(at)
            for outcome, at in zip(plan.outcomes, reached, strict=True)
            if at is not None
        }
        if outcomes:
            said["outcomes"] = outcomes
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))[1:]
        stage = None if self.main is None else stages[self.main]
        return text, stage, "".join(grades.values()) or None, bool(reasons)
