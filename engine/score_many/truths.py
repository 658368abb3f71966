"""The truth of conditions about many leads at once, from columns.

A clause is answered by the same generated Python as everywhere else, once for each different combination of
what it reads; `and`, `or` and `not` then take the less, the greater and the contrary of three numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Kind
from ..explain.plan_index import PlanIndex
from ..plan import Clause, FieldValue, Pattern, SignalValue
from ..plan.lower import InSet, Opposite, Test
from ..score_one.clause_function import clause_function, instants_function
from .columns import NEVER, Bools, Column, Numbered, Scattered
from .semantic_keys import Input

FALSE, UNKNOWN, TRUE = 0, 1, 2

Truths = NDArray[np.int8]

_CODES = {False: FALSE, None: UNKNOWN, True: TRUE}
_MOST_COMBINED = 1 << 20
_MANY = 1_000
"""So many different values are compared as an array."""
_FEW_PATTERNS = 16


def answer(
    parts: PlanIndex, clause: Clause, inputs: Sequence[Input], read: Sequence[Column], now: int
) -> Truths:
    """The truth of a clause for every lead, `read` being the columns of its `inputs`; one if it has none."""
    if len(read) == 1 and (found := _at_once(parts, clause, inputs[0], read[0], now)) is not None:
        return found
    ask = parts.clause_functions.get(id(clause))
    if ask is None:
        ask = parts.clause_functions[id(clause)] = clause_function(parts, clause, inputs)
    numbered = [column for column in read if isinstance(column, Numbered)]
    combinations = math.prod(len(column.values) for column in numbered)
    if len(numbered) < len(read) or combinations > _MOST_COMBINED:
        return _coded(ask(zip(*(column.listed() for column in read), strict=True), now))
    if not numbered:
        return _coded(ask([()], now))
    return _by_combination(ask, numbered, combinations, now)


def _at_once(parts: PlanIndex, clause: Clause, one: Input, read: Column, now: int) -> Truths | None:
    """The truth of a clause that reads one column of very many different values, where arrays can tell."""
    if isinstance(read, Scattered) and isinstance(one, SignalValue):
        return _of_instants(parts, clause, one, read, now)
    if isinstance(read, Numbered) and isinstance(one, FieldValue) and len(read.values) > _MANY:
        return _of_texts(parts.kernel.test(clause), one, read)
    return None


def _of_instants(
    parts: PlanIndex, clause: Clause, one: SignalValue, read: Scattered, now: int
) -> Truths | None:
    if id(clause) not in parts.instants_functions:
        parts.instants_functions[id(clause)] = instants_function(parts, clause, one)
    compare, instants = parts.instants_functions[id(clause)], read.instants
    if compare is None or instants is None:
        return None
    truths: Truths = compare(instants, now).astype(np.int8) * np.int8(TRUE)
    truths[instants == NEVER] = UNKNOWN
    return truths


def _of_texts(test: Test, one: FieldValue, read: Numbered) -> Truths | None:
    asked = test.item if isinstance(test, Opposite) else test
    if not isinstance(asked, InSet) or asked.value != one or one.kind is not Kind.TEXT:
        return None
    if len(asked.patterns) > _FEW_PATTERNS or read.texts is None:
        return None
    texts, unknown = read.texts
    matching = np.zeros(len(texts), np.bool_)
    for pattern in asked.patterns:
        found = _matching(texts, pattern)
        if found is None:
            return None
        matching |= found
    table = (matching != (asked is not test)).astype(np.int8) * np.int8(TRUE)
    table[unknown] = UNKNOWN
    return np.take(table, read.codes)


def _matching(texts: NDArray[np.str_], pattern: Pattern) -> Bools | None:
    """Which texts match a pattern with at most one star, None where it has more."""
    match pattern.parts:
        case (exact,):
            found: Bools = texts == exact
            return found
        case (start, ""):
            return np.char.startswith(texts, start)
        case ("", end):
            return np.char.endswith(texts, end)
        case (start, end):
            long = np.char.str_len(texts) >= len(start) + len(end)
            both: Bools = long & np.char.startswith(texts, start) & np.char.endswith(texts, end)
            return both
    return None


def _by_combination(
    ask: Callable[..., list[Any]], columns: Sequence[Numbered], combinations: int, now: int
) -> Truths:
    """Asks once for each combination of values that some lead has."""
    first = columns[0]
    if len(columns) == 1:
        table = _coded(ask(zip(first.values, strict=False), now))
        return np.take(table, first.codes)
    places = first.codes.astype(np.int32)
    for column in columns[1:]:
        places *= len(column.values)
        places += column.codes
    there = np.flatnonzero(np.bincount(places, minlength=combinations))
    values: list[list[Any]] = []
    rest = there
    for column in reversed(columns):
        rest, codes = np.divmod(rest, len(column.values))
        values.insert(0, list(map(column.values.__getitem__, codes.tolist())))
    table = np.zeros(combinations, np.int8)
    table[there] = _coded(ask(zip(*values, strict=True), now))
    return np.take(table, places)


def _coded(truths: Sequence[bool | None]) -> Truths:
    return np.fromiter(map(_CODES.__getitem__, truths), np.int8, len(truths))


def all_of(truths: Iterable[Truths]) -> Truths:
    """Kleene's and."""
    return _folded(np.minimum, truths, TRUE)


def any_of(truths: Iterable[Truths]) -> Truths:
    """Kleene's or."""
    return _folded(np.maximum, truths, FALSE)


def not_(truths: Truths) -> Truths:
    """Kleene's not."""
    return np.subtract(TRUE, truths, dtype=np.int8)


def _folded(fold: np.ufunc, truths: Iterable[Truths], empty: int) -> Truths:
    found = np.full(1, empty, np.int8)
    for one in truths:
        found = fold(found, one)
    return found
