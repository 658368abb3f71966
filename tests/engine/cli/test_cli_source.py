"""`leadwright source`: keys shown once, lists, mappings, and what came."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.live.applying import Applier
from leadwright.engine.live.inbox import Inbox, StoredRequest
from leadwright.engine.live.sources import SourceBook
from leadwright.engine.store.database import open_store
from leadwright.engine.values import instant_of, read_moment

Said = tuple[int, str, str]


@pytest.fixture
def source(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]  # a function of the test's own
    """Runs `leadwright source ...`; exit code, output, and what was said beside it."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Said:
        code = run(["source", *arguments])
        found = capfd.readouterr()
        return code, found.out.strip(), found.err.strip()

    return call


def test_a_key_is_printed_once_and_alone(source, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, key, said = source("add", "website", "--kind", "segment", "--origin", "https://Acme.example/")
    assert (code, "shown only once" in said) == (0, True)
    found = SourceBook(tmp_path / "leads.db").find(key)
    assert found is not None
    assert (found.name, found.kind, found.origins) == ("website", "segment", ("https://acme.example",))
    second = source("key", "website", "--keep")[1]
    book = SourceBook(tmp_path / "leads.db")
    assert book.find(key) == book.find(second) != None  # noqa: E711  # both are the same source
    third = source("key", "website")[1]
    book = SourceBook(tmp_path / "leads.db")
    assert (book.find(key), book.find(second)) == (None, None)
    assert book.find(third) is not None
    assert source("remove", "website")[0] == 0
    assert SourceBook(tmp_path / "leads.db").find(third) is None


def test_what_is_wrong_is_said(source) -> None:  # type: ignore[no-untyped-def]
    source("add", "website", "--kind", "segment")
    for arguments, wanted in (
        (("add", "website", "--kind", "segment"), "there is a source website already"),
        (("add", "x", "--kind", "segmint"), "segmint"),
        (
            ("add", "x", "--kind", "segment", "--origin", "acme.example/shop"),
            "acme.example/shop is no website",
        ),
        (("remove", "websit"), 'did you mean "website"?'),
        (("mapping", "website", "nowhere.toml"), "cannot be read"),
    ):
        code, _, said = source(*arguments)
        assert code != 0
        assert wanted in said


def test_messages_and_figures_are_listed(source, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert "There are no sources" in source("list")[1] if (tmp_path / "leads.db").exists() else True
    source("add", "shop", "--kind", "events")
    inbox = Inbox(tmp_path / "leads.db", lambda: None)
    moment = read_moment("2026-02-01T10:00:00Z")
    assert moment is not None
    early = {"lead": "zoe", "type": "visited", "object": "/x", "at": "2099-01-01T00:00:00Z"}
    messages = [early, {"type": "lost"}]
    inbox.put(StoredRequest(instant_of(moment), 1, "events", "{}", json.dumps(messages)))
    inbox.close()
    with open_store(tmp_path / "leads.db") as store:
        applier = Applier(store)
        applier.step()
        applier.close()
    *lines, note = source("messages", "shop")[1].splitlines()
    assert note == "  its time, 2099-01-01T00:00:00Z, lies in the future; stored as of when it was received"
    assert [line.split()[3:6] for line in lines] == [["refused", "no", "id:"], ["stored", "zoe", "visited"]]
    refused = json.loads(source("messages", "shop", "--refused", "--json")[1])
    assert [one["why"] for one in refused] == ["no id: give lead or anonymous"]
    listed = json.loads(source("list", "--json")[1])
    assert [(one["name"], one["kind"]) for one in listed] == [("shop", "events")]


def test_a_mapping_is_kept_as_it_is_written(source, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    source("add", "shop", "--kind", "events")
    (tmp_path / "shop.toml").write_text('# what we leave out\nignore = ["ping"]\n')
    assert source("mapping", "shop", "shop.toml")[0] == 0
    assert source("mapping", "shop")[1] == '# what we leave out\nignore = ["ping"]'
    (tmp_path / "shop.toml").write_text('ignored = ["ping"]\n')
    code, _, said = source("mapping", "shop", "shop.toml")
    assert code != 0
    assert "the mapping has ignored, which means nothing here" in said
    assert 'did you mean "ignore"?' in said
