"""Many people who edit one ruleset at once, each a rule of their own, at the pace of people, over HTTP."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from leadwright.engine.store.database import Store, open_store
from leadwright.tests.browser.site import served
from leadwright.web.accounts.tokens import make_token
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.drafts import current
from leadwright.web.editor.cards import id_of

_REVISION = re.compile(r'data-revision="(\d+)"')
_CARD = re.compile(r'id="((?:strip-)?card-[0-9a-f]+)"[^>]*? data-digest="(\w+)"')
_POINTS = re.compile(r'rule "([^"]+)".* then ([+-]\d+)')
_DOER = Doer("benchmark", "here")


@dataclass(slots=True)
class Crowd:
    """How long each edit took, in seconds, and what was not as it should be."""

    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: int = 0

    def share(self, part: float) -> float:
        """The time within which a part of all edits were answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@dataclass(slots=True)
class _Person:
    """Somebody with a rule of their own, whose points they change."""

    token: str
    rule: str
    points: str
    connection: http.client.HTTPConnection
    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def work(self, path: str, edits: int, pause: float, seed: int, everybody: threading.Barrier) -> None:
        """Makes so many edits, with a pause of that many seconds before each on average, once everybody has
        opened the page."""
        chance = random.Random(seed)
        page = self._ask("GET", path)
        shown = dict(_CARD.findall(page))
        found = _REVISION.search(page)
        assert found is not None, "the page has no revision"
        revision = int(found[1])
        everybody.wait(60)
        for number in range(edits):
            time.sleep(chance.uniform(0, 2 * pause))
            new = f"+{1 + (number + seed) % 40}"
            if new == self.points:
                new = "+41"
            edit = {
                "op": "set",
                "key": f"rule:{self.rule}",
                "path": "then.0.points",
                "old": self.points,
                "new": new,
            }
            body = json.dumps(
                {
                    "revision": revision,
                    "edits": [edit],
                    "view": "visual",
                    "shown": shown,
                    "open": [id_of(f"rule:{self.rule}")],
                }
            )
            start = time.perf_counter()
            answer = json.loads(self._ask("POST", path, body))
            self.seconds.append(time.perf_counter() - start)
            if "refused" in answer:
                self.refused.append(answer["refused"]["message"])
            revision = answer["revision"]
            for html in answer["cards"].values():
                shown |= dict(_CARD.findall(html)[:1])
            self.points = new

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept-Encoding": "gzip",
        }
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        text = (gzip.decompress(data) if answer.headers["Content-Encoding"] == "gzip" else data).decode(
            "utf-8"
        )
        if answer.status != 200:
            self.refused.append(f"{answer.status}: {text[:200]}")
        return text


def crowd(database: Path, ruleset: str, people: int, edits: int, pause: float) -> Crowd:
    """Has so many people make so many edits each, then holds the draft against what each of them wrote."""
    with open_store(database) as store:
        draft = current(store, ruleset)
        assert draft is not None
        rules = _POINTS.findall(draft.text)[:people]
        if len(rules) < people:
            raise RuntimeError(f"{ruleset} has only {len(rules)} rules for {people} people")
        tokens = [_token(store, f"person{number}") for number in range(people)]
    with served(database) as site:
        host = urlsplit(site.address).netloc
        crew = [
            _Person(token, name, points, http.client.HTTPConnection(host, timeout=60))
            for token, (name, points) in zip(tokens, rules, strict=True)
        ]
        path = f"/rulesets/{ruleset}/edit"
        everybody = threading.Barrier(people)
        threads = [
            threading.Thread(target=person.work, args=(path, edits, pause, seed, everybody))
            for seed, person in enumerate(crew)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = Crowd()
    for person in crew:
        found.seconds += person.seconds
        found.refused += person.refused
        person.connection.close()
    with open_store(database, read_only=True) as store:
        draft = current(store, ruleset)
        assert draft is not None
        kept = dict(_POINTS.findall(draft.text))
    found.lost = people * edits - len(found.seconds)
    found.lost += sum(kept[person.rule] != person.points for person in crew)
    return found


def _token(store: Store, name: str) -> str:
    """A new editor, and the token by which they are known."""
    add_user(store, name, Role.EDITOR, "correct horse battery", _DOER)
    return make_token(store, name, "benchmark", Role.EDITOR, days=None, doer=_DOER)
