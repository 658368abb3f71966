"""A clause or a value on its own, as a function of what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ...grammar.syntax.nodes import Kind
from ..plan import Clause, Constant, FieldValue, ScoreValue, SignalValue
from ..plan.lower import Comparison, Edge, Term
from ..score_many.semantic_keys import Input
from .codegen import CodegenContext, CodegenScope, Detail
from .conditions_source import leaf_of, truth_name
from .function import made, resolved, tuple_of
from .values_source import operand, score_name

if TYPE_CHECKING:
    from ..explain.plan_index import PlanIndex

ClauseRun = Callable[[Iterable[Sequence[Any]], int], list[Any]]
"""`run(rows, now)`: an answer for each row of what is read, at an instant in microseconds."""

Compared = Callable[[Any, int], Any]
"""`run(instants, now)`: whether it is true of each; arrays of whole numbers and of booleans."""


def clause_function(parts: PlanIndex, clause: Clause, inputs: Sequence[Input]) -> ClauseRun:
    """The truth of a clause for each row of its inputs."""
    return _function(parts, inputs, lambda context: truth_name(context, clause))


def instants_function(parts: PlanIndex, clause: Clause, read: SignalValue) -> Compared | None:
    """The same for instants, all at once, where nothing else is asked than whether each is before an instant;
    else None."""
    test = parts.kernel.test(clause)
    if not (isinstance(test, Comparison) and test.left == read and test.right.kind is Kind.DATETIME):
        return None
    if not isinstance(test.right, Edge | Constant):
        return None
    context = CodegenContext(parts.kernel, (), Detail.EXPLAIN, 0, True, top=CodegenScope(" "))
    name = _name(context, read)
    core = leaf_of(context, context.top, test).core
    moments, lines = resolved(context, [], [*context.top.lines, f" return {core}"])
    return made(context, "\n".join([f"def run({name}, now):", *moments, *lines, ""]))


def value_function(parts: PlanIndex, term: Term, inputs: Sequence[Input]) -> ClauseRun:
    """A value, as it is compared, for each row of its inputs."""
    return _function(parts, inputs, lambda context: operand(context, context.top, term).text)


def _function(parts: PlanIndex, inputs: Sequence[Input], write: Callable[[CodegenContext], str]) -> ClauseRun:
    context = CodegenContext(parts.kernel, (), Detail.EXPLAIN, 0, True, top=CodegenScope("  "))
    names = [_name(context, one) for one in inputs]
    answer = write(context)
    each, before = f"for {tuple_of(names)} in rows", context.top.lines
    if not before or (len(before) == 1 and before[0].startswith(f"  {answer} = ")):
        value = before[0].removeprefix(f"  {answer} = ") if before else answer
        loop = [f" return [{value} {each}]"]
    else:
        loop = [" found = []; add = found.append", f" {each}:", *before, f"  add({answer})", " return found"]
    moments, lines = resolved(context, loop, [])
    return made(context, "\n".join(["def run(rows, now):", *moments, *lines, ""]))


def _name(context: CodegenContext, one: Input) -> str:
    """The local that generated Python reads it from."""
    match one:
        case FieldValue(field=number):
            return f"f{number}"
        case ScoreValue(score=score):
            return score_name(score)
    return context.measure(context.plan.signals[one.signal])
