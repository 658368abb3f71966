"""What a name looks like, so that nobody can pass for somebody else."""

from __future__ import annotations

import unicodedata

_LETTERS = {
    "a": "аα", "b": "ьвƅ", "c": "сϲ", "d": "ԁ", "e": "еҽ", "g": "ɡց", "h": "һհ", "i": "іıιɩ", "j": "јϳ",
    "k": "κк", "l": "1|ӏǀ", "m": "м", "n": "ոп", "o": "0οоօσ", "p": "рρ", "q": "ԛգ", "r": "гᴦ", "s": "ѕꜱ",
    "t": "τт", "u": "υսц", "v": "νѵ", "w": "ԝѡω", "x": "хχ", "y": "уүγ", "z": "ᴢ",
}  # fmt: skip
_FOLDED = str.maketrans({other: plain for plain, others in _LETTERS.items() for other in others})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−_", "-"))


def look_of(name: str) -> str:
    """A name as the eye takes it: without case, accents that compose, widths and what cannot be seen, with
    letters of other scripts and digits as the Latin letters that they look like."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Mn"))
    text = " ".join(text.split()).translate(_FOLDED).translate(_DASHES)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text
