"""Names, values and list entries that nothing uses, or that the data does not have."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from ....grammar.messages.diagnostics import Diagnostic, Severity
from ....grammar.syntax import nodes as n
from ....grammar.syntax.nodes import Kind, Span
from ....grammar.syntax.walk import walk
from ....grammar.text.english import listed
from ....grammar.text.printer import name_text, quoted
from ... import plan as p
from ...catalogue import FieldFacts
from ...check.problems import nearest
from ...plan.walk import clauses, holds, operands, parts, subject
from ...values import domain_of, text_key
from ..context import LintContext, Root, lint_at
from ..proof import domains as intervals
from ..proof.texts import TextSet


def never_used(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at the declarations of the main text; what only a test or a switched-off rule uses is used."""
    spared = names_in_rules_off(context)
    if spared is None:
        return
    mentioned = _in_defines(context)
    used = {
        n.ListDeclaration: _lists(context),
        n.ListFile: _lists(context),
        n.Define: _defines(context),
        n.FieldDeclaration: {field.name for field in context.plan.fields} | _given(context.plan),
        n.EventDeclaration: {selector.name for selector in context.plan.selectors} | _given(context.plan),
    }
    words = {n.Define: "define", n.FieldDeclaration: "field", n.EventDeclaration: "event"}
    for statement in context.tree.statements:
        names = used.get(type(statement))
        if names is None or not isinstance(statement, _DECLARATIONS):
            continue
        name = statement.name.text
        if name not in names | spared | mentioned:
            yield Diagnostic(
                "never-used",
                Severity.LINT,
                f"the {words.get(type(statement), 'list')} {name} is never used",
                context.plan.sources[0],
                statement.name.span,
                "use it, or remove it",
            )


_DECLARATIONS = n.ListDeclaration | n.ListFile | n.Define | n.FieldDeclaration | n.EventDeclaration


def names_in_rules_off(context: LintContext) -> frozenset[str] | None:
    """All names that switched-off rules mention; None where some of them stand in an included text."""
    if context.plan.off and len(context.plan.sources) > 1:
        return None
    names: set[str] = set()
    for statement in context.tree.statements:
        for rule in statement.rules if isinstance(statement, n.Group) else (statement,):
            if isinstance(rule, n.Rule) and rule.off:
                names.update(node.text for node in walk(rule) if isinstance(node, n.Name))
    return frozenset(names)


def _in_defines(context: LintContext) -> frozenset[str]:
    """All names that the bodies of defines mention: only the define that uses them may be idle."""
    bodies = [statement.body for statement in context.tree.statements if isinstance(statement, n.Define)]
    return frozenset(node.text for body in bodies for node in walk(body) if isinstance(node, n.Name))


def _lists(context: LintContext) -> set[str]:
    whoms = [whom for handoff in context.plan.handoffs for whom in whoms_of(handoff)]
    return {whom.list for whom in whoms if whom.list is not None} | {
        clause.list
        for root in context.roots
        for clause in clauses(root.condition)
        if isinstance(clause, p.OneOf) and clause.list is not None
    }


def whoms_of(handoff: p.Handoff) -> tuple[p.Whom, ...]:
    """All who can get a lead by a handoff."""
    answer = handoff.answer
    otherwise = () if answer is None or answer.otherwise is None else (answer.otherwise,)
    return (handoff.whom, *otherwise)


def _defines(context: LintContext) -> set[str]:
    used = {index for root in context.roots for index in holds(root.condition)}
    asked = [value for root in context.roots for it in clauses(root.condition) for value in operands(it)]
    asked += [definition.value for definition in context.plan.definitions if definition.value is not None]
    for value in asked:
        used.update(part.define for part in parts(value) if isinstance(part, p.DefineValue))
    return {context.plan.definitions[index].name for index in used}


def _given(plan: p.Plan) -> set[str]:
    names: set[str] = set()
    for test in plan.tests:
        names.update(test.fields)
        names.update(event.type for event in test.events)
    return names


FEWEST_KNOWN = 50
"""Of fewer leads than this nothing is concluded from what none of them has."""
MOST_NEAR = 500
"""Among more values than this a near one is looked for in the most frequent only."""
MOST_LOOKED_FOR = 20
"""Near values are looked for no more often than this: comparing spellings is slow."""
_QUOTED = re.compile(r'["“”]((?:[^"“”]|"")*)["“”]')


def facts_of(context: LintContext, field: int) -> FieldFacts | None:
    """What the data tells of a field, of the kind that the rules take it for."""
    if context.catalogue is None:
        return None
    its = context.plan.fields[field]
    facts = context.catalogue.fields.get(its.column)
    return facts if facts is not None and facts.kind is its.kind else None


def asked_fields(context: LintContext) -> Iterator[tuple[Root, p.Clause, p.Value, int]]:
    """Each clause whose subject is a field, or the domain of one: the clause, its subject, the field."""
    resolve = context.logic.variables.resolve
    for root in context.roots:
        for clause in clauses(root.condition):
            value = resolve(subject(clause))
            field = resolve(value.of) if isinstance(value, p.Domain) else value
            if isinstance(field, p.FieldValue):
                yield root, clause, value, field.field


class Keys:
    """The values of fields that the data holds every value of, as keys, each with how it is written."""

    def __init__(self, context: LintContext) -> None:
        self.context = context
        self._known: dict[tuple[int, bool], dict[str, str]] = {}
        self._near: dict[str, str | None] = {}

    def of(self, field: int, value: p.Value) -> dict[str, str] | None:
        """The values of a field, or the domains of them; None where the data may not hold them all."""
        facts = facts_of(self.context, field)
        if facts is None or not facts.complete or not facts.values:
            return None
        place = (field, isinstance(value, p.Domain))
        if place not in self._known:
            default = self.context.plan.fields[field].default
            texts = [*facts.values, default] if isinstance(default, str) else list(facts.values)
            if isinstance(value, p.Domain):
                texts = [domain for text in texts if (domain := domain_of(text_key(text)))]
            self._known[place] = {text_key(text): text for text in texts if text}
        return self._known[place]

    def near(self, text: str, keys: dict[str, str]) -> str | None:
        """The value in the data that a text most likely meant."""
        if text not in self._near and len(self._near) < MOST_LOOKED_FOR:
            self._near[text] = nearest(text, list(keys.values())[:MOST_NEAR])
        return self._near.get(text)


def has_match(pattern: p.Pattern, keys: dict[str, str]) -> bool:
    """Whether some value matches a pattern."""
    if pattern.exact is not None:
        return pattern.exact in keys
    return any(pattern.matches(key) for key in keys)


def written(origin: p.Origin, index: int, of: int) -> tuple[p.Origin, str] | None:
    """Where one of the quoted texts of a clause stands, and how it is written."""
    text = origin.source.text[origin.span.start : origin.span.end]
    quoted = list(_QUOTED.finditer(text))
    if len(quoted) != of:
        return None
    start = origin.span.start
    span = Span(start + quoted[index].start(), start + quoted[index].end())
    line = origin.source.position(span.start)[0]
    return p.Origin(origin.source, span, line, quoted[index][0]), quoted[index][1].replace('""', '"')


def field_never_known(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at the first clause about each field without a default."""
    seen: set[int] = set()
    for _, clause, _, field in asked_fields(context):
        facts = facts_of(context, field)
        if facts is None or facts.known or field in seen or isinstance(clause, p.IsKnown):
            continue
        seen.add(field)
        its = context.plan.fields[field]
        if its.default is None:
            yield lint_at(
                "field-never-known",
                clause.origin,
                f"no lead has a value for {its.name}, so this is unknown for everybody",
                "import it, or see what there is: leadwright fields",
            )


def text_without_quotes(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at names that nothing declares and that stand behind `=` and `!=` alone: `title = CEO`."""
    plan = context.plan
    if len(plan.sources) > 1:
        return
    declared = {one.name.text for one in context.tree.statements if isinstance(one, n.FieldDeclaration)}
    known = declared | _given(plan) | set(context.catalogue.fields if context.catalogue is not None else ())
    clauses_ = [clause for root in context.roots for clause in clauses(root.condition)]
    read = [value for clause in clauses_ for value in operands(clause)]
    read += [one.value for one in plan.definitions if one.value is not None]
    read += [one.keeping for one in plan.handoffs if one.keeping is not None]
    uses = Counter(part.field for value in read for part in parts(value) if isinstance(part, p.FieldValue))
    behind = [one for one in clauses_ if isinstance(one, p.Compare) and one.operator in ("=", "!=")]
    texts = [
        (one, one.right.field)
        for one in behind
        if isinstance(one.right, p.FieldValue) and one.right.kind is Kind.TEXT and one.left.kind is Kind.TEXT
    ]
    alone = Counter(field for _, field in texts)
    for clause, field in texts:
        name = plan.fields[field].name
        if name in known or uses[field] > alone[field]:
            continue
        asked = clause.origin.text.removesuffix(name_text(name)) + quoted(name)
        yield lint_at(
            "text-without-quotes",
            clause.origin,
            f"{name} reads as a field here, and nothing declares one",
            f"if it is a text, write {asked}; if not, declare it: field {name_text(name)}: text",
            asked,
        )


MOST_VALUES = 20_000
"""Patterns with a star are not tried on more values than this."""


def value_not_in_data(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at each clause about a field; lists by name have a lint of their own."""
    keys = Keys(context)
    for _, clause, value, field in asked_fields(context):
        facts = facts_of(context, field)
        if facts is None or not facts.known or id(clause) in context.judged:
            continue
        if value.kind is Kind.TEXT:
            known = keys.of(field, value)
            if known is not None:
                yield from _text(context, clause, keys, known, facts.known >= FEWEST_KNOWN)
        elif value.kind is Kind.NUMBER and facts.known >= FEWEST_KNOWN:
            yield from _number(context, clause, field)


def _text(
    context: LintContext, clause: p.Clause, keys: Keys, known: dict[str, str], enough: bool
) -> Iterator[Diagnostic]:
    patterns = _patterns(context, clause)
    for index, pattern in enumerate(patterns):
        if pattern.exact == "" or (pattern.exact is None and len(known) > MOST_VALUES):
            continue
        if has_match(pattern, known):
            continue
        at, asked = written(clause.origin, index, len(patterns)) or (clause.origin, "*".join(pattern.parts))
        near = keys.near(asked, known) if pattern.exact is not None else None
        if near or enough:
            hint = f"did you mean {quoted(near)}?" if near else "see what there is: leadwright fields"
            meant = quoted(near) if near and at is not clause.origin else None
            yield lint_at("value-not-in-data", at, f'no lead has "{asked}" here', hint, meant)


def _patterns(context: LintContext, clause: p.Clause) -> tuple[p.Pattern, ...]:
    match clause:
        case p.Compare("=" | "!=", _, right):
            constant = context.logic.variables.resolve(right)
            if isinstance(constant, p.Constant) and isinstance(constant.value, str):
                return (p.Pattern((constant.value,)),)
        case p.OneOf(_, patterns, _, None):
            return patterns
        case p.Matches(_, pattern):
            return (pattern,)
    return ()


def _number(context: LintContext, clause: p.Clause, field: int) -> Iterator[Diagnostic]:
    facts, its = facts_of(context, field), context.plan.fields[field]
    if facts is None or facts.low is None or facts.high is None:
        return
    if not isinstance(clause, p.Compare | p.Between | p.OneOf):
        return
    if isinstance(clause, p.Between) and context.logic.reader.opened(clause) is not None:
        return
    asked = context.logic.reader.asked(clause)
    if len(asked) != 1 or isinstance(asked[0].true, TextSet) or isinstance(asked[0].false, TextSet):
        return
    low, high = facts.low, facts.high
    if isinstance(its.default, int | float):
        low, high = min(low, its.default), max(high, its.default)
    held = intervals.span(low, high)
    if not intervals.meet(asked[0].true, held):
        of = "no lead there is"
    elif not intervals.meet(asked[0].false, held) and not _touches(asked[0].false, low, high):
        of = f"every lead whose {its.name} is known"
    else:
        return
    message = f"{clause.origin.text} is true of {of}: the data has {low:,g} to {high:,g}"
    yield lint_at("value-not-in-data", clause.origin, message, "see what there is: leadwright fields")


def _touches(outside: intervals.Numbers, low: float, high: float) -> bool:
    """Whether the border lies right at the smallest or largest value, as where `>= 1` is meant to say any."""
    return any(interval.high[0] == low or interval.low[0] == high for interval in outside)


MOST_SAID = 5
"""More entries of one list than this are said together."""
MOST_TRIED = 500_000
"""No more entries with a star times values are tried than this."""


def list_entry_unmatched(context: LintContext) -> Iterator[Diagnostic]:
    """Holds each list against all fields that are looked for in it, where the data holds all their values."""
    keys = Keys(context)
    values = _values(context, keys)
    for entries in context.plan.lists:
        found = values.get(entries.name)
        if not found:
            continue
        stars = sum(pattern.exact is None for pattern in entries.patterns)
        if stars * len(found) <= MOST_TRIED:
            unmatched = [index for index, it in enumerate(entries.patterns) if not has_match(it, found)]
            yield from _said(entries, unmatched, keys, found)


def _values(context: LintContext, keys: Keys) -> dict[str, dict[str, str]]:
    """For each list the values looked for in it; none where the data does not hold them all."""
    values: dict[str, dict[str, str]] = defaultdict(dict)
    unsure = set(_asked_of_others(context))
    for _, clause, value, field in asked_fields(context):
        if isinstance(clause, p.OneOf) and clause.list is not None:
            facts, known = facts_of(context, field), keys.of(field, value)
            if facts is None or known is None or facts.known < FEWEST_KNOWN:
                unsure.add(clause.list)
            else:
                values[clause.list].update(known)
    return {name: found for name, found in values.items() if name not in unsure}


def _asked_of_others(context: LintContext) -> Iterator[str]:
    """The lists in which something else than a field is looked for."""
    for root in context.roots:
        for clause in clauses(root.condition):
            if isinstance(clause, p.OneOf) and clause.list is not None and root.owner is None:
                yield clause.list


def _said(
    entries: p.ListEntries, unmatched: list[int], keys: Keys, found: dict[str, str]
) -> Iterator[Diagnostic]:
    origins = [entries.origins[index] for index in unmatched]
    if len(unmatched) > MOST_SAID or None in origins:
        some = [f'"{entries.entries[index]}"' for index in unmatched[:MOST_SAID]]
        more = len(unmatched) - len(some)
        yield lint_at(
            "list-entry-unmatched",
            entries.origin,
            f"{len(unmatched):,} of {len(entries.entries):,} entries of {entries.name} match no lead: "
            + (f"{', '.join(some)} and {more:,} more" if more else listed(some)),
            "check how they are spelt, or keep them for leads to come",
        )
        return
    for index, origin in zip(unmatched, origins, strict=True):
        if origin is not None:
            entry = entries.entries[index]
            near = keys.near(entry, found)
            hint = (
                f"did you mean {quoted(near)}?"
                if near
                else "check how it is spelt, or keep it for leads to come"
            )
            meant = quoted(near) if near else None
            yield lint_at("list-entry-unmatched", origin, f'"{entry}" matches no lead', hint, meant)
