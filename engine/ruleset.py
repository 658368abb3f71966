"""The front door: from a text or a file to a checked ruleset that decides about leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..grammar.diagnostics import Diagnostic, Severity, Source
from ..grammar.nodes import Tree
from ..grammar.parser import parse
from ..grammar.render import render
from .catalogue import Catalogue
from .check import Files, Folder, FrozenFiles, check
from .decision import Decision
from .evaluate import Evaluator, Event
from .lint import lint
from .plan import Given, Plan, Resolution

LARGEST_TEXT = 4 * 1024 * 1024
"""Bytes of a file that are read at most; the parser's own limit is lower and has its own message."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as read: its tree, everything to say about it, and its plan where it has no error."""

    source: Source
    tree: Tree
    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the ruleset."""
        return tuple(item for item in self.diagnostics if item.severity is Severity.ERROR)


class RulesetError(ValueError):
    """A ruleset that cannot run; its text shows every error in place, `diagnostics` holds them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n" + render(diagnostics))
        self.diagnostics = diagnostics


class Ruleset:
    """A checked ruleset. Calling it with a lead, its events and an instant gives a decision.

    It is a pure function: nothing is kept between calls, no clock is read, and one ruleset may be used
    from several threads at once. `warnings` is what the check and the lints had to say.
    """

    def __init__(self, plan: Plan, warnings: tuple[Diagnostic, ...] = ()) -> None:
        self.plan = plan
        self.warnings = warnings
        self.evaluator = Evaluator(plan)

    def __repr__(self) -> str:
        return f"<Ruleset {self.plan.title or self.plan.sources[0].label!r}, {len(self.plan.rules)} rules>"

    def __call__(
        self,
        lead: Mapping[str, Given],
        events: Iterable[Event | Mapping[str, Given]],
        now: dt.datetime,
    ) -> Decision:
        """The decision about a lead at an instant; a `now` without an offset is UTC.

        `lead` maps names of fields to values: text, numbers, booleans, dates, datetimes, lists of text.
        Raises FactsError for an event without a type or a readable instant.
        """
        return self.evaluator.decide(self.evaluator.facts(lead, events), now)


def read(
    source: Source,
    *,
    catalogue: Catalogue | None = None,
    pinned: Mapping[str, Resolution] | None = None,
    files: Files | None = None,
) -> Reading:
    """Reads a text: parses, checks and lints it. Never raises for what the text says.

    Without `files`, what it includes is read from the folder of its path; a text without a path
    includes nothing.
    """
    if files is None:
        files = Folder(source.path.parent) if source.path is not None else FrozenFiles({})
    parsed = parse(source)
    checked = check(parsed, catalogue=catalogue, pinned=pinned, files=files)
    diagnostics = checked.diagnostics
    if checked.plan is not None:
        found = [*diagnostics, *lint(checked.plan, parsed.tree, catalogue)]
        diagnostics = tuple(sorted(found, key=Diagnostic.sort_key))
    return Reading(source, parsed.tree, checked.plan, diagnostics)


def read_file(path: Path) -> Source:
    """The source of a file of rules. Raises OSError, and ValueError where it is not UTF-8 text."""
    with path.open("rb") as file:
        content = file.read(LARGEST_TEXT + 1)
    try:
        return Source(
            content.decode("utf-8", errors="strict" if len(content) <= LARGEST_TEXT else "ignore"), path
        )
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"{path} is not UTF-8 text (line {line}); save it as UTF-8") from None


def load(rules: str | Path, *, catalogue: Catalogue | None = None) -> Ruleset:
    """A checked ruleset from a file or a text.

    A `Path`, and a text of one line that ends in `.rules`, is a file; any other text is the rules
    themselves. Raises RulesetError where they have errors, OSError or ValueError where a file cannot be
    read.
    """
    is_path = isinstance(rules, Path) or (rules.endswith(".rules") and "\n" not in rules)
    source = read_file(Path(rules)) if is_path else Source(str(rules))
    reading = read(source, catalogue=catalogue)
    if reading.plan is None:
        raise RulesetError(reading.errors)
    return Ruleset(reading.plan, reading.diagnostics)


def evaluate(
    rules: Ruleset | str | Path,
    lead: Mapping[str, Given],
    events: Iterable[Event | Mapping[str, Given]],
    now: dt.datetime,
) -> Decision:
    """The decision of a ruleset, a file or a text of rules about one lead; see `load` and `Ruleset`."""
    ruleset = rules if isinstance(rules, Ruleset) else load(rules)
    return ruleset(lead, events, now)
