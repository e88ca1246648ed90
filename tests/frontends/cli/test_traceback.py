"""``--traceback``: from a pasted traceback to the patch, for every style, and what is said where nothing fits."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from pasted import MESSAGE, STYLES

from autofix.frontends.cli import main
from autofix.session.session import Session

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        x = self.conv(x).relu()
        return self.fc(x.flatten(1))
"""
TRAIN = """\
import torch

from models.net import Net


def main():
    net = Net()
    for _ in range(2):
        net(torch.rand(4, 3, 8, 8)).sum().backward()


if __name__ == "__main__":
    main()
"""
TEST = """\
import torch

from models.net import Net


def test_shape():
    net = Net()
    assert net(torch.rand(4, 3, 8, 8)).shape == (4, 10)
"""
FILES = {"models/net.py": NET, "train.py": TRAIN, "tests/test_net.py": TEST}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def repaired(
    written: Callable[..., Path],
    session: Session,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return a function that writes a project and repairs what a traceback tells of."""

    def run(files: dict[str, str], traceback: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "100")
        written(files, next(iter(files)))
        monkeypatch.chdir(tmp_path := written({}, "."))
        (tmp_path / "ci.log").write_text(traceback, "utf-8")
        code = main.main(["--traceback", "ci.log", *words], session)
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
def test_a_traceback_of_any_style_is_repaired(repaired: Run, text: str) -> None:
    code, out, err = repaired(FILES, text)
    assert (code, "+        self.fc = nn.Linear(288, 10)\n" in out) == (1, True), err
    first, second, *_ = err.splitlines()
    assert first.startswith("from the traceback: net.py:13 in forward: ")
    assert second == "error[AF101]: `fc` takes 128 features but receives 288"


def test_the_program_is_run_where_it_is_one(repaired: Run) -> None:
    _, _, err = repaired(FILES, STYLES["plain"])
    assert err.startswith(f"from the traceback: net.py:13 in forward: {MESSAGE}; ran train.py as a program\n")
    _, _, err = repaired(FILES, STYLES["pytest"])
    assert err.startswith(f"from the traceback: net.py:13 in forward: {MESSAGE}; ran `Net` of net.py\n")


def test_the_model_is_run_where_the_program_cannot_be(repaired: Run) -> None:
    files = {**FILES, "train.py": TRAIN.replace("    net = Net()\n", "    net = Net()\n    open('absent.npy')\n")}
    code, out, err = repaired(files, STYLES["plain"])
    assert (code, "Linear(288, 10)" in out) == (1, True)
    assert "; ran `Net` of net.py\n" in err


def test_a_sample_is_found_that_has_the_sizes_of_the_traceback(repaired: Run) -> None:
    """Without a use of the model in the code, other images than those that died would give another size."""
    larger = STYLES["pytest"].replace("4x288 and 128x10", "4x7200 and 128x10")
    code, out, err = repaired({"models/net.py": NET}, larger)
    assert (code, "nn.Linear(7200, 10)" in out) == (1, True), err
    assert "fix (safe)" in err
    code, out, err = repaired({"models/net.py": NET}, STYLES["pytest"].replace("4x288", "4x127008"), "--format", "json")
    document = json.loads(out)
    assert document["plan"]["patch"].count("Linear(127008, 10)") == 1
    assert document["target"]["samples"]["origin"] == "traceback"
    assert document["notes"][0].startswith("from the traceback: net.py:13")


def test_other_sizes_than_in_the_traceback_are_said_and_never_safe(repaired: Run) -> None:
    code, out, err = repaired(FILES, STYLES["pytest"].replace("4x288 and 128x10", "4x289 and 128x10"))
    assert (code, "nn.Linear(288, 10)" in out) == (1, True)
    assert "fix (unsafe)" in err
    assert "the traceback tells of other sizes" in err


def test_another_place_than_in_the_traceback_is_said(repaired: Run) -> None:
    files = {**FILES, "train.py": TRAIN.replace("    for _", "    torch.rand(2, 3) @ torch.rand(4, 5)\n    for _")}
    code, _, err = repaired(files, STYLES["plain"])
    assert code == 1
    assert "the run dies at train.py:8; in the traceback it is net.py:13" in " ".join(err.split())


def test_lines_that_moved_are_no_other_place(repaired: Run) -> None:
    files = {**FILES, "models/net.py": "# One line more.\n" + NET}
    _, _, err = repaired(files, STYLES["plain"])
    assert "in the traceback it is" not in err


def test_an_error_that_does_not_come_is_no_success(repaired: Run) -> None:
    files = {**FILES, "models/net.py": NET.replace("128", "288")}
    code, out, err = repaired(files, STYLES["plain"])
    assert (code, out) == (2, "")
    assert err.startswith("autofix: the run does not die; in the traceback it is net.py:13; pass the sample")


def test_a_file_of_the_same_name_is_told_apart_by_its_folder_and_text(repaired: Run) -> None:
    other = NET.replace("self.fc(x.flatten(1))", "self.head(x)").replace("self.fc ", "self.head ")
    files = {"models/net.py": NET, "tests/test_net.py": TEST, "old/net.py": other, "net.py": other}
    code, out, err = repaired(files, STYLES["pytest"])
    assert (code, "+++ b/models/net.py" in out) == (1, True), err


def test_a_failing_constructor(repaired: Run) -> None:
    net = NET.replace("self.conv = nn.Conv2d(3, 8, 3)", "self.table = torch.zeros(3, 4) + torch.zeros(3, 5)")
    text = (
        'Traceback (most recent call last):\n  File "/srv/a/models/net.py", line 8, in __init__\n'
        "    self.table = torch.zeros(3, 4) + torch.zeros(3, 5)\n"
        "RuntimeError: The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1\n"
    )
    code, _, err = repaired({"models/net.py": net, "tests/test_net.py": TEST}, text)
    assert code == 1, err
    assert "; ran `Net` of net.py\n" in err


def test_the_sample_of_the_command_line_is_used(repaired: Run) -> None:
    code, out, _ = repaired(FILES, STYLES["plain"].replace("288", "800"), "-s", "4,3,12,12")
    assert (code, "nn.Linear(800, 10)" in out) == (1, True)


def test_the_traceback_comes_from_standard_input(
    written: Callable[..., Path],
    session: Session,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = written(FILES, "models/net.py")
    monkeypatch.chdir(path.parents[1])
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(STYLES["plain"].encode())))
    assert main.main(["--traceback", "-", "--apply"], session) == 0
    assert "nn.Linear(288, 10)" in path.read_text("utf-8")
    assert capfd.readouterr().out == ""


HELPER = (
    'Traceback (most recent call last):\n  File "/srv/a/helper.py", line 2, in scaled\n    return x @ x\n'
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)\n"
)
REFUSED = {
    "no traceback": ("epoch 1: loss 0.3\n", (), "there is no traceback in it"),
    "of another project": (
        STYLES["plain"].replace("net.py", "elsewhere.py").replace("train.py", "run.py"),
        (),
        "no frame of the traceback lies in a file below ",
    ),
    "no model": (HELPER, (), "the traceback ends at helper.py:2, in no model and no program; name what to run"),
    "nowhere": ("", ("--interactive",), "--interactive asks on a terminal"),
}


@pytest.mark.parametrize("text, words, message", REFUSED.values(), ids=REFUSED)
def test_where_nothing_fits_is_one_message(repaired: Run, text: str, words: tuple[str, ...], message: str) -> None:
    code, out, err = repaired({**FILES, "helper.py": "def scaled(x):\n    return x @ x\n"}, text, *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"autofix: {message}")
    assert err.count("\n") == 1


def test_a_file_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--traceback", "absent.log"]) == 2
    assert capfd.readouterr().err == "autofix: cannot read the traceback absent.log: No such file or directory\n"
