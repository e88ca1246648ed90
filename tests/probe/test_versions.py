"""Interpreters and torches of other ages: those that are too old say so, and what newer ones have besides is known."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autofix.frontends.cli import main
from autofix.probe.main import versions
from autofix.records.trace import Ending, Trace

Run = Callable[..., Trace]
MODEL = "from torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"

OTHER_TORCH = "sys.modules['torch'] = types.ModuleType('torch'); sys.modules['torch'].__version__ = '2.5.1+cpu'"
# What the stand-in of an interpreter changes before it goes on -> words of the refusal.
TOO_OLD = {
    "Python": (
        "sys.version_info = (3, 10, 4, 'final', 0)",
        "it has Python 3.10, and models are run with 3.11 or newer",
    ),
    "torch": (OTHER_TORCH, "it has torch 2.5, and models are run with 2.6 or newer"),
    "no torch": ("sys.modules['torch'] = None", "import of torch halted"),
}


def stand_in(path: Path, statement: str) -> Path:
    """Write an interpreter that runs ``statement`` before what it is given after ``-c``."""
    code = f"import sys, types; {statement}; _, code, *words = sys.argv; sys.argv[:] = ['-c', *words]; exec(code)"
    path.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -c "{code}" "$@"\n', "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script for a shell")
@pytest.mark.parametrize("statement, words", TOO_OLD.values(), ids=TOO_OLD)
def test_what_is_too_old_is_refused(
    statement: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = stand_in(tmp_path / "python", statement)
    (tmp_path / "net.py").write_text(MODEL, "utf-8")
    assert main.main([str(tmp_path / "net.py"), "-s", "2,3", "--python", str(python)]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    line = " ".join(streams.err.split())
    assert f"cannot run torch in {python}: " in line
    assert words in line
    assert line.endswith(f"install what is missing into {python}, or choose another interpreter")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement is of Python 3.12")
def test_a_type_alias_is_a_definition(run: Run) -> None:
    """Where the file trains when it is imported, only definitions are run."""
    text = MODEL.replace("\n\n\n", "\n\ntype Width = int\n\n\n").replace("(self, x)", "(self, x: Width)")
    trace = run(f"{text}\n\nNet()(3)\n", "2,3", model="Net()")
    assert (trace.ending, trace.sliced) == (Ending.PASSED, True), trace.message


@pytest.mark.torch
def test_no_default_device_is_the_cpu() -> None:
    torch.set_default_device("meta")
    torch.set_default_device(None)
    assert versions.default_device() == "cpu"
