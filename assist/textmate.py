"""A TextMate grammar and a Vim syntax, made from the parse table, for highlighters that know patterns alone.

    python -m leadwright.assist.textmate

Most words of the language may be names too. A pattern sees only what stands beside a word on its line, so a
free word is a keyword where what it can follow stands before it. The language server fixes what patterns get
wrong.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from ..grammar.spec.words import RESERVED
from ..grammar.syntax.lr_table import load
from .highlighting import language

EDITORS = Path(__file__).parents[1] / "editors"
TEXTMATE = EDITORS / "vscode/syntaxes/leadwright.tmLanguage.json"
VIM = EDITORS / "neovim/syntax/leadwright.vim"

_SCOPE = "leadwright"
_WORD = r"[\w\u0300-\u036f]"
_UNITS = frozenset(
    f"{unit}{ending}" for unit in ("minute", "hour", "day", "week", "month", "year") for ending in ("", "s")
)
_SIGNS = {"QUOTED": '"', "NUMERAL": r"\d", "MOMENT": r"\d", "BRACKETED": r"\]"}


@cache
def patterns() -> dict[str, str]:
    """Regular expressions by the sort of piece that each finds, in the order in which they are tried.

    They hold in Oniguruma and in Python, and ignore case themselves.
    """
    return {
        "comment": r"(?<!\S)#.*$",
        "text": r'"(?:[^"\r\n]|"")*"|[“”„][^“”"\r\n]*[“”"]',
        "malformed": r'"[^"\r\n]*$',
        "name": r"\[[^\]\r\n]*\]",
        "number": rf"(?<!{_WORD})\d[\w:.+-]*(?<![.:+-])",
        "statement": _words(language()["statements"], before=r"^\s*|[{;]\s*"),
        "keyword": f"{_words(sorted(_always()))}|{_in_places()}",
        "sign": "|".join(re.escape(sign) for sign in sorted(language()["signs"], key=len, reverse=True)),
    }


def _always() -> frozenset[str]:
    """The words that are no names: reserved, and never an object or a property behind a dot."""
    return frozenset(RESERVED)


def _words(words: list[str], before: str = "") -> str:
    alternatives = "|".join(re.escape(word) for word in words)
    lead = f"(?:{before})" if before else rf"(?<!{_WORD}|[-./])"
    return rf"(?i:{lead}(?:{alternatives})(?!{_WORD}|[-/.]{_WORD}))"


def _in_places() -> str:
    """Free words where what they follow stands before them."""
    found = []
    for kind, places in language()["free"].items():
        word = load().terminals[kind]
        ways = sorted(filter(None, (_followed(before) for before in places["after"])), key=len)
        named = {"WORD", "BRACKETED"} & set(places["after"])
        if word in _UNITS or not named:
            looks = "|".join(rf"(?<={way}\s)" for way in ways)
            found.append(rf"(?:{looks}){re.escape(word)}" if looks else re.escape(word))
        else:
            follow = "|".join(filter(None, (_follows(after) for after in places["before"])))
            found.append(rf"{re.escape(word)}(?=\s+(?:{follow}))")
    return rf"(?i:(?<!{_WORD}|[-./])(?:{'|'.join(found)})(?!{_WORD}|[-/.]{_WORD}))"


def _followed(kind: str) -> str:
    """The end of what a lexeme of a kind looks like, "" where it may be a name."""
    if kind in _SIGNS:
        return _SIGNS[kind]
    word = load().terminals.get(kind, "")
    return re.escape(word) if word and kind not in ("WORD", "PATH") and len(word) < 20 else ""


def _follows(kind: str) -> str:
    """How what comes next begins."""
    begins = {"QUOTED": '"', "NUMERAL": r"\d", "MOMENT": r"\d", "BRACKETED": r"\[", "WORD": r"[^\W\d]"}
    if kind in begins:
        return begins[kind]
    word = load().terminals.get(kind, "")
    return (rf"{word}\b" if word.isalpha() else re.escape(word)) if word else ""


def textmate() -> dict[str, Any]:
    """The TextMate grammar."""
    scopes = {
        "comment": "comment.line.number-sign", "text": "string.quoted.double", "malformed": "invalid.illegal",
        "name": "variable.other", "number": "constant.numeric", "statement": "keyword.control",
        "keyword": "keyword.other", "sign": "keyword.operator",
    }  # fmt: skip
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Leadwright",
        "scopeName": f"source.{_SCOPE}",
        "fileTypes": ["rules"],
        "patterns": [
            {"name": f"{scopes[sort]}.{_SCOPE}", "match": pattern} for sort, pattern in patterns().items()
        ],
    }


def vim() -> str:
    """The Vim syntax: reserved words, texts, numbers and comments."""
    lines = [
        '" Made by: python -m leadwright.assist.textmate',
        'if exists("b:current_syntax") | finish | endif',
        "syntax case ignore",
        f"syntax keyword leadwrightStatement {' '.join(language()['statements'])}",
        f"syntax keyword leadwrightKeyword {' '.join(sorted(RESERVED - set(language()['statements'])))}",
        r"syntax match leadwrightNumber /\<\d[0-9A-Za-z:.+-]*/",
        r"syntax match leadwrightName /\[[^]]*\]/",
        r'syntax region leadwrightText start=/"/ skip=/""/ end=/"/ oneline',
        r"syntax match leadwrightComment /\(^\|\s\)\zs#.*$/",
        *(
            f"highlight default link leadwright{ours} {theirs}"
            for ours, theirs in (
                ("Statement", "Statement"), ("Keyword", "Keyword"), ("Number", "Number"),
                ("Name", "Identifier"), ("Text", "String"), ("Comment", "Comment"),
            )
        ),
        'let b:current_syntax = "leadwright"',
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def made() -> dict[Path, str]:
    """What stands in each of the files."""
    return {TEXTMATE: json.dumps(textmate(), indent=2, ensure_ascii=False) + "\n", VIM: vim()}


def main() -> None:
    """Writes the files again."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
