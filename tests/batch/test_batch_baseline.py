"""What a batch is told of earlier ones: a baseline, an earlier report, and equal causes once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autofix.frontends.cli import main

pytestmark = pytest.mark.torch
BLOCK = (
    "from torch import nn\n\n\nclass Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.layer = nn.Linear(6, 3)\n\n    def forward(self, x):\n        return self.layer(x)\n"
)
NET = (
    "# autofix: sample-shape=4,8\nfrom torch import nn\nfrom block import Block\n\n\nclass Net(nn.Module):\n"
    "    def __init__(self):\n        super().__init__()\n        self.block = Block()\n\n"
    "    def forward(self, x):\n        return self.block(x)\n"
)
LACKING = "import absent_package\n" + NET.replace("Block()", "absent_package.Layer(8)").replace("from block", "# ")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "block.py").write_text(BLOCK)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(NET)
    return tmp_path


def _batch(*words: str) -> int:
    return main.main(["batch", ".", "-j", "1", *words])


def _report(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def test_what_is_known_is_no_failure_and_what_is_new_is(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert _batch() == 1
    assert _batch("--write-baseline", "known.json") == 0
    (folder / "block.py").write_text(f"# A line more.\n\n{BLOCK}")
    capfd.readouterr()
    assert _batch("--baseline", "known.json") == 0
    assert "note: 2 targets in the baseline" in capfd.readouterr().err
    (folder / "c.py").write_text(NET.replace("Block()", "nn.Linear(9, 2)"))
    assert _batch("--baseline", "known.json") == 1
    (folder / "d.py").write_text(LACKING)
    assert _batch("--baseline", "known.json") == 3
    assert _batch("--baseline", "known.json", "--exit-zero") == 2
    (folder / "block.py").write_text(BLOCK.replace("6, 3", "8, 3"))
    capfd.readouterr()
    _batch("--baseline", "known.json")
    assert "1 of the 1 causes in the baseline are gone" in capfd.readouterr().err


def test_equal_causes_are_told_once_and_two_reports_are_compared(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "c.py").write_text(LACKING)
    assert _batch("--report", "old.json", "--report", "old.html", "--report", "old.md") == 3
    text = capfd.readouterr().err
    assert text.count("error[AF101]") == 1
    assert "also: b.py: Net()" in text
    assert "first: 2 targets: block.py:7:32: AF101 `block.layer` takes 6 features but receives 8" in text
    assert "first: install absent_package: 1 target" in text
    causes = _report(folder / "old.json")["causes"]
    assert [cause["kind"] for cause in causes] == ["fault", "install"]
    assert causes[0]["targets"] == ["a.py: Net()", "b.py: Net()"]
    page = (folder / "old.html").read_text()
    assert page.index("install absent_package: 1 target") < page.index('<details class="target"')
    assert "7 |         self.layer = nn.Linear(6, 3)" in page
    assert "install absent\\_package" in (folder / "old.md").read_text()
    (folder / "block.py").write_text(BLOCK.replace("6, 3", "8, 3"))
    (folder / "c.py").unlink()
    assert _batch("--compare", "old.json") == 0
    notes = capfd.readouterr().err
    assert "since old.json: healthy 0 -> 2, not run 1 -> 0, repaired 2 -> 0" in notes
    assert "gone since old.json: AF101 `block.layer` takes 6 features but receives 8; install absent_package" in notes


@pytest.mark.parametrize("words", [("--baseline", "x.json"), ("--compare", "x.json")])
def test_what_is_no_earlier_batch_is_refused(
    folder: Path, words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    assert _batch(*words) == 2
    assert "cannot read x.json" in capfd.readouterr().err
    (folder / "x.json").write_text("[1, 2]")
    assert _batch(*words) == 2
    assert "make one with" in capfd.readouterr().err
