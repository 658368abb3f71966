"""Takes a statement apart into its parts: by its form, and by a function where no form describes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..spec.statements import Slot, spec_of
from ..syntax import nodes as n
from ..syntax.nodes import Kind, Span
from ..text.printer import moment_text, text_of
from .condition_parts import FINE_UNITS, condition, event, filters, window_parts
from .document import Document, Item
from .expected_parts import expected
from .parts import PERIODS, Part, Parts, Series
from .values import shown


def parts_of(document: Document, item: Item) -> Parts:
    """Every part of a statement; none for what cannot be read."""
    parts = Parts(document, item)
    if item.node is not None:
        _PARTS.get(type(item.node), _by_form)(parts, item.node)
    return parts


def _by_form(parts: Parts, node: n.Statement) -> None:
    spec = spec_of(node)
    end = node.span.start + len(spec.word)
    for piece in spec.form:
        if isinstance(piece, Slot):
            end = _slot(parts, node, piece, end)


def _slot(parts: Parts, node: n.Statement, slot: Slot, end: int) -> int:
    """Takes in what fills a slot, or what could from `end` on; gives where it ends."""
    value, path = getattr(node, slot.field), slot.part
    match slot.kind:
        case "condition" if not slot.optional:
            condition(parts, path, value)
        case "condition":
            return _optional_condition(parts, path, value, slot.words, at=end, of=node)
        case "texts":
            parts.series[path] = Series(path, "text", value, ",")
            for index, entry in enumerate(value):
                parts.text(f"{path}.{index}", entry)
        case "choice":
            colon = node.span.token("COLON")
            word = node.span.token(value.value)
            assert colon is not None
            assert word is not None
            choices = tuple(kind.value for kind in Kind)
            parts.add(Part(path, "choice", value.value, word, choices=choices))
            return word.end
        case "whole" if not slot.optional:
            found = node.span.number(*slot.words.split())
            assert found is not None
            parts.add(Part(path, "whole", str(value), found[1]))
            return found[1].end
        case "whole":
            return parts.number(path, "whole", value, node, words=slot.words, end=end)
        case "value":
            phrase = f"{slot.words} {{}}"
            if value is None:
                parts.add(Part(path, "text", None, at=end, phrase=phrase))
                return end
            how, plain = shown(value)
            parts.add(Part(path, how, plain, value.span, Span(end, value.span.end), end, phrase))
        case "duration" if value is not None:
            parts.duration(path, value, FINE_UNITS)
        case "event" if value is not None:
            event(parts, f"{path}.", value, None)
        case "duration" | "event":
            return end
        case kind if slot.optional and slot.words:
            parts.optional(path, kind, value, at=end, of=node, words=slot.words)
        case _ if value is None:
            return end
        case "name":
            parts.name(path, value)
        case _:
            parts.text(path, value)
    return value.span.end if isinstance(value, n.Node) else end


def _optional_condition(
    parts: Parts, path: str, node: n.Expression | None, word: str, *, at: int, of: n.Node
) -> int:
    """Takes in a condition with a word before it, or that one can come in; gives where it ends."""
    phrase = f"{word} {{}}"
    if node is None:
        parts.add(Part(path, "condition", None, at=at, phrase=phrase))
        return at
    row = condition(parts, path, node)
    found = of.span.token(word)
    whole = Span(found.start if found is not None else row.span.start, row.span.end)
    parts.add(Part(path, "condition", text_of(node), row.span, whole, at, phrase))
    return row.span.end


# --- rules ------------------------------------------------------------------------------------------


def _rule(parts: Parts, node: n.Rule) -> None:
    if node.name is not None:
        parts.text("name", node.name)
        off = node.span.token("off")
        parts.add(Part("off", "flag", "yes" if off else None, off, off, node.name.span.end, "off"))
    else:
        parts.add(Part("name", "text", None, at=node.span.start))
    if isinstance(node.body, n.When):
        condition(parts, "when", node.body.condition)
    else:
        _for(parts, node.body)
    _awards(parts, node.awards)


def _for(parts: Parts, node: n.ForEvents) -> None:
    which = node.span.token(node.which)
    parts.add(Part("which", "choice", node.which, which, choices=("each", "latest", "first")))
    core = event(parts, "event.", node.event, None)
    where = node.event.where if isinstance(node.event, n.EventPhrase) else None
    tail = max(part.span.end for part in (node.event, node.window) if part is not None)
    if where is None:
        filters(parts, "event.where", node.event, node.window.span.end if node.window is not None else core)
    if node.window is None:
        parts.add(Part("window", "window", None, at=core))
    else:
        window_parts(parts, "window", node.window, core)
    _optional_condition(parts, "when", node.condition, "when", at=tail, of=node)
    _once(parts, node, tail)


def _once(parts: Parts, node: n.ForEvents, tail: int) -> None:
    once = node.span.token("once")
    if node.once is None or once is None:
        parts.add(Part("once", "choice", None, at=node.span.end, phrase="once per {}", choices=PERIODS))
        return
    period = node.span.token(node.once.value)
    assert period is not None
    whole = Span(once.start, period.end)
    parts.add(Part("once", "choice", node.once.value, period, whole, tail, "once per {}", PERIODS))


def _awards(parts: Parts, awards: tuple[n.Award, ...]) -> None:
    parts.series["then"] = Series("then", "award", awards, ",")
    for index, award in enumerate(awards):
        path = f"then.{index}"
        if isinstance(award, n.Tag):
            parts.text(f"{path}.tag", award.text)
            continue
        points = award.span.number()
        assert points is not None
        parts.add(Part(f"{path}.points", "points", f"{award.amount:+d}", points[1]))
        parts.optional(f"{path}.score", "name", award.score, at=points[1].end, of=award)
        rest = (award.score.span if award.score is not None else points[1]).end
        parts.bounds(f"{path}.", award.bounds, award, award.span.end, "most")
        _decay(parts, f"{path}.decay", award.decay, rest)


def _decay(parts: Parts, path: str, decay: n.Decay | None, at: int) -> None:
    choices = ("fading", "halving")
    if decay is None:
        parts.add(Part(path, "choice", None, at=at, phrase="{}", choices=choices))
        return
    how = "halving" if decay.percent is None else "fading"
    end = decay.span.token(how if decay.percent is None else "PERCENT")
    said = Span(decay.span.start, end.end if end is not None else decay.span.end)
    parts.add(Part(path, "choice", how, said, decay.span, at, choices=choices))
    if decay.percent is not None:
        parts.add(Part(f"{path}.percent", "percent", str(decay.percent), decay.span.token("NUMERAL")))
    parts.duration(path, decay.every, FINE_UNITS)


def _group(parts: Parts, node: n.Group) -> None:
    parts.text("name", node.name)
    end = (node.bounds or node.name).span.end
    parts.bounds("", node.bounds, node, end, "cap")


# --- decisions --------------------------------------------------------------------------------------


def _grade(parts: Parts, node: n.Grade) -> None:
    parts.optional("score", "name", node.score, at=node.span.start + len("grade"), of=node)
    parts.series["bands"] = Series("bands", "band", node.bands, ",")
    for index, band in enumerate(node.bands):
        parts.name(f"bands.{index}.label", band.label, "label")
        start = band.span.number("from")
        parts.add(Part(f"bands.{index}.start", "whole", str(band.start), start and start[1]))
    if node.otherwise is not None:
        label = node.otherwise.span
        last = node.bands[-1].span.end if node.bands else label.start
        whole = Span(last, node.span.end) if node.bands else None
        parts.add(Part("otherwise", "label", node.otherwise.text, label, whole, last, ", {} otherwise"))
    elif node.bands:
        parts.add(Part("otherwise", "label", None, at=node.bands[-1].span.end, phrase=", {} otherwise"))


# --- guarantees ---------------------------------------------------------------------------------


def _guarantee(parts: Parts, node: n.Guarantee) -> None:
    parts.text("name", node.name)
    promise = node.promise
    if isinstance(promise, n.Trend):
        _trend(parts, promise)
        return
    often = "always" if promise.always else "never"
    parts.add(Part("often", "choice", often, promise.span.token(often), choices=("never", "always")))
    parts.series["promise"] = Series("promise", "expectation", (promise.outcome,), "and")
    expected(parts, "promise.0", promise.outcome)
    if node.condition is not None:
        condition(parts, "when", node.condition)


def _trend(parts: Parts, node: n.Trend) -> None:
    if node.score is not None:
        parts.name("score", node.score)
    way = "rises" if node.rises else "falls"
    parts.add(Part("way", "choice", way, node.span.token(way), choices=("falls", "rises")))
    core = event(parts, "event.", node.of, None)
    if node.window is not None:
        window_parts(parts, "window", node.window, core)


def _handoff(parts: Parts, node: n.Handoff) -> None:
    parts.text("name", node.name)
    parts.name("stage", node.stage)
    parts.optional("track", "name", node.track, at=node.stage.span.end, of=node, words="in")
    end = (node.track or node.stage).span.end
    if node.condition is None:
        parts.add(Part("when", "condition", None, at=end, phrase="when {}"))
    else:
        row = condition(parts, "when", node.condition)
        word = node.span.token("when")
        whole = Span(word.start if word is not None else row.span.start, row.span.end)
        parts.add(Part("when", "condition", text_of(node.condition), row.span, whole, end, "when {}"))
    _whom(parts, "to", node.whom)
    turn = node.span.token("turn")
    start = _word_before(parts, turn)
    whole_turn = Span(start.start, turn.end) if start is not None and turn is not None else None
    value = "yes" if node.turn else None
    parts.add(Part("turn", "flag", value, whole_turn, whole_turn, node.whom.span.end, "in turn"))
    if node.keeping is not None:
        how, plain = shown(node.keeping)
        parts.add(Part("keeping", how, plain, node.keeping.span))
    if node.answer is not None:
        event(parts, "answered.", node.answer.event, None)
        parts.duration("within", node.answer.within, FINE_UNITS)
        if node.answer.otherwise is not None:
            _whom(parts, "else", node.answer.otherwise)
    if node.again is not None:
        parts.duration("again", node.again, FINE_UNITS)
    for index, name in enumerate(node.tell):
        parts.name(f"tell.{index}", name)


def _word_before(parts: Parts, word: Span | None) -> Span | None:
    lexeme = parts.document.lexeme_before(word.start) if word is not None else None
    return lexeme.span if lexeme is not None else None


def _whom(parts: Parts, path: str, whom: n.Whom) -> None:
    """A list, or a person in quotes: each is set as what it is."""
    if isinstance(whom, n.Name):
        parts.name(path, whom, "operand")
    else:
        parts.text(path, whom)


# --- tests ------------------------------------------------------------------------------------------


def _test(parts: Parts, node: n.Test) -> None:
    parts.text("name", node.name)
    end = node.name.span.end
    if node.at is None:
        parts.add(Part("at", "moment", None, at=end, phrase="at {}"))
    else:
        word = node.span.token("at")
        whole = Span(word.start if word is not None else end, node.at.span.end)
        parts.add(Part("at", "moment", moment_text(node.at), node.at.span, whole, end, "at {}"))
    head = (node.at or node.name).span.end
    parts.series["given"] = Series("given", "fact", node.given, ",", ("given",), True, head, "given {}")
    parts.series["expect"] = Series("expect", "expectation", node.expect, "and", ("expect",))
    for index, fact in enumerate(node.given):
        _fact(parts, f"given.{index}", fact)
    for index, item in enumerate(node.expect):
        expected(parts, f"expect.{index}", item)


def _fact(parts: Parts, path: str, fact: n.Given) -> None:
    if isinstance(fact, n.GivenField):
        parts.name(f"{path}.name", fact.name)
        _known(parts, path, fact)
        return
    parts.name(f"{path}.name", fact.type)
    parts.optional(f"{path}.object", "object", fact.object, at=fact.type.span.end, of=fact)
    core = (fact.object or fact.type).span.end
    number, word = fact.span.token("NUMERAL"), fact.span.token("times", "time")
    if number is not None and word is not None:
        whole = Span(number.start, word.end)
        parts.add(Part(f"{path}.times", "amount", str(fact.times), number, whole, core, "{} times"))
    else:
        parts.add(Part(f"{path}.times", "amount", None, at=core, phrase="{} times"))
    if fact.ago is not None:
        parts.duration(f"{path}.ago", fact.ago)
    elif fact.on is not None:
        parts.add(Part(f"{path}.on", "moment", moment_text(fact.on), fact.on.span))
    for index, property_ in enumerate(fact.properties):
        parts.name(f"{path}.with.{index}.name", property_.name)
        _known(parts, f"{path}.with.{index}", property_)


def _known(parts: Parts, path: str, fact: n.GivenField) -> None:
    if isinstance(fact.value, tuple):
        parts.series[f"{path}.values"] = Series(f"{path}.values", "value", fact.value, ",")
        for index, item in enumerate(fact.value):
            kind, value = shown(item)
            parts.add(Part(f"{path}.values.{index}", kind, value, item.span))
    elif fact.value is not None:
        kind, value = shown(fact.value)
        parts.add(Part(f"{path}.value", kind, value, fact.value.span))


_PARTS: dict[type, Callable[[Parts, Any], None]] = {
    n.Rule: _rule,
    n.Group: _group,
    n.Grade: _grade,
    n.Guarantee: _guarantee,
    n.Handoff: _handoff,
    n.Test: _test,
}
