"""All the parts of the benchmark: their figures, what holds and what misses."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path

from leadwright.tests.benchmarks.machine import machine
from leadwright.tests.benchmarks.report import Report, claims_text

PARTS = tuple(sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")))
"""Each part is a module `bench_PART` with a function `run(*, quick) -> Report`. One with a
table `SECTIONS` can run some of these alone: `run(*, quick, sections)`."""


def main() -> int:
    """Runs the wanted parts; the exit code is 1 where a demanded figure is missed."""
    parser = argparse.ArgumentParser(description="Measures leadwright beside others.")
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(PARTS)}; all if none. Of a part that has several, one: outcomes:olist",
    )
    parser.add_argument("--quick", action="store_true", help="fewer and smaller runs, rougher figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also keep everything as JSON")
    options = parser.parse_args()
    wanted = [name.partition(":")[::2] for name in options.parts or PARTS]
    unknown = [part for part, _ in wanted if part not in PARTS]
    if unknown:
        parser.error(f"no part is called {unknown[0]!r}; there are {', '.join(PARTS)}")
    modules = {part: import_module(f".bench_{part}", __package__) for part, _ in wanted}
    for part, section in wanted:
        there = getattr(modules[part], "SECTIONS", {})
        if section and section not in there:
            parser.error(f"{part} has no {section!r}; it has {', '.join(there) or 'no sections'}")

    about = machine()
    print("\n".join(f"{name:>16}  {value}" for name, value in about.items()), flush=True)
    reports: list[Report] = []
    for part, section in wanted:
        only = {"sections": (section,)} if section else {}
        report = modules[part].run(quick=options.quick, **only)
        print(f"\n{report.text()}", flush=True)
        reports.append(report)

    claims = [claim for report in reports for claim in report.claims]
    missed = [claim for claim in claims if not claim.holds]
    print(f"\n== summary: {len(claims) - len(missed)} of {len(claims)} figures hold")
    if missed:
        print(f"\nmissed\n{claims_text(missed)}")
    if options.json:
        kept = {"machine": about, "quick": options.quick, "parts": [report.data() for report in reports]}
        options.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return 1 if missed else 0
