"""Names for fewer parts than there are, in programs of several fields: by assignment and in loops over loaders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

HEADER = """from typing import NamedTuple
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence
from torch.utils.data import DataLoader, Dataset, TensorDataset

"""
CLIPS = """class Clips(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        wave, label = torch.randn(1, 16), index % 3
        return wave, {parts}


net = nn.Sequential(nn.Conv1d(1, 2, 4, 4), nn.Flatten(), nn.Linear(8, 3))
"""
LEARN = "    nn.functional.cross_entropy(net(wave), label).backward()\n"
CASES = {
    "a packed sequence that a function was given": (
        """def first_step(packed: PackedSequence):
    words, sizes = packed
    return words[: int(sizes[0])]


print(first_step(pack_padded_sequence(torch.ones(3, 5, 2), [5, 4, 2], batch_first=True)).shape)
""",
        ("words, sizes = packed", "words, sizes, *_ = packed"),
        Applicability.SAFE,
    ),
    "a step of an environment with a field more": (
        """class Step(NamedTuple):
    state: torch.Tensor
    reward: torch.Tensor
    cut: bool


def step(state):
    return Step(state + torch.randn(4), state.sum(), False)


outcome = step(torch.zeros(4))
state, reward = outcome
print(nn.Linear(4, 2)(state) * reward)
""",
        ("state, reward = outcome", "state, reward, _ = outcome"),
        Applicability.SAFE,
    ),
    "a name of a clip between it and its label": (
        CLIPS.format(parts='f"clip{index}", label') + "for wave, label in DataLoader(Clips(), 2):\n" + LEARN,
        ("for wave, label in", "for wave, _, label in"),
        Applicability.SAFE,
    ),
    "a loop that counts, and goes over parts of other names": (
        CLIPS.format(parts="index % 3, index")
        + "for step, (wave, label) in enumerate(DataLoader(Clips(), 2)):\n"
        + LEARN,
        ("(wave, label) in", "(wave, label, _) in"),
        Applicability.UNSAFE,
    ),
    "weights beside pictures and masks": (
        """def train(net, loader):
    for picture, mask in loader:
        nn.functional.mse_loss(net(picture), mask).backward()


train(nn.Conv2d(3, 1, 1), DataLoader(TensorDataset(torch.rand(6, 3, 4, 4), torch.rand(6, 1, 4, 4), torch.ones(6)), 2))
""",
        ("picture, mask in", "picture, mask, _ in"),
        Applicability.UNSAFE,
    ),
    "two lists side by side": (
        """total = 0
for (left, right), scale in zip([(torch.ones(2), torch.ones(2), "a")], [2.0]):
    total = total + (left @ right) * scale
print(total)
""",
        ("(left, right)", "(left, right, _)"),
        Applicability.UNSAFE,
    ),
    "pairs in rows": (
        """def degrees(edges, count):
    source, target = edges
    return torch.zeros(count).index_add_(0, target, torch.ones(source.numel()))


print(degrees(torch.randint(0, 5, (9, 2)), 5))
""",
        ("source, target = edges", "source, target = edges.t()"),
        Applicability.UNSAFE,
    ),
    "points of several clouds": (
        """def distances(points):
    x, y, z = points
    return (x * x + y * y + z * z).sqrt()


print(distances(torch.randn(4, 9, 3)).shape)
""",
        ("x, y, z = points", "x, y, z = points.unbind(2)"),
        Applicability.UNSAFE,
    ),
}


@pytest.mark.parametrize("program, change, label", CASES.values(), ids=CASES)
def test_parts_without_a_name(program: str, change: tuple[str, str], label: Applicability, repaired: Repaired) -> None:
    assert program.count(change[0]) == 1
    report = repaired(HEADER + program)
    assert report.ending is RepairEnding.REPAIRED, report.message
    assert report.plan is not None
    assert [text for _, text in report.plan.texts] == [HEADER + program.replace(*change)]
    assert report.plan.applicability is label


def test_keys_of_a_dict_are_no_parts_of_a_data_set(repaired: Repaired) -> None:
    program = CLIPS.format(parts="label, index") + "for wave, label in {'left': 1}:\n    print(net(wave))\n"
    report = repaired(HEADER + program)
    assert report.plan is None
