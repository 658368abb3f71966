"""Cells as sources give them: texts, and values that have a type already."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from enum import Enum


class Absent(Enum):
    """Stands for a cell that a row does not have, which is not the same as a blank one."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class Flag:
    """A yes or a no with its type. Not `bool`, since True and 1 are one key of a dictionary."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "true" if self.value else "false"


YES, NO = Flag(True), Flag(False)


def cell_of(value: object) -> Hashable:
    """A value of another library as a cell: text, Flag, number, day, instant, tuple of texts; None for blank.

    Numbers that are none are blank. What has no kind of its own becomes text, and mappings become JSON.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, dt.date):
        return value
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return tuple(text for item in value if (text := cell_text(cell_of(item))))
    return str(value)


def cell_text(cell: object) -> str:
    """A cell as people would write it; empty where it is blank or not there."""
    if isinstance(cell, str):
        return cell
    if cell is None or cell is ABSENT:
        return ""
    if isinstance(cell, Flag):
        return "true" if cell.value else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, Decimal):
        return str(int(cell)) if cell == cell.to_integral_value() else format(cell.normalize(), "f")
    if isinstance(cell, dt.datetime):
        return cell.isoformat().replace("+00:00", "Z")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, tuple):
        return json.dumps(list(cell), ensure_ascii=False)
    return str(cell)
