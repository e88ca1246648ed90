"""Programs as targets of a batch: what they run needs no guess, and what they cannot run is run by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autofix.frontends.cli import main

HEAD = "import torch\nfrom torch import nn\n\n\n"
NET = (
    "class Net(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n"
    "        self.layer = nn.Linear(width, 3)\n\n    def forward(self, x):\n        return self.layer(x)\n"
)
TRAIN = (
    "import torch\nfrom net import Net\n\nnet = Net({width})\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    "for step in range(2):\n    loss = net(torch.rand(5, {given})).mean()\n    loss.backward()\n    optimizer.step()\n"
)
OPTIONS = (
    "import argparse\nimport torch\nfrom net import Net\n\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('width', type=int)\nargs = parser.parse_args()\n"
    "print(Net(args.width)(torch.rand(2, 8)).shape)\n"
)

# The files; for each target its ending; what is listed as no target of its own.
BATCHES: dict[str, tuple[Mapping[str, str], dict[str, str], list[str]]] = {
    "a program that imports its model": (
        {"net.py": HEAD + NET, "train.py": TRAIN.format(width=8, given=8)},
        {"train.py": "healthy"},
        ["net.py: Net: part: it ran within train.py"],
    ),
    "its fault is repaired where it is": (
        {"net.py": HEAD + NET, "train.py": TRAIN.format(width=8, given=9)},
        {"train.py": "repaired"},
        ["net.py: Net: part: it ran within train.py"],
    ),
    "without its data the model is run by itself": (
        {"net.py": HEAD + NET, "train.py": "open('data.csv')\n" + TRAIN.format(width=8, given=8)},
        {"net.py: Net(8)": "healthy"},
        ["train.py: program: not run"],
    ),
    "arguments of the README": (
        {"net.py": HEAD + NET, "run.py": OPTIONS, "README.md": "Usage:\n\n    python run.py 8\n"},
        {"run.py": "healthy"},
        ["net.py: Net: part: it ran within run.py"],
    ),
    "a program without a class": (
        {"fit.py": "import torch\nnet = torch.nn.Linear(4, 2)\nfor x in torch.rand(3, 4):\n    print(net(x))\n"},
        {"fit.py": "healthy"},
        [],
    ),
    "a program that stops for want of arguments is no verdict": (
        {
            "net.py": HEAD + NET,
            "run.py": f"TABLE = {{}}\n{TRAIN.format(width=8, given=8)}".replace("net =", "TABLE['x']\nnet ="),
        },
        {"net.py: Net(8)": "healthy"},
        ["run.py: program: not run"],
    ),
}


@pytest.mark.parametrize("files, endings, listed", BATCHES.values(), ids=BATCHES)
def test_batch(
    files: Mapping[str, str],
    endings: dict[str, str],
    listed: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "pyproject.toml").touch()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    main.main(["batch", ".", "-j", "1", "--no-cache", "--report", "all.json", "-q"])
    document: dict[str, Any] = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert {target["label"]: target["report"]["ending"] for target in document["targets"]} == endings
    said = [": ".join(filter(None, (o["path"], o["name"], o["kind"], o["reason"]))) for o in document["listed"]]
    assert len(said) == len(listed)
    assert all(words.startswith(start) for words, start in zip(said, listed, strict=True))
