"""``autofix watch`` on a pseudo terminal, with real saves: what the screen says after each, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pseudo_terminal import CTRL_C, PseudoTerminal

from autofix.session.orphans import is_alive

pytestmark = [pytest.mark.torch, pytest.mark.skipif(os.name != "posix", reason="it needs a pseudo terminal")]

NET = """\
from torch import nn
from sizes import WIDTH


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, x):
        return self.head(x)
"""
FAULT, HEALTHY = "`head` takes 8 features but receives 6", "net.py: nothing to repair"
END = "\x1b[?25h\x1b[?1049l"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "project").mkdir()
    _write(tmp_path / "project", {"pyproject.toml": "", "net.py": NET, "sizes.py": "WIDTH = 8\n"})
    return tmp_path / "project"


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _variables(folder: Path) -> dict[str, str]:
    return {"TMPDIR": str(folder.parent / "tmp")}


def _is_soon_empty(folder: Path) -> bool:
    """Return whether all is gone a moment after the end: what was killed may have been making a file."""
    deadline = time.monotonic() + 20
    while any(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(folder.iterdir())


def test_saves_of_the_file_and_of_what_it_imports(folder: Path) -> None:
    with PseudoTerminal(folder, "watch", "net.py", "-s", "4,6", variables=_variables(folder)) as terminal:
        place = terminal.until(FAULT)
        place = terminal.until("checked in", terminal.until("set `in_features` of `head`", place))
        _write(folder, {"sizes.py": "WIDTH = 6\n"})
        place = terminal.until("checked in", terminal.until(HEALTHY, place))
        (folder / "new.py").write_text(NET.replace("WIDTH, 2", "8, 2"), "utf-8")
        (folder / "new.py").replace(folder / "net.py")  # As editors do that never leave half a file.
        place = terminal.until("checked in", terminal.until(FAULT, place))
        _write(folder, {"net.py": "class Net(:\n"})
        place = terminal.until("net.py:1:11: invalid syntax", place)
        (folder / "net.py").unlink()
        place = terminal.until("net.py does", place)  # A line is cut at the width of the terminal.
        _write(folder, {"net.py": NET})
        place = terminal.until("checked in", terminal.until(HEALTHY, place))
        _write(folder, {"pyproject.toml": "[tool.autofix]\nselect = 'AF1O1'\n"})
        terminal.until("did you mean `AF101`?", place)
        assert not terminal.shown.endswith(END)
        terminal.send(CTRL_C)
        assert terminal.end() == 0
        assert terminal.shown.rstrip("\n^C").endswith(END)
        assert "Traceback" not in terminal.shown
    assert _is_soon_empty(folder.parent / "tmp")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left(folder: Path, number: signal.Signals) -> None:
    with PseudoTerminal(folder, "watch", "net.py", "-s", "4,6", variables=_variables(folder)) as terminal:
        terminal.until("checked in")
        process = terminal.process.pid
        children = Path(f"/proc/{process}/task/{process}/children")
        probes = [int(child) for child in children.read_text().split()] if children.exists() else []
        terminal.process.send_signal(number)
        assert terminal.end() == 0
    assert [probe for probe in probes if is_alive(probe)] == []
    assert _is_soon_empty(folder.parent / "tmp")


def test_several_files_share_the_screen(folder: Path) -> None:
    _write(folder, {"other.py": NET.replace("WIDTH, 2", "6, 2")})
    with PseudoTerminal(folder, "watch", "net.py", "other.py", "-s", "4,6", variables=_variables(folder)) as terminal:
        place = terminal.until("watching net.py, other.py", terminal.until("checked in"))
        last = terminal.shown[terminal.shown.rindex("\x1b[H") :]
        assert FAULT in last
        assert "other.py: nothing to repair" in last
        _write(folder, {"other.py": NET.replace("WIDTH, 2", "9, 2")})
        place = terminal.until("checked in", terminal.until("`head` takes 9 features but receives 6", place))
        assert FAULT in terminal.shown[terminal.shown.rindex("\x1b[H") :]
        terminal.send(CTRL_C)
        assert terminal.end() == 0


def test_without_a_terminal_each_word_comes_once(folder: Path) -> None:
    command = [sys.executable, "-m", "autofix", "watch", "net.py", "-s", "4,6"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    assert FAULT in next(lines)
    next(line for line in lines if "--apply" in line)  # The last of a report.
    _write(folder, {"sizes.py": "WIDTH = 6\n"})
    assert HEALTHY in next(line for line in lines if line.strip())
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=30)[0], process.returncode) == ("", 0)


REFUSED = {
    "no file": ("watch", "missing argument"),
    "standard input": ("watch - ", "standard input cannot be watched"),
}


@pytest.mark.parametrize("words, message", REFUSED.values(), ids=REFUSED)
def test_refused(words: str, message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autofix", *words.split()], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert message in done.stderr
