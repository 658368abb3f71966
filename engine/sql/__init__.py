"""The SQL back end: one statement for all leads, from the plan, for six engines. Needs sqlglot."""

from .compiler import compile_sql
from .dialects import DIALECTS
from .mapping import DEFAULT, TableMapping, read_mapping
from .refusal import SqlRefusal
from .results import ResultColumn, Told, result_columns

__all__ = [
    "DEFAULT",
    "DIALECTS",
    "ResultColumn",
    "SqlRefusal",
    "TableMapping",
    "Told",
    "compile_sql",
    "read_mapping",
    "result_columns",
]
