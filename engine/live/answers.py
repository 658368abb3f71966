"""What sales answers about a lead, as events: rules, clocks and figures see them as any others."""

from __future__ import annotations

import secrets

from ..receivers.calls import Call
from ..store.database import Store
from ..store.handoffs.reading import ANSWERS
from .mapping import SourceMapping
from .messages import Became, State
from .recording import Batch, Change


def answer(
    store: Store, lead: str, what: str, now: int, *, by: str, reason: str = "", note: str = ""
) -> None:
    """Records that a lead (by its own id) was accepted, contacted or rejected, as of `now`.

    Raises ValueError for anything else.
    """
    if what not in ANSWERS:
        raise ValueError(f'"{what}" is no answer')
    said = {"by": by, "reason": reason, "note": note}
    properties = {name: value for name, value in said.items() if value}
    call = Call(named=lead, type=what, properties=properties)
    change = Change(call, SourceMapping(), now, f"answer {secrets.token_hex(8)}", now, Became(State.STORED))
    with store.transaction():
        Batch(store, now).record([change])
