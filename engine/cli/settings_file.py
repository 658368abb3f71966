"""Settings of commands in pyproject.toml, under [tool.leadwright].

    [tool.leadwright]
    db = "data/leads.db"            for every command that reads a database

    [tool.leadwright.check]
    fields = "fields.json"
    strict = true

What is typed comes before it. Paths are relative to the file's folder.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .failures import Failure, of_the_disk

_TABLE = b"[tool.leadwright"
_SHARED = ("db",)
"""Settings that stand for every command that has such an option."""


def settings_of(name: str, command: click.Command, commands: list[str]) -> dict[str, Any]:
    """The settings of a command, by the names of its parameters. Raises Failure where they are wrong."""
    found = _nearest_table()
    if found is None:
        return {}
    path, table = found
    options = _options(command)
    shared = {key: value for key, value in table.items() if not isinstance(value, dict)}
    for key in table:
        if key not in _SHARED and key not in commands:
            raise _unknown(path, "[tool.leadwright]", key, [*_SHARED, *commands])
    own = table.get(name, {})
    for key in own:
        if key not in options:
            raise _unknown(path, f"[tool.leadwright.{name}]", key, list(options))
    wanted = {key: value for key, value in shared.items() if key in options} | own
    return {options[key].name: _value(options[key], value, path, key) for key, value in wanted.items()}


def _nearest_table() -> tuple[Path, Mapping[str, Any]] | None:
    """The table of the nearest pyproject.toml in this folder or above that has one, and its path."""
    folder = Path.cwd()
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        try:
            content = path.read_bytes() if path.is_file() else b""
        except OSError as error:
            raise of_the_disk(error, path) from None
        if _TABLE in content:
            return path, _table(path, content)
    return None


def _table(path: Path, content: bytes) -> Mapping[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(content.decode("utf-8"))["tool"]["leadwright"]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"{path} cannot be read: {error}", "correct it, or move it away") from None
    if not isinstance(table, dict):
        raise Failure(f"{path}: leadwright is not a table", "write it as [tool.leadwright]")
    return table


def _options(command: click.Command) -> dict[str, click.Option]:
    """The options of a command by their long names without dashes, `no-db` for `--no-db`."""
    return {
        name.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
        for name in option.opts
        if name.startswith("--")
    }


def _value(option: click.Option, value: Any, path: Path, key: str) -> Any:
    if option.is_flag and not isinstance(value, bool):
        raise Failure(f"{path}: {key} is true or false, not {value!r}", f"write it as {key} = true")
    if isinstance(option.type, click.Path) and isinstance(value, str):
        return str(path.parent / value)
    return value


def _unknown(path: Path, table: str, key: str, known: list[str]) -> Failure:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"it can have {', '.join(known)}"
    return Failure(f'{path}: {table} has no setting "{key}"', hint)
