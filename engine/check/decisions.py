"""Stages, disqualifications, grades and outcomes: what scores and facts decide."""

from __future__ import annotations

from typing import Any

from ...grammar.syntax import nodes as n
from ...grammar.text.printer import text_of
from .. import plan as p
from .draft import PlanDraft
from .expressions import Expressions
from .outcomes import OutcomeReader
from .problems import mention, named, nearest
from .rules import IsNew
from .scopes import DecisionScope

MAIN_TRACK = "main"


class DecisionReader:
    """Reads what decides, in order."""

    def __init__(self, draft: PlanDraft, is_new: IsNew) -> None:
        self.draft = draft
        self.problems = draft.problems
        self.is_new = is_new
        self.expressions = Expressions(draft, DecisionScope(draft))
        self.outcome_reader = OutcomeReader(draft)
        self.stages: list[p.Stage] = []
        self.named: list[tuple[str, str]] = []
        """The track and name of every stage, also where its condition has a mistake."""
        self.disqualifications: list[p.Disqualification] = []
        self.grades: list[p.Grade] = []
        self.outcomes: list[p.Outcome] = []

    def decided(self) -> dict[str, Any]:
        """What was read, by the names it has in the plan; tracks in order of appearance."""
        return {
            "stages": tuple(self.stages),
            "tracks": tuple(dict.fromkeys(stage.track for stage in self.stages)),
            "disqualifications": tuple(self.disqualifications),
            "grades": tuple(self.grades),
            "outcomes": tuple(self.outcomes),
        }

    def enter(self, statement: n.Statement) -> None:
        """Reads a statement, if it is one that decides."""
        match statement:
            case n.Stage():
                self._stage(statement)
            case n.Disqualify(node, because):
                condition = self.expressions.condition(node)
                reason = because.value if because else text_of(node)
                if condition is not None:
                    origin = self.draft.origin(statement)
                    self.disqualifications.append(p.Disqualification(reason, condition, origin))
            case n.Grade():
                self._grade(statement)
            case n.Outcome():
                self._outcome(statement)

    def _stage(self, node: n.Stage) -> None:
        track = node.track.text if node.track else MAIN_TRACK
        self.is_new("stage", node.name, of=f" in {track}" if node.track else "")
        if node.name.text.lower() == "none":
            self.problems.error(
                "stage-none", node.name, '"none" means no stage', "give the stage another name"
            )
        self.named.append((track, node.name.text))
        condition = self.expressions.condition(node.condition)
        until = self.expressions.condition(node.until) if node.until is not None else None
        if condition is not None and (until is None) == (node.until is None):
            self.stages.append(p.Stage(node.name.text, track, condition, self.draft.origin(node), until))

    def _grade(self, node: n.Grade) -> None:
        score = None
        if node.score is not None:
            scores = self.draft.names.scores
            if node.score.text not in scores:
                near = nearest(node.score.text, scores)
                self.problems.error(
                    "unknown-score",
                    node.score,
                    f'there is no score "{node.score.text}"',
                    f"did you mean {mention(near)}?"
                    if near
                    else f"declare it: score {text_of(node.score)} from 0",
                    named(near),
                )
                return
            score = scores[node.score.text]
        graded = node.score or n.Name("score", span=node.span)
        self.is_new("grade of", graded, hint="put all bands into one")
        if not self._bands_descend(node):
            return
        if node.otherwise is None:
            self.problems.error(
                "grade-otherwise",
                node,
                "a lead below every band would have no grade, which looks like the lowest one",
                "end with a label for the rest, e.g. , D otherwise",
            )
            return
        bands = tuple((band.label.text, band.start) for band in node.bands)
        self.grades.append(p.Grade(score, bands, node.otherwise.text, self.draft.origin(node)))

    def _bands_descend(self, node: n.Grade) -> bool:
        labels: set[str] = set()
        for index, band in enumerate(node.bands):
            if index and band.start >= node.bands[index - 1].start:
                self.problems.error(
                    "grade-order",
                    band,
                    f"{band.label.text} begins at {band.start}, which the grade before it already takes",
                    "write the grades from the highest down",
                )
                return False
            if band.label.text in labels:
                self.problems.error(
                    "duplicate-name",
                    band.label,
                    f'the grade "{band.label.text}" stands here twice',
                    "rename one",
                )
                return False
            labels.add(band.label.text)
        return True

    def _outcome(self, node: n.Outcome) -> None:
        self.is_new("outcome", node.name)
        read = self.outcome_reader.read(node)
        if read is not None:
            self.outcomes.append(read)
