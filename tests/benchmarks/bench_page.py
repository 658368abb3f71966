"""The page: an edit until it has settled, the first load, and fifty people who edit at once.

Times are of the clock on the wall, in a real browser, with the server in a process of its own: from the
change of a control until the page shows what came of it for all leads, laid out again.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from leadwright.tests.benchmarks.page_browser import browsing, edits, first_load
from leadwright.tests.benchmarks.page_crowd import Crowd, crowd
from leadwright.tests.benchmarks.page_world import name_of, world
from leadwright.tests.benchmarks.report import Claim, Report, Table

MOST = {25: 60.0, 100: 120.0, 200: 190.0}
"""Milliseconds that an edit may take with a thousand leads, by the number of rules."""

PEOPLE, PAUSE = 50, 4.0


def run(*, quick: bool) -> Report:
    """Edits small and large rulesets, over few and many leads, alone and together."""
    rounds = 8 if quick else 30
    shares = [_share()]
    with tempfile.TemporaryDirectory() as folder:
        few = world(Path(folder), 1_000, MOST)
        with browsing(few) as (browser, site):
            times = {size: edits(browser, site, size, rounds) for size in MOST}
            sizes = first_load(browser, site, 25)
        together = crowd(few, name_of(100), PEOPLE, 3 if quick else 10, PAUSE)
        leads = 20_000 if quick else 100_000
        many = world(Path(folder), leads, [100])
        with browsing(many) as (browser, site):
            over_many = edits(browser, site, 100, rounds)
    shares.append(_share())
    rows = [(f"1,000 leads, {size} rules", found) for size, found in times.items()]
    rows.append((f"{leads:,} leads, 100 rules", over_many))
    load = sum(sizes.values()) / 1024
    return Report(
        "page",
        (
            Table(
                "milliseconds until an edit has settled, median and worst",
                ("", "points", "worst", "condition", "worst"),
                tuple((name, *_row(found)) for name, found in rows),
            ),
            Table(
                f"bytes of a first load of {name_of(25)}",
                ("", "bytes"),
                tuple((name, f"{size:,}") for name, size in sorted(sizes.items())),
            ),
            _together(together),
        ),
        (
            *(
                Claim(f"an edit at 1,000 leads, {size} rules", _middle(times[size]), most, False, "ms")
                for size, most in MOST.items()
            ),
            Claim(f"an edit at {leads:,} leads, 100 rules", _middle(over_many), 250, False, "ms"),
            Claim("first load, compressed", load, 40, False, "KiB"),
            Claim(f"edits lost of {PEOPLE} people", together.lost + len(together.refused), 0, False, "edits"),
            Claim(f"95 of 100 edits of {PEOPLE} people", together.share(0.95) * 1e3, 500, False, "ms"),
        ),
        (
            "an edit of a condition changes whom its rule matches, so what is demanded is held against those",
            f"each of the {PEOPLE} pauses {PAUSE:g} s on average between two edits",
            f"one busy process had {shares[0]:.0%} of a processor before and {shares[1]:.0%} after; "
            "with less than all, times of the clock are longer by as much",
        ),
    )


def _share() -> float:
    """Which part of a processor the machine gives to one process that is busy."""
    wall, used = perf_counter(), process_time()
    while perf_counter() < wall + 1:
        pass
    return (process_time() - used) / (perf_counter() - wall)


def _middle(found: dict[str, list[float]]) -> float:
    return median(found["number"])


def _row(found: dict[str, list[float]]) -> list[str]:
    return [f"{value:.0f}" for times in found.values() for value in (median(times), max(times))]


def _together(found: Crowd) -> Table:
    rows = [
        ("edits", f"{len(found.seconds)}"),
        ("median", f"{found.share(0.5) * 1e3:.0f} ms"),
        ("95 of 100", f"{found.share(0.95) * 1e3:.0f} ms"),
        ("worst", f"{max(found.seconds) * 1e3:.0f} ms"),
        ("refused", f"{len(found.refused)}"),
        ("lost", f"{found.lost}"),
    ]
    return Table(f"{PEOPLE} people, 100 rules, 1,000 leads", ("an edit", ""), tuple(rows))
