"""What is decided about a lead, without the lines that explain it, as the store keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..blocks.decided import Key, Stages
from ..evaluate.decide import Cut, Fired, label
from ..plan import Plan

Found = tuple[int, tuple[int, ...], Stages, bool, list[Fired], list[Cut], list[int], Stages]
"""What the generated function tells at the level of lines; see `evaluate.program`."""

MAIN = "main"
_MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row of the table `outcome`: scores, stages, grades, tags and reasons as JSON in `text`, the main
    track's stage, the grade's label."""

    total: int
    stage: str | None
    grade: str | None
    disqualified: bool
    text: str


class Outcomes:
    """The outcomes of one plan, each written once, as most leads share theirs with others."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = [score.name for score in plan.scores]
        self.main = plan.tracks.index(MAIN) if MAIN in plan.tracks else None
        self.tags = {number: rule.tags for number, rule in enumerate(plan.rules) if rule.tags}
        self._known: dict[Key, Outcome] = {}
        self._written_names = [json.dumps(name, ensure_ascii=False) for name in self.names]
        self._written_rests: dict[str, str] = {}

    def of(self, found: Found) -> Outcome:
        """The outcome of what the generated function found."""
        total, scores, stages, _, fired, _, reasons, would = found
        tagging = tuple([entry[0] for entry in fired if entry[0] in self.tags]) if self.tags else ()
        return self.under((total, scores, stages, tagging, tuple(reasons), would))

    def under(self, key: Key) -> Outcome:
        """The outcome of what it depends on."""
        outcome = self._known.get(key)
        if outcome is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            outcome = self._known[key] = self._made(key)
        return outcome

    def _scores_text(self, scores: tuple[int, ...]) -> str:
        pairs = zip(self._written_names, scores, strict=True)
        return ",".join([f"{name}:{score}" for name, score in pairs])

    def _rest_text(self, said: Mapping[str, Mapping[Any, Any] | list[str]]) -> str:
        """The JSON of all else, which many different scores share, without its first bracket."""
        key = repr(said)
        text = self._written_rests.get(key)
        if text is None:
            text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))[1:]
            if len(self._written_rests) >= _MOST_REMEMBERED:
                self._written_rests.clear()
            self._written_rests[key] = text
        return text

    def _made(self, key: Key) -> Outcome:
        total, scores, stages, tagging, reasons, would = key
        plan = self.plan
        grades = {
            "" if grade.score is None else self.names[grade.score]: label(grade, total, scores)
            for grade in plan.grades
        }
        said: dict[str, Mapping[Any, Any] | list[str]] = {
            "stages": dict(zip(plan.tracks, stages, strict=True))
        }
        if grades:
            said["grades"] = grades
        if tagging:
            said["tags"] = list(dict.fromkeys(tag for rule in tagging for tag in self.tags[rule]))
        if reasons:
            said["disqualified"] = [plan.disqualifications[number].reason for number in reasons]
            said["stages_if_qualified"] = dict(zip(plan.tracks, would, strict=True))
        text = f'{{"scores":{{{self._scores_text(scores)}}},{self._rest_text(said)}'
        stage = None if self.main is None else stages[self.main]
        return Outcome(total, stage, "".join(grades.values()) or None, bool(reasons), text)
