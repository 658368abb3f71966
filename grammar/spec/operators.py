"""Every operator of a clause: how it is written, what it takes, and how it is said.

To add an operator, add its line here and its words to the grammar; see docs/how-to/extend-the-language.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from ..frozen import frozen
from ..syntax import nodes as n
from ..syntax.nodes import Kind
from .kinds import DATES

Choice = tuple[str, str]
"""A value of a form control with the label that it has there."""


class Form(Enum):
    """What follows an operator, and so which node it makes."""

    COMPARE = "one value"
    BETWEEN = "a lower and an upper end"
    AMONG = "values in brackets, or the name of a list"
    MATCH = "a text"
    KNOWN = "nothing"


@frozen
class Operator:
    """One operator.

    `written` is how a ruleset writes it and which value the editor's control has. `kinds` are those of the
    values it can be asked of. `contrary` is the operator that is true where this one is false (of known
    values), `mirror` the one that says the same with its sides exchanged, None where there is none. `phrase`
    says it in a sentence. Where the editor or another kind of value says it differently: `chosen` for the
    editor's list, `of_dates`, `of_counts` (None: the editor does not offer it for counts), `of_texts` and
    `of_lists` (what follows is the name of a list).
    """

    written: str
    form: Form
    kinds: frozenset[Kind]
    contrary: str
    mirror: str | None
    phrase: str
    chosen: str = ""
    of_dates: str = ""
    of_counts: str | None = None
    of_texts: str = ""
    of_lists: str = ""

    @property
    def negated(self) -> bool:
        """Whether it is written with `not`."""
        return self.written.startswith("not ")

    def label(self, kind: Kind) -> str:
        """What the editor calls it for values of a kind."""
        if kind in DATES and self.of_dates:
            return self.of_dates
        if kind is Kind.TEXTS and self.of_texts:
            return self.of_texts
        return self.chosen or self.phrase


_ALL = frozenset(Kind)
_SINGLE = _ALL - {Kind.TEXTS}
_ORDERED = frozenset({Kind.NUMBER, *DATES})
_TEXT = frozenset({Kind.TEXT})
_TEXTS = frozenset({Kind.TEXT, Kind.TEXTS})
_COMPARE, _BETWEEN, _AMONG, _MATCH, _KNOWN = Form

_OPERATORS = (
    Operator("=", _COMPARE, _SINGLE, "!=", "=", "is", of_dates="is on", of_counts="exactly"),
    Operator("!=", _COMPARE, _SINGLE, "=", "!=", "is not", of_dates="is not on", of_counts="not exactly"),
    Operator(">=", _COMPARE, _ORDERED, "<", "<=", "is at least", of_dates="is on or after",
             of_counts="at least"),
    Operator(">", _COMPARE, _ORDERED, "<=", "<", "is more than", of_dates="is after", of_counts="more than"),
    Operator("<=", _COMPARE, _ORDERED, ">", ">=", "is at most", of_dates="is on or before",
             of_counts="at most"),
    Operator("<", _COMPARE, _ORDERED, ">=", ">", "is less than", of_dates="is before",
             of_counts="fewer than"),
    Operator("between", _BETWEEN, _ORDERED, "not between", None, "is between", of_counts="between"),
    Operator("not between", _BETWEEN, _ORDERED, "between", None, "is not between", of_counts="not between"),
    Operator("in", _AMONG, _ALL, "not in", None, "is one of", of_texts="has one of",
             of_lists="is in the list"),
    Operator("not in", _AMONG, _ALL, "in", None, "is not one of", "is none of", of_texts="has none of",
             of_lists="is not in the list"),
    Operator("contains", _MATCH, _TEXTS, "not contains", None, "contains", of_texts="includes"),
    Operator("not contains", _MATCH, _TEXTS, "contains", None, "does not contain",
             of_texts="does not include"),
    Operator("starts with", _MATCH, _TEXT, "not starts with", None, "starts with"),
    Operator("not starts with", _MATCH, _TEXT, "starts with", None, "does not start with"),
    Operator("ends with", _MATCH, _TEXT, "not ends with", None, "ends with"),
    Operator("not ends with", _MATCH, _TEXT, "ends with", None, "does not end with"),
    Operator("like", _MATCH, _TEXT, "not like", None, "matches", "is like"),
    Operator("not like", _MATCH, _TEXT, "like", None, "does not match", "is not like"),
    Operator("is known", _KNOWN, _ALL, "is unknown", None, "is known"),
    Operator("is unknown", _KNOWN, _ALL, "is known", None, "is unknown", "is not known"),
)  # fmt: skip

OPERATORS: dict[str, Operator] = {one.written: one for one in _OPERATORS}
"""Every operator by how it is written, in the order in which lists show them."""

COMPARISONS = tuple(one.written for one in _OPERATORS if one.form is Form.COMPARE)
CONTRARY = {sign: OPERATORS[sign].contrary for sign in COMPARISONS}
MIRROR = {sign: one.mirror for sign in COMPARISONS if (one := OPERATORS[sign]).mirror}
WORDS = frozenset(one.written.split()[0] for one in _OPERATORS if one.written[0].isalpha())
"""The words with which operators begin, `not` among them."""

MATCHES = {
    one.written.split()[0]: one.written for one in _OPERATORS if one.form is Form.MATCH and not one.negated
}
"""How the grammar's first word of a match is written whole: `starts` is `starts with`."""


def for_kind(kind: Kind) -> Iterable[Operator]:
    """The operators that can be asked of values of a kind."""
    return (one for one in _OPERATORS if kind in one.kinds)


def operator_of(test: n.ClauseTest) -> Operator:
    """The operator of a clause's test."""
    match test:
        case n.Compare(operator):
            return OPERATORS[operator]
        case n.Known(known):
            return OPERATORS["is known" if known else "is unknown"]
    no = "not " if test.negated else ""
    match test:
        case n.Between():
            return OPERATORS[f"{no}between"]
        case n.In():
            return OPERATORS[f"{no}in"]
        case n.Match(operator):
            return OPERATORS[no + operator]
