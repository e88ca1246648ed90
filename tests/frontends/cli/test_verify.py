"""Patches that somebody else wrote, run for real: what holds, what does not, what cannot be judged."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from autofix.frontends.cli import main
from autofix.session.session import Session

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        x = self.norm(self.conv(x)).relu()
        return self.fc(x.flatten(1))


class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(288, 2)

    def forward(self, x):
        return self.fc(x)
"""
MEAN = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(x).softmax(dim=0)
"""
SHAPE = ("-s", "4,3,8,8", "-m", "Net")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def verified(
    written: Callable[..., Path],
    session: Session,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return a function that writes a project and verifies a patch which replaces texts in its files."""

    def run(files: str | dict[str, str], *words: str, patch: str) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "100")
        path = written(files, "net.py")
        monkeypatch.chdir(path.parent)
        (path.parent / "fix.diff").write_text(patch, "utf-8")
        code = main.main(["verify", "fix.diff", *words], session)
        out, err = capfd.readouterr()
        return code, out, err

    return run


def diff(text: str, *replaced: tuple[str, str], name: str = "net.py") -> str:
    """Return the diff of a file in which lines are replaced by others; an empty one removes a line."""
    from difflib import unified_diff

    after = text
    for old, new in replaced:
        assert old in after
        after = after.replace(old, new)
    lines = unified_diff(text.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}")
    return "".join(lines)


RIGHT = ("nn.Linear(128, 10)", "nn.Linear(288, 10)")


def test_a_patch_that_holds(verified: Run) -> None:
    code, out, err = verified(NET, *SHAPE, patch=diff(NET, RIGHT))
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "the patch holds (safe)"
    assert "  fault: net.py:10:29: `fc` takes 128 features but receives 288" in out
    assert "samples independent; gradients; clean process" in out


UNSAFE = {
    "a layer is left out": (("self.norm(self.conv(x))", "self.conv(x)"), "a `BatchNorm` that was called before"),
    "the failing layer is left out": (("self.fc(x.flatten(1))", "x.flatten(1)[:, :10]"), "a `Linear` that was called"),
    "the error is caught": (
        (
            "        return self.fc(x.flatten(1))\n",
            "        try:\n            return self.fc(x.flatten(1))\n        except RuntimeError:\n"
            "            return self.fc(x.flatten(1)[:, :128])\n",
        ),
        "it catches errors in net.py",
    ),
    "samples are mixed": (("self.fc(x.flatten(1))", "self.fc(x.reshape(-1, 128))"), "samples"),
    "something else changes too": (("nn.Linear(288, 2)", "nn.Linear(288, 3)"), "`Other` gives (2, 3) after it"),
}


@pytest.mark.parametrize("replaced, reason", UNSAFE.values(), ids=UNSAFE)
def test_a_reason_to_look(verified: Run, replaced: tuple[str, str], reason: str) -> None:
    own = () if "fc(x" in replaced[0] else (RIGHT,)
    code, out, _ = verified(NET, *SHAPE, patch=diff(NET, *own, replaced))
    assert code == 1
    assert out.startswith("the patched text runs, but the patch is unsafe\n")
    assert reason in out


FAILS = {
    "another size": (
        ("nn.Linear(128, 10)", "nn.Linear(200, 10)"),
        "after it the run ends at net.py:14: `fc` takes 200",
    ),
    "no Python": (("self.fc(x.flatten(1))", "self.fc(x.flatten(1)"), "the patched text is no Python: "),
    "a name of nothing": (("nn.Linear(128, 10)", "nn.Linear(width, 10)"), "after it the run ends at net.py:10: "),
}


@pytest.mark.parametrize("replaced, why", FAILS.values(), ids=FAILS)
def test_a_patch_that_does_not_hold(verified: Run, replaced: tuple[str, str], why: str) -> None:
    code, out, _ = verified(NET, *SHAPE, patch=diff(NET, replaced))
    assert code == 1
    assert out.startswith(f"the patch does not hold: {why}")


def test_another_sample_counts(verified: Run) -> None:
    code, out, _ = verified(NET, *SHAPE, "--also", "4,3,9,9", patch=diff(NET, RIGHT))
    assert (code, out.partition(":")[0]) == (1, "the patch does not hold")
    assert "it fails on another sample that was given, 4,3,9,9" in out


def test_a_silent_fault(verified: Run) -> None:
    code, out, _ = verified(MEAN, "-s", "4,6", patch=diff(MEAN, ("softmax(dim=0)", "softmax(dim=1)")))
    assert code == 0, out
    assert "`softmax`" in out


def test_a_silent_fault_that_stays(verified: Run) -> None:
    code, out, _ = verified(MEAN, "-s", "4,6", patch=diff(MEAN, ("nn.Linear(6, 3)", "nn.Linear(6, 4)")))
    assert code in (1, 2)
    assert "holds (safe)" not in out


NOT_JUDGED = {
    "a model that runs": (NET.replace("128", "288"), diff(NET.replace("128", "288"), ("288, 10", "288, 11"))),
    "a model that cannot be built": (
        NET.replace("nn.Conv2d(3, 8, 3)", "exit(3)"),
        diff(NET.replace("nn.Conv2d(3, 8, 3)", "exit(3)"), RIGHT),
    ),
}


@pytest.mark.parametrize("text, patch", NOT_JUDGED.values(), ids=NOT_JUDGED)
def test_what_cannot_be_judged(verified: Run, text: str, patch: str) -> None:
    code, out, _ = verified(text, *SHAPE, patch=patch)
    assert (code, out.partition(":")[0]) == (2, "the patch could not be judged")


REFUSED = {
    "no diff": ("words\n", (), "there is no unified diff in it"),
    "another version": (diff(NET.replace("128", "129"), ("129", "288")), (), "net.py:10: hunk 1 does not fit"),
    "another file": (diff(NET, RIGHT, name="absent.py"), (), "the patch changes absent.py, which is not in"),
    "a new file": ("--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+a = 1\n", (), "the patch adds new.py"),
    "nothing changed": (
        "--- a/net.py\n+++ b/net.py\n@@ -1 +1 @@\n-import torch\n+import torch\n",
        (),
        "the patch changes ",
    ),
    "several models": (diff(NET, RIGHT), (), "net.py has 2 models; choose one"),
    "standard input twice": (diff(NET, RIGHT), ("-",), "`-` reads standard input"),
}


@pytest.mark.parametrize("patch, words, message", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_one_message(verified: Run, patch: str, words: tuple[str, ...], message: str) -> None:
    code, out, err = verified(NET, *words, patch=patch)
    assert (code, out) == (2, "")
    assert err.startswith(f"autofix: {message}")
    assert err.count("\n") == 1


CONFIG = "width: 128\nnames: [a, b]\n"
READER = """\
from pathlib import Path

from torch import nn

LINES = Path(__file__).with_name("sizes.yaml").read_text().splitlines()
WIDTH = int(LINES[0].split(":")[1])


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(64, 32), nn.Linear(WIDTH, 10))
"""


def test_a_data_file_is_patched_and_its_reader_run(verified: Run) -> None:
    patch = diff(CONFIG, ("width: 128", "width: 32"), name="sizes.yaml")
    code, out, _ = verified({"net.py": READER, "sizes.yaml": CONFIG}, "-s", "4,64", patch=patch)
    assert code == 0, out


def test_several_faults_in_several_files(verified: Run) -> None:
    parts = "from torch import nn\n\n\ndef head():\n    return nn.Linear(9, 3)\n"
    net = (
        "from parts import head\nfrom torch import nn\n\n\nclass Net(nn.Sequential):\n    def __init__(self):\n"
        "        super().__init__(nn.Linear(5, 7), nn.Linear(8, 6), head())\n"
    )
    patch = diff(net, ("nn.Linear(8, 6)", "nn.Linear(7, 6)")) + diff(parts, ("9, 3", "6, 3"), name="parts.py")
    code, out, _ = verified({"net.py": net, "parts.py": parts}, "net.py", "-s", "4,5", patch=patch)
    assert code == 0, out


def test_a_program(verified: Run) -> None:
    script = (
        "import torch\nfrom torch import nn\n\nnet = nn.Sequential(nn.Linear(4, 2))\n"
        "loss = net(torch.rand(3, 9)).sum()\n"
        "loss.backward()\n"
    )
    code, out, _ = verified(script, patch=diff(script, ("nn.Linear(4, 2)", "nn.Linear(9, 2)")))
    assert code == 0, out
    assert "ran net.py as a program" in out


def test_json(verified: Run) -> None:
    code, out, _ = verified(NET, *SHAPE, "--format", "json", patch=diff(NET, ("128, 10", "200, 10")))
    document = json.loads(out)
    assert (code, document["exit_code"], document["verdict"]) == (1, 1, "fails")
    assert (document["fault"]["mismatch"], document["left"]["actual"]) == ("linear-in-features", [288])
    assert document["proof"] is None
    assert document["patched"]["ending"] == "raised"


def test_a_patch_from_standard_input_in_another_folder(
    written: Callable[..., Path],
    session: Session,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = written({"src/net.py": NET}, "src/net.py")
    before = path.read_bytes()
    monkeypatch.chdir(path.parent)
    patch = diff(NET, RIGHT, name="src/net.py")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(patch.encode())))
    assert main.main(["verify", "-", *SHAPE], session) == 0, capfd.readouterr().out
    assert path.read_bytes() == before


TRAIN = "import sys\nimport torch\nfrom net import Net\n\nNet()(torch.rand(4, 3, int(sys.argv[1]), int(sys.argv[1])))\n"
FUNCTION = "\n\ndef build():\n    return Net()\n"
PROPOSED = {
    "one of two models": ({"net.py": NET}, ("net.py:Net", "-s", "4,3,8,8"), "PATCH -m Net -s 4,3,8,8"),
    "an expression": (
        {"net.py": NET + FUNCTION},
        ("net.py", "-m", "build()", "-s", "4,3,8,8"),
        "PATCH -m 'build()' -s 4,3,8,8",
    ),
    "a program with another file": (
        {"net.py": NET, "train.py": TRAIN},
        ("train.py", "--", "8"),
        "PATCH train.py -- 8",
    ),
}


@pytest.mark.parametrize("files, words, proof", PROPOSED.values(), ids=PROPOSED)
def test_a_patch_of_ours_holds_by_the_command_that_is_shown_with_it(
    files: dict[str, str],
    words: tuple[str, ...],
    proof: str,
    verified: Run,
    session: Session,
    capfd: pytest.CaptureFixture[str],
) -> None:
    verified(files, patch="")
    assert main.main(words, session) == 1
    patch, explained = capfd.readouterr()
    (command,) = (line.strip() for line in explained.splitlines() if line.strip().startswith("verify: "))
    assert command == f"verify: autofix verify {proof}"
    code, out, _ = verified(files, *shlex.split(proof)[1:], patch=patch)
    assert (code, out.splitlines()[0]) == (0, "the patch holds (safe)")
