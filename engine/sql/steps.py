"""Columns worked out one from another, as a chain of named steps, each used as often as need be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from ...grammar.frozen import frozen
from ..result_columns import SqlNames
from .dialects import Dialect
from .terms import Term, column, compared

INSTANTS = "instants"


@frozen
class Made:
    """A column of a step: how it is worked out, after how many others of its phase."""

    name: str
    term: Term
    level: int


@frozen
class SqlStep:
    """A step by its name, what it selects, and whether it reads itself."""

    name: str
    query: exp.Query
    is_recursive: bool = False


@frozen
class Beside:
    """Steps beside a chain: the last one has a row for each key, and a column that the chain reads."""

    steps: list[SqlStep]
    key: str
    column: str


class Steps:
    """Steps of one row each per row of the first, which is called `base`.

    Columns belong to phases, which follow one another in the order given; a column that reads another of its
    phase stands in a later step of it.
    """

    def __init__(self, dialect: Dialect, names: SqlNames, base: str, phases: Sequence[str]) -> None:
        self._dialect = dialect
        self._names = names
        self._base = base
        self._phases: list[tuple[str, list[Made]]] = [(phase, []) for phase in phases]
        self._places: dict[str, tuple[int, int]] = {}
        self._joined: dict[str, list[tuple[str, str, Callable[[str], Beside]]]] = {}
        self.width = 0
        """How many columns were added."""

    def add(
        self,
        preferred: str,
        term: Term,
        comment: str | None = None,
        *,
        phase: str | None = None,
        exact: bool = False,
    ) -> exp.Column:
        """Adds a column, and gives it as others read it.

        It stands in a phase, or else as early as what it reads allows. `exact`: the name is free and is to
        stay as it is.
        """
        name = preferred if exact else self._names.fresh(preferred)
        reads = [self._places[c.name] for c in term.find_all(exp.Column) if c.name in self._places]
        earliest = max((at for at, _ in reads), default=0)
        at = earliest if phase is None else [called for called, _ in self._phases].index(phase)
        assert at >= earliest
        level = max((level for place, level in reads if place == at), default=0) + 1
        self._places[name] = (at, level)
        made = exp.alias_(term, name, copy=False)
        if comment is not None:
            made.add_comments([" ".join(comment.split())])
        self._phases[at][1].append(Made(name, made, level))
        self.width += 1
        return column(name)

    def join(self, preferred: str, phase: str, key: str, make: Callable[[str], Beside]) -> exp.Column:
        """Adds a column at the end of a phase that other steps work out, and gives it as others read it.

        `make` is given the step before it, and gives those steps, which are joined by `key`.
        """
        name = self._names.fresh(preferred)
        self._places[name] = ([called for called, _ in self._phases].index(phase), 0)
        self._joined.setdefault(phase, []).append((name, key, make))
        self.width += 1
        return column(name)

    def finish(self) -> tuple[list[SqlStep], str]:
        """The steps, and the name of the last one."""
        steps: list[SqlStep] = []
        before = self._base
        for phase, columns in self._phases:
            for level in range(1, max((made.level for made in columns), default=0) + 1):
                name = self._names.fresh(phase)
                terms = [made.term for made in columns if made.level == level]
                everything = exp.Column(this=exp.Star(), table=exp.to_identifier(before))
                query = exp.select(everything, *terms, copy=False).from_(before)
                steps.append(SqlStep(name, with_instants(query)))
                before = name
            if phase in self._joined:
                steps += self._beside(before, phase)
                before = steps[-1].name
        return steps, before

    def _beside(self, before: str, phase: str) -> list[SqlStep]:
        """The steps beside one, and what reads them all."""
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier(before))
        query = exp.select(everything, copy=False).from_(before)
        steps: list[SqlStep] = []
        for name, key, make in self._joined[phase]:
            made = make(before)
            source = made.steps[-1].name
            same = compared("=", column(key, before), column(made.key, source))
            query.select(exp.alias_(column(made.column, source), name), copy=False)
            query.join(exp.to_table(source), on=same, join_type="left", copy=False)
            steps += made.steps
        return [*steps, SqlStep(self._names.fresh(phase), query)]


def with_instants(query: exp.Select) -> exp.Select:
    """The query beside the instants, where it reads any."""
    if any(read.table == INSTANTS for read in query.find_all(exp.Column)):
        query.join(INSTANTS, join_type="cross", copy=False)
    return query


def common_table(step: SqlStep, dialect: Dialect, *, keep: bool) -> exp.CTE:
    """The step as a common table expression; `keep`: worked out once wherever the engine would not."""
    alias = exp.TableAlias(this=exp.to_identifier(step.name))
    return exp.CTE(this=step.query, alias=alias, materialized=True if keep and dialect.keeps_steps else None)
