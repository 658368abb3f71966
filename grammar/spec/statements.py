"""Every statement of the language: its word, its form, and what texts, edits and the page call it.

A form lists what follows the word. From it come the canonical text and its layout, the parts that edits can
name, how the start of a statement is recognised, and the card on the page. Rules, groups, grades and tests
have parts that no form describes; for these, `printer`, `layout` and `statement_parts` have a function.

To add a statement, see docs/how-to/extend-the-language.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..frozen import frozen
from ..syntax import nodes as n

_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


@frozen
class Slot:
    """A part of a statement that its writer fills in.

    `field` is the node's attribute and `path` the part's name in edits. `kind` is one of "name", "text",
    "whole", "choice", "value", "condition", "duration", "event" and "texts" (several). `words` stand before
    it. On the page, `said` stands before the control, `label` names it, and `suggest` is a sort of values to
    suggest.
    """

    field: str
    kind: str
    words: str = ""
    optional: bool = False
    path: str = ""
    said: str = ""
    label: str = ""
    suggest: str = ""
    placeholder: str = ""

    @property
    def part(self) -> str:
        """What edits call it."""
        return self.path or self.field


@frozen
class StatementSpec:
    """One statement.

    `sort` begins its keys and `label` is its name on a card; `menu` is its entry in the menu of new
    statements, "" for none. `form` has a text for each fixed word or sign. `sentence` says it in English:
    `{field}` stands for a part, and what is in square brackets is left out where the part is. `key` is what
    its key has after the sort, in the same way; where that part is left out, `key_text` names the part whose
    canonical text it is instead ("*" for the whole statement). `example` is shown where one is missing.
    """

    node: type[n.Statement]
    word: str
    sort: str
    label: str
    form: tuple[Slot | str, ...] = ()
    sentence: str = ""
    key: str = "{name}"
    key_text: str = ""
    menu: str = ""
    example: str = ""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The parts of its form."""
        return tuple(piece for piece in self.form if isinstance(piece, Slot))

    @property
    def condition(self) -> Slot | None:
        """The part that is its condition, None where it has none; of two, the first."""
        return next(iter(self.conditions), None)

    @property
    def conditions(self) -> tuple[Slot, ...]:
        """The parts that are conditions; a second one is the last part, and may be left out."""
        return tuple(slot for slot in self.slots if slot.kind == "condition")


def _name(example: str = "") -> Slot:
    return Slot("name", "name", label="name", placeholder=f"e.g. {example}" if example else "")


def _condition(field: str = "condition", suggest: str = "") -> Slot:
    return Slot(field, "condition", path="when", suggest=suggest)


_NAME = _name()

STATEMENTS: tuple[StatementSpec, ...] = (
    StatementSpec(
        n.Title, "ruleset", "title", "Title",
        (
            Slot("title", "text", label="title of the ruleset"),
            Slot("zone", "text", "in", optional=True, said="time zone", label="time zone", placeholder="UTC"),
        ),
        "this ruleset is called {title}[, and its days are those of {zone}].", key="", menu="title",
    ),
    StatementSpec(
        n.Include, "include", "include", "Include",
        (Slot("path", "text", path="file", said="the rules of the file", label="file"),),
        "everything in {path} belongs to this ruleset too.", key="{path}",
    ),
    StatementSpec(
        n.FieldDeclaration, "field", "field", "Field",
        (
            _NAME, Slot("source", "text", "from", optional=True), ":", Slot("kind", "choice"),
            Slot("default", "value", ", otherwise", optional=True, path="otherwise"),
        ),
        "the field {name} is {kind}[, read from {source}][, taken as {default} where it is blank].",
        menu="field",
    ),
    StatementSpec(
        n.EventDeclaration, "event", "event", "Event",
        (_NAME, Slot("source", "text", "from", optional=True), Slot("by", "name", "by", optional=True)),
        key="{name}[ from {source}]", menu="event",
    ),
    StatementSpec(
        n.ListDeclaration, "list", "list", "List", (_NAME, ":", Slot("entries", "texts")), menu="list",
    ),
    StatementSpec(
        n.ListFile, "list", "list", "List",
        (_NAME, Slot("path", "text", "from", path="file"), Slot("column", "name", "column", optional=True)),
        "the list {name} is read from [the column {column} of ]{path}.",
    ),
    StatementSpec(
        n.Define, "define", "define", "Definition", (_name("decision_maker"), ":", _condition("body")),
        menu="definition",
    ),
    StatementSpec(
        n.ScoreDeclaration, "score", "score", "Score",
        (
            Slot("name", "name", optional=True), Slot("low", "whole", "from", optional=True),
            Slot("high", "whole", "to", optional=True),
        ),
        menu="score",
    ),
    StatementSpec(
        n.Rule, "rule", "rule", "Rule", key_text="*",
        example='rule "Pricing" when visited pricing then +10',
    ),
    StatementSpec(n.Group, "group", "group", "Group", menu="group"),
    StatementSpec(
        n.Stage, "stage", "stage", "Stage",
        (
            _name("MQL"),
            Slot("track", "name", "in", optional=True, said="on the track", label="track", suggest="tracks",
                 placeholder="main"),
            "when", _condition(suggest="scores"),
            Slot("until", "condition", "until", optional=True, suggest="scores"),
        ),
        "a lead is {name}[ in {track}] when {condition}[, and stays so until {until}].",
        key="{name}[ in {track}]", menu="stage",
        example="stage SQL when score >= 80",
    ),
    StatementSpec(
        n.Disqualify, "disqualify", "disqualify", "Disqualify",
        (
            "when", _condition(suggest="scores"),
            Slot("because", "text", "because", optional=True, said="because", label="reason",
                 placeholder="say why, for sales"),
        ),
        "a lead is disqualified when {condition}[, with the reason {because}].",
        key="{because}", key_text="condition", menu="disqualification",
        example='disqualify when country = "XX"',
    ),
    StatementSpec(
        n.Handoff, "handoff", "handoff", "Handoff", menu="handoff",
        example='handoff "Everyone" of SQL to "ana@acme.example"',
    ),
    StatementSpec(n.Grade, "grade", "grade", "Grade", key="{score}", menu="grade"),
    StatementSpec(
        n.Outcome, "outcome", "outcome", "Goal",
        (
            _name("customer"), "when", _condition(),
            Slot("at", "name", "at", optional=True), Slot("within", "duration", "within", optional=True),
            Slot("born", "event", "born", optional=True),
        ),
        "a lead counts as {name} when {condition}[, on the day in {at}][, within {within}]"
        "[, counted from {born}].",
        menu="goal",
        example="outcome won when became customer",
    ),
    StatementSpec(
        n.Guarantee, "guarantee", "guarantee", "Guarantee", menu="guarantee",
        example='guarantee "No consent, no call" never stage = SQL when opted_in = no',
    ),
    StatementSpec(n.Test, "test", "test", "Test", menu="test"),
)  # fmt: skip
"""Every statement, in the order in which a ruleset has them."""

BY_NODE: dict[type[n.Statement], StatementSpec] = {spec.node: spec for spec in STATEMENTS}
BY_SORT: dict[str, StatementSpec] = {spec.sort: spec for spec in reversed(STATEMENTS)}
SORTS = tuple(dict.fromkeys(spec.sort for spec in STATEMENTS))


def spec_of(node: n.Statement) -> StatementSpec:
    """The line of a statement."""
    return BY_NODE[type(node)]


def filled(template: str, node: n.Statement, said: Callable[[str, object], str]) -> str:
    """A template with the parts of a statement in it, each as `said` gives it for its field and value."""

    def fill(text: str) -> str:
        return _SLOT.sub(lambda found: said(found[1], getattr(node, found[1])), text)

    def optional(found: re.Match[str]) -> str:
        missing = any(getattr(node, slot) is None for slot in _SLOT.findall(found[1]))
        return "" if missing else found[1]

    # What is filled in may hold brackets itself, so optional parts are settled first.
    return fill(_OPTIONAL.sub(optional, template))


# --- how a statement begins ---------------------------------------------------------------------------


@frozen
class Head:
    """How statements of one word begin.

    What follows the word is a text (`quoted`), a name, or one of `words`; after a name comes one of `then`
    (None: anything). `needed` is the word or sign without which the statement cannot be over, and `length`
    the number of tokens before its `when`.
    """

    quoted: bool = False
    named: bool = False
    words: frozenset[str] = frozenset()
    then: frozenset[str] | None = None
    needed: str = ""
    length: int = 0


_RULE_HEADS = {
    "rule": Head(quoted=True, needed="then", length=3),
    "when": Head(needed="then"),
    "for": Head(words=frozenset({"each", "latest", "first"}), needed="then", length=10_000),
    "group": Head(quoted=True),
    "guarantee": Head(quoted=True, needed="when", length=9),
    "handoff": Head(quoted=True, then=frozenset({"of"}), needed="to", length=6),
    "test": Head(quoted=True, needed="expect"),
    "grade": Head(named=True, words=frozenset({":"}), then=frozenset({":"}), needed=":"),
}


def head_of(specs: list[StatementSpec]) -> Head:
    """How statements of these lines, which share a word, begin."""
    first = specs[0].form[0]
    if isinstance(first, str):
        return Head(words=frozenset({first}), needed=_needed(specs), length=1)
    if first.kind == "text":
        return Head(quoted=True, needed=_needed(specs), length=_length(specs[0]))
    following = [_following(spec.form[1:]) for spec in specs]
    then = None if None in following else frozenset[str]().union(*(one for one in following if one))
    return Head(named=True, then=then, needed=_needed(specs), length=_length(specs[0]))


def _following(pieces: tuple[Slot | str, ...]) -> frozenset[str] | None:
    """What can come first of these pieces, None where all of them may be left out."""
    found: set[str] = set()
    for piece in pieces:
        found.add(piece if isinstance(piece, str) else piece.words)
        if isinstance(piece, str) or not piece.optional:
            return frozenset(found)
    return None


def _needed(specs: list[StatementSpec]) -> str:
    fixed = [[piece for piece in spec.form if isinstance(piece, str)] for spec in specs]
    return fixed[0][-1] if len(specs) == 1 and fixed[0] else ""


def _length(spec: StatementSpec) -> int:
    count = 1
    for piece in spec.form:
        if piece == "when":
            return count
        count += 1 + (len(piece.words.split()) if isinstance(piece, Slot) else 0)
    return 0


HEADS: dict[str, Head] = _RULE_HEADS | {
    word: head_of([spec for spec in STATEMENTS if spec.word == word])
    for word in dict.fromkeys(spec.word for spec in STATEMENTS)
    if word not in _RULE_HEADS
}
"""How statements begin, by the word they begin with; a rule can begin with `when` and `for` too."""

STATEMENT_WORDS = frozenset(HEADS)
"""The words a statement can begin with."""

ASKING = frozenset(
    {"rule", "when", "for", "handoff", "guarantee", *(spec.word for spec in STATEMENTS if spec.condition)}
)
"""The words of statements that hold a condition."""
