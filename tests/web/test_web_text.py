"""The text view's part of the page: what it is told of a draft, and saving without scripts."""

from __future__ import annotations

import html
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.tests.web.conftest import calling, logged_in
from leadwright.tests.web.small import RULES
from leadwright.web.accounts.users import Role
from leadwright.web.drafts import current, take_text
from leadwright.web.editor.text import with_ends_of

EDIT = "/rulesets/inbound/edit"


def text_now(store: Store) -> str:
    draft = current(store, "inbound")
    assert draft is not None
    return draft.text


def ask(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post(f"{EDIT}/text", json={"view": "text", **body})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made: dict[str, Any] = answer.json
    return made


def form(client: FlaskClient, text: str, revision: int = 0) -> Any:
    return client.post(
        f"{EDIT}/text/save", data={"text": text.replace("\n", "\r\n"), "revision": str(revision)}
    )


def test_the_text_comes_with_its_mistakes_and_the_lines_of_its_cards(client: FlaskClient) -> None:
    made = ask(client, revision=0, text=RULES.replace("when employees", "when employes"))
    assert made["revision"] == 1
    assert made["text"] == RULES.replace("when employees", "when employes")
    (found,) = [one for one in made["diagnostics"] if one["severity"] == "error"]
    assert (found["line"], found["column"], found["end_column"], found["file"]) == (13, 6, 14, None)
    lines = made["text"].splitlines()
    firsts = {lines[first - 1] for first, _ in made["places"].values()}
    assert {'rule "Large"', "stage MQL when score >= 30", 'ruleset "Inbound"'} <= firsts


def test_rules_in_groups_have_places_of_their_own(client: FlaskClient) -> None:
    inner = 'when visited docs then +1\nrule "Blog" when visited blog then +2\n'
    text = f'{RULES}group "Website" at most 9 {{\n{inner}}}\n'
    made = ask(client, revision=0, text=text)
    first = text[: text.index("group")].count("\n") + 1
    places = sorted(lines for lines in made["places"].values() if lines[0] >= first)
    assert places == [[first, first + 3], [first + 1, first + 1], [first + 2, first + 2]]


def test_a_text_made_from_an_older_one_is_brought_together_with_the_newer(
    client: FlaskClient, store: Store
) -> None:
    take_text(store, "inbound", RULES.replace("then +30", "then +35"), who="zoe", seen=0)
    made = ask(client, revision=0, text=RULES.replace("score >= 30", "score >= 33"))
    assert made["text"] == RULES.replace("then +30", "then +35").replace("score >= 30", "score >= 33")
    assert "conflicts" not in made


def test_what_clashes_is_told_with_what_was_written(client: FlaskClient, store: Store) -> None:
    take_text(store, "inbound", RULES.replace("then +30", "then +35"), who="zoe", seen=0)
    made = ask(client, revision=0, text=RULES.replace("then +30", "then +25"))
    assert "then +35" in made["text"]
    (clash,) = made["conflicts"]
    assert clash["message"].startswith('zoe changed "Large"')
    assert "then +25" in clash["mine"]


def test_a_form_saves_the_text_with_the_line_ends_that_it_had(client: FlaskClient, store: Store) -> None:
    changed = RULES.replace("then +30", "then +35")
    answer = form(client, changed)
    assert answer.status_code == 303
    assert answer.location == f"{EDIT}?view=text"
    assert text_now(store) == changed
    windows = changed.replace("\n", "\r\n")
    take_text(store, "inbound", windows, who="zoe", seen=1)
    form(client, changed.replace("then +35", "then +36"), 2)
    assert text_now(store) == windows.replace("then +35", "then +36")


def test_a_form_that_changes_nothing_changes_nothing(client: FlaskClient, store: Store) -> None:
    assert form(client, RULES).status_code == 303
    draft = current(store, "inbound")
    assert draft is not None
    assert (draft.text, draft.revision) == (RULES, 0)


def test_a_form_shows_what_did_not_go_in(client: FlaskClient, store: Store) -> None:
    take_text(store, "inbound", RULES.replace("then +30", "then +35"), who="zoe", seen=0)
    answer = form(client, RULES.replace("then +30", "then +25").replace("score >= 80", "score >= 88"))
    assert answer.status_code == 200
    page = html.unescape(answer.get_data(as_text=True))
    assert "then +25" in page
    assert "then +35" in page
    assert text_now(store) == RULES.replace("then +30", "then +35").replace("score >= 80", "score >= 88")


@pytest.mark.parametrize(
    "data",
    [{"revision": "0"}, {"text": "x"}, {"text": "x", "revision": "-1"}, {"text": "x", "revision": "9" * 40}],
)
def test_a_form_that_is_not_whole_is_refused(client: FlaskClient, store: Store, data: dict[str, str]) -> None:
    answer = client.post(f"{EDIT}/text/save", data=data)
    assert answer.status_code == 422
    assert "revision" in answer.get_data(as_text=True)
    assert text_now(store) == RULES


def test_viewers_read_the_text_and_cannot_save(app: Flask, users: dict[str, Role], store: Store) -> None:
    client = logged_in(app, "viewer")
    page = client.get(f"{EDIT}?view=text").get_data(as_text=True)
    assert "readonly" in page
    assert "text/save" in page
    assert form(client, "when title = 1 then +5").status_code == 403
    assert text_now(store) == RULES
    assert calling(app).post(f"{EDIT}/text/save").status_code == 401


def test_a_text_that_begins_with_a_blank_line_keeps_it(client: FlaskClient, store: Store) -> None:
    take_text(store, "inbound", "\n\n" + RULES, who="zoe", seen=0)
    page = client.get(f"{EDIT}?view=text").get_data(as_text=True)
    area = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    # A browser leaves out the first line end of a text area.
    assert html.unescape(area.removeprefix("\n")) == "\n\n" + RULES


def test_the_visual_view_does_not_carry_the_text_a_second_time(client: FlaskClient) -> None:
    assert "<textarea" not in client.get(EDIT).get_data(as_text=True).partition('id="cards"')[0]
    assert 'name="text"' in client.get(f"{EDIT}?view=both").get_data(as_text=True)


def test_line_ends_follow_the_author() -> None:
    assert with_ends_of("a\n", "a\r\nb\r\n") == "a\nb\n"
    assert with_ends_of("a\r\n", "a\r\nb\r\n") == "a\r\nb\r\n"
    assert with_ends_of("", "a\rb") == "a\nb"
