"""What is being written and not yet complete: a condition, a comparison, a window, a fact, an expectation.

It stands on the page alone, with a blank for each thing that is missing. Only once nothing is missing is it
put into the rules, so nothing counts that nobody chose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...assist.names import KnownNames
from ...grammar.edits.edit import EditRejected
from ...grammar.edits.snippets import window_text
from ...grammar.edits.values import written
from ...grammar.spec.operators import Choice
from ...grammar.syntax.nodes import Kind
from .comparisons import DOMAIN, NUMBER, TIMES, UNITS, units
from .controls import CardElement, ControlSpec, Word
from .kinds import WINDOWS, offered, sort_of, value_kind

SHAPES = ("condition", "test", "window", "fact", "expectation")
_MOST_SLOTS = 20
_GROUPED = re.compile(r"[-+−]?\s*(\d{1,3})([.,])(\d{3})")
_PLACEHOLDERS = {"number": "a number", "whole": "a number", "amount": "a number", "moment": "a date",
                 "text": "a value", "object": "anything", "operand": "a name"}  # fmt: skip
_MEASURES = {
    "distinct": "how many different things were", "days": "on how many days there was",
    "sum": "the total of", "avg": "the average of", "min": "the smallest of", "max": "the largest of",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known so far. `form` says how a name is asked about ("days since", ...; "" as it is), `event`
    the event whose property is asked about, `kind` what a comparison alone compares, `name` with what. Of a
    condition, the kind "scores" is one that may ask about scores."""

    shape: str
    form: str = ""
    event: str | None = None
    kind: str = ""
    name: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"shape": self.shape, "form": self.form, "event": self.event, "kind": self.kind,
                "name": self.name, "slots": dict(self.slots)}  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Beginning:
        """What JSON carried. Raises ValueError, with a sentence, where it is none."""
        slots = data.get("slots", {})
        texts = [data.get(name, "") for name in ("shape", "form", "kind", "name")]
        if not isinstance(slots, Mapping) or len(slots) > _MOST_SLOTS:
            raise ValueError(f"slots is an object of at most {_MOST_SLOTS} texts")
        if not all(
            isinstance(one, str) for one in (*texts, *slots, *slots.values(), data.get("event") or "")
        ):
            raise ValueError("what is begun is said in texts")
        if texts[0] not in SHAPES:
            raise ValueError(f"shape is one of {', '.join(SHAPES)}")
        shape, form, kind, name = texts
        return cls(shape, form, data.get("event") or None, kind, name, dict(slots))


@dataclass(frozen=True, slots=True)
class Begun:
    """What is shown: words and blanks; and the text, once no blank is empty. `wrong` says by blank what is
    wrong with what was typed."""

    pieces: tuple[CardElement, ...]
    text: str | None
    wrong: Mapping[str, str]


class _Writing:
    """Puts the pieces of a beginning together, and its text."""

    def __init__(self, begun: Beginning, names: KnownNames) -> None:
        self.begun = begun
        self.names = names
        self.pieces: list[CardElement] = []
        self.wrong: dict[str, str] = {}
        self.missing = False

    def word(self, text: str) -> None:
        """Words between blanks."""
        self.pieces.append(Word(text))

    def choice(self, slot: str, label: str, choices: tuple[Choice, ...], default: str | None = None) -> str:
        """A choice, with a default unless that is "", which stands for none chosen yet."""
        first = choices[0][0] if default is None and choices else default or ""
        value = self.begun.slots.get(slot, first)
        if all(value != one for one, _ in choices):
            value = first
        if all(value != one for one, _ in choices):
            choices = ((value, "choose"), *choices)
            self.missing = True
        self.pieces.append(ControlSpec("choice", slot, label, value, choices=choices))
        return value

    def ask(self, slot: str, kind: str, label: str, *, optional: bool = False, **more: Any) -> str:
        """A value to type or choose, as rules write it; "" while it is missing or wrong."""
        value = self.begun.slots.get(slot, "").strip()
        type_ = "suggest" if more.get("suggest") else "date" if kind == "moment" else "number"
        placeholder = more.pop("placeholder", _PLACEHOLDERS.get(kind, "a value"))
        self.pieces.append(ControlSpec(type_, slot, label, value, placeholder=placeholder, **more))
        if not value:
            self.missing = self.missing or not optional
            return ""
        try:
            one_number(kind, value)
            return plain(kind, value)
        except ValueError as error:
            self.wrong[slot] = str(error)
            self.missing = True
            return ""


def plain(kind: str, value: str) -> str:
    """A value as rules write it. Raises ValueError, with a sentence, where it is none of its kind."""
    try:
        return written(kind, value)
    except EditRejected as stopped:
        raise ValueError(str(stopped)) from None


def one_number(kind: str, value: str) -> None:
    """Raises ValueError, with a sentence, where a number can be read in two ways: as 1.000 and as 1,000."""
    if kind not in ("number", "whole", "points", "most", "cap", "least", "amount", "percent"):
        return
    found = _GROUPED.fullmatch(value.strip())
    if found is not None:
        whole = f"{found[1]}{found[3]}"
        part = found[3].rstrip("0")
        other = f"{found[1]}.{part}" if part else found[1]
        raise ValueError(f"{value.strip()} can mean {int(whole):,} or {other}. Enter {whole} or {other}.")


def begun(beginning: Beginning, names: KnownNames) -> Begun:
    """What is shown of a beginning."""
    writing = _Writing(beginning, names)
    text = _SHAPES[beginning.shape](writing)
    return Begun(tuple(writing.pieces), None if writing.missing else " ".join(text.split()), writing.wrong)


# --- conditions -----------------------------------------------------------------------------------


def _condition(writing: _Writing) -> str:
    form = writing.begun.form
    if form in ("days since", "days until", "domain"):
        return _of_field(writing, form)
    if form in _MEASURES:
        return _measure(writing, form)
    if form == "sequence":
        return _sequence(writing)
    event = writing.begun.event
    suggest = "properties" if event else "names"
    about = event or writing.begun.kind
    name = writing.ask("name", "operand", "What is asked about", suggest=suggest, about=about)
    if not name:
        return ""
    about = writing.begun.slots["name"].strip()
    sort = sort_of(about, writing.names, event)
    if sort == "event":
        element = writing.ask(
            "object", "object", "what it is about", optional=True, suggest="objects", about=about
        )
        return f"{name} {element}"
    if sort == "define":
        return name
    return f"{name} {_test(writing, sort, about)}"


_DEFAULTS = {
    "number": ">=",
    "score": ">=",
    "measure": ">=",
    "event": ">=",
    "date": "in last",
    "texts": "contains",
}


def _test(writing: _Writing, sort: str, about: str, choices: tuple[Choice, ...] = ()) -> str:
    """A comparison with its values."""
    default = choices[0][0] if choices else _DEFAULTS.get(sort)
    code = writing.choice("operator", "comparison", choices or offered(sort, writing.names), default)
    return _values(writing, code, value_kind(sort), about)


def _values(writing: _Writing, code: str, kind: str, about: str) -> str:
    """What follows a comparison of a code, and the comparison."""
    if code in WINDOWS:
        return _window_of(writing, code)
    if not code or code.startswith(("= yes", "= no", "is ")):
        return code
    if code.endswith(" list"):
        lists = tuple((one, one) for one in writing.names.lists)
        default = lists[0][0] if len(lists) == 1 else ""
        name = writing.choice("list", "list", lists, default)
        return f"{code.removesuffix(' list')} {plain('name', name)}" if name else ""
    more: dict[str, Any] = {"suggest": "values", "about": about} if kind == "text" else {}
    if code.endswith("between"):
        low = writing.ask("low", kind, "from", small=kind == "number", **more)
        writing.word("and")
        return f"{code} {low} and {writing.ask('high', kind, 'to', small=kind == 'number', **more)}"
    value = writing.ask("value", kind, "value", small=kind == "number", **more)
    if code.endswith(" values"):
        return f"{code.removesuffix(' values')} ({value})"
    return f"{code} {value}"


def _of_field(writing: _Writing, form: str) -> str:
    word, suggest, label = {
        "days since": ("days since", "moments", "since what"),
        "days until": ("days until", "dates", "until what"),
        "domain": ("the domain of", "fields", "field"),
    }[form]
    writing.word(word)
    name = writing.ask("name", "operand", label, suggest=suggest)
    if form == "domain":
        return f"domain({name}) {_test(writing, 'text', '', DOMAIN)}"
    return f"{form} {name} {_test(writing, 'measure', '', _reordered(NUMBER, '<='))}"


def _reordered(choices: tuple[Choice, ...], first: str) -> tuple[Choice, ...]:
    return tuple(sorted(choices, key=lambda one: one[0] != first))


def _measure(writing: _Writing, form: str) -> str:
    writing.word(_MEASURES[form])
    if form in ("distinct", "days"):
        name = writing.ask("name", "operand", "event", suggest="events")
        return f"{form}({name}) {_test(writing, 'measure', '')}"
    name = writing.ask("name", "operand", "event", suggest="events")
    about = writing.begun.slots.get("name", "").strip()
    key = writing.ask("property", "operand", "property", suggest="properties", about=about)
    return f"{form}({name}.{key}) {_test(writing, 'measure', '')}"


def _sequence(writing: _Writing) -> str:
    first = writing.ask("name", "operand", "first event", suggest="events")
    writing.word("followed by")
    second = writing.ask("second", "operand", "second event", suggest="events")
    writing.word("within")
    return f"{first} followed by {second} within {_duration(writing)}"


# --- a comparison, a window -------------------------------------------------------------------------


def _test_alone(writing: _Writing) -> str:
    kind = writing.begun.kind
    choices = {"times": TIMES, "domain": DOMAIN}.get(kind)
    sort = {"times": "event", "domain": "text", "moment": "date"}.get(kind, kind)
    if sort not in _SORTS:
        raise ValueError(f'There is no kind of value called "{kind}".')
    text = _test(writing, sort, writing.begun.name, choices or ())
    if kind == "times":
        writing.word("times")
    return text


_SORTS = frozenset({"event", "score", "measure", "date", *(kind.value for kind in Kind)})


def _window(writing: _Writing) -> str:
    choices = (
        ("in last", "in the last"),
        ("in next", "in the next"),
        ("since", "since"),
        ("before", "before"),
        ("between", "between"),
    )
    return _window_of(writing, writing.choice("how", "when", choices))


def _window_of(writing: _Writing, how: str) -> str:
    if how in ("in last", "in next"):
        return f"{how} {_duration(writing)}"
    if how == "between":
        start = writing.ask("start", "moment", "from")
        writing.word("and")
        end = writing.ask("end", "moment", "to")
        return window_text(how, start=start, end=end) if start and end else ""
    day = writing.ask("start", "moment", "day")
    return f"{how} {day}"


def _duration(writing: _Writing) -> str:
    amount = writing.ask("amount", "amount", "how many", small=True)
    typed = writing.begun.slots.get("amount", "")
    unit = writing.choice("unit", "unit of time", units(typed, "day", UNITS), "day")
    return f"{amount} {unit}{'' if amount == '1' else 's'}"


# --- facts and expectations of a test ---------------------------------------------------------------


def _fact(writing: _Writing) -> str:
    name = writing.ask("name", "operand", "field or event", suggest="facts")
    if not name:
        return ""
    about = writing.begun.slots["name"].strip()
    known = writing.names.known(about)
    if known is None or known.kind is None:
        element = writing.ask(
            "object", "object", "what it is about", optional=True, suggest="objects", about=about
        )
        return f"{name} {element} {_duration(writing)} {_ago(writing)}"
    writing.word("is")
    if known.kind is Kind.YES_NO:
        return f"{name} = {writing.choice('value', 'value', (('yes', 'yes'), ('no', 'no')), '')}"
    kind = value_kind("date" if known.kind in (Kind.DATE, Kind.DATETIME) else known.kind.value)
    more: dict[str, Any] = {"suggest": "values", "about": about} if kind == "text" else {}
    value = writing.ask("value", kind, "value", **more)
    return f"{name} = ({value})" if known.kind is Kind.TEXTS else f"{name} = {value}"


def _ago(writing: _Writing) -> str:
    writing.word("ago")
    return "ago"


_OUTCOMES = (
    ("stage", "the stage is"),
    ("score", "the score"),
    ("disqualified", "the lead is disqualified"),
    ("rule", "a rule:"),
    ("tag", "a tag:"),
    ("grade", "a grade:"),
)
"""What a promise can be about, where a form asks that first."""


def _expectation(writing: _Writing) -> str:
    what = writing.begun.kind
    chosen = what == "any"
    if chosen:
        what = writing.choice("what", "what comes out", _OUTCOMES if writing.names.grades else _OUTCOMES[:-1])
    if what in ("score", ""):
        scores = (("score", "the total"), *((one, one) for one in writing.names.scores))
        score = writing.choice("score", "score", scores)
        operator = writing.choice(
            "operator", "comparison", tuple(one for one in NUMBER if "between" not in one[0])
        )
        value = writing.ask("value", "whole", "points", small=True)
        return f"{plain('operand', score)} {operator} {value}"
    if what == "stage":
        return _expected_stage(writing, said=not chosen)
    if what in ("rule", "no rule"):
        if not chosen:
            writing.word("the rule")
        rule = writing.ask("rule", "text", "rule", suggest="rules", placeholder="a rule")
        writing.word("does not match" if what == "no rule" else "matches")
        return f"{'not ' if what == 'no rule' else ''}rule {rule} fires"
    if what == "grade":
        return _expected_grade(writing, said=not chosen)
    if what == "tag":
        if not chosen:
            writing.word("the tag")
        return f"tag {writing.ask('tag', 'text', 'tag', suggest='tags', placeholder='a tag')}"
    if not chosen:
        writing.word("the lead is disqualified")
    return "disqualified"


def _expected_stage(writing: _Writing, *, said: bool) -> str:
    if said:
        writing.word("the stage is")
    stages = writing.names.stages
    tracks = {track for _, track in stages}
    choices = tuple((str(place), f"{name} in {track}" if track and len(tracks) > 1 else name)
                    for place, (name, track) in enumerate(stages))  # fmt: skip
    chosen = writing.choice("stage", "stage", (*choices, ("none", "no stage")), "")
    if chosen in ("", "none"):
        return "stage = none"
    name, track = stages[int(chosen)]
    return f"stage{' in ' + plain('name', track) if track else ''} = {plain('name', name)}"


def _expected_grade(writing: _Writing, *, said: bool) -> str:
    if said:
        writing.word("the grade is")
    choices = tuple(
        (f"{place} {label}", f"{score} {label}" if score else label)
        for place, (score, labels) in enumerate(writing.names.grades)
        for label in labels
    )
    if not choices:
        raise ValueError("There are no grades yet. Add grades first.")
    chosen = writing.choice("grade", "grade", choices, "")
    if not chosen:
        return ""
    place, _, label = chosen.partition(" ")
    score = writing.names.grades[int(place)][0]
    return f"grade{' ' + plain('name', score) if score else ''} = {plain('label', label)}"


_SHAPES: dict[str, Callable[[_Writing], str]] = {
    "condition": _condition,
    "test": _test_alone,
    "window": _window,
    "fact": _fact,
    "expectation": _expectation,
}
