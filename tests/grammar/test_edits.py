"""Edits of a text: what each does to the text, and what it leaves alone."""

from __future__ import annotations

import pytest
from leadwright.grammar.edits import Applied, Conflict, Edit, Rejection, apply, outline
from leadwright.grammar.messages.diagnostics import Source
from leadwright.grammar.syntax.parse import parse

RULE = """\
# Engagement

# Asked for by sales.
rule "Pricing"  # the oldest
when visited pricing >= 2   # looks twice
  and title in ICP          # only people who can buy
then +20 engagement   # see the plan

when enterprise then +5
"""
LIST = 'list ICP: "VP *",  # vice\n    "CTO",\n    # added in May\n    "CFO"  # money\n'
GROUP = """\
group "Web" at most 30 {
    rule "A"
    when a
    then +1

    # about B
    rule "B" when b then +2
}

rule "C"
when c
then +3
"""
LADDER = "stage MQL when score >= 40\n# sales\nstage SQL when score >= 80\nstage PQL in product when used\n"


def done(text: str, edit: Edit) -> str:
    """The text with an edit, which can be undone and redone exactly."""
    applied = apply(text, Edit.from_dict(edit.as_dict()))
    assert isinstance(applied, Applied), applied
    back = apply(applied.text, applied.inverse)
    assert isinstance(back, Applied)
    assert back.text == text
    return applied.text


def changed(text: str, edit: Edit) -> list[str]:
    """The lines that went, then those that came."""
    before, after = text.splitlines(), done(text, edit).splitlines()
    return [f"-{line}" for line in before if line not in after] + [
        f"+{line}" for line in after if line not in before
    ]


PRICING = "rule:Pricing"
FOR = 'rule "F" for each visited docs in last 90 days then +2 fit at most +10 fading 25% every 1 week'


@pytest.mark.parametrize(
    ("text", "edit", "wanted"),
    [
        ("when a >= 2 then +1", ("set", "when.0.value", "2", "3"), "when a >= 3 then +1"),
        ("when a >= 2 then +1", ("set", "when.0.value", "2", "-3.50"), "when a >= -3.5 then +1"),
        ("when a >= 2 then +1", ("set", "when.0.operator", ">=", "<"), "when a < 2 then +1"),
        ("when a>=2 then+1", ("set", "when.0.operator", ">=", "between"), "when a between 2 and 2 then+1"),
        ("when a between 1 and 5 then +1", ("set", "when.0.operator", "between", "="), "when a = 1 then +1"),
        ("when a = “x” then +1", ("set", "when.0.operator", "=", "not in"), "when a not in (“x”) then +1"),
        ('when a contains "x" then +1', ("set", "when.0.operator", "contains", "starts with"),
         'when a starts with "x" then +1'),
        ("when a then +1", ("set", "when.0.operator", None, ">="), "when a >= 1 then +1"),
        ("when a >= 1 then +1", ("set", "when.0.operator", ">=", None), "when a then +1"),
        ("when a where m>=1 then +1", ("set", "when.0.window", None, "in last 3 days"),
         "when a in last 3 days where m>=1 then +1"),
        ("when a in last 3 days then +1", ("set", "when.0.window.amount", "3", "1"),
         "when a in last 1 day then +1"),
        ("when a in last 3 days then +1", ("set", "when.0.window.unit", "day", "week"),
         "when a in last 3 weeks then +1"),
        ("when a in last 3 days then +1", ("set", "when.0.window", "in last 3 days", None), "when a then +1"),
        ("when a in last 3 days then +1", ("set", "when.0.window", "in last 3 days", "since 2026-01-01"),
         "when a since 2026-01-01 then +1"),
        ("when a then +1", ("set", "when.0.object", None, "Pricing & plans"),
         'when a "Pricing & plans" then +1'),
        ("when(a)and b then +1", ("set", "when.1.name", "b", "Lead Source"),
         "when(a)and [Lead Source] then +1"),
        ("when [a b]in ICP then +1", ("set", "when.0.name", "a b", "a"), "when a in ICP then +1"),
        ("when a in (1, 2) then +1", ("set", "when.0.values.1", "2", "3"), "when a in (1, 3) then +1"),
        ("when a in ICP then +1", ("set", "when.0.list", "ICP", "my list"),
         "when a in [my list] then +1"),
        ("when days since first a >= 2 then +1", ("set", "when.0.first", "yes", None),
         "when days since a >= 2 then +1"),
        ("when a then +1", ("set", "then.0.points", "+1", "−5"), "when a then -5"),
        ("when a then +1", ("set", "then.0.score", None, "fit"), "when a then +1 fit"),
        ("when a then +1 fit", ("set", "then.0.score", "fit", None), "when a then +1"),
        ("when a then +1", ("set", "then.0.most", None, "10"), "when a then +1 at most +10"),
        ('when a then +1, tag "x"', ("set", "then.1.tag", "x", 'the "y"'), 'when a then +1, tag "the ""y"""'),
        (FOR, ("set", "then.0.decay", "fading", "halving"), FOR.replace("fading 25%", "halving")),
        (FOR, ("set", "then.0.decay", "fading", None), FOR.removesuffix(" fading 25% every 1 week")),
        (FOR, ("set", "then.0.decay.percent", "25", "30"), FOR.replace("25%", "30%")),
        (FOR, ("set", "then.0.decay.amount", "1", "2"), FOR.replace("1 week", "2 weeks")),
        (FOR, ("set", "then.0.most", "10", None), FOR.replace(" at most +10", "")),
        (FOR, ("set", "once", None, "day"), FOR.replace("90 days", "90 days once per day")),
        (FOR, ("set", "which", "each", "latest"), FOR.replace("each", "latest")),
        (FOR, ("add", "when", None, "enterprise"), FOR.replace("90 days", "90 days when enterprise")),
        ("score fit from 0 to 50", ("set", "low", "0", "-5"), "score fit from -5 to 50"),
        ("score fit to 50", ("set", "low", None, "1"), "score fit from 1 to 50"),
        ("score from 0 to 100", ("set", "high", "100", None), "score from 0"),
        ("stage A when a", ("set", "track", None, "my product"), "stage A in [my product] when a"),
        ("disqualify when a", ("set", "because", None, "a rival"), 'disqualify when a because "a rival"'),
        ("field a: yes/no", ("set", "kind", "yes/no", "number"), "field a: number"),
        ("event a", ("set", "by", None, "path"), "event a by path"),
        ("grade: A from 5, B otherwise", ("set", "bands.0.label", "A", "A+"),
         'grade: "A+" from 5, B otherwise'),
        ("grade: A from 5, B otherwise", ("add", "bands", None, "B2 from 2"),
         "grade: A from 5, B2 from 2, B otherwise"),
        ("grade: A from 5, C from 2, B otherwise", ("remove", "bands.0", None, None),
         "grade: C from 2, B otherwise"),
        ('test "t" given a = 1 expect score = 0', ("set", "at", None, "2026-01-02"),
         'test "t" at 2026-01-02 given a = 1 expect score = 0'),
        ('test "t" given a = 1 expect score = 0', ("remove", "given.0", "a = 1", None),
         'test "t" expect score = 0'),
        ('test "t" expect score = 0', ("add", "given", None, "visited docs 2 times"),
         'test "t" given visited docs 2 times expect score = 0'),
        ('test "t" expect score = 0', ("set", "expect.0.value", "0", "-7"), 'test "t" expect score = -7'),
        ("when a and b then +1", ("join", "when", "all", "any"), "when a or b then +1"),
        ("when a and (b or c) then +1", ("join", "when.1", "any", "all"), "when a and (b and c) then +1"),
        ("when a and b then +1", ("negate", "when.1", "b", None), "when a and not b then +1"),
        ("when not(a or b) then +1", ("negate", "when.0", None, None), "when (a or b) then +1"),
        ("when a and(b)then +1", ("ungroup", "when.1", None, None), "when a and b then +1"),
        ("when a and b then +1", ("group", "when.1", None, None), "when a and (b) then +1"),
        ("when a then +1", ("add", "when", None, "b or c"), "when a and (b or c) then +1"),
        ("when a or b then +1", ("add", "when.1", None, "c"), "when a or (b and c) then +1"),
        ("when a then +1", ("set", "when.0", "a", "b or c"), "when (b or c) then +1"),
        ("when a and b then +1", ("remove", "when.0", "a", None), "when b then +1"),
        ("when a where m then +1", ("add", "when.0.where", None, "x = 2"),
         "when a where (m and x = 2) then +1"),
        ("when (a or b) in last 2 days then +1", ("remove", "when.0.1", "b", None),
         "when (a) in last 2 days then +1"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_one_place_changes(text: str, edit: tuple[str, str, str | None, str | None], wanted: str) -> None:
    op, path, old, new = edit
    assert done(text, Edit(op, key(text), path, old, new)) == wanted


def key(text: str) -> str:
    """The key of the only statement of a text."""
    (card,) = outline(parse(Source(text)))
    return card.key


def test_an_added_condition_stands_after_the_comment_of_the_one_before() -> None:
    assert changed(RULE, Edit("add", PRICING, "when", new="c", at=1)) == ["+  and c"]
    added = done(RULE, Edit("add", PRICING, "when", new="c"))
    assert "  # only people who can buy\n  and c\nthen" in added


def test_a_condition_goes_with_its_comment() -> None:
    assert changed(RULE, Edit("remove", PRICING, "when.1")) == [
        "-  and title in ICP          # only people who can buy"
    ]
    first = apply(RULE, Edit("remove", PRICING, "when.0", "visited pricing >= 2"))
    assert isinstance(first, Applied)
    assert first.taken == ("# looks twice",)
    assert "when title in ICP          # only people who can buy\n" in first.text


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (Edit("add", "list:ICP", "entries", new="CMO"),
         '    "CFO",  # money\n    "CMO"\n'),
        (Edit("add", "list:ICP", "entries", new="CMO", at=1), '"VP *",  # vice\n    "CMO",\n    "CTO",\n'),
        (Edit("add", "list:ICP", "entries", new="CMO", at=0), 'list ICP: "CMO", "VP *",  # vice\n'),
        (Edit("remove", "list:ICP", "entries.0"), 'list ICP: "CTO",\n    # added in May\n'),
        (Edit("remove", "list:ICP", "entries.1"), '"VP *",  # vice\n    # added in May\n    "CFO"'),
        (Edit("remove", "list:ICP", "entries.2"), '"VP *",  # vice\n    "CTO"\n'),
    ],
)  # fmt: skip
def test_entries_come_and_go_with_their_comments(edit: Edit, wanted: str) -> None:
    assert wanted in done(LIST, edit)


def test_things_change_places_with_their_comments() -> None:
    text = 'list L: "a",  # A\n  "b"  # B\n'
    assert done(text, Edit("move", "list:L", "entries.0", at=1)) == 'list L: "b",  # B\n  "a"  # A\n'
    assert isinstance(apply(LIST, Edit("move", "list:ICP", "entries.0", at=2)), Rejection)


# --- statements -------------------------------------------------------------------------------------


def test_a_statement_goes_with_its_own_comments_and_not_with_those_of_its_section() -> None:
    assert done(RULE, Edit("remove_statement", PRICING)) == "# Engagement\n\nwhen enterprise then +5\n"
    assert done(GROUP, Edit("remove_statement", "group:Web")) == 'rule "C"\nwhen c\nthen +3\n'


def test_a_statement_moves_with_its_comments() -> None:
    up = done(LADDER, Edit("move_statement", "stage:SQL", side="up"))
    assert up.startswith("# sales\nstage SQL when score >= 80\nstage MQL when score >= 40\nstage PQL")
    assert isinstance(apply(LADDER, Edit("move_statement", "stage:SQL", side="down")), Rejection)
    out = done(GROUP, Edit("move_statement", "rule:B", side="after", beside="rule:C"))
    assert out.endswith('then +3\n\n# about B\nrule "B" when b then +2\n')
    into = done(GROUP, Edit("move_statement", "rule:C", side="into", beside="group:Web"))
    assert into.endswith('    rule "C"\n    when c\n    then +3\n}\n')


def test_statements_on_one_line() -> None:
    text = "when a then +1; when b then +2; when c then +3  # all"
    middle = "unnamed:when b then +2"
    assert done(text, Edit("remove_statement", middle)) == "when a then +1; when c then +3  # all"
    assert done(text, Edit("remove_statement", "unnamed:when c then +3")).endswith("+2; # all")
    moved = done(text, Edit("move_statement", middle, side="up"))
    assert parse(Source(moved)).tree.statements[0].span.start < moved.index("when a")


def test_a_new_statement_stands_after_the_last_of_its_sort() -> None:
    added = done(LADDER, Edit("add_statement", new='rule "R" when a then +1'))
    assert added.startswith('rule "R"\nwhen a\nthen +1\n\nstage MQL')
    added = done(LADDER, Edit("add_statement", new="stage X when a"))
    assert added.endswith("stage PQL in product when used\nstage X when a\n")
    assert done("", Edit("add_statement", new='list L: "a"')) == 'list L: "a"\n'
    assert done("# only\n", Edit("add_statement", new='list L: "a"')) == '# only\n\nlist L: "a"\n'
    assert isinstance(apply(LADDER, Edit("add_statement", new="stage MQL when a")), Rejection)


def test_line_ends_are_those_of_the_author() -> None:
    text = "stage A when a\r\nstage B when b"
    assert done(text, Edit("add_statement", new="stage C when c")) == text + "\r\nstage C when c"
    assert done(text, Edit("remove_statement", "stage:B")) == "stage A when a"
    assert (
        done(text, Edit("add", "stage:A", "when", new="c")) == "stage A when a\r\n  and c\r\nstage B when b"
    )


def test_a_copy_has_a_name_of_its_own() -> None:
    copied = apply(RULE, Edit("duplicate", PRICING))
    assert isinstance(copied, Applied)
    assert copied.key == "rule:Pricing copy"
    assert copied.text.count("# looks twice") == 2
    again = apply(copied.text, Edit("duplicate", PRICING))
    assert isinstance(again, Applied)
    assert again.key == "rule:Pricing copy 2"


def test_a_new_name_is_used_everywhere() -> None:
    text = (
        'field size: number\nlist ICP: "a"\nscore fit from 0 to 9\n'
        'rule "R" when title in ICP and size > 2 and visited where size > 1 then +1 fit\n'
        'stage SQL when fit > 2\ntest "t" given size = 1 expect fit = 1 and stage = SQL and rule "R" fires\n'
    )
    text = done(text, Edit("rename", "list:ICP", old="ICP", new="Our people"))
    text = done(text, Edit("rename", "score:fit", old="fit", new="match"))
    text = done(text, Edit("set", "rule:R", "name", "R", "Big"))
    text = done(text, Edit("rename", "stage:SQL", old="SQL", new="None"))
    assert done(text, Edit("rename", "field:size", old="size", new="employees")) == (
        'field employees from "size": number\nlist [Our people]: "a"\nscore match from 0 to 9\n'
        'rule "Big" when title in [Our people] and employees > 2 and visited where size > 1 then +1 match\n'
        "stage None when match > 2\n"
        'test "t" given employees = 1 expect match = 1 and stage = [None] and rule "Big" fires\n'
    )
    assert isinstance(apply(text, Edit("rename", "list:Our people", old="ICP", new="x")), Conflict)


def test_a_rule_is_switched_off_and_on() -> None:
    off = done(RULE, Edit("switch", PRICING, old="on", new="off"))
    assert 'rule "Pricing" off  # the oldest\n' in off
    assert done(off, Edit("switch", PRICING, old="off", new="on")) == RULE
    named = done(RULE, Edit("switch", "unnamed:when enterprise then +5", new="off"))
    assert named.endswith('rule "enterprise" off when enterprise then +5\n')


def test_groups_are_made_and_dissolved() -> None:
    made = done(GROUP, Edit("enclose", "rule:C", new="More"))
    assert made.endswith('group "More" {\n    rule "C"\n    when c\n    then +3\n}\n')
    loose = done(GROUP, Edit("dissolve", "group:Web"))
    assert "group" not in loose
    assert [card.sort for card in outline(parse(Source(loose)))] == ["rule"] * 3
    assert done(GROUP, Edit("set", "group:Web", "most", "30", None)).startswith('group "Web" {\n')


# --- what is not done -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit("fly", PRICING), 'There is no edit called "fly".'),
        (Edit("set", PRICING, "when.0.value", "2", "two"),
         '"two" is not a number. Write digits only, with a point for decimals, e.g. 2.5.'),
        (Edit("set", PRICING, "when.0.value", "2", " "), "Enter a number."),
        (Edit("set", PRICING, "then.0.points", "+20", ""), "Enter a number of points, such as +10."),
        (Edit("set", PRICING, "then.0.points", "+20", "1.5"),
         '"1.5" is not a number of points. Write a whole number, e.g. +10.'),
        (Edit("set", PRICING, "name", "Pricing", "a\nb"), "A text stays on one line."),
        (Edit("add", PRICING, "when", new="a >="), None),
        (Edit("add", PRICING, "when", new="a # b"), None),
        (Edit("add", PRICING, "when", new='a then +1 when b'), None),
        (Edit("join", "unnamed:when enterprise then +5", "when", None, "any"),
         "There is one condition only here, so all and any are the same."),
        (Edit("remove", "unnamed:when enterprise then +5", "when.0"), "A condition needs at least one row."),
        (Edit("set", PRICING, "then.0.points", "+20", None), "This cannot be left out."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_a_reason(edit: Edit, message: str | None) -> None:
    refused = apply(RULE, edit)
    assert isinstance(refused, Rejection)
    assert refused.message == message or message is None
    assert not {"token", "terminal", "parse"} & set(refused.message.lower().split())


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (Edit("set", PRICING, "when.0.value", "3", "5"), "2"),
        (Edit("set", PRICING, "then.0.most", "3", "5"), None),
        (Edit("remove", PRICING, "when.1", "title = 1"), "title in ICP"),
        (Edit("set", "rule:Gone", "when.0.value", "3", "5"), None),
        (Edit("remove", PRICING, "when.7"), None),
        (Edit("remove_statement", PRICING, old="other"), None),
    ],
)
def test_what_somebody_changed_is_a_conflict(edit: Edit, found: str | None) -> None:
    conflict = apply(RULE, edit)
    assert isinstance(conflict, Conflict)
    assert found is None or conflict.found == found


def test_a_text_that_cannot_be_read_can_be_mended() -> None:
    text = "when a >= then +1  # why\nwhen b then +2\n"
    (broken, _) = outline(parse(Source(text)))
    assert broken.sort == "text"
    assert broken.problems
    assert isinstance(apply(text, Edit("set", broken.key, "when.0.value", "1", "2")), Rejection)
    assert changed(text, Edit("set", "unnamed:when b then +2", "then.0.points", "+2", "+3"))
    mended = done(text, Edit("set_text", broken.key, old=broken.text, new="when a >= 2 then +1"))
    assert mended == "when a >= 2 then +1  # why\nwhen b then +2\n"


def test_comments_within_what_is_replaced_stay() -> None:
    text = "when a in last # why\n 3 days then +1 at most # cap\n +5\n"
    assert "# why" in done(text, Edit("set", key(text), "when.0.window", "in last 3 days", None))
    assert "# cap" in done(text, Edit("set", key(text), "then.0.most", "5", None))


@pytest.mark.parametrize(
    "data", [{}, {"op": 1}, {"op": "set", "when": 2}, {"op": "set", "at": "1"}, {"op": "set", "new": 3}]
)
def test_what_is_no_edit_is_told(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="edit"):
        Edit.from_dict(data)
