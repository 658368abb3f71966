"""A team's rules run in the pytest suite they already have."""

import pytest

pytest_plugins = ["pytester"]

RULES = """\
when visited pricing >= 2 then +20
stage MQL when score >= 20

test "two visits" given visited pricing 2 times 1 day ago expect stage = MQL
test "one visit" given visited pricing 1 day ago expect stage = MQL and score = 0
"""


def lines(pytester: pytest.Pytester, *words: str) -> str:
    return "\n".join(pytester.runpytest_subprocess(*words).outlines)


def test_each_test_is_an_item_and_a_failure_is_explained(pytester: pytest.Pytester) -> None:
    pytester.makefile(".rules", inbound=RULES)
    result = pytester.runpytest_subprocess("-v")
    result.assert_outcomes(passed=1, failed=1)
    text = "\n".join(result.outlines)
    assert "inbound.rules::two visits PASSED" in text
    assert "expected stage = MQL  (line 5)" in text
    assert "but stage is none" in text
    assert "20 points short" in text
    assert "Traceback" not in text
    assert ".py:" not in text


def test_a_file_with_errors_fails_once_with_all_of_them(pytester: pytest.Pytester) -> None:
    pytester.makefile(
        ".rules", broken='when titel in NONE then +1\ntest "t" given titel = "x" expect score = 1'
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    assert 'there is no list "NONE"' in "\n".join(result.outlines)


def test_a_file_without_tests_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makefile(".rules", shared="when title in NONE then +1")
    assert "no tests ran" in lines(pytester)


def test_one_test_can_be_chosen_and_the_plug_in_switched_off(pytester: pytest.Pytester) -> None:
    pytester.makefile(".rules", inbound=RULES)
    pytester.runpytest_subprocess("-k", "two").assert_outcomes(passed=1, deselected=1)
    assert "no tests ran" in lines(pytester, "-p", "no:leadwright")


def test_an_unreadable_file_is_named_without_a_traceback(pytester: pytest.Pytester) -> None:
    (pytester.path / "latin.rules").write_bytes(b'# M\xfcller\ntest "t" expect score = 0')
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    text = "\n".join(result.outlines)
    assert "latin.rules is not UTF-8 text (line 1); save it as UTF-8" in text
    assert ".py:" not in text


def test_items_have_what_plug_ins_for_functions_read(pytester: pytest.Pytester) -> None:
    pytester.makefile(".rules", inbound=RULES)
    pytester.makeconftest(
        "import pytest\n"
        "@pytest.hookimpl(wrapper=True)\n"
        "def pytest_runtest_call(item):\n"
        "    if not hasattr(item, 'funcargs'):\n"
        "        return\n"
        "    assert item.funcargs == {}\n"
        "    return (yield)\n"
    )
    assert "did not yield" not in lines(pytester)
