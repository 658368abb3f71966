"""Rows of a Parquet file, its values with their types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .problems import ImportRefused
from .rows import CHUNK_ROWS, Chunk
from .typed_rows import TypedRows, column_names


class ParquetSource:
    """A Parquet file. Members of structs are columns with a dot: `company.size`. Rows are counted from 1."""

    partial = False

    def __init__(self, path: Path) -> None:
        self.label = str(path)
        self.path = path
        try:
            import pyarrow as arrow
            from pyarrow import parquet
        except ImportError:
            raise ImportRefused(
                "Parquet is read with the package pyarrow, which is not installed",
                "pip install 'leadwright[parquet]', or write it as CSV or JSON Lines",
            ) from None
        self._arrow: Any = arrow
        try:
            self._file: Any = parquet.ParquetFile(str(path))
            schema = self._flat(next(self._batches(1), None)).schema
        except (arrow.ArrowException, OSError, ValueError) as error:
            raise ImportRefused(
                f"the file {path} looks like Parquet, but cannot be read: {str(error).splitlines()[0]}",
                "write it again",
            ) from None
        self._columns = column_names(schema.names)
        self._rows = TypedRows(self._columns)
        self.text_columns = frozenset(
            name for name, kind in zip(self._columns, schema.types, strict=True) if self._is_text(kind)
        )

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._columns

    @property
    def notes(self) -> list[str]:
        """What a person may want to know of how the file was read."""
        return self._rows.notes

    def _is_text(self, kind: Any) -> bool:
        types = self._arrow.types
        return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))

    def _batches(self, size: int) -> Iterator[Any]:
        yield from self._file.iter_batches(batch_size=size)

    def _flat(self, batch: Any) -> Any:
        """A batch whose structs are columns, dictionaries values, and instants whole microseconds."""
        arrow = self._arrow
        table = self._file.schema_arrow.empty_table() if batch is None else arrow.Table.from_batches([batch])
        while any(arrow.types.is_struct(field.type) for field in table.schema):
            table = table.flatten()
        for place, field in enumerate(table.schema):
            kind = field.type
            if arrow.types.is_dictionary(kind):
                kind = kind.value_type
            if arrow.types.is_timestamp(kind) and kind.unit == "ns":
                kind = arrow.timestamp("us", kind.tz)
            if kind != field.type:
                column = table.column(place).cast(kind, safe=False)
                table = table.set_column(place, arrow.field(field.name, kind), column)
        return table

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a chunk at a time."""
        batches = map(self._flat, self._batches(CHUNK_ROWS))
        rows = (row for table in batches for row in zip(*map(_values, table.columns), strict=True))
        yield from self._rows.chunks(enumerate(rows, 1), self._file.metadata.num_rows)


def _values(column: Any) -> list[object]:
    values: list[object] = column.to_pylist()
    return values
