CODE = "named-and-unnamed-points"


def test_a_rule_that_gives_points_both_ways(said) -> None:
    text = "score fit\nwhen visited docs then +10 fit, +5"
    message = "5 points here go straight to the total, and others in this rule to fit"
    assert said(CODE, text) == [("+5", message)]


def test_rules_that_give_them_one_way(said) -> None:
    assert (
        said(CODE, 'score fit\nscore bant\nwhen visited docs then +1 fit, +2 bant\nwhen title = "a" then +5')
        == []
    )
