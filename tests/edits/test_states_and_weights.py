"""States of a recurrent layer that have their samples first, and weights of a part that has other sizes here."""

from __future__ import annotations

from collections.abc import Callable

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

CAPTIONS = """\
import torch
from torch import nn


class Captions(nn.Module):
    def __init__(self, width=8, hidden=5, layers=2):
        super().__init__()
        self.hidden, self.layers = hidden, layers
        self.start_h, self.start_c = nn.Linear(width, layers * hidden), nn.Linear(width, layers * hidden)
        self.lstm = nn.LSTM(4, hidden, layers, batch_first=True)

    def start(self, picture):
        h = torch.tanh(self.start_h(picture)).view(-1, self.layers, self.hidden)
        c = self.start_c(picture).view(-1, self.layers, self.hidden)
        return h, c

    def forward(self, picture, words):
        return self.lstm(words, self.start(picture))[0]
"""
WEIGHTS = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, kinds):
        super().__init__()
        self.body, self.head = nn.Linear(6, 4), nn.Linear(4, kinds)

    def forward(self, x):
        return self.head(self.body(x))


state = Net(10).state_dict()
net = Net(3)
net.load_state_dict(state{strict})
print(net(torch.randn(2, 6)).shape)
"""
MOVED = """\
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Tiles(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        tile = torch.rand(9, 9, 4)
        return {tile}


net = nn.Conv2d(4, 2, 3)
for tiles in DataLoader(Tiles(), batch_size=3):
    net(tiles)
"""


def test_layers_come_first_in_all_states(repaired: Repaired) -> None:
    plan = repaired(CAPTIONS, "3,8", "3,7,4").plan
    assert plan is not None
    expected = CAPTIONS.replace("self.layers, self.hidden)", "self.layers, self.hidden).transpose(0, 1).contiguous()")
    assert [text for _, text in plan.texts] == [expected]
    assert plan.applicability is Applicability.UNSAFE


def test_weights_of_other_sizes_are_left_out_where_not_all_has_to_be_there(repaired: Repaired) -> None:
    plan = repaired(WEIGHTS.format(strict=", strict=False")).plan
    assert plan is not None
    kept = '{k: v for k, v in state.items() if not k.startswith("head.")}'
    assert [text for _, text in plan.texts] == [WEIGHTS.format(strict=", strict=False").replace("(state,", f"({kept},")]
    assert plan.applicability is Applicability.UNSAFE


def test_all_has_to_be_there_as_long_as_nothing_else_is_written(repaired: Repaired) -> None:
    plan = repaired(WEIGHTS.format(strict="")).plan
    assert plan is not None
    assert "startswith" not in plan.texts[0][1]


def test_what_named_a_dimension_before_may_have_meant_it(repaired: Repaired) -> None:
    """A mirror along the last dimension would mirror the channels if these were moved behind it."""
    labels = {}
    for tile in ("tile", "tile.flip(-1)"):
        report = repaired(MOVED.format(tile=tile))
        assert report.ending is RepairEnding.REPAIRED
        assert report.plan is not None
        labels[tile] = report.plan.applicability
    assert labels == {"tile": Applicability.SAFE, "tile.flip(-1)": Applicability.UNSAFE}
