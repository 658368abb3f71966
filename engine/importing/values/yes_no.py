"""Yes and no as people and systems write them."""

from __future__ import annotations

PLAIN = {"yes": True, "true": True, "no": False, "false": False}
"""What is read as yes or no without being asked, where a column has one of either."""

_YES = (
    "yes y true t on 1 x ✓ ✔ ☑ checked enabled ja j oui o vrai wahr si sí sì s sim vero verdadero verdadeiro "
    "tak da да evet ano igen kyllä はい 是 예"
)
_NO = (
    "no n false f off 0 ✗ ✘ ☐ unchecked disabled nein nee nej non faux falsch não nao falso nie нет hayır ne "
    "nei nem ei いいえ 否 아니요"
)

WORDS = {**dict.fromkeys(_YES.split(), True), **dict.fromkeys(_NO.split(), False)}
"""What is read as yes or no in a column that is said to be yes/no."""

MARKS = frozenset(("x", "✓", "✔", "☑", "checked"))
"""Marks in a column whose other cells are blank: there, a blank is a no."""


def yes_no(text: str) -> bool | None:
    """What a word means in a column that is said to be yes/no; None for any other word."""
    return WORDS.get(text.strip().casefold())
