"""`leadwright watch`: keeps all scores right as leads change and time passes."""

from __future__ import annotations

import datetime as dt
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, note, write

if TYPE_CHECKING:
    from ...score_one.scorer import Scorer
    from ...store.database import Store
    from ...store.scoring.score_run import RunReport

_HELD = dt.timedelta(days=1)
"""How far a clock may be set back without all leads being scored again as of the earlier time."""


@click.command(
    cls=Command,
    examples=[
        "leadwright watch                           every ruleset that was scored before",
        "leadwright watch inbound --every 60",
    ],
)
@click.argument("rules", nargs=-1, metavar="[RULES]...")
@click.option(
    "--every",
    default=10.0,
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    help="How long to rest between two looks.  [default: 10]",
)
@db_option()
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each scoring.")
def command(rules: tuple[str, ...], every: float, db: str, as_json: bool) -> int:
    """Keep scores right, until stopped.

    RULES are names of rulesets that were scored before; all of them if none is named. Leads that changed or
    got events are scored again, and those whose score time alone changes; all of them once a new version
    of a ruleset is published. Messages are sent to the destinations that there are. Stop it with Ctrl+C: what
    is under way is finished first.
    """
    from ...outbox.sender import sending
    from ...store.database import only_one, open_store

    with open_store(db) as store, only_one(store.path, "watch", "watching"):
        names = _named(store, rules)
        watch = Watch(store, names)
        say = note if as_json else write
        say(f"Watching {', '.join(names)} in {db}, every {every:g} seconds. Ctrl+C stops it.")
        with stopped_by_signals() as stop, sending(store.path, note):
            while True:
                for report in watch.look():
                    write(json.dumps(report_data(report)) if as_json else report_line(report))
                if stop.wait(every):
                    break
    if not as_json:
        write("Stopped; all that was begun is finished.")
    return 0


def _named(store: Store, asked: tuple[str, ...]) -> list[str]:
    from ...store.records.freshness import scored_rulesets
    from ..failures import Failure

    known = scored_rulesets(store)
    for name in asked:
        if name not in known:
            hint = f"those scored before are {', '.join(known)}" if known else "score by it once, first"
            raise Failure(f"leads in {store.path} were never scored by a ruleset {name}", hint)
    if not known:
        raise Failure(
            f"nothing was scored in {store.path} yet, so there is nothing to watch",
            "score by a ruleset first, as in: leadwright score inbound.rules",
        )
    return list(asked) or known


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that is set when the program is asked to end, so that it can end in its own time.

    Asked a second time, it ends at once: what was not committed then is done at the next start.
    """
    stop = threading.Event()

    def ask(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    former = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


class Watch:
    """Looks after some rulesets of a store (None: all that scored it), remembering what is ready to run."""

    def __init__(self, store: Store, names: list[str] | None) -> None:
        self.store = store
        self.names = names
        self._ready: dict[int, Scorer] = {}

    def look(self) -> list[RunReport]:
        """Scores what is due by each ruleset's newest version; the runs that had anything to do.

        Where another program is in the way, that is said, and left to the next look.
        """
        from ...store.database import StoreError
        from ...store.records.freshness import scored_rulesets

        reports = []
        for name in scored_rulesets(self.store) if self.names is None else self.names:
            try:
                report = self._score(name)
            except StoreError as error:
                note(f"{name} was not scored this time: {error.message}")
                continue
            if report.run is not None:
                reports.append(report)
        return reports

    def _score(self, name: str) -> RunReport:
        from ...score_one.scorer import Scorer
        from ...store.records.freshness import freshness
        from ...store.records.rulesets import load_version
        from ...store.scoring.score_run import score_store
        from ...values import instant_of
        from ..command import present
        from ..inputs import of_version

        version = load_version(self.store, name)
        evaluator = self._ready.get(version.id)
        if evaluator is None:
            evaluator = self._ready[version.id] = Scorer(of_version(version).plan)
        with self.store.guard():
            fresh = freshness(self.store.connection, version.ruleset_id)
        now = instant_of(present())
        if fresh is not None and now < fresh.now < now + _HELD // dt.timedelta(microseconds=1):
            now = fresh.now
        return score_store(self.store, evaluator, version, now)


def report_line(report: RunReport) -> str:
    """What a run did, in a line."""
    from ...report.text_style import counted, when
    from ...values import moment_of

    tally = report.tally
    what = counted(tally.leads, "lead")
    moves = sum(tally.moves.values())
    moved = f", {moves:,} moved to another stage" if moves else ""
    new = f", {tally.added:,} new" if tally.added else ""
    head = f"{when(moment_of(report.now))}  {report.ruleset}, version {report.version}"
    return f"{head}: scored {what}{new}, {tally.changed:,} changed{moved} ({report.seconds:.2f} s)"


def report_data(report: RunReport) -> dict[str, object]:
    """The same as data."""
    from ...values import moment_of

    return {
        "ruleset": report.ruleset,
        "version": report.version,
        "now": moment_of(report.now).isoformat().replace("+00:00", "Z"),
        "all": report.whole,
        "leads": report.tally.leads,
        "added": report.tally.added,
        "changed": report.tally.changed,
        "moved": sum(report.tally.moves.values()),
        "seconds": round(report.seconds, 3),
    }
