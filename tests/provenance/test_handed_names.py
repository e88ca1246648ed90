"""A number of one run gives way to the name by which the function was handed it, where that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.frontends.cli import main

START = "import torch\nfrom torch import nn\n"
# The text of a program, how its model is built, the sample, and the lines that its repair writes.
CASES: dict[str, tuple[str, str, str, list[str]]] = {
    "parameters that nothing reads, in two places": (
        "class Net(nn.Module):\n    def __init__(self, in_chans, classes):\n        super().__init__()\n"
        "        self.stem = nn.Conv2d(3, 8, 3, padding=1)\n        self.skip = nn.Conv2d(3, 8, 1)\n"
        "        self.head = nn.Conv2d(8, classes, 1)\n\n"
        "    def forward(self, x):\n        return self.head(self.stem(x) + self.skip(x))\n",
        "Net(4, 10)",
        "2,4,8,8",
        ["self.stem = nn.Conv2d(in_chans, 8, 3, padding=1)", "self.skip = nn.Conv2d(in_chans, 8, 1)"],
    ),
    "the first entry of a list": (
        "def stack(sizes):\n    return nn.Sequential(*(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])))\n\n\n"
        "class Net(nn.Module):\n    def __init__(self, obs_dim, act_dim):\n        super().__init__()\n"
        "        self.body = stack([4, 32, 32])\n        self.mean = nn.Linear(32, act_dim)\n\n"
        "    def forward(self, x):\n        return self.mean(torch.tanh(self.body(x)))\n",
        "Net(11, 3)",
        "5,11",
        ["self.body = stack([obs_dim, 32, 32])"],
    ),
    "what is passed beside it as the same parameter": (
        "class Graph(nn.Module):\n    def __init__(self, d_in, d_out):\n        super().__init__()\n"
        "        self.lin = nn.Linear(d_in, d_out)\n\n    def forward(self, x):\n        return self.lin(x)\n\n\n"
        "class Net(nn.Module):\n    def __init__(self, features, hidden, residual=True):\n        super().__init__()\n"
        "        self.first = Graph(features, hidden)\n"
        "        self.other = Graph(5 if residual else hidden, hidden)\n\n"
        "    def forward(self, x):\n        return self.first(x) + self.other(x)\n",
        "Net(7, 16)",
        "6,7",
        ["self.other = Graph(features if residual else hidden, hidden)"],
    ),
    "an attribute that the constructor kept": (
        "class Net(nn.Module):\n    def __init__(self, n_mels=64, tags=5):\n        super().__init__()\n"
        "        self.n_mels = n_mels\n        self.front = self.build()\n        self.out = nn.Linear(24, tags)\n\n"
        "    def build(self):\n        return nn.Conv1d(80, 24, 5, padding=2)\n\n"
        "    def forward(self, x):\n        return self.out(self.front(x).mean(-1))\n",
        "Net()",
        "3,64,50",
        ["return nn.Conv1d(self.n_mels, 24, 5, padding=2)"],
    ),
    "a number that is the default of a parameter": (
        "class Stack(nn.Module):\n    def __init__(self, blocks):\n        super().__init__()\n"
        "        self.layers = nn.Sequential(*(part for m, n, norm in blocks for part in (nn.Linear(m, n), norm)))\n\n"
        "    def forward(self, x):\n        return self.layers(x)\n\n\n"
        "class Head(Stack):\n    def __init__(self, hidden_dim=2048, output_dim=128):\n"
        "        super().__init__(\n            [\n                (32, hidden_dim, nn.BatchNorm1d(2048)),\n"
        "                (hidden_dim, output_dim, nn.BatchNorm1d(128, affine=False)),\n            ]\n        )\n",
        "Head(48, 16)",
        "4,32",
        [
            "(32, hidden_dim, nn.BatchNorm1d(hidden_dim)),",
            "(hidden_dim, output_dim, nn.BatchNorm1d(output_dim, affine=False)),",
        ],
    ),
    "no default of another value": (
        "class Stack(nn.Module):\n    def __init__(self, parts):\n        super().__init__()\n"
        "        self.layers = nn.Sequential(*parts)\n\n"
        "    def forward(self, x):\n        return self.layers(x)\n\n\n"
        "class Head(Stack):\n    def __init__(self, steps=24):\n        self.steps = steps\n"
        "        super().__init__([nn.Conv1d(8, 12, 3), nn.BatchNorm1d(10), nn.AdaptiveAvgPool1d(steps)])\n",
        "Head(12)",
        "4,8,40",
        ["super().__init__([nn.Conv1d(8, 12, 3), nn.BatchNorm1d(12), nn.AdaptiveAvgPool1d(steps)])"],
    ),
    "no number of classes as what comes in": (
        "class Net(nn.Module):\n    def __init__(self, num_classes=6, depth=6):\n        super().__init__()\n"
        "        self.fc = nn.Linear(5, 3)\n\n    def forward(self, x):\n        return self.fc(x)\n",
        "Net()",
        "4,6",
        ["self.fc = nn.Linear(6, 3)"],
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_the_name_that_was_handed_over_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, model, sample, lines = CASES[name]
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(f"{START}\n\n{text}")
    assert main.main(["net.py", "-m", model, "-s", sample]) == 1
    output = capsys.readouterr()
    added = [added[1:].strip() for added in output.out.splitlines() if added.startswith("+ ")]
    assert added == lines
    assert "fix (safe)" not in output.err
