"""The version that leads were scored by before, where another one is about to score them."""

from __future__ import annotations

from ....grammar.messages.diagnostics import Source
from ...check import FrozenFiles
from ...plan import Plan
from ...reading import read
from ..database import Store
from ..records.freshness import freshness
from ..records.rulesets import RulesetVersion, version_numbered


def version_before(store: Store, version: RulesetVersion, now: int) -> RulesetVersion | None:
    """The version whose scores are right as of an earlier instant for all leads, None where that is `version`
    itself or there is none."""
    with store.guard():
        fresh = freshness(store.connection, version.ruleset_id)
    if fresh is None or fresh.version == version.id or not fresh.whole or fresh.now > now:
        return None
    return version_numbered(store, fresh.version)


def plan_of(version: RulesetVersion) -> Plan | None:
    """What a published version means, None where this program no longer understands it."""
    files = FrozenFiles(version.files)
    return read(Source(version.text), pinned=version.names, files=files, lints=False).plan
