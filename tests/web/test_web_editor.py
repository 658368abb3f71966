"""The editor: the page, its edits and wishes, what it completes, and what bad input gets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.tests.web.conftest import logged_in
from leadwright.web.accounts.users import Role
from leadwright.web.drafts import begin, current
from leadwright.web.editor.cards import id_of

EXAMPLES = sorted((Path(__file__).parents[2] / "rulesets").glob("*.rules"))
HERE = "/rulesets/inbound/edit"
LARGE = {"op": "set", "key": "rule:Large", "path": "then.0.points", "old": "+30", "new": "+35"}


class Editing:
    """A page of the editor: what it shows, and what it sends."""

    def __init__(self, client: FlaskClient, ruleset: str = "inbound") -> None:
        self.client = client
        self.address = f"/rulesets/{ruleset}/edit"
        html = client.get(f"{self.address}?open=all").get_data(as_text=True)
        self.revision = int(re.findall(r'data-revision="(\d+)"', html)[0])
        self.shown = dict(re.findall(r'id="([\w-]+)"[^>]*? data-digest="(\w+)"', html))
        self.last: dict[str, Any] = {}

    def send(self, *edits: Mapping[str, Any], to: str = "", **more: Any) -> dict[str, Any]:
        """Sends edits, or another request, and takes in what comes back."""
        body = {"revision": self.revision, "shown": self.shown, **({"edits": edits} if edits else {}), **more}
        answer = self.client.post(self.address + to, json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.last = answer.get_json()
        self.revision = self.last["revision"]
        for name, html in self.last["cards"].items():
            self.shown[name] = re.findall(r'data-digest="(\w+)"', html)[0]
        return self.last

    def wish(self, op: str, **more: Any) -> dict[str, Any]:
        """Sends one choice, which must be made."""
        answer = self.send({"op": op, **more})
        assert "refused" not in answer, answer["refused"]
        return answer


def text_of(store: Store, ruleset: str = "inbound") -> str:
    found = current(store, ruleset)
    assert found is not None
    return found.text


def all_open(page: Editing) -> str:
    """The page with every card opened."""
    return page.client.get(f"{page.address}?open=all").get_data(as_text=True)


@pytest.fixture
def page(client: FlaskClient) -> Editing:
    return Editing(client)


@pytest.fixture
def fresh(client: FlaskClient, store: Store) -> Editing:
    """The editor of a ruleset in which nothing is written yet."""
    assert begin(store, "fresh") is not None
    return Editing(client, "fresh")


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_shows_every_statement_as_a_card(client: FlaskClient) -> None:
    html = client.get(HERE).get_data(as_text=True)
    for key in ("list:ICP", "score:", "rule:Pricing interest", "rule:Large", "stage:MQL", "stage:SQL"):
        assert f'id="{id_of(key)}" data-key="{key}"' in html
    assert "People who may sign." in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_shown_with_ids_of_their_own(client: FlaskClient, store: Store, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert begin(store, "example", text) is not None
    html = client.get("/rulesets/example/edit").get_data(as_text=True)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "card text" not in html


def test_who_may_only_read_sees_the_cards_locked(app: Flask, users: Mapping[str, Role]) -> None:
    viewer = logged_in(app, "viewer")
    html = viewer.get(f"{HERE}?open=all").get_data(as_text=True)
    assert 'id="add"' not in html
    assert "data-menu" not in html
    controls = re.findall(r"<(?:input|select)[^>]*data-path=[^>]*>", html)
    assert controls
    assert all(" disabled" in control for control in controls)
    for to in ("", "/undo", "/redo", "/discard", "/text"):
        assert viewer.post(HERE + to, json={"revision": 0, "edits": [LARGE], "text": ""}).status_code == 403
    assert viewer.post(f"{HERE}/since", json={"revision": 0}).status_code == 200


def test_there_is_no_editor_of_what_is_not_there(client: FlaskClient) -> None:
    assert client.get("/rulesets/nowhere/edit").status_code == 404
    assert client.post("/rulesets/nowhere/edit", json={"revision": 0, "edits": [LARGE]}).status_code == 404
    assert client.get("/rulesets/nowhere/edit/values?what=names").status_code == 404


# --- edits ------------------------------------------------------------------------------------------


def test_an_edit_answers_with_the_cards_that_changed_alone(page: Editing, store: Store) -> None:
    answer = page.send(LARGE)
    assert "then +35" in text_of(store)
    assert answer["revision"] == 1
    assert id_of("rule:Large") in answer["cards"]
    assert id_of("rule:Asked for a demo") not in answer["cards"]
    assert "1 changed line" in answer["state"]
    assert page.send(to="/since")["cards"] == {}


def test_undo_redo_and_discard_go_both_ways(page: Editing, store: Store) -> None:
    before = text_of(store)
    page.send(LARGE)
    page.send(to="/undo")
    assert text_of(store) == before
    page.send(to="/redo")
    assert "then +35" in text_of(store)
    page.send(to="/discard")
    assert text_of(store) == before
    page.send(to="/undo")
    assert "then +35" in text_of(store)


def test_a_card_that_gets_another_name_is_known_by_both(page: Editing) -> None:
    answer = page.send({"op": "rename", "key": "rule:Large", "path": "name", "old": "Large", "new": "Big"})
    assert answer["ids"] == {id_of("rule:Large"): id_of("rule:Big")}
    portions = answer["outline"]["made"].values()
    assert id_of("rule:Big") in [element for portion in portions for element, _ in portion]


def test_what_somebody_else_did_is_told_and_nothing_is_overwritten(client: FlaskClient, store: Store) -> None:
    mine, theirs = Editing(client), Editing(client)
    theirs.send(LARGE)
    found = mine.send({**LARGE, "new": "+99"})["refused"]
    assert (found["found"], found["wanted"], found["path"]) == ("+35", "+99", "then.0.points")
    assert found["id"] == id_of("rule:Large")
    assert id_of("rule:Large") in mine.last["cards"]
    assert "then +35" in text_of(store)


def test_others_changes_are_found_by_looking(client: FlaskClient) -> None:
    mine, theirs = Editing(client), Editing(client)
    theirs.send(LARGE)
    assert client.get(f"{HERE}/revision").get_json() == {"revision": 1, "newer": False, "here": []}
    assert set(mine.send(to="/since")["cards"]) >= {id_of("rule:Large")}


def test_the_answer_that_brings_others_changes_tells_of_them_once(app: Flask, users: dict[str, Role]) -> None:
    first, second = Role.EDITOR.value, Role.PUBLISHER.value
    assert {first, second} <= set(users)
    ann, ben, cy = (Editing(logged_in(app, name)) for name in (first, second, second))
    assert ann.send(LARGE)["others"] is None
    assert ben.send(to="/since", lints=True)["others"] == first
    assert ben.send(to="/since")["others"] is None
    assert cy.send({"op": "set", "key": "rule:Large", "path": "when.value", "new": "70"})["others"] == first


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({**LARGE, "new": "many"}, '"many" is not a number of points.'),
        ({**LARGE, "key": "rule:Gone"}, "no longer there"),
        ({"op": "explode"}, 'There is no edit called "explode".'),
        ({"op": "statement", "sort": "rule"}, "Complete the condition"),
        ({"op": "statement", "sort": "list", "name": "x"}, "A list needs an entry"),
        ({"op": "statement", "sort": "stage", "new": "score >= 50"}, "Give it a name."),
        ({"op": "statement", "sort": "rule", "new": "opted_in"}, "Enter points"),
        ({"op": "statement", "sort": "test", "name": "t"}, "Say what the test expects"),
        ({**LARGE, "new": "1.000", "kind": "points"}, "1.000 can mean 1,000 or 1. Enter 1000 or 1."),
        ({"op": "statement", "sort": "spell", "name": "x"}, 'There is no statement called "spell".'),
        ({"op": "name", "key": "rule:Large", "path": "when.9.name", "new": "title"}, "no longer there"),
        ({"op": "name", "key": 3}, "There is no edit called"),
        ("edit", "an edit is an object"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(page: Editing, store: Store, edit: Any, says: str) -> None:
    before = text_of(store)
    assert says in page.send(edit)["refused"]["message"]
    assert text_of(store) == before


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"revision": 0},
        {"revision": 0, "edits": []},
        {"revision": 0, "edits": [LARGE] * 51},
        {"revision": "0", "edits": [LARGE]},
        {"revision": True, "edits": [LARGE]},
        {"revision": -1, "edits": [LARGE]},
    ],
)
def test_a_request_that_is_none_is_refused(client: FlaskClient, store: Store, body: Any) -> None:
    answer = client.post(HERE, json=body, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert "then +30" in text_of(store)


def test_a_page_from_the_future_loses_nothing(page: Editing, store: Store) -> None:
    page.revision = 999
    page.send(LARGE)
    assert "then +35" in text_of(store)


# --- choices ----------------------------------------------------------------------------------------


def test_a_ruleset_is_built_from_nothing_by_choices(fresh: Editing, store: Store) -> None:
    fresh.wish("statement", sort="title", name="Inbound")
    fresh.wish("statement", sort="list", name="ICP", new="VP *")
    fresh.wish("add", key="list:ICP", path="entries", new="Head of *", kind="text")
    points = {"points": "+20"}
    fresh.wish("statement", sort="rule", name="Pricing interest", new='title = "VP"', **points)
    rule = {"key": "rule:Pricing interest"}
    fresh.wish("compare", **rule, path="when.0.operator", old="=", new="in list")
    fresh.wish("add", **rule, path="when", new="visited")
    fresh.wish("set", **rule, path="when.1.object", new="pricing", kind="object")
    question = fresh.wish("compare", **rule, path="when.1.operator", old="", new=">=")["ask"]
    assert question["text"] is None
    begun = {**question["begun"], "slots": {**question["begun"]["slots"], "value": "2"}}
    fresh.send({**question["edit"], "new": begun_as(fresh, begun)["text"]})
    fresh.wish("statement", sort="stage", name="SQL", new="score >= 50")
    fresh.wish("set", key="stage:SQL", path="when.0.value", old="50", new="80", kind="number")
    fresh.wish("add", key="stage:SQL", path="when", new="requested")
    fresh.wish("set", key="stage:SQL", path="when.1.object", new="demo", kind="object")
    wanted = (
        'ruleset "Inbound"\n\nlist ICP: "VP *", "Head of *"\n\n'
        'rule "Pricing interest"\nwhen title in ICP and visited pricing >= 2\nthen +20\n\n'
        "stage SQL when score >= 80 and requested demo\n"
    )
    assert parse(Source(text_of(store, "fresh"))).tree == parse(Source(wanted)).tree
    assert "no problems" in fresh.last["state"]


def begun_as(page: Editing, begun: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of something that is being written."""
    answer = page.client.post(f"{page.address}/begin", json=begun)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


BEGINNINGS: list[tuple[str, dict[str, str], str | None]] = [
    ("", {}, None),
    ("", {"name": "title"}, None),
    ("", {"name": "title", "value": "VP"}, 'title = "VP"'),
    ("", {"name": "title", "operator": "in list"}, None),
    ("", {"name": "employees"}, None),
    ("", {"name": "employees", "value": "many"}, None),
    ("", {"name": "employees", "value": "1.000"}, None),
    ("", {"name": "employees", "value": "100"}, "employees >= 100"),
    ("", {"name": "employees", "operator": "between", "low": "5"}, None),
    ("", {"name": "employees", "operator": "between", "low": "5", "high": "9"}, "employees between 5 and 9"),
    ("", {"name": "employees", "operator": "is unknown"}, "employees is unknown"),
    ("", {"name": "opted_in"}, "opted_in"),
    ("", {"name": "visited"}, "visited"),
    ("", {"name": "score", "value": "50"}, "score >= 50"),
    ("days since", {"name": "visited"}, None),
    ("days since", {"name": "visited", "value": "30"}, "days since visited <= 30"),
    ("distinct", {"name": "visited", "value": "2"}, "distinct(visited) >= 2"),
    ("days", {"name": "visited", "value": "2"}, "days(visited) >= 2"),
    ("sum", {"name": "visited", "property": "seconds", "value": "9"}, "sum(visited.seconds) >= 9"),
    ("sequence", {"name": "visited", "second": "requested"}, None),
    ("sequence", {"name": "visited", "second": "requested", "amount": "7"},
     "visited followed by requested within 7 days"),
    ("domain", {"name": "name"}, None),
    ("domain", {"name": "name", "value": "example.com"}, 'domain(name) = "example.com"'),
]  # fmt: skip


@pytest.mark.parametrize(("form", "slots", "condition"), BEGINNINGS)
def test_a_condition_is_complete_only_once_every_blank_is_filled_in(
    fresh: Editing, store: Store, form: str, slots: dict[str, str], condition: str | None
) -> None:
    found = begun_as(fresh, {"shape": "condition", "form": form, "slots": slots})
    assert found["text"] == condition
    if condition is not None:
        fresh.wish("statement", sort="rule", name="A", new=condition, points="+1")
        assert f"when {condition}" in text_of(store, "fresh")
        assert not parse(Source(text_of(store, "fresh"))).diagnostics


@pytest.mark.parametrize(
    ("shape", "kind", "slots", "text"),
    [
        ("fact", "", {"name": "opted_in"}, None),
        ("fact", "", {"name": "opted_in", "value": "yes"}, "opted_in = yes"),
        ("fact", "", {"name": "employees", "value": "12"}, "employees = 12"),
        ("fact", "", {"name": "visited", "amount": "2"}, "visited 2 days ago"),
        ("expectation", "score", {}, None),
        ("expectation", "score", {"value": "40", "operator": "="}, "score = 40"),
        ("expectation", "stage", {}, None),
        ("expectation", "stage", {"stage": "none"}, "stage = none"),
        ("expectation", "no rule", {"rule": "A"}, 'not rule "A" fires'),
        ("expectation", "tag", {"tag": "hot"}, 'tag "hot"'),
        ("expectation", "disqualified", {}, "disqualified"),
        ("window", "", {"how": "in last"}, None),
        ("window", "", {"how": "in last", "amount": "1"}, "in last 1 day"),
        ("window", "", {"how": "between", "start": "2026-01-01", "end": "2026-02-01"},
         "between 2026-01-01 and 2026-02-01"),
    ],
)  # fmt: skip
def test_facts_expectations_and_windows_are_complete_once_every_blank_is_filled_in(
    fresh: Editing, shape: str, kind: str, slots: dict[str, str], text: str | None
) -> None:
    assert begun_as(fresh, {"shape": shape, "kind": kind, "slots": slots})["text"] == text


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"shape": "spell"},
        {"shape": 3},
        {"shape": "test", "kind": "colour"},
        {"shape": "condition", "slots": {"name": 3}},
        {"shape": "condition", "slots": dict.fromkeys(map(str, range(30)), "x")},
        {"shape": "expectation", "kind": "grade"},
    ],
)
def test_what_cannot_be_begun_is_refused(fresh: Editing, body: Any) -> None:
    answer = fresh.client.post(f"{fresh.address}/begin", json=body, headers={"Accept": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("sort", "more", "text"),
    [
        (
            "rule about events",
            {"name": "V", "new": "visited", "points": "+1"},
            'rule "V"\nfor each visited\nthen +1\n',
        ),
        ("group", {"name": "G", "high": "30"}, 'group "G" at most 30 {\n}\n'),
        ("score", {"name": "fit", "low": "0", "high": "50"}, "score fit from 0 to 50\n"),
        ("disqualify", {"new": "opted_in", "because": "no"}, 'disqualify when opted_in because "no"\n'),
        ("grade", {"high": "80", "low": "50"}, "grade: A from 80, B from 50, C otherwise\n"),
        ("define", {"name": "big", "new": "employees >= 10"}, "define big: employees >= 10\n"),
        ("outcome", {"name": "won", "new": "requested"}, "outcome won when requested\n"),
        ("field", {"name": "size", "kind": "number"}, "field size: number\n"),
        ("event", {"name": "seen", "new": "visited"}, 'event seen from "visited"\n'),
        ("test", {"name": "t", "new": "score >= 0"}, 'test "t"\nexpect score >= 0\n'),
        (
            "guarantee",
            {"name": "g", "kind": "never", "promise": "disqualified", "new": "score >= 40 and opted_in"},
            'guarantee "g" never disqualified when score >= 40 and opted_in\n',
        ),
        (
            "guarantee",
            {"name": "g", "kind": "always", "promise": "score >= 0", "new": "opted_in"},
            'guarantee "g" always score >= 0 when opted_in\n',
        ),
        (
            "guarantee of a trend",
            {"name": "g", "kind": "falls", "new": "visited"},
            'guarantee "g" score never falls with visited\n',
        ),
    ],
)
def test_every_sort_of_statement_is_added_by_its_form(
    fresh: Editing, store: Store, sort: str, more: dict[str, str], text: str
) -> None:
    answer = fresh.wish("statement", sort=sort, **more)
    assert text_of(store, "fresh") == text
    (made,) = answer["made"]
    assert f'id="{made}"' in answer["cards"][made]


CHANGES = [
    ("title in ICP", "not in list", "title not in ICP"),
    ("title in ICP", "=", None),
    ("title in ICP", "in values", None),
    ('title = "CTO"', "in values", 'title in ("CTO")'),
    ('title in ("CTO", "CMO")', "=", 'title = "CTO"'),
    ('title = "CTO"', "is known", "title is known"),
    ('title = "CTO"', "in list", "title in ICP"),
    ("title is known", "contains", None),
    ("employees >= 5", "between", None),
    ("employees between 5 and 9", "<", "employees < 5"),
    ("opted_in", "= no", "opted_in = no"),
    ("opted_in = no", "", "opted_in"),
    ("opted_in = no", "!=", "opted_in != no"),
    ("opted_in = no", "not in values", "opted_in not in (no)"),
    ("visited >= 2", "", "visited"),
    ("visited in last 30 days", ">=", None),
    ("not visited >= 2", "<", "not visited < 2"),
]
"""A condition, another comparison, and what becomes of it; None where a value has to be chosen first."""


@pytest.mark.parametrize(("before", "operator", "after"), CHANGES)
def test_another_comparison_keeps_the_values_that_suit_and_asks_for_the_rest(
    client: FlaskClient, store: Store, before: str, operator: str, after: str | None
) -> None:
    assert begin(store, "one", f'list ICP: "VP *"\n\nrule "A"\nwhen {before}\nthen +1\n') is not None
    page = Editing(client, "one")
    now = re.findall(r'data-op="compare"(?: data-old="([^"]*)")?', all_open(page))[0]
    answer = page.wish("compare", key="rule:A", path="when.0.operator", old=now, new=operator)
    assert f"when {after or before}\n" in text_of(store, "one")
    assert ("ask" in answer) == (after is None)


@pytest.mark.parametrize(
    ("before", "operator", "after"),
    [
        ("seen = 2026-01-01", "in values", "seen in (2026-01-01)"),
        ("seen in (2026-01-01)", "not in values", "seen not in (2026-01-01)"),
        (
            "seen between 2026-01-01 and 2026-02-01",
            "not between",
            "seen not between 2026-01-01 and 2026-02-01",
        ),
    ],
)
def test_dates_can_be_among_some_and_outside_a_range(
    client: FlaskClient, store: Store, before: str, operator: str, after: str
) -> None:
    text = f'field seen: date\n\nrule "A"\nwhen {before}\nthen +1\n'
    assert begin(store, "one", text) is not None
    page = Editing(client, "one")
    now = re.findall(r'data-op="compare"(?: data-old="([^"]*)")?', all_open(page))[0]
    page.wish("compare", key="rule:A", path="when.0.operator", old=now, new=operator)
    assert f"when {after}\n" in text_of(store, "one")


def test_every_entry_of_the_menu_of_new_statements_has_a_form(client: FlaskClient) -> None:
    html = client.get(HERE).get_data(as_text=True)
    entries = re.findall(r'data-new="([^"]*)"[^>]*>\+ ', html)
    assert {"rule", "stage", "disqualify", "define", "outcome", "list"} <= set(entries)
    forms = client.get(f"{HERE}/forms").get_data(as_text=True)
    assert all(f'id="new-{sort.replace(" ", "-")}"' in forms for sort in entries)


def test_a_form_offers_the_scores_that_the_draft_has_by_now(client: FlaskClient) -> None:
    page = Editing(client)
    assert "for the score" not in client.get(f"{HERE}/forms").get_data(as_text=True)
    page.send({"op": "add_statement", "new": "score fit from 0 to 50"})
    assert "for the score" in client.get(f"{HERE}/forms").get_data(as_text=True)


def test_a_value_that_a_comparison_drops_is_named(client: FlaskClient, store: Store) -> None:
    assert begin(store, "one", 'rule "A"\nwhen title in ("CTO", "CMO", "CEO")\nthen +1\n') is not None
    page = Editing(client, "one")
    answer = page.wish("compare", key="rule:A", path="when.0.operator", old="in", new="=")
    assert answer["notice"] == "Kept “CTO”; dropped “CMO” and “CEO”."


def test_one_of_several_lists_is_chosen_by_the_person(client: FlaskClient, store: Store) -> None:
    text = 'list ICP: "VP *"\nlist Others: "Intern"\n\nrule "A"\nwhen title = "CTO"\nthen +1\n'
    assert begin(store, "one", text) is not None
    page = Editing(client, "one")
    answer = page.wish("compare", key="rule:A", path="when.0.operator", old="=", new="in list")
    assert text_of(store, "one") == text
    begun = answer["ask"]["begun"]
    assert begun_as(page, {**begun, "slots": {**begun["slots"], "list": "Others"}})["text"] == "in Others"


RENAMED = [
    ("employees >= 5", "title", None, "“is at least 5”"),
    ("employees = 5", "title", 'title = "5"', ""),
    ('title = "5"', "employees", "employees = 5", ""),
    ('title = "VP"', "employees", None, "“is VP”"),
    ("emploees >= 1000", "employees", "employees >= 1000", ""),
    ("employees between 5 and 9", "score", "score between 5 and 9", ""),
    ("visited pricing >= 2", "requested", "requested pricing >= 2", ""),
    (
        "visited pricing >= 2 in last 30 days",
        "employees",
        "employees >= 2",
        "“pricing” and “in last 30 days”",
    ),
    ("title in ICP", "name", "name in ICP", ""),
    ("title in ICP", "visited", "visited", "“is in the list ICP”"),
    ("visited", "opted_in", "opted_in", ""),
    ("not employees >= 5", "score", "not score >= 5", ""),
]
"""A condition, another name, what becomes of it (None: a value has to be chosen first), what is dropped."""


@pytest.mark.parametrize("case", RENAMED, ids=lambda case: f"{case[0]} {case[1]}")
def test_another_name_keeps_what_suits_it_and_names_what_does_not(
    client: FlaskClient, store: Store, case: tuple[str, str, str | None, str]
) -> None:
    before, name, after, dropped = case
    assert begin(store, "one", f'list ICP: "VP *"\n\nrule "A"\nwhen {before}\nthen +1\n') is not None
    page = Editing(client, "one")
    old = before.removeprefix("not ").partition(" ")[0]
    answer = page.wish("name", key="rule:A", path="when.0.name", old=old, new=name)
    assert f"when {after or before}\n" in text_of(store, "one")
    assert ("ask" in answer) == (after is None)
    said = answer["ask"]["message"] if after is None else answer.get("notice", "")
    assert dropped in said
    assert bool(said) == bool(dropped)


@pytest.mark.parametrize("form", ["domain", "days since", "distinct", "days until", "sum", "sequence"])
def test_a_way_of_asking_leaves_the_condition_until_it_is_complete(
    client: FlaskClient, store: Store, form: str
) -> None:
    page = Editing(client)
    before = text_of(store)
    answer = page.wish("name", key="rule:Large", path="when.0.name", old="employees", new="", form=form)
    assert text_of(store) == before
    assert answer["ask"]["text"] is None
    assert answer["ask"]["edit"]["old"] == "employees >= 100"


@pytest.mark.parametrize(
    ("how", "after"),
    [
        ("in last", "visited between 2026-01-01 and 2026-02-01"),
        ("", "visited\n"),
        ("since", "visited since 2026-01-01"),
        ("before", "visited before 2026-02-01"),
    ],
)
def test_a_window_of_time_comes_changes_and_goes(
    client: FlaskClient, store: Store, how: str, after: str
) -> None:
    assert (
        begin(store, "one", 'rule "A"\nwhen visited between 2026-01-01 and 2026-02-01\nthen +1\n') is not None
    )
    page = Editing(client, "one")
    answer = page.wish("window", key="rule:A", path="when.0.window", old="between", new=how)
    assert f"when {after}" in text_of(store, "one")
    assert ("ask" in answer) == (how == "in last")


def test_what_is_removed_is_named_and_undo_says_what_is_back(page: Editing) -> None:
    answer = page.send({"op": "remove_statement", "key": "rule:Large"})
    assert answer["notice"] == "Rule “Large” deleted."
    assert page.send(to="/undo")["back"] == {
        "said": "Undone: Rule “Large” is back.",
        "id": id_of("rule:Large"),
    }
    answer = page.send(
        {"op": "remove", "key": "rule:Pricing interest", "path": "when.1", "old": "title in ICP"}
    )
    assert answer["notice"] == "Condition “title is one of ICP” removed."
    page.send(to="/undo")
    page.send(LARGE)
    assert page.send(to="/undo")["back"]["said"] == "Undone: +35 → +30 in Rule “Large”."
    assert page.send(to="/redo")["back"]["said"] == "Redone: the change in Rule “Large”."


def test_a_rule_that_another_renamed_is_known_by_its_new_name(client: FlaskClient) -> None:
    mine, theirs = Editing(client), Editing(client)
    theirs.send({"op": "rename", "key": "rule:Large", "path": "name", "old": "Large", "new": "Big"})
    assert mine.send(to="/since")["ids"] == {id_of("rule:Large"): id_of("rule:Big")}


# --- suggestions ------------------------------------------------------------------------------------


def values(client: FlaskClient, **asked: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get(f"{HERE}/values", query_string=asked).get_json()
    return found


def test_values_come_from_the_data_with_how_many_leads_have_them(client: FlaskClient) -> None:
    assert values(client, what="values", about="title")[0] == {"value": "VP Marketing", "note": "2 leads"}
    assert [one["value"] for one in values(client, what="values", about="title", q="head")] == [
        "Head of Growth"
    ]
    assert values(client, what="objects", about="visited")[0] == {"value": "pricing", "note": "3 times"}
    assert {"value": "ICP", "note": "list"} in values(client, what="lists")
    assert {"value": "employees", "note": "number, 3 leads"} in values(client, what="names", q="emp")
    assert [one["value"] for one in values(client, what="stages")] == ["MQL", "SQL", "none"]
    assert values(client, what="rules", q="large") == [{"value": "Large"}]


SUGGESTED = (
    "names facts fields events moments dates scores targets values objects properties lists tracks stages "
    "columns types rules tags entries"
)


@pytest.mark.parametrize("what", SUGGESTED.split())
def test_every_sort_of_suggestion_answers(client: FlaskClient, what: str) -> None:
    assert isinstance(values(client, what=what, about="visited", q="x"), list)


def test_there_are_no_suggestions_of_an_unknown_sort(client: FlaskClient) -> None:
    assert client.get(f"{HERE}/values?what=secrets").status_code == 422


def test_a_statement_is_had_as_text(client: FlaskClient) -> None:
    found = client.get(f"{HERE}/statement", query_string={"key": "rule:Large"}).get_json()
    assert found == {"text": 'rule "Large"\nwhen employees >= 100\nthen +30'}
    assert client.get(f"{HERE}/statement?key=rule:Gone").status_code == 404


# --- what does not parse ----------------------------------------------------------------------------


def test_a_broken_statement_is_a_text_card_that_can_be_mended(page: Editing, store: Store) -> None:
    broken = text_of(store) + '\nrule "Broken"\nwhen visited >=\nthen +5\n'
    answer = page.send(to="/text", text=broken)
    assert "1 error" in answer["state"]
    (card,) = [html for html in answer["cards"].values() if "card text" in html]
    key = re.findall(r'data-key="(text:\w+)"', card)[0]
    assert "problem error" in card
    mended = 'rule "Broken"\nwhen visited >= 1\nthen +5'
    page.wish("set_text", key=key, old='rule "Broken"\nwhen visited >=\nthen +5', new=mended)
    assert "no problems" in page.last["state"]
    assert mended in text_of(store)


def test_an_error_stands_on_its_row_and_the_rest_can_be_edited(page: Editing) -> None:
    page.wish("set", key="rule:Large", path="when.0.name", old="employees", new="emploees", kind="operand")
    card = page.last["cards"][id_of("rule:Large")]
    row = card[card.index('class="line"') : card.index('class="then"')]
    assert "Did you mean" in row
    assert "1 error" in page.last["state"]
    assert "refused" not in page.send({**LARGE, "new": "+31"})


def test_hints_wait_until_they_are_asked_for(page: Editing) -> None:
    page.wish("add_statement", new="define never: employees > 5 and employees < 3")
    assert "hint" not in page.last["state"]
    assert "hint" in page.send(to="/since", lints=True)["state"]
    # What was said of a statement stays while others change.
    assert "hint" in page.send(LARGE)["state"]


def test_comments_are_changed_where_they_stand(page: Editing, store: Store) -> None:
    page.wish("set", key="list:ICP", path="comments", old="People who may sign.", new="Who signs.")
    page.wish("head", key="rule:Large", new="Company")
    assert "# Who signs.\nlist ICP" in text_of(store)
    assert '# Company\n\nrule "Large"' in text_of(store)
    assert '<h2><button type="button" class="comment" data-note>Company' in "".join(
        page.last["cards"].values()
    )


def test_what_ends_a_stage_is_added_changed_and_taken_out(page: Editing, store: Store) -> None:
    key = "stage:MQL"
    assert 'data-ask="until"' in all_open(page)
    page.wish("add", key=key, path="until", new="score < 25")
    assert "until score < 25" in text_of(store)
    page.wish("add", key=key, path="until", new="rejected in last 90 days")
    assert "until score < 25 and rejected in last 90 days" in " ".join(text_of(store).split())
    html = all_open(page)
    assert 'data-path="until.0"' in html
    assert "until" in re.sub(r"<[^>]+>", " ", html)
    page.wish("set", key=key, path="until.0.value", old="25", new="20")
    page.wish("remove", key=key, path="until.1", old="rejected in last 90 days")
    assert "until score < 20" in text_of(store)
    page.wish("remove", key=key, path="until.0", old="score < 20")
    assert "until" not in text_of(store)
