"""What the language server takes to answer an editor, beside a server of the same library that knows nothing.

Times are of the processor, of the thread that answers, as Linux tells them: others may be at work too.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from leadwright.tests.benchmarks.report import Claim, Report, Table
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
BARE = """
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
server = LanguageServer("bare", "1")
@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(params): return None
server.start_io()
"""
OURS = ("-m", "leadwright", "lsp", "--no-db")
LARGE = 2_000
ASKED = {"errors after a key": (30, 300), "completion": (20, 100), "formatting": (None, 1_000)}
"""Milliseconds that each may take: of the sample of 24 rules, of 2,000 rules."""


def run(*, quick: bool) -> Report:
    """Starts both servers in turn; then types into a sample and into a large ruleset."""
    rounds = 5 if quick else 15
    starts = asyncio.run(_starts(rounds))
    sample = (ROOT / "rulesets/saas-inbound.rules").read_text("utf-8")
    measured = [asyncio.run(_typed(text, rounds)) for text in (sample, large(LARGE))]
    above = median(ours - bare for ours, bare in starts) * 1e3
    rows = [(name, *(f"{one.times[name] * 1e3:.1f}" for one in measured)) for name in measured[0].times] + [
        ("memory MiB", *(f"{one.memory / 2**20:.0f}" for one in measured))
    ]
    claims = [Claim("start to initialize, above bare pygls", above, 200, False, "ms")]
    for name, most in ASKED.items():
        for size, one, limit in zip(("24", f"{LARGE:,}"), measured, most, strict=True):
            if limit is not None:
                claims.append(Claim(f"{name}, {size} rules", one.times[name] * 1e3, limit, False, "ms"))
    claims.append(Claim(f"memory, {LARGE:,} rules", measured[1].memory / 2**20, 200, False, "MiB"))
    begun = [("bare pygls", f"{median(b for _, b in starts) * 1e3:.0f}")]
    begun.append(("leadwright lsp", f"{median(o for o, _ in starts) * 1e3:.0f}"))
    return Report(
        "lsp",
        (
            Table(
                f"start to initialize, medians of {rounds} interleaved runs",
                ("server", "processor ms"),
                tuple(begun),
            ),
            Table(
                f"medians of {rounds}, processor ms",
                ("question", "24 rules", f"{LARGE:,} rules"),
                tuple(rows),
            ),
        ),
        tuple(claims),
    )


def large(rules: int) -> str:
    """A ruleset of so many rules."""
    head = "field employees: number\nfield title: text\nevent visited\nscore from 0 to 100\n"
    return head + "".join(
        f'\nrule "Rule {n}"\nwhen employees >= {n} '
        f"and visited page{n % 40} >= {n % 5 + 1} in last {n % 90 + 1} days\n"
        f"then +{n % 7 + 1}\n"
        for n in range(rules)
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """What was measured of one text: the median seconds of each question, and the bytes of the server."""

    times: dict[str, float]
    memory: int


@asynccontextmanager
async def _server(*arguments: str) -> AsyncIterator[tuple[LanguageClient, float]]:
    """A server that was started, and the seconds until it was ready."""
    client = LanguageClient("bench", "1")
    await client.start_io(sys.executable, *arguments)
    general = lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind.Utf16])
    await client.initialize_async(lsp.InitializeParams(capabilities=lsp.ClientCapabilities(general=general)))
    seconds = _spent(client)
    client.initialized(lsp.InitializedParams())
    try:
        yield client, seconds
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()


async def _starts(rounds: int) -> list[tuple[float, float]]:
    found = []
    for _ in range(rounds):
        async with _server(*OURS) as (_, ours):
            pass
        async with _server("-c", BARE) as (_, bare):
            pass
        found.append((ours, bare))
    return found


async def _typed(text: str, rounds: int) -> Typed:
    with tempfile.TemporaryDirectory() as folder:
        uri = (Path(folder) / "a.rules").as_uri()
        async with _server(*OURS) as (client, _):
            said: asyncio.Queue[int | None] = asyncio.Queue()

            @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            def _(params: lsp.PublishDiagnosticsParams) -> None:
                said.put_nowait(params.version)

            item = lsp.TextDocumentItem(uri, "leadwright", 0, text)
            client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
            times = await _questions(client, uri, text, said, rounds)
            memory = _memory(client)
    return Typed({name: median(runs) for name, runs in times.items()}, memory)


async def _questions(
    client: LanguageClient, uri: str, text: str, said: asyncio.Queue[int | None], rounds: int
) -> dict[str, list[float]]:
    """A letter more in the middle of a name each time, then what an editor asks."""
    times: dict[str, list[float]] = {}
    document = lsp.TextDocumentIdentifier(uri)
    at = text.index("employees", len(text) // 2) + len("employees")
    for number in range(1, rounds + 1):
        text = f"{text[:at]}x{text[at:]}"
        begun = _spent(client)
        changed = lsp.VersionedTextDocumentIdentifier(uri=uri, version=number)
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(changed, [whole]))
        while await said.get() != number:
            pass
        times.setdefault("errors after a key", []).append(_spent(client) - begun)
        place = lsp.Position(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1)
        asked = {
            "completion": client.text_document_completion_async(lsp.CompletionParams(document, place)),
            "hover": client.text_document_hover_async(lsp.HoverParams(document, place)),
            "semantic tokens": client.text_document_semantic_tokens_full_async(
                lsp.SemanticTokensParams(document)
            ),
            "formatting": client.text_document_formatting_async(
                lsp.DocumentFormattingParams(document, lsp.FormattingOptions(2, True))
            ),
        }
        for name, question in asked.items():
            begun = _spent(client)
            await question
            times.setdefault(name, []).append(_spent(client) - begun)
    return times


def _spent(client: LanguageClient) -> float:
    """Seconds of the processor that the server's first thread has taken."""
    return int(_of(client, "schedstat").split()[0]) / 1e9


def _memory(client: LanguageClient) -> int:
    """The most bytes that the server has held."""
    lines = _of(client, "status").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _of(client: LanguageClient, what: str) -> str:
    server = client._server
    assert server is not None
    return Path(f"/proc/{server.pid}/{what}").read_text()
