"""Lists on a page of their own: pasted in any form, searched, sorted, duplicates, files, many entries."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store
from leadwright.tests.web.conftest import logged_in
from leadwright.web.drafts import current, take_text, undo
from leadwright.web.pages.lists import pasted_entries

LISTS = "/rulesets/inbound/lists"


def text_of(store: Store) -> str:
    """The draft's text."""
    found = current(store, "inbound")
    assert found is not None
    return found.text


def write(store: Store, text: str) -> None:
    """Makes a text the draft."""
    found = current(store, "inbound")
    assert found is not None
    take_text(store, "inbound", text, who="local", seen=found.revision)


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("a.example\nb.example\n\nc.example", ["a.example", "b.example", "c.example"]),
        ("a.example, b.example,c.example", ["a.example", "b.example", "c.example"]),
        ("VP Sales\tDE\r\nCTO\tAT", ["VP Sales", "DE", "CTO", "AT"]),
        ('"Smith, Jones";"Ito"', ["Smith, Jones", "Ito"]),
        ("  Head   of  Growth  ", ["Head of Growth"]),
        (" \n\n ", []),
    ],
)
def test_entries_are_pasted_as_a_column_commas_or_lines(pasted: str, found: list[str]) -> None:
    assert pasted_entries(pasted) == found


def test_pasted_entries_are_added_once_and_can_be_undone(client: FlaskClient, store: Store) -> None:
    before = text_of(store)
    answer = client.post(LISTS, data={"act": "add", "list": "ICP", "pasted": 'vp *\nCTO\ncto\nthe "Boss"'})
    assert answer.status_code == 303
    html = unescape(client.get(answer.location).get_data(as_text=True))
    assert "2 added, 2 left out: already there or pasted twice." in html
    assert 'list ICP: "VP *", "Head of *", "CTO", ' in text_of(store)
    assert "# People who may sign." in text_of(store)
    client.post(LISTS, data={"act": "remove", "list": "ICP", "entry": ["Head of *", 'the "Boss"']})
    assert 'list ICP: "VP *", "CTO"\n' in text_of(store)
    for _ in range(2):
        undo(store, "inbound", who="local")
    assert text_of(store) == before


def test_a_new_list_and_what_cannot_be_done(client: FlaskClient, store: Store) -> None:
    client.post(LISTS, data={"act": "new", "list": "accounts", "pasted": "a.example, b.example"})
    assert text_of(store).endswith('list accounts: "a.example", "b.example"\n')
    for data, said in (
        ({"act": "new", "list": "accounts", "pasted": "x"}, "There is a list accounts already."),
        ({"act": "new", "list": "two words", "pasted": "x"}, "Name the list with letters"),
        ({"act": "add", "list": "ICP", "pasted": " \n "}, "Paste a column"),
        ({"act": "remove", "list": "ICP"}, "Pick the entries to remove first."),
        ({"act": "remove", "list": "ICP", "entry": ["VP *", "Head of *"]}, "A list has at least one entry."),
    ):
        answer = client.post(LISTS, data=data)
        assert answer.status_code == 422
        assert said in unescape(answer.get_data(as_text=True))
    assert client.post(LISTS, data={"act": "add", "list": "none", "pasted": "x"}).status_code == 404


def test_duplicates_are_said_and_entries_found_and_sorted(client: FlaskClient, store: Store) -> None:
    write(store, text_of(store).replace('"VP *", "Head of *"', '"VP *", "CTO", "Head of *", "cto"'))
    html = unescape(client.get(f"{LISTS}?list=ICP").get_data(as_text=True))
    assert "2 entries stand in it more than once: CTO, cto" in html
    found = re.findall(
        r'name="entry" value="([^"]*)"', client.get(f"{LISTS}?sort=name").get_data(as_text=True)
    )
    assert [one.casefold() for one in found] == ["cto", "cto", "head of *", "vp *"]
    html = client.get(f"{LISTS}?list=ICP&q=head").get_data(as_text=True)
    assert "1 of 4 entries" in html


def test_a_list_from_a_file_is_shown_with_its_entries(client: FlaskClient, store: Store) -> None:
    client.post("/new", data={"name": "shipped", "start": "saas-inbound"})
    write(store, text_of(store) + 'list outside from "outside.txt"\n')
    html = unescape(client.get(f"{LISTS}?list=outside").get_data(as_text=True))
    assert "Read from outside.txt. The file cannot be read from here." in html
    answer = client.post(LISTS, data={"act": "add", "list": "outside", "pasted": "x"})
    assert "is read from the file outside.txt" in answer.get_data(as_text=True)


def test_each_entry_says_how_many_leads_it_matches_and_shows_them(client: FlaskClient, store: Store) -> None:
    text = text_of(store).replace('list ICP: "VP *", "Head of *"', 'list ICP: "VP *", # signs\n  "Head of *"')
    write(store, text + 'list unused: "x"\nlist by_email:\n  "x" # nobody\n')
    assert client.get(f"{LISTS}/leads?list=ICP").get_json() == {"VP *": 2, "Head of *": 1}
    assert client.get(f"{LISTS}/leads?list=ICP&q=head").get_json() == {"Head of *": 1}
    assert client.get(f"{LISTS}/leads?list=unused").get_json() == {}
    assert client.get(f"{LISTS}/leads?list=gone").get_json() == {}
    html = client.get(f"{LISTS}?list=ICP").get_data(as_text=True)
    assert '<td class="quiet">signs</td>' in html
    link = re.search(r'<a href="([^"]*)" data-entry="VP \*"', html)
    assert link is not None
    found = client.get(unescape(link[1])).get_data(as_text=True)
    assert set(re.findall(r'name="id" value="(\w+)"', found)) == {"L1", "L4"}
    assert "ICP is VP *" in found


def test_entries_are_sorted_by_how_many_leads_they_match(client: FlaskClient, store: Store) -> None:
    write(
        store,
        text_of(store).replace('list ICP: "VP *", "Head of *"', 'list ICP: "Chief *", "Head of *", "VP *"'),
    )

    def order(query: str) -> list[str]:
        html = client.get(f"{LISTS}?list=ICP&{query}").get_data(as_text=True)
        return re.findall(r'name="entry" value="([^"]*)"', html)

    assert order("sort=leads") == ["VP *", "Head of *", "Chief *"]
    assert order("sort=leads&q=h") == ["Head of *", "Chief *"]
    assert order("") == ["Chief *", "Head of *", "VP *"]
    many = ", ".join(f'"{number}"' for number in range(1_001))
    write(store, text_of(store) + f"list many: {many}\n")
    html = client.get(f"{LISTS}?list=many&sort=leads").get_data(as_text=True)
    assert "by leads matched" not in html
    assert re.findall(r'name="entry" value="([^"]*)"', html)[:2] == ["0", "1"]


def test_picked_leads_fill_the_box_of_a_list(client: FlaskClient, store: Store) -> None:
    html = client.get(f"{LISTS}?lead=L1&lead=L4&take=title").get_data(as_text=True)
    assert "Of the 2 leads you picked" in html
    assert ">VP Marketing</textarea>" in html
    assert ">Zoë Müller\nAnn Lee</textarea>" in client.get(f"{LISTS}?lead=L1&lead=L4&take=name").get_data(
        as_text=True
    )


def test_ten_thousand_entries_stay_quick(client: FlaskClient, store: Store) -> None:
    many = "\n".join(f"company{place}.example" for place in range(10_000))
    client.post(LISTS, data={"act": "new", "list": "big", "pasted": many})
    client.get(f"{LISTS}?list=big")
    began = time.process_time()
    html = client.get(f"{LISTS}?list=big&q=company99").get_data(as_text=True)
    assert time.process_time() - began < 2.0
    assert "111 of 10,000 entries" in html
    assert len(client.get(f"{LISTS}?list=big").get_data()) < 60_000
    assert client.get("/rulesets/inbound/lists.txt?list=big").get_data(as_text=True).count("\n") == 10_000


def test_viewers_look_and_editors_change(app: Flask, users: dict[str, object]) -> None:
    assert users
    viewer = logged_in(app, "viewer")
    assert "Add entries" not in viewer.get(LISTS).get_data(as_text=True)
    assert viewer.post(LISTS, data={"act": "add", "list": "ICP", "pasted": "x"}).status_code == 403


def test_what_is_pasted_is_understood_before_it_is_added(client: FlaskClient, store: Store) -> None:
    def seen(name: str, pasted: str) -> str:
        answer = client.post(f"{LISTS}/understood", data={"list": name, "pasted": pasted})
        assert answer.status_code == 200
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())

    write(store, text_of(store) + 'rule "Signs"\nwhen title in ICP\nthen +30\n')
    before = text_of(store)
    said = seen("ICP", "vp *\nCTO\ncto\nStudent")
    assert said.startswith("2 new CTO, Student 2 already here or pasted twice, left out With these")
    assert said.endswith("1 lead moves up. Add 2 entries")
    assert "No lead changes its stage." in seen("ICP", "Nobody")
    assert seen("ICP", " ").startswith("Paste a column, lines, or entries with commas between them.")
    assert text_of(store) == before
    write(store, before + 'list rivals: "one.example"\n')
    pasted = "https://www.two.example/pricing\nann@three.example\nONE.example\nscoremonkey"
    said = seen("rivals", pasted)
    assert "2 new two.example, three.example shortened to the domain: two.example, three.example" in said
    assert "1 already here" in said
    assert "1 is no domain, left out: scoremonkey" in said
    answer = client.post(LISTS, data={"act": "add", "list": "rivals", "pasted": pasted})
    assert 'list rivals: "one.example", "two.example", "three.example"\n' in text_of(store)
    html = unescape(client.get(answer.location).get_data(as_text=True))
    assert "2 added, 1 left out: already there or pasted twice; 1 left out: no domain (scoremonkey)." in html
