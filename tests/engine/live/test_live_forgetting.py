"""A person who is forgotten is in no message that waits, and in no byte of the inbox."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from leadwright.engine.live.forgetting import forgetting_in
from leadwright.engine.live.inbox import Inbox, StoredRequest, inbox_path
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.forgetting import forget
from leadwright.engine.store.records.identity import lead_of


def test_what_waits_about_a_person_is_taken_out_and_the_rest_stays_in_its_place(tmp_path: Path) -> None:
    database = tmp_path / "leads.db"
    inbox = Inbox(database, lambda: None)
    hers = {"userId": "Zoe@Acme.example", "traits": {"name": "Frotzle"}}
    visit = {"anonymousId": "visitor-1", "url": "https://shop.example/?mail=frotzle-7f"}
    numbered = {"user_id": 4711, "note": "frotzle-8f"}
    other = {"userId": "max", "event": "visited"}
    inbox.put(StoredRequest(1, 1, "segment", "{}", json.dumps([hers, other, visit, numbered])))
    inbox.put(
        StoredRequest(2, None, "", '{"reason": "x"}', json.dumps({"body": "user zoe@acme.example frotzle"}))
    )
    inbox.put(StoredRequest(3, 1, "segment", "{}", json.dumps([other])))
    with open_store(database, create=True) as store:
        with store.transaction() as connection:
            lead_of(connection, "zoe@acme.example", "visitor-1", 1)
            lead_of(connection, "zoe@acme.example", "4711", 1)
        elsewhere = [forgetting_in(database)]
        forget(store, ["visitor-1"], keeping_out=False, who="ana", address="", elsewhere=elsewhere)
    with sqlite3.connect(inbox_path(database)) as reader:
        waiting = [json.loads(text) for (text,) in reader.execute("SELECT messages FROM request ORDER BY id")]
    reader.close()
    assert waiting == [[{}, other, {}, {}], {}, [other]]
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert len(files) > 2
    for path in files:
        content = path.read_bytes().lower()
        assert b"frotzle" not in content, path
        assert b"zoe@acme" not in content, path
        assert b"visitor-1" not in content, path
    inbox.close()


def test_where_there_is_no_inbox_none_is_made(tmp_path: Path) -> None:
    forgetting_in(tmp_path / "leads.db")(["zoe"])
    assert list(tmp_path.iterdir()) == []
