"""Which classes of a file are its models, and what the others are."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.loading import class_kinds, model_discovery
from autofix.syntax.source import Source

HEAD = "import torch\nfrom torch import nn\n\n\n"
LINEAR = "        self.layer = nn.Linear(8, 2)\n"


def net(name: str = "Net", body: str = LINEAR, base: str = "nn.Module") -> str:
    return (
        f"class {name}({base}):\n    def __init__(self):\n        super().__init__()\n{body}\n"
        "    def forward(self, x):\n        return self.layer(x)\n\n\n"
    )


TWO = net() + net("Other")
WHOLE = net("Whole", "        self.layer = Net()\n")
# A text, and the models in it.
MODELS = {
    "in a registry": (f"{TWO}ZOO = {{'net': Net, 'other': Other}}\n", ["Net", "Other"]),
    "in a registry of pairs": (f"{TWO}ZOO = {{'net': (Net, 8), 'other': (Other, 9)}}\n", ["Net", "Other"]),
    "in a list": (f"{TWO}ALL = [Net, Other]\nfor one in ALL:\n    print(one)\n", ["Net", "Other"]),
    "registered by a call": (f"{net()}register('net', Net)\n", ["Net"]),
    "handed to a function": (f"{net()}def show(make):\n    return make()\n\n\nshow(Net)\n", ["Net"]),
    "handed on by keyword": (f"{net()}def show(make=None):\n    return make()\n\n\nshow(make=Net)\n", ["Net"]),
    "asked for its kind": (f"{net()}def reset(part):\n    return isinstance(part, Net)\n", ["Net"]),
    "in an annotation": (
        f"{net()}{net('Trainer', '', 'object')}def fit(model: Net) -> Net:\n    return model\n",
        ["Net", "Trainer"],
    ),
    "held by what is no model": (
        f"{net()}class Trainer:\n    def __init__(self):\n        self.net = Net()\n",
        ["Net"],
    ),
    "asked for by another model": (
        net() + net("Other", f"{LINEAR}        assert not isinstance(self.layer, Net)\n"),
        ["Net", "Other"],
    ),
    "a part of a model": (net() + WHOLE, ["Whole"]),
    "a building block": (
        f"{net('Block')}{net('Net')}def make():\n    return build(Block)\n\n\ndef build(b):\n    return Net(b)\n",
        ["Net"],
    ),
    "in a condition": (
        f"if torch:\n{net().rstrip().replace(chr(10), chr(10) + '    ').replace('class', '    class', 1)}\n",
        ["Net"],
    ),
}
KINDS = {
    "a part": (net() + WHOLE, ("Net", "part", "it is a part of `Whole` in the same file")),
    "a part of a loss": (
        net("TermLoss") + WHOLE.replace("Net", "TermLoss"),
        ("TermLoss", "loss", "it is a loss, a part of `Whole`"),
    ),
    "a base": (net("Base") + net("Net", base="Base"), ("Base", "abstract", "it is the base of `Net`")),
    "inside a function": (
        f"def make():\n    {net().rstrip().replace(chr(10), chr(10) + '    ')}\n    return Net()\n",
        ("Net", "part", "it is defined inside another definition, line 6"),
    ),
}


@pytest.mark.parametrize("text, models", MODELS.values(), ids=MODELS)
def test_models(text: str, models: list[str]) -> None:
    assert list(model_discovery.names(Source(Path("net.py"), HEAD + text))) == models


@pytest.mark.parametrize("text, kind", KINDS.values(), ids=KINDS)
def test_kinds(text: str, kind: tuple[str, str, str]) -> None:
    assert list(class_kinds.parts(Source(Path("net.py"), HEAD + text))) == [kind]


def test_a_class_without_a_forward_is_abstract() -> None:
    text = HEAD + "class Base(nn.Module):\n    def size(self):\n        return 3\n\n\n"
    text += "class Open(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError\n"
    source = Source(Path("net.py"), text)
    assert class_kinds.abstract(source, "Base") == "it has no forward"
    assert class_kinds.abstract(source, "Open") == "its forward is left to its subclasses"


@pytest.mark.parametrize(
    "name, is_loss", [("FocalLoss", True), ("DiceLoss2", True), ("Criterion", True), ("Net", False)]
)
def test_losses(name: str, is_loss: bool) -> None:
    assert class_kinds.is_loss(Source(Path("net.py"), HEAD + net(name)), name) is is_loss


@pytest.mark.parametrize(
    "init, forward, is_loss",
    [
        (
            "pass",
            "def forward(self, logits, target):\n        return nn.functional.cross_entropy(logits, target) ** 2",
            True,
        ),
        (
            "self.net = model",
            "def forward(self, x, target):\n        return nn.functional.mse_loss(self.net(x), target)",
            False,
        ),
        (
            "self.fc = nn.Linear(2, 2)",
            "def forward(self, x, y):\n        return nn.functional.mse_loss(self.fc(x), y)",
            False,
        ),
        ("pass", "def forward(self, x, y):\n        return x + y", False),
    ],
)
def test_a_loss_by_what_it_does(init: str, forward: str, is_loss: bool) -> None:
    """It gives what a loss of torch makes of all that it takes, and has no layer of its own and no model in it."""
    constructor = f"    def __init__(self, model=None):\n        super().__init__()\n        {init}\n\n"
    text = f"{HEAD}class Odd(nn.Module):\n{constructor}    {forward}\n"
    assert class_kinds.is_loss(Source(Path("net.py"), text), "Odd") is is_loss
