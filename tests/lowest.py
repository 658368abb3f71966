"""Runs a part of the tests with the lowest version of each dependency that pyproject.toml allows.

    python tests/lowest.py

The environment is made in build/lowest, again where a bound changed. Other extras are those of test tools.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "build/lowest"
TOOLS = ("dev", "engines", "spark")
"""Extras that only tests need, or that need more than Python."""

TESTS = (
    *("tests/grammar", "tests/language", "tests/test_language.py"),
    *("tests/engine/sql/test_sql_statement.py", "tests/engine/sql/test_sql_templates.py"),
    *("tests/engine/cli/test_cli_mcp.py", "tests/engine/cli/test_cli_prove.py"),
)
_BOUND = re.compile(r"([\w.-]+(?:\[\w+\])?)>=([\d.]+)")


def lowest() -> list[str]:
    """Each direct dependency at its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [needed for name, needed in project["optional-dependencies"].items() if name not in TOOLS]
    found = {}
    for requirement in [*project["dependencies"], *(one for needed in extras for one in needed)]:
        bound = _BOUND.match(requirement)
        assert bound, f"{requirement} has no lower bound"
        found[bound[1]] = bound[2]
    return [f"{name}=={version}" for name, version in found.items()]


def main() -> int:
    """Makes the environment and runs the tests in it; gives their exit code."""
    wanted, python, stamp = lowest(), ENVIRONMENT / "bin/python", ENVIRONMENT / ".installed"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != "\n".join(wanted):
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        subprocess.run([*pip, *wanted, "hypothesis", "pytest", "pytest-xdist"], check=True)
        subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True)
        stamp.write_text("\n".join(wanted), encoding="utf-8")
    tests = ["-m", "pytest", "-n", "auto", "--dist", "worksteal", "-q", *TESTS]
    return subprocess.run([python, *tests], check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
