"""The dialogue of ``--interactive`` on a pseudo terminal, around the real engine: no accepted fix is ever lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pseudo_terminal import CTRL_C, CTRL_D, PseudoTerminal

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
QUESTION = "[?]: "

# answers, the file afterwards, exit code, what the terminal has shown
DIALOGUES = {
    "both, with help and an answer taken back": (
        ["?", "y", "u", "y", "y"],
        BOTH,
        0,
        [
            "your answers below say what is written",
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
    """Answer each question in turn; return the exit code and all that the terminal showed."""
    with PseudoTerminal(folder, "net.py", "-s", "4,6", "--interactive") as terminal:
        place = 0
        for answer in answers:
            place = terminal.until(QUESTION, place)
            terminal.send(answer if answer in (CTRL_C, CTRL_D) else f"{answer}\n")
        return terminal.end(), terminal.shown
