"""What would silently be wrong in tables of leads and events: read rightly, or refused by name."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import leadwright
import pyarrow as pa
import pytest
from leadwright import arrow as lw
from leadwright.engine.arrow import results

NOW = "2026-01-15T12:00Z"
UTC = pa.timestamp("us", tz="UTC")
RULES = """
field employees: number
field title: text
field opted_in: yes/no
field trial_ends: date
field signed_up: datetime

event visited by page

score fit from 0 to 100

rule "Large"
when employees >= 5000
then +5 fit

rule "Agreed"
when opted_in
then +2 fit

rule "Pricing"
for each visited pricing in last 30 days
then +7 fit

stage MQL when fit >= 7
"""
RULES = RULES.replace("event visited by page", "event visited")


def leads(**columns: Any) -> pa.Table:
    given = {"employees": [1.0], "title": ["CTO"], "opted_in": [False]}
    given |= {"trial_ends": pa.array([None], pa.date32()), "signed_up": pa.array([None], UTC)}
    size = len(next(iter(columns.values()))) if columns else 1
    whole = {name: pa.repeat(pa.array(one)[0], size) for name, one in given.items()}
    return pa.table(whole | {"lead_id": [f"l{number}" for number in range(size)]} | columns)


def events(*rows: tuple[str, str, str], **columns: Any) -> pa.Table:
    """Lead, object and instant of visits."""
    given: dict[str, Any] = {
        "lead_id": [row[0] for row in rows],
        "type": ["visited"] * len(rows),
        "object": [row[1] for row in rows],
        "at": pa.array([dt.datetime.fromisoformat(row[2]) for row in rows], UTC),
    }
    return pa.table(given | columns)


VISIT = events(("l0", "pricing", "2026-01-10T12:00+00:00"))


def fit(*tables: pa.Table, rules: str = RULES, now: str = NOW, **named: Any) -> list[int]:
    found: list[int] = lw.score(rules, *tables, now=now, **named).column("score_fit").to_pylist()
    return found


def test_the_whole_row() -> None:
    row = lw.score(RULES, leads(employees=[6000.0]), VISIT, now=NOW).to_pylist()[0]
    assert row.pop("due") == dt.datetime(2026, 2, 9, 12, tzinfo=dt.UTC)
    assert [line["text"] for line in row["lines"]] == ["Large", "Pricing"]
    assert [line["points"] for line in row.pop("lines")] == [5, 7]
    assert row == {
        "lead_id": "l0",
        "total": 12,
        "score_fit": 12,
        "stage_main": "MQL",
        "disqualified": False,
        "stages_if_qualified": None,
        "reasons": [],
        "tags": [],
    }


@pytest.mark.parametrize(
    "type_", [pa.decimal128(12, 2), pa.decimal256(50, 9), pa.int16(), pa.uint64(), pa.float32(), pa.string()]
)
def test_numbers_of_any_type_are_numbers(type_: pa.DataType) -> None:
    given = Decimal(6000) if pa.types.is_decimal(type_) else "6000" if pa.types.is_string(type_) else 6000
    assert fit(leads(employees=pa.array([given], type_)), VISIT) == [12]


@pytest.mark.skipif(not hasattr(pa, "decimal64"), reason="this pyarrow has no short decimals")
def test_short_decimals_are_numbers() -> None:
    for short in (pa.decimal32(5, 1), pa.decimal64(12, 2)):
        table = leads(employees=pa.array([Decimal("5000"), None, Decimal(7)], short))
        assert lw.score(RULES, table, VISIT, now=NOW).column("total").to_pylist() == [12, 0, 0]


def test_a_decimal_is_the_nearest_double() -> None:
    texts = ["4.35", "0.1", "1234567890.12345"]
    rules = "field x: number\nscore fit\n" + "".join(
        f'rule "r{n}"\nwhen x = {text}\nthen +{n + 1} fit\n' for n, text in enumerate(texts)
    )
    table = pa.table({"lead_id": texts, "x": pa.array(list(map(Decimal, texts)), pa.decimal128(30, 5))})
    assert fit(table, rules=rules) == [1, 2, 3]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("opted_in", pa.array([1]), "opted_in in leads is of type int64, and the rules read it as yes/no"),
        (
            "employees",
            pa.array([True]),
            "employees in leads is of type bool, and the rules read it as a number",
        ),
        ("employees", pa.array([b"1"]), "employees in leads is of type binary"),
    ],
)
def test_what_would_be_unknown_of_all_is_refused(column: str, value: pa.Array, said: str) -> None:
    with pytest.raises(lw.DataError, match=said):
        fit(leads(**{column: value}), VISIT)


def test_a_timestamp_for_a_date_is_refused() -> None:
    rules = 'field day: date\nscore fit\nrule "r"\nwhen day before 2026-01-01\nthen +1 fit\n'
    table = pa.table({"lead_id": ["a"], "day": pa.array([0], UTC)})
    with pytest.raises(lw.DataError, match="read it as a date: cast it to a date"):
        fit(table, rules=rules)


def test_timestamps_without_a_zone_need_one() -> None:
    local = VISIT.set_column(3, "at", pa.array([dt.datetime(2025, 12, 16, 12, 30)], pa.timestamp("us")))
    with pytest.raises(lw.DataError, match=r'at in events is a timestamp without a time zone.*zone="UTC"'):
        fit(leads(), local)
    assert fit(leads(), local, zone="UTC") == [7]
    assert fit(leads(), local, zone="Europe/Berlin") == [0]
    with pytest.raises(lw.DataError, match='"Mars" is not a time zone'):
        fit(leads(), local, zone="Mars")


def test_a_label_of_a_zone_changes_nothing() -> None:
    for unit in ("s", "ms", "us", "ns"):
        at = VISIT.column("at").cast(pa.timestamp(unit, tz="America/New_York"))
        assert fit(leads(), VISIT.set_column(3, "at", at)) == [7]


def test_nanoseconds_are_cut_towards_the_past() -> None:
    at = pa.array([-1, 1_768_478_400_000_000_999], pa.timestamp("ns", tz="UTC"))
    many = events(("l0", "pricing", "2026-01-15T12:00+00:00"), ("l0", "pricing", "2026-01-15T12:00+00:00"))
    assert fit(leads(), many.set_column(3, "at", at)) == [7]


def test_not_a_number_is_unknown() -> None:
    rules = 'field x: number\nscore fit\nrule "r"\nwhen x is unknown\nthen +1 fit\n'
    table = pa.table({"lead_id": ["a", "b", "c", "d"], "x": [float("nan"), float("inf"), None, 1.0]})
    assert fit(table, rules=rules) == [1, 1, 1, 0]


def test_a_lead_given_twice_is_named() -> None:
    twice = leads(employees=[1.0, 1.0]).set_column(5, "lead_id", [["zoe", "zoe"]])
    with pytest.raises(lw.DataError, match='same lead_id: "zoe"'):
        fit(twice, VISIT)


def test_what_is_left_out_is_counted() -> None:
    table = leads(employees=[1.0, 1.0])
    table = table.set_column(table.column_names.index("lead_id"), "lead_id", [["l0", None]])
    tally = lw.Tally()
    late = pa.concat_tables([VISIT, VISIT, events(("nobody", "pricing", "2026-01-10T12:00Z"))])
    late = late.append_column("id", [["e1", "e1", "e2"]])
    assert fit(table, late, tally=tally, event_id="id") == [7]
    assert (tally.leads, tally.events) == (1, 1)
    assert (tally.without_id, tally.without_lead, tally.doubles) == (1, 1, 1)


def test_an_event_delivered_twice_counts_once_by_its_id() -> None:
    twice = pa.concat_tables([VISIT, VISIT]).append_column("id", [["e1", "e1"]])
    assert fit(leads(), twice) == [14]
    assert fit(leads(), twice, event_id="id") == [7]
    different = pa.concat_tables([VISIT] * 3).append_column("id", [["e1", None, None]])
    assert fit(leads(), different, event_id="id") == [21]


def test_of_an_event_delivered_twice_the_earliest_counts() -> None:
    later = events(("l0", "pricing", "2026-01-12T12:00Z"))
    for order in ([VISIT, later], [later, VISIT]):
        table = pa.concat_tables(order).append_column("id", [["e", "e"]])
        found = lw.score(RULES, leads(), table, now=NOW, event_id="id")
        assert found.column("due").to_pylist() == [dt.datetime(2026, 2, 9, 12, tzinfo=dt.UTC)]


def test_missing_columns_are_all_named_at_once() -> None:
    table = pa.table({"lead_id": ["a"], "headcount": [6000], "title": ["x"]})
    rules = RULES
    with pytest.raises(lw.DataError) as refused:
        fit(table, VISIT.drop_columns(["object", "at"]), rules=rules)
    said = str(refused.value)
    for name in ('"employees"', '"opted_in"', '"object"', '"at"'):
        assert f"no column {name}" in said
    with pytest.raises(lw.DataError, match="there is no table of events"):
        fit(leads())
    assert fit(table, VISIT, fields={"employees": "headcount"}, missing_unknown=True) == [5]


def test_ids_may_be_any_whole_numbers() -> None:
    large = pa.array([2**64 - 1, 2**63], pa.uint64())
    happened = events(("", "pricing", "2026-01-10T10:00+00:00"), lead_id=large.slice(1))
    found = lw.score(RULES, leads(lead_id=large, employees=[1.0, 1.0]), happened, now=NOW)
    assert found.select(["lead_id", "total"]).to_pylist() == [
        {"lead_id": 2**64 - 1, "total": 0},
        {"lead_id": 2**63, "total": 7},
    ]


def test_ids_of_many_parts_are_refused() -> None:
    for nested in ([{"a": 1}], [["a"]]):
        with pytest.raises(lw.DataError, match=r"lead_id in leads is of type .* an id is a text or a number"):
            lw.score(RULES, leads(lead_id=pa.array(nested)), VISIT, now=NOW)


def test_instants_of_events_may_be_a_dictionary() -> None:
    happened = events(("l0", "pricing", "2026-01-10T10:00+00:00"))
    place = happened.column_names.index("at")
    happened = happened.set_column(place, "at", happened.column("at").dictionary_encode())
    assert lw.score(RULES, leads(), happened, now=NOW).column("total").to_pylist() == [7]


def test_texts_may_be_views() -> None:
    happened = events(
        ("l0", "pricing", "2026-01-10T10:00+00:00"), ("gone", "pricing", "2026-01-10T10:00+00:00")
    )
    view = pa.string_view()
    tables = [
        table.cast(
            pa.schema([one.with_type(view) if one.type == pa.string() else one for one in table.schema])
        )
        for table in (leads(), happened)
    ]
    assert lw.score(RULES, *tables, now=NOW).column("total").to_pylist() == [7]


def test_ids_of_two_types_are_refused() -> None:
    numbers = leads().set_column(leads().column_names.index("lead_id"), "lead_id", [[1]])
    with pytest.raises(lw.DataError, match="of type int64 and lead_id in events of type string"):
        fit(numbers, VISIT)


def test_instants_that_are_none_are_named() -> None:
    texts = VISIT.set_column(3, "at", [["2026-01-10"]])
    assert fit(leads(), texts) == [7]
    with pytest.raises(lw.DataError, match=r'values that are no instant.*"soon"'):
        fit(leads(), VISIT.set_column(3, "at", [["soon"]]))
    with pytest.raises(lw.DataError, match="values that are no instant"):
        fit(leads(), VISIT.set_column(3, "at", pa.array([None], UTC)))
    with pytest.raises(lw.DataError, match="values that are no instant"):
        fit(leads(), VISIT.set_column(3, "at", pa.array([1 << 61], UTC)))


OF_PROPERTIES = """
event visited
event paid

score fit from 0 to 100

rule "Paid"
when sum(paid.amount where currency = "EUR") >= 100
then +7 fit
"""


def test_properties_as_columns_and_as_json() -> None:
    two = events(("l0", "x", "2026-01-10T12:00Z"), ("l0", "x", "2026-01-10T12:00Z"))
    two = two.set_column(1, "type", [["paid", "paid"]])
    columns = two.append_column("sum", pa.array([Decimal("60.5"), Decimal("39.5")]))
    columns = columns.append_column("currency", [["eur", "EUR"]])
    assert fit(leads(), columns, rules=OF_PROPERTIES, properties={"amount": "sum"}) == [7]
    texts = two.append_column(
        "told", [['{"amount": 60.5, "currency": "EUR"}', '{"amount": 39.5, "currency": "eur"}']]
    )
    assert fit(leads(), texts, rules=OF_PROPERTIES, json="told") == [7]
    for wrong in ("[1]", "{", "nothing"):
        broken = two.append_column("told", [[wrong, None]])
        with pytest.raises(lw.DataError, match="told in events has a text that is no JSON object"):
            fit(leads(), broken, rules=OF_PROPERTIES, json="told")
    with pytest.raises(lw.DataError, match='no column "amount" for the property "amount"'):
        fit(leads(), two.append_column("currency", [["", ""]]), rules=OF_PROPERTIES)


def test_events_at_one_instant_count_by_what_they_are() -> None:
    """A sum of fractions depends on its order, which must not depend on how rows came."""
    rules = OF_PROPERTIES.replace(' where currency = "EUR"', "").replace(">= 100", ">= 1")
    amounts = [1e16, 1.0, -1e16, 0.25, 0.5, 1e16, -1e16]
    found = set()
    for seed in range(8):
        mixed = random.Random(seed).sample(amounts, len(amounts))
        many = events(*[("l0", "x", "2026-01-10T12:00Z")] * len(mixed))
        many = many.set_column(1, "type", [["paid"] * len(mixed)]).append_column("amount", [mixed])
        found.add(lw.score(rules, leads(), many, now=NOW).column("total").to_pylist()[0])
    assert len(found) == 1


HANDED = (
    RULES
    + """
list sales: "ana@acme.example", "ben@acme.example"

handoff "Large ones" of MQL when employees >= 5000 to sales in turn
handoff "All others" of MQL to sales in turn
"""
)


def test_handoffs_that_take_a_lead_in_its_stage() -> None:
    table = leads(employees=[6000.0, 10.0, 10.0])
    visits = events(("l0", "pricing", "2026-01-10T12:00Z"), ("l1", "pricing", "2026-01-10T12:00Z"))
    ruleset = leadwright.load(HANDED)
    found = lw.score(ruleset, table, visits, now=NOW).to_pylist()
    own = visits.to_pylist()
    for row, lead in zip(found, table.to_pylist(), strict=True):
        mine = [event for event in own if event["lead_id"] == lead["lead_id"]]
        told = ruleset(lead, mine, NOW).handoffs
        assert row["handoffs"] == [one.name for one in told if one.current]
    assert [row["handoffs"] for row in found] == [["Large ones"], ["All others"], []]


SURE = """
field country: text, otherwise "DE"
when employees >= 500 then +50
when country = "FR" then -40
when opted_in = no then -60
stage MQL when score >= 50
handoff "Sure" of MQL when surely stage = MQL to "ana@acme.example"
handoff "Perhaps" of MQL when not surely score < 100 to "ben@acme.example"
"""


def test_handoffs_that_ask_what_is_sure() -> None:
    table = leads(employees=[600.0] * 4, country=["DE", None, "DE", "DE"], opted_in=[True, True, None, False])
    ruleset = leadwright.load(SURE)
    found = lw.score(ruleset, table, now=NOW).to_pylist()
    for row, lead in zip(found, table.to_pylist(), strict=True):
        told = ruleset({name: value for name, value in lead.items() if value is not None}, [], NOW).handoffs
        assert row["handoffs"] == [one.name for one in told if one.current]
    assert [row["handoffs"] for row in found] == [["Sure"], [], [], []]


def test_short_lines_join_with_what_they_mean() -> None:
    full = lw.score(RULES, leads(employees=[6000.0]), VISIT, now=NOW).column("lines").to_pylist()[0]
    short = (
        lw.score(RULES, leads(employees=[6000.0]), VISIT, now=NOW, lines="short")
        .column("lines")
        .to_pylist()[0]
    )
    lines = {row.pop("number"): row for row in lw.explanation_lines(RULES).to_pylist()}
    assert [lines[line.pop("line")] | line for line in short] == full
    assert "lines" not in lw.score(RULES, leads(), VISIT, now=NOW, lines="none").column_names


@pytest.mark.parametrize("lines", ["full", "short"])
def test_lines_with_more_text_than_an_array_holds_come_in_several(
    lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = leads(employees=[9_000.0, 1.0, 9_000.0, None, 9_000.0], opted_in=[True, False, None, False, True])
    whole = lw.score(RULES, some, VISIT, now=NOW, lines=lines)
    assert whole.column("lines").num_chunks == 1
    for most in (1, 150, 400):
        monkeypatch.setattr(results, "_MOST_TEXT", most)
        found = lw.score(RULES, some, VISIT, now=NOW, lines=lines)
        assert found.to_pylist() == whole.to_pylist()
        assert (found.column("lines").num_chunks > 1) is (lines == "full")


def test_reads_is_a_contract() -> None:
    found = lw.reads(
        RULES + OF_PROPERTIES.replace("event visited\n", "").replace("score fit from 0 to 100", "")
    )
    assert {name: kind.value for name, kind in found.fields.items()} == {
        "employees": "number",
        "opted_in": "yes/no",
    }
    assert found.event_types == ("paid", "visited")
    assert found.objects
    assert {name: [kind.value for kind in kinds] for name, kinds in found.properties.items()} == {
        "currency": ["text"],
        "amount": ["number"],
    }


def test_nothing_to_score() -> None:
    none = lw.score(RULES, leads().slice(0, 0), VISIT, now=NOW)
    assert (len(none), none.schema) == (0, lw.score(RULES, leads(), VISIT, now=NOW).schema)
    assert fit(leads(), VISIT.slice(0, 0)) == [0]
    assert lw.score("score fit\n", leads(), now=NOW).column("total").to_pylist() == [0]
