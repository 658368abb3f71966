"""What the page hands on of other people's scripts: pinned, licensed, and nothing else."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "web/frontend"
VENDOR = ROOT / "web/static/vendor"
BUNDLED = re.compile(r"^(@?[\w./-]+) (\d+\.\d+\.\d+) \(", re.MULTILINE)


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FRONTEND / name).read_text(encoding="utf-8"))
    return found


def test_every_package_is_pinned_to_one_version() -> None:
    made = read("package.json")
    for group in ("dependencies", "devDependencies"):
        for name, version in made[group].items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"


def test_the_lock_names_no_host_and_proves_every_package() -> None:
    packages = read("package-lock.json")["packages"]
    for path, about in packages.items():
        assert "resolved" not in about, path
        assert not path or about["integrity"].startswith("sha512-"), path
    assert packages[""]["dependencies"] == read("package.json")["dependencies"]


def test_notice_has_the_licence_of_all_that_is_handed_on() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    packages = read("package-lock.json")["packages"]
    handed_on = dict(BUNDLED.findall(notice))
    assert set(read("package.json")["dependencies"]) <= set(handed_on)
    for name, version in handed_on.items():
        about = packages[f"node_modules/{name}"]
        assert about["version"] == version
        assert not about.get("dev"), name
    for part in re.split(r"\n-{72}\n", notice)[2:]:
        assert BUNDLED.search(part)
        assert "Copyright" in part
        assert "permission notice shall be included" in part


def test_what_is_handed_on_asks_nobody_else_and_stays_small() -> None:
    modules = sorted(VENDOR.iterdir())
    assert [path.name for path in modules] == ["codemirror.js"]
    for path in modules:
        text = path.read_text(encoding="utf-8")
        assert len(gzip.compress(text.encode(), 9)) < 120 * 1024
        assert "sourceMappingURL" not in text
        assert not re.search(r"\bimport\s*[\"'(]|\bfrom\s*[\"'](?!\.)", text)
        assert not re.search(r"\beval\(|new Function\(", text)
