"""Of many leads the page shows what was counted before while it counts anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.freshness import mark_changed
from leadwright.web import counted_catalogue
from leadwright.web.counted_catalogue import CountedCatalogue
from leadwright.web.problems import Problem


def _add_lead(store: Store, key: str) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO lead (_key, _changed) VALUES (?, 0)", (key,))
        mark_changed(connection, [])


@pytest.mark.parametrize("few", [0, 50_000], ids=["of many", "of few"])
def test_counts_follow_the_data(database: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(counted_catalogue, "_FEW", few)
    counted = CountedCatalogue()
    with open_store(database) as store:
        before = catalogue(store).leads
        assert counted.of(store).leads == before
        _add_lead(store, "new@one.example")
        if not few:
            assert counted.of(store).leads == before
            assert counted._thread is not None
            counted._thread.join()
        assert counted.of(store).leads == before + 1
        _add_lead(store, "new@two.example")
        if not few:
            # Counted a moment ago: not again at once.
            monkeypatch.setattr(counted_catalogue.time, "monotonic", lambda: 0.0)
            assert counted.of(store).leads == before + 1
            monkeypatch.setattr(counted_catalogue.time, "monotonic", lambda: 1e12)
            assert counted.of(store).leads == before + 1
            counted._thread.join()
        assert counted.of(store).leads == before + 2


def test_the_first_count_is_waited_for_but_not_for_long(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted_catalogue, "_FEW", 0)
    with open_store(database) as store:
        with store.transaction() as connection:
            connection.execute("UPDATE state SET catalogue = NULL, catalogue_at = NULL")
        assert CountedCatalogue().of(store).leads == catalogue(store).leads
        with store.transaction() as connection:
            connection.execute("UPDATE state SET catalogue = NULL, catalogue_at = NULL")
        hurried = CountedCatalogue()
        monkeypatch.setattr(CountedCatalogue, "_count", lambda *_: None)
        with pytest.raises(Problem) as problem:
            hurried.of(store)
        assert (problem.value.status, problem.value.title) == (503, "Counting")
