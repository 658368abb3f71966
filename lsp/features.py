"""Which of the protocol's questions are answered, and by what."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ..assist.project import OpenRuleset
from ..assist.references import RenameRefused
from ..engine.catalogue import Catalogue
from ..engine.fixing import mend
from ..engine.plan import Plan
from ..engine.reading import Reading, read
from ..grammar.messages.diagnostics import Source
from ..grammar.syntax.nodes import Span
from . import answers
from .data import Data
from .lenses import RUN_TEST, RUN_TESTS, lenses
from .server import OpenText, RulesServer

_TRIGGERS = [" ", '"', "[", "(", ",", ":", ".", "=", "+", "-"]
_FIX_ALL = lsp.CodeActionKind.SourceFixAll
_WATCHED = "**/*.{rules,txt,csv}"


def serve(database: Path | None, fields: Catalogue | None) -> None:
    """Answers an editor over standard input and output until it has enough."""
    # What was loaded stays, and what an edit of a large ruleset makes is hardly ever garbage.
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
    # The library closes what it writes to. Whatever else is printed must not get among its messages.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answering, redirect_stdout(sys.stderr):
        server(Data(database, fields)).start_io(stdout=answering)


def server(data: Data) -> RulesServer:
    """A server with all its features."""
    made = RulesServer(data)
    _follow_texts(made)
    _answer_about_places(made)
    _answer_about_names(made)
    _answer_about_texts(made)
    _answer_about_tests(made)
    return made


def _follow_texts(made: RulesServer) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def _(ls: RulesServer, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.opened(params.text_document.uri, params.text_document.text, params.text_document.version)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def _(ls: RulesServer, params: lsp.DidChangeTextDocumentParams) -> None:
        whole = params.content_changes[-1] if params.content_changes else None
        if isinstance(whole, lsp.TextDocumentContentChangeWholeDocument):
            ls.changed(params.text_document.uri, whole.text, params.text_document.version)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def _(ls: RulesServer, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.closed(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def _(ls: RulesServer, _params: lsp.DidSaveTextDocumentParams) -> None:
        _look_again(ls)

    @made.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(ls: RulesServer, _params: lsp.DidChangeWatchedFilesParams) -> None:
        _look_again(ls)

    @made.feature(lsp.INITIALIZED)
    async def _(ls: RulesServer, _params: lsp.InitializedParams) -> None:
        await _watch(ls)


def _look_again(ls: RulesServer) -> None:
    """Files may have changed: which ruleset includes which, and what they say."""
    ls.find_mains()
    ls.check_soon({main for one in ls.open.values() for main in one.mains})


async def _watch(ls: RulesServer) -> None:
    """Asks to be told of files that change outside of the editor, where the client can."""
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(_WATCHED)])
    method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
    asked = lsp.RegistrationParams([lsp.Registration("files", method, options)])
    with suppress(JsonRpcException):  # a client that will not watch is asked in vain, and works all the same
        await ls.client_register_capability_async(asked)


def _answer_about_places(made: RulesServer) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=_TRIGGERS))
    def _(ls: RulesServer, params: lsp.CompletionParams) -> lsp.CompletionList:
        one = ls.open[params.text_document.uri]
        lines = ls.lines(one.source)
        return answers.completion(ls.ruleset(one), ls.parsed(one), lines.offset(params.position), lines)

    @made.feature(lsp.TEXT_DOCUMENT_HOVER)
    def _(ls: RulesServer, params: lsp.HoverParams) -> lsp.Hover | None:
        one = ls.open[params.text_document.uri]
        lines = ls.lines(one.source)
        return answers.hover(ls.ruleset(one), ls.parsed(one), lines.offset(params.position), lines)

    @made.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, _FIX_ALL]),
    )
    def _(ls: RulesServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        one, only = ls.open[params.text_document.uri], params.context.only
        asked = ls.lines(one.source).span(params.range)
        if only is not None and _FIX_ALL in only:
            return _all_fixes(ls, one)
        if only is not None and not {"", lsp.CodeActionKind.QuickFix} & set(only):
            return []
        return _fixes(ls, one, asked)

    @made.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def _(ls: RulesServer, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        return await ls.hints(params.text_document.uri, params.range)


def _fixes(ls: RulesServer, one: OpenText, asked: Span) -> list[lsp.CodeAction]:
    said = [
        item
        for main in one.mains
        if main in ls.said
        for found in ls.said[main].found.values()
        for item in found
    ]
    own = {(item.code, item.span): item for item in said if item.source.text == one.source.text}
    mine = [item for item in own.values() if item.source.path == one.source.path]
    return answers.actions(mine, asked, ls.lines(one.source), one.uri)


def _all_fixes(ls: RulesServer, one: OpenText) -> list[lsp.CodeAction]:
    """All that can be fixed with certainty, as one action; only where the text is a whole ruleset."""
    path = one.source.path
    files = ls.project.files(path.parent) if path is not None else None

    def again(source: Source) -> Reading:
        return read(source, catalogue=ls.data.catalogue(), files=files, lints=False)

    mended, count = mend(one.source, again)
    if not count:
        return []
    changes = answers.becomes(one.source.text, mended.text, ls.lines(one.source))
    edit = lsp.WorkspaceEdit(changes={one.uri: changes})
    return [lsp.CodeAction("Fix what is clear", _FIX_ALL, edit=edit)]


def _answer_about_names(made: RulesServer) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def _(ls: RulesServer, params: lsp.DefinitionParams) -> list[lsp.Location]:
        found = ls.use_at(params.text_document.uri, params.position)
        if found is None:
            return []
        ruleset, use = found
        declared = ruleset.references.declarations(use)
        return [ls.location(one, params.text_document.uri) for one in declared]

    @made.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def _(ls: RulesServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
        uri = params.text_document.uri
        same = [
            one
            for ruleset, use in ls.everywhere(uri, params.position)
            for one in ruleset.references.same(use)
            if one.node is None or params.context.include_declaration
        ]
        places = {(str(one.source.path), one.span): ls.location(one, uri) for one in same}
        return list(places.values())

    @made.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def _(ls: RulesServer, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
        found = ls.use_at(params.text_document.uri, params.position)
        if found is None:
            return []
        ruleset, use = found
        lines = ls.lines(use.source)
        same = [one for one in ruleset.references.same(use) if one.source.label == use.source.label]
        return [lsp.DocumentHighlight(lines.range(one.span)) for one in same]

    @made.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def _(ls: RulesServer, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        found = ls.use_at(params.text_document.uri, params.position)
        if found is None:
            return None
        ruleset, use = found
        try:
            ruleset.references.may_rename(use)
        except RenameRefused as refused:
            raise JsonRpcInvalidParams(str(refused)) from None
        return lsp.PrepareRenamePlaceholder(ls.lines(use.source).range(use.span), use.name)

    @made.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def _(ls: RulesServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        return ls.renamed(params.text_document.uri, params.position, params.new_name)


def _answer_about_texts(made: RulesServer) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def _(ls: RulesServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        one = ls.open[params.text_document.uri]
        return answers.formatting(ls.parsed(one), ls.lines(one.source))

    @made.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _(ls: RulesServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        one = ls.open[params.text_document.uri]
        return answers.outline(ls.parsed(one), ls.lines(one.source))

    @made.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def _(ls: RulesServer, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        one = ls.open[params.text_document.uri]
        return answers.folding(ls.parsed(one), ls.lines(one.source))

    @made.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, answers.LEGEND)
    def _(ls: RulesServer, params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        one = ls.open[params.text_document.uri]
        return lsp.SemanticTokens(answers.tokens(ls.ruleset(one), ls.parsed(one), ls.lines(one.source)))


def _answer_about_tests(made: RulesServer) -> None:
    @made.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def _(ls: RulesServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        one = ls.open[params.text_document.uri]
        plan = _plan(ls, one)
        if plan is None or not plan.tests:
            return []
        reports = await ls.aside(lambda: ls.lenses.reports(plan, plan.tests))
        return lenses(plan, one.source, reports, ls.lines(one.source), one.uri)

    @made.command(RUN_TEST)
    async def _(ls: RulesServer, uri: str, name: str) -> str:
        return await _run(ls, uri, name)

    @made.command(RUN_TESTS)
    async def _(ls: RulesServer, uri: str) -> str:
        return await _run(ls, uri, None)


def _plan(ls: RulesServer, one: OpenText) -> Plan | None:
    """The plan of the ruleset that a text is a part of, None where there is none because of mistakes."""
    ruleset: OpenRuleset = (ls.said.get(one.mains[0]) or ls.check(one.mains[0])).ruleset
    return ruleset.reading.plan


async def _run(ls: RulesServer, uri: str, name: str | None) -> str:
    """Runs one test or all, and shows what came."""
    one = ls.open.get(uri)
    plan = _plan(ls, one) if one is not None else None
    if plan is None:
        said = "Fix the mistakes first; then tests can run."
    else:
        tests = [test for test in plan.tests if name in (None, test.name)]
        reports = await ls.aside(lambda: ls.lenses.reports(plan, tests))
        failed = [
            f'"{test.name}" fails: {report}' for test, report in zip(tests, reports, strict=True) if report
        ]
        passed = (
            f"{len(tests) - len(failed):,} of {len(tests):,} tests pass"
            if name is None
            else f'"{name}" passes'
        )
        said = "\n".join(failed) if failed else passed
    kind = (
        lsp.MessageType.Info
        if plan is not None and said.endswith(("pass", "passes"))
        else lsp.MessageType.Warning
    )
    ls.window_show_message(lsp.ShowMessageParams(kind, said))
    return said
