"""How sure stored scores are: the bounds of leads, found as they are written to files and other databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from ...bounds.blanks import Blanks
from ...bounds.blocks import BlockBounds
from ...bounds.bounds import Bounds
from ...evaluator import Evaluator
from ...plan import Plan
from ...score_many.decide_block import Unsupported
from ...score_one.facts import Facts
from ...values import instant_of
from ..database import Store
from ..mirror.block_reader import BlockReader
from ..records.leads import stored_fields
from ..scoring.lead_reader import LeadReader, all_ready, listed
from .scores import LeadScore

_AT_ONCE = 20_000
_MANY = 200
"""From so many leads on, arrays are faster."""


class Sureness:
    """Finds the bounds of leads by what is known of them now, as of the instant of each score and by the
    version that found it. `plan_of` gives the plan of a version by its number.

    The store should be in a read transaction.
    """

    def __init__(self, store: Store, plan_of: Callable[[int], Plan]) -> None:
        self._store, self._plan_of = store, plan_of
        self._versions: dict[int, _Version] = {}

    def added(self, rows: Iterable[LeadScore]) -> Iterator[LeadScore]:
        """The scores with their bounds, in their order."""
        rows = iter(rows)
        while some := list(islice(rows, _AT_ONCE)):
            found: dict[int, Bounds] = {}
            for number in {one.version for one in some}:
                if number not in self._versions:
                    self._versions[number] = _Version(self._store, self._plan_of(number))
                found |= self._versions[number].bounds([one for one in some if one.version == number])
            for one in some:
                yield replace(one, bounds=found[one.number])


class _Version:
    """One version of a ruleset."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self._store = store
        self._blanks = Blanks(plan)
        self._reading = Evaluator(self._blanks.asking)
        self._evaluator = Evaluator(plan, self._reading.classes)
        stored = stored_fields(store)
        self._fields, self._bare = [
            [
                (None if one is None else one.column, all_ready(field, one))
                for field in some.fields
                for one in [stored.get(field.column)]
            ]
            for some in (plan, self._blanks.asking)
        ]

    def bounds(self, rows: Sequence[LeadScore]) -> dict[int, Bounds]:
        """The bounds of some leads by their numbers."""
        instants: dict[int, list[int]] = {}
        for one in rows:
            instants.setdefault(instant_of(one.as_of), []).append(one.number)
        found: dict[int, Bounds] = {}
        alone: dict[int, int] = {}
        for now, numbers in instants.items():
            if len(numbers) < _MANY or not self._at_once(numbers, now, found):
                alone |= dict.fromkeys(numbers, now)
        if alone:
            self._one_by_one(alone, found)
        return found

    def _at_once(self, numbers: Sequence[int], now: int, found: dict[int, Bounds]) -> bool:
        """Finds them from arrays; whether that could be done."""
        try:
            finder = BlockBounds(self._evaluator, self._fields, self._bare, now)
        except Unsupported:
            return False
        block = BlockReader(self._store).block_of(numbers)
        bounds = finder.of(block)
        found |= {number: bounds.of(place) for place, number in enumerate(block.leads.tolist())}
        return True

    def _one_by_one(self, instants: dict[int, int], found: dict[int, Bounds]) -> None:
        """Finds them lead by lead. What is read for the first instant is all that later ones need."""
        reader = LeadReader(self._store, self._reading, min(instants.values()))
        for number, fields, events in reader.leads(listed(sorted(instants))):
            own, guessed = self._blanks.filled(fields)
            facts = Facts(own, events, len(self._reading.classes.known))
            found[number] = self._evaluator.possible.bounds(facts, instants[number], guessed)
