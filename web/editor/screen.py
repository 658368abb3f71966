"""The editor of one draft as one person sees it: its cards, what is wrong with them, and what they do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from flask import current_app

from ...engine.reading import Reading
from ...grammar.diagnostics import Diagnostic, Severity
from ...grammar.edits import Card, outline
from ...grammar.nodes import Span
from ...grammar.parser import Parsed
from ..drafts import Draft
from ..drafts.undo import Stacks
from .cards import SORTS, View, view
from .rows import Line
from .vocabulary import Vocabulary


@dataclass
class Screen:
    """Everything that the templates ask for."""

    draft: Draft
    parsed: Parsed
    reading: Reading
    names: Vocabulary
    stacks: Stacks
    authors: Sequence[str]
    may_edit: bool
    trial: Any = None
    panel: str = ""
    sorts: Mapping[str, str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.sorts = SORTS

    @property
    def title(self) -> str:
        """The ruleset's title, or its name."""
        plan = self.reading.plan
        return (plan.title if plan is not None else None) or self.draft.ruleset

    @property
    def locked(self) -> str:
        """The attribute of controls that this person cannot use."""
        return "" if self.may_edit else " disabled"

    @cached_property
    def views(self) -> list[View]:
        """The cards, in the order of the text."""
        return [view(card, self.names) for card in outline(self.parsed, self.names.describe)]

    @property
    def order(self) -> list[str]:
        """The elements of the cards, in their order."""
        return [one.id for one in self.views]

    # --- what is wrong ----------------------------------------------------------------------------

    @property
    def errors(self) -> int:
        """How many mistakes stop the ruleset."""
        return len(self.reading.errors)

    @property
    def problem_words(self) -> str:
        """How many problems there are, in words."""
        errors = self.errors
        hints = len(self.reading.diagnostics) - errors
        said = [f"{errors} error{'s' if errors != 1 else ''}"] if errors else []
        said += [f"{hints} hint{'s' if hints != 1 else ''}"] if hints else []
        return ", ".join(said) or "no problems"

    @property
    def changed_lines(self) -> int:
        """How many lines are new or other than those of the version."""
        old, new = self.draft.base_text.splitlines(), self.draft.text.splitlines()
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in codes if tag != "equal")

    @cached_property
    def _said(self) -> dict[tuple[int, int], list[Diagnostic]]:
        """What is wrong, by the smallest row or card around it."""
        places = sorted(self._places(), key=lambda span: span.end - span.start)
        said: dict[tuple[int, int], list[Diagnostic]] = {}
        for found in self.reading.diagnostics:
            if found.source is not self.reading.source:
                continue
            for span in places:
                if span.start <= found.span.start and found.span.end <= span.end:
                    said.setdefault((span.start, span.end), []).append(found)
                    break
        return said

    def _places(self) -> Iterator[Span]:
        for one in self.views:
            for inner in (one, *one.inner):
                yield inner.card.span
                for line in (inner.condition, inner.filter):
                    if line is not None:
                        yield from _spans(line)

    def problems_of(self, line: Line) -> list[Diagnostic]:
        """What is wrong with a row."""
        return self._said.get((line.span.start, line.span.end), [])

    def problems_of_card(self, one: View) -> list[Diagnostic]:
        """What is wrong with a card beside what its rows say, errors first."""
        found = list(self._said.get((one.card.span.start, one.card.span.end), []))
        for line in (one.condition, one.filter):
            if line is not None and line.span != one.card.span:
                found += self.problems_of(line)
        return sorted(found, key=lambda item: item.severity is not Severity.ERROR)

    # --- what the rules do ------------------------------------------------------------------------

    def matches(self, card: Card) -> tuple[int, int] | None:
        """How many leads a card is true for, of how many."""
        return self.trial.matches(card.key) if self.trial is not None else None

    def count(self, line: Line) -> int | None:
        """How many leads a row is true for."""
        return self.trial.count(line.span) if self.trial is not None else None

    def mark(self, line: Line) -> Any:
        """Whether a row is true for the chosen lead, and what was found."""
        return self.trial.mark(line.span) if self.trial is not None else None

    def hints(self, card: Card) -> Sequence[str]:
        """What is worth a look."""
        return self.trial.hints(card.key) if self.trial is not None else ()

    def fires(self, card: Card) -> bool:
        """Whether a card holds for the chosen lead."""
        return bool(self.trial.fires(card.key)) if self.trial is not None else False

    # --- HTML -------------------------------------------------------------------------------------

    def html(self, one: View) -> str:
        """A card as HTML, with a digest by which the page tells whether it shows it already."""
        show: Any = current_app.jinja_env.get_template("editor/card.html").module.show  # type: ignore[attr-defined]
        made = str(show(one, self))
        digest = blake2b(made.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        return made.replace(' data-digest="?"', f' data-digest="{digest}"', 1).replace(' data-digest="?"', "")


def _spans(line: Line) -> Iterator[Span]:
    yield line.span
    for inner in (*(line.lines or ()), *([line.filter] if line.filter is not None else [])):
        yield from _spans(inner)
