"""The ruleset that `leadwright new` starts from: without mistakes, whatever the data is called."""

from hypothesis import given, settings
from hypothesis import strategies as st
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.reading import read
from leadwright.engine.starters import filled, starter_of
from leadwright.engine.starters.starter import questions_of
from leadwright.engine.testing import run_tests
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.effort import examples

odd = st.sampled_from(
    ["when", "Lead Source", "fit", "score", "in", "a.b", 'say "x"', "Größe", "1st", "[x]", "{n}", "*"]
)
names = st.one_of(odd, st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(min_size=1, max_size=6))
counts = st.dictionaries(names, st.integers(1, 50), max_size=5)
numbers = st.dictionaries(st.integers(0, 10**6).map(str), st.integers(1, 50), max_size=5)


@st.composite
def fields(draw: st.DrawFn, name: str) -> FieldFacts:
    kind = draw(st.sampled_from(list(Kind)))
    values = draw(numbers if kind is Kind.NUMBER else counts)
    return FieldFacts(name, kind, sum(values.values()), values, True)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    about = {name: draw(fields(name)) for name in draw(st.lists(names, unique=True, max_size=6))}
    types = draw(st.lists(names, unique=True, max_size=6))
    events = {type_: EventFacts(type_, draw(st.integers(1, 99)), draw(counts)) for type_ in types}
    return Catalogue(100, about, events)


@settings(max_examples=examples(60))
@given(catalogues())
def test_a_starter_has_no_error_and_its_tests_pass(catalogue: Catalogue) -> None:
    starter = starter_of(catalogue, "leads.db")
    if starter is None:
        return
    reading = read(Source(filled(starter)), catalogue=catalogue)
    assert reading.plan is not None, [item.message for item in reading.errors]
    assert all(result.passed for result in run_tests(reading.plan))


@settings(max_examples=examples(40))
@given(catalogues())
def test_every_way_to_ask_can_be_read(catalogue: Catalogue) -> None:
    asked = questions_of(catalogue, 20)
    rules = [*(rule for ways in asked.about_leads for rule in ways), *asked.about_events]
    declared = dict.fromkeys(rule.declaration for rule in rules)
    text = "\n".join([*declared, *(f"{rule.question} then {rule.award}" for rule in rules)])
    reading = read(Source(text), catalogue=catalogue)
    assert reading.plan is not None, [item.message for item in reading.errors]
    assert len(reading.plan.rules) == len(rules)
