"""The scripts of the text view cut, understand and change texts as the server does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leadwright.grammar.messages.diagnostics import SyntaxProblem
from leadwright.grammar.syntax.lr_parser import Stuck
from leadwright.grammar.syntax.nodes import Lexeme
from leadwright.grammar.syntax.parse import lr_parser
from leadwright.grammar.syntax.scan import scan
from leadwright.grammar.syntax.split import split
from leadwright.tests.browser.conftest import Visit
from leadwright.tests.browser.site import Site
from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
WRITTEN = sorted([*(ROOT / "rulesets").glob("*.rules"), *(ROOT / "tests/language").glob("*/*.rules")])
SHREDS = [
    "a", "when ", "in last ", "text", "+5", '"', '""', "“x”", "[b c]", "[", "#", "# x", " #c\n", "\n", "\r\n",
    "/p", "a-b", "a/b", "1.5", "1.", "2026-01-15", "2026-01-15T12:00Z", "12/3/2026", ">=", "=>", "==", "≥",
    "−", "é", "e\u0301", "😀", "ß", "½", "²", "\x1c", "\x85", "\u00a0", "\ufeff", "٣", "(", ")", "{", "}",
    "<", ">", "!", "&&", "%", "*", "_x", "x_1", "3x", "a.", "/", "\u200b", "Ⅷ", ";", ":", ",",
]  # fmt: skip

_LEXEMES = """async (texts) => {
    const { lexemes } = await import("/static/text/language.js");
    const said = (text) => lexemes(text).filter((one) => one.kind !== "COMMENT");
    return texts.map((text) => said(text).map(({ from, to }) => [from, to]));
}"""

_KINDS = """async (texts) => {
    const { Language } = await import("/static/text/language.js");
    const language = new Language(await (await fetch("/api/v1/language")).json());
    const said = (text) => language.understood(text).filter((one) => one.kind !== "COMMENT");
    return texts.map((text) => said(text).map(({ kind }) => kind));
}"""

_CHANGED = """async (pairs) => {
    const { changesBetween } = await import("/static/text/diff.js");
    const applied = (text, changes) => {
        let [made, done] = ["", 0];
        for (const { from, to, insert } of changes) {
            made += text.slice(done, from) + insert;
            done = to;
        }
        return made + text.slice(done);
    };
    return pairs.map(([before, after]) => {
        const changes = changesBetween(before, after);
        const touched = changes.reduce((sum, { from, to, insert }) => sum + to - from + insert.length, 0);
        return { text: applied(before, changes), touched };
    });
}"""

_WITH_CHANGES = """async (cases) => {
    const { withChanges } = await import("/static/text/follow.js");
    const { changesBetween } = await import("/static/text/diff.js");
    const { ChangeSet } = await import("/static/vendor/codemirror.js");
    return cases.map(([raw, after]) => {
        const before = raw.replace(/\\r\\n?/g, "\\n");
        return withChanges(raw, ChangeSet.of(changesBetween(before, after), before.length));
    });
}"""


@pytest.fixture
def page(visit: Visit, looked_at: Site) -> Page:
    """Any page of the server, to load its scripts in."""
    return visit(looked_at, "/")


def halves(text: str, place: int) -> int:
    """A place as a browser counts it, in halves of letters where they have two."""
    return len(text[:place].encode("utf-16-le")) // 2


def shredded(number: int, seed: int = 7) -> Iterator[str]:
    """Texts that nobody would write."""
    chance = random.Random(seed)
    for _ in range(number):
        yield "".join(chance.choice(SHREDS) for _ in range(chance.randrange(1, 10)))


def test_texts_are_cut_as_the_server_cuts_them(page: Page) -> None:
    texts = [path.read_bytes().decode() for path in WRITTEN] + list(shredded(4_000))
    found = page.evaluate(_LEXEMES, texts)
    for text, places in zip(texts, found, strict=True):
        wanted = [[halves(text, one.start), halves(text, one.end)] for one in scan(text).lexemes]
        assert places == wanted, text


def test_words_are_understood_as_the_parser_understands_them(page: Page) -> None:
    texts = [path.read_bytes().decode() for path in WRITTEN if path.parent.name != "bad"]
    words = 0
    for text, kinds in zip(texts, page.evaluate(_KINDS, texts), strict=True):
        lexemes = scan(text).lexemes
        known = understood(text, lexemes)
        assert len(kinds) == len(lexemes)
        for lexeme, kind in zip(lexemes, kinds, strict=True):
            if lexeme.start in known and lexeme.word:
                words += 1
                name = {"WORD", "PATH"}
                same = kind == known[lexeme.start] or {kind, known[lexeme.start]} <= name
                assert same, (text[max(0, lexeme.start - 40) : lexeme.end + 20], known[lexeme.start], kind)
    assert words > 2_000


def understood(text: str, lexemes: list[Lexeme]) -> dict[int, str]:
    """The kinds of all lexemes of right statements, by their places."""
    nothing = Lexeme("NOTHING", "", 0, 0, "", False)
    found: dict[int, str] = {}
    for piece in split(lexemes):
        start = "group_open" if piece.word == "group" else "statement"
        try:
            lr_parser().run(start, [*lexemes[piece.first : piece.last], nothing], text)
        except Stuck as stuck:
            if stuck.at is nothing:
                found |= {one.start: one.kind for one in stuck.taken}
        except SyntaxProblem:
            pass
    return found


def edited(chance: random.Random) -> tuple[str, str]:
    """A text, and what came of it by a few changes."""
    lines = ['rule "a"\n', "when b\n", "then +1\n", "\n", "# x\n", "stage S when c\n", "😀 x\n", "😁 x\n"]
    before = [chance.choice(lines) for _ in range(chance.randrange(12))]
    after = list(before)
    for _ in range(chance.randrange(5)):
        at = chance.randrange(len(after) + 1)
        after[at : at + chance.randrange(2)] = [
            chance.choice([*lines, "z"]) for _ in range(chance.randrange(2))
        ]
    return "".join(before), "".join(after)


def test_changes_between_texts_make_one_of_the_other(page: Page) -> None:
    chance = random.Random(11)
    pairs = [edited(chance) for _ in range(2_000)]
    found = page.evaluate(_CHANGED, [list(pair) for pair in pairs])
    for (_, after), made in zip(pairs, found, strict=True):
        assert made["text"] == after


def test_changes_touch_no_more_than_differs(page: Page) -> None:
    text = "".join(f'rule "{number}"\nwhen a >= {number}\nthen +{number}\n\n' for number in range(200))
    after = text.replace('rule "50"', 'rule "5O"').replace("then +150\n", "then +151\n")
    made: list[dict[str, Any]] = page.evaluate(_CHANGED, [[text, after]])
    assert made[0]["text"] == after
    assert made[0]["touched"] == 4


@pytest.mark.parametrize(
    ("raw", "after", "wanted"),
    [
        ("a\r\nb\r\nc", "a\nx\nb\nc", "a\r\nx\r\nb\r\nc"),
        ("a\r\nb\nc\r\n", "a\nbb\nc\n", "a\r\nbb\nc\r\n"),
        ("a\r\nb\r\nc", "a\nc", "a\r\nc"),
        ("a\rb\n", "a\nb!\n", "a\rb!\n"),
        ("a\nb", "a\n\nb", "a\n\nb"),
        ("\r\n\r\n", "\nx\n", "\r\nx\r\n"),
    ],
)
def test_line_ends_of_others_stay_as_they_are(page: Page, raw: str, after: str, wanted: str) -> None:
    assert page.evaluate(_WITH_CHANGES, [[raw, after]]) == [wanted]
