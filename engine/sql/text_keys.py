"""Text keys made by an engine itself, for tables that something else than Leadwright prepares."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from string import ascii_lowercase, ascii_uppercase

from sqlglot import exp

from .dialects import dialect_named
from .terms import Term, UnsupportedSql, call, compared, text, when

EXACT = ("duckdb", "postgres")
"""The engines that normalise to NFC, and were seen to make the keys that Leadwright makes."""

_SURROGATES = range(0xD800, 0xE000)


@cache
def _foldings() -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Letters that fold to one letter, what they fold to, and those that fold to several."""
    one, several = {}, []
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        folded = letter.casefold() if code not in _SURROGATES else letter
        if folded != letter and len(folded) == 1:
            one[letter] = folded
        elif folded != letter and unicodedata.normalize("NFC", letter) == letter:
            several.append((letter, folded))
    return "".join(one), "".join(one.values()), tuple(several)


def text_key(term: Term, dialect: str) -> Term:
    """What `values.text_key` gives, NULL for blank text. Raises UnsupportedSql where an engine cannot."""
    engine = dialect_named(dialect)
    if dialect not in EXACT:
        raise UnsupportedSql(
            f"{engine.label} was not seen to make the keys of texts that Leadwright makes",
            "let leadwright export --parquet write the tables",
        )
    letters, folded, several = _foldings()
    made = call("TRANSLATE", _nfc(term.copy(), dialect), text(letters), text(folded))
    for letter, parts in several:
        made = call("REPLACE", made, text(letter), text(parts))
    # Most texts are ASCII, and need none of this.
    size = call("STRLEN" if dialect == "duckdb" else "OCTET_LENGTH", term.copy())
    plain = call("TRANSLATE", term.copy(), text(ascii_uppercase), text(ascii_lowercase))
    key = when((compared("=", size, call("LENGTH", term.copy())), plain), otherwise=_nfc(made, dialect))
    for leading in (True, False):
        key = engine.trimmed(key, engine.white_space(), leading=leading)
    return call("NULLIF", key, text(""))


def text_key_macro(dialect: str) -> str:
    """A macro of dbt that makes the key of a column: `{{ leadwright_text_key('title') }}`.

    Raises UnsupportedSql as `text_key` does.
    """
    key = text_key(exp.column("a_column"), dialect).sql(dialect_named(dialect).sqlglot)
    body = key.replace("a_column", "{{ column }}")
    return f"{{% macro leadwright_text_key(column) %}}\n{body}\n{{% endmacro %}}\n"


def _nfc(term: Term, dialect: str) -> Term:
    return call("NFC_NORMALIZE", term) if dialect == "duckdb" else call("NORMALIZE", term, exp.var("NFC"))
