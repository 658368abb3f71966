"""`leadwright merge`, `lead` and `forget`: who is who, and who is no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.identity import lead_of, say_same
from leadwright.tests.engine.cli.conftest import Run


@pytest.fixture
def crm(leadwright: Run, folder: Path) -> Run:
    (folder / "leads.csv").write_text(
        "id,name,email\n101,Zoe,zoe@acme.example\n102,Zoë,\nAbC,Max,max@b.example\n"
    )
    (folder / "events.csv").write_text("id,at,what\n101,2026-01-02,visited\n102,2026-01-03,asked\n")
    leadwright("import", "leads.csv", "--lead-id", "id")
    leadwright("import", "events.csv", "--lead-id", "id", "--type", "what", "--at", "at")
    return leadwright


def test_a_merge_its_undoing_and_what_is_said_of_both(crm: Run) -> None:
    assert crm("merge", "101", "102") == (
        0,
        "Merged 102 into 101, with 1 event. Both ids lead to 101 now.\n",
        "",
    )
    shown = crm("lead", "102").out
    assert shown.startswith("101\n  102: merged on ")
    assert "(command line); 1 event came with it" in shown
    told = json.loads(crm("lead", "102", "--json").out)
    assert (told["lead"], told["ids"][0]["id"], told["ids"][0]["merged"]) == ("101", "102", True)
    again = crm("merge", "102", "101")
    assert (again.code, again.err) == (
        2,
        "error: 101 is 101 already\n  help: there is nothing to merge\n",
    )
    undone = crm("merge", "--undo", "102")
    assert undone.out == "102 is a lead of its own again, with 1 event. 101 keeps the rest.\n"
    assert crm("lead", "102").out == "102\n  has no other id.\n"
    assert json.loads(crm("merge", "101", "102", "--json").out) == {
        "lead": "101",
        "id": "102",
        "merged": True,
        "events": 1,
    }


def test_an_id_that_is_no_lead_becomes_another_id(crm: Run, folder: Path) -> None:
    out = crm("merge", "101", "zoe@home.example").out
    assert out == ("zoe@home.example is an id of 101 now: what comes with it from now on belongs to 101.\n")
    (folder / "more.csv").write_text("id,at,what\nZoe@home.example,2026-01-04,visited\n")
    crm("import", "more.csv", "--lead-id", "id", "--type", "what", "--at", "at")
    assert "zoe@home.example: added on" in crm("lead", "zoe@home.example").out
    assert "1 event came with it" in crm("lead", "101").out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ["merge", "101"],
            "a merge takes two ids",
            "name the lead that stays first: leadwright merge 101 102",
        ),
        (
            ["merge", "a.rules"],
            "a.rules is a file of rules, and leads are merged",
            "to bring what was published on the page into a file: leadwright pull a.rules",
        ),
        (
            ["merge", "--undo", "101", "102"],
            "one merge is undone at a time",
            "name the id that was merged: leadwright merge --undo 102",
        ),
        (
            ["merge", "101", "abc"],
            'there is no lead with the id "abc", but one with the id "AbC"',
            "ids are told apart by their case, other than email addresses: write it as it is",
        ),
        (["merge", "7", "101"], 'there is no lead with the id "7"', "check the id, or search on the page"),
        (
            ["merge", "--undo", "101"],
            "101 was not merged into another lead",
            "see which ids it has with: leadwright lead 101",
        ),
    ],
)
def test_what_cannot_be_merged_is_said(crm: Run, arguments: list[str], message: str, hint: str) -> None:
    assert crm(*arguments) == (2, "", f"error: {message}\n  help: {hint}\n")


def test_a_near_miss_is_shown_as_it_is_written(crm: Run) -> None:
    assert crm("lead", "aBC").out == "AbC\n  has no other id.\n"


def test_who_may_be_one_person_and_who_is_anonymous(crm: Run, folder: Path) -> None:
    assert crm("lead").out == "No client said that two leads with a name are one person.\n"
    assert crm("lead", "--anonymous").out == "There are no anonymous leads.\n"
    with open_store(folder / "leads.db") as store, store.transaction() as connection:
        say_same(connection, "101", "102", 1)
        lead_of(connection, None, "visitor-1", 1)
    assert crm("lead").out == (
        "May be one person each:\n  101 and 102\n\nIf they are: leadwright merge 101 102\n"
    )
    assert json.loads(crm("lead", "--json").out) == [["101", "102"]]
    assert crm("lead", "--anonymous").out == "visitor-1: 0 events\n"
    assert crm("lead", "visitor-1").out.startswith("visitor-1, anonymous: ")
    refused = crm("merge", "visitor-1", "101")
    assert "help: name the one with the name first: leadwright merge 101 visitor-1" in refused.err


def test_people_are_forgotten_once_it_was_said_who(crm: Run, folder: Path) -> None:
    crm("merge", "101", "102")
    first = crm("forget", "102", "nobody")
    assert first == (
        1,
        "Would be deleted, and nothing would bring them back:\n"
        "  101 (Zoe, zoe@acme.example, also 102), 2 events\n\n"
        "Nothing is deleted. With --yes it is.\nThere is no lead with the id nobody.\n",
        "",
    )
    (folder / "asked.txt").write_text("102\n\n")
    done = crm("forget", "--from", "asked.txt", "--yes", "--keep-out")
    assert done.out == ("Forgot 1 person: 2 ids, 2 events.\nThese ids cannot be imported or sent again.\n")
    again = crm("import", "leads.csv", "--lead-id", "id")
    assert again.code == 1
    assert "was forgotten" in again.out + (folder / "leads.csv.rejects.csv").read_text()
    assert crm("forget", "101", "--yes").code == 1
    assert crm("forget").out == "What was deleted before is overwritten.\n"
    assert json.loads(crm("forget", "AbC", "--yes", "--json").out) == {
        "people": 1,
        "ids": 1,
        "events": 0,
        "texts": 0,
        "unknown": [],
    }
