"""The leads behind a number of a draft: those that a statement matches, who move, who are in a stage."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..engine.evaluator import Evaluator
from ..engine.lru import LruCache
from ..engine.plan import Condition, Definition, Disqualification, Handoff, Plan, Rule, Stage
from ..engine.score_many.column_scorer import ColumnScorer
from ..engine.score_many.columns import Bools
from ..engine.score_many.spread import graded
from ..engine.store.database import Store
from ..engine.store.scoring.what_if import Cancelled
from ..engine.values import instant_of
from ..grammar.edits import card
from ..grammar.edits.document import key_of
from ..grammar.syntax import nodes
from ..grammar.syntax.parse import parse
from .access import settings
from .drafts import current
from .effects import ranked, what_if
from .list_leads import conditions_of
from .problems import Problem, invalid, not_found
from .ruleset_cache import read_text
from .tryout.opening import trial_of, without_change
from .tryout.trial import Trial

NONE = "*none"
"""Stands for no stage in an address."""


@dataclass(frozen=True, slots=True)
class LeadSet:
    """Leads of a draft: those that the statement `key` matches, or its condition at `path`; those that were
    in the stage `was` by what is live and are in `becomes` by the draft, of a track; with `moved`, all who
    change stage ("1"), or who move "up" or "down"; with `cause`, those whom the change of that statement
    moves.

    `band` is "40:44" for the scores from 40 to 44, "fit:0:9" for those of a named score; `grade` is "fit:A";
    `entry` is "ICP:VP *" for those that an entry of a list matches.
    """

    ruleset: str
    key: str | None = None
    was: str | None = None
    becomes: str | None = None
    track: str = "main"
    moved: str | None = None
    cause: str | None = None
    path: str | None = None
    band: str | None = None
    grade: str | None = None
    entry: str | None = None

    def in_words(self) -> str:
        """As a filter says it."""
        if self.key is not None:
            what = f"{self.key.partition(':')[2] or self.key} in the draft"
            return f"Matches {what}" if self.path is None else f"Meets a condition of {what}"
        if self.cause is not None:
            return f"Changes stage by the change of {self.cause.partition(':')[2] or self.cause}"
        if self.moved is not None:
            return {"up": "Moves up", "down": "Moves down"}.get(
                self.moved, "Changes stage"
            ) + " with the draft"
        if self.entry is not None:
            return " is ".join(self.entry.partition(":")[::2])
        parts = []
        if self.grade is not None:
            parts.append(" ".join(self.grade.rpartition(":")[::2]).strip())
        if self.band is not None:
            name, low, high = _band(self.band)
            parts.append(f"{name or 'score'} {low}" + (f" to {high}" if high > low else ""))
        if self.was is not None:
            parts.append(f"{_stage(self.was)} live")
        if self.becomes is not None:
            parts.append(f"{_stage(self.becomes)} in the draft")
        if (self.band or self.grade) and self.becomes is None:
            parts.append("in the draft")
        return ", ".join(parts)

    def query(self) -> dict[str, str]:
        """As an address has it."""
        found = {name: value for name in _TEXTS if (value := getattr(self, name)) is not None}
        if self.track != "main":
            found["track"] = self.track
        return found


_TEXTS = ("key", "path", "was", "becomes", "moved", "cause", "band", "grade", "entry")
_MOVES = ("1", "up", "down")


def _band(text: str) -> tuple[str, int, int]:
    """The score and the ends of a band. Problem 400 where it is none."""
    try:
        *name, low, high = text.rsplit(":", 2)
        return "".join(name), int(low), int(high)
    except ValueError:
        raise invalid("band is the lowest and the highest score, such as 40:44") from None


def _stage(name: str) -> str:
    return "No stage" if name == NONE else name


def set_asked(ruleset: str | None, asked: Mapping[str, str]) -> LeadSet | None:
    """The set that an address names, None where it names none."""
    found = {name: asked[name][:300] for name in _TEXTS if asked.get(name)}
    if ruleset is None or not found:
        return None
    if found.get("moved", "1") not in _MOVES:
        raise invalid("moved is 1 for all who change stage, or up or down")
    return LeadSet(ruleset, **found, track=asked.get("track", "main")[:200] or "main")


_found: LruCache[object, tuple[int, ...]] = LruCache(16)


def members(store: Store, wanted: LeadSet) -> tuple[int, ...]:
    """The numbers of the leads of a set, as of the ruleset's last scoring. Problem 409 where the draft
    cannot run, 503 where counting takes too long."""
    draft = current(store, wanted.ruleset)
    if draft is None:
        raise not_found(f"There is no ruleset {wanted.ruleset}.")
    reading = read_text(store, settings(), draft.text, wanted.ruleset).reading
    trial = trial_of(store, wanted.ruleset, reading, None)
    if trial.rules is None:
        raise Problem(409, "The draft has an error", "These leads can be shown once the draft is correct.")
    data = store.connection.execute("SELECT data FROM state").fetchone()[0]
    key = (
        str(store.path),
        data,
        draft.text,
        trial.live.version.id if trial.live else None,
        trial.now,
        wanted,
    )
    return _found.made(key, lambda: _members(store, trial, wanted))


def _members(store: Store, trial: Trial, wanted: LeadSet) -> tuple[int, ...]:
    assert trial.rules is not None
    plan = trial.rules.plan
    before = trial.live.evaluator if trial.live is not None else trial.rules
    if wanted.cause is not None:
        without = without_change(store, trial, wanted.cause)
        if without is None:
            raise invalid("The draft has no such change any more. Go back to it and look again.")
        before = without
    rules = trial.rules
    if wanted.entry is not None:
        name, _, entry = wanted.entry.partition(":")
        held = conditions_of(store, wanted.ruleset, trial.reading.source.text, name, [entry])
        if held is None:
            raise invalid("No rule asks for that list any more. Go back to it and look again.")
        plan, matched = held
        rules = Evaluator(plan)
    until = time.monotonic() + settings().most_seconds
    parts: list[Rule | Condition] = []
    if wanted.key is not None:
        parts = _parts(trial, plan, wanted.key) if wanted.path is None else [_row(trial, wanted)]
    numbers = {score.name: number for number, score in enumerate(plan.scores)}

    def which(old: ColumnScorer, new: ColumnScorer) -> Bools:
        if wanted.entry is not None:
            return new.holds(matched[0])
        if wanted.key is not None:
            found = np.zeros(new.leads, np.bool_)
            for part in parts:
                found |= new.fires(part) if isinstance(part, Rule) else new.holds(part)
            return found
        if wanted.moved is not None or wanted.cause is not None:
            return _moving(old, new, before.plan, plan, wanted.moved)
        found = np.ones(new.leads, np.bool_)
        for scorer, stage in ((old, wanted.was), (new, wanted.becomes)):
            if stage is not None:
                found &= _names(scorer, wanted.track) == ("" if stage == NONE else stage)
        if wanted.band is not None:
            name, low, high = _band(wanted.band)
            scores = new.score(numbers.get(name) if name else None)
            found &= (scores >= low) & (scores <= high)
        if wanted.grade is not None:
            name, _, label = wanted.grade.rpartition(":")
            found &= _labelled(new, numbers.get(name) if name else None, label)
        return found

    try:
        leads = what_if().leads_where(
            store, before, rules, instant_of(trial.now), which, stop=lambda: time.monotonic() > until
        )
    except Cancelled:
        raise Problem(503, "Too slow", "Finding these leads takes too long. Try again in a moment.") from None
    return tuple(leads)


def _names(scorer: ColumnScorer, track: str) -> np.typing.NDArray[np.str_]:
    """The stage of each lead in a track, "" for none."""
    names, places = scorer.verdict.stages.get(track, ((None,), np.zeros(scorer.leads, np.int16)))
    return np.array([name or "" for name in names])[places]


def _moving(old: ColumnScorer, new: ColumnScorer, before: Plan, after: Plan, way: str | None) -> Bools:
    """Which leads change stage in some track; with "up" or "down", which move that way."""
    found = np.zeros(new.leads, np.bool_)
    for track in dict.fromkeys([*old.verdict.stages, *new.verdict.stages]):
        was, becomes = _names(old, track), _names(new, track)
        if way not in ("up", "down"):
            found |= was != becomes
            continue
        ladder = {name or "": place for place, name in enumerate(ranked(before, after, track))}
        low, high = (_ranks(names, ladder) for names in ((was, becomes) if way == "up" else (becomes, was)))
        found |= low < high
    return found


def _ranks(names: np.typing.NDArray[np.str_], ladder: Mapping[str, int]) -> np.typing.NDArray[np.int64]:
    """The place of each lead's stage on a ladder."""
    different, places = np.unique(names, return_inverse=True)
    return np.array([ladder.get(str(name), 0) for name in different], np.int64)[places]


def _labelled(scorer: ColumnScorer, score: int | None, label: str) -> Bools:
    """Which leads have a grade."""
    found = np.zeros(scorer.leads, np.bool_)
    for grade in scorer.plan.grades:
        labels = [*(one for one, _ in grade.bands), grade.otherwise]
        if grade.score == score and label in labels:
            found |= graded(grade, scorer.score(score)) == labels.index(label)
    return found


def _row(trial: Trial, wanted: LeadSet) -> Condition:
    """The condition of a row of a statement."""
    found = card(parse(trial.reading.source), wanted.key or "")
    rows = list(found.conditions) if found is not None else []
    while rows:
        row = rows.pop()
        condition = trial.numbers.at(row.span) if row.path == wanted.path else None
        if condition is not None:
            return condition
        rows += row.rows or ()
    raise invalid("The draft has no such condition any more. Go back to it and look again.")


def _parts(trial: Trial, plan: Plan, key: str) -> list[Rule | Condition]:
    """What must be true of a lead for a statement to count it: any of these."""
    starts = {}
    for node in trial.reading.tree.statements:
        starts[node.span.start] = key_of(node)
        if isinstance(node, nodes.Group):
            starts |= {rule.span.start: key_of(rule) for rule in node.rules}
    main = plan.sources[0]
    found: list[Rule | Condition] = []
    for rule in plan.rules:
        group = plan.groups[rule.group] if rule.group is not None else None
        origins = [rule.origin, *([group.origin] if group is not None else [])]
        if any(one.source is main and starts.get(one.span.start) == key for one in origins):
            found.append(rule)
    others: list[Stage | Disqualification | Definition | Handoff] = [
        *plan.stages,
        *plan.disqualifications,
        *plan.definitions,
        *plan.handoffs,
    ]
    found += [
        part.condition
        for part in others
        if part.origin.source is main and starts.get(part.origin.span.start) == key and part.condition
    ]
    if not found:
        raise invalid("The draft has no such statement any more. Go back to it and look again.")
    return found
