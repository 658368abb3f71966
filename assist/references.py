"""Where the names of a ruleset are declared and used, over all its texts, and what changes one everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..engine.check.decisions import MAIN_TRACK
from ..grammar.messages.diagnostics import Fix, Source
from ..grammar.spec.words import bare_name
from ..grammar.syntax import nodes as n
from ..grammar.syntax.nodes import Span
from ..grammar.syntax.walk import children
from ..grammar.text.printer import name_text, quoted


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a name stands.

    `sort` is "field", "event", "define", "list", "score", "stage", "track", "rule", "handoff", "tag", "test",
    "guarantee", "outcome", "group" or "property"; "name" is a name that only the data may know. `track` tells
    stages of one name apart. `node` is the statement that declares the name, where this place declares it.
    """

    sort: str
    name: str
    at: n.Name | n.Text
    source: Source
    track: str | None = None
    node: n.Statement | None = None

    @property
    def span(self) -> Span:
        """Where it stands in its text."""
        return self.at.span

    @property
    def meant(self) -> tuple[str, str, str | None]:
        """What tells names apart."""
        return self.sort, self.name, self.track


_DECLARE: Mapping[type[n.Node], str] = {
    n.FieldDeclaration: "field", n.EventDeclaration: "event", n.ListDeclaration: "list", n.ListFile: "list",
    n.Define: "define", n.ScoreDeclaration: "score", n.Stage: "stage", n.Rule: "rule", n.Handoff: "handoff",
    n.Test: "test", n.Guarantee: "guarantee", n.Outcome: "outcome", n.Group: "group",
}  # fmt: skip
_ATTRIBUTES: Mapping[type[n.Node], Mapping[str, str]] = {
    n.Points: {"score": "score"}, n.Grade: {"score": "score"}, n.ExpectScore: {"score": "score"},
    n.ExpectGrade: {"score": "score"}, n.Trend: {"score": "score"}, n.Stage: {"track": "track"},
    n.Handoff: {"stage": "stage", "track": "track", "whom": "list"}, n.Answer: {"otherwise": "list"},
    n.In: {"among": "list"}, n.ExpectStage: {"stage": "stage", "track": "track"},
    n.ExpectRule: {"name": "rule"},
    n.ExpectHandoff: {"name": "handoff"}, n.Tag: {"text": "tag"}, n.ExpectTag: {"text": "tag"},
    n.Reference: {"name": "name"}, n.EventPhrase: {"type": "name"}, n.GivenEvent: {"type": "name"},
    n.GivenField: {"name": "name"}, n.Outcome: {"at": "name"}, n.Aggregate: {"property": "property"},
    n.EventDeclaration: {"by": "property"},
}  # fmt: skip
_PEOPLE = ("whom", "otherwise")
"""Parts that are a list's name, or one person in quotes."""

_BARE = ("define", "field", "event", "score")
"""What a bare name in a condition can be, in the order in which it is looked for."""


class RenameRefused(ValueError):
    """A name that cannot be changed, or not into that one; the text says why, and what to do."""


class References:
    """The names of a ruleset, which may be several texts, each with its tree."""

    def __init__(self, texts: Sequence[tuple[Source, n.Tree]]) -> None:
        found = [use for source, tree in texts for node in tree.statements for use in _uses(node, source)]
        declared = {(use.sort, use.name) for use in found if use.node is not None}
        self.uses = tuple(_resolved(use, declared) if use.sort == "name" else use for use in found)

    @cached_property
    def _by_place(self) -> Mapping[str, tuple[Use, ...]]:
        found: dict[str, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.source.label, []).append(use)
        return {label: tuple(uses) for label, uses in found.items()}

    def of(self, source: Source) -> tuple[Use, ...]:
        """The names in one of the texts."""
        return self._by_place.get(source.label, ())

    def at(self, source: Source, offset: int) -> Use | None:
        """The name at a place, or the one that ends there."""
        touching = [use for use in self.of(source) if use.span.start <= offset <= use.span.end]
        return min(
            touching, key=lambda use: (use.span.end == offset, use.span.end - use.span.start), default=None
        )

    def same(self, use: Use) -> tuple[Use, ...]:
        """All places where the same name stands."""
        return tuple(one for one in self.uses if one.meant == use.meant)

    def declarations(self, use: Use) -> tuple[Use, ...]:
        """Where a name is declared."""
        return tuple(one for one in self.same(use) if one.node is not None)

    # --- renaming ---------------------------------------------------------------------------------

    def renamed(self, use: Use, new: str) -> list[tuple[Source, Fix]]:
        """What gives a name another one, in every text. Raises RenameRefused.

        A field or an event keeps what the data calls it: `field title: text` becomes
        `field job from "title": text`.
        """
        new = new.strip()
        self.may_rename(use)
        if not new or not new.isprintable() or (isinstance(use.at, n.Name) and set(new) & set("[]")):
            raise RenameRefused(f'"{new}" cannot be a name; write letters, digits, blanks or _')
        if new == use.name:
            return []
        taken = _BARE if use.sort in _BARE else (use.sort,)
        if any(
            one.name == new and one.sort in (*taken, "name") and one.track == use.track for one in self.uses
        ):
            raise RenameRefused(f'"{new}" already stands for something in this ruleset; choose another name')
        return [change for one in self.same(use) for change in _changes(one, new)]

    def may_rename(self, use: Use) -> None:
        """Raises RenameRefused where a name cannot be changed."""
        if use.sort in ("name", "property"):
            raise RenameRefused(
                f'"{use.name}" is what the data calls it; to call it otherwise here, declare it, e.g. '
                f"field my_{use.name if bare_name(use.name) else 'name'} from {quoted(use.name)}: text"
            )
        if use.sort in ("list", "score") and not self.declarations(use):
            raise RenameRefused(f'there is no {use.sort} "{use.name}" to rename; declare it first')


def _changes(use: Use, new: str) -> Iterator[tuple[Source, Fix]]:
    text = quoted(new) if isinstance(use.at, n.Text) else name_text(new)
    yield use.source, Fix.write(use.span, text)
    if isinstance(use.node, n.FieldDeclaration | n.EventDeclaration) and use.node.source is None:
        end = Span(use.span.end, use.span.end)
        yield use.source, Fix(f"Read {use.name}", end, f" from {quoted(use.name)}")


def _resolved(use: Use, declared: set[tuple[str, str]]) -> Use:
    sort = next((sort for sort in _BARE if (sort, use.name) in declared), None)
    return use if sort is None else replace(use, sort=sort)


def _uses(node: n.Node, source: Source, *, filters: bool = False) -> Iterator[Use]:
    """The names in a node; with `filters`, bare names are properties of an event."""
    name = getattr(node, "name", None)
    sort = _DECLARE.get(type(node))
    if sort is not None and isinstance(name, n.Name | n.Text) and isinstance(node, n.Statement):
        yield Use(sort, _text(name), name, source, _track(node, sort), node)
    for attribute, what in _ATTRIBUTES.get(type(node), {}).items():
        at = getattr(node, attribute)
        person = attribute in _PEOPLE and not isinstance(at, n.Name)
        if isinstance(at, n.Name | n.Text) and not person:
            sort = "property" if what == "name" and filters else what
            yield Use(sort, _text(at), at, source, _track(node, sort))
    for child in _below(node):
        inside = filters or child is getattr(node, "where", None)
        inside = inside or (isinstance(node, n.GivenEvent) and isinstance(child, n.GivenField))
        yield from _uses(child, source, filters=inside)


def _below(node: n.Node) -> Iterable[n.Node]:
    return (child for child in children(node) if not isinstance(child, n.Name | n.Text))


def _track(node: n.Node, sort: str) -> str | None:
    if sort != "stage":
        return None
    track = getattr(node, "track", None)
    return track.text if isinstance(track, n.Name) else MAIN_TRACK


def _text(at: n.Name | n.Text) -> str:
    return at.text if isinstance(at, n.Name) else at.value
