"""The tables of docs/sql-engines.md, made from the conformance cases; run it to write them again."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from leadwright.engine import plan as p
from leadwright.engine.reading import read, read_file
from leadwright.engine.ruleset import load
from leadwright.engine.sql import DIALECTS, compile_sql
from leadwright.engine.sql.terms import UnsupportedSql
from leadwright.engine.values import Kind

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sql-engines.md"
CASES = sorted((ROOT / "tests/language/evaluation").glob("*.rules"))
RUN = ("duckdb", "sqlite", "postgres", "spark", "clickhouse")
"""The engines that run the cases: in test_language_in_back_ends.py and, as servers, in tests/engines."""


def made() -> str:
    """The page with its tables made again."""
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in (("parts", parts()), ("refusals", refusals())):
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        assert found, name
        assert ended, name
        text = "\n".join([before + begin + next(lines), *lines, end + after])
    return text


def parts() -> Iterator[str]:
    """The lines of the table of conformance cases."""
    yield f"| part | leads | {' | '.join(engine.label for engine in DIALECTS.values())} |"
    yield f"|---|---:|{'---|' * len(DIALECTS)}"
    for path in CASES:
        plan = read(read_file(path)).plan
        assert plan is not None, path
        says = [_says(plan, dialect) for dialect in DIALECTS]
        title = plan.title or path.stem.replace("_", " ").capitalize()
        yield f"| {title} | {len(plan.tests)} | {' | '.join(says)} |"


def _says(plan: p.Plan, dialect: str) -> str:
    if _refusal(plan, dialect) is not None:
        return "refused"
    return "same" if dialect in RUN else "written"


def refusals() -> Iterator[str]:
    """A list of what is refused, with the engines that refuse it and what is said."""
    for what, plan in _hard():
        said = {dialect: _refusal(plan, dialect) for dialect in DIALECTS}
        labels = [DIALECTS[dialect].label for dialect, error in said.items() if error is not None]
        error = next(error for error in said.values() if error is not None)
        engines = "every engine" if len(labels) == len(DIALECTS) else ", ".join(labels)
        line = f'- **{what}**, in {engines}: "{error.message}"; {error.hint}.'
        yield from textwrap.wrap(line, 120, subsequent_indent="  ", break_long_words=False)


def _refusal(plan: p.Plan, dialect: str) -> UnsupportedSql | None:
    # A statement of thousands of columns takes seconds to print where it is not refused.
    if 1_000 < len(plan.rules) < DIALECTS[dialect].columns / 10:
        return None
    try:
        compile_sql(plan, dialect, 1_768_478_400_000_000, pretty=False)
    except UnsupportedSql as error:
        return error
    return None


def _hard() -> Iterator[tuple[str, p.Plan]]:
    """What some engine refuses; texts and lists are put in place of what the language lets write."""
    yield (
        "A stage with `until` whose conditions calculate with days",
        load("stage Warm when visited until days since last visited / 7 > 2").plan,
    )
    wide = "\n".join(f"when e{n} then +1" for n in range(1100))
    yield "More columns than the engine allows", load(wide).plan
    text = load('field t: text\nwhen t = "x" then +1').plan
    lists = load('field t: texts\nwhen t contains "x" then +1').plan
    equal = p.Constant(Kind.TEXTS, ("a", "b"))
    yield "Whether two lists of text are equal", _asking(lists, p.FieldValue(0, Kind.TEXTS), equal)
    odd = p.Constant(Kind.TEXT, "\0")
    yield "A text that no engine holds", _asking(text, p.FieldValue(0, Kind.TEXT), odd)


def _asking(plan: p.Plan, left: p.FieldValue, right: p.Constant) -> p.Plan:
    """The plan whose rule asks whether a field equals a constant."""
    rule = plan.rules[0]
    return replace(plan, rules=(replace(rule, condition=p.Compare("=", left, right, rule.origin)),))


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
