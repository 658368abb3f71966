"""The one pass over a lead's events, as Python: a block per class of events, early tests of windows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ...grammar.frozen import frozen
from ..plan import Aggregation, Last, Measure, Range, Selection
from ..plan.calendar import month_number
from ..values import MICROSECONDS
from .codegen import MARK, CodegenContext, CodegenScope
from .conditions_source import holds, in_selection
from .event_classes import EventClass
from .measures_source import COLUMNLESS, END, NEVER, START, followed, updates

NO_CODE = 1 << 62
"""More than any code."""

_GAUGE = re.compile(r"\bg\d+\b")
_IS_LATER = re.compile(rf"\b(g\d+) is not None and \1 > ({MARK}\d+{MARK})")
_NESTED = 16
_BROAD = 256
_CHAIN = 3


@frozen
class _Update:
    """Lines that an event adds to a measure, where it lies in a window and a filter lets it through."""

    window: Last | Range | None
    where: Selection | None
    lines: tuple[str, ...]


def write_pass(context: CodegenContext, body: Sequence[str] = ()) -> list[str]:
    """The lines that start all measures the context asks for, pass over the events and finish the measures.

    `body` are the lines that read the measures afterwards, where these are all that do.
    """
    if not context.measures:
        return []
    context.names |= {"INF": float("inf"), "NEVER": NEVER}
    context.names["month_number"] = month_number
    starts = _starts(context)
    widest = _widest(context)
    context.recent = _recent(context, body, widest)
    ends = [
        END[measure.aggregation].format(g=name)
        for measure, name in context.measures.items()
        if measure.aggregation in END
    ]
    loop = _loop(context, widest)
    return [*(" " + line for line in starts), *loop, *(" " + line for line in ends)]


def _starts(context: CodegenContext) -> list[str]:
    zero = (Aggregation.COUNT, Aggregation.SEEN, Aggregation.FADED)
    counts = [name for measure, name in context.measures.items() if measure.aggregation in zero]
    lines = [" = ".join([*counts[i : i + 50], "0"]) for i in range(0, len(counts), 50)]
    return lines + [
        START[measure.aggregation].format(g=name)
        for measure, name in context.measures.items()
        if measure.aggregation not in zero
    ]


def _widest(context: CodegenContext) -> Last | None:
    """The widest window of a fixed length: events before it are told from the others first of all."""
    windows = [
        measure.events.window
        for measure in context.measures
        if measure.aggregation is not Aggregation.FOLLOWED
        and isinstance(measure.events.window, Last)
        and measure.events.window.unit in MICROSECONDS
    ]
    return max(windows, key=lambda w: w.amount * MICROSECONDS[w.unit], default=None)


def _recent(context: CodegenContext, body: Sequence[str], widest: Last | None) -> dict[str, Last]:
    """Gauges of the latest event that are only asked whether it lies within some stretch before now, none
    of them longer than the widest window: what happened before that is as good as nothing."""
    latest = {name for measure, name in context.measures.items() if measure.aggregation is Aggregation.LAST}
    if widest is None or not latest:
        return {}
    text = "\n".join(body)
    start = -widest.amount * MICROSECONDS[widest.unit]
    near = {mark for offset, mark in context.edges.items() if isinstance(offset, int) and offset >= start}
    read = Counter(_GAUGE.findall(text))
    asked = Counter(name for name, mark in _IS_LATER.findall(text) if mark in near)
    return {name: widest for name in latest if asked[name] and read[name] == 2 * asked[name]}


def _window(context: CodegenContext, measure: Measure, name: str) -> Last | Range | None:
    """Outside of which window events make no difference to a measure."""
    return context.recent.get(name, measure.events.window)


def _is_fixed(window: Last | Range | None) -> bool:
    return isinstance(window, Last) and window.unit in MICROSECONDS


def _loop(context: CodegenContext, widest: Last | None) -> list[str]:
    oldest = _oldest(context)
    lines = [
        " if events and events[-1][0] > now:",
        "  events = events[:bisect_right(events, now, key=instant_of_row)]",
    ]
    if oldest:
        lines += [
            f" if len(events) > 32 and events[0][0] <= {oldest}:",
            f"  events = events[bisect_right(events, {oldest}, key=instant_of_row):]",
        ]
    lines.append(" for at, code, p in events:" if context.width else " for at, code in events:")
    reading = _reading(context, widest)
    if widest is None:
        return [*lines, *(_distinguishing(context, reading, 2, old=False) or ["  pass"])]
    lines.append(f"  if at <= {context.edge(-widest.amount, widest.unit)}:")
    lines += _distinguishing(context, reading, 3, old=True) or ["   pass"]
    return [*lines, "  else:", *(_distinguishing(context, reading, 3, old=False) or ["   pass"])]


def _oldest(context: CodegenContext) -> str:
    """The start of the widest window, where every measure has one around now."""
    edges: set[str] = set()
    for measure, name in context.measures.items():
        windows = [
            _window(context, measure, name),
            *([measure.then.window] if measure.then is not None else []),
        ]
        for window in windows:
            if not isinstance(window, Last):
                return ""
            edges.add(context.edge(-window.amount, window.unit))
    return edges.pop() if len(edges) == 1 else f"min({', '.join(sorted(edges))})"


def _distinguishing(context: CodegenContext, reading: _Reading, depth: int, *, old: bool) -> list[str]:
    """What each class of events does, old ones or not, at a depth."""
    common, blocks = _blocks(context, reading, old=old)
    if (
        not blocks
        and old
        and all(_is_fixed(_window(context, measure, name)) for measure, name in context.measures.items())
    ):
        return []
    branches = _dispatch(_runs(blocks), 1, NO_CODE, depth)
    pad = " " * depth
    return [*(pad + line for line in common), *branches]


@frozen
class _Run:
    """Neighbouring codes, from first to last, whose events all do the same."""

    first: int
    last: int
    lines: tuple[str, ...]


def _runs(blocks: Mapping[int, list[str]]) -> list[_Run]:
    runs: list[_Run] = []
    for code in sorted(blocks):
        lines = tuple(blocks[code])
        if runs and runs[-1].last == code - 1 and runs[-1].lines == lines:
            runs[-1] = replace(runs[-1], last=code)
        else:
            runs.append(_Run(code, code, lines))
    return runs


def _dispatch(runs: Sequence[_Run], low: int, high: int, depth: int) -> list[str]:
    """A binary search for the code, known to lie between low and high, ending in short chains."""
    pad = " " * depth
    if len(runs) > _CHAIN:
        middle = len(runs) // 2
        split = runs[middle].first
        return [
            f"{pad}if code < {split}:",
            *_dispatch(runs[:middle], low, split - 1, depth + 1),
            f"{pad}else:",
            *_dispatch(runs[middle:], split, high, depth + 1),
        ]
    lines: list[str] = []
    for run in runs:
        word = "elif" if lines else "if"
        if run.first <= low and run.last >= high:
            if not lines:
                return [f"{pad}{line}" for line in run.lines]
            lines.append(f"{pad}else:")
        elif run.first <= low:
            lines.append(f"{pad}{word} code {'==' if run.last == low else '<='} {run.last}:")
            low = run.last + 1
        elif run.first == run.last:
            lines.append(f"{pad}{word} code == {run.first}:")
        else:
            lines.append(f"{pad}{word} {run.first} <= code <= {run.last}:")
        lines += [f"{pad} {line}" for line in run.lines]
    if high >= NO_CODE:
        lines.append(f"{pad}{'elif' if lines else 'if'} code > newest: raise Unforeseen")
    return lines


@frozen
class _Reading:
    """Which measures, by name, each selector feeds, and those that are written once for many classes."""

    widest: Last | None
    by_selector: Mapping[int, Mapping[str, Measure]]
    broad: Sequence[tuple[EventClass, frozenset[int], Mapping[str, Measure]]]


def _reading(context: CodegenContext, widest: Last | None) -> _Reading:
    readers: dict[int, dict[str, Measure]] = {}
    for measure, name in context.measures.items():
        for selection in (measure.events, measure.then):
            if selection is not None:
                readers.setdefault(selection.selector, {})[name] = measure
    return _Reading(widest, readers, list(_broad(context, readers)))


def _blocks(
    context: CodegenContext, reading: _Reading, *, old: bool
) -> tuple[list[str], dict[int, list[str]]]:
    """Lines for all events and lines for each class of them, before the widest window or in it."""
    common: list[str] = []
    shared: set[str] = set()
    for event_class, codes, measures in reading.broad:
        updates = _wanted(context, measures, event_class, reading.widest, old=old)
        if updates:
            common.append(f"if code in {context.constant(('codes', codes), codes.copy)}:")
            common += [" " + line for line in _block(context, updates, event_class)]
        shared.update(measures)
    blocks: dict[int, list[str]] = {}
    for event_class in context.classes:
        of_class: dict[str, Measure] = {}
        for selector in sorted(event_class.selectors):
            of_class |= reading.by_selector.get(selector, {})
        own = {name: measure for name, measure in of_class.items() if name not in shared}
        updates = _wanted(context, own, event_class, reading.widest, old=old)
        if updates:
            blocks[event_class.code] = _block(context, updates, event_class)
    return common, blocks


def _broad(
    context: CodegenContext, readers: Mapping[int, Mapping[str, Measure]]
) -> Iterator[tuple[EventClass, frozenset[int], Mapping[str, Measure]]]:
    """Gauges of one selector that would make too many lines, with the classes of its events.

    Where rows are packed class by class only those that read no column can be shared.
    """
    classes: dict[int, list[EventClass]] = {}
    for event_class in context.classes:
        for selector in event_class.selectors:
            classes.setdefault(selector, []).append(event_class)
    for selector, measures in readers.items():
        of_selector = classes.get(selector, [])
        mine = {
            name: measure
            for name, measure in measures.items()
            if measure.aggregation is not Aggregation.FOLLOWED
            and (context.fixed or (measure.events.where is None and measure.aggregation in COLUMNLESS))
        }
        if len(mine) * len(of_selector) > _BROAD and len(of_selector) > 1:
            yield of_selector[0], frozenset(c.code for c in of_selector), mine


def _wanted(
    context: CodegenContext,
    measures: Mapping[str, Measure],
    event_class: EventClass,
    widest: Last | None,
    *,
    old: bool,
) -> list[_Update]:
    """What events of a class do, before the widest window or in it."""
    updates = [_update(context, name, measure, event_class) for name, measure in measures.items()]
    if old:
        return [update for update in updates if not _is_fixed(update.window)]
    return [replace(u, window=None) if u.window == widest else u for u in updates]


def _block(context: CodegenContext, updates: Sequence[_Update], event_class: EventClass) -> list[str]:
    """Updates by window: the always first, then the widest, in which the narrower ones are nested."""
    windows: dict[Last | Range | None, list[_Update]] = {}
    for update in updates:
        windows.setdefault(update.window, []).append(update)
    fixed = [w for w in windows if isinstance(w, Last) and w.unit in MICROSECONDS]
    fixed.sort(key=lambda w: -w.amount * MICROSECONDS[w.unit])
    scope = CodegenScope("", columns=event_class.columns)
    others = [window for window in windows if not _is_fixed(window)]
    for window in sorted(others, key=lambda w: w is not None):
        test = in_selection(context, window)
        if test is not None:
            scope.add(f"if {test}:")
        _guarded(context, windows[window], scope, 0 if test is None else 1)
    for place, window in enumerate(fixed):
        depth = place % _NESTED
        scope.add(f"if {in_selection(context, window)}:", depth)
        _guarded(context, windows[window], scope, depth + 1)
    return scope.lines


def _guarded(context: CodegenContext, updates: Sequence[_Update], outer: CodegenScope, depth: int) -> None:
    """The updates of one window, those with one filter together."""
    scope = CodegenScope(" " * depth, outer.lines, columns=outer.columns)
    for update in updates:
        if update.where is None:
            for line in update.lines:
                scope.add(line)
    filtered: dict[str, list[str]] = {}
    for update in updates:
        if update.where is not None and update.where.where is not None:
            test = holds(context, scope, update.where.where, True)
            filtered.setdefault(test.text, []).extend(update.lines)
    for text, inside in filtered.items():
        scope.add(f"if {text}:")
        for line in inside:
            scope.add(line, 1)


def _update(context: CodegenContext, name: str, measure: Measure, event_class: EventClass) -> _Update:
    if measure.aggregation is Aggregation.FOLLOWED:
        return _Update(None, None, tuple(followed(context, measure, name, event_class)))
    selection = measure.events
    where = selection if selection.where is not None else None
    return _Update(
        _window(context, measure, name), where, tuple(updates(context, measure, name, event_class.columns))
    )
