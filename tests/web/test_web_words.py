"""The words of the page: every sort of statement has one, and the page of words says them all."""

from __future__ import annotations

from flask.testing import FlaskClient
from leadwright.web.editor.cards import SORTS
from leadwright.web.words import BY_SORT, WORDS
from markupsafe import escape


def test_every_sort_of_statement_says_what_it_is_for() -> None:
    assert set(BY_SORT) == set(SORTS)


def test_the_page_says_every_word_once(client: FlaskClient) -> None:
    page = client.get("/words").get_data(as_text=True)
    assert len({one.id for one in WORDS}) == len(WORDS)
    for one in WORDS:
        assert page.count(f'id="{one.id}"') == 1
        assert escape(one.meaning) in page
