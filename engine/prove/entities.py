"""Single values of a lead or an event, as the solver sees them: above all texts, by the sets they are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import z3

from ...grammar.syntax.nodes import Kind
from ..lint.proof.texts import apart, within
from ..plan import Pattern
from .kleene import Formula, Truth, all_of, any_of, asked, none_of
from .texts import UnsureError, text_like

Patterns = frozenset[Pattern]
AskedPatterns = tuple[Patterns, list[Pattern]]
"""A set of patterns, and those of them with a star, in order."""


class TextEntity:
    """One text, or with `several` the texts of a list: which sets of patterns it is in.

    An exact text that is asked for anywhere differs from all others by the sets that hold it; exact texts in
    the same sets are one class. Of any other text each glob is true or false; that no text matches some globs
    and not others is found when the solver proposes it (`refinement`).
    """

    def __init__(self, name: str, *, several: bool, known: Formula) -> None:
        self.name = name
        self.several = several
        self.known = known
        self.sets: dict[Patterns, Formula] = {}
        self.globs: dict[Pattern, Formula] = {}
        self.classes: list[list[str]] = []
        self.which: Formula = z3.Int(f"{name}.which")
        self.present: list[Formula] = []

    def is_in(self, patterns: Iterable[Pattern]) -> Truth:
        """Whether it matches one of some patterns."""
        asked_for = frozenset(patterns)
        if asked_for not in self.sets:
            self.sets[asked_for] = z3.Bool(f"{self.name}.in{len(self.sets)}")
        return asked(self.sets[asked_for], self.known)

    def rules(self) -> list[Formula]:
        """What holds of it, once all has been asked."""
        globs = sorted(
            {one for some in self.sets for one in some if one.exact is None}, key=lambda one: one.parts
        )
        exact = sorted({one.exact for some in self.sets for one in some if one.exact})
        self.globs = {one: z3.Bool(f"{self.name}.glob{n}") for n, one in enumerate(globs)}
        grouped: dict[tuple[bool, ...], list[str]] = {}
        # In the order of their texts, so that the solver gets the same in every process.
        asked_sets = [(some, [one for one in globs if one in some]) for some in self.sets]
        split = [(frozenset(one.exact for one in some), starred) for some, starred in asked_sets]
        for text in exact:
            inside = tuple(text in texts or any(one.matches(text) for one in some) for texts, some in split)
            matched = tuple(one.matches(text) for one in globs)
            grouped.setdefault(inside + matched, []).append(text)
        self.classes = list(grouped.values())
        signatures = list(grouped)
        made = self._several(signatures, asked_sets) if self.several else self._one(signatures, asked_sets)
        return made + self._pairs(globs)

    def _one(self, signatures: list[tuple[bool, ...]], asked_sets: list[AskedPatterns]) -> list[Formula]:
        which, count = self.which, len(signatures)
        made: list[Formula] = [which >= 0, which <= count]
        other = which == 0
        for number, (patterns, starred) in enumerate(asked_sets):
            classes = any_of(which == at + 1 for at, inside in enumerate(signatures) if inside[number])
            globs = any_of(self.globs[one] for one in starred)
            made.append(self.sets[patterns] == z3.If(other, globs, classes))
        return made

    def _several(self, signatures: list[tuple[bool, ...]], asked_sets: list[AskedPatterns]) -> list[Formula]:
        self.present = [z3.Bool(f"{self.name}.has{n}") for n in range(len(signatures))]
        made: list[Formula] = []
        for number, (patterns, starred) in enumerate(asked_sets):
            classes = [one for one, inside in zip(self.present, signatures, strict=True) if inside[number]]
            globs = [self.globs[one] for one in starred]
            made.append(self.sets[patterns] == any_of([*classes, *globs]))
        for at, glob in enumerate(self.globs.values()):
            matched = [
                one
                for one, inside in zip(self.present, signatures, strict=True)
                if inside[len(asked_sets) + at]
            ]
            made += [z3.Implies(one, glob) for one in matched]
        return made

    def _pairs(self, globs: Sequence[Pattern]) -> list[Formula]:
        made: list[Formula] = []
        for one, other in combinations(globs, 2):
            if within(one, other):
                made.append(z3.Implies(self.globs[one], self.globs[other]))
            if within(other, one):
                made.append(z3.Implies(self.globs[other], self.globs[one]))
            if not self.several and apart(one, other):
                made.append(none_of(all_of((self.globs[one], self.globs[other]))))
        return made

    # --- a model ----------------------------------------------------------------------------------

    def text(self, model: z3.ModelRef) -> str | None:
        """The text that a model means; None where there is none. Raises UnsureError."""
        which: int = model.eval(self.which, model_completion=True).as_long()
        if which > 0:
            return self.classes[which - 1][0]
        inside, outside = self._split(model)
        excluded = tuple(
            Pattern((text,)) for some in self.classes for text in some if _is_like(text, inside, outside)
        )
        return text_like(inside, outside + excluded[:200])

    def refinement(self, model: z3.ModelRef) -> Formula | None:
        """What the model has overlooked: that no text is like the one it means; None where there is one."""
        if self.several or not self.globs:
            return None
        if not z3.is_true(model.eval(all_of((self.known, self.which == 0)), model_completion=True)):
            return None
        try:
            if self.text(model) is not None:
                return None
        except UnsureError:
            return None
        same = [
            glob if z3.is_true(model.eval(glob, model_completion=True)) else none_of(glob)
            for glob in self.globs.values()
        ]
        return none_of(all_of([self.which == 0, *same]))

    def _split(self, model: z3.ModelRef) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...]]:
        inside = [
            one for one, glob in self.globs.items() if z3.is_true(model.eval(glob, model_completion=True))
        ]
        return tuple(inside), tuple(one for one in self.globs if one not in inside)

    def texts(self, model: z3.ModelRef) -> list[str]:
        """The texts of a list that a model means. Raises UnsureError."""
        found = [
            texts[0]
            for texts, one in zip(self.classes, self.present, strict=True)
            if z3.is_true(model.eval(one, model_completion=True))
        ]
        inside, outside = self._split(model)
        outside_all = outside + tuple(
            Pattern((texts[0],))
            for texts, one in zip(self.classes, self.present, strict=True)
            if not z3.is_true(model.eval(one, model_completion=True))
        )
        for one in inside:
            if not any(one.matches(text) for text in found):
                text = text_like((one,), outside_all)
                if text is not None:
                    found.append(text)
        if not found:
            text = text_like((), outside_all)
            found = [text] if text is not None else []
        return found


def _is_like(text: str, inside: Iterable[Pattern], outside: Iterable[Pattern]) -> bool:
    return all(one.matches(text) for one in inside) and not any(one.matches(text) for one in outside)


def fresh(kind: Kind, name: str) -> Formula:
    """A variable for a value of a kind that is not text."""
    if kind is Kind.YES_NO:
        return z3.Bool(name)
    return z3.Real(name) if kind is Kind.NUMBER else z3.Int(name)
