"""What an assistant waits for: `leadwright mcp` started, a lead explained, an edit of the rules tried.

The SDK's own client asks. Times are by the wall, the client's part included, as whoever asks waits so long.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from leadwright.tests.benchmarks.page_world import name_of, world
from leadwright.tests.benchmarks.report import Claim, Report, Table
from mcp import Client, StdioServerParameters

SIZES = (20, 200)
BARE, CONNECT, EXPLAIN, TRY = "connect to a server without tools", "connect", "explain a lead", "try an edit"
AT_ONCE, FIRST = "the first explanation, asked at once", "the first, asked a second after connecting"
_BARE = ["-c", "from mcp.server import MCPServer; MCPServer('bare').run()"]


def run(*, quick: bool) -> Report:
    """Asks about leads scored by 20 and by 200 rules; each edit is another one."""
    leads, rounds = (2_000, 5) if quick else (20_000, 9)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = world(folder, leads, SIZES)
        found = asyncio.run(_asked(folder, database, rounds))
    asked = {CONNECT: 1_000, AT_ONCE: 100, FIRST: 100, EXPLAIN: 100, TRY: 500}
    rows = tuple(
        (
            what,
            *(f"{median(one[what]) * 1e3:.0f}" for one in found),
            *(f"{max(one[what]) * 1e3:.0f}" for one in found),
        )
        for what in (BARE, *asked)
    )
    claims = tuple(
        Claim(f"{what}, {size} rules", median(one[what]) * 1e3, most, False, "ms")
        for size, one in zip(SIZES, found, strict=True)
        for what, most in asked.items()
    )
    headings = (f"ms, of {rounds}", *(f"median, {n} rules" for n in SIZES), *(f"worst, {n}" for n in SIZES))
    notes = ("an edit is tried over all leads; the first edit, which reads them, is in it",)
    return Report("mcp", (Table(f"{leads:,} leads", headings, rows),), claims, notes)


async def _asked(folder: Path, database: Path, rounds: int) -> list[dict[str, list[float]]]:
    ours = ["-m", "leadwright", "mcp", "--db", str(database)]
    started, bare = (StdioServerParameters(command=sys.executable, args=one) for one in (ours, _BARE))
    found = []
    for size in SIZES:
        ruleset = name_of(size)
        text = (folder / f"{ruleset}.rules").read_text(encoding="utf-8")
        times: dict[str, list[float]] = {what: [] for what in (BARE, AT_ONCE, CONNECT, FIRST, EXPLAIN, TRY)}
        for _ in range(rounds):
            times[BARE].append((await _connected(bare, None))[0])
            for what, pause in ((AT_ONCE, 0), (FIRST, 1)):
                connected, first = await _connected(started, ruleset, pause)
                times[CONNECT].append(connected)
                times[what].append(first)
        async with Client(started) as client:
            for number in range(rounds):
                edited = f"{text}\nwhen employees >= {number + 5} then +{number + 2}\n"
                calls: dict[str, tuple[str, dict[str, Any]]] = {
                    EXPLAIN: ("explain_lead", {"lead": f"lead{number + 1}", "ruleset": ruleset}),
                    TRY: ("try_rules", {"text": edited, "ruleset": ruleset}),
                }
                for what, (tool, arguments) in calls.items():
                    begun = perf_counter()
                    answer = await client.call_tool(tool, arguments)
                    times[what].append(perf_counter() - begun)
                    if answer.is_error:
                        raise RuntimeError(answer.content)
        found.append(times)
    return found


async def _connected(
    server: StdioServerParameters, ruleset: str | None, pause: float = 0
) -> tuple[float, float]:
    """Seconds until a client is connected, and those of the first explanation, asked after a pause."""
    begun = perf_counter()
    async with Client(server) as client:
        await client.list_tools()
        connected = perf_counter() - begun
        if ruleset is None:
            return connected, 0.0
        await asyncio.sleep(pause)
        begun = perf_counter()
        answer = await client.call_tool("explain_lead", {"lead": "lead1", "ruleset": ruleset})
        if answer.is_error:
            raise RuntimeError(answer.content)
        return connected, perf_counter() - begun
