"""Leads scored from the rows of a store as they come, without making events of them first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..values import Prepared
from .draft import Detail
from .facts import MEMO_LIMIT, Columns
from .program import Unforeseen, generate

if TYPE_CHECKING:
    from .evaluator import Evaluator

_UNDECIDED = -1
_SPARSE = 4


class Stream:
    """Evaluates leads whose events are rows `(lead, instant, kind)` or `(lead, instant, kind, properties)`.

    A kind is a number that stands for a type and an object; `kinds` says for which. Rows have their
    properties, as JSON text or None, if `reads_properties` is true, and no fourth column if it is not.
    Rows of kinds that are not among `read` may be left out, and need not be; every kind that comes is
    among `kinds`. Safe in threads.
    """

    def __init__(
        self, evaluator: Evaluator, kinds: Mapping[int, tuple[str, str | None]], detail: Detail
    ) -> None:
        classes = evaluator.classes
        self._evaluator = evaluator
        self._detail = detail
        self._kinds = dict(kinds)
        self._codes = {
            kind: _UNDECIDED if classes.properties_decide(type_) else classes.code(type_, object_, {})
            for kind, (type_, object_) in kinds.items()
        }
        self.read = frozenset(kind for kind, code in self._codes.items() if code)
        self.reads_properties = any(classes.properties_read(kinds[kind][0]) for kind in self.read)
        self._found: dict[tuple[int, str | None], int] = {}
        self._columns: dict[tuple[int, int, str | None], Columns | Prepared] = {}
        self._compile()

    def run(self, fields: tuple[Prepared, ...], rows: Sequence[tuple[Any, ...]], now: int) -> Any:
        """What the generated function of the level of detail gives; see `program`.

        `fields` are prepared (`Evaluator.fields`); `rows` are those of one lead in ascending time.
        """
        while True:
            try:
                return self.function(fields, rows, now)
            except Unforeseen:
                self._compile()

    def _compile(self) -> None:
        names = {
            "codes": self._table(),
            "code_of": self._code_of,
            "columns": self._read,
            "row_columns": 4 if self.reads_properties else 3,
        }
        evaluator = self._evaluator
        self.function = generate(evaluator.parts, evaluator.classes, self._detail, names).run

    def _table(self) -> Sequence[int] | Mapping[int, int]:
        """Codes by kind: a list, unless the numbers of kinds are few and far between."""
        most = max(self._codes, default=0)
        if min(self._codes, default=0) < 0 or most > _SPARSE * len(self._codes) + 1_000:
            return self._codes
        return [self._codes.get(kind, 0) for kind in range(most + 1)]

    def _code_of(self, kind: int, given: str | None) -> int:
        key = (kind, given)
        code = self._found.get(key)
        if code is None:
            type_, object_ = self._kinds[kind]
            code = self._evaluator.classes.code(type_, object_, _properties(given))
            if len(self._found) >= MEMO_LIMIT:
                self._found.clear()
            self._found[key] = code
        return code

    def _read(self, kind: int, code: int, given: str | None) -> Columns | Prepared:
        key = (kind, code, given)
        try:
            return self._columns[key]
        except KeyError:
            type_, object_ = self._kinds[kind]
            columns = self._evaluator.classes.columns(code, type_, object_, _properties(given))
            if len(self._columns) >= MEMO_LIMIT:
                self._columns.clear()
            self._columns[key] = columns
            return columns


def _properties(given: str | None) -> Mapping[str, Any]:
    """Properties kept as JSON; none where the text holds no mapping."""
    if not given:
        return {}
    try:
        properties = json.loads(given)
    except ValueError:
        return {}
    return properties if isinstance(properties, dict) else {}
