"""Values, events and windows in the words of an explanation."""

from __future__ import annotations

from functools import lru_cache

from ...grammar.syntax.nodes import Kind, Unit
from ..plan import (
    Aggregation,
    Calculation,
    Constant,
    DaysBetween,
    DefineValue,
    Domain,
    Each,
    FieldValue,
    Grade,
    Last,
    Measure,
    Next,
    Plan,
    PropertyValue,
    Range,
    ScoreValue,
    Selection,
    Selector,
    SignalValue,
    SureValue,
    Value,
    Window,
)
from ..values import DAY, Prepared, date_of, domain_of, is_blank, moment_of
from ..zone import UTC, Zone

UNKNOWN = "unknown"


@lru_cache(maxsize=4096, typed=True)
def number_words(number: float) -> str:
    """A number without a needless fraction, to 6 decimals."""
    shown = round(number, 6)
    return str(int(shown)) if abs(shown) < 1e15 and shown == int(shown) else repr(shown)


def instant_words(instant: int, zone: Zone = UTC) -> str:
    """An instant in a zone to the minute; a midnight as its day."""
    shown = instant + zone.offset(instant)
    moment = moment_of(shown)
    return moment.date().isoformat() if shown % DAY == 0 else moment.strftime("%Y-%m-%d %H:%M")


def day_words(instant: int, zone: Zone) -> str:
    """The day of an instant."""
    return _iso_day(instant // DAY if zone.is_utc else zone.day(instant))


@lru_cache(maxsize=4096)
def _iso_day(day: int) -> str:
    return date_of(day).isoformat()


def prepared_words(kind: Kind, value: Prepared) -> str:
    """A prepared value as a reader would write it."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case tuple():
            return ", ".join(value)
    if kind is Kind.DATE:
        return date_of(int(value)).isoformat()
    return instant_words(int(value)) if kind is Kind.DATETIME else number_words(value)


def given_words(kind: Kind, given: object, value: Prepared, default: str | None) -> str:
    """A field's value as it was given where that is text (`default` where nothing was), else as prepared."""
    if is_blank(given) and default is not None:
        return default
    if value is not None and not is_blank(given):
        if kind is Kind.TEXT and isinstance(given, str):
            return given.strip()
        if kind is Kind.TEXTS and isinstance(given, list | tuple):
            return ", ".join(item.strip() for item in given if isinstance(item, str) and not is_blank(item))
        if kind is Kind.TEXTS and isinstance(given, str):
            return given.strip()
    return prepared_words(kind, value)


def domain_words(given: object, value: Prepared) -> str:
    """A domain as it was written in a given text."""
    if value is None:
        return UNKNOWN
    return (domain_of(given) if isinstance(given, str) else None) or str(value)


def times(count: int) -> str:
    """How often something happened."""
    return "once" if count == 1 else f"{count} times"


def plural(count: int, noun: str) -> str:
    """So many of a thing."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def duration_words(amount: int, unit: Unit) -> str:
    """`30 days`."""
    return plural(amount, unit.value)


def microseconds_words(length: int) -> str:
    """A duration in the largest unit that it is a whole number of."""
    for unit, size in ((Unit.WEEK, 7 * DAY), (Unit.DAY, DAY), (Unit.HOUR, DAY // 24)):
        if length % size == 0:
            return duration_words(length // size, unit)
    return duration_words(length // 60_000_000, Unit.MINUTE)


def window_words(window: Window | None, zone: Zone) -> str:
    """A window as it is written, with a blank before it; empty for none."""
    match window:
        case None | Range(start=None, end=None):
            return ""
        case Last(amount=amount, unit=unit):
            return f" in last {duration_words(amount, unit)}"
        case Next(amount=amount, unit=unit):
            return f" in next {duration_words(amount, unit)}"
        case Range(start=None, end=int(end)):
            return f" before {instant_words(end, zone)}"
        case Range(start=int(start), end=None):
            return f" since {instant_words(start, zone)}"
        case Range(start=int(start), end=int(end)):
            day = zone.day(end)
            last = zone.start(day - 1) if zone.start(day) == end else end
            return f" between {instant_words(start, zone)} and {instant_words(last, zone)}"
        case _:
            return ""


def object_words(selector: Selector) -> str:
    """The object asked for, with a blank before it; empty for any."""
    if selector.object is None:
        return ""
    text = selector.written
    if text is None:
        text = "*".join(part.replace("*", "\\*") for part in selector.object.parts)
    plain = all(character.isalnum() or character in "-_./" for character in text)
    return f" {text}" if plain and text else f' "{text}"'


def selection_words(plan: Plan, selection: Selection) -> str:
    """The events asked for: `visited pricing where device = "phone" in last 30 days`."""
    return event_words(plan, selection) + window_words(selection.window, plan.zone)


def event_words(plan: Plan, selection: Selection) -> str:
    """The events asked for, without their window."""
    selector = plan.selectors[selection.selector]
    where = f" where {selection.where.origin.text}" if selection.where is not None else ""
    return f"{selector.name}{object_words(selector)}{where}"


def each_words(plan: Plan, each: Each) -> str:
    """The events that a rule pays for."""
    once = f" once per {each.once.value}" if each.once is not None else ""
    return f"{each.which} {selection_words(plan, each.events)}{once}"


def signal_words(plan: Plan, signal: Measure) -> str:
    """What a signal measures."""
    events = selection_words(plan, signal.events)
    if signal.aggregation is Aggregation.FOLLOWED and signal.then is not None:
        within = microseconds_words(signal.within or 0)
        then = event_words(plan, signal.then)
        window = window_words(signal.events.window, plan.zone)
        return f"{event_words(plan, signal.events)} followed by {then} within {within}{window}"
    if signal.aggregation in (Aggregation.COUNT, Aggregation.LAST):
        return events
    if signal.aggregation is Aggregation.FIRST:
        return f"first {events}"
    name = signal.aggregation.value
    of = f".{signal.of}" if signal.of is not None else ""
    return f"{name}({event_words(plan, signal.events)}{of}){window_words(signal.events.window, plan.zone)}"


def score_words(plan: Plan, score: int | None) -> str:
    """A score's name; the total is `score`."""
    name = None if score is None else plan.scores[score].name
    return "score" if name is None else name


def value_words(plan: Plan, value: Value) -> str:
    """What a value is of, for saying that it is unknown."""
    match value:
        case FieldValue(field=field):
            return plan.fields[field].name
        case SignalValue(signal=signal):
            return signal_words(plan, plan.signals[signal])
        case ScoreValue(score=score):
            return score_words(plan, score)
        case SureValue(of=of):
            return of.origin.text
        case DefineValue(define=define):
            return plan.definitions[define].name
        case Calculation(operator=operator, left=left, right=right):
            return f"{value_words(plan, left)} {operator} {value_words(plan, right)}"
        case DaysBetween(of=of, until=until):
            return f"days {'until' if until else 'since'} {value_words(plan, of)}"
        case Domain(of=of):
            return f"domain({value_words(plan, of)})"
        case PropertyValue(name=name):
            return name
        case Constant(kind=kind, value=constant):
            return prepared_words(kind, constant)


def label(grade: Grade, total: int, scores: tuple[int, ...]) -> str:
    """The label of a grade's score."""
    return band(grade, total if grade.score is None else scores[grade.score])


def band(grade: Grade, score: int) -> str:
    """The label of a score."""
    for name, start in grade.bands:
        if score >= start:
            return name
    return grade.otherwise
