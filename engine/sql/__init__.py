"""The SQL back end: one statement for all leads, from the plan, for many engines. Needs sqlglot."""

from ..result_columns import ResultColumn, ResultKind, result_columns
from .compiler import compile_sql
from .dialects import DIALECTS
from .tables import DEFAULT, TableMapping, read_mapping
from .terms import UnsupportedSql

__all__ = [
    "DEFAULT",
    "DIALECTS",
    "ResultColumn",
    "ResultKind",
    "TableMapping",
    "UnsupportedSql",
    "compile_sql",
    "read_mapping",
    "result_columns",
]
