"""`leadwright explain`: why a lead has its score, and what it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, at_option, db_option, json_option, text_style, write, write_json
from ..failures import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...evaluator import Evaluator
    from ...explain.decision import Decision, StageFinding
    from ...report.text_style import TextStyle
    from ...store.database import Store
    from ...store.records.leads import StoredLead
    from ...store.records.rulesets import RulesetVersion
    from ..inputs import LoadedRules

_SHOWN_FIELDS = 3
_MOST_SUGGESTED = 5


def complete_lead(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The ids of leads that begin like this."""
    from ...store.database import StoreError, open_store
    from ...store.records.leads import search_leads

    try:
        with open_store(ctx.params.get("db") or "leads.db", read_only=True, wait=0.2) as store:
            found = search_leads(store, incomplete, 50)
    except StoreError:
        return []
    return [lead.key for lead in found if lead.key.startswith(incomplete)]


@click.command(
    cls=Command,
    examples=[
        "leadwright explain zoe@example.com",
        "leadwright explain zoe@example.com --to SQL",
        "leadwright explain L0042 --at now",
        "leadwright explain L0042 --changes         every score it had, and what changed it",
        "leadwright explain L0042 --rules draft.rules --all",
        "leadwright explain L0042 --for-person --at 2026-01-15   what to tell the person, as of then",
    ],
)
@click.argument("lead", metavar="LEAD", shell_complete=complete_lead)
@click.option("--to", metavar="STAGE", help="Only what it would take to be in this stage.")
@click.option("--all", "everything", is_flag=True, help="Also the rules that did not fire, and why.")
@click.option("--changes", is_flag=True, help="The scores it had, each change with its causes.")
@click.option("--for-person", is_flag=True, help="What to tell the person about the last decision.")
@click.option("--rules", metavar="RULES", help="A file or a ruleset's name.  [default: the last scored]")
@at_option(default="when last scored")
@db_option()
@json_option
def command(
    *,
    lead: str,
    to: str | None,
    everything: bool,
    changes: bool,
    for_person: bool,
    rules: str | None,
    at: str | None,
    db: str,
    as_json: bool,
) -> int:
    """Say why a lead has its score, and what it would take to get further.

    LEAD is the lead's id, or a part of its name or email address. The explanation adds up: every line of
    points, what each rule asked, what was found and when; what a cap took away; which stages were not
    reached and what was missing; and when the passing of time can next change something.

    With --changes, every score that was stored for it, the newest first: how much of each change came from
    the passing of time, new events, changed fields and edited rules, line by line.

    With --for-person, what to tell the person whom it is about: which data was used, which sentences applied
    and what they gave, and what other data would have changed, in plain words. It is the decision of the last
    scoring (up to --at), by the version then and with what was known then.
    """
    if for_person:
        return _for_person(lead, rules, at, db, as_json)
    if changes:
        return _changes(lead, rules, at, db, as_json)
    from ...evaluator import Evaluator
    from ...store.database import open_store
    from ..inputs import events_of_lead
    from ..scored import instant_of_reading

    with open_store(db, read_only=True) as store:
        found = lead_named(store, lead)
        chosen = rules_for(store, rules)
        now = instant_of_reading(at, store, chosen.name)
        evaluator = Evaluator(chosen.plan)
        facts = evaluator.facts(found.fields, events_of_lead(store, found.id))
        decision = evaluator.decide(facts, now, gains=to is not None)
        summary = lead_summary(store, found)
        stale = None if rules or at else _stale(store, chosen, found, decision)
    stages = stages_named(decision, to) if to is not None else None
    if as_json:
        write_json(_data(found, chosen, decision, stages))
    else:
        style = text_style()
        head = lead_lines(found.key, summary, chosen, decision, style)
        write([*head, *explained(decision, stages, everything, style)])
        if stale:
            write(["", *style.wrapped(stale)])
    return 0


def _changes(asked: str, rules: str | None, at: str | None, db: str, as_json: bool) -> int:
    from ...report.score_changes import turn_data, turns_text
    from ...store.database import open_store
    from ...store.scoring.score_history import explained_history, pending_entry
    from ..command import instant_asked

    with open_store(db, read_only=True) as store:
        found = lead_named(store, asked)
        chosen = rules_for(store, rules)
        if chosen.version is None:
            raise Failure(
                f"nothing was scored by {chosen.label} as it is now",
                "name a ruleset that leads were scored by, or score first: leadwright score",
            )
        runnable = _runnable()
        turns = explained_history(store, chosen.name, found, runnable)
        if at is not None:
            since = pending_entry(store, chosen.version, found, runnable, instant_asked(at))
            turns += [since] if since is not None else []
        summary = lead_summary(store, found)
    if as_json:
        write_json(
            {"lead": found.key, "ruleset": chosen.name, "history": [turn_data(turn) for turn in turns]}
        )
        return 0
    from ...report.text_style import cells, cut, shown

    style = text_style()
    words = cut(", ".join(summary), style.width - cells(found.key) - 2)
    head = f"{style.bold(shown(found.key))}  {words}".rstrip()
    write(
        [head, style.dim(f"scores by {shown(chosen.name)}, the newest first"), "", *turns_text(turns, style)]
    )
    return 0


def _for_person(asked: str, rules: str | None, at: str | None, db: str, as_json: bool) -> int:
    from ...report.person import person_data, person_text
    from ...store.database import open_store
    from ...store.person import person_explanation
    from ..command import instant_asked

    with open_store(db, read_only=True) as store:
        found = lead_named(store, asked)
        chosen = rules_for(store, rules)
        by = None if at is None else instant_asked(at)
        summary = person_explanation(store, chosen.name, found, _runnable(), by)
    if summary is None:
        raise Failure(
            f"nothing was decided about {found.key} by {chosen.name}{' up to then' if at else ''}",
            "score first: leadwright score",
        )
    if as_json:
        write_json({"lead": found.key, **person_data(summary)})
    else:
        style = text_style()
        write([style.bold(shown_key(found.key)), "", *person_text(summary, style)])
    return 0


def shown_key(key: str) -> str:
    """An id as it is printed."""
    from ...report.text_style import shown

    return shown(key)


def _runnable() -> Callable[[RulesetVersion], Evaluator | None]:
    """Makes versions ready to run, each once; None for one that cannot be read any more."""
    from ...evaluator import Evaluator
    from ..inputs import of_version

    made: dict[int, Evaluator | None] = {}

    def runnable(version: RulesetVersion) -> Evaluator | None:
        if version.id not in made:
            try:
                made[version.id] = Evaluator(of_version(version).plan)
            except Failure:
                made[version.id] = None
        return made[version.id]

    return runnable


def lead_named(store: Store, asked: str) -> StoredLead:
    """The lead with this id, or the only one with this in its id or texts. Raises `Failure`."""
    from ...store.records.leads import count_leads, find_lead, search_leads

    found = find_lead(store, asked)
    if found is not None:
        return found
    near = search_leads(store, asked, _MOST_SUGGESTED + 1) if asked.strip() else []
    if len(near) == 1:
        return near[0]
    if near:
        names = [
            f"{lead.key} ({', '.join(lead_summary(store, lead)[:2])})" for lead in near[:_MOST_SUGGESTED]
        ]
        more = ", and others" if len(near) > _MOST_SUGGESTED else ""
        raise Failure(f'several leads match "{asked}"', f"say which: {', '.join(names)}{more}")
    if not count_leads(store):
        raise Failure(
            f"there are no leads in {store.path}", "import some: leadwright import leads.csv --lead-id id"
        )
    raise Failure(f'no lead in {store.path} has the id or the name "{asked}"', "check how it is written")


def rules_for(store: Store, asked: str | None) -> LoadedRules:
    from ...store.records.catalogue import catalogue
    from ...store.records.rulesets import version_numbered
    from ..inputs import of_version, rules_named
    from ..scored import last_run

    if asked is not None:
        return rules_named(asked, store, catalogue(store))
    run = last_run(store)
    if run is None:
        raise Failure(
            f"nothing was scored in {store.path} yet, so there is no ruleset to explain by",
            "name one with --rules, or score first: leadwright score inbound.rules",
        )
    return of_version(version_numbered(store, run.version))


def stages_named(decision: Decision, asked: str) -> list[StageFinding]:
    """The stage of a name in each track that has it. Raises Failure where none has."""
    found = [stage for stage in decision.stage_findings if stage.stage.casefold() == asked.casefold()]
    if found:
        return found
    names = list(dict.fromkeys(stage.stage for stage in decision.stage_findings))
    hint = f"there are {', '.join(names)}" if names else "the ruleset has no stages"
    raise Failure(f'there is no stage "{asked}"', hint)


def _stale(store: Store, rules: LoadedRules, lead: StoredLead, decision: Decision) -> str | None:
    """Says so where the data has changed since the score was stored."""
    from ..scored import stored_total

    stored = stored_total(store, rules.name, lead.key)
    if stored is None:
        return f"This lead came after the last scoring. leadwright score {rules.name} stores its score."
    if stored == decision.total:
        return None
    hint = f"leadwright score {rules.name} brings it up to date."
    return f"The data has changed since the last scoring, which stored {stored:,}. {hint}"


def lead_summary(store: Store, lead: StoredLead) -> list[str]:
    """What tells this lead from others: its first texts."""
    from ....grammar.syntax.nodes import Kind
    from ...report.text_style import shown
    from ...store.records.leads import stored_fields

    names = [name for name, field in stored_fields(store).items() if field.kind is Kind.TEXT]
    texts = [str(lead.fields[name]) for name in names if name in lead.fields]
    return [shown(text) for text in texts if text != lead.key][:_SHOWN_FIELDS]


def lead_lines(
    key: str, summary: list[str], rules: LoadedRules, decision: Decision, style: TextStyle
) -> list[str]:
    """Who is explained, by which rules, as of when."""
    from ...report.text_style import cells, cut, shown, when

    words = cut(", ".join(summary), style.width - cells(key) - 2)
    return [
        f"{style.bold(shown(key))}  {words}".rstrip(),
        style.dim(f"by {shown(rules.label)}, as of {when(decision.now)}"),
        "",
    ]


def explained(
    decision: Decision, stages: list[StageFinding] | None, everything: bool, style: TextStyle
) -> list[str]:
    """The whole explanation, or what these stages lack."""
    from ...report.decision import decision_text, stage_text, verdict

    if stages is None:
        return decision_text(decision, style, unfired_rules=everything)
    return [verdict(decision, style), "", *stage_text(decision, stages, style)]


def _data(
    lead: StoredLead, rules: LoadedRules, decision: Decision, stages: list[StageFinding] | None
) -> dict[str, object]:
    from ...report.decision_data import decision_data, stage_data

    whole = decision_data(decision)
    about: dict[str, object] = {
        "lead": lead.key,
        "ruleset": rules.name,
        "version": rules.version.number if rules.version else None,
    }
    if stages is None:
        return about | whole
    kept = ("ruleset_digest", "now", "score", "stages", "disqualified")
    return about | {name: whole[name] for name in kept} | {"to": [stage_data(stage) for stage in stages]}
