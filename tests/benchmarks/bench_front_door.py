"""From a text to a function, stage by stage, for rulesets of growing size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadwright.engine.check import FrozenFiles, check
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.lint.lints import lint
from leadwright.engine.score_one.codegen import Detail
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.tests.benchmarks.as_text import rules_text
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.tests.benchmarks.timing import Measured, Work, interleaved
from leadwright.tests.benchmarks.workloads import many

SIZES = (250, 500, 1_000, 2_000)
STAGES = ("parse", "check and plan", "compile")


def run(*, quick: bool) -> Report:
    """Times each stage on its own, the stage before it done ahead, and shows what a rule costs."""
    works = [work for size in SIZES for work in _works(size)]
    times = interleaved(works, 3 if quick else 7)
    totals = {size: sum(times[f"{stage} {size}"].median for stage in STAGES) for size in SIZES}
    worst = max(totals[size] / size for size in SIZES)
    growth = (totals[SIZES[-1]] / SIZES[-1]) / (totals[SIZES[0]] / SIZES[0])
    rows = tuple(_row(size, times, totals[size]) for size in SIZES)
    return Report(
        "front door",
        (Table("milliseconds a rule, median", ("rules", *STAGES, "all three", "lint"), rows),),
        (
            Claim("text to function at 2,000 rules, a rule", totals[2_000] / 2_000 * 1e3, 1, False, "ms"),
            Claim("the dearest size, a rule", worst * 1e3, 1, False, "ms"),
            Claim("a rule at 2,000 rules over one at 250", growth, 1.3, False),
        ),
        (
            "compile is the function that scores; lints are not on the way to it and are shown beside",
            "nothing is kept from one run to the next",
        ),
    )


def _works(size: int) -> list[Work]:
    source = Source(rules_text(many(size)))
    parsed = parse(source)
    plan = check(parsed, files=FrozenFiles({})).plan
    if plan is None:
        raise RuntimeError(f"the {size} rules of the benchmark have errors")
    stages: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
        "parse": (parse, (source,)),
        "check and plan": (_checked, (parsed,)),
        "compile": (_compiled, (plan,)),
        "lint": (lint, (plan, parsed.tree, None)),
    }
    return [Work(f"{name} {size}", run, [arguments]) for name, (run, arguments) in stages.items()]


def _checked(parsed: Any) -> Any:
    return check(parsed, files=FrozenFiles({}))


def _compiled(plan: Any) -> Any:
    return Evaluator(plan).program(Detail.SCORE)


def _row(size: int, times: dict[str, Measured], total: float) -> tuple[str, ...]:
    stages = [times[f"{stage} {size}"].median for stage in STAGES]
    return (
        str(size),
        *(f"{seconds / size * 1e3:.3f}" for seconds in (*stages, total, times[f"lint {size}"].median)),
    )
