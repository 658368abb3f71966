CODE = "one-rule-dominates"
SMALL = 'when visited docs then +10\nwhen visited blog then +10\nwhen title = "CTO" then +10\n'


def test_a_rule_with_most_of_the_points(said) -> None:
    message = "this rule alone can give 40 of the 70 points that all rules can give"
    assert said(CODE, SMALL + "when requested demo then +40") == [("+40", message)]


def test_what_caps_take_away_does_not_count(said) -> None:
    assert said(CODE, SMALL + "when requested demo then +40 at most +30") == []
    assert said(CODE, "score fit from 0 to 20\n" + SMALL + "when requested demo then +40 fit") == []
    assert said(CODE, SMALL + 'group "G" at most 30 { when requested demo then +40 }') == []


def test_silent_with_few_rules_or_a_rule_without_an_end(said) -> None:
    assert said(CODE, "when visited docs then +1\nwhen requested demo then +40") == []
    assert said(CODE, SMALL + "when requested demo then +40\nfor each opened email then +1") == []
