"""What cannot be said in SQL is refused, with its name and place, and never said approximately."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..plan import Origin


class UnsupportedSql(ValueError):
    """A part of a ruleset, or a name for a table, that a dialect of SQL cannot say as it is meant.

    `message` is one sentence without a full stop, `hint` what to do, `origin` where the part stands
    (None where it has no place in the rules).
    """

    def __init__(self, message: str, hint: str, origin: Origin | None = None) -> None:
        super().__init__(f"{message}; {hint}")
        self.message = message
        self.hint = hint
        self.origin = origin


Term = exp.Expr

_WIDEST = 64
"""Engines bound how deep an expression nests, and take a long chain for a deep one."""

_TRUTHS = (exp.Predicate, exp.Connector, exp.Not, exp.Escape)
_LOOSE = (exp.Binary, exp.Neg, *_TRUTHS)


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, of a table where need be."""
    return exp.column(name, table)


def passed_on(name: str, table: str) -> Term:
    """A column of a step that is called the same in what reads it, whatever the engine would call it."""
    return exp.alias_(column(name, table), name)


def whole(number: int) -> Term:
    """A whole number as it is."""
    literal = exp.Literal.number(abs(number))
    return exp.Neg(this=literal) if number < 0 else literal


def text(value: str) -> Term:
    """A text in quotes."""
    return exp.Literal.string(value)


def truth(value: bool) -> Term:
    """TRUE or FALSE."""
    return exp.Boolean(this=value)


def unknown() -> Term:
    """NULL."""
    return exp.Null()


def call(function: str, *arguments: Term) -> Term:
    """A call of a function under exactly this name."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def bracketed(term: Term) -> Term:
    """The term as an operand: in brackets where it would bind too loosely."""
    return exp.Paren(this=term) if isinstance(term, _LOOSE) else term


_SIGNS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_ARITHMETIC: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


def compared(sign: str, left: Term, right: Term) -> Term:
    """`left sign right` for one of = != < <= > >=."""
    sides = [exp.Paren(this=side) if isinstance(side, _TRUTHS) else side for side in (left, right)]
    return _SIGNS[sign](this=sides[0], expression=sides[1])


def computed(sign: str, left: Term, right: Term) -> Term:
    """`left sign right` for one of + - * /; the kind of division is the engine's for these operands."""
    if sign == "/":
        return exp.Div(this=bracketed(left), expression=bracketed(right), typed=True, safe=False)
    return _ARITHMETIC[sign](this=bracketed(left), expression=bracketed(right))


def plus(term: Term, number: int) -> Term:
    """A term moved by a whole number."""
    return computed("+" if number >= 0 else "-", term, whole(abs(number)))


def negated(term: Term) -> Term:
    """NOT of a term."""
    return exp.Not(this=bracketed(term))


def is_null(term: Term) -> Term:
    """`term IS NULL`."""
    return exp.Is(this=bracketed(term), expression=exp.Null())


def is_known(term: Term) -> Term:
    """`NOT term IS NULL`."""
    return exp.Not(this=is_null(term))


def when(*pairs: tuple[Term, Term], otherwise: Term | None = None, of: Term | None = None) -> Term:
    """A case, or a choice by the value `of`; NULL where nothing applies and there is no `otherwise`."""
    return exp.Case(this=of, ifs=[exp.If(this=test, true=value) for test, value in pairs], default=otherwise)


def _chained(make: type[exp.Binary], items: Sequence[Term]) -> Term:
    """A chain, in brackets of at most so many where it is long."""
    while len(items) > _WIDEST:
        pieces = [items[start : start + _WIDEST] for start in range(0, len(items), _WIDEST)]
        items = [_chained(make, piece) for piece in pieces]
    if len(items) == 1:
        return items[0]
    loose = exp.Connector if issubclass(make, exp.Connector) else _LOOSE
    inner = [exp.Paren(this=item) if isinstance(item, loose) else item for item in items]
    chain = inner[0]
    for item in inner[1:]:
        chain = make(this=chain, expression=item)
    return chain


def all_of(items: Sequence[Term]) -> Term:
    """All of them, TRUE of none."""
    return _chained(exp.And, items) if items else truth(True)


def any_of(items: Sequence[Term]) -> Term:
    """Any of them, FALSE of none."""
    return _chained(exp.Or, items) if items else truth(False)


def sum_of(items: Sequence[Term]) -> Term:
    """Their sum, 0 of none."""
    return _chained(exp.Add, items) if items else whole(0)


def coalesce(term: Term, otherwise: Term) -> Term:
    """The term, or something else where it is NULL."""
    return exp.Coalesce(this=term, expressions=[otherwise])


def said(term: Term, comment: str) -> Term:
    """The term with a comment behind it."""
    term.add_comments([" ".join(comment.split())])
    return term


def over(
    function: Term,
    partition: Sequence[Term],
    order: Sequence[Term],
    preceding: int | None = None,
) -> Term:
    """A window function; `preceding` makes it look from so far before an event to the event's instant."""
    spec = None
    if preceding is not None:
        spec = exp.WindowSpec(kind="RANGE", start=whole(preceding), start_side="PRECEDING", end="CURRENT ROW")
    return exp.Window(
        this=function, partition_by=list(partition), order=exp.Order(expressions=list(order)), spec=spec
    )
