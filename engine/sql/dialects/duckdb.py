"""DuckDB."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..terms import Term, call
from .base import Dialect, addition


class DuckDb(Dialect):
    """DuckDB 1.3 and later."""

    name, label, sqlglot = "duckdb", "DuckDB", "duckdb"

    def clock(self) -> Term:
        return call("EPOCH_US", call("NOW"))

    def sum_in_order(self, amount: Term, counts: Term, order: Sequence[Term]) -> Term:
        listed = call("LIST", exp.Order(this=amount, expressions=list(order)))
        kept = exp.Filter(this=listed, expression=exp.Where(this=counts))
        return call("LIST_REDUCE", kept, addition())

    def descending(self, term: Term) -> Term:
        return exp.Ordered(this=term, desc=True, nulls_first=False)
