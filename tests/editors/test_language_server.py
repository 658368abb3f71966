"""A whole session with the server, as three clients hold it: each counts columns in other units."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.text.formatter import format_text
from leadwright.lsp.answers import LEGEND
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

PROFILES = {"visual_studio_code": "utf-16", "neovim": "utf-8", "emacs": "utf-32"}
SIZES: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}
NAMES = '# Names 🙂\nfield title: text\nlist ICP: "CTO", "VP *"\n'
MAIN = """ruleset "Ünïcode 🙂"
include "names.rules"
event visited
score from 0 to 100
# 🙂
# é
rule "🙂 é" when title in ICP then +10
rule "B" when visited pricing >= 2 than +5
stage MQL when score >= 10
test "a boss" given title = "CTO" expect stage = MQL
test "nobody" given title = "Clerk" expect stage = MQL
"""
GOOD = MAIN.replace("than", "then")
LONGEST = 30.0
"""Seconds that an answer may take on a busy machine; nothing here waits for longer than it must."""


@dataclass
class Session:
    """A client that is connected, with one open text."""

    client: LanguageClient
    folder: Path
    encoding: str
    text: str = ""
    version: int = 0

    @property
    def uri(self) -> str:
        return (self.folder / "main.rules").as_uri()

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    def at(self, before: str, text: str | None = None) -> lsp.Position:
        """The place of the | in a piece of the text."""
        text = self.text if text is None else text
        offset = text.index(before.replace("|", "")) + before.index("|")
        start = text.rfind("\n", 0, offset) + 1
        return lsp.Position(text.count("\n", 0, offset), SIZES[self.encoding](text[start:offset]))

    def offset(self, place: lsp.Position, text: str) -> int:
        start = 0
        for _ in range(place.line):
            start = text.index("\n", start) + 1
        end = start
        while SIZES[self.encoding](text[start:end]) < place.character:
            end += 1
        return end

    def applied(self, edits: Sequence[lsp.TextEdit], text: str) -> str:
        """A text after edits, the last of them first."""
        for edit in sorted(
            edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True
        ):
            start, end = self.offset(edit.range.start, text), self.offset(edit.range.end, text)
            text = text[:start] + edit.new_text + text[end:]
        return text

    def write(self, text: str) -> None:
        """Opens the text, or changes it."""
        self.version, self.text = self.version + 1, text
        if self.version == 1:
            item = lsp.TextDocumentItem(self.uri, "leadwright", 1, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
            return
        document = lsp.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))

    async def said(self, wanted: Callable[[list[str]], bool], uri: str | None = None) -> list[lsp.Diagnostic]:
        """What is said of a text, once that is as it is wanted."""
        async with asyncio.timeout(LONGEST):
            while True:
                found = list(self.client.diagnostics.get(uri or self.uri, ()))
                if wanted([str(one.code) for one in found]):
                    return found
                await self.client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


@asynccontextmanager
async def session(folder: Path, profile: str, *arguments: str) -> AsyncIterator[Session]:
    """A session from its beginning to its end, which must be without a word on standard error."""
    client = make_test_lsp_client()
    await client.start_io(sys.executable, "-m", "leadwright", "lsp", *arguments, cwd=folder)
    capabilities = client_capabilities(profile)
    workspace = lsp.WorkspaceFolder(folder.as_uri(), "rules")
    params = lsp.InitializeParams(
        capabilities=capabilities, root_uri=folder.as_uri(), workspace_folders=[workspace]
    )
    given = await client.initialize_session(params)
    assert (given.capabilities.position_encoding or "utf-16") == PROFILES[profile]
    try:
        yield Session(client, folder, PROFILES[profile])
    finally:
        await client.shutdown_session()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "names.rules").write_text(NAMES, encoding="utf-8")
    (tmp_path / "main.rules").write_text(MAIN, encoding="utf-8")
    return tmp_path.resolve()


def held(folder: Path, profile: str, talk: Callable[[Session], Awaitable[None]], *arguments: str) -> None:
    async def whole() -> None:
        async with session(folder, profile, *arguments) as one:
            await talk(one)

    asyncio.run(whole())


@pytest.mark.parametrize("profile", PROFILES)
def test_mistakes_their_fixes_and_lints(folder: Path, profile: str) -> None:
    async def talk(one: Session) -> None:
        one.write(MAIN)
        (wrong,) = await one.said(bool)
        assert (wrong.code, wrong.severity) == ("misspelt-word", lsp.DiagnosticSeverity.Error)
        assert wrong.range == lsp.Range(one.at(">= 2 |than"), one.at(">= 2 than|"))
        actions = await one.client.text_document_code_action_async(
            lsp.CodeActionParams(one.document, wrong.range, lsp.CodeActionContext([wrong]))
        )
        (fix,) = actions or ()
        assert isinstance(fix, lsp.CodeAction)
        assert fix.edit is not None
        assert fix.edit.changes is not None
        assert one.applied(fix.edit.changes[one.uri], MAIN) == GOOD
        one.write(f'{GOOD}list spare: "x"\n')
        (unused,) = await one.said(lambda codes: codes == ["never-used"])
        assert unused.range.start == one.at("list |spare")
        assert tuple(unused.tags or ()) == (lsp.DiagnosticTag.Unnecessary,)
        one.write(f"# 🙂\n{one.text}")
        (unused,) = await one.said(lambda codes: codes == ["never-used"])
        one.write(GOOD)
        await one.said(lambda codes: not codes)

    held(folder, profile, talk, "--no-db")


@pytest.mark.parametrize("profile", PROFILES)
def test_places(folder: Path, profile: str) -> None:
    async def talk(one: Session) -> None:
        client, names = one.client, (folder / "names.rules").as_uri()
        one.write(MAIN)
        said = await client.text_document_hover_async(lsp.HoverParams(one.document, one.at("title |in ICP")))
        assert said is not None
        assert isinstance(said.contents, lsp.MarkupContent)
        assert "title is one of ICP" in said.contents.value
        found = await client.text_document_completion_async(
            lsp.CompletionParams(one.document, one.at("when ti|tle"))
        )
        assert isinstance(found, lsp.CompletionList)
        (title,) = (item for item in found.items if item.label == "title")
        assert isinstance(title.text_edit, lsp.TextEdit)
        assert one.applied([title.text_edit], MAIN) == MAIN.replace("when title", "when titletle", 1)
        defined = await client.text_document_definition_async(
            lsp.DefinitionParams(one.document, one.at("in IC|P"))
        )
        (place,) = defined if isinstance(defined, list | tuple) else [defined]
        assert isinstance(place, lsp.Location)
        assert place.uri == names
        assert place.range.start == one.at("list |ICP", NAMES)
        context = lsp.ReferenceContext(include_declaration=True)
        used = await client.text_document_references_async(
            lsp.ReferenceParams(context, one.document, one.at("when |title"))
        )
        assert sorted(place.uri for place in used or ()) == sorted([names, one.uri, one.uri, one.uri])
        marks = await client.text_document_document_highlight_async(
            lsp.DocumentHighlightParams(one.document, one.at("when |title"))
        )
        assert len(marks or ()) == 3

    held(folder, profile, talk, "--no-db")


@pytest.mark.parametrize("profile", PROFILES)
def test_changes_of_the_text(folder: Path, profile: str) -> None:
    async def talk(one: Session) -> None:
        client, names = one.client, (folder / "names.rules").as_uri()
        one.write(GOOD)
        options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
        edits = await client.text_document_formatting_async(
            lsp.DocumentFormattingParams(one.document, options)
        )
        assert one.applied(edits or (), GOOD) == format_text(Source(GOOD)).text != GOOD
        at = one.at("when |title")
        ready = await client.text_document_prepare_rename_async(lsp.PrepareRenameParams(one.document, at))
        assert getattr(ready, "placeholder", None) == "title"
        edit = await client.text_document_rename_async(lsp.RenameParams(one.document, at, "job 🙂"))
        assert edit is not None
        assert edit.changes is not None
        assert one.applied(edit.changes[one.uri], GOOD) == GOOD.replace("title", "[job 🙂]")
        renamed = NAMES.replace("field title", 'field [job 🙂] from "title"')
        assert one.applied(edit.changes[names], NAMES) == renamed
        with pytest.raises(JsonRpcException, match="already stands for something"):
            await client.text_document_rename_async(lsp.RenameParams(one.document, at, "visited"))

    held(folder, profile, talk, "--no-db")


def test_a_name_that_several_rulesets_share_is_renamed_in_all(folder: Path) -> None:
    other = 'include "names.rules"\nscore from 0 to 10\nrule "C" when title = "CFO" then +5\n'
    taken = 'include "names.rules"\nscore from 0 to 10\ndefine post: visited jobs\nwhen post then +5\n'
    (folder / "other.rules").write_text(other)

    async def talk(one: Session) -> None:
        client, there = one.client, (folder / "other.rules").as_uri()
        one.write(GOOD)
        at = one.at("when |title")
        context = lsp.ReferenceContext(include_declaration=True)
        used = await client.text_document_references_async(lsp.ReferenceParams(context, one.document, at))
        assert len([place for place in used or () if place.uri == there]) == 1
        assert len({(place.uri, str(place.range)) for place in used or ()}) == len(used or ())
        edit = await client.text_document_rename_async(lsp.RenameParams(one.document, at, "job"))
        assert edit is not None
        assert edit.changes is not None
        assert one.applied(edit.changes[there], other) == other.replace("title", "job")
        names = edit.changes[(folder / "names.rules").as_uri()]
        assert one.applied(names, NAMES) == NAMES.replace("field title", 'field job from "title"')
        (folder / "taken.rules").write_text(taken)
        with pytest.raises(JsonRpcException, match="already stands for something"):
            await client.text_document_rename_async(lsp.RenameParams(one.document, at, "post"))

    held(folder, "visual_studio_code", talk, "--no-db")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_text_as_a_whole(folder: Path, profile: str) -> None:
    async def talk(one: Session) -> None:
        client = one.client
        one.write(GOOD)
        symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(one.document))
        assert [symbol.name for symbol in symbols or ()][4:6] == ["🙂 é", "B"]
        folds = await client.text_document_folding_range_async(lsp.FoldingRangeParams(one.document))
        assert [(fold.start_line, fold.end_line, fold.kind) for fold in folds or ()] == [(4, 5, "comment")]
        shown = await client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(one.document))
        assert shown is not None
        pieces = decoded(one, shown.data, LEGEND.token_types)
        assert ("keyword", "when") in pieces
        assert ("string", '"🙂 é"') in pieces
        assert ("enum", "ICP") in pieces
        assert ("property", "title") in pieces

    held(folder, profile, talk, "--no-db")


def decoded(one: Session, data: Sequence[int], types: Sequence[str]) -> list[tuple[str, str]]:
    found, line, column = [], 0, 0
    for at in range(0, len(data), 5):
        down, right, length, type_, _ = data[at : at + 5]
        line, column = line + down, right if down else column + right
        ends = (lsp.Position(line, column), lsp.Position(line, column + length))
        start, end = (one.offset(place, one.text) for place in ends)
        found.append((types[type_], one.text[start:end]))
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_tests_and_numbers(folder: Path, profile: str) -> None:
    (folder / "leads.csv").write_text("id,title,spare\n1,CTO,a\n2,VP Sales,b\n3,Clerk,c\n")
    run = [sys.executable, "-m", "leadwright"]
    subprocess.run(
        [*run, "import", "leads.csv", "--lead-id", "id", "--db", "l.db"],
        cwd=folder,
        check=True,
        capture_output=True,
    )

    async def talk(one: Session) -> None:
        client = one.client
        one.write(GOOD)
        lenses = await client.text_document_code_lens_async(lsp.CodeLensParams(one.document))
        titles = [lens.command.title for lens in lenses or () if lens.command is not None]
        assert titles == ["1 of 2 tests pass", "passes", "fails: stage = MQL, but stage is none"]
        asked = lsp.ExecuteCommandParams("leadwright.runTest", [one.uri, "nobody"])
        assert "but stage is none" in await client.workspace_execute_command_async(asked)
        assert [(one.type, one.message) for one in client.messages] == [
            (lsp.MessageType.Warning, '"nobody" fails: stage = MQL, but stage is none')
        ]
        everything = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
        hints = await client.text_document_inlay_hint_async(lsp.InlayHintParams(one.document, everything))
        said = {hint.position.line: hint.label for hint in hints or ()}
        assert said[6] == "2 of 3 leads"
        assert said[8] == "2 of 3 leads"

    held(folder, profile, talk, "--db", "l.db")


@pytest.mark.parametrize("profile", PROFILES)
def test_odd_texts(folder: Path, profile: str) -> None:
    """An empty text, a text that ends without a line end, a last line that is long past its end."""

    async def talk(one: Session) -> None:
        client = one.client
        one.write("")
        found = await client.text_document_completion_async(
            lsp.CompletionParams(one.document, lsp.Position(0, 0))
        )
        assert isinstance(found, lsp.CompletionList)
        assert "rule" in [item.label for item in found.items]
        for text in (
            "# 🙂",
            "rule",
            'when visited "',
            "\ufeffscore from 0 to 100\r\nstage A when score >= 1\r",
        ):
            one.write(text)
            end = lsp.Position(text.count("\n") + text.count("\r"), 1000)
            await client.text_document_completion_async(lsp.CompletionParams(one.document, end))
            await client.text_document_hover_async(lsp.HoverParams(one.document, end))
            await client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(one.document))
        one.write(MAIN)
        await one.said(lambda codes: codes == ["misspelt-word"])
        client.text_document_did_close(lsp.DidCloseTextDocumentParams(one.document))
        await one.said(lambda codes: not codes)

    held(folder, profile, talk, "--no-db")


def test_names_come_from_a_file_too(folder: Path) -> None:
    listed: dict[str, Any] = {
        "leads": 3,
        "fields": [{"name": "Budget", "kind": "number", "known": 2}],
        "events": [],
    }
    (folder / "fields.json").write_text(json.dumps(listed))

    async def talk(one: Session) -> None:
        one.write('rule "A" when Bud')
        place = lsp.Position(0, len(one.text))
        found = await one.client.text_document_completion_async(lsp.CompletionParams(one.document, place))
        assert isinstance(found, lsp.CompletionList)
        assert [(item.label, item.detail) for item in found.items] == [("Budget", "number, 2 leads")]

    held(folder, "neovim", talk, "--fields", "fields.json")
