"""Drafts: every change kept with its author, undone by its author, at the cost of nobody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from threading import Barrier, Thread

import pytest
from leadwright.engine.store.database import Store, StoreError, open_store
from leadwright.engine.store.records.rulesets import load_version
from leadwright.grammar.edits import Edit
from leadwright.grammar.edits.document import Document
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse
from leadwright.grammar.syntax.scan import scan
from leadwright.tests.grammar.random_edits import any_edit
from leadwright.web.drafts import (
    Changed,
    Draft,
    Rejected,
    TextCache,
    authors,
    begin,
    catch_up,
    change,
    current,
    discard,
    draft_names,
    entries,
    is_behind,
    redo,
    take_text,
    text_at,
    undo,
)
from leadwright.web.drafts.changes import stacks

NAME = "inbound"
LARGE = Edit("set", "rule:Large", "then.0.points", "+30", "+35")
DEMO = Edit("set", "rule:Asked for a demo", "then.0.points", "+40", "+45")


def draft(store: Store) -> Draft:
    found = current(store, NAME)
    assert found is not None
    return found


def done(store: Store, *edits: Edit, who: str = "ann", seen: int | None = None) -> Changed:
    """Edits that are made."""
    found = change(store, NAME, edits, who=who, seen=draft(store).revision if seen is None else seen)
    assert isinstance(found, Changed), found
    return found


def published(store: Store, text: str, number: int, author: str = "pat") -> None:
    """A version as somebody else publishes it."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO ruleset_version (ruleset, number, text, files, names, digest, note, author, "
            "published_at) SELECT ruleset, ?, ?, files, names, digest || ?, note, ?, published_at "
            "FROM ruleset_version WHERE number = 1 AND ruleset = (SELECT id FROM ruleset WHERE name = ?)",
            (number, text, number, author, NAME),
        )


# --- one person -------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_first_edit(store: Store) -> None:
    found = draft(store)
    assert (found.revision, found.base, found.changed) == (0, 1, False)
    assert found.text == load_version(store, NAME).text
    assert store.connection.execute("SELECT count(*) FROM draft").fetchone() == (0,)
    assert current(store, "nowhere") is None


def test_an_edit_is_saved_at_once_with_who_made_it(store: Store, database: Path) -> None:
    done(store, LARGE)
    with open_store(database, read_only=True) as other:
        found = draft(other)
        assert "then +35" in found.text
        assert (found.revision, found.changed) == (1, True)
        (entry,) = entries(other, NAME)
        assert (entry.who, entry.sort, entry.edits, entry.touches("rule:Large")) == (
            "ann",
            "edit",
            (LARGE,),
            True,
        )
        assert draft_names(other) == [NAME]
        assert authors(other, NAME) == ["ann"]


def test_edits_sent_together_are_one_step_and_all_or_none(store: Store) -> None:
    done(store, LARGE, DEMO)
    assert draft(store).revision == 1
    wrong = Edit("set", "rule:Large", "then.0.points", "+35", "many")
    assert isinstance(change(store, NAME, [DEMO, wrong], who="ann", seen=1), Rejected)
    assert draft(store).revision == 1
    undo(store, NAME, who="ann")
    assert not draft(store).changed


def test_every_edit_is_undone_and_made_again_to_the_letter(store: Store) -> None:
    before = draft(store).text
    rename = Edit("rename", "list:ICP", old="ICP", new="buyers")
    edits = (LARGE, rename, Edit("remove_statement", "rule:Asked for a demo"))
    seen = [before, *(done(store, edit).draft.text for edit in edits)]
    for text in reversed(seen[:-1]):
        assert isinstance(undo(store, NAME, who="ann"), Changed)
        assert draft(store).text == text
    assert stacks(store, NAME, "ann").undo is False
    assert isinstance(undo(store, NAME, who="ann"), Rejected)
    for text in seen[1:]:
        assert isinstance(redo(store, NAME, who="ann"), Changed)
        assert draft(store).text == text
    assert isinstance(redo(store, NAME, who="ann"), Rejected)
    undo(store, NAME, who="ann")
    done(store, LARGE.__class__("switch", "rule:Large", old="on", new="off"))
    assert stacks(store, NAME, "ann").redo is False


def test_undo_goes_over_both_views(store: Store) -> None:
    before = draft(store).text
    done(store, LARGE)
    take_text(store, NAME, draft(store).text + "\n# written\n", who="ann", seen=1)
    done(store, DEMO)
    for wanted in ("# written", "then +35", before):
        undo(store, NAME, who="ann")
        assert wanted in draft(store).text
    assert draft(store).text == before


def test_a_draft_is_discarded_and_that_can_be_undone(store: Store) -> None:
    changed = done(store, LARGE).draft.text
    assert discard(store, NAME, who="ben").draft.text == load_version(store, NAME).text
    assert draft_names(store) == []
    undo(store, NAME, who="ben")
    assert draft(store).text == changed


def test_a_new_ruleset_begins_as_a_draft_without_a_version(store: Store) -> None:
    made = begin(store, "fresh")
    assert made is not None
    assert (made.base, made.changed) == (None, True)
    assert begin(store, "fresh") is None
    assert begin(store, NAME) is None
    edit = Edit("add_statement", new="when employees > 5 then +1")
    assert isinstance(change(store, "fresh", [edit], who="ann", seen=0), Changed)
    with pytest.raises(KeyError):
        change(store, "nowhere", [edit], who="ann", seen=0)


def test_the_text_of_every_revision_can_be_had_again(store: Store) -> None:
    edits = (LARGE, DEMO, Edit("duplicate", "rule:Large"))
    seen = [draft(store).text, *(done(store, edit).draft.text for edit in edits)]
    undo(store, NAME, who="ann")
    now = draft(store)
    assert [text_at(now, entries(store, NAME, since=number)) for number in range(4)] == seen


# --- several ----------------------------------------------------------------------------------------


def test_two_who_change_different_places_lose_nothing(store: Store) -> None:
    done(store, LARGE, who="ann", seen=0)
    done(store, DEMO, who="ben", seen=0)
    assert "then +35" in draft(store).text
    assert "then +45" in draft(store).text
    assert authors(store, NAME) == ["ann", "ben"]


def test_the_second_at_one_place_is_told_who_was_first_and_keeps_what_was_typed(store: Store) -> None:
    done(store, LARGE, who="ann")
    mine = Edit("set", "rule:Large", "then.0.points", "+30", "+99")
    found = change(store, NAME, [mine], who="ben", seen=0)
    assert isinstance(found, Rejected)
    assert (found.who, found.found, found.wanted) == ("ann", "+35", "+99")
    assert found.message == "ann changed this meanwhile: it is +35 now."
    assert (found.key, found.path) == ("rule:Large", "then.0.points")
    assert "+99" not in draft(store).text
    again = change(store, NAME, [mine], who="ann", seen=0)
    assert isinstance(again, Rejected)
    assert again.message.startswith("You, in another window, changed this")


def test_each_undoes_what_is_their_own(store: Store) -> None:
    done(store, LARGE, who="ann")
    done(store, DEMO, who="ben")
    undo(store, NAME, who="ann")
    assert "then +30" in draft(store).text
    assert "then +45" in draft(store).text
    assert (stacks(store, NAME, "ann").undo, stacks(store, NAME, "ben").undo) == (False, True)


def test_what_somebody_went_on_from_is_not_undone_under_them(store: Store) -> None:
    done(store, LARGE, who="ann")
    done(store, Edit("set", "rule:Large", "then.0.points", "+35", "+36"), who="ben")
    found = undo(store, NAME, who="ann")
    assert isinstance(found, Rejected)
    assert found.who == "ben"
    assert "then +36" in draft(store).text
    # It left the stack, so that what came before it can still be undone.
    assert stacks(store, NAME, "ann").undo is False


def test_a_text_is_merged_with_what_others_did_since(store: Store) -> None:
    before = draft(store).text
    done(store, LARGE, who="ann")
    mine = before.replace('then +40\n\nrule "Large"', 'then +41\n\nrule "Large"') + "\n# mine\n"
    found = take_text(store, NAME, mine, who="ben", seen=0)
    assert found.conflicts == ()
    assert {"then +41", "then +35", "# mine"} <= set(draft(store).text.splitlines())


def test_a_text_at_odds_with_another_leaves_both_to_be_seen(store: Store) -> None:
    before = draft(store).text
    done(store, LARGE, who="ann")
    found = take_text(store, NAME, before.replace("+30", "+31"), who="ben", seen=0)
    (conflict,) = found.conflicts
    assert "then +35" in draft(store).text
    assert "then +31" in conflict.mine


def test_a_text_that_does_not_parse_is_kept(store: Store) -> None:
    take_text(store, NAME, draft(store).text + '\nrule "Half" when', who="ann", seen=0)
    assert draft(store).text.endswith('rule "Half" when')
    assert isinstance(change(store, NAME, [LARGE], who="ben", seen=1), Changed)


def test_many_at_once_lose_no_edit(store: Store, database: Path) -> None:
    people, each = 12, 5
    rules = "".join(f'rule "R{number}"\nwhen employees >= 1\nthen +1\n\n' for number in range(people))
    assert begin(store, "crowd", rules) is not None
    barrier, texts, failed = Barrier(people), TextCache(), []

    def edit(number: int) -> None:
        with open_store(database, wait=30.0) as own:
            barrier.wait()
            seen = 0
            for step in range(1, each + 1):
                edits = [Edit("set", f"rule:R{number}", "then.0.points", f"+{step}", f"+{step + 1}")]
                found = change(own, "crowd", edits, who=f"p{number}", seen=seen, texts=texts)
                if isinstance(found, Changed):
                    seen = found.draft.revision
                else:
                    failed.append(found)

    threads = [Thread(target=edit, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = current(store, "crowd")
    assert failed == []
    assert found is not None
    assert found.revision == people * each
    assert found.text.count(f"then +{each + 1}\n") == people
    assert Counter(entry.who for entry in entries(store, "crowd")) == {f"p{n}": each for n in range(people)}


# --- versions ---------------------------------------------------------------------------------------


def test_a_version_published_elsewhere_comes_into_the_draft(store: Store) -> None:
    live = draft(store).text
    done(store, LARGE)
    published(
        store,
        live.replace(
            '"Asked for a demo"\nwhen requested demo\nthen +40',
            '"Asked for a demo"\nwhen requested demo\nthen +50',
        ),
        2,
    )
    assert is_behind(store, draft(store))
    caught = catch_up(store, NAME)
    assert caught is not None
    assert (caught.version.number, caught.conflicts) == (2, ())
    now = draft(store)
    assert now.base == 2
    assert {"then +35", "then +50"} <= set(now.text.splitlines())
    assert catch_up(store, NAME) is None
    undo(store, NAME, who="ann")
    assert not draft(store).changed


def test_where_both_changed_a_place_the_draft_is_kept_and_the_version_shown(store: Store) -> None:
    live = draft(store).text
    done(store, LARGE)
    published(store, live.replace("+30", "+31"), 2)
    caught = catch_up(store, NAME)
    assert caught is not None
    assert "then +35" in draft(store).text
    assert ["then +31" in conflict.mine for conflict in caught.conflicts] == [True]


def test_the_draft_that_was_published_is_no_draft_any_more(store: Store) -> None:
    published(store, done(store, LARGE).draft.text, 2)
    catch_up(store, NAME)
    assert not draft(store).changed
    assert draft_names(store) == []
    assert authors(store, NAME) == []


# --- whatever happens -------------------------------------------------------------------------------


def test_a_database_that_is_only_read_takes_no_edit(made: Path) -> None:
    with open_store(made, read_only=True) as store, pytest.raises(StoreError):
        change(store, NAME, [LARGE], who="ann", seen=0)


def comments(text: str) -> Counter[str]:
    return Counter(comment.text for comment in scan(text).comments)


@pytest.mark.parametrize("seed", range(30))
def test_any_eight_edits_keep_every_comment_parse_and_are_undone(store: Store, seed: int) -> None:
    some = Random(seed)
    texts = TextCache()
    before = draft(store).text
    kept, taken = comments(before), Counter[str]()
    for _ in range(8):
        now = draft(store)
        edit = any_edit(some, Document.of(now.text))
        found = change(store, NAME, [edit], who="ann", seen=now.revision, texts=texts)
        if isinstance(found, Changed):
            taken += Counter(found.taken)
    after = draft(store)
    assert not parse(Source(after.text)).broken
    assert kept <= comments(after.text) + taken
    undone(store, texts, entries(store, NAME))
    assert draft(store).text == before


def undone(store: Store, texts: TextCache, all_of_them: Sequence[object]) -> None:
    for _ in all_of_them:
        assert isinstance(undo(store, NAME, who="ann", texts=texts), Changed)
