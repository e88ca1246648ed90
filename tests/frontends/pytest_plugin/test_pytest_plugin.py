"""The plugin in sessions of pytest: what a test that fails over a shape ends with, and what is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NET = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 5)
        self.fc = nn.Linear(6 * 12 * 12, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))
"""
REPAIRED = NET.replace("6 * 12 * 12", "6 * 14 * 14")
PLAIN = """\
import torch
from net import Net


def test_forward():
    model = Net()
    x = torch.rand(4, 3, 32, 32)
    assert model(x).shape == (4, 10)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project whose sessions of pytest have the plugin, as an installed package gives it to them."""
    distribution = tmp_path / "site" / "autofix_here-0.dist-info"
    distribution.mkdir(parents=True)
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: autofix-here\nVersion: 0\n", "utf-8")
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (distribution / "entry_points.txt").write_text(f"[pytest11]\n{lines}", "utf-8")
    folder = tmp_path / "project"
    (folder / "tests").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n", "utf-8")
    (folder / "net.py").write_text(NET, "utf-8")
    (folder / "tests" / "test_net.py").write_text(PLAIN, "utf-8")
    return folder


def _pytest(project: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{project.parent / 'site'}{os.pathsep}{ROOT}", "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def _sections(output: str) -> list[str]:
    """Return what stands below each heading of ours, up to the next heading."""
    return re.findall(r"^-+ autofix -+\n(.*?)^(?=[-_=]{3,})", output, re.MULTILINE | re.DOTALL)


@pytest.mark.torch
def test_a_fault_in_another_file(project: Path) -> None:
    (section,) = _sections(_pytest(project, "--autofix"))
    lines = section.splitlines()
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 80
    assert f" autofix {'-' * 36}\n{section}```" in (ROOT / "docs" / "pytest.md").read_text("utf-8")
    assert lines[:2] == ["error[AF101]: `fc` takes 864 features but receives 1176", "  --> net.py:13:16"]
    assert "  - 6 * 12 * 12        + 6 * 14 * 14" in lines
    assert lines[-1] == "  --autofix-apply writes it"
    assert (project / "net.py").read_text("utf-8") == NET


MANY = """\
import unittest

import pytest
import torch
from net import Net


@pytest.fixture
def net(pytestconfig):
    return Net(int(pytestconfig.getoption("--classes")))


@pytest.fixture
def scores(net):
    return net(torch.rand(2, 3, 32, 32))


@pytest.mark.parametrize("batch", [1, 4])
def test_batches(net, batch):
    assert net(torch.rand(batch, 3, 32, 32)).shape == (batch, 7)


def test_of_a_fixture(scores):
    assert scores.shape == (2, 7)


class TestNet(unittest.TestCase):
    def setUp(self):
        self.net = Net(3)

    def test_forward(self):
        self.assertEqual(self.net(torch.rand(5, 3, 32, 32)).shape, (5, 3))


def test_of_something_else():
    raise ValueError("the size of this project is beyond me")


def test_of_no_size():
    raise RuntimeError("not today")


def test_of_itself():
    assert torch.ones(2, 3) @ torch.ones(2, 3) is not None
"""
CONFTEST = "def pytest_addoption(parser):\n    parser.addoption('--classes', default='9')\n"


@pytest.mark.torch
@pytest.mark.parametrize("spread", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_many_tests_of_one_fault(project: Path, spread: tuple[str, ...]) -> None:
    (project / "tests" / "test_net.py").write_text(MANY, "utf-8")
    (project / "tests" / "conftest.py").write_text(CONFTEST, "utf-8")
    (project / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\nautofix = true\naddopts = --strict-markers\n", "utf-8"
    )
    output = _pytest(project, "tests", "--classes", "7", "--autofix-apply", *spread)
    explained = [section for section in _sections(output) if section.startswith("error[AF101]: `fc` takes 864")]
    assert len(explained) == 1
    assert "4 tests end here" in explained[0]
    assert len(explained[0].splitlines()) <= 16
    assert output.count("which is explained there") == 3
    assert "wrote net.py\n" in output
    assert (project / "net.py").read_text("utf-8") == REPAIRED
    if spread:
        return  # The files are the same, whoever ran the tests.
    again = _pytest(project, "tests", "--classes", "7", "-p", "no:autofix", "-o", "autofix=")
    assert "3 failed, 4 passed" in again


BOTH_SIZES = """\
import pytest
import torch
from net import Net


@pytest.mark.parametrize("side", [28, 32])
def test_sides(side):
    assert Net()(torch.rand(4, 3, side, side)).shape == (4, 10)


@pytest.mark.parametrize("width", [8, 9])
def test_of_its_own(width):
    assert width == 8
    model = torch.nn.Sequential(torch.nn.Linear(width, 6), torch.nn.Linear(7, 2))
    assert model(torch.rand(4, width)).shape == (4, 2)
"""


@pytest.mark.torch
def test_a_patch_keeps_the_other_parameters(project: Path) -> None:
    (project / "tests" / "test_net.py").write_text(BOTH_SIZES, "utf-8")
    output = _pytest(project, "--autofix-apply")
    assert "3 failed, 1 passed" in output
    assert "nothing was written: no patch is safe" in output
    assert "it changes the test, which says what is expected of the code" in " ".join(_sections(output)[1].split())
    assert "6 * 14 * 14" not in (project / "net.py").read_text("utf-8")


CHANGING = """\
import pytest


@pytest.fixture(autouse=True)
def edited():
    yield
    with open("net.py", "a") as file:
        file.write("# later\\n")
"""


@pytest.mark.torch
def test_a_file_that_changed_is_not_written(project: Path) -> None:
    (project / "tests" / "conftest.py").write_text(CHANGING, "utf-8")
    output = _pytest(project, "--autofix-apply")
    assert "nothing was written: net.py changed while the tests ran; run them again" in output
    assert (project / "net.py").read_text("utf-8") == f"{NET}# later\n"


LOADED = """\
import sys


def pytest_unconfigure():
    ours = sorted(name for name in sys.modules if name.partition(".")[0] in ("autofix", "torch", "libcst"))
    print(f"\\nloaded: {' '.join(ours)}")
"""
PLUGIN = "autofix.frontends.pytest_plugin"
OURS = f"autofix autofix.frontends {PLUGIN}"


@pytest.mark.parametrize(
    "words, loaded",
    [((), OURS), (("--autofix",), f"{OURS} {PLUGIN}.explanations {PLUGIN}.failures")],
    ids=["off", "on"],
)
def test_what_is_loaded_where_no_shape_fails(project: Path, words: tuple[str, ...], loaded: str) -> None:
    (project / "tests" / "conftest.py").write_text(LOADED, "utf-8")
    (project / "tests" / "test_net.py").write_text("def test_size():\n    raise ValueError('size')\n", "utf-8")
    output = _pytest(project, "tests", *words)
    assert f"loaded: {loaded}\n" in output
    assert "- autofix -" not in output
