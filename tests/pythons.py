"""Runs the tests of the language and the engine on the oldest Python that is claimed and the newest there is.

    python tests/pythons.py

Looks on the PATH (the system's own `python3` as well) and among pyenv's versions. A Python that is neither
older nor newer than the one in use is left out: `make test` runs on that one. Needs nothing installed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

Version = tuple[int, ...]

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / "build/pythons"
TESTS = ("tests/grammar", "tests/language", "tests/test_language.py", "tests/engine")
# The program itself: not pyenv's script that starts it, nor an environment's link to it.
_ASK = "import sys; print(*sys.version_info[:3], sys.version_info[3] == 'final', sys._base_executable)"


def floor() -> Version:
    """The oldest Python that the package claims to work on."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    claimed = re.search(r'^requires-python = ">=([\d.]+)"', project, re.M)
    assert claimed
    return tuple(map(int, claimed[1].split(".")))


def candidates() -> Iterator[Path]:
    """Every program that could be a Python 3, whether it runs or not."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield from sorted(Path(folder or ".").glob("python3*"))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob("versions/*/bin/python3"))


def installed() -> dict[Version, Path]:
    """The Pythons of this computer by version, released ones that are new enough only."""
    found: dict[Version, Path] = {}
    for program in candidates():
        if not re.fullmatch(r"python3(\.\d+)?", program.name):
            continue
        try:
            asked = [program, "-c", _ASK]
            answer = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        *version, released, itself = answer.stdout.split(maxsplit=4)
        if released == "True" and tuple(map(int, version[:2])) >= floor():
            found.setdefault(tuple(map(int, version)), Path(itself.strip()))
    return found


def environment(version: Version, program: Path) -> Path | None:
    """The Python of an environment with all that the tests need, made where it is missing or out of date."""
    folder = ENVIRONMENTS / ".".join(map(str, version))
    python, stamp = folder / "bin/python", folder / ".installed"
    wanted = (ROOT / "pyproject.toml").read_text("utf-8")
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return python
    if not python.is_file() and subprocess.run([program, "-m", "venv", folder], check=False).returncode:
        print(f"{program} cannot make an environment. On Debian and Ubuntu: sudo apt install python3-venv")
        return None
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    if subprocess.run([*pip, "--editable", f"{ROOT}[dev]"], check=False).returncode:
        print(f"what the tests need could not be installed for {program}")
        return None
    stamp.write_text(wanted, "utf-8")
    return python


def main() -> int:
    """Runs the tests on both; 1 where one fails, or where a Python that is there cannot be used."""
    found, used = installed(), sys.version_info[:3]
    oldest, newest = min([used, *found]), max([used, *found])
    if oldest == used:
        print(f"no Python older than the one in use is installed, which is {'.'.join(map(str, used))}")
    if newest == used:
        print(f"no Python newer than the one in use is installed, which is {'.'.join(map(str, used))}")
    failed = 0
    for version in sorted({oldest, newest} - {used}):
        print(f"\nPython {'.'.join(map(str, version))}, {found[version]}", flush=True)
        python = environment(version, found[version])
        tests = ["-m", "pytest", "-n", "auto", "--dist", "worksteal", "-q", *TESTS]
        failed += python is None or subprocess.run([python, *tests], check=False, cwd=ROOT).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
