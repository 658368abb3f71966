"""The made-up sample, brought in on the page by somebody who has no data yet."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ... import rulesets as shipped
from ...engine.check.files import Folder, RecordedFiles
from ...engine.evaluator import Evaluator
from ...engine.importing.mapping_file import mapping_beside, read_mapping
from ...engine.importing.run import import_file
from ...engine.progress import Progress
from ...engine.reading import read
from ...engine.store.database import StoreError, open_store
from ...engine.store.records.audit import Action, record
from ...engine.store.records.catalogue import catalogue
from ...engine.store.records.rulesets import Edition, add_version, load_version
from ...engine.store.scoring.score_run import score_store
from ...engine.values import instant_of
from ...grammar.messages.diagnostics import Source
from ...rulesets.sample import SAMPLE_NOW, write_sample
from ..accounts.users import Doer
from ..settings import Settings

NAME = "saas-inbound"
"""The ruleset that scores the sample, also when it comes from the command line."""


def bring_in(settings: Settings, doer: Doer, tell: Progress) -> None:
    """Fills a database without leads or rulesets with the sample, scored as of its own date. Raises
    `StoreError`."""
    folder = Path(shipped.__file__).parent
    with open_store(settings.database, create=True) as store:
        count = "SELECT EXISTS (SELECT 1 FROM lead) OR EXISTS (SELECT 1 FROM ruleset)"
        if store.connection.execute(count).fetchone()[0]:
            raise StoreError(
                "the sample is for a database without leads and rulesets", "start the page with a new one"
            )
        with tempfile.TemporaryDirectory(prefix="leadwright-") as made:
            for file in write_sample(Path(made)):
                beside = mapping_beside(file)
                assert beside is not None, "the sample comes with its mapping"
                found = read_mapping(beside)
                import_file(store, file, found.mapping, found.reading, progress=tell)
        text = (folder / f"{NAME}.rules").read_text(encoding="utf-8")
        files = RecordedFiles(Folder(folder))
        reading = read(Source(text, Path(NAME)), catalogue=catalogue(store), files=files, lints=False)
        assert reading.plan is not None, "what is shipped can run"
        plan = reading.plan
        edition = Edition(text, plan.digest, files.texts, plan.names, plan.title)
        with store.transaction() as connection:
            number = add_version(connection, NAME, edition, note="the sample", author=doer.who)
            subject = f"{NAME}@{number}"
            record(connection, Action.PUBLISH, who=doer.who, address=doer.address, subject=subject)
        version = load_version(store, NAME, number)
        score_store(store, Evaluator(plan), version, instant_of(SAMPLE_NOW), progress=tell)
