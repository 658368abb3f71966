"""What a card is made of: words, and controls between them, each of which is one edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ...grammar.edits.outline import Control, Offer


@dataclass(frozen=True, slots=True)
class Word:
    """Words between controls."""

    text: str
    type: str = "word"


@dataclass(frozen=True, slots=True)
class ControlSpec:
    """A control: what a person can change, and the edit that a change is.

    `type` is "choice" (one of `choices`), "suggest" (typed, with suggestions of the sort `suggest` about the
    name `about`), "text", "number", "date" or "flag". `op`, `path`, `old` and `kind` go into the edit;
    `old` None is a part that is not there yet. With `optional`, an empty value takes the part out.
    """

    type: str
    path: str
    label: str
    value: str
    op: str = "set"
    old: str | None = None
    kind: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    suggest: str = ""
    about: str = ""
    placeholder: str = ""
    optional: bool = False
    small: bool = False

    @property
    def size(self) -> int:
        """How many letters it shows."""
        return min(max(len(self.value or self.placeholder), 2) + 1, 40)


@dataclass(frozen=True, slots=True)
class Chip:
    """One of several values side by side."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Chips:
    """Values side by side, each of which can be taken out, and a place for another."""

    path: str
    label: str
    chips: tuple[Chip, ...]
    kind: str | None = None
    suggest: str = ""
    about: str = ""
    type: str = "chips"


CardElement = Word | ControlSpec | Chips


class RowControls:
    """The controls and offers of a row or thing, by what follows its path."""

    def __init__(self, path: str, controls: Iterable[Control], offers: Iterable[Offer]) -> None:
        self.path = path
        self._cut = len(path) + 1 if path else 0
        self.controls: Mapping[str, Control] = {one.path[self._cut :]: one for one in controls}
        self.offers: Mapping[str, Offer] = {one.path[self._cut :]: one for one in offers}

    def value(self, name: str) -> str | None:
        """What a part holds, None where it is not there."""
        found = self.controls.get(name)
        return found.value if found is not None else None

    def has(self, name: str) -> bool:
        """Whether there is such a part, or could be."""
        return name in self.controls or name in self.offers

    def full(self, name: str) -> str:
        """The whole path of a part."""
        return f"{self.path}.{name}" if self.path else name

    def blank(self, name: str, type_: str, label: str, **more: object) -> ControlSpec:
        """A control for a part that is there or could be."""
        control = self.controls.get(name)
        made = ControlSpec(type_, self.full(name), label, control.value if control is not None else "")
        made = replace(
            made,
            old=control.value if control is not None else None,
            kind=control.kind if control is not None and type_ != "choice" else None,
            optional=control.optional if control is not None else True,
        )
        return replace(made, **more)  # type: ignore[arg-type]
