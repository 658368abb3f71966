"""The engines that the SQL back end speaks to."""

from __future__ import annotations

from ..terms import UnsupportedSql
from .base import YEAR_ONE, Dialect
from .bigquery import BigQuery
from .clickhouse import ClickHouse
from .duckdb import DuckDb
from .postgres import Postgres
from .snowflake import Snowflake
from .spark import Databricks, Spark
from .sqlite import Sqlite

__all__ = ["DIALECTS", "YEAR_ONE", "Dialect", "dialect_named"]

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        DuckDb(),
        Sqlite(),
        Postgres(),
        Spark(),
        Databricks(),
        Snowflake(),
        BigQuery(),
        ClickHouse(),
    )
}


def dialect_named(name: str) -> Dialect:
    """The dialect of a name; UnsupportedSql where there is none."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise UnsupportedSql(
            f'there is no dialect "{name}"', f"the dialects are {', '.join(DIALECTS)}"
        ) from None
