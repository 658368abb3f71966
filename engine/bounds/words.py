"""Texts that a blank field could hold, one for each way in which its patterns can match together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..plan import Clause, DefineValue, Domain, Pattern, Plan
from ..plan.lower import Comparison, InSet, Kernel
from ..prove.texts import UnsureError, text_like
from .candidates import Tell, reads

MOST = 256
"""More ways are not followed up."""

_MOST_TOLD_APART = 24
_MOST_STATES = 2_000
_MOST_TEXTS = 20_000
_ADDRESSES = (Pattern(("", "@", "")), Pattern(("", "@")))
"""With a domain, and without one."""


def texts(kernel: Kernel, field: int, clauses: Sequence[Clause], tell: Tell) -> list[str] | None:
    """Texts between which the clauses on a field tell; None where there are too many ways to tell."""
    asked = list(dict.fromkeys(_patterns(kernel, field, clauses, tell)))
    whole = [pattern for of_domain, pattern in asked if not of_domain]
    domains = [pattern for of_domain, pattern in asked if of_domain]
    try:
        found = _distinguishing(whole)
        if domains:
            behind = _distinguishing(domains)
            both = [*whole, *map(_within_address, domains), *_ADDRESSES]
            found += [*_distinguishing(both), *[f"x@{one}" for one in behind]]
            if whole:
                found += [f"{text}@{one}" for text in _distinguishing(whole) for one in behind]
    except (UnsureError, _TooManyError):
        return None
    return None if len(found) > _MOST_TEXTS else found


def _distinguishing(patterns: Sequence[Pattern]) -> list[str]:
    """A text for each way in which these patterns can match together."""
    exact = [one.exact for one in patterns if one.exact]
    apart = tuple(Pattern((one,)) for one in exact) if len(exact) <= _MOST_TOLD_APART else ()
    return exact + list(_each_way([one for one in patterns if one.exact is None], apart))


class _TooManyError(Exception):
    """More ways than are followed up."""


def _each_way(globs: Sequence[Pattern], apart: tuple[Pattern, ...]) -> Iterator[str]:
    """A text for each set of globs that one text can match, without matching the others."""
    ways: list[tuple[tuple[Pattern, ...], tuple[Pattern, ...]]] = [((), ())]
    for glob in globs:
        ways = [
            way
            for inside, outside in ways
            for way in (((*inside, glob), outside), (inside, (*outside, glob)))
            if text_like(*way, most=_MOST_STATES) is not None
        ]
        if len(ways) > MOST:
            raise _TooManyError
    for inside, outside in ways:
        text = text_like(inside, (*outside, *apart), _MOST_STATES)
        if text is not None:
            yield text


def _patterns(
    kernel: Kernel, field: int, clauses: Iterable[Clause], tell: Tell
) -> Iterator[tuple[bool, Pattern]]:
    """The patterns that clauses ask for, each with whether the domain is asked."""
    plan = kernel.plan
    for predicate in (one for clause in clauses for one in kernel.predicates(clause)):
        if isinstance(predicate, InSet):
            of_domain = _is_domain(plan, predicate.value)
            yield from ((of_domain, pattern) for pattern in predicate.patterns)
        elif isinstance(predicate, Comparison):
            for side, other in ((predicate.left, predicate.right), (predicate.right, predicate.left)):
                if reads(plan, side, field) and isinstance(text := tell(other), str):
                    yield _is_domain(plan, side), Pattern((text,))
        elif _is_domain(plan, predicate.value):
            yield True, Pattern(("x",))


def _is_domain(plan: Plan, value: object) -> bool:
    if isinstance(value, DefineValue):
        return _is_domain(plan, plan.definitions[value.define].value)
    return isinstance(value, Domain)


def _within_address(pattern: Pattern) -> Pattern:
    """The addresses whose domain matches a pattern."""
    first, *rest = pattern.parts
    return Pattern(("", f"@{first}", *rest))
