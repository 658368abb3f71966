"""What is made of the editor's scripts and styles says what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from leadwright.web import built


@pytest.mark.parametrize("name", ["editor.js", "editor.css"])
def test_it_is_up_to_date(name: str) -> None:
    assert built.is_current(name), "run make frontend, and commit what it writes"


def test_one_that_is_not_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "built").mkdir()
    monkeypatch.setattr(built, "STATIC", tmp_path)
    assert not built.is_current("editor.js")
    (tmp_path / "built/editor.js").write_text("let a;\n", encoding="utf-8")
    assert not built.is_current("editor.js")
    stale = f"/* Made by web/frontend/build.js. web/static/editor/main.js {'0' * 64} */\n"
    (tmp_path / "built/editor.js").write_text(stale, encoding="utf-8")
    assert not built.is_current("editor.js")


def test_the_page_asks_for_one_script_and_one_sheet_of_styles(client: FlaskClient) -> None:
    html = client.get("/rulesets/inbound/edit").get_data(as_text=True)
    assert html.count("<script") == 1
    assert html.count('rel="stylesheet"') == 1
    for name in ("built/editor.js", "built/editor.css"):
        assert f"/static/{name}" in html
        assert client.get(f"/static/{name}", buffered=True).status_code == 200
