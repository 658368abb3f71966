"""What a bare name is: define, field or event; declared, in the data, or told by its use."""

from collections.abc import Mapping

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.check import Checked, check
from leadwright.engine.plan import Compare, Feed, FieldValue, IsYes, Meaning, Plan, Resolution, SignalValue
from leadwright.grammar.messages.diagnostics import Severity, Source
from leadwright.grammar.syntax.nodes import Kind
from leadwright.grammar.syntax.parse import parse

DATA = Catalogue(
    leads=10,
    fields={"title": FieldFacts("title", Kind.TEXT, 9), "trial": FieldFacts("trial", Kind.YES_NO, 9)},
    events={"visited": EventFacts("visited", 90, {"pricing": 12}), "trial": EventFacts("trial", 3)},
)


def checked(
    text: str, *, data: Catalogue | None = None, pinned: Mapping[str, Resolution] | None = None
) -> Checked:
    return check(parse(Source(text)), catalogue=data, pinned=pinned)


def plan_of(text: str, **given: object) -> Plan:
    outcome = checked(text, **given)  # type: ignore[arg-type]
    assert outcome.plan is not None, outcome.diagnostics
    return outcome.plan


def codes(text: str, **given: object) -> list[str]:
    return [item.code for item in checked(text, **given).diagnostics]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ('when x in ("a") then +1', "x", Kind.TEXT),
        ("when x >= 5 then +1", "x", Kind.NUMBER),
        ("when x = yes then +1", "x", Kind.YES_NO),
        ("when x > 2026-01-01 then +1", "x", Kind.DATE),
        ("when x > 2026-01-01T12:00Z then +1", "x", Kind.DATETIME),
        ("when x in next 7 days then +1", "x", Kind.DATE),
        ("when days until x < 3 then +1", "x", Kind.DATE),
        ('when domain(x) = "a.example" then +1', "x", Kind.TEXT),
        ("when x is known then +1", "x", Kind.TEXT),
        ("when x * 2 > 10 then +1", "x", Kind.NUMBER),
        ("when x > -y then +1", "x", Kind.NUMBER),
        ("when x = y and y > 5 then +1", "y", Kind.NUMBER),
        ('when x is known then +1 test "t" given x = 5 expect score = 1', "x", Kind.NUMBER),
        ("when x between 2026-01-01 and 2026-01-31 then +1", "x", None),
        ("when x between 2026-01-01 and 2026-01-31 and x docs then +1", "x", None),
        ("when x then +1", "x", None),
        ("when x >= 2 in last 5 days then +1", "x", None),
        ("when x >= 2 then +1 when x docs then +1", "x", None),
        ("when x >= 2 and x in last 9 days then +1", "x", None),
        ("when x >= 2 then +1 when y and x then +1", "x", None),
        ("when x >= 2 then +1 when (x) then +1", "x", None),
        ("when x >= 2 then +1 when not x then +1", "x", None),
        ("when x = yes then +1 when not x then +1", "x", Kind.YES_NO),
        ("when x in last 9 days then +1", "x", None),
        ("when days since x < 3 then +1", "x", None),
    ],
)
def test_without_data_use_tells_what_a_name_is(text: str, name: str, kind: Kind | None) -> None:
    meaning = Meaning.EVENT if kind is None else Meaning.FIELD
    assert plan_of(text).names[name] == Resolution(meaning, kind)


def test_a_define_comes_before_a_field_before_an_event() -> None:
    text = "define trial: title is known\nwhen trial then +1"
    assert plan_of(text, data=DATA).names["trial"].meaning is Meaning.DEFINE
    assert codes("when trial then +1", data=DATA) == ["field-and-event"]
    rule = plan_of("when trial then +1", data=DATA).rules[0]
    assert isinstance(rule.condition, IsYes)


def test_with_data_a_name_found_nowhere_is_an_error_that_suggests_both_kinds() -> None:
    (problem,) = checked('when titel = "CTO" then +1', data=DATA).diagnostics
    assert (problem.code, problem.hint) == ("unknown-name", 'did you mean "title"?')
    (problem,) = checked("when visted then +1", data=DATA).diagnostics
    assert problem.hint == 'did you mean the event "visited" (seen 90 times)?'


def test_capitals_count_and_a_near_miss_is_an_error() -> None:
    assert codes('field Title: text\nwhen title = "CTO" then +1') == ["unknown-name"]
    assert codes('when Title = "CTO" then +1', data=DATA) == ["unknown-name"]
    assert codes("event Visited\nwhen visited docs then +1") == ["unknown-name"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("field seats: number\nwhen seat > 5 then +1",
         'did you mean "seats"? If not, declare it too: field seat: number'),
        ("event visited\nwhen vistied pricing then +1",
         'did you mean "visited"? If not, declare it too: event vistied'),
        ("define demo_asked: requested demo\nwhen demo_askd then +1",
         'did you mean "demo_asked"? If not, declare it too: event demo_askd'),
        ("stage A when scroe >= 5", 'did you mean "score"? If not, declare it too: field scroe: number'),
        ("score engagement\nwhen b then +1 engagement\nstage A when engagment >= 5",
         'did you mean "engagement"? If not, declare it too: field engagment: number'),
    ],
)  # fmt: skip
def test_without_data_a_name_near_a_declared_one_is_asked_about(text: str, hint: str) -> None:
    (problem,) = checked(text).diagnostics
    assert (problem.code, problem.severity, problem.hint) == ("nearly-declared", Severity.WARNING, hint)


def test_names_apart_by_numbers_short_ones_and_those_in_the_data_are_not_asked_about() -> None:
    assert codes("field answer1: text\nwhen answer2 is known and answer1 is known then +1") == []
    assert codes("field abc: number\nwhen abd > 1 and abc > 1 then +1") == []
    assert codes("field titles: number\nwhen title is known and titles > 1 then +1", data=DATA) == [
        "field-not-in-data"
    ]


def test_declarations_do_not_close_the_catalogue() -> None:
    text = "field seats: number\nevent signed_up\nwhen seats > 1 and signed_up and title is known then +1"
    assert plan_of(text, data=DATA).names["title"].kind is Kind.TEXT


def test_a_pinned_name_keeps_its_meaning_whatever_the_data_says() -> None:
    pinned = {"trial": Resolution(Meaning.EVENT, None)}
    condition = plan_of("when trial then +1", data=DATA, pinned=pinned).rules[0].condition
    assert isinstance(condition, Compare)
    assert isinstance(condition.left, SignalValue)


def test_what_the_data_calls_it_need_not_be_what_people_call_it() -> None:
    plan = plan_of(
        'event visited from "Page Viewed" by path\nevent visited from "Screen Viewed"\n'
        'field company_size from "Company Size": number, otherwise 1\n'
        "when visited pricing and company_size > 5 then +1"
    )
    assert plan.selectors[0].feeds == (Feed("Page Viewed", "path"), Feed("Screen Viewed"))
    assert (plan.fields[0].column, plan.fields[0].default) == ("Company Size", 1.0)


def test_a_score_is_asked_by_stages_alone() -> None:
    text = "score fit\nwhen employees > 5 then +5 fit\nstage A when fit > 3 and score > 2"
    assert checked(text).diagnostics == ()
    assert codes("score fit\nwhen fit > 3 then +5") == ["score-in-rule"]
    good = "score fit\ndefine good: fit > 3\ndefine better: good and employees > 9\n"
    assert codes(good + "when employees > 5 then +5 fit\nstage A when better") == []
    assert codes(good + "when better then +5 fit") == ["score-in-rule"]
    assert codes(good + "for each visited when good then +5 fit") == ["score-in-rule"]
    assert codes("define half: score / 2\nwhen employees > half then +5") == ["score-in-rule"]


def test_no_event_has_the_name_of_a_score() -> None:
    assert codes("score fit\nfor each fit then +5 fit") == ["score-name-taken"]
    assert codes("score fit\nwhen visited followed by fit within 2 days then +5 fit") == ["score-name-taken"]
    assert codes("score fit\nwhen sum(fit.amount) > 5 then +5 fit") == ["score-name-taken"]


def test_one_signal_serves_every_rule_that_asks_the_same() -> None:
    plan = plan_of(
        "when visited docs >= 2 then +1\nwhen visited DOCS >= 5 then +2\n"
        "when visited >= 2 and visited docs then +1"
    )
    assert len(plan.signals) == 2


def test_what_is_off_or_unused_is_checked_but_measured_nowhere() -> None:
    text = 'define spare: downloaded guide\nrule "x" off when opened mail >= 2 then +1\nwhen visited then +1'
    plan = plan_of(text)
    assert (len(plan.signals), plan.definitions, plan.off) == (1, (), ("x",))
    assert codes('rule "x" off when title in NONE then +1') == ["unknown-list"]
    assert codes("define spare: title in NONE") == ["unknown-list"]


def test_defines_may_stand_in_any_order() -> None:
    plan = plan_of(
        "when hot then +1\ndefine hot: warm and big\ndefine warm: visited\n"
        "define big: size > 2 * base\ndefine base: 10"
    )
    assert [item.name for item in plan.definitions] == ["warm", "base", "big", "hot"]


def test_an_error_is_told_once_where_it_stands() -> None:
    found = checked(
        'define hot: titel = "CTO"\nwhen hot then +1\nwhen hot and visited then +2', data=DATA
    ).diagnostics
    assert [(item.code, item.line) for item in found] == [("unknown-name", 1)]


def test_layout_comments_tests_and_titles_do_not_change_the_digest() -> None:
    one = plan_of(
        'ruleset "A"\nwhen visited docs>=2 then +1 # why\ntest "t" given visited docs expect score = 0'
    )
    other = plan_of("WHEN visited docs >= 2\n\nthen +1")
    assert one.digest == other.digest
    assert one.digest != plan_of("when visited docs >= 3 then +1").digest


def test_fields_stand_in_the_plan_once_in_order_of_use() -> None:
    plan = plan_of('when size > 1 and title = "x" and size < 9 then +1')
    assert [field.name for field in plan.fields] == ["size", "title"]
    condition = plan.rules[0].condition
    assert isinstance(condition.items[2].left, FieldValue)  # type: ignore[union-attr]


def test_chains_of_defines_are_read_as_deep_as_conditions_may_be_nested() -> None:
    def chain(length: int) -> str:
        links = [f"define d{i}: d{i + 1} and x{i}" for i in range(length)]
        return "\n".join([*links, f"define d{length}: visited", "when d0 then +1"])

    assert plan_of(chain(49)).definitions[-1].name == "d0"
    (problem,) = checked(chain(3_000)).diagnostics
    assert (problem.code, problem.message) == (
        "too-deep",
        "with the defines it uses, this is nested more than 100 deep",
    )


def test_a_circle_of_defines_is_told_once_however_long() -> None:
    links = [f"define d{i}: not d{(i + 1) % 3_000}" for i in range(3_000)]
    assert codes("\n".join([*links, "when d7 then +1", "when d9 then +2"])) == ["define-circle"]
    text = "define a: b\ndefine b: a\ndefine c: d\ndefine d: c\nwhen a then +1"
    assert codes(text) == ["define-circle", "define-circle"]
