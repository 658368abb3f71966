"""Texts as SQL compares them: the patterns of the plan, and the few signs that a column cannot hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from ..plan import Origin, Pattern
from .dialects import Dialect
from .terms import Term, UnsupportedSql, any_of, compared, is_known, text, truth, when

_UNFIT = re.compile("[\0\ud800-\udfff]")
_STAND_IN = "\ufdd0"


def storable(value: str) -> str:
    """The text as a column can hold it.

    NUL and halves of surrogate pairs, which no engine takes, become U+FDD0, which Unicode keeps free of any
    meaning. No ruleset that SQL can say asks for one of them, so nothing is taken for another.
    """
    return _UNFIT.sub(_STAND_IN, value) if _UNFIT.search(value) else value


def literal(value: str, origin: Origin | None = None) -> Term:
    """A text from the rules."""
    if _STAND_IN in value or _UNFIT.search(value):
        raise UnsupportedSql(
            "a text with a sign that is no letter of any writing (NUL, a half of a pair, U+FDD0) cannot be "
            "looked for in SQL",
            "take the sign out of the text",
            origin,
        )
    return text(value)


def matching(dialect: Dialect, term: Term, patterns: Sequence[Pattern], origin: Origin | None = None) -> Term:
    """Whether a text matches one of the patterns; NULL where it is NULL."""
    exact = [literal(pattern.exact, origin) for pattern in patterns if pattern.exact is not None]
    globs = [pattern.parts for pattern in patterns if pattern.exact is None]
    for parts in globs:
        literal("".join(parts), origin)
    asked: list[Term] = [dialect.like(term.copy(), parts) for parts in globs]
    if len(exact) == 1:
        asked.insert(0, compared("=", term.copy(), exact[0]))
    elif exact:
        asked.insert(0, exp.In(this=term.copy(), expressions=exact))
    return any_of(asked) if asked else when((is_known(term), truth(False)))


def some_matching(
    dialect: Dialect, term: Term, patterns: Sequence[Pattern], origin: Origin | None = None
) -> Term:
    """Whether some entry of a list of text matches one of the patterns; NULL where the list is NULL."""
    if not patterns:
        return when((is_known(term), truth(False)))
    asked = matching(dialect, dialect.entry(), patterns, origin)
    return when((is_known(term.copy()), dialect.some_entry(term, asked)))
