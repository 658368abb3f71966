"""What the server answers about one open text, in the words of the protocol."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from ..assist.classify import classified
from ..assist.completion import complete
from ..assist.hover import hover_at
from ..assist.outline import Symbol, folds, symbols
from ..assist.project import OpenRuleset
from ..grammar.messages.diagnostics import Diagnostic, Fix, Severity, Source
from ..grammar.syntax.incremental import alike
from ..grammar.syntax.nodes import Span
from ..grammar.syntax.parse import Parsed
from ..grammar.text.formatter import format_text
from .positions import Lines

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.LINT: lsp.DiagnosticSeverity.Information,
}
_COMPLETED = {
    "word": lsp.CompletionItemKind.Keyword, "sign": lsp.CompletionItemKind.Operator,
    "field": lsp.CompletionItemKind.Field, "event": lsp.CompletionItemKind.Event,
    "object": lsp.CompletionItemKind.Value, "value": lsp.CompletionItemKind.Value,
    "property": lsp.CompletionItemKind.Property, "function": lsp.CompletionItemKind.Function,
    "define": lsp.CompletionItemKind.Variable, "list": lsp.CompletionItemKind.Enum,
    "score": lsp.CompletionItemKind.Unit, "stage": lsp.CompletionItemKind.EnumMember,
    "rule": lsp.CompletionItemKind.Reference,
}  # fmt: skip
_SYMBOLS = {
    "field": lsp.SymbolKind.Field, "event": lsp.SymbolKind.Event, "list": lsp.SymbolKind.Array,
    "define": lsp.SymbolKind.Variable, "score": lsp.SymbolKind.Number, "rule": lsp.SymbolKind.Function,
    "group": lsp.SymbolKind.Namespace, "stage": lsp.SymbolKind.EnumMember, "test": lsp.SymbolKind.Method,
    "include": lsp.SymbolKind.File, "ruleset": lsp.SymbolKind.Module,
}  # fmt: skip

TOKENS = {
    "keyword": "keyword", "text": "string", "number": "number", "sign": "operator", "comment": "comment",
    "object": "string", "field": "property", "event": "event", "define": "variable", "list": "enum",
    "score": "variable", "stage": "enumMember", "track": "namespace", "property": "parameter",
    "name": "variable",
    "rule": "string", "handoff": "string", "tag": "string", "test": "string", "guarantee": "string",
    "outcome": "enumMember", "group": "string",
}  # fmt: skip
"""The protocol's type of token for each sort of piece; what is malformed has none."""

LEGEND = lsp.SemanticTokensLegend(sorted(set(TOKENS.values())), ["declaration"])
SAID_BY = "leadwright"
"""Who says a diagnostic."""


@contextmanager
def without_gc() -> Iterator[None]:
    """For work that makes many small objects: to look for garbage takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def path_of(uri: str) -> Path | None:
    """The file of an address; None for a text that lies in none."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return Path(path).resolve() if path else None


def uri_of(source: Source, otherwise: str) -> str:
    """The address of a text."""
    return otherwise if source.path is None else uris.from_fs_path(str(source.path)) or otherwise


def diagnostic(item: Diagnostic, lines: Lines) -> lsp.Diagnostic:
    """A diagnostic with what to do about it."""
    message = item.message if item.hint is None else f"{item.message}\n{item.hint}"
    unused = [lsp.DiagnosticTag.Unnecessary] if item.code == "never-used" else None
    return lsp.Diagnostic(
        range=lines.range(item.span),
        severity=_SEVERITIES[item.severity],
        code=item.code,
        source=SAID_BY,
        message=message,
        tags=unused,
    )


def moved(found: Iterable[Diagnostic], source: Source) -> list[Diagnostic]:
    """Diagnostics of a text as it was, where they stand in it now; those in what was changed are gone."""
    now: list[Diagnostic] = []
    head = tail = -1
    for item in found:
        old = item.source.text
        if head < 0:
            head = alike(old, source.text)
            most = min(len(old), len(source.text)) - head
            tail = alike(old[::-1][:most], source.text[::-1][:most])
        by = len(source.text) - len(old)
        if item.span.end <= head:
            now.append(_at(item, source, 0))
        elif item.span.start >= len(old) - tail:
            now.append(_at(item, source, by))
    return now


def _at(item: Diagnostic, source: Source, by: int) -> Diagnostic:
    fixes = tuple(Fix(fix.title, fix.span.shifted(by), fix.text) for fix in item.fixes)
    span = item.span.shifted(by)
    return Diagnostic(item.code, item.severity, item.message, source, span, item.hint, fixes)


# --- changes of a text ------------------------------------------------------------------------------


def edits(fixes: Iterable[Fix], lines: Lines) -> list[lsp.TextEdit]:
    """Fixes as edits."""
    return [lsp.TextEdit(lines.range(fix.span), fix.text) for fix in fixes]


def changes(found: Sequence[tuple[Source, Fix]], encoding: str, uri: str) -> lsp.WorkspaceEdit:
    """Fixes of several texts as edits of their files."""
    by_text: dict[str, tuple[Source, list[Fix]]] = {}
    for source, fix in found:
        by_text.setdefault(uri_of(source, uri), (source, []))[1].append(fix)
    made = {
        address: edits(fixes, Lines(source.text, encoding)) for address, (source, fixes) in by_text.items()
    }
    return lsp.WorkspaceEdit(changes=made)


def becomes(before: str, after: str, lines: Lines) -> list[lsp.TextEdit]:
    """One edit of what differs between two texts."""
    if before == after:
        return []
    head = alike(before, after)
    most = min(len(before), len(after)) - head
    tail = alike(before[::-1][:most], after[::-1][:most])
    # Neither cut may part a line end of two characters.
    if head and before[head - 1] == "\r":
        head -= 1
    if tail and before[len(before) - tail] == "\n":
        tail -= 1
    span = Span(head, len(before) - tail)
    return [lsp.TextEdit(lines.range(span), after[head : len(after) - tail])]


def formatting(part: Parsed, lines: Lines) -> list[lsp.TextEdit]:
    """What lays a text out in the one common way."""
    with without_gc():
        return becomes(part.source.text, format_text(part.source, part).text, lines)


def actions(found: Iterable[Diagnostic], asked: Span, lines: Lines, uri: str) -> list[lsp.CodeAction]:
    """The fixes of what is wrong in a part of a text."""
    return [
        lsp.CodeAction(
            title=fix.title,
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(item, lines)],
            is_preferred=len(item.fixes) == 1,
            edit=lsp.WorkspaceEdit(changes={uri: edits([fix], lines)}),
        )
        for item in found
        if item.span.start <= asked.end and item.span.end >= asked.start
        for fix in item.fixes
    ]


# --- what stands where ------------------------------------------------------------------------------


def completion(ruleset: OpenRuleset, part: Parsed, offset: int, lines: Lines) -> lsp.CompletionList:
    """What can be written at a place."""
    names = ruleset.names(part)
    found = complete(part.source.text, offset, names.catalogue, names)
    where = lines.range(Span(found.start, found.end))
    width = len(str(len(found.suggestions)))
    items = [
        lsp.CompletionItem(
            label=item.text,
            kind=_COMPLETED.get(item.kind, lsp.CompletionItemKind.Text),
            detail=item.note,
            sort_text=f"{place:0{width}}",
            filter_text=part.source.text[found.start : offset] or item.text,
            text_edit=lsp.TextEdit(where, item.text),
        )
        for place, item in enumerate(found.suggestions)
    ]
    # What is offered depends on what was written, so the client asks again after each letter.
    return lsp.CompletionList(is_incomplete=True, items=items)


def hover(ruleset: OpenRuleset, part: Parsed, offset: int, lines: Lines) -> lsp.Hover | None:
    """What stands at a place, in words."""
    names = ruleset.names(part)
    found = hover_at(part.source.text, offset, names.catalogue, names)
    if found is None:
        return None
    said = [f"**{found.name}**: {found.about}"] if found.name is not None and found.about is not None else []
    said += [_capital(words) for words in (found.phrase, found.statement) if words]
    if not said:
        return None
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n".join(said)), lines.range(found.span))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def outline(part: Parsed, lines: Lines) -> list[lsp.DocumentSymbol]:
    """The statements of a text."""
    return [_symbol(one, lines) for one in symbols(part)]


def _symbol(one: Symbol, lines: Lines) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=one.name,
        kind=_SYMBOLS.get(one.word, lsp.SymbolKind.Object),
        range=lines.range(one.span),
        selection_range=lines.range(one.name_span),
        detail=one.word,
        children=[_symbol(inner, lines) for inner in one.inner],
    )


def folding(part: Parsed, lines: Lines) -> list[lsp.FoldingRange]:
    """What can be folded away."""
    found = []
    for span, comment in folds(part):
        first, last = lines.position(span.start).line, lines.position(span.end).line
        if first < last:
            kind = lsp.FoldingRangeKind.Comment if comment else None
            found.append(lsp.FoldingRange(first, last, kind=kind))
    return found


def tokens(ruleset: OpenRuleset, part: Parsed, lines: Lines) -> list[int]:
    """The pieces of a text, each as five numbers relative to the one before."""
    data: list[int] = []
    types = {name: number for number, name in enumerate(LEGEND.token_types)}
    line = column = 0
    with without_gc():
        pieces = classified(part, ruleset.references.of(part.source))
    for one in pieces:
        sort = TOKENS.get(one.sort)
        start, end = lines.position(one.span.start), lines.position(one.span.end)
        if sort is None or start.line != end.line:
            continue
        before = column if start.line == line else 0
        length = end.character - start.character
        data += [start.line - line, start.character - before, length, types[sort], int(one.declares)]
        line, column = start.line, start.character
    return data
