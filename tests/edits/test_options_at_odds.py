"""Options of a program that say another size than what its model is built with: in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import Report

Repaired = Callable[..., Report]

HEADER = """import argparse

import torch
from torch import nn


"""
CASES = {
    "a number beside a field of an object that is handed on": (
        """class Settings:
    input_channel, num_classes, size = 3, 2, 8


class Net(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        self.down = nn.Conv2d(in_channels, num_classes, 3)

    def forward(self, x):
        return self.down(x)


def build(options):
    return Net(1, num_classes=options.num_classes)


def main(options):
    print(build(options)(torch.rand(4, options.input_channel, options.size, options.size)).shape)


main(Settings())
""",
        (("Net(1,", "Net(options.input_channel,"),),
    ),
    "a dictionary beside the command line": (
        """class Pairs(nn.Module):
    def __init__(self, batch_size, width):
        super().__init__()
        self.batch_size, self.out = batch_size, nn.Linear(width, 1)

    def forward(self, x):
        return self.out(x.view(self.batch_size, -1, 6).sum(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch-size", type=int, default=4)
    args = parser.parse_args([])
    config = {"batch_size": 16, "width": 6}
    model = Pairs(**config)
    labels = torch.rand(args.batch_size)
    print(nn.functional.binary_cross_entropy(model(torch.rand(args.batch_size, 8, 6))[:, 0].sigmoid(), labels))


main()
""",
        (('"width": 6}\n', '"width": 6}\n    config["batch_size"] = args.batch_size\n'),),
    ),
    "a default in a class that another one builds": (
        """class Maps(nn.Module):
    def __init__(self, width=8, num_classes=6):
        super().__init__()
        self.out = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, num_classes, 1))

    def forward(self, x):
        return self.out(x)


class Counter(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.name, self.net = name, Maps(width=4)

    def forward(self, x, y):
        return nn.functional.mse_loss(self.net(x), y)


class Trainer:
    def __init__(self, classes):
        self.num_classes = len(classes)
        self.net = Counter("maps")

    def step(self):
        return self.net(torch.rand(2, 3, 8, 8), torch.rand(2, self.num_classes, 8, 8))


print(Trainer("abcdefg").step())
""",
        (
            ("def __init__(self, name):", "def __init__(self, name, num_classes=6):"),
            ("Maps(width=4)", "Maps(width=4, num_classes=num_classes)"),
            ('Counter("maps")', 'Counter("maps", num_classes=self.num_classes)'),
        ),
    ),
    "a number beside an entry of the file": (
        """opt = {"in_dim": 12, "hidden": 32}


class Encoder(nn.Module):
    def __init__(self, input_dim, hidden):
        super().__init__()
        self.fc = nn.Linear(input_dim, hidden)

    def forward(self, x):
        return self.fc(x)


print(Encoder(10, opt["hidden"])(torch.randn(4, opt["in_dim"])).shape)
""",
        (("Encoder(10,", 'Encoder(opt["in_dim"],'),),
    ),
}


@pytest.mark.parametrize("program, changes", CASES.values(), ids=CASES)
def test_an_option_of_the_same_meaning(program: str, changes: tuple[tuple[str, str], ...], repaired: Repaired) -> None:
    report = repaired(HEADER + program)
    assert report.plan is not None, report.message
    for change in changes:
        program = program.replace(*change)
    assert [text for _, text in report.plan.texts] == [HEADER + program]
    assert report.plan.applicability is Applicability.UNSAFE
