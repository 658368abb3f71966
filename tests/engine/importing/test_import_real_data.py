"""Public data as it lies, imported and counted a second way. Skipped, by name, where it is absent."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.store.records.leads import stored_fields
from leadwright.grammar.syntax.nodes import Kind

DATA = Path(os.environ.get("LEADWRIGHT_DATA", Path(__file__).parents[4] / "shared" / "data"))


def needs(*names: str) -> list[Path]:
    """The files, or a skip that names the first one missing."""
    paths = [DATA / name for name in names]
    for path in paths:
        if not path.is_file():
            pytest.skip(f"{path.relative_to(DATA)} is not there: set LEADWRIGHT_DATA to its folder")
    return paths


def rows(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def test_olist(desk) -> None:
    leads, deals = needs(
        "olist/olist_marketing_qualified_leads_dataset.csv", "olist/olist_closed_deals_dataset.csv"
    )
    rejects = desk.folder / "rejects.csv"
    contact = EventColumns("first_contact_date", type_is="first contact", object="landing_page_id")
    won = EventColumns("won_date", type_is="deal won")
    for added in (True, False):
        one = import_file(
            desk.store, leads, ColumnMapping("mql_id", ("origin",), (contact,)), rejects=rejects
        )
        two = import_file(desk.store, deals, ColumnMapping("mql_id", events=(won,)), rejects=rejects)
        assert (one.rejected, two.rejected) == (0, 0)
        assert (one.leads_added, one.events_added, two.events_added) == (
            (8000, 8000, 842) if added else (0, 0, 0)
        )
    found = catalogue(desk.store)
    assert found.fields["origin"].values == Counter(row["origin"] for row in rows(leads) if row["origin"])
    assert found.events["first contact"].objects == Counter(row["landing_page_id"] for row in rows(leads))
    amounts = desk.rows(
        "SELECT sum(properties ->> 'declared_monthly_revenue') FROM events WHERE type = 'deal won'"
    )
    assert amounts[0][0] == pytest.approx(sum(float(row["declared_monthly_revenue"]) for row in rows(deals)))
    early = desk.rows(
        "SELECT count(*) FROM events AS deal JOIN events AS contact USING (lead) "
        "WHERE deal.type = 'deal won' AND contact.type = 'first contact' AND deal.at < contact.at"
    )
    first = {row["mql_id"]: row["first_contact_date"] for row in rows(leads)}
    assert early == [(sum(row["won_date"] < first[row["mql_id"]] for row in rows(deals)),)]


def test_bpi_2012(desk) -> None:
    cases, log = needs("bpi2012/sample_first1000_cases.csv", "bpi2012/sample_first1000_events.csv")
    rejects = desk.folder / "rejects.csv"
    event = EventColumns("timestamp", type="activity", object="lifecycle", properties=("resource",))
    for added in (21_902, 0):
        import_file(desk.store, cases, ColumnMapping("case_id"), rejects=rejects)
        report = import_file(desk.store, log, ColumnMapping("case_id", events=(event,)), rejects=rejects)
        assert (report.events_added, report.rejected, report.leads_added) == (added, 0, 0)
    assert stored_fields(desk.store)["amount_req"].kind is Kind.NUMBER
    assert stored_fields(desk.store)["reg_date"].kind is Kind.DATETIME

    def instant(row: dict[str, str]) -> str:
        return (
            datetime.fromisoformat(row["timestamp"]).astimezone(UTC).isoformat(timespec="microseconds")[:26]
            + "Z"
        )

    wanted = Counter((row["case_id"], row["activity"], row["lifecycle"], instant(row)) for row in rows(log))
    assert Counter(desk.rows("SELECT lead, type, object, at FROM events")) == wanted
    known = desk.rows("SELECT count(*) FROM event WHERE properties ->> 'resource' IS NOT NULL")
    assert known == [(sum(bool(row["resource"]) for row in rows(log)),)]


def test_salvirt(desk) -> None:
    (path,) = needs("salvirt/Salvirt_B2B_ML_dataset_HF.csv")
    # These leads have no id of their own, so that each gets its row's number.
    numbered = desk.folder / "numbered.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    numbered.write_text(
        "\n".join([f"no;{lines[0]}", *(f"{n};{line}" for n, line in enumerate(lines[1:], 1))])
    )
    report = import_file(desk.store, numbered, ColumnMapping("no"))
    assert (report.leads_added, report.rejected) == (448, 0)
    found = catalogue(desk.store)
    assert found.fields["Status"].values == {"Won": 227, "Lost": 221}
    for name, facts in found.fields.items():
        wanted = Counter(row[name].strip() for row in rows(path, ";") if row[name].strip())
        if "Unknown" in wanted:
            assert facts.kind is Kind.TEXT
        if facts.kind is Kind.TEXT:
            assert facts.values == wanted
