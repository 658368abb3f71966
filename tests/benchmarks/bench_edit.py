"""Opening and editing rulesets on the page, small and very large, and lists of ten thousand entries.

Times are of the processor, of the whole process, since others may be at work too: from a request until its
answer is there and all leads are counted. No browser takes part; `bench_page` measures with one.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from flask.testing import FlaskClient
from leadwright.engine.store.database import open_store
from leadwright.tests.benchmarks.page_memory import measure as memory_over
from leadwright.tests.benchmarks.page_world import name_of, world
from leadwright.tests.benchmarks.report import Claim, Report, Table
from leadwright.web import Settings, create_app
from leadwright.web.drafts import begin_with
from leadwright.web.serving import collect_seldom

SMALL, LARGE, ENTRIES = 100, 2_000, 10_000
LISTED = "entries"
"""The ruleset with a list of so many entries."""

MOST_NODES = 6_000

_REVISION = re.compile(r'data-revision="(\d+)"')
_CARD = re.compile(r'id="(card-[0-9a-f]+)"[^>]*? data-digest="(\w+)"')
_RULE = re.compile(r'rule "([^"]+)" when .*? then ([+-]\d+)')
_NUMBER = re.compile(r'rule "([^"]+)" when employees >= (\d+) ')
_ELEMENT = re.compile(r"<[a-z]")


def run(*, quick: bool) -> Report:
    """Opens rulesets of two sizes and one with a long list, and edits them in several ways."""
    rounds = 5 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        database = world(Path(folder), 1_000, [SMALL, LARGE])
        _with_list(database)
        client = create_app(Settings(database)).test_client()
        collect_seldom()
        pages = {name: _Page(client, name) for name in (name_of(SMALL), name_of(LARGE), LISTED)}
        for page in pages.values():
            page.edit_all(rounds)
        edits = 300 if quick else 10_000
        memory = memory_over(database, name_of(SMALL), edits)
    small, large, listed = pages.values()
    grown = memory[-1] - memory[len(memory) // 2]
    claims = [
        Claim(f"an edit at {SMALL} rules", median(small.all), 60, False, "ms"),
        Claim(f"the slowest of all edits at {SMALL} rules", max(small.all), 400, False, "ms"),
        Claim(f"opening {LARGE:,} rules", large.opening, 1_500, False, "ms"),
        Claim(f"an edit at {LARGE:,} rules", median(large.all), 300, False, "ms"),
        Claim(f"elements of a page of {LARGE:,} rules", large.elements, MOST_NODES, False, "elements"),
        Claim(f"opening a list of {ENTRIES:,} entries", listed.opening, 1_500, False, "ms"),
        Claim(f"an edit of a list of {ENTRIES:,} entries", median(listed.all), 300, False, "ms"),
        Claim(f"elements of a page of {ENTRIES:,} entries", listed.elements, MOST_NODES, False, "elements"),
        Claim(f"memory that the last half of {edits:,} edits added", grown, 10, False, "MiB"),
    ]
    return Report("edit", tuple(_table(name, page) for name, page in pages.items()), tuple(claims))


def _table(name: str, page: _Page) -> Table:
    rows = [("opening", f"{page.opening:.0f}", "")]
    rows += [(what, f"{median(times):.0f}", f"{max(times):.0f}") for what, times in page.times.items()]
    return Table(f"{name}, processor ms", ("", "median", "worst"), tuple(rows))


def _with_list(database: Path) -> None:
    """A draft with a list of many entries, and a rule that asks for it."""
    entries = ", ".join(f'"company {number}"' for number in range(ENTRIES))
    text = f'list Customers: {entries}\n\nrule "Known" when industry in Customers then +5\n'
    with open_store(database) as store:
        begin_with(store, LISTED, text, who="benchmark")


@dataclass
class _Page:
    """One ruleset as a browser has it open: milliseconds of each sort of edit, and of opening it first."""

    client: FlaskClient
    name: str
    times: dict[str, list[float]] = field(default_factory=dict)
    opening: float = 0.0
    elements: int = 0
    revision: int = 0
    text: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    portions: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        """The times of all edits."""
        return [one for times in self.times.values() for one in times]

    def edit_all(self, rounds: int) -> None:
        """Opens the ruleset, then makes so many edits of each sort."""
        self.opening, page = _took(lambda: self._get(""))
        self.elements = len(_ELEMENT.findall(page))
        found = _REVISION.search(page)
        assert found is not None, "the page has no revision"
        self.revision, self.shown = int(found[1]), dict(_CARD.findall(page))
        with_text = self._answer("/edit/since", {"view": "text"})
        self.text = with_text["text"]
        chance = random.Random(rounds)
        sorts = [self._entry] if self.name == LISTED else [self._points, self._number, self._added]
        for number in range(-2, rounds):
            for sort in sorts:
                what, edit = sort(chance)
                took, _ = _took(lambda edit=edit: self._answer("/edit", {"edits": [edit]}))
                # The first ones make ready what is kept from then on, as the first people of a day do.
                if number >= 0:
                    self.times.setdefault(what, []).append(took)

    def _get(self, more: str) -> str:
        return self.client.get(f"/rulesets/{self.name}/edit{more}", buffered=True).get_data(as_text=True)

    def _answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        asked = {"revision": self.revision, "view": "visual", "shown": self.shown, "open": [],
                 "outline": self.portions, **body}  # fmt: skip
        answer = self.client.post(f"/rulesets/{self.name}{path}", json=asked)
        told: dict[str, Any] = answer.get_json()
        if answer.status_code != 200 or "refused" in told:
            raise RuntimeError(told.get("refused", answer.status))
        self.revision, self.portions = told["revision"], told["outline"]["order"]
        for html in told["cards"].values():
            self.shown |= dict(_CARD.findall(html)[:1])
        return told

    # --- edits ------------------------------------------------------------------------------------

    def _points(self, chance: random.Random) -> tuple[str, dict[str, Any]]:
        rule, points = chance.choice(_RULE.findall(self.text))
        new = f"+{chance.randrange(10, 99)}"
        before = re.escape(f'rule "{rule}" ')
        self.text = re.sub(f"({before}.*? then ){re.escape(points)}", rf"\g<1>{new}", self.text, count=1)
        edit = {"op": "set", "key": f"rule:{rule}", "path": "then.0.points", "old": points, "new": new}
        return "points", edit

    def _number(self, chance: random.Random) -> tuple[str, dict[str, Any]]:
        rule, least = chance.choice(_NUMBER.findall(self.text))
        new = str(int(least) + 1)
        self.text = self.text.replace(
            f'rule "{rule}" when employees >= {least}', f'rule "{rule}" when employees >= {new}'
        )
        edit = {"op": "set", "key": f"rule:{rule}", "path": "when.0.value", "old": least, "new": new}
        return "a number in a condition", edit

    def _added(self, chance: random.Random) -> tuple[str, dict[str, Any]]:
        new = f'rule "Added {chance.random()}" when employees >= {chance.randrange(900)} then +1'
        return "a new rule", {"op": "add_statement", "new": new}

    def _entry(self, chance: random.Random) -> tuple[str, dict[str, Any]]:
        new = f"another {chance.random()}"
        return "a new entry", {"op": "add", "key": "list:Customers", "path": "entries", "new": new}


def _took(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds of the processor, and the answer."""
    begun = process_time()
    answer = ask()
    return (process_time() - begun) * 1e3, answer
