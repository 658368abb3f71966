"""Lexemes -> nodes: the LALR(1) loop over the table which Lark computes.

It differs from Lark's own loop in three ways that matter here: a word is a keyword exactly where one
may stand (and not wherever merged look-aheads say so), offsets are those of the whole text, and nothing
but the table has to be loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..spec.words import RESERVED
from .lr_table import END, Production, Table
from .nodes import Lexeme, Node, Span
from .scan import scan_part

Action = Callable[..., Any]
"""What makes a node: called with its span and its parts."""

_PASS, _APPEND, _GATHER, _CALL = range(4)


class Stuck(Exception):
    """No sentence of the language goes on in this way.

    `taken` are the lexemes that were accepted, with their kinds as understood; `at` is the first that
    was not, None where the piece ended too soon; `rest` are those after it.
    """

    def __init__(self, taken: list[Lexeme], at: Lexeme | None, rest: list[Lexeme]) -> None:
        super().__init__()
        self.taken = taken
        self.at = at
        self.rest = rest


class LrParser:
    """The table made ready to run, with the function that each production calls. Holds no other state."""

    def __init__(self, table: Table, actions: Mapping[str, Action]) -> None:
        self._actions = table.actions
        self._gotos = table.gotos
        self._starts = table.starts
        self._keywords = {word: name for name, word in table.terminals.items() if word[0].isalpha()}
        self._steps = [_step(production, actions) for production in table.productions]

    def run(self, start: str, lexemes: Sequence[Lexeme], text: str) -> Any:
        """The node that all of the lexemes make, from a start symbol; raises `Stuck` where they make none.

        Actions may raise exceptions of their own, which pass through.
        """
        actions, gotos, steps = self._actions, self._gotos, self._steps
        first, final = self._starts[start]
        states, values, places = [first], [], []
        owned: list[list[Lexeme]] = []  # of each value, the tokens that no node has yet, but for commas
        taken: list[Lexeme] = []
        pending = list(reversed(lexemes))
        end = 0
        while True:
            lexeme = pending.pop() if pending else None
            if lexeme is None:
                kind = END
            elif lexeme.word:
                lexeme = self._understood(lexeme, states, pending, text)
                kind = lexeme.kind
            else:
                kind = lexeme.kind
            while True:
                action = actions[states[-1]].get(kind)
                if action is None:
                    raise Stuck(taken, lexeme, pending[::-1])
                if action >= 0:
                    assert lexeme is not None
                    states.append(action)
                    values.append(lexeme)
                    places.append(lexeme.start)
                    owned.append([lexeme] if kind != "COMMA" else [])
                    taken.append(lexeme)
                    end = lexeme.end
                    break
                makes, size, mode, picks, make = steps[~action]
                del states[-size:]
                states.append(gotos[states[-1]][makes])
                if mode != _PASS:
                    parts = values[-size:]
                    tokens = owned[-size]
                    if size > 1:
                        for more in owned[1 - size :]:
                            tokens += more
                        del places[1 - size :]
                    del values[-size:], owned[-size:]
                    if mode == _CALL:
                        made = make(Span(places[-1], end, tuple(tokens)), *_picked(parts, picks))
                        tokens = [] if isinstance(made, Node) else tokens
                    else:
                        made = _gathered(parts, picks, mode)
                    values.append(made)
                    owned.append(tokens)
                if lexeme is None and states[-1] == final:
                    return values[-1]

    def _understood(self, word: Lexeme, states: list[int], pending: list[Lexeme], text: str) -> Lexeme:
        """A word as what it is in its place: a keyword, a name, or an object such as case-studies.

        Where no object may stand, `a-b` is three lexemes; the last two go back to what is pending.
        """
        keyword = self._keywords.get(word.word)
        if keyword is not None and (word.word in RESERVED or self.takes(states, keyword)):
            return word._replace(kind=keyword)
        if word.kind == "WORD" or self.takes(states, "PATH"):
            return word
        head, *tail = scan_part(text, word)
        pending.extend(reversed(tail))
        return self._understood(head, states, pending, text) if head.word else head

    def takes(self, states: list[int], kind: str) -> bool:
        """Whether a lexeme of that kind may follow."""
        action = self._actions[states[-1]].get(kind)
        if action is None or action >= 0:
            return action is not None
        states = list(states)
        while action is not None and action < 0:
            makes, size, *_ = self._steps[~action]
            del states[-size:]
            states.append(self._gotos[states[-1]][makes])
            action = self._actions[states[-1]].get(kind)
        return action is not None

    def states_after(self, start: str, kinds: Iterable[str]) -> list[int]:
        """The stack after lexemes of these kinds, all of which must be acceptable."""
        states = [self._starts[start][0]]
        for kind in kinds:
            while (action := self._actions[states[-1]][kind]) < 0:
                makes, size, *_ = self._steps[~action]
                del states[-size:]
                states.append(self._gotos[states[-1]][makes])
            states.append(action)
        return states

    def accepted(self, start: str, kinds: Iterable[str]) -> frozenset[str]:
        """The kinds of lexeme that may follow lexemes of these kinds; END where nothing need follow."""
        states = self.states_after(start, kinds)
        final = self._starts[start][1]
        return frozenset(
            kind
            for kind in self._actions[states[-1]]
            if (self.takes(states, kind) if kind != END else self._ends(states, final))
        )

    def _ends(self, states: list[int], final: int) -> bool:
        states = list(states)
        while states[-1] != final:
            action = self._actions[states[-1]].get(END)
            if action is None:
                return False
            makes, size, *_ = self._steps[~action]
            del states[-size:]
            states.append(self._gotos[states[-1]][makes])
        return True


def _step(made: Production, actions: Mapping[str, Action]) -> tuple[str, int, int, Any, Any]:
    """A production as the loop wants it: what it makes, of how many parts, and how."""
    picks = made.picks
    if made.passes:
        return made.makes, made.size, _PASS if made.size == 1 else _GATHER, picks[0], None
    if made.action is not None:
        return made.makes, made.size, _CALL, picks, actions[made.action]
    if picks[0] == [0] and len(picks) == 2:
        return made.makes, made.size, _APPEND, picks[1], None
    return made.makes, made.size, _GATHER, picks, None


def _picked(parts: list[Any], picks: tuple[Any, ...]) -> list[Any]:
    chosen: list[Any] = []
    for pick in picks:
        if pick is None:
            chosen.append(None)
        elif isinstance(pick, int):
            chosen.append(parts[pick])
        else:
            chosen += parts[pick[0]]
    return chosen


def _gathered(parts: list[Any], picks: Any, mode: int) -> Any:
    """One part that stands for all, a list begun, or a list (owned by the loop alone) gone on with."""
    if mode == _APPEND:
        gathered = parts[0]
        gathered.append(parts[picks])
        return gathered
    if isinstance(picks, int):
        return parts[picks]
    return _picked(parts, picks)
