"""Tests as targets: what they run needs no guess, and a fault over shapes is repaired in the code under test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autofix.frontends.cli import main

NET = (
    "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n"
    "    def __init__(self, channels, *, classes):\n        super().__init__()\n"
    "        self.conv = nn.Conv2d(channels, 4, 3, padding=1)\n"
    "        self.head = nn.Linear(4 * {side} * {side}, classes)\n\n"
    "    def forward(self, x):\n        return self.head(self.conv(x).flatten(1))\n"
)
FIXTURES = "import pytest\nimport torch\n\n\n@pytest.fixture\ndef images():\n    return torch.rand(2, 3, 8, 8)\n"
TESTS = (
    "import pytest\nfrom net import Net\n\n\n@pytest.mark.parametrize('classes', [2, 7])\n"
    "def test_shape(images, classes):\n    assert Net({channels}, classes=classes)(images).shape == (2, classes)\n"
)
OTHER = "\n\ndef test_other():\n    assert 1 == 2\n"
EXPECTED = "\n\ndef test_refuses(images):\n    with pytest.raises(RuntimeError):\n        Net(1, classes=2)(images)\n"
SETTINGS = "[tool.pytest.ini_options]\naddopts = {}\n"

# The files; for each target its ending; the file that is repaired and how far to trust it; what is listed.
CASES: dict[str, tuple[Mapping[str, str], dict[str, str], tuple[str, str] | None, list[str]]] = {
    "tests that pass are all that their model needs": (
        {"net.py": NET.format(side=8), "tests/conftest.py": FIXTURES, "tests/test_net.py": TESTS.format(channels=3)},
        {"tests/test_net.py": "healthy"},
        None,
        ["net.py: Net: part: it ran within tests/test_net.py"],
    ),
    "a fault is repaired in the code under test": (
        {"net.py": NET.format(side=7), "conftest.py": FIXTURES, "test_net.py": TESTS.format(channels=3)},
        {"test_net.py": "repaired"},
        ("net.py", "safe"),
        ["net.py: Net: part: it ran within test_net.py"],
    ),
    "what a test expects to fail, or what fails otherwise, is no fault": (
        {
            "net.py": NET.format(side=8),
            "conftest.py": FIXTURES,
            "test_net.py": TESTS.format(channels=3) + EXPECTED + OTHER,
        },
        {"test_net.py": "healthy"},
        None,
        ["net.py: Net: part: it ran within test_net.py"],
    ),
    "the options of the project, and of a plugin that is not there": (
        {
            "net.py": NET.format(side=7),
            "pyproject.toml": SETTINGS.format('"--strict-markers --of-a-plugin=3"'),
            "conftest.py": FIXTURES,
            "test_net.py": TESTS.format(channels=3),
        },
        {"test_net.py": "repaired"},
        ("net.py", "safe"),
        ["net.py: Net: part: it ran within test_net.py"],
    ),
    "a repair of the code is not safe where the test could be changed instead": (
        {"net.py": NET.format(side=8), "conftest.py": FIXTURES, "test_net.py": TESTS.format(channels=1)},
        {"test_net.py": "repaired"},
        ("net.py", "unsafe"),
        ["net.py: Net: part: it ran within test_net.py"],
    ),
    "tests that cannot be run leave their models": (
        {
            "net.py": NET.format(side=8),
            "conftest.py": FIXTURES,
            "test_net.py": "import absent\nabsent.go()\n" + TESTS.format(channels=3),
        },
        {"net.py: Net(3, classes=2)": "unconfirmed"},
        None,
        ["test_net.py: test: not run: "],
    ),
}


def _batch(folder: Path, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main.main(["batch", str(folder), "--no-cache", "--jobs", "1", "--quiet", "--format", "json"])
    document: dict[str, Any] = json.loads(capfd.readouterr().out)
    return document


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_tests_are_targets(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files, endings, repaired, listed = CASES[name]
    for path, text in ({"pyproject.toml": ""} | dict(files)).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    report = _batch(tmp_path, capfd)
    assert {target["label"]: target["report"]["ending"] for target in report["targets"]} == endings
    lines = [f"{entry['path']}: {entry['name']}: {entry['kind']}: {entry['reason']}" for entry in report["listed"]]
    lines = [line.replace(": : ", ": ") for line in lines]
    assert len(lines) == len(listed)
    assert all(any(line.startswith(words) for line in lines) for words in listed)
    plans = [target["report"]["plan"] for target in report["targets"]]
    assert [plan and plan["applicability"] for plan in plans] == [repaired and repaired[1]]
    if repaired is not None:
        assert plans[0]["patch"].count("\n+++ ") == 1
        assert f"+++ b/{repaired[0]}" in plans[0]["patch"]


@pytest.mark.torch
def test_a_file_of_tests_is_run_by_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for path, text in {
        "pyproject.toml": "",
        "net.py": NET.format(side=7),
        "conftest.py": FIXTURES,
        "test_net.py": TESTS.format(channels=3),
    }.items():
        (tmp_path / path).write_text(text)
    assert main.main([str(tmp_path / "test_net.py"), "--", "test_shape[7]"]) == 1
    captured = capfd.readouterr()
    assert "+        self.head = nn.Linear(4 * 8 * 8, classes)" in captured.out
    assert "1 passed" in captured.err


@pytest.mark.torch
def test_a_folder_is_a_batch(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.py").write_text(NET.format(side=8))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(FIXTURES)
    (tmp_path / "tests" / "test_net.py").write_text(TESTS.format(channels=3))
    assert main.main([str(tmp_path / "tests")]) == 0
    assert "1 target: 1 healthy" in capfd.readouterr().err
    assert main.main([str(tmp_path / "tests"), "-s", "2,3"]) == 2
    assert "is for one Python file" in capfd.readouterr().err


@pytest.mark.torch
def test_a_file_in_which_nothing_passes_is_no_verdict(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.py").write_text(NET.format(side=8))
    (tmp_path / "test_net.py").write_text("import torch\nfrom net import Net\n\n\ndef test_it():\n    assert not Net\n")
    report = _batch(tmp_path, capfd)
    assert [target["label"] for target in report["targets"]] == ["net.py: Net(channels=3, classes=10)"]
    assert "no test of the file passed (tests: 1 failed" in report["listed"][0]["reason"]


@pytest.mark.torch
def test_tests_that_take_long_are_cut_short(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    wait = "    import time\n    start = time.monotonic()\n    while time.monotonic() < start + 4:\n        pass\n"
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.py").write_text(NET.format(side=8))
    (tmp_path / "conftest.py").write_text(FIXTURES)
    tests = TESTS.format(channels=3) + "".join(f"\n\ndef test_{number}(images):\n{wait}" for number in range(5))
    (tmp_path / "test_net.py").write_text(tests)
    assert main.main(["batch", str(tmp_path), "--no-cache", "-v", "--time-limit", "20"]) == 0
    assert "the others left out at the time limit" in capfd.readouterr().err


@pytest.mark.torch
@pytest.mark.parametrize(
    "waiting", ["n += 1", "try:\n            n += 1\n        except BaseException:\n            pass"]
)
def test_a_test_that_does_not_end_takes_nothing_from_the_others(
    waiting: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What ended before keeps its verdict, a fault among it; a repair says that the endless test was not asked."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.py").write_text(NET.format(side=7))
    (tmp_path / "conftest.py").write_text(FIXTURES)
    endless = f"\n\ndef test_endless():\n    n = 0\n    while True:\n        {waiting}\n"
    (tmp_path / "test_net.py").write_text(TESTS.format(channels=3) + endless)
    assert main.main(["batch", str(tmp_path), "--no-cache", "-v", "--time-limit", "12"]) == 1
    shown = capfd.readouterr().err
    assert "set `in_features` of `head` to 4 * 8 * 8 (unsafe)" in shown
    assert "verified without test_net.py::test_endless, which ran into the time limit" in shown
