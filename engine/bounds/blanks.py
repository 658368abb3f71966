"""Which fields of a lead are blank, where a default fills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..plan import Plan
from ..values import Prepared


class Blanks:
    """Fills in the defaults of a plan, and tells where it did.

    `asking` is the plan without its defaults: what reads leads by it leaves blank what is blank.
    """

    def __init__(self, plan: Plan) -> None:
        self._defaults = [(n, one.default) for n, one in enumerate(plan.fields) if one.default is not None]
        bare = tuple(replace(one, default=None, written=None) for one in plan.fields)
        self.asking = replace(plan, fields=bare) if self._defaults else plan

    def filled(self, fields: Sequence[Prepared]) -> tuple[tuple[Prepared, ...], frozenset[int]]:
        """The fields with defaults where they are blank, and the numbers of these."""
        missing = [(n, default) for n, default in self._defaults if fields[n] is None]
        if not missing:
            return tuple(fields), frozenset()
        whole = list(fields)
        for number, default in missing:
            whole[number] = default
        return tuple(whole), frozenset(number for number, _ in missing)
