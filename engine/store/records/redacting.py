"""What tells who a person is taken out of texts that people wrote: drafts, versions, notes, the record."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ....grammar.messages.diagnostics import Source
from ....grammar.syntax import nodes as n
from ....grammar.syntax.parse import parse

FORGOTTEN = "forgotten"
"""Stands in the place of what told who a person was."""

_RULES = (("ruleset_version", "text"), ("draft", "text"), ("draft", "base_text"), ("approval", "text"))
_PLAIN = (
    *(("ruleset_version", "note"), ("approval", "note"), ("approval", "reason")),
    *(("version_line", "name"), ("version_line", "text"), ("audit", "subject"), ("audit", "detail")),
)
_NEVER_REWRITTEN = ("ruleset_version", "audit")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_LEAST = 5
"""Letters that a word has at least to be looked for outside tests, where it could be any word."""


class Redactor:
    """Takes ids and other values of people out of texts.

    Outside tests it looks for email addresses and for what else can be no word or number of the rules: what
    mixes letters with digits or blanks. A test that has any of the values in quotes is taken out as a whole:
    it was written about that person.
    """

    def __init__(self, values: Collection[str]) -> None:
        distinct = {value.strip() for value in values if value.strip()}
        self._values = {value.casefold() for value in distinct}
        sure = sorted((value for value in distinct if _is_sure(value)), key=len, reverse=True)
        self._sure = None
        if sure:
            those = "|".join(map(re.escape, sure))
            self._sure = re.compile(rf"(?<![\w@.+-])(?:{those})(?!\w)", re.IGNORECASE)

    def plain(self, text: str) -> str:
        """A text without what tells of the people."""
        return text if self._sure is None else self._sure.sub(FORGOTTEN, text)

    def rules(self, text: str) -> str:
        """A text of rules without it, and without the tests about them."""
        if not any(value in text.casefold() for value in self._values):
            return text
        gone = [
            statement.span
            for statement in parse(Source(text)).tree.statements
            if isinstance(statement, n.Test) and self._tells(text[statement.span.start : statement.span.end])
        ]
        for span in reversed(gone):
            text = text[: span.start].rstrip(" ") + text[span.end :].lstrip("\n")
        return self.plain(text)

    def files(self, text: str) -> str:
        """The same of included files and lists, a JSON object by their paths."""
        return json.dumps(
            {self.plain(path): self.rules(content) for path, content in json.loads(text).items()},
            ensure_ascii=False,
        )

    def _tells(self, test: str) -> bool:
        """Whether a test has a value in quotes, alone or, as in its name, between commas."""
        quoted = [found.replace('""', '"').casefold() for found in _QUOTED.findall(test)]
        parts = {part.strip() for text in quoted for part in (text, *text.split(","))}
        # Old names of tests can have a number behind, to tell them apart.
        parts |= {re.sub(r" \(\d+\)$", "", part) for part in parts}
        return not parts.isdisjoint(self._values) or (
            self._sure is not None and self._sure.search(test) is not None
        )


def _is_sure(value: str) -> bool:
    letters = any(letter.isalpha() for letter in value)
    other = any(letter.isdigit() or letter.isspace() or letter == "@" for letter in value)
    return letters and other and len(value) >= _LEAST


def redact(connection: sqlite3.Connection, ids: Collection[str], values: Collection[str]) -> int:
    """Takes the ids of people and other values that tell who they are out of all texts; within a transaction.
    Gives how many texts had any.

    The steps of a draft that held any can be undone no more.
    """
    redactor = Redactor({*ids, *values})
    done = 0
    with _rewriting(connection):
        for table, column in _RULES:
            done += _rewrite(connection, table, column, redactor.rules)
        done += _rewrite(connection, "ruleset_version", "files", redactor.files)
        for table, column in _PLAIN:
            done += _rewrite(connection, table, column, redactor.plain)
        return done + _forget_steps(connection, redactor)


@contextmanager
def _rewriting(connection: sqlite3.Connection) -> Iterator[None]:
    """Inside it, what is otherwise never rewritten may be."""
    kept = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN (?, ?) "
        "AND name LIKE '%rewritten'",
        _NEVER_REWRITTEN,
    ).fetchall()
    for name, _ in kept:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in kept:
        connection.execute(sql)


def _rewrite(connection: sqlite3.Connection, table: str, column: str, change: Callable[[str], str]) -> int:
    rows = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
    changed = [(new, old) for (old,) in rows if (new := change(old)) != old]
    connection.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", changed)
    return len(changed)


def _forget_steps(connection: sqlite3.Connection, redactor: Redactor) -> int:
    """Empties the steps of drafts of which any holds a value."""
    distinct: set[str] = set()
    for ruleset, edits, inverse in connection.execute("SELECT ruleset, edits, inverse FROM draft_change"):
        texts = _texts([json.loads(edits), json.loads(inverse)])
        if any(redactor.rules(text) != text for text in texts):
            distinct.add(ruleset)
    connection.executemany(
        "UPDATE draft_change SET sort = CASE sort WHEN 'edit' THEN 'text' ELSE sort END, edits = '[]', "
        """inverse = '{"op": "restore"}', standing = 0 WHERE ruleset = ?""",
        [(ruleset,) for ruleset in distinct],
    )
    return len(distinct)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
