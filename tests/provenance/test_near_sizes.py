"""A computed size that is a step beside what is needed gets the step behind it, where nothing better is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.frontends.cli import main

START = "import torch\nfrom torch import nn\n"


def program(parameters: str, init: str, forward: str, above: str = "") -> str:
    body = "".join(f"        {line}\n" for line in init.splitlines())
    return (
        f"{START}{above}\n\nclass Net(nn.Module):\n    def __init__(self, {parameters}):\n        super().__init__()\n"
        f"{body}\n    def forward(self, x):\n        return {forward}\n"
    )


# The text of a program, the sample, and the line that its repair writes.
CASES: dict[str, tuple[str, str, str]] = {
    "a function that does not count the last window": (
        program(
            "side=21",
            "self.conv = nn.Conv2d(4, 6, 5, stride=2)\nself.rows = nn.Linear(windows(side, 5, 2), 3)",
            "self.rows(self.conv(x).amax(dim=(1, 2)))",
            "\n\ndef windows(size, kernel, stride):\n    return (size - kernel) // stride\n",
        ),
        "2,4,21,21",
        "self.rows = nn.Linear(windows(side, 5, 2) + 1, 3)",
    ),
    "the name of what was worked out": (
        program("window", "frequencies = window // 2\nself.mix = nn.Linear(frequencies, 24)", "self.mix(rfft(x))")
        + "\n\ndef rfft(x):\n    return torch.fft.rfft(x).abs()\n",
        "3,32",
        "frequencies = window // 2 + 1",
    ),
    "a dimension of the same size has another origin": (
        program(
            "length=12, width=6",
            "self.front = Front(width)\nself.weigh = nn.Linear(length - self.front.lost(), 3)",
            "self.weigh(self.front(x).mean(dim=1))",
            "\n\nclass Front(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n"
            "        self.first, self.second = nn.Conv1d(2, width, 2), nn.Conv1d(width, width, 7)\n\n"
            "    def lost(self):\n        return self.second.kernel_size[0] - 1\n\n"
            "    def forward(self, x):\n        return self.second(self.first(x))\n",
        ),
        "4,2,12",
        "self.weigh = nn.Linear(length - self.front.lost() - 1, 3)",
    ),
    "a dimension of the same size has the same origin": (
        program(
            "width=8",
            "self.rnn = nn.LSTM(5, width, batch_first=True, bidirectional=True)\nself.head = nn.Linear(width * 2, 3)",
            "self.head(self.rnn(x)[0].mean(dim=2))",
        ),
        "4,15,5",
        "return self.head(self.rnn(x)[0].mean(dim=1))",
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_the_step_that_is_not_counted_is_written_behind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, sample, line = CASES[name]
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(text)
    assert main.main(["net.py", "-m", "Net(32)" if "window):" in text else "Net()", "-s", sample]) == 1
    output = capsys.readouterr()
    added = [added[1:].strip() for added in output.out.splitlines() if added.startswith("+ ")]
    assert added == [line]
    assert "fix (safe)" not in output.err
