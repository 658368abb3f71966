CODE = "duplicate-rule"


def test_the_same_rule_under_two_names(said) -> None:
    second = 'rule "B" when title = "cto " and visited pricing >= 1 then +5'
    text = f'rule "A" when visited pricing and title = "CTO" then +5\n{second}'
    message = 'this rule asks and gives the same as rule "A" on line 1, so both pay'
    assert said(CODE, text) == [(second, message)]


def test_rules_that_differ_in_what_they_ask_or_give(said) -> None:
    text = """
    score fit
    when visited pricing then +5
    when visited pricing then +5 fit
    when visited pricing >= 2 then +5
    when visited pricing in last 3 days then +5
    for latest visited pricing then +5
    for first visited pricing then +5
    """
    assert said(CODE, text) == []
