"""What is proved of rules, for the page and for publishing: asked in a process of its own, and kept."""

from __future__ import annotations

from collections.abc import Hashable

from ..engine import prove
from ..engine.lru import LruCache
from ..engine.plan import Plan
from ..engine.prove.answers import Answer, QuestionKind, Wanted

SECONDS = 20.0
"""How long all guarantees of a ruleset may take together."""

SECONDS_TO_COMPARE = 5.0
"""How long the review may look for a proof that no lead moves down."""

_MOST_KEPT = 64
_guaranteed: LruCache[Hashable, list[Answer]] = LruCache(_MOST_KEPT)
_compared: LruCache[Hashable, Answer | None] = LruCache(_MOST_KEPT)

LOOKED_AT = prove.is_there()
"""Whether guarantees can be looked at here."""


def guaranteed(plan: Plan) -> list[Answer]:
    """The answers for the guarantees of a plan; none where there is no solver."""
    if not LOOKED_AT or not plan.guarantees:
        return []
    from ..engine.prove.asking import answers_apart

    return _guaranteed.made(_key(plan), lambda: answers_apart(plan, seconds=SECONDS))


def known(plan: Plan) -> list[Answer] | None:
    """The answers that were found before; None where nobody has asked."""
    return _guaranteed.get(_key(plan))


def only_raises(new: Plan, old: Plan) -> Answer | None:
    """Whether no possible lead can move down from one plan to another; None without a solver."""
    return _asked(new, old, QuestionKind.ONLY_RAISES)


def only_lowers(new: Plan, old: Plan) -> Answer | None:
    """Whether no lead can move up; None without a solver."""
    return _asked(old, new, QuestionKind.ONLY_RAISES)


def changes_nothing(new: Plan, old: Plan) -> Answer | None:
    """Whether every lead keeps its scores and stages; None without a solver."""
    return _asked(new, old, QuestionKind.SAME)


def _asked(new: Plan, old: Plan, kind: QuestionKind) -> Answer | None:
    if not LOOKED_AT:
        return None
    from ..engine.prove.asking import answers_apart

    def ask() -> Answer | None:
        return answers_apart(new, seconds=SECONDS_TO_COMPARE, wanted=[Wanted(kind)], old=old)[0]

    return _compared.made((kind, _key(new), _key(old)), ask)


def _key(plan: Plan) -> Hashable:
    return plan.digest, tuple(source.text for source in plan.sources)
