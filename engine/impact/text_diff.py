"""What differs between two rulesets, in words, statement by statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from ...grammar.frozen import frozen
from ...grammar.spec.statements import spec_of
from ...grammar.syntax import nodes as n
from ...grammar.text.printer import sort_and_name, text_of


class ChangeKind(Enum):
    """What became of a statement."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@frozen
class Change:
    """One difference: what sort of statement, its name, what became of it, and each detail in words.

    `before` and `after` are canonical texts, None where there is none.
    """

    what: str
    name: str
    kind: ChangeKind
    details: tuple[str, ...]
    before: str | None
    after: str | None


@frozen
class _Entry:
    """A statement with the group it stands in, None at the top."""

    node: n.Statement
    group: str | None = None


def compare(old: n.Tree, new: n.Tree) -> tuple[Change, ...]:
    """The differences of two trees in meaning; layout, comments and the order of rules are none.

    A statement is known by its sort and name. The order of stages counts, since it ranks them.
    """
    before, after = _index(old), _index(new)
    changes = [
        _change(key, before.get(key), after.get(key))
        for key in [*before, *(key for key in after if key not in before)]
    ]
    return tuple(change for change in changes if change is not None) + tuple(_stage_order(old, new))


def _index(tree: n.Tree) -> dict[tuple[str, str], _Entry]:
    entries: dict[tuple[str, str], _Entry] = {}
    for statement in tree.statements:
        if isinstance(statement, n.Group):
            entries["group", statement.name.value] = _Entry(statement)
            for rule in statement.rules:
                entries[sort_and_name(rule)] = _Entry(rule, statement.name.value)
        else:
            entries[sort_and_name(statement)] = _Entry(statement)
    return entries


def _change(key: tuple[str, str], old: _Entry | None, new: _Entry | None) -> Change | None:
    what, name = key
    if old is None and new is not None:
        return Change(what, name, ChangeKind.ADDED, (), None, _own_text(new.node))
    if new is None and old is not None:
        # What goes with a title is not seen from its going alone.
        gone = tuple(_title_details(old.node, None)) if isinstance(old.node, n.Title) else ()
        return Change(what, name, ChangeKind.REMOVED, gone, _own_text(old.node), None)
    if old is None or new is None:
        return None
    details = tuple(_details(old, new))
    if not details:
        return None
    return Change(what, name, ChangeKind.CHANGED, details, _own_text(old.node), _own_text(new.node))


def _own_text(node: n.Statement) -> str:
    """The canonical text, for a group its header alone: its rules are compared on their own."""
    if isinstance(node, n.Group):
        return text_of(n.Group(node.name, node.bounds, (), span=node.span)).rstrip(" {}")
    return text_of(node)


# --- details ----------------------------------------------------------------------------------


def _details(old: _Entry, new: _Entry) -> Iterator[str]:
    if old.group != new.group:
        yield _moved(old.group, new.group)
    match old.node, new.node:
        case n.Rule() as before, n.Rule() as after:
            yield from _rule_details(before, after)
        case n.Title() as before, n.Title() as after:
            yield from _title_details(before, after)
        case n.ListDeclaration() as before, n.ListDeclaration() as after:
            yield from _entries(
                "entry", (item.value for item in before.entries), (item.value for item in after.entries)
            )
        case before, after:
            yield from _form_details(before, after)


def _form_details(old: n.Statement, new: n.Statement) -> Iterator[str]:
    """What differs between two statements of one form: their conditions clause by clause, else the whole."""
    conditions = spec_of(new).conditions if type(old) is type(new) else ()
    reported = False
    for slot in conditions:
        before, after = getattr(old, slot.field), getattr(new, slot.field)
        if before != after:
            reported = True
            found = (
                _optional_condition(slot.words, before, after) if slot.optional else _condition(before, after)
            )
            yield from map(_trade_words, found) if isinstance(new, n.Stage) else found
    if not reported and _own_text(old) != _own_text(new):
        yield f"{_own_text(old)} -> {_own_text(new)}"


def _title_details(old: n.Title, new: n.Title | None) -> Iterator[str]:
    if new is not None and old.title.value != new.title.value:
        yield f"{text_of(old.title)} -> {text_of(new.title)}"
    before, after = (
        title.zone.value if title is not None and title.zone is not None else "UTC" for title in (old, new)
    )
    if before != after:
        yield f"time zone {before} -> {after}"


def _moved(old: str | None, new: str | None) -> str:
    if new is None:
        return f'moved out of the group "{old}"'
    return f'moved into the group "{new}"' if old is None else f'moved from the group "{old}" to "{new}"'


def _rule_details(old: n.Rule, new: n.Rule) -> Iterator[str]:
    if old.off != new.off:
        yield "switched off" if new.off else "switched on"
    if old.body != new.body:
        if isinstance(old.body, n.When) and isinstance(new.body, n.When):
            yield from _condition(old.body.condition, new.body.condition)
        else:
            yield f"{text_of(old.body)} -> {text_of(new.body)}"
    if old.awards != new.awards:
        yield from _awards(old.awards, new.awards)


def _awards(old: tuple[n.Award, ...], new: tuple[n.Award, ...]) -> Iterator[str]:
    before = {_award_key(award): text_of(award) for award in old}
    after = {_award_key(award): text_of(award) for award in new}
    for key in [*before, *(key for key in after if key not in before)]:
        if key not in after:
            yield f"no longer gives {before[key]}"
        elif key not in before:
            yield f"now also gives {after[key]}"
        elif before[key] != after[key]:
            yield _step(before[key], after[key])


def _award_key(award: n.Award) -> str:
    if isinstance(award, n.Tag):
        return f"tag {award.text.value}"
    return f"score {award.score.text}" if award.score else "score"


def _condition(old: n.Expression, new: n.Expression) -> Iterator[str]:
    """The clauses that came and went, where both are joined by `and`; else the whole of both."""
    before, after = _clauses(old), _clauses(new)
    gone = [text for text in before if text not in after]
    come = [text for text in after if text not in before]
    if len(gone) == 1 and len(come) == 1:
        yield _step(gone[0], come[0])
        return
    yield from (f"no longer needs {text}" for text in gone)
    yield from (f"now also needs {text}" for text in come)
    if not gone and not come and text_of(old) != text_of(new):
        yield _step(text_of(old), text_of(new))


def _step(old: str, new: str) -> str:
    """Both texts, or of a comparison with another number the number alone: "score >= 30 -> 50"."""
    *before, last = old.split(" ")
    *after, now = new.split(" ")
    return f"{old} -> {now if before and before == after and _is_number(last) and _is_number(now) else new}"


def _trade_words(said: str) -> str:
    """A step of a stage; that of its threshold in the words of the trade: "threshold 40 -> 50"."""
    return f"threshold {said.removeprefix(_THRESHOLD)}" if _MOVED.fullmatch(said) else said


_THRESHOLD = "score >= "
_MOVED = re.compile(rf"{_THRESHOLD}-?[\d.]+ -> -?[\d.]+")


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).lstrip("-").isdecimal()


def _optional_condition(word: str, old: n.Expression | None, new: n.Expression | None) -> Iterator[str]:
    """What became of a condition with a word before it that may be left out."""
    if old is None and new is not None:
        yield f"now also {word} {text_of(new)}"
    elif new is None and old is not None:
        yield f"no longer {word} {text_of(old)}"
    elif old is not None and new is not None:
        yield f"{word} {_step(text_of(old), text_of(new))}"


def _clauses(node: n.Expression) -> list[str]:
    while isinstance(node, n.Brackets):
        node = node.inner
    return [text_of(item) for item in node.operands] if isinstance(node, n.And) else [text_of(node)]


def _entries(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    before, after = list(old), list(new)
    yield from (f'{what} "{item}" removed' for item in before if item not in after)
    yield from (f'{what} "{item}" added' for item in after if item not in before)


def _stage_order(old: n.Tree, new: n.Tree) -> Iterator[Change]:
    before, after = _stages(old), _stages(new)
    common = set(before) & set(after)
    old_order = [name for name in before if name in common]
    new_order = [name for name in after if name in common]
    if old_order != new_order:
        detail = f"ranked {' < '.join(old_order)} -> {' < '.join(new_order)}"
        yield Change("stages", "", ChangeKind.CHANGED, (detail,), None, None)


def _stages(tree: n.Tree) -> list[str]:
    return [sort_and_name(statement)[1] for statement in tree.statements if isinstance(statement, n.Stage)]
