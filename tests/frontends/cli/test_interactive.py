"""The dialogue of ``--interactive`` on a pseudo terminal, around the real engine: no accepted fix is ever lost."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.torch, pytest.mark.skipif(os.name != "posix", reason="it needs a pseudo terminal")]

BEFORE = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.second = nn.Linear(12, 2)

    def forward(self, x):
        return self.second(self.first(x))
"""
FIRST = BEFORE.replace("nn.Linear(8, 16)", "nn.Linear(6, 16)")
BOTH = FIRST.replace("nn.Linear(6, 16)", "nn.Linear(6, 12)")
CTRL_C, CTRL_D = "\x03", "\x04"
QUESTION = b"[?]: "
# The command, once the terminal is its own, so that keys send signals.
OWN_TERMINAL = """\
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("autofix", run_name="__main__", alter_sys=True)
"""
DEADLINE_S = 90.0

# answers, the file afterwards, exit code, what the terminal has shown
DIALOGUES = {
    "both, with help and an answer taken back": (
        ["?", "y", "u", "y", "y"],
        BOTH,
        0,
        [
            "take back the last answer",
            "-        self.first = nn.Linear(8, 16)",
            "+        self.first = nn.Linear(6, 12)",
        ],
    ),
    "an interrupt keeps the first": (["y", CTRL_C], FIRST, 130, ["wrote net.py", "1 of 2 fixes", "interrupted"]),
    "the end of the input keeps the first": (["y", CTRL_D], FIRST, 1, ["wrote net.py", "1 of 2 fixes"]),
    "an interrupt without an answer": ([CTRL_C], BEFORE, 130, ["nothing was written"]),
}


@pytest.mark.parametrize("answers, after, code, shown", DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue(tmp_path: Path, answers: list[str], after: str, code: int, shown: list[str]) -> None:
    path = tmp_path / "net.py"
    path.write_text(BEFORE, "utf-8")
    (tmp_path / "pyproject.toml").touch()
    exit_code, screen = _talk(tmp_path, answers)
    assert [words for words in shown if words not in screen] == []
    assert (exit_code, path.read_text("utf-8")) == (code, after)


def _talk(folder: Path, answers: list[str]) -> tuple[int, str]:
    """Answer each question in turn; return the exit code and all that the terminal showed, without its colours."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", OWN_TERMINAL, "net.py", "-s", "4,6", "--interactive"]
    process = subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=_environment(), start_new_session=True
    )
    os.close(theirs)
    screen, waiting = b"", list(answers)
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and select.select([ours], [], [], deadline - time.monotonic())[0]:
        try:
            data = os.read(ours, 65536)
        except OSError:  # The terminal is closed by its last user.
            break
        screen += data
        if screen.endswith(QUESTION) and waiting:
            answer = waiting.pop(0)
            os.write(ours, answer.encode() if answer in (CTRL_C, CTRL_D) else f"{answer}\n".encode())
    os.close(ours)
    text = re.sub("\x1b\\[[0-9;]*[mK]", "", screen.decode("utf-8")).replace("\r\n", "\n")
    return process.wait(10), text


def _environment() -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name != "NO_COLOR"}, "TERM": "xterm"}
