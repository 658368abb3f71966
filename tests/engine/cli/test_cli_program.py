"""The program as a whole: help, version, colours, failures, exit codes, and how lightly it starts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from leadwright import __version__
from leadwright.engine.cli.program import SECTIONS

Run = Callable[..., Any]

COMMANDS = [name for section in SECTIONS.values() for name in section]
HEAVY = (
    "flask", "sqlglot", "duckdb", "jinja2", "sqlite_utils", "lark", "pygls", "lsprotocol", "pygments", "mcp",
    "pyarrow", "pyspark", "z3", "leadwright.arrow", "leadwright.spark", "leadwright.engine.arrow",
    "leadwright.engine.sql", "leadwright.assist", "leadwright.lsp",
)  # fmt: skip


def test_version(program: Run) -> None:
    assert program("--version") == (0, f"leadwright {__version__}\n", "")


def test_help_names_every_command(leadwright: Run) -> None:
    out = leadwright("--help").out
    assert out == leadwright().out
    for name, help_ in (pair for section in SECTIONS.values() for pair in section.items()):
        assert f"  {name} " in out
        assert help_ in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(leadwright: Run, name: str) -> None:
    ended = leadwright(name, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: leadwright {name}")
    assert "\nExamples:\n" in ended.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["chekc"], 'there is no command "chekc"', 'did you mean "check"?'),
        (["xyzzy"], 'there is no command "xyzzy"', "leadwright --help lists the commands"),
        (
            ["inbound.rules"],
            'there is no command "inbound.rules"',
            "say what to do with it, for example: leadwright check inbound.rules",
        ),
        (["explain"], "missing argument 'LEAD'", "leadwright explain --help shows how it is called"),
        (
            ["explain", "L1", "my.rules"],
            "got unexpected extra argument (my.rules)",
            "name it with --rules: --rules my.rules",
        ),
        (
            ["explain", "L1", "my.db"],
            "got unexpected extra argument (my.db)",
            "name it with --db: --db my.db",
        ),
        (
            ["explain", "L1", "L2"],
            "got unexpected extra argument (L2)",
            "leadwright explain --help shows how it is called",
        ),
    ],
)
def test_usage_errors_end_with_2(leadwright: Run, arguments: list[str], message: str, hint: str) -> None:
    assert leadwright(*arguments) == (2, "", f"error: {message}\n  help: {hint}\n")


def test_an_option_that_is_not_there(leadwright: Run) -> None:
    ended = leadwright("check", "--jsn")
    assert ended.code == 2
    assert ended.err.startswith("error: no such option '--jsn'")


def test_a_fault_of_the_program_is_short_unless_debugged(
    leadwright: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.rules").write_text("when visited then +1\n")
    monkeypatch.setattr("leadwright.engine.reading.read", lambda *_, **__: 1 / 0)
    ended = leadwright("check", "a.rules")
    assert ended == (
        2,
        "",
        "error: this is a fault in Leadwright, not in what you gave it "
        "(ZeroDivisionError: division by zero)\n"
        "  help: run the same again with --debug, and report what it prints\n",
    )
    assert "Traceback" in leadwright("check", "a.rules", "--debug").err


@pytest.mark.parametrize("error", [KeyboardInterrupt, EOFError])
def test_stopped_by_the_user(
    leadwright: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise error

    (folder / "a.rules").write_text("when visited then +1\n")
    monkeypatch.setattr("leadwright.engine.reading.read", stop)
    ended = leadwright("check", "a.rules")
    assert (ended.code, ended.err.strip()) == (130, "stopped")


@pytest.mark.parametrize(
    ("environment", "colored"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"NO_COLOR": "1"}, False)]
)
def test_colours_only_where_wished(
    program: Run, folder: Path, environment: dict[str, str], colored: bool
) -> None:
    (folder / "a.rules").write_text("when visited then 1\n")
    assert ("\x1b[" in program("check", "a.rules", **environment).out) is colored


def test_a_reader_that_goes_away_is_no_failure(data: Path) -> None:
    rest = "import sys; from leadwright.engine.cli import main; sys.argv[1:] = ['fields', '--json']; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", f"import time; time.sleep(0.3); {rest}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is imitated by /dev/full")
def test_a_full_disk_behind_the_output(data: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "leadwright", "fields"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[0] == "error: the disk is full: there is no room for the output"


def test_a_terminal_without_unicode_gets_marks_for_letters(program: Run, data: Path) -> None:
    (data / "greek.csv").write_text("id,title\nL1,Ωmega\n", encoding="utf-8")
    assert program("import", "greek.csv", "--lead-id", "id").code == 0
    ended = program("fields", PYTHONIOENCODING="latin-1")
    assert ended.code == 0
    assert "?mega" in ended.out


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--no-db", "a.rules"]])
def test_the_start_loads_nothing_that_it_does_not_need(folder: Path, arguments: list[str]) -> None:
    (folder / "a.rules").write_text('when visited pricing >= 2 and title = "CTO" then +20\n')
    code = (
        "import sys\n"
        "from leadwright.engine.cli.program import run\n"
        f"assert run({arguments!r}) == 0\n"
        f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stderr.decode().strip() == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(leadwright: Run, shell: str) -> None:
    ended = leadwright("completion", shell)
    assert ended.code == 0
    assert "_LEADWRIGHT_COMPLETE" in ended.out


def test_completion_of_commands_and_options(program: Run) -> None:
    asked = {"_LEADWRIGHT_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert program(COMP_WORDS="leadwright ex", **asked).out == "plain,explain\nplain,export\n"
    asked["COMP_CWORD"] = "2"
    assert "plain,--coverage\n" in program(COMP_WORDS="leadwright test --co", **asked).out
