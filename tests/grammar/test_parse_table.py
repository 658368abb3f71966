"""The shipped parse table, and the parser that runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lark import Lark
from leadwright.grammar.spec.words import RESERVED
from leadwright.grammar.syntax import lr_table as table

GRAMMAR = table.GRAMMAR.read_text(encoding="utf-8")


def test_shipped_table_is_the_grammars() -> None:
    """If this fails: python -m leadwright.grammar.syntax.lr_table"""
    assert json.loads(table.SHIPPED.read_text(encoding="utf-8")) == table.compute(GRAMMAR)


def test_grammar_has_no_conflict(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="lark")
    Lark(GRAMMAR, parser="lalr", start=["ruleset", *table.STARTS], debug=True)
    assert [record for record in caplog.records if "conflict" in record.message.lower()] == []


def test_stale_or_missing_table_is_computed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped = table.load()
    for content in (None, "{}", "rubbish", json.dumps({"format": 1, "grammar": "another"})):
        path = tmp_path / "table.json"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(content)
        monkeypatch.setattr(table, "SHIPPED", path)
        table._load.cache_clear()
        assert table.load() == shipped
    table._load.cache_clear()


def test_every_reserved_word_is_a_word_of_the_grammar() -> None:
    assert set(table.load().terminals.values()) >= RESERVED


def test_no_production_is_empty() -> None:
    assert all(made.size > 0 for made in table.load().productions)


def test_first_parse_in_many_threads() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from leadwright.grammar.syntax.parse import parse\n"
        "from leadwright.grammar.messages.diagnostics import Source\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    trees = list(pool.map(lambda _: parse(Source('when a then +1')).tree, range(32)))\n"
        "assert len({repr(tree) for tree in trees}) == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parsing_needs_no_lark() -> None:
    code = (
        "import sys\n"
        "from leadwright.grammar.syntax.parse import parse\n"
        "from leadwright.grammar.messages.diagnostics import Source\n"
        "assert parse(Source('when a then +1')).tree.statements\n"
        "assert 'lark' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_do_not_meet() -> None:
    from leadwright.grammar.messages.diagnostics import Source
    from leadwright.grammar.syntax.parse import parse

    texts = [f"when a{i} >= {i} then +{i}" * 3 for i in range(50)]
    alone = [parse(Source(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: parse(Source(text)), texts)) == alone
