"""Fields, events, lists, defines and scores: entered before anything that uses them is read."""

from __future__ import annotations

from collections.abc import Iterable

from ...grammar.messages.diagnostics import Source
from ...grammar.spec.kinds import KINDS
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import quoted, text_of
from .. import plan as p
from ..values import Prepared, prepare
from .files import FileProblem, Files, beside, list_entries
from .names import DeclaredDefine, DeclaredField, Names
from .patterns import glob
from .problems import Problems, mention, named, nearest, rekinding, texts

LARGEST = 1_000_000
"""Points and the ends of ranges are within this, either way."""


class Declarations:
    """Reads the declarations of one ruleset into its names."""

    def __init__(self, problems: Problems, names: Names, files: Files) -> None:
        self.problems = problems
        self.names = names
        self.files = files
        self.scores: list[p.Score] = []
        self.total: p.Score | None = None
        self._places: dict[tuple[str, str], tuple[Source, int]] = {}

    def enter(self, statement: n.Statement, including: str) -> None:
        """Enters a statement that declares something; `including` is the path of its file."""
        match statement:
            case n.FieldDeclaration():
                self._field(statement)
            case n.EventDeclaration(name, source, by):
                feed = p.Feed(source.value if source else name.text, by.text if by else None)
                feeds = self.names.events.setdefault(name.text, [])
                if feed in feeds:
                    first = self._places["feed", f"{name.text} {feed}"]
                    self.problems.duplicate(statement, "the same", first, "remove one of them")
                else:
                    feeds.append(feed)
                    self._places["feed", f"{name.text} {feed}"] = self._place(statement)
                    self._places.setdefault(("event", name.text), self._place(name))
            case n.ListDeclaration() | n.ListFile():
                self._list(statement, including)
            case n.Define(name):
                if self.is_new("define", name):
                    self.names.defines[name.text] = DeclaredDefine(statement, self.problems.source)
            case n.ScoreDeclaration():
                self._score(statement)

    def is_new(
        self, what: str, name: n.Name | n.Text, *, of: str = "", hint: str = "give it another name"
    ) -> bool:
        """Whether a name of its sort is given for the first time; reports it otherwise.

        `of` says of what, where names are unique in it alone, as in a track.
        """
        text = name.text if isinstance(name, n.Name) else name.value
        key = (what + of, text)
        if key in self._places:
            self.problems.duplicate(name, f'the {what} "{text}"{of}', self._places[key], hint)
            return False
        self._places[key] = self._place(name)
        return True

    def _place(self, node: n.Node) -> tuple[Source, int]:
        return self.problems.source, self._line(node)

    def _line(self, node: n.Node) -> int:
        return self.problems.source.position(node.span.start)[0]

    # --- fields ---------------------------------------------------------------------------------

    def _field(self, node: n.FieldDeclaration) -> None:
        if not self.is_new("field", node.name):
            return
        column = node.source.value if node.source else node.name.text
        default: Prepared = None
        if node.default is not None:
            default = self._default(node)
        self.names.fields[node.name.text] = DeclaredField(node.kind, column, default, node)
        self._against_data(node, column)

    def _default(self, node: n.FieldDeclaration) -> Prepared:
        value = literal(node.default) if node.default is not None else None
        default = prepare(node.kind, value)
        if default is None and node.default is not None:
            example = Kind.TEXT if node.kind is Kind.TEXTS else node.kind
            self.problems.error(
                "field-default",
                node.default,
                f'{text_of(node.default)} is not {KINDS[node.kind].noun}, as "{node.name.text}" is',
                f"write e.g. otherwise {KINDS[example].example}, or leave it out",
            )
        return default

    def _against_data(self, node: n.FieldDeclaration, column: str) -> None:
        catalogue = self.names.catalogue
        if catalogue is None:
            return
        facts = catalogue.fields.get(column)
        if facts is None:
            at, near = node.source or node.name, nearest(column, catalogue.fields)
            self.problems.warning(
                "field-not-in-data",
                at,
                f'no lead has ever had "{column}"',
                f"did you mean {quoted(near) if node.source else mention(near)}?"
                if near
                else "see what there is: leadwright fields",
                texts(near) if node.source else named(near),
            )
        elif facts.kind is not node.kind and facts.kind is not Kind.TEXT:
            self.problems.warning(
                "field-kind-in-data",
                node,
                f'"{column}" is {facts.kind.value} in the data, and declared {node.kind.value} here',
                "values of another kind count as unknown; make it so in the data: "
                + rekinding(column, node.kind),
            )
        elif facts.kind is not node.kind and facts.values and not _some_read(node.kind, facts.values):
            self.problems.warning(
                "field-kind-in-data",
                node,
                f'"{column}" is text in the data, and no value of it reads as {node.kind.value}, as '
                f'"{next(iter(facts.values))[:40]}"',
                f"declare it text, or see what of it could be {node.kind.value}: "
                + rekinding(column, node.kind),
            )

    # --- lists ----------------------------------------------------------------------------------

    def _list(self, node: n.ListDeclaration | n.ListFile, including: str) -> None:
        if not self.is_new("list", node.name):
            return
        origin = p.Origin(self.problems.source, node.span, self._line(node), text_of(node))
        if isinstance(node, n.ListDeclaration):
            entries = tuple(entry.value for entry in node.entries)
            origins: tuple[p.Origin | None, ...] = tuple(
                p.Origin(self.problems.source, entry.span, self._line(entry), text_of(entry))
                for entry in node.entries
            )
        else:
            entries = self._from_file(node, including)
            origins = (None,) * len(entries)
        patterns = tuple(glob(entry) for entry in entries)
        if isinstance(node, n.ListDeclaration):
            for entry, pattern in zip(node.entries, patterns, strict=True):
                self.problems.blank_at_end(entry, pattern)
        self.names.lists[node.name.text] = p.ListEntries(node.name.text, entries, patterns, origins, origin)

    def _from_file(self, node: n.ListFile, including: str) -> tuple[str, ...]:
        column = node.column.text if node.column else None
        try:
            path = beside(including, node.path.value)
            if column is None and path.lower().endswith(".csv"):
                raise FileProblem(
                    "a CSV file has columns",
                    f'say which: list {text_of(node.name)} from "{path}" column NAME',
                )
            entries = tuple(list_entries(path, self.files.read(path), column))
        except FileProblem as problem:
            self.problems.error("list-file", node.path, str(problem), problem.hint)
            return ()
        if not entries:
            self.problems.warning(
                "list-file", node.path, f'"{path}" holds no entries', "check the file and the column"
            )
        return entries

    # --- scores ---------------------------------------------------------------------------------

    def _score(self, node: n.ScoreDeclaration) -> None:
        origin = p.Origin(self.problems.source, node.span, self._line(node), text_of(node))
        self._range(node)
        score = p.Score(node.name.text if node.name else None, node.low, node.high, origin)
        if node.name is None:
            if self.total is not None and self.total.origin is not None:
                first = (self.total.origin.source, self.total.origin.line)
                self.problems.duplicate(node, "the range of the total", first, "remove one of them")
            else:
                self.total = score
        elif self.is_new("score", node.name):
            self.names.scores[node.name.text] = len(self.scores)
            self.scores.append(score)

    def _range(self, node: n.ScoreDeclaration) -> None:
        low, high = node.low, node.high
        for end in (low, high):
            if end is not None and abs(end) > LARGEST:
                self.problems.error(
                    "points-limit", node, "a range ends within 1,000,000 either way", "write less"
                )
                return
        if low is not None and high is not None and low >= high:
            self.problems.error(
                "backwards", node, "this range ends before it begins", "put the smaller end first"
            )
        elif (low is not None and low > 0) or (high is not None and high < 0):
            self.problems.warning(
                "range-without-zero",
                node,
                "a lead for whom no rule fires has 0 points, which is outside this range",
                "let the range include 0, or mean it so",
            )

    def check_shared_names(self) -> None:
        """Reports defines that share their name with a declared field or event, and scores with any."""
        for name, declared in self.names.defines.items():
            for what, there in (("a field", self.names.fields), ("an event", self.names.events)):
                if name in there:
                    with self.problems.within(declared.source):
                        self.problems.error(
                            "duplicate-name",
                            declared.node.name,
                            f'the define "{name}" has the name of {what}',
                            "give one of them another name",
                        )
        for score in self.scores:
            if score.name is None or score.origin is None:
                continue
            for what, known in (
                ("a define", self.names.defines),
                ("a field", self.names.fields),
                ("an event", self.names.events),
            ):
                if score.name in known:
                    with self.problems.within(score.origin.source):
                        self.problems.error(
                            "score-name-taken",
                            score.origin.span,
                            f'the score "{score.name}" has the name of {what}',
                            "give one of them another name",
                        )


def literal(node: n.Node) -> p.Given:
    """The value of a literal as given in a default or a test; None where it is no literal."""
    match node:
        case n.Brackets(inner):
            return literal(inner)
        case n.Negative(n.Number(value)):
            return 0.0 - value
        case n.Number(value) | n.Text(value) | n.YesNo(value) | n.Moment(value):
            return value
    return None


def _some_read(kind: Kind, values: Iterable[str]) -> bool:
    """Whether one of the values reads as a kind."""
    return any(prepare(kind, value) is not None for value in values)
