"""A version of a ruleset in the store of a test, published without the checks of those who publish."""

from __future__ import annotations

from collections.abc import Mapping

from leadwright.engine.plan import Resolution
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.rulesets import Edition, RulesetVersion, add_version, newest_version


def save_version(
    store: Store,
    ruleset: str,
    text: str,
    digest: str,
    *,
    files: Mapping[str, str] | None = None,
    names: Mapping[str, Resolution] | None = None,
    title: str | None = None,
    note: str | None = None,
    author: str | None = None,
) -> RulesetVersion:
    """Publishes a version of the ruleset and gives it back.

    Where the newest version has the same digest nothing is added: that version is given back.
    """
    with store.transaction() as connection:
        newest = newest_version(store, ruleset)
        if newest is None or newest.digest != digest:
            edition = Edition(text, digest, files or {}, names or {}, title)
            add_version(connection, ruleset, edition, note=note, author=author)
            newest = newest_version(store, ruleset)
    assert newest is not None
    return newest
