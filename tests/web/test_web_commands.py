"""`leadwright serve` and `leadwright user`."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store
from leadwright.web.accounts.log_in import log_in

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def leadwright(database: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command on the database, and gives its exit code and all that it said."""

    def call(*arguments: str, stdin: str = "") -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = run([*arguments, "--db", str(database)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def test_users_are_added_listed_changed_and_removed(leadwright: Call, database: Path) -> None:
    assert leadwright("user", "list")[1].startswith("There are no users")
    code, said = leadwright(
        "user", "add", "Zoe@Example.com", "--role", "publisher", stdin="a long password\n"
    )
    assert (code, said) == (0, "zoe@example.com can log in now, as publisher.\n")
    assert leadwright("user", "role", "zoe@example.com", "admin")[0] == 0
    assert re.search(r"zoe@example.com +admin", leadwright("user", "list")[1])
    assert leadwright("user", "password", "zoe@example.com", stdin="another password\n")[0] == 0
    with open_store(database) as store:
        assert log_in(store, "zoe@example.com", "a long password", "1.2.3.4") is None
        assert log_in(store, "zoe@example.com", "another password", "1.2.3.4")
    code, token = leadwright("user", "token", "zoe@example.com", "--name", "CRM", "--days", "30")
    assert (code, token[:3]) == (0, "lw_")
    assert token.strip() not in leadwright("user", "tokens")[1]
    assert re.search(r"zoe@example.com +CRM +viewer", leadwright("user", "tokens")[1])
    assert leadwright("user", "revoke", "zoe@example.com", "--name", "CRM")[0] == 0
    assert leadwright("user", "tokens")[1] == "There are no tokens.\n"
    assert leadwright("user", "remove", "zoe@example.com")[0] == 0
    assert leadwright("user", "list")[1].startswith("There are no users")


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("add", "zoe"), "short\n", "a password needs at least 10 characters"),
        (("add", "zoe"), "", "there is no password on standard input"),
        (("remove", "zoe"), "", 'there is no user "zoe"'),
        (("role", "zoe", "king"), "", "is not one of"),
        (("revoke", "zoe", "--name", "x"), "", 'there is no user "zoe"'),
    ],
)
def test_what_cannot_be_done_is_said(
    leadwright: Call, arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    code, text = leadwright("user", *arguments, stdin=stdin)
    assert code == 2
    assert said in text


def test_it_refuses_to_listen_to_others_without_users(leadwright: Call) -> None:
    for more in (["--host", "0.0.0.0"], ["--https"], ["--name", "score.example.com"]):
        code, said = leadwright("serve", "--port", "0", *more)
        assert code == 2
        assert "others could reach this page, and there are no users yet" in said
        assert "leadwright user add" in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--host", "no.such.host.invalid"], "no address"),
        (["--rules-folder", "nowhere"], "there is no folder nowhere"),
        (["--port", "70000"], "70000"),
    ],
)
def test_what_cannot_be_served_is_said(leadwright: Call, more: list[str], said: str) -> None:
    if "--host" in more:
        leadwright("user", "add", "zoe", "--role", "admin", stdin="a long password\n")
    code, text = leadwright("serve", *more)
    assert code == 2
    assert said in text


def test_it_serves_made_up_leads_until_it_is_stopped(tmp_path: Path) -> None:
    arguments = ["serve", "--sample", "--db", str(tmp_path / "sample.db"), "--port", "0", "--no-open"]
    process = subprocess.Popen(
        [sys.executable, "-m", "leadwright", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}/", timeout=30) as answer:
            page = answer.read().decode()
            assert answer.headers["Server"] == "Leadwright"
        assert "B2B SaaS inbound" in page
        assert "1,000 leads in the database" in page
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_a_port_in_use_is_said_to_be_so(leadwright: Call) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = leadwright("serve", "--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "cannot be used" in said
    assert "--port" in said
