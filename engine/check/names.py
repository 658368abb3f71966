"""What each name is: a define, a field or an event; decided once, here.

Order: a define, a declared field or event, what a published version pinned, the catalogue of the data,
and with no data at all, what the ruleset's own sentences tell.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.spec.words import near
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text, quoted
from ..catalogue import Catalogue
from ..plan import Feed, ListEntries, Meaning, Resolution
from ..values import Prepared
from ..zone import UTC
from .evidence import NameEvidence
from .problems import Problems, mention, named, nearest, texts


@frozen
class DeclaredField:
    """A `field` statement, its default prepared."""

    kind: Kind
    column: str
    default: Prepared
    node: n.FieldDeclaration


@frozen
class DeclaredDefine:
    """A `define` statement and the text it stands in."""

    node: n.Define
    source: Source


TOTAL = "score"
"""What stages and grades call the total."""


class Names:
    """The names of one ruleset. Declarations are entered first; then names are resolved."""

    def __init__(
        self,
        problems: Problems,
        evidence: NameEvidence,
        catalogue: Catalogue | None,
        pinned: Mapping[str, Resolution],
    ) -> None:
        self.problems = problems
        self.evidence = evidence
        self.catalogue = catalogue
        self.pinned = pinned
        self.fields: dict[str, DeclaredField] = {}
        self.events: dict[str, list[Feed]] = {}
        self.defines: dict[str, DeclaredDefine] = {}
        self.lists: dict[str, ListEntries] = {}
        self.scores: dict[str, int] = {}
        self.resolved: dict[str, Resolution] = {}
        self.used: list[str] = []
        """Names that were asked for since this was cleared last, but for what defines did."""
        self.zone = UTC
        """Whose days the ruleset counts."""
        self.circular: set[str] = set()
        """Defines that were reported to be defined by themselves."""

    def resolve(self, name: n.Name) -> Resolution | None:
        """What a bare name is; None where that was an error, now reported."""
        text = name.text
        if text not in self.resolved:
            found = (
                self._declared(name) or self.pinned.get(text) or self._in_data(name) or self._from_use(name)
            )
            if found is None:
                return None
            self.resolved[text] = found
        self.used.append(text)
        return self.resolved[text]

    def event(self, name: n.Name) -> tuple[Feed, ...] | None:
        """The feeds of a name that stands where only an event can; None where it is none, now reported."""
        text = name.text
        declared = self.events.get(text)
        if declared is not None:
            return tuple(declared)
        if text in self.scores:
            self.problems.error(
                "score-name-taken",
                name,
                f'"{text}" is a score here, and reads as an event',
                f"give the score another name, or the event: "
                f"event {name_text(f'my_{text}')} from {quoted(text)}",
            )
            return None
        if self._is_no_event(text):
            what = "define" if text in self.defines else "field"
            self.problems.error(
                "not-an-event",
                name,
                f'"{text}" is a {what} here, not an event',
                "put an operator after it, or name an event",
            )
            return None
        if self._differs_by_case(name):
            return None
        self._never_seen(name)
        if self.catalogue is None and text not in self.resolved:
            self._nearly_declared(name, None)
        if self.catalogue is None and self.evidence.kind_of(text) is not None:
            self._two_meanings(name)
        self.resolved.setdefault(text, Resolution(Meaning.EVENT, None))
        self.used.append(text)
        return (Feed(text),)

    def _is_no_event(self, text: str) -> bool:
        if text in self.defines or text in self.fields:
            return True
        catalogue = self.catalogue
        return catalogue is not None and text in catalogue.fields and text not in catalogue.events

    def column(self, name: str) -> str:
        """What the data calls a field."""
        declared = self.fields.get(name)
        return declared.column if declared is not None else name

    def ground(self, text: str) -> Hashable:
        """All that the meaning of a name rests on, beside the data and which names are declared at all."""
        define = self.defines.get(text)
        field = self.fields.get(text)
        feeds = self.events.get(text)
        return (
            define is not None,
            field and (field.kind, field.column, field.default, field.node),
            feeds and tuple(feeds),
            self.lists.get(text),
            self.scores.get(text),
            self.pinned.get(text),
            self.evidence.kind_of(text),
            self.evidence.is_seen(text),
        )

    # --- the steps of `resolve` -----------------------------------------------------------------

    def _declared(self, name: n.Name) -> Resolution | None:
        text = name.text
        if text in self.defines:
            return Resolution(Meaning.DEFINE, None)
        if text in self.fields:
            if text in self.events:
                self._two_meanings(name)
            return Resolution(Meaning.FIELD, self.fields[text].kind)
        return Resolution(Meaning.EVENT, None) if text in self.events else None

    def _in_data(self, name: n.Name) -> Resolution | None:
        if self.catalogue is None:
            return None
        text = name.text
        facts = self.catalogue.fields.get(text)
        if facts is not None:
            if text in self.catalogue.events:
                self._two_meanings(name)
            return Resolution(Meaning.FIELD, facts.kind)
        return Resolution(Meaning.EVENT, None) if text in self.catalogue.events else None

    def _from_use(self, name: n.Name) -> Resolution | None:
        if self._differs_by_case(name):
            return None
        if self.catalogue is not None:
            self.problems.unknown_name(name, name.text, *self.suggestion(name.text))
            return None
        if name.text in self.lists:
            self.problems.error(
                "not-a-condition",
                name,
                f'"{name.text}" is a list, which is neither true nor false',
                f"say what should be in it, e.g. title in {name.text}",
            )
            return None
        kind = self.evidence.kind_of(name.text)
        self._nearly_declared(name, kind)
        return Resolution(Meaning.EVENT if kind is None else Meaning.FIELD, kind)

    def _nearly_declared(self, name: n.Name, kind: Kind | None) -> None:
        """Warns of a name that nothing declares and that reads like one that something does."""
        text = name.text
        alike = {found for part in _shortened(text) for found in self._declared_by_shortened.get(part, ())}
        likely = near(text, alike - {text})
        if not likely or _without_digits(text) == _without_digits(likely[0]):
            return
        what = f"event {name_text(text)}" if kind is None else f"field {name_text(text)}: {kind.value}"
        self.problems.warning(
            "nearly-declared",
            name,
            f'"{text}" is not declared here, and "{likely[0]}" is',
            f"did you mean {mention(likely[0])}? If not, declare it too: {what}",
            named(likely[0]),
        )

    @cached_property
    def _declared_by_shortened(self) -> dict[str, list[str]]:
        """Declared names by what is left of them without one letter: what two near names have in common."""
        found: dict[str, list[str]] = {}
        for name in {*self.defines, *self.fields, *self.events, *self.scores, TOTAL}:
            for part in _shortened(name):
                found.setdefault(part, []).append(name)
        return found

    def _two_meanings(self, name: n.Name) -> None:
        self.problems.warning(
            "field-and-event",
            name,
            f'"{name.text}" is a field and also an event; here it is the field',
            f"to mean the event, give it a name of its own: "
            f"event {name_text(f'my_{name.text}')} from {quoted(name.text)}",
        )

    def _differs_by_case(self, name: n.Name) -> bool:
        known = self._names()
        if self.catalogue is not None and name.text in known:
            return False
        lowered = name.text.lower()
        for candidate in known:
            if candidate.lower() == lowered and candidate != name.text:
                self.problems.wrong_case(name, name.text, candidate)
                return True
        return False

    def _names(self) -> list[str]:
        """All names of defines, fields and events, declared or in the data."""
        names = [*self.defines, *self.fields, *self.events]
        if self.catalogue is not None:
            names += [*self.catalogue.fields, *self.catalogue.events]
        return names

    # --- help -----------------------------------------------------------------------------------

    def suggestion(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        """The near names of both kinds, as a question and as what to write."""
        fields = {*self.fields, *self.defines, *self.scores}
        fields |= {*(self.catalogue.fields if self.catalogue else ())}
        events = {*self.events, *(self.catalogue.events if self.catalogue else ())}
        field, event = nearest(name, fields), nearest(name, events)
        alike = [mention(field)] if field else []
        alike += [f"the event {mention(event)}{self._seen(event)}"] if event else []
        hint = f"did you mean {' or '.join(alike)}?" if alike else None
        return hint, tuple(dict.fromkeys(named(field) + named(event)))

    def is_text_perhaps(self, name: str) -> bool:
        """Whether a bare name is nothing that there is, nor like anything: perhaps text without quotes."""
        if self.catalogue is None or name in self.pinned or name in self.lists:
            return False
        lowered = name.lower()
        return all(one.lower() != lowered for one in self._names()) and self.suggestion(name)[0] is None

    def _seen(self, event: str) -> str:
        facts = self.catalogue.events.get(event) if self.catalogue else None
        return f" (seen {facts.count:,} times)" if facts else ""

    def _never_seen(self, name: n.Name) -> None:
        if self.catalogue is None or name.text in self.catalogue.events:
            return
        likely = nearest(name.text, [*self.catalogue.events, *self.events])
        self.problems.warning(
            "unseen-event",
            name,
            f'no event "{name.text}" has ever been seen',
            f"did you mean {mention(likely)}{self._seen(likely)}?"
            if likely
            else "check how the data calls it: leadwright fields",
            named(likely),
        )

    def check_object(self, type_: n.Name, object_: n.Text, feeds: tuple[Feed, ...], seen: bool) -> None:
        """Warns of an object that no event of the type ever had (`seen` False)."""
        if seen or self.catalogue is None:
            return
        facts = [self.catalogue.events[feed.type] for feed in feeds if feed.type in self.catalogue.events]
        if not facts or any(feed.by for feed in feeds):
            return
        objects = {key: count for item in facts for key, count in item.objects.items()}
        likely = nearest(object_.value, objects)
        self.problems.warning(
            "unseen-object",
            object_,
            f'no "{type_.text}" of "{object_.value}" has ever been seen',
            f"did you mean {quoted(likely)} (seen {objects[likely]:,} times)?"
            if likely
            else "check how the data calls it: leadwright fields",
            texts(likely),
        )


_SHORTEST = 4
"""Names of fewer letters are near to too many others."""

_LONGEST = 50


def _shortened(name: str) -> set[str]:
    """A name, and what is left of it without any one of its letters."""
    if len(name) > _LONGEST or len(_without_digits(name)) < _SHORTEST:
        return set()
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def _without_digits(name: str) -> str:
    return name.translate(_NO_DIGITS)


_NO_DIGITS = str.maketrans("", "", "0123456789")
