"""Takes a statement apart into the parts that `anatomy` names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..spec.operators import COMPARISONS
from ..syntax import nodes as n
from ..syntax.nodes import Kind, Span
from ..text.printer import moment_text, text_of
from .condition_parts import FINE_UNITS, condition, event, filters, window_parts
from .document import Item, Manuscript
from .parts import PERIODS, Anatomy, Part, Series, signed
from .values import shown


def dissect(manuscript: Manuscript, item: Item) -> Anatomy:
    """Every part of a statement; none for what cannot be read."""
    anatomy = Anatomy(manuscript, item)
    if item.node is not None:
        _PARTS[type(item.node)](anatomy, item.node)
    return anatomy


def _title(anatomy: Anatomy, node: n.Title) -> None:
    anatomy.text("title", node.title)


def _include(anatomy: Anatomy, node: n.Include) -> None:
    anatomy.text("file", node.path)


def _field(anatomy: Anatomy, node: n.FieldDeclaration) -> None:
    anatomy.name("name", node.name)
    anatomy.optional("source", "text", node.source, at=node.name.span.end, words="from")
    after = (node.source or node.name).span.end
    word = anatomy.manuscript.lexemes_in(after, node.span.end)[1]
    end = word.end
    anatomy.add(
        Part("kind", "choice", node.kind.value, word.span, choices=tuple(kind.value for kind in Kind))
    )
    if node.default is None:
        anatomy.add(Part("otherwise", "text", None, at=node.span.end, phrase=", otherwise {}"))
        return
    how, value = shown(node.default)
    whole = Span(end, node.default.span.end)
    anatomy.add(Part("otherwise", how, value, node.default.span, whole, end, ", otherwise {}"))


def _event(anatomy: Anatomy, node: n.EventDeclaration) -> None:
    anatomy.name("name", node.name)
    anatomy.optional("source", "text", node.source, at=node.name.span.end, words="from")
    anatomy.optional("by", "name", node.by, at=(node.source or node.name).span.end, words="by")


def _list(anatomy: Anatomy, node: n.ListDeclaration) -> None:
    anatomy.name("name", node.name)
    anatomy.series["entries"] = Series("entries", "text", node.entries, ",")
    for index, entry in enumerate(node.entries):
        anatomy.text(f"entries.{index}", entry)


def _list_file(anatomy: Anatomy, node: n.ListFile) -> None:
    anatomy.name("name", node.name)
    anatomy.text("file", node.path)
    anatomy.optional("column", "name", node.column, at=node.path.span.end, words="column")


def _define(anatomy: Anatomy, node: n.Define) -> None:
    anatomy.name("name", node.name)
    condition(anatomy, "when", node.body)


def _score(anatomy: Anatomy, node: n.ScoreDeclaration) -> None:
    start = node.span.start + len("score")
    if node.name is not None:
        anatomy.name("name", node.name)
        start = node.name.span.end
    lexemes = anatomy.manuscript.lexemes_in(start, node.span.end)
    low_end = start
    if node.low is None:
        anatomy.add(Part("low", "whole", None, at=start, phrase="from {}"))
    else:
        digits = signed(lexemes[1:])
        low_end = digits.end
        anatomy.add(
            Part("low", "whole", str(node.low), digits, Span(lexemes[0].start, low_end), start, "from {}")
        )
    if node.high is None:
        anatomy.add(Part("high", "whole", None, at=low_end, phrase="to {}"))
    else:
        to = anatomy.manuscript.lexemes_in(low_end, node.span.end)
        digits = signed(to[1:])
        anatomy.add(
            Part("high", "whole", str(node.high), digits, Span(to[0].start, digits.end), low_end, "to {}")
        )


# --- rules ------------------------------------------------------------------------------------------


def _rule(anatomy: Anatomy, node: n.Rule) -> None:
    manuscript = anatomy.manuscript
    if node.name is not None:
        anatomy.text("name", node.name)
        off = manuscript.word("off", node.name.span.end, node.body.span.start)
        span = off.span if off is not None else None
        anatomy.add(Part("off", "flag", "yes" if off else None, span, span, node.name.span.end, "off"))
    else:
        anatomy.add(Part("name", "text", None, at=node.span.start))
    if isinstance(node.body, n.When):
        condition(anatomy, "when", node.body.condition)
    else:
        _for(anatomy, node.body)
    _awards(anatomy, node.awards)


def _for(anatomy: Anatomy, node: n.ForEvents) -> None:
    manuscript = anatomy.manuscript
    which = manuscript.lexemes_in(node.span.start, node.span.end)[1]
    anatomy.add(Part("which", "choice", node.which, which.span, choices=("each", "latest", "first")))
    core = event(anatomy, "event.", node.event, None)
    where = node.event.where if isinstance(node.event, n.EventPhrase) else None
    tail = max(part.span.end for part in (node.event, node.window) if part is not None)
    if where is None:
        filters(anatomy, "event.where", None, core, node.window.span.end if node.window is not None else core)
    if node.window is None:
        anatomy.add(Part("window", "window", None, at=core))
    else:
        window_parts(anatomy, "window", node.window, core)
    if node.condition is None:
        anatomy.add(Part("when", "condition", None, at=tail, phrase="when {}"))
    else:
        row = condition(anatomy, "when", node.condition)
        word = manuscript.lexeme_before(row.span.start)
        whole = Span(word.start if word is not None else row.span.start, row.span.end)
        anatomy.add(Part("when", "condition", text_of(node.condition), row.span, whole, tail, "when {}"))
    _once(anatomy, node, tail)


def _once(anatomy: Anatomy, node: n.ForEvents, tail: int) -> None:
    if node.once is None:
        anatomy.add(Part("once", "choice", None, at=node.span.end, phrase="once per {}", choices=PERIODS))
        return
    lexemes = anatomy.manuscript.lexemes_in(tail, node.span.end)
    if node.condition is not None:
        outside = node.condition.span
        lexemes = [lexeme for lexeme in lexemes if not outside.start <= lexeme.start < outside.end]
    index = next(index for index, lexeme in enumerate(lexemes) if lexeme.word == "once")
    whole = Span(lexemes[index].start, lexemes[index + 2].end)
    anatomy.add(
        Part("once", "choice", node.once.value, lexemes[index + 2].span, whole, tail, "once per {}", PERIODS)
    )


def _awards(anatomy: Anatomy, awards: tuple[n.Award, ...]) -> None:
    anatomy.series["then"] = Series("then", "award", awards, ",")
    for index, award in enumerate(awards):
        path = f"then.{index}"
        if isinstance(award, n.Tag):
            anatomy.text(f"{path}.tag", award.text)
            continue
        lexemes = anatomy.manuscript.lexemes_in(award.span.start, award.span.end)
        digits = signed(lexemes)
        anatomy.add(Part(f"{path}.points", "points", f"{award.amount:+d}", digits))
        anatomy.optional(f"{path}.score", "name", award.score, at=digits.end)
        rest = (award.score.span if award.score is not None else digits).end
        anatomy.bounds(f"{path}.", award.bounds, rest, award.span.end, "most")
        _decay(anatomy, f"{path}.decay", award.decay, rest)


def _decay(anatomy: Anatomy, path: str, decay: n.Decay | None, at: int) -> None:
    choices = ("fading", "halving")
    if decay is None:
        anatomy.add(Part(path, "choice", None, at=at, phrase="{}", choices=choices))
        return
    lexemes = anatomy.manuscript.lexemes_in(decay.span.start, decay.span.end)
    how = "halving" if decay.percent is None else "fading"
    said = Span(lexemes[0].start, lexemes[2 if decay.percent is not None else 0].end)
    anatomy.add(Part(path, "choice", how, said, decay.span, at, choices=choices))
    if decay.percent is not None:
        anatomy.add(Part(f"{path}.percent", "percent", str(decay.percent), lexemes[1].span))
    anatomy.duration(path, decay.every, ("minute", "hour", "day", "week"))


def _group(anatomy: Anatomy, node: n.Group) -> None:
    anatomy.text("name", node.name)
    bounds = node.bounds
    end = bounds.span.end if bounds is not None else node.name.span.end
    anatomy.bounds("", bounds, node.name.span.end, end, "cap")


# --- decisions --------------------------------------------------------------------------------------


def _stage(anatomy: Anatomy, node: n.Stage) -> None:
    anatomy.name("name", node.name)
    anatomy.optional("track", "name", node.track, at=node.name.span.end, words="in")
    condition(anatomy, "when", node.condition)


def _disqualify(anatomy: Anatomy, node: n.Disqualify) -> None:
    condition(anatomy, "when", node.condition)
    anatomy.optional("because", "text", node.because, at=node.condition.span.end, words="because")


def _grade(anatomy: Anatomy, node: n.Grade) -> None:
    lexemes = anatomy.manuscript.lexemes_in(node.span.start, node.span.end)
    anatomy.optional("score", "name", node.score, at=lexemes[0].end)
    anatomy.series["bands"] = Series("bands", "band", node.bands, ",")
    for index, band in enumerate(node.bands):
        anatomy.name(f"bands.{index}.label", band.label, "label")
        digits = signed(anatomy.manuscript.lexemes_in(band.label.span.end, band.span.end)[1:])
        anatomy.add(Part(f"bands.{index}.start", "whole", str(band.start), digits))
    if node.otherwise is not None:
        label = node.otherwise.span
        last = node.bands[-1].span.end if node.bands else label.start
        whole = Span(last, node.span.end) if node.bands else None
        anatomy.add(Part("otherwise", "label", node.otherwise.text, label, whole, last, ", {} otherwise"))
    elif node.bands:
        anatomy.add(Part("otherwise", "label", None, at=node.bands[-1].span.end, phrase=", {} otherwise"))


def _outcome(anatomy: Anatomy, node: n.Outcome) -> None:
    anatomy.name("name", node.name)
    condition(anatomy, "when", node.condition)
    end = node.condition.span.end
    anatomy.optional("at", "name", node.at, at=end, words="at")
    if node.within is not None:
        anatomy.duration("within", node.within, FINE_UNITS)
    if node.born is not None:
        event(anatomy, "born.", node.born, None)


# --- tests ------------------------------------------------------------------------------------------


def _test(anatomy: Anatomy, node: n.Test) -> None:
    anatomy.text("name", node.name)
    end = node.name.span.end
    if node.at is None:
        anatomy.add(Part("at", "moment", None, at=end, phrase="at {}"))
    else:
        word = anatomy.manuscript.lexemes_in(end, node.at.span.start)[0]
        whole = Span(word.start, node.at.span.end)
        anatomy.add(Part("at", "moment", moment_text(node.at), node.at.span, whole, end, "at {}"))
    head = (node.at or node.name).span.end
    anatomy.series["given"] = Series("given", "fact", node.given, ",", ("given",), True, head, "given {}")
    anatomy.series["expect"] = Series("expect", "expectation", node.expect, "and", ("expect",))
    for index, fact in enumerate(node.given):
        _fact(anatomy, f"given.{index}", fact)
    for index, item in enumerate(node.expect):
        _expect(anatomy, f"expect.{index}", item)


def _fact(anatomy: Anatomy, path: str, fact: n.Given) -> None:
    if isinstance(fact, n.GivenField):
        anatomy.name(f"{path}.name", fact.name)
        _known(anatomy, path, fact)
        return
    anatomy.name(f"{path}.name", fact.type)
    anatomy.optional(f"{path}.object", "object", fact.object, at=fact.type.span.end)
    core = (fact.object or fact.type).span.end
    lexemes = anatomy.manuscript.lexemes_in(core, fact.span.end)
    times = next((i for i, lexeme in enumerate(lexemes[1:], 1) if lexeme.word in ("time", "times")), None)
    written = times is not None and lexemes[times - 1].kind == "NUMERAL"
    if times is not None and written:
        number = lexemes[times - 1]
        whole = Span(number.start, lexemes[times].end)
        anatomy.add(Part(f"{path}.times", "amount", str(fact.times), number.span, whole, core, "{} times"))
    else:
        anatomy.add(Part(f"{path}.times", "amount", None, at=core, phrase="{} times"))
    if fact.ago is not None:
        anatomy.duration(f"{path}.ago", fact.ago)
    elif fact.on is not None:
        anatomy.add(Part(f"{path}.on", "moment", moment_text(fact.on), fact.on.span))
    for index, property_ in enumerate(fact.properties):
        anatomy.name(f"{path}.with.{index}.name", property_.name)
        _known(anatomy, f"{path}.with.{index}", property_)


def _known(anatomy: Anatomy, path: str, fact: n.GivenField) -> None:
    if isinstance(fact.value, tuple):
        anatomy.series[f"{path}.values"] = Series(f"{path}.values", "value", fact.value, ",")
        for index, item in enumerate(fact.value):
            kind, value = shown(item)
            anatomy.add(Part(f"{path}.values.{index}", kind, value, item.span))
    elif fact.value is not None:
        kind, value = shown(fact.value)
        anatomy.add(Part(f"{path}.value", kind, value, fact.value.span))


def _expect(anatomy: Anatomy, path: str, node: n.Expect) -> None:
    match node:
        case n.ExpectScore():
            _expect_score(anatomy, path, node)
        case n.ExpectStage(track, stage):
            if track is not None:
                anatomy.name(f"{path}.track", track)
            span = stage.span if stage is not None else _last(anatomy, node)
            anatomy.add(Part(f"{path}.stage", "stage", stage.text if stage is not None else "none", span))
        case n.ExpectGrade(score, label):
            if score is not None:
                anatomy.name(f"{path}.score", score)
            anatomy.name(f"{path}.grade", label, "label")
        case n.ExpectTag(text):
            anatomy.text(f"{path}.tag", text)
        case n.ExpectRule(name):
            anatomy.text(f"{path}.rule", name)


def _last(anatomy: Anatomy, node: n.Expect) -> Span:
    return anatomy.manuscript.lexemes_in(node.span.start, node.span.end)[-1].span


def _expect_score(anatomy: Anatomy, path: str, node: n.ExpectScore) -> None:
    lexemes = anatomy.manuscript.lexemes_in(node.span.start, node.span.end)
    while lexemes[0].word == "not":
        lexemes = lexemes[1:]
    name = node.score.text if node.score is not None else "score"
    anatomy.add(Part(f"{path}.score", "operand", name, lexemes[0].span))
    anatomy.add(Part(f"{path}.operator", "choice", node.operator, lexemes[1].span, choices=COMPARISONS))
    anatomy.add(Part(f"{path}.value", "whole", str(node.value), signed(lexemes[2:])))


_PARTS: dict[type, Callable[[Anatomy, Any], None]] = {
    n.Title: _title,
    n.Include: _include,
    n.FieldDeclaration: _field,
    n.EventDeclaration: _event,
    n.ListDeclaration: _list,
    n.ListFile: _list_file,
    n.Define: _define,
    n.ScoreDeclaration: _score,
    n.Rule: _rule,
    n.Group: _group,
    n.Stage: _stage,
    n.Disqualify: _disqualify,
    n.Grade: _grade,
    n.Outcome: _outcome,
    n.Test: _test,
}
