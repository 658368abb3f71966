"""The parse table: computed by Lark from the grammar, kept as JSON beside it.

Computing it takes a good part of a second, reading it a few milliseconds; so the table is shipped,
together with a hash of the grammar it was made from. `python -m leadwright.grammar.syntax.lr_table` writes it
again. Only where it is missing or made from another grammar is it computed at run time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from ..frozen import frozen

GRAMMAR = Path(__file__).with_name("leadwright.lark")
SHIPPED = Path(__file__).with_name("lr_table.json")
STARTS = ("statement", "group_open")
END = "$END"

_FORMAT = 1
_REDUCE = 1  # how Lark writes that a production is to be applied
_lock = Lock()

Pick = int | list[int] | None


@frozen
class Production:
    """One way to make a part: which symbols it takes and what becomes of them.

    `action` names the function that makes the node, None where the parts are only gathered in a list.
    `picks` says which parts it is given: an index, a list of one index for a part that is itself a list
    to be spread out, or None for an optional part that is absent. `passes` marks a production whose
    single part stands for the whole.
    """

    makes: str
    size: int
    action: str | None
    picks: tuple[Pick, ...]
    passes: bool


@dataclass(frozen=True)
class Table:
    """An LALR(1) table.

    `actions` maps, for each state, a terminal to a state to go to (0 or more) or to the production to
    apply (as `~index`); `gotos` maps, for each state, what a production makes to the next state.
    """

    terminals: dict[str, str]
    productions: tuple[Production, ...]
    actions: tuple[dict[str, int], ...]
    gotos: tuple[dict[str, int], ...]
    starts: dict[str, tuple[int, int]]

    def keywords(self) -> dict[str, str]:
        """Terminals that are one word, by that word."""
        return {text: name for name, text in self.terminals.items() if text[0].isalpha()}


@cache
def _load() -> Table:
    text = GRAMMAR.read_text(encoding="utf-8")
    try:
        data = json.loads(SHIPPED.read_text(encoding="utf-8"))
        if data["format"] == _FORMAT and data["grammar"] == fingerprint(text):
            return _unpack(data)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return _unpack(compute(text))


def load() -> Table:
    """The table of the shipped grammar; read or computed once, whichever thread asks first."""
    with _lock:
        return _load()


def fingerprint(grammar: str) -> str:
    """What tells one grammar text from another, whatever its line ends."""
    return hashlib.sha256("\n".join(grammar.split()).encode()).hexdigest()


def _unpack(data: dict[str, Any]) -> Table:
    symbols: list[str] = data["symbols"]
    productions = tuple(
        Production(symbols[makes], size, action, tuple(picks), passes)
        for makes, size, action, picks, passes in data["productions"]
    )
    return Table(
        terminals=data["terminals"],
        productions=productions,
        actions=tuple(_pairs(row, symbols) for row in data["actions"]),
        gotos=tuple(_pairs(row, symbols) for row in data["gotos"]),
        starts={name: (first, last) for name, (first, last) in data["starts"].items()},
    )


def _pairs(row: list[int], symbols: list[str]) -> dict[str, int]:
    return {symbols[key]: value for key, value in zip(row[::2], row[1::2], strict=True)}


# --- from Lark's own form -------------------------------------------------------------------------


def compute(grammar: str) -> dict[str, Any]:
    """The table of a grammar text, in the form in which it is kept."""
    from lark import Lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    lark = Lark(grammar, parser="lalr", start=list(STARTS), maybe_placeholders=True)
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    tokens: dict[int, str] = table["tokens"]
    rules = sorted((item for item in memo.items() if item[1]["__type__"] == "Rule"), key=_place)
    order = {key: index for index, (key, _) in enumerate(rules)}
    symbols = sorted(tokens.values())
    numbers = _numbers(table, tokens)

    def row(state: dict[int, tuple[int, Any]], *, terminal: bool) -> list[int]:
        found = []
        for token, (kind, argument) in state.items():
            name = tokens[token]
            if (name.isupper() or name == END) is terminal:
                goal = ~order[argument["@"]] if kind == _REDUCE else numbers[argument]
                found.append((symbols.index(name), goal))
        return [number for pair in sorted(found) for number in pair]

    states = [table["states"][number] for number in numbers]
    return {
        "format": _FORMAT,
        "grammar": fingerprint(grammar),
        "terminals": dict(sorted(_terminals(memo.values()))),
        "symbols": symbols,
        "productions": [_production(rule, symbols) for _, rule in rules],
        "actions": [row(state, terminal=True) for state in states],
        "gotos": [row(state, terminal=False) for state in states],
        "starts": {
            name: [numbers[table["start_states"][name]], numbers[table["end_states"][name]]]
            for name in STARTS
        },
    }


def _place(item: tuple[int, dict[str, Any]]) -> tuple[Any, ...]:
    """Where a rule stands in an order that is the same in every run."""
    rule = item[1]
    return rule["origin"]["name"], [part["name"] for part in rule["expansion"]], rule["alias"] or ""


def _numbers(table: dict[str, Any], tokens: dict[int, str]) -> dict[int, int]:
    """New numbers for the states, in the order in which they are reached; Lark's differ from run to run."""
    numbers: dict[int, int] = {}
    reached = [table["start_states"][name] for name in STARTS]
    for state in reached:
        if state not in numbers:
            numbers[state] = len(numbers)
            steps = sorted(
                (tokens[token], step) for token, step in table["states"][state].items() if step[0] != _REDUCE
            )
            reached += [goal for _, (_, goal) in steps]
    return numbers


def _terminals(memo: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str]]:
    for item in memo:
        if item["__type__"] == "TerminalDef":
            yield item["name"], item["pattern"]["value"]


def _production(rule: dict[str, Any], symbols: list[str]) -> list[Any]:
    """A rule of Lark's, with its ways to leave out, spread out and fill in parts made plain."""
    options, expansion = rule["options"], rule["expansion"]
    absent: list[bool] = list(options["empty_indices"]) or [False] * len(expansion)
    picks: list[Pick] = []
    parts = iter(enumerate(expansion))
    for missing in absent:
        if missing:
            picks.append(None)
            continue
        at, part = next(parts)
        is_terminal = part["__type__"] == "Terminal"
        if is_terminal and part["filter_out"] and not options["keep_all_tokens"]:
            continue
        picks.append(at if is_terminal or not part["name"].startswith("_") else [at])
    origin = rule["origin"]["name"]
    passes = bool(options["expand1"] and not rule["alias"] and len(picks) == 1 and isinstance(picks[0], int))
    action = rule["alias"] or (None if origin.startswith("_") else origin)
    return [symbols.index(origin), len(expansion), action, picks, passes]


def main() -> None:
    """Write the table of the grammar as it stands."""
    data = compute(GRAMMAR.read_text(encoding="utf-8"))
    lines = ",\n".join(
        f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in data.items()
    )
    SHIPPED.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
