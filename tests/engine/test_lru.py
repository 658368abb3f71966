"""The cache with a limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from leadwright.engine.lru import LruCache


def test_what_was_used_longest_ago_goes_first() -> None:
    kept: LruCache[str, int] = LruCache(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_a_value_is_made_once_while_it_is_kept_even_where_it_is_nothing() -> None:
    kept: LruCache[str, int | None] = LruCache(2)
    made: list[str] = []
    for key in ("a", "a", "b", "a", "c", "b"):
        kept.made(key, lambda key=key: made.append(key))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_threads_never_hold_more_than_the_limit() -> None:
    kept: LruCache[int, int] = LruCache(5)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: kept.made(at % 20, lambda: at % 20), range(2_000)))
    assert found == [at % 20 for at in range(2_000)]
    assert len(kept) == 5


def test_values_of_a_size_are_kept_as_far_as_they_fit_and_the_latest_always() -> None:
    kept: LruCache[str, str] = LruCache(10, lambda key, value: len(value))
    for key, size in (("a", 4), ("b", 4), ("a", 6), ("c", 3)):
        kept.put(key, size * "x")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("xxxxxx", None, "xxx")
    kept.put("large", 99 * "x")
    assert (len(kept), kept.get("large")) == (1, 99 * "x")
    kept.put("small", "x")
    assert (len(kept), kept.get("small")) == (1, "x")
