"""Each shipped ruleset is clean, laid out, tested both ways, and of use on the sample."""

import datetime as dt
from collections import defaultdict
from pathlib import Path

import leadwright.rulesets
import pytest
from leadwright.engine.importing.mapping_file import read_mapping
from leadwright.engine.importing.run import import_file
from leadwright.engine.reading import read, read_file
from leadwright.engine.ruleset import load
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.catalogue import catalogue
from leadwright.engine.testing import coverage, run_tests
from leadwright.grammar.text.formatter import format_text
from leadwright.rulesets.sample import SAMPLE_NOW, Sample, make_sample, write_sample

FOLDER = Path(leadwright.rulesets.__file__).parent
FILES = sorted(FOLDER.glob("*.rules"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_there_are_six() -> None:
    assert [path.stem for path in FILES] == [
        "event-marketing",
        "financial-services",
        "product-led",
        "real-estate",
        "retail",
        "saas-inbound",
    ]


@each_file
def test_nothing_to_say_against_it(path: Path) -> None:
    assert [(item.code, item.line, item.message) for item in read(read_file(path)).diagnostics] == []


@each_file
def test_laid_out_as_the_formatter_does(path: Path) -> None:
    source = read_file(path)
    assert format_text(source).text == source.text


@each_file
def test_its_own_tests_pass_and_see_every_clause_both_ways(path: Path) -> None:
    results = run_tests(load(path).plan)
    assert [(result.test.name, failure) for result in results for failure in result.failures] == []
    assert [(item.line, item.owner, item.clause) for item in coverage(results) if not item.covered] == []


@pytest.mark.parametrize("name", ["saas-inbound", "product-led"])
def test_nothing_to_say_against_it_on_the_sample(name: str, tmp_path: Path) -> None:
    """Every field, event, object and list entry that it names is in the sample."""
    with open_store(tmp_path / "leads.db", create=True) as store:
        for path in write_sample(tmp_path):
            said = read_mapping(path.with_suffix(".toml"))
            import_file(store, path, said.mapping, said.reading)
        found = read(read_file(FOLDER / f"{name}.rules"), catalogue=catalogue(store)).diagnostics
    assert [(item.code, item.line, item.message) for item in found] == []


@pytest.fixture(scope="module")
def sample() -> Sample:
    return make_sample()


def concordance(higher: list[int], lower: list[int]) -> float:
    """How often one of the first is above one of the second, ties counting half: the area under the ROC."""
    pairs = [(high > low) + 0.5 * (high == low) for high in higher for low in lower]
    return sum(pairs) / len(pairs)


@pytest.mark.parametrize(("name", "least"), [("saas-inbound", 0.75), ("product-led", 0.7)])
def test_scores_tell_those_who_will_buy_from_others(sample: Sample, name: str, least: float) -> None:
    """Scored 60 days before the end, with what was known then, against who bought since."""
    ruleset = load(FOLDER / f"{name}.rules")
    then = SAMPLE_NOW - dt.timedelta(days=60)
    day = then.strftime("%Y-%m-%dT%H:%M:%SZ")
    events = defaultdict(list)
    for event in sample.events:
        events[event["lead_id"]].append(event)
    scores: dict[bool, list[int]] = {True: [], False: []}
    for lead in sample.leads:
        own = events[lead["lead_id"]]
        bought = [event["at"] for event in own if event["type"] == "became"]
        if lead["created"] <= day and not any(at <= day for at in bought):
            facts = ruleset.evaluator.facts(lead, own)
            scores[bool(bought)].append(ruleset.evaluator.score(facts, then).total)
    assert concordance(scores[True], scores[False]) > least
