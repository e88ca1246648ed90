"""Settings that two places have to agree on: batches in views, factors of pools, strides, exchanged entries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

SERIES = """import torch
from torch import nn

BATCH = 16


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 6, 3, padding=1)
        self.rnn = nn.GRU(6, 5, batch_first=True)
        self.out = nn.Linear(5, 1)

    def forward(self, x):
        h = self.conv(x).transpose(1, 2).reshape(BATCH, -1, 6)
        return self.out(self.rnn(h)[0][:, -1])


if __name__ == "__main__":
    net = Net()
    data = torch.randn(48, 2, 12)
    target = data.mean((1, 2))[:, None]
    for rows in torch.arange(40).split(16):
        loss = nn.functional.mse_loss(net(data[rows]), target[rows])
        loss.backward()
    print(loss.item())
"""
BLOCKS = """from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Config:
    dim: int = 36
    depth: int = 4
    heads: int = 8
    rates: tuple = tuple(0.01 * i for i in range(8))


class Vit(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.patch = nn.Conv2d(3, cfg.dim, 8, 8)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(cfg.dim, cfg.heads, 2 * cfg.dim, batch_first=True) for _ in range(cfg.depth)
        )

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        for i, rate in enumerate(self.cfg.rates):
            x = x + (1 - rate) * self.blocks[i](x)
        return x.mean(1)


if __name__ == "__main__":
    print(Vit(Config())(torch.randn(2, 3, 32, 32)).shape)
"""
SOUND = """import torch
from torch import nn


class Separate(nn.Module):
    def __init__(self, rates=(2, 4, 4), ch=8):
        super().__init__()
        self.down = nn.ModuleList(nn.Conv1d(1 if i == 0 else ch, ch, rate, stride=rate) for i, rate in enumerate(rates))
        self.up = nn.ModuleList()
        for rate in reversed(rates):
            self.up.append(nn.ConvTranspose1d(ch, ch, 4, stride=4))
        self.out = nn.Conv1d(ch, 1, 1)

    def forward(self, x):
        skips = []
        for layer in self.down:
            skips.append(x)
            x = layer(x).relu()
        for layer in self.up[:-1]:
            x = layer(x).relu() + skips.pop()
        return self.out(self.up[-1](x)) + skips.pop()


print(Separate()(torch.rand(2, 1, 256)).shape)
"""
CLIPS = """import torch
from torch import nn


class Clips(nn.Module):
    def __init__(self, tube=(4, 8, 8), ch=6):
        super().__init__()
        self.tubes = nn.Conv3d(3, ch, tube, stride=tube)
        self.slow = nn.Sequential(nn.Conv3d(3, ch, 3, (2, 2, 2), 1), nn.ReLU(), nn.Conv3d(ch, ch, 3, (1, 2, 2), 1))
        self.out = nn.Conv3d(2 * ch, 5, 1)

    def forward(self, x):
        return self.out(torch.cat([self.tubes(x), self.slow(x)], dim=1)).mean((2, 3, 4))


print(Clips()(torch.rand(2, 3, 8, 32, 32)).shape)
"""
CASES = {
    "a view of a smaller batch": (SERIES, (("reshape(BATCH, -1, 6)", "reshape(x.size(0), -1, 6)"),)),
    "two entries in each other's place": (
        BLOCKS,
        (("depth: int = 4", "depth: int = 8"), ("heads: int = 8", "heads: int = 4")),
    ),
    "the rates of the encoder": (SOUND, (("ch, ch, 4, stride=4", "ch, ch, rate, stride=rate"),)),
    "tubes that are too large": (CLIPS, (("tube=(4, 8, 8)", "tube=(2, 4, 4)"),)),
}


@pytest.mark.parametrize("program, changes", CASES.values(), ids=CASES)
def test_what_has_to_agree(program: str, changes: tuple[tuple[str, str], ...], repaired: Repaired) -> None:
    report = repaired(program)
    assert report.plan is not None, report.message
    for change in changes:
        program = program.replace(*change)
    assert [text for _, text in report.plan.texts] == [program]


def test_a_whole_last_batch_is_left_alone(repaired: Repaired) -> None:
    assert repaired(SERIES.replace("torch.arange(40)", "torch.arange(48)")).ending is RepairEnding.HEALTHY
