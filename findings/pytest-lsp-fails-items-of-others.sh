#!/bin/sh
# pytest-lsp 1.0.1, merely installed, fails every test item that is not a Python function.
#
# Its wrapper around each test returns before its `yield` where an item has no `funcargs`, which pytest gives to functions
# and doctests alone. pluggy then fails the test with "RuntimeError: wrap_controller at 'pytest_runtest_call' ... did not
# yield". So an item of another plug-in, written as pytest's own documentation of non-Python tests shows, fails although
# nothing is wrong with it. With `-p no:pytest-lsp` the same item passes; an empty `funcargs` on the item helps as well.
#
# Seen with pytest 9.0.2 and Python 3.11. Ends with 0 while it is so, with 1 once it is not.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install pytest==9.0.2 pytest-lsp==1.0.1 2>/dev/null
mkdir "$work/suite"
cat > "$work/suite/conftest.py" <<'PY'
import pytest


def pytest_collect_file(parent, file_path):
    return Sheet.from_parent(parent, path=file_path) if file_path.suffix == ".sheet" else None


class Sheet(pytest.File):
    def collect(self):
        for line in self.path.read_text().splitlines():
            yield Sum.from_parent(self, name=line)


class Sum(pytest.Item):
    def runtest(self):
        left, right = self.name.split("=")
        assert sum(map(int, left.split("+"))) == int(right)
PY
echo '1 + 2 = 3' > "$work/suite/sums.sheet"
cd "$work/suite"
with=$("$work/venv/bin/python" -m pytest -q -p no:cacheprovider 2>&1 || true)
without=$("$work/venv/bin/python" -m pytest -q -p no:cacheprovider -p no:pytest-lsp 2>&1 || true)
echo "$without" | grep -q "1 passed" || { echo "changed: the item does not pass without pytest-lsp"; exit 1; }
echo "$with" | grep -q "'pytest_runtest_call' .* did not yield" || { echo "changed: pytest-lsp no longer fails the item"; exit 1; }
echo "as described: 1 passed without pytest-lsp, RuntimeError (did not yield) with it"
