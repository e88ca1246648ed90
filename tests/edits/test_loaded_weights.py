"""Weights that a program loads into a model that it built otherwise than the one that was saved, in several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]
CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = """import copy
import io

import torch
from torch import nn

WIDTHS = {"small": 4, "large": 8}


class Net(nn.Module):
    def __init__(self, classes=10, width=4, depth=1):
        super().__init__()
        self.body = nn.Sequential(*(nn.Linear(6 if i == 0 else width, width) for i in range(depth)))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.body(x))


"""
CASES = {
    "a classifier that is read back": (
        """net = Net(classes=3)
stored = io.BytesIO()
torch.save(net.state_dict(), stored)
stored.seek(0)
model = Net()
model.load_state_dict(torch.load(stored))
print(model(torch.rand(2, 6)))
""",
        ("model = Net()", "model = Net(classes=3)"),
    ),
    "the slow copy of a critic": (
        """def critic(width):
    return Net(1, width)


fast = critic(WIDTHS["large"])
slow = critic(WIDTHS["small"])
slow.load_state_dict(fast.state_dict())
print(slow(torch.rand(2, 6)))
""",
        ('slow = critic(WIDTHS["small"])', 'slow = critic(WIDTHS["large"])'),
    ),
    "a model that was trained as it is by default": (
        """best = copy.deepcopy(Net().state_dict())
model = Net(classes=10, width=8)
model.load_state_dict(best)
print(model(torch.rand(2, 6)))
""",
        ("width=8", "width=4"),
    ),
    "a deeper one that a function trained": (
        """def train(depth):
    kind = "large"
    net = Net(classes=5, width=WIDTHS[kind], depth=depth)
    net(torch.rand(4, 6)).sum().backward()
    return net.state_dict()


def load(state):
    net = Net(classes=5)
    net.load_state_dict(state)
    return net


print(load(train(2))(torch.rand(2, 6)))
""",
        ("    net = Net(classes=5)\n", "    net = Net(classes=5, width=8, depth=2)\n"),
    ),
    "a setting that the class of the second stage has otherwise": (
        """class Stage:
    classes, width = 3, 8
    learning_rate = 0.1


class Continued:
    classes, width = 3, 4
    learning_rate = 0.01


def build(stage):
    return Net(stage.classes, stage.width)


first = build(Stage)
second = build(Continued)
second.load_state_dict(first.state_dict())
print(second(torch.rand(2, 6)))
""",
        ("    classes, width = 3, 4\n", "    classes, width = 3, 8\n"),
    ),
    "a list of kinds that lacks one, handed on by a trainer": (
        """class Train:
    kinds: list = ["noise", "speech", "music"]


class Evaluate:
    kinds: list = ["noise", "speech"]
    threshold: float = 0.5


class Trainer:
    def __init__(self, options):
        self.options = options
        self.net = Net(classes=len(options.kinds))


trained, tested = Trainer(Train), Trainer(Evaluate)
tested.net.load_state_dict(trained.net.state_dict())
print(tested.net(torch.rand(2, 6)))
""",
        ('["noise", "speech"]\n', '["noise", "speech", "music"]\n'),
    ),
}


@pytest.mark.parametrize("program, change", CASES.values(), ids=CASES)
def test_a_model_is_built_as_the_one_that_was_saved(
    program: str, change: tuple[str, str], check_change: CheckChange
) -> None:
    check_change(HEADER, program, change)


def test_weights_that_no_model_of_the_program_has_are_no_fault_of_the_code(repaired: Repaired) -> None:
    program = """stored = {"body.0.weight": torch.rand(4, 6), "body.0.bias": torch.rand(4)}
stored |= {"head.weight": torch.rand(3, 4), "head.bias": torch.rand(3)}
model = Net()
model.load_state_dict(stored)
"""
    assert repaired(HEADER + program).ending is RepairEnding.NOT_RUN
