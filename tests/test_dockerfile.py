"""The steps of the Dockerfile, checked where there is no Docker to build it: what they name is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from leadwright.engine.cli.commands.serve import command as serve

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def steps(word: str) -> list[str]:
    """What follows an instruction, its lines joined."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return re.findall(rf"^{word} (.*)$", joined, re.MULTILINE)


def test_python_is_one_that_the_package_works_on() -> None:
    floor = PROJECT["project"]["requires-python"].removeprefix(">=").split(".")
    for image in steps("FROM"):
        version = re.match(r"python:(\d+)\.(\d+)-slim\b", image)
        assert version, image
        assert [int(part) for part in version.groups()] >= [int(part) for part in floor]


def test_what_is_built_is_what_is_installed_and_there() -> None:
    built, installed = steps("RUN")
    extras = re.findall(r"\[([\w,]+)\]", built + installed)
    assert len(extras) == 2
    assert len(set(extras)) == 1
    assert set(extras[0].split(",")) <= PROJECT["project"]["optional-dependencies"].keys()
    assert "--no-index" in installed


def test_the_build_sees_all_that_the_wheel_holds() -> None:
    hidden = {line.strip("/") for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()}
    packages = {name.split(".")[1] for name in PROJECT["tool"]["setuptools"]["packages"] if "." in name}
    needed = {"pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"], *packages}
    assert not hidden & needed


def test_it_runs_as_nobody_special_over_data() -> None:
    assert steps("USER") == ["leadwright"]
    assert re.search(r"useradd --system --uid \d{5} .*\bleadwright\b", steps("RUN")[1])
    assert steps("VOLUME") == steps("WORKDIR")[1:] == ["/data"]
    assert "LEADWRIGHT_DB=/data/" in steps("ENV")[0]
    assert steps("STOPSIGNAL") == ["SIGTERM"]


def test_it_starts_what_the_command_line_has() -> None:
    assert steps("ENTRYPOINT") == ['["leadwright"]']
    word, *options = re.findall(r'"([^"]+)"', steps("CMD")[-1])
    assert word == "serve"
    known = {name for option in serve.params for name in option.opts}
    assert {one for one in options if one.startswith("--")} <= known


def test_its_health_is_asked_where_the_page_says_it() -> None:
    from leadwright.web import health

    (asked,) = (line for line in DOCKERFILE.splitlines() if "urlopen" in line)
    path = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", asked)
    assert path
    assert path[1] in steps("EXPOSE")
    assert path[1] == str(next(option.default for option in serve.params if option.name == "port"))
    assert path[2] in Path(health.__file__).read_text(encoding="utf-8")
