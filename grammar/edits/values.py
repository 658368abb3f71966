"""Values as controls hold them <-> as a ruleset writes them.

A control holds the plain value: `Lead Source`, not `[Lead Source]`; `CTO`, not `"CTO"`; `+20`; `30`. Here
it is checked and written. Its kinds:

    name operand label stage object text number whole points percent amount unit choice yes/no moment
    most least (bounds), window, test (a comparison with its values), condition (rules' own words),
    expression (likewise)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..messages.diagnostics import Source
from ..syntax import nodes as n
from ..syntax.parse import parse
from ..syntax.scan import scan
from ..text.printer import label_text, moment_text, name_text, number_text, object_text, quoted, text_of
from .edit import refused

_DIGITS = 15
_MOST_POINTS = 1_000_000


def written(kind: str, value: str) -> str:
    """A value as a ruleset writes it. Stops with a sentence where it is none of its kind."""
    return _WRITERS[kind](value)


def shown(node: n.Node) -> tuple[str, str]:
    """The kind and the plain value of a value in a condition or a test."""
    match node:
        case n.Number(_, text):
            return "number", number_text(text)
        case n.Negative(n.Number(_, text)):
            return "number", f"-{number_text(text)}"
        case n.Text(value):
            return "text", value
        case n.YesNo(value):
            return "yes/no", "yes" if value else "no"
        case n.Moment():
            return "moment", moment_text(node)
        case n.Reference(name):
            return "operand", name.text
        case n.TotalScore():
            return "operand", "score"
    return "expression", text_of(node)


def condition_in(text: str) -> n.Expression:
    """The condition or value which a text writes, its spans counted from the start of that text.

    Stops with a sentence where the text is none, or holds more than one, or a comment.
    """
    head = "define x: "
    parsed = parse(Source(head + text))
    if scan(head + text).comments:
        raise refused("A condition is written here without a comment; add the comment in the text view.")
    if parsed.diagnostics:
        found = parsed.diagnostics[0]
        hint = f" - {found.hint}" if found.hint else ""
        raise refused(f"This cannot be read: {found.message}{hint}.")
    statements = parsed.tree.statements
    if len(statements) != 1 or not isinstance(statements[0], n.Define) or not text.strip():
        raise refused("Write one condition here.")
    return statements[0].body


def statement_in(text: str) -> n.Statement:
    """The one statement which a text writes. Stops with a sentence where it writes none, or several."""
    parsed = parse(Source(text))
    if parsed.broken or parsed.diagnostics:
        found = parsed.diagnostics[0]
        hint = f" - {found.hint}" if found.hint else ""
        raise refused(f"This cannot be read: {found.message}{hint}.")
    if len(parsed.tree.statements) != 1:
        raise refused("Write one statement here.")
    return parsed.tree.statements[0]


# --- writers ----------------------------------------------------------------------------------------


def _line(value: str, what: str) -> str:
    if any(character in value for character in "\r\n"):
        raise refused(f"{what} stays on one line.")
    return value


def _named(value: str) -> str:
    value = _line(value, "A name").strip()
    if not value:
        raise refused("A name cannot be blank.")
    if "[" in value or "]" in value:
        raise refused("A name cannot hold square brackets.")
    return value


def _name(value: str) -> str:
    return name_text(_named(value))


def _operand(value: str) -> str:
    return "score" if value == "score" else _name(value)


def _label(value: str) -> str:
    value = _line(value, "A grade").strip()
    if not value:
        raise refused("A grade needs a name.")
    return label_text(n.Name(value, span=n.Span(0, 0)))


def _stage(value: str) -> str:
    return "none" if value == "none" else _name(value)


def _object(value: str) -> str:
    return object_text(_line(value, "What the event is about"))


def _text(value: str) -> str:
    return quoted(_line(value, "A text"))


def _plain(value: str) -> str:
    return value.strip().replace("−", "-")


def _number(value: str) -> str:
    found = re.fullmatch(r"([-+]?)\s*([0-9]+(?:\.[0-9]+)?)", _plain(value))
    if not value.strip():
        raise refused("Enter a number.")
    if found is None:
        raise refused(f'"{value}" is not a number. Write digits only, with a point for decimals, e.g. 2.5.')
    if len(found[2].replace(".", "")) > _DIGITS:
        raise refused(f"A number has at most {_DIGITS} digits.")
    return ("-" if found[1] == "-" else "") + number_text(found[2])


def _int(value: str, what: str, example: str) -> int:
    if not value.strip():
        raise refused(f"Enter {what}, such as {example}.")
    if re.fullmatch(r"[-+]?\s*[0-9]{1,15}", _plain(value)) is None:
        raise refused(f'"{value}" is not {what}. Write a whole number, e.g. {example}.')
    return int(_plain(value).replace(" ", ""))


def _whole(value: str) -> str:
    return str(_int(value, "a whole number", "40"))


def _points(value: str) -> str:
    points = _int(value, "a number of points", "+10")
    if abs(points) > _MOST_POINTS:
        raise refused(f"A rule gives at most {_MOST_POINTS:,} points.")
    return f"{points:+d}"


def _percent(value: str) -> str:
    percent = _int(value.replace("%", ""), "a percentage", "25")
    if not 1 <= percent <= 100:
        raise refused("A percentage goes from 1 to 100.")
    return str(percent)


def _amount(value: str) -> str:
    amount = _int(value, "a length of time", "30")
    if amount < 1:
        raise refused("A length of time is at least 1.")
    return str(amount)


def _most(value: str) -> str:
    most = _int(value, "a limit", "10")
    if most < 0:
        raise refused("A limit of what is gained is 0 or more.")
    return f"{most:+d}" if most else "0"


def _cap(value: str) -> str:
    return _most(value).removeprefix("+")


def _least(value: str) -> str:
    least = _int(value, "a limit", "-10")
    if least > 0:
        raise refused("A limit of what is lost is 0 or less.")
    return str(least)


def _unit(value: str) -> str:
    unit = value.strip().lower().removesuffix("s")
    if unit not in {unit.value for unit in n.Unit}:
        raise refused(f'"{value}" is no unit of time. Choose minutes, hours, days, weeks, months or years.')
    return unit


def _yes_no(value: str) -> str:
    if value.strip().lower() not in ("yes", "no"):
        raise refused(f'"{value}" is neither yes nor no.')
    return value.strip().lower()


def _moment(value: str) -> str:
    made = condition_in(value) if re.fullmatch(r"[\dTtZz:.+−-]+", value.strip()) else None
    if not isinstance(made, n.Moment):
        raise refused(f'"{value}" is not a date. Write year, month and day, e.g. 2026-01-31.')
    return moment_text(made)


def _condition(value: str) -> str:
    condition_in(value)
    return value.strip()


def _test(value: str) -> str:
    made = condition_in(f"x {value}")
    if not (isinstance(made, n.Clause) and made.test is not None and made.window is None):
        raise refused('Write a comparison here, e.g. in ("DE", "AT").')
    return value.strip()


def _window(value: str) -> str:
    made = condition_in(f"x {value}")
    if not (
        isinstance(made, n.Clause)
        and (made.window is not None) != (made.test is not None)
        and (made.test is None or _is_window(made.test))
        and isinstance(made.subject, n.Reference)
    ):
        raise refused("Write a window of time here, e.g. in last 30 days.")
    return value.strip()


def _is_window(test: n.ClauseTest) -> bool:
    moments = (
        isinstance(test, n.Between) and isinstance(test.low, n.Moment) and isinstance(test.high, n.Moment)
    )
    return moments and isinstance(test, n.Between) and not test.negated


_WRITERS: dict[str, Callable[[str], str]] = {
    "name": _name,
    "operand": _operand,
    "label": _label,
    "stage": _stage,
    "object": _object,
    "text": _text,
    "number": _number,
    "whole": _whole,
    "points": _points,
    "percent": _percent,
    "amount": _amount,
    "most": _most,
    "cap": _cap,
    "least": _least,
    "unit": _unit,
    "yes/no": _yes_no,
    "moment": _moment,
    "choice": str,
    "test": _test,
    "window": _window,
    "condition": _condition,
    "expression": _condition,
}
KINDS = frozenset(_WRITERS)
"""Every kind of value that a control can hold."""
