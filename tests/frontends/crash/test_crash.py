"""``autofix run`` and ``autofix.install()``: the program is what it was, and a patch follows where a shape ends it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

NET = """\
import sys

import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 6), nn.Linear(7, 2))
print("began", *sys.argv[1:], flush=True)
net(torch.rand(4, 8))
"""


def _run(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


@pytest.mark.torch
def test_a_program_that_dies_over_a_shape(written: Callable[..., Path]) -> None:
    path = written(NET, "train.py")
    plain, ours = (
        _run(path, "train.py", "--epochs", "1"),
        _run(path, "-m", "autofix", "run", "train.py", "--epochs", "1"),
    )
    assert (ours.returncode, ours.stdout) == (plain.returncode, plain.stdout) == (1, "began --epochs 1\n")
    assert ours.stderr.startswith(plain.stderr)
    follows = ours.stderr.removeprefix(plain.stderr)
    assert follows.startswith("from the traceback: train.py:8: mat1 and mat2 shapes cannot be multiplied (4x6 and 7x2)")
    assert "takes 7 features but receives 6" in follows
    assert "+net = nn.Sequential(nn.Linear(8, 6), nn.Linear(6, 2))\n" in follows
    assert path.read_text("utf-8") == NET


@pytest.mark.torch
def test_the_hook_explains_as_well(written: Callable[..., Path]) -> None:
    path = written(NET.replace("import sys\n", "import sys\nimport autofix\n\nautofix.install()\n"), "train.py")
    done = _run(path, "train.py")
    assert (done.returncode, done.stdout) == (1, "began\n")
    assert (
        "\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x6 and 7x2)\nfrom the traceback: " in done.stderr
    )


PROGRAMS = {
    "ends well": "import atexit, sys\natexit.register(print, 'behind')\nprint(__name__, sys.argv, sys.path[0])\n",
    "exits": "import sys\nsys.exit(3)\n",
    "exits with words": "raise SystemExit('not today')\n",
    "dies of something else": "def f():\n    raise ValueError('no such shape')\n\n\nf()\n",
    "dies of a cause": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('x') from error\n",
    "is interrupted": "raise KeyboardInterrupt\n",
    "has a hook": "import sys\nsys.excepthook = lambda *told: print('told', told[1])\nraise ValueError('size')\n",
    "is no Python": "def (\n",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_any_other_end_is_its_own(written: Callable[..., Path], text: str) -> None:
    path = written(text, "train.py")
    plain, ours = _run(path, "train.py", "a", "-h"), _run(path, "-m", "autofix", "run", "train.py", "a", "-h")
    assert (ours.returncode, ours.stdout) == (plain.returncode, plain.stdout)
    if "Interrupt" not in text and "(\n" not in text:  # What is no program has no frame of its own to begin with.
        assert ours.stderr == plain.stderr


WORDS = {
    "nothing": ((), 2, "autofix: name the program"),
    "help": (("--help",), 0, "Usage: autofix run"),
    "no file": (("absent.py",), 2, "autofix: absent.py does not exist"),
}


@pytest.mark.parametrize("words, code, message", WORDS.values(), ids=WORDS)
def test_words_that_run_nothing(written: Callable[..., Path], words: tuple[str, ...], code: int, message: str) -> None:
    done = _run(written("", "train.py"), "-m", "autofix", "run", *words)
    assert (done.returncode, (done.stdout + done.stderr).startswith(message)) == (code, True)
