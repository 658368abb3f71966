"""Tables and columns of the mapping as terms."""

from __future__ import annotations

from sqlglot import exp

from ...grammar.syntax.nodes import Kind
from ..plan import Field
from .mapping import TableMapping, column_of


def table(name: str, alias: str) -> exp.Table:
    """A table under another name; a template such as `{{ ref('leads') }}` stays as it is."""
    called = exp.TableAlias(this=exp.to_identifier(alias))
    if name.startswith("{{"):
        return exp.Table(this=exp.Identifier(this=name, quoted=False), alias=called)
    parts = [identifier(part) for part in _parts(name)]
    names = dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))
    return exp.Table(**names, alias=called)


def identifier(name: str) -> exp.Identifier:
    """A name that keeps its quotes where it is written with them."""
    quoted = name.startswith('"')
    return exp.Identifier(this=name.strip('"'), quoted=quoted)


def mapped_column(name: str, source: str) -> exp.Column:
    """A column of the mapping."""
    return exp.Column(this=identifier(name), table=exp.to_identifier(source))


def _parts(name: str) -> list[str]:
    parts, quoted = [""], False
    for letter in name:
        quoted ^= letter == '"'
        if letter == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def field_column(mapping: TableMapping, field: Field) -> str:
    """The column of a field."""
    return mapping.fields.get(field.column) or column_of(field.column, field.kind)


def property_column(mapping: TableMapping, name: str, kind: Kind) -> str:
    """The column of a property that is read as a kind."""
    return mapping.properties.get(name) or column_of(name, kind)
