"""The page of words: what the terms of the pages mean."""

from __future__ import annotations

from flask import Blueprint, render_template

from ..words import WORDS

pages = Blueprint("words", __name__)


@pages.get("/words")
def show() -> str:
    """All words, by the alphabet."""
    return render_template("words.html", words=sorted(WORDS, key=lambda one: one.word.casefold()))
