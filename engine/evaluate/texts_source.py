"""Questions about texts as expressions of Python: sets, prefixes and suffixes before any search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from ...grammar.syntax.nodes import Kind
from ..plan import Pattern
from ..plan.lower import InSet
from .draft import Draft

_SET_IN_PLACE = 8


def asked_of_text(draft: Draft, text: str, test: InSet) -> tuple[str, int]:
    """An expression, true where the key in `text` matches a pattern of the test, and what it costs.

    The text is known where the expression is evaluated.
    """
    patterns, key = test.patterns, test.key
    if test.value.kind is Kind.TEXTS:
        if all(pattern.exact is not None for pattern in patterns):
            among = draft.constant(("exact", key), lambda: frozenset(_exact(patterns)))
            return f"(not {among}.isdisjoint({text}))", 4
        matcher = draft.constant(("matcher", key), lambda: _matcher(patterns))
        return f"any(map({matcher}, {text}))", 8
    questions = [_membership(draft, text, key, patterns), _starts(draft, text, key, patterns)]
    questions += [_ends(draft, text, key, patterns), _others(draft, text, key, patterns)]
    asked = [(question, cost) for question, cost in questions if question]
    if not asked:
        return "False", 0
    joined = " or ".join(question for question, _ in asked)
    return (f"({joined})" if len(asked) > 1 else joined), max(cost for _, cost in asked)


def _exact(patterns: Sequence[Pattern]) -> list[str]:
    return [pattern.parts[0] for pattern in patterns if len(pattern.parts) == 1]


def _is_start(pattern: Pattern) -> bool:
    return len(pattern.parts) == 2 and pattern.parts[1] == ""


def _is_end(pattern: Pattern) -> bool:
    return len(pattern.parts) == 2 and pattern.parts[0] == "" and pattern.parts[1] != ""


def _membership(draft: Draft, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    exact = _exact(patterns)
    if not exact:
        return "", 0
    if len(exact) == 1:
        return f"{text} == {exact[0]!r}", 2
    if len(exact) <= _SET_IN_PLACE:
        return f"{text} in {{{', '.join(map(repr, exact))}}}", 2
    return f"{text} in {draft.constant(('exact', key), lambda: frozenset(exact))}", 3


def _written(texts: tuple[str, ...]) -> str:
    """A few texts as Python; many are a constant with a name, nothing is returned for them."""
    return (repr(texts[0]) if len(texts) == 1 else repr(texts)) if len(texts) <= _SET_IN_PLACE else ""


def _starts(draft: Draft, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    starts = tuple(pattern.parts[0] for pattern in patterns if _is_start(pattern))
    if not starts:
        return "", 0
    name = _written(starts) or draft.constant(("starts", key), lambda: starts)
    return f"{text}.startswith({name})", 5


def _ends(draft: Draft, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    ends = tuple(pattern.parts[1] for pattern in patterns if _is_end(pattern))
    if not ends:
        return "", 0
    name = _written(ends) or draft.constant(("ends", key), lambda: ends)
    return f"{text}.endswith({name})", 5


def _others(draft: Draft, text: str, key: object, patterns: Sequence[Pattern]) -> tuple[str, int]:
    others = [
        pattern
        for pattern in patterns
        if pattern.exact is None and not _is_start(pattern) and not _is_end(pattern)
    ]
    if not others:
        return "", 0
    if len(others) == 1 and len(others[0].parts) == 3 and others[0].parts[0] == others[0].parts[2] == "":
        return f"{others[0].parts[1]!r} in {text}", 3
    matcher = draft.constant(("others", key), lambda: _matcher(others))
    return f"{matcher}({text})", 8


def _matcher(patterns: Sequence[Pattern]) -> Callable[[str], bool]:
    exact = frozenset(_exact(patterns))
    globs = [pattern for pattern in patterns if pattern.exact is None]

    @lru_cache(maxsize=4096)
    def matches(key: str) -> bool:
        return key in exact or any(pattern.matches(key) for pattern in globs)

    return matches
