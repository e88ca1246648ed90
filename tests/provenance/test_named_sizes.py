"""A repair writes the name that has a size by its origin, and the number where a name only has the same value."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.frontends.cli import main

# A library: its text is none of the project's, as that of an installed package.
LIBRARY = """\
import types
from dataclasses import dataclass

import torch
from torch import nn

library = types.ModuleType("library")
exec('''
from torch import nn
class Backbone(nn.Module):
    def __init__(self, width=24, config=None):
        super().__init__()
        self.stem = nn.Linear(6, width if config is None else config.hidden_size)
        self.num_classes = 24
        if config is None:
            self.num_features = width
        else:
            self.config = config
        self.fc = nn.Linear(self.stem.out_features, 7)
    def forward(self, x):
        return self.fc(self.stem(x).relu()) if isinstance(self.fc, nn.Linear) else self.stem(x).relu()
class Trunk(Backbone):
    def __init__(self, **options):
        super().__init__(**options)
        self.fc = None
class Settings:
    def __init__(self, hidden_size=24, vocab_size=24):
        self.hidden_size, self.vocab_size = hidden_size, vocab_size
''', vars(library))
"""
ENCODER = """

@dataclass
class Config:
    depth: int = 24
    width: int = 24


class Encoder(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.tokens = 24
        {kept}
        self.conv = nn.Linear(6, width)

    def forward(self, x):
        return self.conv(x)


def projection(width=24):
    return nn.Linear(6, width)
"""


def program(init: str, forward: str = "self.head(self.body(x))", parameters: str = "", kept: str = "pass") -> str:
    body = "".join(f"        {line}\n" for line in init.splitlines())
    encoder = ENCODER.format(kept=kept)
    return (
        f"{LIBRARY}{encoder}\n\nclass Net(nn.Module):\n    def __init__(self{parameters}):\n"
        f"        super().__init__()\n{body}\n    def forward(self, x):\n        return {forward}\n"
    )


# The text of a program, and the line that its repair writes.
CASES: dict[str, tuple[str, str]] = {
    "an attribute of a library's object": (
        program("self.body = library.Trunk()\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(self.body.num_features, 3)",
    ),
    "its config": (
        program("self.body = library.Trunk(config=library.Settings())\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(self.body.config.hidden_size, 3)",
    ),
    "the config that it is built from": (
        program("config = library.Settings()\nself.body = library.Trunk(config=config)\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(config.hidden_size, 3)",
    ),
    "the layer that is replaced": (
        program("self.body = library.Backbone()\nself.body.fc = nn.Linear(64, 3)", "self.body(x)"),
        "self.body.fc = nn.Linear(self.body.fc.in_features, 3)",
    ),
    "another object as wide": (
        program("other = library.Trunk()\nself.body = nn.Linear(6, 24)\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(24, 3)",
    ),
    "another object of the library as wide, of which nothing comes in": (
        program(
            "self.other = library.Trunk()\nself.body = nn.Sequential(library.Trunk())\nself.head = nn.Linear(64, 3)"
        ),
        "self.head = nn.Linear(24, 3)",
    ),
    "what set the size of a layer of the project": (
        program("self.body = Encoder()\nself.head = nn.Linear(64, 3)", kept="self.width = width"),
        "self.head = nn.Linear(self.body.width, 3)",
    ),
    "what is only as large": (
        program("self.body = Encoder()\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(24, 3)",
    ),
    "a field that was passed": (
        program("config = Config()\nself.body = Encoder(config.width)\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(config.width, 3)",
    ),
    "an entry that was passed": (
        program('sizes = {"a": 24, "b": 24}\nself.body = Encoder(sizes["b"])\nself.head = nn.Linear(64, 3)'),
        'self.head = nn.Linear(sizes["b"], 3)',
    ),
    "an argument that the layer before takes": (
        program("self.body = nn.Linear(6, hidden)\nself.head = nn.Linear(64, 3)", parameters=", depth=24, hidden=24"),
        "self.head = nn.Linear(hidden, 3)",
    ),
    "a layer that a function of the project makes": (
        program("self.body = projection()\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(self.body.out_features, 3)",
    ),
    "a number that the function writes": (
        program("self.body = projection(24)\nself.head = nn.Linear(64, 3)"),
        "self.head = nn.Linear(24, 3)",
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_what_has_the_size_by_its_origin_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, line = CASES[name]
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(text)
    assert main.main(["net.py:Net", "-s", "4,6"]) == 1
    added = [added[1:].strip() for added in capsys.readouterr().out.splitlines() if added.startswith("+ ")]
    assert added == [line]


@pytest.mark.torch
def test_the_layer_that_a_program_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At module level the names were recorded at the end, when the old layer is gone."""
    monkeypatch.chdir(tmp_path)
    end = "net = library.Backbone()\nnet.fc = nn.Linear(64, 3)\nprint(net(torch.randn(4, 6)).shape)\n"
    Path("train.py").write_text(f"{LIBRARY}\n{end}")
    assert main.main(["train.py"]) == 1
    assert "+net.fc = nn.Linear(net.fc.in_features, 3)" in capsys.readouterr().out.splitlines()
