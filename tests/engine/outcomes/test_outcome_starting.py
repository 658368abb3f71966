"""`leadwright new` from data: what it asks about, how it ranks, how many leads reach the top."""

from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from leadwright.engine.catalogue import Catalogue, EventFacts, FieldFacts
from leadwright.engine.starters.choosing import keeps_records, likely_outcome
from leadwright.grammar.syntax.nodes import Kind
from leadwright.tests.engine.outcomes.conftest import Run
from leadwright.tests.engine.outcomes.made_up import AT


@pytest.mark.parametrize(
    "name",
    [
        "Lead Number",
        "leadId",
        "owner_id",
        "Do Not Email",
        "do_not_call",
        "opt_out",
        "createdAt",
        "phone",
        "Zip",
    ],
)
def test_what_keeps_records_is_not_asked_about(name: str) -> None:
    assert keeps_records(FieldFacts(name, Kind.TEXT, 100, {"a": 50, "b": 50}, complete=True))


def test_fields_that_say_something_are(folder: Path) -> None:
    assert not keeps_records(FieldFacts("industry", Kind.TEXT, 100, {"a": 50, "b": 50}, complete=True))
    assert not keeps_records(FieldFacts("idea", Kind.YES_NO, 100, {"yes": 50, "no": 50}, complete=True))
    numbers = {str(number): 1 for number in range(100)}
    assert keeps_records(FieldFacts("account", Kind.NUMBER, 100, numbers, complete=True))


def test_a_new_ruleset_is_ranked_by_outcomes_and_the_top_stage_is_small(folder: Path, run: Run) -> None:
    run("new", "n.rules")
    text = (folder / "n.rules").read_text(encoding="utf-8")
    assert "outcome won when became customer" in text
    assert "phase" not in text.split("# Tests say", maxsplit=1)[0].split("ruleset", maxsplit=1)[1]
    assert "owner" not in text.split("ruleset", maxsplit=1)[1]
    run("check", "n.rules")
    run("test", "n.rules")
    run("score", "n.rules", "--at", "2026-09-20")
    with closing(sqlite3.connect("leads.db")) as connection, connection:
        asked = "SELECT count(*), sum(stage = 'SQL') FROM score"
        leads, top = connection.execute(asked).fetchone()
    assert top <= 0.25 * leads
    assert json.loads(run("measure", "n.rules", "--at", AT, "--json"))["auc"]["value"] > 0.55


def test_a_new_ruleset_asks_nothing_that_only_deals_say(tmp_path: Path, run: Run) -> None:
    """Leads come by a field, nothing happens but deals, and some fields are filled in with these."""
    chance = random.Random(7)
    lines = ["id,first_contact,origin,segment,stock,deal_at"]
    for number in range(1200):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number % 180)
        origin = chance.choice(["search", "search", "mail", "fair"])
        won = chance.random() < (0.3 if origin == "fair" else 0.08)
        deal = f"{day + dt.timedelta(days=chance.randrange(1, 140))}" if won else ""
        segment = chance.choice(["home", "toys"]) if won else ""
        stock = chance.choice(["few", "many"]) if won and chance.random() < 0.3 else ""
        lines.append(f"{number},{day},{origin},{segment},{stock},{deal}")
    (tmp_path / "deals.csv").write_text("\n".join(lines), encoding="utf-8")
    db, happened = ("--db", tmp_path / "d.db"), ("--at", "deal_at", "--type-is", "won")
    run("import", tmp_path / "deals.csv", "--lead-id", "id", *db)
    with_day = [lines[0], *(line for line in lines[1:] if not line.endswith(","))]
    (tmp_path / "won.csv").write_text("\n".join(with_day), encoding="utf-8")
    run("import", tmp_path / "won.csv", "--lead-id", "id", *happened, *db)
    rules = run("new", *db).split("ruleset", maxsplit=1)[1]
    assert "outcome won when won born first_contact" in rules
    assert 'when origin = "fair"\nthen +' in rules
    assert "segment" not in rules
    assert "stock" not in rules


def test_more_is_asked_where_a_few_questions_leave_too_many_leads_alike(tmp_path: Path, run: Run) -> None:
    chance = random.Random(9)
    lines = ["id,a,b,c,d,e,f"]
    for number in range(600):
        answers = [chance.choice(["yes", "yes", "yes", "yes", "no"]) for _ in range(4)]
        lines.append(",".join([f"{number}", *answers, *chance.choices(["yes", "no"], [1, 2], k=2)]))
    (tmp_path / "answers.csv").write_text("\n".join(lines), encoding="utf-8")
    db = ("--db", tmp_path / "a.db")
    run("import", tmp_path / "answers.csv", "--lead-id", "id", *db)
    (tmp_path / "a.rules").write_text(run("new", *db), encoding="utf-8")
    run("score", tmp_path / "a.rules", *db)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        leads, top = connection.execute("SELECT count(*), sum(stage = 'SQL') FROM score").fetchone()
    assert 0.04 * leads <= top <= 0.15 * leads


OUTCOMES = [
    ("Converted", Kind.NUMBER, {"0": 60, "1": 40}, "Converted = 1"),
    ("y", Kind.YES_NO, {"no": 88, "yes": 12}, "y"),
    (
        "Lead Status",
        Kind.TEXT,
        {"Open": 50, "Closed - Converted": 20},
        '[Lead Status] = "Closed - Converted"',
    ),
    ("lifecyclestage", Kind.TEXT, {"lead": 50, "customer": 20}, 'lifecyclestage = "customer"'),
    ("Lifecycle Stage", Kind.TEXT, {"lead": 50, "customer": 20}, '[Lifecycle Stage] = "customer"'),
    ("won", Kind.NUMBER, {"0": 60, "1": 40, "7": 1}, None),
    ("converted", Kind.YES_NO, {"yes": 40}, None),
    ("customer", Kind.TEXT, {"Acme": 40, "won": 2}, None),
]


@pytest.mark.parametrize(("name", "kind", "values", "condition"), OUTCOMES)
def test_a_field_can_say_who_became_a_customer(name, kind, values, condition) -> None:
    facts = FieldFacts(name, kind, sum(values.values()), values, complete=True)
    found = likely_outcome(Catalogue(100, {name: facts}, {}))
    assert (found.condition if found is not None else None) == condition


@pytest.mark.parametrize(
    ("types", "condition"),
    [
        (["visited", "A_APPROVED"], "A_APPROVED"),
        (["Opportunity Won", "visited"], "[Opportunity Won]"),
        (["Loan Approved", "customer"], "customer"),
        (["not_approved", "Never Won", "won_over", "visited"], None),
    ],
)
def test_an_event_can_say_who_became_a_customer(types: list[str], condition: str | None) -> None:
    events = {type_: EventFacts(type_, 40, {"a": 40}) for type_ in types}
    found = likely_outcome(Catalogue(100, {}, events))
    assert (found.condition if found is not None else None) == condition


def test_of_what_always_happens_together_a_new_ruleset_pays_for_one(tmp_path: Path, run: Run) -> None:
    chance = random.Random(11)
    people, events = ["id,size"], ["id,at,type"]
    for number in range(400):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number % 90)
        people.append(f"{number},{chance.randrange(1, 9)}")
        sent = chance.random() < 0.5
        happened = [("came", 0), *([("made", 1), ("sent", 1), ("noted", 1)] if sent else [])]
        happened += [("approved", 9)] if chance.random() < (0.5 if sent else 0.1) else []
        happened += [("called", 1)] if chance.random() < 0.5 else []
        events += [f"{number},{day + dt.timedelta(days=after)},{type_}" for type_, after in happened]
    (tmp_path / "people.csv").write_text("\n".join(people), encoding="utf-8")
    (tmp_path / "events.csv").write_text("\n".join(events), encoding="utf-8")
    db = ("--db", tmp_path / "s.db")
    run("import", tmp_path / "people.csv", "--lead-id", "id", *db)
    run("import", tmp_path / "events.csv", "--lead-id", "id", "--at", "at", "--type", "type", *db)
    rules = run("new", *db).split("ruleset", maxsplit=1)[1].split("# Tests", maxsplit=1)[0]
    assert "outcome won when approved" in rules
    assert sum(f"{type_} in last" in rules for type_ in ("made", "sent", "noted")) == 1


def test_a_new_ruleset_is_ranked_by_a_field_where_that_says_who_won(folder: Path, run: Run) -> None:
    """The draw: who came by reference wins twice as often, of two kinds of note one is made of winners."""
    chance = random.Random(5)
    lines = ["id,Lead Source,seats,note,Converted"]
    for number in range(1500):
        source, seats = chance.choice(["Ads", "Ads", "Fair", "Reference"]), chance.randrange(1, 400)
        won = chance.random() < (0.6 if source == "Reference" else 0.15)
        note = chance.choice(["", "signed up" if won else "rang"])
        lines.append(f"{number},{source},{seats},{note},{int(won)}")
    Path("won.csv").write_text("\n".join(lines), encoding="utf-8")
    run("import", "won.csv", "--lead-id", "id", "--db", "won.db")
    text = run("new", "--db", "won.db")
    rules = text.split("ruleset", maxsplit=1)[1]
    assert 'when lead_source = "Reference"\nthen +' in rules
    assert "field Converted: number\noutcome won when Converted = 1" in rules
    assert "note" not in rules.split("# Tests", maxsplit=1)[0]
    assert "seats" not in rules
    Path("won.rules").write_text(text, encoding="utf-8")
    run("test", "won.rules")
    assert json.loads(run("measure", "won.rules", "--db", "won.db", "--json"))["auc"]["value"] > 0.65
