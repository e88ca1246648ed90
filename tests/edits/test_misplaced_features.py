"""What a layer makes of the last dimension of tensors of four dimensions: features, or the width of maps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.report import Report

HEAD = "import torch\nfrom torch import nn\n\n\n"
JOINT = """class Joint(nn.Module):
    def __init__(self, encoded, predicted, joined, words):
        super().__init__()
        self.encoder, self.predictor = nn.Linear(encoded, joined), nn.Linear(predicted, joined)
        self.after = nn.Linear(encoded, joined)
        self.out = nn.Linear(joined, words)

    def forward(self, x, y):
        both = self.encoder(x).unsqueeze(2) + self.predictor(y).unsqueeze(1)
        return self.out(self.after(both).tanh())


print(Joint(24, 16, 32, 20)(torch.randn(2, 9, 24), torch.randn(2, 5, 16)).shape)
"""
PAIRS = """class Pairs(nn.Module):
    def __init__(self, atoms, pair):
        super().__init__()
        self.embed = nn.Embedding(atoms, pair)
        self.score = nn.Sequential(nn.LayerNorm(pair), nn.Linear(40, 1))

    def forward(self, kinds):
        rows = self.embed(kinds)
        return self.score(rows[:, :, None] * rows[:, None]).squeeze(-1)


print(Pairs(30, 12)(torch.randint(0, 30, (2, 7))).shape)
"""
FRAMES = """class Frames(nn.Module):
    def __init__(self, patch, width, classes):
        super().__init__()
        self.embed = nn.Linear(patch, width)
        self.mix = nn.Linear(patch, width)
        self.head = nn.Linear(width, classes)

    def forward(self, video):
        tokens = self.embed(video).relu()
        return self.head(self.mix(tokens).mean((1, 2)))


print(Frames(27, 36, 5)(torch.randn(2, 3, 8, 27)).shape)
"""
MAPS = """class Maps(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.head = nn.Linear(8 * 6 * 6, classes)

    def forward(self, x):
        return self.head(self.conv(x).relu())


print(Maps()(torch.randn(2, 3, 6, 6)).shape)
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    "program, line",
    [
        (JOINT, "self.after = nn.Linear(joined, joined)"),
        (PAIRS, "nn.LayerNorm(pair), nn.Linear(pair, 1)"),
        (FRAMES, "self.mix = nn.Linear(width, width)"),
        (MAPS, "flatten"),
    ],
)
def test_features_stay_last_where_a_layer_made_them_so(
    program: str, line: str, repaired: Callable[..., Report]
) -> None:
    report = repaired(HEAD + program)
    assert report.plan is not None
    assert line not in program
    assert line in report.plan.texts[0][1]
